"""Value ahead: actions that are forecast, at what an action was worth so far.

A fit tells how many act and how often, not what an action is worth: in a run nothing is bought for a sum. So each action ahead
is worth a draw of those that were seen lately. The sum of n of them has the mean n·m and the variance n·s², and is taken
from the gamma distribution of these, as sums of gamma-distributed amounts are (Fader, Hardie & Lee 2005, JMR 42, 415).
"""

from dataclasses import dataclass

import numpy as np

from kith.experiments.calibration.priors import Floats
from kith.experiments.evidence.observation import DAY, Observed

LATELY = 0.5
"part of the actions, the last ones, whose amounts are taken for those to come"
LEAST = 30
"amounts that have to be known of these"


@dataclass(frozen=True)
class Amounts:
    """What an action was worth: mean and variance of the amounts, and how many there were."""

    mean: float
    variance: float
    number: int


def value_of(o: Observed, window: int) -> Floats | None:
    """The value of each complete window, (windows,); None where a log has no values to speak of."""
    if amounts_of(o) is None or o.value is None:
        return None
    number = o.days // window
    at = (o.time - o.start) // DAY // window
    within = at < number
    return np.bincount(at[within], np.nan_to_num(o.value)[within], minlength=number)


def amounts_of(o: Observed) -> Amounts | None:
    """What an action was worth lately; None where too few are known, or refunds outweigh what was paid."""
    if o.value is None:
        return None
    lately = np.nan_to_num(o.value)[int(len(o.value) * (1.0 - LATELY)) :]
    if int((lately > 0.0).sum()) < LEAST or lately.mean() <= 0.0:
        return None
    return Amounts(float(lately.mean()), float(lately.var()), len(lately))


def worth(actions: Floats, amounts: Amounts, luck: np.random.Generator) -> Floats:
    """What actions ahead, (paths, windows), are worth; each path has its own draw of the mean, which is known as well as seen."""
    error = np.sqrt(amounts.variance / amounts.number)
    mean = np.maximum(luck.normal(amounts.mean, error, len(actions)), 0.01 * amounts.mean)[:, None]
    if amounts.variance <= 0.0:
        return np.asarray(actions * mean)
    shape = np.maximum(actions, 0.0) * mean**2 / amounts.variance
    return np.where(shape > 0.0, luck.gamma(np.maximum(shape, 1e-12)) * amounts.variance / mean, 0.0)
