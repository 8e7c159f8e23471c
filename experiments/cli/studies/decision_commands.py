"""The commands `kith study regret | replicate | tip`: what a decision needs of a study beyond its table."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.experiments.cli.options import Json, Out, Overwrite, Settings, Workers, number_option, option
from kith.experiments.cli.requests import announce_compilation, asked, print_report_path
from kith.experiments.cli.studies.open_study import check_begun, open_study
from kith.experiments.cli.studies.searching import searched, to_search
from kith.experiments.cli.studies.study_options import Days, Folder, Name, Quick, RunCode, Runs, Where
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.escaping import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from kith.experiments.cli.progress import Waiting
    from kith.experiments.reports.decisions.shown import Shown

Outcome = Annotated[
    str | None, option("--outcome", "Indicator to decide by; default: the study's first.", "NAME")
]
Lower = Annotated[bool, typer.Option("--lower", help="Less of the indicator is better.")]


def regret(
    study: Name,
    outcome: Outcome = None,
    lower: Lower = False,
    policy: Annotated[
        list[str] | None,
        option(
            "--policy",
            "A lever that is a decision, in a grid; repeat for more. Others are the world.",
            "LEVER",
        ),
    ] = None,
    out: Out = None,
    overwrite: Overwrite = False,
    store: Folder = None,
    runs: Runs = None,
    days: Days = None,
    set: Settings = None,
    run_code: RunCode = False,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """Compare scenarios over all worlds of a study, from stored runs: what does each lose against the best one there?"""
    from kith.experiments.analyses.regret import regret as lost
    from kith.experiments.files import check_folder
    from kith.experiments.reports.decisions.shown import regret_shown

    target = None if out is None else check_folder(out, overwrite)
    opened, results = open_study(study, store, runs, days, set, run_code, quick)
    check_begun(opened, results, study_command(study, "run", store, runs, days, quick, set, run_code))
    shown = regret_shown(lost(opened, results, outcome, policy or (), lower))
    words = [word for name in policy or () for word in ("--policy", name)]
    words += _decided_by(outcome, lower)
    command = study_command(study, "regret", None, runs, days, quick, set, run_code)
    _give(shown, "Regret", target, _joined(command, words), out, json)


def replicate(
    study: Name,
    budget: Annotated[
        int, number_option("--budget", "Further runs, over those of the study; default: 100.")
    ] = 100,
    aim: Annotated[
        str,
        option("--for", "What they are for: precision (the default), best, or level (with --level).", "AIM"),
    ] = "precision",
    level: Annotated[
        float | None, option("--level", "With --for level: the level that decides.", "NUMBER")
    ] = None,
    outcome: Outcome = None,
    lower: Lower = False,
    out: Out = None,
    overwrite: Overwrite = False,
    store: Folder = None,
    workers: Workers = None,
    scheduler: Where = "processes",
    runs: Runs = None,
    days: Days = None,
    set: Settings = None,
    run_code: RunCode = False,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """Run a study, then spend a budget of further runs at the points where they tell most."""
    from kith.experiments.analyses.replicate import replicate as spend
    from kith.experiments.reports.decisions.shown import replicated_shown

    target, opened, results = to_search(
        study, out, overwrite, store, workers, runs, days, set, run_code, quick
    )
    found = searched(
        lambda study, store, workers, scheduler, waiting: spend(
            study, store, budget, outcome, aim, level, lower, workers, scheduler, _announced(waiting, 1)
        ),
        "runs",
        opened,
        results,
        workers,
        scheduler,
    )
    words = ["--budget", str(budget), "--for", aim, *([] if level is None else ["--level", str(level)])]
    words += _decided_by(outcome, lower)
    command = study_command(study, "replicate", None, runs, days, quick, set, run_code)
    _give(replicated_shown(found), "Further runs", target, _joined(command, words), out, json)


def tip(
    study: Name,
    level: Annotated[
        float, option("--level", "The level of the indicator that is reached or not; default: 0.", "NUMBER")
    ] = 0.0,
    outcome: Outcome = None,
    points: Annotated[
        int | None, number_option("--points", "Points to try; default: 12 for each lever.")
    ] = None,
    out: Out = None,
    overwrite: Overwrite = False,
    store: Folder = None,
    workers: Workers = None,
    scheduler: Where = "processes",
    runs: Runs = None,
    days: Days = None,
    set: Settings = None,
    run_code: RunCode = False,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """Find where a community tips: sample the levers' ranges near the boundary at which an indicator reaches a level."""
    from kith.experiments.analyses.tipping import tipping
    from kith.experiments.reports.decisions.shown import tipping_shown

    target, opened, results = to_search(
        study, out, overwrite, store, workers, runs, days, set, run_code, quick
    )
    found = searched(
        lambda study, store, workers, scheduler, waiting: tipping(
            study, store, level, outcome, points, workers, scheduler, _announced(waiting, study.runs)
        ),
        "points",
        opened,
        results,
        workers,
        scheduler,
    )
    words = ["--level", str(level), *([] if points is None else ["--points", str(points)])]
    words += _decided_by(outcome)
    command = study_command(study, "tip", None, runs, days, quick, set, run_code)
    _give(tipping_shown(opened, found), "Where it tips", target, _joined(command, words), out, json)


def _announced(waiting: "Waiting", runs_each: int) -> "Callable[[int, int], None]":
    """Progress that announces compiling once the request has been accepted, and not before."""

    def progress(done: int, total: int) -> None:
        if done == 0:
            announce_compilation(total * runs_each)
        waiting(done, total)

    return progress


def _decided_by(outcome: str | None, lower: bool = False) -> list[str]:
    return [*(["--outcome", outcome] if outcome is not None else []), *(["--lower"] if lower else [])]


def _joined(command: str, words: list[str]) -> str:
    return f"{command} {shlex.join(words)}".strip()


def _give(shown: "Shown", what: str, target: Path | None, command: str, out: Path | None, json: bool) -> None:
    """Write the bundle if it was asked for, and print."""
    from kith.experiments.reports.write_folders import as_json, write_shown

    if target is not None:
        write_shown(shown, what, target, command, asked())
    if json:
        say(as_json(shown.plain()))
        return
    from kith.experiments.cli.studies.printed_studies import show_decision

    show_decision(shown)
    print_report_path(out)
