"""The best levers of a study: a search by Optuna, with finalists re-evaluated on new seeds.

The sampler (TPE; Watanabe 2023, arXiv:2304.11127) proposes points in batches, and the runner of
studies evaluates them; an interrupted search resumes from the store, because the same seeds propose the same
points. The best of many noisy means is partly due to chance, so the outcome of a point in the search is
compared with its outcome on seeds not used in the search.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.experiments.errors import RunsFailed, StudyError
from kith.experiments.runs.pools import Pool, pool
from kith.experiments.statistics.intervals import LEAST_RUNS, LEVEL, mean_interval
from kith.experiments.statistics.pareto import front_shares, nondominated
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.levers import Lever, Value
from kith.experiments.studies.results import runs_frame
from kith.experiments.studies.searches import BEST, MOST_FINALISTS, Optimise
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study

if TYPE_CHECKING:
    import optuna

type Floats = npt.NDArray[np.float64]
type Point = dict[str, Value]

MOST_DRAWS = 300
"Proposals in a row that may break a constraint."


@dataclass(frozen=True)
class Optimum:
    """What a search has found."""

    study: Study
    trials: pd.DataFrame
    "a row per point tried: point, levers, mean of every objective, within (limits), front, front_share"
    finalists: pd.DataFrame
    "a row per finalist and objective, the best point first: promised and fresh with their intervals, change"
    refused: int = 0
    "proposals that a constraint on the levers refused before they were run"

    @property
    def winner(self) -> pd.DataFrame:
        """The rows of the best finalist, as the search saw it; of several objectives, the first's."""
        return self.finalists[self.finalists["point"] == self.finalists["point"].iloc[0]]


def optimise(
    study: Study,
    store: Store,
    workers: int | None = None,
    scheduler: str = "processes",
    progress: Callable[[int, int], None] | None = None,
) -> Optimum:
    """Search for the best levers as set in the study's `optimise`; runs are stored in the store.

    Parameters
    ----------
    study, store : what is asked, and where runs gather; what is there is not done again.
    workers, scheduler : see `kith.experiments.runs.pools.pool`; what is found does not depend on them.
    progress : called with the number of points tried, finalists included, and of those to try.

    Raises
    ------
    StudyError
        If the study asks for no optimum, or no point keeps its limits.
    RunsFailed
        If no point could be measured.
    """
    goal = study.optimise
    if goal is None:
        raise StudyError(f"study {study.name} has no [optimise]; give it maximise or minimise")
    study.check()
    with pool(scheduler, workers) as where:
        points, runs, refused = _searched(study, goal, store, where, progress or (lambda done, total: None))
        trials = _judged(study, goal, points, runs)
        chosen = _finalists(goal, trials)
        seeds = {"first_seed": study.first_seed + study.runs, "runs": goal.fresh_runs}
        fresh = _runs_at(study, [points[k] for k in chosen["point"]], store, where, **seeds)
    finalists = _on_new_seeds(goal, chosen, runs, fresh)
    return Optimum(study, with_units(trials), with_units(finalists), refused)


def _searched(
    study: Study, goal: Optimise, store: Store, where: Pool, tell: Callable[[int, int], None]
) -> tuple[list[Point], pd.DataFrame, int]:
    """Every point that was tried, the runs at all of them with `point` counted through, and how many were refused."""
    search = _new_search(goal)
    points: list[Point] = []
    frames = []
    tell(0, goal.trials)
    while len(points) < goal.trials:
        batch = _proposed(search, study, min(goal.batch, goal.trials - len(points)))
        frame = _runs_at(study, [point for _, point in batch], store, where)
        for k, (trial, _) in enumerate(batch):
            _report(search, goal, trial, frame[frame["point"] == k])
        frames.append(frame.assign(point=frame["point"] + len(points)))
        points += [point for _, point in batch]
        tell(len(points), goal.trials)
    return points, pd.concat(frames, ignore_index=True), len(search.trials) - len(points)


def _new_search(goal: Optimise) -> "optuna.Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    way = optuna.study.StudyDirection
    directions = [way.MAXIMIZE if sign < 0 else way.MINIMIZE for sign in goal.signs]
    return optuna.create_study(directions=directions, sampler=optuna.samplers.TPESampler(seed=goal.seed))


def _proposed(search: "optuna.Study", study: Study, n: int) -> list[tuple["optuna.Trial", Point]]:
    """The next n points that satisfy the constraints on levers; others are not run."""
    proposals: list[tuple[optuna.Trial, Point]] = []
    formulas = study.formulas
    broken = 0
    while len(proposals) < n:
        trial = search.ask()
        point = {lever.name: _suggested(trial, lever) for lever in study.lever}
        if _constrained(trial, formulas, point):
            proposals.append((trial, point))
            broken = 0
            continue
        # The sampler ranks what breaks a constraint by how far, whatever the values.
        search.tell(trial, [0.0] * len(search.directions))
        broken += 1
        if broken == MOST_DRAWS:
            raise StudyError(
                f"{MOST_DRAWS:,} proposals in a row violate {' and '.join(study.constraints)}; widen a range"
            )
    return proposals


def _constrained(trial: "optuna.Trial", formulas: Sequence[Formula], values: Mapping[str, Any]) -> bool:
    """Whether all formulas are true; records in the trial how far each is from that."""
    satisfied = [bool(formula(values)) for formula in formulas]
    for formula, holds in zip(formulas, satisfied, strict=True):
        excess = formula.excess(values)
        trial.set_constraint(formula.text, min(excess, 0.0) if holds else max(excess, 1e-9))
    return all(satisfied)


def _suggested(trial: "optuna.Trial", lever: Lever) -> Value:
    """A value of the lever: by its place where values have an order, as a category where not."""
    if lever.choices is None:
        return lever.at(np.array([trial.suggest_float(lever.name, 0.0, 1.0)]))[0]
    places = range(len(lever.choices))
    if all(isinstance(value, str | bool) for value in lever.choices):
        return lever.choices[trial.suggest_categorical(lever.name, tuple(places))]
    return lever.choices[trial.suggest_int(lever.name, 0, places[-1])]


def _runs_at(study: Study, points: Sequence[Point], store: Store, where: Pool, **seeds: int) -> pd.DataFrame:
    """The runs of a study at some points, done where they are missing; `point` counts from 0."""
    asking = study.with_changes(design={"kind": "list", "points": list(points)}, **seeds)
    conduct(asking, store, scheduler=where)
    return runs_frame(asking, store)


def _report(search: "optuna.Study", goal: Optimise, trial: "optuna.Trial", runs: pd.DataFrame) -> None:
    """Tell the search what a point gave; one that broke or is undefined teaches nothing."""
    from optuna.trial import TrialState

    if not _is_measured(goal, runs):
        search.tell(trial, state=TrialState.FAIL)
        return
    means = _means(runs)
    _constrained(trial, goal.formulas, means)
    search.tell(trial, [means[name] for name in goal.objectives])


def _judged(study: Study, goal: Optimise, points: Sequence[Point], runs: pd.DataFrame) -> pd.DataFrame:
    """A row per point tried, each once, with its means and its place among the others."""
    frame = pd.DataFrame(points).assign(point=range(len(points)))
    frame = frame.drop_duplicates([lever.name for lever in study.lever], ignore_index=True)
    by = dict(list(runs.groupby("point")))
    measured = [_is_measured(goal, by[k]) for k in frame["point"]]
    if not any(measured):
        raise RunsFailed(
            str(runs["error"].dropna().iloc[0]) if runs["error"].notna().any() else _nothing(goal)
        )
    means = [_means(by[k]) if known else {} for k, known in zip(frame["point"], measured, strict=True)]
    for name in goal.objectives:
        frame[name] = [mean.get(name, np.nan) for mean in means]
    frame["within"] = [bool(mean) and all(formula(mean) for formula in goal.formulas) for mean in means]
    inside = frame["within"].to_numpy(bool)
    if not inside.any():
        raise StudyError(
            f"none of {len(frame)} points satisfies {' and '.join(goal.limits)}; relax a limit, or increase trials"
        )
    values = np.array([_values(goal, by[k]) for k in frame.loc[inside, "point"]])
    frame["front"], frame["front_share"] = False, 0.0
    frame.loc[inside, "front"] = nondominated(values.mean(axis=1))
    frame.loc[inside, "front_share"] = front_shares(values)
    return frame[["point", *(name for name in frame if name != "point")]]


def _finalists(goal: Optimise, trials: pd.DataFrame) -> pd.DataFrame:
    """The points worth fresh runs: the front, or of one objective the best few."""
    first, up = goal.objectives[0], goal.signs[0] > 0
    able = trials[trials["within"]].sort_values(first, ascending=up, kind="stable")
    if len(goal.objectives) == 1:
        return able.head(BEST)
    finalists = able[able["front"]].nlargest(MOST_FINALISTS, "front_share", keep="first")
    return finalists.sort_values(first, ascending=up, kind="stable")


def _on_new_seeds(
    goal: Optimise, chosen: pd.DataFrame, runs: pd.DataFrame, fresh: pd.DataFrame
) -> pd.DataFrame:
    """Finalists as they were in the search and as they are on seeds that it never used."""
    levers = list(chosen.columns[1 : list(chosen.columns).index(goal.objectives[0])])
    rows = []
    for k, row in enumerate(chosen.to_dict("records")):
        before, after = runs[runs["point"] == row["point"]], fresh[fresh["point"] == k]
        after = after[after["error"].isna()]
        means = _means(after)
        for name in goal.objectives:
            rows.append(
                {
                    **{key: row[key] for key in ("point", *levers)},
                    "outcome": name,
                    **_kept_of(before[name].to_numpy(float), after[name].to_numpy(float)),
                    "front_share": row["front_share"],
                    "within_fresh": all(bool(formula(means)) for formula in goal.formulas),
                }
            )
    return pd.DataFrame(rows)


def _kept_of(before: Floats, after: Floats) -> dict[str, float]:
    """What was promised, what came, and the difference with Welch's interval; seeds are not shared."""
    fresh, promise = mean_interval(after), mean_interval(before)
    low, high = _welch(before, after)
    return {
        "promised": promise.mean,
        "promised_low": promise.low,
        "promised_high": promise.high,
        "runs": fresh.n,
        "fresh": fresh.mean,
        "low": fresh.low,
        "high": fresh.high,
        "change": fresh.mean - promise.mean,
        "change_low": low,
        "change_high": high,
    }


def _welch(before: Floats, after: Floats) -> tuple[float, float]:
    """The interval of mean(after) − mean(before); NaN with too few runs."""
    from scipy.stats import ttest_ind

    after = after[~np.isnan(after)]
    if min(len(before), len(after)) < LEAST_RUNS or before.std() + after.std() == 0:
        return np.nan, np.nan
    interval = ttest_ind(after, before, equal_var=False).confidence_interval(LEVEL)
    return float(interval.low), float(interval.high)


def _is_measured(goal: Optimise, runs: pd.DataFrame) -> bool:
    """Whether every run came through, with every objective and limit defined."""
    needed = [*goal.objectives, *(name for formula in goal.formulas for name in formula.names)]
    return bool(
        runs["error"].isna().all() and set(needed) <= set(runs) and runs[needed].notna().all(axis=None)
    )


def _means(runs: pd.DataFrame) -> dict[str, Any]:
    """The mean of every indicator over runs."""
    return {str(k): float(v) for k, v in runs.iloc[:, runs.columns.get_loc("error") + 1 :].mean().items()}


def _values(goal: Optimise, runs: pd.DataFrame) -> Floats:
    """(runs, objectives) in the order of seeds, all of which should be small."""
    return runs.sort_values("seed")[list(goal.objectives)].to_numpy(float) * np.array(goal.signs)


def _nothing(goal: Optimise) -> str:
    return f"{' and '.join(goal.objectives)} are undefined at every point; make runs longer"
