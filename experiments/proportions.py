"""A share of trials with its interval."""

from typing import NamedTuple


class Share(NamedTuple):
    """A share and the ends of its interval."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, level: float) -> Share:
    """A binomial share with Wilson's interval; at least one trial."""
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(level, method="wilson")
    return Share(successes / trials, float(interval.low), float(interval.high))
