"""Runs are independent: of each other's failures, of their order, of the number of workers."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from kith.experiments.runs.runner import Job, RunResult, execute, place, run_all, run_chunks
from kith.sim.engine import run
from kith.sim.schema.plan import Plan


def broken(plan: Plan) -> Job:
    """A job that fails inside the engine."""
    return Job(plan, seed=0, days="soon", key="broken")  # type: ignore[arg-type]


def test_a_run_becomes_a_small_outcome(plan: Callable[..., Plan]) -> None:
    outcome = execute(Job(plan(days=400), seed=2, key="web"))
    assert (outcome.key, outcome.seed, outcome.failed) == ("web", 2, False)
    assert outcome.summary["active"] == outcome.series["active"].iloc[-1]
    assert all(len(column) <= 202 for column in outcome.series.values())
    assert outcome.series["active"].index[-1] == 399
    whole = run(plan(days=400), seed=2, events=False).series
    assert sum(outcome.leaving.values()) == whole["leaves"].sum() + whole["sleeps"].sum()
    assert sum(outcome.joins.values()) == outcome.summary["joined"]


@pytest.mark.parametrize("name", ["web", "hub_leaves", "subscription"])
def test_a_run_that_keeps_its_summary_alone_has_the_same(plan: Callable[..., Plan], name: str) -> None:
    whole, alone = (execute(Job(plan(name, days=100), seed=2, series=series)) for series in (True, False))
    assert alone.summary == pytest.approx(whole.summary, rel=0, abs=0, nan_ok=True)
    assert (alone.run_id, alone.model_version) == (whole.run_id, whole.model_version)
    assert alone.series == {}


def test_a_failing_run_brings_its_traceback_and_stops_nobody(plan: Callable[..., Plan]) -> None:
    jobs = [Job(plan(), 0, 5, "first"), broken(plan()), Job(plan(), 1, 5, "last")]
    outcomes = {o.key: o for o in run_all(jobs, workers=1)}
    assert [o.failed for o in outcomes.values()] == [False, True, False]
    assert "Traceback" in outcomes["broken"].error
    assert outcomes["broken"].summary == {}


@pytest.mark.slow
def test_workers_do_not_change_results(plan: Callable[..., Plan]) -> None:
    jobs = [Job(plan(), seed, 30, seed) for seed in range(3)]
    alone = sorted(run_all(jobs, workers=1), key=lambda o: o.seed)
    together = sorted(run_all(jobs, workers=2), key=lambda o: o.seed)
    assert [o.summary["present"] for o in alone] == [o.summary["present"] for o in together]
    assert [o.run_id for o in alone] == [o.run_id for o in together]


def test_whatever_has_submit_will_do(plan: Callable[..., Plan]) -> None:
    progress: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(
            run_all(
                [Job(plan(), s, 5, s) for s in range(3)],
                executor=pool,
                progress=lambda *p: progress.append(p),
            )
        )
    assert {o.seed for o in outcomes} == {0, 1, 2}
    assert progress == [(0, 3), (1, 3), (2, 3), (3, 3)]


class DyingExecutor(ThreadPoolExecutor):
    """Every worker dies before it answers."""

    def submit(self, *_: object, **__: object) -> Future[RunResult]:  # type: ignore[override]
        future: Future[RunResult] = Future()
        future.set_exception(MemoryError("killed"))
        return future


def test_a_worker_that_dies_is_a_failed_run(plan: Callable[..., Plan]) -> None:
    (outcome,) = run_all([Job(plan(), 0, 5, "a")], executor=DyingExecutor())
    assert outcome.failed
    assert "killed" in outcome.error


@pytest.mark.slow
def test_stopping_early_leaves_no_process_behind(plan: Callable[..., Plan]) -> None:
    from multiprocessing import active_children

    before = set(active_children())
    running = run_all([Job(plan(), s, 200, s) for s in range(40)], workers=2)
    next(running)
    next(running)
    running.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 60
    while set(active_children()) - before and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert set(active_children()) - before == set()


def test_no_workers_is_refused(plan: Callable[..., Plan]) -> None:
    with pytest.raises(ValueError, match="must be 1 or more"):
        list(run_all([Job(plan(), 0, 5)], workers=0))


def test_many_runs_repay_compiling_whole_days_in_one_process_too(
    plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    preferred: list[bool] = []
    monkeypatch.setattr("kith.sim.day.quiet.prefer", lambda: preferred.append(True))
    monkeypatch.setattr("kith.sim.kernels.cache.compiles", lambda: True)
    monkeypatch.setattr("kith.sim.kernels.cache.is_whole_day_compiled", lambda: False)
    jobs = [Job(plan(), seed, 2, seed) for seed in range(2)]
    assert len(list(run_all(jobs, workers=1))) == 2 and preferred == []
    monkeypatch.setattr("kith.experiments.runs.runner.MANY", 2)
    assert len(list(run_all(jobs, workers=1))) == 2 and preferred == [True]
    with place(1) as pool:
        assert sum(map(len, run_chunks(jobs[:1], pool, of=2))) == 1
    assert preferred == [True, True]
