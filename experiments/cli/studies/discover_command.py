"""The command `kith study discover`: under which conditions does a scenario fail?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kith.experiments.cli.options import Json, Out, Overwrite, Settings, option
from kith.experiments.cli.requests import asked, print_report_path
from kith.experiments.cli.studies.open_study import check_begun, open_study
from kith.experiments.cli.studies.study_options import Days, Folder, Name, Quick, RunCode, Runs
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.extras import demand

if TYPE_CHECKING:
    from kith.experiments.studies.searches import Discover
    from kith.experiments.studies.study import Study


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
    check_begun(opened, results, study_command(study, "run", store, runs, days, quick, set, run_code))
    discovery = search(opened, results, goal.fails, goal.scenario, prim)
    progress = state(opened, results)
    if target is not None:
        command = study_command(
            study,
            "discover",
            None,
            runs,
            days,
            quick,
            set,
            run_code,
            fails=fails,
            scenario=scenario,
            prim=prim,
        )
        write_discovery(discovery, opened, progress, target, command, asked())
    if json:
        say(as_json(discovery_object(discovery, opened, progress)))
    else:
        from kith.experiments.cli.studies.printed_studies import show_discovery

        show_discovery(discovery, opened, progress)
        print_report_path(out)


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
