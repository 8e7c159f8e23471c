"""When a comparison has run often enough: the stopping rule of `--precision`.

The main outcome is watched: the first one, in every scenario against the reference. Looks are taken
after `FIRST` runs, then after as many more as the widest interval seems to need, at most
twice as many as before. It stops at the first look at which every interval of a difference has a
half-width of at most `precision` times the reference's mean, or at `most` runs.

The rule looks at widths only, never at whether an interval excludes zero, so it does not favour
finding a difference. Fixed-width intervals of this kind reach their level as the precision gets
finer (Chow & Robbins 1965, Annals of Mathematical Statistics 36(2), doi:10.1214/aoms/1177700156);
with few runs they fall short of it, because stopping comes sooner where luck happened to look small. On
made-up differences (1,200 worlds each, stopping after some 20 to 110 runs) the interval at the end held
the truth in 94 % of worlds for normal differences, in 92 to 94 % for heavy tails (Student's t with 3
degrees of freedom), in 87 to 92 % for strong skewness (log-normal, sigma 1).

Differences that are all alike have no width, and say little of rarer ones: what happens in one pair of
twenty is missed by 16 pairs in 44 cases of 100. They have an interval, and count as known, from
`kith.experiments.statistics.intervals.ALIKE` pairs on.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

from kith.experiments.errors import ComparisonError
from kith.experiments.statistics.intervals import LEAST_RUNS

FIRST = 16
MOST = 1_000
RESERVE = 1.1
"More runs than the estimate says: the width itself is a matter of luck."


class Watched(Protocol):
    """What the rule looks at: a comparison as far as it has come."""

    @property
    def runs(self) -> int:
        """Runs of each scenario so far."""

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes, the main one first."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The scenarios, the reference first."""

    @property
    def reference(self) -> str:
        """The scenario to which the others are compared."""

    def row(self, outcome: str, scenario: str) -> Any:
        """Mean and interval of an outcome of a scenario."""


@dataclass(frozen=True)
class StoppingRule:
    """How narrow is narrow enough, and how many runs are the most."""

    precision: float
    "half-width of a difference, relative to the reference's mean"
    most: int = MOST

    def __post_init__(self) -> None:
        if not 0 < self.precision < math.inf:
            raise ComparisonError(
                f"precision = {self.precision:g}: must be above 0, such as 0.02 for 2 % of the reference"
            )
        if self.most < LEAST_RUNS:
            raise ComparisonError(f"runs = {self.most}: with a precision there must be at least {LEAST_RUNS}")

    @property
    def first(self) -> int:
        """Runs until the first look."""
        return min(FIRST, self.most)

    def next(self, comparison: Watched) -> int:
        """Runs until the next look; as many as there are if it is enough."""
        runs = comparison.runs
        ratio = self.ratio(comparison)
        if ratio <= 1 or runs >= self.most:
            return runs
        wanted = math.ceil(RESERVE * runs * ratio**2) if math.isfinite(ratio) else self.most
        return min(self.most, 2 * runs, max(wanted, runs + 1))

    def ratio(self, comparison: Watched) -> float:
        """The widest half-width over the one that is wanted; infinite while there is none."""
        outcome = comparison.outcomes[0]
        target = self.precision * abs(float(comparison.row(outcome, comparison.reference)["mean"]))
        rows = [comparison.row(outcome, label) for label in comparison.labels[1:]]
        halves = [float(row["difference_high"] - row["difference_low"]) / 2 for row in rows]
        if any(math.isnan(half) for half in halves) or math.isnan(target):
            return math.inf
        widest = max(halves)
        return 0.0 if widest == 0 else math.inf if target == 0 else widest / target
