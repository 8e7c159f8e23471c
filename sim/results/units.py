"""Units of every column of a record's tables, stored in `frame.attrs["units"]`.

`docs/how-to/frames.md` documents the same columns. A count per day has the unit 1/day; "-" marks a number
without unit, and "name" a name.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kith.sim.results.definitions import describe

if TYPE_CHECKING:
    import pandas as pd

    from kith.sim.results.indicators import Indicator

SERIES: dict[str, str] = {
    "day": "day",
    "ties": "ties",
    "presence": "share",
    "coverage": "share",
    **dict.fromkeys(
        ("present", "awake", "dormant", "active", "today", "audience", "member", "internal"), "members"
    ),
    **dict.fromkeys(("unaware", "followers", "left"), "people"),
    "content": "items",
    "unwanted": "items",
    "disputes": "disputes",
    "quality": "quality",
    "direction": "interest",
    "unfairness": "Gini",
    "surplus": "EUR/day",
    "dormant_revenue": "EUR/day",
}
"stocks and money; every other series counts events per day"

MEMBERS: dict[str, str] = {
    **dict.fromkeys(("person", "referrer"), "address"),
    **dict.fromkeys(
        (
            "joined_day",
            "left_day",
            "first_contribution",
            "last_contribution",
            "last_visit",
            "lapsed_day",
            "asleep_since",
        ),
        "day",
    ),
    **dict.fromkeys(("channel", "layer", "exit_cause", "asleep_cause", "first_post", "arm"), "name"),
    **dict.fromkeys(("spell", "generation", "propensity"), "-"),
    "contributions": "contributions",
    "ties": "ties",
    "interest": "interest",
    **dict.fromkeys(("paying", "awake"), "yes or no"),
    "belonging": "belonging",
    "satisfaction": "satisfaction",
    "norm": "share",
    **dict.fromkeys(("revenue", "cost", "surplus", "rewards"), "EUR"),
    "invitations": "invitations",
    "invited_joins": "memberships",
}
OWN = "-"
"the unit of custom columns, which is not known"
TIES: dict[str, str] = {"person_a": "address", "person_b": "address", "strength": "strength", "day": "day"}
EVENTS: dict[str, str] = {"member_id": "name", "timestamp": "UTC", "action": "name", "target_member": "name"}


def series_units(columns: Iterable[str]) -> dict[str, str]:
    """The unit of each daily series."""
    return {name: SERIES.get(name, "EUR/day" if _is_money(name) else "1/day") for name in columns}


def indicator_units(names: Iterable[str], additions: Iterable["Indicator"] = ()) -> dict[str, str]:
    """The unit of each indicator or variant, including custom ones; `day` is the column of monthly tables."""
    units = {indicator.name: indicator.unit for indicator in additions}

    def unit(name: str) -> str:
        stem = next((n for n in units if name == n or name.startswith(n + "_")), None)
        return units[stem] if stem is not None else describe(name)[0]

    return {name: "day" if name == "day" else unit(name) for name in names}


def with_units[Frame: (pd.DataFrame, pd.Series)](frame: Frame, units: Mapping[str, str]) -> Frame:
    """The frame with the units of its columns, or of a series' entries; every one needs a unit."""
    import pandas as pd

    names = frame.columns if isinstance(frame, pd.DataFrame) else frame.index
    frame.attrs["units"] = {name: units[name] for name in names}
    return frame


def _is_money(name: str) -> bool:
    return name.startswith(("revenue", "cost"))
