"""Event logs from which communities start: those that ship with kith, and those that were uploaded."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.experiments.escaping import for_csv
from kith.experiments.evidence.log_indicators import Log, has_visits, measured, monthly
from kith.scenarios.catalogue import logs
from kith.scenarios.errors import ScenarioError
from kith.scenarios.logs.events import events_of
from kith.scenarios.logs.founding import founding_of as founding_of_table
from kith.scenarios.logs.founding import read_log, read_log_table
from kith.scenarios.logs.reading import read_events
from kith.scenarios.logs.table import EventTable
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


def measured_log(table: EventTable) -> tuple[dict[str, float], pd.DataFrame, bool]:
    """Indicators of a log, month by month figures, and whether it records visits."""
    events = events_of(table)
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
    table = read_events(content, label=name, limit=UNPACKED)
    return UploadedLog(replace(founding_of_table(table), label=name), measured_log(table))


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


@lru_cache(maxsize=16)
def _library_measures(name: str, visits: bool) -> dict[str, float]:
    from kith.sim.engine import run

    record = run(plan_of(ScenarioChoice((name,)), 5_000), seed=0, days=365, threads=1)
    with _one_at_a_time:
        content = for_csv(record.events).encode()
        return measured(Log(events_of(read_events(content, label=name)), visits))


@lru_cache(maxsize=8)
def _shipped_measures(name: str) -> tuple[dict[str, float], pd.DataFrame, bool]:
    return measured_log(read_log_table(name))


@lru_cache(maxsize=8)
def _shipped(name: str) -> Founding:
    return read_log(name)
