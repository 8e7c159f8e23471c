"""A community founded from its event log: who was there on a date, and who knew whom.

Founders are the members who acted in the 90 days before the date and have not left. Nothing
after the date is used. Days are whole days in UTC: what happened on the day before the date
has age 1, and the window holds ages 1 to 90.
"""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.scenarios.catalogue import logs
from kith.scenarios.errors import LogError, shown
from kith.scenarios.logs.events import CONTRIBUTION, EXCHANGE, LEAVE, Events, Integers, events_of
from kith.scenarios.logs.report import ReadingReport, counted
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, UNKNOWN_TIME, EventTable
from kith.sim.schema.plan import Founding

WINDOW = 90
"days before the date in which founders must have acted"
END, BUSIEST = "end", "busiest"
"words for a date: the day after the last event, or the end of the window with most active members"

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class ReadLog:
    """A log that was read, and how to read it again."""

    path: str
    founding: Founding
    report: ReadingReport
    options: tuple[str, ...] = ()
    "options of the command line that read it, such as `--zone`, `Europe/Berlin`"

    def __str__(self) -> str:
        return self.path

    def lines(self) -> list[str]:
        """What was read and who founds the community, as lines of text."""
        founding = self.founding
        pairs = np.unique(np.sort([founding.exchange_a, founding.exchange_b], axis=0), axis=1).shape[1]
        return [
            *self.report.lines(),
            f"founded on {founding.date}: {counted(len(founding), 'founder')}; people who had ever contributed: {founding.contributors:,}; "
            f"pairs of founders with exchanges: {pairs:,}",
        ]


def read_and_found(
    log: str | os.PathLike[str], at: str | date | None = None, options: tuple[str, ...] = (), **reading: Any
) -> ReadLog:
    """A log with the founders that it shows on a date and the report of its reading; see `read_log`."""
    table = read_log_table(log, **reading)
    return ReadLog(str(log), founding_of(table, at), table.report, options)


def read_log(log: str | os.PathLike[str] | ReadLog, at: str | date | None = None, **reading: Any) -> Founding:
    """The founders of a community as its event log shows them on a date.

    Parameters
    ----------
    log
        A log in any format that `kith.scenarios.logs.reading.read_events` knows: a file, a folder, a
        zip, `-` for standard input; or the name of a log that ships with kith.
    at
        The day on which the simulation starts; events of that day and later are not used. By
        default `end`, the day after the last event. `busiest` is the end of the 90 days in which most
        members were active, the earliest of equals; these 90 days lie inside the log, unless the log
        is shorter.
    reading
        Options of `read_events`, such as `zone="Europe/Berlin"`.

    Returns
    -------
    Founding
        Founders in the order of their first action. `join`, `leave`, `visit`, `invite` and
        `exchange` are no contributions; contributions and exchanges with a target tie founders.
        Tenure counts from the registration or the first action, whichever came first; of who had left
        and came back, from the first action since.

    Raises
    ------
    LogError
        The log cannot be read, too many rows are bad (`problems` names their lines), the date lies
        outside the log, or nobody was active before it.
    """
    if isinstance(log, ReadLog):
        return log.founding
    return founding_of(read_log_table(log, **reading), at)


def read_log_table(log: str | os.PathLike[str], **reading: Any) -> EventTable:
    """The event table of a log: a path, `-`, or the name of a log that ships with kith."""
    from kith.scenarios.logs.reading import read_events  # loads Arrow, which few commands need

    path = _path_of(log)
    label = str(log) if path.name == str(log) or str(path) == str(log) else path.name
    return read_events("-" if str(log) == "-" else path, **{"label": label} | reading)


def founding_of(table: EventTable, at: str | date | None = None) -> Founding:
    """The founders that an event table shows on a date; see `read_log`."""
    label = table.report.source
    events = events_of(table)
    if at is None or at == END:
        day = int(events.day[-1]) + 1
    else:
        day = _busiest(events) if at == BUSIEST else _checked_day(at, events, label)
    return _founding(events, _registered(table, events), day, label=Path(label).name, where=label)


def _path_of(log: str | os.PathLike[str]) -> Path:
    try:
        text = os.fspath(log)
    except TypeError:
        text = ""
    if not text:
        raise LogError(f"log {shown(log)}: give the path of a .csv or .csv.gz file")
    shipped = logs().get(log) if isinstance(log, str) else None
    return shipped or Path(text)


def _checked_day(at: str | date, events: Events, label: str) -> int:
    day = (_date(at, label) - _EPOCH).days
    first, last = int(events.day[0]), int(events.day[-1])
    if not first < day <= last + 1:
        raise LogError(
            f"{label} runs from {_iso(first)} to {_iso(last)}, and the date {_iso(day)} is outside; "
            f"choose one from {_iso(first + 1)} to {_iso(last + 1)}, or end, or busiest"
        )
    return day


def _date(at: str | date, label: str) -> date:
    try:
        return date.fromisoformat(str(at))
    except ValueError:
        raise LogError(f"date {shown(str(at))} for {label}: must be a day such as 2004-12-31") from None


def _iso(day: int) -> str:
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return "the last day of the calendar"


def _busiest(events: Events) -> int:
    """The day that ends the window in which most members acted; the earliest of equals.

    Windows that begin before the log are left out, or equals would favour a window of few days;
    of a log shorter than a window, the end is the day.
    """
    active = events.kind != LEAVE
    member, day = _pairs(events.actor[active], events.day[active])
    if len(day) == 0:
        return int(events.day[-1]) + 1
    # A member counts for the windows that end on day+1 … day+90, or until its next day takes over.
    last = np.append(
        np.where(member[1:] == member[:-1], day[1:], np.iinfo(np.int64).max), np.iinfo(np.int64).max
    )
    ends = np.concatenate((day + 1, np.minimum(day + WINDOW, last) + 1))
    ends = np.maximum(ends, min(events.day[0] + WINDOW, events.day[-1] + 1))
    steps = np.repeat([1, -1], len(day))
    days, place = np.unique(ends, return_inverse=True)
    counts = np.cumsum(np.bincount(place, weights=steps))
    return int(days[np.argmax(counts)])


def _founding(events: Events, registered: Integers, day: int, label: str, where: str) -> Founding:
    past = events.day < day
    window = past & (events.day >= day - WINDOW)
    founders = _founders(events, past, window)
    if len(founders) == 0:
        raise LogError(
            f"{where}: nobody was active in the {WINDOW} days before {_iso(day)}; choose another date"
        )
    place = np.full(events.members, -1, np.int64)
    place[founders] = np.arange(len(founders))
    active = window & (events.kind != LEAVE)
    a, b, age = _exchanges(events, window, place, day)
    return Founding(
        contributions=_count(place[events.actor[window & (events.kind == CONTRIBUTION)]], len(founders)),
        tenure=day - _since(events, past, registered)[founders],
        silence=day - _last(events, active)[founders],
        active_days=_active_days(place[events.actor[active]], events.day[active], len(founders)),
        exchange_a=a,
        exchange_b=b,
        exchange_age=age,
        date=_iso(day),
        window=WINDOW,
        label=label,
        contributors=len(np.unique(events.actor[past & (events.kind == CONTRIBUTION)])),
    )


def _founders(events: Events, past: npt.NDArray[np.bool_], window: npt.NDArray[np.bool_]) -> Integers:
    """Who acted in the window, unless the last thing that the log tells of them is that they left."""
    present = np.zeros(events.actors, np.bool_)
    present[events.actor[window]] = True
    present[events.actor[past]] &= events.kind[past] != LEAVE  # in order of time: the last row decides
    return np.flatnonzero(present)


def _exchanges(
    events: Events, window: npt.NDArray[np.bool_], place: Integers, day: int
) -> tuple[Integers, Integers, Integers]:
    """Both founders and the age of every exchange between two founders, in order of time."""
    between = window & (events.target >= 0) & (events.target != events.actor)
    between &= (events.kind == CONTRIBUTION) | (events.kind == EXCHANGE)
    a, b = place[events.actor[between]], place[events.target[between]]
    founders = (a >= 0) & (b >= 0)
    return a[founders], b[founders], (day - events.day[between])[founders]


def _since(events: Events, past: npt.NDArray[np.bool_], registered: Integers) -> Integers:
    """The day since which each member has been there: the first sign of it after it last left, (actors,)."""
    rows = np.arange(len(events.actor))
    left = np.full(events.actors, -1, np.int64)
    leaving = past & (events.kind == LEAVE)
    np.maximum.at(left, events.actor[leaving], rows[leaving])  # in order of time
    first = np.full(events.actors, np.iinfo(np.int64).max, np.int64)
    again = past & (rows > left[events.actor])
    np.minimum.at(first, events.actor[again], events.day[again])
    return np.where(left < 0, np.minimum(first, registered), first)


def _registered(table: EventTable, events: Events) -> Integers:
    """The day on which each member registered, (actors,); the largest number where the log does not tell."""
    days = np.full(events.actors, np.iinfo(np.int64).max, np.int64)
    if table.registrations is not None:
        known = (table.registrations.registered != UNKNOWN_TIME) & (
            table.registrations.member < events.actors
        )
        of = table.registrations.member[known]
        days[of] = table.registrations.registered[known] // MICROSECONDS_PER_DAY
    return days


def _last(events: Events, rows: npt.NDArray[np.bool_]) -> Integers:
    last = np.full(events.actors, np.iinfo(np.int64).min, np.int64)
    np.maximum.at(last, events.actor[rows], events.day[rows])
    return last


def _active_days(founder: Integers, day: Integers, founders: int) -> Integers:
    return _count(_pairs(founder[founder >= 0], day[founder >= 0])[0], founders)


def _pairs(member: Integers, day: Integers) -> tuple[Integers, Integers]:
    """Every member and day that occur together, once each, by member and then by day."""
    if len(day) == 0:
        return member, day
    first, span = int(day.min()), int(np.ptp(day)) + 1
    both = np.sort(member * span + (day - first))
    both = both[np.append(True, both[1:] != both[:-1])]
    return both // span, both % span + first


def _count(founder: Integers, founders: int) -> Integers:
    return np.bincount(founder[founder >= 0], minlength=founders).astype(np.int64)
