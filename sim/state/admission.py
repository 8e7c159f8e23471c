"""Admission: a person becomes a member, with traits drawn for its address."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.gamma import gamma_quantiles
from kith.sim.kernels.luck import ONLY, Purpose, normal, uniform, uniforms
from kith.sim.state.categories import Channel, Count
from kith.sim.state.community import Community
from kith.sim.state.decay import NEWCOMER, attach, bind, derive, derive_rows
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.market import Status
from kith.sim.state.money.worth import at_the_door
from kith.sim.state.population import NEVER, NEVER_ASLEEP, NO_PERSON
from kith.sim.state.ties import MAX_CAPACITY, allocate, strengthen_pairs

_PROPENSITY, _BUDGET, _WILLING = int(Purpose.PROPENSITY), int(Purpose.BUDGET), int(Purpose.WILLINGNESS)
_AVERSION, _RESPONDER, _SIDE = int(Purpose.AVERSION), int(Purpose.RESPONDER), int(Purpose.SIDE)
FEE = 3.0
"`monetisation.model` fee, as parameters are packed"
_CAPACITY, _FIRST_TIE = int(Purpose.CAPACITY), int(Purpose.FIRST_TIE)


@dataclass(frozen=True)
class Newcomers:
    """People who join today; arrays of shape (n,)."""

    person: npt.NDArray[np.int64]
    channel: npt.NDArray[np.int64]
    referrer: npt.NDArray[np.int64]
    generation: npt.NDArray[np.int64]

    def in_address_order(self) -> "Newcomers":
        """The same people, ascending by address."""
        order = self.person.argsort(kind="stable")
        return Newcomers(
            self.person[order], self.channel[order], self.referrer[order], self.generation[order]
        )


def newcomers(person: npt.NDArray[np.int64], channel: Channel | npt.NDArray[np.int64]) -> Newcomers:
    """People who join without a referrer."""
    n = len(person)
    lines = np.empty((4, n), np.int64)
    lines[0], lines[1], lines[2], lines[3] = person, channel, NO_PERSON, 0
    return Newcomers(*lines)


def willingness(c: Community, person: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """What persons who have yet to join would pay (EUR per month), shape (n,)."""
    m = c.parameters.monetisation
    return _willingness(c.key, person, m.wtp_median, m.wtp_sigma, float(c.climate["proof"][0]), c.p)


def admit(
    c: Community, new: Newcomers, capacity: npt.NDArray[np.int64] | None = None
) -> npt.NDArray[np.int64]:
    """Create member records for newcomers (in ascending address); returns their rows, shape (n,).

    `capacity` overrides the number of ties that each can keep, for founders from a log.
    """
    population, market = c.population, c.market
    persons = new.person
    rows = population.take_rows(len(persons))
    market.move(persons, Status.PRESENT)
    capacities = capacity if capacity is not None else tie_capacity(c, persons)
    c.ties.reserve(int(np.add.reduce(capacities)))
    shape = c.parameters.referral.dispersion
    u = uniforms(c.key, persons, 0, Purpose.INVITING)
    inviting = gamma_quantiles(shape, u) / shape if shape < 1e6 else np.ones(len(persons))
    seat(
        population.members,
        population.address,
        population.last_visit,
        population.next_bill,
        market.row,
        market.due,
        market.spells,
        rows,
        persons,
        new.channel,
        new.referrer,
        new.generation,
        market.interest,
        inviting,
        capacities,
        c.ties.pool,
        c.ties.top,
        c.ties.free,
        c.day,
        c.key,
        c.p,
    )
    if c.plan.experiments:
        population.members["arm"][rows] = arms_of(c, persons)
    if market.propensity is not None:
        known = ~np.isnan(market.propensity[persons])
        population.members["propensity"][rows[known]] = market.propensity[persons[known]]
        derive_rows(population.members, rows[known], c.p)
    if c.parameters.monetisation.model == "fee":
        population.next_bill[rows] = c.day
    c.update_rates(rows)
    visit_today(population.visit_bound, rows)
    return rows


def arms_of(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The experiment whose treated group each person belongs to, from 1; 0 for none; shape (n,)."""
    edges = np.cumsum([e.share for e in c.plan.experiments])
    u = uniforms(c.key, persons, 0, Purpose.TREATMENT)
    arm = np.searchsorted(edges, u, side="right") + 1
    return np.where(arm <= len(edges), arm, 0)


def tie_capacity(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Maximum number of ties of each person: Pareto, at most 150; shape (n,)."""
    b = c.parameters.bonding
    capacities = capacities_of(c.key, persons, b.capacity_min, b.capacity_shape)
    if c.market.capacity is None:
        return capacities
    return np.maximum(capacities, c.market.capacity[persons])


def join(c: Community, new: Newcomers) -> None:
    """Admit today's newcomers, tie the referred to their referrers, count them."""
    new = new.in_address_order()
    rows = admit(c, new)
    c.joins += np.bincount(new.channel, minlength=len(c.joins))
    c.count[Count.JOINS] += len(rows)
    _welcome(c, new, rows)


def _welcome(c: Community, new: Newcomers, rows: npt.NDArray[np.int64]) -> None:
    """Count who came by referral, and tie them to their referrers where the design lets peers tie."""
    referred = (new.channel == Channel.REFERRAL).nonzero()[0]
    c.count[Count.REFERRAL_JOINS] += len(referred)
    c.referred = np.empty((len(referred), 2), np.int64)
    if not len(referred):
        return
    referrers, invited = new.referrer[referred], rows[referred]
    inviters = count_referrals(
        c.population.members,
        c.dormant.members,
        c.market.row,
        referrers,
        invited,
        new.person[referred],
        c.parameters.affiliation.peers,
        c.day,
        c.key,
        c.referred,
    )
    strengthen_pairs(
        c.population.members,
        c.ties.pool,
        c.ties.count,
        inviters,
        invited,
        0,
        len(inviters),
        c.parameters.referral.tie_strength,
        0.0,
        c.day,
        c.fade,
    )
    belong(c.population.members, invited[inviters >= 0], c.p, c.presence)


@kernel
def belong(members, rows, p, presence):
    """Let newcomers belong from the first day as far as the ties they bring: these are older than the membership."""
    for k in range(len(rows)):
        m = members[rows[k]]
        bind(m, p[m["arm"]])
        attach(m, p[m["arm"]], presence)
        m["belonging"] = m["attachment"]


@kernel
def count_referrals(members, dormant, row_of, referrers, invited, persons, peers, day, key, referred):
    """Rows of the referrers who get a tie to whom they invited, else -1; shape (n,)."""
    tied = np.full(len(referrers), -1)
    for k in range(len(referrers)):
        row = -1
        if referrers[k] >= 0:
            row = row_of[referrers[k]]
            if place_of_row(row) >= 0:
                dormant[place_of_row(row)]["invited_joins"] += 1
        referred[k, 0] = max(row, -1)
        referred[k, 1] = invited[k]
        if row < 0:
            continue
        members[row]["invited_joins"] += 1
        if uniform(key, persons[k], day, _FIRST_TIE, ONLY) < peers:
            tied[k] = row
    return tied


@kernel
def _willing(key, person, median, sigma):
    return median * math.exp(sigma * normal(uniform(key, person, 0, _WILLING, ONLY)))


@kernel
def _willingness(key, person, median, sigma, proof, p):
    out = np.empty(len(person))
    for k in range(len(person)):
        out[k] = _willing(key, person[k], median, sigma) * proof * at_the_door(p[0])
    return out


@kernel
def can_pay(key, person, q, proof):
    """Whether a person would pay the membership fee, if there is one, expecting what newcomers expect."""
    if q["monetisation_model"] != FEE:
        return True
    willing = _willing(key, person, q["monetisation_wtp_median"], q["monetisation_wtp_sigma"])
    return willing * proof * at_the_door(q) >= q["monetisation_price"]


@kernel
def capacities_of(key, person, least, shape):
    """Tie capacities, shape (n,): Pareto from `least` on."""
    out = np.empty(len(person), np.int64)
    for k in range(len(person)):
        u = uniform(key, person[k], 0, _CAPACITY, ONLY)
        out[k] = int(min(float(MAX_CAPACITY), max(1.0, math.floor(least * u ** (-1.0 / shape)))))
    return out


@kernel
def visit_today(visit_bound, rows):
    """Newcomers visit on the day they join, unless they have no time budget."""
    for k in range(len(rows)):
        if visit_bound[rows[k]] > 0.0:
            visit_bound[rows[k]] = NEWCOMER


@kernel
def seat(
    members,
    address,
    last_visit,
    next_bill,
    row_of,
    due,
    spells,
    rows,
    persons,
    channel,
    referrer,
    generation,
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
    """Write the records of newcomers, their traits drawn by address."""
    q = p[0]
    for k in range(len(rows)):
        m = members[rows[k]]
        # place: row and address refer to each other, and the clock outside stops
        i = persons[k]
        address[rows[k]] = i
        row_of[i] = rows[k]
        due[i] = np.inf
        m["person"] = i
        m["spell"] = spells[i]
        spells[i] += 1
        # membership: how it began, and its block of tie slots
        m["joined"] = day
        m["seasoned"] = day
        m["settled"] = day
        m["channel"] = channel[k]
        m["referrer"] = referrer[k]
        m["generation"] = generation[k]
        m["degree"] = 0
        m["capacity"] = capacity[k]
        m["slots"] = allocate(pool, top, free, capacity[k])
        _blank(m)
        # traits are drawn by address, so that a returning person is the same
        m["satisfaction"] = q["visiting_first_satisfaction"]
        m["norm"] = 1.0
        m["propensity"] = math.exp(
            q["contribution_propensity_sigma"] * normal(uniform(key, i, 0, _PROPENSITY, ONLY))
        )
        m["interest"] = interest[i]
        derive(m, q)
        hours = q["visiting_budget_hours"] * math.exp(
            q["visiting_budget_sigma"] * normal(uniform(key, i, 0, _BUDGET, ONLY))
        )
        m["visits_per_day"] = hours / q["visiting_session_hours"] / 30.0
        m["inviting"] = inviting[k]
        m["wtp"] = q["monetisation_wtp_median"] * math.exp(
            q["monetisation_wtp_sigma"] * normal(uniform(key, i, 0, _WILLING, ONLY))
        )
        spread = q["monetisation_ad_aversion_spread"]
        m["aversion"] = 1.0 - spread + 2.0 * spread * uniform(key, i, 0, _AVERSION, ONLY)
        m["responder"] = 1 if uniform(key, i, 0, _RESPONDER, ONLY) < q["incentives_badge_responders"] else 0
        m["side"] = 1 if uniform(key, i, 0, _SIDE, ONLY) < 0.5 else 0
        last_visit[rows[k]] = NEVER
        next_bill[rows[k]] = -1


@kernel
def _blank(m):
    """Reset a record for a newcomer, because rows are reused."""
    # state and bonds
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
    m["missed"] = 0.0
    m["hub_missed"] = 0.0
    # status
    m["internal"] = 0
    m["arm"] = 0
    m["paying"] = 0
    m["unwilling"] = 0
    m["first_replied"] = 0
    m["again"] = 0
    m["owner"] = 0
    m["standing"] = 0
    m["badges"] = 0
    # counts
    m["weeks"] = 0
    m["points"] = 0
    m["contributions"] = 0
    m["invitations"] = 0
    m["invited_joins"] = 0
    # days of the last events
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
    m["first_asleep"] = NEVER_ASLEEP
    m["asleep_on"] = NEVER_ASLEEP
    m["woke_on"] = NEVER_ASLEEP
    m["asleep_cause"] = 0
    # money
    m["revenue"] = 0
    m["cost"] = 0
    m["surplus"] = 0
    m["earned"] = 0
    m["month_earned"] = 0
