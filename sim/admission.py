"""Admission: a person becomes a member, with the traits that hang on its address."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from sim.community import Channel, Community, Count
from sim.kernel import kernel
from sim.luck import Purpose, normal, uniform, uniforms
from sim.market import Status
from sim.motion import NEWCOMER, derive, derive_rows, settle_rows
from sim.population import NEVER, NO_PERSON
from sim.ties import MAX_CAPACITY, allocate, strengthen_pairs

_PROPENSITY, _BUDGET, _WILLING = int(Purpose.PROPENSITY), int(Purpose.BUDGET), int(Purpose.WILLINGNESS)
_AVERSION, _RESPONDER, _SIDE = int(Purpose.AVERSION), int(Purpose.RESPONDER), int(Purpose.SIDE)
_CAPACITY = int(Purpose.CAPACITY)


@dataclass(frozen=True)
class Newcomers:
    """People who join today; arrays of shape (n,)."""

    person: npt.NDArray[np.int64]
    channel: npt.NDArray[np.int64]
    referrer: npt.NDArray[np.int64]
    generation: npt.NDArray[np.int64]

    def in_address_order(self) -> "Newcomers":
        """The same people, ascending by address."""
        order = np.argsort(self.person, kind="stable")
        return Newcomers(
            self.person[order], self.channel[order], self.referrer[order], self.generation[order]
        )


def newcomers(person: npt.NDArray[np.int64], channel: Channel | npt.NDArray[np.int64]) -> Newcomers:
    """People who come without a referrer."""
    n = len(person)
    return Newcomers(
        person.astype(np.int64),
        np.broadcast_to(np.asarray(channel, np.int64), n).copy(),
        np.full(n, NO_PERSON),
        np.zeros(n, np.int64),
    )


def willingness(c: Community, person: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Willingness to pay (EUR per month) of persons, shape (n,)."""
    m = c.parameters.monetisation
    return _willingness(c.key, person, m.wtp_median, m.wtp_sigma)


def admit(
    c: Community, new: Newcomers, capacity: npt.NDArray[np.int64] | None = None
) -> npt.NDArray[np.int64]:
    """Seat newcomers (ascending by address) in rows; returns the rows, shape (n,).

    `capacity` overrides the number of ties that each can keep, for founders from a log.
    """
    population, market = c.population, c.market
    persons = new.person
    rows = population.take_rows(len(persons))
    population.address[rows] = persons
    market.row[persons] = rows
    market.move(persons, Status.PRESENT)
    market.due[persons] = np.inf
    drawn = capacity if capacity is not None else tie_capacity(c, persons)
    c.ties.reserve(int(drawn.sum()))
    shape = c.parameters.referral.dispersion
    u = uniforms(c.key, persons, 0, Purpose.INVITING)
    inviting = gammaincinv(shape, u) / shape if shape < 1e6 else np.ones(len(persons))
    _seat(
        population.members,
        population.last_visit,
        population.next_bill,
        rows,
        persons,
        new.channel,
        new.referrer,
        new.generation,
        market.spells[persons].astype(np.int64),
        market.interest,
        inviting,
        drawn,
        c.ties.pool,
        c.ties.top,
        c.ties.free,
        c.day,
        c.key,
        c.p,
    )
    market.spells[persons] += 1
    population.members["arm"][rows] = arms_of(c, persons)
    if market.propensity is not None:
        known = ~np.isnan(market.propensity[persons])
        population.members["propensity"][rows[known]] = market.propensity[persons[known]]
        derive_rows(population.members, rows[known], c.p)
    if c.parameters.monetisation.model == "fee":
        population.next_bill[rows] = c.day
    settle_rows(
        population.members,
        rows,
        0,
        len(rows),
        c.ties.pool,
        c.day,
        c.fade,
        c.decay,
        c.base,
        c.p,
        c.presence,
        population.visit_bound,
        population.exit_bound,
    )
    comes = population.visit_bound[rows] > 0.0
    population.visit_bound[rows[comes]] = NEWCOMER
    return rows


def arms_of(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The experiment whose treated group each person belongs to, from 1; 0 for none; shape (n,)."""
    edges = np.cumsum([e.share for e in c.plan.experiments])
    u = uniforms(c.key, persons, 0, Purpose.TREATMENT)
    arm = np.searchsorted(edges, u, side="right") + 1
    return np.where(arm <= len(edges), arm, 0)


def tie_capacity(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many ties each person can keep: Pareto, at most 150; shape (n,)."""
    b = c.parameters.bonding
    drawn = _capacities(c.key, persons, b.capacity_min, b.capacity_shape)
    if c.market.capacity is None:
        return drawn
    return np.maximum(drawn, c.market.capacity[persons])


def join(c: Community, new: Newcomers) -> None:
    """Admit today's newcomers, tie the referred to their referrers, count them."""
    new = new.in_address_order()
    rows = admit(c, new)
    np.add.at(c.joins, new.channel, 1)
    c.count[Count.JOINS] += len(rows)
    referred = np.flatnonzero(new.channel == Channel.REFERRAL)
    c.count[Count.REFERRAL_JOINS] += len(referred)
    referrer_rows = c.market.row[new.referrer[referred]].astype(np.int64)
    c.referred = np.column_stack([referrer_rows, rows[referred]])
    if not len(referred):
        return
    there = referrer_rows >= 0
    np.add.at(c.population.members["invited_joins"], referrer_rows[there], 1)
    open_to_peers = (
        uniforms(c.key, new.person[referred], c.day, Purpose.FIRST_TIE) < c.parameters.affiliation.peers
    )
    strengthen_pairs(
        c.population.members,
        c.ties.pool,
        c.ties.count,
        np.where(there & open_to_peers, referrer_rows, -1),
        rows[referred],
        c.parameters.referral.tie_strength,
        0.0,
        c.day,
        c.fade,
    )


@kernel
def _willingness(key, person, median, sigma):
    out = np.empty(len(person))
    for k in range(len(person)):
        out[k] = median * math.exp(sigma * normal(uniform(key, person[k], 0, _WILLING, 0)))
    return out


@kernel
def _capacities(key, person, least, shape):
    out = np.empty(len(person), np.int64)
    for k in range(len(person)):
        u = uniform(key, person[k], 0, _CAPACITY, 0)
        out[k] = int(min(float(MAX_CAPACITY), max(1.0, math.floor(least * u ** (-1.0 / shape)))))
    return out


@kernel
def _seat(
    members,
    last_visit,
    next_bill,
    rows,
    persons,
    channel,
    referrer,
    generation,
    spell,
    interest,
    inviting,
    capacity,
    pool,
    top,
    free,
    day,
    key,
    p,
):
    q = p[0]
    for k in range(len(rows)):
        m = members[rows[k]]
        i = persons[k]
        m["person"] = i
        m["spell"] = spell[k]
        m["joined"] = day
        m["settled"] = day
        m["channel"] = channel[k]
        m["referrer"] = referrer[k]
        m["generation"] = generation[k]
        m["degree"] = 0
        m["capacity"] = capacity[k]
        m["slots"] = allocate(pool, top, free, capacity[k])
        _blank(m)
        m["satisfaction"] = q["churn_neutral_value"]
        m["norm"] = 1.0
        m["propensity"] = math.exp(
            q["contribution_propensity_sigma"] * normal(uniform(key, i, 0, _PROPENSITY, 0))
        )
        m["interest"] = interest[i]
        derive(m, q)
        hours = q["visiting_budget_hours"] * math.exp(
            q["visiting_budget_sigma"] * normal(uniform(key, i, 0, _BUDGET, 0))
        )
        m["visits_per_day"] = hours / q["visiting_session_hours"] / 30.0
        m["inviting"] = inviting[k]
        m["wtp"] = q["monetisation_wtp_median"] * math.exp(
            q["monetisation_wtp_sigma"] * normal(uniform(key, i, 0, _WILLING, 0))
        )
        spread = q["monetisation_ad_aversion_spread"]
        m["aversion"] = 1.0 - spread + 2.0 * spread * uniform(key, i, 0, _AVERSION, 0)
        m["responder"] = 1 if uniform(key, i, 0, _RESPONDER, 0) < q["incentives_badge_responders"] else 0
        m["side"] = 1 if uniform(key, i, 0, _SIDE, 0) < 0.5 else 0
        last_visit[rows[k]] = NEVER
        next_bill[rows[k]] = -1


@kernel
def _blank(m):
    """A newcomer knows nobody and has done nothing."""
    m["habit"] = 0.0
    m["activity"] = 0.0
    m["hub"] = 0.0
    m["reciprocity"] = 0.0
    m["recognition"] = 0.0
    m["belonging"] = 0.0
    m["attachment"] = 0.0
    m["exits"] = 0.0
    m["annoyance"] = 0.0
    m["overload"] = 0.0
    m["harassed"] = 0.0
    m["internal"] = 0
    m["arm"] = 0
    m["paying"] = 0
    m["unwilling"] = 0
    m["first_replied"] = 0
    m["again"] = 0
    m["badges"] = 0
    m["weeks"] = 0
    m["points"] = 0
    m["contributions"] = 0
    m["invitations"] = 0
    m["invited_joins"] = 0
    m["first_contribution"] = NEVER
    m["last_contribution"] = NEVER
    m["last_benefit"] = NEVER
    m["last_reward"] = NEVER
    m["month_points"] = 0
    m["last_post"] = NEVER
    m["last_answer"] = NEVER
    m["last_react"] = NEVER
    m["last_vote"] = NEVER
    m["last_attend"] = NEVER
    m["revenue"] = 0
    m["cost"] = 0
    m["surplus"] = 0
    m["earned"] = 0
    m["month_earned"] = 0
