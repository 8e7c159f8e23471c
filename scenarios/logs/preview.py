"""The beginning of a log as its file has it: the format, the columns and the first rows of a table.

For pages that let people check how a log will be read, and choose other columns, before it is used.
"""

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from kith.scenarios.errors import LogError
from kith.scenarios.logs.formats import (
    delimited,
    discord_csv,
    discourse,
    json_lines,
    parquet,
    shopify,
    stripe,
)
from kith.scenarios.logs.formats.head import Head
from kith.scenarios.logs.mapping import places_of, recognised
from kith.scenarios.logs.recognise import recognise
from kith.scenarios.logs.sources import Source, opened

ROWS = 5
CELL = 40
"characters of a cell"
COLUMNS = 60
CHOSEN = (delimited.NAME, json_lines.NAME, parquet.NAME)
"formats whose columns may have any name"


@dataclass(frozen=True)
class Preview:
    """What a log looks like."""

    format: str
    "the name that `read_events` takes"
    title: str
    "the format in words"
    header: tuple[str, ...] = ()
    "the columns of a table; empty for other formats"
    rows: tuple[tuple[str, ...], ...] = ()
    "the first rows of a table, cells shortened"
    named: bool = True
    "whether the table has a header; otherwise columns are positions from 1"
    mapping: Mapping[str, int] = field(default_factory=dict)
    "the position of the column that holds each field, as far as it is known"

    @property
    def choosable(self) -> bool:
        """Whether somebody may say which column holds what."""
        return self.format in CHOSEN and bool(self.header)

    def name_of(self, column: int) -> str:
        """How `columns` of `read_events` names a column: by its name, or by its position if that is not its own."""
        name = self.header[column]
        plain = self.named and bool(name) and self.header.count(name) == 1
        return name if plain else str(column + 1)


def preview_of(
    source: Source,
    label: str,
    limit: int | None = None,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> Preview:
    """What a log looks like; arguments as of `kith.scenarios.logs.reading.read_events`.

    Raises
    ------
    LogError
        The log is of no known format.
    """
    with opened(source, label, limit) as files:
        log = recognise(files, label, format, bool(columns))
        head = next((file for file in log.files if log.format.has_events(file)), log.files[0])
        look = LOOKS.get(log.format.name)
        header, rows, named = look(head, columns or {}) if look is not None else ([], [], True)
    mapping: dict[str, int] = {}
    if log.format.name in CHOSEN and header:
        names = header if named else [str(n + 1) for n in range(len(header))]
        try:
            mapping = places_of(names, columns or {}, label)
        except LogError:
            mapping = recognised(names)
    return Preview(
        log.format.name,
        log.format.title,
        tuple(header[:COLUMNS]),
        tuple(tuple(_cell(cell) for cell in row[:COLUMNS]) for row in rows),
        named,
        {name: place for name, place in mapping.items() if place < COLUMNS},
    )


def _cell(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= CELL else f"{line[: CELL - 1]}…"


type Look = tuple[list[str], list[list[str]], bool]


def _of_table(head: Head, columns: Mapping[str, str]) -> Look:
    table = delimited.table_of(head, columns)
    if table is None:
        return [], [], True
    lines = head.text.splitlines(keepends=True)
    reader = csv.reader(
        io.StringIO("".join(lines[table.above :]), newline=""),
        delimiter=table.delimiter,
        skipinitialspace=table.delimiter != "\t",
    )
    rows: list[list[str]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) == ROWS:
                break
    except csv.Error:
        pass  # safe: the rows before it are shown, and whoever reads the whole file is told which line is wrong
    return table.header, rows, table.has_header


def _of_json(head: Head, columns: Mapping[str, str]) -> Look:
    names, objects = json_lines.first_objects(head, ROWS)
    return names, [[json_lines.cell_of(record, name) for name in names] for record in objects], True


def _of_parquet(head: Head, columns: Mapping[str, str]) -> Look:
    with head.file.seekable() as stream:
        try:
            file = pq.ParquetFile(stream)
            names = file.schema_arrow.names
            batch = next(file.iter_batches(ROWS, columns=names[:COLUMNS]), None)
            rows = [] if batch is None else list(zip(*(column.to_pylist() for column in batch), strict=True))
        except (pa.ArrowException, OSError, ValueError):
            return [], [], True
    return names, [["" if cell is None else str(cell) for cell in row] for row in islice(rows, ROWS)], True


LOOKS: Mapping[str, Callable[[Head, Mapping[str, str]], Look]] = {
    json_lines.NAME: _of_json,
    parquet.NAME: _of_parquet,
} | dict.fromkeys((delimited.NAME, discord_csv.NAME, discourse.NAME, shopify.NAME, stripe.NAME), _of_table)
