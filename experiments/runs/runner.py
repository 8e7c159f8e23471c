"""Many runs on any pool: the same results for any number and place of workers.

Runs are sent in chunks of a few seconds of work, so that overhead does not dominate short runs. The runs
of a lost chunk are repeated one by one; only a run that kills its worker
when it runs alone counts as failed.
"""

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from kith.experiments.errors import SchedulerLost, UnguardedScript
from kith.experiments.runs.dask import GONE
from kith.experiments.runs.pools import Pool, pool, processors
from kith.sim.schema.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

    from kith.experiments.runs.own import Own

POINTS = 200
"""Maximum number of days in a thinned series."""

MANY = 250
"""Runs that repay compiling the call that lives whole days."""
CHUNK_SECONDS = 3.0
"""Approximate work in a chunk, which is lost if a worker dies."""
MOST_IN_CHUNK = 256

WORKER_DIED = (
    "a worker process died: too little memory (use fewer workers), or a script that starts runs "
    'outside `if __name__ == "__main__":`'
)

STOCKS = ("active", "present", "awake", "dormant", "followers", "audience", "member", "internal", "ties")
MONTHLY = (
    "churn_month",
    "referral_velocity",
    "participation_rate",
    "satisfaction",
    "belonging",
    "norm",
    "budget",
)


@dataclass(frozen=True)
class Job:
    """One run to simulate; `key` identifies its result."""

    plan: Plan
    seed: int
    days: int | None = None
    key: Any = None
    series: bool = True
    "whether more than the summary is returned; not needed in studies of thousands of runs"
    measure: "Callable[[Job, int | None], RunResult] | None" = None
    "how the run is simulated and measured; by default a full run, condensed"
    own: "Own | None" = None
    "steps, shocks and indicators of one's own"


@dataclass(frozen=True)
class RunResult:
    """The result of a run: enough for tables and charts, small enough to send between processes.

    A run that failed has its `error`, with traceback, and nothing else.
    """

    key: Any
    seed: int
    run_id: str = ""
    model_version: str = ""
    summary: dict[str, float] = field(default_factory=dict)
    series: "dict[str, pd.Series]" = field(default_factory=dict)
    "column -> values by day, thinned"
    joins: dict[str, float] = field(default_factory=dict)
    "channel -> joins over the run"
    leaving: dict[str, float] = field(default_factory=dict)
    "cause -> members who fell silent or left over the run"
    health: tuple[dict[str, Any], ...] = ()
    funnel: dict[str, float] = field(default_factory=dict)
    "step -> newcomers who reached it, see `kith.experiments.runs.newcomer_funnel`"
    worth: dict[str, float] = field(default_factory=dict)
    "value to members, EUR, see `kith.experiments.runs.member_value`"
    staying: "dict[str, pd.Series]" = field(default_factory=dict)
    "survival -> share of newcomers who have neither fallen silent nor left, by days since joining"
    error: str = ""
    refused: str = ""
    "the message, if the error was a bad request rather than a failure"

    @property
    def failed(self) -> bool:
        """Whether the run failed."""
        return bool(self.error)


def execute(job: Job, threads: int | None = None) -> RunResult:
    """Run one job here and now; an exception becomes a failed outcome."""
    from kith.sim.schema.parameter_set import ParameterError

    try:
        return (job.measure or _full_run)(job, threads)
    except ParameterError as error:
        return RunResult(job.key, job.seed, error=traceback.format_exc(), refused=str(error))
    except Exception:
        return RunResult(job.key, job.seed, error=traceback.format_exc())


def _full_run(job: Job, threads: int | None) -> RunResult:
    from kith.sim.engine import run

    if not job.series:
        return _summary_alone(job, threads)
    more = {} if job.own is None else job.own.arguments()
    return condensed(job, run(job.plan, seed=job.seed, days=job.days, threads=threads, events=False, **more))


def _summary_alone(job: Job, threads: int | None) -> RunResult:
    """The same summary, without the months and frames of a record, which cost some 20 ms a year."""
    from kith.sim.engine import MODEL_VERSION, Simulation
    from kith.sim.kernels.cache import mark_compiled

    more = {} if job.own is None else job.own.arguments()
    simulation = Simulation(job.plan, job.seed, job.days, threads, events=False, **more)
    simulation.recorder.each_month = False
    try:
        simulation.advance()
    finally:
        simulation.close()
    with suppress(OSError):  # the cache may have been removed meanwhile
        mark_compiled()
    with np.errstate(over="ignore"):
        summary = simulation.recorder.summary()
    return RunResult(
        job.key, job.seed, run_id=simulation.run_id, model_version=MODEL_VERSION, summary=summary
    )


def condensed(job: Job, record: Any) -> RunResult:
    """The outcome of a finished run: its summary, and a few columns at some 200 days."""
    from kith.experiments.runs.member_value import worth
    from kith.experiments.runs.newcomer_funnel import funnel, survival

    return RunResult(
        key=job.key,
        seed=job.seed,
        run_id=record.run_id,
        model_version=record.model_version,
        summary={str(name): float(value) for name, value in record.summary.items()},
        series=thinned(record) if job.series else {},
        joins=joins_by_channel(record.series),
        leaving={str(cause): float(n) for cause, n in record.leaving.items()},
        health=tuple(dict(check) for check in record.health),
        funnel=funnel(record),
        worth=worth(record),
        staying={"survival": survival(record)},
    )


def thinned(record: Any) -> "dict[str, pd.Series]":
    """Stocks and margin to date at evenly spaced days, and the monthly indicators."""
    import pandas as pd

    daily, monthly = record.series, record.monthly
    stride = max(1, -(-len(daily) // POINTS))
    keep = np.unique(np.append(np.arange(0, len(daily), stride), len(daily) - 1))
    days = daily["day"].to_numpy()[keep]
    thin = {c: pd.Series(daily[c].to_numpy(float)[keep], index=days) for c in STOCKS if c in daily}
    margin = (daily["revenue"] - daily["cost"]).cumsum().to_numpy(float)
    thin["margin_to_date"] = pd.Series(margin[keep], index=days)
    for column in MONTHLY:
        if column in monthly:
            thin[column] = pd.Series(monthly[column].to_numpy(float), index=monthly["day"].to_numpy())
    return thin


def joins_by_channel(series: "pd.DataFrame") -> dict[str, float]:
    """Joins over the run by channel."""
    return {c.removeprefix("joins_"): float(series[c].sum()) for c in series if c.startswith("joins_")}


def run_all(
    jobs: Iterable[Job],
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[RunResult]:
    """Run every job and yield its outcome when it is done, in no particular order.

    A run that fails comes back as a failed outcome and does not stop the others.

    Parameters
    ----------
    jobs : what to run.
    workers : processes; by default one per processor. With 1 everything runs in this process.
    executor : something else with `submit`, such as Dask's `client.get_executor()`; the caller
        closes it.
    progress : called with the number of runs done and their total, first with none done.

    Notes
    -----
    Processes are spawned, so a script that calls this needs `if __name__ == "__main__":`. If the
    kernels are not compiled yet, the first job runs in this process and fills the cache for the workers.
    """
    todo = list(jobs)
    report = progress or (lambda done, total: None)
    report(0, len(todo))
    done = 0
    with place(workers, executor, len(todo)) as where:
        for outcomes in run_chunks(todo, where):
            for outcome in outcomes:
                done += 1
                report(done, len(todo))
                yield outcome


@contextmanager
def place(workers: int | None = None, executor: Executor | None = None, runs: int = 2) -> Iterator[Pool]:
    """The pool for some runs: the executor if given, else processes, or this process."""
    if executor is not None:
        slots = workers or getattr(executor, "_max_workers", None) or processors()
        yield Pool(executor, lambda: slots)
        return
    with pool("processes", 1 if runs < 2 and workers != 0 else workers) as made:
        yield made


def run_chunks(
    jobs: Iterable[Job], pool: Pool, total: int | None = None, of: int | None = None
) -> Iterator[list[RunResult]]:
    """Run every job and yield outcomes in chunks, as they arrive.

    Jobs are taken from the iterable only as they are needed, so that any number of them fits.

    Parameters
    ----------
    jobs : what to run.
    pool : where to run it.
    total : number of jobs, if `jobs` has no length; makes the last chunks small, so that
        no worker is left with a large one.
    of : runs of the work that these are a part of, if they are; many repay compiling whole days.

    Raises
    ------
    SchedulerLost
        The pool is lost. Outcomes yielded before remain valid.
    """
    queue = _Queue(jobs, total)
    if first := _to_compile_here(queue, pool, of):
        yield [execute(first)]
    suspects: deque[Job] = deque()
    flying: dict[Future[tuple[list[RunResult], float]], list[Job]] = {}
    while True:
        _fill(flying, suspects, queue, pool)
        if not flying:
            if not suspects:
                return
            yield [_alone(suspects.popleft(), pool)]
            continue
        done, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            chunk = flying.pop(future)
            try:
                outcomes, took = future.result()
            except (Exception, CancelledError):
                _check_alive(pool)
                suspects.extend(chunk)
                continue
            queue.learn(len(chunk), took)
            yield outcomes


def execute_all(jobs: list[Job], threads: int | None) -> tuple[list[RunResult], float]:
    """Run a chunk here and now; its outcomes, and the seconds that it took."""
    start = time.perf_counter()
    return [execute(job, threads) for job in jobs], time.perf_counter() - start


class _Queue:
    """The waiting jobs, handed out in chunks of about `CHUNK_SECONDS` each."""

    def __init__(self, jobs: Iterable[Job], total: int | None) -> None:
        self._left = len(jobs) if isinstance(jobs, Sized) else total
        self._jobs = iter(jobs)
        self._seconds = CHUNK_SECONDS
        "of a run, as far as known: the first chunks hold one run"

    @property
    def left(self) -> int:
        """How many jobs wait, as far as known."""
        return self._left or 0

    def learn(self, runs: int, seconds: float) -> None:
        """Note what a chunk took; newer chunks count for half."""
        self._seconds = (self._seconds + seconds / runs) / 2

    def take(self, slots: int) -> list[Job]:
        """The next chunk; empty when nothing waits."""
        return self.first(min(self._fitting(), self._fair(slots)))

    def first(self, n: int) -> list[Job]:
        """The next n jobs, or as many as there are."""
        taken = list(islice(self._jobs, n))
        if self._left is not None:
            self._left -= len(taken)
        return taken

    def _fitting(self) -> int:
        return max(1, min(MOST_IN_CHUNK, int(CHUNK_SECONDS / max(self._seconds, 1e-6))))

    def _fair(self, slots: int) -> int:
        """A quarter of an even share of what is left."""
        return MOST_IN_CHUNK if self._left is None else max(1, self._left // (4 * slots))


def _fill(
    flying: dict[Future[tuple[list[RunResult], float]], list[Job]],
    suspects: deque[Job],
    queue: _Queue,
    pool: Pool,
) -> None:
    """Keep every slot busy and one chunk waiting behind it."""
    slots = pool.slots()
    most = 2 * slots if pool.threads is not None else 1
    while len(flying) < most and (chunk := queue.take(slots)):
        try:
            flying[pool.executor.submit(execute_all, chunk, pool.threads)] = chunk
        except (BrokenExecutor, RuntimeError):
            _check_alive(pool)
            suspects.extend(chunk)
            return


def _alone(job: Job, pool: Pool) -> RunResult:
    """Repeat a job while nothing else is running, so that only it can be the cause."""
    try:
        return pool.executor.submit(execute_all, [job], pool.threads).result()[0][0]
    except UnguardedScript:
        raise
    except (Exception, CancelledError) as error:
        _check_alive(pool)
        why = WORKER_DIED if isinstance(error, BrokenExecutor) else ""
        return RunResult(job.key, job.seed, error=f"{traceback.format_exc()}{why}")


def _check_alive(pool: Pool) -> None:
    if not pool.alive():
        raise SchedulerLost(GONE)


def _to_compile_here(queue: _Queue, pool: Pool, of: int | None) -> Job | None:
    """A job to run in this process first, so that workers find the kernels compiled; None if they do, or there are none.

    Of many runs, the first also compiles the call that lives whole days.
    """
    from kith.sim.kernels.cache import compiles, is_compiled, is_whole_day_compiled

    whole_days = (of or queue.left) >= MANY and compiles() and not is_whole_day_compiled()
    if whole_days:
        from kith.sim.day.quiet import prefer

        prefer()
    if pool.threads is None:  # every run is in this process
        return None
    return next(iter(queue.first(1)), None) if whole_days or not is_compiled() else None
