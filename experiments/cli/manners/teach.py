"""What every command does alike: `-h`, an example below its options, and types in words that people use."""

from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from kith.experiments.cli.manners.examples import EXAMPLES

HELP = {"help_option_names": ["-h", "--help"]}
WORDS = {Path: "FILE", str: "NAME", int: "N", float: "NUMBER"}
"what an option takes that has no word of its own"


def _nothing(ctx: Any) -> None:
    """An argument's name says what it takes."""


def _reword(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperArgument):
            param.display_type_rich = _nothing  # type: ignore[method-assign]
        elif param.metavar is None:
            annotation = param.type_descriptor.annotation
            param.metavar = "" if param.is_flag else WORDS.get(annotation)
    return params


class Command(TyperCommand):
    """A command whose flags show no type."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its parameters, reworded."""
        return _reword(super().get_params(ctx))


class Group(TyperGroup):
    """The same for a group of commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its parameters, reworded."""
        return _reword(super().get_params(ctx))


def teach(app: typer.Typer, prefix: str = "") -> None:
    """Give every command of an app its manners."""
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        examples = EXAMPLES.get(f"{prefix}{name.replace('_', '-').rstrip('-')}", ())
        command.cls = Command
        command.context_settings = {**HELP, **(command.context_settings or {})}
        if examples:
            command.epilog = "Examples:\n\n" + "\n\n".join(examples)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.cls = Group
            group.context_settings = HELP
            teach(group.typer_instance, f"{group.typer_instance.info.name} ")
