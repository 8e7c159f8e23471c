"""Run a study: the planned runs that are not stored yet, storing results as they arrive."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kith.experiments.errors import Stopped
from kith.experiments.runs.pools import Pool, check_scheduler, pool
from kith.experiments.runs.runner import Job, RunResult, run_chunks
from kith.experiments.studies.planned_runs import asked, digest, jobs
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study

SOON_PLANNED = 2_000, 50_000
"Points and runs up to which `status` plans a study; above, it gives only the maximum number of runs."

LOOK_EVERY = 5.0
"Seconds between two checks for runs stored by other processes."

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

type Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StudyStatus:
    """The progress of a study."""

    study: str
    store: Path
    total: int
    "planned runs; identical runs of two points count once"
    stored: int
    failed: int
    "of those stored"
    damaged: tuple[Path, ...] = ()
    "damaged parts; their runs are missing again"
    first_failure: str = ""
    "the last line of a traceback"
    planned: bool = True
    "whether the runs are planned; if not, `total` is their maximum number"

    @property
    def missing(self) -> int:
        """Planned runs that are not stored."""
        return self.total - self.stored

    def plain(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {
            "study": self.study,
            "store": str(self.store),
            "total": self.total,
            "stored": self.stored,
            "failed": self.failed,
            "missing": self.missing,
            "damaged": [str(path) for path in self.damaged],
            "first_failure": self.first_failure,
            "planned": self.planned,
        }


def conduct(
    study: Study,
    store: Store,
    workers: int | None = None,
    scheduler: str | Pool = "processes",
    progress: Progress | None = None,
    retry_failed: bool = False,
    runs: pd.DataFrame | None = None,
) -> StudyStatus:
    """Simulate the planned runs of a study that the store does not have.

    Parameters
    ----------
    study, store : the study, and the store for its results.
    workers, scheduler : see `kith.experiments.runs.pools.pool`; results do not depend on them. A pool that is
        open already is used, and left open.
    progress : called with the number of runs stored and their total.
    retry_failed : also repeat runs that failed.
    runs : the result of `planned`, if the study is planned already.

    Raises
    ------
    StudyError, StoreError, SchedulerError
        The request was wrong; nothing was run or written.
    Stopped
        Ctrl-C; stored runs are kept.
    OSError, SchedulerLost
        Results cannot be written, or the pool is lost; stored runs are kept.
    """
    if isinstance(scheduler, str):
        check_scheduler(scheduler)
    runs = planned(study, store) if runs is None else runs
    todo = _missing(study, store, runs, retry_failed)
    tally = _Tally(runs["run_id"].nunique(), len(todo), progress)
    if len(todo):
        opened = nullcontext(scheduler) if isinstance(scheduler, Pool) else pool(scheduler, workers)
        with _stored_on_exit(store, tally), opened as where:
            _keep(study, store, runs)  # not before: a scheduler that is refused leaves nothing behind
            for outcomes in run_chunks(_fresh(study, todo, store, tally), where, len(todo)):
                store.add([checked(outcome) for outcome in outcomes])
                store.compact()
                tally.count(len(outcomes))
    _keep(study, store, runs)
    store.compact(least=2)
    return status(study, store)


def status(study: Study, store: Store) -> StudyStatus:
    """The progress of a study, without running or writing anything.

    A large study that was never started is not planned for this: see `StudyStatus.planned`.
    """
    store.refresh()
    known = store.asked(digest(study))
    if known is None and not _soon_planned(study):
        return StudyStatus(
            study.name,
            store.folder,
            total=study.size[1],
            stored=0,
            failed=0,
            damaged=tuple(store.damaged),
            planned=False,
        )
    ids = set((asked(study) if known is None else known)["run_id"])
    failed = ids & store.failed()
    return StudyStatus(
        study.name,
        store.folder,
        total=len(ids),
        stored=len(ids & store.done(study.series)),
        failed=len(failed),
        damaged=tuple(store.damaged),
        first_failure=_why(store, min(failed)) if failed else "",
    )


def stored_plan(study: Study, store: Store, progress: Progress | None = None) -> pd.DataFrame:
    """The planned runs of the study, read from the store or written to it."""
    runs = planned(study, store, progress)
    _keep(study, store, runs)
    return runs


def planned(study: Study, store: Store, progress: Progress | None = None) -> pd.DataFrame:
    """The planned runs of the study, read from the store if they are there; nothing is written."""
    known = store.asked(digest(study))
    return asked(study, progress) if known is None else known


def _keep(study: Study, store: Store, runs: pd.DataFrame) -> None:
    """Write the planned runs to the store, unless they are there."""
    name = digest(study)
    if not store.has_asked(name):
        store.ask(name, runs)


def _soon_planned(study: Study) -> bool:
    """Whether the runs of a study can be planned within a moment; raises `StudyError` if there are too many."""
    study.check_design()
    return all(number <= most for number, most in zip(study.size, SOON_PLANNED, strict=True))


def checked(outcome: RunResult) -> RunResult:
    """The outcome, or a failure if it belongs to another run than the one requested."""
    if outcome.failed or outcome.run_id == outcome.key:
        return outcome
    why = (
        f"requested run {outcome.key}, received run {outcome.run_id} of model {outcome.model_version}: "
        "the worker has another version of kith or of a scenario"
    )
    return RunResult(outcome.key, outcome.seed, error=why)


@contextmanager
def search_kept(store: Store) -> Iterator[None]:
    """Report on Ctrl-C in a search that its runs are stored."""
    try:
        yield
    except (KeyboardInterrupt, Stopped):
        raise Stopped(
            f"stopped; the runs so far are stored in {store.folder}, and the same command resumes"
        ) from None


class _Tally:
    """The number of stored runs, counted as they arrive."""

    def __init__(self, total: int, missing: int, progress: Progress | None) -> None:
        self.stored, self.total = total - missing, total
        self._tell = progress or (lambda done, total: None)
        self.count(0)

    def count(self, more: int) -> None:
        self.stored += more
        self._tell(self.stored, self.total)


@contextmanager
def _stored_on_exit(store: Store, tally: _Tally) -> Iterator[None]:
    """Report how many runs are stored when the work ends early."""
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(
            f"stopped; {tally.stored:,} of {tally.total:,} runs are stored in {store.folder}, "
            "and the same command resumes"
        ) from None
    except OSError as error:
        if error.errno in NO_SPACE:
            why = f"{os.strerror(error.errno)}; stored runs are kept; free some space and repeat the command"
            raise OSError(error.errno, why, str(store.folder)) from None
        raise


def _missing(study: Study, store: Store, runs: pd.DataFrame, retry_failed: bool) -> pd.DataFrame:
    """The rows to run, each run once, seed by seed and within a seed in random order.

    The random order keeps a second process on the same store from doing the same runs at the same
    time, and spreads early results over the design.
    """
    stored = store.done(study.series) - (store.failed() if retry_failed else set())
    rows = runs[~runs["run_id"].isin(stored)].drop_duplicates("run_id")
    return rows.sample(frac=1).sort_values("seed", kind="stable")


def _fresh(study: Study, todo: pd.DataFrame, store: Store, tally: _Tally) -> Iterator[Job]:
    """The jobs of `todo`, without those that another process has stored in the meantime."""
    before = store.done(study.series)
    since, looked = set[str](), time.monotonic()
    for job in jobs(study, todo):
        if time.monotonic() - looked > LOOK_EVERY:
            store.refresh()
            since, looked = store.done(study.series) - before, time.monotonic()
        if job.key in since:
            tally.count(1)
        else:
            yield job


def _why(store: Store, run: str) -> str:
    """The last line of a failed run's traceback."""
    errors = store.query("SELECT error FROM results WHERE run_id = ?", [run])
    return str(errors["error"].iloc[0]).strip().splitlines()[-1]
