"""What founders did before day 0: contributions, visits, and the content that is left of them."""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import STATE_LAST_VISIT
from kith.sim.processes.founding.persons import luck
from kith.sim.schema.parameters import Contribution
from kith.sim.state.community import Community
from kith.sim.state.hubs import hubs_there
from kith.sim.state.layers import PAST, has_contributed
from kith.sim.state.population import NEVER

SETTLED_RECIPROCITY = 0.2
"reciprocity that a settled contributor is taken to feel"

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def set_history(c: Community, rows: Rows, count: Rows, last: Rows, visits: Numbers) -> None:
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
    ago = 1 + np.floor(-np.log(luck(c, persons, STATE_LAST_VISIT)) / np.maximum(visits, 1e-3)).clip(
        max=60
    ).astype(np.int64)
    last_visit = np.maximum(-ago, np.where(contributed, last, -PAST))
    c.population.last_visit[rows] = np.where(m["visits_per_day"][rows] > 0.0, last_visit, NEVER)
    c.update_rates(rows)  # a contribution shortly before day 0 raises the bound of visits


def fill_content(c: Community, per_day: float) -> None:
    """Set useful content to its steady state at a number of contributions per day."""
    q, v, a = c.parameters.contribution, c.parameters.value, c.parameters.affiliation
    useful = per_day * q.share_post * (1.0 + 0.5 * q.reply_ceiling) * v.useful_share
    useful += a.hub_posts * hubs_there(a, c.presence)
    c.content = useful * min(v.content_half_life, 3650.0) / np.log(2.0)


def contributions_per_day(c: Community, rows: Rows, visits: Numbers) -> Numbers:
    """Expected contributions per day of settled founders under social norms, shape (n,)."""
    m, q = c.population.members, c.parameters.contribution
    motivation = 1.0 + q.belonging_gain * m["belonging"][rows] + SETTLED_RECIPROCITY * q.reciprocity_gain
    return visits * q.rate * m["propensity"][rows] * motivation * audience(len(rows), q)


def audience(n: int, q: Contribution) -> float:
    """How much an audience of n founders motivates."""
    return min(q.audience_cap, float((n / q.audience_scale) ** q.audience_elasticity))


def enter_counts(c: Community) -> None:
    """Histograms of last visits and contributions, and the first ambassadors."""
    rows = c.population.rows()
    m, visits = c.population.members, c.population.last_visit[rows]
    came = visits > -PAST
    np.add.at(c.last_visits, (m["side"][rows][came], visits[came] + PAST), 1)
    last = m["last_contribution"][rows]
    np.add.at(c.last_contributions, last[last > -PAST] + PAST, 1)
    c.rank(rows)
