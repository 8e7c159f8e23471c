"""Graph: a community's ties as a `networkx.Graph` that copies nothing.

    graph = graph_of(simulation.community)
    nx.betweenness_centrality(graph, weight=None)

Nodes are person addresses. An edge has `weight`, the strength of the tie today, and `day`, that of
the last exchange. A node has the fields of the member's record as of today (money in micro-euros,
days as numbers) and custom columns. Two further nodes are optional: `"hub"`, connected to each member
with a bond to it, and `"organisation"`, connected by the bond to the activity that it offers.

Nodes and neighbours are in ascending address, so that results of algorithms do not depend on where
the engine stores a tie, and are identical on a copy to the last bit.

The graph follows the community. It is read-only; `graph.copy()` is a plain graph as of now, and so is
any graph that an algorithm creates with `graph.__class__()`.
"""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView
from functools import cached_property
from typing import Any

import networkx as nx
from networkx.classes.reportviews import EdgeView

from kith.sim.state.community import Community
from kith.sim.views.column_reader import Columns
from kith.sim.views.graph_data import ReadOnlyData, refused

HUB, ORGANISATION = "hub", "organisation"
BONDS = {HUB: "hub", ORGANISATION: "activity"}
"additional node -> the field with a member's bond to it"

type Node = int | str


def graph_of(community: Community, hub: bool = False, organisation: bool = False) -> "TieGraph":
    """The live graph of a community's ties.

    Parameters
    ----------
    community : the community of a `Simulation` or of a step
    hub : add the node "hub", all hubs as one; edge weight: the member's bond to its hub today
    organisation : add the node "organisation"; edge weight: the bond to the activity today
    """
    figures = [name for name, included in ((HUB, hub), (ORGANISATION, organisation)) if included]
    return TieGraph(community, tuple(figures))


class TieGraph(nx.Graph):  # type: ignore[misc]
    """A `networkx.Graph` whose adjacency reads the slots of ties; see `graph_of`."""

    frozen = True

    def __new__(cls, community: Any = None, *args: Any, **more: Any) -> Any:
        """A plain graph for anything but a community, because algorithms start results with `G.__class__()`."""
        if isinstance(community, Community):
            return object.__new__(cls)
        return nx.Graph(community, *args, **more)

    def __init__(self, community: Community, figures: tuple[str, ...] = ()) -> None:
        super().__init__(name=community.plan.name)
        self._columns = columns = Columns(community)
        self._node = _Members(columns, figures)
        self._adj = _Figured(columns, figures) if figures else _Adjacency(columns)
        self.__networkx_cache__ = None  # a cached conversion for another backend would become outdated

    @cached_property
    def edges(self) -> "_Edges":
        """All edges."""
        return _Edges(self)

    def has_edge(self, u: Any, v: Any) -> bool:
        """Whether there is a tie between u and v; with a fast path for two members."""
        try:
            return self._columns.slot(u, v) >= 0
        except (KeyError, TypeError, IndexError):
            return bool(super().has_edge(u, v))

    def get_edge_data(self, u: Any, v: Any, default: Any = None) -> Any:
        """The data of the edge between u and v, or `default`; with a fast path for two members."""
        try:
            slot = self._columns.slot(u, v)
        except (KeyError, TypeError, IndexError):
            return super().get_edge_data(u, v, default)
        return default if slot < 0 else self._columns.tie(slot)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles and deep copies are plain graphs as of now."""
        return nx.Graph, (self.copy(),)

    add_node = add_nodes_from = remove_node = remove_nodes_from = refused
    add_edge = add_edges_from = add_weighted_edges_from = refused
    remove_edge = remove_edges_from = update = clear = clear_edges = refused


class _Edges(EdgeView):  # type: ignore[misc]
    """`edges` of a `TieGraph`."""

    __slots__ = ()

    def __getitem__(self, edge: Any) -> Any:
        """The data of an edge; with a fast path for two members."""
        try:
            u, v = edge
            columns = self._graph._columns
            slot = columns.slot(u, v)
        except (AttributeError, KeyError, TypeError, IndexError, ValueError):
            slot = -1
        return super().__getitem__(edge) if slot < 0 else columns.tie(slot)


class _Neighbours(Mapping[Any, ReadOnlyData]):
    """The ties of one member: neighbour -> edge data."""

    __slots__ = ("_columns", "_person")

    def __init__(self, columns: Columns, person: int) -> None:
        self._columns, self._person = columns, person

    def __len__(self) -> int:
        columns = self._columns
        return columns.degree[columns.find(self._person)]

    def __iter__(self) -> Iterator[Any]:
        columns = self._columns
        row = columns.find(self._person)
        start, address = columns.slots[row], columns.address
        rows = columns.row[start : start + columns.degree[row]].tolist()
        return iter(sorted([address[other] for other in rows]))

    def __contains__(self, other: object) -> bool:
        try:
            return other != self._person and self._columns.slot(self._person, other) >= 0
        except (TypeError, IndexError):
            return False

    def __getitem__(self, other: Any) -> ReadOnlyData:
        try:
            slot = self._columns.slot(self._person, other)
        except (TypeError, IndexError):
            slot = -1
        if slot < 0:
            raise KeyError(other)
        return self._columns.tie(slot)

    def items(self) -> ItemsView[Any, ReadOnlyData]:
        """Neighbours with their edge data, read in one pass."""
        return _Items(self)

    def values(self) -> ValuesView[ReadOnlyData]:
        """The edge data alone."""
        return _Values(self)

    def pairs(self) -> list[tuple[Any, ReadOnlyData]]:
        """The pairs that `items` yields."""
        return self._columns.tied(self._columns.find(self._person), ReadOnlyData)

    def copy(self) -> dict[Any, dict[str, Any]]:
        """The same as a plain dict of plain dicts."""
        return dict(self._columns.tied(self._columns.find(self._person), dict))


class _Items(ItemsView[Any, ReadOnlyData]):
    """`items` of `_Neighbours`, without a lookup per neighbour."""

    _mapping: _Neighbours

    def __iter__(self) -> Iterator[tuple[Any, ReadOnlyData]]:
        return iter(self._mapping.pairs())


class _Values(ValuesView[ReadOnlyData]):
    """`values` of `_Neighbours`, without a lookup per neighbour."""

    _mapping: _Neighbours

    def __iter__(self) -> Iterator[ReadOnlyData]:
        return (data for _, data in self._mapping.pairs())


class _AllNeighbours(ItemsView[Any, Mapping[Any, ReadOnlyData]]):
    """`items` of `_Adjacency`, without a lookup per member."""

    _mapping: "_Adjacency"

    def __iter__(self) -> Iterator[tuple[Any, Mapping[Any, ReadOnlyData]]]:
        return self._mapping.pairs()


class _Adjacency(Mapping[Any, Mapping[Any, ReadOnlyData]]):
    """Member -> its neighbours."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return self._columns.population.present

    def __iter__(self) -> Iterator[Any]:
        return iter(self._columns.persons())

    def __contains__(self, node: object) -> bool:
        try:
            return self._columns.find(node) >= 0
        except KeyError:
            return False

    def __getitem__(self, node: Any) -> Mapping[Any, ReadOnlyData]:
        self._columns.find(node)
        return _Neighbours(self._columns, node)

    def items(self) -> ItemsView[Any, Mapping[Any, ReadOnlyData]]:
        """Members with their neighbours."""
        return _AllNeighbours(self)

    def pairs(self) -> Iterator[tuple[Any, Mapping[Any, ReadOnlyData]]]:
        """The pairs that `items` yields."""
        columns = self._columns
        return ((person, _Neighbours(columns, person)) for person in columns.persons())


class _Figured(_Adjacency):
    """The same with the hub or organisation as neighbours of all members bonded to them."""

    def __init__(self, columns: Columns, figures: tuple[str, ...]) -> None:
        super().__init__(columns)
        self._figures = figures

    def __len__(self) -> int:
        return super().__len__() + len(self._figures)

    def __iter__(self) -> Iterator[Any]:
        return iter([*self._columns.persons(), *self._figures])

    def __contains__(self, node: object) -> bool:
        return (isinstance(node, str) and node in self._figures) or super().__contains__(node)

    def __getitem__(self, node: Any) -> Mapping[Any, ReadOnlyData]:
        if isinstance(node, str) and node in self._figures:
            return _Bonds(self._columns, node)
        self._columns.find(node)
        return _FiguredNeighbours(self._columns, node, self._figures)

    def pairs(self) -> Iterator[tuple[Any, Mapping[Any, ReadOnlyData]]]:
        """The pairs that `items` yields, looked up one by one."""
        return ((node, self[node]) for node in self)


class _FiguredNeighbours(_Neighbours):
    """The ties of a member, and its bonds to hub and organisation."""

    __slots__ = ("_figures",)

    def __init__(self, columns: Columns, person: int, figures: tuple[str, ...]) -> None:
        super().__init__(columns, person)
        self._figures = figures

    def _bonds(self) -> dict[str, float]:
        row = self._columns.find(self._person)
        bonds = {figure: self._columns.field(BONDS[figure], row) for figure in self._figures}
        return {figure: bond for figure, bond in bonds.items() if bond > 0.0}

    def __len__(self) -> int:
        return super().__len__() + len(self._bonds())

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        yield from self._bonds()

    def __contains__(self, other: object) -> bool:
        return other in self._bonds() if isinstance(other, str) else super().__contains__(other)

    def __getitem__(self, other: Any) -> ReadOnlyData:
        return (
            ReadOnlyData(weight=self._bonds()[other])
            if isinstance(other, str)
            else super().__getitem__(other)
        )

    def pairs(self) -> list[tuple[Any, ReadOnlyData]]:
        """Ties first, then bonds."""
        bonds = [(figure, ReadOnlyData(weight=bond)) for figure, bond in self._bonds().items()]
        return super().pairs() + bonds

    def copy(self) -> dict[Any, dict[str, Any]]:
        """The same as a plain dict of plain dicts."""
        return super().copy() | {figure: {"weight": bond} for figure, bond in self._bonds().items()}


class _Bonds(Mapping[Any, ReadOnlyData]):
    """The members bonded to the hub or the organisation: member -> edge data."""

    def __init__(self, columns: Columns, figure: str) -> None:
        self._columns, self._figure = columns, figure

    def _weight(self, person: Any) -> float:
        return self._columns.field(BONDS[self._figure], self._columns.find(person))

    def __iter__(self) -> Iterator[Any]:
        return (person for person in self._columns.persons() if self._weight(person) > 0.0)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, person: Any) -> ReadOnlyData:
        weight = self._weight(person)
        if weight <= 0.0:
            raise KeyError(person)
        return ReadOnlyData(weight=weight)

    def copy(self) -> dict[Any, ReadOnlyData]:
        """The same as a plain dict."""
        return dict(self.items())


class _Nodes(ItemsView[Any, ReadOnlyData]):
    """`items` of `_Members`, with one lookup per member."""

    _mapping: "_Members"

    def __iter__(self) -> Iterator[tuple[Any, ReadOnlyData]]:
        return self._mapping.pairs()


class _Members(Mapping[Any, ReadOnlyData]):
    """Node -> its attributes."""

    def __init__(self, columns: Columns, figures: tuple[str, ...]) -> None:
        self._columns, self._figures = columns, figures
        self._order = _Figured(columns, figures) if figures else _Adjacency(columns)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._order)

    def __contains__(self, node: object) -> bool:
        return node in self._order

    def __getitem__(self, node: Any) -> ReadOnlyData:
        if isinstance(node, str) and node in self._order:
            return _figure(self._columns.c, node)
        return self._columns.member(self._columns.find(node))

    def items(self) -> ItemsView[Any, ReadOnlyData]:
        """Nodes with their attributes."""
        return _Nodes(self)

    def pairs(self) -> Iterator[tuple[Any, ReadOnlyData]]:
        """The pairs that `items` yields."""
        columns = self._columns
        for person in columns.persons():
            yield person, columns.member(columns.find(person))
        for figure in self._figures:
            yield figure, _figure(columns.c, figure)


def _figure(c: Community, name: str) -> ReadOnlyData:
    """The data of the node of the hub or the organisation."""
    if name == HUB:
        return ReadOnlyData(presence=float(c.presence.mean()))
    return ReadOnlyData(quality=c.quality, direction=c.direction)


__all__ = ["TieGraph", "graph_of"]
