"""Stored screens: finished scenarios are read back, so that an interrupted library goes on where it stopped.

`library.json` holds one object per scenario. A screen counts only if its digest is that of the request.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kith.experiments.analyses.levers.screen import FITS_NOTHING, Change, Screened
from kith.experiments.analyses.levers.stored import plain, read_scenarios

FILE = "library.json"
DIGITS = 6
"significant digits of a change: some are small"
PLAIN = ("scenario", "model_version", "days", "people", "founders", "active", "digest")


def read(folder: Path) -> dict[str, Screened]:
    """The finished screens in a folder, by scenario."""
    return read_scenarios(folder / FILE, "library", _screened)


def as_object(screens: Mapping[str, Screened]) -> dict[str, Any]:
    """Screens as one plain object; a change is its value, indicator, and the number before and after."""
    whole: dict[str, Any] = plain({"library": [_entry(one) for one in screens.values()]}, DIGITS)
    return whole


def _entry(one: Screened) -> dict[str, Any]:
    reasons: dict[str, list[str]] = {}
    for name, reason in one.inert.items():
        reasons.setdefault(reason, []).append(name)
    return {name: getattr(one, name) for name in PLAIN} | {
        "acts": {name: [c.value, c.indicator, c.before, c.after] for name, c in one.acts.items()},
        "inert": reasons,
        "silent": one.silent,
        "untried": list(one.untried),
        "failed": dict(one.failed),
        "whole": one.whole,
    }


def _screened(entry: dict[str, Any]) -> Screened:
    return Screened(
        **{name: entry[name] for name in PLAIN},
        acts={
            name: Change(row[0], row[1], _number(row[2]), _number(row[3]))
            for name, row in entry["acts"].items()
        },
        inert={name: reason for reason, names in entry["inert"].items() for name in names},
        silent=tuple(entry["silent"]),
        untried=dict.fromkeys(entry["untried"], FITS_NOTHING),
        failed=entry["failed"],
        whole=tuple(entry["whole"]),
    )


def _number(value: float | str | None) -> float:
    return math.nan if value is None else float(value)
