"""One bounded pool of processes for the simulations of everybody who has a page open.

Owners take turns, so that a page with many waiting runs does not delay the first charts of others. A turn is one run of
each scenario, which is what the first charts need: of thirty pages that start at once, one after the other gets its
charts. New work of an owner cancels its former work: waiting runs are dropped, current ones stop within ten simulated
days.
"""

import itertools
import os
import queue
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import get_context
from typing import Any

from kith.experiments.runs.pools import end_now, serve_one_parent
from kith.experiments.runs.runner import Job, RunResult, condensed

REMEMBERED = 600
"""Results of runs that are kept, so that no run is repeated for another page, or for the same one."""

SLOTS = 64
"""The most runs that can be under way and cancelled."""

AGAIN = 2
"""The most runs of a request that are restarted because their process died."""

_tickets: Any = None
"""In a worker: the ticket of the run in each slot; another number there stops the run."""


class Cancelled(Exception):
    """The run has been cancelled."""


@dataclass
class Request:
    """The latest work of an owner: iterate over it for results as they come in."""

    owner: str
    waiting: deque[Job]
    results: "queue.SimpleQueue[RunResult | None]" = field(default_factory=queue.SimpleQueue)
    left: int = 0
    slots: dict[int, int] = field(default_factory=dict)
    cancelled: bool = False
    turn: int = 1
    "runs in a turn: one of each scenario"
    given: int = 0
    again: int = AGAIN
    "how often runs whose process died may be restarted"

    def __iter__(self) -> Iterator[RunResult]:
        """Results in the order of their completion, until all are there or the request is cancelled."""
        while (outcome := self.results.get()) is not None:
            yield outcome


class SharedWorkers:
    """Runs jobs for many owners on a bounded number of processes."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or max(1, getattr(os, "process_cpu_count", os.cpu_count)() or 1)
        self._lock = threading.RLock()
        self._requests: dict[str, Request] = {}
        self._turns: deque[str] = deque()
        self._ticket = itertools.count(1)
        self._running = 0
        self._closed = False
        self._free = list(range(SLOTS))
        self._executor: ProcessPoolExecutor | None = None
        self._flags: Any = None
        self._known: OrderedDict[str, RunResult] = OrderedDict()
        self._under_way: dict[str, list[tuple[Request, Job]]] = {}
        "name of a run -> requests that wait for it besides the first one"

    def submit(self, owner: str, jobs: Sequence[Job]) -> Request:
        """Start this work and cancel the owner's former work; known results are there at once."""
        with self._lock:
            self.cancel_owner(owner)
            known = [self._recalled(job) for job in jobs]
            new = deque(job for job, outcome in zip(jobs, known, strict=True) if outcome is None)
            request = Request(owner, new, left=len(new), turn=len({str(job.key) for job in new}) or 1)
            for outcome in known:
                if outcome is not None:
                    request.results.put(outcome)
            self._requests[owner] = request
            self._turns.append(owner)
            if not new or self._closed:
                request.results.put(None)
            self._fill()
        return request

    def cancel_owner(self, owner: str) -> None:
        """Cancel all work of an owner."""
        with self._lock:
            request = self._requests.pop(owner, None)
            if request is not None:
                self._cancel(request)

    def cancel(self, request: Request) -> None:
        """Cancel this request, if it is still its owner's latest."""
        with self._lock:
            if self._requests.get(request.owner) is request:
                self.cancel_owner(request.owner)

    def busy(self) -> tuple[int, int]:
        """Numbers of runs under way, and of runs that wait."""
        with self._lock:
            return self._running, sum(len(r.waiting) for r in self._requests.values())

    def warm_up(self) -> None:
        """Start the processes, so that the first charts do not wait for them."""
        with self._lock:
            for _ in range(0 if self._closed else self.workers):
                self._started().submit(_imported)

    def close(self) -> None:
        """Cancel everything and end the processes, also while they compile; no run is started after that."""
        with self._lock:
            self._closed = True
            for owner in list(self._requests):
                self.cancel_owner(owner)
            executor, self._executor = self._executor, None
        if executor is not None:
            end_now(executor)

    def _recalled(self, job: Job) -> RunResult | None:
        name = _name(job)
        if name not in self._known:
            return None
        self._known.move_to_end(name)
        return replace(self._known[name], key=job.key)

    def _remember(self, job: Job, outcome: RunResult) -> None:
        self._known[_name(job)] = outcome
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _cancel(self, request: Request) -> None:
        request.cancelled = True
        request.waiting.clear()
        for slot, ticket in request.slots.items():
            if self._flags[slot] == ticket:
                self._flags[slot] = 0
        if request.owner in self._turns:
            self._turns.remove(request.owner)
        request.results.put(None)

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = get_context("spawn")
            self._flags = context.Array("q", SLOTS, lock=False)
            self._executor = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_join, initargs=(self._flags,)
            )
        return self._executor

    def _fill(self) -> None:
        """Give free processes to the owners whose turn it is."""
        while self._running < self.workers and self._turns and not self._closed:
            owner = self._turns.popleft()
            request = self._requests.get(owner)
            if request is None or not request.waiting:
                continue
            request.given += 1
            if request.given % request.turn:
                self._turns.appendleft(owner)
            else:
                self._turns.append(owner)
            self._begin(request, request.waiting.popleft())

    def _begin(self, request: Request, job: Job) -> None:
        """Run a job, unless it was run by now or is under way for somebody else."""
        known, name = self._recalled(job), _name(job)
        if known is not None:
            _deliver(request, known)
        elif name in self._under_way:
            self._under_way[name].append((request, job))
        else:
            self._under_way[name] = []
            self._start(request, job)

    def _start(self, request: Request, job: Job) -> None:
        executor = self._started()
        slot, ticket = self._free.pop(), next(self._ticket)
        request.slots[slot] = self._flags[slot] = ticket
        self._running += 1
        try:
            future = executor.submit(_work, job, slot, ticket)
        except RuntimeError as error:  # a worker died and took the executor with it: begin anew next time
            future = Future()
            future.set_exception(error)

        def finish(done: "Future[RunResult]") -> None:
            if _broke(done):  # the caller holds a lock of the executor, which is now to be ended
                threading.Thread(
                    target=self._finished, args=(request, job, slot, done, executor), daemon=True
                ).start()
            else:
                self._finished(request, job, slot, done, executor)

        future.add_done_callback(finish)

    def _finished(
        self, request: Request, job: Job, slot: int, done: "Future[RunResult]", executor: ProcessPoolExecutor
    ) -> None:
        outcome = _outcome(job, done)
        if _broke(done):
            self._abandon(executor)
        with self._lock:
            self._running -= 1
            self._free.append(slot)
            request.slots.pop(slot, None)
            others = self._under_way.pop(_name(job), [])
            if _broke(done) and request.again > 0:
                request.again -= 1
                outcome, others = None, [(request, job), *others]
            if outcome is None:
                self._begin_again(others)
            else:
                if not outcome.error:
                    self._remember(job, outcome)
                for waiting, waiting_job in [(request, job), *others]:
                    _deliver(waiting, replace(outcome, key=waiting_job.key))
            self._fill()

    def _abandon(self, executor: ProcessPoolExecutor) -> None:
        """End a broken pool with all its processes; the next run gets a new one."""
        with self._lock:
            if self._executor is not executor:
                return
            self._executor = None
        end_now(executor)

    def _begin_again(self, others: "list[tuple[Request, Job]]") -> None:
        """Queue a run again for the other requests that wait for it, after the first one was cancelled."""
        for request, job in others:
            if not request.cancelled:
                request.waiting.appendleft(job)
                if request.owner not in self._turns:
                    self._turns.append(request.owner)


def _broke(done: "Future[Any]") -> bool:
    """Whether a process died, and with it its pool."""
    return not done.cancelled() and isinstance(done.exception(), BrokenExecutor)


def _outcome(job: Job, done: "Future[RunResult]") -> RunResult | None:
    """The result of a job; None if it was cancelled."""
    if done.cancelled():
        return None
    error = done.exception()
    if error is None:
        return done.result()
    return None if isinstance(error, Cancelled) else RunResult(job.key, job.seed, error=repr(error))


def _deliver(request: Request, outcome: RunResult) -> None:
    if request.cancelled:
        return
    request.results.put(outcome)
    request.left -= 1
    if request.left == 0:
        request.results.put(None)


@cache
def shared_pool() -> SharedWorkers:
    """The one pool of this server."""
    return SharedWorkers()


def _name(job: Job) -> str:
    from kith.sim.engine import run_id

    name = run_id(job.plan, job.seed, job.days or job.plan.days)
    return name if job.series else f"{name} without series"


def _join(flags: Any) -> None:
    global _tickets
    _tickets = flags
    serve_one_parent()


def _imported() -> None:
    """Import the engine and compile or load its kernels, with one short run."""
    from kith.sim.engine import run
    from kith.sim.schema.plan import Plan

    run(Plan(), days=30, threads=1, events=False).series.head()


def _work(job: Job, slot: int, ticket: int) -> RunResult:
    return run_job(job, lambda: _tickets is None or _tickets[slot] == ticket)


def run_job(job: Job, is_wanted: Callable[[], bool]) -> RunResult:
    """The result of a job; raises `Cancelled` as soon as `is_wanted` gives false."""
    import traceback

    from kith.sim.engine import run
    from kith.sim.schema.parameter_set import ParameterError

    def check(day: int, days: int) -> None:
        if not is_wanted():
            raise Cancelled

    try:
        check(0, 0)
        record = run(job.plan, job.seed, job.days, threads=1, events=False, progress=check)
        return condensed(job, record)
    except Cancelled:
        raise
    except ParameterError as error:
        return RunResult(job.key, job.seed, error=str(error), refused=str(error))
    except Exception:
        return RunResult(job.key, job.seed, error=traceback.format_exc())
