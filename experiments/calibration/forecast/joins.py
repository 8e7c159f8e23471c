"""Joins ahead: simple methods, weighted by how well each has foretold the past, spread over days at random.

Who joins is decided outside the log, so no claim is made beyond simple methods. Which of them suits a community
differs: a campaign that has ended leaves a level of nought, which a smoothed trend does not believe. So each is
tried at some dates within the past, looking as far ahead as is asked or as the past allows, and weighs by the inverse
square of its CRPS there, on logarithms of value plus one (Bates & Granger 1969 weigh by the inverse mean square error).
"""

import numpy as np

from kith.experiments.calibration.forecast.rivals import (
    FEWEST,
    LEVEL_WINDOWS,
    PATHS,
    Rival,
    damped,
    ets,
    last_value,
    theta,
)
from kith.experiments.calibration.forecast.scores import ESTIMATOR
from kith.experiments.calibration.priors import Floats
from kith.experiments.evidence.observation import Integers

WORDS = "ETS, damped trend, Theta, the last value and the last three windows, weighted by how well each foretold the past"
DATES = 8
"dates within the past at which the methods are tried, at most"
LEAST_ERROR = 0.01
"added to each error, so that a series without luck does not divide by nought"


def joins_ahead(joins: Integers, window: int, days: int, paths: int, seed: int) -> list[Integers]:
    """Paths of joins per day, (days,) each."""
    luck = np.random.default_rng(seed)
    number = len(joins) // window
    past = joins[len(joins) - number * window :].reshape(number, window).sum(axis=1).astype(float)
    ahead = -(-days // window)
    chosen = luck.choice(len(METHODS), paths, p=weights(past, ahead, luck))
    samples = [method(past, ahead, luck)[luck.permutation(PATHS)] for method in METHODS]
    return [_daily(samples[which][k % PATHS], window, days, luck) for k, which in enumerate(chosen)]


def weights(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """What each method of `METHODS` has earned in the past (windows,), shape (methods,), with a sum of 1."""
    dates = np.unique(np.linspace(max(FEWEST, len(past) // 3), len(past) - 1, DATES).astype(int))
    dates = dates[(dates >= FEWEST) & (dates < len(past))]
    if not len(dates):
        return np.full(len(METHODS), 1.0 / len(METHODS))
    errors = np.zeros(len(METHODS))
    for date in dates.tolist():
        true = past[date : date + ahead]
        for k, method in enumerate(METHODS):
            errors[k] += _error(true, method(past[:date], len(true), luck)) / len(dates)
    earned = (errors + LEAST_ERROR) ** -2.0
    return np.asarray(earned / earned.sum())


def _error(true: Floats, paths: Floats) -> float:
    import scoringrules

    crps = scoringrules.crps_ensemble(np.log1p(true), np.log1p(paths), m_axis=0, estimator=ESTIMATOR)
    return float(np.mean(crps))


def late_level(past: Floats, ahead: int, luck: np.random.Generator) -> Floats:
    """A level as in the last three windows, (paths, windows): the mean of as many, drawn from them with replacement."""
    late = past[-LEVEL_WINDOWS:]
    level = luck.choice(late, (PATHS, len(late))).mean(axis=1)
    return np.repeat(level[:, None], ahead, axis=1)


def _daily(totals: Floats, window: int, days: int, luck: np.random.Generator) -> Integers:
    """Whole joins per day with these means per window."""
    return luck.poisson(np.repeat(totals / window, window)[:days]).astype(np.int64)


METHODS: tuple[Rival, ...] = (ets, damped, theta, last_value, late_level)
"what joins are guessed from, in the order of `WORDS`"
