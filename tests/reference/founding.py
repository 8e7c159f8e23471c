"""Founding: members who are there on day 0, settled; section 5 of docs/explanation/model.md."""

import math
from collections.abc import Callable
from functools import partial
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
from tests.reference.giving import Past, fresh_share, stock_share
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
    ahead = sorted(
        model.market.people, key=lambda q: luck.exponential(q.address, 0, Purpose.FOUNDER) / q.susceptibility
    )
    members = [model.seat(person) for person in sorted(ahead[:founders], key=lambda q: q.address)]
    if model.p.market.founders_are == "newcomers":
        return
    for member in members:
        member.joined = member.seasoned = -int(min(60.0 + 400.0 * waiting(member, STATE_TENURE), 1500.0))
    if founders >= 3:
        lay_ties(model, members)
    half = dict.fromkeys(members, 0.5 * model.p.value.content)
    visits = {member: settle(member, lambda m, _: half[m]) for member in members}
    daily = {member: contributions_per_day(member, visits[member], founders) for member in members}
    past = Past(visits, {m: daily[m] if has_written(m, daily[m]) else 0.0 for m in members})
    fill_content(model, sum(past.written.values()))
    answered = {member: past.reciprocity(member) for member in members}
    items = past.items()
    past.begin(model.talk)
    if settles_again(model):
        for member in members:
            member.reciprocity = answered[member]
        visits = {member: settle(member, partial(content_value, items=items)) for member in members}
    for member in members:
        remember(member, visits[member], daily[member])


def settles_again(model: "ReferenceModel") -> bool:
    """Whether founders' first state depends on what they hold up and on how they were answered."""
    p = model.p
    by_size = p.value.stock_scale > 0.0 or p.value.fresh_share > 0.0
    return by_size or p.value.replies > 0.0 or p.churn.answered_weight > 0.0


def fill_content(model: "ReferenceModel", held_up: float) -> None:
    """Let content stand at what contributions per day hold up."""
    q, v = model.p.contribution, model.p.value
    useful = held_up * q.share_post * (1.0 + 0.5 * q.reply_ceiling) * v.useful_share
    model.content = useful * min(v.content_half_life, MOST_MEMORY) / math.log(2.0)


def content_value(member: Member, gap: float, items: float) -> float:
    """What content is worth to a founder who comes every `gap` days, at so many items a day."""
    p = member.model.p
    v = p.value
    if v.stock_scale == 0.0 and v.fresh_share == 0.0:
        return 0.5 * v.content
    days = min(gap, p.platform.feed_days or math.inf)
    fit = max(0.0, 1.0 - member.misfit / v.fit_weight) if v.fit_weight > 0.0 else 1.0
    new = fresh_share(p.platform.feed_share * items * days * fit, p)
    stock = stock_share(member.model.content, p.market.founders, p)
    return v.content * ((1.0 - v.fresh_share) * stock + v.fresh_share * new)


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


def settle(member: Member, content: Callable[[Member, float], float]) -> float:
    """Put a founder's state at its fixed point, `content` being what it is worth at a gap between visits.

    Returns its probability of a visit per day.
    """
    p, visits = member.model.p, 0.2
    v, b, value = p.visiting, p.bonding, p.value
    member.settle()
    own = value.product * p.organisation.quality + value.peers * member.bonds - member.misfit
    own += value.replies * member.reciprocity
    for _ in range(ROUNDS):
        gap = 1.0 / max(visits, RAREST)
        member.habit = stands(v.habit_step, v.habit_half_life, gap)
        member.activity = stands(b.activity_step * p.affiliation.activity, b.activity_half_life, gap)
        member.satisfaction = min(1.0, max(0.0, own + content(member, gap)))
        member.settle()
        rate = member.visit_rate * (v.habit_floor + (1.0 - v.habit_floor) * member.habit)
        visits = 1.0 - math.exp(-rate)
    member.belonging = member.attachment
    return visits


def stands(step: float, half_life: float, gap: float) -> float:
    """Where a stock stands still that fades for `gap` days and then grows by a step."""
    return min(1.0, step / (1.0 - (1.0 - step) * left_after(gap, half_life)))


def contributions_per_day(member: Member, visits: float, founders: int) -> float:
    """What a founder would contribute per day, if it contributes at all."""
    q = member.model.p.contribution
    motivation = 1.0 + q.belonging_gain * member.belonging + SETTLED_RECIPROCITY * q.reciprocity_gain
    audience = min(q.audience_cap, (founders / q.audience_scale) ** q.audience_elasticity)
    return visits * q.rate * member.propensity * motivation * audience * q.doors_open


def silent_for(member: Member, daily: float) -> int:
    """Days since a founder's last contribution."""
    return 1 + math.floor(waiting(member, STATE_SILENCE) / daily) if daily > 0.0 else -member.joined


def has_written(member: Member, daily: float) -> bool:
    """Whether a founder has contributed before."""
    passed = member.model.p.contribution.first_barrier * daily * -member.joined
    ever = member.draw(Purpose.FOUNDING_STATE, STATE_CONTRIBUTED) < 1.0 - math.exp(-passed)
    return ever and silent_for(member, daily) < -member.joined


def remember(member: Member, visits: float, daily: float) -> None:
    """Give a founder its past."""
    last_visit = (
        -(1 + math.floor(min(waiting(member, STATE_LAST_VISIT) / max(visits, RAREST), 60.0)))
        if visits > 0.0
        else NEVER
    )
    member.last_visit = last_visit
    if has_written(member, daily):
        member.contributions = max(1, round(daily * -member.joined))
        member.last_visit = max(last_visit, -silent_for(member, daily))
        member.last_contribution = -silent_for(member, daily)
