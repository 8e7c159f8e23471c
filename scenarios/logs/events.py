"""Events: an event log as columns, read from CSV row by row.

A log has one row per action: `member_id, timestamp, action, target_member`, in any order, further
columns ignored. Bad rows are gathered and reported by the line of the file on which they start.
"""

import csv
import gzip
import io
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from kith.scenarios.errors import LogError, shown

COLUMNS = ("member_id", "timestamp", "action", "target_member")
LIMIT = 500_000_000
"bytes of a log, packed and unpacked"
SHOWN = 3
KEPT = 1_000
SECONDS_PER_DAY = 86_400

# What an action tells about its member.
CONTRIBUTION: Final = 0
EXCHANGE: Final = 1
PRESENCE: Final = 2
LEAVE: Final = 3

KINDS = {"exchange": EXCHANGE, "join": PRESENCE, "visit": PRESENCE, "invite": PRESENCE, "leave": LEAVE}
"kith's own actions that are no contributions; every other word is one"

type Integers = npt.NDArray[np.int64]


class Rows(Protocol):
    """What `csv.reader` gives: rows, and the line of the file that it has reached."""

    @property
    def line_num(self) -> int:
        """Lines read so far."""

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True)
class Events:
    """The rows of a log in order of time, ties in the order of the file; n rows.

    Members are numbered by their first action; who was only ever a target comes last.
    """

    actor: Integers
    target: Integers
    "the other member, (n,); -1 for none"
    kind: Integers
    day: Integers
    "days since 1970-01-01, UTC, (n,)"
    actors: int
    "number of members who ever acted"
    members: int
    "number of members, those included who were only ever a target"


def read_events(path: Path, label: str) -> Events:
    """The events of a CSV file, plain or gzipped; raises `LogError` for whatever is wrong."""
    content = _content(path, label)
    _check_text(content, label)
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    return _Reader(label).read(csv.reader(text, strict=True, skipinitialspace=True))


@dataclass
class _Reader:
    """Rows into columns; members and actions are numbered as they come."""

    label: str
    members: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    bad: int = 0

    def read(self, rows: Rows) -> Events:
        header = self._header(rows)
        columns = self._columns(rows, header)
        if self.bad:
            raise LogError(self._summary(), tuple(self.problems))
        if not columns[0]:
            raise LogError(f"{self.label} has no rows below its header; give a log with events")
        return _in_order(*columns)

    def _header(self, rows: Rows) -> list[str]:
        try:
            header = next((row for row in rows if row), None)
        except csv.Error as error:
            raise LogError(
                f"{self.label}: line 1: {error}; the first line must be {','.join(COLUMNS)}"
            ) from None
        if header is None:
            raise LogError(f"{self.label} is empty; its first line must be {','.join(COLUMNS)}")
        names = [name.strip() for name in header]
        _check_header(names, f"{self.label}: line {rows.line_num}")
        return names

    def _columns(
        self, rows: Rows, header: list[str]
    ) -> tuple["array[int]", "array[int]", "array[int]", "array[float]"]:
        actors, targets, kinds, times = array("q"), array("q"), array("q"), array("d")
        who, when, what, whom = (header.index(name) for name in COLUMNS)
        for line, row in self._numbered(rows):
            try:
                member, time, action, target = (
                    row[who].strip(),
                    row[when],
                    row[what].strip(),
                    row[whom].strip(),
                )
                if len(row) != len(header) or not member or not action:
                    raise ValueError
                times.append(_seconds(time))
            except (ValueError, IndexError):
                self._report(line, _fault(row, header))
                continue
            actors.append(self.members.setdefault(member, len(self.members)))
            targets.append(self.members.setdefault(target, len(self.members)) if target else -1)
            kinds.append(KINDS.get(action, CONTRIBUTION))
        return actors, targets, kinds, times

    def _numbered(self, rows: Rows) -> Iterator[tuple[int, list[str]]]:
        """Rows with the line on which each starts; blank lines are passed over."""
        line = rows.line_num + 1
        try:
            for row in rows:
                if row:
                    yield line, row
                line = rows.line_num + 1
        except csv.Error as error:
            self._report(line, f"{error}; check the quotes on this line")

    def _report(self, line: int, fault: str) -> None:
        self.bad += 1
        if len(self.problems) < KEPT:
            self.problems.append(f"line {line}: {fault}")

    def _summary(self) -> str:
        first = "; ".join(islice(self.problems, SHOWN))
        rest = f"; and {self.bad - SHOWN} more" if self.bad > SHOWN else ""
        return f"{self.label} has {self.bad} bad row{'s' if self.bad > 1 else ''}: {first}{rest}"


def _check_header(names: list[str], where: str) -> None:
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        semicolons = "; separate the columns by commas" if len(names) == 1 and ";" in names[0] else ""
        raise LogError(
            f"{where}: column {', '.join(missing)} is missing; the line must be {','.join(COLUMNS)}, "
            f"and it is {shown(','.join(names))}{semicolons}"
        )
    twice = [name for name in COLUMNS if names.count(name) > 1]
    if twice:
        raise LogError(f"{where}: column {twice[0]} stands there twice; keep one of them")


def _fault(row: list[str], header: list[str]) -> str:
    """What is wrong with a row that could not be used."""
    if len(row) != len(header):
        return f"{len(row)} field{'s' if len(row) != 1 else ''} where the header has {len(header)}"
    given = dict(zip(header, row, strict=True))
    for name in ("member_id", "action"):
        if not given[name].strip():
            return f"{name} is empty"
    return f"timestamp {shown(given['timestamp'])} is not ISO 8601, such as 2024-05-31T18:30:00Z"


def _seconds(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 text; without a zone it is UTC."""
    time = datetime.fromisoformat(text.strip())
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _in_order(
    actors: "array[int]", targets: "array[int]", kinds: "array[int]", times: "array[float]"
) -> Events:
    time = np.asarray(times, dtype=np.float64)
    order = np.argsort(time, kind="stable")
    actor = np.asarray(actors, dtype=np.int64)[order]
    target = np.asarray(targets, dtype=np.int64)[order]
    number, acting = _by_first_action(actor, target)
    return Events(
        actor=number[actor],
        target=np.where(target >= 0, number[target], -1),
        kind=np.asarray(kinds, dtype=np.int64)[order],
        day=np.floor(time[order] / SECONDS_PER_DAY).astype(np.int64),
        actors=acting,
        members=len(number),
    )


def _by_first_action(actor: Integers, target: Integers) -> tuple[Integers, int]:
    """The new number of each member, and how many members ever act."""
    members = 1 + max(int(actor.max()), int(target.max()))
    seen, first = np.unique(actor, return_index=True)
    number = np.full(members, -1, np.int64)
    number[seen[np.argsort(first)]] = np.arange(len(seen))
    number[number < 0] = np.arange(len(seen), members)
    return number, len(seen)


def _content(path: Path, label: str) -> bytes:
    try:
        if path.is_dir():
            raise LogError(f"{label} is a folder; give the CSV file inside it")
        if not path.is_file():
            raise LogError(
                f"{label} does not exist or is not a file; give the path of a .csv or .csv.gz file"
            )
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
            content = _unpacked(content, label) if content.startswith(b"\x1f\x8b") else content
    except OSError as error:
        raise LogError(f"{label} cannot be read: {error.strerror or error}") from None
    if len(content) > LIMIT:
        raise LogError(f"{label} holds more than {LIMIT // 1_000_000} MB; cut it to the months that matter")
    return content


def _unpacked(packed: bytes, label: str) -> bytes:
    try:
        with gzip.open(io.BytesIO(packed)) as file:
            return file.read(LIMIT + 1)
    except (EOFError, zlib.error, OSError) as error:
        raise LogError(f"{label} is a broken gzip file ({error}); copy or pack it again") from None


def _check_text(content: bytes, label: str) -> None:
    nul = content.find(b"\0")
    if nul >= 0:
        raise LogError(
            f"{label}: line {_line(content, nul)} holds NUL bytes, so this is no text; "
            "save the log as CSV in UTF-8"
        )
    try:
        content if content.isascii() else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LogError(
            f"{label}: line {_line(content, error.start)} is not UTF-8; save the log as UTF-8"
        ) from None


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1
