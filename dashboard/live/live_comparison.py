"""Comparisons that grow while their runs come in: from the inputs of a page to charts over the first runs."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.access.connections import CONNECTIONS, current_session
from kith.dashboard.live.compute_once import ComputeOnce
from kith.dashboard.live.newest import use_newest
from kith.dashboard.live.shared_workers import Request, shared_pool
from kith.experiments.comparison.comparison import Comparison, PartialComparison
from kith.experiments.comparison.labels import labelled
from kith.experiments.runs.runner import Job
from kith.experiments.statistics.tables import OUTCOMES
from kith.sim.schema.plan import Plan

STAGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Complete pairs of runs after which charts are drawn anew."""

EXTRA = ("member_surplus", "member_surplus_share")


_COMPARISONS: ComputeOnce[Comparison] = ComputeOnce(60)


@dataclass(frozen=True)
class LiveComparison:
    """A comparison over the runs so far."""

    inputs: object = None
    comparison: Comparison | None = None
    "over the first `pairs` seeds"
    pairs: int = 0
    requested: int = 0
    seconds: float = 0.0
    "from the start to this comparison"
    error: str = ""

    def running(self, inputs: object) -> bool:
        """Whether more runs are to come for these inputs."""
        return not self.error and (self.inputs != inputs or self.pairs < self.requested)


def _shared(partial: PartialComparison, pairs: int) -> Comparison:
    """The comparison over the first seeds; the same object for every session that asks for the same."""
    names = tuple(sorted((o.key, o.seed, o.run_id) for o in partial.results(pairs)))
    return _COMPARISONS.get(
        (tuple(partial.plans), names, partial.outcomes), lambda: partial.comparison(pairs)
    )


def jobs_for(plans: Mapping[str, Plan], days: int, runs: int) -> list[Job]:
    """Every scenario with seed 0, then with seed 1, and so on: the first charts need one run of each."""
    return [Job(plan, seed, days, key=label) for seed in range(runs) for label, plan in plans.items()]


def labelled_plans(plans: Sequence[Plan]) -> dict[str, Plan]:
    """Plans by the labels that a report would use; equal plans are distinguished by number."""
    return labelled(plans, equal=True)


def one_line(error: Exception) -> str:
    """The message of an error in one line, without a traceback."""
    first, *rest = str(error).strip().splitlines() or [type(error).__name__]
    return f"{first.partition('Traceback')[0]}{rest[-1]}" if rest else first


class PoolRequest:
    """The request of a page to the pool, submitted again whenever its browser reconnects."""

    def __init__(self, owner: str, jobs: list[Job]) -> None:
        self._owner, self._jobs = owner, jobs
        self._session = current_session()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._request: Request | None = None
        self._unwatch = CONNECTIONS.when_away(self._session, self._pause)

    def begin(self) -> Request | None:
        """Submit the jobs as soon as the browser is connected; None if the request has ended. Finished runs are not repeated."""
        while CONNECTIONS.wait(self._session, self._over):
            with self._lock:
                if not self._over.is_set() and CONNECTIONS.connected(self._session):
                    self._request = shared_pool().submit(self._owner, self._jobs)
                    return self._request
        return None

    def end(self) -> None:
        """End the request."""
        with self._lock:
            self._over.set()
        self._unwatch()
        self._pause()

    def _pause(self) -> None:
        with self._lock:
            if self._request is not None:
                shared_pool().cancel(self._request)


def use_live_comparison(
    inputs: object, plans: Mapping[str, Plan], days: int, runs: int, also: tuple[str, ...] = ()
) -> LiveComparison:
    """Run a comparison on the pool and give the result so far; new inputs cancel the old request.

    Parameters
    ----------
    inputs : what decides the numbers; they are simulated again when it changes.
    plans : label -> plan; nothing runs while there are none.
    days, runs : length of a run, runs of each plan.
    also : indicators to compare in addition to the usual ones.
    """
    owner = solara.use_memo(lambda: uuid4().hex, [])
    answer, begin_answers = use_newest(LiveComparison())

    def start() -> Any:
        set_answer = begin_answers()
        if not plans:
            return None
        pool_request = PoolRequest(owner, jobs_for(plans, days, runs))

        def follow() -> None:
            begun, shown = time.perf_counter(), 0
            while (request := pool_request.begin()) is not None:
                partial = PartialComparison(
                    dict(plans), days, tuple(dict.fromkeys((*OUTCOMES, *EXTRA, *also)))
                )
                try:
                    for run in request:
                        if run.failed:
                            raise ValueError(run.refused or f"a run of {run.key} failed: {run.error}")
                        partial.done.append(run)
                        pairs = partial.complete()
                        due = pairs > shown and (pairs in STAGES or pairs == runs)
                        if due and (not shown or pairs == runs or request.results.empty()):
                            shown = pairs
                            comparison = _shared(partial, pairs)
                            if not request.cancelled:
                                set_answer(
                                    LiveComparison(
                                        inputs, comparison, pairs, runs, seconds=time.perf_counter() - begun
                                    )
                                )
                except Exception as error:
                    if not request.cancelled:
                        set_answer(LiveComparison(inputs, error=one_line(error)))
                        shared_pool().cancel(request)
                        return
                if not request.cancelled:
                    return

        threading.Thread(target=follow, daemon=True).start()
        return pool_request.end

    solara.use_effect(start, [inputs])
    return answer
