"""Data of nodes and edges of the live graph: read-only dicts."""

from typing import Any

import networkx as nx

READ_ONLY = (
    "this graph is a read-only view of a community; change ties in a custom step with "
    "kith.sim.state.ties.strengthen_pairs, end memberships with Community.release, or change a plain copy, "
    "graph.copy()"
)


def refused(*args: Any, **more: Any) -> Any:
    """Reject a write and name the alternatives."""
    raise nx.NetworkXError(READ_ONLY)


class ReadOnlyData(dict[str, Any]):
    """The data of an edge or a node as of now; its `copy`, pickles and deep copies are plain dicts."""

    __slots__ = ()

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = refused

    def __deepcopy__(self, memo: Any) -> dict[str, Any]:
        return dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)
