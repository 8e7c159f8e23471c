"""A run that replays a community's real arrivals, and what its log would show of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from kith.experiments.calibration.past import Past, cut, windows_of
from kith.experiments.calibration.statistics import late_cohort, statistics_of
from kith.experiments.errors import NothingToMeasure
from kith.experiments.evidence.observation import DAY, Integers, ObservationModel, of_record
from kith.experiments.runs.runner import Job, RunResult
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION, Simulation
from kith.sim.results.record import Record
from kith.sim.results.recorder import COUNTS
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import Plan

PEOPLE_PER_MEMBER = 3
"people in the market for each member by the first forecast: about half as many again as come in all, the last the least eager"
SPARE = 10
SILENT, ABANDONED = "silent", "abandoned"
"what a run has instead of statistics, if nobody acts in it, or too many do"
STRIDE = 10
MOST_TIMES, MOST_MORE = 5, 1000
"a run is abandoned once it has five times the actions of the log and a thousand more"
ACTED = [COUNTS.index(name) for name in ("contributions", "replies")]
REPLAYED: dict[str, Any] = {
    "market.founders": 0,
    "contribution.entry": 1.0,
    "contribution.share_post": 1.0,
    "contribution.share_react": 0.0,
}
"a log shows who acts, from the first action on, and neither reactions nor votes: so none are simulated"


@dataclass(frozen=True)
class View:
    """The log as it was known on a day, and the days ahead that a forecast from there is judged on."""

    name: str
    day: int
    horizon: int = 0


@dataclass(frozen=True)
class Replayed:
    """How a run is measured: what is seen of it, up to each view, and in windows over all its days."""

    actions: tuple[str, ...]
    window: int
    views: tuple[View, ...]
    limits: tuple[int, ...] = ()
    "actions by the end of every ten days above which a run is abandoned; it can be no fit, and takes long"

    def __call__(self, job: Job, threads: int | None) -> RunResult:
        """One run as numbers by name; `view:statistic`, `actives:window` and `actions:window`."""
        record = self.record(job, threads)
        if record is None:
            return RunResult(job.key, job.seed, job.key, MODEL_VERSION, {ABANDONED: 1.0})
        out: dict[str, float] = {}
        try:
            seen = of_record(record, ObservationModel(actions=self.actions))
        except NothingToMeasure:
            return RunResult(job.key, job.seed, job.key, MODEL_VERSION, {SILENT: 1.0})
        for view in self.views:
            if view.day > record.days:
                continue
            before = cut(seen, view.day)
            if len(before.member):
                values = statistics_of(before, self.window)
                out |= {f"{view.name}:{name}": value for name, value in values.items()}
            if view.horizon and view.day + view.horizon <= record.days:
                out[f"{view.name}:late"] = late_cohort(seen, view.day, view.horizon)
        for name, series in zip(("actives", "actions"), windows_of(seen, self.window), strict=True):
            out |= {f"{name}:{nth}": float(value) for nth, value in enumerate(series)}
        return RunResult(job.key, job.seed, job.key, MODEL_VERSION, out)

    def record(self, job: Job, threads: int | None) -> Record | None:
        """The run's record, or None once it has more actions than any fit could have."""
        simulation = Simulation(job.plan, job.seed, job.days, threads)
        simulation.recorder.each_month = False
        try:
            for limit in self.limits:
                simulation.advance(min(STRIDE, simulation.community.days - simulation.day))
                if simulation.recorder.counts[ACTED].sum() > limit:
                    return None
            simulation.advance()
        finally:
            simulation.close()
        return simulation.record()


@dataclass(frozen=True)
class Replay:
    """A past and the scenario that it is replayed in."""

    past: Past
    scenario: Any
    overrides: Mapping[str, Any]
    market: int
    views: tuple[View, ...]
    abandons: bool = True
    "whether runs with far more actions than the log are abandoned, which needs the log's events"

    @cached_property
    def limits(self) -> tuple[int, ...]:
        """Actions by the end of every ten days before the first view above which a run is abandoned."""
        if not self.abandons:
            return ()
        o = self.past.observed
        acted = np.cumsum(np.bincount((o.time - o.start) // DAY, minlength=self.past.days))
        ends = acted[STRIDE - 1 : min(view.day for view in self.views) : STRIDE]
        return tuple((MOST_TIMES * ends + MOST_MORE).tolist())

    def plan(self, values: Mapping[str, float], joins: Integers) -> Plan:
        """The plan with these parameters and joins per day."""
        size = {"market.size": max(self.market, int(joins.sum()) + SPARE)}
        plan = load(
            self.scenario, overrides=REPLAYED | size | dict(self.overrides) | dict(values), days=len(joins)
        )
        return replace(plan, arrivals=Arrivals(joins, "instead", self.past.label), days=len(joins))

    def job(
        self,
        values: Mapping[str, float],
        seed: int,
        joins: Integers,
        views: tuple[View, ...] | None = None,
    ) -> Job:
        """The run of a point, named by everything that determines its result; by default it is measured for all views."""
        plan = self.plan(values, joins)
        measure = Replayed(
            self.past.actions, self.past.window, self.views if views is None else views, self.limits
        )
        text = f"{MODEL_VERSION}|{plan.canonical_content}|{seed}|{len(joins)}|{measure}"
        return Job(plan, seed, len(joins), hashlib.sha256(text.encode()).hexdigest()[:32], measure=measure)


def replay_of_fit(past: Past, scenario: Any, overrides: Mapping[str, Any], views: tuple[View, ...]) -> Replay:
    """How a fit replays a past: in a market of three people for each member by the first of the views.

    Raises
    ------
    ScenarioError, ParameterError
        The scenario or a parameter is wrong: it is tried before any run.
    """
    named = scenario if isinstance(scenario, Mapping) else str(scenario)
    people = PEOPLE_PER_MEMBER * int(past.joins[: views[0].day].sum())
    replay = Replay(past, named, overrides, people, views)
    replay.plan({}, past.joins)
    return replay
