"""What a change from the log's end on makes: the difference ahead, with luck and parameters apart.

Each draw of the posterior is a world, in which the community goes on twice: as it is, and changed; with the same
guesses of joins and the same random draws. The spread over seeds within a world is luck, which here has the guess of joins
in it; that over worlds is what the parameters leave open (see `kith.experiments.calibration.what_if`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.calibrate import END, Calibration
from kith.experiments.calibration.fitting import usable
from kith.experiments.calibration.forecast.ahead import check_days, replay_of
from kith.experiments.calibration.forecast.changed import check_arms, in_arm, label_of
from kith.experiments.calibration.forecast.joins import joins_ahead
from kith.experiments.calibration.forecast.judge import anchored, ensemble_of
from kith.experiments.calibration.forecast.next_measures import next_measures
from kith.experiments.calibration.priors import Floats, values_at
from kith.experiments.calibration.running import Values, running
from kith.experiments.calibration.what_if import FEWEST_DRAWS, FEWEST_SEEDS, differences_of
from kith.experiments.comparison.arms import Arm
from kith.experiments.errors import RequestError, RunsFailed
from kith.experiments.statistics.luck_and_parameters import parts

if TYPE_CHECKING:
    import pandas as pd

SEED = 43_000
OUTCOMES = {"actives_last": "members", "actives_mean": "members", "actions_mean": "actions"}
"of a window: active members in the last one and in all on average, and actions in all on average"
MAIN = "actives_last"


@dataclass(frozen=True)
class Difference:
    """The difference that a change makes in a fitted community, changed less unchanged."""

    change: str
    days: int
    draws: int
    seeds: int
    table: "pd.DataFrame"
    "a row per outcome, as in `WhatIf`"
    next: "pd.DataFrame"
    "a row per parameter: by how much knowing it would reduce the variance of the difference of `MAIN`"


def difference_ahead(
    fit: Calibration,
    arm: Arm,
    days: int = 180,
    draws: int = 16,
    seeds: int = 2,
    workers: int | None = None,
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Difference:
    """Compare a fitted community with itself under a change that begins where its log ends.

    Raises
    ------
    RequestError
        The fit is not to a log, the arm changes nothing, or numbers make no comparison.
    RunsFailed
        Too few runs have a result.
    """
    if draws < FEWEST_DRAWS or seeds < FEWEST_SEEDS:
        raise RequestError(
            f"{draws} draws with {seeds} seeds each: {FEWEST_DRAWS} and {FEWEST_SEEDS} are needed to tell luck from parameters"
        )
    check_arms([arm])
    if not (arm.overrides or arm.shocks):
        raise RequestError("the arm changes nothing; change a parameter, such as incentives.badges=1")
    past = check_days(fit, days)
    replay = replay_of(fit, past)
    known, length = len(past.actives), (len(past.actives) + days // past.window) * past.window
    chosen = np.random.default_rng(SEED).choice(len(fit.draws), draws, replace=draws > len(fit.draws))
    worlds = fit.draws[chosen]
    guesses = joins_ahead(past.joins, past.window, max(1, length - past.days), draws * seeds, SEED)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), running(2 * draws * seeds, workers, store, progress) as run:
        jobs = [
            replay.job(
                values_at(fit.priors, worlds[k // seeds]),
                SEED + k,
                np.concatenate([past.joins, guess])[:length],
            )
            for k, guess in enumerate(guesses)
        ]
        sides = [run(jobs), run([in_arm(job, arm, past.days) for job in jobs])]
    values = np.full((2, draws, seeds, len(OUTCOMES)), np.nan)
    for side, results in enumerate(sides):
        for k, result in enumerate(results):
            if usable(result):
                values[side, k // seeds, k % seeds] = _outcomes(result, past.actives, past.acted, known)
    values /= past.part
    table = differences_of(fit, worlds, values, OUTCOMES)
    if table.empty:
        raise RunsFailed("too few runs of the comparison have a result")
    d = values[1, :, :, 0] - values[0, :, :, 0]
    good = np.isfinite(d).all(axis=1)
    share = float(np.nan_to_num(parts(d[good]).share))
    ranked = next_measures(fit, worlds[good], d[good].mean(axis=1), share)
    return Difference(label_of(arm), days, draws, seeds, table, ranked)


def _outcomes(result: Values, actives: Floats, acted: Floats, known: int) -> list[float]:
    """The outcomes of one run, at the level of the log's last windows."""
    series = ensemble_of([result], END)
    ahead, actions = anchored(series.actives, actives)[0], anchored(series.actions, acted)[0]
    return [float(ahead[-1]), float(ahead.mean()), float(actions.mean())]
