"""Scores of a forecast: error beside the last value's, CRPS, coverage of the 90 % band.

CRPS is the fair estimator of `scoringrules.crps_ensemble`, which does not depend on the number of paths. The
error is that of the paths' median. If the last value has no error, the relative error of a forecast without one
is 1, and of any other undefined (NaN), and left out of means.
"""

from dataclasses import dataclass

import numpy as np

from kith.experiments.calibration.priors import Floats

ESTIMATOR = "fair"
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
    import scoringrules

    low, high = np.quantile(paths, BAND, axis=0)
    crps = scoringrules.crps_ensemble(truth, paths, m_axis=0, estimator=ESTIMATOR)
    return Score(
        float(np.abs(np.median(paths, axis=0) - truth).mean()),
        float(np.mean(crps)),
        float(((truth >= low) & (truth <= high)).mean()),
    )


def relative(mae: float, reference: float) -> float:
    """An error relative to the last value's."""
    if reference > 0.0:
        return mae / reference
    return 1.0 if mae == 0.0 else float("nan")
