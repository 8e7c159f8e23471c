"""Said: what an edge or a node of the live graph says; none of it can be written to."""

import sys
from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from opcode import opmap
from types import FrameType
from typing import TYPE_CHECKING, Any

import networkx as nx

from kith.sim.views.member_fields import FIELDS

if TYPE_CHECKING:
    from kith.sim.views.column_reader import Columns

READ_ONLY = (
    "this graph shows a community and cannot be changed; a step of your own changes ties with "
    "kith.sim.state.ties.strengthen_pairs and ends memberships with Community.release, and graph.copy() is a plain "
    "graph that can be changed"
)
FIRST = FIELDS[0]
_KNOWN = frozenset(FIELDS)
_WHOLE = frozenset({opmap["DICT_UPDATE"], opmap["CALL"]})
"the instructions of `{**data}`, and of `dict(data)` and `plain.update(data)`"


_ROOM: dict[str, Any] = dict.fromkeys(FIELDS)
"to fill a dict that has its names already takes less time than to make it"


def refused(*args: Any, **more: Any) -> Any:
    """Whoever writes is told what to use instead."""
    raise nx.NetworkXError(READ_ONLY)


class TieData(dict[str, Any]):
    """What an edge says: a dict that refuses to be written to; its `copy` is a plain dict."""

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = refused

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def _names(columns: "Columns") -> tuple[str, ...]:
    """What a member has: the fields of its record, and a researcher's own columns."""
    own = columns.c.columns
    return (*FIELDS, *own) if own else FIELDS


class MemberData(Mapping[str, Any]):
    """A member's record as it is today, by field; read when asked for.

    `dict(data)` and `{**data}` ask for the names and then, one by one, for all values, within one
    instruction of whoever wrote it, in which no member can change. So the first of these values
    opens the record, as a dict that hands out the others without a call of Python, and the last one
    closes it. Whoever asks for names and values in two instructions, or in one of another kind (the
    arguments of a call, which may stop half-way), has each value read when it is asked for.
    """

    __slots__ = ("_asked", "_columns", "_open", "_person")

    def __init__(self, columns: "Columns", person: int) -> None:
        self._columns, self._person = columns, person
        self._asked: tuple[int, int] | None = None
        "the frame and the instruction that have asked for the names"

    def __getitem__(self, name: str) -> Any:
        if name in _KNOWN:
            if name is FIRST and self._asked is not None and self._goes_on(sys._getframe(1)):
                return self._opened()
            columns = self._columns
            return columns.field(name, columns.find(self._person))
        return self._columns.c.columns[name][self._person].item()

    def __iter__(self) -> Iterator[str]:
        return iter(_names(self._columns))

    def __len__(self) -> int:
        return len(FIELDS) + len(self._columns.c.columns)

    def __contains__(self, name: object) -> bool:
        return name in _KNOWN or name in self._columns.c.columns

    def keys(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names of the fields."""
        frame = sys._getframe(1)
        self._asked = id(frame), frame.f_lasti
        return _names(self._columns)

    def items(self) -> ItemsView[str, Any]:
        """All fields with their values."""
        return self.copy().items()

    def values(self) -> ValuesView[Any]:
        """The values of all fields."""
        return self.copy().values()

    def copy(self) -> dict[str, Any]:
        """The same as a plain dict."""
        whole = _ROOM.copy()
        self._fill(whole)
        return whole

    def _fill(self, whole: dict[str, Any]) -> None:
        columns, person = self._columns, self._person
        columns.fill(whole, columns.find(person))
        for name, column in columns.c.columns.items():
            whole[name] = column[person].item()

    def _goes_on(self, frame: FrameType) -> bool:
        """Whether the instruction that asks now has just asked for the names, and will go on to the end."""
        here = frame.f_lasti
        return self._asked == (id(frame), here) and frame.f_code.co_code[here] in _WHOLE

    def _opened(self) -> Any:
        """The first value, read together with all others."""
        whole = _Opened(_ROOM)
        self._fill(whole)
        whole.last, whole.data = whole.popitem(), self
        self._asked, self._open, self.__class__ = None, whole.__getitem__, _OpenData
        return whole[FIRST]

    __setitem__ = __delitem__ = update = refused

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.copy(),)


class _OpenData(MemberData):
    """The same between the first and the last value of one instruction."""

    __slots__ = ()

    __getitem__ = vars(MemberData)["_open"]  # a slot: what stands in it is called as it is


class _Opened(dict[str, Any]):
    """All values but the last one, which closes the data again."""

    __slots__ = ("data", "last")
    data: MemberData
    last: tuple[str, Any]

    def __missing__(self, name: str) -> Any:
        data, (last, value) = self.data, self.last
        data.__class__ = MemberData
        del data._open
        return value if name == last else data[name]
