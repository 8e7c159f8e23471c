"""Joins ahead: a stated combination of ETS, a damped trend, Theta and the last value, spread over days at random.

Who joins is decided outside the log, so no claim is made beyond that: parity with simple methods.
"""

import numpy as np

from kith.experiments.calibration.forecast.rivals import combination, last_value
from kith.experiments.calibration.priors import Floats
from kith.experiments.evidence.observation import Integers

WORDS = "a quarter each of ETS, damped trend, Theta and the last value"


def joins_ahead(joins: Integers, window: int, days: int, paths: int, seed: int) -> list[Integers]:
    """Paths of joins per day, (days,) each."""
    luck = np.random.default_rng(seed)
    number = len(joins) // window
    past = joins[len(joins) - number * window :].reshape(number, window).sum(axis=1).astype(float)
    ahead = -(-days // window)
    quarters = np.concatenate([combination(past, ahead, luck), last_value(past, ahead, luck)[:100]])
    chosen = quarters[luck.permutation(len(quarters))]
    return [_daily(chosen[k % len(chosen)], window, days, luck) for k in range(paths)]


def _daily(totals: Floats, window: int, days: int, luck: np.random.Generator) -> Integers:
    """Whole joins per day with these means per window."""
    return luck.poisson(np.repeat(totals / window, window)[:days]).astype(np.int64)
