"""E1: how many of those who join were invited, and how many invitations lead to a join.

Over three years. A web grows by word of mouth, a pool by broadcast; the share of a design led by
referrals may be higher. Joins count late ones, of people who follow first. The cliff is looked for where it
is made: an organisation whose product falls from .7 to .3 lowers satisfaction, and invitations should fall by
degrees. They are counted over three months among members who are awake at the beginning and at the end of these in
both runs: in the whole community, those who still come and are counted are the contented.
"""

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record

if TYPE_CHECKING:
    import pandas as pd

DAYS, YEAR = 1080, 360
FALL = 720
LATER = FALL + 180


def arms(size: Size) -> Mapping[str, Arm]:
    """Four designs, and a web whose product becomes worse."""
    return {
        **{name: arm(name, DAYS, size) for name in ("baseline", "web", "pool", "community_core")},
        "before": arm("web", LATER, size, (LATER - 90,)),
        "worse": arm("web", LATER, size, (LATER - 90,), phases={FALL: {"organisation.quality": 0.3}}),
    }


def measure(records: Records) -> Mapping[str, float]:
    """Invited share and joins per invitation by design; the fall of inviting with satisfaction."""
    out = {}
    for name in ("baseline", "web", "pool", "community_core"):
        series = records[name][-1].series
        invited = float(series["joins_referral"].sum())
        out[f"invited share of joins, {name}"] = invited / float(series["joins"].sum())
        last = series.iloc[-YEAR:]
        out[f"joins per invitation in the last year, {name}"] = float(
            last["joins_referral"].sum() / last["invitations"].sum()
        )
    there = _awake_throughout(*records["before"], *records["worse"])
    sent, satisfaction = {}, {}
    for name in ("before", "worse"):
        then, now = (_by_membership(record).loc[there] for record in records[name])
        sent[name] = float((now["invitations"] - then["invitations"]).sum())
        satisfaction[name] = float(now["satisfaction"].mean())
    lost = satisfaction["before"] - satisfaction["worse"]
    out["satisfaction lost"] = lost
    out["inviting lost per tenth of satisfaction"] = (1.0 - sent["worse"] / sent["before"]) * 0.1 / lost
    return out


def _by_membership(record: Record) -> "pd.DataFrame":
    return record.members.set_index(["person", "spell"])


def _awake_throughout(*records: Record) -> "pd.MultiIndex":
    """Memberships that are awake in all of some records."""
    sets = [members.index[members["awake"]] for members in map(_by_membership, records)]
    return reduce(lambda some, others: some.intersection(others), sets)


WEAK = "a twenty-fifth: inviting answers to satisfaction, but by a little less"
PATTERN = Pattern(
    "E1",
    "invited people are some of those who join",
    "Invitations bring between a twentieth and a third of those who join, and a tenth of them or so succeed.",
    "ACQ-i, ACQ-c (docs/explanation/science.md); bands of the designs assumed",
    arms,
    measure,
    (
        Quantity("invited share of joins, baseline", 0.05, 0.35),
        Quantity("invited share of joins, web", 0.05, 0.35),
        Quantity("invited share of joins, pool", 0.05, 0.35),
        Quantity("invited share of joins, community_core", 0.05, 0.35),
        Quantity("joins per invitation in the last year, baseline", 0.02, 0.30),
        Quantity("joins per invitation in the last year, web", 0.02, 0.30),
        Quantity("joins per invitation in the last year, pool", 0.02, 0.30),
        Quantity("joins per invitation in the last year, community_core", 0.02, 0.30),
        Quantity("inviting lost per tenth of satisfaction", 0.05, 0.30, unmet=WEAK),
        Quantity("satisfaction lost"),
    ),
)
