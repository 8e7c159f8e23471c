"""Hubs: what central figures give to those who follow them, and who takes over when they leave.

A hub posts, and its posts are part of the content, of the feed and of what search finds. Its attention is
shared among its active followers: of A active members each of n hubs has A / n. No posts, attention
without limit and no pay reproduce a hub that is only present.

On the day of a departure a random draw decides whether someone will take over (Avelino et al. 2019); the
probability depends on the rule and the number of ambassadors. The successor starts a month later and fills
the role within two more months.
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.kernels.sums import add_up
from kith.sim.schema.parameters import Affiliation
from kith.sim.state.community import Community
from kith.sim.state.decay import STILL_THERE
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
    c.hub_left[c.presence >= 1.0] = STILL_THERE
    if c.presence.min() >= 1.0:
        c.heir_on = -1


def attention(a: Affiliation, active: float) -> float:
    """Share of its full step by which a follower binds to its hub: 1 / (1 + followers / attention), 1 without limit."""
    return float(noticed(active, a.hubs, a.hub_attention))


@kernel
def noticed(active, hubs, attention):
    """`attention` where each hub can attend to `attention` followers."""
    return 1.0 / (1.0 + active / hubs / attention) if attention > 0.0 else 1.0


def hubs_there(a: Affiliation, presence: npt.NDArray[np.float64]) -> float:
    """Number of hubs that are there, in hubs; 0 in a design without any."""
    return float(np.add.reduce(presence)) if a.hub > 0.0 else 0.0


def posts_of_today(a: Affiliation, presence: npt.NDArray[np.float64], day: int) -> int:
    """Items that the hubs post today, spread evenly over the days."""
    return int(spread_items(a.hub_posts * hubs_there(a, presence), day))


@kernel
def spread_items(rate, day):
    """Whole items of a day at a rate per day, spread evenly."""
    return int(math.floor((day + 1) * rate)) - int(math.floor(day * rate))


@kernel
def items_of_hubs(p, presence, day):
    """`posts_of_today` under packed parameters."""
    return spread_items(p[0]["affiliation_hub_posts"] * hubs_present(p, presence), day)


@kernel
def hubs_present(p, presence):
    """`hubs_there` under packed parameters."""
    return add_up(presence) if p[0]["affiliation_hub"] > 0.0 else 0.0
