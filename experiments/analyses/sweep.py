"""A lever of one plan at several values, on the same seeds: a curve with its intervals."""

from collections.abc import Sequence

import numpy as np

from kith.experiments.analyses.levers.ranges import changed
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.statistics.intervals import Mean, mean_interval
from kith.scenarios.settings import parse_setting
from kith.sim.schema.parameter_set import field_of
from kith.sim.schema.plan import Plan

MOST_VALUES = 40


def parse_sweep(text: str) -> tuple[str, str, tuple[float, ...]]:
    """Scenario, lever and values of `LABEL section.name=1,2,3`; raises `RequestError` where that cannot be read."""
    label, _, setting = text.strip().rpartition(" ")
    name, _, listed = setting.partition("=")
    if not label or not listed:
        raise RequestError(
            f"--sweep {text[:60]}: write a scenario, a lever and values: 'web monetisation.price=2,5,10'"
        )
    field_of(name)
    values = [parse_setting(f"{name}={value}")[1] for value in listed.split(",")]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        raise RequestError(f"--sweep {text[:60]}: values must be numbers, such as {name}=2,5,10")
    if not 2 <= len(set(values)) <= MOST_VALUES:
        raise RequestError(f"--sweep {text[:60]}: give 2 to {MOST_VALUES} different values")
    return label, name, tuple(sorted({float(value) for value in values}))


def sweep_jobs(plan: Plan, lever: str, values: Sequence[float], seeds: Sequence[int], days: int) -> list[Job]:
    """The runs of a plan at every value."""
    whole = field_of(lever).annotation is int
    plans = [changed(plan, lever, round(value) if whole else value) for value in values]
    return [
        Job(plan, seed, days, key=place, series=False) for seed in seeds for place, plan in enumerate(plans)
    ]


def swept(results: Sequence[RunResult], values: Sequence[float], outcome: str) -> tuple[Mean, ...]:
    """The mean of an outcome with its interval at every value; raises `RunsFailed` if a run failed."""
    failed = next((result for result in results if result.failed), None)
    if failed is not None:
        raise RunsFailed(failed.refused or failed.error)
    return tuple(
        mean_interval(np.array([r.summary[outcome] for r in results if r.key == place], float))
        for place in range(len(values))
    )
