"""Sensitivity indices of levers: Morris, Sobol or PAWN, depending on the design of the study.

A point's value is the mean over its runs, which share their seeds with all other points, so noise
common to all points does not affect the indices. `luck` is the share of the variance between points that is
the remaining noise; indices below it mean little. All results are conditional on the seeds.

Morris 1991, doi:10.1080/00401706.1991.10484804; Campolongo, Cariboni & Saltelli 2007,
doi:10.1016/j.envsoft.2006.10.004 (μ*); Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018 (Sobol);
Pianosi & Wagener 2018, doi:10.1016/j.envsoft.2018.07.019 (PAWN).
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.analyses.morris import morris_effects, moves
from kith.experiments.analyses.pawn import FEWEST_PER_SLICE, pawn_indices
from kith.experiments.errors import StudyError
from kith.experiments.statistics.point_noise import luck
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.designs import (
    HARMONICS,
    Fast,
    Grid,
    LatinHypercube,
    Listed,
    Morris,
    Random,
    Sobol,
    unit_problem,
)
from kith.experiments.studies.planned_runs import points
from kith.experiments.studies.results import runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study

type Floats = npt.NDArray[np.float64]

RESAMPLES = 1_000
"Bootstrap resamples behind the intervals."
FEW_RESAMPLES = 100
"the same where each takes an analysis of its own"
SEED = 1
MEASURES = {"morris": "mu_star", "sobol": "ST", "fast": "ST", "pawn": "median", "delta": "delta"}
"The measure by which levers are ranked, by method."
UNITS = dict.fromkeys(("luck", "S1", "S1_conf", "ST", "ST_conf"), "share") | dict.fromkeys(
    ("delta", "delta_conf", "median", "maximum", "floor"), "-"
)


def sensitivity(study: Study, store: Store, outcomes: Sequence[str] | None = None) -> pd.DataFrame:
    """One row per scenario, outcome and lever, the most important lever first.

    Columns: scenario, outcome, lever, method, luck, then the measures of the method. `morris`: mu,
    mu_star with mu_star_conf (half of its 95 % interval), sigma, in units of the outcome per range of
    the lever; of words, per change of the word. `sobol`: S1 and ST, shares of variance, with S1_conf and
    ST_conf; of groups, where the design has them. `fast`: the same. `delta`, where a sample asks for it: delta and S1. `pawn`, for designs that are neither: median, maximum, and floor, what the median of a lever
    without any effect stays below in 19 cases of 20. Measures are NaN where the outcome is undefined at
    some point or the same at all of them; the column `blank` then says why.

    Raises
    ------
    StudyError
        If the design has too few points to tell, or some are not there yet.
    """
    grid = points(study)
    levers = _levers(study, grid)
    frame = runs_frame(study, store, outcomes or study.outcomes)
    if frame.empty:
        raise StudyError("no run is stored yet; start with `kith study run`")
    rows = []
    for scenario in frame["scenario"].unique():
        runs = frame[(frame["scenario"] == scenario) & frame["error"].isna()]
        _check_complete(study, runs, scenario, len(grid))
        for outcome in outcomes or study.outcomes:
            if outcome in runs:
                indices = _of_outcome(study, grid[levers], runs, outcome)
                indices.insert(0, "outcome", outcome)
                indices.insert(0, "scenario", scenario)
                rows.append(indices)
    return with_units(pd.concat(rows, ignore_index=True), **UNITS)


def method_of(study: Study) -> str:
    """The method that the study's design is made for."""
    design = study.design
    if isinstance(design, Sobol | Morris | Fast):
        return design.kind
    return design.indices if isinstance(design, Random | LatinHypercube) else "pawn"


def sobol_indices(
    y: Floats, levers: int, second_order: bool = False, problem: dict[str, Any] | None = None
) -> pd.DataFrame:
    """S1 and ST with half of their 95 % intervals, a row per lever, or per group of the problem.

    Parameters
    ----------
    y : the outcome at every point, in the order of the design.
    levers : how many.
    second_order : whether the design was made for interactions of pairs.
    problem : of `Sobol.problem`, where levers are in groups.
    """
    from SALib.analyze import sobol

    analysis = sobol.analyze(
        problem or unit_problem(levers), y, calc_second_order=second_order, num_resamples=RESAMPLES, seed=SEED
    )
    return pd.DataFrame(
        {name: np.asarray(analysis[name], float) for name in ("S1", "S1_conf", "ST", "ST_conf")}
    )


def fast_indices(y: Floats, levers: int) -> pd.DataFrame:
    """S1 and ST of a FAST design, a row per lever.

    Without intervals: SALib calls those that it bootstraps for this method unreliable.
    """
    from SALib.analyze import fast

    with _undisturbed():
        analysis = fast.analyze(unit_problem(levers), y, M=HARMONICS, num_resamples=2)
    return pd.DataFrame({name: np.asarray(analysis[name], float) for name in ("S1", "ST")})


def delta_indices(x: Floats, y: Floats) -> pd.DataFrame:
    """Delta, how much knowing a lever moves the whole distribution, and S1, from any sample; a row per lever.

    Borgonovo 2007, doi:10.1016/j.ress.2006.04.015; Plischke, Borgonovo & Smith 2013, doi:10.1016/j.ejor.2012.11.047.
    """
    from SALib.analyze import delta

    with _undisturbed():
        analysis = delta.analyze(unit_problem(x.shape[1]), x, y, num_resamples=FEW_RESAMPLES, seed=SEED)
    names = {"delta": "delta_balanced", "delta_conf": "delta_balanced_conf", "S1": "S1", "S1_conf": "S1_conf"}
    return pd.DataFrame({name: np.asarray(analysis[of], float) for name, of in names.items()})


@contextmanager
def _undisturbed() -> Iterator[None]:
    """SALib sets random numbers and warnings for the whole process, and speaks of levers by number: none of it stays.

    What it warns of, that two ways to divide a sample differ, the intervals show.
    """
    state, form = np.random.get_state(), warnings.formatwarning  # noqa: NPY002
    try:
        with warnings.catch_warnings(record=True):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
        warnings.formatwarning = form


def _of_outcome(study: Study, grid: pd.DataFrame, runs: pd.DataFrame, outcome: str) -> pd.DataFrame:
    y = runs.groupby("point")[outcome].mean().to_numpy(float)
    method = method_of(study)
    reason = why_blank(y)
    factors = list(grid.columns)
    if isinstance(study.design, Sobol):
        factors = study.design.factors(factors)
    indices = pd.DataFrame(index=range(len(factors))) if reason else _measured(study, grid, y)
    indices.insert(0, "luck", luck(runs, outcome))
    indices.insert(0, "method", method)
    indices.insert(0, "lever", factors)
    indices["blank"] = reason
    by = MEASURES[method]
    return indices.sort_values(by, ascending=False, kind="stable") if by in indices else indices


def _measured(study: Study, grid: pd.DataFrame, y: Floats) -> pd.DataFrame:
    design = study.design
    if isinstance(design, Sobol):
        problem = design.problem(list(grid.columns))
        return sobol_indices(y, grid.shape[1], design.second_order, problem)
    if isinstance(design, Fast):
        return fast_indices(y, grid.shape[1])
    if isinstance(design, Morris):
        unit = design.unit(grid.shape[1])
        return morris_effects(unit, y, design.levels, moves(study.lever, unit))
    numbers = [_numbered(grid[name]) for name in grid]
    x = np.column_stack(numbers)
    return delta_indices(x, y) if method_of(study) == "delta" else pawn_indices(x, y)


def _levers(study: Study, grid: pd.DataFrame) -> list[str]:
    """The levers of the design; what formulas derive from them is not one."""
    names = [lever.name for lever in study.lever]
    if isinstance(study.design, Listed | Grid):
        names = [str(name) for name in grid if str(name) not in study.derived]
    if method_of(study) in ("pawn", "delta") and len(grid) < 2 * FEWEST_PER_SLICE:
        raise StudyError(
            f"{len(grid)} points are too few to rank levers; use {10 * FEWEST_PER_SLICE} or more"
        )
    return names


def _check_complete(study: Study, runs: pd.DataFrame, scenario: str, points: int) -> None:
    complete = runs["point"].nunique()
    if complete < points:
        raise StudyError(
            f"{points - complete} of {points} points of {scenario} have no result yet, and a "
            f"{study.design.kind} design needs all of them; `kith study run` adds the missing runs"
        )


def why_blank(y: Floats) -> str:
    """Why there are no indices of an outcome; empty where there are."""
    undefined = int((~np.isfinite(y)).sum())
    if undefined:
        return f"undefined at {undefined} of {len(y)} points"
    return "" if np.ptp(y) > 0 else "the same at all points"


def _numbered(column: "pd.Series[float]") -> Floats:
    """Numbers as they are, words as their place in the order of first appearance."""
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(float)
    return pd.factorize(column)[0].astype(float)
