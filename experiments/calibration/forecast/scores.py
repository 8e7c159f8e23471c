"""Scores of a forecast: error beside the last value's, CRPS, coverage of the 90 % band.

CRPS has its fair estimator, which does not depend on the number of paths (Ferro 2014, *QJRMS* 140, 1917). The
error is that of the paths' median. If the last value has no error, the relative error of a forecast without one
is 1, and of any other undefined (NaN), and left out of means.
"""

from dataclasses import dataclass

import numpy as np

from kith.experiments.calibration.priors import Floats

BAND = (0.05, 0.95)


@dataclass(frozen=True)
class Score:
    """How good a forecast was."""

    mae: float
    crps: float
    coverage: float
    "share of windows whose value lies within the 90 % band"


def score(truth: Floats, paths: Floats) -> Score:
    """The score of paths, (paths, windows), against what happened, (windows,)."""
    low, high = np.quantile(paths, BAND, axis=0)
    return Score(
        float(np.abs(np.median(paths, axis=0) - truth).mean()),
        float(np.mean(crps(truth, paths))),
        float(((truth >= low) & (truth <= high)).mean()),
    )


def crps(truth: Floats, paths: Floats) -> Floats:
    """CRPS of each window: the mean distance to what happened, less half the mean distance between two paths."""
    n = len(paths)
    ranks = np.arange(1, n + 1)[:, None]
    between = ((2.0 * ranks - n - 1.0) * np.sort(paths, axis=0)).sum(axis=0) / (n * (n - 1.0))
    return np.asarray(np.abs(paths - truth).mean(axis=0) - between)


def relative(mae: float, reference: float) -> float:
    """An error relative to the last value's."""
    if reference > 0.0:
        return mae / reference
    return 1.0 if mae == 0.0 else float("nan")
