"""An arm of a comparison: a scenario with settings and shocks of its own, written in one line."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kith.experiments.errors import ComparisonError
from kith.scenarios.load import load
from kith.scenarios.settings import parse_setting, parse_shock
from kith.sim.schema.plan import Plan

NAME = ": "
"between the name that an arm is given and its scenario"
LONGEST_NAME = 40
EXAMPLE = '"web monetisation.price=12" or "web 180 members_leave share=0.3"'


@dataclass(frozen=True)
class Arm:
    """A scenario, and what is changed of it in this arm alone."""

    text: str
    "the line, which the command that repeats a comparison gives again"
    scenario: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    shocks: tuple[Mapping[str, Any], ...] = ()
    name: str = ""
    "what it is called in tables and charts, if it was given a name"

    def plan(self, given: Mapping[str, Any]) -> Plan:
        """The plan of the arm; `given` are the arguments of `load` for all arms, which its own add to."""
        overrides = {**(given.get("overrides") or {}), **self.overrides}
        shocks = [*(given.get("shocks") or ()), *self.shocks]
        return load(self.scenario, **{**given, "overrides": overrides, "shocks": shocks})


def arm_from(text: str) -> Arm:
    """The arm of a line: a scenario, settings as `section.name=value`, and shocks, each a day, a kind and its fields.

    A name may stand before it, with a colon: `cheap: web monetisation.price=5`.

    Raises
    ------
    ComparisonError, ScenarioError
        The line cannot be read.
    """
    name, colon, line = text.partition(NAME)
    if not colon or "=" in name:
        name, line = "", text
    if colon and not 0 < len(name.strip()) <= LONGEST_NAME:
        raise ComparisonError(f"arm {text!r:.60}: a name has 1 to {LONGEST_NAME} characters")
    try:
        scenario, *words = shlex.split(line) or [""]
    except ValueError as error:
        raise ComparisonError(f"arm {text!r:.60}: {error}; write for instance {EXAMPLE}") from None
    if not scenario or "=" in scenario:
        raise ComparisonError(f"arm {text!r:.60}: begin with a scenario, such as {EXAMPLE}")
    overrides: dict[str, Any] = {}
    shocks: list[list[str]] = []
    for word in words:
        setting, equals, _ = word.partition("=")
        if equals and "." in setting:
            setting, value = parse_setting(word)
            if setting in overrides:
                raise ComparisonError(f"arm {text!r:.60}: {setting} is given twice; give it once")
            overrides[setting] = value
        elif word.isdecimal():
            shocks.append([word])
        elif shocks:
            shocks[-1].append(word)
        else:
            raise ComparisonError(
                f"arm {text!r:.60}: {word!r:.40} is no setting and no day of a shock; write for instance {EXAMPLE}"
            )
    return Arm(
        text, scenario, overrides, tuple(parse_shock(" ".join(words)) for words in shocks), name.strip()
    )


def arms_of(scenarios: Sequence[str], lines: Sequence[str]) -> list[str | Arm]:
    """Scenarios, then the arms of lines."""
    return [*scenarios, *map(arm_from, lines)]


def plan_in(scenario: Any, given: Mapping[str, Any]) -> Plan:
    """The plan of a scenario or an arm; `given` are arguments of `load`, and a plan stays as it is."""
    if isinstance(scenario, Plan):
        return scenario
    return scenario.plan(given) if isinstance(scenario, Arm) else load(scenario, **given)


def written(scenario: Any) -> str:
    """A scenario as the command line has it."""
    if isinstance(scenario, Arm):
        return scenario.text
    return str(scenario.name if isinstance(scenario, Plan) else scenario)


def given_names(scenarios: Sequence[Any]) -> list[str]:
    """The names that arms were given, empty where there is none."""
    return [scenario.name if isinstance(scenario, Arm) else "" for scenario in scenarios]
