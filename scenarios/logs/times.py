"""Times as people write them, read into microseconds since 1970 in UTC.

ISO 8601 with or without a zone, seconds or milliseconds since 1970, dates with the day or the month
first, names of months, and what mail headers hold. Whether the day or the month comes first is
decided over the whole column: one `31/05/2024` settles it for all rows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kith.scenarios.errors import LogError, UndecidedDates, shown
from kith.scenarios.logs.report import counted
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, Times

BAD: Final = np.iinfo(np.int64).min
"stands for a text that is no time"
QUARTER_HOUR = 900_000_000
LONGEST = 80
"letters of a text that may be a time"
KEPT = 1_000
"rows whose lines are kept, of those that are a date under one order of day and month only"
FEW = 8
"rows that are tried before all"
SMALLEST_EPOCH = 1e8
"numbers below this are no times: seconds since 1970 would end in March 1973"

EXAMPLE = "2024-05-31T18:30:00Z"
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_NAMED_ZONES = {"EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360}
_NAMED_ZONES |= {"PST": -480, "PDT": -420}
"minutes east of UTC of the zones that mail headers name"
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_NUMBER = re.compile(r"\d{9,20}(\.\d*)?")
_NUMERIC = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})")
_DAY_NAME = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,? )?(\d{1,2})(?:st|nd|rd|th)?[- /.]([A-Za-z]{3,9})\.?,?[- /.](\d{2,4})"
)
_NAME_DAY = re.compile(r"(?:[A-Za-z]{3,9}\.?,? )?([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_CLOCK = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?[\s\u202f]*([AaPp]\.?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT|UT|[ECMP][SD]T|[+-]\d{2}:?(?:\d{2})?)?(?: \([A-Za-z ]+\))?"
)


class TimeColumn:
    """The times of a log, read batch by batch and decided at the end.

    Parameters
    ----------
    zone : the zone of times that name none, such as `Europe/Berlin` or `+02:00`; by default UTC.
    day_first : whether `05/06/2024` is the fifth of June; None to let the column decide.
    """

    def __init__(self, zone: str | None = None, day_first: bool | None = None) -> None:
        self._zone = zone_of(zone)
        self.zone_given = zone is not None
        self._day_first = day_first
        self._aware = True
        self.without_zone = self._with_zone = 0
        self._only = {True: _Only(), False: _Only()}
        self._ambiguous: str | None = None
        self.order: bool | None = None
        "whether the day comes first, once `day_comes_first` has decided it"

    def read(self, texts: Sequence[str] | pa.Array) -> "Batch":
        """The times of some rows, with `BAD` where a text is none."""
        column = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
        batch = self._fast(column)
        if batch is None:
            batch = _in_two_parts(column) or _one_by_one(column.to_pylist())
            self.without_zone += int(batch.naive.sum())
            self._with_zone += int((~batch.naive & ~batch.bad).sum())
        return batch

    def note_lines(self, batch: "Batch", texts: Sequence[str], places: Sequence[str] | None = None) -> None:
        """Remember where dates are that only one order of day and month makes sense of."""
        assert batch.month_first is not None
        as_day_first, as_month_first = batch.day_first != BAD, batch.month_first != BAD
        for order, mask in ((True, as_day_first & ~as_month_first), (False, as_month_first & ~as_day_first)):
            rows = np.flatnonzero(mask).tolist()
            only = self._only[order]
            only.count += len(rows)
            for row in islice(rows, max(0, KEPT - len(only.problems))):
                only.problems.append((places[row] if places else "", texts[row]))
        unlike = np.flatnonzero(as_day_first & as_month_first & (batch.day_first != batch.month_first))
        if len(unlike) and self._ambiguous is None:
            self._ambiguous = texts[int(unlike[0])]

    def time_of(self, text: str) -> int | None:
        """A time by itself, in UTC; None if it is none, or its order of day and month is not known."""
        day_first, month_first, naive = _time(text)
        if day_first != month_first and self._day_first is None:
            day_first = max(day_first, month_first) if BAD in (day_first, month_first) else BAD
        time = month_first if self._day_first is False else day_first
        return None if time == BAD else int(self.in_utc(np.array([time]), np.array([naive]))[0])

    def day_comes_first(self, label: str) -> bool:
        """Whether the column has the day before the month; raises `LogError` if it cannot be known."""
        self.order = self._decided(label) if self._day_first is None else self._day_first
        return self.order

    def _decided(self, label: str) -> bool:
        days, months = self._only[True].count, self._only[False].count
        if days == months == 0 and self._ambiguous is not None:
            raise UndecidedDates(
                f"{label}: {shown(self._ambiguous)} may be day/month or month/day, and no row decides; "
                "add --day-first or --month-first"
            )
        return days >= months

    def losers(self, day_first: bool) -> tuple[int, list[tuple[str, str]]]:
        """How many rows are no date once the order is decided, and the first of them."""
        only = self._only[not day_first]
        return only.count, only.problems

    def in_utc(self, local: Times, naive: npt.NDArray[np.bool_]) -> Times:
        """Times in UTC, those without a zone being local times of the column's zone."""
        if isinstance(self._zone, timezone) and not self._zone.utcoffset(None):
            return local
        quarter = local[naive] // QUARTER_HOUR
        different, place = np.unique(quarter, return_inverse=True)
        offsets = np.array(
            [_offset(int(number) * QUARTER_HOUR, self._zone) for number in different], np.int64
        )
        local = local.copy()
        local[naive] -= offsets[place]
        return local

    def remarks(self) -> list[str]:
        """What to know of the zones of the times that were read."""
        if not self.without_zone or self.zone_given:
            return []
        others = "; the others name one" if self._with_zone else ""
        verbs = ("names", "was") if self.without_zone == 1 else ("name", "were")
        times = counted(self.without_zone, "time")
        return [f"{times} {verbs[0]} no zone and {verbs[1]} read as UTC{others} (--zone)"]

    def _fast(self, column: pa.Array) -> "Batch | None":
        """A batch that is ISO 8601 throughout, all with a zone or all without one."""
        for aware in (self._aware, not self._aware):
            kind = pa.timestamp("us", "UTC" if aware else None)
            try:
                column[:FEW].cast(kind)  # it takes long to fail on many
                times = column.cast(kind)
            except pa.ArrowInvalid:
                continue
            self._aware = aware
            self.without_zone += 0 if aware else len(column)
            self._with_zone += len(column) if aware else 0
            return Batch(
                times.cast(pa.int64()).to_numpy(zero_copy_only=False), np.full(len(column), not aware)
            )
        return None


@dataclass(frozen=True)
class Batch:
    """Times of some rows under both orders of day and month."""

    day_first: Times
    naive: npt.NDArray[np.bool_]
    "whether the text names no zone, (n,)"
    month_first: Times | None = None
    "None where both orders give the same"

    @property
    def bad(self) -> npt.NDArray[np.bool_]:
        """Which texts are no times under either order."""
        bad = self.day_first == BAD
        return bad if self.month_first is None else bad & (self.month_first == BAD)


@dataclass
class _Only:
    count: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)


def zone_of(name: str | None) -> tzinfo:
    """The zone of that name: IANA, or an offset such as `+02:00`; UTC for None."""
    if name is None or name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    offset = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})?", name)
    if offset and int(offset[2]) < 24 and int(offset[3] or 0) < 60:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise LogError(f"zone {shown(name)} is not known; give one such as Europe/Berlin or +02:00") from None


def one_time(text: str) -> int | None:
    """A single unambiguous time, UTC where it names no zone; None if the text is none."""
    day_first, month_first, _ = _time(text)
    return day_first if day_first == month_first != BAD else None


def _one_by_one(texts: Sequence[str]) -> Batch:
    read, n = [_time(text) for text in texts], len(texts)
    day_first = np.fromiter((day for day, _, _ in read), np.int64, n)
    month_first = np.fromiter((month for _, month, _ in read), np.int64, n)
    naive = np.fromiter((none for _, _, none in read), np.bool_, n)
    return Batch(day_first, naive, None if np.array_equal(day_first, month_first) else month_first)


def _in_two_parts(column: pa.Array) -> Batch | None:
    """Texts of a date and a clock with a blank or T between, each different date and clock read once.

    What makes no sense in this way is read one by one; None if that is all.
    """
    mark = " " if " " in str(column[0]) else "T"
    parts = pc.split_pattern(column, mark, max_splits=1)
    if pc.any(pc.not_equal(pc.list_value_length(parts), 2)).as_py():
        return None
    several = parts.flatten()
    dates, clocks = (several.take(np.arange(part, len(several), 2)).dictionary_encode() for part in (0, 1))
    days = np.array([_date(text) for text in dates.dictionary.to_pylist()], np.int64)
    read = [_clock(text) or (BAD, False) for text in clocks.dictionary.to_pylist()]
    passed, naive = np.array([time for time, _ in read], np.int64), np.array([none for _, none in read])
    date, clock = (part.indices.to_numpy(zero_copy_only=False) for part in (dates, clocks))
    times = days[date] * MICROSECONDS_PER_DAY + passed[clock, np.newaxis]
    times[days[date] == BAD] = BAD
    odd = np.flatnonzero((passed[clock] == BAD) | (days[date] == BAD).all(axis=1))
    without_zone = naive[clock]
    if 2 * len(odd) > len(column):
        return None
    for row in odd.tolist():
        times[row, 0], times[row, 1], without_zone[row] = _time(column[row].as_py())
    day_first, month_first = times.T.copy()
    return Batch(day_first, without_zone, None if np.array_equal(day_first, month_first) else month_first)


def _time(text: str) -> tuple[int, int, bool]:
    """The time with the day first, with the month first, and whether it names no zone."""
    text = text.strip()
    if len(text) > LONGEST:
        return BAD, BAD, False
    colon = text.find(":")
    if colon < 0:
        if _NUMBER.fullmatch(text):
            return _epoch(text)
        days, clock = _date(text), (0, True)
    else:
        gap = max(text.rfind(" ", 0, colon), text.rfind("T", 0, colon))
        days, time_of_day = _date(text[: max(gap, 0)]), _clock(text[gap + 1 :])
        clock = time_of_day if time_of_day is not None else (BAD, True)
    if clock[0] == BAD or days == (BAD, BAD):
        return _iso(text)
    day_first, month_first = (BAD if day == BAD else day * MICROSECONDS_PER_DAY + clock[0] for day in days)
    return day_first, month_first, clock[1]


def _epoch(text: str) -> tuple[int, int, bool]:
    """Seconds, milli-, micro- or nanoseconds since 1970, told from each other by their size."""
    seconds, _, fraction = text.partition(".")
    number = int(seconds)
    if number < SMALLEST_EPOCH:
        return BAD, BAD, False
    power = 6 if number < 10**11 else 3 if number < 10**14 else 0 if number < 10**17 else -3
    if power < 0:
        time = number // 1_000
    else:
        time = number * 10**power + int((fraction[:power] or "0").ljust(power, "0") if power else 0)
    return time, time, False


@lru_cache(maxsize=1 << 16)
def _date(text: str) -> tuple[int, int]:
    """Days since 1970 with the day first and with the month first."""
    text = text.strip().rstrip(",")
    if numeric := _NUMERIC.fullmatch(text):
        first, mark, second, last = numeric[1], numeric[2], int(numeric[3]), numeric[4]
        if len(first) == 4:
            day = _day(int(first), second, int(last))
            return day, day
        if len(first) > 2 or len(last) not in (2, 4):
            return BAD, BAD
        year = _year(last)
        day_first = _day(year, second, int(first))
        return (day_first, day_first) if mark == "." else (day_first, _day(year, int(first), second))
    if named := _DAY_NAME.fullmatch(text):
        day = _day(_year(named[3]), _MONTHS.get(named[2][:3].lower(), 0), int(named[1]))
        return day, day
    if named := _NAME_DAY.fullmatch(text):
        day = _day(int(named[3]), _MONTHS.get(named[1][:3].lower(), 0), int(named[2]))
        return day, day
    return BAD, BAD


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 70 else 1900)


def _day(year: int, month: int, day: int) -> int:
    try:
        return date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        return BAD


@lru_cache(maxsize=1 << 17)
def _clock(text: str) -> tuple[int, bool] | None:
    """Microseconds of the day in UTC, and whether the text names no zone."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match[5][0] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micro = int((match[4] or "0")[:6].ljust(6, "0"))
    offset = _minutes(match[6])
    if offset is None:
        return None
    return (((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + micro), match[6] is None


def _minutes(zone: str | None) -> int | None:
    """Minutes east of UTC; None if there is no such offset."""
    if zone is None or zone[0] not in "+-":
        return _NAMED_ZONES.get(zone or "", 0)
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def _iso(text: str) -> tuple[int, int, bool]:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return BAD, BAD, False
    passed = time.replace(tzinfo=None) - datetime(1970, 1, 1)
    offset = time.utcoffset() or timedelta()
    micro = (passed - offset) // timedelta(microseconds=1)
    return micro, micro, time.tzinfo is None


def _offset(local: int, zone: tzinfo) -> int:
    """Microseconds east of UTC at a local time; beyond the calendar, that of its last year."""
    try:
        time = datetime(1970, 1, 1) + timedelta(microseconds=local)
    except OverflowError:
        time = datetime(9999, 1, 1)
    offset = time.replace(tzinfo=zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)
