"""What a run keeps for kernels from one call to the next: only what has been replaced is made anew.

To make the structs of a state takes as long as a month of ten people, because numba looks at the type of every array.
"""

from typing import Any

from kith.sim.day.state import MAKERS, State, opened
from kith.sim.results.recorder import Recorder
from kith.sim.state.community import Community

FOR_A_CALL = frozenset({"now", "rules", "fits", "hazard", "size", "sides", "work", "groups"})
"arrays that `opened` makes, and the community does not have"


class Kept:
    """The state of a community for kernels, as the last call had it."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._structs: dict[tuple[int, ...], tuple[Any, Any]] = {}

    def opened(self, c: Community, recorder: Recorder) -> tuple[State, Any]:
        """The state between two days, and the struct that kernels take."""
        state = opened(c, recorder)
        self._state = state if self._state is None else _renewed(self._state, state)
        return self._state, self._struct(self._state)

    def _struct(self, parts: Any, place: tuple[int, ...] = ()) -> Any:
        """Named tuples within a named tuple as structs within a struct."""
        known = self._structs.get(place)
        if known is not None and known[0] is parts:
            return known[1]
        fields = (
            self._struct(part, (*place, k)) if type(part) in MAKERS else part for k, part in enumerate(parts)
        )
        struct = MAKERS[type(parts)](*fields)
        self._structs[place] = parts, struct
        return struct


def _renewed(before: Any, after: Any) -> Any:
    """`after`, or `before` itself where no array is another; arrays made for a call are those of `before`, refilled."""
    fields = []
    for name, old, new in zip(after._fields, before, after, strict=True):
        if type(new) in MAKERS:
            fields.append(_renewed(old, new))
        elif name in FOR_A_CALL and old.shape == new.shape:
            old[...] = new
            fields.append(old)
        else:
            fields.append(new)
    if all(old is new for old, new in zip(before, fields, strict=True)):
        return before
    return type(after)(*fields)
