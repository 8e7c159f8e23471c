"""Stress: every scenario of a comparison again under the standard shocks, paired with itself.

The shocks strike `AFTER` days before the end. What is lost is the share of active members that are
missing at the end, against the same scenario without the shock on the same seeds. It comes back on the
day from which on at least half of the deepest loss is made good.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.stress_result import Stress
from kith.experiments.comparison.stress_shocks import AFTER, EARLIEST, SHOCKS
from kith.experiments.errors import ComparisonError, RunsFailed
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.runner import Job, RunResult, run_all
from kith.experiments.statistics.intervals import difference_interval
from kith.experiments.statistics.units import with_units

type Floats = npt.NDArray[np.float64]

SLIGHT = 0.02
"share lost at the worst time, below which nothing has to come back"
UNITS = dict.fromkeys(("lost", "low", "high", "deepest"), "share") | {"days_to_half": "days"}
COLUMNS = ("shock", "title", "scenario", "pairs", "lost", "low", "high", "deepest", "days_to_half", "applies")


def check_length(days: int) -> None:
    """Raise `ComparisonError` if runs are too short for a stress test."""
    if days < AFTER + EARLIEST:
        raise ComparisonError(
            f"days = {days}: a stress test needs at least {AFTER + EARLIEST}, "
            f"because the shocks strike {AFTER} days before the end"
        )


def stress(
    comparison: Comparison,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Stress:
    """Run every scenario of a comparison under each standard shock, on the same seeds.

    Parameters
    ----------
    comparison : the runs without a shock.
    workers, executor, progress : see `kith.experiments.runs.runner.run_all`.

    Raises
    ------
    ComparisonError
        If the runs are too short.
    RunsFailed
        If every run of a shock failed in a scenario.
    """
    jobs = stress_jobs(comparison)
    return gathered_stress(comparison, list(run_all(jobs, workers, executor, progress)))


def stress_jobs(comparison: Comparison) -> list[Job]:
    """The runs of a stress test: every scenario under each shock that can strike it, by seed.

    Raises `ComparisonError` if the runs are too short.
    """
    check_length(comparison.days)
    day = comparison.days - AFTER
    struck = {
        (shock.key, label): changed
        for shock in SHOCKS
        for label, plan in comparison.plans.items()
        if (changed := shock.strike(plan, day)) is not None
    }
    runs = len(struck) * comparison.runs
    check_runs(f"a stress test of {runs:,} runs", runs, "ask for fewer runs")
    return [
        Job(plan, seed, comparison.days, key=key, own=comparison.own)
        for seed in comparison.seeds
        for key, plan in struck.items()
    ]


def gathered_stress(comparison: Comparison, results: Sequence[RunResult]) -> Stress:
    """The stress test of results that arrived in any order."""
    day = comparison.days - AFTER
    done: dict[tuple[str, str], list[RunResult]] = {}
    for result in results:
        done.setdefault(result.key, []).append(result)
    rows = [
        _row(shock.key, shock.title, label, done.get((shock.key, label), []), comparison, day)
        for shock in SHOCKS
        for label in comparison.labels
    ]
    return Stress(day, comparison.days, with_units(pd.DataFrame(rows, columns=list(COLUMNS)), **UNITS))


def _row(
    key: str, title: str, label: str, results: Sequence[RunResult], comparison: Comparison, day: int
) -> tuple[Any, ...]:
    if not results:
        return (key, title, label, 0, math.nan, math.nan, math.nan, math.nan, math.nan, False)
    well = {r.seed: r for r in results if not r.failed}
    if not well:
        raise RunsFailed(results[0].error)
    usual = comparison.values[comparison.values["scenario"] == label].set_index("seed")["active"]
    seeds = [seed for seed in comparison.seeds if seed in well and seed in usual.index]
    without = usual.loc[seeds].to_numpy(float)
    struck = np.array([well[seed].summary["active"] for seed in seeds])
    gap = difference_interval(without - struck)
    level = float(without.mean()) or math.nan
    lost, low, high = gap.mean / level, gap.low / level, gap.high / level
    deepest, back = recovery(*_missing(comparison, label, [well[seed] for seed in seeds], day))
    return (key, title, label, gap.n, lost, low, high, deepest, back, True)


def _missing(
    comparison: Comparison, label: str, struck: Sequence[RunResult], day: int
) -> tuple[npt.NDArray[Any], Floats]:
    """Days from the shock, and the share of active members missing on each, by the medians over runs."""
    bands = comparison.series
    usual = bands[(bands["scenario"] == label) & (bands["column"] == "active")].set_index("day")["median"]
    with_shock = pd.DataFrame([run.series["active"] for run in struck]).median()
    with_shock = with_shock.reindex(usual.index)
    share = with_shock.to_numpy(float) / usual.where(usual > 0).to_numpy(float)
    return usual.index.to_numpy() - day, 1.0 - np.nan_to_num(share, nan=1.0)


def recovery(since: npt.NDArray[Any], missing: Floats) -> tuple[float, float]:
    """The deepest loss, and the days until half of it was made good.

    Parameters
    ----------
    since : days from the shock, increasing; days before it are left out, (n,).
    missing : share of active members that are missing, (n,).
    """
    after = since >= 0
    since, missing = since[after], missing[after]
    worst = int(np.argmax(missing))
    deepest = max(0.0, float(missing[worst]))
    if deepest < SLIGHT:
        return deepest, math.nan
    back = 1 + int(np.flatnonzero(missing > deepest / 2)[-1])
    return deepest, float(since[back]) if back < len(since) else math.inf
