"""Measurements of many runs, each planned where it is run: plans with large event logs do not travel."""

from collections.abc import Callable, Sequence
from functools import partial

from kith.experiments.runs.runner import Job, RunResult, run_all
from kith.sim.schema.plan import Plan

type Task = tuple[str, int]
"""What is measured, by name, and the seed."""
type Measured = dict[str, float]


def measured(
    tasks: Sequence[Task],
    measure: Callable[[str, int], Measured],
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Task, Measured]:
    """Measure every task; the results do not depend on the number of workers.

    Parameters
    ----------
    tasks : names and seeds, each pair once.
    measure : from name and seed to numbers by name. With more than one process it must be a function
        that can be pickled.
    workers, progress : see `kith.experiments.runs.runner.run_all`, which repeats the tasks of a worker that died.

    Raises
    ------
    RuntimeError
        A task failed; the message names it.
    """
    jobs = [Job(Plan(), seed, key=name, measure=partial(_outcome, measure)) for name, seed in tasks]
    results: dict[Task, Measured] = {}
    for outcome in run_all(jobs, workers, progress=progress):
        if outcome.failed:
            raise RuntimeError(f"{outcome.key} with seed {outcome.seed}: {_last_line(outcome.error)}")
        results[outcome.key, outcome.seed] = outcome.summary
    return results


def _outcome(measure: Callable[[str, int], Measured], job: Job, threads: int | None) -> RunResult:
    return RunResult(job.key, job.seed, summary=measure(job.key, job.seed))


def _last_line(error: str) -> str:
    return error.strip().splitlines()[-1]
