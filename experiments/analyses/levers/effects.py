"""Effects: what a changed parameter does to some indicators, pair by pair, and which flags it earns."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kith.experiments.statistics.intervals import LEAST_RUNS, paired
from kith.sim.schema.parameter_set import field_of

BETTER = {
    "active": 1,
    "churn_month_mean": -1,
    "joined": 0,
    "referral_share": 0,
    "participation_rate": 1,
    "first_contribution_rate": 1,
    "reply_rate": 1,
    "ties_per_member": 1,
    "satisfaction": 1,
    "belonging": 1,
    "revenue": 0,
    "cost_per_active": -1,
    "margin": 1,
    "ncv": 1,
    "member_surplus": 1,
}
"The indicators, and which direction is better; 0 where neither is."
GAINS = ("active", "satisfaction", "member_surplus")
"what a free lever improves: active members, or the value that members find"
JUMPY = ("active", "churn_month_mean", "participation_rate", "revenue")
LEAST_JUMP = 0.25
"relative effect below which no jump is looked for"
TENTH, MOST = 0.1, 2 / 3
"A jump: more than two thirds of an effect within the first or the last tenth of the way."
OTHER_DECISIONS = frozenset(
    {
        "acquisition.paid_budget",
        "governance.filter_strength",
        "governance.moderation_hours",
        "monetisation.ad_load",
        "monetisation.price",
        "monetisation.take_rate",
        "organisation.purpose",
        "organisation.staff",
        "platform.feed_days",
        "platform.feed_share",
        "referral.invites_per_month",
    }
)
"levers whose default has a source of its own"


@dataclass(frozen=True)
class Effect:
    """The paired difference of one indicator; NaN where it is not defined."""

    indicator: str
    base: float
    difference: float
    low: float
    high: float
    elasticity: float
    "relative change of the indicator per relative change of the parameter; NaN unless all are positive"

    @property
    def moved(self) -> bool:
        """Whether the interval excludes zero, or all pairs differ by the same amount."""
        if math.isnan(self.low):
            return not math.isnan(self.difference) and self.difference != 0.0
        return self.low > 0.0 or self.high < 0.0

    @property
    def relative(self) -> float:
        """The difference relative to the scenario as it is; NaN where that is 0."""
        return self.difference / abs(self.base) if self.base else math.nan


@dataclass(frozen=True)
class Trial:
    """A parameter at one value, and what that does."""

    which: str
    value: Any
    effects: tuple[Effect, ...]
    changes: bool
    "whether any indicator of any run changed at all"

    def of(self, indicator: str) -> Effect:
        """The effect on an indicator."""
        return next(effect for effect in self.effects if effect.indicator == indicator)


@dataclass(frozen=True)
class Tried:
    """A parameter of a scenario, its trials and its flags."""

    name: str
    value: Any
    inert: str = ""
    "why it has no effect here"
    trials: tuple[Trial, ...] = ()
    free: str = ""
    jumps: str = ""
    failed: str = field(default="", compare=False)
    "the error of a run, if one failed"

    @property
    def silent(self) -> bool:
        """Whether nothing changed at any value, for no known reason."""
        return not self.inert and bool(self.trials) and not any(trial.changes for trial in self.trials)

    @property
    def largest(self) -> Trial | None:
        """The trial with the largest effect on active members, those that are resolved first."""
        return max(self.trials, key=_size, default=None)

    @property
    def size(self) -> tuple[bool, float]:
        """By what parameters are sorted."""
        return (False, -1.0) if self.largest is None else _size(self.largest)


def _size(trial: Trial) -> tuple[bool, float]:
    effect = trial.of("active")
    return effect.moved, 0.0 if math.isnan(effect.relative) else abs(effect.relative)


def is_decision(name: str) -> bool:
    """Whether a team decides on a parameter, rather than the world."""
    source = str((field_of(name).json_schema_extra or {}).get("source", ""))
    return name in OTHER_DECISIONS or "a choice of design" in source or "a choice of organisation" in source


def measured(
    which: str,
    before: Any,
    value: Any,
    base: Sequence[Mapping[str, float]],
    runs: Sequence[Mapping[str, float]],
) -> Trial:
    """The effects of `value` instead of `before`, from the summaries of the same seeds."""
    changes = any(not same(one, other) for one, other in zip(base, runs, strict=True))
    effects = tuple(_effect(name, before, value, base, runs) for name in BETTER)
    return Trial(which, value, effects, changes)


def _effect(
    name: str,
    before: Any,
    value: Any,
    base: Sequence[Mapping[str, float]],
    runs: Sequence[Mapping[str, float]],
) -> Effect:
    one, other = (np.array([reading(run, name) for run in side], float) for side in (base, runs))
    gap = paired(one, other)
    both = ~(np.isnan(one) | np.isnan(other))
    start = float(one[both].mean()) if both.any() else math.nan
    return Effect(
        name,
        start,
        gap.difference,
        gap.low,
        gap.high,
        _elasticity(before, value, start, start + gap.difference),
    )


def reading(run: Mapping[str, float], name: str) -> float:
    """An indicator of a run; what an active member costs is made of two of its summary."""
    if name == "cost_per_active":
        return run["cost"] / run["active"] if run["active"] > 0.0 else math.nan
    return run[name]


def _elasticity(before: Any, value: Any, start: float, end: float) -> float:
    numbers = (before, value, start, end)
    countable = all(isinstance(n, int | float) and math.isfinite(n) and n > 0.0 for n in numbers)
    if not countable or before == value:
        return math.nan
    return math.log(end / start) / math.log(value / before)


def same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """Whether two summaries agree to the last bit in every indicator."""
    return all(a == other[name] or (math.isnan(a) and math.isnan(other[name])) for name, a in one.items())


def free(name: str, trials: Sequence[Trial], runs: int) -> str:
    """At which end a decision improves active members or value, and nothing is worse; empty if at none."""
    if not is_decision(name) or runs < LEAST_RUNS:
        return ""
    for trial in trials:
        better = [e.indicator for e in trial.effects if e.moved and e.difference * BETTER[e.indicator] > 0.0]
        worse = [e.indicator for e in trial.effects if e.moved and e.difference * BETTER[e.indicator] < 0.0]
        gains = [gain for gain in GAINS if gain in better]
        if gains and not worse:
            return f"{trial.which}: {', '.join(gains)}"
    return ""


def candidates(trial: Trial) -> list[Effect]:
    """Effects large enough to look for a jump, the largest first."""
    if not isinstance(trial.value, int | float):
        return []
    large = [e for e in map(trial.of, JUMPY) if e.moved and abs(e.relative) >= LEAST_JUMP]
    return sorted(large, key=lambda effect: -abs(effect.relative))


def jump(trial: Trial, near: Trial | None, far: Trial | None) -> str:
    """Where a step lies that makes most of the effect of `trial`, seen from points a tenth from either end."""
    for effect in candidates(trial):
        name = effect.indicator
        if near is not None and near.of(name).moved and near.of(name).difference / effect.difference >= MOST:
            return f"{name}, in the first tenth of the way to {trial.value:.4g}"
        if far is not None and far.of(name).difference / effect.difference <= 1.0 - MOST:
            return f"{name}, in the last tenth of the way to {trial.value:.4g}"
    return ""
