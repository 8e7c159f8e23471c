"""A scenario discovery as plain values, and as a self-contained page with its tables."""

from typing import Any

from markupsafe import Markup

from kith.experiments.analyses.discovery import FOLDS, SHUFFLES, Discovery
from kith.experiments.analyses.prim import Boxes
from kith.experiments.charts.discovery import leaves, worlds
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.statistics.tables import nulled
from kith.experiments.studies.execute import StudyStatus
from kith.experiments.studies.study import Study
from kith.experiments.words import wording
from kith.sim.engine import MODEL_VERSION


def discovery_object(discovery: Discovery, study: Study, state: StudyStatus) -> dict[str, Any]:
    """A discovery as plain values for JSON."""
    return {
        "study": study.name,
        "fails": discovery.fails,
        "share": discovery.share,
        "holds": discovery.holds,
        "accuracy": discovery.accuracy,
        "p": discovery.p,
        "rules": [nulled(row) for row in discovery.rules.to_dict("records")],
        "words": discovery.words,
        "points_needed": discovery.points_needed,
        "missing": state.missing,
        **({} if discovery.boxes is None else {"prim": _boxes_object(discovery.boxes)}),
    }


def _boxes_object(boxes: Boxes) -> dict[str, Any]:
    judged = {name: getattr(boxes, name) for name in ("holds", "held_density", "held_coverage", "p")}
    return {
        **nulled(judged),
        "words": boxes.words,
        "boxes": [nulled(r) for r in boxes.table.to_dict("records")],
    }


def discovery_page(discovery: Discovery, study: Study, state: StudyStatus, command: str) -> str:
    """One self-contained HTML page: the answer, the rules, the points.

    Parameters
    ----------
    discovery, study, state : the discovery, its study, and the progress of the runs.
    command : the command line that repeats it.
    """
    return page_template("discovery.html.j2").render(
        title=study.title or study.name,
        question=f"Under which conditions is {discovery.fails}?",
        answer=discovery.words,
        discovery=discovery,
        study=study,
        state=state,
        charts=[Markup(leaves(discovery)), Markup(worlds(discovery))],
        rules=discovery.rules.to_dict("records"),
        caution=caution(study, state),
        folds=FOLDS,
        shuffles=SHUFFLES,
        command=command,
        versions=versions(MODEL_VERSION),
    )


def caution(study: Study, state: StudyStatus) -> str:
    """The sample behind the discovery, and the runs missing from it."""
    missing = f" {wording.subject(state.missing, 'run')} missing." if state.missing else ""
    failed = f" {wording.subject(state.failed, 'failed run')} left out." if state.failed else ""
    return (
        f"Each point of the study is classified by its mean over {wording.plural(study.runs, 'run')}; "
        f"shares refer to this sample.{missing}{failed}"
    )
