"""Test patterns over seeds and decide which are met.

A quantity is met if its value over the seeds (usually the median) lies in the band. In the small
size, few seeds of few people cannot establish that; there the 90 % interval has to overlap the band.
A pattern is met if all its quantities are.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns import FULL, NAMED, PATTERNS
from kith.experiments.credibility.patterns.observe import Observed, observe
from kith.experiments.credibility.patterns.pattern import Over, Pattern, Quantity, Size
from kith.experiments.errors import RequestError
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.measurements import measured
from kith.experiments.statistics.intervals import LEAST_RUNS
from kith.experiments.statistics.shares import wilson

MET, UNMET, SHOWN = "met", "not met", "shown"
LEVEL = 0.90

type Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PatternFinding:
    """A quantity of a pattern over the seeds."""

    pattern: Pattern
    quantity: Quantity
    values: tuple[float, ...]
    "one per seed; NaN where undefined"
    lenient: bool = False
    "whether an interval that overlaps the band is enough"

    @property
    def known(self) -> Any:
        """The defined values."""
        values = np.array(self.values)
        return values[~np.isnan(values)]

    @property
    def estimate(self) -> tuple[float, float, float]:
        """Value, low and high end of the 90 % interval; NaN where there is none."""
        return SUMMARIES[self.quantity.over](self.known)

    @property
    def verdict(self) -> str:
        """Met, not met, or shown without a band."""
        q = self.quantity
        if not q.judged:
            return SHOWN
        value, low, high = self.estimate
        if self.lenient:
            return MET if low <= q.high and high >= q.low else UNMET
        return MET if q.low <= value <= q.high else UNMET


def _over_seeds(known: Any) -> tuple[float, float, float]:
    if not len(known):
        return math.nan, math.nan, math.nan
    low, middle, high = np.quantile(known, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return float(middle), float(low), float(high)


def _share(known: Any) -> tuple[float, float, float]:
    if not len(known):
        return math.nan, math.nan, math.nan
    return wilson(int(known.sum()), len(known), LEVEL)


def _mean(known: Any) -> tuple[float, float, float]:
    """The mean with Student's interval."""
    from scipy.stats import t

    if len(known) < 2:
        return math.nan, math.nan, math.nan
    value = float(known.mean())
    half = float(t.isf((1 - LEVEL) / 2, len(known) - 1) * known.std(ddof=1) / math.sqrt(len(known)))
    return value, value - half, value + half


def _mean_t(known: Any) -> tuple[float, float, float]:
    """The mean in standard errors, with Student's interval."""
    from scipy.stats import t

    if len(known) < 2 or (known == known[0]).all():
        return math.nan, math.nan, math.nan
    value = float(known.mean() / (known.std(ddof=1) / math.sqrt(len(known))))
    half = float(t.isf((1 - LEVEL) / 2, len(known) - 1))
    return value, value - half, value + half


SUMMARIES: dict[Over, Callable[[Any], tuple[float, float, float]]] = {
    Over.SEEDS: _over_seeds,
    Over.SHARE: _share,
    Over.MEAN: _mean,
    Over.MEAN_T: _mean_t,
}


def look(
    size: Size | None = FULL,
    patterns: Sequence[Pattern] = PATTERNS,
    seeds: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[PatternFinding]:
    """Run every pattern with seeds 0 … n-1 and judge it, in the order given.

    Parameters
    ----------
    size : number of people and seeds; None for the small size of each pattern.
    patterns : which ones; with more than one process only those of the list.
    seeds : seeds of each, at least 4; by default the number set by the size.
    workers : processes; by default one per processor. With 1 everything runs in this process.
    progress : called with the number of runs done and their total.
    """
    check_seeds("seeds =", seeds)
    each = {p.code: seeds or (size or p.small).seeds for p in patterns}
    check_runs(f"seeds = {seeds} of each of {len(each)} patterns", sum(each.values()), "ask for fewer")
    tasks = [(p.code, seed) for p in patterns for seed in range(each[p.code])]
    listed = all(NAMED.get(p.code) is p for p in patterns)
    known = None if listed else {p.code: p for p in patterns}
    results = measured(tasks, partial(_observe_named, size=size, patterns=known), workers, progress)
    return [
        finding
        for p in patterns
        for finding in judged(p, [results[task] for task in tasks if task[0] == p.code], lenient=size is None)
    ]


def check_seeds(name: str, seeds: int | None) -> None:
    """Raise `RequestError` for too few seeds to judge a pattern by; `name` is the option."""
    if seeds is not None and seeds < LEAST_RUNS:
        raise RequestError(
            f"{name} {seeds}: must be {LEAST_RUNS} or more; fewer give no interval and no verdict"
        )


def judged(pattern: Pattern, observed: Sequence[Observed], lenient: bool = False) -> list[PatternFinding]:
    """One finding per quantity of the pattern, with those that compare what was measured."""
    columns = {name: np.array([values[name] for values in observed], float) for name in observed[0]}
    if pattern.across is not None:
        columns |= pattern.across(columns)
    return [
        PatternFinding(pattern, quantity, tuple(columns[quantity.name].tolist()), lenient)
        for quantity in pattern.quantities
    ]


def _observe_named(
    code: str, seed: int, size: Size | None, patterns: Mapping[str, Pattern] | None = None
) -> Observed:
    """`observe` for a pattern of the list, or of `patterns`, which cannot be sent to another process."""
    pattern = (patterns or NAMED)[code]
    return observe(pattern, seed, size or pattern.small)


def chosen(codes: Sequence[str]) -> tuple[Pattern, ...]:
    """The patterns of these codes, all if there are none; raises RequestError for an unknown one."""
    for code in codes:
        if code.upper() not in NAMED:
            raise RequestError(f"unknown pattern {code}; the patterns are {', '.join(NAMED)}")
    selected = {code.upper() for code in codes} or set(NAMED)
    return tuple(pattern for pattern in PATTERNS if pattern.code in selected)


def surprises(findings: Sequence[PatternFinding]) -> list[str]:
    """Quantities whose verdict is not the one on record: newly unmet, or met although known not to be.

    In the small size only the first kind counts, and only for differences that are not `fine`: an interval
    that overlaps the band proves nothing.
    """
    return [
        f"{f.pattern.code} {f.quantity.name}: {f.verdict}"
        for f in findings
        if f.quantity.judged
        and (f.verdict != MET) != bool(f.quantity.unmet)
        and not (f.lenient and (f.quantity.unmet or f.quantity.fine))
    ]


def met(findings: Sequence[PatternFinding]) -> dict[str, bool]:
    """Code of each judged pattern -> whether all its quantities are met."""
    by_code: dict[str, bool] = {}
    for finding in findings:
        if finding.quantity.judged:
            code = finding.pattern.code
            by_code[code] = by_code.get(code, True) and finding.verdict == MET
    return by_code
