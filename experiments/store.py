"""A store: a folder in which the results of many runs gather, safe against whatever happens.

    asked/<digest>.parquet            what a study asks for: run_id, inputs
    results/<unique>-<check>.parquet  what was found: run_id, error, one column per indicator
    series/<unique>-<check>.parquet   on request: run_id, day, one column per thinned series

A file appears whole or not at all, and is never changed. There is no index: the set of files is
the manifest, so two processes can fill one store. The second half of a name is a checksum of the
content, so that a damaged file is known without trusting it. A run's name is its content, so that
a result found twice is the same result.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from experiments.errors import StoreError
from experiments.files import user_path
from experiments.runner import Outcome
from sim.engine import MODEL_VERSION
from sim.whole import partial_file, remove_all_abandoned

if TYPE_CHECKING:
    import duckdb

LAYOUT = 1
MARK = b"kith"
KINDS = ("asked", "results", "series")
SMALL = 400_000
"Bytes below which a part may be merged with others."
MANY = 64
"Small parts that are worth merging."
DAMAGED = ".damaged"


class Store:
    """A folder of results; made when something is first written to it.

    Parameters
    ----------
    folder : where it is.
    only_read : whether the folder stays as it is: damaged parts are named and left where they are, and what a
        study asks for is not kept.

    Raises
    ------
    StoreError
        If the folder is not a store, cannot be read, or holds results of another model.
    """

    def __init__(self, folder: str | os.PathLike[str], only_read: bool = False) -> None:
        self.folder = user_path(folder)
        self.only_read = only_read
        self.damaged: list[Path] = []
        "parts that were found damaged and put aside since this store was opened"
        self._ids: dict[str, dict[Path, frozenset[str]]] = {"results": {}, "series": {}}
        "kind -> part -> the runs in it"
        self._failed: dict[Path, frozenset[str]] = {}
        self._swept: set[str] = set()
        "kinds whose folders were freed of what killed processes had begun"
        self._check_folder()
        self.refresh()

    # What is there

    def done(self, series: bool = False) -> set[str]:
        """The runs that have a result, failed or not, and, if asked for, series."""
        results = _union(self._ids["results"].values())
        return results & (_union(self._ids["series"].values()) | self.failed()) if series else results

    def failed(self) -> set[str]:
        """The runs that have failed and nothing better."""
        own = self._ids["results"]
        return _union(self._failed.values()) - _union(own[path] - bad for path, bad in self._failed.items())

    def refresh(self) -> None:
        """Look for parts that others have written, and check them; damaged ones are put aside."""
        for kind, known in self._ids.items():
            there = set(self._parts(kind))
            for gone in set(known) - there:
                del known[gone]
                self._failed.pop(gone, None)
            for path in sorted(there - set(known)):
                self._read_ids(kind, path)

    def query(self, sql: str, parameters: Sequence[Any] = (), **frames: pd.DataFrame) -> pd.DataFrame:
        """What DuckDB answers; `results`, `series` and the frames given are tables.

        Nothing is loaded but the answer: DuckDB reads what the question needs, and works on disk
        where memory is short.
        """
        import duckdb

        for attempt in range(3):
            try:
                with self.connection() as connection:
                    for name, frame in frames.items():
                        connection.register(name, frame)
                    return connection.execute(sql, list(parameters)).df()
            except (duckdb.IOException, duckdb.InvalidInputException):
                if attempt == 2:
                    raise
                for known in (*self._ids.values(), self._failed):  # a part was merged, or is damaged
                    known.clear()
                self.refresh()
        raise AssertionError("three attempts end in an answer or an error")

    def asked(self, digest: str) -> pd.DataFrame | None:
        """What was asked for under that digest, or None."""
        path = self.folder / "asked" / f"{digest}.parquet"
        if not path.exists():
            return None
        try:
            table = pq.read_table(path)
            self._check_version(path, table.schema)
            return table.to_pandas()
        except PermissionError as error:
            raise self._unreadable(path, error) from None
        except (pa.ArrowException, OSError):
            self._put_aside(path)
            return None

    def has_asked(self, digest: str) -> bool:
        """Whether there is a file of what was asked for under that digest."""
        return (self.folder / "asked" / f"{digest}.parquet").exists()

    def connection(self) -> "duckdb.DuckDBPyConnection":
        """A DuckDB connection in which `results` and `series` are tables, as far as there are any."""
        import duckdb

        connection = duckdb.connect()
        for kind in ("results", "series"):
            if parts := self._parts(kind):
                names = ", ".join(f"'{str(part).replace(chr(39), chr(39) * 2)}'" for part in parts)
                source = f"read_parquet([{names}], union_by_name = true)"
                connection.execute(f"CREATE VIEW {kind} AS {_once(kind, source, self._has_doubles())}")
        return connection

    def size(self) -> int:
        """Bytes on disk."""
        return sum(_bytes(path) for kind in KINDS for path in self._parts(kind))

    # What is added

    def ask(self, digest: str, asked: pd.DataFrame) -> None:
        """Keep what a study asks for."""
        if self.only_read:
            return
        path = self._folder_of("asked") / f"{digest}.parquet"
        self._write(pa.Table.from_pandas(asked, preserve_index=False), path)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Keep the results of some runs: all of them, or none if writing fails."""
        series = [o for o in outcomes if o.series]
        if series:  # before the results, so that no run counts as done without its series
            path = self._add_part("series", _series_table(series))
            self._ids["series"][path] = frozenset(str(o.key) for o in series)
        path = self._add_part("results", _results_table(outcomes))
        self._ids["results"][path] = frozenset(str(o.key) for o in outcomes)
        self._failed[path] = frozenset(str(o.key) for o in outcomes if o.failed)

    def compact(self, least: int = MANY) -> None:
        """Merge small parts into larger ones where there are `least` or more.

        Old parts go when the new one is there whole. Whoever reads meanwhile may miss a file and
        looks again; whoever merges the same parts leaves rows twice, which reading takes as once.
        """
        for kind in self._ids:
            parts = self._parts(kind)
            small = [path for path in parts if _bytes(path) < SMALL] if len(parts) >= least else []
            if len(small) >= max(least, 2):
                self._merge(kind, small)
                self.refresh()

    def _merge(self, kind: str, parts: list[Path]) -> None:
        try:
            tables = [pq.read_table(path) for path in parts]
        except (pa.ArrowException, OSError):
            return  # another process was faster, or a part is damaged: refresh() will tell
        whole = pa.concat_tables(tables, promote_options="default")
        try:
            self._add_part(kind, whole if kind == "series" else _once_each(whole))
        except OSError:
            return  # no room for a copy: small parts are as good
        for path in parts:
            path.unlink(missing_ok=True)
        del tables, whole
        pa.default_memory_pool().release_unused()  # memory stays flat however many merges there are

    def _add_part(self, kind: str, table: pa.Table) -> Path:
        folder = self._folder_of(kind)
        return self._write(table, folder / f"{uuid.uuid4().hex[:16]}.parquet", checked=True)

    def _write(self, table: pa.Table, path: Path, checked: bool = False) -> Path:
        """Write a file whole: beside its place first, safely on disk, then renamed."""
        mark = json.dumps({"model_version": MODEL_VERSION, "layout": LAYOUT}).encode()
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), MARK: mark})
        try:
            with partial_file(path) as (partial, file):
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
                target = path.with_stem(f"{path.stem}-{_checksum(partial)}") if checked else path
                partial.replace(target)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.folder)) from error
        return target

    # What can be wrong

    def _check_folder(self) -> None:
        if not self.folder.exists():
            return
        if not self.folder.is_dir():
            raise StoreError(f"store {self.folder}: is a file; name a folder with --store")
        try:
            strangers = sorted(p.name for p in self.folder.iterdir() if p.name not in KINDS)
            for kind in KINDS:
                list((self.folder / kind).glob("*"))
        except OSError as error:
            raise StoreError(f"store {self.folder}: cannot be read ({error.strerror})") from None
        file = next((kind for kind in KINDS if (self.folder / kind).is_file()), None)
        if file is not None:
            raise StoreError(f"store {self.folder}: {file} is a file; name another folder with --store")
        if strangers:
            raise StoreError(
                f"store {self.folder}: holds {strangers[0]}, which is of no store; name another folder with --store"
            )

    def _check_version(self, path: Path, schema: pa.Schema) -> None:
        mark = json.loads((schema.metadata or {}).get(MARK, b"{}"))
        made_by = mark.get("model_version", "an unknown version")
        if made_by != MODEL_VERSION or mark.get("layout") != LAYOUT:
            raise StoreError(
                f"store {self.folder}: {path.name} was made by model {made_by}, this is model {MODEL_VERSION}; "
                "results of two models do not mix: name another folder with --store, or remove this one"
            )

    def _read_ids(self, kind: str, path: Path) -> None:
        """Note the runs of a part; a part that is damaged goes aside, and its runs are missing again."""
        columns = ["run_id", "error"] if kind == "results" else ["run_id"]
        try:
            if _checksum(path) != path.stem.rpartition("-")[2]:
                self._put_aside(path)
                return
            self._check_version(path, pq.read_schema(path))
            table = pq.read_table(path, columns=columns).to_pandas()
        except FileNotFoundError:
            return  # merged into another part meanwhile
        except OSError as error:
            raise self._unreadable(path, error) from None
        self._ids[kind][path] = frozenset(table["run_id"])
        if kind == "results":
            self._failed[path] = frozenset(table["run_id"][table["error"].notna()])

    def _unreadable(self, path: Path, error: OSError) -> StoreError:
        why = error.strerror or str(error)
        return StoreError(
            f"store {self.folder}: {path.name} cannot be read ({why}); see to it, or name another folder with --store"
        )

    def _put_aside(self, path: Path) -> None:
        """Keep a damaged file for whoever wants to look, out of the way."""
        if self.only_read:
            self.damaged += [path] if path not in self.damaged else []
            return
        aside = path.with_name(f"{path.name}{DAMAGED}")
        try:
            path.replace(aside)
        except FileNotFoundError:
            return  # another process has done so
        self.damaged.append(aside)

    def _parts(self, kind: str) -> list[Path]:
        found = sorted((self.folder / kind).glob("[!.]*.parquet"))
        return [path for path in found if path not in self.damaged]

    def _folder_of(self, kind: str) -> Path:
        folder = self.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        if kind not in self._swept:
            self._swept.add(kind)
            remove_all_abandoned(folder)
        return folder

    def _has_doubles(self) -> bool:
        return sum(len(ids) for ids in self._ids["results"].values()) > len(self.done())


def _results_table(outcomes: Sequence[Outcome]) -> pa.Table:
    names = list(dict.fromkeys(name for o in outcomes for name in o.summary))
    columns: dict[str, Any] = {
        "run_id": pa.array([str(o.key) for o in outcomes], pa.string()),
        "error": pa.array([o.error or None for o in outcomes], pa.string()),
    }
    for name in names:
        columns[name] = pa.array([o.summary.get(name) for o in outcomes], pa.float64())
    return pa.table(columns)


def _series_table(outcomes: Iterable[Outcome]) -> pa.Table:
    """A row per run and day on which at least one series has a value."""
    frames = []
    for outcome in outcomes:
        frame = pd.DataFrame(outcome.series).astype(float)
        frame.insert(0, "day", frame.index.astype("int64"))
        frame.insert(0, "run_id", str(outcome.key))
        frames.append(frame)
    return pa.Table.from_pandas(pd.concat(frames, ignore_index=True), preserve_index=False)


def _once(kind: str, source: str, doubles: bool) -> str:
    """The rows of a table, each run once; a result wins over a failure."""
    if kind == "series":
        return f"SELECT * FROM {source} QUALIFY row_number() OVER (PARTITION BY run_id, day) = 1"
    if not doubles:
        return f"SELECT * FROM {source}"
    better = "row_number() OVER (PARTITION BY run_id ORDER BY error IS NOT NULL)"
    return f"SELECT * FROM {source} QUALIFY {better} = 1"


def _once_each(table: pa.Table) -> pa.Table:
    """The same in memory, for parts that are merged."""
    frame = table.select(["run_id", "error"]).to_pandas()
    frame["failed"] = frame["error"].notna()
    kept = frame.sort_values("failed", kind="stable").drop_duplicates("run_id").index
    return table.take(pa.array(sorted(kept)))


def _union(sets: Iterable[frozenset[str]]) -> set[str]:
    return set().union(*sets)


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return SMALL


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:16]
