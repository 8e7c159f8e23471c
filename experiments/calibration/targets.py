"""A fit to a handful of numbers, for those who have five and no log: indicators of a run, such as active and churn_month."""

import hashlib
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kith.experiments.calibration.calibrate import END, Calibration, check_request, finished, free
from kith.experiments.calibration.fitting import Budget, fitted, seen, usable
from kith.experiments.calibration.priors import TARGETED, check_settable, values_at
from kith.experiments.calibration.representative import AGAIN, TRIED, representative
from kith.experiments.calibration.running import running
from kith.experiments.calibration.statistics import Target
from kith.experiments.errors import RequestError
from kith.experiments.runs.runner import Job, RunResult
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION, Simulation
from kith.sim.results.definitions import DEFINITIONS

TOLERANCE = 0.1
"a number counts as met within this part of its value"
FINAL_SEEDS = 9_500_000
FROM_0_TO_1 = ("share", "[0, 1]")
COUNTED = ("members", "people", "ties", "kinds", "months")
"units of numbers that are never negative"


def parsed(words: Sequence[str]) -> dict[str, float]:
    """Targets of words such as `active=2000`.

    Raises
    ------
    RequestError
        One is no name with a number, unknown, given twice, or a number that the indicator cannot have.
    """
    out: dict[str, float] = {}
    for word in words:
        name, equals, text = word.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not equals or not math.isfinite(value):
            raise RequestError(f"--targets {word}: give a name and a number, such as active=2000")
        if name not in DEFINITIONS:
            raise RequestError(
                f"--targets {name}: no indicator has this name; such as active, churn_month or participation_rate, see docs/explanation/model.md"
            )
        if name in out:
            raise RequestError(f"--targets {name} is given twice; give it once")
        _check_possible(name, value)
        out[name] = value
    if not out:
        raise RequestError("--targets: give at least one name and number, such as active=2000")
    return out


def _check_possible(name: str, value: float) -> None:
    """Refuse a share above 1 and a negative number of members, which no parameters can meet."""
    unit = DEFINITIONS[name].unit
    if unit in FROM_0_TO_1 and not 0.0 <= value <= 1.0:
        hint = f"; {value:g} % is {value / 100:g}" if unit == "share" and 1.0 < value <= 100.0 else ""
        raise RequestError(
            f"--targets {name}={value:g}: must be from 0 to 1{' as a share' * (unit == 'share')}{hint}"
        )
    if unit in COUNTED and value < 0.0:
        raise RequestError(f"--targets {name}={value:g}: must be 0 or more {unit}")


def _summary(job: Job, threads: int | None) -> RunResult:
    simulation = Simulation(job.plan, job.seed, job.days, threads, events=False)
    try:
        simulation.advance()
    finally:
        simulation.close()
    with np.errstate(over="ignore"):
        summary = simulation.recorder.summary()
    values = {f"{END}:{name}": float(value) for name, value in summary.items()}
    return RunResult(job.key, job.seed, job.key, MODEL_VERSION, values)


def calibrate_to_targets(
    scenario: str | Path | Mapping[str, Any],
    targets: Mapping[str, float],
    overrides: Mapping[str, Any] | None = None,
    days: int | None = None,
    budget: Budget | None = None,
    workers: int | None = None,
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Fit a scenario so that a run ends with these indicators; each is met within a tenth of its value.

    Raises
    ------
    RequestError, ScenarioError, ParameterError
        The request was wrong.
    RunsFailed
        Too few runs have a result.
    """
    began, budget = time.monotonic(), budget or Budget()
    check_request(0.0, budget)
    given = dict(overrides or {})
    check_settable(given)
    plan = load(scenario, overrides=given, days=days)
    taken = {name for name, origin in plan.origin.items() if origin == "override"}
    priors = free(dict.fromkeys(taken), TARGETED)
    numbers = np.array(list(targets.values()))
    errors = TOLERANCE * np.maximum(np.abs(numbers), 1e-3) / 2.0
    target = Target(tuple(targets), numbers, errors, 2.0 * errors, as_they_are=True)

    def job(z: Any, seed: int) -> Job:
        at = load(scenario, overrides=given | values_at(priors, z), days=days)
        text = f"{MODEL_VERSION}|{at.canonical_content}|{seed}|{at.days}|targets"
        key = hashlib.sha256(text.encode()).hexdigest()[:32]
        return Job(at, seed, at.days, key, measure=_summary)

    total = budget.before_ensemble(1) + budget.ensemble + TRIED * AGAIN
    with running(total, workers, store, progress) as run:
        fits, _ = fitted(priors, {END: target}, job, run, budget)
        draws = fits[END].posterior.some(budget.ensemble, 1)
        results = run([job(z, FINAL_SEEDS + k) for k, z in enumerate(draws)])
        point = representative(
            draws,
            results,
            fits[END].target,
            END,
            lambda tried: run([job(z, FINAL_SEEDS + k) for z, k in tried]),
        )
    runs = [seen(result, END) for result in results if usable(result)]
    label = ", ".join(f"{name} = {value:g}" for name, value in targets.items())
    return finished(
        label, scenario, given, priors, fits[END], runs, time.monotonic() - began, None, None, (), point, days
    )


__all__ = ["calibrate_to_targets", "parsed"]
