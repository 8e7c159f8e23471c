"""Many runs over processes: the same results for any number of workers.

The seam for other machines is `concurrent.futures.Executor`: whatever has its `submit` will do.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.plan import Plan

if TYPE_CHECKING:
    import pandas as pd

POINTS = 200
"""Most days that a thinned series keeps."""

WORKER_DIED = (
    "a worker process died: too little memory (ask for fewer workers), or a script that starts runs "
    'outside `if __name__ == "__main__":`'
)

STOCKS = ("active", "present", "followers", "audience", "member", "internal", "ties")
MONTHLY = ("churn_month", "referral_velocity", "participation_rate", "satisfaction", "belonging")


@dataclass(frozen=True)
class Job:
    """One run to be done: `key` tells the asker which one it was."""

    plan: Plan
    seed: int
    days: int | None = None
    key: Any = None


@dataclass(frozen=True)
class Outcome:
    """What remains of a run: enough for tables and figures, small enough to send around.

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
    "cause -> departures over the run"
    health: tuple[dict[str, Any], ...] = ()
    error: str = ""
    refused: str = ""
    "the message, if the error was a bad request rather than a failure"

    @property
    def failed(self) -> bool:
        """Whether the run broke."""
        return bool(self.error)


def execute(job: Job, threads: int | None = None) -> Outcome:
    """Run one job here and now; an exception becomes a failed outcome."""
    from sim import run
    from sim.parameters import ParameterError

    try:
        return condensed(job, run(job.plan, seed=job.seed, days=job.days, threads=threads, events=False))
    except ParameterError as error:
        return Outcome(job.key, job.seed, error=traceback.format_exc(), refused=str(error))
    except Exception:
        return Outcome(job.key, job.seed, error=traceback.format_exc())


def condensed(job: Job, record: Any) -> Outcome:
    """The outcome of a finished run: its summary, and a few columns at some 200 days."""
    return Outcome(
        key=job.key,
        seed=job.seed,
        run_id=record.run_id,
        model_version=record.model_version,
        summary={str(name): float(value) for name, value in record.summary.items()},
        series=thinned(record),
        joins=joins_by_channel(record.series),
        leaving={str(cause): float(n) for cause, n in record.leaving.items()},
        health=tuple(dict(check) for check in record.health),
    )


def thinned(record: Any) -> "dict[str, pd.Series]":
    """Stocks and margin to date at evenly spaced days, and the monthly indicators."""
    import pandas as pd

    daily, monthly = record.series, record.monthly
    stride = max(1, -(-len(daily) // POINTS))
    keep = np.unique(np.append(np.arange(0, len(daily), stride), len(daily) - 1))
    days = daily["day"].to_numpy()[keep]
    kept = {c: pd.Series(daily[c].to_numpy(float)[keep], index=days) for c in STOCKS if c in daily}
    margin = (daily["revenue"] - daily["cost"]).cumsum().to_numpy(float)
    kept["margin_to_date"] = pd.Series(margin[keep], index=days)
    for column in MONTHLY:
        if column in monthly:
            kept[column] = pd.Series(monthly[column].to_numpy(float), index=monthly["day"].to_numpy())
    return kept


def joins_by_channel(series: "pd.DataFrame") -> dict[str, float]:
    """Joins over the run by channel."""
    return {c.removeprefix("joins_"): float(series[c].sum()) for c in series if c.startswith("joins_")}


def run_all(
    jobs: Iterable[Job],
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Outcome]:
    """Run every job and yield its outcome when it is done, in no particular order.

    A run that fails comes back as a failed outcome and does not stop the others.

    Parameters
    ----------
    jobs : what to run.
    workers : processes; by default as many as there are processors. With 1 everything runs here.
    executor : something else with `submit`, such as Dask's `client.get_executor()`; the caller
        closes it.
    progress : called with the number of runs done and asked for, first with none done.

    Notes
    -----
    Processes are spawned, so a script that calls this needs `if __name__ == "__main__":`. If the
    kernels are not compiled yet, the first job runs here and fills the cache for the workers.
    """
    todo = list(jobs)
    if executor is None and workers is None:
        workers = _processors()
    if progress is not None:
        progress(0, len(todo))
    outcomes = _outcomes(todo, workers, executor)
    for done, outcome in enumerate(outcomes, 1):
        if progress is not None:
            progress(done, len(todo))
        yield outcome


def _outcomes(todo: list[Job], workers: int | None, executor: Executor | None) -> Iterator[Outcome]:
    if executor is not None:
        yield from _submitted(executor, todo)
        return
    assert workers is not None
    if workers < 1:
        raise ValueError(f"workers = {workers}: must be at least 1")
    alone = workers == 1 or len(todo) < 2
    here = len(todo) if alone else _first_ones(todo)
    for job in todo[:here]:
        yield execute(job, None if alone else 1)
    if todo[here:]:
        yield from _pooled(todo[here:], min(workers, len(todo) - here))


def _first_ones(todo: list[Job]) -> int:
    """How many jobs run here first, so that workers find the kernels compiled."""
    from sim.kernel import is_compiled

    return 0 if is_compiled() else 1


def _pooled(todo: list[Job], workers: int) -> Iterator[Outcome]:
    before = set(active_children())
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_leave_interrupts_to_parent
    )
    try:
        yield from _submitted(pool, todo)
    except (KeyboardInterrupt, GeneratorExit):
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submitted(executor: Executor, todo: list[Job]) -> Iterator[Outcome]:
    asked: dict[Future[Outcome], Job] = {executor.submit(execute, job, 1): job for job in todo}
    for future in as_completed(asked):
        yield _received(future, asked[future])


def _received(future: Future[Outcome], job: Job) -> Outcome:
    """The outcome, also of a job whose worker died."""
    try:
        return future.result()
    except BrokenExecutor:
        return Outcome(job.key, job.seed, error=f"{traceback.format_exc()}{WORKER_DIED}")
    except Exception:
        return Outcome(job.key, job.seed, error=traceback.format_exc())


def _processors() -> int:
    """How many processors this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
