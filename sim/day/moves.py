"""Moves: members who join the awake, fall silent, wake and leave; as `Community` and `admit` do it, in kernels.

Long, because every change of who is where is here, as in `Community`.
"""

import numpy as np

from kith.sim.kernels.address_order import add_up_rows, order_by_address
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.gamma import gamma_quantile
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.kernels.order import ascending
from kith.sim.state.admission import capacities_of, seat, visit_today
from kith.sim.state.categories import Count
from kith.sim.state.decay import derive, settle_rows
from kith.sim.state.dormancy.dormant import close_gaps
from kith.sim.state.dormancy.fall_asleep import lay_down, remember_ties
from kith.sim.state.dormancy.wake_up import get_up, take_up_ties
from kith.sim.state.hash_circle import lay
from kith.sim.state.hazard_clocks import pop_entries, push_entries
from kith.sim.state.layers import PAST, WINDOW
from kith.sim.state.market import Status, move_persons
from kith.sim.state.population import vacate
from kith.sim.state.release_member import archive_dormant, archive_leavers, draw_returns, release_ties

UNAWARE, FOLLOWER, PRESENT, LEFT, DORMANT = (int(s) for s in Status)
_TREATMENT, _INVITING = int(Purpose.TREATMENT), int(Purpose.INVITING)
FEE = 3.0
_SLEEPS, _SLEEPS_INTERNAL = int(Count.SLEEPS), int(Count.SLEEPS_INTERNAL)
_SLEEPS_MEMBER, _SLEEPS_AUDIENCE = int(Count.SLEEPS_MEMBER), int(Count.SLEEPS_AUDIENCE)
_WAKINGS, _WAKINGS_AUDIENCE, _WAKINGS_MEMBER = (
    int(Count.WAKINGS),
    int(Count.WAKINGS_AUDIENCE),
    int(Count.WAKINGS_MEMBER),
)
_LEAVES, _LEAVES_INTERNAL, _LEAVES_MEMBER = (
    int(Count.LEAVES),
    int(Count.LEAVES_INTERNAL),
    int(Count.LEAVES_MEMBER),
)
_LEAVES_AUDIENCE, _LEAVES_DORMANT = int(Count.LEAVES_AUDIENCE), int(Count.LEAVES_DORMANT)


# -- rows, queues and counts -----------------------------------------------------------------


@kernel_part
def in_order(s, rows):
    """`Community.in_order`."""
    out, persons = np.empty_like(rows), np.empty_like(rows)
    if len(rows) > 0:
        words = np.zeros(len(s.people.row) // 64 + 1, np.uint64)
        order_by_address(rows, s.awake.address, s.people.row, words, out, persons)
    return out, persons


@kernel_part
def circle_of(places, rows):
    """`Circle`: shift, starts, places, rows."""
    bits, n = 1, len(rows)
    while n > 1:
        bits += 1
        n //= 2
    shift = np.uint64(64 - bits)
    laid, where = np.empty(len(rows), np.int64), np.empty(len(rows), np.uint64)
    starts = np.zeros((1 << bits) + 1, np.int64)
    lay(places, rows, shift, starts, where, laid)
    return shift, starts, where, laid


@kernel_part
def count_active(s, day):
    """`Community.count_active`."""
    end = PAST + day + 1
    first, second = add_up_rows(s.tallies.last_visits, end - WINDOW, end)
    s.tallies.sides[0], s.tallies.sides[1] = float(first), float(second)
    s.now[0]["active"] = first + second


@kernel_part
def move(s, persons, status):
    """`MarketState.move`."""
    move_persons(s.people.status, s.people.tally, s.tables.rules[0]["size"], persons, status)


@kernel_part
def push(queue, thresholds, persons):
    """`Heap.push`, where there is room."""
    queue.size[0] = push_entries(queue.thresholds, queue.persons, queue.size[0], thresholds, persons)


@kernel_part
def advance_queue(queue, hazard, due):
    """`Heap.advance`."""
    queue.hazard[0] += hazard
    size = queue.size[0]
    if size == 0 or queue.thresholds[0] > queue.hazard[0]:
        return np.empty(0, np.int64)
    out = np.empty(size, np.int64)
    queue.size[0], n = pop_entries(queue.thresholds, queue.persons, size, queue.hazard[0], due, out)
    return ascending(out[:n])


@kernel_part
def take_rows(s, n):
    """`Population.take_rows`, where there is room."""
    now, rows = s.now[0], np.empty(n, np.int64)
    reused = min(n, now["vacancies"])
    now["vacancies"] -= reused
    for k in range(reused):
        rows[k] = s.awake.vacant[now["vacancies"] + k]
    for k in range(reused, n):
        rows[k] = now["top"]
        now["top"] += 1
    now["present"] += n
    return rows


@kernel_part
def vacate_rows(s, rows):
    """`Population.release`."""
    a, now = s.awake, s.now[0]
    vacate(rows, a.address, a.visit_bound, a.exit_bound, a.next_bill, a.vacant, now["vacancies"])
    now["vacancies"] += len(rows)
    now["present"] -= len(rows)


@kernel_part
def update_rates(s, rows, day):
    """`Community.update_rates`."""
    t = s.tables
    settle_rows(
        s.awake.members,
        rows,
        0,
        len(rows),
        day,
        t.decay,
        t.base,
        t.burst,
        t.p,
        s.tallies.presence,
        s.awake.visit_bound,
        s.awake.exit_bound,
    )


# -- joining ---------------------------------------------------------------------------------


@kernel_part
def admit(s, persons, channel, referrer, generation, day):
    """`admit`: records for newcomers, in ascending address; returns their rows."""
    a, people, t, q = s.awake, s.people, s.tables, s.tables.p[0]
    rows = take_rows(s, len(persons))
    move(s, persons, PRESENT)
    capacity = capacities_of(s.key, persons, q["bonding_capacity_min"], q["bonding_capacity_shape"])
    inviting, shape = np.ones(len(persons)), q["referral_dispersion"]
    for k in range(len(persons)):
        if len(people.capacity) > 0:
            capacity[k] = max(capacity[k], people.capacity[persons[k]])
        if shape < 1e6:
            inviting[k] = gamma_quantile(shape, uniform(s.key, persons[k], 0, _INVITING, ONLY)) / shape
    seat(
        a.members,
        a.address,
        a.last_visit,
        a.next_bill,
        people.row,
        people.due,
        people.spells,
        rows,
        persons,
        channel,
        referrer,
        generation,
        people.interest,
        inviting,
        capacity,
        s.slots.pool,
        s.slots.top,
        s.slots.free,
        day,
        s.key,
        t.p,
    )
    for k in range(len(rows)):
        m = a.members[rows[k]]
        if len(t.groups) > 0:
            m["arm"] = _arm(s.key, persons[k], t.groups)
        if len(people.propensity) > 0 and not np.isnan(people.propensity[persons[k]]):
            m["propensity"] = people.propensity[persons[k]]
            derive(m, q)
        if q["monetisation_model"] == FEE:
            a.next_bill[rows[k]] = day
    update_rates(s, rows, day)
    visit_today(a.visit_bound, rows)
    return rows


@kernel_part
def _arm(key, person, groups):
    u = uniform(key, person, 0, _TREATMENT, ONLY)
    for arm in range(len(groups)):
        if u < groups[arm]:
            return arm + 1
    return 0


# -- falling asleep, waking and leaving ------------------------------------------------------


@kernel_part
def _count(count, n, by_layer, every, internal, member, audience):
    """Count n who fall silent or leave, in all and by layer (member, audience, internal)."""
    count[every] += n
    count[internal] += by_layer[2]
    count[member] += by_layer[0]
    count[audience] += by_layer[1]


@kernel_part
def fall_asleep(s, rows, causes, day):
    """`Community.fall_asleep`."""
    if len(rows) == 0:
        return
    a, b, t, now, count = s.awake, s.asleep, s.tables, s.now[0], s.tallies.flows
    by_layer, persons = np.zeros(3, np.int64), a.address[rows]
    remember_ties(a.members, a.exit_bound, rows, s.slots.pool, s.slots.ties, day, t.fade, t.decay, t.p)
    lay_down(
        a.members,
        a.last_visit,
        a.next_bill,
        rows,
        causes,
        b.members,
        b.person,
        b.since,
        b.tied,
        b.last_visit,
        b.next_bill,
        now["dormant"],
        s.people.row,
        s.slots.pool,
        s.tallies.last_visits,
        s.tallies.last_contributions,
        s.tallies.sleeps,
        day,
        t.fade,
        by_layer,
    )
    now["dormant"] += len(rows)
    now["internal"] -= by_layer[2]
    _count(count, len(rows), by_layer, _SLEEPS, _SLEEPS_INTERNAL, _SLEEPS_MEMBER, _SLEEPS_AUDIENCE)
    move(s, persons, DORMANT)
    vacate_rows(s, rows)


@kernel_part
def _remove(s, places):
    """`Dormant.remove`."""
    b, now = s.asleep, s.now[0]
    close_gaps(
        ascending(places)[::-1],
        b.members,
        b.person,
        b.since,
        b.called,
        b.tied,
        b.last_visit,
        b.next_bill,
        s.people.row,
        now["dormant"],
    )
    now["dormant"] -= len(places)


@kernel_part
def wake_up(s, places, day):
    """`Community.wake`."""
    a, b, t, count = s.awake, s.asleep, s.tables, s.tallies.flows
    rows, persons = take_rows(s, len(places)), b.person[places]
    audience = get_up(
        b.members,
        b.last_visit,
        b.next_bill,
        places,
        a.members,
        a.address,
        a.last_visit,
        a.next_bill,
        rows,
        s.people.row,
        s.tallies.last_visits,
        s.tallies.last_contributions,
        t.tenure_halvings,
        day,
        t.decay,
        t.p,
        s.tallies.presence,
    )
    _remove(s, places)
    move(s, persons, PRESENT)
    take_up_ties(
        a.members,
        rows,
        s.slots.pool,
        s.slots.ties,
        s.people.row,
        b.members,
        b.tied,
        day,
        t.fade,
        t.exit_halvings,
        t.decay,
    )
    if t.p[0]["monetisation_model"] == FEE:
        for k in range(len(rows)):
            if a.next_bill[rows[k]] < 0 and persons[k] < t.rules[0]["size"]:
                a.next_bill[rows[k]] = day
    update_rates(s, rows, day)
    count[_WAKINGS] += len(rows)
    count[_WAKINGS_AUDIENCE] += audience
    count[_WAKINGS_MEMBER] += len(rows) - audience


@kernel_part
def end_dormant(s, places, cause, day):
    """`Community.end_dormant`, all for one cause."""
    if len(places) == 0:
        return
    b, e, now, count = s.asleep, s.ended, s.now[0], s.tallies.flows
    persons = b.person[places]
    archive_dormant(
        b.members,
        b.last_visit,
        places,
        np.full(len(places), cause),
        e.members,
        e.left,
        e.cause,
        e.last_visit,
        now["ended"],
        s.slots.pool,
        s.slots.free,
        s.tallies.leaves,
        day,
    )
    now["ended"] += len(places)
    count[_LEAVES] += len(places)
    count[_LEAVES_DORMANT] += len(places)
    move(s, persons, LEFT)
    _let_return(s, b.members, places, persons, day)
    _remove(s, places)


@kernel_part
def release(s, rows, causes, day):
    """`Community.release`."""
    if len(rows) == 0:
        return
    a, e, t, now, count = s.awake, s.ended, s.tables, s.now[0], s.tallies.flows
    by_layer = np.zeros(3, np.int64)
    release_ties(
        a.members,
        a.exit_bound,
        rows,
        s.slots.pool,
        s.slots.free,
        s.slots.ties,
        day,
        t.fade,
        t.decay,
        t.p,
    )
    archive_leavers(
        a.members,
        a.last_visit,
        rows,
        causes,
        e.members,
        e.left,
        e.cause,
        e.last_visit,
        now["ended"],
        s.tallies.last_visits,
        s.tallies.last_contributions,
        s.tallies.leaves,
        day,
        by_layer,
    )
    now["ended"] += len(rows)
    now["internal"] -= by_layer[2]
    _count(count, len(rows), by_layer, _LEAVES, _LEAVES_INTERNAL, _LEAVES_MEMBER, _LEAVES_AUDIENCE)
    persons = a.address[rows]
    move(s, persons, LEFT)
    _let_return(s, a.members, rows, persons, day)
    vacate_rows(s, rows)


@kernel_part
def _let_return(s, members, rows, persons, day):
    due, q = np.empty(len(rows)), s.tables.p[0]
    s.now[0]["bad_news"] += draw_returns(
        members,
        rows,
        persons,
        s.people.row,
        s.people.due,
        s.tables.rules[0]["size"],
        q["acquisition_disappointed_below"],
        s.people.back.hazard[0],
        day,
        s.key,
        due,
    )
    push(s.people.back, due, persons)


__all__ = [
    "DORMANT",
    "FEE",
    "FOLLOWER",
    "LEFT",
    "PRESENT",
    "UNAWARE",
    "admit",
    "advance_queue",
    "circle_of",
    "count_active",
    "end_dormant",
    "fall_asleep",
    "in_order",
    "move",
    "push",
    "release",
    "update_rates",
    "wake_up",
]
