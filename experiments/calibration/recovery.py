"""Recovery: do the posterior's intervals hold the truth, on simulated logs whose parameters are known?

Logs are simulated at draws of the priors, with the arrivals of a real log. One emulator, on runs at other points, serves them
all. The model is true here, so nothing is added for discrepancy. If inference is right, the rank of the truth among
draws of the posterior is uniform for every parameter, and 90 % intervals hold it nine times in ten (Talts et al. 2018).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from kith.experiments.calibration.calibrate import END, check_request, free
from kith.experiments.calibration.fitting import FEWEST, SEEDS, Budget, seen, usable
from kith.experiments.calibration.inference.design import sobol
from kith.experiments.calibration.inference.emulator import Emulator, emulator_of, told
from kith.experiments.calibration.inference.posterior import log_likelihood, sampled
from kith.experiments.calibration.past import Past
from kith.experiments.calibration.priors import Floats, values_at
from kith.experiments.calibration.replayed import Replay, View
from kith.experiments.calibration.running import running
from kith.experiments.calibration.statistics import target_of
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.runs.runner import Job
from kith.experiments.statistics.shares import Share, wilson

if TYPE_CHECKING:
    import pandas as pd

TRUE_SEEDS = 6_000_000
OTHER = 77
"seed of the sequence from which true parameters come"
FEWEST_LOGS = 6
EXACT = 0.01
"errors of the statistics of a simulated log, on the scale of comparison: luck is in the emulator"
BINS = 4
LEVEL = 0.9


@dataclass(frozen=True)
class Recovery:
    """What came of it."""

    logs: int
    table: "pd.DataFrame"
    "a row per parameter: coverage of the 90 % interval, mean rank of the truth, p of flat ranks, corrected for the number of parameters"
    pooled: Share
    "coverage over all parameters and logs, with a 95 % interval as if all were independent"
    ratio: float
    "mean error of the posterior means, relative to that of the prior mean"

    @property
    def flat(self) -> bool:
        """Whether no parameter's ranks differ from flat ones by more than chance."""
        return bool((self.table["p"] > 0.05).all())


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
    budget = budget or Budget()
    check_request(0.0, budget)
    if not FEWEST_LOGS <= logs <= 1000:
        raise RequestError(
            f"--recover {logs}: must be from {FEWEST_LOGS} to 1,000; 36 or more tell something"
        )
    given = dict(overrides or {})
    priors = free(given)
    view = View(END, past.days)
    size = past.observed.members * 3 // 2
    replay = Replay(past, scenario, given, size, (view,))
    replay.plan({}, past.joins)
    names = target_of(past.observed, past.window, 0)

    def job(z: Floats, seed: int) -> Job:
        return replay.job(values_at(priors, z), seed, past.joins)

    points = sobol(budget.points, len(priors))
    truths = sobol(logs, len(priors), OTHER)
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


def judged(names: Sequence[str], truths: Floats, draws: Sequence[Floats]) -> Recovery:
    """Coverage and ranks of true parameters, (logs, parameters), among draws of each log's posterior."""
    import pandas as pd
    from scipy.stats import chisquare

    ranks = np.array([(sample < truth).mean(axis=0) for truth, sample in zip(truths, draws, strict=True)])
    inside = (ranks >= (1 - LEVEL) / 2) & (ranks <= (1 + LEVEL) / 2)
    means = np.array([sample.mean(axis=0) for sample in draws])
    rows = []
    for k, name in enumerate(names):
        counts = np.bincount(np.minimum((ranks[:, k] * BINS).astype(int), BINS - 1), minlength=BINS)
        p = min(1.0, float(chisquare(counts).pvalue) * len(names))
        rows.append(
            {
                "parameter": name,
                "coverage": float(inside[:, k].mean()),
                "mean_rank": float(ranks[:, k].mean()),
                "p": p,
                "error": float(np.abs(means[:, k] - truths[:, k]).mean() / np.abs(truths[:, k]).mean()),
            }
        )
    error = float(np.abs(means - truths).mean() / np.abs(truths).mean())
    return Recovery(len(truths), pd.DataFrame(rows), wilson(int(inside.sum()), inside.size, 0.95), error)
