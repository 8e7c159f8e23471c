"""The units of the columns of frames: every column has one, and be it `-`, a number without unit.

As in the frames of a run (`kith.sim.results.units`), `name` is a name or category, and `yes or no` a truth value.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kith.sim.results.definitions import describe
from kith.sim.results.units import SERIES

if TYPE_CHECKING:
    import pandas as pd

OF_ROW = "as the row says"
"the unit of a column that is different in each row: that of the row's outcome, lever or column"
IDS: Mapping[str, str] = {
    "run_id": "identifier",
    "point": "point",
    "seed": "random seed",
    "day": "day",
    **dict.fromkeys(
        ("error", "blank", "no_effect", "rule", "sentence", "reason", "because", "definition"), "text"
    ),
    **dict.fromkeys(("points", "failing"), "points"),
    **dict.fromkeys(("worlds", "more", "less", "worlds_needed"), "worlds"),
    **dict.fromkeys(("density", "coverage", "front_share", "share", "share_parameters"), "share"),
    "runs": "runs",
    "n": "runs",
    "pairs": "paired runs",
    "prob_greater": "share",
    "variance_removed": "share",
    "runs_needed": "paired runs",
    "world": "draw of the parameters",
    "pair": "pair of runs",
    "pairs_needed": "paired runs",
}
ROWS = frozenset(
    (
        *(
            "mean",
            "sd",
            "se",
            "median",
            "low",
            "high",
            "value",
            "number",
            "mu",
            "mu_star",
            "mu_star_conf",
            "sigma",
        ),
        *(
            "difference",
            "difference_low",
            "difference_high",
            "median_difference",
            "regret_first",
            "regret_second",
        ),
        *("promised", "promised_low", "promised_high", "fresh", "change", "change_low", "change_high"),
    )
)
"columns of tables with several outcomes, levers or columns below each other"
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


def _unit_by_kind(name: str, kind: object) -> str:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_bool_dtype(kind):
        return "yes or no"
    if not is_numeric_dtype(kind):
        return "name"
    return OF_ROW if name in ROWS else "-"


def units_in(frame: "pd.DataFrame") -> dict[str, str]:
    """Column -> unit: what the frame carries in `attrs["units"]`, then what the name tells, then what kind it is."""
    carried = frame.attrs.get("units", {})
    return {
        str(name): carried.get(name) or unit_of(str(name)) or _unit_by_kind(str(name), frame[name].dtype)
        for name in frame
    }


def with_units(frame: "pd.DataFrame", **known: str) -> "pd.DataFrame":
    """The frame, its units in `attrs["units"]`: column -> unit, also those that are given."""
    frame.attrs["units"] = units_in(frame) | {name: unit for name, unit in known.items() if name in frame}
    return frame


def with_series_units(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The same of a frame of daily series: a stock has the unit of its series, whatever has the name of an indicator that one."""
    known = {str(name): SERIES[name] for name in frame if name in SERIES}
    return with_units(frame, **TO_DATE, **known)
