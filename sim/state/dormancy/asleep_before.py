"""Asleep before day 0: founders whom a log shows, and who had fallen silent by its date.

Nothing happens on day 0: nobody is counted as falling silent, and neighbours, who felt it long ago, feel
nothing, but miss their ties. The record rests as of the evening of falling silent.
"""

import numpy as np
import numpy.typing as npt

from kith.sim.state.categories import Cause
from kith.sim.state.community import Community
from kith.sim.state.dormancy.fall_asleep import FELT_NOTHING
from kith.sim.state.layers import PAST


def asleep_before(c: Community, rows: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> None:
    """Let founders, in ascending address, have fallen silent `days` before day 0; counts of today stay as they are."""
    counts, sleeps = c.count.copy(), c.sleeps.copy()
    first = c.dormant.count
    c.fall_asleep(rows, np.full(len(rows), int(Cause.BACKGROUND)))
    c.count[:], c.sleeps[:] = counts, sleeps
    dormant = c.dormant
    places = np.arange(first, dormant.count)
    since = -np.clip(days, 1, PAST - 1)
    m = dormant.members
    since = np.maximum(since, m["joined"][places])
    m["settled"][places] = m["asleep_on"][places] = m["first_asleep"][places] = since
    # experience halves while asleep, also before day 0, which `wake_up` leaves out
    left = (since - m["joined"][places]) * np.exp2(since / c.parameters.dormancy.tenure_half_life)
    m["seasoned"][places] = since - np.floor(left).astype(np.int64)
    dormant.since[places] = since
    dormant.last_visit[places] = np.minimum(dormant.last_visit[places], since)
    slots = np.repeat(m["slots"][places], m["degree"][places]) + _within(m["degree"][places])
    c.ties.pool["twin"][slots] = FELT_NOTHING
    awake = c.population.rows()
    c.population.members["exits"][awake] = 0.0
    c.update_rates(awake)


def _within(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, 1, … within each of consecutive blocks of these sizes."""
    sizes = sizes.astype(np.int64)
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


__all__ = ["asleep_before"]
