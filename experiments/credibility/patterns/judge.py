"""Judge: look for patterns over seeds and say which are met.

A quantity is met if its value over the seeds (the median, as a rule) lies in the band. In a small
size few seeds of few people cannot establish that: there the 90 % interval has to touch the band.
A pattern is met if all its quantities are.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns import FULL, NAMED, PATTERNS
from kith.experiments.credibility.patterns.observe import Observed, observe
from kith.experiments.credibility.patterns.pattern import Over, Pattern, Quantity, Size
from kith.experiments.errors import RequestError
from kith.experiments.run_limits import check_runs
from kith.experiments.statistics.shares import wilson

MET, UNMET, SHOWN = "met", "not met", "shown"
LEVEL = 0.90

type Progress = Callable[[int, int], None]
type PatternRun = tuple[str, int]


@dataclass(frozen=True)
class PatternFinding:
    """A quantity of a pattern over the seeds."""

    pattern: Pattern
    quantity: Quantity
    values: tuple[float, ...]
    "one per seed; NaN where undefined"
    lenient: bool = False
    "whether an interval that touches the band will do"

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
        """Met, not met, or only shown."""
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


def _mean_t(known: Any) -> tuple[float, float, float]:
    """The mean in standard errors, one standard error being worth 1."""
    from scipy.stats import t

    if len(known) < 2 or (known == known[0]).all():
        return math.nan, math.nan, math.nan
    value = float(known.mean() / (known.std(ddof=1) / math.sqrt(len(known))))
    half = float(t.isf((1 - LEVEL) / 2, len(known) - 1))
    return value, value - half, value + half


SUMMARIES: dict[Over, Callable[[Any], tuple[float, float, float]]] = {
    Over.SEEDS: _over_seeds,
    Over.SHARE: _share,
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
    size : how many people; None for each pattern's own small size.
    patterns : which ones; with more than one process only those of the list.
    seeds : runs of each; by default the size's own number.
    workers : processes; by default one per processor. With 1 everything runs here.
    progress : called with the number of runs done and asked for.
    """
    each = {p.code: seeds or (size or p.small).seeds for p in patterns}
    check_runs(f"seeds = {seeds} of each of {len(each)} patterns", sum(each.values()), "ask for fewer")
    todo = [(p.code, seed) for p in patterns for seed in range(each[p.code])]
    seen: dict[PatternRun, Observed] = {}
    if progress is not None:
        progress(0, len(todo))
    for job, observed in _observations(patterns, todo, size, workers):
        seen[job] = observed
        if progress is not None:
            progress(len(seen), len(todo))
    return [
        finding
        for p in patterns
        for finding in judged(p, [seen[job] for job in todo if job[0] == p.code], lenient=size is None)
    ]


def judged(pattern: Pattern, observed: Sequence[Observed], lenient: bool = False) -> list[PatternFinding]:
    """One finding per quantity of the pattern."""
    return [
        PatternFinding(pattern, quantity, tuple(float(one[quantity.name]) for one in observed), lenient)
        for quantity in pattern.quantities
    ]


def _observations(
    patterns: Sequence[Pattern], todo: list[PatternRun], size: Size | None, workers: int | None
) -> Iterator[tuple[PatternRun, Observed]]:
    """Every job with what it shows; the first one runs here if the kernels are not compiled yet."""
    from kith.sim.kernels.compilation import is_compiled

    known = {p.code: p for p in patterns}
    here = len(todo) if workers == 1 else 0 if is_compiled() else 1
    for code, seed in todo[:here]:
        yield (code, seed), observe(known[code], seed, size or known[code].small)
    if todo[here:]:
        yield from _pooled(todo[here:], size, workers)


def _observe_named(code: str, seed: int, size: Size | None) -> Observed:
    """`observe` in another process: a code travels, a function made here does not."""
    return observe(NAMED[code], seed, size or NAMED[code].small)


def _pooled(
    todo: list[PatternRun], size: Size | None, workers: int | None
) -> Iterator[tuple[PatternRun, Observed]]:
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        asked = {pool.submit(_observe_named, *job, size): job for job in todo}
        try:
            for future in as_completed(asked):
                yield asked[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def chosen(codes: Sequence[str]) -> tuple[Pattern, ...]:
    """The patterns of these codes, all if there are none; raises RequestError for an unknown one."""
    for code in codes:
        if code.upper() not in NAMED:
            raise RequestError(f"unknown pattern {code}; there are {', '.join(NAMED)}")
    wanted = {code.upper() for code in codes} or set(NAMED)
    return tuple(pattern for pattern in PATTERNS if pattern.code in wanted)


def surprises(findings: Sequence[PatternFinding]) -> list[str]:
    """Quantities whose verdict is not the one on record: newly unmet, or met although known not to be.

    In a small size only the first kind counts, and not where a difference is fine: an interval that
    touches the band proves nothing.
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
    found: dict[str, bool] = {}
    for finding in findings:
        if finding.quantity.judged:
            code = finding.pattern.code
            found[code] = found.get(code, True) and finding.verdict == MET
    return found
