"""More runs for a comparison on the page's pool, asked for by a button: shocks, other assumptions."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.live.live_comparison import PoolRequest, one_line
from kith.dashboard.live.newest import use_newest
from kith.dashboard.live.shared_workers import shared_pool
from kith.experiments.runs.runner import Job, RunResult


@dataclass(frozen=True)
class LiveBatch[Result]:
    """A batch as far as it is done."""

    key: object = None
    result: Result | None = None
    done: int = 0
    total: int = 0
    error: str = ""


@dataclass(frozen=True)
class Batch[Result]:
    """What is to be run, and what is made of it."""

    jobs: Callable[[], list[Job]]
    gather: Callable[[Sequence[RunResult]], Result]


def use_live_batch[Result](key: object, batch: Batch[Result] | None) -> LiveBatch[Result]:
    """Run a batch on the pool; nothing runs while there is none, and another key ends the one before."""
    owner = solara.use_memo(lambda: uuid4().hex, [])
    answer, begin_answers = use_newest(LiveBatch[Result]())

    def start() -> Any:
        set_answer = begin_answers()
        if batch is None:
            return None
        try:
            jobs = batch.jobs()
        except ValueError as error:
            set_answer(LiveBatch(key, error=one_line(error)))
            return None
        request = PoolRequest(owner, jobs)
        arguments = (request, batch, key, len(jobs), set_answer)
        threading.Thread(target=_follow, args=arguments, daemon=True).start()
        return request.end

    solara.use_effect(start, [key if batch is not None else None])
    return answer if answer.key == key else LiveBatch(key)


def _follow(pool_request: PoolRequest, batch: Batch[Any], key: object, total: int, show: Any) -> None:
    """Gather the runs of a request, and show how far it is at every tenth of them."""
    while (request := pool_request.begin()) is not None:
        results: list[RunResult] = []
        try:
            for result in request:
                if result.failed:
                    raise ValueError(result.refused or f"a run failed: {result.error}")
                results.append(result)
                if len(results) % max(1, total // 10) == 0 and not request.cancelled:
                    show(LiveBatch(key, done=len(results), total=total))
            if not request.cancelled:
                show(LiveBatch(key, batch.gather(results), total, total))
                return
        except Exception as error:
            if not request.cancelled:
                show(LiveBatch(key, error=one_line(error)))
                shared_pool().cancel(request)
                return
