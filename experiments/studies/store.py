"""A store: a folder for the results of many runs, safe against interruption and damage.

    asked/<digest>-<check>.parquet    planned runs: run_id, inputs
    results/<unique>-<check>.parquet  results: run_id, error, one column per indicator
    series/<unique>-<check>.parquet   optional: run_id, day, one column per thinned series

A file is written atomically and never changed. There is no index: the set of files is
the manifest, so two processes can fill one store. The second half of a name is a checksum of the
content, so that damage is detected. The id of a run is a hash of its inputs, so that
two results with the same id are identical.
"""

import io
import json
import os
import stat
import uuid
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kith.experiments.errors import StoreDamaged, StoreError
from kith.experiments.files import user_path
from kith.experiments.runs.runner import RunResult
from kith.experiments.studies.store_parts import (
    COLUMNS,
    SMALL,
    bytes_of,
    checksum,
    is_value,
    kind_of_file,
    once,
    once_each,
    results_table,
    series_table,
    union,
)
from kith.sim.engine import MODEL_VERSION
from kith.sim.storage.atomic_write import partial_file, remove_all_abandoned

if TYPE_CHECKING:
    import duckdb

LAYOUT = 1
MARK = b"kith"
KINDS = ("asked", "results", "series")
MANY = 64
"Small parts that are worth merging."
DAMAGED = ".damaged"


@cache
def _database() -> "duckdb.DuckDBPyConnection":
    """An empty database in memory, once per process: making one takes longer than most questions."""
    import duckdb

    database = duckdb.connect()
    database.execute("SET enable_external_file_cache = false")  # parts are read as they are now
    return database


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
        If the folder is not a store, cannot be read, or holds results of another model or what is
        no file.
    StoreDamaged
        If a part is what was written, by its checksum, and is no part of a store.
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
        """The runs that have a result, failed or not, and series if required."""
        results = union(self._ids["results"].values())
        return results & (union(self._ids["series"].values()) | self.failed()) if series else results

    def failed(self) -> set[str]:
        """The runs that have failed and nothing better."""
        ids = self._ids["results"]
        return union(self._failed.values()) - union(ids[path] - bad for path, bad in self._failed.items())

    def refresh(self) -> None:
        """Look for parts that others have written, and check them; damaged ones are put aside."""
        for kind, known in self._ids.items():
            present = set(self._parts(kind))
            for gone in set(known) - present:
                del known[gone]
                self._failed.pop(gone, None)
            for path in sorted(present - set(known)):
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
        """The planned runs with that digest, or None."""
        for path in self._parts("asked", f"{digest}-"):
            table = self._read_part("asked", path)
            if table is not None:
                return table.to_pandas()
        return None

    def has_asked(self, digest: str) -> bool:
        """Whether the planned runs with that digest are stored."""
        return bool(self._parts("asked", f"{digest}-"))

    def connection(self) -> "duckdb.DuckDBPyConnection":
        """A DuckDB connection in which `results` and `series` are tables, as far as there are any."""
        connection = _database().cursor()
        for kind in ("results", "series"):
            if parts := self._parts(kind):
                names = ", ".join(f"'{str(part).replace(chr(39), chr(39) * 2)}'" for part in parts)
                source = f"read_parquet([{names}], union_by_name = true)"
                connection.execute(f"CREATE TEMP VIEW {kind} AS {once(kind, source, self._has_doubles())}")
        return connection

    def size(self) -> int:
        """Bytes on disk."""
        return sum(bytes_of(path) for kind in KINDS for path in self._parts(kind))

    # What is added

    def ask(self, digest: str, asked: pd.DataFrame) -> None:
        """Store the planned runs of a study."""
        if self.only_read:
            return
        path = self._folder_of("asked") / f"{digest}.parquet"
        self._write(pa.Table.from_pandas(asked, preserve_index=False), path)
        path.unlink(missing_ok=True)  # written before these files had a checksum; nothing reads it

    def add(self, outcomes: Sequence[RunResult]) -> None:
        """Keep the results of some runs: all of them, or none if writing fails."""
        series = [o for o in outcomes if o.series]
        if series:  # before the results, so that no run counts as done without its series
            path = self._add_part("series", series_table(series))
            self._ids["series"][path] = frozenset(str(o.key) for o in series)
        path = self._add_part("results", results_table(outcomes))
        self._ids["results"][path] = frozenset(str(o.key) for o in outcomes)
        self._failed[path] = frozenset(str(o.key) for o in outcomes if o.failed)

    def compact(self, least: int = MANY) -> None:
        """Merge small parts into larger ones where there are `least` or more.

        Old parts go when the new one is there whole. Whoever reads meanwhile may miss a file and
        looks again; whoever merges the same parts leaves rows twice, which reading takes as once.
        """
        for kind in self._ids:
            parts = self._parts(kind)
            small = [path for path in parts if bytes_of(path) < SMALL] if len(parts) >= least else []
            if len(small) >= max(least, 2):
                self._merge(kind, small)
                self.refresh()

    def _merge(self, kind: str, parts: list[Path]) -> None:
        tables = [table for path in parts if (table := self._read_part(kind, path)) is not None]
        if len(tables) < len(parts):
            return  # another process was faster, or a part is damaged
        combined = pa.concat_tables(tables, promote_options="default")
        try:
            self._add_part(kind, combined if kind == "series" else once_each(combined))
        except OSError:
            return  # no room for a copy: small parts are as good
        for path in parts:
            path.unlink(missing_ok=True)
        del tables, combined
        pa.default_memory_pool().release_unused()  # memory stays flat however many merges there are

    def _add_part(self, kind: str, table: pa.Table) -> Path:
        folder = self._folder_of(kind)
        return self._write(table, folder / f"{uuid.uuid4().hex[:16]}.parquet")

    def _write(self, table: pa.Table, path: Path) -> Path:
        """Write a file atomically: to a temporary file, flushed to disk, then renamed; its name contains its checksum."""
        mark = json.dumps({"model_version": MODEL_VERSION, "layout": LAYOUT}).encode()
        table = table.replace_schema_metadata({**(table.schema.metadata or {}), MARK: mark})
        try:
            with partial_file(path) as (partial, file):
                pq.write_table(table, file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
                target = path.with_stem(f"{path.stem}-{checksum(partial.read_bytes())}")
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
        for kind in KINDS:
            place = self.folder / kind
            if not place.is_dir() and (place.exists() or place.is_symlink()):
                raise StoreError(
                    f"store {self.folder}: {kind} is {kind_of_file(place)}; name another folder with --store"
                )
        if strangers:
            raise StoreError(
                f"store {self.folder}: holds {strangers[0]}, which is not part of a store; name another folder with --store"
            )

    def _read_ids(self, kind: str, path: Path) -> None:
        """Note the runs of a part; a part that is damaged goes aside, and its runs are missing again."""
        table = self._read_part(kind, path, ["run_id", "error"] if kind == "results" else ["run_id"])
        if table is None:
            return
        frame = table.to_pandas()
        self._ids[kind][path] = frozenset(frame["run_id"])
        if kind == "results":
            self._failed[path] = frozenset(frame["run_id"][frame["error"].notna()])

    def _read_part(self, kind: str, path: Path, columns: list[str] | None = None) -> pa.Table | None:
        """A part, or some columns of it; None if it is gone, or damaged and goes aside.

        A part is gone when it was merged into another one meanwhile. Its bytes are read once, so that what is checked is what is used.
        """
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise self._no_file(kind, path)
            content = path.read_bytes()
        except FileNotFoundError:
            if path.is_symlink():
                raise self._no_file(kind, path) from None
            return None
        except OSError as error:
            raise self._unreadable(path, error) from None
        if checksum(content) != path.stem.rpartition("-")[2]:
            self._put_aside(path)
            return None
        try:
            schema = pq.read_schema(io.BytesIO(content))
            self._check_version(path, schema)
            self._check_columns(kind, path, schema)
            table = pq.read_table(io.BytesIO(content), columns=columns)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise self._no_part(kind, path, "is no Parquet") from error
        if table["run_id"].null_count:
            raise self._no_part(kind, path, "has rows without a run_id")
        return table

    def _check_version(self, path: Path, schema: pa.Schema) -> None:
        try:
            mark = json.loads((schema.metadata or {}).get(MARK, b"{}"))
        except (ValueError, RecursionError):
            mark = None
        if not isinstance(mark, dict):
            raise self._no_part(path.parent.name, path, "does not say which model made it")
        made_by = mark.get("model_version", "an unknown version")
        if made_by != MODEL_VERSION or mark.get("layout") != LAYOUT:
            raise StoreError(
                f"store {self.folder}: {path.name} was made by model {made_by!s:.40}, this is model {MODEL_VERSION}; "
                "results of two models do not mix: name another folder with --store, or remove this one"
            )

    def _check_columns(self, kind: str, path: Path, schema: pa.Schema) -> None:
        """Raise `StoreDamaged` unless a part has the columns of its kind."""
        needed = COLUMNS[kind]
        twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
        if twice is not None:
            raise self._no_part(kind, path, f"has two columns {twice!r:.60}")
        for name in needed:
            if name not in schema.names:
                raise self._no_part(kind, path, f"has no column {name}")
        for field in schema:
            right = needed.get(field.name, is_value if kind == "asked" else pa.types.is_floating)
            if not right(field.type):
                raise self._no_part(kind, path, f"has {field.type!s:.40} in column {field.name!r:.60}")

    def _no_part(self, kind: str, path: Path, why: str) -> StoreDamaged:
        return StoreDamaged(
            f"store {self.folder}: {kind}/{path.name} {why}, so it is not part of a store; remove this file, "
            "and the same command repeats its runs"
        )

    def _no_file(self, kind: str, path: Path) -> StoreError:
        return StoreError(
            f"store {self.folder}: {kind}/{path.name} is {kind_of_file(path)} and not a file; remove it, "
            "or name another folder with --store"
        )

    def _unreadable(self, path: Path, error: OSError) -> StoreError:
        why = error.strerror or str(error)
        return StoreError(
            f"store {self.folder}: {path.name} cannot be read ({why}); repair it, or name another folder with --store"
        )

    def _put_aside(self, path: Path) -> None:
        """Rename a damaged file, so that it can be inspected and is no longer used."""
        if self.only_read:
            self.damaged += [path] if path not in self.damaged else []
            return
        aside = path.with_name(f"{path.name}{DAMAGED}")
        try:
            path.replace(aside)
        except FileNotFoundError:
            return  # another process has done so
        self.damaged.append(aside)

    def _parts(self, kind: str, begins: str = "") -> list[Path]:
        parts = sorted((self.folder / kind).glob("[!.]*.parquet"))
        return [part for part in parts if part.name.startswith(begins) and part not in self.damaged]

    def _folder_of(self, kind: str) -> Path:
        folder = self.folder / kind
        folder.mkdir(parents=True, exist_ok=True)
        if kind not in self._swept:
            self._swept.add(kind)
            remove_all_abandoned(folder)
        return folder

    def _has_doubles(self) -> bool:
        return sum(len(ids) for ids in self._ids["results"].values()) > len(self.done())
