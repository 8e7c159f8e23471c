"""Intervals: what a handful of paired runs can say about a difference.

All intervals are Student t: the mean of n runs plus or minus t(n - 1) standard errors. A
difference is taken pair by pair (the same seed gives the same people and the same luck in both
arms) and its interval is that of the mean of those n differences, so luck that both arms share
drops out. They describe luck only: what we do not know about the parameters is not in them.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

LEVEL = 0.95
POWER = 0.80
MOST_RUNS = 1_000_000


class Mean(NamedTuple):
    """A mean over runs with its 95 % interval; NaN where it is undefined."""

    n: int
    mean: float
    low: float
    high: float


class Paired(NamedTuple):
    """A paired difference, second minus first, with its 95 % interval."""

    n: int
    difference: float
    low: float
    high: float
    variance_removed: float
    "share of the variance of an unpaired difference that pairing took away"
    prob_greater: float
    "share of pairs in which the second is greater; a tie counts half"
    resolved: bool
    "the interval excludes zero"
    runs_needed: float
    "pairs that would resolve a difference of this size in four cases out of five; NaN if resolved"


def mean_interval(values: Floats, level: float = LEVEL) -> Mean:
    """The mean of the defined values with its Student t interval.

    Parameters
    ----------
    values : one per run; NaN where the outcome is undefined. Fewer than two leave no interval.
    level : coverage of the interval.
    """
    known = values[~np.isnan(values)]
    n = len(known)
    if n == 0:
        return Mean(0, math.nan, math.nan, math.nan)
    half = _half_width(known, level)
    mean = float(known.mean())
    return Mean(n, mean, mean - half, mean + half)


def paired(first: Floats, second: Floats, level: float = LEVEL) -> Paired:
    """Compare two arms run by run: second minus first over the pairs in which both are defined.

    Parameters
    ----------
    first, second : outcomes of the same seeds in the same order, (runs,); NaN where undefined.
    level : coverage of the interval.
    """
    complete = ~(np.isnan(first) | np.isnan(second))
    a, b = first[complete], second[complete]
    gap = b - a
    n, difference, low, high = mean_interval(gap, level)
    resolved = bool(low > 0 or high < 0)
    return Paired(
        n,
        difference,
        low,
        high,
        variance_removed=_variance_removed(a, b),
        prob_greater=float(np.mean((gap > 0) + 0.5 * (gap == 0))) if n else math.nan,
        resolved=resolved,
        runs_needed=math.nan if resolved else runs_needed(gap, level),
    )


def runs_needed(gap: Floats, level: float = LEVEL, power: float = POWER) -> float:
    """How many pairs resolve a difference such as this one with probability `power`.

    The smallest n with |mean|·√n/s ≥ t(level, n - 1) + t(power, n - 1), mean and standard
    deviation s taken as they are in `gap`. Infinite if that exceeds a million; NaN with fewer than
    two pairs or no difference at all.
    """
    if len(gap) < 2 or (gap == gap[0]).all():
        return math.nan
    size = abs(float(gap.mean())) / float(gap.std(ddof=1))
    low, high = 1, MOST_RUNS
    if not _is_enough(high, size, level, power):
        return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_enough(middle, size, level, power) else (middle, high)
    return float(high)


def _is_enough(n: int, size: float, level: float, power: float) -> bool:
    wanted = _quantile(0.5 + level / 2, n - 1) + _quantile(power, n - 1)
    return bool(size * math.sqrt(n) >= wanted)


def _quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t; SciPy comes with the first use, which a single run never makes."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def _half_width(known: Floats, level: float) -> float:
    n = len(known)
    if n < 2:
        return math.nan
    if (known == known[0]).all():
        return 0.0
    return float(_quantile(0.5 + level / 2, n - 1) * known.std(ddof=1) / math.sqrt(n))


def _variance_removed(a: Floats, b: Floats) -> float:
    if len(a) < 2:
        return math.nan
    unpaired = float(a.var(ddof=1) + b.var(ddof=1))
    return 1 - float((b - a).var(ddof=1)) / unpaired if unpaired > 0 else math.nan
