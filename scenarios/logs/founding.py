"""A community founded from its event log: who was there on a date, and who knew whom.

Founders are the members of whom the log has a sign before the date and who have not left, awake or
dormant (`kith.scenarios.logs.presence`). Nothing after the date is used. Days are whole days in UTC: what happened on the day before the date
has age 1, and the window, from which activity is taken, holds ages 1 to 90.
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
from kith.scenarios.logs.events import CONTRIBUTION, EXCHANGE, Events, Integers, events_of
from kith.scenarios.logs.presence.there import Presence, presence_of, with_signs
from kith.scenarios.logs.report import ReadingReport, counted
from kith.scenarios.logs.table import EventTable
from kith.sim.schema.founding import Founding

WINDOW = 90
"days before the date from which founders' activity is taken"
TIED = 180
"days before the date from which exchanges are taken: two half-lives of a tie, and what came before has faded"
END, BUSIEST = "end", "busiest"
"words for a date: the day after the last event, or the end of the window with most active members"

_EPOCH = date(1970, 1, 1)
_LAST = (date.max - _EPOCH).days


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
            *founders_in_words(founding),
        ]


def founders_in_words(founding: Founding) -> list[str]:
    """How many founders are awake and dormant, how that is known, and what is not known of their tenure."""
    awake, n = founding.awake, len(founding)
    if awake is None:
        return []
    expected = float(awake.sum())
    certain = bool(((awake == 0.0) | (awake == 1.0)).all())
    known = (
        "as the log tells"
        if certain
        else "judged by how often each acted, for how long, and the silence since; each run draws who"
    )
    about = "" if certain else "about "
    out = [
        f"founders: {about}{expected:,.0f} are awake, and {about}{n - expected:,.0f} have fallen silent and may return ({known})"
    ]
    if founding.undated:
        out.append(
            f"tenure: of {counted(founding.undated, 'founder')} the log does not tell when they joined; it counts from "
            "their first action and may have been longer"
        )
    return out


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
        Founders in the order of their first action: whoever was ever seen and has not left, with the
        probability of being awake, and not dormant, on the date. `join`, `leave`, `asleep`, `visit`,
        `invite` and `exchange` are no contributions; contributions and exchanges with a target tie
        founders. Tenure counts from the registration or the first action, whichever came first; of who
        had left and came back, from the first action since.

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
        if day > _LAST:
            raise LogError(
                f"{label} runs to {_iso(day - 1)}, after which the calendar has no day to start on; "
                "choose an earlier date, or check the clock that wrote the log"
            )
    else:
        day = _busiest(events) if at == BUSIEST else _checked_day(at, events, label)
    return _founding(table, events, day, label)


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
    active = events.acts
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


def _founding(table: EventTable, events: Events, day: int, where: str) -> Founding:
    events = with_signs(table, events, day)
    past = events.day < day
    window = past & (events.day >= day - WINDOW)
    there = presence_of(table, events, day)
    if not (there.silence <= WINDOW).any():
        raise LogError(
            f"{where}: nobody was active in the {WINDOW} days before {_iso(day)} and had not left; choose another date"
        )
    n = len(there.member)
    place = np.full(events.members, -1, np.int64)
    place[there.member] = np.arange(n)
    acts = window & events.acts
    contributed = past & (events.kind == CONTRIBUTION)
    unaddressed = contributed & _unaddressed(events, contributed)
    ever, quiet = _membership(events, contributed, there, place, day)
    a, b, age = _exchanges(events, past & (events.day >= day - TIED), place, day)
    return Founding(
        contributions=_count(place[events.actor[window & contributed]], n),
        tenure=day - there.since,
        silence=there.silence,
        active_days=_active_days(place[events.actor[acts]], events.day[acts], n),
        exchange_a=a,
        exchange_b=b,
        exchange_age=age,
        date=_iso(day),
        window=WINDOW,
        label=Path(where).name,
        contributors=len(np.unique(events.actor[contributed])),
        own=_count(place[events.actor[window & unaddressed]], n),
        ever=ever,
        quiet=quiet,
        awake=there.awake,
        asleep_for=there.asleep_for,
        undated=int((~there.dated).sum()),
    )


def _unaddressed(events: Events, contributed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which rows are addressed to nobody; all, in a log whose contributions are all addressed to somebody."""
    free = events.target < 0
    return free if bool((free & contributed).any()) else np.ones(len(free), np.bool_)


def _membership(
    events: Events, contributed: npt.NDArray[np.bool_], there: Presence, place: Integers, day: int
) -> tuple[Integers, Integers]:
    """Contributions of each membership, and days since the last of them, or since the last sign, (n,)."""
    founder, when = place[events.actor[contributed]], events.day[contributed]
    mine = founder >= 0
    mine[mine] = when[mine] >= there.since[founder[mine]]
    quiet = np.full(len(there.member), np.iinfo(np.int64).max)
    np.minimum.at(quiet, founder[mine], day - when[mine])
    ever = _count(founder[mine], len(there.member))
    return ever, np.where(ever > 0, quiet, there.silence)


def _exchanges(
    events: Events, known: npt.NDArray[np.bool_], place: Integers, day: int
) -> tuple[Integers, Integers, Integers]:
    """Both founders and the age of every exchange between two founders, in order of time."""
    between = known & (events.target >= 0) & (events.target != events.actor)
    between &= (events.kind == CONTRIBUTION) | (events.kind == EXCHANGE)
    a, b = place[events.actor[between]], place[events.target[between]]
    founders = (a >= 0) & (b >= 0)
    return a[founders], b[founders], (day - events.day[between])[founders]


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
