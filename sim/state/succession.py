"""Succession: who fills a hub's role after it has left (Avelino et al. 2019).

On the day when the hub leaves it is decided, by luck, by the rule and by how many ambassadors
there are, whether somebody will take over; a month later the heir begins, and fills the role
within two more.
"""

import numpy as np

from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.state.community import Community
from kith.sim.state.layers import WINDOW

TAKEOVER_DAYS = 60
ENOUGH_AMBASSADORS = 3


def call_for_heir(c: Community) -> None:
    """Decide whether somebody will take over."""
    g = c.parameters.governance
    redundancy = min(1.0, c.internal / ENOUGH_AMBASSADORS)
    u = float(uniforms(c.key, np.zeros(1, np.int64), c.day, Purpose.SUCCESSION)[0])
    found = u < g.succession * g.succession_chance * redundancy
    c.heir_on = c.day + WINDOW if found else -1


def succeed(c: Community) -> None:
    """Let the heir fill the role day by day; where several hubs have left, an heir each."""
    if c.heir_on < 0 or c.day < c.heir_on:
        return
    c.presence = np.maximum(c.presence, min(1.0, (c.day - c.heir_on + 1) / TAKEOVER_DAYS))
    if c.presence.min() >= 1.0:
        c.heir_on = -1
