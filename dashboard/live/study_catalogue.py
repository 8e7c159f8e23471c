"""The studies that this server knows, by name, and the stores in which their results gather.

Which files these are is settled when the server starts: those that come with kith, and those in the folder of
`kith dashboard --studies`. A browser says a name, never a path.
"""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from kith.dashboard.live.compute_once import Once
from kith.experiments.analyses.sensitivity import sensitivity
from kith.experiments.errors import RequestError, StudyError
from kith.experiments.studies.designs import Grid, Listed
from kith.experiments.studies.execute import StudyStatus, status
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.results import points_frame, runs_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, read_study, studies
from kith.scenarios.errors import ScenarioError

STUDIES = "KITH_STUDIES"
"""The environment variable that carries the folder of studies from the command line to the pages."""

USUAL = Path("out", "studies")
"""Where `kith study run` keeps results unless told otherwise, so that they are seen here."""


def folder() -> Path:
    """Where stores are, and study files of one's own."""
    return Path(os.environ.get(STUDIES) or USUAL)


def shelf() -> dict[str, Study]:
    """Every study by name; one that cannot be read is left out, see `unreadable`."""
    return {name: found for name, found in _all().items() if isinstance(found, Study)}


def unreadable() -> dict[str, str]:
    """Files in the folder that are no studies, and why."""
    return {name: why for name, why in _all().items() if isinstance(why, str)}


def sized(name: str, size: str, runs: int = 0, days: int = 0) -> Study:
    """A study of the shelf as it is asked for; 0 leaves runs and days as the study has them.

    Raises `StudyError` if there is none of that name.
    """
    found = shelf().get(name)
    if found is None:
        raise StudyError(f"there is no study {name[:60]}; choose one from the list")
    study = found.reduced() if size == "quick" else found
    changes: dict[str, Any] = {"runs": runs, "days": days}
    study = study.with_changes(**{key: value for key, value in changes.items() if value})
    study.check_size()
    return study


def store_of(study: Study) -> Store:
    """Where its results gather, opened for one thread: a store that is open is not shared between threads."""
    return Store(folder() / study.name)


@dataclass(frozen=True)
class Reading:
    """What is stored of a study."""

    study: Study
    store: Store
    found: StudyStatus
    runs: pd.DataFrame
    points: pd.DataFrame
    "as `points_frame`; empty while nothing is stored"
    ranking: pd.DataFrame
    unranked: str
    "why there is no ranking of levers"

    @property
    def levers(self) -> list[str]:
        """The columns of points that are turned, in the order of the file."""
        known = [lever.name for lever in self.study.lever if lever.name in self.points]
        return known or [name for name in self.points if name not in self._others()]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that are there."""
        return [name for name in self.study.outcomes if name in self.points]

    def _others(self) -> set[str]:
        return {"scenario", "point", "runs", *self.study.outcomes}


def reading(study: Study, found: StudyStatus) -> Reading:
    """What is stored, read once for everybody who looks at as much of it."""
    key = (folder() / study.name, digest(study), study.outcomes, found.stored, found.failed)
    return _READ.get(key, lambda: _read(study, found))


def state(study: Study) -> StudyStatus | None:
    """How far a study is; None while nothing of it is stored. Nothing is written."""
    with _READING:
        store = _store(folder() / study.name)
        store.refresh()
        return status(study, store) if store.done() else None


def wanted(study: Study) -> tuple[int, int]:
    """Points, and runs, that a study asks for at most: nothing is drawn in order to be counted."""
    return study.size


def _read(study: Study, found: StudyStatus) -> Reading:
    store = store_of(study)
    runs, table = runs_frame(study, store, study.outcomes), points_frame(study, store)
    ranking, why = pd.DataFrame(), ""
    try:
        if isinstance(study.design, Grid | Listed):
            why = "A grid covers every combination: its map and points show more than a sensitivity index."
        else:
            ranking = sensitivity(study, store)
    except StudyError as error:
        why = str(error)
    return Reading(study, store, found, runs, table, ranking, why)


_READ: Once[Reading] = Once(12)
_READING = threading.Lock()
"""Whoever asks how far a study is has the stores that are kept open to himself."""


@cache
def _store(path: Path) -> Store:
    """Kept open, so that only parts that are new have to be read."""
    return Store(path, only_read=True)


@cache
def _all() -> Mapping[str, Study | str]:
    """Read when the first page asks: the files of a server do not change under it."""
    files = {path.stem: path for path in sorted(folder().glob("*.toml"))} if folder().is_dir() else {}
    found: dict[str, Study | str] = {}
    for name, path in (files | studies()).items():
        try:
            found[name] = read_study(path)
        except (RequestError, ScenarioError, OSError) as error:
            found[name] = str(error)
    return found
