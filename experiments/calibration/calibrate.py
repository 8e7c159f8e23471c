"""Calibrate: the fit of a scenario to a community's own past, with what it met, what it learnt and how it forecasts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.experiments.calibration.fitting import Budget, Fit, fitted, seen, usable
from kith.experiments.calibration.forecast.judge import held_out, judged
from kith.experiments.calibration.forecast.verdict import verdict
from kith.experiments.calibration.forecast.worth import Amounts, amounts_of
from kith.experiments.calibration.inference.identified import Pair, identified, traded
from kith.experiments.calibration.past import Past, read_past, windows_of
from kith.experiments.calibration.priors import (
    MEAN_RATE,
    PRIORS,
    RATE,
    SIGMA,
    Floats,
    Prior,
    check_settable,
    values_at,
)
from kith.experiments.calibration.replayed import Replay, View, replay_of_fit
from kith.experiments.calibration.representative import AGAIN, TRIED, representative
from kith.experiments.calibration.running import Values, running
from kith.experiments.calibration.statistics import Target, is_share, target_of
from kith.experiments.calibration.weighting import chosen, weights_of
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.evidence.observation import Integers
from kith.experiments.words.wording import whole_per_cent
from kith.extras import demand
from kith.sim.engine import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

END = "end"
ORIGINS = 3
MOST_HELD = 0.5
GOOD = 0.7
"share of the statistics within their tolerance from which a fit is called good"
FEWEST_POINTS = 32
ENSEMBLE_SEEDS = 9_000_000


@dataclass(frozen=True)
class Calibration:
    """A fitted scenario."""

    label: str
    scenario: str
    overrides: dict[str, Any]
    priors: dict[str, Prior]
    draws: Floats
    "the posterior in the priors' standard deviations, (draws, parameters)"
    table: "pd.DataFrame"
    "a row per statistic: real, fitted with 90 % interval, tolerance, whether met, misfit in errors"
    parameters: "pd.DataFrame"
    "a row per parameter: prior and posterior, whether identified"
    pairs: list[Pair]
    converged: bool | None
    "None if nothing has checked the emulator: a fit without rounds"
    notes: list[str]
    seconds: float
    held: "pd.DataFrame | None" = None
    "forecasts of the past, a row per date, target and forecaster"
    verdict: list[str] = field(default_factory=list)
    past: "PastInNumbers | None" = None
    point: Floats = field(default_factory=lambda: np.zeros(0))
    "one of the draws, which stands for the fit in its scenario file, in the priors' standard deviations"
    model_version: str = MODEL_VERSION
    days: int | None = None
    "length of the runs that met a handful of numbers, if it was given"

    @property
    def met(self) -> float:
        """The share of the statistics within their tolerance."""
        return float(self.table["met"].mean())

    @property
    def met_per_cent(self) -> int:
        """The same in per cent, rounded down: 69.6 % is short of 70."""
        return whole_per_cent(self.met)

    @property
    def values(self) -> dict[str, float]:
        """The parameters at the point that stands for the fit."""
        return values_at(self.priors, self.point)


@dataclass(frozen=True)
class PastInNumbers:
    """What is kept of a log: numbers of the community; of a member no more than that somebody joined on a day."""

    days: int
    members: int
    actions: int
    window: int
    market: int
    date: str
    part: float
    shown: tuple[str, ...]
    joins: Integers
    "first actions on each day"
    actives: Floats
    acted: Floats
    "members who act and actions in each complete window"
    amounts: Amounts | None = None
    "what an action was worth lately, where the log has values"


def numbers_of(replay: Replay) -> PastInNumbers:
    """What is kept of a past."""
    past, o = replay.past, replay.past.observed
    actives, acted = windows_of(o, past.window)
    return PastInNumbers(
        past.days,
        o.members,
        len(o.member),
        past.window,
        replay.market,
        datetime.fromtimestamp(o.start / 1e6, UTC).date().isoformat(),
        past.part,
        past.actions,
        past.joins,
        actives,
        acted,
        amounts_of(o),
    )


def views_of(past: Past, holdout: float) -> tuple[View, ...]:
    """The whole log, after three earlier dates, the last of which leaves `holdout` of the days ahead.

    All three look equally far ahead, so the first lies five thirds of that before the end.
    """
    w, days = past.window, past.days
    if holdout <= 0.0:
        return (View(END, days),)
    horizon = max(1, int(days * holdout) // w) * w
    step = horizon // (w * ORIGINS) * w
    last = (days - horizon) // w * w
    dates = [last - k * step for k in reversed(range(ORIGINS))]
    return (*(View(f"date{k + 1}", day, horizon) for k, day in enumerate(dates)), View(END, days))


def calibrate(
    scenario: str | Path | Mapping[str, Any],
    *logs: Any,
    holdout: float = 0.3,
    overrides: Mapping[str, Any] | None = None,
    budget: Budget | None = None,
    workers: int | None = None,
    store: Path | None = None,
    earlier: Calibration | None = None,
    progress: Callable[[int, int], None] | None = None,
    **reading: Any,
) -> Calibration:
    """Fit a scenario to a community's log, and judge its forecasts on time that the fit has not seen.

    Parameters
    ----------
    scenario : a name of the library, a path, or a table.
    logs : one log: a path in any format that `read_log` reads, the name of a log that ships with kith, or a `Past`.
    holdout : part of the log that the last of three forecasts looks ahead; 0 for no judgement.
    overrides : parameters that are set and, if they have a prior, not fitted.
    budget : how many runs it may cost.
    workers, progress : see `kith.experiments.runs.runner.run_all`.
    store : a folder in which runs are kept, so that an interrupted fit goes on.
    earlier : a fit of the same community to a shorter log, around which half of the design lies.
    reading : options of `read_events`.

    Raises
    ------
    RequestError, LogError, ScenarioError, ParameterError
        The request was wrong, or the log has too little in it.
    RunsFailed
        Too few runs have a result.
    """
    began, budget = time.monotonic(), budget or Budget()
    check_request(holdout, budget)
    past = logs[0] if logs and isinstance(logs[0], Past) else read_past(logs, holdout, **reading)
    views = views_of(past, holdout)
    given = dict(overrides or {})
    priors = free(given)
    replay = replay_of_fit(past, scenario, given, views)
    targets = {
        view.name: target_of(past.until(view.day), past.window, whole=past.part == 1.0) for view in views
    }
    total = budget.before_ensemble(len(views)) + budget.ensemble
    total += 2 * budget.per_forecast * (len(views) - 1) + TRIED * AGAIN
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), running(total, workers, store, progress) as run:
        fits, _ = fitted(
            priors,
            targets,
            lambda z, seed: replay.job(values_at(priors, z), seed, past.joins),
            run,
            budget,
            None if earlier is None else known_draws(earlier, priors),
        )
        draws = fits[END].posterior.some(budget.ensemble, 1)
        results = run(
            [
                replay.job(values_at(priors, z), ENSEMBLE_SEEDS + k, past.joins, (views[-1],))
                for k, z in enumerate(draws)
            ]
        )
        point = representative(
            draws,
            results,
            fits[END].target,
            END,
            lambda tried: run(
                [
                    replay.job(values_at(priors, z), ENSEMBLE_SEEDS + k, past.joins, (views[-1],))
                    for z, k in tried
                ]
            ),
        )
        forecasts = [] if len(views) == 1 else held_out(replay, priors, fits, run, budget.per_forecast)
        held = judged(replay, forecasts) if forecasts else None
    fit = finished(
        past.label,
        scenario,
        given,
        priors,
        fits[END],
        [seen(result, END) for result in results if usable(result)],
        time.monotonic() - began,
        held,
        numbers_of(replay),
        [name for name, of_view in fits.items() if of_view.converged is False],
        point,
    )
    if len(forecasts) < len(views) - 1:
        fit.notes.append(
            f"no forecast from {len(views) - 1 - len(forecasts)} of {len(views) - 1} dates: every run there had many times "
            "the actions of the log"
        )
    return fit


def check_request(holdout: float, budget: Budget) -> None:
    """Refuse numbers that make no fit."""
    if not 0.0 <= holdout <= MOST_HELD:
        raise RequestError(
            f"--holdout {holdout:g}: must be from 0 to {MOST_HELD:g}, the part of the log that a forecast looks ahead"
        )
    if budget.points < FEWEST_POINTS:
        raise RequestError(
            f"--points {budget.points}: must be {FEWEST_POINTS} or more; {Budget().points} is usual"
        )
    if budget.ensemble < 10:
        raise RequestError(f"--ensemble {budget.ensemble}: must be 10 or more")
    if holdout > 0.0:
        demand("evidence")


def free(overrides: Mapping[str, Any], priors: Mapping[str, Prior] = PRIORS) -> dict[str, Prior]:
    """The priors of what is not set."""
    check_settable(overrides)
    taken = set(overrides)
    if taken & {RATE, SIGMA}:
        taken |= {MEAN_RATE}
    left = {name: prior for name, prior in priors.items() if name not in taken}
    if len(left) < 2:
        raise RequestError("nearly every parameter that could be fitted is set; leave two or more free")
    return left


def known_draws(earlier: Calibration, priors: Mapping[str, Prior]) -> Floats:
    """Draws of an earlier fit for these parameters, (draws, parameters); of those that it did not fit, of the prior."""
    luck = np.random.default_rng(ENSEMBLE_SEEDS)
    columns = dict(zip(earlier.priors, earlier.draws.T, strict=True))
    return np.column_stack(
        [columns[name] if name in columns else luck.normal(size=len(earlier.draws)) for name in priors]
    )


def finished(
    label: str,
    scenario: str | Path | Mapping[str, Any],
    overrides: dict[str, Any],
    priors: dict[str, Prior],
    fit: Fit,
    runs: Sequence[Values],
    seconds: float,
    held: "pd.DataFrame | None",
    past: PastInNumbers | None,
    unsettled: Sequence[str],
    point: Floats,
    days: int | None = None,
) -> Calibration:
    """A fit with its tables and notes."""
    import pandas as pd

    if not runs:
        raise RunsFailed(
            "every run at the draws of the posterior failed, or was abandoned with many times the actions of the log; "
            "give more --points, or set fewer parameters"
        )
    y = np.array([fit.target.of(run) for run in runs])
    y = y[chosen(weights_of(fit.target, y), len(y), 0)]
    rows = [_row(fit.target, k, name, y[:, k]) for k, name in enumerate(fit.target.names)]
    table = pd.DataFrame(rows)
    draws = fit.posterior.draws
    parameters = identified(priors, draws)
    notes = notes_of(fit, parameters, table, unsettled, past)
    return Calibration(
        label,
        str(scenario) if not isinstance(scenario, Mapping) else "the scenario",
        overrides,
        priors,
        draws,
        table,
        parameters,
        traded(priors, draws),
        fit.converged,
        notes,
        seconds,
        held,
        [] if held is None else verdict(held),
        past,
        point,
        days=days,
    )


def _row(target: Target, k: int, name: str, values: Floats) -> dict[str, Any]:
    def out(value: float) -> float:
        return target.outward(name, float(value))

    known = values[np.isfinite(values)]
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95]) if len(known) else (np.nan,) * 3
    off = middle - target.values[k]
    return {
        "statistic": name,
        "real": out(target.values[k]),
        "fitted": out(middle),
        "low": out(low),
        "high": out(high),
        "error": float(target.errors[k]),
        "tolerance": float(target.tolerances[k]),
        "relative": not target.as_they_are and not is_share(name),
        "met": bool(abs(off) <= target.tolerances[k]),
        "misfit": float(off / target.errors[k]),
    }


def notes_of(
    fit: Fit,
    parameters: "pd.DataFrame",
    table: "pd.DataFrame",
    unsettled: Sequence[str],
    past: PastInNumbers | None,
) -> list[str]:
    """What has to be said of a fit."""
    notes = []
    if fit.converged is False:
        notes.append(
            "the fit has not converged: what follows is the best that was found; give more --points or --rounds"
        )
    elif fit.converged is None:
        notes.append(
            "it was not checked if the fit has converged, as that takes runs where it is good; give --rounds 1 or more"
        )
    others = [name for name in unsettled if name != END]
    if others:
        notes.append(f"of the fits to a part of the log, {len(others)} did not converge")
    edge = parameters[parameters["at_edge"]]["parameter"].tolist()
    if edge:
        what = "these numbers" if past is None else "the log"
        notes.append(f"at the edge of the prior: {', '.join(edge)}; the model strains to meet {what}")
    met = float(table["met"].mean())
    if met < GOOD:
        notes.append(
            f"a poor fit: {whole_per_cent(met)} % of the statistics are within their tolerance; {100 * GOOD:.0f} % would be good"
        )
    if fit.dropped:
        notes.append(f"left out, because too few runs can tell: {', '.join(fit.dropped)}")
    if past is not None and past.part < 1.0:
        notes.append(
            f"the log has more members than can be simulated in minutes: {100 * past.part:.1f} % of them were fitted"
        )
    return notes


__all__ = ["Calibration", "calibrate"]
