"""Fits that are started in the browser: one at a time, each in a process of its own.

A fit keeps Python busy between its runs too, which would block every page of the server. In a process of its own it
delays nobody, and ends at once when it is stopped. It does not belong to a tab.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

from kith.dashboard.access.change_signal import ChangeSignal
from kith.dashboard.live.job_progress import DONE, FAILED, STOPPED, JobProgress, why
from kith.experiments.errors import RequestError
from kith.experiments.runs.pools import serve_one_parent

NICE = 5
"""How far a fit gives way to the pages."""

type Work = Callable[[Any, Path, Callable[[int, int], None]], None]
"""What is done in the process: with a request, in a folder, telling its progress."""


class Keyed(Protocol):
    """A request of work that has a name."""

    @property
    def key(self) -> str:
        """The name."""


class FitRunner:
    """Does one piece of work at a time in a process that can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.changes = ChangeSignal()
        self._progress: JobProgress | None = None
        self._process: Any = None

    def start(self, request: Keyed, label: str, work: Work, folder: Path) -> None:
        """Start it; `RequestError` if another one is under way."""
        with self._lock:
            now = self._progress
            if now is not None and now.under_way:
                raise RequestError(
                    f"“{now.label}” is being worked on, and only one at a time can: wait for it, or stop it"
                )
            self._progress = JobProgress(request.key, label)
            receiver, sender = get_context("spawn").Pipe(duplex=False)
            self._process = self._launched(sender, request, work, folder.resolve())
            self.changes.notify()
        threading.Thread(target=self._follow, args=(receiver, self._process), daemon=True).start()

    def stop(self) -> None:
        """Stop at once; runs that are stored are kept."""
        with self._lock:
            if self._progress is not None and self._progress.under_way:
                self._progress = replace(self._progress, state=STOPPED)
                self._process.kill()
                self.changes.notify()

    def progress(self) -> JobProgress | None:
        """The progress of what was started last."""
        return self._progress

    def forget(self, key: str) -> None:
        """Forget the progress of what is over."""
        with self._lock:
            now = self._progress
            if now is not None and now.key == key and not now.under_way:
                self._progress = None
                self.changes.notify()

    def close(self) -> None:
        """Stop, and wait until the process has ended."""
        self.stop()
        if self._process is not None:
            self._process.join()

    def _launched(self, sender: Connection, *what: Any) -> Any:
        """The process that does it."""
        process = get_context("spawn").Process(target=_serve, args=(sender, *what), name="fit")
        process.start()
        sender.close()
        return process

    def _follow(self, receiver: Connection, process: Any) -> None:
        error = "it ended without a result; it may have run out of memory"
        try:
            while True:
                kind, *content = receiver.recv()
                if kind == "count":
                    self._count(*content)
                else:
                    error = content[0] if content else ""
        except (EOFError, OSError):
            pass  # safe: the process has ended, and what it said last, or that it said nothing, is told below
        process.join()
        with self._lock:
            assert self._progress is not None
            if self._progress.under_way:
                self._progress = replace(self._progress, state=FAILED if error else DONE, error=error)
            self.changes.notify()

    def _count(self, done: int, runs: int) -> None:
        with self._lock:
            assert self._progress is not None
            if not self._progress.under_way:
                return
            self._progress = self._progress.counted(done, runs)
            self.changes.notify()


def _serve(sender: Connection, request: Any, work: Work, folder: Path) -> None:
    """In the process: do the work behind the pages, for as long as they are served."""
    serve_one_parent()
    if hasattr(os, "nice"):
        os.nice(NICE)
    do_and_tell(sender, request, work, folder)


def do_and_tell(sender: Connection, request: Any, work: Work, folder: Path) -> None:
    """Do the work and send how it goes."""
    try:
        work(request, folder, lambda done, runs: sender.send(("count", done, runs)))
        sender.send(("done",))
    except Exception as error:
        sender.send(("failed", why(error)))


FIT_RUNNER = FitRunner()
"""The one runner of fits of this server."""
