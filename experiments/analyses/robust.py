"""Robustness: which conclusions about two scenarios hold despite uncertain parameters.

For each of many draws of the parameters ("worlds", see `kith.experiments.analyses.prior_draws`) both scenarios run
once on the same random seed; a conclusion is the sign of the difference of an indicator. It should hold in 80 % of
draws (docs/explanation/science.md, section 7), and the draws are a sample: it counts as robust if Wilson's 95 %
interval of that share lies at 80 % or above, as not robust if it lies below, and is undecided
otherwise. Even if all agree, that takes 16 draws. The shares include sampling noise: a difference too
small to show in one pair of runs cannot be robust.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from kith.experiments.analyses.prior_draws import World, drawn, open_parameters
from kith.experiments.comparison.arms import Arm, given_names, plan_in, written
from kith.experiments.comparison.labels import labelled
from kith.experiments.comparison.repeat_command import robust_command
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.own import Own
from kith.experiments.runs.runner import Job, RunResult, run_all
from kith.experiments.statistics.intervals import POWER
from kith.experiments.statistics.shares import Share, trials_needed, wilson
from kith.experiments.statistics.tables import OUTCOMES
from kith.experiments.statistics.units import with_units
from kith.experiments.words import wording
from kith.scenarios.logs.founding import ReadLog
from kith.sim.results.definitions import describe
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import MAX_DAYS, Plan

LEVEL = 0.95
ENOUGH = 0.80
"share of draws in which a conclusion has to hold"
FEWEST = 2
ROBUST, NOT_ROBUST, UNDECIDED, SAME = "robust", "not robust", "undecided", "same"


@dataclass(frozen=True)
class Conclusion:
    """In how many draws an indicator is higher, or lower, in the second scenario than in the first."""

    outcome: str
    unit: str
    first: str
    second: str
    more: int
    less: int
    worlds: int
    "draws in which both values are defined"
    median: float
    "median difference, second minus first"
    regret_first: float = math.nan
    "what is lost by always choosing the first, mean over draws, where more is better"
    regret_second: float = math.nan
    "the same of the second; where less is better the two change places"

    @property
    def holds_in(self) -> int:
        """Number of draws with the more frequent sign."""
        return max(self.more, self.less)

    @property
    def share(self) -> Share:
        """Share of draws in which the conclusion holds, with a 95 % interval."""
        return wilson(self.holds_in, self.worlds, LEVEL)

    @property
    def verdict(self) -> str:
        """Robust, not robust, undecided, or without any difference."""
        if self.holds_in == 0:
            return SAME
        if self.share.low >= ENOUGH:
            return ROBUST
        return NOT_ROBUST if self.share.high < ENOUGH else UNDECIDED

    @property
    def worlds_needed(self) -> float:
        """Number of draws that would decide with a probability of 80 % if the true share equals the estimate; NaN if decided."""
        if self.verdict != UNDECIDED:
            return math.nan
        return max(trials_needed(self.share.value, ENOUGH, LEVEL, POWER), self.worlds + 1.0)

    @property
    def sentence(self) -> str:
        """The conclusion in words."""
        if self.holds_in == 0:
            return f"{wording.title(self.outcome)}: no difference"
        sign = "more" if self.more >= self.less else "less"
        return f"{wording.title(self.outcome)}: {sign} in {self.second} than in {self.first}"


@dataclass(frozen=True)
class Robustness:
    """The conclusions about two scenarios across many draws of the parameters."""

    first: str
    second: str
    worlds: int
    days: int
    drawn: tuple[str, ...]
    "parameters that were drawn"
    conclusions: tuple[Conclusion, ...]
    values: pd.DataFrame
    "one row per draw and scenario: the drawn parameters and the indicators"
    failures: tuple[RunResult, ...] = field(default=())
    people: tuple[int, int] = (0, 0)
    "people in the market, founders"
    command: str = ""
    "the command line that repeats it"
    plans: Mapping[str, Plan] = field(default_factory=dict)
    "label -> plan, as it is where nothing is drawn"


def robustness(
    scenarios: Sequence[str | Path | Arm],
    worlds: int = 100,
    days: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    shocks: Sequence[Any] | None = None,
    log: str | Path | ReadLog | None = None,
    at: str | None = None,
    outcomes: Sequence[str] = OUTCOMES,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    own: Own | None = None,
) -> Robustness:
    """Run two scenarios, paired, for many draws of the parameters from the priors of the schema.

    Parameters
    ----------
    scenarios : two names of the library, paths, or arms with settings and shocks of their own; differences are second minus first.
    worlds : number of draws; a hundred distinguish 90 % from 80 %.
    days : length of every run; by default the longer of the scenarios' own.
    overrides, shocks, log, at : given to `scenarios.load` for both; parameters that are set are not drawn.
    outcomes : indicators to conclude about.
    own : steps, shocks and indicators of one's own, in every run.
    workers, executor, progress : see `kith.experiments.runs.runner.run_all`.

    Raises
    ------
    RequestError, ParameterError, ScenarioError, LogError
        The request was wrong.
    RunsFailed
        Every run failed. Draws in which one of the two runs failed are left out.
    """
    first, second = _two(scenarios, worlds, days)
    if own is not None:
        own.check()
        outcomes = (*outcomes, *(i.name for i in own.indicators if i.name not in outcomes))
    given: dict[str, Any] = {"shocks": shocks, "log": log, "at": at}
    chosen = dict(overrides or {})
    base = [plan_in(name, {"overrides": chosen, **given}) for name in (first, second)]
    length = days or max(plan.days for plan in base)
    names = tuple(open_parameters(base))
    labels = _two_labels(base, (first, second))
    draws = drawn(names, worlds)
    jobs = [
        Job(
            plan_in(scenario, {"overrides": {**world, **chosen}, **given}),
            place,
            length,
            key=(place, label),
            own=own,
        )
        for place, world in enumerate(draws)
        for label, scenario in zip(labels, (first, second), strict=True)
    ]
    done = list(run_all(jobs, workers, executor, progress))
    result = _concluded(labels, length, names, draws, tuple(outcomes), done)
    market = base[0].parameters.market
    request = {"overrides": chosen, **given}
    return replace(
        result,
        people=(market.size, market.founders),
        plans=dict(zip(labels, base, strict=True)),
        command=robust_command(
            (written(first), written(second)),
            worlds,
            length,
            request,
            arms=any(isinstance(s, Arm) for s in scenarios),
        ),
    )


def _two_labels(base: Sequence[Plan], scenarios: Sequence[Any]) -> tuple[str, str]:
    first, second = labelled(base, names=given_names(scenarios))
    return first, second


def _two(
    scenarios: Sequence[str | Path | Arm], worlds: int, days: int | None
) -> tuple[str | Path | Arm, str | Path | Arm]:
    if isinstance(scenarios, str | Path) or len(scenarios) != 2:
        raise RequestError("robust needs two scenarios, such as pool and web")
    if written(scenarios[0]) == written(scenarios[1]):
        raise RequestError(f"{written(scenarios[0])} is named twice; name two different scenarios")
    if worlds < FEWEST:
        raise RequestError(f"worlds = {worlds}: must be at least {FEWEST}; 100 is a good start")
    check_runs(f"worlds = {worlds:,} of both scenarios", 2 * worlds, "ask for fewer")
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise RequestError(f"days = {days}: must be 1 to {MAX_DAYS:,}")
    return scenarios[0], scenarios[1]


def _concluded(
    labels: tuple[str, str],
    days: int,
    names: tuple[str, ...],
    draws: Sequence[World],
    outcomes: tuple[str, ...],
    done: Sequence[RunResult],
) -> Robustness:
    failures = tuple(o for o in done if o.failed)
    well = {o.key: o for o in done if not o.failed}
    if not well:
        refused = next((o.refused for o in failures if o.refused), "")
        raise ParameterError(refused) if refused else RunsFailed(failures[0].error)
    rows = [
        {"world": world, "scenario": label, **draws[world], **well[world, label].summary}
        for world in range(len(draws))
        for label in labels
        if (world, label) in well
    ]
    values = with_units(pd.DataFrame(rows))
    return Robustness(
        *labels,
        worlds=len(draws),
        days=days,
        drawn=names,
        conclusions=tuple(c for name in outcomes if (c := conclusion(values, name, labels)) is not None),
        values=values,
        failures=failures,
    )


def conclusion(values: pd.DataFrame, outcome: str, labels: tuple[str, str]) -> Conclusion | None:
    """The conclusion about one indicator; None if it is defined in no pair."""
    if outcome not in values:
        return None
    pairs = values.pivot(index="world", columns="scenario", values=outcome).reindex(columns=list(labels))
    gap = (pairs[labels[1]] - pairs[labels[0]]).dropna()
    if gap.empty:
        return None
    return Conclusion(
        outcome,
        describe(outcome)[0],
        *labels,
        more=int((gap > 0).sum()),
        less=int((gap < 0).sum()),
        worlds=len(gap),
        median=float(gap.median()),
        regret_first=float(gap.clip(lower=0).mean()),
        regret_second=float((-gap).clip(lower=0).mean()),
    )


def as_object(result: Robustness) -> dict[str, Any]:
    """Plain values for JSON."""
    from kith.sim.engine import MODEL_VERSION

    return {
        "scenarios": [result.first, result.second],
        "worlds": result.worlds,
        "days": result.days,
        "people": result.people[0],
        "founders": result.people[1],
        "model_version": MODEL_VERSION,
        "command": result.command,
        "drawn": list(result.drawn),
        "conclusions": [
            {
                "indicator": c.outcome,
                "unit": c.unit,
                "sentence": c.sentence,
                "more": c.more,
                "less": c.less,
                "worlds": c.worlds,
                "share": c.share.value,
                "low": c.share.low,
                "high": c.share.high,
                "median_difference": c.median,
                "regret_first": c.regret_first,
                "regret_second": c.regret_second,
                "verdict": c.verdict,
                "worlds_needed": c.worlds_needed if math.isfinite(c.worlds_needed) else None,
            }
            for c in result.conclusions
        ],
        "failures": [{"world": f.key[0], "scenario": f.key[1], "error": f.error} for f in result.failures],
    }


def decision(verdict: str, needed: float | None, of: str = "draws") -> str:
    """The verdict, and if undecided about how many draws would decide it."""
    if verdict != UNDECIDED:
        return verdict
    return f"{verdict}; about {wording.runs(math.inf if needed is None else needed)} {of} would decide"
