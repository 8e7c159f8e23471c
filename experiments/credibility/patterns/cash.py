"""SF11: small public payments discourage well-connected members and attract the others.

A web in which every contribution earns 0.25 EUR for half a year, and then nothing again; compared with
the counterfactual that was never paid, by members' number of ties on the day before. A further arm has thanks instead of
cash. Members who wrote before the payments are the intrinsically motivated.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record

START, MONTHS6 = 360, 180
STOP, END = START + MONTHS6, START + 2 * MONTHS6
FIRST_MONTH, LAST_MONTH = START + 30, END - 30
CASH, THANKS = 0.25, 0.5


def arms(size: Size) -> Mapping[str, Arm]:
    """Never paid; paid for half a year; thanked for half a year."""
    looks = (START, FIRST_MONTH, STOP, LAST_MONTH)
    paid = {
        START: {"incentives.cash_per_contribution": CASH},
        STOP: {"incentives.cash_per_contribution": 0.0},
    }
    thanked = {START: {"incentives.recognition": THANKS}, STOP: {"incentives.recognition": 0.0}}
    return {
        "plain": arm("web", END, size, looks),
        "paid": arm("web", END, size, looks, phases=paid),
        "thanked": arm("web", END, size, looks, phases=thanked),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Changes relative to the counterfactual: by quintile of ties, in total, and after the end of pay."""
    eve = records["plain"][0].members
    awake = eve[eve["awake"]].sort_values(["ties", "person"])
    quintiles = np.array_split(awake["person"].to_numpy(), 5)
    wrote = awake.loc[awake["contributions"] > 0, "person"].to_numpy()

    def change(name: str, first: int, second: int, who: Any = None) -> float:
        paid, unpaid = (written(records[n], first, second, who) for n in (name, "plain"))
        return paid / unpaid - 1.0 if unpaid > 0.0 else math.nan

    return {
        "under cash, most tied fifth": change("paid", 0, 2, quintiles[4]),
        "under cash, least tied fifth": change("paid", 0, 2, quintiles[0]),
        "under cash, all": change("paid", 0, 2),
        "sixth month after cash, those who wrote before": change("paid", 3, 4, wrote),
        "under thanks, all": change("thanked", 0, 2),
        "half a year after cash, all": change("paid", 2, 4),
        "first month of cash, least tied fifth": change("paid", 0, 1, quintiles[0]),
    }


def written(records: Sequence[Record], first: int, second: int, who: Any = None) -> float:
    """Contributions between two looks, of some persons or of all."""
    totals = []
    for record in (records[first], records[second]):
        m = record.members
        totals.append(float((m if who is None else m[m["person"].isin(who)])["contributions"].sum()))
    return totals[1] - totals[0]


FIRST_MORE = (
    "the least connected write a tenth more in the first month of cash, and over the whole time a little "
    "less: they become connected meanwhile, and others write less to them; seeds range from -27 to +67 %"
)
PATTERN = Pattern(
    "SF11",
    "cash crowds out the connected",
    "Token payments reduce contributions of well-connected members, which do not recover when payments end; thanks help.",
    "Sun, Dong & McIntyre 2017, doi:10.1287/mksc.2016.1022; Deci et al. 1999; Gneezy & Rustichini 2000",
    arms,
    measure,
    (
        Quantity("under cash, most tied fifth", high=0.0),
        Quantity("under cash, least tied fifth", low=0.0, fine=True, unmet=FIRST_MORE),
        Quantity("under cash, all", -0.25, 0.10),
        Quantity("sixth month after cash, those who wrote before", high=0.0),
        Quantity("under thanks, all", low=0.0),
        Quantity("half a year after cash, all"),
        Quantity("first month of cash, least tied fifth"),
    ),
)
