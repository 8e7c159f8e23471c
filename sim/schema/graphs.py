"""Graphs: initial ties or acquaintances, given as pairs or drawn by a NetworkX generator.

NetworkX is imported only when a graph is drawn.
"""

import hashlib
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.schema.fields import nearest
from kith.sim.schema.limited_process import run_limited
from kith.sim.schema.parameter_set import ParameterError

MEMORY, MEMORY_EACH = 64 << 20, 25_000
"limit of bytes while a graph is drawn or read: a constant, and 25 kB (70 edges) per person"
MEMORY_MOST = 8 << 30
"upper limit of bytes for any number of people"
SECONDS, SECONDS_EACH, SECONDS_MOST = 60.0, 0.001, 600.0
"time limit: a constant, per person, and the upper limit"
STRENGTH = 0.4
"default strength of an edge without a weight: that of a referral, and the middle of founders' drawn ties"
UNAVAILABLE = frozenset({"create_using", "backend", "backend_kwargs", "G"})
"arguments of generators that a scenario cannot give"

type Places = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """The m edges between people 0 … people-1, each pair once, first < second."""

    people: int
    first: Places
    second: Places
    strength: Numbers
    "in (0, 1], (m,)"
    label: str = ""
    notes: tuple[str, ...] = ()
    "conversions made, as sentences"

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers; identifies the graph in a run's id."""
        digest = hashlib.sha256(f"{self.people}".encode())
        for column in (self.first, self.second):
            digest.update(np.ascontiguousarray(column, dtype=np.int64).tobytes())
        digest.update(np.ascontiguousarray(self.strength, dtype=np.float64).tobytes())
        return digest.hexdigest()

    def drawn(self, seed: int, people: int) -> "Graph":
        """The graph itself; it does not depend on the seed."""
        return self

    def neighbours(self, people: int) -> tuple[Places, npt.NDArray[np.int32]]:
        """Adjacency in compressed form: where each person's neighbours start, (people + 1,), and all neighbours, (2 m,).

        Each person's neighbours are in ascending order.
        """
        source, target = np.concatenate([self.first, self.second]), np.concatenate([self.second, self.first])
        starts = np.zeros(people + 1, np.int64)
        np.cumsum(np.bincount(source, minlength=people), out=starts[1:])
        return starts, target[np.lexsort((target, source))].astype(np.int32)


@dataclass(frozen=True)
class Generator:
    """A NetworkX generator with its arguments; each run draws its graph from its own seed."""

    name: str
    arguments: dict[str, Any]
    weight: str = "weight"
    strength: float = STRENGTH
    library: str = ""
    "the version of NetworkX, because another version may draw a different graph"
    notes: tuple[str, ...] = field(default=(), compare=False)
    "conversions made, as sentences; how many depends on the seed"

    @property
    def label(self) -> str:
        """The generator as messages show it."""
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.arguments.items())})"

    @property
    def digest(self) -> str:
        """SHA-256 of everything that determines the graph except the seed."""
        content = [self.name, self.arguments, self.weight, self.strength, self.library]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def drawn(self, seed: int, people: int) -> Graph:
        """The graph for a seed; raises ParameterError if it is invalid or has more nodes than people."""
        graph = draw(self.name, self.arguments | {"seed": seed}, people)
        return graph_from(graph, self.label, people, self.weight, self.strength)


type GraphSource = Graph | Generator


# -- drawing -------------------------------------------------------------------------------


def arguments_of(name: str) -> list[str]:
    """The arguments of a NetworkX generator that a scenario can set, in order.

    Raises
    ------
    ParameterError
        If NetworkX has no generator of that name.
    """
    return [p for p in _signature(name).parameters if p not in UNAVAILABLE]


def draw(name: str, arguments: dict[str, Any], people: int) -> Any:
    """The NetworkX graph that a generator returns, with at most `people` nodes.

    Raises
    ------
    ParameterError
        If the generator is unknown, its arguments are wrong or rejected by NetworkX, or the graph
        is too large.
    """

    _check_arguments(name, arguments)
    try:
        graph = in_little_memory(f"generator {name}", people, _make, name, arguments)
    except ParameterError:
        raise
    except Exception as error:
        raise ParameterError(
            f"generator {name} rejects {_as_text(arguments)}: {error}; change its arguments"
        ) from None
    if isinstance(graph, str):
        raise ParameterError(f"generator {name} returns a {graph} instead of a graph; name another generator")
    return graph


def _make(name: str, arguments: dict[str, Any]) -> Any:
    """The graph, or the type name of whatever else the generator returns."""
    import networkx

    graph = getattr(networkx, name)(**arguments)
    return graph if isinstance(graph, networkx.Graph) else type(graph).__name__


def _signature(name: str) -> inspect.Signature:
    import networkx

    known = [
        attribute
        for attribute in dir(networkx)
        if getattr(getattr(networkx, attribute), "__module__", "").startswith("networkx.generators")
        and getattr(getattr(networkx, attribute), "_returns_graph", False)
    ]
    if name not in known:
        bare = name.rpartition(".")[2]
        close = bare if bare in known else nearest(bare, known)
        hint = f"did you mean {close}?" if close else "see NetworkX's list of graph generators"
        raise ParameterError(f"generator {name!r:.60}: NetworkX has no such generator; {hint}")
    return inspect.signature(getattr(networkx, name))


def _check_arguments(name: str, arguments: dict[str, Any]) -> None:
    parameters = _signature(name).parameters
    takes = [p for p in parameters if p not in UNAVAILABLE]
    unknown = next((given for given in arguments if given not in takes), None)
    if unknown is not None:
        raise ParameterError(
            f"generator {name} has no argument {unknown!r:.60}; it takes {', '.join(takes) or 'none'}"
        )
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [n for n, p in parameters.items() if p.default is p.empty and p.kind not in kinds]
    missing = [n for n in needed if n not in arguments]
    if missing:
        remedy = (
            "a scenario cannot set that; name another generator"
            if missing[0] in UNAVAILABLE
            else "set it as a further key"
        )
        raise ParameterError(f"generator {name} needs {', '.join(missing)}; {remedy}")


def _as_text(arguments: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r:.60}" for name, value in arguments.items()) or "no arguments"


def in_little_memory(what: str, people: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function with limits of memory and time that grow with the number of people.

    Raises
    ------
    ParameterError
        If it needs more than 64 MB plus 25 kB (70 edges) per person (at most 8 GB), or longer than
        60 s plus 1 ms per person (at most 600 s).
    """
    most = min(MEMORY + MEMORY_EACH * people, MEMORY_MOST)
    seconds = min(SECONDS + SECONDS_EACH * people, SECONDS_MOST)
    try:
        return run_limited(function, *arguments, most=most, seconds=seconds)
    except MemoryError:
        raise ParameterError(
            f"{what}: the graph needs more than {most >> 20} MB, the limit for {people} people; make it smaller"
        ) from None
    except TimeoutError:
        raise ParameterError(
            f"{what}: the graph takes longer than {seconds:.0f} s, the limit for {people} people; make it smaller"
        ) from None


# -- from NetworkX to pairs ----------------------------------------------------------------


def graph_from(
    graph: Any, label: str, people: int, weight: str = "weight", strength: float = STRENGTH
) -> Graph:
    """The edges of a NetworkX graph of any kind.

    Nodes are numbered from 0: whole numbers by size, other names in the order of the graph.
    Directed edges become undirected, the strongest of parallel edges is kept, and self-loops are
    dropped; `notes` lists these conversions.

    Parameters
    ----------
    graph : a NetworkX graph
    label : its name in messages
    people : upper limit for the number of nodes
    weight : the edge attribute with strengths, "" for none; weights above 1 are divided by the greatest
    strength : of edges without a weight

    Raises
    ------
    ParameterError
        If a weight is negative or no number, or if there are no nodes or more nodes than people.
    """
    if graph.number_of_nodes() == 0:
        raise ParameterError(f"{label} has no nodes; give a graph with at least one node")
    if graph.number_of_nodes() > people:
        raise ParameterError(
            f"{label} has {graph.number_of_nodes()} nodes but there are only {people} people; "
            "give a smaller graph, or raise market.founders or market.size"
        )
    place, notes = _places(graph)
    edges = list(graph.edges(data=weight or None, default=strength))
    source, target = (np.array([place[edge[end]] for edge in edges], np.int64) for end in (0, 1))
    weights = np.array([_weight(edge, label, weight) for edge in edges], float)
    notes += ["directed edges are treated as undirected"] if graph.is_directed() else []
    first, second, strengths, words = _simple(source, target, weights)
    return Graph(graph.number_of_nodes(), first, second, strengths, label, (*notes, *words))


def _places(graph: Any) -> tuple[dict[Any, int], list[str]]:
    """Node -> number from 0, and notes about the numbering."""
    nodes = list(graph)
    numbers = {node: _number(node) for node in nodes}
    if None not in numbers.values() and len(set(numbers.values())) == len(nodes):
        nodes.sort(key=lambda node: numbers[node])
    if [numbers[node] for node in nodes] == list(range(len(nodes))):
        return {node: k for k, node in enumerate(nodes)}, []
    named = f"nodes named {nodes[0]!s:.30}, … are people 0 to {len(nodes) - 1}, in this order"
    return {node: k for k, node in enumerate(nodes)}, [named]


def _number(node: Any) -> Any:
    """The whole number that names a node, or None."""
    if isinstance(node, int):
        return int(node)
    return int(node) if isinstance(node, str) and node.isascii() and node.isdecimal() else None


def _weight(edge: Any, label: str, name: str) -> float:
    try:
        value = float(edge[2])
    except (TypeError, ValueError):
        value = float("nan")
    if not 0.0 <= value < float("inf"):
        raise ParameterError(
            f"{label}: edge {edge[0]} to {edge[1]} has {name} = {edge[2]!r:.40}: must be a finite number of at least 0; "
            'name another attribute, or write weight = "" to use none'
        )
    return value


def _simple(source: Places, target: Places, weight: Numbers) -> tuple[Places, Places, Numbers, list[str]]:
    """Each pair once, without loops, strengths in (0, 1]; and notes on what was changed."""
    notes = []
    loops, zero = source == target, weight == 0.0
    for count, what in (
        (int(loops.sum()), "self-loops"),
        (int((zero & ~loops).sum()), "edges of weight 0"),
    ):
        notes += [f"{what} left out: {count}"] if count else []
    proper = ~loops & ~zero
    ends = np.sort(np.stack([source[proper], target[proper]]), axis=0)
    weight = weight[proper]
    order = np.lexsort((-weight, ends[1], ends[0]))
    ends, weight = ends[:, order], weight[order]
    new = np.ones(len(weight), bool)
    new[1:] = (ends[:, 1:] != ends[:, :-1]).any(axis=0)
    notes += [f"parallel edges merged into the strongest: {int((~new).sum())}"] if not new.all() else []
    ends, weight = ends[:, new], weight[new]
    if len(weight) and weight.max() > 1.0:
        notes.append(f"weights are divided by their maximum, {weight.max():g}")
        weight = weight / weight.max()
    return ends[0], ends[1], weight, notes


__all__ = ["Generator", "Graph", "GraphSource", "arguments_of", "draw", "graph_from", "in_little_memory"]
