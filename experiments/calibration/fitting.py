"""One fit: runs at points of a design, an emulator, a posterior; more runs at its draws, and again.

A view is what is met: the whole log, or what was known of it on a day, or a handful of numbers. All views share
their runs, as a run says something of each.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kith.experiments.calibration.inference.design import sobol
from kith.experiments.calibration.inference.emulator import Emulator, emulator_of, told
from kith.experiments.calibration.inference.lived import log_chance
from kith.experiments.calibration.inference.posterior import Posterior, log_likelihood, sampled
from kith.experiments.calibration.priors import WIDEST, Floats, Prior
from kith.experiments.calibration.replayed import ABANDONED, SILENT
from kith.experiments.calibration.running import Running, Values
from kith.experiments.calibration.statistics import Target
from kith.experiments.errors import RunsFailed
from kith.experiments.runs.runner import Job

NEAREST = 176
"runs on which an emulator stands: those whose statistics come nearest to the target"
FEWEST = 30
"runs with a result that a fit needs"
EXTENDED = 4
"times that a design is made longer while fewer than these, or fewer than half of the wanted runs, have a result"
SEEDS = 7_000_000
"seeds of the runs of a fit begin here, far from those of comparisons"
WIDER = 1.5
"factor by which draws of an earlier fit are spread"
JUDGED = 0.67
"runs of each forecast of the past, relative to those of the final ensemble"
OFF = 2.0
"mean error of the emulator at its own draws, in its standard deviations, above which the fit has not converged"

FAILED = "failed"
LOST = {
    ABANDONED: "were abandoned, with many times the actions of the log",
    SILENT: "were silent, as nobody acted",
    FAILED: "failed",
}
"why a run has no statistics -> in words"

type JobOf = Callable[[Floats, int], Job]
"the run at a point with a seed"


@dataclass(frozen=True)
class Fit:
    """The posterior of one view."""

    target: Target
    "of the statistics that runs can tell"
    posterior: Posterior
    emulator: Emulator
    off: float
    "error of the emulator at the draws of its last round, in its standard deviations; NaN without rounds"
    dropped: tuple[str, ...] = ()
    "statistics that too few runs can tell"

    @property
    def converged(self) -> bool | None:
        """Whether the sample has mixed, and the emulator holds where the posterior lies; None if no round has checked that."""
        if not self.posterior.converged or self.off > OFF:
            return False
        return None if math.isnan(self.off) else True


@dataclass
class Points:
    """Points of the parameters and the results of their runs, growing round by round."""

    x: Floats
    runs: list[Values]
    lost: Floats
    "where runs were abandoned, silent or failed"
    why: Counter[str] = field(default_factory=Counter)
    "how many were lost to each of these"

    def add(self, x: Floats, runs: Sequence[Values]) -> None:
        """Further points, with the runs of those where they are usable."""
        good = np.array([usable(run) for run in runs], bool)
        self.x, self.lost = np.concatenate([self.x, x[good]]), np.concatenate([self.lost, x[~good]])
        self.runs += [run for run, is_good in zip(runs, good, strict=True) if is_good]
        self.why.update(
            next(iter(run), FAILED) for run, is_good in zip(runs, good, strict=True) if not is_good
        )


@dataclass(frozen=True)
class Budget:
    """How much a fit may cost."""

    points: int = 64
    "of the design"
    rounds: int = 8
    per_round: int = 32
    "runs of a round, at draws of the posterior of each view in equal parts, as every run says something of all"
    ensemble: int = 60
    "runs at draws of the last posterior"

    @property
    def per_forecast(self) -> int:
        """Runs of each forecast of the past."""
        return max(10, int(self.ensemble * JUDGED))

    def at_each(self, views: int) -> int:
        """Runs of a round at draws of the posterior of one view, if there are `views`."""
        return max(1, self.per_round // views)

    def before_ensemble(self, views: int) -> int:
        """Runs of the design and of all rounds."""
        return self.points + self.rounds * views * self.at_each(views)


def fitted(
    priors: Mapping[str, Prior],
    targets: Mapping[str, Target],
    job: JobOf,
    run: Running,
    budget: Budget,
    earlier: Floats | None = None,
) -> tuple[dict[str, Fit], Points]:
    """The fit of each view, and all runs.

    Parameters
    ----------
    priors, targets, job, run, budget : what is fitted, to what, by which runs, and at what cost.
    earlier : draws of an earlier fit, around which half of the design lies.

    Raises
    ------
    RunsFailed
        Too few runs have a result.
    """
    design = sobol(budget.points, len(priors))
    if earlier is not None:
        half = budget.points // 2
        design[:half] = widened(earlier, half)
    nowhere = np.zeros((0, len(priors)))
    points = Points(nowhere, [], nowhere)
    points.add(design, run([job(z, SEEDS + k) for k, z in enumerate(design)]))
    tried = budget.points
    fewest = min(FEWEST, budget.points)
    while len(points.runs) < max(fewest, budget.points / 2) and tried < (1 + EXTENDED) * budget.points:
        further = sobol(tried + budget.points, len(priors))[tried:]
        points.add(further, run([job(z, SEEDS + tried + k) for k, z in enumerate(further)]))
        tried += budget.points
    if len(points.runs) < fewest:
        raise RunsFailed(too_few(points, tried, fewest))
    fits = _side_by_side(run, points, targets, {}, {})
    seed, each = SEEDS + tried, budget.at_each(len(fits))
    for nth in range(budget.rounds):
        drawn = {view: fit.posterior.some(each, nth + 1) for view, fit in fits.items()}
        x = np.concatenate(list(drawn.values()))
        results = run([job(z, seed + k) for k, z in enumerate(x)])
        seed += len(x)
        off = {}
        for place, (view, fit) in enumerate(fits.items()):
            part = slice(place * each, (place + 1) * each)
            off[view] = _off(fit, view, x[part], results[part])
        points.add(x, results)
        fits = _side_by_side(run, points, targets, off, fits)
    return fits, points


def too_few(points: Points, tried: int, fewest: int) -> str:
    """That too few runs have a result, why the others have none, and what can be done."""
    said = [f"{number} {LOST[why]}" for why, number in points.why.most_common()]
    return (
        f"{len(points.runs)} of {tried} runs have a result, and a fit needs {fewest}: {', '.join(said)}; "
        "choose a scenario that is more like the community, set what is known of it with --set, or ask for more with --points"
    )


def widened(draws: Floats, number: int) -> Floats:
    """Draws spread out around their mean, (number, parameters)."""
    chosen = draws[np.linspace(0, len(draws) - 1, number).astype(int)]
    return np.asarray(np.clip(draws.mean(axis=0) + WIDER * (chosen - draws.mean(axis=0)), -WIDEST, WIDEST))


def _side_by_side(
    run: Running,
    points: Points,
    targets: Mapping[str, Target],
    off: Mapping[str, float],
    before: Mapping[str, Fit],
) -> dict[str, Fit]:
    """The fit of every view, in the processes that otherwise run."""
    futures = {
        view: run.pool.executor.submit(
            one_fit, points, view, target, off.get(view, float("nan")), before.get(view)
        )
        for view, target in targets.items()
    }
    return {view: future.result() for view, future in futures.items()}


def one_fit(
    points: Points, view: str, target: Target, off: float = float("nan"), before: Fit | None = None
) -> Fit:
    """The fit of a view to all runs so far, on one thread: matrices are small, and threads would wait for each other."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _one_fit(points, view, target, off, before)


def _one_fit(points: Points, view: str, target: Target, off: float, before: Fit | None) -> Fit:
    y = np.array([target.of(seen(run, view)) for run in points.runs])
    keep = told(y)
    if not keep.any():
        raise RunsFailed("no statistic is told by enough runs, so there is nothing to fit")
    within = target.some(keep)
    near = nearest(y[:, keep], within)
    emulator = emulator_of(points.x[near], y[near][:, keep])
    of_statistics = log_likelihood(emulator, within.values, within.errors)
    lived = log_chance(points.x, points.lost)

    def likelihood(x: Floats) -> Floats:
        return of_statistics(x) + lived(x)

    start = None if before is None else before.posterior.draws[np.argmax(before.posterior.density)]
    posterior = sampled(likelihood, points.x.shape[1], start=start)
    dropped = tuple(name for name, told_of in zip(target.names, keep, strict=True) if not told_of)
    return Fit(within, posterior, emulator, off, dropped)


def nearest(y: Floats, target: Target) -> np.ndarray:
    """The runs that come nearest to a target, at most `NEAREST`."""
    z = (np.where(np.isfinite(y), y, np.nanmedian(y, axis=0)) - target.values) / target.errors
    misfit = np.minimum(z**2, 100.0).sum(axis=1)
    return np.sort(np.argsort(misfit, kind="stable")[:NEAREST])


def usable(run: Values) -> bool:
    """Whether a run has statistics."""
    return len(run) > 1


def seen(run: Values, view: str) -> Values:
    """The statistics that a run has of a view."""
    start = f"{view}:"
    return {name[len(start) :]: value for name, value in run.items() if name.startswith(start)}


def _off(fit: Fit, view: str, x: Floats, results: Sequence[Values]) -> float:
    good = [k for k, run in enumerate(results) if usable(run)]
    if not good:
        return float("inf")
    mean, spread = fit.emulator.predict(x[good])
    y = np.array([fit.target.of(seen(results[k], view)) for k in good])
    # relative to what matters for the posterior: the spread of a run and the errors of the target
    z = (y - mean) / np.hypot(spread, fit.target.errors)
    return float(np.sqrt(np.nanmean(z**2)))
