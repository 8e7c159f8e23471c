"""Value ahead: actions that are forecast, at what an action was worth so far.

A fit tells how many act and how often, not what an action is worth: in a run nothing is bought for a sum. So each action ahead
is worth a draw of those that were seen lately. The sum of n of them has the mean n·m and the variance n·s², and is taken
from the gamma distribution of these, as sums of gamma-distributed amounts are (Fader, Hardie & Lee 2005, JMR 42, 415).
"""

import numpy as np

from kith.experiments.calibration.priors import Floats
from kith.experiments.evidence.observation import DAY, Observed

LATELY = 0.5
"part of the actions, the last ones, whose amounts are taken for those to come"
LEAST = 30
"amounts that have to be known"


def value_of(o: Observed, window: int) -> Floats | None:
    """The value of each complete window, (windows,); None where a log has no values to speak of."""
    if o.value is None or int((np.nan_to_num(o.value) > 0.0).sum()) < LEAST:
        return None
    number = o.days // window
    at = (o.time - o.start) // DAY // window
    within = at < number
    return np.bincount(at[within], np.nan_to_num(o.value)[within], minlength=number)


def worth(actions: Floats, o: Observed, luck: np.random.Generator) -> Floats:
    """What actions ahead, (paths, windows), are worth to somebody who has seen `o`, whose values are known."""
    assert o.value is not None
    lately = np.nan_to_num(o.value)[int(len(o.value) * (1.0 - LATELY)) :]
    mean = luck.choice(lately, (len(actions), len(lately))).mean(axis=1)[:, None]
    variance = float(lately.var())
    if variance <= 0.0:
        return np.asarray(actions * mean)
    shape = np.maximum(actions, 0.0) * mean**2 / variance
    return np.where(shape > 0.0, luck.gamma(np.maximum(shape, 1e-12)) * variance / mean, 0.0)
