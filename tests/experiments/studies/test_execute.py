"""A study can be killed, resumed, shared and spread over machines, and has the same results."""

import errno
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kith.experiments.errors import SchedulerError, SchedulerLost, Stopped
from kith.experiments.runs import runner
from kith.experiments.runs.pools import InProcess, Pool, Processes, pool
from kith.experiments.runs.runner import Job, RunResult, run_chunks
from kith.experiments.studies import execute as conducting
from kith.experiments.studies.execute import checked, conduct, status
from kith.experiments.studies.results import points_frame, runs_frame, series_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from
from kith.sim.schema.plan import Plan

OF_DASK_FOR_GOOD = {"Dask-Offload_0"}
"""One thread that Dask shares between all that it does in a process; it ends with the process."""

LONG = 60.0
"""Seconds after which something that ought to end has not; on a busy machine nothing ends at once."""

TINY = {"market": {"size": 300, "founders": 40}}


def small(**changes: Any) -> Study:
    """Two prices in two scenarios, three runs each, of a tiny community."""
    given = {
        "scenarios": ["web", "pool"],
        "days": 25,
        "runs": 3,
        "set": TINY,
        "lever": [{"name": "monetisation.price", "values": [5.0, 10.0]}],
        "design": {"kind": "grid"},
        "outcomes": ["active", "margin"],
    }
    return study_from(given | changes)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The runs of the small study, done one after the other."""
    first_store = Store(tmp_path_factory.mktemp("alone") / "store")
    conduct(small(), first_store, workers=1)
    return runs_frame(small(), first_store)


def test_the_frame_of_runs_is_in_the_order_of_the_design(alone: pd.DataFrame) -> None:
    assert len(alone) == alone["run_id"].nunique() == 12
    assert list(alone.columns[:6]) == ["run_id", "scenario", "point", "seed", "monetisation.price", "error"]
    assert alone["scenario"].tolist() == ["web"] * 6 + ["pool"] * 6
    assert alone["seed"].tolist() == [0, 1, 2] * 4
    assert alone["error"].isna().all()
    assert (alone["active"] > 0).all()


@pytest.mark.parametrize("kind", ["threads", pytest.param("processes", marks=pytest.mark.slow)])
def test_results_do_not_depend_on_who_does_the_work(store: Store, alone: pd.DataFrame, kind: str) -> None:
    conduct(small(), store, workers=2, scheduler=kind)
    pd.testing.assert_frame_equal(runs_frame(small(), store), alone)


def test_what_is_there_is_not_done_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    conduct(small(runs=1), store, workers=1)
    ran: list[int] = []
    calls: list[tuple[int, int]] = []
    true = conducting.run_chunks

    def counted(jobs: Any, *rest: Any) -> Iterator[list[RunResult]]:
        for outcomes in true(jobs, *rest):
            ran.extend(o.seed for o in outcomes)
            yield outcomes

    monkeypatch.setattr(conducting, "run_chunks", counted)
    found = conduct(small(runs=2), store, workers=1, progress=lambda *now: calls.append(now))
    assert ran == [1] * 4
    assert calls[0] == (4, 8)
    assert calls[-1] == (8, 8)
    assert (found.total, found.stored, found.missing) == (8, 8, 0)
    conduct(small(runs=2), store, workers=1)
    assert len(ran) == 4


def test_points_are_means_over_runs(store: Store, alone: pd.DataFrame) -> None:
    conduct(small(), store, workers=1)
    frame = points_frame(small(), store)
    assert frame["runs"].tolist() == [3] * 4
    expected = alone[(alone["scenario"] == "pool") & (alone["point"] == 1)]["active"].mean()
    assert frame.query("scenario == 'pool' and point == 1")["active"].item() == pytest.approx(expected)
    assert frame["monetisation.price"].tolist() == [5, 10, 5, 10]


def test_points_that_ask_for_the_same_run_share_it(store: Store) -> None:
    study = small(
        lever=[{"name": "part", "values": [1, 2, 3]}], derive={"monetisation.price": "5 * min(part, 2)"}
    )
    assert conduct(study, store, workers=1).total == 12
    frame = runs_frame(study, store)
    assert len(frame) == 18
    by = frame.pivot(index=["scenario", "seed"], columns="part", values="active")
    assert by[2].equals(by[3].rename(2))


def test_series_are_kept_on_request_and_made_up_for_later(store: Store) -> None:
    conduct(small(), store, workers=1)
    assert series_frame(small(), store).empty
    study = small(series=True)
    assert status(study, store).missing == 12
    conduct(study, store, workers=1)
    frame = series_frame(study, store)
    assert frame.groupby("run_id")["day"].max().eq(24).all()
    last = frame[frame["day"] == 24].set_index("run_id")["active"]
    ends = runs_frame(study, store).set_index("run_id")["active"]
    pd.testing.assert_series_equal(last, ends.loc[last.index])


# What goes wrong


def test_a_failing_run_is_stored_with_its_traceback_and_stops_nobody(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = runner.execute

    def unlucky(job: Job, threads: int | None = None) -> RunResult:
        if job.seed == 1:
            return true(Job(job.plan, job.seed, days="soon", key=job.key))  # type: ignore[arg-type]
        return true(job, threads)

    monkeypatch.setattr(runner, "execute", unlucky)
    found = conduct(small(), store, workers=1)
    assert (found.stored, found.failed, found.missing) == (12, 4, 0)
    assert "days = 'soon'" in found.first_failure
    frame = runs_frame(small(), store)
    bad = frame[frame["seed"] == 1]
    assert bad["error"].str.contains("Traceback").all()
    assert bad["active"].isna().all()
    assert points_frame(small(), store)["runs"].tolist() == [2] * 4
    monkeypatch.undo()
    assert conduct(small(), store, workers=1).failed == 4
    assert conduct(small(), store, workers=1, retry_failed=True).failed == 0
    assert runs_frame(small(), store)["error"].isna().all()


def test_a_result_of_another_run_is_a_failure() -> None:
    assert checked(RunResult("a", 0, "b", "0")).error.startswith("requested run a, received run b of model 0")
    assert not checked(RunResult("a", 0, "a", "1")).failed


def test_no_space_left_is_told_and_nothing_is_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    conduct(small(runs=1), store, workers=1)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "x")

    monkeypatch.setattr(Store, "add", full)
    with pytest.raises(OSError, match="stored runs are kept; free some space") as calls:
        conduct(small(), store, workers=1)
    assert calls.value.filename == str(store.folder)
    monkeypatch.undo()
    assert status(small(), Store(store.folder)).stored == 4


def test_ctrl_c_keeps_what_is_stored_and_says_how_to_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, alone: pd.DataFrame
) -> None:
    true = Store.add

    def interrupted(self: Store, outcomes: Any) -> None:
        true(self, outcomes)
        if len(self.done()) >= 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Store, "add", interrupted)
    with pytest.raises(Stopped, match=r"of 12 runs are stored in .*the same command resumes"):
        conduct(small(), store, workers=1)
    monkeypatch.undo()
    state = status(small(), store)
    assert 3 <= state.stored < 12
    conduct(small(), store, workers=1)
    pd.testing.assert_frame_equal(runs_frame(small(), store), alone)


@pytest.mark.parametrize("kind", ["gpu", "tcp://", "tcp://here", "tcp://here:port", "http://here:80"])
def test_an_unknown_scheduler_is_refused(kind: str) -> None:
    with pytest.raises(SchedulerError, match=f"scheduler {kind}: "), pool(kind):
        pass


def in_time(true: Callable[[], bool]) -> bool:
    """Whether it comes true before `LONG` has passed."""
    deadline = time.monotonic() + LONG
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


@pytest.fixture
def leaves_nothing() -> Iterator[None]:
    """Fails a test after which there are threads or processes that were not there before."""
    threads, children = set(threading.enumerate()), set(multiprocessing.active_children())
    yield

    def left() -> set[str]:
        more = {t.name for t in threading.enumerate() if t not in threads} - OF_DASK_FOR_GOOD
        return more | {child.name for child in multiprocessing.active_children() if child not in children}

    assert in_time(lambda: not left()), left()


@pytest.mark.usefixtures("leaves_nothing")
def test_an_unreachable_scheduler_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SchedulerError, match=f"{address}: cannot be reached"), pool(address):
            pass


@pytest.mark.usefixtures("leaves_nothing")
def test_somebody_who_listens_but_says_nothing_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.experiments.runs.dask.PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(SchedulerError, match=f"{address}: cannot be reached"), pool(address):
            pass


@pytest.mark.usefixtures("leaves_nothing")
def test_somebody_who_says_something_else_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.experiments.runs.dask.PATIENCE", 2.0)

    def banner() -> None:
        with suppress(OSError):  # the server is closed: that was all
            while True:  # as often as anybody asks
                talk, _ = other.accept()
                with talk, suppress(OSError):  # who asked may hang up first, or say nothing
                    talk.settimeout(LONG)
                    talk.sendall(b"SSH-2.0-OpenSSH_9.2p1 and more of this\r\n")
                    talk.recv(1_000)

    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        speaker = threading.Thread(target=banner, daemon=True)
        speaker.start()
        with pytest.raises(SchedulerError, match=f"{address}: cannot be reached"), pool(address):
            pass
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept
    speaker.join(LONG)
    assert not speaker.is_alive()


@pytest.mark.slow
@pytest.mark.usefixtures("leaves_nothing")
def test_a_cluster_on_this_machine_gives_the_same_and_leaves_nothing(
    store: Store, alone: pd.DataFrame
) -> None:
    conduct(small(), store, workers=2, scheduler="local")
    pd.testing.assert_frame_equal(runs_frame(small(), store), alone)


# Workers that die


def deadly(jobs: list[Job], threads: int | None) -> tuple[list[RunResult], float]:
    """Runs jobs as ever, but seed 2 takes its process down, and seed 1 does so the first time."""
    from kith.experiments.runs.runner import execute

    outcomes = []
    for job in jobs:
        mark = Path(str(job.key))
        if job.seed == 2:  # not before seed 1 has had its first time
            in_time(mark.with_name("mark1").exists)
        if job.seed == 2 or (job.seed == 1 and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        outcomes.append(execute(job, threads))
    return outcomes, 0.1


@pytest.mark.slow
def test_runs_of_a_dead_worker_are_done_elsewhere_and_a_deadly_run_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "execute_all", deadly)
    plan = Plan(days=3)
    jobs = [Job(plan, seed, 3, key=str(tmp_path / f"mark{seed}")) for seed in range(5)]
    jobs.append(Job(plan, 5, "soon", key=str(tmp_path / "broken")))  # type: ignore[arg-type]
    with pool("processes", 2) as made:
        outcomes = [o for chunk in run_chunks(jobs, made) for o in chunk]
    assert sorted(o.seed for o in outcomes) == [0, 1, 2, 3, 4, 5]
    errors = {o.seed: o.error for o in outcomes if o.failed}
    assert sorted(errors) == [2, 5]
    assert "a worker process died" in errors[2]
    assert "Traceback" in errors[5]
    assert "days = 'soon'" in errors[5]


def test_a_pool_that_lost_a_process_leaves_none_behind() -> None:
    made = Processes(2)
    try:
        sleeping = [made.submit(time.sleep, 600) for _ in range(2)]
        assert in_time(lambda: all(future.running() for future in sleeping))
        lost, other = list(made._pool._processes.values())
        lost.kill()
        assert isinstance(sleeping[1].exception(60), BrokenExecutor)
        assert made.submit(abs, -3).result(60) == 3
        assert not other.is_alive()
    finally:
        made.abandon()


def test_a_pool_is_abandoned_at_once_whatever_its_processes_do() -> None:
    made = Processes(2)
    deaf = [made.submit(_deaf) for _ in range(2)]
    assert in_time(lambda: all(future.running() for future in deaf))
    processes = list(made._pool._processes.values())
    time.sleep(0.5)
    made.abandon()
    assert in_time(lambda: not any(process.is_alive() for process in processes))


def _deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(600)


def has_ended(process: int) -> bool:
    """Whether a process is gone, or waits for somebody to take note of its end."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize(
    "made",
    [
        "from kith.experiments.runs.pools import Processes; p = Processes(2)",
        "from kith.dashboard.live.shared_workers import SharedWorkers; p = SharedWorkers(2)._started()",
    ],
)
def test_workers_end_with_a_parent_that_was_killed(made: str) -> None:
    code = (
        "import time, os\n"
        "if __name__ == '__main__':\n"
        f"    {made}; print(p.submit(os.getpid).result(), flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert in_time(lambda: has_ended(worker))


def test_jobs_are_made_only_when_they_are_taken() -> None:
    plan, made = Plan(days=1), []

    def endless() -> Iterator[Job]:
        for seed in range(10**9):
            made.append(seed)
            yield Job(plan, seed, 1, seed)

    chunks = run_chunks(endless(), Pool(InProcess(), lambda: 1, threads=None))
    for _ in range(5):
        next(chunks)
    assert len(made) < 2_000
    chunks.close()  # type: ignore[attr-defined]


# Whole processes


def work(folder: str, runs: int, kind: str = "processes") -> None:
    """What another process does: conduct the small study, in many small parts, and not too fast to be met."""
    runner.MOST_IN_CHUNK = 4
    true = Store.add

    def slowly(self: Store, outcomes: Any) -> None:
        true(self, outcomes)
        time.sleep(0.05)

    Store.add = slowly  # type: ignore[method-assign]
    conduct(small(runs=runs), Store(folder), workers=1, scheduler=kind)


def started(folder: Path, runs: int) -> Any:
    process = multiprocessing.get_context("spawn").Process(target=work, args=(str(folder), runs))
    process.start()
    return process


def frame_of(runs: int, folder: Path) -> pd.DataFrame:
    """The frame of the small study, done in this process."""
    first_store = Store(folder)
    conduct(small(runs=runs), first_store, workers=1)
    return runs_frame(small(runs=runs), first_store)


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    runs, stored = 60, 0
    for delay in (0.0, 0.05, 0.3):
        process = started(store, runs)
        while (
            not list((store / "results").glob("*.parquet"))
            or status(small(runs=runs), Store(store)).stored <= stored
        ):
            assert process.is_alive(), "it was done before it could be killed"
            time.sleep(0.02)
        time.sleep(delay)
        process.kill()
        process.join()
        now = Store(store)
        assert now.damaged == []
        assert status(small(runs=runs), now).stored >= stored
        stored = status(small(runs=runs), now).stored
    assert stored < 240
    conduct(small(runs=runs), Store(store), workers=2)
    pd.testing.assert_frame_equal(
        runs_frame(small(runs=runs), Store(store)), frame_of(runs, tmp_path / "again")
    )


@pytest.mark.slow
def test_two_processes_fill_one_store_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store"
    both = [started(store, 40) for _ in range(2)]
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    assert Store(store).damaged == []
    frame = runs_frame(small(runs=40), Store(store))
    pd.testing.assert_frame_equal(frame, frame_of(40, tmp_path / "again"))


@pytest.mark.slow
def test_a_dask_cluster_that_loses_a_worker_gives_the_same_frame(tmp_path: Path) -> None:
    """Two workers on loopback, one of them killed in the middle, in a process of their own."""
    code = f"""
import os, signal, logging
from distributed import Client, LocalCluster
from kith.experiments.studies import execute as conducting
from kith.experiments.studies.store import Store
from tests_conduct import small

if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
                           silence_logs=logging.CRITICAL)
    assert cluster.scheduler_address.startswith("tcp://127.0.0.1:")
    with Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
    assert len(set(pids)) == 2 and os.getpid() not in pids
    true, killed = Store.add, []
    def add(self, outcomes):
        true(self, outcomes)
        if not killed and len(self.done()) >= 10:
            os.kill(pids[0], signal.SIGKILL)
            killed.append(len(self.done()))
    Store.add = add
    found = conducting.conduct(small(runs=40), Store({str(tmp_path / "dask")!r}), scheduler=cluster.scheduler_address)
    assert killed and killed[0] < 160, killed
    assert (found.stored, found.failed) == (160, 0), found
    cluster.close()
    print("done")
"""
    script = tmp_path / "drive.py"
    script.write_text(code, encoding="utf-8")
    (tmp_path / "tests_conduct.py").write_text(Path(__file__).read_text("utf-8"), encoding="utf-8")
    where = str(tmp_path)
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": where},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.strip() == "done"
    frame = runs_frame(small(runs=40), Store(tmp_path / "dask"))
    pd.testing.assert_frame_equal(frame, frame_of(40, tmp_path / "here"))


class Lost(InProcess):
    """A pool that is gone after three tasks."""

    left = 3

    def submit(self, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        self.left -= 1
        if self.left < 0:
            raise RuntimeError("closed")
        return super().submit(*args, **kwargs)


def test_a_pool_that_is_gone_ends_the_work_and_fails_no_run() -> None:
    executor = Lost()
    gone = Pool(executor, lambda: 1, threads=None, alive=lambda: executor.left >= 0)
    seen: list[RunResult] = []
    chunks = run_chunks((Job(Plan(days=3), seed, 3, seed) for seed in range(9999)), gone)
    with pytest.raises(SchedulerLost, match="what came back is kept"):
        seen.extend(outcome for outcomes in chunks for outcome in outcomes)
    assert seen
    assert not any(outcome.failed for outcome in seen)
