"""Shock: something that happens to a community on a day, before anybody acts."""

import numpy as np

from sim.community import Cause, Community
from sim.kernel import kernel
from sim.luck import Purpose, uniforms
from sim.motion import tie_strength
from sim.plan import Shock


def strike(c: Community, shock: Shock) -> None:
    """Let a shock happen now."""
    if shock.kind == "hub_departs":
        c.presence = 0.0
    elif shock.kind == "members_leave":
        _members_leave(c, float(shock.share or 0.0), shock.who or "random")


def _members_leave(c: Community, share: float, who: str) -> None:
    """A share of present members leaves at once: drawn, or those with most tie strength first."""
    rows = c.population.rows()
    persons = c.population.address[rows]
    order = uniforms(c.key, persons, c.day, Purpose.SHOCK)
    if who == "most_connected":
        order = -_strengths(c.population.members, rows, c.ties.pool, c.day, c.fade)
    n = round(share * len(rows))
    gone = np.sort(persons[np.argsort(order, kind="stable")[:n]])
    c.release(c.market.row[gone].astype(np.int64), np.full(n, int(Cause.SHOCK)))


@kernel
def _strengths(members, rows, pool, day, fade):
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = tie_strength(members[rows[k]], pool, day, fade)
    return out
