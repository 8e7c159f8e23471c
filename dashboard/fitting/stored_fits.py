"""Fits that were made on the page: what is asked of one, and the folder in which it lies.

A folder holds the bundle of `kith calibrate`, the forecast ahead and the runs so far: numbers of the community, nothing
of a member. Deleting the folder deletes all of it.
"""

import hashlib
import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from kith.dashboard.live.study_catalogue import STUDIES
from kith.experiments.calibration.bundle import read_bundle, write_bundle
from kith.experiments.calibration.calibrate import Calibration, calibrate
from kith.experiments.calibration.fitting import Budget
from kith.experiments.calibration.forecast.ahead import UNITS, Forecast, forecast
from kith.experiments.calibration.past import Past, past_of
from kith.experiments.calibration.representative import AGAIN, TRIED
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import of_table
from kith.experiments.files import whole_folder
from kith.experiments.reports.fits.calibration import calibration_page
from kith.extras import demand
from kith.scenarios.catalogue import library
from kith.scenarios.logs.table import EventTable
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.plan import MAX_DAYS

USUAL = Path("out", "fits")
"""Where fits are kept; below the folder of `kith dashboard --studies` if one is given."""

DESIGN = "community_core"
"""The scenario that is fitted unless another one is chosen."""

KNOWN: Mapping[str, Mapping[str, Any]] = {DESIGN: {"affiliation.peers": 1.0}}
"""What is set, not fitted, in a scenario: people who are the product of each other are tied to each other."""

HOLDOUT = 0.3
AHEAD = 180
"""Days of the forecast."""

BUDGET = Budget()
FORECAST_RUNS = 60
BUNDLE, FIT, RUNS, TABLE, PATHS = "bundle", "fit", "runs", "ahead.parquet", "paths.parquet"


@dataclass(frozen=True)
class FitRequest:
    """One fit that is asked for."""

    past: Past
    design: str = DESIGN
    holdout: float = HOLDOUT
    "0 where the log is too short to judge forecasts of its own past"
    budget: Budget = BUDGET
    forecast_runs: int = FORECAST_RUNS

    @property
    def key(self) -> str:
        """The name of its folder: the log, the scenario and the model decide it."""
        return fit_key(self.past, self.design)

    @property
    def runs(self) -> int:
        """About how many runs it costs."""
        views = 4 if self.holdout else 1
        b = self.budget
        judged = 2 * b.per_forecast * (views - 1)
        return b.before_ensemble(views) + b.ensemble + judged + TRIED * AGAIN + self.forecast_runs


@dataclass(frozen=True)
class StoredFit:
    """A fit that is done, with its forecast."""

    key: str
    fit: Calibration
    ahead: Forecast


def fit_request(table: EventTable, label: str, design: str = DESIGN) -> FitRequest:
    """The fit of a log; without a judgement of its forecasts if it is too short for one.

    Raises `RequestError` if it is too short or too small to be fitted at all, saying from when on it would make sense.
    """
    if design not in {entry.name for entry in library()}:
        raise RequestError(f"there is no scenario {design[:60]} in the library; choose one from the menu")
    observed = of_table(table)
    try:
        return FitRequest(past_of(observed, label, HOLDOUT), design)
    except RequestError:
        return FitRequest(past_of(observed, label, 0.0), design, 0.0)


def fit_key(past: Past, design: str) -> str:
    """A name for the fit of a past with a scenario."""
    o = past.observed
    digest = hashlib.sha256(f"{past.label}|{design}|{MODEL_VERSION}|{o.start}|{o.end}".encode())
    for column in (o.member, o.time, o.target):
        digest.update(column.tobytes())
    return digest.hexdigest()[:16]


def fits_folder() -> Path:
    """The folder of all fits."""
    given = os.environ.get(STUDIES)
    return Path(given) / "fits" if given else USUAL


def carry_out(request: FitRequest, folder: Path, progress: Callable[[int, int], None]) -> None:
    """Fit, look ahead and write both into the folder; runs so far are kept there, so that a stopped fit goes on."""
    demand("evidence")
    known = KNOWN.get(request.design, {})
    extra = request.forecast_runs

    fitting = 0

    def count(done: int, total: int) -> None:
        nonlocal fitting
        fitting = total
        progress(done, total + extra)

    fit = calibrate(
        request.design,
        request.past,
        holdout=request.holdout,
        overrides=known,
        budget=request.budget,
        store=folder / RUNS,
        progress=count,
    )
    assert fit.past is not None
    ahead = forecast(
        fit,
        min(AHEAD, MAX_DAYS - fit.past.days),
        request.forecast_runs,
        progress=lambda done, _: progress(fitting + done, fitting + extra),
    )
    with whole_folder(folder / BUNDLE) as made:
        write_bundle(fit, made / FIT, calibration_page(fit, command_of(fit)))
        ahead.table.to_parquet(made / TABLE, index=False)
        paths = ahead.paths
        if ahead.drawn is not None:
            paths = paths.assign(draw=ahead.drawn[paths["run"]])
        paths.to_parquet(made / PATHS, index=False)
    shutil.rmtree(folder / RUNS, ignore_errors=True)


def command_of(fit: Calibration) -> str:
    """The command that repeats a fit; the log lies where the user has it."""
    known = " ".join(f"--set {name}={value}" for name, value in fit.overrides.items())
    held = "" if fit.held is not None else " --holdout 0"
    return (
        f"kith calibrate {fit.scenario} {shlex.quote(fit.label)} {known}{held} --out fit\nkith forecast fit"
    )


def stored_fit(key: str) -> StoredFit | None:
    """The fit in a folder; None if there is none, or one that this model cannot read."""
    bundle = fits_folder() / key / BUNDLE
    try:
        stamp = (bundle / TABLE).stat().st_mtime_ns
    except OSError:
        return None
    try:
        return _read(bundle, key, stamp)
    except (RequestError, OSError, ValueError):
        return None


@lru_cache(maxsize=8)
def _read(bundle: Path, key: str, _: int) -> StoredFit:
    fit = read_bundle(bundle / FIT)
    table, paths = (pd.read_parquet(bundle / name) for name in (TABLE, PATHS))
    for frame in (table, paths):
        ends = ("", "_low", "_high")
        frame.attrs["units"] = {
            f"{n}{e}": unit for n, unit in UNITS.items() for e in ends if f"{n}{e}" in frame
        }
    assert fit.past is not None
    days, runs = len(table) * fit.past.window, paths["run"].nunique()
    drawn = paths.groupby("run")["draw"].first().to_numpy() if "draw" in paths else None
    return StoredFit(key, fit, Forecast(fit, days, runs, table, paths, drawn=drawn))


def begun(key: str) -> bool:
    """Whether a fit was stopped and has runs to go on with."""
    return (fits_folder() / key / RUNS).is_dir()


def delete_fit(key: str) -> None:
    """Delete the folder of a fit, and what was read of it."""
    _read.cache_clear()
    shutil.rmtree(fits_folder() / key, ignore_errors=True)
