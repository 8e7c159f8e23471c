"""The library by parameter: in which of its scenarios each parameter acts, where most, and why not in the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kith.experiments.analyses.levers.screen import Change, Screened
from kith.experiments.analyses.levers.stored import plain
from kith.experiments.analyses.levers.stored_screens import DIGITS
from kith.sim.schema.parameter_set import dotted_names

LIVELY = 40
"active members below which a change is mostly chance"


@dataclass
class Row:
    """A parameter in the scenarios that were screened; each scenario is in one of the five lists."""

    name: str
    acts: list[str] = field(default_factory=list)
    strongest: tuple[str, Change] | None = None
    "the scenario in which a pair differs most, and how; a lively one, if it acts in any"
    inert: dict[str, list[str]] = field(default_factory=dict)
    "scenarios by the reason why nothing reads the parameter"
    silent: list[str] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def rows(screens: Mapping[str, Screened]) -> list[Row]:
    """A row for each parameter that was asked for, in the order of the schema."""
    asked = {name for one in screens.values() for name in one.names}
    table = {name: Row(name) for name in dotted_names() if name in asked}
    for scenario, one in screens.items():
        for name, change in one.acts.items():
            row = table[name]
            row.acts.append(scenario)
            if row.strongest is None or _weight(one, change) > _weight(
                screens[row.strongest[0]], row.strongest[1]
            ):
                row.strongest = scenario, change
        for name, reason in one.inert.items():
            table[name].inert.setdefault(reason, []).append(scenario)
        for name in one.silent:
            table[name].silent.append(scenario)
        for name in one.untried:
            table[name].untried.append(scenario)
        for name in one.failed:
            table[name].failed.append(scenario)
    return list(table.values())


def still_quiet(screens: Mapping[str, Screened]) -> dict[str, list[str]]:
    """What acts in no scenario, by scenarios that are silent about it and were not tried as they are written."""
    nowhere = {row.name for row in rows(screens) if not row.acts}
    left = {
        scenario: [name for name in one.silent if name in nowhere and name not in one.whole]
        for scenario, one in screens.items()
    }
    return {scenario: names for scenario, names in left.items() if names}


def _weight(one: Screened, change: Change) -> tuple[bool, float]:
    return one.active >= LIVELY, change.size


def as_object(screens: Mapping[str, Screened]) -> dict[str, Any]:
    """What a library does with each parameter, as plain values; undefined numbers are None."""
    table = rows(screens)
    return {
        "model_version": next(iter(screens.values())).model_version,
        "scenarios": [
            {
                "scenario": one.scenario,
                "days": one.days,
                "people": one.people,
                "founders": one.founders,
                "active": one.active,
                "acts": len(one.acts),
                "inert": len(one.inert),
                "silent": list(one.silent),
            }
            for one in screens.values()
        ],
        "parameters": [_row_object(row) for row in table],
        "nowhere": [row.name for row in table if not row.acts],
    }


def _row_object(row: Row) -> dict[str, Any]:
    strongest = None
    if row.strongest is not None:
        scenario, change = row.strongest
        strongest = {
            "scenario": scenario,
            "value": change.value,
            "indicator": change.indicator,
            "before": change.before,
            "after": change.after,
        }
    found: dict[str, Any] = plain(
        {
            "name": row.name,
            "acts_in": len(row.acts),
            "scenarios": row.acts,
            "strongest": strongest,
            "no_effect": row.inert,
            "changed_nothing": row.silent,
            "untried": row.untried,
            "failed": row.failed,
        },
        DIGITS,
    )
    return found
