"""Further runs of a study where they tell most: replications allocated by variance, in rounds.

After equal first runs, which tell the spread at each point, a budget of further runs is divided in rounds, each with
what is known by then. What is proportional to what depends on the aim, with s the standard deviation at a point:

precision  s², so that all means come to the same standard error
best       (s / d)², d the distance of a point's mean to the best: the optimal computing budget allocation of Chen, Lin,
           Yücesan & Chick 2000, doi:10.1023/A:1008349927281; the best itself has s times the root of the others' sum of (n / s)²
level      (s / d)², d the distance to a level that decides (Szechtman & Yücesan 2008, Proceedings of the Winter Simulation Conference)

As who gets runs depends on what was seen, intervals after it are slightly too narrow.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.errors import StudyError
from kith.experiments.runs.pools import Pool, pool
from kith.experiments.statistics.intervals import LEAST_RUNS, mean_interval
from kith.experiments.statistics.tables import check_outcomes
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.planned_runs import labels_of, points
from kith.experiments.studies.results import runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.sim.results.definitions import describe

type Floats = npt.NDArray[np.float64]
type Counts = npt.NDArray[np.int64]

AIMS = ("precision", "best", "level")
ROUNDS = 4
CLOSE = 0.1
"standard deviations: a point is never taken to be closer to the best or to the level, which would take the whole budget"


@dataclass(frozen=True)
class Replicated:
    """The points of a study after further runs."""

    study: Study
    outcome: str
    aim: str
    budget: int
    "further runs that were asked for"
    table: pd.DataFrame
    "a row per point: levers, runs, further, mean, sd, se, low, high, and se_equal, with as many runs at every point"
    lower: bool = False
    level: float = math.nan

    @property
    def words(self) -> str:
        """What the allocation brought."""
        unit = describe(self.outcome)[0]
        t = self.table
        runs = f"{wording.plural(int(t['further'].sum()), 'further run')} at {int((t['further'] > 0).sum())} of {wording.plural(len(t), 'point')}"
        if self.aim == "precision":
            worst, equal = (wording.number(float(t[name].max()), unit) for name in ("se", "se_equal"))
            return f"{runs}: the largest standard error of a mean is {worst}, with as many runs at every point it would be {equal}."
        if self.aim == "best":
            best = t.loc[t["mean"].idxmin() if self.lower else t["mean"].idxmax()]
            chance, equal = (wording.per_cent(_chance(t, self.lower, name)) for name in ("se", "se_equal"))
            return f"{runs}: the best is point {best['point']} of {best['scenario']}, which is so with a probability of at least {chance}; with as many runs at every point at least {equal}."
        away, equal_away = (
            int((abs(t["mean"] - self.level) > 2 * t[name]).sum()) for name in ("se", "se_equal")
        )
        level = wording.number(self.level, unit)
        return f"{runs}: {away} of {len(t)} means are more than two standard errors from {level}; with as many runs at every point {equal_away} would be."


def replicate(
    study: Study,
    store: Store,
    budget: int,
    outcome: str | None = None,
    aim: str = "precision",
    level: float | None = None,
    lower: bool = False,
    workers: int | None = None,
    scheduler: str = "processes",
    progress: Callable[[int, int], None] | None = None,
) -> Replicated:
    """Run the study, then a budget of further runs where the aim needs them; all are stored.

    Parameters
    ----------
    study, store : what is asked, and where runs gather; what is there is not done again.
    budget : further runs, over those of the study.
    outcome : whose means are to be known; by default the study's first.
    aim : of `AIMS`.
    level : of the aim `level`.
    lower : with the aim `best`, whether less is better.
    workers, scheduler : see `kith.experiments.runs.pools.pool`; what comes out does not depend on them.
    progress : called with the number of runs done and of all.

    Raises
    ------
    StudyError
        The request makes no sense, or a point has too few runs to tell its spread.
    """
    outcome = study.outcomes[0] if outcome is None else outcome
    _check(study, budget, outcome, aim, level)
    tell = progress or (lambda done, total: None)
    cells = [
        _Cell(study, scenario, label, number, point)
        for scenario, label in labels_of(study).items()
        for number, point in enumerate(points(study).to_dict("records"))
    ]
    total = len(cells) * study.runs + budget
    tell(0, total)
    with pool(scheduler, workers) as where:
        values = [cell.values(store, where, outcome, study.runs) for cell in cells]
        few = next((c for c, v in zip(cells, values, strict=True) if len(v) < LEAST_RUNS), None)
        if few is not None:
            raise StudyError(
                f"{outcome} at point {few.number} of {few.label} is defined in fewer than {LEAST_RUNS} runs, too few to tell its spread; use more --runs"
            )
        number = np.full(len(cells), study.runs)
        left = budget
        for nth in range(ROUNDS):
            part = left // (ROUNDS - nth)
            wanted = weights(values, aim, math.nan if level is None else level, lower)
            more = allocated(number, wanted, part)
            number, left = number + more, left - part
            for k in np.flatnonzero(more):
                values[k] = cells[k].values(store, where, outcome, int(number[k]))
            tell(total - left, total)
    rows = [
        _row(cell, v, int(n), study, budget / len(cells))
        for cell, v, n in zip(cells, values, number, strict=True)
    ]
    unit = describe(outcome)[0]
    units = dict.fromkeys(("mean", "sd", "se", "low", "high", "se_equal"), unit)
    table = with_units(pd.DataFrame(rows), further="runs", **units)
    return Replicated(study, outcome, aim, budget, table, lower, math.nan if level is None else level)


def weights(values: list[Floats], aim: str, level: float, lower: bool) -> Floats:
    """What the number of runs of each point should be proportional to."""
    mean = np.array([v.mean() for v in values])
    sd = np.array([v.std(ddof=1) for v in values])
    if not sd.any():
        return np.ones(len(values))
    sd = np.maximum(sd, 1e-3 * sd.max())
    if aim == "precision":
        return sd**2
    if aim == "level":
        return np.asarray((sd / np.maximum(abs(mean - level), CLOSE * sd)) ** 2)
    best = int(mean.argmin() if lower else mean.argmax())
    off = np.maximum(abs(mean - mean[best]), CLOSE * sd)
    wanted = (sd / off) ** 2
    others = np.arange(len(values)) != best
    wanted[best] = sd[best] * math.sqrt(float(((wanted / sd)[others] ** 2).sum()))
    return np.asarray(wanted)


def allocated(number: Counts, wanted: Floats, budget: int) -> Counts:
    """How many of `budget` further runs each point gets, so that all its runs come closest to `wanted`, up to a factor."""
    more = np.zeros(len(number))
    open_ = np.ones(len(number), bool)
    while True:  # points that have more than their part already get none, and the others share the rest
        total = number[open_].sum() + budget
        aim = wanted * total / wanted[open_].sum()
        over = open_ & (aim < number)
        if not over.any():
            break
        open_ &= ~over
    more[open_] = (aim - number)[open_]
    whole = np.floor(more).astype(np.int64)
    rest = np.argsort(-(more - whole), kind="stable")[: budget - int(whole.sum())]
    whole[rest] += 1
    return whole


@dataclass(frozen=True)
class _Cell:
    """A point of the study in one scenario."""

    study: Study
    scenario: str
    label: str
    number: int
    point: dict[str, Any]

    def values(self, store: Store, where: Pool, outcome: str, runs: int) -> Floats:
        """The outcome in that many runs, in the order of seeds, done where they are missing."""
        levers = {lever.name for lever in self.study.lever} or set(self.point)
        point = {name: value for name, value in self.point.items() if name in levers}
        asking = self.study.with_changes(
            scenarios=[self.scenario], design={"kind": "list", "points": [point]}, runs=runs
        )
        conduct(asking, store, scheduler=where)
        frame = runs_frame(asking, store, [outcome])
        if outcome not in frame:
            return np.zeros(0)
        return frame.loc[frame["error"].isna(), outcome].dropna().to_numpy(float)


def _check(study: Study, budget: int, outcome: str, aim: str, level: float | None) -> None:
    check_outcomes((outcome,))
    if aim not in AIMS:
        raise StudyError(f"--for {aim}: must be {', '.join(AIMS[:-1])} or {AIMS[-1]}")
    if (aim == "level") != (level is not None):
        raise StudyError("--level belongs to --for level, and has to be given there")
    if level is not None and not math.isfinite(level):
        raise StudyError(f"--level {level}: must be a number")
    if budget < 1:
        raise StudyError(f"--budget {budget}: must be 1 or more")
    if study.runs < LEAST_RUNS:
        raise StudyError(
            f"runs = {study.runs}: must be {LEAST_RUNS} or more, to tell the spread at each point; use --runs"
        )
    if study.size[1] + budget > study.most_runs:
        raise StudyError(
            f"--budget {budget:,}: makes {study.size[1] + budget:,} runs, and the study allows {study.most_runs:,}; ask for fewer"
        )


def _row(cell: _Cell, values: Floats, runs: int, study: Study, equal: float) -> dict[str, Any]:
    interval = mean_interval(values)
    sd = float(values.std(ddof=1))
    return {
        "scenario": cell.label,
        "point": cell.number,
        **cell.point,
        "runs": runs,
        "further": runs - study.runs,
        "mean": interval.mean,
        "sd": sd,
        "se": sd / math.sqrt(len(values)),
        "low": interval.low,
        "high": interval.high,
        "se_equal": sd / math.sqrt(study.runs + equal),
    }


def _chance(table: pd.DataFrame, lower: bool, se: str) -> float:
    """A lower bound of the probability that the best mean is the best point (Bonferroni, as in Chen et al. 2000)."""
    from scipy.stats import norm

    mean, error = table["mean"].to_numpy(float), table[se].to_numpy(float)
    best = int(mean.argmin() if lower else mean.argmax())
    others = np.arange(len(mean)) != best
    off = abs(mean - mean[best])[others]
    spread = np.hypot(error[others], error[best])
    wrong = norm.sf(np.divide(off, spread, out=np.full(len(off), np.inf), where=spread > 0))
    return max(0.0, 1.0 - float(wrong.sum()))
