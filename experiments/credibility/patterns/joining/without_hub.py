"""D1: a hub community without its hub, a mixed one without its hub, and a web without its best connected.

Half a year after the loss, against the run without it on the same seed: visits and active members, and how many of
the additional exits are called by their name. An exit is to fall silent or to leave, for the first time; it is counted
among those who were awake on the eve of the loss and had never been silent, the same people in both runs. The hub of
the pure design is the product: it owns no other that would be worth as much as the default.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

if TYPE_CHECKING:
    import pandas as pd

DAY, MONTH = 720, 30
DAYS = DAY + 6 * MONTH
GONE = {"day": DAY, "kind": "hub_departs"}
TOP = {"day": DAY, "kind": "members_leave", "share": 0.01, "who": "most_connected"}
PURE: dict[str, Any] = {"value__product": 0.15}
MIXED: dict[str, Any] = {"affiliation__hub": 0.5, "affiliation__activity": 0.5, "affiliation__peers": 0.5}


def arms(size: Size) -> Mapping[str, Arm]:
    """Each design with its loss and without."""
    return {
        "hub": arm("hub", DAYS, size, **PURE),
        "hub gone": arm("hub", DAYS, size, shocks=[GONE], **PURE),
        "mixed": arm("web", DAYS, size, **MIXED),
        "mixed gone": arm("web", DAYS, size, shocks=[GONE], **MIXED),
        "web": arm("web", DAYS, size),
        "web gone": arm("web", DAYS, size, shocks=[TOP]),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Losses of visits in the sixth month and of active members at its end; share of additional exits named."""
    out = {}
    for name in ("hub", "mixed", "web"):
        stays, gone = (records[arm_name][-1].series for arm_name in (name, f"{name} gone"))
        sixth = slice(DAY + 5 * MONTH, None)
        out[f"visits lost, {name}"] = float(1.0 - gone["today"][sixth].sum() / stays["today"][sixth].sum())
        out[f"active lost, {name}"] = float(1.0 - gone["active"].iloc[-1] / stays["active"].iloc[-1])
    stays, gone = (records[name][-1].members for name in ("hub", "hub gone"))
    more = int(exits(gone).sum()) - int(exits(stays).sum())
    named = int((exits(gone) & ((gone["asleep_cause"] == "hub") | (gone["exit_cause"] == "hub"))).sum())
    out["additional exits named after the hub"] = named / more if more > 0 else float("nan")
    out["visits lost, hub less mixed"] = out["visits lost, hub"] - out["visits lost, mixed"]
    return out


def exits(members: "pd.DataFrame") -> "pd.Series":
    """Which memberships of the eve of the loss, never silent so far, have fallen silent or left since, (memberships,)."""
    there = (members["joined_day"] < DAY) & (members["lapsed_day"].isna() | (members["lapsed_day"] >= DAY))
    return there & members["lapsed_day"].notna()


PATTERN = Pattern(
    "D1",
    "a hub community lives by its hub",
    "Half a year after the hub has left, most visits and about half of the active are gone; mixed designs lose less.",
    "HUB-founder: Becker & Hvide 2022 (-60 %); HUB-star: Azoulay et al. 2010, doi:10.1162/qjec.2010.125.2.549",
    arms,
    measure,
    (
        Quantity("visits lost, hub", 0.45, 0.80, fine=True),
        Quantity("active lost, hub", 0.40, 0.75),
        Quantity("visits lost, hub less mixed", low=0.0),
        Quantity("visits lost, web", high=0.20),
        Quantity("active lost, web", high=0.20),
        Quantity("additional exits named after the hub", 0.5, 1.2),
        Quantity("visits lost, mixed"),
        Quantity("active lost, mixed"),
    ),
)
