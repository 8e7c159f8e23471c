"""Parquet: tables of events, and the records that kith itself writes.

A record's folder holds `record.json`, the memberships (joins and departures) and the diary of what
members did; it is read as the event log of that run.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kith.scenarios.errors import LogError
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.delimited import rows_of
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.mapping import REQUIRED, mapping_of, recognised, short_name
from kith.scenarios.logs.rows import Rows
from kith.scenarios.logs.sources import PARQUET
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, UNKNOWN_TIME
from kith.scenarios.logs.times import BAD

if TYPE_CHECKING:
    from kith.sim.results.record import Record

NAME, TITLE = "parquet", "table (Parquet)"
RECORD, RECORD_TITLE = "kith", "record of a simulated run"
ABOUT = "record.json"
BATCH = 1 << 16


def claims(head: Head) -> bool:
    """Whether a file is Parquet."""
    return head.data.startswith(PARQUET)


def claims_record(head: Head) -> bool:
    """Whether a file is what makes a folder a record."""
    return head.name == ABOUT and head.data.startswith(b'{"format"')


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The rows of Parquet files; of several, those without members and times are left aside."""
    several = len(heads) > 1
    fitted = False
    for head in heads:
        with head.file.seekable() as stream:
            try:
                file = pq.ParquetFile(stream)
                if several and not _fits(file.schema_arrow.names, builder):
                    builder.not_read.append(head.name)
                    continue
                _read_one(file, builder, f"{head.name} " if several else "")
                fitted = True
            except LogError:
                raise
            except (pa.ArrowException, OSError, ValueError) as error:
                raise LogError(
                    f"{builder.label} is a broken Parquet file ({_brief(error)}); copy or write it again"
                ) from None
    if not fitted:
        raise LogError(
            f"{builder.label}: no Parquet file in it has members and times; name its columns with --columns"
        )


def _fits(names: list[str], builder: TableBuilder) -> bool:
    return set(REQUIRED) <= set(recognised(names)) | set(builder.options.columns)


def read_record(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The event log of a record's folder."""
    from kith.sim.results.record import Record
    from kith.sim.storage.record_files import RecordError

    place = next((head.file.path for head in heads if head.name == ABOUT), None)
    if place is None:
        raise LogError(f"{builder.label}: a record is read from its folder; give the folder with record.json")
    try:
        record = Record.from_parquet(place.parent)
        events = record.events
    except (RecordError, ValueError) as error:
        raise LogError(f"{builder.label}: {error}") from None
    table = pa.Table.from_pandas(
        events[["member_id", "timestamp", "action", "target_member"]], preserve_index=False
    )
    _add(table.to_batches(BATCH), table.schema.names, builder, "")
    _add_members(record, builder)


def _add_members(record: "Record", builder: TableBuilder) -> None:
    """When the memberships of a record began, when each person last came, and who is dormant at its end.

    Who fell silent before day 0 gets its row on day 0, or the log would begin before the run.
    """
    from kith.sim.results.record import start_date

    m = record.members
    start = int(np.datetime64(start_date(record.plan), "us").astype(np.int64))
    names = [f"p{person}" for person in m["person"]]
    joined = start + m["joined_day"].to_numpy(np.int64) * MICROSECONDS_PER_DAY
    seen = start + m["last_visit"].fillna(0).to_numpy(np.int64) * MICROSECONDS_PER_DAY
    seen[m["last_visit"].isna().to_numpy()] = UNKNOWN_TIME
    for name, since, last_visit in zip(names, joined.tolist(), seen.tolist(), strict=True):
        builder.register(name, since, last_visit)
    asleep = m["asleep_since"].to_numpy(float)
    of = np.flatnonzero(~np.isnan(asleep))
    if len(of):
        times = start + (np.maximum(asleep[of].astype(np.int64), 0) + 1) * MICROSECONDS_PER_DAY - 1
        builder.add(Rows([names[k] for k in of.tolist()], times, "asleep"))


def _read_one(file: pq.ParquetFile, builder: TableBuilder, prefix: str) -> None:
    names = file.schema_arrow.names
    mapping = mapping_of(
        names, builder.options.columns, f"{builder.label}{': ' if prefix else ''}{prefix.strip()}"
    )
    used = sorted({names[place] for place in mapping.values()}, key=names.index)
    _add(file.iter_batches(BATCH, columns=used), used, builder, prefix)


def _add(
    batches: Iterator[pa.RecordBatch] | list[pa.RecordBatch],
    names: list[str],
    builder: TableBuilder,
    prefix: str,
) -> None:
    options = {field: name for field, name in builder.options.columns.items() if name in names or not name}
    mapping = mapping_of(names, options, builder.label)
    builder.columns |= {field: short_name(names[place]) for field, place in mapping.items()}
    start = 1
    for batch in batches:
        columns: list[Any] = [
            _times(batch.column(n)) if n == mapping["time"] else _texts(batch.column(n))
            for n in range(len(names))
        ]
        builder.add(rows_of(columns, mapping, _Rows(start, batch.num_rows, prefix)))
        start += batch.num_rows


class _Rows(Sequence[str]):
    """The places of rows in a file without lines."""

    def __init__(self, first: int, count: int, prefix: str) -> None:
        self._first, self._count, self._prefix = first, count, prefix

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[place] for place in range(*row.indices(self._count))]
        return f"{self._prefix}row {self._first + row}"


def _times(column: pa.Array) -> Any:
    """Times in microseconds where the file has them typed, texts otherwise."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        microseconds = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
        return np.where(column.is_null(), BAD, microseconds.fill_null(0).to_numpy(zero_copy_only=False))
    if pa.types.is_timestamp(kind):
        return _texts(column.cast(pa.timestamp("us"), safe=False))
    return _texts(column)


def _texts(column: pa.Array) -> pa.Array:
    """The column as texts without nulls; whole numbers without a point, nested values empty."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        numbers = column.fill_null(float("nan")).to_pylist()
        return pa.array(
            ["" if n != n else str(int(n)) if n.is_integer() else repr(n) for n in numbers], pa.string()
        )
    if not pa.types.is_string(column.type):
        try:
            column = column.cast(pa.string())
        except pa.ArrowException:
            return pa.array([""] * len(column), pa.string())
    return pc.fill_null(column, "")


def _brief(error: BaseException) -> str:
    text = str(error).split("\n")[0]
    return text if len(text) <= 80 else f"{text[:79]}…"
