"""The progress of the runs of a comparison, in words."""

from kith.dashboard.live.live_comparison import LiveComparison
from kith.experiments.words import wording

SHARED = " per scenario, on the same people and random draws"
"""How the runs of several scenarios are paired."""


def status_line(answer: LiveComparison, running: bool, inputs: object, requested: int, scenarios: int) -> str:
    """The progress of the runs, for eyes and for screen readers."""
    done = answer.pairs if answer.inputs == inputs else 0
    shared = SHARED if scenarios > 1 else ""
    if running:
        share = 100 * done / max(1, requested)
        bar = f'<span class="kith-progress" aria-hidden="true"><i style="width:{share:.0f}%"></i></span>'
        runs = f"{done} of {wording.plural(requested, 'run')}{shared}"
        return f'<span class="run" role="status">running</span>{bar}<span>{runs}</span>'
    if answer.comparison is None:
        return '<span role="status"></span>'
    took = (
        f"; it took {answer.seconds:.1f} s" if answer.seconds >= 0.05 else ""
    )  # known results are there at once
    return f'<span role="status">{wording.plural(done, "run")}{shared}{took}</span>'
