"""The planned runs of a study: one row per run, with its inputs and its id."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from kith.experiments.errors import StudyError
from kith.experiments.runs.own import Own
from kith.experiments.runs.runner import Job
from kith.experiments.studies.designs import table
from kith.experiments.studies.levers import Lever, flat
from kith.experiments.studies.study import Study
from kith.scenarios.extends import layers_of, source_of
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION, run_id, steps_of
from kith.sim.schema.plan import Plan

IDS = ("run_id", "scenario", "point", "seed")
"The columns of `asked` that come before the levers."

AT_A_TIME = 1_000
"Rows that are made into jobs at once."

DESIGN_VERSION = 2
"Raised when the same study file comes to mean other points."


def points(study: Study) -> pd.DataFrame:
    """The points of a study, a row each: levers, then what formulas derive from them.

    Raises `StudyError` before anything is drawn if there are more runs than the study may have.
    """
    study.check_design()
    frame = table(study.design, study.lever, study.formulas)
    rows = frame.to_dict("records")
    for name, formula in study.derived.items():
        frame[name] = [formula(row) for row in rows]
    return frame.astype({c: object for c in frame if frame[c].map(type).nunique() > 1})


def plan_of(study: Study, scenario: str, point: dict[str, Any]) -> Plan:
    """The plan of a scenario at a point."""
    levers = {lever.name: lever for lever in study.lever}
    overrides = flat(study.set)
    for name, value in point.items():
        lever = levers.get(name) or Lever(name=name, values=(value,))
        overrides |= lever.settings(value)
    return load(scenario, overrides=overrides, shocks=study.shock, days=study.days)


def own_of(study: Study) -> Own | None:
    """The steps, shocks and indicators of one's own that the study names."""
    return None if study.own is None else study.own.found()


def base_plans(study: Study) -> dict[str, Plan]:
    """The plan of each scenario under its label, with what the study sets everywhere and no lever moved.

    A scenario that has no plan without a lever is left out.
    """
    plans: dict[str, Plan] = {}
    for scenario, label in labels_of(study).items():
        with suppress(ValueError):
            plans[label] = load(scenario, overrides=flat(study.set), shocks=study.shock, days=study.days)
    return plans


def asked(study: Study, progress: Callable[[int, int], None] | None = None) -> pd.DataFrame:
    """One row per run: run_id, scenario, point, seed, then the levers.

    Rows are in the order of scenario, point, seed. Two points may have the same run.

    Raises
    ------
    StudyError
        If a point has no plan; the message says which.
    """
    grid = points(study)
    labels = labels_of(study)
    rows: list[tuple[str, str, int, int]] = []
    own = own_of(study)
    more = () if own is None else (own.tick, own.additions())
    for scenario in study.scenarios:
        for number, point in enumerate(grid.to_dict("records")):
            plan = _plan_at(study, scenario, number, point)
            rows += [
                (run_id(plan, seed, plan.days, *more), labels[scenario], number, seed) for seed in study.seeds
            ]
            if progress is not None:
                progress(len(rows), len(study.scenarios) * len(grid) * study.runs)
    frame = pd.DataFrame(rows, columns=list(IDS))
    return frame.join(grid, on="point")


def jobs(study: Study, runs: pd.DataFrame) -> Iterator[Job]:
    """A job for each row of `runs`, some rows of `asked`; created lazily."""
    scenarios = {label: scenario for scenario, label in labels_of(study).items()}
    levers = [name for name in runs.columns if name not in IDS]
    own = own_of(study)
    last: tuple[Any, Plan] | None = None
    for row in _records(runs):
        place = (row["scenario"], row["point"])
        if last is None or last[0] != place:
            point = {str(name): row[name] for name in levers}
            last = (place, plan_of(study, scenarios[row["scenario"]], point))
        plan = last[1]
        yield Job(plan, row["seed"], plan.days, key=row["run_id"], series=study.series, own=own)


def _records(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of a frame, made a few at a time: a dictionary takes more room than a row."""
    for start in range(0, len(frame), AT_A_TIME):
        yield from frame.iloc[start : start + AT_A_TIME].to_dict("records")


def labels_of(study: Study) -> dict[str, str]:
    """Scenario as written -> what frames call it."""
    labels = {scenario: Path(scenario).stem for scenario in study.scenarios}
    if len(set(labels.values())) < len(labels):
        raise StudyError(f"two scenarios have the name {_twice(list(labels.values()))}; rename a file")
    return labels


def digest(study: Study) -> str:
    """A hash of the planned runs: changes with anything that changes a row of `asked`."""
    silent = {"name", "title", "question", "text", "tags", "sources", "outcomes", "series", "most_runs"}
    silent |= {"optimise", "break_even", "discover"}
    content: list[Any] = [
        MODEL_VERSION,
        DESIGN_VERSION,
        study.model_dump(mode="json", exclude=silent),
        [repr(layers_of(source_of(scenario))) for scenario in study.scenarios],
    ]
    own = own_of(study)
    if own is None:
        del content[2]["own"]
    else:
        content += [steps_of(own.tick, code=True), own.additions()]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _plan_at(study: Study, scenario: str, number: int, point: dict[str, Any]) -> Plan:
    try:
        return plan_of(study, scenario, point)
    except ValueError as error:
        shown = ", ".join(f"{name} = {value}" for name, value in point.items())
        raise StudyError(f"point {number} of {scenario} ({shown}): {error}") from None


def _twice(names: list[str]) -> str:
    return next(name for name in names if names.count(name) > 1)
