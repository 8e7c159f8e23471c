"""The network at the end of a run as a graph for other tools: GraphML, GEXF, or a CSV of ties.

Money is in EUR, channels and layers have their names, and what is undefined for a member is left out of its node
rather than written as a number that stands for nothing.
"""

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kith.experiments.errors import OutputError
from kith.experiments.escaping import for_csv, visible
from kith.experiments.files import write_bytes

if TYPE_CHECKING:
    import networkx as nx

ENDINGS = (".graphml", ".gexf", ".csv")


def check_ending(path: Path) -> None:
    """Refuse a name that says no format."""
    if path.suffix.lower() not in ENDINGS:
        raise OutputError(f"--out {path}: the name ends in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")


def graph_of_record(record: Any) -> "nx.Graph":
    """Members awake at the end, each with what the record says of it, and their ties."""
    import networkx as nx

    members = record.members
    members = members[members["left_day"].isna() & members["awake"]]
    graph = nx.Graph(scenario=record.plan.name, seed=int(record.seed), day=int(record.days))
    for row in members.to_dict("records"):
        person = int(row.pop("person"))
        graph.add_node(person, **_known(row))
    for row in record.ties.to_dict("records"):
        ends = int(row["person_a"]), int(row["person_b"])
        if all(end in graph for end in ends):
            graph.add_edge(*ends, weight=float(row["strength"]), last_exchange=int(row["day"]))
    return graph


def write_graph(record: Any, path: Path) -> "nx.Graph":
    """Write the graph in the format that the ending of the path names."""
    import networkx as nx

    graph = graph_of_record(record)
    if path.suffix.lower() == ".csv":
        write_bytes(path, for_csv(record.ties).encode("utf-8"))
        return graph
    buffer = io.BytesIO()
    if path.suffix.lower() == ".graphml":
        nx.write_graphml(graph, buffer)
    else:
        nx.write_gexf(graph, buffer)
    write_bytes(path, buffer.getvalue())
    return graph


def _known(row: Mapping[Any, Any]) -> dict[str, Any]:
    """What is defined of a member, as plain values."""
    out: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, str):
            if value:
                out[str(name)] = visible(value)
            continue
        if value is None or value != value:
            continue
        plain = value.item() if hasattr(value, "item") else value
        if isinstance(plain, float) and not math.isfinite(plain):
            continue
        is_day = str(name).endswith(("_day", "_since", "_contribution", "_visit")) or name == "referrer"
        out[str(name)] = int(plain) if isinstance(plain, float) and is_day else plain
    return out
