"""Read any community's log into an event table: the one way in.

    table = read_events("slack-export.zip")
    print("\\n".join(table.report.lines()))

The format is recognised from the content. Bad rows are skipped, counted and listed up to a share,
beyond which the log is refused; events of bots and of the system are left out and counted.
"""

import csv
import io
import os
from collections.abc import Mapping
from typing import Any

from kith.scenarios.errors import LogError, shown
from kith.scenarios.logs.builder import TableBuilder
from kith.scenarios.logs.recognise import recognise
from kith.scenarios.logs.rows import Options
from kith.scenarios.logs.side_tables import read_invitations, read_registrations
from kith.scenarios.logs.sources import Source, opened
from kith.scenarios.logs.table import EventTable
from kith.scenarios.logs.times import zone_of
from kith.sim.schema.limited_process import run_limited

MEMORY = 4_000_000_000
"bytes that reading apart may take"


def read_events(
    source: Source,
    *,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    zone: str | None = None,
    day_first: bool | None = None,
    max_bad: float = 0.05,
    strict: bool = False,
    identities: str | os.PathLike[str] | None = None,
    registrations: str | os.PathLike[str] | None = None,
    invitations: str | os.PathLike[str] | None = None,
    duplicates: str = "auto",
    names: bool = False,
    label: str | None = None,
    limit: int | None = None,
) -> EventTable:
    """The events of a log.

    Parameters
    ----------
    source : a file, a folder, a zip or gzip, `-` for standard input, or the bytes of a file.
    format : the name of a format; by default recognised from the content.
    columns : for tables, which column holds what: `{"member": "user", "time": "ts"}`; names or positions
        from 1, or an empty text for none. Fields are member, time, action, target, value, key, answers and bot.
    zone : the zone of times that name none, such as `Europe/Berlin` or `+02:00`; by default UTC.
    day_first : whether `05/06/2024` is the fifth of June; by default decided by the whole column.
    max_bad : share of rows that may be bad.
    strict : refuse a log with any bad row.
    identities : a table with the columns `alias,member`: names of one person, merged into one member.
    registrations : a table of members with the time of registration and perhaps the last visit.
    invitations : a table of who invited whom, and perhaps when.
    duplicates : `drop` or `keep` rows that are equal in everything; `auto` drops them where they cannot be
        chance: where events have a key of their own, or times are finer than a second.
    names : keep the source's names of members; otherwise there are only numbers.
    label : how messages name the log; by default its path.
    limit : bytes that the log may unpack to.

    Returns
    -------
    EventTable
        Its `report` says what was read, dropped and why.

    Raises
    ------
    LogError
        The log cannot be used; `problems` lists its bad rows.
    """
    if not isinstance(source, bytes):
        source = _path_text(source)
    if label is None or label == "-":
        label = "the log" if isinstance(source, bytes) else "standard input" if source == "-" else source
    zone_of(zone)
    if not 0 <= max_bad <= 1:
        raise LogError(f"--max-bad {max_bad}: must be a share from 0 to 1, such as 0.05")
    if duplicates not in ("auto", "drop", "keep"):
        raise LogError(f"duplicates {shown(duplicates)}: must be auto, drop or keep")
    options = Options(
        columns=dict(columns or {}),
        zone=zone,
        day_first=day_first,
        max_bad=max_bad,
        strict=strict,
        aliases={} if identities is None else read_identities(identities),
        duplicates=duplicates,
        names=names,
    )
    with opened(source, label, limit) as files:
        recognised = recognise(files, label, format, bool(columns))
        builder = TableBuilder(label, options)
        recognised.format.read(recognised.files, builder)
        if registrations is not None:
            read_registrations(_path_text(registrations), builder)
        if invitations is not None:
            read_invitations(_path_text(invitations), builder)
        return builder.table(
            recognised.format.name,
            recognised.format.title,
            len(recognised.files) - len(builder.not_read),
            recognised.not_read,
        )


def read_events_apart(source: Source, most: int = MEMORY, **options: Any) -> EventTable:
    """The same, read in a child process with a limit on its memory: for logs that strangers hand in.

    Raises
    ------
    LogError
        As `read_events`, and if reading takes more than `most` bytes.
    """
    try:
        return run_limited(_read_with, source, options, most=most)
    except MemoryError:
        label = options.get("label") or ("the log" if isinstance(source, bytes) else source)
        raise LogError(
            f"{label} takes more than {most // 1_000_000:,} MB to read; cut it to the months that matter"
        ) from None


def _read_with(source: Source, options: Mapping[str, Any]) -> EventTable:
    return read_events(source, **options)


def read_identities(path: str | os.PathLike[str]) -> dict[str, str]:
    """Alias -> member of a table with these two columns; chains are followed to their end."""
    label = _path_text(path)
    with opened(label, label) as files, files[0].text() as text:
        content = text.read()
    lines = content.splitlines()
    delimiter = max(",;\t", key=lambda mark: lines[0].count(mark)) if lines else ","
    aliases: dict[str, str] = {}
    try:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(content), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise LogError(f"identities {label}: {error}; give a table with the columns alias,member") from None
    for line, row in enumerate(rows, 1):
        if not any(row) or (line == 1 and [cell.lower() for cell in row] == ["alias", "member"]):
            continue
        if len(row) != 2 or not all(row):
            raise LogError(
                f"identities {label}: line {line} must be alias{delimiter}member, and has {len(row)} fields"
            )
        if aliases.get(row[0], row[1]) != row[1]:
            raise LogError(
                f"identities {label}: line {line}: {shown(row[0])} is an alias of {shown(aliases[row[0]])} already"
            )
        aliases[row[0]] = row[1]
    return {alias: _end_of(alias, aliases, label) for alias in aliases}


def _end_of(alias: str, aliases: Mapping[str, str], label: str) -> str:
    seen = {alias}
    member = aliases[alias]
    while member in aliases and aliases[member] != member:
        if member in seen:
            raise LogError(
                f"identities {label}: {shown(alias)} leads back to itself; name one member of the circle"
            )
        seen.add(member)
        member = aliases[member]
    return member


def _path_text(path: object) -> str:
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else ""
    if not isinstance(text, str) or not text:
        raise LogError(f"log {shown(path)}: give the path of a log, such as a .csv or .csv.gz file")
    return text
