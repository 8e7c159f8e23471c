"""What a study has found, as tidy frames."""

from collections.abc import Sequence

import pandas as pd

from kith.experiments.statistics.units import with_series_units, with_units
from kith.experiments.studies.execute import stored_plan
from kith.experiments.studies.planned_runs import IDS
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study


def runs_frame(study: Study, store: Store, outcomes: Sequence[str] | None = None) -> pd.DataFrame:
    """One row per run that is stored: run_id, scenario, point, seed, levers, error, outcomes.

    Two points with the same run have a row each. Rows are in the order of scenario, point
    and seed; a failed run has its traceback in `error` and NaN in the outcomes.

    Parameters
    ----------
    study, store : whose runs, and where they are.
    outcomes : which indicators; by default all that were measured.
    """
    planned = stored_plan(study, store)
    known = _columns(store)
    chosen = [name for name in (known[2:] if outcomes is None else outcomes) if name in known]
    if not known:
        return planned.iloc[:0].assign(error=pd.Series(dtype="str"))
    columns = ", ".join(f'r."{name}"' for name in ("error", *chosen))
    frame = store.query(
        f"SELECT w.* EXCLUDE (place), {columns} FROM planned w JOIN results r USING (run_id) ORDER BY place",
        planned=planned.assign(place=range(len(planned))),
    )
    frame["error"] = frame["error"].astype("str")
    return with_units(frame)


def series_frame(study: Study, store: Store) -> pd.DataFrame:
    """One row per run and day: run_id, scenario, point, seed, levers, day, a column per series.

    Empty if the study records no series.
    """
    planned = stored_plan(study, store)
    if not store.done(series=True) - store.failed():
        return planned.iloc[:0].assign(day=pd.Series(dtype="int64"))
    frame = store.query(
        "SELECT w.* EXCLUDE (place), s.* EXCLUDE (run_id) FROM planned w JOIN series s USING (run_id) "
        "ORDER BY place, day",
        planned=planned.assign(place=range(len(planned))),
    )
    return with_series_units(frame)


def points_frame(study: Study, store: Store, spread: bool = False) -> pd.DataFrame:
    """One row per scenario and point: levers, runs (that did not fail), and the mean of each outcome.

    With `spread`, also of each outcome over the runs: NAME_sd, the standard deviation, NAME_se, the standard error
    of the mean, and NAME_defined, in how many of the runs it is defined.
    """
    frame = runs_frame(study, store, study.outcomes)
    frame = frame[frame["error"].isna()]
    levers = levers_of(frame, study)
    outcomes = [name for name in study.outcomes if name in frame]
    by = frame.groupby(["scenario", "point"], sort=False)
    parts = [by[levers].first(), by.size().rename("runs"), by[outcomes].mean()]
    if spread:
        sd, defined = by[outcomes].std(), by[outcomes].count()
        parts += [sd.add_suffix("_sd"), (sd / defined**0.5).add_suffix("_se"), defined.add_suffix("_defined")]
    return with_units(pd.concat(parts, axis=1).reset_index())


def levers_of(frame: pd.DataFrame, study: Study) -> list[str]:
    """The columns of a frame that are inputs: levers, and what formulas derive from them."""
    end = list(frame.columns).index("error")
    return [str(name) for name in frame.columns[:end] if name not in IDS]


def _columns(store: Store) -> list[str]:
    """The columns of results; none if there are no results."""
    if not store.done():
        return []
    return list(store.query("SELECT * FROM results LIMIT 0").columns)
