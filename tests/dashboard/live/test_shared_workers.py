"""Simulations share a bounded pool: turns, cancelling, failures."""

import os
import signal
import threading
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from kith.dashboard.live import shared_workers as pools
from kith.dashboard.live.shared_workers import AGAIN, Cancelled, SharedWorkers, run_job
from kith.experiments.runs.runner import Job, RunResult
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan
from tests.dashboard.looking import until

SMALL = Plan(phases=((0, parameters_from({"market": {"size": 300, "founders": 30}})),), days=40)


class Hands:
    """An executor in which the test does the work when it wants to."""

    def __init__(self) -> None:
        self.begun: list[tuple[Job, Future[Any]]] = []

    def submit(self, work: Any, *given: Any) -> Future[Any]:
        """Put it on the table."""
        future: Future[Any] = Future()
        self.begun.append((given[0], future))
        return future

    def shutdown(self, **_: Any) -> None:
        """Nothing to end."""

    def finish(self, place: int = 0, error: Exception | None = None) -> None:
        """Be done with one job."""
        job, future = self.begun.pop(place)
        if error:
            future.set_exception(error)
        else:
            future.set_result(RunResult(job.key, job.seed))


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> tuple[SharedWorkers, Hands]:
    pool, hands = SharedWorkers(workers=2), Hands()
    pool._flags = [0] * pools.SLOTS
    monkeypatch.setattr(pool, "_started", lambda: hands)
    return pool, hands


def jobs(key: str, n: int, first: int = 0) -> list[Job]:
    return [Job(SMALL, seed, key=key) for seed in range(first, first + n)]


def test_no_more_runs_at_once_than_there_are_workers(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    pool.submit("anna", jobs("a", 5))
    assert len(hands.begun) == 2
    assert pool.busy() == (2, 3)
    hands.finish()
    assert pool.busy() == (2, 2)


def test_owners_take_turns(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    pool.submit("anna", jobs("a", 10))
    pool.submit("ben", jobs("b", 10, 100))
    hands.finish()
    hands.finish()
    assert sorted(job.key for job, _ in hands.begun) == ["a", "b"]


def test_a_turn_is_what_a_picture_needs(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    for first, owner in ((0, "anna"), (100, "ben")):  # each run is another one: alike ones are lived once
        pool.submit(owner, [Job(SMALL, first + n, key=f"{owner} {'xyz'[n % 3]}") for n in range(6)])
    begun = []
    while hands.begun:
        begun.append(str(hands.begun[0][0].key).split()[0])
        hands.finish()
    assert begun == ["anna"] * 3 + ["ben"] * 3 + ["anna"] * 3 + ["ben"] * 3


def test_newer_work_cancels_older_work_of_the_same_owner_alone(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    old = pool.submit("anna", jobs("old", 5))
    pool.submit("ben", jobs("b", 1, 100))
    flagged = dict(old.slots)
    pool.submit("anna", jobs("new", 2, 200))
    assert old.cancelled
    assert list(old) == []
    assert all(pool._flags[slot] != ticket for slot, ticket in flagged.items())
    hands.finish()
    hands.finish()
    assert sorted(job.key for job, _ in hands.begun) == ["b", "new"]


def test_a_closed_page_frees_its_work(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    request = pool.submit("anna", jobs("a", 5))
    pool.cancel(request)
    hands.finish(error=Cancelled())
    hands.finish(error=Cancelled())
    assert pool.busy() == (0, 0)


def test_withdrawing_an_old_request_leaves_the_new_one_alone(table: tuple[SharedWorkers, Hands]) -> None:
    pool, _ = table
    old = pool.submit("anna", jobs("old", 1))
    new = pool.submit("anna", jobs("new", 1, 200))
    pool.cancel(old)
    assert not new.cancelled


def test_what_was_run_once_is_there_at_once_for_everybody(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    list_of = jobs("a", 1)
    pool.submit("anna", list_of)
    hands.finish()
    again = pool.submit("ben", [Job(SMALL, 0, key="b"), Job(SMALL, 1, key="b")])
    assert again.results.get().key == "b"
    assert [job.seed for job, _ in hands.begun] == [1]


def test_a_run_that_many_ask_for_is_run_once(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    requests = [pool.submit(f"pupil {n}", [Job(SMALL, 0, key=f"k{n}")]) for n in range(30)]
    assert len(hands.begun) == 1
    hands.finish()
    assert [[outcome.key for outcome in request] for request in requests] == [[f"k{n}"] for n in range(30)]
    assert pool.busy() == (0, 0)


def test_who_waits_for_a_run_that_its_first_asker_gave_up_still_gets_it(
    table: tuple[SharedWorkers, Hands],
) -> None:
    pool, hands = table
    first = pool.submit("anna", jobs("a", 1))
    second = pool.submit("ben", jobs("b", 1))
    pool.cancel(first)
    hands.finish(error=Cancelled())
    assert len(hands.begun) == 1
    hands.finish()
    assert [outcome.key for outcome in second] == ["b"]


def test_a_worker_that_dies_is_a_failed_run_and_not_silence(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    request = pool.submit("anna", jobs("a", 1))
    hands.finish(error=RuntimeError("out of memory"))
    outcomes = list(request)
    assert len(outcomes) == 1
    assert "out of memory" in outcomes[0].error


def test_a_run_whose_process_died_is_begun_again_but_not_for_ever(table: tuple[SharedWorkers, Hands]) -> None:
    pool, hands = table
    request = pool.submit("anna", jobs("a", 1))
    for _ in range(AGAIN + 1):
        until(lambda: hands.begun)
        hands.finish(error=BrokenProcessPool("a process died"))
    [outcome] = list(request)
    assert "a process died" in outcome.error


def test_who_says_that_a_pool_broke_does_not_wait_for_who_is_asking(
    table: tuple[SharedWorkers, Hands],
) -> None:
    """It holds the executor's lock, which whoever is asking will need."""
    pool, hands = table
    request = pool.submit("anna", jobs("a", 1))
    with pool._lock:
        failing = threading.Thread(
            target=hands.finish, kwargs={"error": BrokenProcessPool("died")}, daemon=True
        )
        failing.start()
        failing.join(10)
        assert not failing.is_alive()
    until(lambda: hands.begun)
    hands.finish()
    assert [outcome.error for outcome in request] == [""]


def test_a_pool_that_breaks_is_ended_whole_and_another_takes_its_place() -> None:
    pool = SharedWorkers(workers=2)
    try:
        first = pool._started()
        sleeping = [first.submit(time.sleep, 600) for _ in range(2)]
        until(lambda: all(future.running() for future in sleeping))
        processes = list(first._processes.values())
        request = pool.submit("anna", jobs("a", 1))
        os.kill(processes[0].pid, signal.SIGKILL)
        [outcome] = list(request)
        assert not outcome.error
        assert pool._executor is not first
        until(lambda: not any(process.is_alive() for process in processes))
    finally:
        pool.close()


def test_a_closed_pool_begins_nothing_and_keeps_nobody_waiting() -> None:
    pool = SharedWorkers(workers=1)
    pool.close()
    assert list(pool.submit("anna", jobs("a", 3))) == []
    assert pool._executor is None


def test_a_run_that_nobody_wants_stops_within_ten_days() -> None:
    asked = []

    def is_wanted() -> bool:
        asked.append(1)
        return len(asked) < 2

    with pytest.raises(Cancelled):
        run_job(Job(SMALL, 0), is_wanted)
    assert len(asked) == 2


def test_processes_give_what_a_run_here_gives() -> None:
    pool = SharedWorkers(workers=1)
    try:
        [outcome] = list(pool.submit("anna", [Job(SMALL, 3, key="x")]))
        assert not outcome.error
        assert outcome.summary["present"] == run_job(Job(SMALL, 3), lambda: True).summary["present"]
        long = Plan(phases=SMALL.phases, days=20_000)
        request = pool.submit("anna", [Job(long, 0)])
        time.sleep(0.3)
        pool.cancel(request)
        waited = threading.Event()
        for _ in range(300):
            if pool.busy() == (0, 0):
                waited.set()
                break
            time.sleep(0.1)
        assert waited.is_set(), "a cancelled run went on"
    finally:
        pool.close()
