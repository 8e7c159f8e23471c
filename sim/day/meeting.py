"""Meeting: `bond` of a day inside a compiled call."""

import math

import numpy as np

from kith.sim.day.moves import circle_of, in_order
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.luck import Purpose, circle_places
from kith.sim.processes.bond import (
    choose_partners,
    deepen,
    drop_at_random,
    group_width,
    list_due,
    replies_that_tie,
    ring_places,
    trust,
    with_exchanges,
)
from kith.sim.state.categories import Count
from kith.sim.state.decay import WEEK, rank, settle_rows
from kith.sim.state.hubs import noticed
from kith.sim.state.layers import WINDOW
from kith.sim.state.ties import find_faded, prune, strengthen_pairs

_TO_INTERNAL, _TO_MEMBER = int(Count.MEMBER_TO_INTERNAL), int(Count.INTERNAL_TO_MEMBER)
_CIRCLE_STRANGER, _CIRCLE_MATE = int(Purpose.CIRCLE_STRANGER), int(Purpose.CIRCLE_MATE)


@kernel_part
def bond(s, today, day):
    """`bond`."""
    _meet(s, today, day)
    due = np.empty(s.now[0]["top"], np.int64)
    due = due[: list_due(s.awake.address, 0, len(due), day % WEEK, due)]
    _prune(s, due, day)
    if s.tables.p[0]["bonding_removal_rate"] > 0.0:
        _remove_at_random(s, day)
    _settle(s, today.visitors, due, day)
    q = s.tables.p[0]
    risen, fallen = rank(s.awake.members, due, 0, len(due), q["bonding_internal_belonging"], True)
    s.now[0]["internal"] += risen - fallen
    s.tallies.flows[_TO_INTERNAL] += risen
    s.tallies.flows[_TO_MEMBER] += fallen


@kernel_part
def _meet(s, today, day):
    """`_meet`."""
    q, written = s.tables.p[0], today.written
    author, replier = np.empty(0, np.int64), np.empty(0, np.int64)
    if q["affiliation_peers"] > 0.0 and len(written) > 0:
        author, replier = replies_that_tie(written, s.awake.address, s.key, day, q["affiliation_peers"])
    one, other = _partners(s, today, day)
    step = min(1.0, q["bonding_strength_step"] * trust(s.tables.p))
    _strengthen(s, author, replier, step, day)
    _strengthen(s, today.introduced[:, 0].copy(), today.introduced[:, 1].copy(), step, day)
    _strengthen(s, one, other, step, day)


@kernel_part
def _strengthen(s, one, other, step, day):
    first = s.tables.p[0]["bonding_first_strength"]
    strengthen_pairs(
        s.awake.members,
        s.slots.pool,
        s.slots.ties,
        one,
        other,
        0,
        len(one),
        first,
        step,
        day,
        s.tables.fade,
    )


@kernel_part
def _partners(s, today, day):
    """`_partners`."""
    a, t, q = s.awake, s.tables, s.tables.p[0]
    social, times, ends = with_exchanges(today.visitors, today.exchanges)
    pairs = ends[len(ends) - 1] if len(ends) > 0 else 0
    one, other = np.empty(pairs, np.int64), np.empty(pairs, np.int64)
    if pairs == 0:
        return one, other
    shift, starts, places, rows = circle_of(
        circle_places(s.key, today.visiting, day, _CIRCLE_STRANGER), today.visitors
    )
    nowhere = np.empty(0, np.uint64)
    mate_shift, mate_starts, mate_places, mate_rows, own = shift, starts, places, rows, nowhere
    if q["affiliation_form"] > 0.0:
        mate_shift, mate_starts, mate_places, mate_rows = circle_of(
            _mate_places(s, today.visiting, day), today.visitors
        )
        own = _mate_places(s, a.address[social], day)
    choose_partners(
        a.members,
        a.address,
        a.last_visit,
        social,
        0,
        len(social),
        times,
        ends,
        s.slots.pool,
        shift,
        starts,
        places,
        rows,
        mate_shift,
        mate_starts,
        mate_places,
        mate_rows,
        own,
        group_width(t.p, float(s.now[0]["active"])),
        t.p,
        day,
        s.key,
        one,
        other,
        np.empty(pairs, np.int64),
    )
    return one, other


@kernel_part
def _mate_places(s, persons, day):
    """`_places`: on the ring if groups last, else by the month's hash."""
    if s.tables.p[0]["affiliation_lasting"] == 0.0:
        return ring_places(persons, s.tables.rules[0]["place"])
    return circle_places(s.key, persons, 1 + day // WINDOW, _CIRCLE_MATE)


@kernel_part
def _prune(s, due, day):
    """`_prune`."""
    members, slots, fade = s.awake.members, s.slots, s.tables.fade
    least = s.tables.p[0]["bonding_drop_below"]
    if slots.ties[0] == 0:
        return
    faded = np.empty(len(due), np.bool_)
    find_faded(members, slots.pool, due, 0, len(due), day, fade, least, faded)
    losing, _ = in_order(s, due[faded])
    if len(losing) > 0:
        prune(members, slots.pool, slots.ties, losing, day, fade, least)


@kernel_part
def _remove_at_random(s, day):
    """`_remove_at_random`."""
    here = np.flatnonzero(s.awake.address[: s.now[0]["top"]] >= 0)
    rows, _ = in_order(s, here)
    chance = 1.0 - math.exp(-s.tables.p[0]["bonding_removal_rate"])
    drop_at_random(s.awake.members, s.slots.pool, s.slots.ties, rows, chance, day, s.tables.fade, s.key)


@kernel_part
def _settle(s, visitors, due, day):
    """Bonds and rates of visitors, and rates of the others who are due."""
    a, t, q, presence = s.awake, s.tables, s.tables.p[0], s.tallies.presence
    bound = noticed(float(s.now[0]["active"]), q["affiliation_hubs"], q["affiliation_hub_attention"])
    deepen(
        a.members,
        visitors,
        0,
        len(visitors),
        day,
        t.decay,
        t.base,
        t.burst,
        t.p,
        presence,
        a.visit_bound,
        a.exit_bound,
        bound,
    )
    away, n = np.empty(len(due), np.int64), 0
    for k in range(len(due)):
        if a.last_visit[due[k]] != day:
            away[n] = due[k]
            n += 1
    settle_rows(
        a.members,
        away[:n],
        0,
        n,
        day,
        t.decay,
        t.base,
        t.burst,
        t.p,
        presence,
        a.visit_bound,
        a.exit_bound,
    )


__all__ = ["bond"]
