"""D1: a hub community without its hub, a mixed one without its hub, and a web without its best connected.

Half a year after the loss, against the run without it on the same seed: visits and active members, and how
many of the additional exits are called by their name: those above what as many members would lose at the daily
share of the run in which the hub stays. The hub of the pure design is the product: it owns
no other that would be worth as much as the default.
"""

from collections.abc import Mapping
from typing import Any

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm

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
    stays, gone = records["hub"][-1].series[DAY:], records["hub gone"][-1].series[DAY:]
    usual = gone["present"].shift(1, fill_value=gone["present"].iloc[0]) * stays["leaves"] / stays["present"]
    more = float((gone["leaves"] - usual).sum())
    out["additional exits named after the hub"] = (
        float(gone["leaves_hub"].sum()) / more if more > 0.0 else float("nan")
    )
    out["visits lost, hub less mixed"] = out["visits lost, hub"] - out["visits lost, mixed"]
    return out


TOO_MANY = (
    "half as many again as are additional: some who would have left for other reasons leave for want of the "
    "hub, and are named after it"
)
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
        Quantity("additional exits named after the hub", 0.5, 1.2, unmet=TOO_MANY),
        Quantity("visits lost, mixed"),
        Quantity("active lost, mixed"),
    ),
)
