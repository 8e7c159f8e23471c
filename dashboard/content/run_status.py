"""The progress of the runs of a comparison, in words."""

from kith.dashboard.live.live_comparison import LiveComparison
from kith.experiments.words import wording


def status_line(answer: LiveComparison, running: bool, inputs: object, requested: int) -> str:
    """The progress of the runs, for eyes and for screen readers."""
    done = answer.pairs if answer.inputs == inputs else 0
    bar = f'<span class="kith-progress" aria-hidden="true"><i style="width:{100 * done / max(1, requested):.0f}%"></i></span>'
    if running:
        return f'<span class="run" role="status">running</span>{bar}<span>{done} of {requested} runs per scenario, on the same people and random draws</span>'
    if answer.comparison is None:
        return '<span role="status"></span>'
    took = f" in {answer.seconds:.1f} s" if answer.seconds >= 0.05 else ""  # known results are there at once
    return f'<span role="status">{wording.plural(done, "run")} per scenario{took}, on the same people and random draws</span>'
