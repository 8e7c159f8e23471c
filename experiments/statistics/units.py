"""The units of the columns of frames: indicators, parameters and counts have one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kith.sim.results.definitions import describe

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


def with_units(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame, its units in `attrs["units"]`: column -> unit, where one is known."""
    frame.attrs["units"] = {str(name): unit for name in frame if (unit := unit_of(str(name)))}
    return frame
