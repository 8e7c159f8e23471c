"""The predictions of a class: counted, as a table and as a chart."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.ticker import MaxNLocator

from kith.dashboard.access.classroom import ClassQuestion
from kith.dashboard.teaching.lessons import Lesson
from kith.experiments.charts import theme
from kith.experiments.charts.axes import label_rows, value_axis
from kith.experiments.charts.theme import canvas, exported, themed
from kith.experiments.words import wording


def counted(lesson: Lesson, question: ClassQuestion) -> list[int]:
    """The number of votes for each choice."""
    votes = list(question.votes.values())
    return [votes.count(place) for place in range(len(lesson.prediction.choices))]


def votes_frame(lesson: Lesson, counts: Sequence[int]) -> pd.DataFrame:
    """The numbers behind the histogram."""
    return pd.DataFrame({"prediction": lesson.prediction.choices, "answers": counts})


def votes_chart(choices: Sequence[str], counts: Sequence[int], right: int | None = None) -> str:
    """A bar for each choice; the one that the simulation gives has a star and another colour."""
    total = sum(counts)
    title = f"What the class predicts: {wording.plural(total, 'answer')}"
    with themed():
        figure, (axes,) = canvas(
            title, "number of answers", height=1.15 + 0.42 * len(choices), left=2.4, right=0.9
        )
        for place, count in enumerate(counts):
            true = place == right
            axes.barh(place, count, height=0.62, color=theme.SCENARIOS[2] if true else theme.SCENARIOS[0])
            share = f" ({wording.per_cent(count / total)})" if total else ""
            star = "  ★ simulated" if true else ""
            axes.annotate(
                f"{count}{share}{star}", (count, place), (5, 0), textcoords="offset points", va="center"
            )
        label_rows(axes, choices, 34)
        axes.set_xlim(0, max(1, *counts) * 1.25)
        value_axis(axes, "members", axis="x")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        sizes = [f"{words} {count}" for words, count in zip(choices, counts, strict=True)]
        return exported(figure, "votes", title, "; ".join(sizes) + ".")
