"""The reading report: what was read from a log, what was dropped and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

NOTES = {
    "lost replies": (
        "reply is to a message that the log does not have; it has no target",
        "replies are to messages that the log does not have; they have no target",
    ),
    "equal rows": (
        "row equals another one in every column that was read; it is kept",
        "rows equal another one in every column that was read; they are kept",
    ),
    "no numbers": ("value is no number and was left out", "values are no numbers and were left out"),
}
"what is noted, of one and of several"


@dataclass(frozen=True)
class Dropped:
    """Rows that were left out for one reason."""

    reason: str
    count: int
    lines: tuple[str, ...] = ()
    "where the first of them are, such as `line 4`"


@dataclass(frozen=True)
class ReadingReport:
    """What a command or a page needs to show what was read."""

    source: str
    format: str
    "the name that `--format` takes"
    title: str
    "the format in words"
    rows: int
    "rows, messages or records in the source, blank lines left out"
    kept: int
    "rows of the event table"
    members: int
    first: int | None = None
    "time of the first event, microseconds since 1970, UTC"
    last: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    "what each column of the table was read from"
    bad: int = 0
    "rows that could not be read and were skipped"
    problems: tuple[str, ...] = ()
    "the first bad rows, each with its line and what is wrong"
    dropped: tuple[Dropped, ...] = ()
    "rows that were understood and left out: bots, system messages, duplicates"
    registrations: int = 0
    invitations: int = 0
    files: int = 1
    "files that were read"
    not_read: tuple[str, ...] = ()
    "files of a folder or zip that are of no known format"
    without_zone: int = 0
    "times that name no zone"
    day_first: bool | None = None
    "how dates such as 05/06/2024 were read; None if the log has none with two readings"
    notes: tuple[str, ...] = ()
    "what a reader of the measures should know"

    @property
    def days(self) -> int:
        """Days from the first event to the last, both included."""
        if self.first is None or self.last is None:
            return 0
        return self.last // 86_400_000_000 - self.first // 86_400_000_000 + 1

    @property
    def span(self) -> str:
        """First and last day, ISO."""
        if self.first is None or self.last is None:
            return "no events"
        return f"{day_of(self.first)} to {day_of(self.last)}"

    def lines(self, problems: int = 3) -> list[str]:
        """The report as lines of text, with the first bad rows."""
        files = f" in {self.files:,} files" if self.files > 1 else ""
        out = [
            f"{self.source}: {self.title}{files}; {self.kept:,} of {counted(self.rows, 'row')}, "
            f"{counted(self.members, 'member')}, {self.span} ({counted(self.days, 'day')})"
        ]
        if self.columns:
            out.append("columns: " + ", ".join(f"{name} = {column}" for name, column in self.columns.items()))
        if self.registrations:
            out.append(f"registrations: {self.registrations:,}")
        if self.invitations:
            out.append(f"invitations: {self.invitations:,}")
        for dropped in self.dropped:
            out.append(f"left out: {dropped.reason} ({dropped.count:,}{_places(dropped.lines)})")
        if self.bad:
            shown = "; ".join(self.problems[:problems])
            more = f"; and {self.bad - problems:,} more" if self.bad > problems else ""
            out.append(f"skipped: {self.bad:,} bad row{'s' if self.bad > 1 else ''}: {shown}{more}")
        if self.not_read:
            more = f" and {len(self.not_read) - 3:,} more" if len(self.not_read) > 3 else ""
            out.append(f"not read: {', '.join(self.not_read[:3])}{more}")
        return out + [f"note: {note}" for note in self.notes]

    def as_object(self) -> dict[str, Any]:
        """The report as plain values for JSON."""
        plain = {
            name: getattr(self, name) for name in ("source", "format", "title", "rows", "kept", "members")
        }
        return plain | {
            "first": None if self.first is None else moment_of(self.first),
            "last": None if self.last is None else moment_of(self.last),
            "days": self.days,
            "columns": dict(self.columns),
            "bad": self.bad,
            "problems": list(self.problems),
            "dropped": [{"reason": d.reason, "count": d.count, "lines": list(d.lines)} for d in self.dropped],
            "registrations": self.registrations,
            "invitations": self.invitations,
            "files": self.files,
            "not_read": list(self.not_read),
            "notes": list(self.notes),
        }


def counted(count: int, noun: str) -> str:
    """`1 day`, `16 days`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def noted(count: int, what: str) -> str:
    """A note of `NOTES` with its number."""
    return f"{count:,} {NOTES[what][count != 1]}"


def day_of(time: int) -> str:
    """The day of a time in microseconds, ISO."""
    return moment_of(time)[:10]


def moment_of(time: int) -> str:
    """A time in microseconds as ISO 8601 text, to the second."""
    try:
        return (_EPOCH + timedelta(microseconds=time)).strftime("%04Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return "before year 1" if time < 0 else "after year 9999"


def _places(lines: tuple[str, ...]) -> str:
    return f": {', '.join(lines)}" if lines else ""
