"""A scenario discovery as plain values, and as a self-contained page with its tables."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from kith.experiments.analyses.discovery import FOLDS, SHUFFLES, Discovery
from kith.experiments.charts.discovery import leaves, worlds
from kith.experiments.escaping import for_csv
from kith.experiments.files import whole_folder
from kith.experiments.reports.comparison import page_template, versions
from kith.experiments.reports.write_folders import as_json
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
        "missing": state.missing,
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


def write_discovery(
    discovery: Discovery, study: Study, state: StudyStatus, target: Path, command: str
) -> None:
    """Write the discovery: report.html, study.json, and rules and worlds as Parquet and CSV."""
    with whole_folder(target) as folder:
        for name, frame in (("rules", discovery.rules), ("worlds", discovery.worlds)):
            frame.to_parquet(folder / f"{name}.parquet", index=False)
            (folder / f"{name}.csv").write_text(for_csv(frame), encoding="utf-8")
        (folder / "study.json").write_text(as_json(study.model_dump(mode="json")) + "\n", encoding="utf-8")
        page = discovery_page(discovery, study, state, command)
        (folder / "report.html").write_text(page, encoding="utf-8")


def caution(study: Study, state: StudyStatus) -> str:
    """The sample behind the discovery, and the runs missing from it."""
    missing = f" {wording.subject(state.missing, 'run')} missing." if state.missing else ""
    failed = f" {wording.subject(state.failed, 'failed run')} left out." if state.failed else ""
    return (
        f"Each point of the study is classified by its mean over {wording.plural(study.runs, 'run')}; "
        f"shares refer to this sample.{missing}{failed}"
    )
