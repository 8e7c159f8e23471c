"""Studies that are started in the browser: one at a time, on all processes of the pool but one.

A study does not belong to a tab. It continues until it is finished or stopped; its results stay in its store, where
`kith study` finds them too.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

from kith.dashboard.access.change_signal import ChangeSignal
from kith.dashboard.live.job_progress import DONE, FAILED, PLANNING, STOPPED, STOPPING, JobProgress, why
from kith.dashboard.live.shared_workers import SharedWorkers, shared_pool
from kith.dashboard.live.study_catalogue import store_of
from kith.experiments.errors import StudyError
from kith.experiments.runs.pools import Pool
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.study import Study
from kith.experiments.words import wording


class StudyStopped(Exception):
    """Somebody pressed Stop."""


class StudyRunner:
    """Runs one study at a time on the pool of the pages.

    Parameters
    ----------
    pool : gives the pool when a study begins.
    """

    def __init__(self, pool: Callable[[], SharedWorkers] = shared_pool) -> None:
        self._pool = pool
        self._lock = threading.RLock()
        self.changes = ChangeSignal()
        self._thread = ThreadPoolExecutor(1, "study")
        self._progress: JobProgress | None = None

    def start(self, study: Study) -> None:
        """Start or resume a study; `StudyError` if another one is under way."""
        key = digest(study)
        with self._lock:
            if self._progress is not None and self._progress.under_way:
                raise StudyError(
                    f"“{self._progress.label}” is running, and only one study at a time can: wait for it, or stop it"
                )
            self._progress = JobProgress(key, study.title or study.name, PLANNING)
            self.changes.notify()
        self._thread.submit(self._run, study)

    def stop(self) -> None:
        """Stop after the runs that are under way; stored runs are kept."""
        with self._lock:
            if self._progress is not None and self._progress.under_way:
                self._progress = replace(self._progress, state=STOPPING)
                self.changes.notify()

    def progress(self) -> JobProgress | None:
        """The progress of the study that was started last."""
        return self._progress

    def close(self) -> None:
        """Stop, and wait until the runs that are under way are stored."""
        self.stop()
        self._thread.shutdown(wait=True)

    def _run(self, study: Study) -> None:
        pool = self._pool()
        slots = max(1, pool.workers - 1)
        try:
            with _BorrowedWorkers(pool, slots) as executor:
                scheduler = Pool(executor, lambda: slots)
                result = conduct(study, store_of(study), scheduler=scheduler, progress=self._count_run)
            first = f"{wording.plural(result.failed, 'run')} failed; first error: {result.first_failure}"
            self._end(FAILED if result.failed else DONE, first if result.failed else "")
        except StudyStopped:
            self._end(STOPPED)
        except Exception as error:
            self._end(FAILED, why(error))

    def _count_run(self, stored: int, runs: int) -> None:
        with self._lock:
            assert self._progress is not None
            if self._progress.state == STOPPING:
                raise StudyStopped
            self._progress = self._progress.counted(stored, runs)
            self.changes.notify()

    def _end(self, state: str, error: str = "") -> None:
        with self._lock:
            assert self._progress is not None
            self._progress = replace(self._progress, state=state, error=error)
            self.changes.notify()


class _BorrowedWorkers(ThreadPoolExecutor):
    """Processes of the pages' pool as an executor for `kith.experiments.studies.execute`: each thread keeps one busy."""

    def __init__(self, pool: SharedWorkers, slots: int) -> None:
        super().__init__(slots, "borrowed")
        self._workers = pool
        self._workersers: set[str] = set()
        self._ended = False

    def __exit__(self, *_: object) -> None:
        """Give the processes back and cancel what waits or runs."""
        self._ended = True
        for owner in list(self._workersers):
            self._workers.cancel_owner(owner)
        self.shutdown(wait=True, cancel_futures=True)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a chunk of jobs to the pool; `fn`, which would run them here, is not called."""
        return super().submit(self._chunk, args[0])

    def _chunk(self, jobs: list[Job]) -> tuple[list[RunResult], float]:
        owner, begun = f"study-{uuid4().hex}", time.perf_counter()
        outcomes: list[RunResult] = []
        self._workersers.add(owner)
        for job in jobs:
            if not self._ended:
                outcomes += list(self._workers.submit(owner, [job]))
        self._workers.cancel_owner(owner)
        self._workersers.discard(owner)
        return outcomes, time.perf_counter() - begun


STUDY_RUNNER = StudyRunner()
"""The one study runner of this server."""
