"""Runs of a fit that goes on: what is stored is not repeated, is counted at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.calibration import running as module
from kith.experiments.calibration.running import running
from kith.experiments.studies.store import Store


@dataclass
class Asked:
    """A run that is asked for, or its result."""

    key: str
    summary: Any = None
    error: str = ""
    refused: str = ""
    series: Any = None
    failed: bool = False


class Killed(Exception):
    """The process ended."""


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs that were simulated, two in each chunk."""
    done: list[str] = []

    def run_chunks(jobs: list[Asked], *_: Any) -> Any:
        for start in range(0, len(jobs), 2):
            chunk = jobs[start : start + 2]
            done.extend(job.key for job in chunk)
            yield [Asked(job.key, {"end:actives": 3.0, "date1:actives": 2.0}) for job in chunk]

    monkeypatch.setattr(module, "run_chunks", run_chunks)
    return done


def some(first: int, last: int) -> Any:
    return [Asked(f"run{k}") for k in range(first, last)]


def test_every_run_is_stored_as_it_comes_and_counts_as_done_at_once_after_a_restart(
    tmp_path: Path, simulated: list[str]
) -> None:
    def stop_at_twelve(done: int, _: int) -> None:
        if done == 12:
            raise Killed

    with running(20, 1, tmp_path / "runs", stop_at_twelve) as run:
        run(some(0, 8))
        with pytest.raises(Killed):
            run(some(8, 16))
    assert len(Store(tmp_path / "runs").done()) == 12, "as many as were counted"
    simulated.clear()
    told: list[tuple[int, int]] = []
    with running(20, 1, tmp_path / "runs", lambda *how: told.append(how)) as run:
        assert len(run(some(0, 8))) == 8
        assert told == [(12, 20), (12, 20)], "what is stored is there from the first count on"
        run(some(8, 16))
        run(some(14, 18))
    assert simulated == ["run12", "run13", "run14", "run15", "run16", "run17"]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (20, 20)


def test_a_store_with_runs_of_something_else_does_not_end_the_count_early(
    tmp_path: Path, simulated: list[str]
) -> None:
    with running(10, 1, tmp_path / "runs") as run:
        run(some(100, 110))
    told: list[int] = []
    with running(6, 1, tmp_path / "runs", lambda done, _: told.append(done)) as run:
        run(some(0, 6))
    assert told == [6, 0, 2, 4, 6]
