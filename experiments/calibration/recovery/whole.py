"""Recovery by the whole procedure: each simulated log is fitted as a user's log is, by runs of its own.

A simulated log has the arrivals of a real one, and known parameters. It is made into a past with nothing else of the
real log: its own joins, window, market and limits. Then it goes through a fit: design, emulator, chance of a usable run,
rounds of further runs, posterior. The model is true here, so nothing is added for discrepancy. What intervals hold with the
discrepancy that a real fit adds is told from the same runs; it should be more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from kith.experiments.calibration.calibrate import END, check_request, free, views_of
from kith.experiments.calibration.fitting import Budget, Fit, Points, fitted, one_fit
from kith.experiments.calibration.past import Past
from kith.experiments.calibration.priors import Floats, Prior, values_at
from kith.experiments.calibration.recovery.judged import (
    EXACT,
    FEWEST_LOGS,
    Recovery,
    check_logs,
    held,
    judged,
    ranks_of,
)
from kith.experiments.calibration.recovery.simulated import TRUE_SEEDS, simulated_past, true_parameters
from kith.experiments.calibration.replayed import Replay, replay_of_fit
from kith.experiments.calibration.running import Running, running
from kith.experiments.calibration.statistics import target_of
from kith.experiments.errors import RunsFailed
from kith.experiments.statistics.shares import Share

if TYPE_CHECKING:
    import pandas as pd

APART = 10_000
"seeds from the fit of one log to that of the next, so that no two share their luck"
TRIED = 4
"points of the priors that are tried for each log that is wanted, as some make none that can be fitted"


@dataclass(frozen=True)
class WholeRecovery:
    """What came of the whole procedure."""

    exact: Recovery
    "the model is true, and the fit knows it"
    believed: Recovery
    "from the same runs, with the discrepancy and the sampling errors that a real fit adds"
    logs: "pd.DataFrame"
    "a row per log: members, actions, runs, those that were usable, true parameters held, whether converged, emulator's error"
    left_out: tuple[str, ...]
    "why further simulated logs were not fitted, a sentence each"

    @property
    def by_log(self) -> Share:
        """Coverage with a 95 % interval by Student's t over logs, as what one log holds of several parameters hangs together."""
        from scipy.stats import t

        share = self.logs["held"].to_numpy(float) / len(self.exact.table)
        middle, error = float(share.mean()), float(share.std(ddof=1)) / np.sqrt(len(share))
        half = float(t.ppf(0.975, len(share) - 1)) * error
        return Share(middle, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True)
class Fitted:
    """One simulated log, fitted."""

    past: Past
    truth: Floats
    fit: Fit
    believed: Fit
    points: Points


def recover_whole(
    scenario: str | Path | Mapping[str, Any],
    past: Past,
    logs: int = 12,
    overrides: Mapping[str, Any] | None = None,
    budget: Budget | None = None,
    workers: int | None = None,
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> WholeRecovery:
    """Recover known parameters from simulated logs with the arrivals of a past, each by a fit of its own.

    Logs that no fit would take (too short, nobody gone) or that have many times the actions of the past are left out, and
    others are simulated instead: which logs are left out depends on what they show, so that the posteriors of the
    others remain right.

    Parameters
    ----------
    scenario, overrides, workers, store, progress : as in `kith.experiments.calibration.calibrate.calibrate`.
    past : the log whose arrivals the simulated ones have.
    logs : how many logs are fitted.
    budget : of each fit; its ensemble is not run.

    Raises
    ------
    RequestError, ScenarioError, ParameterError
        The request was wrong.
    RunsFailed
        Too few logs could be fitted.
    """
    budget = budget or Budget()
    check_request(0.0, budget)
    check_logs(logs)
    given = dict(overrides or {})
    priors = free(given)
    replay = replay_of_fit(past, scenario, given, views_of(past, 0.0))
    each = 1 + budget.before_ensemble(1)
    done: list[Fitted] = []
    left_out: list[str] = []
    made = 0
    with threadpool_limits(1), running(logs * each, workers, store, progress) as run:
        for nth, truth in enumerate(true_parameters(TRIED * logs, len(priors))):
            if len(done) == logs:
                break
            job = replay.job(values_at(priors, truth), TRUE_SEEDS + nth, past.joins)
            own = run.pool.executor.submit(
                simulated_past, job, f"simulated log {nth + 1}", run.pool.threads
            ).result()
            made += 1
            try:
                if isinstance(own, str):
                    raise RunsFailed(own)
                one = _one(
                    replay_of_fit(own, scenario, given, views_of(own, 0.0)),
                    truth,
                    priors,
                    budget,
                    run,
                    APART * nth,
                )
            except RunsFailed as error:
                left_out.append(str(error))
            else:
                done.append(one)
                made += len(one.points.runs) + len(one.points.lost)
            _count(run, made, (logs - len(done)) * each)
    if len(done) < FEWEST_LOGS:
        raise RunsFailed(
            f"{len(done)} of {len(done) + len(left_out)} simulated logs could be fitted, too few to recover anything; "
            f"for instance, {left_out[-1]}"
        )
    return _judged(list(priors), done, left_out)


def _one(
    replay: Replay, truth: Floats, priors: Mapping[str, Prior], budget: Budget, run: Running, apart: int
) -> Fitted:
    """The fit of one simulated log, and the posterior of the same runs with what a real fit adds to the errors."""
    past = replay.past
    believed = target_of(past.observed, past.window)
    exact = replace(believed, errors=np.full(len(believed.errors), EXACT))
    fits, points = fitted(
        priors,
        {END: exact},
        lambda z, seed: replay.job(values_at(priors, z), seed + apart, past.joins),
        run,
        budget,
    )
    fit = fits[END]
    wider = run.pool.executor.submit(one_fit, points, END, believed, fit.off, fit).result()
    return Fitted(past, truth, fit, wider, points)


def _count(run: Running, made: int, left: int) -> None:
    """Set how far the work is: designs that were made longer and logs that were left out change what was expected."""
    run.done = made + len(run.stored)
    run.total = max(run.done, made + left)
    run.count(0)


def _judged(names: Sequence[str], done: Sequence[Fitted], left_out: Sequence[str]) -> WholeRecovery:
    """Coverage and ranks of all logs, and a row for each."""
    import pandas as pd

    truths = np.array([one.truth for one in done])
    draws = [one.fit.posterior.draws for one in done]
    inside = held(ranks_of(truths, draws))
    rows = [
        {
            "log": one.past.label,
            "members": one.past.observed.members,
            "actions": len(one.past.observed.member),
            "runs": len(one.points.runs) + len(one.points.lost),
            "usable": len(one.points.runs),
            "held": int(kept.sum()),
            "missed": ", ".join(name for name, was in zip(names, kept, strict=True) if not was),
            "converged": one.fit.converged,
            "off": one.fit.off,
        }
        for one, kept in zip(done, inside, strict=True)
    ]
    return WholeRecovery(
        judged(names, truths, draws),
        judged(names, truths, [one.believed.posterior.draws for one in done]),
        pd.DataFrame(rows),
        tuple(left_out),
    )
