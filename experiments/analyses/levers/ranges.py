"""Ranges: the two values at which a parameter is tried.

The ends are those of the parameter's prior where it has one, its bounds where they are narrow (a share), else
a third and three times its value in the scenario. What is off is switched on, at a usual strength; of words
all others are tried, and of a table of levels a third and three times of the contributions that they need. An end that contradicts another parameter moves half of the way back until it fits.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from kith.experiments.words.assumptions import Setting, settings
from kith.sim.schema.parameter_set import ParameterError, field_of, parameters_from
from kith.sim.schema.parameters import Tier
from kith.sim.schema.plan import Plan

FACTOR = 3.0
NARROW = 1.0
"width of bounds that are a range by themselves"
USUAL = {
    "acquisition.paid_budget": 100.0,
    "affiliation.hub_posts": 5.0,
    "bonding.removal_rate": 0.01,
    "dormancy.winback_per_month": 2.0,
    "governance.council_size": 7,
    "governance.events_per_month": 2.0,
    "incentives.cash_per_contribution": 2.0,
    "incentives.equity_points": 20,
    "organisation.community_budget": 1_000.0,
    "organisation.hub_cost": 500.0,
    "organisation.lead_value": 20.0,
    "organisation.staff": 1.0,
    "platform.feed_days": 30,
    "referral.reward_giver": 10.0,
    "referral.reward_receiver": 10.0,
    "churn.tie_threshold": 3,
    "value.content_scale": 5.0,
    "visiting.burst_gain": 2.0,
}
"What is tried where a parameter is 0 and its default is 0 as well."
BENEFIT = Tier(points=10, perk=0.05, cost=0.5)
"What is tried where nothing is earned: half of what the library's communities give, at their price."
HALVINGS = 6


@dataclass(frozen=True)
class End:
    """A value at which a parameter is tried: `low` or `high`, or a word."""

    which: str
    value: Any


def ends_of(plan: Plan, names: Iterable[str]) -> dict[str, list[End]]:
    """The ends of some parameters, by name."""
    known = {setting.name: setting for setting in settings(plan)}
    return {name: _ends_of(plan, known[name]) for name in names}


def ends(plan: Plan, name: str) -> list[End]:
    """The ends of a parameter that a plan allows."""
    return ends_of(plan, [name])[name]


def _ends_of(plan: Plan, setting: Setting) -> list[End]:
    if setting.choices:
        candidates = [End(word, word) for word in setting.choices if word != setting.value]
    elif isinstance(setting.value, tuple):
        candidates = _tables(setting.name, setting.value)
    else:
        candidates = [
            End(which, value) for which, value in zip(("low", "high"), _range(setting), strict=True)
        ]
    possible = (_fitting(plan, setting, end) for end in candidates)
    return [end for end in possible if end is not None]


def changed(plan: Plan, name: str, value: Any) -> Plan:
    """The plan with another value of a parameter in every phase that does not set it itself."""
    before = _value(plan.parameters, name)
    phases = tuple(
        (day, _with(parameters, name, value) if _value(parameters, name) == before else parameters)
        for day, parameters in plan.phases
    )
    return replace(plan, phases=phases)


def between(name: str, start: Any, end: Any, share: float) -> Any:
    """The value a share of the way from one to the other."""
    value = start + share * (end - start)
    return round(value) if _whole(name) else value


def _range(setting: Setting) -> tuple[Any, Any]:
    """Both ends within the bounds, whole where the parameter is."""
    least = -math.inf if setting.low is None else setting.low
    most = math.inf if setting.high is None else setting.high
    low, high = (min(most, max(least, end)) for end in _ends(setting))
    return (round(low), round(high)) if _whole(setting.name) else (float(low), float(high))


def _ends(setting: Setting) -> tuple[float, float]:
    prior = (field_of(setting.name).json_schema_extra or {}).get("prior")
    if prior is not None:
        return float(prior[1]), float(prior[2])
    if setting.low is not None and setting.high is not None and setting.high - setting.low <= NARROW:
        return setting.low, setting.high
    value = float(setting.value)
    if value == 0.0 or not math.isfinite(value):
        usual = float(setting.default) or float(USUAL.get(setting.name, 1.0))
        return (0.0 if value == 0.0 else usual / FACTOR), usual
    return (value / FACTOR, value * FACTOR) if value > 0.0 else (value * FACTOR, value / FACTOR)


def _tables(name: str, levels: tuple[Any, ...]) -> list[End]:
    """A table of levels with levels that are earned sooner and later; an empty one with a level."""
    if not levels:
        default = field_of(name).default
        return [End("high", default or (BENEFIT,))]
    return [
        End("low", tuple(_needing(level, 1.0 / FACTOR) for level in levels)),
        End("high", tuple(_needing(level, FACTOR) for level in levels)),
    ]


def _needing(level: Any, times: float) -> Any:
    """A level that needs a multiple of its contributions, at least one."""
    if isinstance(level, Tier):
        return level.model_copy(update={"points": max(1, round(level.points * times))})
    return max(1, round(level * times))


def _fitting(plan: Plan, setting: Setting, end: End) -> End | None:
    """The end, moved toward the plan's value until the plan accepts it; None if nothing is left of it."""
    value = end.value
    for _ in range(HALVINGS):
        if value == setting.value:
            return None
        try:
            changed(plan, setting.name, value)
        except ParameterError:
            if isinstance(value, str | tuple):
                return None
            value = between(setting.name, setting.value, value, 0.5)
        else:
            return End(end.which, value)
    return None


def _whole(name: str) -> bool:
    return field_of(name).annotation is int


def _value(parameters: Any, name: str) -> Any:
    section, _, field = name.partition(".")
    return getattr(getattr(parameters, section), field)


def _with(parameters: Any, name: str, value: Any) -> Any:
    section, _, field = name.partition(".")
    values = parameters.model_dump()
    values[section][field] = value
    return parameters_from(values)
