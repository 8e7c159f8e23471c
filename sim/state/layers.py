"""Layers of members and the windows of time by which members are counted.

A present member is *internal* (an ambassador, see `kith.sim.state.decay.rank`), a *member* if it has
contributed within 90 days, or else *audience*. All code that classifies members uses this module.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel

PAST = 2000
"days before day 0 that founders' history may reach back"
WINDOW = 30
"days within which a visit makes a member active"
LAYER_WINDOW = 90
"days within which a contribution makes a member of the audience a member"
AUDIENCE, MEMBER, INTERNAL = range(3)
LAYERS = ("audience", "member", "internal")
DORMANT = "dormant"
"the layer of members who have fallen silent"


@kernel
def has_contributed(last_contribution, day):
    """Whether the last contribution is within the window on the evening of `day`."""
    return last_contribution > day - LAYER_WINDOW


@kernel
def layer_of(internal, last_contribution, day):
    """The layer of a member on the evening of `day`."""
    if internal > 0:
        return INTERNAL
    return MEMBER if has_contributed(last_contribution, day) else AUDIENCE


def layer_names(
    internal: npt.NDArray[Any], last_contribution: npt.NDArray[Any], day: int | npt.NDArray[Any]
) -> npt.NDArray[np.str_]:
    """The names of the members' layers on the evening of `day`, or each on its own day; shape (n,)."""
    days = np.broadcast_to(np.asarray(day, np.int64), internal.shape)
    return np.array(LAYERS)[_layers_of(internal, last_contribution, days)]


@kernel
def _layers_of(internal, last_contribution, days):
    out = np.empty(len(internal), np.int64)
    for k in range(len(internal)):
        out[k] = layer_of(internal[k], last_contribution[k], days[k])
    return out
