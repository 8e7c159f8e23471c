"""Frames of single runs of a study: members, ties, events, months, or what a function of one's own makes of a record.

They are large, and a study has many runs; so they are not stored but made where they are asked for: a run is
decided by its inputs, and the run simulated again has to have the id that the study planned.
"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from kith.experiments.errors import StudyError
from kith.experiments.statistics.units import with_units
from kith.experiments.studies.execute import planned
from kith.experiments.studies.planned_runs import IDS, jobs
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study
from kith.sim.engine import run
from kith.sim.results.record import Record

FRAMES = ("members", "ties", "events", "monthly", "series")
MOST_RUNS = 200
"runs whose frames are made at once"

type Reporter = Callable[[Record], pd.DataFrame]


def frames_of_runs(
    study: Study,
    store: Store,
    names: Sequence[str] = ("members",),
    every: int = 1,
    seeds: Sequence[int] | None = None,
    each_day: int = 1,
    own: Mapping[str, Reporter] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, pd.DataFrame]:
    """Name -> the frames of all chosen runs under each other; the first columns say which run.

    Parameters
    ----------
    study, store : whose runs.
    names : of `FRAMES`, or of `own`.
    every : only the points whose number is a multiple of it; the first is number 0.
    seeds : which of the study's seeds; by default the first one.
    each_day : of frames with a column `day`, only the rows of days that are a multiple of it, and of the last day.
    own : functions of a record, by the name of the frame that each gives.

    Raises
    ------
    StudyError
        A name is unknown, or more than `MOST_RUNS` runs are asked for.
    """
    reporters = dict(own or {})
    unknown = next((name for name in names if name not in FRAMES and name not in reporters), None)
    if unknown is not None:
        raise StudyError(f"no frame {unknown}; choose from {', '.join((*FRAMES, *reporters))}")
    runs = planned(study, store)
    chosen = runs[
        (runs["point"] % every == 0) & runs["seed"].isin(study.seeds[:1] if seeds is None else seeds)
    ]
    if len(chosen) > MOST_RUNS:
        raise StudyError(
            f"{len(chosen):,} runs, and frames of {MOST_RUNS} at most are made at once; take fewer points or seeds"
        )
    told = progress or (lambda done, total: None)
    told(0, len(chosen))
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in names}
    rows = chosen[list(IDS)].to_dict("records")
    for nth, (row, job) in enumerate(zip(rows, jobs(study, chosen), strict=True), 1):
        more = {} if job.own is None else job.own.arguments()
        record = run(job.plan, seed=job.seed, days=job.days, events="events" in names, **more)
        if record.run_id != row["run_id"]:
            raise StudyError(f"run {row['run_id']} came out as {record.run_id}; scenario or code has changed")
        for name in names:
            frame = reporters[name](record) if name in reporters else getattr(record, name)
            if not isinstance(frame, pd.DataFrame):
                raise StudyError(
                    f"reporter {name} gave a {type(frame).__name__}; it has to give a data frame"
                )
            parts[name].append(_of_run(_thinned(frame, name, each_day), row))
        told(nth, len(chosen))
    return {name: _together(frames) for name, frames in parts.items()}


def _thinned(frame: pd.DataFrame, name: str, each_day: int) -> pd.DataFrame:
    """The rows of days that are a multiple of `each_day`, and of the last, where a row is of a day."""
    if each_day == 1 or name in ("members", "ties", "events") or "day" not in frame or frame.empty:
        return frame
    return frame[(frame["day"] % each_day == 0) | (frame["day"] == frame["day"].max())]


def _together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames of runs under each other, with the units that each carries."""
    if not frames:
        return pd.DataFrame(columns=list(IDS))
    units = {name: unit for frame in frames for name, unit in frame.attrs.get("units", {}).items()}
    together = pd.concat(frames, ignore_index=True)
    together.attrs = {}
    return with_units(together, **units)


def _of_run(frame: pd.DataFrame, row: Mapping[str, object]) -> pd.DataFrame:
    plain = frame.reset_index(drop=True).copy()
    for place, name in enumerate(IDS):
        plain.insert(place, name, row[name])
    return plain
