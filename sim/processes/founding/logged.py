"""Founders from an event log: their tenure, contributions, ties and silence."""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import STATE_AWAKE
from kith.sim.processes.founding.history import fill_content, set_history
from kith.sim.processes.founding.persons import luck
from kith.sim.processes.founding.propensity import expected_of_log, likely_propensity
from kith.sim.processes.founding.settled import refresh, settle_state
from kith.sim.processes.founding.ties import lay_strongest_first
from kith.sim.schema.founding import Founding
from kith.sim.schema.parameters import Bonding
from kith.sim.state.admission import admit, newcomers
from kith.sim.state.categories import Channel
from kith.sim.state.community import Community
from kith.sim.state.decay import derive_rows, fading
from kith.sim.state.giving.founders import Past, begin_talk, needs_past
from kith.sim.state.layers import PAST
from kith.sim.state.population import NEVER

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def found_from_log(c: Community, seat: Rows, log: Founding, pays: npt.NDArray[np.bool_]) -> tuple[Rows, Rows]:
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
    lay_strongest_first(c, rows, place[first[seated]], place[second[seated]], strength[seated], awake)
    propensity = likely_propensity(
        log.unaddressed()[order],
        expected_of_log(c, rows, log, order, int(awake.sum())),
        log.active_days[order],
        c.parameters.contribution.propensity_sigma,
    )
    c.market.remember_propensity(persons, propensity)
    members["propensity"][rows] = propensity
    members["points"][rows] = count = log.in_all()[order]
    derive_rows(members, rows, c.p)
    doors_open = c.parameters.contribution.doors_open
    crowd = int(awake.sum())
    visits = settle_state(c, rows, crowd=crowd)
    per_day = np.where(awake, log.unaddressed()[order] / log.window * doors_open, 0.0)
    past = Past(np.where(awake, visits, 0.0), per_day, crowd)
    if needs_past(c.parameters):
        fill_content(c, float(per_day.sum()))
        visits = settle_state(c, rows, past, crowd)
        past = Past(np.where(awake, visits, 0.0), per_day, crowd)
    _season(c, rows, tenure, visits)
    begin_talk(c, rows, past)
    last = -np.maximum(1, log.since_contribution()[order])
    set_history(c, rows, count, np.where(count > 0, last, NEVER), visits)
    came = c.population.last_visit[rows] > NEVER
    seen = -np.maximum(1, log.silence[order])
    c.population.last_visit[rows[came]] = np.maximum(c.population.last_visit[rows], seen)[came]
    fill_content(c, float(per_day.sum()))
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
    awake = luck(c, persons, STATE_AWAKE) < chance
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
    refresh(c, rows)
    m["belonging"][rows] *= 1.0 - np.exp2(-tenure / b.belonging_half_life)
    c.update_rates(rows)


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
