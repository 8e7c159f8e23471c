"""Scenarios: text becomes a plan that the engine can run.

`load` makes the plan; `library` and `names` tell what comes with kith. Importing this package
is cheap: the modules behind it, and NumPy, come with the first use of a name.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from scenarios.errors import LogError, ScenarioError

if TYPE_CHECKING:
    from scenarios.catalogue import Entry, library, logs, names
    from scenarios.description import about, expected_of
    from scenarios.expected import Expected
    from scenarios.log import read_log
    from scenarios.scenario import load
    from scenarios.schema import scenario_schema
    from scenarios.settings import parse_setting, parse_shock

_HOMES = {
    "Entry": "scenarios.catalogue",
    "Expected": "scenarios.expected",
    "about": "scenarios.description",
    "expected_of": "scenarios.description",
    "library": "scenarios.catalogue",
    "load": "scenarios.scenario",
    "logs": "scenarios.catalogue",
    "names": "scenarios.catalogue",
    "parse_setting": "scenarios.settings",
    "parse_shock": "scenarios.settings",
    "read_log": "scenarios.log",
    "scenario_schema": "scenarios.schema",
}

__all__ = [
    "Entry",
    "Expected",
    "LogError",
    "ScenarioError",
    "about",
    "expected_of",
    "library",
    "load",
    "logs",
    "names",
    "parse_setting",
    "parse_shock",
    "read_log",
    "scenario_schema",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'scenarios' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
