"""Data of nodes and edges of the live graph: dicts that refuse to be written to."""

from typing import Any

import networkx as nx

READ_ONLY = (
    "this graph shows a community and cannot be changed; a step of your own changes ties with "
    "kith.sim.state.ties.strengthen_pairs and ends memberships with Community.release, and graph.copy() is a plain "
    "graph that can be changed"
)


def refused(*args: Any, **more: Any) -> Any:
    """Refuse a write, and say what to use instead."""
    raise nx.NetworkXError(READ_ONLY)


class ReadOnlyData(dict[str, Any]):
    """The data of an edge or a node as of now; its `copy`, pickles and deep copies are plain dicts."""

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = refused

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)
