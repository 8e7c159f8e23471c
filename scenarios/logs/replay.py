"""A log as arrivals: how many people came on each of its days, to be replayed from an empty community."""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from kith.scenarios.errors import LogError, shown
from kith.scenarios.logs.events import CONTRIBUTION, Events, Integers, events_of
from kith.scenarios.logs.founding import read_log_table
from kith.scenarios.logs.report import ReadingReport, counted
from kith.scenarios.logs.table import EventTable
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import MAX_DAYS

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Replay:
    """A log that was read in order to be replayed from its first day on."""

    path: str
    arrivals: Arrivals
    contributors: int
    "people who ever contributed in the log"
    entry: float
    "share of arrivals who contribute on the day of their arrival"
    report: ReadingReport
    options: tuple[str, ...] = ()
    "options of the command line that read it, such as `--zone`, `Europe/Berlin`"

    def __str__(self) -> str:
        return self.path

    def lines(self) -> list[str]:
        """What was read and what is replayed, as lines of text."""
        return [
            *self.report.lines(),
            f"replayed from {self.arrivals.date}: {counted(self.arrivals.total(MAX_DAYS), 'arrival')} in {counted(len(self.arrivals), 'day')}, "
            f"{100 * self.entry:.0f} % of whom contribute on the day they arrive",
        ]


def read_and_replay(
    log: "str | os.PathLike[str] | Replay", options: tuple[str, ...] = (), **reading: Any
) -> Replay:
    """The arrivals of a whole log, instead of acquisition.

    Parameters
    ----------
    log
        A log in any format that `kith.scenarios.logs.reading.read_events` knows, or the name of a log
        that ships with kith.
    options
        The options of the command line that read it, to repeat them.
    reading
        Options of `read_events`, such as `zone="Europe/Berlin"`.

    Raises
    ------
    LogError
        The log cannot be read, is longer than a run can be, or nobody acts in it.
    """
    if isinstance(log, Replay):
        return log
    table = read_log_table(log, **reading)
    label = Path(table.report.source).name
    arrivals = arrivals_of(table, None, "instead", label)
    events = events_of(table)
    first = _first_days(events)
    contributed = np.zeros(events.actors, np.bool_)
    same_day = events.day == first[events.actor]
    contributed[events.actor[same_day & (events.kind == CONTRIBUTION)]] = True
    entry = float(contributed[first < _NEVER].mean())
    ever = len(np.unique(events.actor[events.kind == CONTRIBUTION]))
    return Replay(str(log), arrivals, ever, entry, table.report, options)


def arrivals_of(
    table: EventTable, at: str | date | None = None, mode: str = "beside", label: str = ""
) -> Arrivals:
    """How many members act for the first time on each day of a log.

    Parameters
    ----------
    table : the log.
    at : the date of day 0; who acted before it is no arrival. By default the log's first day.
    mode : see `kith.sim.schema.arrivals.Arrivals`.
    label : what the arrivals are called; by default the log's name.

    Returns
    -------
    Arrivals
        Counts from day 0 to the last day of the log; leaving is no action.

    Raises
    ------
    LogError
        The date lies outside the log, or more days than a run can have are left.
    """
    events, where = events_of(table), table.report.source
    first = _first_days(events)
    came = first[first < _NEVER]
    if len(came) == 0:
        raise LogError(f"{where}: nobody acts in it, so there are no arrivals to replay")
    last = int(events.day[-1])
    start = int(events.day[0]) if at is None else _day_of(at, where)
    if not int(events.day[0]) <= start <= last:
        raise LogError(
            f"{where} runs from {_iso(int(events.day[0]))} to {_iso(last)}, and arrivals from {at} are outside"
        )
    if last - start >= MAX_DAYS:
        raise LogError(
            f"{where} spans {last - start + 1:,} days from {_iso(start)} on, and a run has at most {MAX_DAYS:,}; "
            "choose a later first day, or check the events far from all others"
        )
    daily = np.bincount(came[came >= start] - start, minlength=last - start + 1)
    return Arrivals(daily, mode, label or Path(where).name, _iso(start))


_NEVER = np.iinfo(np.int64).max


def _first_days(events: Events) -> Integers:
    """The day of each member's first action, (actors,); the largest number for who only ever left."""
    first = np.full(events.actors, _NEVER, np.int64)
    active = events.acts
    np.minimum.at(first, events.actor[active], events.day[active])
    return first


def _day_of(at: str | date, where: str) -> int:
    try:
        return (date.fromisoformat(str(at)) - _EPOCH).days
    except ValueError:
        raise LogError(f"date {shown(str(at))} for {where}: must be a day such as 2004-12-31") from None


def _iso(day: int) -> str:
    try:
        return (_EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return "the last day of the calendar"


__all__ = ["Replay", "arrivals_of", "read_and_replay"]
