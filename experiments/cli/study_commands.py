"""The commands `kith study list | run | status | export | discover | optimise | break-even`.

Each command writes out its options, also those that others share: the signature is what `--help` shows.

Long, because seven commands on one thing stand together, each with all its options.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kith.experiments.cli.manners import names
from kith.experiments.cli.options import Json, Out, Overwrite, Settings, Workers, number_option, option
from kith.experiments.cli.requests import announce_compilation, asked, overrides
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.experiments.run_limits import check_workers
from kith.extras import demand

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

    from kith.experiments.cli.progress import Waiting
    from kith.experiments.studies.execute import StudyStatus
    from kith.experiments.studies.searches import Discover
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study

app = typer.Typer(
    name="study",
    no_args_is_help=True,
    add_completion=False,
    help="Run studies of many runs: grids, samples, screenings and searches; resumable, on all cores or a cluster.",
)

Name = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="A name from `kith study list`, or the path to a TOML file.",
        show_default=False,
        autocompletion=names.study,
    ),
]
Folder = Annotated[
    Path | None, option("--store", "Folder for the results; default: out/studies/NAME.", "DIR")
]
Where = Annotated[
    str,
    option(
        "--scheduler",
        "processes (the default), threads (for large runs), local (a temporary Dask cluster), "
        "or the address of a Dask scheduler.",
        "WHERE",
    ),
]
Runs = Annotated[
    int | None, number_option("--runs", "Runs of each point, instead of the number in the study.")
]
Days = Annotated[
    int | None, number_option("--days", "Length of each run in days, instead of the number in the study.")
]
Quick = Annotated[
    bool, typer.Option("--quick", help="A reduced study of the same shape that takes seconds, to try it out.")
]

RunCode = Annotated[
    bool,
    typer.Option(
        "--run-code", help="Allow a study file to run Python of the modules that it names in its table `own`."
    ),
]

Frames = Annotated[
    list[str] | None,
    option(
        "--frame",
        "Also write members, ties, events, monthly or series of single runs (the first seed of each point), or a frame "
        "of the study's own reporters; repeat for more.",
        "NAME",
    ),
]
Indicators = Annotated[
    list[str] | None,
    option(
        "--outcome",
        "Report this indicator instead of the study's, and keep it alone; repeat for more.",
        "NAME",
    ),
]


@app.command("list")
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


@app.command()
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


@app.command()
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


@app.command()
def export(
    study: Name,
    out: Out = None,
    overwrite: Overwrite = False,
    store: Folder = None,
    runs: Runs = None,
    days: Days = None,
    set: Settings = None,
    run_code: RunCode = False,
    quick: Quick = False,
    frame: Frames = None,
    every: Annotated[
        int, number_option("--every", "With --frame: every Nth point only; default: 1, all of them.")
    ] = 1,
    each_day: Annotated[
        int,
        number_option("--each-day", "With --frame: rows of every Nth day only; default: 1, all of them."),
    ] = 1,
    outcome: Indicators = None,
    netcdf: Annotated[
        bool,
        typer.Option("--netcdf", help="Also write study.nc: labelled arrays by run, day and indicator."),
    ] = False,
    json: Json = False,
) -> None:
    """Write the stored results to --out: a report, and tables of runs, points and sensitivities."""
    from kith.experiments.files import check_folder
    from kith.experiments.reports.write_folders import write_study

    if out is None:
        raise RequestError("--out is missing; name a folder for the tables")
    _check_thinning(frame, every, each_day)
    target = check_folder(out, overwrite)
    opened, results = open_study(study, store, runs, days, set, run_code, quick)
    check_begun(opened, results, study_command(study, "run", store, runs, days, quick, set))
    if outcome:
        opened = opened.with_changes(outcomes=outcome)
        opened.check()
    if netcdf:
        demand("arrays")
    frames = _frames(opened, results, frame or [], every, each_day)
    command = study_command(study, "run", None, runs, days, quick, set)
    write_study(opened, results, target, command, asked(), frames, outcome, netcdf)
    from kith.experiments.studies.execute import status as state

    if json:
        from kith.experiments.reports.write_folders import as_json

        say(as_json(state(opened, results).plain() | {"out": str(out)}))
        return
    print_report_path(out)


@app.command()
def optimise(
    study: Name,
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
    """Search for the best levers, as set in the study's table `optimise`; re-evaluate the finalists on new seeds."""
    from kith.experiments.analyses.optimise import optimise as search
    from kith.experiments.analyses.search_sentences import optimum_object
    from kith.experiments.reports.write_folders import as_json, write_optimum

    target, opened, results = to_search(
        study, out, overwrite, store, workers, runs, days, set, run_code, quick
    )
    optimum = searched(search, "points", opened, results, workers, scheduler)
    if target is not None:
        write_optimum(
            optimum, target, study_command(study, "optimise", None, runs, days, quick, set), asked()
        )
    if json:
        say(as_json(optimum_object(optimum)))
    else:
        from kith.experiments.cli.printed_studies import show_optimum

        show_optimum(optimum)
        print_report_path(out)


@app.command()
def discover(
    study: Name,
    fails: Annotated[
        str | None,
        option(
            "--fails",
            "Formula that defines failure, such as 'margin < 0', instead of the one in the study.",
            "FORMULA",
        ),
    ] = None,
    scenario: Annotated[
        str | None, option("--scenario", "Which scenario, if the study has several.", "NAME")
    ] = None,
    prim: Annotated[
        bool, typer.Option("--prim", help="Also look for boxes by PRIM, with ema-workbench.")
    ] = False,
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
    """Find the conditions in which a scenario fails: rules over the levers, from stored runs, tested against chance."""
    from kith.experiments.analyses.discovery import discover as search
    from kith.experiments.files import check_folder
    from kith.experiments.reports.discovery import discovery_object
    from kith.experiments.reports.write_folders import as_json, write_discovery
    from kith.experiments.studies.execute import status as state

    target = None if out is None else check_folder(out, overwrite)
    if prim:
        demand("discovery")
    opened, results = open_study(study, store, runs, days, set, run_code, quick)
    goal = _failure(opened, study, fails, scenario)
    check_begun(opened, results, study_command(study, "run", store, runs, days, quick, set))
    discovery = search(opened, results, goal.fails, goal.scenario, prim)
    progress = state(opened, results)
    if target is not None:
        command = study_command(
            study, "discover", None, runs, days, quick, set, fails=fails, scenario=scenario
        )
        write_discovery(discovery, opened, progress, target, command, asked())
    if json:
        say(as_json(discovery_object(discovery, opened, progress)))
    else:
        from kith.experiments.cli.printed_studies import show_discovery

        show_discovery(discovery, opened, progress)
        print_report_path(out)


@app.command("break-even")
def break_even(
    study: Name,
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
    """Find the value of one lever at which an outcome crosses a level, as set in the study's table `break_even`."""
    from kith.experiments.analyses.break_even import break_even as search
    from kith.experiments.analyses.search_sentences import crossing_object
    from kith.experiments.reports.write_folders import as_json, write_crossing

    target, opened, results = to_search(
        study, out, overwrite, store, workers, runs, days, set, run_code, quick
    )
    crossing = searched(search, "values", opened, results, workers, scheduler)
    if target is not None:
        write_crossing(
            opened,
            crossing,
            target,
            study_command(study, "break-even", None, runs, days, quick, set),
            asked(),
        )
    if json:
        say(as_json(crossing_object(opened, crossing)))
    else:
        from kith.experiments.cli.printed_studies import show_crossing

        show_crossing(opened, crossing)
        print_report_path(out)


def _check_thinning(names: list[str] | None, every: int, each_day: int) -> None:
    """Refuse options that thin frames if they cannot, or if there are none to thin."""
    for option_name, value in (("--every", every), ("--each-day", each_day)):
        if value < 1:
            raise RequestError(f"{option_name} {value}: must be 1 or more")
        if value > 1 and not names:
            raise RequestError(
                f"{option_name} {value}: thins what --frame names; add one, such as --frame members"
            )


def _frames(
    study: "Study", store: "Store", names: list[str], every: int, each_day: int
) -> "dict[str, DataFrame]":
    """The frames of single runs that were asked for; their runs are simulated again."""
    if not names:
        return {}
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.studies.reporters import frames_of_runs

    own = {} if study.own is None else study.own.reports()
    announce_compilation()
    with Waiting("frames", "runs") as waiting:
        return frames_of_runs(study, store, names, every, each_day=each_day, own=own, progress=waiting)


def _failure(study: "Study", name: str, fails: str | None, scenario: str | None) -> "Discover":
    """The formula that defines failure: the one given, or else the one in the study."""
    from kith.experiments.studies.searches import Discover

    declared = study.discover
    if fails is None and declared is None:
        raise RequestError(
            f"study {name} has no [discover]; define failure with --fails, such as --fails 'margin < 0'"
        )
    goal = Discover(
        fails=fails if fails is not None else declared.fails if declared is not None else "",
        scenario=scenario if scenario is not None else declared.scenario if declared is not None else None,
    )
    goal.check([Path(path).stem for path in study.scenarios])
    return goal


def check_begun(study: "Study", store: "Store", command: str) -> None:
    """Refuse to evaluate a study of which no run is stored."""
    from kith.experiments.studies.execute import status as state

    if not store.done():
        raise RequestError(f"store {store.folder} is empty; run `{command}` first")
    if not state(study, store).stored:
        raise RequestError(f"store {store.folder} has no run of this study yet; run `{command}` first")


def to_search(
    study: str,
    out: Path | None,
    overwrite: bool,
    store: Path | None,
    workers: int | None,
    runs: int | None,
    days: int | None,
    set: list[str] | None,
    run_code: bool,
    quick: bool,
) -> "tuple[Path | None, Study, Store]":
    """The folder for the report, the study and its store, all checked before anything is simulated."""
    from kith.experiments.files import check_folder

    target = None if out is None else check_folder(out, overwrite)
    check_workers("--workers", workers)
    return target, *open_study(study, store, runs, days, set, run_code, quick)


def searched[Result](
    search: "Callable[[Study, Store, int | None, str, Waiting], Result]",
    unit: str,
    study: "Study",
    store: "Store",
    workers: int | None,
    scheduler: str,
) -> Result:
    """The result of a search, with its progress in `unit` on the screen; what it has simulated stays stored."""
    from kith.experiments.cli.progress import Waiting
    from kith.experiments.studies.execute import search_kept

    with Waiting(study.name, unit) as waiting, search_kept(store):
        return search(study, store, workers, scheduler, waiting)


def open_study(
    name: str,
    folder: Path | None,
    runs: int | None,
    days: int | None,
    set: list[str] | None,
    run_code: bool,
    quick: bool,
    only_read: bool = False,
) -> "tuple[Study, Store]":
    """The study with the changes requested, and its store; `only_read` opens the store without writing to it."""
    from kith.experiments.studies.levers import flat
    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import read_study

    for option_name, value in (("--runs", runs), ("--days", days)):
        if value is not None and value < 1:
            raise RequestError(f"{option_name} {value}: must be 1 or more")
    study = read_study(name, run_code)
    given = overrides(set)
    moved = next((lever.name for lever in study.lever if lever.name in given), None)
    if moved is not None:
        raise RequestError(f"--set {moved}: is a lever of the study; leave it out")
    if given:
        study = study.with_changes(set=flat(study.set) | given)
        study.check()
    study = study.reduced() if quick else study
    changes: dict[str, Any] = {"runs": runs, "days": days}
    study = study.with_changes(**{name: value for name, value in changes.items() if value is not None})
    study.check_size()
    return study, Store(folder or Path("out", "studies", study.name), only_read)


def print_report_path(out: Path | None) -> None:
    """Say where the report is, if one was written."""
    if out is not None:
        say(f"report: {out / 'report.html'}")


def _print_status(progress: "StudyStatus", study: "Study", store: "Store", json: bool) -> None:
    if json:
        from kith.experiments.reports.write_folders import as_json

        say(as_json(progress.plain()))
        return
    from kith.experiments.cli.printed_studies import show_study

    show_study(progress, study, store)
