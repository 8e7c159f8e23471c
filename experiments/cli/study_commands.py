"""The command line of studies: `kith study list | run | status | export | discover | optimise | break-even`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.experiments.cli.options import Json, Out, Workers, number_option, option
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.experiments.run_limits import check_workers

if TYPE_CHECKING:
    from kith.experiments.studies.execute import StudyStatus
    from kith.experiments.studies.searches import Discover
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study

app = typer.Typer(
    name="study",
    no_args_is_help=True,
    add_completion=False,
    help="Many runs: grids, samples and screenings, resumable, on every core or a cluster.",
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="A name from `kith study list`, or the path of a TOML file.",
        show_default=False,
    ),
]
Folder = Annotated[
    Path | None, option("--store", "Where results gather; by default out/studies/NAME.", "DIR")
]
Where = Annotated[
    str,
    option(
        "--scheduler",
        "processes (the default), threads (for large runs), local (a Dask cluster for the purpose), "
        "or the address of a Dask scheduler.",
        "WHERE",
    ),
]
Runs = Annotated[int | None, number_option("--runs", "Runs of each point, instead of the study's number.")]
Days = Annotated[int | None, number_option("--days", "Length in days, instead of the study's number.")]
Quick = Annotated[
    bool, typer.Option("--quick", help="A study of the same shape that takes seconds: to try it.")
]


@app.command("list")
def list_(json: Json = False) -> None:
    """The studies that come with kith: name, question, tags."""
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.studies.study import read_study, studies

    entries = [read_study(name) for name in studies()]
    if json:
        fields = ("name", "title", "question", "tags")
        say(as_json([entry.model_dump(include=set(fields)) for entry in entries]))
        return
    from kith.experiments.words.terminal import show_library

    show_library(entries)


@app.command()
def run(
    study: Name,
    store: Folder = None,
    workers: Workers = None,
    scheduler: Where = "processes",
    runs: Runs = None,
    days: Days = None,
    quick: Quick = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also repeat runs that failed before.")
    ] = False,
    json: Json = False,
) -> None:
    """Do what is not stored yet; stop it at any time, and the same command goes on from there."""
    check_workers("--workers", workers)
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.runs.pools import check_scheduler
    from kith.experiments.studies.execute import conduct, planned
    from kith.sim.kernels.compilation import is_compiled

    asked, kept = _opened(study, store, runs, days, quick)
    check_scheduler(scheduler)
    with Waiting("planning", "runs") as waiting:
        wanted = planned(asked, kept, waiting)
    if not is_compiled():
        say("compiling the engine for this machine, once: about half a minute", err=True)
    with Waiting(asked.name, "runs") as waiting:
        found = conduct(asked, kept, workers, scheduler, waiting, retry_failed, wanted)
    _tell(found, asked, kept, json)
    if found.failed:
        raise RuntimeError(
            f"{found.failed} of {found.wanted} runs failed, such as: {found.first_failure}; "
            "--retry-failed repeats them"
        )


@app.command()
def status(
    study: Name,
    store: Folder = None,
    runs: Runs = None,
    days: Days = None,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """How far a study is: runs wanted, stored, failed, missing."""
    from kith.experiments.studies.execute import status as state

    asked, kept = _opened(study, store, runs, days, quick, only_read=True)
    _tell(state(asked, kept), asked, kept, json)


@app.command()
def export(
    study: Name,
    out: Out = None,
    store: Folder = None,
    runs: Runs = None,
    days: Days = None,
    quick: Quick = False,
) -> None:
    """What is stored, into --out: a report, and frames of runs, points and what matters."""
    from kith.experiments.files import check_folder
    from kith.experiments.reports.outputs import write_study

    if out is None:
        raise RequestError("--out is missing; name a folder for the frames")
    target = check_folder(out)
    asked, kept = _opened(study, store, runs, days, quick)
    _check_begun(asked, kept, study_command(study, "run", store, runs, days, quick))
    write_study(asked, kept, target, study_command(study, "run", store, runs, days, quick))
    _tell_report(out)


@app.command()
def optimise(
    study: Name,
    out: Out = None,
    store: Folder = None,
    workers: Workers = None,
    scheduler: Where = "processes",
    runs: Runs = None,
    days: Days = None,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """The best mix of levers, as the study's `optimise` asks; its finalists are run again on fresh luck."""
    from kith.experiments.analyses.optimise import optimise as search
    from kith.experiments.analyses.search_sentences import optimum_object
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.files import check_folder
    from kith.experiments.reports.outputs import as_json, write_optimum
    from kith.experiments.studies.execute import search_kept

    target = None if out is None else check_folder(out)
    asked, kept = _to_search(study, store, workers, runs, days, quick)
    with Waiting(asked.name, "points") as waiting, search_kept(kept):
        found = search(asked, kept, workers, scheduler, waiting)
    if target is not None:
        write_optimum(found, target, study_command(study, "optimise", store, runs, days, quick))
    if json:
        say(as_json(optimum_object(found)))
    else:
        from kith.experiments.cli.printed_studies import show_optimum

        show_optimum(found)
        _tell_report(out)


@app.command()
def discover(
    study: Name,
    fails: Annotated[
        str | None,
        option(
            "--fails",
            "What calls a world a failure, such as 'margin < 0', instead of the study's own.",
            "FORMULA",
        ),
    ] = None,
    scenario: Annotated[
        str | None, option("--scenario", "Whose plan, where the study has several.", "NAME")
    ] = None,
    out: Out = None,
    store: Folder = None,
    runs: Runs = None,
    days: Days = None,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """In which worlds a plan fails: rules over the levers, from what is stored, judged against luck."""
    from kith.experiments.analyses.discovery import discover as search
    from kith.experiments.files import check_folder
    from kith.experiments.reports.discovery import discovery_object, write_discovery
    from kith.experiments.reports.outputs import as_json
    from kith.experiments.studies.execute import status as state

    target = None if out is None else check_folder(out)
    asked, kept = _opened(study, store, runs, days, quick)
    goal = _failure(asked, study, fails, scenario)
    _check_begun(asked, kept, study_command(study, "run", store, runs, days, quick))
    found, there = search(asked, kept, goal.fails, goal.scenario), state(asked, kept)
    if target is not None:
        command = study_command(study, "discover", store, runs, days, quick, fails=fails, scenario=scenario)
        write_discovery(found, asked, there, target, command)
    if json:
        say(as_json(discovery_object(found, asked, there)))
    else:
        from kith.experiments.cli.printed_studies import show_discovery

        show_discovery(found, asked, there)
        _tell_report(out)


@app.command("break-even")
def break_even(
    study: Name,
    out: Out = None,
    store: Folder = None,
    workers: Workers = None,
    scheduler: Where = "processes",
    runs: Runs = None,
    days: Days = None,
    quick: Quick = False,
    json: Json = False,
) -> None:
    """Where an outcome crosses a level along one lever, as the study's `break_even` asks."""
    from kith.experiments.analyses.break_even import break_even as search
    from kith.experiments.analyses.search_sentences import crossing_object
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.files import check_folder
    from kith.experiments.reports.outputs import as_json, write_crossing
    from kith.experiments.studies.execute import search_kept

    target = None if out is None else check_folder(out)
    asked, kept = _to_search(study, store, workers, runs, days, quick)
    with Waiting(asked.name, "values") as waiting, search_kept(kept):
        found = search(asked, kept, workers, scheduler, waiting)
    if target is not None:
        write_crossing(asked, found, target, study_command(study, "break-even", store, runs, days, quick))
    if json:
        say(as_json(crossing_object(asked, found)))
    else:
        from kith.experiments.cli.printed_studies import show_crossing

        show_crossing(asked, found)
        _tell_report(out)


def _failure(asked: "Study", name: str, fails: str | None, scenario: str | None) -> "Discover":
    """What calls a world a failure: the study's own formula, or the one that is given."""
    from kith.experiments.studies.searches import Discover

    own = asked.discover
    if fails is None and own is None:
        raise RequestError(
            f"study {name} has no [discover]; say what fails with --fails, such as --fails 'margin < 0'"
        )
    goal = Discover(
        fails=fails if fails is not None else own.fails if own is not None else "",
        scenario=scenario if scenario is not None else own.scenario if own is not None else None,
    )
    goal.check([Path(one).stem for one in asked.scenarios])
    return goal


def _check_begun(study: "Study", store: "Store", command: str) -> None:
    """Refuse what can say nothing because no run of the study is stored."""
    from kith.experiments.studies.execute import status as state

    if not store.done():
        raise RequestError(f"store {store.folder} is empty; `{command}` fills it")
    if not state(study, store).stored:
        raise RequestError(f"store {store.folder}: has no run of this study yet; `{command}` does them")


def _to_search(
    study: str, store: Path | None, workers: int | None, runs: int | None, days: int | None, quick: bool
) -> "tuple[Study, Store]":
    """The study and its store, checked."""
    check_workers("--workers", workers)
    return _opened(study, store, runs, days, quick)


def _opened(
    name: str,
    folder: Path | None,
    runs: int | None,
    days: int | None,
    quick: bool,
    only_read: bool = False,
) -> "tuple[Study, Store]":
    """The study as it is asked for, and its store, which may be opened so that nothing is written to it."""
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import read_study

    for option_name, value in (("--runs", runs), ("--days", days)):
        if value is not None and value < 1:
            raise RequestError(f"{option_name} {value}: must be 1 or more")
    study = read_study(name)
    study = study.reduced() if quick else study
    changes: dict[str, Any] = {"runs": runs, "days": days}
    study = study.with_changes(**{name: value for name, value in changes.items() if value is not None})
    study.check_size()
    return study, Store(folder or Path("out", "studies", study.name), only_read)


def _tell_report(out: Path | None) -> None:
    if out is not None:
        say(f"report: {out / 'report.html'}")


def _tell(found: "StudyStatus", study: "Study", store: "Store", json: bool) -> None:
    if json:
        from kith.experiments.reports.outputs import as_json

        say(as_json(found.plain()))
        return
    from kith.experiments.cli.printed_studies import show_study

    show_study(found, study, store)
