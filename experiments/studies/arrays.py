"""A study as labelled arrays: what was measured by run and indicator, and daily series by run, day and indicator."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kith.experiments.statistics.units import unit_of
from kith.experiments.studies.planned_runs import IDS
from kith.experiments.studies.results import levers_of, runs_frame, series_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.extras import demand
from kith.sim.engine import MODEL_VERSION

if TYPE_CHECKING:
    import xarray


def data_set(study: Study, store: Store, outcomes: Sequence[str] | None = None) -> "xarray.Dataset":
    """The runs of a study as an xarray data set.

    `measured` has the dimensions run and indicator; `daily`, if the study stores series, run, day and series. Scenario,
    point, seed and levers are coordinates of a run, units are coordinates of an indicator and of a series. What is
    undefined, a failed run and a day without a value are NaN.

    Parameters
    ----------
    outcomes : which indicators; by default all that were measured.

    Raises
    ------
    ExtraMissing
        xarray is not installed.
    """
    demand("arrays")
    import xarray

    frame = runs_frame(study, store, outcomes)
    levers = levers_of(frame, study)
    names = list(frame.columns[list(frame.columns).index("error") + 1 :])
    known: dict[str, Any] = {
        name: ("run", _plain(frame[name])) for name in (*IDS[1:], *levers) if name not in ("run", "indicator")
    }
    known |= {
        "run": frame["run_id"].to_numpy(str),
        "indicator": np.array(names, str),
        "unit": ("indicator", np.array([unit_of(name) for name in names], str)),
    }
    variables: dict[str, Any] = {"measured": (("run", "indicator"), frame[names].to_numpy(float))}
    if study.series:
        days, columns, values, units = _daily(series_frame(study, store), frame)
        variables["daily"] = (("run", "day", "series"), values)
        known |= {
            "day": ("day", days, {"units": "days"}),
            "series": np.array(columns, str),
            "series_unit": ("series", np.array(units, str)),
        }
    about = {"study": study.name, "title": study.title, "model_version": MODEL_VERSION}
    return xarray.Dataset(variables, coords=known, attrs=about)


def _daily(
    series: pd.DataFrame, runs: pd.DataFrame
) -> tuple[np.ndarray[Any, Any], list[str], np.ndarray[Any, Any], list[str]]:
    """Days, names of series, values by run, day and series, and the unit of each series."""
    columns = [str(name) for name in series.columns[list(series.columns).index("day") + 1 :]]
    days = np.sort(series["day"].unique())
    values = np.full((len(runs), len(days), len(columns)), np.nan)
    keys = ["run_id", "scenario", "point"]
    place = {tuple(row): k for k, row in enumerate(runs[keys].itertuples(index=False))}
    row = [place[tuple(key)] for key in series[keys].itertuples(index=False)]
    values[row, np.searchsorted(days, series["day"])] = series[columns].to_numpy(float)
    units = series.attrs["units"]
    return days, columns, values, [units.get(name, "") for name in columns]


def _plain(column: pd.Series) -> np.ndarray[Any, Any]:
    """The values of a column as numbers or text: a file of arrays has no other kind."""
    if column.map(lambda value: isinstance(value, str | bool)).any() or len(column) == 0:
        return column.astype(str).to_numpy(str)
    return column.to_numpy()
