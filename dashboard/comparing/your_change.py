"""The last change on Compare: what it did, against the comparison before it on the same seeds."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from kith.experiments.charts.comparison import Shadow
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.statistics.intervals import no_interval, paired
from kith.experiments.words import wording


@dataclass(frozen=True, eq=False)
class Shown:
    """A comparison that was on the page, and the inputs it belongs to; see `CompareState.inputs`."""

    inputs: tuple[Any, ...]
    comparison: Comparison
    complete: bool
    "whether all its runs were in"


class Steps:
    """The comparison that is shown and the one before the last change."""

    def __init__(self) -> None:
        self.before: Shown | None = None
        self.now: Shown | None = None

    def see(self, inputs: tuple[Any, ...], comparison: Comparison, complete: bool = True) -> None:
        """Note what is shown: the same inputs with more runs replace, others push back.

        A comparison that was left before its runs were in is passed over: a slider on its way shows one at every value
        at which it rests for a moment, and the change is measured from where it began.
        """
        if self.now is not None and self.now.inputs != inputs and (self.now.complete or self.before is None):
            self.before = self.now
        self.now = Shown(inputs, comparison, complete)

    def change(self) -> "YourChange | None":
        """The change of one scenario between the two, if that is all that happened."""
        if self.before is None or self.now is None:
            return None
        (texts, *others), (new_texts, *new_others) = self.before.inputs, self.now.inputs
        runs = 2  # the number of runs is no change of a scenario
        del others[runs], new_others[runs]
        if others != new_others or len(texts) != len(new_texts):
            return None
        places = [
            place for place, pair in enumerate(zip(texts, new_texts, strict=True)) if pair[0] != pair[1]
        ]
        if len(places) != 1 or self.before.comparison.days != self.now.comparison.days:
            return None
        return YourChange(self.before.comparison, self.now.comparison, places[0])


@dataclass(frozen=True, eq=False)
class YourChange:
    """One scenario before and after the change of it."""

    before: Comparison
    after: Comparison
    place: int

    @property
    def labels(self) -> tuple[str, str]:
        """Of the scenario, before and after."""
        return self.before.labels[self.place], self.after.labels[self.place]

    def sentence(self, outcome: str = "active") -> str:
        """What it did to an outcome, with the interval over the seeds that both have."""
        old, new = self.labels
        first, second = (_by_seed(c, label, outcome) for c, label in ((self.before, old), (self.after, new)))
        seeds = first.index.intersection(second.index)
        gap = paired(first[seeds].to_numpy(float), second[seeds].to_numpy(float))
        unit = str(self.after.row(outcome, new)["unit"])
        noun = wording.title(outcome)
        old, new = wording.called(old), wording.called(new)
        start = f"Your change, from {old} to {new}" if old != new else f"Your change of {new}"
        if gap.n == 0:
            return ""
        if gap.low != gap.low:
            same = gap.difference == 0
            size = "none" if same else wording.signed(gap.difference, unit)
            why = "the same in every run" if same else no_interval()
            return f"{start}: {noun} {size} ({why})."
        span = wording.span(gap.low, gap.high, unit, sign=True)
        if not gap.resolved:
            return f"{start}: no resolved difference in {noun} ({span})."
        half = (gap.high - gap.low) / 2
        near, far = sorted((abs(gap.low), abs(gap.high)))
        return (
            f"{start}: {wording.signed(gap.difference, unit, half)} {noun} ({wording.span(near, far, unit)})."
        )

    def shadow(self) -> Shadow:
        """The line of the scenario as it was, to draw behind the new one."""
        old, new = self.labels
        series = self.before.series
        return Shadow(new, series[(series["scenario"] == old) & (series["column"] == "active")])


def _by_seed(comparison: Comparison, label: str, outcome: str) -> "pd.Series":
    runs = comparison.values
    return runs[runs["scenario"] == label].set_index("seed")[outcome]
