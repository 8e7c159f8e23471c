"""`kith measure`: every statistic of one or several logs, with intervals and what the logs cannot tell."""

from typing import Annotated

import typer

from kith.experiments.cli.log_options import LogOptions, with_log_options
from kith.experiments.cli.options import Json, Out, Overwrite, number_option, option
from kith.experiments.cli.requests import checked, print_json, say_where
from kith.experiments.errors import RequestError
from kith.experiments.escaping import say

Logs = Annotated[
    list[str],
    typer.Argument(
        metavar="LOG …",
        help="Files, folders or zips of logs, - for standard input, or names of logs that ship with kith.",
        show_default=False,
    ),
]
Actions = Annotated[
    list[str] | None,
    option(
        "--action",
        "Action to measure; repeat for more. Default: contributions and exchanges.",
        "NAME",
    ),
]
Newcomers = Annotated[
    bool, typer.Option("--newcomers", help="Only members whose join is in the log.", show_default=False)
]
Inactivity = Annotated[
    int, number_option("--inactivity", "Days of silence that count as an exit; default: 90.")
]
Replicates = Annotated[
    int, number_option("--replicates", "Bootstrap samples behind each interval; default: 200, 0 for none.")
]


@with_log_options
def measure(
    logs: Logs,
    action: Actions = None,
    newcomers: Newcomers = False,
    inactivity: Inactivity = 90,
    replicates: Replicates = 200,
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    *,
    reading: LogOptions,
) -> None:
    """Measure communities from their logs: growth, survival, silence, participation, replies, network."""
    if len(set(logs)) < len(logs):
        raise RequestError(f"{next(log for log in logs if logs.count(log) > 1)} is given twice; keep one")
    if replicates < 0:
        raise RequestError(f"--replicates {replicates}: must be 0 or more")
    target = checked(out, overwrite, inactivity=inactivity)
    from kith.experiments.evidence.measure import measure as measure_log
    from kith.scenarios.logs.founding import read_log_table

    measurements = []
    for log in logs:
        table = read_log_table(log, **reading.given())
        for line in table.report.lines():
            say(line, err=True)
        people = "newcomers" if newcomers else "all"
        measurements.append(
            measure_log(table, actions=action, people=people, inactivity=inactivity, replicates=replicates)
        )
    if target is not None:
        from kith.experiments.reports.write_folders import write_measurements

        write_measurements(measurements, target, _command(logs, action, newcomers, inactivity, reading))
    if json:
        objects = [measurement.as_object() for measurement in measurements]
        print_json(objects[0] if len(objects) == 1 else objects)
        return
    from kith.experiments.cli.evidence.printed_measures import show_measurements

    show_measurements(measurements)
    say_where(out)


def _command(
    logs: list[str], actions: list[str] | None, newcomers: bool, inactivity: int, reading: LogOptions
) -> str:
    """What repeats the measurement."""
    from shlex import join

    words = ["kith", "measure", *logs]
    for name in actions or []:
        words += ["--action", name]
    words += ["--newcomers"] if newcomers else []
    words += [] if inactivity == 90 else ["--inactivity", str(inactivity)]
    return join([*words, *reading.words()])
