"""How a log is to be read: the options that every command with `--from-log` shares.

`with_log_options` gives a command these options and hands them over as one argument, `reading`.
"""

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from kith.experiments.cli.options import option
from kith.experiments.errors import RequestError

FIELDS = "member|time|action|target|value|key|answers|bot"


@dataclass(frozen=True)
class LogOptions:
    """The options as they were given, in the order in which help shows them."""

    format: Annotated[
        str | None, option("--format", "Format of the log; default: recognised from its content.", "NAME")
    ] = None
    columns: Annotated[
        list[str] | None,
        option("--columns", "Columns of a table, such as 'member=user_id time=ts'.", "COLUMNS"),
    ] = None
    zone: Annotated[
        str | None,
        option("--zone", "Time zone of times without one, such as Europe/Berlin; default: UTC.", "ZONE"),
    ] = None
    day_first: Annotated[
        bool | None,
        typer.Option(
            "--day-first/--month-first",
            help="Whether 05/06/2024 is 5 June or 6 May; default: inferred from the whole column.",
            show_default=False,
        ),
    ] = None
    max_bad: Annotated[
        float | None,
        option(
            "--max-bad",
            "Largest share of bad rows to skip; a log with more is refused. Default: 0.05.",
            "SHARE",
        ),
    ] = None
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a log with any bad row.", show_default=False)
    ] = False
    identities: Annotated[
        Path | None,
        option(
            "--identities",
            "A table with the columns alias,member: several names of one person, to be merged.",
            "FILE",
        ),
    ] = None
    registrations: Annotated[
        Path | None,
        option(
            "--registrations",
            "A table of members with the time of registration and, optionally, of the last visit.",
            "FILE",
        ),
    ] = None
    invitations: Annotated[
        Path | None, option("--invitations", "A table of who invited whom and, optionally, when.", "FILE")
    ] = None
    duplicates: Annotated[
        str | None,
        option(
            "--duplicates",
            "drop or keep identical rows; default: drop them where chance cannot explain them.",
            "WHAT",
        ),
    ] = None

    def given(self) -> dict[str, Any]:
        """Those that were given, as `read_events` takes them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["columns"] = _columns(self.columns or []) or None
        values |= {name: str(value) for name, value in values.items() if isinstance(value, Path)}
        values["strict"] = self.strict or None
        return {name: value for name, value in values.items() if value is not None}

    def words(self) -> tuple[str, ...]:
        """The options as a command line repeats them."""
        words: list[str] = []
        for name, value in self.given().items():
            flag = f"--{name.replace('_', '-')}"
            if name == "columns":
                words += [flag, " ".join(f"{field}={column}" for field, column in value.items())]
            elif name == "day_first":
                words.append("--day-first" if value else "--month-first")
            else:
                words += [flag] if value is True else [flag, str(value)]
        return tuple(words)


def with_log_options(command: Callable[..., None]) -> Callable[..., None]:
    """A command with these options, which receives them as `reading`."""

    @functools.wraps(command)
    def wrapped(*args: Any, **given: Any) -> None:
        options = {field.name: given.pop(field.name) for field in fields(LogOptions)}
        command(*args, **given, reading=LogOptions(**options))

    signature = inspect.signature(command, eval_str=True)
    parameters = [parameter for name, parameter in signature.parameters.items() if name != "reading"]
    shared = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type
        )
        for field in fields(LogOptions)
    ]
    wrapped.__signature__ = signature.replace(parameters=[*parameters, *shared])  # type: ignore[attr-defined]
    wrapped.__annotations__ = {parameter.name: parameter.annotation for parameter in (*parameters, *shared)}
    return wrapped


def _columns(texts: list[str]) -> dict[str, str]:
    """Field -> column of texts such as `member=User ID time=ts`."""
    columns: dict[str, str] = {}
    for text in texts:
        parts = re.split(rf"(?:^|[\s,]+)(?=(?:{FIELDS})=)", text.strip())
        for part in filter(None, parts):
            field, equals, name = part.partition("=")
            if not equals or not name:
                raise RequestError(
                    f"--columns {text}: give fields and columns, such as 'member=user_id time=ts'"
                )
            if field in columns:
                raise RequestError(f"--columns: {field} is given twice; keep one")
            columns[field.strip()] = name.strip()
    return columns
