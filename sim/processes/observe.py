"""Observe: tonight's counts are taken; the recorder then closes the books.

Reads  everything     Writes  active members, flows
"""

from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.layers import LAYER_WINDOW, PAST


def observe(c: Community) -> None:
    """Count who is active tonight and who has lapsed into the audience."""
    c.count_active()
    c.count[Count.MEMBER_TO_AUDIENCE] += int(c.last_contributions[c.day + PAST - LAYER_WINDOW])
