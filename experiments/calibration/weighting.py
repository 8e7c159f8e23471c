"""Runs at draws of a posterior, drawn again in favour of those that met the past best.

The emulator does not know the luck of a run: of two runs with the same parameters one may have had its dull month when the
community had it, and the other not. Each counts by the likelihood of its own statistics under the
target's errors, which is flattened until a third of the runs count in effect, so that no single run decides.
"""

from collections.abc import Sequence

import numpy as np

from kith.experiments.calibration.priors import Floats
from kith.experiments.calibration.statistics import Target
from kith.experiments.evidence.observation import Integers

COUNTED = 1.0 / 3.0
"effective number of runs relative to their number"
FURTHEST = 400.0
"squared errors beyond which a statistic counts no more"


def misfit_of(target: Target, y: Floats) -> Floats:
    """The sum of squared errors of each run by its statistics on the scale of comparison, (runs, statistics)."""
    z = (y - target.values) / target.errors
    return np.asarray(np.where(np.isfinite(z), np.minimum(z**2, FURTHEST), FURTHEST / 10.0).sum(axis=1))


def weights_of(target: Target, y: Floats) -> Floats:
    """The weight of each run by its statistics on the scale of comparison, (runs, statistics); they sum to 1."""
    misfit = misfit_of(target, y)
    misfit = misfit - misfit.min()

    def effective(heat: float) -> float:
        w = np.exp(-0.5 * misfit / heat)
        return float(w.sum() ** 2 / (w**2).sum())

    low, high = 1.0, 1e6
    if effective(low) < COUNTED * len(y):
        for _ in range(60):
            middle = np.sqrt(low * high)
            low, high = (middle, high) if effective(middle) < COUNTED * len(y) else (low, middle)
    w = np.exp(-0.5 * misfit / low)
    return np.asarray(w / w.sum())


def chosen(weights: Floats, number: int, seed: int) -> Integers:
    """Places of runs, drawn by systematic resampling, which adds the least noise, (number,)."""
    start = np.random.default_rng(seed).random()
    at = (start + np.arange(number)) / number
    return np.minimum(np.searchsorted(np.cumsum(weights), at), len(weights) - 1)


def resampled[T](runs: Sequence[T], weights: Floats, seed: int) -> list[T]:
    """As many runs as there are, drawn by their weights."""
    return [runs[int(k)] for k in chosen(weights, len(runs), seed)]
