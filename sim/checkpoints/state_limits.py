"""State limits: the values that each attribute of a saved state may have.

Kernels index without bounds checks, so a state from a file is validated before a kernel uses it:
every attribute has its type, every array its dtype, length and range of values. `state_checks` applies
these tables and checks the conditions that tables cannot express.
"""

import math
from collections import deque
from typing import Any

import numpy as np

from kith.sim.results.recorder import AMOUNTS, COUNTS, Recorder
from kith.sim.schema.packed import PACKED
from kith.sim.schema.parameter_set import Parameters
from kith.sim.schema.plan import MAX_DAYS, MEASURED, Plan
from kith.sim.state.categories import Cause, Channel, Count
from kith.sim.state.climate import CLIMATE
from kith.sim.state.community import Community
from kith.sim.state.decay import BURST_DAYS, WEEK
from kith.sim.state.dormancy.dormant import Dormant
from kith.sim.state.hazard_clocks import Heap, TouchClock
from kith.sim.state.layers import PAST
from kith.sim.state.ledger import MONTHS, Account, Ledger
from kith.sim.state.market import SIGNALS, MarketState, Status
from kith.sim.state.population import MEMBER, NEVER, Archive, Population
from kith.sim.state.ties import MAX_CAPACITY, TIE, Ties
from kith.sim.storage.limits import (
    MOST,
    NOTHING,
    OR_NOBODY,
    PERSONS,
    SHARE,
    STOCK,
    TEXT,
    TRUTH,
    WIDEST,
    Bound,
    Dimensions,
    Each,
    Either,
    Fields,
    Numbers,
    Of,
    Real,
    Rule,
    Table,
    Whole,
)
from kith.sim.storage.plan_limits import LIMITS as PLAN_LIMITS
from kith.sim.storage.serialise import COMMUNITY

KINDS = COMMUNITY.and_(Recorder, frozenset({"community", "indicators"}))
"the classes of a checkpoint; the recorder's community is saved separately, indicators are passed to `resume`"


def _letters(value: Any, dims: Dimensions) -> bool:
    """Open invitations: invitee, inviter, generation, weak, discount (per mille), day sent."""
    highs: tuple[Bound, ...] = ("last person", "last person", MOST, 1, 1000, "day")
    return Numbers("i8", (None, 6), 0)(value, dims) and all(
        Numbers("i8", (None,), 0, high).holds(value[:, k], dims) for k, high in enumerate(highs)
    )


def _column(value: Any, dims: Dimensions) -> bool:
    """A custom column: plain values by person."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "biufUM"
        and value.shape[:1] == (dims["everyone"],)
    )


LIMITS: dict[type[Any], dict[str, Rule]] = {
    **PLAN_LIMITS,
    Community: {
        "plan": Of((Plan,)),
        "seed": Whole(0, 2**63 - 1),
        "days": Whole(1, MAX_DAYS),
        "key": Of((np.uint64,)),
        "day": Whole(0, MAX_DAYS - 1),
        "presence": Numbers("f8", ("hubs",), 0.0, 1.0),
        "hub_left": Numbers("i8", ("hubs",), -1, "day"),
        "most_voice": SHARE,
        "pushing": STOCK,
        "parameters": Of((Parameters,)),
        "at_start": Table(TEXT, Numbers("i8", (len(MEASURED), "everyone"), -MOST, MOST)),
        "quality": SHARE,
        "direction": SHARE,
        "p": Numbers(PACKED, ("arms",)),
        "strengths": Numbers("f8", (SIGNALS + 1,), 0.0, WIDEST),
        "decay": Numbers("f8", (WEEK + 1, 10), 0.0, 1.0),
        "fade": Numbers("f8", ("days and past",), 0.0, 1.0),
        "base": Numbers("f8", ("days, past and ten",), 0.0, WIDEST),
        "exit_halvings": Numbers("f8", ("days and one",), 0.0, WIDEST),
        "tenure_halvings": Numbers("f8", ("days and one",), 0.0, WIDEST),
        "burst": Numbers("f8", (BURST_DAYS,), 0.0, 1.0),
        "waking": Numbers("f8", ("days and past",), 0.0, WIDEST),
        "tiers": Numbers("f8", (None, 3), 0.0, WIDEST),
        "badge_levels": Numbers("i8", (None,), 0, MOST),
        "market": Of((MarketState,)),
        "far": Numbers("i8", (None,), 0, "last of market"),
        "known": Fields((Numbers("i8", (None,), 0, MOST), Numbers("i4", (None,), 0, "last of market"))),
        "touch": Of((TouchClock,)),
        "given": Of((type(None), TouchClock)),
        "follow": Of((Heap,)),
        "back": Of((Heap,)),
        "forget": Of((Heap,)),
        "again": Of((Heap,)),
        "population": Of((Population,)),
        "dormant": Of((Dormant,)),
        "archive": Of((Archive,)),
        "ties": Of((Ties,)),
        "ledger": Of((Ledger,)),
        "count": Numbers("i8", (len(Count),), 0, MOST),
        "joins": Numbers("i8", (len(Channel),), 0, MOST),
        "leaves": Numbers("i8", (len(Cause),), 0, MOST),
        "sleeps": Numbers("i8", (len(Cause),), 0, MOST),
        "calls": STOCK,
        "last_visits": Numbers("i8", (2, "past, days and one"), 0, "everyone"),
        "last_contributions": Numbers("i8", ("past, days and one",), 0, "everyone"),
        "internal": Whole(0, "everyone"),
        "active": Whole(0, "everyone"),
        "active_by_side": Numbers("f8", (2,), 0, "everyone"),
        "content": STOCK,
        "items": Numbers("i8", ("days and one",), 0, MOST),
        "visitors": Numbers("i8", (None,), 0, "rows"),
        "visiting": PERSONS,
        "gaps": Numbers("f8", (None,)),
        "written": Numbers("i8", (None, 4), -2, MOST),
        "exchanges": Numbers("i8", (None,), 0, MOST),
        "referred": Numbers("i8", (None, 2), -1, "rows"),
        "invited": Table(Whole(0, MOST), Each(list, _letters)),
        "recent": Each(deque, PERSONS),
        "talk": Numbers("f8", (4,), 0.0, WIDEST),
        "authors": Each(deque, PERSONS),
        "introduced": Numbers("i8", (None, 2), 0, "rows"),
        "tended": SHARE,
        "diary": Either((NOTHING, Each(list, Fields((Whole(0, "day"), TEXT, PERSONS, OR_NOBODY))))),
        "unwanted": STOCK,
        "disputes": STOCK,
        "ignored": STOCK,
        "legitimacy": Real(),
        "bad_news": STOCK,
        "competitor": STOCK,
        "competitor_bonds": TRUTH,
        "promoters": STOCK,
        "useful": Numbers("i8", ("days and one",), 0, MOST),
        "budget": STOCK,
        "coverage": STOCK,
        "returns": Numbers("f8", (2,), -WIDEST, WIDEST, nan=True),
        "saved": Numbers("i8", (2,), -MOST, MOST),
        "surplus": Numbers("i8", (1,), -MOST, MOST),
        "without": Whole(),
        "value_counted": Whole(),
        "heir_on": Whole(-1, MOST),
        "climate": Numbers(CLIMATE, (1,)),
        "plan_founders": Whole(0, "everyone"),
        "plan_dormant": Whole(0, "everyone"),
        "invitation_joins": Numbers("i8", ("days and one",), 0, MOST),
        "unfairness": Real(),
        "share_per_point": Real(),
        "month_revenue": Whole(),
        "dormant_revenue": Whole(),
        "columns": Table(TEXT, _column),
        "by_hand": TRUTH,
    },
    Recorder: {
        "counts": Numbers("i8", (len(COUNTS), "days"), -MOST, MOST),
        "amounts": Numbers("f8", (len(AMOUNTS), "days"), nan=True),
        "months": Each(list, Table(TEXT, Either((Real(-math.inf, math.inf), lambda v, _: v != v)))),
        "each_month": TRUTH,
        "churn_by_month": Each(list, Either((SHARE, lambda v, _: v != v))),
        "noted": Whole(0, "days"),
        "surplus": Whole(),
    },
    MarketState: {
        "size": Whole("market", "market"),
        "status": Numbers("i1", ("everyone",), 0, len(Status) - 1),
        "row": Numbers("i4", ("everyone",), "last place below", "last row"),
        "spells": Numbers("i2", ("everyone",), 0),
        "touched_by": Numbers("i1", ("everyone",), 0, len(Channel) - 1),
        "due": Numbers("f8", ("everyone",), 0.0),
        "signals": Numbers("i1", ("everyone",), 0, SIGNALS),
        "signallers": Numbers("i4", ("everyone", SIGNALS), -1, "last person"),
        "interest": Numbers("f8", ("everyone",), 0.0, 1.0),
        "eager": Either((NOTHING, Numbers("f8", ("market",), 0.0))),
        "tally": Numbers("i8", (len(Status),), 0, "everyone"),
        "propensity": Either((NOTHING, Numbers("f8", ("everyone",), 0.0, WIDEST, nan=True))),
        "capacity": Either((NOTHING, Numbers("i8", ("everyone",), 0, MAX_CAPACITY))),
        "forgets": Either((NOTHING, Numbers("f8", ("everyone",), -1.0))),
    },
    TouchClock: {
        "hazard": STOCK,
        "_residual": Numbers("f8", ("market",), 0.0),
        "_threshold": Numbers("f8", ("market",), 0.0),
        "_fit": Numbers("f8", ("market",), 0.0),
        "_since": STOCK,
        "_order": Numbers("i8", (None,), 0, "last of market"),
        "passed": Whole(0, "market"),
    },
    Heap: {
        "hazard": STOCK,
        "_thresholds": Numbers("f8", (None,), 0.0, WIDEST),
        "_persons": PERSONS,
        "size": Whole(0, MOST),
    },
    Population: {
        "members": Numbers(MEMBER, ("rows",)),
        "address": Numbers("i8", ("rows",), -1, "last person"),
        "visit_bound": Numbers("f8", ("rows",), 0.0),
        "exit_bound": Numbers("f8", ("rows",), 0.0, nan=True),
        "last_visit": Numbers("i4", ("rows",), NEVER, "day"),
        "next_bill": Numbers("i4", ("rows",), -1),
        "top": Whole(0, "rows"),
        "vacant": Numbers("i8", ("rows",), 0, "rows"),
        "vacancies": Whole(0, "rows"),
        "present": Whole(0, "rows"),
    },
    Dormant: {
        "members": Numbers(MEMBER, ("places",)),
        "person": Numbers("i8", ("places",), -1, "last person"),
        "since": Numbers("i4", ("places",), -PAST, "day"),
        "called": Numbers("f8", ("places",), 0.0, WIDEST),
        "tied": Numbers("f8", ("places",), 0.0, WIDEST),
        "last_visit": Numbers("i4", ("places",), NEVER, "day"),
        "next_bill": Numbers("i4", ("places",), -1),
        "count": Whole(0, "places"),
    },
    Archive: {
        "members": Numbers(MEMBER, ("archived",)),
        "left": Numbers("i4", ("archived",), 0, "day"),
        "cause": Numbers("i1", ("archived",), 0, len(Cause) - 1),
        "last_visit": Numbers("i4", ("archived",), NEVER, "day"),
        "count": Whole(0, "archived"),
    },
    Ties: {
        "pool": Numbers(TIE, (None,)),
        "top": Numbers("i8", (1,), 0, "slots"),
        "free": Numbers("i8", (MAX_CAPACITY + 1,), -1, "slots"),
        "count": Numbers("i8", (1,), 0, "slots"),
    },
    Ledger: {
        "total": Numbers("i8", (len(Account),), -MOST, MOST),
        "today": Numbers("i8", (len(Account),), -MOST, MOST),
        "cash": Whole(),
        "by_tenure": Numbers("i8", (MONTHS,), -MOST, MOST),
    },
}
"""Part -> attribute -> rule. Parts that lack one are rejected; kernels use no other attributes."""

EVER: tuple[Bound, Bound] = (NEVER, "day")
MEMBER_LIMITS: dict[str, tuple[Bound, Bound]] = {
    "person": (0, "last person"),
    "slots": (0, "slots"),
    "degree": (0, MAX_CAPACITY),
    "capacity": (0, MAX_CAPACITY),
    "settled": ("settled since", "day"),
    "joined": (1 - PAST, "day"),
    "arm": (0, "last arm"),
    "side": (0, 1),
    "internal": (0, 1),
    "weeks": (0, 0x1FFF),
    "channel": (0, len(Channel) - 1),
    "referrer": (-1, "last person"),
    "seasoned": (1 - PAST, "day"),
    "asleep_cause": (0, len(Cause) - 1),
    "first_asleep": EVER,
    "asleep_on": EVER,
    "woke_on": EVER,
    "first_replied": (0, 2),
    "standing": (-1, 1),
    "first_contribution": EVER,
    "last_contribution": EVER,
    "last_benefit": EVER,
    "last_reward": EVER,
    "last_post": EVER,
    "last_answer": EVER,
    "last_react": EVER,
    "last_vote": EVER,
    "last_attend": EVER,
    "points": (0, MOST),
    "contributions": (0, MOST),
    "generation": (0, MOST),
    "spell": (0, MOST),
    "invitations": (0, MOST),
    "invited_joins": (0, MOST),
    "month_points": (0, MOST),
}
"""Fields of a member's record with a specific range; the others may be any finite number."""
