"""The first points of a fit: a scrambled Sobol sequence through the priors."""

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats.qmc import Sobol

from kith.experiments.calibration.priors import WIDEST, Floats

SEED = 31_000
"of the scrambling; points are no runs, so this is not a run's seed"


def sobol(points: int, dimensions: int, seed: int = SEED) -> Floats:
    """Points that cover the priors evenly, (points, dimensions), in the priors' standard deviations.

    The sequence is balanced at powers of two; other numbers of points are its beginning, so that more points
    continue a design instead of replacing it.
    """
    sequence = Sobol(dimensions, rng=np.random.default_rng(seed))
    u = sequence.random_base2(int(np.ceil(np.log2(max(2, points)))))[:points]
    edge = ndtr(-WIDEST)
    return np.asarray(ndtri(edge + u * (1.0 - 2.0 * edge)))
