"""A share of trials with its interval."""

import math
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


def trials_needed(share: float, threshold: float, level: float, power: float) -> float:
    """About how many trials put Wilson's interval on one side of a threshold with probability `power`.

    Wilson's interval excludes the threshold where the share lies z·√(threshold·(1 − threshold)/n) from
    it or farther; `share` is taken for the true one. Infinite where it is the threshold.
    """
    from scipy.special import ndtri

    if share == threshold:
        return math.inf
    distance = ndtri(0.5 + level / 2) * math.sqrt(threshold * (1 - threshold))
    noise = ndtri(power) * math.sqrt(share * (1 - share))
    return float(math.ceil(((distance + noise) / (share - threshold)) ** 2))
