"""Audit: every parameter of a scenario at both ends of its range, on the seeds of the scenario as it is.

The scenario runs with fewer people and days than it is written for, so that it takes a minute or two:
what matters is which parameters act and how, not the size of the community. Parameters that the model's own
rules call inert (`kith.sim.schema.effects`) are not run.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kith.experiments.analyses.levers.effects import (
    TENTH,
    Trial,
    Tried,
    candidates,
    free,
    jump,
    measured,
)
from kith.experiments.analyses.levers.ranges import between, changed, ends_of
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.pools import Pool
from kith.experiments.runs.runner import Job, run_chunks
from kith.experiments.statistics.intervals import LEAST_RUNS, no_interval
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.effects import why_inert
from kith.sim.schema.parameter_set import dotted_names, field_of
from kith.sim.schema.plan import Plan, canonical

RUNS, DAYS = 8, 120
PEOPLE, FOUNDERS = 1_500, 150
AFTER = 60
"days after the last phase, shock or start of an experiment"

type Summaries = list[dict[str, float]]
type Point = tuple[str, int | float | str]
type Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Audit:
    """A scenario's parameters, those with the largest effect on active members first."""

    scenario: str
    model_version: str
    runs: int
    days: int
    people: int
    founders: int
    digest: str
    "identifies the request: plan, model, runs, parameters"
    parameters: tuple[Tried, ...]


def small(scenario: str, days: int | None = None, people: int = PEOPLE, founders: int = FOUNDERS) -> Plan:
    """The plan of a scenario with few people and days; one that begins with a log or a graph keeps its people."""
    plan = load(scenario)
    last = max(
        [day for day, _ in plan.phases]
        + [s.day for s in plan.shocks]
        + [e.from_day for e in plan.experiments]
    )
    days = days or min(plan.days, max(DAYS, last + AFTER))
    given = plan.founding is not None or plan.arrivals is not None or plan.graphs()
    if given or plan.parameters.market.size <= people:
        return replace(plan, days=days)
    founders = min(plan.parameters.market.founders, founders)
    return load(scenario, {"market.size": people, "market.founders": founders}, days=days)


def parameters_of(names: Sequence[str] | None) -> list[str]:
    """The parameters to try, by default all; an unknown name raises `ParameterError` with the nearest one."""
    for name in names or ():
        field_of(name)
    return list(dict.fromkeys(names)) if names else dotted_names()


def digest_of(plan: Plan, runs: int, names: Sequence[str]) -> str:
    """What identifies an audit."""
    content = f"{MODEL_VERSION} {runs} {plan.days} {canonical(list(names))} {plan.canonical_content}"
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def runs_of(plan: Plan, names: Sequence[str], runs: int) -> int:
    """How many runs an audit asks for at first: of the scenario as it is, and of every end."""
    ends = ends_of(plan, [name for name in names if why_inert(plan, name) is None])
    return runs * (1 + sum(map(len, ends.values())))


def audit(
    scenario: str, plan: Plan, names: Sequence[str], runs: int, pool: Pool, progress: Progress | None = None
) -> Audit:
    """Try each of some parameters of a scenario."""
    work = _Work(plan, runs, pool, progress or (lambda done, total: None))
    tried = {name: Tried(name, _value(plan, name), why_inert(plan, name) or "") for name in names}
    points = ends_of(plan, [name for name in names if not tried[name].inert])
    jobs = [(name, end.value) for name, its in points.items() for end in its]
    check_runs(
        f"{len(jobs)} values of {scenario}", runs * (len(jobs) + 1), "ask for fewer runs or name parameters"
    )
    work.run([("", 0), *jobs])
    for name, its in points.items():
        trials = [work.trial(name, end.which, tried[name].value, end.value) for end in its]
        known = tuple(trial for trial in trials if trial is not None)
        error = next((work.errors[name, end.value] for end in its if (name, end.value) in work.errors), "")
        tried[name] = replace(tried[name], trials=known, free=free(name, known, runs), failed=error)
    _look_for_jumps(work, tried)
    market = plan.parameters.market
    founders = market.founders if plan.founding is None else len(plan.founding)
    return Audit(
        scenario,
        MODEL_VERSION,
        runs,
        plan.days,
        market.size,
        founders,
        digest_of(plan, runs, names),
        tuple(sorted(tried.values(), key=lambda one: one.size, reverse=True)),
    )


def _look_for_jumps(work: "_Work", tried: dict[str, Tried]) -> None:
    """Run the points a tenth from either end, where an effect is large, and note the jumps."""
    large = [(one, trial) for one in tried.values() for trial in one.trials if candidates(trial)]
    near = {(one.name, t.value): _tenths(one, t) for one, t in large}
    work.run(list(dict.fromkeys((name, value) for (name, _), two in near.items() for value in two)))
    for one, trial in large:
        first, last = near[one.name, trial.value] or (None, None)
        place = jump(
            trial, *(None if v is None else work.trial(one.name, "", one.value, v) for v in (first, last))
        )
        if place and not tried[one.name].jumps:
            tried[one.name] = replace(tried[one.name], jumps=place)


def _tenths(one: Tried, trial: Trial) -> tuple[int | float, ...]:
    """The values a tenth of the way from either end; none where whole numbers leave no room."""
    first, last = (between(one.name, one.value, trial.value, share) for share in (TENTH, 1.0 - TENTH))
    known = (one.value, trial.value)
    return (first, last) if first not in known and last not in known else ()


class _Work:
    """Runs of a plan at points, by point; a point is a parameter and its value."""

    def __init__(self, plan: Plan, runs: int, pool: Pool, progress: Progress) -> None:
        self.plan, self.runs, self.pool, self.progress = plan, runs, pool, progress
        self.errors: dict[Point, str] = {}
        self._summaries: dict[Point, list[dict[str, float] | None]] = {}
        self._done = self._total = 0

    def run(self, points: Sequence[Point]) -> None:
        """Run every point on every seed."""
        jobs = [self._job(point, seed) for point in points for seed in range(self.runs)]
        self._total += len(jobs)
        self._summaries |= {point: [None] * self.runs for point in points}
        self.progress(self._done, self._total)
        for results in run_chunks(jobs, self.pool, len(jobs)):
            for result in results:
                if result.failed:
                    self.errors[result.key] = result.refused or result.error
                else:
                    self._summaries[result.key][result.seed] = result.summary
                self._done += 1
            self.progress(self._done, self._total)
        if ("", 0) in self.errors:
            raise RunsFailed(self.errors["", 0])

    def trial(
        self, name: str, which: str, before: int | float | str, value: int | float | str
    ) -> Trial | None:
        """The effects at a point; None if a run failed."""
        base, runs = self._complete(("", 0)), self._complete((name, value))
        return None if base is None or runs is None else measured(which, before, value, base, runs)

    def _complete(self, point: Point) -> Summaries | None:
        summaries = [summary for summary in self._summaries.get(point, ()) if summary is not None]
        return summaries if len(summaries) == self.runs else None

    def _job(self, point: Point, seed: int) -> Job:
        name, value = point
        plan = changed(self.plan, name, value) if name else self.plan
        return Job(plan, seed, key=point, series=False)


def _value(plan: Plan, name: str) -> int | float | str:
    section, _, field = name.partition(".")
    value: int | float | str = getattr(getattr(plan.parameters, section), field)
    return value


def check_request(runs: int) -> None:
    """Refuse fewer runs than an interval needs."""
    if runs < LEAST_RUNS:
        raise RequestError(f"--runs {runs}: must be at least {LEAST_RUNS}; {no_interval()}")
