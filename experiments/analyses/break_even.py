"""Break-even: the value of one lever at which an outcome crosses a level.

All values of the lever are run on the same seeds, so that the mean over runs is as smooth as the model
allows, and bisection finds its root. The interval is the set of values at which the interval of the mean
includes the level. Its ends are the roots of the bounds of that interval; with fewer than four runs there
is none. The mean is assumed to be monotonic; where neighbours contradict that by more than noise,
`monotone` is false and the root is one of several.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.errors import RunsFailed, StudyError
from kith.experiments.runs.pools import Pool, pool
from kith.experiments.statistics.intervals import LEAST_RUNS, difference_interval
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.levers import Lever, Value
from kith.experiments.studies.results import runs_frame
from kith.experiments.studies.searches import BreakEven
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.sim.results.definitions import describe

type Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Crossing:
    """Where an outcome crosses its level."""

    value: float
    "of the lever; NaN if the mean stays on one side over the whole range"
    low: float
    high: float
    "end of the interval of the crossing; NaN if it is beyond the range or unknown"
    rising: bool
    "whether the outcome grows with the lever"
    monotone: bool
    "whether no two neighbours of `tried` contradict `rising` by more than noise"
    tried: pd.DataFrame
    "a row per value of the lever: the lever, runs, and the outcome's mean, low, high"


def break_even(
    study: Study,
    store: Store,
    workers: int | None = None,
    scheduler: str = "processes",
    progress: Callable[[int, int], None] | None = None,
) -> Crossing:
    """Find the crossing set in the study's `break_even`; runs are stored in the store.

    Parameters
    ----------
    study, store : what is asked, and where runs gather; what is there is not done again.
    workers, scheduler : see `kith.experiments.runs.pools.pool`; what is found does not depend on them.
    progress : called with the number of values tried, and the most that it may take.

    Raises
    ------
    StudyError
        If the study asks for no break-even, or for one run only.
    RunsFailed
        If a run broke, or the outcome is undefined in one.
    """
    goal = study.break_even
    if goal is None:
        raise StudyError(f"study {study.name} has no [break_even]; give it lever and outcome")
    study.check()
    if study.runs < 2:
        raise StudyError(f"runs = 1: must be at least 2, and {LEAST_RUNS} for an interval of the crossing")
    lever = next(candidate for candidate in study.lever if candidate.name == goal.lever)
    tell = progress or (lambda done, total: None)
    with pool(scheduler, workers) as where:

        def measured(value: float) -> Floats:
            return _measured(study, goal, lever, store, where, value)

        def tried(done: int) -> None:
            tell(done, goal.most_values)

        def lever_at(share: float) -> float:
            return cast(float, lever.at(np.array([share]))[0])

        crossing = _Curve(lever.name, 2**goal.halvings, goal.level, lever_at, measured, tried).crossing()
    unit = describe(goal.outcome)[0]
    with_units(crossing.tried, mean=unit, low=unit, high=unit)
    return crossing


def crossing_among(name: str, values: Sequence[float], runs: Sequence[Floats], level: float) -> Crossing:
    """The crossing of a level between values of a lever that have all been run on the same seeds.

    Parameters
    ----------
    name : of the lever.
    values : in ascending order.
    runs : the outcome at each of them, one number for each seed.
    level : what it crosses.
    """
    cells = len(values) - 1
    places = np.arange(len(values)) / cells

    def lever_at(share: float) -> float:
        return float(np.interp(share, places, values))

    outcomes = dict(zip((lever_at(place) for place in places), runs, strict=True))
    curve = _Curve(name, cells, level, lever_at, outcomes.__getitem__)
    for cell in range(len(values)):
        curve.at(cell)
    return curve.crossing()


def root(sign: Callable[[int], float], cells: int) -> float:
    """Where a function of 0 … cells changes its sign, in cells; NaN if its ends have the same sign, or none.

    Halves the range down to one cell, then takes the straight line between its ends.
    """
    first, last = sign(0), sign(cells)
    if first == 0:
        return 0.0
    if not first * last <= 0:
        return np.nan
    low, high = 0, cells
    while high - low > 1:
        middle = (low + high) // 2
        if first * sign(middle) > 0:
            low = middle
        else:
            high = middle
    below, above = sign(low), sign(high)
    return low + below / (below - above)


def _measured(study: Study, goal: BreakEven, lever: Lever, store: Store, where: Pool, value: float) -> Floats:
    """The outcome at a value of the lever, one number for each seed."""
    point: Mapping[str, Value] = {**goal.at, lever.name: value}
    asking = study.with_changes(design={"kind": "list", "points": [point]})
    conduct(asking, store, scheduler=where)
    frame = runs_frame(asking, store, [goal.outcome])
    if frame["error"].notna().any():
        raise RunsFailed(str(frame["error"].dropna().iloc[0]))
    if frame[goal.outcome].isna().any():
        raise RunsFailed(f"{goal.outcome} is undefined at {lever.name} = {value}; use longer runs")
    return frame.sort_values("seed")[goal.outcome].to_numpy(float)


class _Curve:
    """An outcome minus its level along a lever, evaluated on demand and cached."""

    def __init__(
        self,
        name: str,
        cells: int,
        level: float,
        lever_at: Callable[[float], float],
        measured: Callable[[float], Floats],
        tell: Callable[[int], None] = lambda done: None,
    ) -> None:
        self._name, self._cells, self._level = name, cells, level
        self._lever_at, self._measured, self._tell = lever_at, measured, tell
        self._known: dict[int, Floats] = {}

    def crossing(self) -> Crossing:
        """The root of the mean and of both bounds."""
        value, *ends = (self._root_of(bound) for bound in ("mean", "low", "high"))
        tried = [self._known[k] for k in sorted(self._known)]
        rising = bool(tried[-1].mean() > tried[0].mean())
        low, high = ends[::-1] if rising else ends
        return Crossing(
            self._value(value),
            self._value(low),
            self._value(high),
            rising,
            _steady(tried, rising),
            self._frame(),
        )

    def _root_of(self, bound: str) -> float:
        return root(lambda k: _bound(self.at(k), bound), self._cells)

    def at(self, k: int) -> Floats:
        """Outcome minus level for every seed at k cells."""
        if k not in self._known:
            self._known[k] = self._measured(self._lever_at(k / self._cells)) - self._level
            self._tell(len(self._known))
        return self._known[k]

    def _value(self, k: float) -> float:
        return np.nan if np.isnan(k) else float(self._lever_at(k / self._cells))

    def _frame(self) -> pd.DataFrame:
        rows = []
        for k in sorted(self._known):
            n, mean, low, high = difference_interval(self._known[k])
            level = self._level
            values = (self._lever_at(k / self._cells), n, mean + level, low + level, high + level)
            rows.append(dict(zip((self._name, "runs", "mean", "low", "high"), values, strict=True)))
        return pd.DataFrame(rows)


def _bound(values: Floats, bound: str) -> float:
    """The mean or an end of its interval; where all runs agree, both ends are the mean."""
    interval = difference_interval(values)
    alone = len(values) >= LEAST_RUNS and math.isnan(interval.low)
    return interval.mean if alone else float(getattr(interval, bound))


def _steady(tried: list[Floats], rising: bool) -> bool:
    """Whether no neighbours contradict the direction by more than noise."""
    for first, second in pairwise(tried):
        low, high = (_bound(second - first, end) for end in ("low", "high"))
        if high < 0 if rising else low > 0:
            return False
    return True
