"""Elementary effects of Morris designs, in units of the outcome per range of a lever; by SALib.

SALib divides every change of the outcome by the design's step. A lever with few values moves by
more or less than that, a switch over its whole range, so its changes are first scaled to the step.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.studies.designs import unit_problem
from kith.experiments.studies.levers import Lever

type Floats = npt.NDArray[np.float64]

RESAMPLES, SEED = 1_000, 1
"Bootstrap resamples behind the intervals, and which."


def morris_effects(unit: Floats, y: Floats, levels: int, moved: Floats | None = None) -> pd.DataFrame:
    """mu, mu_star and sigma of elementary effects over the whole range of each lever, a row per lever.

    Parameters
    ----------
    unit : (points, levers), the design's numbers from 0 to 1.
    y : the outcome at every point.
    levels : of the design.
    moved : which share of its range the lever of each step moved, (trajectories, levers), as
        `moves` gives it; by default the design's step, as for levers that have a range.
    """
    from SALib.analyze import morris

    if moved is not None:
        y = _as_by_the_step(y, moved, levels / (2 * (levels - 1)))
    indices = morris.analyze(
        unit_problem(unit.shape[1]), unit, y, num_levels=levels, num_resamples=RESAMPLES, seed=SEED
    )
    names = ("mu", "mu_star", "mu_star_conf", "sigma")
    return pd.DataFrame({name: np.asarray(indices[name], float) for name in names})


def moves(levers: Sequence[Lever], unit: Floats) -> Floats:
    """Which share of its range the lever moved that was moved in each step, (trajectories, levers).

    A lever of few values cannot move by the design's step: a switch goes all the way. Words have no
    order, so that every change of a word is all the way.
    """
    places = np.column_stack([_place(lever, unit[:, i]) for i, lever in enumerate(levers)])
    words = np.array([_of_words(lever) for lever in levers])
    steps = np.abs(np.diff(places.reshape(-1, len(levers) + 1, len(levers)), axis=1))
    return np.asarray(np.where(words & (steps > 0), 1.0, steps).sum(axis=2))


def _as_by_the_step(y: Floats, moved: Floats, step: float) -> Floats:
    """The outcome along each trajectory if every lever had moved by the step, and y had followed."""
    paths = y.reshape(len(moved), -1)
    factors = np.divide(step, moved, out=np.ones_like(moved), where=moved > 0)
    return np.hstack([paths[:, :1], paths[:, :1] + np.cumsum(np.diff(paths) * factors, axis=1)]).ravel()


def _place(lever: Lever, u: Floats) -> Floats:
    """The position of a lever between its lowest and highest value, from 0 to 1."""
    if lever.choices is not None:
        known = {value: place for place, value in enumerate(lever.choices)}
        return np.array([known[value] for value in lever.at(u)]) / max(1, len(known) - 1)
    if not lever.integer or lever.prior:
        return u
    dressed = np.log if lever.scale == "log" else np.asarray
    low, value, high = (dressed(np.array(lever.at(v), float)) for v in (np.zeros(1), u, np.ones(1)))
    return np.asarray((value - low) / (high - low if high > low else 1.0))


def _of_words(lever: Lever) -> bool:
    return lever.choices is not None and isinstance(lever.choices[0], str)
