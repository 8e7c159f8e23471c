"""The commands `kith study optimise | break-even`: searches that the study's own tables describe."""

from kith.experiments.cli.options import Json, Out, Overwrite, Settings, Workers
from kith.experiments.cli.requests import asked, print_report_path
from kith.experiments.cli.studies.searching import searched, to_search
from kith.experiments.cli.studies.study_options import Days, Folder, Name, Quick, RunCode, Runs, Where
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.escaping import say


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
            optimum, target, study_command(study, "optimise", None, runs, days, quick, set, run_code), asked()
        )
    if json:
        say(as_json(optimum_object(optimum)))
    else:
        from kith.experiments.cli.studies.printed_studies import show_optimum

        show_optimum(optimum)
        print_report_path(out)


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
            study_command(study, "break-even", None, runs, days, quick, set, run_code),
            asked(),
        )
    if json:
        say(as_json(crossing_object(opened, crossing)))
    else:
        from kith.experiments.cli.studies.printed_studies import show_crossing

        show_crossing(opened, crossing)
        print_report_path(out)
