"""Founding: members who are there on day 0, settled; section 5 of docs/model.md."""

import math
from typing import TYPE_CHECKING

from kith.sim.kernels.luck import (
    FOUNDING_TIE_ANYWHERE,
    FOUNDING_TIE_DISTANCE,
    FOUNDING_TIE_STRENGTH,
    FOUNDING_TIE_STRIDE,
    STATE_CONTRIBUTED,
    STATE_LAST_VISIT,
    STATE_SILENCE,
    STATE_TENURE,
    STATE_TIES,
    Purpose,
)
from tests.reference.member import NEVER, Member, left_after

if TYPE_CHECKING:
    from tests.reference.model import ReferenceModel

SETTLED_RECIPROCITY = 0.2
ROUNDS = 12
RAREST = 1e-3
"the least probability of a visit per day that a founder is settled with"
MOST_MEMORY = 3650.0
"days of contributions that the first content can stand for"


def found(model: "ReferenceModel") -> None:
    """Seat the founders, tie them, settle them, and fill the content that they hold up."""
    luck, founders = model.luck, model.p.market.founders
    ahead = sorted(model.market.people, key=lambda q: luck.exponential(q.address, 0, Purpose.FOUNDER) / q.fit)
    members = [model.seat(person) for person in sorted(ahead[:founders], key=lambda q: q.address)]
    for member in members:
        member.joined = member.seasoned = -int(min(60.0 + 400.0 * waiting(member, STATE_TENURE), 1500.0))
    if founders >= 3:
        lay_ties(model, members)
    held_up = sum(remember(member, settle(member), founders) for member in members)
    q, v = model.p.contribution, model.p.value
    useful = held_up * q.share_post * (1.0 + 0.5 * q.reply_ceiling) * v.useful_share
    model.content = useful * min(v.content_half_life, MOST_MEMORY) / math.log(2.0)


def waiting(member: Member, ordinal: int) -> float:
    """A waiting time of mean 1 from a founder's past."""
    return member.model.luck.exponential(member.address, 0, Purpose.FOUNDING_STATE, ordinal)


def lay_ties(model: "ReferenceModel", members: list[Member]) -> None:
    """Ties among founders, mostly a few places away on the ring, more for the more active."""
    n = len(members)
    for place, member in enumerate(members):
        u = member.draw(Purpose.FOUNDING_STATE, STATE_TIES)
        sought = math.floor(2.0 * model.p.affiliation.peers * min(member.sociability, 10.0) + u)
        for nth in range(sought):
            u, anywhere, strength = (
                member.draw(Purpose.FOUNDING_TIE, FOUNDING_TIE_STRIDE * nth + offset)
                for offset in (FOUNDING_TIE_DISTANCE, FOUNDING_TIE_ANYWHERE, FOUNDING_TIE_STRENGTH)
            )
            step = math.floor(u * (n - 1)) if anywhere < 0.15 else math.floor(-8.0 * math.log(u))
            other = members[(place + 1 + step) % n]
            full = any(model.graph.degree(m) >= m.capacity for m in (member, other))
            if other is not member and not full and not model.graph.has_edge(member, other):
                model.lay_tie(member, other, 0.15 + 0.55 * strength)


def settle(member: Member) -> float:
    """Put a founder's state at its fixed point; its probability of a visit per day."""
    p, visits = member.model.p, 0.2
    v, b, value = p.visiting, p.bonding, p.value
    member.settle()
    worth = value.product * p.organisation.quality + 0.5 * value.content + value.peers * member.bonds
    member.satisfaction = min(1.0, max(0.0, worth - member.misfit))
    for _ in range(ROUNDS):
        gap = 1.0 / max(visits, RAREST)
        member.habit = stands(v.habit_step, v.habit_half_life, gap)
        member.activity = stands(b.activity_step * p.affiliation.activity, b.activity_half_life, gap)
        member.settle()
        rate = member.visit_rate * (v.habit_floor + (1.0 - v.habit_floor) * member.habit)
        visits = 1.0 - math.exp(-rate)
    member.belonging = member.attachment
    return visits


def stands(step: float, half_life: float, gap: float) -> float:
    """Where a stock stands still that fades for `gap` days and then grows by a step."""
    return min(1.0, step / (1.0 - (1.0 - step) * left_after(gap, half_life)))


def remember(member: Member, visits: float, founders: int) -> float:
    """Give a founder its past; the contributions per day that it holds up."""
    q, tenure = member.model.p.contribution, -member.joined
    motivation = 1.0 + q.belonging_gain * member.belonging + SETTLED_RECIPROCITY * q.reciprocity_gain
    audience = min(1.0, (founders / q.audience_scale) ** q.audience_elasticity)
    daily = visits * q.rate * member.propensity * motivation * audience * q.doors_open
    silence = 1 + math.floor(waiting(member, STATE_SILENCE) / daily) if daily > 0.0 else tenure
    ever = member.draw(Purpose.FOUNDING_STATE, STATE_CONTRIBUTED) < 1.0 - math.exp(
        -q.first_barrier * daily * tenure
    )
    last_visit = (
        -(1 + math.floor(min(waiting(member, STATE_LAST_VISIT) / max(visits, RAREST), 60.0)))
        if visits > 0.0
        else NEVER
    )
    if not ever or silence >= tenure:
        member.last_visit = last_visit
        return 0.0
    member.contributions = max(1, round(daily * tenure))
    member.last_visit, member.last_contribution = max(last_visit, -silence), -silence
    return daily
