"""The lessons: text files with the scenarios that they compare, the prediction, and notes for the teacher."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kith.dashboard.state.scenario_choice import choice_from_text, plan_of
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.statistics.intervals import Floats, mean_interval, paired
from kith.experiments.words import wording
from kith.sim.results.definitions import describe
from kith.sim.schema.plan import Plan

FOLDER = Path(__file__).parents[1] / "lessons"
KINDS = ("highest", "value", "loss", "ratio")
"""highest: which scenario; value: the outcome of a scenario; loss and ratio: relative to the first scenario."""


@dataclass(frozen=True)
class Prediction:
    """A question before the runs, and how the runs answer it."""

    ask: str
    kind: str
    outcome: str
    choices: tuple[str, ...]
    scenario: str = ""
    edges: tuple[float, ...] = ()

    def answer(self, comparison: Comparison) -> "Answer":
        """What the runs say: the choices that they leave open, and their result in words with its interval."""
        unit = describe(self.outcome)[0]
        means = {label: float(comparison.row(self.outcome, label)["mean"]) for label in comparison.labels}
        shown = {
            label: f"{wording.number(m, unit)} {wording.unit_of(unit)}".strip() for label, m in means.items()
        }
        values = wording.listed([f"“{label}” {value}" for label, value in shown.items()])
        result = f"{wording.title(self.outcome).capitalize()}: {values}."
        best, left_open, words = (
            self._highest(comparison, means) if self.kind == "highest" else self._sized(comparison, means)
        )
        return Answer(best, left_open if comparison.judged else (), f"{result} {words}".strip())

    def _highest(self, comparison: Comparison, means: dict[str, float]) -> tuple[int, tuple[int, ...], str]:
        """The scenario with the most, and those that random draws alone may have put behind it."""
        labels = list(means)
        best = max(labels, key=lambda label: means[label])
        unit = describe(self.outcome)[0]
        gaps = {
            label: paired(_runs(comparison, label, self.outcome), _runs(comparison, best, self.outcome))
            for label in labels
            if label != best
        }
        behind = max(gaps, key=lambda label: means[label])
        gap = gaps[behind]
        words = ""
        if gap.low == gap.low:
            span = wording.span(gap.low, gap.high, unit, sign=True)
            words = f"“{best}” over “{behind}”: {span} (95 % interval)."
        left = tuple(place for place, label in enumerate(labels) if label == best or not gaps[label].resolved)
        return labels.index(best), left, words

    def _sized(self, comparison: Comparison, means: dict[str, float]) -> tuple[int, tuple[int, ...], str]:
        """The size of an effect, and the choices that its interval reaches into."""
        value = _runs(comparison, self.scenario, self.outcome)
        reference = _runs(comparison, comparison.reference, self.outcome)
        size, words = self._size(means[comparison.reference], means[self.scenario])
        if self.kind == "value":
            _, _, low, high = mean_interval(value)
        else:
            low, high = _ratio_interval(reference, value)
            low, high = (1 - high, 1 - low) if self.kind == "loss" else (low, high)
        best = self._choice(size)
        if low != low:
            return best, (best,), words
        shown = (
            f"{low:.2g} to {high:.2g}"
            if self.kind == "ratio"
            else wording.span(low, high, describe(self.outcome)[0] if self.kind == "value" else "share")
        )
        left = tuple(range(self._choice(low), self._choice(high) + 1))
        return best, left, f"{words} (95 % interval: {shown})".strip()

    def _choice(self, size: float) -> int:
        return sum(size > edge for edge in self.edges)

    def _size(self, reference: float, value: float) -> tuple[float, str]:
        if self.kind == "value":
            return value, ""
        if self.kind == "loss":
            lost = 1 - value / reference if reference else float("nan")
            return lost, f"That is {wording.per_cent(lost)} fewer."
        times = value / reference if reference else float("inf")
        many = "many" if describe(self.outcome)[0] in ("members", "people", "ties") else "much"
        return times, f"That is {times:.2g} times as {many}."


@dataclass(frozen=True)
class Answer:
    """What the runs of a lesson say to its question."""

    best: int
    "the choice that fits the means"
    left_open: tuple[int, ...]
    "the choices that the interval leaves open; none with too few runs for an interval"
    words: str

    @property
    def right(self) -> int | None:
        """The one choice that is left; None where the runs do not resolve it."""
        return self.left_open[0] if len(self.left_open) == 1 else None


def _runs(comparison: Comparison, label: str, outcome: str) -> Floats:
    """The outcome of a scenario in each run, in the order of the seeds."""
    runs = comparison.values.pivot(index="seed", columns="scenario", values=outcome)
    return runs[label].to_numpy(float)


def _ratio_interval(reference: Floats, value: Floats) -> tuple[float, float]:
    """A 95 % interval of the ratio of two means over the same seeds, by the delta method; NaN where there is none."""
    base = float(reference.mean())
    if base <= 0:
        return float("nan"), float("nan")
    ratio = float(value.mean()) / base
    _, _, low, high = mean_interval((value - ratio * reference) / base)
    return ratio + low, ratio + high


@dataclass(frozen=True)
class Lesson:
    """One lesson, as its file defines it."""

    name: str
    title: str
    question: str
    scenarios: dict[str, str]
    "label -> scenario as in an address"
    people: int
    days: int
    runs: int
    watch: str
    show: tuple[str, ...]
    prediction: Prediction
    parts: dict[str, str]
    "heading -> Markdown"

    def plans(self) -> dict[str, Plan]:
        """The plans under the lesson's own labels."""
        return {
            label: plan_of(choice_from_text(text), self.people, self.days)
            for label, text in self.scenarios.items()
        }


@cache
def lessons() -> dict[str, Lesson]:
    """All lessons by the names of their files, in order."""
    return {path.stem: _lesson(path) for path in sorted(FOLDER.glob("*.md"), key=_number)}


def _number(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def _lesson(path: Path) -> Lesson:
    _, head, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    table = tomllib.loads(head)
    prediction_table = table["prediction"]
    choices = tuple(prediction_table.get("choices") or table["arms"])
    prediction = Prediction(
        prediction_table["ask"],
        prediction_table["kind"],
        prediction_table["outcome"],
        choices,
        prediction_table.get("arm", ""),
        tuple(prediction_table.get("edges", ())),
    )
    parts = [part.partition("\n") for part in body.split("## ")[1:]]
    return Lesson(
        path.stem,
        table["title"],
        table["question"],
        dict(table["arms"]),
        table["people"],
        table["days"],
        table["runs"],
        table["watch"],
        tuple(table["show"]),
        prediction,
        {heading.strip(): text.strip() for heading, _, text in parts},
    )
