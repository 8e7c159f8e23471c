"""The options and arguments that several commands share, with their help texts.

Each command lists those that it takes: Typer reads them from its signature, so the lists look alike.
"""

from pathlib import Path
from typing import Annotated, Any

import typer

from kith.experiments.cli.manners import names


def whole_number(text: str) -> int:
    """The text as a whole number."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a whole number") from None


def option(name: str, help: str, metavar: str, **more: Any) -> Any:
    """An option that states its default in its help text."""
    return typer.Option(name, help=help, metavar=metavar, show_default=False, **more)


def number_option(name: str, help: str) -> Any:
    """An option that takes a whole number."""
    return option(name, help, "N", parser=whole_number)


Tag = Annotated[
    str | None, typer.Argument(metavar="TAG", help="Only scenarios with this tag.", show_default=False)
]
Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A name from `kith list`, or the path to a TOML file.",
        show_default=False,
        autocompletion=names.scenario,
    ),
]
Optional = Annotated[
    str | None,
    typer.Argument(
        metavar="SCENARIO",
        help="A name from `kith list`, or the path to a TOML file; omitted with --resume.",
        show_default=False,
        autocompletion=names.scenario,
    ),
]
Pair = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="A B",
        help="Two scenarios, those of --arm after them; the first is the reference.",
        show_default=False,
        autocompletion=names.scenario,
    ),
]
Several = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="A B …",
        help="Two or more scenarios, those of --arm after them; the first is the reference.",
        show_default=False,
        autocompletion=names.scenario,
    ),
]
Arms = Annotated[
    list[str] | None,
    option(
        "--arm",
        "Add a scenario with settings and shocks of its own, such as 'web monetisation.price=12' or "
        "'web 180 members_leave share=0.3', or with a name: 'cheap: web monetisation.price=5'; repeat for more.",
        "ARM",
    ),
]
Some = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SCENARIO|TAG …",
        help="Names, paths or tags; default: the whole library.",
        show_default=False,
        autocompletion=names.scenario,
    ),
]
Days = Annotated[
    int | None, number_option("--days", "Length of the run in days; default: the length set by the scenario.")
]
Seed = Annotated[int, number_option("--seed", "Random seed; default: 0.")]
Runs = Annotated[
    int | None,
    number_option(
        "--runs",
        "Paired runs of each scenario; default: 16. With --precision: the maximum number, default 1,000.",
    ),
]
FirstSeed = Annotated[
    int,
    number_option(
        "--first-seed",
        "First random seed; default: 0. Use another to check a surprising result on new draws.",
    ),
]
Precision = Annotated[
    float | None,
    option(
        "--precision",
        "Keep adding runs until the main difference is known to within this share of the reference mean, "
        "such as 0.02.",
        "SHARE",
    ),
]
Outcomes = Annotated[
    list[str] | None,
    option("--outcome", "Indicator to compare; repeat for more. The first is the main outcome.", "NAME"),
]
Threads = Annotated[
    int | None, number_option("--threads", "Threads used by the engine; does not change the results.")
]
Workers = Annotated[
    int | None,
    number_option("--workers", "Worker processes; default: one per processor. Does not change the results."),
]
Settings = Annotated[
    list[str] | None,
    option("--set", "Change a parameter, such as monetisation.price=12; repeat for more.", "NAME=VALUE"),
]
Shocks = Annotated[
    list[str] | None,
    option(
        "--shock",
        "Add a shock, such as '180 hub_departs' or '200 members_leave share=0.3 who=random'; repeat for more.",
        "SHOCK",
    ),
]
Log = Annotated[
    Path | None,
    option(
        "--from-log",
        "Start from a community's own log: a table, an export, a folder or zip of one, or - for standard input (formats: docs/how-to/logs.md).",
        "LOG",
    ),
]
At = Annotated[
    str | None,
    option(
        "--at",
        "With --from-log: the date on which the simulation starts, or 'busiest' for the end of the 90 days with the most active members; default: the day after the log's last event.",
        "DATE",
    ),
]
Replay = Annotated[
    Path | None,
    option(
        "--replay",
        "Replay a community's own log: start empty on its first day; each day, as many people join as joined then.",
        "LOG",
    ),
]
Out = Annotated[Path | None, option("--out", "Write the tables and report.html to this folder.", "DIR")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace an earlier result in the folder of --out.")
]
Codes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CODE …", help="Patterns to test, such as SF3 SF9; default: all.", show_default=False
    ),
]
Ideas = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="IDEA …",
        help="Ideas whose claims are judged, such as belonging or flywheel; default: all.",
        show_default=False,
    ),
]
RunsOfClaims = Annotated[int, number_option("--runs", "Paired runs of each claim, at least 4; default: 8.")]
Seeds = Annotated[
    int | None,
    number_option("--seeds", "Random seeds for each pattern, at least 4; default: 30, with --quick 4."),
]
OverwriteFile = Annotated[bool, typer.Option("--overwrite", help="Replace the file of --out if it exists.")]
OutAnswers = Annotated[
    Path | None,
    option("--out", "Write answers.md and a page for each shelf of the library to this folder.", "DIR"),
]
OutPatterns = Annotated[
    Path | None, option("--out", "Write patterns.md, patterns.json and the figures to this folder.", "DIR")
]
OutRobust = Annotated[
    Path | None, option("--out", "Write robust.md, its figure and the table of runs to this folder.", "DIR")
]
Save = Annotated[
    Path | None,
    option(
        "--save",
        "Save the state at the end of the run, or on the day given by --until, to continue later.",
        "FILE",
    ),
]
Until = Annotated[int | None, number_option("--until", "With --save: stop after N days.")]
Resume = Annotated[
    Path | None,
    option("--resume", "Continue a saved run; --days can extend it beyond its planned end.", "FILE"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
