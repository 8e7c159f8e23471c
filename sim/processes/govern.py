"""Govern: what keeps a community habitable, and who decides.

Unwanted content arrives with items posted, with size and with money on the table; a filter stops
part of it, moderators remove the rest as far as their hours go. What remains in sight takes value
from every visit. Harassment befalls visitors, more the anonymous and the visible, less where
moderators look; one exposure makes about one in ten leave (Pew 2014). Disputes arise with size
and are settled faster where members have a voice and rules are visible.

Every quarter an elected council moves direction toward its mean interest and quality up, as far
as it has a voice; a vote that changes little disappoints, the more so in public (Folger 1977).
Without voice, direction drifts to what pays. Offline events tie attendees to each other and
loosen their ties to others (Sessions 2010). When a hub has left, an ambassador may take over
its role where governance allows (Avelino et al. 2019).

Reads  visitors, written, state     Writes  climate, direction, quality, ties, harassment, ledger
"""

import math

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, address_hash, uniform, uniforms
from kith.sim.state import decay
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.hash_circle import circle_of_today, next_place
from kith.sim.state.hubs import succeed
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import Account, book, to_micro
from kith.sim.state.ties import FAINTEST, feel, strength_at, strengthen_pairs

QUARTER = 90
QUARTERLY = 2.0 ** (-1.0 / QUARTER)
"what is left each day of what halves in a quarter"
USUAL_COUNCIL = 7
"members of the council where there is a voice and no size is given"
GAP_FELT = 0.1
"difference of interest at which a vote that changes nothing is fully felt"
MODERATED = 0.8
"part of harassment that full moderation prevents"
_HARASSMENT, _MEETING = int(Purpose.HARASSMENT), int(Purpose.MEETING)
_EVENTS = int(Account.EVENTS)


def govern(c: Community) -> None:
    """Moderation, harassment, disputes and events; a vote once a quarter; succession of hubs."""
    overlooked = _moderate(c)
    _harass(c, overlooked)
    _settle_disputes(c)
    if event_on(c, c.day):
        c.calls += 1.0
        _meet_offline(c)
    if (c.day + 1) % QUARTER == 0:
        _decide(c)
    succeed(c)
    _make_climate(c)


def _moderate(c: Community) -> float:
    """Arrival, filtering and removal of unwanted items; returns the share that moderators overlook."""
    g = c.parameters.governance
    posted = float(c.items[c.day + 1] - c.items[c.day])
    c.ledger.post(Account.MODERATION, g.moderation_hours * c.coverage * g.moderation_wage)
    c.unwanted, overlooked = unwanted_items(
        float(c.unwanted), posted, float(c.active), c.p, 2.0 ** (-1.0 / g.unwanted_half_life), c.coverage
    )
    return float(overlooked)


@kernel
def unwanted_items(unwanted, posted, active, p, fading, coverage):
    """Unwanted items in sight after a day, and the share that moderators overlook."""
    q = p[0]
    paid = 1.0 if q["incentives_cash_per_contribution"] > 0.0 or q["incentives_revenue_share"] > 0.0 else 0.0
    arrivals = q["governance_unwanted_share"] * posted * (1.0 + q["governance_unwanted_by_money"] * paid)
    arrivals += q["governance_unwanted_by_size"] * active / 1000.0 * (1.5 - q["affiliation_identity"])
    unwanted = unwanted * fading + arrivals * (1.0 - q["governance_filter_strength"])
    hours = q["governance_moderation_hours"] * coverage
    removed = min(unwanted, hours * q["governance_items_per_hour"])
    overlooked = 1.0 if hours <= 0.0 else 0.0
    if unwanted > 0.0:
        overlooked = 1.0 - removed / unwanted
    return unwanted - removed, overlooked


def _harass(c: Community, overlooked: float) -> None:
    """Some of today's visitors are harassed."""
    g = c.parameters.governance
    rate = float(harassment(c.p, overlooked))
    if rate > 0.0:
        hit = expose(
            c.population.members,
            c.population.exit_bound,
            c.visitors,
            c.visiting,
            rate,
            g.harassment_weight,
            c.day,
            c.key,
        )
        c.count[Count.HARASSMENTS] += hit


@kernel
def harassment(p, overlooked):
    """Rate at which a visitor is harassed, where moderators overlook a share of what happens."""
    rate = p[0]["governance_harassment_rate"] * 2.0 * (1.0 - p[0]["affiliation_identity"])
    return rate * (1.0 - MODERATED * (1.0 - overlooked))


def _settle_disputes(c: Community) -> None:
    """Disputes arise with size; voice and visible rules settle them, chosen rules best."""
    c.disputes = float(open_disputes(float(c.disputes), float(c.active), c.p))


@kernel
def open_disputes(disputes, active, p):
    """Disputes that are open after a day."""
    q = p[0]
    voice = q["governance_voice"]
    rules = q["contribution_rules_visible"] * (1.0 + (q["governance_chosen_rules"] - 1.0) * voice)
    settled = 1.0 - math.exp(-q["governance_settlement"] * (1.0 + voice + rules))
    disputes += q["governance_dispute_rate"] * active / 1000.0
    return disputes - disputes * settled


def _make_climate(c: Community) -> None:
    """Update the climate for this evening's decisions and tomorrow's visits."""
    recent = float(c.items[c.day + 1] - c.items[max(0, c.day - 6)])
    c.most_voice = max(c.most_voice, c.parameters.governance.voice)
    write_climate(
        c.climate,
        c.p,
        recent,
        float(c.active),
        float(c.unwanted),
        float(c.disputes),
        float(c.ignored),
        c.most_voice,
        float(c.competitor),
        c.competitor_bonds,
    )
    c.ignored *= QUARTERLY


@kernel
def write_climate(
    climate, p, recent, active, unwanted, disputes, ignored, most_voice, competitor, competitor_bonds
):
    """Write the climate; `recent` are the items of a week."""
    q, air = p[0], climate[0]
    voice, selling = q["governance_voice"], q["organisation_selling"]
    of_proof = q["organisation_proof_gain"] * active / (active + q["organisation_proof_scale"])
    air["unwanted"] = q["governance_unwanted_weight"] * unwanted / (unwanted + recent + 1.0)
    air["disputes"] = min(1.0, q["governance_dispute_weight"] * disputes / max(1.0, active / 1000.0))
    air["selling"] = q["organisation_selling_weight"] * selling
    air["competitor"] = competitor
    air["shield"] = 0.0 if competitor_bonds else q["churn_competitor_shield"]
    air["voice"] = q["governance_voice_hazard"] * voice
    air["ignored"] = q["governance_ignored_hazard"] * ignored
    air["silenced"] = q["governance_voice_hazard"] * (most_voice - voice)
    air["proof"] = 1.0 + of_proof
    air["bound"] = math.exp(q["governance_ignored_hazard"] * ignored + q["churn_value_weight"] * competitor)


# -- voice -----------------------------------------------------------------------------------


def _decide(c: Community) -> None:
    """The quarter's decision: toward members' wishes as far as they have a voice, else toward revenue."""
    g = c.parameters.governance
    wish = _council_wish(c)
    gap = 0.0
    if not math.isnan(wish):
        gap = min(1.0, abs(wish - c.direction) / GAP_FELT)
        c.direction += g.voice * g.council_step * (wish - c.direction)
        c.quality += 0.05 * g.voice * (1.0 - c.quality)
        c.ignored = min(1.0, c.ignored + (1.0 - g.voice) * (0.5 + 0.5 * g.transparency) * gap)
    heard = g.voice * (0.5 + 0.5 * g.transparency) * (1.0 - c.ignored)
    c.legitimacy += 0.3 * (heard - c.legitimacy)
    payers = _interest_that_pays(c)
    if not math.isnan(payers):
        c.direction += (1.0 - g.voice) * g.drift * (payers - c.direction)
    _turn(c)


def _council_wish(c: Community) -> float:
    """Mean interest of a council elected from active members, the more likely the more they contributed."""
    g = c.parameters.governance
    rows = c.population.rows()
    rows = rows[c.population.last_visit[rows] > c.day - WINDOW]
    size = g.council_size or (USUAL_COUNCIL if g.voice > 0.0 else 0)
    if size == 0 or not len(rows):
        return math.nan
    u = uniforms(c.key, c.population.address[rows], c.day, Purpose.COUNCIL)
    race = -np.log(u) / (1.0 + c.population.members["contributions"][rows])
    elected = rows[np.argsort(race, kind="stable")[:size]]
    return float(c.population.members["interest"][elected].mean())


def _interest_that_pays(c: Community) -> float:
    """Interest of present members, weighted by the revenue that each has brought."""
    rows = c.population.rows()
    revenue, interest = (c.population.members[name][rows] for name in ("revenue", "interest"))
    total = int(revenue.sum())
    return float((revenue * interest).sum()) / total if total > 0 else math.nan


def _turn(c: Community) -> None:
    """Direction has moved: fit and misfit follow it."""
    c.direction = min(1.0, max(0.0, c.direction))
    c.overlay()
    c.refit()
    decay.derive_rows(c.population.members, c.population.rows(), c.p)


# -- offline events --------------------------------------------------------------------------


def event_on(c: Community, day: int) -> bool:
    """Whether there is an event; events are spread evenly over the month."""
    monthly = c.parameters.governance.events_per_month * c.coverage
    return math.floor((day + 1) * monthly / WINDOW) > math.floor(day * monthly / WINDOW)


def _meet_offline(c: Community) -> None:
    """Some active members attend; each meets two others, and ties to non-attendees weaken."""
    g, population = c.parameters.governance, c.population
    rows = population.rows()
    rows = rows[population.last_visit[rows] > c.day - WINDOW]
    u = uniforms(c.key, population.address[rows], c.day, Purpose.ATTENDANCE)
    rows = c.in_address_order(rows[u < g.event_attendance])
    c.count[Count.ATTENDANCES] += len(rows)
    if not len(rows):
        return
    attends = np.zeros(population.capacity, bool)
    attends[rows] = True
    _attend(
        population.members,
        rows,
        attends,
        c.ties.pool,
        g.event_fade,
        to_micro(g.event_cost),
        c.day,
        c.fade,
        c.ledger.today,
        c.ledger.by_tenure,
    )
    circle = circle_of_today(c.key, rows, population.address[rows], c.day, Purpose.CIRCLE_EVENT)
    met = _acquaint(
        population.members, rows, circle.shift, circle.starts, circle.places, circle.rows, c.day, c.key
    )
    strengthen_pairs(
        population.members,
        c.ties.pool,
        c.ties.count,
        np.repeat(rows, 2),
        met,
        0,
        len(met),
        g.event_tie,
        g.event_tie,
        c.day,
        c.fade,
    )


@kernel
def expose(members, exit_bound, visitors, persons, rate, weight, day, key):
    """Harass some visitors, contributors twice as often; returns how many."""
    hit = 0
    for k in range(len(visitors)):
        u = uniform(key, persons[k], day, _HARASSMENT, ONLY)
        if u >= 2.0 * rate:
            continue
        m = members[visitors[k]]
        visible = 2.0 if m["last_contribution"] == day else 1.0
        if u < 1.0 - math.exp(-rate * visible):
            m["harassed"] += 1.0
            exit_bound[visitors[k]] *= math.exp(weight)
            hit += 1
    return hit


@kernel
def _attend(members, rows, attends, pool, loosened, cost, day, fade, today, by_tenure):
    """Book attendance; loosen ties between attendees and members who stayed away."""
    for k in range(len(rows)):
        m = members[rows[k]]
        book(m, today, by_tenure, _EVENTS, cost, day)
        m["last_attend"] = day
        m["last_benefit"] = day
        for s in range(m["slots"], m["slots"] + m["degree"]):
            if not attends[pool[s]["row"]]:
                before = strength_at(pool[s], day, fade)
                left = max(float(pool[s]["strength"]) * (1.0 - loosened), FAINTEST)
                pool[s]["strength"] = left
                pool[pool[s]["twin"]]["strength"] = left
                lost = before - strength_at(pool[s], day, fade)
                feel(m, -lost, day, fade)
                feel(members[pool[s]["row"]], -lost, day, fade)


@kernel
def _acquaint(members, rows, shift, starts, places, laid, day, key):
    """Two people whom each attendee meets, shape (2n,); -1 if the draw gives the attendee itself."""
    out = np.full(2 * len(rows), -1, np.int64)
    for k in range(len(rows)):
        for nth in range(2):
            point = address_hash(key, members[rows[k]]["person"], day, _MEETING, nth)
            other = laid[next_place(point, shift, starts, places)]
            if other != rows[k]:
                out[2 * k + nth] = other
    return out
