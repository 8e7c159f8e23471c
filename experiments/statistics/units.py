"""The units of the columns of frames: indicators, parameters and counts have one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kith.sim.results.definitions import describe
from kith.sim.results.units import SERIES

if TYPE_CHECKING:
    import pandas as pd

IDS: Mapping[str, str] = {
    "seed": "random seed",
    "day": "days",
    "runs": "runs",
    "n": "runs",
    "pairs": "paired runs",
    "prob_greater": "share",
    "variance_removed": "share",
    "runs_needed": "paired runs",
    "world": "draw of the parameters",
}
TO_DATE = {"margin_to_date": "EUR"}
"series that a run of a study or a comparison adds up"


def unit_of(column: str) -> str:
    """The unit of a column that has the name of an indicator, a parameter or an index; empty if it has none."""
    if column in IDS:
        return IDS[column]
    name = column.removesuffix("_sd").removesuffix("_se")
    if column.endswith("_defined"):
        return "runs"
    try:
        return describe(name)[0]
    except (KeyError, ValueError):
        return _unit_of_parameter(name)


def _unit_of_parameter(name: str) -> str:
    from kith.sim.schema.parameter_set import ParameterError, field_of

    try:
        extra = field_of(name).json_schema_extra
    except (ParameterError, KeyError, ValueError):
        return ""
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""


def units_in(frame: "pd.DataFrame") -> dict[str, str]:
    """Column -> unit, where one is known: what the frame carries in `attrs["units"]`, then what names tell."""
    carried = frame.attrs.get("units", {})
    return {str(name): unit for name in frame if (unit := carried.get(name) or unit_of(str(name)))}


def with_units(frame: "pd.DataFrame", **known: str) -> "pd.DataFrame":
    """The frame, its units in `attrs["units"]`: column -> unit, where one is known, and those that are given."""
    frame.attrs["units"] = units_in(frame) | known
    return frame


def with_series_units(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The same of a frame of daily series: a stock has the unit of its series, whatever has the name of an indicator that one."""
    known = {str(name): SERIES[name] for name in frame if name in SERIES}
    return with_units(frame, **{name: unit for name, unit in {**TO_DATE, **known}.items() if name in frame})
