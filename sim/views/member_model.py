"""The interface of the model that members and member sets use."""

from random import Random
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community


class MemberModel(Protocol):
    """The part of `CommunityModel` that its members see."""

    random: Random
    member_type: type[Any]

    @property
    def community(self) -> Community:
        """The state of the run."""

    @property
    def plan(self) -> Plan:
        """What is simulated."""

    @property
    def day(self) -> int:
        """Days simulated so far."""

    @property
    def agents(self) -> Any:
        """All present members, as a `MemberSet`."""

    def add_column(self, name: str, default: float = 0.0) -> npt.NDArray[Any]:
        """Add a column for every person."""

    def write(self, name: str, rows: npt.NDArray[np.int64], values: npt.ArrayLike) -> None:
        """Set a column of the members in rows."""
