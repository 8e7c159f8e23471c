"""Tables in text: CSV and its relatives with semicolons, tabs or bars.

Columns are recognised by their names, or named by `--columns`; a table without a header is read by
positions. Rows are taken in batches, so that memory does not grow with the file.
"""

import contextlib
import csv
import io
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from kith.scenarios.errors import LogError, shown
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.mapping import REQUIRED, mapping_of, recognised, short_name
from kith.scenarios.logs.rows import NO_ACTION, Rows, Texts, listed
from kith.scenarios.logs.sources import File
from kith.scenarios.logs.times import one_time

NAME, TITLE = "csv", "table (CSV)"
BATCH = 1 << 14
BLOCK = 1 << 22
BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t|"
TRUE = {"true", "1", "yes", "t", "y"}
EXPECTED = "member_id,timestamp,action,target_member"


class Places(Sequence[str]):
    """Where rows are, worked out only for those that are asked for."""

    def __init__(
        self,
        rows: Sequence[Any],
        first: int,
        end: int,
        prefix: str = "",
        starts: Sequence[int] | npt.NDArray[np.int64] | None = None,
    ) -> None:
        self._rows, self._first, self._prefix, self._starts = rows, first, prefix, starts
        self._simple = end - first == len(rows)
        self._chosen: Sequence[int] | None = None

    def only(self, chosen: Sequence[int]) -> "Places":
        """The places of some of the rows."""
        self._chosen = chosen if self._chosen is None else [self._chosen[n] for n in chosen]
        return self

    def __len__(self) -> int:
        return len(self._rows if self._chosen is None else self._chosen)

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[place] for place in range(*row.indices(len(self)))]
        return self.of_row(row if self._chosen is None else self._chosen[row])

    def of_row(self, row: int) -> str:
        """The place of a row, counted before any were left out."""
        if self._simple:
            return f"{self._prefix}line {self._first + row}"
        if self._starts is None:
            starts = [0]
            for cells in self._rows:
                starts.append(starts[-1] + 1 + sum(map(_breaks, cells)))
            self._starts = starts
        return f"{self._prefix}line {self._first + int(self._starts[row])}"


def _breaks(cell: str) -> int:
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n") if "\n" in cell or "\r" in cell else 0


@dataclass(frozen=True)
class Table:
    """A table in text: how its cells are separated, and what its header is."""

    delimiter: str
    header: list[str]
    has_header: bool = True
    skip: int = 0
    "lines above the header"
    above: int = 0
    "lines above the first row"
    old_ends: bool = False
    "whether lines end with a carriage return alone"


def claims(head: Head) -> bool:
    """Whether a file is a table whose member and time are recognised, or looks like one."""
    table = table_of(head, {})
    return table is not None and (len(table.header) > 1 or set(recognised(table.header)) != set())


def has_events(head: Head) -> bool:
    """Whether member and time are recognised."""
    return _fits(head, {})


def read(heads: Sequence[Head], builder: TableBuilder) -> None:
    """The rows of tables under one mapping each; of several, those without members and times are left aside."""
    fitting = [head for head in heads if _fits(head, builder.options.columns)] if len(heads) > 1 else heads
    builder.not_read += [head.name for head in heads if fitting and head not in fitting]
    for head in fitting or heads:
        _read_one(head, builder, f"{head.name} " if len(fitting) > 1 else "")


def _fits(head: Head, columns: Mapping[str, str]) -> bool:
    table = table_of(head, columns)
    return table is not None and set(REQUIRED) <= (set(recognised(table.header)) | set(columns))


def _read_one(head: Head, builder: TableBuilder, prefix: str) -> None:
    options = builder.options
    table = table_of(head, options.columns)
    if table is None:
        raise LogError(f"{builder.label} is empty; its first line must name the columns, such as {EXPECTED}")
    if not table.has_header and not {"member", "time"} <= set(options.columns):
        raise LogError(
            f"{builder.label} has no header: its first line is {shown(','.join(table.header))}; name the columns by "
            "their positions, such as --columns member=1 --columns time=3"
        )
    names = table.header if table.has_header else [str(n + 1) for n in range(len(table.header))]
    mapping = mapping_of(names, options.columns, f"{builder.label}: {prefix}line {table.skip + 1}")
    builder.columns |= {field: short_name(names[place]) for field, place in mapping.items()}
    for columns, places in batches(head.file, table, builder, prefix):
        builder.add(rows_of(columns, mapping, places))


def rows_of(columns: Sequence[Texts], mapping: Mapping[str, int], places: Sequence[str] | None) -> Rows:
    """The rows of a batch of columns under a mapping."""

    def column(field: str) -> Texts | None:
        return columns[mapping[field]] if field in mapping else None

    bot = column("bot")
    return Rows(
        member=columns[mapping["member"]],
        time=columns[mapping["time"]],
        action=columns[mapping["action"]] if "action" in mapping else NO_ACTION,
        target=column("target"),
        value=column("value"),
        key=column("key"),
        answers=None if column("key") is None else column("answers"),
        bot=None
        if bot is None
        else np.array([flag.strip().lower() in TRUE for flag in listed(bot)], np.bool_),
        places=places,
    )


def table_of(head: Head, columns: Mapping[str, str]) -> Table | None:
    """How a table is written; None if the file is blank."""
    lines = head.text.splitlines(keepends=True)
    skip = 0
    while skip < len(lines) and (not lines[skip].strip() or _is_hint(lines[skip])):
        skip += 1
    if skip == len(lines):
        return None
    hint = next((line.strip()[4:] for line in lines[:skip] if _is_hint(line)), None)
    sample = lines[skip : skip + 20]
    delimiter = (
        hint if hint and hint in DELIMITERS else max(DELIMITERS, key=lambda d: _fit(sample, d, columns))
    )
    reader = csv.reader(io.StringIO("".join(sample), newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        header = [cell.strip() for cell in next(reader, [""])]
    except csv.Error:
        header = [""]
    has_header = not any(one_time(cell) is not None for cell in header)
    above = skip + (reader.line_num if has_header else 0)
    return Table(delimiter, header, has_header, skip, above, "\n" not in head.text and "\r" in head.text)


def export_table(head: Head, needed: Collection[str], what: str) -> tuple[Table, list[str]]:
    """The table of an export whose columns are known, and their names in lower case.

    Raises
    ------
    LogError
        If one of the columns is missing.
    """
    table = table_of(head, {})
    names = [] if table is None else [name.lower() for name in table.header]
    missing = [name for name in sorted(needed) if name not in names]
    if table is None or missing:
        raise LogError(f"{head.file.label} lacks {', '.join(missing) or 'all columns'}; {what}")
    return table, names


def batches(
    file: File, table: Table, builder: TableBuilder, prefix: str = ""
) -> Iterator[tuple[Sequence[Texts], Places]]:
    """The rows below the header as columns, batch by batch; rows of another width are bad.

    Arrow takes blocks in which quotes are well formed and nothing is odd, several times as fast as the
    standard reader, which takes the others because it knows what is malformed.
    """
    line = table.above + 1
    with file.decoded(), file.binary() as stream:
        if table.old_ends:
            yield from _read_slowly(_Rest(b"", stream, table.above), line, table, builder, prefix)
            return
        for _ in range(table.above):
            stream.readline()
        carried = b""
        while block := stream.read(BLOCK):
            block = carried + block + stream.readline()
            if line == 1:
                block = block.removeprefix(BOM)
            lines = _lines_of(block, table.delimiter)
            if lines is None:
                yield from _read_slowly(_Rest(block, stream), line, table, builder, prefix)
                return
            block, carried = block[: lines.end], block[lines.end :]
            columns = _read_fast(block, lines, table)
            if columns is None:
                line = yield from _read_slowly(_Rest(block), line, table, builder, prefix)
            else:
                rows = range(len(columns[0]))
                yield columns, Places(rows, line, line + lines.count, prefix, lines.starts)
                line += lines.count
        if carried:
            yield from _read_slowly(_Rest(carried), line, table, builder, prefix)


@dataclass(frozen=True)
class _Lines:
    """The lines of a block of rows."""

    end: int
    "bytes up to the end of the last whole row"
    rows: int
    count: int
    "lines, which are more than rows where a quoted cell has line breaks"
    starts: npt.NDArray[np.int64]
    "lines above each row"


def _lines_of(block: bytes, delimiter: str) -> _Lines | None:
    """Where rows begin and end; None if quotes are malformed, or no row ends in the block."""
    data = np.frombuffer(block, np.uint8)
    ends, quotes = np.flatnonzero(data == ord("\n")), np.flatnonzero(data == ord('"'))
    if len(quotes) == 0:
        rows = len(ends) + (not block.endswith(b"\n"))
        return _Lines(len(block), rows, rows, np.arange(rows))
    marks = np.frombuffer(delimiter.encode() + b'"\n', np.uint8)
    before = np.where(quotes > 0, data[quotes - 1], ord("\n"))
    after = np.where(quotes + 1 < len(data), data[np.minimum(quotes + 1, len(data) - 1)], ord("\n"))
    if not np.isin(before[::2], marks).all() or not np.isin(after[1::2], [*marks, ord("\r")]).all():
        return None
    outside = np.flatnonzero(np.searchsorted(quotes, ends) % 2 == 0)
    if len(outside) == 0:
        return None
    end = int(ends[outside[-1]]) + 1
    count = int(outside[-1]) + 1
    return _Lines(end, len(outside), count, np.append(0, outside[:-1] + 1))


def _read_fast(block: bytes, lines: _Lines, table: Table) -> list[Texts] | None:
    """The columns of a block of rows; None if one is blank, of another width or not UTF-8."""
    if block.count(b"\r") != block.count(b"\r\n"):
        return None
    names = [str(n) for n in range(len(table.header))]
    try:
        read = pacsv.read_csv(
            pa.py_buffer(block),
            pacsv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
            pacsv.ParseOptions(delimiter=table.delimiter, ignore_empty_lines=False, newlines_in_values=True),
            pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowException:
        return None
    if read.num_rows != lines.rows or (len(names) == 1 and b"\n\n" in block):
        return None
    columns = [column.combine_chunks() for column in read.columns]
    return None if _has_blank_row(columns) else columns


def _has_blank_row(columns: Sequence[pa.Array]) -> bool:
    blank = None
    for column in columns:
        empty = pc.equal(pc.utf8_trim_whitespace(column), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return False
    return True


def _read_slowly(
    stream: "_Rest", line: int, table: Table, builder: TableBuilder, prefix: str
) -> Generator[tuple[Sequence[Texts], Places], None, int]:
    """Rows by the standard reader, from a line on; the line after them."""
    with io.TextIOWrapper(io.BufferedReader(stream, BLOCK), "utf-8-sig", newline="") as text:
        for _ in range(stream.above):
            text.readline()
        reader = csv.reader(
            text, delimiter=table.delimiter, strict=True, skipinitialspace=table.delimiter != "\t"
        )
        more = True
        while more:
            first = line + reader.line_num
            rows, more, problem = _take(reader)
            end = line + reader.line_num
            swallowed = end - first - sum(1 + sum(map(_breaks, row)) for row in rows) if problem else 0
            yield from _columns(
                rows, len(table.header), Places(rows, first, end - swallowed, prefix), builder
            )
            if problem:
                place = f"{prefix}line {end - swallowed}"
                builder.bad(place, f"{problem}; check the quotes on this line", max(swallowed, 1))
        return line + int(reader.line_num)


class _Rest(io.RawIOBase):
    """Bytes that were read already, followed by what is left of a stream."""

    def __init__(self, block: bytes, stream: BinaryIO | None = None, above: int = 0) -> None:
        self._block, self._stream, self._at, self.above = block, stream, 0, above

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._block[self._at : self._at + len(buffer)]
        self._at += len(part)
        if not part and self._stream is not None:
            self._block = b""
            part = self._stream.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def _take(reader: Iterator[list[str]]) -> tuple[list[list[str]], bool, str]:
    """The next rows, whether there may be more, and what stopped them."""
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, BATCH))
    except csv.Error as error:
        return rows, True, str(error)
    return rows, len(rows) == BATCH, ""


def _columns(
    rows: list[list[str]], width: int, places: Places, builder: TableBuilder
) -> Iterator[tuple[Sequence[Texts], Places]]:
    if not rows:
        return
    if set(map(len, rows)) != {width}:
        sound = []
        for n, row in enumerate(rows):
            if len(row) == width:
                sound.append(n)
            elif any(cell.strip() for cell in row):
                s = "s" if len(row) != 1 else ""
                builder.bad(places.of_row(n), f"{len(row)} field{s} where the header has {width}")
        rows, places = [rows[n] for n in sound], places.only(sound)
    sound = [n for n, row in enumerate(rows) if any(map(str.strip, row))]
    if len(sound) < len(rows):  # a spreadsheet's empty rows
        rows, places = [rows[n] for n in sound], places.only(sound)
    if rows:
        yield list(zip(*rows, strict=True)), places


def _fit(sample: Sequence[str], delimiter: str, columns: Mapping[str, str]) -> tuple[int, float, int]:
    """How well a delimiter fits: fields that are recognised, rows as wide as the header, columns."""
    rows = _cells(sample, delimiter)
    header = rows[0]
    named = sum(name in header for name in columns.values())
    alike = sum(len(row) == len(header) for row in rows) / len(rows)
    return named + len(recognised(header)) * (len(header) > 1), alike * (len(header) > 1), len(header)


def _cells(sample: Sequence[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(
            csv.reader(io.StringIO("".join(sample), newline=""), delimiter=delimiter, skipinitialspace=True)
        )
    return [row for row in rows if row] or [[""]]


def _is_hint(line: str) -> bool:
    """Whether this is the line with which a spreadsheet names the separator."""
    return line.strip().lower().startswith("sep=") and len(line.strip()) == 5
