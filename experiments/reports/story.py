"""A story: a comparison or a lesson as one HTML file that runs without a server.

It holds the recorded runs, day by day, to play and to read by pointing; where a lever was tried at several values, a
slider over these; and for a lesson the prediction, whose answer appears when one is made. Nothing is computed in the browser
but what is drawn: every number was computed here.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from kith.experiments.charts import theme
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.errors import RequestError
from kith.experiments.files import write_text
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.statistics.intervals import Mean, described, no_interval
from kith.experiments.words import wording

COLUMNS = ("active", "dormant", "ties", "belonging", "satisfaction")
"""What is played day by day, where it was recorded."""

OUTCOMES = ("active", "churn_month_mean", "belonging", "margin", "member_surplus")
MOST_POINTS = 120
DIGITS = 5


@dataclass(frozen=True)
class Sweep:
    """A lever at several values on the same seeds."""

    label: str
    "of the scenario"
    lever: str
    "in words, with its unit"
    values: tuple[float, ...]
    outcomes: Mapping[str, tuple[Mean, ...]]
    "outcome -> its mean with the interval at every value"


@dataclass(frozen=True)
class Question:
    """The prediction of a lesson."""

    ask: str
    choices: tuple[str, ...]
    verdicts: tuple[str, ...]
    "markup: what there is to say to who chose each"
    before: str
    after: str
    "markup: the situation; what to look at and to discuss"


@dataclass(frozen=True)
class Story:
    """What stands in the file."""

    comparison: Comparison
    title: str = ""
    lead: str = ""
    command: str = ""
    sweep: Sweep | None = None
    question: Question | None = None
    columns: Iterable[str] = COLUMNS


def story_page(story: Story) -> str:
    """The story as one HTML page."""
    c = story.comparison
    title = story.title or f"{wording.listed(c.labels, 'or')}?"
    return page_template("story.html.j2").render(
        title=title,
        question=story.lead,
        answer="" if story.question else comparison_answer(c),
        caveat="A simulation, not a forecast. "
        + (described(c.runs) if c.judged else f"{no_interval().capitalize()}."),
        ask=None if story.question is None else _marked(story.question),
        data=Markup(_embedded(_data(story))),
        numbers=_numbers(c),
        labels=list(c.labels),
        sweep=story.sweep,
        command=story.command,
        versions=versions(c.model_version),
    )


def _marked(question: Question) -> dict[str, Any]:
    """A question whose markup is trusted, for the template."""
    markup = {"before": Markup(question.before), "after": Markup(question.after)}
    return {"ask": question.ask, "choices": question.choices} | markup


def check_story(path: Path) -> None:
    """Raise `RequestError` unless the file's name says that it is a page."""
    if path.suffix.lower() not in (".html", ".htm"):
        raise RequestError(f"{path}: a story is a page; end its name with .html")


def write_story(story: Story, path: Path) -> None:
    """Write the story to a file."""
    check_story(path)
    write_text(path, story_page(story))


def _data(story: Story) -> dict[str, Any]:
    c = story.comparison
    colours = theme.colours(c.labels)
    recorded = set(c.series["column"])
    columns = [column for column in story.columns if column in recorded]
    return {
        "days": c.days,
        "arms": [{"label": label, "colour": colours[label]} for label in c.labels],
        "columns": [
            {"title": wording.title(column), "lines": [_line(c, label, column) for label in c.labels]}
            for column in columns
        ],
        "sweep": None if story.sweep is None else _swept(story.sweep),
        "verdicts": [] if story.question is None else list(story.question.verdicts),
    }


def _line(c: Comparison, label: str, column: str) -> dict[str, list[float | None]]:
    """A scenario's median day by day with the band over runs."""
    series = c.series[(c.series["scenario"] == label) & (c.series["column"] == column)]
    thinned = series.iloc[:: max(1, math.ceil(len(series) / MOST_POINTS))]
    return {name: [_plain(x) for x in thinned[name]] for name in ("day", "median", "low", "high")}


def _swept(sweep: Sweep) -> dict[str, Any]:
    return {
        "values": [_plain(value) for value in sweep.values],
        "outcomes": [
            {
                "title": wording.title(name),
                "points": [[_plain(m.mean), _plain(m.low), _plain(m.high)] for m in means],
            }
            for name, means in sweep.outcomes.items()
        ],
    }


def _numbers(c: Comparison) -> list[tuple[str, list[tuple[str, str]]]]:
    """A row for each headline: the mean of each scenario, and its difference from the first with the interval."""
    rows = []
    for outcome in (name for name in OUTCOMES if name in c.outcomes):
        means, gaps = c.precision(outcome)
        cells = []
        for label in c.labels:
            row = c.row(outcome, label)
            unit = row["unit"]
            gap = ""
            if label != c.reference and row["difference_low"] == row["difference_low"]:
                span = wording.span(row["difference_low"], row["difference_high"], unit, gaps, sign=True)
                gap = f"{wording.signed(row['difference'], unit, gaps)} ({span})"
            cells.append((wording.number(row["mean"], unit, means), gap))
        unit = wording.unit_of(str(c.row(outcome, c.reference)["unit"]))
        title = wording.title(outcome)
        rows.append((title if unit in ("", "members") else f"{title}, {unit}", cells))
    return rows


def _plain(value: Any) -> float | None:
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


def _embedded(data: Any) -> str:
    """JSON that no text in it can end."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
