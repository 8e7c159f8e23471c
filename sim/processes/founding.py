"""Founding: the members on day 0, settled, with the tenure, ties and bonds of a running community.

Founders are drawn from the market (with preference for those whom the purpose fits) or taken from
an event log. As newcomers, four in five of them would leave within a year. Their state is therefore
set to its fixed point under the parameters of day 0: habit, bonds and satisfaction. A scenario may
have its founders begin as newcomers instead.

Long, because the drawn and the logged foundation share every step after the first.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import (
    FOUNDING_TIE_ANYWHERE,
    FOUNDING_TIE_DISTANCE,
    FOUNDING_TIE_STRENGTH,
    FOUNDING_TIE_STRIDE,
    GRAPH_NETWORK,
    STATE_AWAKE,
    STATE_CONTRIBUTED,
    STATE_LAST_VISIT,
    STATE_SILENCE,
    STATE_TENURE,
    STATE_TIES,
    Purpose,
    library_seed,
    uniforms,
)
from kith.sim.schema.founding import Founding
from kith.sim.schema.graphs import Graph
from kith.sim.schema.parameters import Bonding, Contribution
from kith.sim.state.admission import admit, newcomers, tie_capacity
from kith.sim.state.categories import Channel
from kith.sim.state.community import Community
from kith.sim.state.decay import derive_rows, fading, undeterred_rows
from kith.sim.state.dormancy.asleep_before import asleep_before
from kith.sim.state.giving.founders import Past, begin_talk, content_value, needs_past, reciprocity
from kith.sim.state.hubs import attention, hubs_there
from kith.sim.state.layers import PAST, has_contributed
from kith.sim.state.money.founders import begin_bills, would_pay
from kith.sim.state.money.worth import left_of_match
from kith.sim.state.population import NEVER
from kith.sim.state.ties import MAX_CAPACITY, add_up, place_ties

MEAN_TENURE = 400.0
LEAST_TENURE, MOST_TENURE = 60.0, 1500.0
NEAR_FOUNDERS = 8.0
"typical distance on the ring, in founders, between those who are tied on day 0"
SETTLED_RECIPROCITY = 0.2
"reciprocity that a settled contributor is taken to feel"
AT_ONCE = 10_000
"founders whose propensities are estimated at a time"
FAR_SHARE = 0.15
"share of founders' ties that lead anywhere"

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def seat_founders(c: Community) -> None:
    """Seat the founders in rows 0 … n-1, in ascending address, settled or as newcomers whatever their number."""
    log = c.plan.founding
    n = len(log) if log is not None else c.parameters.market.founders
    asleep = days = np.zeros(0, np.int64)
    asked = _addresses(c, n) if n else np.zeros(0, np.int64)
    pays = would_pay(c, asked)
    seat = asked[pays]
    c.plan_founders = len(seat)
    if len(seat):
        network = _network(c, n, pays)
        if log is not None:
            asleep, days = _found_from_log(c, asked, log, pays)
        elif c.parameters.market.founders_are == "newcomers":
            _found_as_newcomers(c, seat, network)
        else:
            _found_by_draw(c, seat, network)
        _enter_counts(c)
        begin_bills(c, asleep)
        if len(asleep):
            asleep_before(c, asleep, days)
    c.count_active()


def _network(c: Community, n: int, pays: npt.NDArray[np.bool_]) -> Graph | None:
    """The graph of the ties of n founders, if the plan has one, without those who would not pay the fee."""
    if c.plan.network is None:
        return None
    graph = c.plan.network.drawn(library_seed(c.key, GRAPH_NETWORK), n)
    if pays.all():
        return graph
    there = np.zeros(max(n, graph.people), np.bool_)
    there[:n] = pays
    number = np.cumsum(there) - 1
    kept = there[graph.first] & there[graph.second]
    ends = number[graph.first[kept]], number[graph.second[kept]]
    return replace(
        graph, people=int(pays.sum()), first=ends[0], second=ends[1], strength=graph.strength[kept]
    )


def _addresses(c: Community, n: int) -> Rows:
    """The n persons with the earliest founding clocks; a larger number of founders includes a smaller one."""
    size = c.market.size
    clocks = -np.log(uniforms(c.key, np.arange(size), 0, Purpose.FOUNDER))
    with np.errstate(divide="ignore"):
        return _first(clocks / c.susceptibility(), n)


def _first(clocks: Numbers, n: int) -> Rows:
    """The indices of the n smallest values in ascending order; ties in order of index; sorts only these."""
    last = np.partition(clocks, n - 1)[n - 1]
    early = np.flatnonzero(clocks <= last)
    return early[np.argsort(clocks[early], kind="stable")[:n]]


def _luck(c: Community, persons: Rows, ordinal: int) -> Numbers:
    return uniforms(c.key, persons, 0, Purpose.FOUNDING_STATE, ordinal)


def _found_by_draw(c: Community, seat: Rows, network: Graph | None) -> None:
    """Founders with drawn tenure and contributions, and drawn ties or those of a graph."""
    persons = np.sort(seat)
    capacity = None if network is None else _room_for(c, seat, network)
    rows = admit(c, newcomers(persons, Channel.FOUNDER), capacity)
    members = c.population.members
    tenure = np.minimum(
        LEAST_TENURE - MEAN_TENURE * np.log(_luck(c, persons, STATE_TENURE)), MOST_TENURE
    ).astype(np.int64)
    members["joined"][rows] = members["seasoned"][rows] = -tenure
    if network is None:
        _lay_ties(c, rows, persons)
    else:
        place = np.argsort(np.argsort(seat))
        _lay_strongest_first(c, rows, place[network.first], place[network.second], network.strength)
    visits = _settle_state(c, rows)
    per_day = _contributions_per_day(c, rows, visits) * c.parameters.contribution.doors_open
    ever = _luck(c, persons, STATE_CONTRIBUTED) < 1.0 - np.exp(
        -c.parameters.contribution.first_barrier * per_day * tenure
    )
    count = np.where(ever, np.maximum(1, np.round(per_day * tenure)), 0).astype(np.int64)
    silence = 1 + np.floor(-np.log(_luck(c, persons, STATE_SILENCE)) / np.maximum(per_day, 1e-9)).clip(
        max=1e6
    ).astype(np.int64)
    ever &= silence < tenure
    members["points"][rows] = np.where(ever, count, 0)
    past = Past(visits, np.where(ever, per_day, 0.0))
    if len(c.tiers) or needs_past(c.parameters):
        _fill_content(c, float(per_day[ever].sum()))
        visits = _settle_state(c, rows, past)
    begin_talk(c, rows, past)
    _set_history(c, rows, np.where(ever, count, 0), np.where(ever, -silence, NEVER), visits)
    _fill_content(c, float(per_day[ever].sum()))


def _found_from_log(
    c: Community, seat: Rows, log: Founding, pays: npt.NDArray[np.bool_]
) -> tuple[Rows, Rows]:
    """Founders with propensities, tenure and ties from a log; founder k is person seat[k], if it pays.

    A log counts everybody who was ever met; a founder keeps as many ties as it has room for, first those
    to others who are awake. Returns the rows of those who are dormant, in ascending address, and for how
    many days. Where a community has no dormant members, who is not awake is not seated.
    """
    order = np.argsort(seat)
    order = order[pays[order]]
    awake = _are_awake(c, seat[order], log.awake, order)
    if c.parameters.dormancy.formal_share >= 1.0:
        order, awake = order[awake], awake[awake]
    persons = seat[order]
    rows = admit(c, newcomers(persons, Channel.FOUNDER))
    members = c.population.members
    tenure = np.clip(log.tenure[order], 1, PAST - 1)
    members["joined"][rows] = members["seasoned"][rows] = -tenure
    place = np.full(len(seat), -1)
    place[order] = np.arange(len(order))
    first, second, strength = _ties_of(log)
    seated = (place[first] >= 0) & (place[second] >= 0)
    _lay_strongest_first(c, rows, place[first[seated]], place[second[seated]], strength[seated], awake)
    propensity = likely_propensity(
        log.unaddressed()[order],
        _expected_of_log(c, rows, log, order, int(awake.sum())),
        log.active_days[order],
        c.parameters.contribution.propensity_sigma,
    )
    c.market.remember_propensity(persons, propensity)
    members["propensity"][rows] = propensity
    members["points"][rows] = count = log.in_all()[order]
    derive_rows(members, rows, c.p)
    doors_open = c.parameters.contribution.doors_open
    crowd = int(awake.sum())
    visits = _settle_state(c, rows, crowd=crowd)
    per_day = np.where(awake, log.unaddressed()[order] / log.window * doors_open, 0.0)
    past = Past(np.where(awake, visits, 0.0), per_day, crowd)
    if needs_past(c.parameters):
        _fill_content(c, float(per_day.sum()))
        visits = _settle_state(c, rows, past, crowd)
        past = Past(np.where(awake, visits, 0.0), per_day, crowd)
    _season(c, rows, tenure, visits)
    begin_talk(c, rows, past)
    last = -np.maximum(1, log.since_contribution()[order])
    _set_history(c, rows, count, np.where(count > 0, last, NEVER), visits)
    came = c.population.last_visit[rows] > NEVER
    seen = -np.maximum(1, log.silence[order])
    c.population.last_visit[rows[came]] = np.maximum(c.population.last_visit[rows], seen)[came]
    _fill_content(c, float(per_day.sum()))
    asleep = ~awake
    c.plan_founders, c.plan_dormant = crowd, int(asleep.sum())
    days = log.silence if log.asleep_for is None else log.asleep_for
    return rows[asleep], days[order][asleep]


def _are_awake(
    c: Community, persons: Rows, probability: Numbers | None, order: Rows
) -> npt.NDArray[np.bool_]:
    """Who of the founders is awake, drawn with the luck of their addresses; at least one is, the likeliest."""
    if probability is None:
        return np.ones(len(persons), np.bool_)
    chance = probability[order]
    awake = _luck(c, persons, STATE_AWAKE) < chance
    if not awake.any():
        awake[int(np.argmax(chance))] = True
    return awake


def _season(c: Community, rows: Rows, tenure: Rows, visits: Numbers) -> None:
    """Let bonds and belonging be as far as visits since joining have brought them, for whoever has just come."""
    m, p, b = c.population.members, c.parameters, c.parameters.bonding
    gap, times = 1.0 / np.maximum(visits, 1e-3), visits * tenure
    for name, step, half_life in (
        ("habit", p.visiting.habit_step, p.visiting.habit_half_life),
        ("activity", b.activity_step * p.affiliation.activity, b.activity_half_life),
        ("hub", b.hub_step * p.affiliation.hub, b.hub_half_life),
    ):
        left = (1.0 - step) * np.exp2(-gap / half_life)
        m[name][rows] *= 1.0 - left**times
    _refresh(c, rows)
    m["belonging"][rows] *= 1.0 - np.exp2(-tenure / b.belonging_half_life)
    c.update_rates(rows)


def _room_for(c: Community, seat: Rows, network: Graph) -> Rows:
    """Tie capacity of founders in ascending address: what each can keep, at least its ties in the graph."""
    degree = np.bincount(np.concatenate([network.first, network.second]), minlength=len(seat))
    order = np.argsort(seat)
    capacity = np.maximum(tie_capacity(c, seat[order]), np.minimum(degree[order], MAX_CAPACITY))
    c.market.remember_capacity(seat[order], capacity)
    return capacity


def _lay_strongest_first(
    c: Community,
    rows: Rows,
    first: Rows,
    second: Rows,
    strength: Numbers,
    awake: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Create ties between indices of `rows`, the strongest first, up to each end's capacity; first those of the awake."""
    ends = np.sort(np.stack([first, second]), axis=0)
    later = np.zeros(len(first)) if awake is None else ~(awake[first] & awake[second])
    strongest_first = np.lexsort((ends[1], ends[0], -strength, later))
    lower, upper = rows[ends[:, strongest_first]]
    _place(c, lower, upper, strength[strongest_first], np.zeros(len(lower), np.int64))


def _expected_of_log(c: Community, rows: Rows, log: Founding, order: Rows, crowd: int) -> Numbers:
    """Contributions in the log's window that propensity 1 would lead to, shape (n,).

    Free of the design, so that every design starts with the same people: visits by time budget
    alone, though no fewer than the days on which the log saw the member; motivation at neutral
    belonging.
    """
    q, churn = c.parameters.contribution, c.parameters.churn
    by_budget = 1.0 - np.exp(-c.population.members["visits_per_day"][rows])
    observed = np.minimum(log.window, np.maximum(1, log.tenure[order]))
    active = log.active_days[order]
    visits = np.maximum(by_budget * observed, active)
    motivation = 1.0 + q.belonging_gain * churn.neutral_belonging + SETTLED_RECIPROCITY * q.reciprocity_gain
    # contributions come in bursts, the longer the more often: the mean of what is left since the last
    often = np.minimum(active, log.unaddressed()[order]) / observed
    burst = 1.0 + q.burst_gain * often / (often + np.log(2.0) / q.burst_half_life)
    return visits * q.rate * motivation * _audience(crowd, q) * burst / (1.0 - q.follow_on)


def likely_propensity(count: Rows, expected: Numbers, days: Rows, sigma: float) -> Numbers:
    """The mean propensity after `count` contributions on `days` active days, shape (n,).

    The posterior mean for ln theta ~ Normal(0, sigma^2) and count ~ Poisson(theta expected). Contributions
    come in bursts, so that those of a day are no independent signs: a founder's count is evidence of as
    many contributions as it had active days, at most.
    """
    if sigma <= 0.0:
        return np.ones(len(count))
    weight = np.minimum(1.0, np.maximum(days, 1) / np.maximum(count, 1))
    x = np.linspace(-5.0, 5.0, 201) * sigma
    out = np.empty(len(count))
    for start in range(0, len(count), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        mean = expected[part, None] * np.exp(x)
        ll = weight[part, None] * (count[part, None] * x - mean) - 0.5 * (x / sigma) ** 2
        p = np.exp(ll - ll.max(axis=1, keepdims=True))
        out[part] = (p * np.exp(x)).sum(axis=1) / p.sum(axis=1)
    return out


def _ties_of(log: Founding) -> tuple[Rows, Rows, Numbers]:
    """Ties between founders on day 0: first, second, strength.

    Every exchange of the log counts and fades by the schema's default rule, so that all designs
    start with the same ties.
    """
    rule = Bonding()
    fade = fading(rule.tie_half_life, int(log.exchange_age.max(initial=0)) + 2)
    ties: dict[tuple[int, int], tuple[float, int]] = {}
    for a, b, age in zip(
        log.exchange_a.tolist(), log.exchange_b.tolist(), log.exchange_age.tolist(), strict=True
    ):
        pair = (min(a, b), max(a, b))
        if pair in ties:
            strength, before = ties[pair]
            faded = strength * float(fade[before - age])
            ties[pair] = (faded + rule.strength_step * (1.0 - faded), age)
        else:
            ties[pair] = (rule.first_strength, age)
    today = ((a, b, s * float(fade[age])) for (a, b), (s, age) in ties.items())
    strong = [tie for tie in today if tie[2] >= rule.drop_below]
    columns = np.array(strong, dtype=float).reshape(len(strong), 3)
    return columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64), columns[:, 2]


def _place(c: Community, first: Rows, second: Rows, strength: Numbers, day: Rows) -> None:
    members = c.population.members
    place_ties(members, c.ties.pool, c.ties.count, first, second, strength, day, c.fade)
    add_up(members, c.ties.pool, c.population.rows(), c.day, c.fade)


def _lay_ties(c: Community, rows: Rows, persons: Rows) -> None:
    """Ties among founders, mostly between neighbours on the ring, more for the more active."""
    peers, n = c.parameters.affiliation.peers, len(rows)
    if peers <= 0.0 or n < 3:
        return
    propensity = c.population.members["propensity"][rows]
    eager = peers * 2.0 * np.minimum(propensity**c.parameters.contribution.exchange_exponent, 10.0)
    wish = np.floor(eager + _luck(c, persons, STATE_TIES)).astype(np.int64)
    first = np.repeat(np.arange(n), wish)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(wish) - wish, wish)
    distance = _tie_luck(c, persons[first], nth, FOUNDING_TIE_DISTANCE)
    is_far = _tie_luck(c, persons[first], nth, FOUNDING_TIE_ANYWHERE) < FAR_SHARE
    strength = 0.15 + 0.55 * _tie_luck(c, persons[first], nth, FOUNDING_TIE_STRENGTH)
    step = 1 + np.floor(-NEAR_FOUNDERS * np.log(distance)).astype(np.int64)
    anywhere = 1 + np.floor(distance * (n - 1)).astype(np.int64)
    second = (first + np.where(is_far, anywhere, step)) % n
    proper = first != second
    _place(
        c,
        rows[first[proper]],
        rows[second[proper]],
        strength[proper],
        np.zeros(int(proper.sum()), np.int64),
    )


def _tie_luck(c: Community, persons: Rows, nth: Rows, offset: int) -> Numbers:
    """A uniform for the nth tie of each person; `offset` is one of FOUNDING_TIE_*."""
    out = np.empty(len(persons))
    for k in np.unique(nth).tolist():
        chosen = nth == k
        out[chosen] = uniforms(
            c.key, persons[chosen], 0, Purpose.FOUNDING_TIE, FOUNDING_TIE_STRIDE * k + offset
        )
    return out


def _found_as_newcomers(c: Community, seat: Rows, network: Graph | None) -> None:
    """Founders who join on day 0, without a past; tied only as in a graph."""
    capacity = None if network is None else _room_for(c, seat, network)
    rows = admit(c, newcomers(np.sort(seat), Channel.FOUNDER), capacity)
    if network is not None:
        place = np.argsort(np.argsort(seat))
        _lay_strongest_first(c, rows, place[network.first], place[network.second], network.strength)
        c.settle(rows)


def _settle_state(c: Community, rows: Rows, past: Past | None = None, crowd: int = 0) -> Numbers:
    """Set habit, bonds, belonging and satisfaction to their fixed point; returns visits per day, shape (n,).

    With a `past`, content is worth what founders' contributions hold up, and they have been answered as often.
    The `crowd` is how many of them are awake; 0 for all.
    """
    crowd = crowd or len(rows)
    m, p, b = c.population.members, c.parameters, c.parameters.bonding
    if past is not None and needs_past(p):
        m["reciprocity"][rows] = reciprocity(c, rows, past)
    _refresh(c, rows)
    visits = np.full(len(rows), 0.2)
    for _ in range(12):
        gap = 1.0 / np.maximum(visits, 1e-3)
        m["habit"][rows] = _steady(p.visiting.habit_step, p.visiting.habit_half_life, gap)
        m["activity"][rows] = _steady(b.activity_step * p.affiliation.activity, b.activity_half_life, gap)
        noticed = attention(p.affiliation, crowd)
        m["hub"][rows] = _steady(b.hub_step * p.affiliation.hub * noticed, b.hub_half_life, gap)
        m["satisfaction"][rows] = _value(c, rows, gap, past, crowd)
        _refresh(c, rows)
        floor = p.visiting.habit_floor
        visits = 1.0 - np.exp(-m["visit_rate"][rows] * (floor + (1.0 - floor) * m["habit"][rows]))
        visits *= undeterred_rows(m, rows, c.p)
        visits[m["visits_per_day"][rows] == 0.0] = 0.0
    m["belonging"][rows] = m["attachment"][rows]
    _refresh(c, rows)
    return visits


def _refresh(c: Community, rows: Rows) -> None:
    population = c.population
    population.members["belonging"][rows] = population.members["attachment"][rows]
    c.update_rates(rows)


def _steady(step: float, half_life: float, gap: Numbers) -> Numbers:
    """The fixed point of x <- x 2^(-gap / half_life), x <- x + step (1 - x)."""
    left = np.exp2(-gap / half_life)
    return np.minimum(1.0, step / (1.0 - (1.0 - step) * left + 1e-12))


def _value(c: Community, rows: Rows, gap: Numbers, past: Past | None, crowd: int) -> Numbers:
    """The value of a visit to a settled founder; without a `past`, with half of the content value."""
    m, v = c.population.members, c.parameters.value
    content = 0.5 * v.content if past is None else content_value(c, rows, past, gap)
    value = (
        v.product * c.parameters.organisation.quality
        + content
        + v.peers * m["bonds"][rows]
        + v.hub * m["hub"][rows]
        + v.match * float(left_of_match(c.p[0])) * (1.0 - (1.0 + 0.5 * crowd) ** (-v.match_gain))
        - m["misfit"][rows]
        + v.replies * m["reciprocity"][rows]
    )
    for points, perk, _ in c.tiers:
        value = np.where(m["points"][rows] >= points, value + perk, value)
    if c.parameters.monetisation.model == "fee":
        value -= v.price_weight * c.parameters.monetisation.price / m["wtp"][rows]
    return np.clip(value, 0.0, 1.0)


def _contributions_per_day(c: Community, rows: Rows, visits: Numbers) -> Numbers:
    """Expected contributions per day of settled founders under social norms, shape (n,)."""
    m, q = c.population.members, c.parameters.contribution
    motivation = 1.0 + q.belonging_gain * m["belonging"][rows] + SETTLED_RECIPROCITY * q.reciprocity_gain
    return visits * q.rate * m["propensity"][rows] * motivation * _audience(len(rows), q)


def _audience(n: int, q: Contribution) -> float:
    """How much an audience of n founders motivates."""
    return min(q.audience_cap, float((n / q.audience_scale) ** q.audience_elasticity))


def _set_history(c: Community, rows: Rows, count: Rows, last: Rows, visits: Numbers) -> None:
    """Set founders' history before day 0."""
    m = c.population.members
    persons = c.population.address[rows]
    contributed = last > NEVER
    m["contributions"][rows] = count
    m["points"][rows] = count
    m["badges"][rows] = np.searchsorted(c.badge_levels, count, side="right")
    m["last_contribution"][rows] = np.where(contributed, np.maximum(last, -PAST + 1), NEVER)
    m["first_contribution"][rows] = np.where(contributed, np.maximum(m["joined"][rows], -PAST + 1), NEVER)
    days = -m["joined"][rows].astype(float)
    if c.plan.founding is not None:
        days = np.minimum(days, c.plan.founding.window)
    weeks = np.where(contributed & has_contributed(last, -1), 1 << np.minimum(-last // 7, 13).clip(0), 0)
    often = np.where(contributed, count / np.maximum(1.0, days / 30.0), 0.0) >= 1.0
    m["weeks"][rows] = np.where(often & contributed, weeks | 0b1001000100000, weeks).astype(np.uint32)
    m["last_post"][rows] = m["last_contribution"][rows]
    ago = 1 + np.floor(-np.log(_luck(c, persons, STATE_LAST_VISIT)) / np.maximum(visits, 1e-3)).clip(
        max=60
    ).astype(np.int64)
    last_visit = np.maximum(-ago, np.where(contributed, last, -PAST))
    c.population.last_visit[rows] = np.where(m["visits_per_day"][rows] > 0.0, last_visit, NEVER)
    c.update_rates(rows)  # a contribution shortly before day 0 raises the bound of visits


def _fill_content(c: Community, per_day: float) -> None:
    """Set useful content to its steady state at a number of contributions per day."""
    q, v, a = c.parameters.contribution, c.parameters.value, c.parameters.affiliation
    useful = per_day * q.share_post * (1.0 + 0.5 * q.reply_ceiling) * v.useful_share
    useful += a.hub_posts * hubs_there(a, c.presence)
    c.content = useful * min(v.content_half_life, 3650.0) / np.log(2.0)


def _enter_counts(c: Community) -> None:
    """Histograms of last visits and contributions, and the first ambassadors."""
    rows = c.population.rows()
    m, visits = c.population.members, c.population.last_visit[rows]
    came = visits > -PAST
    np.add.at(c.last_visits, (m["side"][rows][came], visits[came] + PAST), 1)
    last = m["last_contribution"][rows]
    np.add.at(c.last_contributions, last[last > -PAST] + PAST, 1)
    c.rank(rows)


__all__ = ["likely_propensity", "seat_founders"]
