"""Measured effects that ship with kith: which levers matter most in a pool, a hub and a web.

`measured.json` is written by `docs/measures/levers_on_pages.py` from what `kith levers web hub pool --out docs/reference/levers` stored.
Other scenarios are read by the type they are closest to: that of the strongest tie.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kith.experiments.analyses.levers.audit import Audit
from kith.experiments.analyses.levers.effects import Effect, Trial, Tried, is_decision
from kith.sim.schema.effects import inert
from kith.sim.schema.plan import Plan

FILE = Path(__file__).with_name("measured.json")
OUTCOMES = ("active", "belonging", "churn_month_mean", "margin", "member_surplus")
KEPT = 60
"""Parameters that are kept for each outcome and type, those with the largest effect."""

DOZEN = 12
TYPES = {"pool": "activity", "hub": "hub", "web": "peers"}
"""Types of community, and the affiliation that is strongest in them."""


@dataclass(frozen=True)
class Measured:
    """What one end of a parameter's range does to one outcome, against the scenario as it is."""

    name: str
    value: Any
    "the end with the larger effect"
    base: float
    difference: float
    low: float
    high: float
    "95 % interval over paired runs; NaN where there is none"

    @property
    def relative(self) -> float:
        """The difference relative to the scenario as it is."""
        return self.difference / abs(self.base) if self.base else math.copysign(math.inf, self.difference)


def type_of(plan: Plan) -> str:
    """Pool, hub or web: by the strongest affiliation; a pool where there is none."""
    strength = {name: float(getattr(plan.parameters.affiliation, tie)) for name, tie in TYPES.items()}
    return max(strength, key=lambda name: strength[name])


def effects(kind: str, outcome: str = OUTCOMES[0]) -> list[Measured]:
    """The resolved effects of parameters on an outcome in a type of community, the largest first."""
    rows = _shipped()["types"][kind]["effects"].get(outcome, [])
    return [Measured(row[0], row[1], *(math.nan if x is None else x for x in row[2:])) for row in rows]


def conditions(kind: str) -> Mapping[str, Any]:
    """How the effects of a type were measured: model_version, runs, days, people."""
    return {key: value for key, value in _shipped()["types"][kind].items() if key != "effects"}


def most_effective(
    plan: Plan, outcome: str = OUTCOMES[0], decisions: bool = False, most: int = DOZEN
) -> list[Measured]:
    """The parameters with the largest measured effect of those that do something in a plan.

    Parameters
    ----------
    decisions : only what a team decides.
    """
    off = inert(plan)
    able = (m for m in effects(type_of(plan), outcome) if m.name not in off)
    return [m for m in able if is_decision(m.name) or not decisions][:most]


def compact(audits: Mapping[str, Audit]) -> dict[str, Any]:
    """What ships of finished audits: the larger of each parameter's effects on each outcome, if it is resolved."""
    return {
        "types": {
            kind: {
                "model_version": audit.model_version,
                "runs": audit.runs,
                "days": audit.days,
                "people": audit.people,
                "effects": {outcome: _largest(audit, outcome) for outcome in OUTCOMES},
            }
            for kind, audit in audits.items()
        }
    }


def _largest(audit: Audit, outcome: str) -> list[list[Any]]:
    found = [pair for tried in audit.parameters if (pair := _resolved(tried, outcome)) is not None]
    found.sort(key=lambda pair: -abs(pair[1].difference))
    return [
        [name, trial_value, *(None if math.isnan(x) else x for x in (e.base, e.difference, e.low, e.high))]
        for (name, trial_value), e in found[:KEPT]
    ]


def _resolved(tried: Tried, outcome: str) -> tuple[tuple[str, Any], Effect] | None:
    """The larger effect; none of a table of levels, which has no control on the pages that show these."""
    single = (trial for trial in tried.trials if not isinstance(trial.value, list | tuple))
    trials: list[Trial] = [trial for trial in single if trial.of(outcome).moved]
    if not trials:
        return None
    trial = max(trials, key=lambda trial: abs(trial.of(outcome).difference))
    return (tried.name, trial.value), trial.of(outcome)


@cache
def _shipped() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
