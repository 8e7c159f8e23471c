"""Graphs: who is tied, or knows whom, when a run begins; given as pairs, or drawn by NetworkX.

NetworkX is imported where a graph is drawn, and nowhere else in the engine.
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
from kith.sim.schema.memory_limit import apart
from kith.sim.schema.parameters import ParameterError

MEMORY, MEMORY_EACH = 64 << 20, 25_000
"bytes that a graph may take while it is drawn or read, and so many more for each person: 70 edges"
MEMORY_MOST = 8 << 30
"bytes however many people there are"
SECONDS, SECONDS_EACH, SECONDS_MOST = 60.0, 0.001, 600.0
"how long that may last, so much more for each person, and at most"
STRENGTH = 0.4
"strength of a tie where an edge has no weight: that of a referral, the middle of the ties that founders draw"
NOT_OURS = frozenset({"create_using", "backend", "backend_kwargs", "G"})
"arguments of generators that a scenario cannot give"

type Places = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """Pairs of people 0 … people-1, each pair once, first < second; m pairs."""

    people: int
    first: Places
    second: Places
    strength: Numbers
    "in (0, 1], (m,)"
    label: str = ""
    notes: tuple[str, ...] = ()
    "what was converted on the way, in words"

    @property
    def digest(self) -> str:
        """SHA-256 of the numbers, which names the graph in a run's id."""
        whole = hashlib.sha256(f"{self.people}".encode())
        for column in (self.first, self.second):
            whole.update(np.ascontiguousarray(column, dtype=np.int64).tobytes())
        whole.update(np.ascontiguousarray(self.strength, dtype=np.float64).tobytes())
        return whole.hexdigest()

    def drawn(self, seed: int, people: int) -> "Graph":
        """The graph itself, whatever the luck."""
        return self

    def neighbours(self, people: int) -> tuple[Places, npt.NDArray[np.int32]]:
        """For each of `people` where its neighbours begin, (people + 1,), and all of them, (2 m,).

        Neighbours of one person stand in ascending order.
        """
        one, other = np.concatenate([self.first, self.second]), np.concatenate([self.second, self.first])
        starts = np.zeros(people + 1, np.int64)
        np.cumsum(np.bincount(one, minlength=people), out=starts[1:])
        return starts, other[np.lexsort((other, one))].astype(np.int32)


@dataclass(frozen=True)
class Generator:
    """A NetworkX generator with its arguments, which draws a graph by a run's own luck."""

    name: str
    arguments: dict[str, Any]
    weight: str = "weight"
    strength: float = STRENGTH
    library: str = ""
    "the version of NetworkX: another may draw another graph"
    notes: tuple[str, ...] = field(default=(), compare=False)
    "what is converted on the way, in words; how often depends on the luck"

    @property
    def label(self) -> str:
        """How the generator is called in a sentence."""
        return f"{self.name}({', '.join(f'{name}={value}' for name, value in self.arguments.items())})"

    @property
    def digest(self) -> str:
        """SHA-256 of all that decides the graph but the seed of the run."""
        content = [self.name, self.arguments, self.weight, self.strength, self.library]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def drawn(self, seed: int, people: int) -> Graph:
        """The graph that a seed gives; raises ParameterError if it is not one for so many people."""
        whole = draw(self.name, self.arguments | {"seed": seed}, people)
        return graph_from(whole, self.label, people, self.weight, self.strength)


type GraphSource = Graph | Generator


# -- drawing -------------------------------------------------------------------------------


def arguments_of(name: str) -> list[str]:
    """The arguments of a NetworkX generator that a scenario can give, in their order.

    Raises
    ------
    ParameterError
        If NetworkX has no generator of that name.
    """
    return [p for p in _signature(name).parameters if p not in NOT_OURS]


def draw(name: str, arguments: dict[str, Any], people: int) -> Any:
    """The NetworkX graph that a generator makes of its arguments, for at most so many people.

    Raises
    ------
    ParameterError
        For an unknown generator, wrong arguments, whatever the generator itself refuses, or too
        large a graph.
    """

    _check_arguments(name, arguments)
    try:
        graph = in_little_memory(f"generator {name}", people, _make, name, arguments)
    except ParameterError:
        raise
    except Exception as error:
        raise ParameterError(f"generator {name} refuses {_written(arguments)}: {error}") from None
    if isinstance(graph, str):
        raise ParameterError(f"generator {name} makes a {graph} and not one graph; name another")
    return graph


def _make(name: str, arguments: dict[str, Any]) -> Any:
    """The graph, or the name of the type of whatever else the generator makes."""
    import networkx

    made = getattr(networkx, name)(**arguments)
    return made if isinstance(made, networkx.Graph) else type(made).__name__


def _signature(name: str) -> inspect.Signature:
    import networkx

    known = [
        one
        for one in dir(networkx)
        if getattr(getattr(networkx, one), "__module__", "").startswith("networkx.generators")
        and getattr(getattr(networkx, one), "_returns_graph", False)
    ]
    if name not in known:
        bare = name.rpartition(".")[2]
        close = bare if bare in known else nearest(bare, known)
        hint = f"did you mean {close}?" if close else "see NetworkX's list of graph generators"
        raise ParameterError(f"generator {name!r:.60}: NetworkX has no such generator; {hint}")
    return inspect.signature(getattr(networkx, name))


def _check_arguments(name: str, arguments: dict[str, Any]) -> None:
    parameters = _signature(name).parameters
    takes = [p for p in parameters if p not in NOT_OURS]
    unknown = next((given for given in arguments if given not in takes), None)
    if unknown is not None:
        raise ParameterError(
            f"generator {name} has no argument {unknown!r:.60}; it takes {', '.join(takes) or 'none'}"
        )
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [n for n, p in parameters.items() if p.default is p.empty and p.kind not in kinds]
    missing = [n for n in needed if n not in arguments]
    if missing:
        way = (
            "a scenario cannot give that; name another generator"
            if missing[0] in NOT_OURS
            else "write it below"
        )
        raise ParameterError(f"generator {name} needs {', '.join(missing)}; {way}")


def _written(arguments: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value!r:.60}" for name, value in arguments.items()) or "no arguments"


def in_little_memory(what: str, people: int, function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function makes of its arguments; refused if it takes more memory or time than so many people may.

    Raises
    ------
    ParameterError
        If it takes more than 64 MB and 25 kB (70 edges) for each person, or 8 GB, or longer than a
        minute and a second for each thousand people, or ten minutes.
    """
    most = min(MEMORY + MEMORY_EACH * people, MEMORY_MOST)
    seconds = min(SECONDS + SECONDS_EACH * people, SECONDS_MOST)
    try:
        return apart(function, *arguments, most=most, seconds=seconds)
    except MemoryError:
        raise ParameterError(
            f"{what}: the graph takes more than {most >> 20} MB, too much for {people} people; make it smaller"
        ) from None
    except TimeoutError:
        raise ParameterError(
            f"{what}: the graph takes longer than {seconds:.0f} s, too long for {people} people; make it smaller"
        ) from None


# -- from NetworkX to pairs ----------------------------------------------------------------


def graph_from(
    graph: Any, label: str, people: int, weight: str = "weight", strength: float = STRENGTH
) -> Graph:
    """The pairs of a NetworkX graph of any kind.

    Nodes become places: whole numbers in their order of size, other names in the order of the
    graph. An edge is mutual whatever its direction, of parallel ones the strongest counts, and
    self-loops are left out; `notes` tells.

    Parameters
    ----------
    graph : of NetworkX
    label : how messages call it
    people : how many there are; more nodes are refused
    weight : the attribute that holds strengths, "" for none. Weights above 1 are divided by the greatest
    strength : of an edge without a weight

    Raises
    ------
    ParameterError
        For weights that are negative or no numbers, and for no nodes or more nodes than people.
    """
    if graph.number_of_nodes() == 0:
        raise ParameterError(f"{label} has no nodes; give a graph of at least one")
    if graph.number_of_nodes() > people:
        raise ParameterError(
            f"{label} has {graph.number_of_nodes()} nodes, more than the {people} people there are; "
            "take a smaller graph, or more people (market.founders, market.size)"
        )
    place, notes = _places(graph)
    edges = list(graph.edges(data=weight or None, default=strength))
    one, other = (np.array([place[edge[end]] for edge in edges], np.int64) for end in (0, 1))
    weights = np.array([_weight(edge, label, weight) for edge in edges], float)
    notes += ["directed edges are taken as mutual"] if graph.is_directed() else []
    first, second, strengths, words = _simple(one, other, weights)
    return Graph(graph.number_of_nodes(), first, second, strengths, label, (*notes, *words))


def _places(graph: Any) -> tuple[dict[Any, int], list[str]]:
    """Node -> place, and what there is to say about it."""
    nodes = list(graph)
    numbers = {node: _number(node) for node in nodes}
    if None not in numbers.values() and len(set(numbers.values())) == len(nodes):
        nodes.sort(key=lambda node: numbers[node])
    if [numbers[node] for node in nodes] == list(range(len(nodes))):
        return {node: k for k, node in enumerate(nodes)}, []
    named = f"nodes are called {nodes[0]!s:.30}, … and stand for people 0 to {len(nodes) - 1} in this order"
    return {node: k for k, node in enumerate(nodes)}, [named]


def _number(node: Any) -> Any:
    """The whole number that a node is called, or None."""
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
            f"{label}: edge {edge[0]} to {edge[1]} has {name} = {edge[2]!r:.40}: must be a number from 0 on; "
            'name another attribute, or write weight = "" to use none'
        )
    return value


def _simple(one: Places, other: Places, weight: Numbers) -> tuple[Places, Places, Numbers, list[str]]:
    """Each pair once, without loops, strengths in (0, 1]; and what that took, in words."""
    notes = []
    loops, nothing = one == other, weight == 0.0
    for count, what in (
        (int(loops.sum()), "self-loops"),
        (int((nothing & ~loops).sum()), "edges of weight 0"),
    ):
        notes += [f"{count} {what} left out"] if count else []
    kept = ~loops & ~nothing
    ends = np.sort(np.stack([one[kept], other[kept]]), axis=0)
    weight = weight[kept]
    order = np.lexsort((-weight, ends[1], ends[0]))
    ends, weight = ends[:, order], weight[order]
    new = np.ones(len(weight), bool)
    new[1:] = (ends[:, 1:] != ends[:, :-1]).any(axis=0)
    notes += [f"{int((~new).sum())} parallel edges merged, the strongest counts"] if not new.all() else []
    ends, weight = ends[:, new], weight[new]
    if len(weight) and weight.max() > 1.0:
        notes.append(f"weights go up to {weight.max():g} and are divided by that")
        weight = weight / weight.max()
    return ends[0], ends[1], weight, notes


__all__ = ["Generator", "Graph", "GraphSource", "arguments_of", "draw", "graph_from", "in_little_memory"]
