"""A fit that is done, made up: right in form, for tests of the page that shows it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from kith.dashboard.fitting.stored_fits import BUNDLE, FIT, PATHS, TABLE
from kith.experiments.calibration.bundle import write_bundle
from tests.experiments.calibration.bundles import made_up

VERDICT = "Actives, 3 dates: damped trend wins with a CRPS of 10.5; kith, anchored comes in place 2 of 9."


def write_done(folder: Path) -> None:
    """Write the folder of a fit that is poor, with a forecast of two windows."""
    (folder / BUNDLE).mkdir(parents=True)
    write_bundle(replace(made_up(), verdict=[VERDICT]), folder / BUNDLE / FIT, "<html></html>")
    luck = np.random.default_rng(3)
    paths = pd.DataFrame({"run": np.repeat(np.arange(10), 2), "window": np.tile([0, 1], 10)})
    for name in ("joins", "actives", "actions"):
        paths[name] = luck.uniform(10, 20, 20)
    rows = [
        {"from": f"2020-03-{2 + 7 * k:02d}", "to": f"2020-03-{8 + 7 * k:02d}"}
        | {
            f"{name}{end}": value
            for name in ("joins", "actives", "actions")
            for end, value in (("_low", 10.0), ("", 15.0), ("_high", 20.0))
        }
        for k in range(2)
    ]
    pd.DataFrame(rows).to_parquet(folder / BUNDLE / TABLE)
    paths.to_parquet(folder / BUNDLE / PATHS)
