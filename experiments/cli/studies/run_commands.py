"""The commands `kith study list | run | status`: what studies there are, their runs, and how many are stored."""

from typing import TYPE_CHECKING, Annotated

import typer

from kith.experiments.cli.options import Json, Settings, Workers
from kith.experiments.cli.requests import announce_compilation
from kith.experiments.cli.studies.open_study import open_study
from kith.experiments.cli.studies.study_options import Days, Folder, Name, Quick, RunCode, Runs, Where
from kith.experiments.escaping import say
from kith.experiments.run_limits import check_workers

if TYPE_CHECKING:
    from kith.experiments.studies.execute import StudyStatus
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study


def list_(json: Json = False) -> None:
    """List the studies that come with kith: name, title, question, tags."""
    from kith.experiments.reports.write_folders import as_json
    from kith.experiments.studies.study import read_study, studies

    entries = [read_study(name) for name in studies()]
    if json:
        fields = ("name", "title", "question", "tags")
        say(as_json({"studies": [entry.model_dump(include=set(fields), mode="json") for entry in entries]}))
        return
    from kith.experiments.words.terminal import show_library

    show_library(entries)


def run(
    study: Name,
    store: Folder = None,
    workers: Workers = None,
    scheduler: Where = "processes",
    runs: Runs = None,
    days: Days = None,
    set: Settings = None,
    run_code: RunCode = False,
    quick: Quick = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also repeat the runs that failed before.")
    ] = False,
    json: Json = False,
) -> None:
    """Simulate all runs not stored yet; after an interruption the same command resumes."""
    check_workers("--workers", workers)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.runs.pools import check_scheduler
    from kith.experiments.studies.execute import conduct, planned
    from kith.experiments.studies.no_effect import lines

    opened, results = open_study(study, store, runs, days, set, run_code, quick)
    check_scheduler(scheduler)
    with Waiting("planning", "runs") as waiting:
        runs_planned = planned(opened, results, waiting)
    for line in lines(opened):
        say(line, err=True)
    announce_compilation(len(runs_planned))
    with Waiting(opened.name, "runs") as waiting:
        progress = conduct(opened, results, workers, scheduler, waiting, retry_failed, runs_planned)
    _print_status(progress, opened, results, json)
    if progress.failed:
        raise RuntimeError(
            f"{progress.failed} of {progress.total} runs failed; the first error: {progress.first_failure}; "
            "--retry-failed repeats them"
        )


def status(
    study: Name,
    store: Folder = None,
    runs: Runs = None,
    days: Days = None,
    set: Settings = None,
    run_code: RunCode = False,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """Show the progress of a study: runs planned, stored, failed and missing."""
    from kith.experiments.studies.execute import status as state

    opened, results = open_study(study, store, runs, days, set, run_code, quick, only_read=True)
    _print_status(state(opened, results), opened, results, json)


def _print_status(progress: "StudyStatus", study: "Study", store: "Store", json: bool) -> None:
    if json:
        from kith.experiments.reports.write_folders import as_json

        say(as_json(progress.plain()))
        return
    from kith.experiments.cli.studies.printed_studies import show_study

    show_study(progress, study, store)
