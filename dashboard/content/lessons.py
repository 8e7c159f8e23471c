"""The lessons: text files with the scenarios that they compare, the prediction, and notes for the teacher."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kith.dashboard.state.scenario_choice import choice_from_text, plan_of
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.statistics.intervals import paired
from kith.experiments.words import wording
from kith.sim.results.indicators import describe
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

    def answer(self, comparison: Comparison) -> tuple[int, str]:
        """The choice that the runs confirm, and their result in words."""
        unit = describe(self.outcome)[0]
        means = {label: float(comparison.row(self.outcome, label)["mean"]) for label in comparison.labels}
        shown = {
            label: f"{wording.number(m, unit)} {wording.unit_of(unit)}".strip() for label, m in means.items()
        }
        values = wording.listed([f"“{label}” {value}" for label, value in shown.items()])
        result = f"{wording.title(self.outcome).capitalize()}: {values}."
        if self.kind == "highest":
            return list(means).index(max(means, key=lambda label: means[label])), result
        size, words = self._size(means[comparison.reference], means[self.scenario])
        return sum(size > edge for edge in self.edges), f"{result} {words}".strip()

    def close(self, comparison: Comparison, guess: int, right: int) -> bool:
        """Whether random draws alone may explain the order of two scenarios: the paired interval does not exclude 0."""
        if self.kind != "highest" or guess == right:
            return False
        runs = comparison.values.pivot(index="seed", columns="scenario", values=self.outcome)
        labels = comparison.labels
        return not paired(runs[labels[guess]].to_numpy(float), runs[labels[right]].to_numpy(float)).resolved

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
    return {path.stem: _lesson(path) for path in sorted(FOLDER.glob("*.md"))}


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
