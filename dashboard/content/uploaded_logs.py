"""Logs that found communities: those that ship with kith, and those that somebody dropped here."""

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
"""Dropped logs that the server keeps in memory, the latest ones."""

UNPACKED = 100_000_000
"""Bytes of a log once it is unpacked."""

_keeping = threading.Lock()
_one_at_a_time = threading.Lock()


def founding_of(name: str) -> Founding | None:
    """The founding log that an address names: one that ships with kith, or the digest of a dropped one."""
    if not name:
        return None
    if name in _dropped:
        return _dropped[name].founding
    if name in logs():
        return _shipped(name)
    raise ScenarioError(
        "this link uses an event log that is no longer in memory; upload it again on the My community page"
    )


def measured_log(table: EventTable) -> tuple[dict[str, float], pd.DataFrame, bool]:
    """Indicators of a log, its months, and whether it tells of visits."""
    events = events_of(table)
    log = Log(events)
    return measured(log), monthly(log), has_visits(events)


@dataclass(frozen=True)
class Dropped:
    """What was read of a log that somebody dropped."""

    founding: Founding
    measures: tuple[dict[str, float], pd.DataFrame, bool]
    "as `measured_log`"


def read_dropped(name: str, content: bytes) -> Dropped:
    """Read a log that somebody dropped; nothing is kept.

    Raises `LogError`, whose `problems` are the bad rows with their line numbers.
    """
    table = read_events(content, label=name, limit=UNPACKED)
    return Dropped(replace(founding_of_table(table), label=name), measured_log(table))


_dropped: OrderedDict[str, Dropped] = OrderedDict()


def keep(found: Dropped) -> str:
    """Keep a log in this server; the key under which addresses know it."""
    key = found.founding.digest[:16]
    with _keeping:
        _dropped[key] = found
        while len(_dropped) > MOST:
            _dropped.popitem(last=False)
    return key


def dropped(name: str, content: bytes) -> str:
    """Read a log that somebody dropped, here and now, and keep it; its key."""
    return keep(read_dropped(name, content))


def measures_of(key: str) -> tuple[dict[str, float], pd.DataFrame, bool]:
    """What the log under that key tells."""
    if key in _dropped:
        return _dropped[key].measures
    founding_of(key)  # says what is wrong with the key
    return _shipped_measures(key)


def library_measures(name: str, visits: bool) -> dict[str, float]:
    """The same indicators of a simulated year of a preset, from its own event log."""
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
