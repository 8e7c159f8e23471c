"""Studies that were started from the browser: one at a time, on all processes of the pool but one.

A study belongs to nobody's tab. It goes on until it is finished or stopped, and what it has found stays in its store,
where `kith study` finds it, too.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from kith.dashboard.access.change_signal import Bell
from kith.dashboard.live.shared_workers import SharedWorkers, shared_pool
from kith.dashboard.live.study_catalogue import store_of
from kith.experiments.errors import StudyError
from kith.experiments.runs.pools import Pool
from kith.experiments.runs.runner import Job, RunResult
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.study import Study
from kith.experiments.words import wording

PLANNING, RUNNING, STOPPING, STOPPED, DONE, FAILED = (
    "planning",
    "running",
    "stopping",
    "stopped",
    "done",
    "failed",
)


@dataclass(frozen=True)
class StudyProgress:
    """How a study that was started here is doing."""

    key: str
    title: str
    state: str = PLANNING
    stored: int = 0
    wanted: int = 0
    first: int = 0
    "runs that were there before"
    begun: float = 0.0
    error: str = ""

    @property
    def under_way(self) -> bool:
        """Whether more is to come."""
        return self.state in (PLANNING, RUNNING, STOPPING)

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None while there is none."""
        new = self.stored - self.first
        return (time.monotonic() - self.begun) / new * (self.wanted - self.stored) if new else None


class Halt(Exception):
    """Somebody pressed Stop."""


class Conductor:
    """Conducts one study at a time on the pool of the pages.

    Parameters
    ----------
    pool : gives the pool when a study begins.
    """

    def __init__(self, pool: Callable[[], SharedWorkers] = shared_pool) -> None:
        self._pool = pool
        self._lock = threading.RLock()
        self.bell = Bell()
        self._hands = ThreadPoolExecutor(1, "study")
        self._now: StudyProgress | None = None

    def start(self, study: Study) -> None:
        """Begin, or go on, with a study; `StudyError` if another one is under way."""
        key = digest(study)
        with self._lock:
            if self._now is not None and self._now.under_way:
                raise StudyError(
                    f"“{self._now.title}” is running; one study at a time: wait for it, or stop it"
                )
            self._now = StudyProgress(key, study.title or study.name)
            self.bell.ring()
        self._hands.submit(self._conduct, study)

    def stop(self) -> None:
        """Stop after the runs that are under way; what is stored is kept."""
        with self._lock:
            if self._now is not None and self._now.under_way:
                self._now = replace(self._now, state=STOPPING)
                self.bell.ring()

    def now(self) -> StudyProgress | None:
        """The study that was started last."""
        return self._now

    def close(self) -> None:
        """Stop, and wait until what is under way is stored."""
        self.stop()
        self._hands.shutdown(wait=True)

    def _conduct(self, study: Study) -> None:
        pool = self._pool()
        slots = max(1, pool.workers - 1)
        try:
            with _Borrowed(pool, slots) as executor:
                place = Pool(executor, lambda: slots)
                found = conduct(study, store_of(study), scheduler=place, progress=self._count_run)
            why = (
                f"{wording.plural(found.failed, 'run')} failed; first error: {found.first_failure}"
                if found.failed
                else ""
            )
            self._end(FAILED if found.failed else DONE, why)
        except Halt:
            self._end(STOPPED)
        except Exception as error:
            last = str(error).strip().splitlines() or [type(error).__name__]
            self._end(FAILED, last[-1])

    def _count_run(self, stored: int, wanted: int) -> None:
        with self._lock:
            assert self._now is not None
            if self._now.state == STOPPING:
                raise Halt
            now = replace(self._now, stored=stored, wanted=wanted)
            if now.state == PLANNING:
                now = replace(now, state=RUNNING, first=stored, begun=time.monotonic())
            self._now = now
            self.bell.ring()

    def _end(self, state: str, error: str = "") -> None:
        with self._lock:
            assert self._now is not None
            self._now = replace(self._now, state=state, error=error)
            self.bell.ring()


class _Borrowed(ThreadPoolExecutor):
    """Processes of the pages' pool as `kith.experiments.studies.execute` wants them: each thread keeps one busy."""

    def __init__(self, pool: SharedWorkers, slots: int) -> None:
        super().__init__(slots, "borrowed")
        self._own = pool
        self._owners: set[str] = set()
        self._ended = False

    def __exit__(self, *_: object) -> None:
        """Give the processes back: what waits or runs now is wanted no more."""
        self._ended = True
        for owner in list(self._owners):
            self._own.release(owner)
        self.shutdown(wait=True, cancel_futures=True)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Ask for a chunk of jobs; `fn` would do them here and is left out."""
        return super().submit(self._chunk, args[0])

    def _chunk(self, jobs: list[Job]) -> tuple[list[RunResult], float]:
        owner, begun = f"study-{uuid4().hex}", time.perf_counter()
        outcomes: list[RunResult] = []
        self._owners.add(owner)
        for job in jobs:
            if not self._ended:
                outcomes += list(self._own.ask(owner, [job]))
        self._own.release(owner)
        self._owners.discard(owner)
        return outcomes, time.perf_counter() - begun


CONDUCTOR = Conductor()
"""The one of this server."""
