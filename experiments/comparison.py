"""Compare scenarios under common luck: the same seeds, hence the same people, in every arm.

Seeds are 0 … n - 1, never picked. Differences are paired run by run; their intervals are
Student t on those paired differences (see `experiments.intervals`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.assumptions import changes, shown
from experiments.errors import ComparisonError, RunsFailed
from experiments.runner import Job, Outcome, run_all
from experiments.tables import (
    OUTCOMES,
    bands,
    health_table,
    mean_by,
    nulled,
    outcome_table,
    typical_half_width,
)
from scenarios import load, read_log
from sim.fields import nearest
from sim.indicators import INDICATORS, describe
from sim.parameters import ParameterError
from sim.plan import MAX_DAYS, Plan


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
    failures: tuple[Outcome, ...] = ()
    model_version: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    "what was asked for, for the record"

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
        """Runs asked for per scenario."""
        return len(self.seeds)

    def row(self, outcome: str, scenario: str) -> pd.Series:
        """The table's row for an outcome of a scenario."""
        table = self.table
        return table[(table["outcome"] == outcome) & (table["scenario"] == scenario)].iloc[0]

    def precision(self, outcome: str) -> tuple[float, float]:
        """Half-widths that decide the digits of an outcome: of its means, and of its differences."""
        own = self.table[self.table["outcome"] == outcome]
        return (
            typical_half_width(own["low"], own["high"]),
            typical_half_width(own["difference_low"], own["difference_high"]),
        )

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON: undefined and infinite numbers are None."""
        return {
            "scenarios": list(self.labels),
            "reference": self.reference,
            "days": self.days,
            "runs": self.runs,
            "seeds": list(self.seeds),
            "model_version": self.model_version,
            "run_ids": {s: list(v["run_id"]) for s, v in self.values.groupby("scenario", sort=False)},
            "table": [nulled(row) for row in self.table.to_dict("records")],
            "leaving": {s: nulled(self.leaving[s].to_dict()) for s in self.labels},
            "joins": {s: nulled(self.joins[s].to_dict()) for s in self.labels},
            "failures": [{"scenario": f.key, "seed": f.seed, "error": f.error} for f in self.failures],
        }

    def to_json(self) -> str:
        """One strictly valid JSON object."""
        return json.dumps(self.plain(), indent=2, ensure_ascii=False, allow_nan=False)


def compare(
    scenarios: Sequence[str | Path | Plan],
    runs: int = 16,
    days: int | None = None,
    overrides: Mapping[str, Any] | None = None,
    shocks: Sequence[Any] | None = None,
    log: str | Path | None = None,
    at: str | None = None,
    outcomes: Sequence[str] | None = None,
    first_seed: int = 0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run every scenario with the same seeds and compare each with the first, pair by pair.

    Parameters
    ----------
    scenarios : two or more names of the library, paths, or plans; the first is the reference.
    runs : paired runs per scenario; with one there are no intervals.
    days : length of every run; by default the longest of the scenarios' own lengths.
    overrides, shocks, log, at : given to `scenarios.load` for every scenario that is not a plan yet.
    outcomes : indicators to compare; by default `OUTCOMES`.
    first_seed : seeds are first_seed … first_seed + runs - 1.
    workers, executor, progress : see `experiments.runner.run_all`.

    Raises
    ------
    ComparisonError, ParameterError, ScenarioError, LogError
        The request was wrong.
    RunsFailed
        Every run failed. If only some did, they are in `Comparison.failures` and the table rests on
        the complete pairs.
    """
    _check_request(runs, days, first_seed, workers)
    chosen = _known_outcomes(outcomes or OUTCOMES)
    given = {"overrides": overrides, "shocks": shocks, "log": log, "at": at}
    plans = labelled(_resolved(_several(scenarios), given))
    length = days or max(plan.days for plan in plans.values())
    seeds = tuple(range(first_seed, first_seed + runs))
    jobs = [Job(plan, seed, length, key=label) for seed in seeds for label, plan in plans.items()]
    done = list(run_all(jobs, workers, executor, progress))
    request = {
        "scenarios": [str(s.name if isinstance(s, Plan) else s) for s in scenarios],
        **given,
        "days": days,
        "complete": not any(isinstance(s, Plan) for s in scenarios),
    }
    return gathered(plans, length, seeds, chosen, done, request)


def gathered(
    plans: dict[str, Plan],
    days: int,
    seeds: tuple[int, ...],
    outcomes: tuple[str, ...],
    done: Sequence[Outcome],
    request: Mapping[str, Any] | None = None,
) -> Comparison:
    """The comparison of outcomes that came back in any order."""
    order = {label: place for place, label in enumerate(plans)}
    done = sorted(done, key=lambda o: (order[o.key], o.seed))
    well = [o for o in done if not o.failed]
    failures = tuple(o for o in done if o.failed)
    if not well:
        refused = next((o.refused for o in failures if o.refused), "")
        raise ParameterError(refused) if refused else RunsFailed(failures[0].error)
    values = pd.DataFrame(
        [{"scenario": o.key, "seed": o.seed, "run_id": o.run_id, **o.summary} for o in well]
    )
    return Comparison(
        plans,
        days,
        seeds,
        outcomes,
        table=outcome_table(values, tuple(plans), seeds, outcomes),
        values=values,
        series=bands(well),
        joins=mean_by(well, tuple(plans), lambda o: o.joins),
        leaving=mean_by(well, tuple(plans), lambda o: o.leaving),
        health=health_table(well),
        failures=failures,
        model_version=well[0].model_version,
        request=request or {},
    )


def labelled(plans: Sequence[Plan]) -> dict[str, Plan]:
    """Each plan under its name; plans that share a name are told apart by what differs."""
    named: dict[str, Plan] = {}
    for plan in plans:
        label = plan.name
        if label in named:
            label = f"{label} ({_what_differs(named[label], plan)})"
        if label in named:
            label = f"{label} #{sum(p.name == plan.name for p in named.values()) + 1}"
        named[label] = plan
    return named


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
    for name in names:
        try:
            describe(name)
        except (KeyError, ValueError):
            close = nearest(name, INDICATORS)
            hint = f"; did you mean {close}?" if close else ""
            raise ComparisonError(f"unknown indicator {name}{hint}") from None
    return tuple(dict.fromkeys(names))


def _several(scenarios: Sequence[str | Path | Plan]) -> list[str | Path | Plan]:
    if isinstance(scenarios, str | Path | Plan) or len(scenarios) < 2:
        raise ComparisonError("a comparison needs two scenarios or more, such as pool and web")
    names = [str(s) for s in scenarios if not isinstance(s, Plan)]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ComparisonError(f"{twice} is named twice; name each scenario once")
    return list(scenarios)


def _resolved(scenarios: list[str | Path | Plan], given: Mapping[str, Any]) -> list[Plan]:
    extra = next((name for name, value in given.items() if value), None)
    if extra and any(isinstance(s, Plan) for s in scenarios):
        raise ComparisonError(f"{extra} cannot be added to a plan, which is complete; give it to load()")
    if given["log"]:  # read once, for all of them
        given = {**given, "log": read_log(given["log"], given["at"]), "at": None}
    return [s if isinstance(s, Plan) else load(s, **given) for s in scenarios]


def _what_differs(first: Plan, second: Plan) -> str:
    if first.content() == second.content():
        raise ComparisonError(f"{second.name} is given twice with the same parameters; change one of them")
    found = [
        f"{name.rpartition('.')[2]} {shown(after)}"
        for name, _, after in changes(first.parameters, second.parameters)
    ]
    return ", ".join(found) if 0 < len(found) <= 2 else "variant"
