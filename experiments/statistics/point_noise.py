"""Sampling noise in the means of a study's points, which share their seeds.

A run is the sum of its point's mean, an effect of its seed common to all points, and a residual (two-way analysis of
variance with one observation per cell). Both kinds of noise affect a mean; only the residual affects a
difference between two points. Points that lack a run, or in which the outcome is undefined, are left out.
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.statistics.intervals import LEAST_RUNS, LEVEL

type Floats = npt.NDArray[np.float64]


class Known(NamedTuple):
    """How well points are known: half of a 95 % interval, for a point like all of them on average."""

    mean: float
    difference: float
    "of two points"


def luck(frame: pd.DataFrame, outcome: str) -> float:
    """The share of noise in the variance between points; NaN with one run per point.

    Parameters
    ----------
    frame : a row per run: point, seed and the outcome.
    outcome : its column.
    """
    runs = _table(frame, outcome)
    between = float(runs.mean(axis=1).var(ddof=1))
    y = runs.dropna().to_numpy(float)
    if min(y.shape) < 2 or not between > 0:
        return math.nan
    return _rest(y) / y.shape[1] / between


def known_to(runs: pd.DataFrame, outcome: str) -> Known:
    """How well the means of points are known, and their differences; NaN with fewer than `LEAST_RUNS` per point.

    Parameters
    ----------
    runs : a row per run: point, seed and the outcome.
    outcome : its column.
    """
    from scipy.special import stdtrit

    y = _table(runs, outcome).dropna().to_numpy(float)
    points, seeds = y.shape
    if points < 2 or seeds < LEAST_RUNS:
        return Known(math.nan, math.nan)
    within = float(y.var(axis=1, ddof=1).mean())
    if not within > 0:  # no spread that was seen is not a spread of zero
        return Known(math.nan, math.nan)
    of_mean = stdtrit(points * (seeds - 1), 0.5 + LEVEL / 2) * math.sqrt(within / seeds)
    of_two = stdtrit((points - 1) * (seeds - 1), 0.5 + LEVEL / 2) * math.sqrt(2 * _rest(y) / seeds)
    return Known(float(of_mean), float(of_two))


def _table(runs: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """A row per point, a column per seed."""
    return runs.groupby(["point", "seed"])[outcome].mean().unstack()


def _rest(y: Floats) -> float:
    """The variance of what is left of runs without their point's and their seed's mean, (points, seeds)."""
    points, seeds = y.shape
    rest = y - y.mean(axis=1, keepdims=True) - y.mean(axis=0) + y.mean()
    return float((rest**2).sum()) / ((points - 1) * (seeds - 1))
