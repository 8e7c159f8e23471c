"""Arrivals in a scenario: the table `[arrivals]`, with the joins of each day.

    [arrivals]                 [arrivals]                 [arrivals]
    daily = [3, 0, 2]          file = "joins.csv"         log = "chat.csv"
                               mode = "instead"           from = "2005-01-01"

One of `daily`, `file` and `log` gives the counts. A file is a table with a column `joins`, a row per
day; with a column `day` (from 0) or `date` rows may be in any order, and days without a row have no
joins. Of a log, the first action of each member is its arrival.
"""

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from kith.scenarios.errors import ScenarioError, shown
from kith.sim.schema.arrivals import MODES, Arrivals
from kith.sim.schema.plan import MAX_DAYS

TABLE = "arrivals"
SOURCES = ("daily", "file", "log")
KEYS = (*SOURCES, "from", "mode")
LARGEST = 10_000_000
"bytes of a file of counts"


@dataclass(frozen=True)
class ArrivalsTable:
    """A scenario's table about arrivals, and the folder that its paths are relative to."""

    values: dict[str, Any]
    folder: Path = Path()

    def over(self, below: "ArrivalsTable | None") -> "ArrivalsTable":
        """This table merged over the inherited one; other counts, or an empty table, replace it."""
        if below is None or not self.values or set(SOURCES) & self.values.keys():
            return self
        return ArrivalsTable(below.values | self.values, below.folder)


def arrivals_table(given: Any, folder: Path) -> ArrivalsTable:
    """A table with its keys validated; an empty one drops inherited arrivals."""
    if not isinstance(given, Mapping):
        raise ScenarioError("arrivals must be a table, such as [arrivals] with daily = [3, 0, 2]")
    values = dict(given)
    unknown = next((key for key in values if key not in KEYS), None)
    if unknown is not None:
        raise ScenarioError(f"unknown key arrivals.{unknown!s:.60}; one of {', '.join(KEYS)} is known")
    several = [key for key in SOURCES if key in values]
    if len(several) > 1:
        raise ScenarioError(f"arrivals has both {several[0]} and {several[1]}; keep one of them")
    for key in ("file", "log"):
        if key in values and not (isinstance(values[key], str) and values[key].strip()):
            raise ScenarioError(f"arrivals.{key} = {shown(values[key])}: must be text in quotes")
    if values.get("mode", MODES[0]) not in MODES:
        raise ScenarioError(f"arrivals.mode = {shown(values['mode'])}: must be {' or '.join(MODES)}")
    if "daily" in values:
        Arrivals(values["daily"])  # raises for what is no list of counts
    if "from" in values and several != ["log"]:
        raise ScenarioError("arrivals.from is the first day to take from a log; it needs arrivals.log")
    return ArrivalsTable(values, folder)


def given_table(given: Any) -> dict[str, Any] | None:
    """The argument of a call as a table: a table, the path of a file of counts, or the counts themselves."""
    if given is None:
        return None
    if isinstance(given, Mapping):
        return dict(given)
    if isinstance(given, str | os.PathLike):
        return {"file": os.fspath(given)}
    return {"daily": given}


def arrivals_in(table: ArrivalsTable) -> Arrivals:
    """The arrivals that a table lists or whose file it names; raises `ScenarioError` if it does neither."""
    values, mode = table.values, mode_of(table)
    if "daily" in values:
        return Arrivals(values["daily"], mode, "the list of the scenario")
    if "file" not in values:
        raise ScenarioError("arrivals has no counts; give one of daily, file and log")
    counts = np.array(_counts(table.folder / values["file"], values["file"]))
    return Arrivals(counts, mode, values["file"])


def mode_of(table: ArrivalsTable) -> str:
    """Whether arrivals stand beside acquisition, or instead of it."""
    return str(table.values.get("mode", MODES[0]))


def log_of(table: ArrivalsTable) -> str:
    """The log that a table names: a path relative to the scenario's folder, or one that ships with kith."""
    path = table.folder / table.values["log"]
    return str(path if path.exists() else table.values["log"])


def _counts(path: Path, label: str) -> list[int]:
    """The joins of each day in a table of counts."""
    rows = csv.DictReader(io.StringIO(_text(path, label)))
    names = [name.strip().lower() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    if "joins" not in names:
        raise ScenarioError(
            f"{label}: its first line is {','.join(names)!r:.60}; it must name a column joins, perhaps day or date"
        )
    key = next((name for name in ("day", "date") if name in names), None)
    counts: dict[int, int] = {}
    for number, row in enumerate(rows, 2):
        where = f"{label}, line {number}"
        day = _day(row[key], key, where) if key else len(counts)
        if day in counts:
            raise ScenarioError(f"{where}: {key} {row[key or '']} comes twice; keep one row per day")
        counts[day] = _whole_number(row["joins"], "joins", where)
    if not counts:
        raise ScenarioError(f"{label} has no rows; write one per day below the line that names the columns")
    first = min(counts) if key == "date" else 0
    days = max(counts) - first + 1
    if days > MAX_DAYS:
        raise ScenarioError(f"{label} spans {days:,} days; at most {MAX_DAYS:,} can be simulated")
    return [counts.get(first + day, 0) for day in range(days)]


def _text(path: Path, label: str) -> str:
    try:
        if not path.is_file():
            raise ScenarioError(
                f"{label} does not exist or is not a file; give a path relative to the scenario's folder"
            )
        if path.stat().st_size > LARGEST:
            raise ScenarioError(f"{label} is larger than {LARGEST // 1_000_000} MB; give one row per day")
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(f"{label} is not text in UTF-8; save it as CSV in UTF-8") from None
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{label} cannot be read: {error}") from None


def _whole_number(text: str | None, name: str, where: str) -> int:
    word = (text or "").strip()
    if not (word.isascii() and word.isdecimal() and len(word) < 10):
        raise ScenarioError(f"{where}: {name} = {shown(word)}: must be a whole number, 0 or more")
    return int(word)


def _day(text: str | None, kind: str, where: str) -> int:
    if kind == "day":
        return _whole_number(text, kind, where)
    try:
        return date.fromisoformat((text or "").strip()).toordinal()
    except ValueError:
        raise ScenarioError(f"{where}: date = {shown(text)}: must be a day such as 2004-12-31") from None


__all__ = ["TABLE", "ArrivalsTable", "arrivals_in", "arrivals_table", "given_table", "log_of", "mode_of"]
