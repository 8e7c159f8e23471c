"""The time that a job has left is at the pace of the runs of this start, not of those that were kept."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from kith.dashboard.live import job_progress
from kith.dashboard.live.job_progress import RUNNING, JobProgress
from kith.experiments.calibration.running import running
from kith.experiments.runs.runner import Job
from kith.scenarios.load import load


def test_a_fit_that_goes_on_tells_the_time_left_at_the_pace_of_new_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = load("pool", overrides={"market.size": 60, "market.founders": 20}, days=2)
    jobs = [Job(plan, seed, 2, key=f"run{seed}", series=False) for seed in range(10)]
    with running(20, 1, tmp_path / "runs") as run:
        run(jobs[:6])
    seen = [JobProgress("key", "a log")]
    clock = 100.0
    monkeypatch.setattr(job_progress, "time", SimpleNamespace(monotonic=lambda: clock))
    with running(20, 1, tmp_path / "runs", lambda *how: seen.append(seen[-1].counted(*how))) as run:
        run(jobs[:4])
        assert seen[-1].seconds_left is None, "nothing was simulated yet"
        clock = 130.0
        run(jobs[4:])
    now = seen[-1]
    assert (now.state, now.first, now.done) == (RUNNING, 6, 10)
    assert now.seconds_left == 30.0 / 4 * 10
