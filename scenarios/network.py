"""Graphs in a scenario: the tables `[network]` and `[acquaintances]`, and the files that they name.

    [network]                              [acquaintances]
    generator = "watts_strogatz_graph"     file = "friends.graphml"
    k = 8
    p = 0.1

`generator` is any graph generator of NetworkX, with its arguments as further keys. By default `n` is the
number of founders (or of people in the market), and `seed` is derived from the seed of the run.
`weight` names the edge attribute with strengths, `strength` is the value for edges without one.
"""

import csv
import gzip
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from kith.scenarios.errors import ScenarioError, shown
from kith.sim.schema.graphs import (
    STRENGTH,
    Generator,
    Graph,
    GraphSource,
    arguments_of,
    draw,
    graph_from,
    in_little_memory,
)

TABLES = ("network", "acquaintances")
OWN = ("generator", "file", "weight", "strength")
LIMIT = 200_000_000
"maximum size of a graph's file in bytes"
UNPACKED = 1_000_000_000
"maximum size in bytes after decompression"
EDGES = 5_000_000
"maximum number of edges in a graph's file"
DEPTH = 100
"maximum depth of elements in an XML file"
CHUNK = 1 << 16
MOST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Table:
    """A scenario's table about a graph, and the folder that its paths are relative to."""

    values: dict[str, Any]
    folder: Path = Path()

    def over(self, below: "Table | None") -> "Table":
        """This table merged over the inherited one; a generator, a file or an empty table replaces it."""
        if below is None or not self.values or {"generator", "file"} & self.values.keys():
            return self
        return Table(below.values | self.values, below.folder)


def table_from(name: str, given: Any, folder: Path) -> Table:
    """A table with its own keys validated; an empty one drops the inherited graph."""
    if not isinstance(given, Mapping):
        raise ScenarioError(f'{name} must be a table, such as [{name}] with generator = "gnp_random_graph"')
    values = dict(given)
    for key in ("generator", "file"):
        if key in values and not (isinstance(values[key], str) and values[key].strip()):
            raise ScenarioError(f"{name}.{key} = {shown(values[key])}: must be text in quotes")
    if {"generator", "file"} <= values.keys():
        raise ScenarioError(f"{name} has both a generator and a file; keep one of them")
    if not isinstance(values.get("weight", ""), str):
        raise ScenarioError(
            f"{name}.weight = {shown(values['weight'])}: must be the name of an edge attribute"
        )
    _check_number(
        name,
        "strength",
        values.get("strength", STRENGTH),
        lambda value: 0.0 < value <= 1.0,
        "above 0, at most 1",
    )
    seed = values.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= MOST_SEED:
        raise ScenarioError(f"{name}.seed = {shown(seed)}: must be a whole number from 0 to {MOST_SEED}")
    return Table(values, folder)


def graph_of_table(name: str, table: Table, people: int, default_n: int) -> tuple[GraphSource, int]:
    """The graph that a table describes, and its number of nodes; each run draws a generator from its seed.

    Parameters
    ----------
    name : name of the table
    table : its content
    people : maximum number of nodes
    default_n : default of the generator's `n`

    Raises
    ------
    ScenarioError, ParameterError
        The graph cannot be read or drawn, or has more nodes than people.
    """
    settings = {key: value for key, value in table.values.items() if key in OWN}
    arguments = {key: value for key, value in table.values.items() if key not in OWN}
    weight, strength = settings.get("weight", "weight"), float(settings.get("strength", STRENGTH))
    if "file" in settings:
        if arguments:
            raise ScenarioError(
                f"{name}.{next(iter(arguments))} is an argument of a generator, but {name} names a file; remove one of them"
            )
        path, label = table.folder / settings["file"], settings["file"]
        graph = graph_from(read_graph(path, label, people), label, people, weight, strength)
        return graph, graph.people
    if "generator" not in settings:
        raise ScenarioError(
            f'{name} has neither a generator nor a file; write generator = "gnp_random_graph"'
        )
    return _drawn(settings["generator"], arguments, people, default_n, weight, strength)


def _drawn(
    generator: str, arguments: dict[str, Any], people: int, n: int, weight: str, strength: float
) -> tuple[GraphSource, int]:
    """Try a generator once, so that errors appear before anything runs."""
    takes = arguments_of(generator)
    if "n" in takes:
        arguments = {"n": n} | arguments
    source = Generator(generator, arguments, weight, strength, f"networkx {version('networkx')}")
    if "seed" in takes and "seed" not in arguments:
        sample = source.drawn(0, people)
        notes = tuple(re.sub(r": \d+$", "", note) for note in sample.notes)  # counts depend on the seed
        return replace(source, notes=notes), sample.people
    graph = graph_from(draw(generator, arguments, people), source.label, people, weight, strength)
    return graph, graph.people


def given_graph(name: str, given: Any, people: int) -> tuple[GraphSource, int]:
    """A graph passed in a call, of NetworkX or of the engine, and its number of nodes."""
    if isinstance(given, Graph | Generator):
        return given, given.drawn(0, people).people
    if hasattr(given, "is_directed") and hasattr(given, "edges"):
        graph = graph_from(given, given.graph.get("name") or f"the graph of {name}", people)
        return graph, graph.people
    raise ScenarioError(
        f"{name} = {shown(given)}: give a table, the path of a file, or a NetworkX graph, such as "
        "networkx.Graph(pairs), networkx.from_pandas_edgelist(frame) or networkx.from_numpy_array(matrix)"
    )


# -- files ---------------------------------------------------------------------------------


def read_graph(path: Path, label: str, people: int) -> Any:
    """The NetworkX graph in a GraphML, GEXF or edge list file, chosen by file name extension."""
    ending = "".join(Path(label).suffixes[-2:]).lower().removesuffix(".gz")
    ending = ending[ending.rfind(".") :]
    if ending not in READERS:
        raise ScenarioError(
            f"{label} has no known graph format; give a file that ends in {', '.join(READERS)} (or with .gz)"
        )
    _check_file(path, label)
    try:
        return in_little_memory(
            label, people, READERS[ending], path.absolute()
        )  # the child process may have another working folder
    except (ScenarioError, OSError) as error:
        raise ScenarioError(f"{label} cannot be read: {error}") from None
    except Exception as error:  # parsers raise errors of any type
        if type(error).__name__ == "ParameterError":
            raise
        why = " ".join(str(error).split())
        raise ScenarioError(f"{label} is not a {ending} file that NetworkX can read: {why:.200}") from None


def _check_file(path: Path, label: str) -> None:
    try:
        size = path.stat().st_size if path.is_file() else -1
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{label} cannot be read: {error}") from None
    if size < 0:
        raise ScenarioError(
            f"{label} does not exist or is not a file; give a path relative to the scenario's folder"
        )
    if size > LIMIT:
        raise ScenarioError(
            f"{label} is larger than {LIMIT // 1_000_000} MB; reduce it to the relevant people"
        )


def _graphml(path: Path) -> Any:
    import networkx

    _check_xml(path)
    with _opened(path) as file:
        return networkx.read_graphml(file)


def _gexf(path: Path) -> Any:
    import networkx

    _check_xml(path)
    with _opened(path) as file:
        return networkx.read_gexf(file)


def _check_xml(path: Path) -> None:
    """Scan an XML file; raise `ScenarioError` for a document type, deep nesting or too many edges.

    A document type can declare entities, of which some expand a thousandfold and others refer to files
    and addresses. NetworkX uses the same parser, so that both interpret the file alike.
    """
    edges, depth = 0, 0

    def begin(name: str, _: dict[str, str]) -> None:
        nonlocal edges, depth
        depth += 1
        if depth > DEPTH:
            raise ScenarioError(f"elements are nested more than {DEPTH} deep; write a flatter file")
        edges += name.rpartition(":")[2] == "edge"
        if edges > EDGES:
            raise _too_many_edges()

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: Any) -> None:
        raise ScenarioError("it declares a document type (<!DOCTYPE …>), which graphs do not need; remove it")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    with _opened(path) as file:
        for chunk in _chunks(file):
            parser.Parse(chunk)
        parser.Parse(b"", True)


def _too_many_edges() -> ScenarioError:
    return ScenarioError(f"it has more than {EDGES:,} edges; reduce it to the relevant people")


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """The content of a file, decompressed if it is in gzip format."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield unpacked


def _chunks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """The content of a file in chunks, up to a limit."""
    size = 0
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > UNPACKED:
            raise ScenarioError(
                f"it is larger than {UNPACKED // 1_000_000} MB after decompression; reduce it to the relevant people"
            )
        yield chunk


def _edge_list(path: Path) -> Any:
    """Lines of two nodes and optionally a weight or a dict of attributes; # starts a comment."""
    import networkx

    lines = _lines(path)
    split = [line.partition("#")[0].split(maxsplit=2) for line in lines]
    weighted = any(len(line) == 3 and not line[2].lstrip().startswith("{") for line in split)
    parse = networkx.parse_edgelist
    graph = parse(lines, data=(("weight", float),)) if weighted else parse(lines)
    read_edges = sum(1 for line in split if line)
    if any(len(line) == 1 for line in split) or (read_edges and not graph.number_of_edges()):
        raise ScenarioError(
            "a line has only one word; write two nodes on each line, optionally with a weight"
        )
    return graph


def _edges_csv(path: Path) -> Any:
    """Rows with source, target and optionally weight."""
    import networkx

    rows = csv.DictReader(_lines(path), strict=True)
    if not {"source", "target"} <= set(rows.fieldnames or ()):
        raise ScenarioError(
            f"its first line is {','.join(rows.fieldnames or ())!r:.60}: must be source,target or "
            "source,target,weight"
        )
    graph = networkx.MultiGraph()
    for number, row in enumerate(rows, 2):
        if not row["source"] or not row["target"]:
            raise ScenarioError(f"line {number} lacks source or target; complete or remove it")
        weight = row.get("weight")
        graph.add_edge(row["source"], row["target"], **({"weight": weight} if weight else {}))
    return graph


def _lines(path: Path) -> list[str]:
    """The lines of a text file; each line has at most one edge."""
    content = bytearray()
    ends = 0
    with _opened(path) as file:
        for chunk in _chunks(file):
            content += chunk
            ends += chunk.count(b"\n")
            if ends > EDGES + 1:  # the first line may name the columns
                raise _too_many_edges()
    lines = content.decode("utf-8-sig").splitlines()
    if len(lines) > EDGES + 1:
        raise _too_many_edges()
    return lines


READERS: dict[str, Callable[[Path], Any]] = {
    ".graphml": _graphml,
    ".gexf": _gexf,
    ".edgelist": _edge_list,
    ".txt": _edge_list,
    ".csv": _edges_csv,
}


def _check_number(table: str, key: str, value: Any, allowed: Callable[[float], bool], words: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not allowed(value):
        raise ScenarioError(f"{table}.{key} = {shown(value)}: must be {words}")


def table_or_path(given: Any) -> Any:
    """The argument of a call, with a path converted to a table."""
    if isinstance(given, str | os.PathLike):
        return {"file": os.fspath(given)}
    return given
