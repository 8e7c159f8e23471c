"""SF9: removal of the hub from a hub community, and of the best-connected members from a web or a pool.

Visits in the sixth month after the removal, compared with the counterfactual without it (same people, same random draws).
A hub community suffers from the absence of its hub by definition; size, speed and succession are
what the model can get wrong. A pool has no ties, so the 2 % removed are drawn at random.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.pattern import Arm, Over, Pattern, Quantity, Records, Size, arm

DAY = 720
MONTH = 30
DAYS = DAY + 6 * MONTH
GONE = {"day": DAY, "kind": "hub_departs"}
TOP = {"day": DAY, "kind": "members_leave", "share": 0.02, "who": "most_connected"}


def arms(size: Size) -> Mapping[str, Arm]:
    """Each affiliation with and without the removal; a hub whose role is open to others."""
    return {
        "hub": arm("hub", DAYS, size),
        "web": arm("web", DAYS, size),
        "pool": arm("pool", DAYS, size),
        "hub gone": arm("hub", DAYS, size, shocks=[GONE]),
        "web gone": arm("web", DAYS, size, shocks=[TOP]),
        "pool gone": arm("pool", DAYS, size, shocks=[TOP]),
        "hub open": arm("hub", DAYS, size, shocks=[GONE], governance__succession=1.0),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Loss of visits by month after the removal; whether somebody has taken over."""
    visits = {name: _monthly(r[-1].series["today"].to_numpy(float)) for name, r in records.items()}
    lost = {name: 1.0 - visits[f"{name} gone"] / visits[name] for name in ("hub", "web", "pool")}
    half = np.flatnonzero(lost["hub"] >= lost["hub"][5] / 2)
    return {
        "loss in the sixth month, hub": float(lost["hub"][5]),
        "loss in the sixth month, web": float(lost["web"][5]),
        "loss in the sixth month, pool": float(lost["pool"][5]),
        "hubs that live on under an open rule": float(
            records["hub open"][-1].series["presence"].iloc[-1] > 0.5
        ),
        "months until half of the hub's loss": float(half[0] + 1),
        "loss in the sixth month, hub under an open rule": float(
            1.0 - visits["hub open"][5] / visits["hub"][5]
        ),
    }


def _monthly(today: Any) -> Any:
    return today[DAY:].reshape(6, MONTH).sum(axis=1)


PATTERN = Pattern(
    "SF9",
    "removal by type",
    "Half a year after losing its hub, a hub community has lost far more than a web or a pool.",
    "Becker & Hvide 2022; Azoulay et al. 2010; Avelino et al. 2019 (41 % live on), arXiv:1906.08058",
    arms,
    measure,
    (
        Quantity("loss in the sixth month, hub", 0.40, 0.85),
        Quantity("loss in the sixth month, web", 0.03, 0.20),
        Quantity("loss in the sixth month, pool", 0.0, 0.15),
        Quantity("hubs that live on under an open rule", 0.2, 0.6, Over.SHARE),
        Quantity("months until half of the hub's loss"),
        Quantity("loss in the sixth month, hub under an open rule"),
    ),
)
