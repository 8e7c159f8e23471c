"""Stored audits: finished ones are read back, so that an interrupted library goes on where it stopped.

`levers.json` holds one object per scenario. An audit counts only if its digest is that of the request.
"""

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from kith.experiments.analyses.levers.audit import Audit
from kith.experiments.analyses.levers.effects import Effect, Trial, Tried
from kith.experiments.errors import StoreDamaged

FILE = "levers.json"
DIGITS = 4
"significant digits of a stored number"


def read(folder: Path) -> dict[str, Audit]:
    """The finished audits in a folder, by scenario."""
    return read_scenarios(folder / FILE, "levers", _audit)


def read_scenarios[Kept](path: Path, name: str, made: Callable[[dict[str, Any]], Kept]) -> dict[str, Kept]:
    """What a file has of each scenario in its list `name`; nothing if there is no such file.

    Raises
    ------
    StoreDamaged
        The file is not one that kith wrote.
    """
    if not path.is_file():
        return {}
    try:
        objects = json.loads(path.read_text("utf-8"))[name]
        return {entry["scenario"]: made(entry) for entry in objects}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreDamaged(f"{path} was not written by kith; remove it, or name another folder") from None


def as_object(audits: dict[str, Audit]) -> dict[str, Any]:
    """Audits as one plain object; undefined numbers are None."""
    whole: dict[str, Any] = plain({"levers": [asdict(audit) for audit in audits.values()]})
    return whole


def plain(value: Any, digits: int = DIGITS) -> Any:
    """A value for JSON: numbers are rounded, undefined ones are None, a row of a table of levels is an object."""
    if isinstance(value, BaseModel):
        return plain(value.model_dump(), digits)
    if isinstance(value, dict):
        return {name: plain(item, digits) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item, digits) for item in value]
    if isinstance(value, float):
        if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        return None if math.isnan(value) else float(f"{value:.{digits}g}")
    return value


def _audit(entry: dict[str, Any]) -> Audit:
    return Audit(**entry | {"parameters": tuple(_tried(each) for each in entry["parameters"])})


def _tried(entry: dict[str, Any]) -> Tried:
    return Tried(**entry | {"trials": tuple(_trial(each) for each in entry["trials"])})


def _trial(entry: dict[str, Any]) -> Trial:
    return Trial(**entry | {"effects": tuple(_effect(each) for each in entry["effects"])})


def _effect(entry: dict[str, Any]) -> Effect:
    known: dict[str, Any] = {name: math.nan if value is None else value for name, value in entry.items()}
    return Effect(**known)
