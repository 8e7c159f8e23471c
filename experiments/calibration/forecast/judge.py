"""The judgement: forecasts from several dates of the past, by the fitted model and by declared rivals, scored alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.fitting import Fit, seen, usable
from kith.experiments.calibration.forecast import closed_form
from kith.experiments.calibration.forecast.joins import joins_ahead
from kith.experiments.calibration.forecast.rivals import LAST, RIVALS
from kith.experiments.calibration.forecast.scores import relative, score
from kith.experiments.calibration.forecast.worth import amounts_of, value_of, worth
from kith.experiments.calibration.past import windows_of
from kith.experiments.calibration.priors import Floats, Prior, values_at
from kith.experiments.calibration.replayed import Replay, View
from kith.experiments.calibration.running import Running, Values
from kith.experiments.calibration.statistics import LOG_DISCREPANCY, Target, late_cohort
from kith.experiments.calibration.weighting import resampled, weights_of
from kith.experiments.errors import RunsFailed
from kith.experiments.evidence.observation import Integers

if TYPE_CHECKING:
    import pandas as pd

SEEDS = 8_000_000
"seeds of the runs of forecasts begin here"
LUCK = 20_250
RAW, ANCHORED = "kith, raw", "kith, anchored"
TRUE = " with the true joins"
OURS = (RAW, ANCHORED)
PREVIOUS = "previous cohort"
VALUE = "value"
"what is judged beside actives and actions where a log has it"
ANCHORS = 3
"windows before the date to whose level a forecast is anchored"
FARTHEST = 3.0
"the most by which anchoring scales a path"
BGNBD_PATHS = 100


@dataclass(frozen=True)
class Ensemble:
    """Runs at draws of a posterior: series in windows, (runs, windows)."""

    actives: Floats
    actions: Floats
    late: Floats
    "share of the latest cohort who act in the second half of the horizon, (runs,)"


def best_of(results: Sequence[Values], view: str, target: Target, seed: int) -> list[Values]:
    """Runs drawn again by how well each met what was known at a view."""
    good = [run for run in results if usable(run)]
    if not good:
        raise RunsFailed("every run of a forecast was abandoned: each has many times the actions of the log")
    y = np.array([target.of(seen(run, view)) for run in good])
    return resampled(good, weights_of(target, y), seed)


def ensemble_of(results: Sequence[Values], view: str) -> Ensemble:
    """The series of runs."""
    number = sum(name.startswith("actives:") for name in results[0])
    actives, actions = (
        np.array([[run[f"{name}:{k}"] for k in range(number)] for run in results])
        for name in ("actives", "actions")
    )
    return Ensemble(actives, actions, np.array([run.get(f"{view}:late", np.nan) for run in results]))


def anchored(paths: Floats, before: Floats) -> Floats:
    """Paths from the past into the future, (paths, past + ahead), scaled to the last windows seen, and their future alone."""
    known = len(before)
    level = paths[:, known - ANCHORS : known].mean(axis=1)
    factor = np.where(level > 0, before[-ANCHORS:].mean() / np.maximum(level, 1e-9), 1.0)
    return paths[:, known:] * np.clip(factor, 1.0 / FARTHEST, FARTHEST)[:, None]


def blurred(paths: Floats, seed: int) -> Floats:
    """Paths with the model's discrepancy: each is off by one factor throughout."""
    luck = np.random.default_rng(seed)
    return paths * np.exp(LOG_DISCREPANCY * luck.normal(size=len(paths)))[:, None]


@dataclass(frozen=True)
class Held:
    """What was forecast from one date."""

    view: View
    guessed: Ensemble
    "with joins that were guessed"
    given: Ensemble
    "with the true joins"


def held_out(
    replay: Replay, priors: Mapping[str, Prior], fits: Mapping[str, Fit], run: Running, runs: int
) -> list[Held]:
    """Runs of the fits that knew the log up to each date, over the days that followed.

    A date is left out if every run from there has many times the actions of the log.
    """
    out = []
    joins = replay.past.joins
    for nth, view in enumerate(view for view in replay.views if view.horizon):
        draws = fits[view.name].posterior.some(runs, 100 + nth)
        known = joins[: view.day]
        paths = joins_ahead(known, replay.past.window, view.horizon, runs, LUCK + nth)
        true = joins[: view.day + view.horizon]
        pairs = (
            [np.concatenate([known, path]) for path in paths],
            [true] * runs,
        )
        jobs = [
            replay.job(values_at(priors, z), SEEDS + 1000 * nth + k, each, (view,))
            for every in pairs
            for k, (z, each) in enumerate(zip(draws, every, strict=True))
        ]
        results = run(jobs)
        target = fits[view.name].target
        try:
            pair = [best_of(half, view.name, target, LUCK + nth) for half in (results[:runs], results[runs:])]
        except RunsFailed:
            continue  # safe: the fit notes from how many dates there is no forecast, and why
        out.append(Held(view, ensemble_of(pair[0], view.name), ensemble_of(pair[1], view.name)))
    return out


def judged(replay: Replay, held: Sequence[Held]) -> "pd.DataFrame":
    """A row per date, target and forecaster: error, error relative to the last value's, CRPS, coverage."""
    import pandas as pd

    rows: list[dict[str, object]] = []
    past = replay.past
    everything = dict(zip(("actives", "actions"), windows_of(past.observed, past.window), strict=True))
    if (value := value_of(past.observed, past.window)) is not None:
        everything[VALUE] = value
    for nth, each in enumerate(held):
        view, before = each.view, past.until(each.view.day)
        first = view.day // past.window
        last = first + view.horizon // past.window
        true = past.joins[view.day : view.day + view.horizon]
        futures = {
            name: closed_form.ahead_of(
                before, past.window, view.horizon, joins, BGNBD_PATHS, np.random.default_rng(LUCK + 50 + nth)
            )
            for name, joins in ((closed_form.NAME, None), (closed_form.NAME + TRUE, true))
        }
        amounts = amounts_of(before)
        for target, series in everything.items():
            if target == VALUE and amounts is None:
                continue  # safe: nothing was known of amounts on that date, and the verdict counts the others
            counted = "actions" if target == VALUE else target
            paths = _ours(each, counted, everything[counted][:first], LUCK + 70 + nth)
            paths |= {name: getattr(future, counted) for name, future in futures.items()}
            if target == VALUE and amounts is not None:
                luck = np.random.default_rng(LUCK + 90 + nth)
                paths = {who: worth(sample, amounts, luck) for who, sample in paths.items()}
            paths |= _rivals(series[:first], last - first, LUCK + nth)
            scores = {who: score(series[first:last], sample) for who, sample in paths.items()}
            rows += [
                {
                    "origin": view.day,
                    "target": target,
                    "forecaster": who,
                    "mae": s.mae,
                    "relative": relative(s.mae, scores[LAST].mae),
                    "crps": s.crps,
                    "coverage": s.coverage,
                }
                for who, s in scores.items()
            ]
        rows += _late(replay, each, futures[closed_form.NAME])
    return pd.DataFrame(rows)


def _ours(each: Held, target: str, known: Floats, seed: int) -> dict[str, Floats]:
    out = {}
    for ending, ensemble in (("", each.guessed), (TRUE, each.given)):
        series = getattr(ensemble, target)
        out[RAW + ending] = blurred(series[:, len(known) :], seed)
        out[ANCHORED + ending] = blurred(anchored(series, known), seed)
    return out


def _rivals(known: Floats, ahead: int, seed: int) -> dict[str, Floats]:
    return {
        name: rival(known, ahead, np.random.default_rng(seed + 100 * k))
        for k, (name, rival) in enumerate(RIVALS.items())
    }


def _late(replay: Replay, each: Held, future: closed_form.Ahead) -> list[dict[str, object]]:
    """Who acts later, of the cohort that joined last: the model, the cohort before it, and the rival with members."""
    view, o = each.view, replay.past.observed
    truth = late_cohort(o, view.day, view.horizon)
    before = replay.past.until(view.day)
    earlier = late_cohort(before, view.day - view.horizon, view.horizon)
    known = each.guessed.late[np.isfinite(each.guessed.late)]
    said: dict[str, Floats | Integers] = {
        "kith": known,
        PREVIOUS: np.array([earlier]),
        closed_form.NAME: future.late,
    }
    rows: list[dict[str, object]] = []
    for who, sample in said.items():
        if len(sample) and np.isfinite(sample).all() and np.isfinite(truth):
            low, high = np.quantile(sample, [0.05, 0.95])
            rows.append(
                {
                    "origin": view.day,
                    "target": "late cohort",
                    "forecaster": who,
                    "mae": abs(float(np.median(sample)) - truth),
                    "relative": float("nan"),
                    "crps": float("nan"),
                    "coverage": float(low <= truth <= high) if len(sample) > 1 else float("nan"),
                }
            )
    return rows


__all__ = ["Ensemble", "Held", "anchored", "best_of", "blurred", "ensemble_of", "held_out", "judged"]
