"""An arm of a comparison: a scenario with settings and shocks of its own, written in one line."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kith.experiments.errors import ComparisonError
from kith.scenarios.load import load
from kith.scenarios.settings import parse_setting, parse_shock
from kith.sim.schema.plan import Plan

EXAMPLE = '"web monetisation.price=12" or "web 180 members_leave share=0.3"'


@dataclass(frozen=True)
class Arm:
    """A scenario, and what is changed of it in this arm alone."""

    text: str
    "the line, which the command that repeats a comparison gives again"
    scenario: str
    overrides: Mapping[str, Any] = field(default_factory=dict)
    shocks: tuple[Mapping[str, Any], ...] = ()

    def plan(self, given: Mapping[str, Any]) -> Plan:
        """The plan of the arm; `given` are the arguments of `load` for all arms, which its own add to."""
        overrides = {**(given.get("overrides") or {}), **self.overrides}
        shocks = [*(given.get("shocks") or ()), *self.shocks]
        return load(self.scenario, **{**given, "overrides": overrides, "shocks": shocks})


def arm_from(text: str) -> Arm:
    """The arm of a line: a scenario, settings as `section.name=value`, and shocks, each a day, a kind and its fields.

    Raises
    ------
    ComparisonError, ScenarioError
        The line cannot be read.
    """
    try:
        scenario, *words = shlex.split(text) or [""]
    except ValueError as error:
        raise ComparisonError(f"arm {text!r:.60}: {error}; write for instance {EXAMPLE}") from None
    if not scenario or "=" in scenario:
        raise ComparisonError(f"arm {text!r:.60}: begin with a scenario, such as {EXAMPLE}")
    overrides: dict[str, Any] = {}
    shocks: list[list[str]] = []
    for word in words:
        name, equals, _ = word.partition("=")
        if equals and "." in name:
            name, value = parse_setting(word)
            if name in overrides:
                raise ComparisonError(f"arm {text!r:.60}: {name} is given twice; give it once")
            overrides[name] = value
        elif word.isdecimal():
            shocks.append([word])
        elif shocks:
            shocks[-1].append(word)
        else:
            raise ComparisonError(
                f"arm {text!r:.60}: {word!r:.40} is no setting and no day of a shock; write for instance {EXAMPLE}"
            )
    return Arm(text, scenario, overrides, tuple(parse_shock(" ".join(words)) for words in shocks))
