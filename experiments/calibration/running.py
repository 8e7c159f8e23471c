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
    stored: set[str] = field(default_factory=set)
    "runs of an earlier start that nobody has asked for yet; they count as done from the beginning"

    def __post_init__(self) -> None:
        """Count what is stored: it takes no time, so whoever works out the time left must not see it come in."""
        self.stored = set(self.kept)
        self.count(min(len(self.stored), self.total))

    def __call__(self, jobs: Sequence[Job]) -> list[Values]:
        """The results of jobs, in their order; empty for a run that failed.

        Raises
        ------
        RequestError
            Every run was refused: the request is wrong.
        RunsFailed
            Every run failed.
        """
        asked = {str(job.key): job for job in jobs}
        todo = [job for key, job in asked.items() if key not in self.kept]
        self.done = min(self.done, self.total - len(todo))  # where the store has runs of something else
        counted = len(self.stored & set(asked))
        self.stored -= set(asked)
        self.count(len(jobs) - len(todo) - counted)
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
        runs = Running(where, shelf, total, progress, kept={} if shelf is None else _stored(shelf))
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
