"""Expectations: does the model still give the answers stated in the library?

Every `[[expected]]` of a scenario is a difference from another scenario, or the true effect of an
experiment inside it. Both sides are run on the same seeds, so differences are paired; a side
that several expectations need is run once. Seeds are 0 … runs - 1, never selected. Where the noise is too
large for the usual number of runs, an expectation can set more (`runs`).
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kith.experiments.errors import RequestError
from kith.experiments.run_limits import check_runs
from kith.experiments.runs.runner import Job, RunResult, run_all
from kith.experiments.statistics.intervals import (
    LEAST_RUNS,
    Floats,
    Mean,
    Paired,
    mean_interval,
    no_interval,
    paired,
)
from kith.scenarios.catalogue import TEXTBOOK, library
from kith.scenarios.description import expected_of
from kith.scenarios.expected import COUNTS, Expected
from kith.scenarios.load import load

SHOWN, UNCLEAR, OPPOSITE = "shown", "unclear", "opposite"
COUNTERFACTUAL = "counterfactual"

type Readings = dict[str, Floats]
"values on a day, by indicator, one per seed"


@dataclass(frozen=True)
class Side:
    """One side of a comparison: a scenario, its changed parameters, whether its experiments are evaluated."""

    scenario: str
    but: tuple[tuple[str, str], ...] = ()
    "dotted names, and values as JSON: a list, such as one of tiers, has no hash"
    trial: bool = False

    @property
    def overrides(self) -> dict[str, Any]:
        """The changed parameters, for `scenarios.load`."""
        return {name: json.loads(value) for name, value in self.but}

    def __str__(self) -> str:
        changed = ", ".join(f"{name} = {value}" for name, value in self.but)
        return f"{self.scenario} but {changed}" if changed else self.scenario


@dataclass(frozen=True)
class Check:
    """An expectation and the result of its paired runs."""

    scenario: str
    expected: Expected
    against: str
    day: int
    observed: Mean
    reference: Mean
    gap: Paired

    @property
    def verdict(self) -> str:
        """Shown if the whole 95 % interval is as expected."""
        low, high = self.gap.low, self.gap.high
        if math.isnan(low) and self.gap.n >= LEAST_RUNS:
            low = high = self.gap.difference  # the same in every pair: decided, not drawn
        if self.expected.sign == "0":
            return self._sameness(low, high)
        if self.expected.sign == "-":
            low, high = -high, -low
        return SHOWN if low > 0 else OPPOSITE if high < 0 else UNCLEAR

    def _sameness(self, low: float, high: float) -> str:
        bound = self.expected.within * abs(self.reference.mean)
        if -bound <= low and high <= bound:
            return SHOWN
        return OPPOSITE if low > bound or high < -bound else UNCLEAR


def check(
    scenarios: Sequence[str] | None = None,
    runs: int = 16,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Check]:
    """Run every side of every expectation of some scenarios and compare them pair by pair.

    Parameters
    ----------
    scenarios : names or paths; by default every scenario of the library that has expectations.
    runs : paired runs of each side, at least 4; an expectation can set more.
    workers, progress : see `kith.experiments.runs.runner.run_all`.

    Raises
    ------
    RequestError, ScenarioError
        The request was wrong.
    RuntimeError
        A run failed, so that pairs would be missing.
    """
    if runs < LEAST_RUNS:
        raise RequestError(f"runs = {runs}: must be at least {LEAST_RUNS}; {no_interval()}")
    selected = [(name, expected) for name in scenarios or textbook() for expected in expected_of(name)]
    _check_experiments(selected)
    needed = _needed(selected, runs)
    total = sum(need.runs for need in needed.values())
    check_runs(f"runs = {runs:,} of each of {len(needed)} sides", total, "ask for fewer")
    results = _simulated(needed, workers, progress)
    return [_checked(name, expected, results, runs_of(expected, runs)) for name, expected in selected]


def _check_experiments(expectations: Sequence[tuple[str, Expected]]) -> None:
    """Refuse an expectation about an experiment that its scenario does not have."""
    for name, expected in expectations:
        known = [experiment.name for experiment in load(name).experiments] if expected.experiment else []
        if expected.experiment and expected.experiment not in known:
            raise RequestError(
                f"{name}: expected: experiment = {expected.experiment!r}: the scenario's experiments are "
                f"{', '.join(known) or 'none'}"
            )


def textbook() -> list[str]:
    """The scenarios that ask a question about communities, in the order of the library."""
    return [entry.name for entry in library() if entry.shelf in TEXTBOOK]


def chosen(words: Sequence[str]) -> list[str]:
    """Names of scenarios from names, paths, and tags, each once."""
    entries = library() if words else []
    known = {entry.name for entry in entries}
    tagged: dict[str, list[str]] = {}
    for entry in entries:
        for tag in entry.tags:
            tagged.setdefault(tag, []).append(entry.name)
    names = [name for word in words for name in (tagged.get(word, [word]) if word not in known else [word])]
    silent = [name for name in dict.fromkeys(names) if not expected_of(name)]
    if names and len(silent) == len(dict.fromkeys(names)):
        raise RequestError(f"{', '.join(silent)}: has no expectation; add [[expected]] to the scenario")
    return list(dict.fromkeys(names))


def sides_of(scenario: str, expected: Expected) -> tuple[Side, Side]:
    """This side and the other; for an experiment both are in the same trial."""
    if expected.experiment is not None:
        return Side(scenario, trial=True), Side(scenario, trial=True)
    return Side(scenario), Side(
        str(expected.against), tuple((name, json.dumps(value)) for name, value in expected.but.items())
    )


def day_of(scenario: str, expected: Expected) -> int:
    """The day on which both sides are evaluated: the scenario's last, unless the expectation sets one."""
    return expected.day or load(scenario).days


def runs_of(expected: Expected, runs: int) -> int:
    """The number of pairs for an expectation: that of all, or the larger number it sets."""
    return max(runs, expected.runs or 0)


@dataclass
class Need:
    """The days on which a side is evaluated, and its number of seeds."""

    days: set[int]
    runs: int


def _needed(expectations: Sequence[tuple[str, Expected]], runs: int) -> dict[Side, Need]:
    """For each side its days and seeds."""
    needs: dict[Side, Need] = {}
    for name, expected in expectations:
        for side in sides_of(name, expected):
            need = needs.setdefault(side, Need(set(), 0))
            need.days.add(day_of(name, expected))
            need.runs = max(need.runs, runs_of(expected, runs))
    return needs


def _simulated(
    needed: Mapping[Side, Need],
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> dict[tuple[Side, int], Readings]:
    jobs = [
        Job(
            load(side.scenario, overrides=side.overrides, days=max(need.days)),
            seed,
            key=(side, tuple(sorted(need.days))),
            measure=_tried if side.trial else read_on_days,
        )
        for side, need in needed.items()
        for seed in range(need.runs)
    ]
    done = list(run_all(jobs, workers, progress=progress))
    failed = next((outcome for outcome in done if outcome.failed), None)
    if failed is not None:
        raise RuntimeError(f"{failed.key[0]} with seed {failed.seed}: {_last_line(failed.error)}")
    return dict(_gathered(sorted(done, key=lambda outcome: outcome.seed)))


def _last_line(error: str) -> str:
    return error.strip().splitlines()[-1]


def _gathered(done: Sequence[RunResult]) -> Iterator[tuple[tuple[Side, int], Readings]]:
    by_side: dict[Side, list[RunResult]] = {}
    for outcome in done:
        by_side.setdefault(outcome.key[0], []).append(outcome)
    for side, outcomes in by_side.items():
        for day in outcomes[0].key[1]:
            start = f"{day} "
            names = [name.removeprefix(start) for name in outcomes[0].summary if name.startswith(start)]
            yield (
                (side, day),
                {n: np.array([o.summary[start + n] for o in outcomes]) for n in names},
            )


def read_on_days(job: Job, threads: int | None) -> RunResult:
    """A run evaluated on each of its days: indicators, and counts of the last 30 days."""
    from kith.sim.engine import Simulation

    simulation = Simulation(job.plan, job.seed, threads=threads, events=False)
    read: dict[str, float] = {}
    day_reached = 0
    for day in job.key[1]:
        simulation.advance(day - day_reached)
        day_reached, record = day, simulation.record()
        read |= {f"{day} {name}": float(value) for name, value in record.summary.items()}
        month = record.series.tail(30)
        read |= {f"{day} {name}": float(month[_column(name)].sum()) for name in COUNTS}
    return RunResult(job.key, job.seed, summary=read)


def _column(count: str) -> str:
    return "today" if count == "visits" else count


def _tried(job: Job, threads: int | None) -> RunResult:
    """The trial of every experiment: means of the treated and of their counterfactual, by outcome."""
    from kith.experiments.analyses.experiment_effects import trial

    read: dict[str, float] = {}
    for day in job.key[1]:
        for row in trial(job.plan, job.seed, day, threads).to_dict("records"):
            name = f"{day} {row['experiment']} {row['outcome']}"
            treated = float(row["mean_treated"])
            read |= {name: treated, f"{name} {COUNTERFACTUAL}": treated - float(row["true"])}
    return RunResult(job.key, job.seed, summary=read)


def _checked(
    scenario: str, expected: Expected, seen: Mapping[tuple[Side, int], Readings], runs: int
) -> Check:
    day = day_of(scenario, expected)
    side, other_side = sides_of(scenario, expected)
    name = other_name = expected.indicator
    against = str(other_side)
    if expected.experiment is not None:
        name, against = (
            f"{expected.experiment} {expected.indicator}",
            f"{expected.experiment} {COUNTERFACTUAL}",
        )
        other_name = f"{name} {COUNTERFACTUAL}"
    values, other_values = seen[side, day].get(name), seen[other_side, day].get(other_name)
    if values is None or other_values is None:
        raise RequestError(f"{scenario} expects {name}, which is not an indicator of its runs")
    values, other_values = (
        values[:runs],
        other_values[:runs],
    )  # another expectation may have set more runs of a side
    return Check(
        scenario,
        expected,
        against,
        day,
        mean_interval(values),
        mean_interval(other_values),
        paired(other_values, values),
    )


def share_removed(symptom: Check, fix: Check) -> float:
    """The share of a symptom that the fix removes: 1 all of it, 0 nothing; NaN where undefined.

    Both are means over the same seeds of differences of the same indicator.
    """
    same = symptom.expected.indicator == fix.expected.indicator and symptom.day == fix.day
    return -fix.gap.difference / symptom.gap.difference if same and symptom.gap.difference else math.nan
