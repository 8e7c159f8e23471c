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


def _option(name: str, help: str, metavar: str, **more: Any) -> Any:
    return typer.Option(name, help=help, metavar=metavar, show_default=False, **more)


def _number(name: str, help: str) -> Any:
    return _option(name, help, "N", parser=whole_number)


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
Days = Annotated[int | None, _number("--days", "Length in days; by default the scenario's own.")]
Seed = Annotated[int, _number("--seed", "Which draw of luck; by default 0.")]
Runs = Annotated[int, _number("--runs", "Paired runs of each scenario; by default 16.")]
Threads = Annotated[int | None, _number("--threads", "Threads of the engine; results do not depend on it.")]
Workers = Annotated[
    int | None,
    _number("--workers", "Processes; by default one per processor. Results do not depend on it."),
]
Settings = Annotated[
    list[str] | None, _option("--set", "Change a parameter, such as monetisation.price=12.", "NAME=VALUE")
]
Shocks = Annotated[
    list[str] | None,
    _option(
        "--shock",
        "Add a shock, such as '180 hub_departs' or '200 members_leave share=0.3 who=random'.",
        "'DAY KIND …'",
    ),
]
Log = Annotated[
    Path | None,
    _option(
        "--from-log",
        "Found the community from an event log (member_id, timestamp, action, target_member; .gz too).",
        "CSV",
    ),
]
At = Annotated[
    str | None, _option("--at", "With --from-log: the day on which the simulation starts.", "DATE")
]
Out = Annotated[Path | None, _option("--out", "Write tables and report.html into this folder.", "DIR")]
Save = Annotated[
    Path | None,
    _option("--save", "Save the state at the end, or --until a day, to continue it later.", "FILE"),
]
Until = Annotated[int | None, _number("--until", "With --save: stop after so many days.")]
Resume = Annotated[
    Path | None, _option("--resume", "Continue a saved run, with --days even beyond its end.", "FILE")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
