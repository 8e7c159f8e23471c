"""The command `kith study export`: the stored results as tables, a report and frames of single runs."""

from typing import TYPE_CHECKING, Annotated

import typer

from kith.experiments.cli.options import Json, Out, Overwrite, Settings, number_option, option
from kith.experiments.cli.requests import announce_compilation, asked, print_report_path
from kith.experiments.cli.studies.open_study import check_begun, open_study
from kith.experiments.cli.studies.study_options import Days, Folder, Name, Quick, RunCode, Runs
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.extras import demand

if TYPE_CHECKING:
    from pandas import DataFrame

    from kith.experiments.studies.store import Store
    from kith.experiments.studies.study import Study

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
    check_begun(opened, results, study_command(study, "run", store, runs, days, quick, set, run_code))
    if outcome:
        opened = opened.with_changes(outcomes=outcome)
        opened.check()
    if netcdf:
        demand("arrays")
    frames = _frames(opened, results, frame or [], every, each_day)
    command = study_command(study, "run", None, runs, days, quick, set, run_code)
    write_study(opened, results, target, command, asked(), frames, outcome, netcdf)
    from kith.experiments.studies.execute import status as state

    if json:
        from kith.experiments.reports.write_folders import as_json

        say(as_json(state(opened, results).plain() | {"out": str(out)}))
        return
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
