"""The table builder: rows as a format's reader finds them become an event table.

A reader hands over batches of texts; the builder numbers members and actions, reads times, counts what
is bad or left out with the places of the first of them, and at the end sorts, finds whom a reply was
addressed to, and drops duplicates. Only numbers are kept, about 25 bytes a row.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.scenarios.errors import LogError, shown
from kith.scenarios.logs.arrange import (
    by_first_event,
    equal_to_earlier,
    far_off,
    in_order_of_time,
    names_in_order,
    number_the_rest,
    place_order,
)
from kith.scenarios.logs.report import Dropped, ReadingReport, counted, noted
from kith.scenarios.logs.rows import BOT, NOBODY, Numbering, Options, Rows, Texts, listed, numbers_of
from kith.scenarios.logs.table import UNKNOWN_TIME, Codes, EventTable, Invitations, Registrations, Times
from kith.scenarios.logs.times import BAD, EXAMPLE, TimeColumn

LISTED = 5
"places of rows that were left out for one reason"
KEPT = 1_000
"bad rows whose fault is kept"
SHOWN = 3
FINE = 0.5
"share of times with a fraction of a second above which equal rows are duplicates"

BOTS, DUPLICATES = "events of bots", "duplicates"


class TableBuilder:
    """Gathers the rows of one log.

    Attributes
    ----------
    label : the log as messages name it.
    columns : what each column was read from, for the report.
    notes : what a reader of the measures should know, for the report.
    not_read : files that turned out to hold no events.
    """

    def __init__(self, label: str, options: Options) -> None:
        self.label, self.options = label, options
        self.columns: dict[str, str] = {}
        self.rows = 0
        self.notes: list[str] = []
        self.not_read: list[str] = []
        self._members = Numbering(options.aliases, bots=True)
        self._actions = Numbering()
        self._times = TimeColumn(options.zone, options.day_first)
        self._batches: list[dict[str, npt.NDArray[Any]]] = []
        self._rows_kept = 0
        self._bad, self._problems = 0, list[str]()
        self._dropped: Counter[str] = Counter()
        self._places: dict[str, list[str]] = {}
        self._authors: dict[str, int] = {}
        self._replies: list[tuple[int, str]] = []
        self._no_values = 0
        self._registered: dict[int, tuple[int, int]] = {}
        self._invited: list[tuple[int, int, int]] = []

    # -- what readers call ---------------------------------------------------------------

    def add(self, rows: Rows) -> None:
        """Take rows; bad ones are counted, bots and rows of nobody are left out."""
        n = len(rows.member)
        self.rows += n
        if n == 0:
            return
        member, action = self._members.codes(rows.member), self._action_codes(rows.action, n)
        if rows.bot is not None:
            member = np.where(rows.bot, BOT, member)
        day_first, month_first, naive, bad = self._read_times(rows)
        faulty = (member == NOBODY) | (action == NOBODY) | (bad & (member != BOT))
        for row in np.flatnonzero(faulty).tolist():
            self._bad_row(rows, row, int(member[row]), int(action[row]))
        self._leave_out(BOTS, np.flatnonzero((member == BOT) & ~faulty), rows.places)
        keep = np.flatnonzero(~faulty & (member != BOT))
        batch: dict[str, npt.NDArray[Any]] = {
            "member": member[keep].astype(np.int32),
            "action": action[keep].astype(np.int16),
            "target": self._targets(rows.target, n)[keep],
            "time": day_first[keep],
            "naive": naive[keep],
        }
        if month_first is not None:
            batch["month_first"] = month_first[keep]
        if rows.value is not None:
            value, none = numbers_of(listed(rows.value))
            batch["value"] = value[keep]
            self._no_values += none
        key = () if rows.key is None else listed(rows.key)
        if rows.key is not None:
            batch["key"] = np.fromiter(map(hash, key), np.int64, n)[keep]
        if rows.answers is not None:
            self._note_replies(key, listed(rows.answers), member, keep)
        self._batches.append(batch)
        self._rows_kept += len(keep)

    def bad(self, place: str, fault: str, rows: int = 1) -> None:
        """Count rows that cannot be used, for one reason."""
        self.rows += rows
        self._count_bad(place, fault, rows)

    def drop(self, reason: str, count: int = 1, place: str = "") -> None:
        """Count rows that are understood and left out, such as system messages."""
        self.rows += count
        self._dropped[reason] += count
        listed = self._places.setdefault(reason, [])
        if place and len(listed) < LISTED:
            listed.append(place)

    def register(self, name: str, registered: int | None, last_seen: int | None = None) -> None:
        """A registration, times in microseconds; the earliest of several counts."""
        code = self._members[name]
        if code < 0:
            return
        first, last = self._registered.get(code, (UNKNOWN_TIME, UNKNOWN_TIME))
        times = [time for time in (first, registered) if time is not None and time != UNKNOWN_TIME]
        seen = UNKNOWN_TIME if last_seen is None else last_seen
        self._registered[code] = (min(times, default=UNKNOWN_TIME), max(last, seen))

    def invite(self, inviter: str, invited: str, time: int | None = None) -> None:
        """An invitation of one member by another."""
        sender, recipient = self._members[inviter], self._members[invited]
        if sender >= 0 and recipient >= 0 and sender != recipient:
            self._invited.append((sender, recipient, UNKNOWN_TIME if time is None else time))

    def moment(self, text: str) -> int | None:
        """A single time of a registration or invitation, by the options of the log; None if it is none."""
        return self._times.time_of(text)

    def is_bot(self, *names: str) -> None:
        """Names whose events are to be left out from now on."""
        self._members.bots.update(names)

    # -- the table -----------------------------------------------------------------------

    def table(self, form: str, title: str, files: int = 1, not_read: Sequence[str] = ()) -> EventTable:
        """The event table of all rows; raises `LogError` if too many are bad, or none is left."""
        columns = self._decided()
        self._problems.sort(key=place_order)
        self._check_share()
        if len(columns["time"]) == 0:
            raise LogError(self._nothing())
        self._answer(columns)
        columns = self._without_duplicates(in_order_of_time(columns))
        number, actors = by_first_event(columns["member"], len(self._members.names))
        registrations, invitations = self._registrations(), self._invitations()
        seen = number_the_rest(number, columns["target"], registrations, invitations)
        member, target = columns["member"], columns["target"]
        time = columns["time"].astype(np.int64, copy=False)
        report = ReadingReport(
            source=self.label,
            format=form,
            title=title,
            rows=self.rows,
            kept=len(member),
            members=seen,
            first=int(time[0]),
            last=int(time[-1]),
            columns=self.columns,
            bad=self._bad,
            problems=tuple(self._problems),
            dropped=tuple(
                Dropped(reason, count, tuple(self._places.get(reason, ())))
                for reason, count in self._dropped.items()
                if count
            ),
            registrations=0 if registrations is None else len(registrations),
            invitations=0 if invitations is None else len(invitations),
            files=files,
            not_read=(*not_read, *self.not_read),
            without_zone=self._times.without_zone,
            day_first=self._times.order,
            notes=(*self.notes, *self._remarks(time)),
        )
        return EventTable(
            member=number[member],
            time=time,
            action=columns["action"].astype(np.int16, copy=False),
            target=np.where(target >= 0, number[target], NOBODY).astype(np.int32),
            actions=tuple(self._actions.names),
            actors=actors,
            members=seen,
            report=report,
            value=columns.get("value"),
            registrations=registrations,
            invitations=invitations,
            names=names_in_order(self._members.names, number, seen) if self.options.names else None,
        )

    # -- rows ----------------------------------------------------------------------------

    def _action_codes(self, action: Texts | str, n: int) -> npt.NDArray[np.int64]:
        if isinstance(action, str):
            return np.full(n, self._actions[action], np.int64)
        codes = self._actions.codes(action)
        if len(self._actions.names) > np.iinfo(np.int16).max:
            raise LogError(
                f"{self.label} has more than {np.iinfo(np.int16).max:,} different actions, such as "
                f"{shown(self._actions.names[-1])}; name the right column with --columns action=NAME"
            )
        return codes

    def _read_times(
        self, rows: Rows
    ) -> tuple[Times, Times | None, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        if isinstance(rows.time, np.ndarray):
            return rows.time, None, np.zeros(len(rows.time), np.bool_), rows.time == BAD
        batch = self._times.read(rows.time)
        if batch.month_first is not None:
            self._times.note_lines(batch, listed(rows.time), rows.places)
        return batch.day_first, batch.month_first, batch.naive, batch.bad

    def _bad_row(self, rows: Rows, row: int, member: int, action: int) -> None:
        place = rows.places[row] if rows.places is not None and self._bad < KEPT else ""
        if member == NOBODY:
            fault = f"{self.columns.get('member', 'member')} is empty"
        elif action == NOBODY:
            fault = f"{self.columns.get('action', 'action')} is empty"
        else:
            fault = self._no_time(str(rows.time[row]).strip())
        self._count_bad(place, fault)

    def _no_time(self, text: str) -> str:
        column = self.columns.get("time", "time")
        return f"{column} {shown(text)} is not a time, such as {EXAMPLE}"

    def _count_bad(self, place: str, fault: str, rows: int = 1) -> None:
        self._bad += rows
        if len(self._problems) < KEPT:
            self._problems.append(f"{place}: {fault}" if place else fault)

    def _leave_out(self, reason: str, rows: npt.NDArray[np.intp], places: Sequence[str] | None) -> None:
        if len(rows) == 0:
            return
        self._dropped[reason] += len(rows)
        listed = self._places.setdefault(reason, [])
        if places is not None:
            listed += [places[row] for row in rows[: LISTED - len(listed)].tolist()]

    def _targets(self, texts: Texts | None, n: int) -> Codes:
        if texts is None:
            return np.full(n, NOBODY, np.int32)
        return np.maximum(self._members.codes(texts), NOBODY).astype(np.int32)

    def _note_replies(
        self,
        keys: Sequence[str],
        answers: Sequence[str],
        member: npt.NDArray[np.int64],
        keep: npt.NDArray[np.intp],
    ) -> None:
        rows = keep.tolist()
        if keys:
            self._authors.update((keys[row], int(member[row])) for row in rows)
        self._replies += [(self._rows_kept + n, answers[row]) for n, row in enumerate(rows) if answers[row]]

    # -- the whole log -------------------------------------------------------------------

    def _decided(self) -> dict[str, npt.NDArray[Any]]:
        """Batches joined to columns, with times in UTC under one order of day and month."""
        names = {name for batch in self._batches for name in batch} | {"member", "action", "target", "time"}
        two_orders = "month_first" in names
        day_first = self._times.day_comes_first(self.label) if two_orders else True
        if two_orders:
            self._use(day_first)
            names.discard("month_first")
        empty = {"value": np.nan, "key": 0}
        columns: dict[str, npt.NDArray[Any]] = {}
        for name in sorted(names):
            parts = [
                batch.pop(name) if name in batch else np.full(len(batch["time"]), empty[name])
                for batch in self._batches
                if name in batch or name in empty
            ]
            columns[name] = np.concatenate(parts) if parts else np.empty(0, np.int64)
        self._batches.clear()
        naive = columns.pop("naive", np.empty(0, np.bool_)).astype(np.bool_)
        columns["time"] = self._times.in_utc(columns["time"].astype(np.int64, copy=False), naive)
        return columns

    def _use(self, day_first: bool) -> None:
        """Put one order of day and month in force; rows that are no date under it are bad."""
        lost, problems = self._times.losers(day_first)
        for place, text in problems:
            self._count_bad(place, self._no_time(text), 0)
        self._bad += lost
        self.notes.append(f"dates were read with the {'day' if day_first else 'month'} first")
        for batch in self._batches:
            month_first = batch.pop("month_first", None)
            if month_first is not None and not day_first:
                batch["time"] = month_first
            keep = batch["time"] != BAD
            if not keep.all():
                batch |= {name: column[keep] for name, column in batch.items()}

    def _check_share(self) -> None:
        options = self.options
        most = 0.0 if options.strict else options.max_bad
        if self._bad <= most * self.rows:
            return
        first = "; ".join(islice(self._problems, SHOWN))
        rest = f"; and {self._bad - SHOWN:,} more" if self._bad > SHOWN else ""
        way_out = (
            "without --strict they are skipped"
            if options.strict
            else (f"more than {100 * most:g} %; mend them, or allow more with --max-bad")
        )
        raise LogError(
            f"{self.label} has {self._bad:,} bad row{'s' if self._bad > 1 else ''} of {self.rows:,}: "
            f"{first}{rest} ({way_out})",
            tuple(self._problems),
        )

    def _nothing(self) -> str:
        if self._dropped:
            what = ", ".join(f"{count:,} {reason}" for reason, count in self._dropped.items())
            return f"{self.label} has no events of members: {what}; give a log of what members did"
        if self._registered:
            return f"{self.label} has {len(self._registered):,} registrations and no events; add the posts"
        return f"{self.label} has no rows below its header; give a log with events"

    def _answer(self, columns: dict[str, npt.NDArray[Any]]) -> None:
        """Let the target of a reply be who wrote what it replies to, unless the row names one."""
        if not self._replies:
            return
        target = columns["target"]
        unknown = 0
        for row, key in self._replies:
            author = self._authors.get(key)
            unknown += author is None
            if author is not None and target[row] == NOBODY:
                target[row] = author
        if unknown:
            self.notes.append(noted(unknown, "lost replies"))
        self._replies.clear()
        self._authors.clear()

    def _without_duplicates(self, columns: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
        """Drop rows equal to another one in everything, where that cannot be chance.

        It cannot where events have a key of their own, or times that are finer than a second. Otherwise
        two equal rows may well be two events, and are kept.
        """
        equal = equal_to_earlier(columns)
        keyed = columns.pop("key", None) is not None
        count = int(equal.sum())
        if count == 0:
            return columns
        fine = np.mean(columns["time"].astype(np.int64) % 1_000_000 != 0) > FINE
        if self.options.duplicates == "keep" or (self.options.duplicates == "auto" and not (keyed or fine)):
            self.notes.append(
                f"{noted(count, 'equal rows')}, because times are not finer than a second and no column identifies an event (--duplicates drop leaves them out)"
            )
            return columns
        self._dropped[DUPLICATES] += count
        return {name: column[~equal] for name, column in columns.items()}

    def _registrations(self) -> Registrations | None:
        if not self._registered:
            return None
        rows = sorted((*times, code) for code, times in self._registered.items())
        registered, seen, code = (np.array(column, np.int64) for column in zip(*rows, strict=True))
        return Registrations(code.astype(np.int32), registered, seen)

    def _invitations(self) -> Invitations | None:
        if not self._invited:
            return None
        sender, recipient, time = (np.array(column, np.int64) for column in zip(*self._invited, strict=True))
        return Invitations(sender.astype(np.int32), recipient.astype(np.int32), time)

    def _remarks(self, time: Times) -> list[str]:
        """What may be wrong with the times of a log that was read."""
        out = []
        now = int(np.datetime64("now", "us").astype(np.int64))
        later = len(time) - int(np.searchsorted(time, now, side="right"))
        if later:
            which = "every event" if later == len(time) else counted(later, "event")
            out.append(f"{which} {'lie' if 1 < later < len(time) else 'lies'} in the future")
        out += self._times.remarks()
        if self._no_values:
            out.append(noted(self._no_values, "no numbers"))
        return out + far_off(time)
