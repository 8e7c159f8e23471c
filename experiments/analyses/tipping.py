"""Where a community tips: the boundary between points at which an outcome reaches a level and those at which it does not.

Points near the boundary tell most about it. After a Latin hypercube a Gaussian process is fitted to the means, with the
noise of each mean known from its runs, and the next points are those where the straddle is largest: 1.96 standard
deviations minus the distance of the mean to the level (Bryan et al. 2005, Advances in Neural Information Processing
Systems 18). Within a batch each chosen point counts as if it had come out as expected (Ginsbourger, Le Riche & Carraro
2010, doi:10.1007/978-3-642-10701-6_6). Every point has the same seeds.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.errors import RunsFailed, StudyError
from kith.experiments.runs.pools import pool
from kith.experiments.statistics.intervals import LEAST_RUNS
from kith.experiments.statistics.tables import check_outcomes
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.levers import Lever
from kith.experiments.studies.results import runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.sim.results.definitions import describe

type Floats = npt.NDArray[np.float64]
type Measured = Callable[[Floats], tuple[Floats, Floats]]
"from places, (points, levers) in [0, 1], to the means there and the variances of these means"

SEED = 0
BATCH = 4
FIRST = 4
"points of the first sample for each lever"
MOST_LEVERS = 8
CANDIDATES, GRID = 512, 2_048
ALONG = 201
Z = 1.959964


@dataclass(frozen=True)
class Surface:
    """A Gaussian process of the outcome minus the level."""

    process: Any
    "in standard deviations `spread` around `middle`"
    middle: float
    spread: float

    def at(self, x: Floats) -> tuple[Floats, Floats]:
        """The mean and the standard deviation at places."""
        mean, sd = self.process.predict(x, return_std=True)
        return np.asarray(mean * self.spread + self.middle), np.asarray(np.maximum(sd * self.spread, 1e-12))

    def above(self, x: Floats) -> Floats:
        """The probability that the outcome reaches the level at places."""
        from scipy.special import ndtr

        mean, sd = self.at(x)
        return np.asarray(ndtr(mean / sd))


@dataclass(frozen=True)
class Tipping:
    """The boundary of a level over some levers."""

    outcome: str
    level: float
    levers: tuple[str, ...]
    tried: pd.DataFrame
    "a row per point, in the order tried: levers, mean, se, reached, and chance, the probability that was given to it before"
    reached: float
    "share of the region in which the outcome reaches the level"
    open: float
    "share of the region in which that is not known with 95 %"
    along: pd.DataFrame
    "a row per lever: where the mean crosses the level with the other levers in the middle, low and high of its 95 % band, and why one is blank"
    apart: int
    "points of the first sample, for which there was no forecast"

    @property
    def foretold(self) -> tuple[int, int]:
        """How many of the points tried later came out on the side that was the more probable one, and of how many."""
        later = self.tried.iloc[self.apart :]
        return int(((later["chance"] > 0.5) == later["reached"]).sum()), len(later)

    @property
    def words(self) -> str:
        """The boundary in a few sentences."""
        unit = describe(self.outcome)[0]
        head = (
            f"{wording.title(self.outcome)} of {wording.number(self.level, unit)} or more: in {wording.per_cent(self.reached)} of the "
            f"region, and not decided in {wording.per_cent(self.open)}."
        )
        parts = [
            f"{row['lever']} {row['value']:.3g} ({_end(row['low'])} to {_end(row['high'])})"
            for row in self.along.to_dict("records")
            if not math.isnan(row["value"])
        ]
        where = (
            f" With the other levers in the middle it tips at {wording.listed(parts)}."
            if len(self.levers) > 1
            else f" It tips at {wording.listed(parts)}."
        )
        hits, of = self.foretold
        told = (
            f" {hits} of {of} points chosen near the boundary came out on the side that was foretold."
            if of
            else ""
        )
        none = "With the other levers in the middle there" if len(self.levers) > 1 else "There"
        return head + (where if parts else f" {none} is no crossing.") + told


def tipping(
    study: Study,
    store: Store,
    level: float,
    outcome: str | None = None,
    points: int | None = None,
    workers: int | None = None,
    scheduler: str = "processes",
    progress: Callable[[int, int], None] | None = None,
) -> Tipping:
    """Find where an outcome of the study's scenario reaches a level, over the ranges of its levers.

    Parameters
    ----------
    study, store : one scenario, levers with ranges, and where runs gather; what is there is not done again.
    level : of the outcome's mean over the study's runs.
    outcome : by default the study's first.
    points : how many are tried; by default 12 for each lever.
    workers, scheduler : see `kith.experiments.runs.pools.pool`; what is found does not depend on them.
    progress : called with the number of points tried and of those to try.

    Raises
    ------
    StudyError
        The study has no such levers, several scenarios, or too few runs.
    RunsFailed
        A run failed, or the outcome is undefined in it.
    """
    outcome = study.outcomes[0] if outcome is None else outcome
    check_outcomes((outcome,))
    levers = _ranges(study)
    number = 3 * FIRST * len(levers) if points is None else points
    _check(study, level, number, len(levers))
    tell = progress or (lambda done, total: None)
    tell(0, number)
    done = 0
    with pool(scheduler, workers) as where:

        def measured(places: Floats) -> tuple[Floats, Floats]:
            nonlocal done
            rows = _valued(levers, places)
            asking = study.with_changes(design={"kind": "list", "points": rows})
            conduct(asking, store, scheduler=where)
            means = _means(runs_frame(asking, store, [outcome]), outcome, len(rows))
            done += len(rows)
            tell(done, number)
            return means

        places, mean, variance, chance, surface = sought(measured, len(levers), level, number)
    return _told(outcome, level, levers, places, (mean, variance, chance), surface)


def sought(
    measured: Measured, levers: int, level: float, number: int
) -> tuple[Floats, Floats, Floats, Floats, Surface]:
    """Places tried, means, their variances, the chances given before, and the process fitted to all of them."""
    from scipy.stats import qmc

    first = min(number, FIRST * levers)
    places = np.asarray(qmc.LatinHypercube(levers, rng=SEED).random(first), float)
    mean, variance = measured(places)
    chance = np.full(first, np.nan)
    surface = _fitted(places, mean - level, variance)
    nth = 0
    while len(places) < number:
        nth += 1
        candidates = np.asarray(qmc.Sobol(levers, rng=SEED + nth).random(CANDIDATES), float)
        chosen = _straddling(surface, candidates, min(BATCH, number - len(places)))
        more, noise = measured(chosen)
        chance = np.concatenate([chance, surface.above(chosen)])
        places, mean = np.concatenate([places, chosen]), np.concatenate([mean, more])
        variance = np.concatenate([variance, noise])
        surface = _fitted(places, mean - level, variance)
    return places, mean, variance, chance, surface


def _fitted(x: Floats, y: Floats, variance: Floats) -> Surface:
    """A Gaussian process through means whose noise is known."""
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import ConstantKernel, Matern

    spread = float(y.std()) or 1.0
    kernel = ConstantKernel(1.0, (0.05, 20.0)) * Matern(np.full(x.shape[1], 0.5), (0.05, 10.0), nu=2.5)
    noise = np.maximum(variance, 1e-6 * spread**2)
    process = GaussianProcessRegressor(
        kernel, alpha=noise / spread**2, normalize_y=False, n_restarts_optimizer=1, random_state=SEED
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a length at the end of its range is one that does not matter
        process.fit(x, (y - y.mean()) / spread)
    return Surface(process, float(y.mean()), spread)


def _straddling(surface: Surface, candidates: Floats, number: int) -> Floats:
    """The candidates with the largest straddle, one after the other, each taken as come out as expected."""
    from sklearn.base import clone

    chosen: list[int] = []
    process = surface.process
    x, y, noise = process.X_train_, process.y_train_, process.alpha
    for _ in range(number):
        believed = clone(process).set_params(kernel=process.kernel_, optimizer=None, alpha=noise).fit(x, y)
        mean, sd = replace(surface, process=believed).at(candidates)
        straddle = Z * sd - abs(mean)
        straddle[chosen] = -np.inf
        best = int(straddle.argmax())
        chosen.append(best)
        x = np.vstack([x, candidates[best]])
        y = np.append(y, (mean[best] - surface.middle) / surface.spread)
        noise = np.append(noise, np.median(process.alpha))
    return candidates[chosen]


def _told(
    outcome: str,
    level: float,
    levers: Sequence[Lever],
    places: Floats,
    found: tuple[Floats, Floats, Floats],
    surface: Surface,
) -> Tipping:
    from scipy.stats import qmc

    mean, variance, chance = found
    names = tuple(lever.name for lever in levers)
    tried = pd.DataFrame(_valued(levers, places), columns=list(names))
    tried = tried.assign(mean=mean, se=np.sqrt(variance), reached=mean >= level, chance=chance)
    everywhere = surface.above(np.asarray(qmc.Sobol(len(levers), rng=SEED).random(GRID), float))
    rows = []
    for k, lever in enumerate(levers):
        line = np.full((ALONG, len(levers)), 0.5)
        line[:, k] = np.linspace(0.0, 1.0, ALONG)
        middle, sd = surface.at(line)
        value = _crossing(lever, middle)
        ends = [_crossing(lever, middle + shift * Z * sd) for shift in (1, -1)]
        if middle[0] > 0:
            ends.reverse()
        if math.isnan(value):
            ends = [math.nan, math.nan]
        note = _note(bool(middle[0] > 0), value, ends)
        rows.append({"lever": lever.name, "value": value, "low": ends[0], "high": ends[1], "note": note})
    unit = describe(outcome)[0]
    return Tipping(
        outcome,
        level,
        names,
        with_units(tried, mean=unit, se=unit, chance="share"),
        float(everywhere.mean()),
        float(((everywhere > 0.025) & (everywhere < 0.975)).mean()),
        with_units(pd.DataFrame(rows)),
        int(np.isnan(chance).sum()),
    )


def _note(above: bool, value: float, ends: Sequence[float]) -> str:
    """Why a row has a blank; empty if it has none."""
    if math.isnan(value):
        return f"{'at or above' if above else 'below'} the level along the whole range"
    blank = [name for name, end in zip(("low", "high"), ends, strict=True) if math.isnan(end)]
    return f"the 95 % band reaches beyond the range ({' and '.join(blank)})" if blank else ""


def _crossing(lever: Lever, over: Floats) -> float:
    """The value of the lever at which a curve along it first changes its sign; NaN if it does not."""
    changes = np.flatnonzero(np.sign(over[:-1]) * np.sign(over[1:]) < 0)
    if not len(changes):
        return math.nan
    k = int(changes[0])
    share = (k + over[k] / (over[k] - over[k + 1])) / (len(over) - 1)
    return float(lever.at(np.array([share]))[0])


def _means(frame: pd.DataFrame, outcome: str, number: int) -> tuple[Floats, Floats]:
    """The mean at each point and the variance of that mean, of the pooled variance within points."""
    if frame["error"].notna().any():
        raise RunsFailed(str(frame["error"].dropna().iloc[0]))
    if frame[outcome].isna().any():
        raise RunsFailed(f"{outcome} is undefined in a run; use longer runs")
    by = frame.groupby("point")[outcome]
    runs = len(frame) // number
    own = by.var(ddof=1).to_numpy(float)
    return by.mean().to_numpy(float), np.asarray((own + own.mean()) / 2 / runs)


def _valued(levers: Sequence[Lever], places: Floats) -> list[dict[str, Any]]:
    columns = [lever.at(places[:, k]) for k, lever in enumerate(levers)]
    return [
        dict(zip((lever.name for lever in levers), row, strict=True)) for row in zip(*columns, strict=True)
    ]


def _ranges(study: Study) -> list[Lever]:
    """The levers, all of which need a range."""
    if not study.lever:
        raise StudyError("the study has no lever; add [[lever]] with a name and a range")
    odd = next((lever.name for lever in study.lever if lever.discrete), None)
    if odd is not None:
        raise StudyError(
            f"lever {odd} has no range; a boundary is sought over ranges: give it low and high, or set it"
        )
    if len(study.lever) > MOST_LEVERS:
        raise StudyError(
            f"the study has {len(study.lever)} levers; a boundary is sought over {MOST_LEVERS} at most"
        )
    if study.constraints:
        raise StudyError("a boundary is sought over whole ranges; leave out constraints")
    return list(study.lever)


def _check(study: Study, level: float, number: int, levers: int) -> None:
    if len(study.scenarios) > 1:
        raise StudyError(
            f"scenarios = {', '.join(study.scenarios)}: a boundary is that of one scenario; keep one"
        )
    if not math.isfinite(level):
        raise StudyError(f"--level {level}: must be a number")
    if study.runs < LEAST_RUNS:
        raise StudyError(
            f"runs = {study.runs}: must be {LEAST_RUNS} or more, to tell the noise of a mean; use --runs"
        )
    if not FIRST * levers <= number <= 500:
        raise StudyError(f"--points {number}: must be from {FIRST * levers}, the first sample, to 500")
    if number * study.runs > study.most_runs:
        raise StudyError(
            f"--points {number}: makes {number * study.runs:,} runs, and the study allows {study.most_runs:,}; ask for fewer"
        )


def _end(value: float) -> str:
    return "beyond the range" if math.isnan(value) else f"{value:.3g}"
