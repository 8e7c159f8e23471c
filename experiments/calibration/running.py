"""Runs of a fit: those that a store has are not repeated, the others are simulated and kept as they arrive."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kith.experiments.errors import RequestError, RunsFailed, Stopped
from kith.experiments.runs.pools import Pool, pool
from kith.experiments.runs.runner import Job, run_chunks
from kith.experiments.studies.store import Store

type Values = dict[str, float]


@dataclass
class Running:
    """A pool, perhaps a store, and how far the work is."""

    pool: Pool
    store: Store | None
    total: int
    progress: Callable[[int, int], None] | None = None
    done: int = 0
    kept: dict[str, Values] = field(default_factory=dict)

    def __call__(self, jobs: Sequence[Job]) -> list[Values]:
        """The results of jobs, in their order; empty for a run that failed.

        Raises
        ------
        RequestError
            Every run was refused: the request is wrong.
        RunsFailed
            Every run failed.
        """
        todo = [job for job in {job.key: job for job in jobs}.values() if job.key not in self.kept]
        self.count(len(jobs) - len(todo))
        error = refused = ""
        for outcomes in run_chunks(todo, self.pool, len(todo)):
            if self.store is not None:
                self.store.add(outcomes)
            for outcome in outcomes:
                error, refused = outcome.error or error, outcome.refused or refused
                self.kept[str(outcome.key)] = {} if outcome.failed else outcome.summary
            self.count(len(outcomes))
        results = [self.kept[job.key] for job in jobs]
        if jobs and not any(results):
            raise RequestError(refused) if refused else RunsFailed(error or "no run has a result")
        return results

    def count(self, runs: int) -> None:
        """Note that runs are done."""
        self.done += runs
        if self.progress is not None:
            self.progress(min(self.done, self.total), self.total)


@contextmanager
def running(
    total: int,
    workers: int | None = None,
    store: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Running]:
    """Runs in processes, for the length of a block; Ctrl-C says where they are kept."""
    shelf = None if store is None else Store(store)
    with pool(workers=workers) as where:
        runs = Running(where, shelf, total, progress)
        if shelf is not None:
            runs.kept = _stored(shelf)
        runs.count(0)
        try:
            yield runs
        except KeyboardInterrupt:
            kept = (
                ""
                if store is None
                else f"; the runs so far are stored in {store}, and the same command resumes"
            )
            raise Stopped(f"stopped{kept}") from None
    if shelf is not None:
        shelf.compact(least=2)


def _stored(store: Store) -> dict[str, Values]:
    if not store.done() - store.failed():
        return {}
    frame = store.query("SELECT * FROM results WHERE error IS NULL")
    names = [name for name in frame.columns if name not in ("run_id", "error")]
    table = frame[names].to_numpy(float)
    known = table == table
    return {
        str(key): {names[k]: float(row[k]) for k in has.nonzero()[0]}
        for key, row, has in zip(frame["run_id"], table, known, strict=True)
    }
