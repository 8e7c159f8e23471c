"""A bundle that no fit has made: right in form, for tests of what reads it."""

from pathlib import Path

import numpy as np
import pandas as pd

from kith.experiments.calibration.bundle import write_bundle
from kith.experiments.calibration.calibrate import Calibration, PastInNumbers
from kith.experiments.calibration.inference.identified import identified, traded
from kith.experiments.calibration.priors import PRIORS


def made_up() -> Calibration:
    """A fit of 60 days of a community of thirty."""
    draws = np.random.default_rng(1).normal(size=(20, len(PRIORS)))
    joins = np.full(60, 1)
    past = PastInNumbers(
        60, 60, 200, 7, 600, "2020-01-06", 1.0, ("post",), joins, np.full(8, 20.0), np.full(8, 25.0)
    )
    row = {"statistic": "gini", "real": 0.5, "fitted": 0.4, "low": 0.3, "high": 0.5, "error": 0.05}
    table = pd.DataFrame([row | {"tolerance": 0.05, "relative": False, "met": False, "misfit": -2.0}])
    return Calibration(
        "village.csv",
        "web",
        {},
        dict(PRIORS),
        draws,
        table,
        identified(PRIORS, draws),
        traded(PRIORS, draws),
        False,
        ["the fit has not converged"],
        1.0,
        past=past,
        point=draws[0],
    )


def write_made_up_bundle(target: Path) -> None:
    write_bundle(made_up(), target, "<html></html>")
