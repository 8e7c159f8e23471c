"""Compare scenarios on common random numbers: the same seeds, hence the same people, in every scenario.

Seeds are 0 … n - 1, never selected. Differences are paired run by run; their intervals are a
bootstrap over seeds (see `kith.experiments.statistics.intervals`). The first outcome is the main one; all others are
exploratory: among many differences, some intervals exclude zero by chance alone.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kith.experiments.comparison.arms import Arm, given_names, plan_in, written
from kith.experiments.comparison.labels import labelled
from kith.experiments.comparison.stopping import MOST, StoppingRule
from kith.experiments.comparison.stress_result import Stress
from kith.experiments.errors import ComparisonError, RunsFailed
from kith.experiments.escaping import for_json
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.pools import Pool
from kith.experiments.runs.runner import Job, RunResult, place, run_chunks
from kith.experiments.statistics.intervals import LEAST_RUNS, LEVEL, described
from kith.experiments.statistics.tables import (
    OUTCOMES,
    bands,
    check_outcomes,
    health_table,
    mean_by,
    nulled,
    outcome_table,
    typical_half_width,
)
from kith.experiments.statistics.units import with_units
from kith.scenarios.logs.founding import ReadLog, read_log
from kith.scenarios.logs.replay import Replay, read_and_replay
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import MAX_DAYS, Plan

if TYPE_CHECKING:
    from kith.experiments.runs.own import Own

RUNS = 16
FIRST_LOOK = LEAST_RUNS
"Complete pairs before the first interim result."


@dataclass(frozen=True)
class Comparison:
    """Paired runs of several scenarios, the first of which is the reference."""

    plans: dict[str, Plan]
    "label -> plan, the reference first"
    days: int
    seeds: tuple[int, ...]
    outcomes: tuple[str, ...]
    table: pd.DataFrame
    "one row per outcome and scenario, see `outcome_table`"
    values: pd.DataFrame
    "one row per run: scenario, seed, run_id, and a column per indicator"
    series: pd.DataFrame
    "scenario, day, column, median, low, high"
    joins: pd.DataFrame
    "channel by scenario: mean joins over a run"
    leaving: pd.DataFrame
    "cause by scenario: mean departures over a run"
    health: pd.DataFrame
    "scenario, name, indicator, target, note, value (mean), met (share of runs), runs"
    funnel: pd.DataFrame = field(default_factory=pd.DataFrame)
    "step by scenario: mean number of newcomers who reached it"
    worth: pd.DataFrame = field(default_factory=pd.DataFrame)
    "part of the value to members, by scenario: mean EUR over a run"
    staying: pd.DataFrame = field(default_factory=pd.DataFrame)
    "like `series`, by days since joining: the share of newcomers who have neither fallen silent nor left"
    failures: tuple[RunResult, ...] = ()
    model_version: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    "the arguments of the request, for the record"
    rule: StoppingRule | None = None
    "the stopping rule, if the number of runs was not fixed"
    own: "Own | None" = None
    "steps, shocks and indicators of one's own that every run had"
    stress: Stress | None = None
    "what the standard shocks take from each scenario, if that was asked; see `kith.experiments.comparison.stress`"

    @property
    def labels(self) -> tuple[str, ...]:
        """The scenarios, the reference first."""
        return tuple(self.plans)

    @property
    def reference(self) -> str:
        """The scenario to which the others are compared."""
        return self.labels[0]

    @property
    def runs(self) -> int:
        """Number of runs of each scenario."""
        return len(self.seeds)

    @property
    def judged(self) -> bool:
        """Whether there are enough runs for intervals and verdicts."""
        return self.runs >= LEAST_RUNS

    @property
    def exploratory(self) -> tuple[str, ...]:
        """The outcomes other than the main one."""
        return self.outcomes[1:]

    @property
    def by_luck(self) -> float:
        """Expected number of exploratory differences that appear resolved if there is no true difference."""
        seen = self.table[self.table["outcome"].isin(self.exploratory) & self.table["difference_low"].notna()]
        return (1 - LEVEL) * len(seen)

    def row(self, outcome: str, scenario: str) -> pd.Series:
        """The table's row for an outcome of a scenario."""
        table = self.table
        return table[(table["outcome"] == outcome) & (table["scenario"] == scenario)].iloc[0]

    def precision(self, outcome: str) -> tuple[float, float]:
        """Half-widths that decide the digits of an outcome: of its means, and of its differences."""
        rows = self.table[self.table["outcome"] == outcome]
        return (
            typical_half_width(rows["low"], rows["high"]),
            typical_half_width(rows["difference_low"], rows["difference_high"]),
        )

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON: undefined and infinite numbers are None."""
        return {
            "scenarios": list(self.labels),
            "reference": self.reference,
            "days": self.days,
            "runs": self.runs,
            "main_outcome": self.outcomes[0],
            "exploratory_outcomes": list(self.exploratory),
            "intervals": described(self.runs),
            "precision": None if self.rule is None else self.rule.precision,
            "seeds": list(self.seeds),
            "model_version": self.model_version,
            "run_ids": {s: list(v["run_id"]) for s, v in self.values.groupby("scenario", sort=False)},
            "table": [nulled(row) for row in self.table.to_dict("records")],
            "leaving": {s: nulled(self.leaving[s].to_dict()) for s in self.labels},
            "joins": {s: nulled(self.joins[s].to_dict()) for s in self.labels},
            **({} if self.stress is None else {"stress": self.stress.plain()}),
            "failures": [{"scenario": f.key, "seed": f.seed, "error": f.error} for f in self.failures],
        }

    def to_json(self) -> str:
        """The comparison as one strictly valid JSON object."""
        return for_json(json.dumps(self.plain(), indent=2, ensure_ascii=False, allow_nan=False))


def compare(
    scenarios: Sequence[str | Path | Plan | Arm],
    runs: int | None = None,
    days: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    shocks: Sequence[Any] | None = None,
    log: str | Path | ReadLog | None = None,
    at: str | None = None,
    outcomes: Sequence[str] | None = None,
    first_seed: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
    precision: float | None = None,
    look: "Callable[[Comparison], None] | None" = None,
    replay: str | Path | Replay | None = None,
    own: "Own | None" = None,
) -> Comparison:
    """Run every scenario with the same seeds and compare each with the first, pair by pair.

    Parameters
    ----------
    scenarios : two or more names of the library, paths, plans, or arms, which have settings and shocks of
        their own; the first is the reference.
    runs : paired runs per scenario, by default 16; with fewer than 4 there are no intervals. With a
        precision the maximum number, by default 1,000.
    days : length of every run; by default the longest of the scenarios' own lengths.
    overrides, shocks, log, at, replay : given to `scenarios.load` for every scenario that is not a plan yet.
    outcomes : indicators to compare, the main one first; by default `OUTCOMES`.
    first_seed : seeds are first_seed … first_seed + runs - 1.
    workers, executor, progress : see `kith.experiments.runs.runner.run_all`.
    precision : add runs until the differences of the main outcome are known to within this share of the
        reference mean, by the rule in `kith.experiments.comparison.stopping`.
    own : steps, shocks and indicators of one's own, in every run of every scenario.
    look : called with the comparison so far, whenever the number of runs has doubled.

    Raises
    ------
    ComparisonError, ParameterError, ScenarioError, LogError
        The request was wrong.
    RunsFailed
        Every run failed. If only some did, they are in `Comparison.failures` and the table uses
        the complete pairs.
    """
    rule = None if precision is None else StoppingRule(precision, MOST if runs is None else runs)
    runs = RUNS if runs is None else runs
    _check_request(runs, days, first_seed, workers)
    if own is not None:
        own.check()
    chosen = _known_outcomes(outcomes or (*OUTCOMES, *(i.name for i in (own.indicators if own else ()))))
    given = {"overrides": overrides, "shocks": shocks, "log": log, "at": at, "replay": replay}
    several = _several(scenarios)
    most = rule.most if rule is not None else runs
    check_runs(f"runs = {most:,} of each of {len(several)} scenarios", most * len(several), "ask for fewer")
    plans = labelled(_resolved(several, given), names=given_names(several))
    length = days or max(plan.days for plan in plans.values())
    request = {
        "scenarios": [written(s) for s in scenarios],
        "arms": any(isinstance(s, Arm) for s in scenarios),
        **given,
        "days": days,
        "outcomes": None if outcomes is None else list(chosen),
        "complete": own is None and not any(isinstance(s, Plan) for s in scenarios),
    }
    partial = PartialComparison(plans, length, chosen, first_seed, request, rule, own=own)
    stage = runs if rule is None else rule.first
    with place(workers, executor, stage * len(plans)) as where:
        while True:
            _extend(partial, stage, where, progress, look)
            comparison = partial.comparison()
            stage = comparison.runs if rule is None else rule.next(comparison)
            if stage == comparison.runs:
                return comparison


@dataclass
class PartialComparison:
    """A comparison in progress: results arrive in any order, and the complete seeds can be compared at any time."""

    plans: dict[str, Plan]
    days: int
    outcomes: tuple[str, ...]
    first_seed: int = 0
    request: Mapping[str, Any] = field(default_factory=dict)
    rule: StoppingRule | None = None
    done: list[RunResult] = field(default_factory=list)
    own: "Own | None" = None

    def complete(self) -> int:
        """Number of seeds, from the first on, that are done in every scenario."""
        scenarios = Counter(seed for _, seed in {(result.key, result.seed) for result in self.done})
        return next(n for n in count() if scenarios[self.first_seed + n] < len(self.plans))

    def results(self, pairs: int) -> list[RunResult]:
        """The results of the first `pairs` seeds."""
        return [result for result in self.done if result.seed < self.first_seed + pairs]

    def comparison(self, pairs: int | None = None) -> Comparison:
        """The comparison over the first `pairs` seeds, by default over all that are complete."""
        pairs = self.complete() if pairs is None else pairs
        seeds = tuple(range(self.first_seed, self.first_seed + pairs))
        done = self.results(pairs)
        result = gathered(self.plans, self.days, seeds, self.outcomes, done, self.request, self.rule)
        return replace(result, own=self.own)


def _extend(
    partial: PartialComparison,
    runs: int,
    where: Pool,
    progress: Callable[[int, int], None] | None,
    look: Callable[[Comparison], None] | None,
) -> None:
    """Run until there are `runs` runs of each scenario; `look` gets what is complete at each doubling."""
    plans = partial.plans
    before = len(partial.done) // len(plans)
    seeds = range(partial.first_seed + before, partial.first_seed + runs)
    jobs = [
        Job(plan, seed, partial.days, key=label, own=partial.own)
        for seed in seeds
        for label, plan in plans.items()
    ]
    report = progress or (lambda done, total: None)
    report(len(partial.done), runs * len(plans))
    due = max(FIRST_LOOK, 2 * before)
    for results in run_chunks(jobs, where):
        partial.done += results
        report(len(partial.done), runs * len(plans))
        if look is not None and partial.complete() >= due:
            due = 2 * partial.complete()
            with suppress(RunsFailed, ParameterError):  # unless every run has failed so far
                look(partial.comparison())


def gathered(
    plans: dict[str, Plan],
    days: int,
    seeds: tuple[int, ...],
    outcomes: tuple[str, ...],
    done: Sequence[RunResult],
    request: Mapping[str, Any] | None = None,
    rule: StoppingRule | None = None,
) -> Comparison:
    """The comparison of results that arrived in any order."""
    order = {label: place for place, label in enumerate(plans)}
    done = sorted(done, key=lambda o: (order[o.key], o.seed))
    well = [o for o in done if not o.failed]
    failures = tuple(o for o in done if o.failed)
    successful = {o.key for o in well}
    lost = [o for o in failures if o.key not in successful]
    if lost:  # a scenario without any run cannot be compared
        refused = next((o.refused for o in lost if o.refused), "")
        raise ParameterError(refused) if refused else RunsFailed(lost[0].error)
    values = pd.DataFrame(
        [{"scenario": o.key, "seed": o.seed, "run_id": o.run_id, **o.summary} for o in well]
    )
    return Comparison(
        plans,
        days,
        seeds,
        outcomes,
        table=with_units(outcome_table(values, tuple(plans), seeds, outcomes)),
        values=with_units(values),
        series=with_units(bands(well)),
        joins=with_units(mean_by(well, tuple(plans), lambda o: o.joins)),
        leaving=with_units(mean_by(well, tuple(plans), lambda o: o.leaving)),
        health=with_units(health_table(well)),
        funnel=with_units(mean_by(well, tuple(plans), lambda o: o.funnel)),
        worth=with_units(mean_by(well, tuple(plans), lambda o: o.worth)),
        staying=with_units(bands(well, lambda o: o.staying, together=True)),
        failures=failures,
        model_version=well[0].model_version,
        request=request or {},
        rule=rule,
    )


def _check_request(runs: int, days: int | None, first_seed: int, workers: int | None) -> None:
    if runs < 1:
        raise ComparisonError(f"runs = {runs}: must be at least 1; 16 is a good start")
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise ComparisonError(f"days = {days}: must be 1 to {MAX_DAYS:,}")
    if first_seed < 0:
        raise ComparisonError(f"first_seed = {first_seed}: must be 0 or more")
    if workers is not None and workers < 1:
        raise ComparisonError(f"workers = {workers}: must be at least 1")


def _known_outcomes(names: Sequence[str]) -> tuple[str, ...]:
    check_outcomes(names)
    return tuple(dict.fromkeys(names))


def _several(scenarios: Sequence[str | Path | Plan | Arm]) -> list[str | Path | Plan | Arm]:
    if isinstance(scenarios, str | Path | Plan) or len(scenarios) < 2:
        raise ComparisonError("a comparison needs two scenarios or more, such as pool and web")
    names = [written(s) for s in scenarios if not isinstance(s, Plan)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ComparisonError(f"{twice} is named twice; name each scenario once")
    return list(scenarios)


def _resolved(scenarios: list[str | Path | Plan | Arm], given: Mapping[str, Any]) -> list[Plan]:
    extra = next((name for name, value in given.items() if value), None)
    if extra and any(isinstance(s, Plan) for s in scenarios):
        raise ComparisonError(f"{extra} cannot be added to a complete plan; pass it to load()")
    if given["log"]:  # read once, for all of them
        given = {**given, "log": read_log(given["log"], given["at"]), "at": None}
    if given["replay"]:
        given = {**given, "replay": read_and_replay(given["replay"])}
    return [plan_in(s, given) for s in scenarios]
