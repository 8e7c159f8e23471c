"""The state of a settled founder: the fixed point of habit, bonds, belonging and satisfaction."""

import numpy as np
import numpy.typing as npt

from kith.sim.state.community import Community
from kith.sim.state.decay import undeterred_rows
from kith.sim.state.giving.founders import Past, content_value, needs_past, reciprocity
from kith.sim.state.hubs import attention
from kith.sim.state.money.worth import left_of_match

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def settle_state(c: Community, rows: Rows, past: Past | None = None, crowd: int = 0) -> Numbers:
    """Set habit, bonds, belonging and satisfaction to their fixed point; returns visits per day, shape (n,).

    With a `past`, content is worth what founders' contributions hold up, and they have been answered as often.
    The `crowd` is how many of them are awake; 0 for all.
    """
    crowd = crowd or len(rows)
    m, p, b = c.population.members, c.parameters, c.parameters.bonding
    if past is not None and needs_past(p):
        m["reciprocity"][rows] = reciprocity(c, rows, past)
    refresh(c, rows)
    visits = np.full(len(rows), 0.2)
    for _ in range(12):
        gap = 1.0 / np.maximum(visits, 1e-3)
        m["habit"][rows] = _steady(p.visiting.habit_step, p.visiting.habit_half_life, gap)
        m["activity"][rows] = _steady(b.activity_step * p.affiliation.activity, b.activity_half_life, gap)
        noticed = attention(p.affiliation, crowd)
        m["hub"][rows] = _steady(b.hub_step * p.affiliation.hub * noticed, b.hub_half_life, gap)
        m["satisfaction"][rows] = _value(c, rows, gap, past, crowd)
        refresh(c, rows)
        floor = p.visiting.habit_floor
        visits = 1.0 - np.exp(-m["visit_rate"][rows] * (floor + (1.0 - floor) * m["habit"][rows]))
        visits *= undeterred_rows(m, rows, c.p)
        visits[m["visits_per_day"][rows] == 0.0] = 0.0
    m["belonging"][rows] = m["attachment"][rows]
    refresh(c, rows)
    return visits


def refresh(c: Community, rows: Rows) -> None:
    """Let belonging follow attachment, and what depends on them."""
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
