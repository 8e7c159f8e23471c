"""Pools for runs: this process, processes, threads, or a Dask cluster.

A `Pool` is anything with the `submit` of `concurrent.futures.Executor`, and the number of tasks
it works on at once. Results do not depend on which one it is.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import current_process, get_context, parent_process
from pathlib import Path

from kith.experiments.errors import SchedulerError, ScriptWithoutFile, UnguardedScript
from kith.experiments.run_limits import check_workers
from kith.experiments.runs.dask import check_answers, connected, threads_of

KINDS = ("processes", "threads", "local")
"""The kinds of `pool`, besides the address of a Dask scheduler; `local` is a Dask cluster on this machine."""

UNGUARDED = 97
"""Exit code of a process that was started by a script which starts processes whenever it is imported."""

PATIENCE = 1.0
"""Seconds between terminating and killing a process."""


@dataclass(frozen=True)
class Pool:
    """An executor of tasks, with the properties that `run_all` needs."""

    executor: Executor
    slots: Callable[[], int]
    "the number of tasks it currently works on at once"
    threads: int | None = 1
    "threads of the engine within a run; None means as many as the engine likes"
    alive: Callable[[], bool] = lambda: True
    "whether submitted tasks can still be done"


class InProcess(Executor):
    """Runs every task in the calling thread, before `submit` returns."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """A future that is done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(Executor):
    """Spawned processes. When one dies, its pool is lost, and the next task starts a new pool."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._made()

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a task; does not fail because an earlier task killed its worker."""
        try:
            return self._pool.submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._check_guard()
            end_now(self._pool)
            self._pool = self._made()
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their tasks are done."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def abandon(self) -> None:
        """End the processes now."""
        end_now(self._pool)

    def _check_guard(self) -> None:
        """Raise if the processes died because the script that started them starts them again."""
        if any(process.exitcode == UNGUARDED for process in (self._pool._processes or {}).values()):
            end_now(self._pool)
            raise UnguardedScript

    def _made(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, mp_context=get_context("spawn"), initializer=serve_one_parent
        )


@contextmanager
def pool(kind: str = "processes", workers: int | None = None) -> Iterator[Pool]:
    """A pool for the length of a block; a block that raises ends it at once.

    Parameters
    ----------
    kind : one of `KINDS`, or the address of a Dask scheduler such as `tcp://10.0.0.7:8786`.
    workers : number of concurrent runs; by default one per processor. An existing scheduler
        decides for itself.

    Raises
    ------
    SchedulerError
        If the kind is unknown or the scheduler cannot be reached.
    """
    check_workers("workers =", workers)
    check_scheduler(kind)
    _leave_if_imported_by_a_worker()
    workers = workers or processors()
    if kind == "processes":
        with _processes(workers) as made:
            yield made
    elif kind == "threads":
        with _threads(workers) as made:
            yield made
    else:
        with _dask(kind, workers) as made:
            yield made


def check_scheduler(kind: str) -> None:
    """Raise `SchedulerError` for an unknown kind, or an address at which no scheduler listens."""
    if kind in KINDS:
        return
    if "://" not in kind:
        raise SchedulerError(
            f"scheduler {kind}: must be {', '.join(KINDS)}, or an address such as tcp://10.0.0.7:8786"
        )
    check_answers(kind)


def _leave_if_imported_by_a_worker() -> None:
    """End a worker that is still importing the script that started it: it would start workers of its own.

    Its exit code tells the parent, which says what to write.
    """
    if getattr(current_process(), "_inheriting", False):
        os._exit(UNGUARDED)


def _check_script() -> None:
    """Raise if a spawned process could not import the script that runs, as one that comes from standard input."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is not None and getattr(main, "__spec__", None) is None and not Path(file).is_file():
        raise ScriptWithoutFile


def processors() -> int:
    """How many processors this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


@contextmanager
def _processes(workers: int) -> Iterator[Pool]:
    if workers == 1:
        yield Pool(InProcess(), lambda: 1, threads=None)
        return
    _check_script()
    made = Processes(workers)
    try:
        yield Pool(made, lambda: workers)
    except BaseException:
        made.abandon()
        raise
    made.shutdown()


@contextmanager
def _threads(workers: int) -> Iterator[Pool]:
    made = ThreadPoolExecutor(workers)
    try:
        yield Pool(made, lambda: workers)
    finally:
        made.shutdown(cancel_futures=True)


@contextmanager
def _dask(address: str, workers: int) -> Iterator[Pool]:
    """A Dask client, with a temporary cluster if the address is `local`."""
    with connected(address, workers) as client:
        yield Pool(
            client.get_executor(pure=False),
            lambda: threads_of(client),
            alive=lambda: client.status == "running",
        )


def end_now(executor: ProcessPoolExecutor) -> None:
    """End every process of a pool immediately; its tasks are not finished.

    `shutdown` waits until each process has finished its task, and a pool that broke because one process was killed may
    leave the others running. After this call none is running.
    """
    processes = list((executor._processes or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()


def serve_one_parent() -> None:
    """Ignore Ctrl-C, which the parent handles, and end when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
