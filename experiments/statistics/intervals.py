"""Confidence intervals of means and of paired differences, from few runs.

The interval of a mean is Student's t: the mean of n runs plus or minus t(n - 1) standard errors.

A difference is taken pair by pair: the same seed gives the same people and the same random draws
in both scenarios (common random numbers), so that shared noise cancels. Its interval is a bootstrap over seeds: n seeds are drawn
with replacement from the n there are, `RESAMPLES` times, each draw taking both runs of its seed;
the differences that come out, each measured in its own standard errors, take the place of Student's
t (the bootstrap t of Efron 1981; Hesterberg 2015, doi:10.1080/00031305.2015.1089789, finds it the
bootstrap that keeps its level for means of few and skewed values). The seeds drawn are the
same for every outcome and every time. Below `FEWEST` pairs there is too little to draw from, and
above `ENOUGH` it makes no difference: there it is Student's t on the differences.

Below `LEAST_RUNS` runs there is no interval and no verdict, only the mean. Nor is there one where all
runs agree, until there are `ALIKE` of them: no spread that was seen is not a spread of zero.

Intervals cover sampling noise only, not uncertainty about the parameters.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]

LEVEL = 0.95
POWER = 0.80
MOST_RUNS = 1_000_000
RESAMPLES = 1_999
FEWEST, ENOUGH = 8, 1_000
"Pairs from which on, and up to which, differences are bootstrapped."
LEAST_RUNS = 4
"""Runs below which there is no interval. A standard deviation comes out at less than half its true size in
38 cases of 100 with two runs, in 22 with three, in 14 with four; and two or three counts are often equal."""
ALIKE = 59
"Runs, all alike, after which whatever happens in one of twenty would have been seen in 19 cases of 20."


class Mean(NamedTuple):
    """A mean over runs with its 95 % interval; NaN where there is none."""

    n: int
    mean: float
    low: float
    high: float


class Paired(NamedTuple):
    """A paired difference, second minus first, with its 95 % interval; NaN where there is none."""

    n: int
    difference: float
    low: float
    high: float
    variance_removed: float
    "share of the variance of an unpaired difference that pairing took away"
    prob_greater: float
    "share of pairs in which the second is greater; a tie counts half"
    resolved: bool | None
    "whether the interval excludes zero; None where there is no interval"
    runs_needed: float
    "pairs that would resolve a difference of this size in four cases out of five; NaN if resolved"


def mean_interval(values: Floats, level: float = LEVEL) -> Mean:
    """The mean of the defined values with its Student t interval.

    Parameters
    ----------
    values : one per run; NaN where the outcome is undefined.
    level : coverage of the interval.
    """
    known = values[~np.isnan(values)]
    n = len(known)
    if n == 0:
        return Mean(0, math.nan, math.nan, math.nan)
    half = half_width(known, level)
    mean = float(known.mean())
    return Mean(n, mean, mean - half, mean + half)


def difference_interval(gap: Floats, level: float = LEVEL) -> Mean:
    """The mean of paired differences with its bootstrap interval over seeds.

    Parameters
    ----------
    gap : one difference per seed, all defined.
    level : coverage of the interval.
    """
    by_t = mean_interval(gap, level)
    if not FEWEST <= by_t.n <= ENOUGH or not by_t.high > by_t.low:
        return by_t
    t = np.sort(_studentised(gap))
    tail = int((RESAMPLES - 1) * (0.5 - level / 2))
    if not np.isfinite(t[[tail, -tail - 1]]).all():  # draws without spread would be all of a tail
        return by_t
    error = float(gap.std(ddof=1)) / math.sqrt(by_t.n)
    low, high = np.quantile(t, [0.5 - level / 2, 0.5 + level / 2])
    return Mean(by_t.n, by_t.mean, by_t.mean - float(high) * error, by_t.mean - float(low) * error)


def paired(first: Floats, second: Floats, level: float = LEVEL) -> Paired:
    """Compare two scenarios run by run: second minus first over the pairs in which both are defined.

    Parameters
    ----------
    first, second : outcomes of the same seeds in the same order, (runs,); NaN where undefined.
    level : coverage of the interval.
    """
    complete = ~(np.isnan(first) | np.isnan(second))
    a, b = first[complete], second[complete]
    gap = b - a
    n, difference, low, high = difference_interval(gap, level)
    resolved = None if math.isnan(low) else bool(low > 0 or high < 0)
    return Paired(
        n,
        difference,
        low,
        high,
        variance_removed=_variance_removed(a, b),
        prob_greater=float(np.mean((gap > 0) + 0.5 * (gap == 0))) if n else math.nan,
        resolved=resolved,
        runs_needed=math.nan
        if resolved
        else runs_needed(gap, level, stretch=_stretch(gap, low, high, level)),
    )


def no_interval(least: str = "paired runs") -> str:
    """The reason for a missing interval, printed in its place."""
    return f"fewer than {LEAST_RUNS} {least}: no interval"


def described(runs: int) -> str:
    """How the intervals of a comparison over `runs` runs are computed, in one sentence for every page and screen."""
    if runs < LEAST_RUNS:
        return f"F{no_interval()[1:]}, and no verdict."
    by = "Student's t on the paired differences"
    if FEWEST <= runs <= ENOUGH:
        by = (
            "a bootstrap over seeds (bootstrap t: seeds are resampled with replacement, both runs of a seed "
            f"together; Student's t where fewer than {FEWEST} pairs are complete)"
        )
    return (
        f"95 % intervals: of a mean by Student's t, of a difference by {by}. They cover sampling noise, not "
        "uncertainty about the parameters."
    )


def runs_needed(gap: Floats, level: float = LEVEL, power: float = POWER, stretch: float = 1.0) -> float:
    """How many pairs resolve a difference such as this one with probability `power`.

    The smallest n with |mean|·√n/s ≥ stretch·t(level, n - 1) + t(power, n - 1), mean and standard
    deviation s taken as they are in `gap`, and at least `LEAST_RUNS`. Infinite if that exceeds a million;
    NaN with fewer pairs than that, or where all of them agree.

    Parameters
    ----------
    gap : one difference per seed, all defined.
    level, power : of the interval, and how often it is to exclude zero.
    stretch : how much farther the interval reaches toward zero than Student's t, where differences
        are skewed.
    """
    if len(gap) < LEAST_RUNS or _alike(gap):
        return math.nan
    size = abs(float(gap.mean())) / float(gap.std(ddof=1))

    def enough(n: int) -> bool:
        required = stretch * _quantile(0.5 + level / 2, n - 1) + _quantile(power, n - 1)
        return bool(size * math.sqrt(n) >= required)

    low, high = LEAST_RUNS - 1, MOST_RUNS
    if not enough(high):
        return math.inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return float(high)


def _stretch(gap: Floats, low: float, high: float, level: float) -> float:
    """By what factor the interval reaches farther toward zero than Student's t; at least 1."""
    half = half_width(gap, level)
    mean = float(gap.mean()) if len(gap) else math.nan
    return max(1.0, (mean - low if mean > 0 else high - mean) / half) if half > 0 else 1.0


def _studentised(gap: Floats) -> Floats:
    """The deviation of each resample from the mean of `gap`, in its own standard errors.

    A draw that took the same difference every time has none, and is infinitely far off.
    """
    drawn = gap[_draws(len(gap))]
    off = drawn.mean(axis=1) - gap.mean()
    errors = drawn.std(axis=1, ddof=1) / math.sqrt(len(gap))
    spread = errors > 1e-9 * np.abs(gap).max()
    return np.divide(off, errors, out=np.copysign(np.inf, off), where=spread)


@lru_cache(maxsize=8)
def _draws(n: int) -> npt.NDArray[np.int64]:
    """Places of the seeds drawn, (RESAMPLES, n): the same for the same n."""
    return np.random.default_rng(n).integers(0, n, (RESAMPLES, n))


def _quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t; SciPy comes with the first use, which a single run never makes."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def half_width(known: Floats, level: float = LEVEL) -> float:
    """Half of Student's interval; NaN for too few runs, or too few that all agree."""
    n = len(known)
    if n < LEAST_RUNS:
        return math.nan
    if _alike(known):
        return 0.0 if n >= ALIKE else math.nan
    return float(_quantile(0.5 + level / 2, n - 1) * known.std(ddof=1) / math.sqrt(n))


def _alike(values: Floats) -> bool:
    """Whether all are equal but for rounding."""
    return bool(np.ptp(values) <= 1e-9 * np.abs(values).max())


def _variance_removed(a: Floats, b: Floats) -> float:
    if len(a) < LEAST_RUNS:
        return math.nan
    unpaired = float(a.var(ddof=1) + b.var(ddof=1))
    return 1 - float((b - a).var(ddof=1)) / unpaired if unpaired > 0 else math.nan
