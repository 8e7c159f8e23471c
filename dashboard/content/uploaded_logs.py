"""Event logs from which communities start: those that ship with kith, and those that were uploaded."""

import hashlib
import io
import re
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath

from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.experiments.errors import RequestError
from kith.experiments.evidence.estimates import REPLICATES
from kith.experiments.evidence.measure import Measurement, measure, measured
from kith.experiments.evidence.observation import of_record
from kith.scenarios.catalogue import logs
from kith.scenarios.errors import LogError, ScenarioError, UndecidedDates, UndecidedFormat
from kith.scenarios.logs.founding import ReadLog, read_log_table
from kith.scenarios.logs.founding import founding_of as founding_of_table
from kith.scenarios.logs.preview import Preview, preview_of
from kith.scenarios.logs.reading import read_events
from kith.scenarios.logs.report import day_of
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, EventTable
from kith.sim.schema.founding import Founding

MOST = 40
"""The most uploaded logs that the server keeps in memory; the oldest ones go first."""

MOST_EVENTS = 10_000_000
"""The most events of all uploaded logs together; an event takes 25 bytes."""

UNPACKED = 100_000_000
"""The most bytes of a log once it is decompressed."""

FILES = 500
"""The most files of one upload; an export of more is dropped as a zip."""

LARGEST_AWAKE, LARGEST_FOUNDERS = 20_000, 150_000
"""The most founders of a what-if who are awake, and with those who are dormant. Each who is awake costs time on every day;
one who is dormant costs as little as somebody who has not joined, but is seated and takes memory, as does a market for it."""

RESAMPLED = 200_000
"""The most events of a log whose statistics get intervals here; resampling takes seconds for each further million."""

END_OF_TIME = 253_402_214_400_000_000
"""The last day that a date can name, 9999-12-31, in microseconds since 1970."""

_storing = threading.Lock()


@dataclass(frozen=True)
class ReadingChoices:
    """How an uploaded log is to be read, as far as somebody chose it on the page."""

    columns: tuple[tuple[str, str], ...] = ()
    "field -> column, an empty text for none"
    format: str | None = None
    "its name, where it is not to be recognised"
    zone: str | None = None
    day_first: bool | None = None

    def words(self) -> tuple[str, ...]:
        """The same as options of the command line."""
        columns = " ".join(f"{name}={column}" for name, column in self.columns if column)
        return (
            *(("--format", self.format) if self.format else ()),
            *(("--columns", columns) if columns else ()),
            *(("--zone", self.zone) if self.zone else ()),
            *(() if self.day_first is None else ("--day-first" if self.day_first else "--month-first",)),
        )


@dataclass(frozen=True)
class UploadedLog:
    """What was found in an upload: how it begins, and its events or why it has none."""

    preview: Preview
    table: EventTable | None = None
    error: str = ""
    problems: tuple[str, ...] = ()
    "the first bad rows, each with its line"
    undecided: bool = False
    "whether somebody has to say if the day or the month comes first"


@dataclass(frozen=True, eq=False)
class StoredLog:
    """A log that was measured."""

    table: EventTable
    measurement: Measurement
    choices: ReadingChoices = ReadingChoices()
    foundings: dict[str, Founding] = field(default_factory=dict, repr=False)
    "by the day on which a what-if starts, as far as somebody asked for it"

    def founding(self, day: str) -> Founding:
        """The founders on a day; raises `LogError` if nobody was active before it."""
        if day not in self.foundings:
            self.foundings[day] = founding_of_table(self.table, day)
        return self.foundings[day]


def together(files: Sequence[tuple[str, bytes]]) -> tuple[str, bytes]:
    """Several files as the one log that they are: a name for messages, and their bytes, as a zip if there are several.

    Raises `LogError` if there are none, or too many.
    """
    if not files:
        raise LogError("no file was given; choose one, or several of one log")
    if len(files) > FILES:
        raise LogError(
            f"{len(files):,} files at once are too many, {FILES} are read; pack them as one zip and drop that"
        )
    if len(files) == 1:
        return files[0]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        taken: set[str] = set()
        for number, (name, content) in enumerate(files, 1):
            plain = PurePosixPath(name.replace("\\", "/")).name.replace(":", "_") or f"file {number}"
            unique = plain if plain not in taken else f"{number}-{plain}"
            taken.add(unique)
            archive.writestr(zipfile.ZipInfo(unique), content)
    return f"{files[0][0]} and {len(files) - 1} more", packed.getvalue()


def read_uploaded_log(name: str, content: bytes, choices: ReadingChoices | None = None) -> UploadedLog:
    """Read an uploaded log without storing it.

    Raises `LogError` if it is no log of any kind; what else is wrong with it is part of the result.
    """
    choices = choices or ReadingChoices()
    columns = dict(choices.columns)
    try:
        preview = preview_of(content, name, UNPACKED, choices.format, columns)
    except UndecidedFormat as error:
        return UploadedLog(Preview("", "format not recognised"), None, str(error))
    try:
        table = read_events(
            content,
            label=name,
            limit=UNPACKED,
            format=choices.format,
            columns=columns if preview.choosable else {},
            zone=choices.zone,
            day_first=choices.day_first,
        )
    except LogError as error:
        return UploadedLog(preview, None, str(error), error.problems[:20], isinstance(error, UndecidedDates))
    return UploadedLog(preview, table)


def measure_uploaded_log(name: str, table: EventTable, choices: ReadingChoices | None = None) -> StoredLog:
    """Measure a log that was read; intervals are left out where resampling would take long.

    Raises `LogError` if nothing in it can be measured.
    """
    try:
        measurement = measure(table, replicates=REPLICATES if len(table) <= RESAMPLED else 0)
    except RequestError as error:
        raise LogError(f"{name}: {error}") from None
    return StoredLog(table, measurement.without_events(), choices or ReadingChoices())


_uploaded: OrderedDict[str, StoredLog] = OrderedDict()


def store_log(log: StoredLog) -> str:
    """Keep a log in the memory of this server; gives the key by which addresses name it."""
    digest = hashlib.sha256(repr((log.table.actions, log.table.members)).encode())
    table = log.table
    for column in (table.member, table.time, table.action, table.target, table.value):
        digest.update(b"" if column is None else column.tobytes())
    key = digest.hexdigest()[:16]
    with _storing:
        _uploaded[key] = log
        _uploaded.move_to_end(key)
        while len(_uploaded) > MOST or (len(_uploaded) > 1 and _events() > MOST_EVENTS):
            _uploaded.popitem(last=False)
    return key


def _events() -> int:
    return sum(len(log.table) for log in _uploaded.values())


def upload(name: str, content: bytes) -> str:
    """Read, measure and keep an uploaded log in this process; gives its key."""
    read = read_uploaded_log(name, content)
    if read.table is None:
        raise LogError(read.error, read.problems)
    return store_log(measure_uploaded_log(name, read.table))


def stored(key: str) -> StoredLog:
    """The log that an address names: one that ships with kith, or one that was uploaded."""
    log = _uploaded.get(key)
    if log is not None:
        return log
    if key in logs():
        return _shipped(key)
    raise ScenarioError(
        "this link uses an event log that is no longer in memory; upload it again on the My community page"
    )


def last_day(table: EventTable) -> str:
    """The first day after a log, ISO: the day on which a what-if starts that uses all of it; its last in the year 9999."""
    last = int(table.time[-1])
    return day_of(last + MICROSECONDS_PER_DAY if last < END_OF_TIME else last)


def founding_of(key: str, at: str = "") -> Founding | None:
    """The founders that a log shows on a day, by default the day after its last; None without a key.

    Raises `ScenarioError` if the log is not in memory, or has nobody to start with on that day.
    """
    if not key:
        return None
    log = stored(key)
    return log.founding(at or last_day(log.table))


def too_large(founding: Founding) -> str:
    """Why a founding is too large for the browser, in a sentence; empty if it is not."""
    n = len(founding)
    awake = n if founding.awake is None else float(founding.awake.sum())
    if awake > LARGEST_AWAKE:
        return f"About {awake:,.0f} of {n:,} members are awake, and the browser simulates up to {LARGEST_AWAKE:,}."
    if n > LARGEST_FOUNDERS:
        return f"The log shows {n:,} members, awake and dormant, and the browser simulates up to {LARGEST_FOUNDERS:,}."
    return ""


def log_option(key: str, at: str = "") -> tuple[str | ReadLog, str]:
    """What `--from-log` and `--at` of a command say for a log; an uploaded one is a file of its name."""
    founding = founding_of(key, at)
    if founding is None or key in logs():
        return key, "" if founding is None else founding.date
    file = re.sub(r"[^\w .()+-]", "_", founding.label) or "log.csv"
    log = stored(key)
    return ReadLog(f"./{file}", founding, log.table.report, log.choices.words()), founding.date


@lru_cache(maxsize=16)
def library_measures(name: str) -> dict[str, float]:
    """The same statistics of one simulated year of a preset with 5,000 people, by name."""
    from kith.sim.engine import run

    record = run(plan_of(ScenarioChoice((name,)), 5_000), seed=0, days=365, threads=1)
    return {statistic: estimate.value for statistic, estimate in measured(of_record(record)).items()}


@lru_cache(maxsize=8)
def _shipped(name: str) -> StoredLog:
    table = read_log_table(name)
    return StoredLog(table, measure(table).without_events())
