"""Event logs from which communities start: those that ship with kith, and those that were uploaded."""

import gzip
import io
import tempfile
import threading
import zlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd

from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.experiments.escaping import for_csv
from kith.experiments.evidence.log_indicators import Log, has_visits, measured, monthly
from kith.scenarios.catalogue import logs
from kith.scenarios.errors import LogError, ScenarioError
from kith.scenarios.logs.events import read_events
from kith.scenarios.logs.founding import read_log
from kith.sim.schema.plan import Founding

MOST = 40
"""The most uploaded logs that the server keeps in memory; the oldest ones go first."""

UNPACKED = 100_000_000
"""The most bytes of a log once it is decompressed."""

_storing = threading.Lock()
_one_at_a_time = threading.Lock()


def founding_of(name: str) -> Founding | None:
    """The founding log that an address names: one that ships with kith, or the digest of an uploaded one."""
    if not name:
        return None
    if name in _uploaded:
        return _uploaded[name].founding
    if name in logs():
        return _shipped(name)
    raise ScenarioError(
        "this link uses an event log that is no longer in memory; upload it again on the My community page"
    )


def measured_log(path: Path) -> tuple[dict[str, float], pd.DataFrame, bool]:
    """Indicators of a log, month by month figures, and whether it records visits."""
    events = read_events(path, "the log")
    log = Log(events)
    return measured(log), monthly(log), has_visits(events)


@dataclass(frozen=True)
class UploadedLog:
    """An uploaded log once it is read."""

    founding: Founding
    measures: tuple[dict[str, float], pd.DataFrame, bool]
    "as `measured_log`"


def read_uploaded_log(name: str, content: bytes) -> UploadedLog:
    """Read an uploaded log without storing it.

    Raises `LogError`, whose `problems` are the bad rows with their line numbers.
    """
    packed = content[:2] == b"\x1f\x8b"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("log.csv.gz" if packed else "log.csv")
        try:
            if packed:
                _check_unpacked(content)
            path.write_bytes(content)
            founding = replace(read_log(path), label=name)
            return UploadedLog(founding, measured_log(path))
        except LogError as error:
            message = str(error).replace(str(path), name)
            raise LogError(message if name in message else f"{name}: {message}", error.problems) from None


_uploaded: OrderedDict[str, UploadedLog] = OrderedDict()


def store_log(log: UploadedLog) -> str:
    """Keep a log in the memory of this server; gives the key by which addresses name it."""
    key = log.founding.digest[:16]
    with _storing:
        _uploaded[key] = log
        while len(_uploaded) > MOST:
            _uploaded.popitem(last=False)
    return key


def upload(name: str, content: bytes) -> str:
    """Read an uploaded log in this process and keep it; gives its key."""
    return store_log(read_uploaded_log(name, content))


def measures_of(key: str) -> tuple[dict[str, float], pd.DataFrame, bool]:
    """The measures of the log with that key."""
    if key in _uploaded:
        return _uploaded[key].measures
    founding_of(key)  # raises an error for an unknown key
    return _shipped_measures(key)


def library_measures(name: str, visits: bool) -> dict[str, float]:
    """The same indicators of one simulated year of a preset, measured from the simulated event log."""
    return _library_measures(name, visits)


def _check_unpacked(content: bytes) -> None:
    """Refuse a small file that decompresses to a huge one, without decompressing all of it."""
    size = 0
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            while part := stream.read(1 << 20):
                size += len(part)
                if size > UNPACKED:
                    raise LogError(
                        f"the log unpacks to more than {UNPACKED / 1e6:,.0f} MB; use the command line"
                    )
    except (OSError, EOFError, zlib.error):
        raise LogError("the log is not a valid gzip file; compress it again") from None


@lru_cache(maxsize=16)
def _library_measures(name: str, visits: bool) -> dict[str, float]:
    from kith.sim.engine import run

    record = run(plan_of(ScenarioChoice((name,)), 5_000), seed=0, days=365, threads=1)
    with _one_at_a_time, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_text(for_csv(record.events), encoding="utf-8")
        return measured(Log(read_events(path, name), visits))


@lru_cache(maxsize=8)
def _shipped_measures(name: str) -> tuple[dict[str, float], pd.DataFrame, bool]:
    return measured_log(logs()[name])


@lru_cache(maxsize=8)
def _shipped(name: str) -> Founding:
    return read_log(name)
