"""Which points no other point beats, and how sure that is over seeds."""

import numpy as np
import numpy.typing as npt

type Floats = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]

RESAMPLES = 999
SEED = 1


def nondominated(values: Floats) -> Flags:
    """Which points are on the Pareto front: no other is at least as good in all and better in one.

    Parameters
    ----------
    values : (points, objectives), all of which should be small. With one objective the front is the
        best point.
    """
    no_worse = (values[:, None] <= values[None]).all(axis=2)
    better = (values[:, None] < values[None]).any(axis=2)
    return np.asarray(~(no_worse & better).any(axis=0))


def front_shares(values: Floats) -> Floats:
    """The share of bootstrap draws in which each point is on the front, (points,).

    Each draw takes as many seeds as there are, with replacement, the same at every point, because
    points share the random draws of each seed.

    Parameters
    ----------
    values : (points, seeds, objectives), all of which should be small.
    """
    seeds = values.shape[1]
    draws = np.random.default_rng(SEED).integers(seeds, size=(RESAMPLES, seeds))
    return np.mean([nondominated(values[:, draw].mean(axis=1)) for draw in draws], axis=0)
