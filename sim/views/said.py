"""Said: what an edge or a node of the live graph says; none of it can be written to."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from typing import TYPE_CHECKING, Any

import networkx as nx

from sim.views.fields import FIELDS

if TYPE_CHECKING:
    from sim.views.reading import Columns

READ_ONLY = (
    "this graph shows a community and cannot be changed; a step of your own changes ties with "
    "sim.ties.strengthen_pairs and ends memberships with Community.release, and graph.copy() is a plain "
    "graph that can be changed"
)
_KNOWN = frozenset(FIELDS)


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


class MemberData(Mapping[str, Any]):
    """A member's record as it is today, by field; read when asked for.

    Whoever asks for the names is about to ask for every value (`dict(data)`), so all are read then,
    at once, and each is handed out once.
    """

    __slots__ = ("_columns", "_person", "_ready")

    def __init__(self, columns: "Columns", person: int) -> None:
        self._columns, self._person = columns, person
        self._ready: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name in self._ready:
            return self._ready.pop(name)
        if name in _KNOWN:
            columns = self._columns
            return columns.field(name, columns.find(self._person))
        return self._columns.c.columns[name][self._person].item()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(FIELDS) + len(self._columns.c.columns)

    def __contains__(self, name: object) -> bool:
        return name in _KNOWN or name in self._columns.c.columns

    def keys(self) -> list[str]:  # type: ignore[override]
        """The names of the fields."""
        self._ready = self.copy()
        return list(self._ready)

    def items(self) -> ItemsView[str, Any]:
        """All fields with their values."""
        return self.copy().items()

    def values(self) -> ValuesView[Any]:
        """The values of all fields."""
        return self.copy().values()

    def copy(self) -> dict[str, Any]:
        """The same as a plain dict."""
        columns, person = self._columns, self._person
        whole = columns.record(columns.find(person))
        for name, column in columns.c.columns.items():
            whole[name] = column[person].item()
        return whole

    __setitem__ = __delitem__ = update = refused

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (self.copy(),)
