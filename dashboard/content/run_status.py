"""The progress of the runs of a comparison, in words."""

from kith.dashboard.live.job_progress import JobProgress
from kith.dashboard.live.live_comparison import LiveComparison
from kith.experiments.words import wording

SHARED = " per scenario, on the same people and random draws"
"""How the runs of several scenarios are paired."""


def status_line(answer: LiveComparison, running: bool, inputs: object, requested: int, scenarios: int) -> str:
    """The progress of the runs, for eyes and for screen readers."""
    done = answer.pairs if answer.inputs == inputs else 0
    shared = SHARED if scenarios > 1 else ""
    if running:
        return _under_way("running", done, requested, f"{done} of {wording.plural(requested, 'run')}{shared}")
    if answer.comparison is None:
        return '<span role="status"></span>'
    took = (
        f"; it took {answer.seconds:.1f} s" if answer.seconds >= 0.05 else ""
    )  # known results are there at once
    return f'<span role="status">{wording.plural(done, "run")}{shared}{took}</span>'


def job_line(now: JobProgress) -> str:
    """Runs of a job that are done, runs in all and the time left, for eyes and for screen readers."""
    left = now.seconds_left
    time_left = "" if left is None else f", about {_span(left)} left"
    return _under_way(now.state, now.done, now.runs, f"{now.done:,} of {now.runs:,} runs{time_left}")


def _under_way(state: str, done: int, total: int, words: str) -> str:
    share = 100 * done / max(1, total)
    bar = f'<span class="kith-progress" aria-hidden="true"><i style="width:{share:.0f}%"></i></span>'
    return f'<span class="run" role="status">{state}</span>{bar}<span>{words}</span>'


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"
