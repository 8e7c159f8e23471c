"""Recovery of many logs at small cost: one emulator, on runs at points of a design, serves them all.

Logs are simulated at draws of the priors, with the arrivals of a real log. The model is true here, so nothing is added
for discrepancy. `whole` has the procedure that a user's log goes through.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from kith.experiments.calibration.calibrate import END, check_request, free, views_of
from kith.experiments.calibration.fitting import FEWEST, SEEDS, Budget, seen, usable
from kith.experiments.calibration.inference.design import sobol
from kith.experiments.calibration.inference.emulator import Emulator, emulator_of, told
from kith.experiments.calibration.inference.posterior import log_likelihood, sampled
from kith.experiments.calibration.past import Past
from kith.experiments.calibration.priors import Floats, values_at
from kith.experiments.calibration.recovery.judged import EXACT, FEWEST_LOGS, Recovery, check_logs, judged
from kith.experiments.calibration.recovery.simulated import TRUE_SEEDS, true_parameters
from kith.experiments.calibration.replayed import replay_of_fit
from kith.experiments.calibration.running import running
from kith.experiments.calibration.statistics import target_of
from kith.experiments.errors import RunsFailed
from kith.experiments.runs.runner import Job

POINTS = 128
"of the shared design, as no rounds follow it"


def recover(
    scenario: str | Path | Mapping[str, Any],
    past: Past,
    logs: int = 36,
    overrides: Mapping[str, Any] | None = None,
    budget: Budget | None = None,
    workers: int | None = None,
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Recovery:
    """Recover known parameters from simulated logs with the arrivals of a past.

    Raises
    ------
    RequestError, ScenarioError, ParameterError
        The request was wrong.
    RunsFailed
        Too few runs have a result.
    """
    budget = budget or Budget(points=POINTS)
    check_request(0.0, budget)
    check_logs(logs)
    given = dict(overrides or {})
    priors = free(given)
    replay = replay_of_fit(past, scenario, given, views_of(past, 0.0))
    names = target_of(past.observed, past.window, 0)

    def job(z: Floats, seed: int) -> Job:
        return replay.job(values_at(priors, z), seed, past.joins)

    points = sobol(budget.points, len(priors))
    truths = true_parameters(logs, len(priors))
    with running(budget.points + logs, workers, store, progress) as run:
        results = run([job(z, SEEDS + k) for k, z in enumerate(points)])
        simulated = run([job(z, TRUE_SEEDS + k) for k, z in enumerate(truths)])
        good, known = ([k for k, r in enumerate(some) if usable(r)] for some in (results, simulated))
        if len(good) < min(FEWEST, budget.points) or len(known) < FEWEST_LOGS:
            raise RunsFailed(
                f"{len(good)} runs and {len(known)} logs have a result, too few to recover anything"
            )
        y, wanted = (
            np.array([names.of(seen(some[k], END)) for k in places])
            for some, places in ((results, good), (simulated, known))
        )
        keep = told(y)
        with threadpool_limits(1):
            emulator = emulator_of(points[good], y[:, keep])
        futures = [
            run.pool.executor.submit(_one, emulator, np.where(np.isfinite(v), v, emulator.mean), nth)
            for nth, v in enumerate(wanted[:, keep])
        ]
        draws = [future.result() for future in futures]
    return judged(list(priors), truths[known], draws)


def _one(emulator: Emulator, target: Floats, seed: int) -> Floats:
    with threadpool_limits(1):
        likelihood = log_likelihood(emulator, target, np.full(len(target), EXACT))
        return sampled(likelihood, emulator.dimensions, seed).draws
