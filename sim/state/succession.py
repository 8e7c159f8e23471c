"""Succession of a hub that has left (Avelino et al. 2019).

On the day of its departure a random draw decides whether someone will take over; the probability
depends on the rule and the number of ambassadors. The successor starts a month later and fills the role
within two more months.
"""

import numpy as np

from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.state.community import Community
from kith.sim.state.layers import WINDOW

TAKEOVER_DAYS = 60
ENOUGH_AMBASSADORS = 3


def call_for_heir(c: Community) -> None:
    """Decide whether someone will take over."""
    g = c.parameters.governance
    redundancy = min(1.0, c.internal / ENOUGH_AMBASSADORS)
    u = float(uniforms(c.key, np.zeros(1, np.int64), c.day, Purpose.SUCCESSION)[0])
    has_heir = u < g.succession * g.succession_chance * redundancy
    c.heir_on = c.day + WINDOW if has_heir else -1


def succeed(c: Community) -> None:
    """Raise the presence of absent hubs as their successors take over."""
    if c.heir_on < 0 or c.day < c.heir_on:
        return
    c.presence = np.maximum(c.presence, min(1.0, (c.day - c.heir_on + 1) / TAKEOVER_DAYS))
    if c.presence.min() >= 1.0:
        c.heir_on = -1
