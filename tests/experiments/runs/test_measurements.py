"""Measurements come back for every name and seed, whatever happens to a worker."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from kith.experiments.runs.measurements import measured

TASKS = [("a", 0), ("a", 1), ("b", 0), ("b", 1)]


def killed_once(name: str, seed: int, mark: str) -> dict[str, float]:
    """Kill the first process that measures b with seed 0."""
    if (name, seed) == ("b", 0) and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"length": float(len(name)), "seed": float(seed)}


def undefined(name: str, seed: int) -> dict[str, float]:
    """Fail for one seed."""
    return {"inverse": 1 / seed}


def test_a_worker_that_dies_loses_no_measurement(tmp_path: Path) -> None:
    done: list[tuple[int, int]] = []
    results = measured(TASKS, partial(killed_once, mark=str(tmp_path / "mark")), 2, lambda *d: done.append(d))
    assert results == {(name, seed): {"length": 1.0, "seed": float(seed)} for name, seed in TASKS}
    assert (tmp_path / "mark").exists()
    assert (done[0], done[-1]) == ((0, 4), (4, 4))


def test_a_task_that_fails_is_named() -> None:
    with pytest.raises(RuntimeError, match="a with seed 0: ZeroDivisionError"):
        measured(TASKS, undefined, 1)
