"""The options that commands share, each with its help."""

from pathlib import Path
from typing import Annotated, Any

import typer


def whole_number(text: str) -> int:
    """The whole number that the text is."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a whole number") from None


def option(name: str, help: str, metavar: str, **more: Any) -> Any:
    """An option whose default its help tells."""
    return typer.Option(name, help=help, metavar=metavar, show_default=False, **more)


def number_option(name: str, help: str) -> Any:
    """An option that takes a whole number."""
    return option(name, help, "N", parser=whole_number)


Tag = Annotated[str | None, typer.Argument(help="Only scenarios with this tag.", show_default=False)]
Scenario = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A name from `kith list`, or the path of a TOML file.", show_default=False
    ),
]
Optional = Annotated[
    str | None,
    typer.Argument(
        metavar="SCENARIO",
        help="A name from `kith list`, or the path of a TOML file; none with --resume.",
        show_default=False,
    ),
]
Several = Annotated[
    list[str],
    typer.Argument(metavar="A B …", help="Two or more; the first is the reference.", show_default=False),
]
Some = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCENARIO|TAG …]",
        help="Names, paths or tags; by default the whole library.",
        show_default=False,
    ),
]
Days = Annotated[int | None, number_option("--days", "Length in days; by default the scenario's own.")]
Seed = Annotated[int, number_option("--seed", "Which draw of luck; by default 0.")]
Runs = Annotated[
    int | None,
    number_option("--runs", "Paired runs of each scenario; by default 16. With --precision the most: 1,000."),
]
FirstSeed = Annotated[
    int,
    number_option(
        "--first-seed",
        "First draw of luck; by default 0. Another one is fresh luck, to test a surprise on.",
    ),
]
Precision = Annotated[
    float | None,
    option(
        "--precision",
        "Run until differences of the main outcome are known to so much of the reference, such as 0.02.",
        "SHARE",
    ),
]
Outcomes = Annotated[
    list[str] | None,
    option("--outcome", "What to compare, the main outcome first; again for each further one.", "NAME"),
]
Threads = Annotated[
    int | None, number_option("--threads", "Threads of the engine; results do not depend on it.")
]
Workers = Annotated[
    int | None,
    number_option("--workers", "Processes; by default one per processor. Results do not depend on it."),
]
Settings = Annotated[
    list[str] | None, option("--set", "Change a parameter, such as monetisation.price=12.", "NAME=VALUE")
]
Shocks = Annotated[
    list[str] | None,
    option(
        "--shock",
        "Add a shock, such as '180 hub_departs' or '200 members_leave share=0.3 who=random'.",
        "'DAY KIND …'",
    ),
]
Log = Annotated[
    Path | None,
    option(
        "--from-log",
        "Found the community from its own log: a table, an export, a folder or zip of one, or - (see docs/logs.md).",
        "LOG",
    ),
]
At = Annotated[str | None, option("--at", "With --from-log: the day on which the simulation starts.", "DATE")]
Out = Annotated[Path | None, option("--out", "Write tables and report.html into this folder.", "DIR")]
Codes = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CODE …]", help="Patterns, such as SF3 SF9; by default all.", show_default=False),
]
Seeds = Annotated[int | None, number_option("--seeds", "Seeds of each; by default 30, with --quick 3.")]
OutPatterns = Annotated[
    Path | None, option("--out", "Write patterns.md, patterns.json and figures into this folder.", "DIR")
]
OutRobust = Annotated[
    Path | None, option("--out", "Write a page, its picture and the table of runs into this folder.", "DIR")
]
Save = Annotated[
    Path | None,
    option("--save", "Save the state at the end, or --until a day, to continue it later.", "FILE"),
]
Until = Annotated[int | None, number_option("--until", "With --save: stop after so many days.")]
Resume = Annotated[
    Path | None, option("--resume", "Continue a saved run, with --days even beyond its end.", "FILE")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
