"""A forecast: a fitted community goes on after the end of its log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.calibrate import END, Calibration, PastInNumbers
from kith.experiments.calibration.forecast.changed import check_arms, in_arm, label_of
from kith.experiments.calibration.forecast.joins import joins_ahead
from kith.experiments.calibration.forecast.judge import LUCK, SEEDS, anchored, best_of, blurred, ensemble_of
from kith.experiments.calibration.forecast.worth import worth
from kith.experiments.calibration.past import Past
from kith.experiments.calibration.priors import Floats, values_at
from kith.experiments.calibration.replayed import Replay, View
from kith.experiments.calibration.running import running
from kith.experiments.calibration.statistics import Target, scaled
from kith.experiments.comparison.arms import Arm
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import NOBODY, Integers, Observed
from kith.experiments.statistics.units import with_units
from kith.sim.schema.plan import MAX_DAYS

if TYPE_CHECKING:
    import pandas as pd

FEWEST_RUNS = 10
DRAW = "draw"
"the row of the posterior at which a run was made"
BAND = (0.05, 0.5, 0.95)
UNITS = {"joins": "members", "actives": "members", "actions": "actions", "value": "the log's currency"}
"of the series, each counted per window; value where the log has it, in its currency"


@dataclass(frozen=True)
class Forecast:
    """What a fitted community is expected to do."""

    fit: Calibration
    days: int
    runs: int
    table: "pd.DataFrame"
    "a row per window: first and last date, and joins, actives, actions and perhaps value, each low, middle and high"
    paths: "pd.DataFrame"
    "a row per run and window: the same series, of which `table` has the quantiles"
    arms: tuple[str, ...] = ()
    "what is compared, if that was asked: both frames then begin with a column `arm`"
    drawn: Integers | None = None
    "the draw of the posterior of each run of the first arm"


def series_in(table: "pd.DataFrame") -> tuple[str, ...]:
    """The series that a table of a forecast has."""
    return tuple(name for name in UNITS if name in table)


def forecast(
    fit: Calibration,
    days: int = 180,
    runs: int = 60,
    workers: int | None = None,
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    arms: Sequence[Arm] = (),
) -> Forecast:
    """The days after the log's end: runs at draws of the posterior, with guessed joins, anchored to the last windows.

    With `arms` there is a forecast for each, on the same draws, joins and seeds; what an arm changes begins where the
    log ends, and the days of its shocks count from there. Joins are guessed from the past and the same in all.

    Raises
    ------
    RequestError
        The fit is not to a log, or days and runs make no forecast.
    """
    import pandas as pd
    from threadpoolctl import threadpool_limits

    past = check_days(fit, days)
    if runs < FEWEST_RUNS:
        raise RequestError(f"--runs {runs}: must be {FEWEST_RUNS} or more")
    windows = days // past.window
    known = len(past.actives)
    # windows are counted from the log's first day, so the first one ahead may have begun already
    length = (known + windows) * past.window
    replay = replay_of(fit, past)
    chosen = np.random.default_rng(LUCK).choice(len(fit.draws), runs, replace=runs > len(fit.draws))
    check_arms(arms)
    several = tuple(arms) or (None,)
    with threadpool_limits(1), running(runs * len(several), workers, store, progress) as run:
        joins = joins_ahead(past.joins, past.window, max(1, length - past.days), runs, LUCK)
        jobs = [
            replay.job(
                values_at(fit.priors, fit.draws[row]),
                SEEDS + 900_000 + k,
                np.concatenate([past.joins, joins[k]])[:length],
            )
            for k, row in enumerate(chosen)
        ]
        best = []
        for arm in several:
            results = run([in_arm(job, arm, past.days) for job in jobs])
            marked = [
                {**result, DRAW: float(row)} if result else result
                for result, row in zip(results, chosen, strict=True)
            ]
            best.append(best_of(marked, END, _target(fit), LUCK))
        ensembles = [ensemble_of(runs_of_arm, END) for runs_of_arm in best]
    came = np.array(
        [
            np.concatenate([past.joins, path])[:length].reshape(-1, past.window).sum(axis=1)[known:]
            for path in joins
        ],
        float,
    )
    tables, paths = [], []
    for arm, ensemble in zip(several, ensembles, strict=True):
        series = {
            "joins": came,
            "actives": blurred(anchored(ensemble.actives, past.actives), LUCK),
            "actions": blurred(anchored(ensemble.actions, past.acted), LUCK + 1),
        }
        if past.amounts is not None:
            series["value"] = worth(series["actions"], past.amounts, np.random.default_rng(LUCK + 2))
        tables.append(_in_arm(_table(past, series), arm))
        paths.append(_in_arm(_paths(past, series), arm))
    names = tuple(label_of(arm) for arm in arms)
    return Forecast(
        fit,
        days,
        runs,
        pd.concat(tables, ignore_index=True),
        pd.concat(paths, ignore_index=True),
        names,
        np.array([int(result[DRAW]) for result in best[0]]),
    )


def check_days(fit: Calibration, days: int) -> PastInNumbers:
    """The past of a fit, if that number of days after its end can be simulated; `RequestError` otherwise."""
    past = fit.past
    if past is None:
        raise RequestError(
            "the fit met a handful of numbers and no log, so there is no date to forecast from; use `kith run`"
        )
    if not past.window <= days <= MAX_DAYS - past.days:
        raise RequestError(
            f"--days {days}: must be from {past.window}, one window, to {MAX_DAYS - past.days:,}, which a run can have left"
        )
    return past


def replay_of(fit: Calibration, past: PastInNumbers) -> Replay:
    """The replay of the bundle: only how it is observed matters, and no event of the log is needed."""
    from kith.experiments.evidence.observation import DAY

    toward = np.zeros(1, np.int64) if "answer" in past.shown else np.full(1, -1)
    start = (date.fromisoformat(past.date) - date(1970, 1, 1)).days * DAY
    seen = Observed(
        np.zeros(1, np.int64),
        np.full(1, start),
        toward,
        1,
        start,
        start + past.days * DAY,
        contribution=NOBODY < 0,
    )
    return Replay(
        Past(fit.label, seen, past.window, past.part),
        fit.scenario,
        fit.overrides,
        past.market,
        (View(END, past.days),),
        abandons=False,
    )


def _target(fit: Calibration) -> Target:
    """What the fit had to meet, as its table of statistics keeps it."""
    t = fit.table
    values = [scaled(name, value) for name, value in zip(t["statistic"], t["real"], strict=True)]
    return Target(
        tuple(t["statistic"]), np.array(values), t["error"].to_numpy(float), t["tolerance"].to_numpy(float)
    )


def _table(past: PastInNumbers, series: dict[str, Floats]) -> "pd.DataFrame":
    import pandas as pd

    first = date.fromisoformat(past.date)
    known, number = len(past.actives), series["actives"].shape[1]
    rows = []
    for k in range(number):
        begins = (known + k) * past.window
        row: dict[str, object] = {
            "from": (first + timedelta(days=begins)).isoformat(),
            "to": (first + timedelta(days=begins + past.window - 1)).isoformat(),
        }
        for name, paths in series.items():
            low, middle, high = np.quantile(paths[:, k], BAND) / past.part
            row |= {f"{name}_low": float(low), name: float(middle), f"{name}_high": float(high)}
        rows.append(row)
    return _with_units(pd.DataFrame(rows))


def _in_arm(frame: "pd.DataFrame", arm: Arm | None) -> "pd.DataFrame":
    if arm is not None:
        frame.insert(0, "arm", label_of(arm))
    return with_units(frame)


def _paths(past: PastInNumbers, series: dict[str, Floats]) -> "pd.DataFrame":
    import pandas as pd

    runs, windows = series["actives"].shape
    columns = {name: (paths / past.part).ravel() for name, paths in series.items()}
    return _with_units(
        pd.DataFrame(
            {
                "run": np.repeat(np.arange(runs), windows),
                "window": np.tile(np.arange(windows), runs),
                **columns,
            }
        )
    )


def _with_units(frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with the units of the series in it, which are counted per window."""
    ends = ("", "_low", "_high")
    units = {name + end: unit for name, unit in UNITS.items() for end in ends}
    return with_units(frame, **units)
