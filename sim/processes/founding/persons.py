"""Who the founders are: the addresses of those who would have come first, and the luck of each."""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.state.community import Community

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def addresses(c: Community, n: int) -> Rows:
    """The n persons with the earliest founding clocks; a larger number of founders includes a smaller one."""
    size = c.market.size
    clocks = -np.log(uniforms(c.key, np.arange(size), 0, Purpose.FOUNDER))
    with np.errstate(divide="ignore"):
        return _first(clocks / c.susceptibility(), n)


def _first(clocks: Numbers, n: int) -> Rows:
    """The indices of the n smallest values in ascending order; ties in order of index; sorts only these."""
    last = np.partition(clocks, n - 1)[n - 1]
    early = np.flatnonzero(clocks <= last)
    return early[np.argsort(clocks[early], kind="stable")[:n]]


def luck(c: Community, persons: Rows, ordinal: int) -> Numbers:
    """Uniforms for a quantity of the founding state, one of STATE_*, shape (n,)."""
    return uniforms(c.key, persons, 0, Purpose.FOUNDING_STATE, ordinal)
