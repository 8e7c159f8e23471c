"""The parts of a store: their columns, their tables, and what else may lie in their place."""

import hashlib
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from kith.experiments.runs.runner import RunResult

if TYPE_CHECKING:
    pass

LAYOUT = 1
MARK = b"kith"


SMALL = 400_000
"Bytes below which a part may be merged with others."


def is_text(kind: pa.DataType) -> bool:
    """Whether a column holds text."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


COLUMNS: dict[str, dict[str, Callable[[pa.DataType], bool]]] = {
    "asked": {
        "run_id": is_text,
        "scenario": is_text,
        "point": pa.types.is_integer,
        "seed": pa.types.is_integer,
    },
    "results": {"run_id": is_text, "error": is_text},
    "series": {"run_id": is_text, "day": pa.types.is_integer},
}
"Kind -> the columns that each of its parts has; further ones of results and series are floats."


def results_table(outcomes: Sequence[RunResult]) -> pa.Table:
    """A row per run: its id, its error, and what was measured."""
    names = list(dict.fromkeys(name for o in outcomes for name in o.summary))
    columns: dict[str, Any] = {
        "run_id": pa.array([str(o.key) for o in outcomes], pa.string()),
        "error": pa.array([o.error or None for o in outcomes], pa.string()),
    }
    for name in names:
        columns[name] = pa.array([o.summary.get(name) for o in outcomes], pa.float64())
    return pa.table(columns)


def series_table(outcomes: Iterable[RunResult]) -> pa.Table:
    """A row per run and day on which at least one series has a value."""
    frames = []
    for outcome in outcomes:
        frame = pd.DataFrame(outcome.series).astype(float)
        frame.insert(0, "day", frame.index.astype("int64"))
        frame.insert(0, "run_id", str(outcome.key))
        frames.append(frame)
    return pa.Table.from_pandas(pd.concat(frames, ignore_index=True), preserve_index=False)


def once(kind: str, source: str, doubles: bool) -> str:
    """The rows of a table, each run once; a result wins over a failure."""
    if kind == "series":
        return f"SELECT * FROM {source} QUALIFY row_number() OVER (PARTITION BY run_id, day) = 1"
    if not doubles:
        return f"SELECT * FROM {source}"
    better = "row_number() OVER (PARTITION BY run_id ORDER BY error IS NOT NULL)"
    return f"SELECT * FROM {source} QUALIFY {better} = 1"


def once_each(table: pa.Table) -> pa.Table:
    """The same in memory, for parts that are merged."""
    frame = table.select(["run_id", "error"]).to_pandas()
    frame["failed"] = frame["error"].notna()
    chosen = frame.sort_values("failed", kind="stable").drop_duplicates("run_id").index
    return table.take(pa.array(sorted(chosen)))


def union(sets: Iterable[frozenset[str]]) -> set[str]:
    """Everything that is in one of the sets."""
    return set().union(*sets)


def bytes_of(path: Path) -> int:
    """Its size; that of a part which is not worth merging, if another process has just removed it."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return SMALL


def checksum(content: bytes) -> str:
    """Sixteen hexadecimal digits that change with any bit."""
    return hashlib.blake2b(content).hexdigest()[:16]


def is_value(kind: pa.DataType) -> bool:
    """Whether a lever can have values of this type."""
    return any(
        is_one(kind) for is_one in (pa.types.is_floating, pa.types.is_integer, pa.types.is_boolean, is_text)
    )


def kind_of_file(path: Path) -> str:
    """What a path leads to, in words."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return "a link that leads nowhere"
    kinds = {
        stat.S_IFREG: "a file",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "a device")
