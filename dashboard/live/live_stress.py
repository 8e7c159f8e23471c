"""A stress test on the page's pool: every scenario of a comparison again under the standard shocks."""

import threading
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.live.live_comparison import PoolRequest, one_line
from kith.dashboard.live.shared_workers import shared_pool
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.stress import gathered_stress, stress_jobs
from kith.experiments.comparison.stress_result import Stress
from kith.experiments.runs.runner import RunResult


@dataclass(frozen=True)
class LiveStress:
    """A stress test as far as it is done."""

    key: object = None
    stress: Stress | None = None
    done: int = 0
    total: int = 0
    error: str = ""


def use_live_stress(comparison: Comparison | None) -> LiveStress:
    """Run the stress test of a comparison on the pool; nothing runs while there is none."""
    owner = solara.use_memo(lambda: uuid4().hex, [])
    answer, set_answer = solara.use_state(LiveStress())
    key = None if comparison is None else ",".join(comparison.values["run_id"])

    def start() -> Any:
        if comparison is None:
            return None
        try:
            jobs = stress_jobs(comparison)
        except ValueError as error:
            set_answer(LiveStress(key, error=one_line(error)))
            return None
        request = PoolRequest(owner, jobs)
        threading.Thread(
            target=_follow, args=(request, comparison, key, len(jobs), set_answer), daemon=True
        ).start()
        return request.end

    solara.use_effect(start, [key])
    return answer if answer.key == key else LiveStress(key)


def _follow(pool_request: PoolRequest, comparison: Comparison, key: object, total: int, show: Any) -> None:
    """Gather the runs of a request, and show how far it is at every tenth of them."""
    while (request := pool_request.begin()) is not None:
        results: list[RunResult] = []
        try:
            for result in request:
                if result.failed:
                    raise ValueError(result.refused or f"a run failed: {result.error}")
                results.append(result)
                if len(results) % max(1, total // 10) == 0 and not request.cancelled:
                    show(LiveStress(key, done=len(results), total=total))
            if not request.cancelled:
                show(LiveStress(key, gathered_stress(comparison, results), total, total))
                return
        except Exception as error:
            if not request.cancelled:
                show(LiveStress(key, error=one_line(error)))
                shared_pool().cancel(request)
                return
