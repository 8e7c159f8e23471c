"""State: a community as records that kernels take in one argument, and back.

Arrays are shared with the community, so that what a kernel writes is written there. What is a plain number in
Python rests in one record, `NOW`, while days pass inside a compiled call, and is taken over at its end.
`RULES` are what the parameters in force say that kernels do not read from the packed ones.

Long, because it lists every array of a community once.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.structs import maker, struct
from kith.sim.processes.govern import QUARTERLY
from kith.sim.results.recorder import Recorder
from kith.sim.state.community import Community
from kith.sim.state.hazard_clocks import Heap
from kith.sim.state.market import mean_fit
from kith.sim.state.money.teamwork import work_of

type Ints = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]
type Records = npt.NDArray[np.void]

_NUMBERS = (
    "calls",
    "content",
    "unwanted",
    "disputes",
    "ignored",
    "most_voice",
    "quality",
    "bad_news",
    "tended",
)
"floats of a community that change every day"
_WHOLE = ("internal", "active", "month_revenue", "dormant_revenue", "heir_on", "without")
"whole numbers of a community that change every day"
_OF_ROWS = ("top", "vacancies", "present")
_OTHER = ("dormant", "ended", "passed", "cash", "surplus")
"places of the dormant and the archive in use, place on the clock of the channels, cash, surplus noted so far"
NOW = np.dtype(
    [
        *((name, "f8") for name in (*_NUMBERS, "hazard")),
        *((name, "i8") for name in (*_WHOLE, *_OF_ROWS, *_OTHER)),
    ]
)
RULES = np.dtype(
    [
        *(
            (name, "f8")
            for name in (
                "coverage",
                "direction",
                "fit_width",
                "fit_of_all",
                "known",
                "cleanup",
                "competitor",
                "promoters",
                "unfairness",
                "share_per_point",
                "content_fading",
                "unwanted_fading",
                "ignored_fading",
                "bad_news_fading",
                "useful_share",
                "overload_from",
                "planned_quality",
            )
        ),
        *(
            (name, "i8")
            for name in ("size", "competitor_bonds", "moves_inviters", "cues", "pays_referrals", "invites")
        ),
        ("place", "u8"),
    ]
)


@struct
class Awake(NamedTuple):
    """`Population`."""

    members: Records
    address: Ints
    visit_bound: Floats
    exit_bound: Floats
    last_visit: npt.NDArray[np.int32]
    next_bill: npt.NDArray[np.int32]
    vacant: Ints


@struct
class Asleep(NamedTuple):
    """`Dormant`."""

    members: Records
    person: Ints
    since: npt.NDArray[np.int32]
    called: Floats
    tied: Floats
    last_visit: npt.NDArray[np.int32]
    next_bill: npt.NDArray[np.int32]


@struct
class Ended(NamedTuple):
    """`Archive`."""

    members: Records
    left: npt.NDArray[np.int32]
    cause: npt.NDArray[np.int8]
    last_visit: npt.NDArray[np.int32]


@struct
class Slots(NamedTuple):
    """`Ties`."""

    pool: Records
    top: Ints
    free: Ints
    ties: Ints


@struct
class Queue(NamedTuple):
    """`Heap`; hazard and size have one entry."""

    thresholds: Floats
    persons: Ints
    hazard: Floats
    size: Ints


@struct
class People(NamedTuple):
    """`MarketState`, the clock of the channels, and the clocks outside; empty where a plan has none."""

    status: npt.NDArray[np.int8]
    row: npt.NDArray[np.int32]
    spells: npt.NDArray[np.int16]
    touched_by: npt.NDArray[np.int8]
    due: Floats
    signals: npt.NDArray[np.int8]
    signallers: npt.NDArray[np.int32]
    interest: Floats
    tally: Ints
    forgets: Floats
    propensity: Floats
    capacity: Ints
    fits: Floats
    far: Ints
    starts: Ints
    known: npt.NDArray[np.int32]
    threshold: Floats
    order: Ints
    follow: Queue
    back: Queue
    forget: Queue
    again: Queue


@struct
class Tables(NamedTuple):
    """What the parameters in force are, and what follows from them."""

    p: Records
    rules: Records
    decay: Floats
    fade: Floats
    base: Floats
    burst: Floats
    waking: Floats
    exit_halvings: Floats
    tenure_halvings: Floats
    strengths: Floats
    tiers: Floats
    levels: Ints
    work: Floats
    groups: Floats
    "where the treated group of each experiment ends"


@struct
class Tallies(NamedTuple):
    """What is counted."""

    flows: Ints
    joins: Ints
    leaves: Ints
    sleeps: Ints
    last_visits: Ints
    last_contributions: Ints
    items: Ints
    useful: Ints
    invitation_joins: Ints
    talk: Floats
    climate: Records
    presence: Floats
    hub_left: Ints
    sides: Floats
    today: Ints
    total: Ints
    by_tenure: Ints
    surplus: Ints
    saved: Ints
    counts: Ints
    amounts: Floats


@struct
class State(NamedTuple):
    """All of it."""

    key: np.uint64
    now: Records
    awake: Awake
    asleep: Asleep
    ended: Ended
    slots: Slots
    people: People
    tables: Tables
    tallies: Tallies


class Today(NamedTuple):
    """What the steps of a day hand to each other; rows, addresses, and so on, see `Community`."""

    visitors: Ints
    visiting: Ints
    gaps: Floats
    written: Ints
    exchanges: Ints
    referred: Ints
    introduced: Ints


MAKERS = {
    parts: maker(globals()[f"{parts.__name__}Struct"])
    for parts in (Awake, Asleep, Ended, Slots, Queue, People, Tables, Tallies, State)
}
"named tuple -> the kernel that makes it a struct"

_NONE, _NOBODY = np.empty(0), np.empty(0, np.int64)
"of what a plan does not have"


def opened(c: Community, recorder: Recorder) -> State:
    """The state of a community between two days, for kernels."""
    population, dormant, archive, ties, market = c.population, c.dormant, c.archive, c.ties, c.market
    return State(
        key=c.key,
        now=_numbers(c, recorder),
        awake=Awake(
            population.members,
            population.address,
            population.visit_bound,
            population.exit_bound,
            population.last_visit,
            population.next_bill,
            population.vacant,
        ),
        asleep=Asleep(
            dormant.members,
            dormant.person,
            dormant.since,
            dormant.called,
            dormant.tied,
            dormant.last_visit,
            dormant.next_bill,
        ),
        ended=Ended(archive.members, archive.left, archive.cause, archive.last_visit),
        slots=Slots(ties.pool, ties.top, ties.free, ties.count),
        people=People(
            market.status,
            market.row,
            market.spells,
            market.touched_by,
            market.due,
            market.signals,
            market.signallers,
            market.interest,
            market.tally,
            _NONE if market.forgets is None else market.forgets,
            _NONE if market.propensity is None else market.propensity,
            _NOBODY if market.capacity is None else market.capacity,
            c.susceptibility() if c.parameters.acquisition.paid_budget > 0.0 else _NONE,
            c.far,
            *c.known,
            *c.touch.dial,
            *(_queue(heap) for heap in (c.follow, c.back, c.forget, c.again)),
        ),
        tables=_tables(c),
        tallies=Tallies(
            c.count,
            c.joins,
            c.leaves,
            c.sleeps,
            c.last_visits,
            c.last_contributions,
            c.items,
            c.useful,
            c.invitation_joins,
            c.talk,
            c.climate,
            c.presence,
            c.hub_left,
            np.array(c.active_by_side, float),
            c.ledger.today,
            c.ledger.total,
            c.ledger.by_tenure,
            c.surplus,
            c.saved,
            recorder.counts,
            recorder.amounts,
        ),
    )


def _numbers(c: Community, recorder: Recorder) -> Records:
    now = np.zeros(1, NOW)
    for name in (*_NUMBERS, *_WHOLE):
        now[name] = getattr(c, name)
    for name in _OF_ROWS:
        now[name] = getattr(c.population, name)
    now["hazard"], now["passed"] = c.touch.hazard, c.touch.passed
    now["dormant"], now["ended"] = c.dormant.count, c.archive.count
    now["cash"], now["surplus"] = c.ledger.cash, recorder.surplus
    return now


def _queue(heap: Heap) -> Queue:
    return Queue(*heap.entries, np.array([heap.hazard]), np.array([heap.size]))


def _tables(c: Community) -> Tables:
    return Tables(
        c.p,
        _rules(c),
        c.decay,
        c.fade,
        c.base,
        c.burst,
        c.waking,
        c.exit_halvings,
        c.tenure_halvings,
        c.strengths,
        c.tiers,
        c.badge_levels,
        work_of(c),
        np.cumsum([e.share for e in c.plan.experiments], dtype=float),
    )


def _rules(c: Community) -> Records:
    parameters, rules = c.parameters, np.zeros(1, RULES)
    market, incentives = parameters.market, parameters.incentives
    values: dict[str, Any] = {
        "coverage": c.coverage,
        "direction": c.direction,
        "fit_width": market.fit_width,
        "fit_of_all": mean_fit(c.direction, market.fit_width),
        "known": c.acquaintances(),
        "cleanup": -math.expm1(-float(c.p["dormancy_cleanup_rate"][0])),
        "competitor": c.competitor,
        "promoters": c.promoters,
        "unfairness": c.unfairness,
        "share_per_point": c.share_per_point,
        "content_fading": 2.0 ** (-1.0 / parameters.value.content_half_life),
        "unwanted_fading": 2.0 ** (-1.0 / parameters.governance.unwanted_half_life),
        "ignored_fading": QUARTERLY,
        "bad_news_fading": 2.0 ** (-1.0 / parameters.acquisition.bad_news_half_life),
        "useful_share": parameters.value.useful_share,
        "overload_from": parameters.platform.overload_from,
        "planned_quality": parameters.organisation.quality,
        "size": c.market.size,
        "competitor_bonds": c.competitor_bonds,
        "moves_inviters": any(
            c.anywhere(name) for name in ("referral_thanks", "referral_badges", "referral_binding")
        ),
        "cues": incentives.revenue_share > 0.0 or c.anywhere("incentives_cash_per_contribution"),
        "pays_referrals": c.anywhere("referral_reward_giver") or c.anywhere("referral_reward_receiver"),
        "invites": c.anywhere("referral_invites_per_month"),
        "place": 2**64 // c.market.size,
    }
    for name, value in values.items():
        rules[name] = value
    return rules


def close(c: Community, recorder: Recorder, s: State, today: Today, day: int) -> None:
    """Take over what a call has changed, on the evening of its last day."""
    now = s.now[0]
    for name in _NUMBERS:
        setattr(c, name, float(now[name]))
    for name in _WHOLE:
        setattr(c, name, int(now[name]))
    for name in _OF_ROWS:
        setattr(c.population, name, int(now[name]))
    c.touch.hazard, c.touch.passed = float(now["hazard"]), int(now["passed"])
    c.dormant.count, c.archive.count = int(now["dormant"]), int(now["ended"])
    c.ledger.cash, recorder.surplus = int(now["cash"]), int(now["surplus"])
    for heap, queue in (
        (c.follow, s.people.follow),
        (c.back, s.people.back),
        (c.forget, s.people.forget),
        (c.again, s.people.again),
    ):
        heap.hazard, heap.size = float(queue.hazard[0]), int(queue.size[0])
    c.active_by_side = s.tallies.sides
    c.visitors, c.visiting, c.gaps, c.written, c.exchanges, c.referred, c.introduced = today
    c.day, recorder.noted = day, day + 1


__all__ = [
    "MAKERS",
    "NOW",
    "RULES",
    "State",
    "Today",
    "close",
    "opened",
]
