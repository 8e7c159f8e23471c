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

from kith.dashboard.live.compute_once import ComputeOnce
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
"""The environment variable that passes the folder of studies from the command line to the pages."""

USUAL = Path("out", "studies")
"""Where `kith study run` stores results by default; they are shown here too."""


def studies_folder() -> Path:
    """The folder of stores and of the user's study files."""
    return Path(os.environ.get(STUDIES) or USUAL)


def known_studies() -> dict[str, Study]:
    """Every study by name; one that cannot be read is left out, see `unreadable`."""
    return {name: study for name, study in _all().items() if isinstance(study, Study)}


def unreadable() -> dict[str, str]:
    """Files in the folder that cannot be read as studies, and why."""
    return {name: why for name, why in _all().items() if isinstance(why, str)}


def study_at_size(name: str, size: str, runs: int = 0, days: int = 0) -> Study:
    """A study at the given size; 0 leaves runs and days as the study has them.

    Raises `StudyError` if there is none of that name.
    """
    full = known_studies().get(name)
    if full is None:
        raise StudyError(f"there is no study {name[:60]}; choose one from the list")
    study = full.reduced() if size == "quick" else full
    changes: dict[str, Any] = {"runs": runs, "days": days}
    study = study.with_changes(**{key: value for key, value in changes.items() if value})
    study.check_size()
    return study


def store_of(study: Study) -> Store:
    """The store of its results, opened for one thread: an open store is not shared between threads."""
    return Store(studies_folder() / study.name)


@dataclass(frozen=True)
class StoredResults:
    """The stored results of a study."""

    study: Study
    store: Store
    status: StudyStatus
    runs: pd.DataFrame
    points: pd.DataFrame
    "as `points_frame`; empty while nothing is stored"
    ranking: pd.DataFrame
    unranked: str
    "why there is no ranking of levers"

    @property
    def levers(self) -> list[str]:
        """The columns of points that hold levers, in the order of the file."""
        known = [lever.name for lever in self.study.lever if lever.name in self.points]
        return known or [name for name in self.points if name not in self._others()]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that have values."""
        return [name for name in self.study.outcomes if name in self.points]

    def _others(self) -> set[str]:
        return {"scenario", "point", "runs", *self.study.outcomes}


def stored_results(study: Study, progress: StudyStatus) -> StoredResults:
    """The stored results, read once for everybody as long as nothing is added."""
    key = (studies_folder() / study.name, digest(study), study.outcomes, progress.stored, progress.failed)
    return _READ.get(key, lambda: _read(study, progress))


def study_status(study: Study) -> StudyStatus | None:
    """The progress of a study; None while nothing is stored. Nothing is written."""
    with _READING:
        store = _store(studies_folder() / study.name)
        store.refresh()
        return status(study, store) if store.done() else None


def size_of(study: Study) -> tuple[int, int]:
    """The most points and runs that a study has; no points are drawn to count them."""
    return study.size


def _read(study: Study, progress: StudyStatus) -> StoredResults:
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
    return StoredResults(study, store, progress, runs, table, ranking, why)


_READ: ComputeOnce[StoredResults] = ComputeOnce(12)
_READING = threading.Lock()
"""Only one thread at a time uses the stores that are kept open."""


@cache
def _store(path: Path) -> Store:
    """A store that is kept open, so that only new parts have to be read."""
    return Store(path, only_read=True)


@cache
def _all() -> Mapping[str, Study | str]:
    """Studies and errors by name, read once: the files do not change while a server runs."""
    files = (
        {path.stem: path for path in sorted(studies_folder().glob("*.toml"))}
        if studies_folder().is_dir()
        else {}
    )
    by_name: dict[str, Study | str] = {}
    for name, path in (files | studies()).items():
        try:
            by_name[name] = read_study(path)
        except (RequestError, ScenarioError, OSError) as error:
            by_name[name] = str(error)
    return by_name
