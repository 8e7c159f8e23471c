"""`kith list`, `kith show` and `kith schema`: the scenario library, one scenario in full, the file formats."""

from typing import Annotated

import typer

from kith.experiments.cli.options import Json, Scenario, Settings, Tag
from kith.experiments.cli.requests import overrides, print_json
from kith.experiments.errors import RequestError


def list_(
    tag: Tag = None,
    json: Json = False,
) -> None:
    """List the scenarios of the library: name, title, question, tags."""
    from kith.scenarios.catalogue import library

    entries = [entry for entry in library() if tag is None or tag in entry.tags]
    if not entries and tag is not None:
        tags = sorted({known for entry in library() for known in entry.tags})
        raise RequestError(f"no scenario has the tag {tag}; the tags are {', '.join(tags)}")
    if json:
        fields = ("name", "title", "question", "answer")
        print_json(
            {
                "scenarios": [
                    {name: getattr(e, name) for name in fields} | {"tags": list(e.tags)} for e in entries
                ]
            }
        )
        return
    from kith.experiments.words.terminal import show_library
    from kith.scenarios.catalogue import SHELF_TITLES

    show_library(entries, SHELF_TITLES)


def show(scenario: Scenario, set: Settings = None, json: Json = False) -> None:
    """Show a scenario: its question, the model's answer, every parameter, and which file set it."""
    from kith.experiments.words.assumptions import entry_object, plan_object, settings
    from kith.scenarios.description import about, expected_of
    from kith.scenarios.load import load

    plan, entry, expected = load(scenario, overrides=overrides(set)), about(scenario), expected_of(scenario)
    if json:
        print_json(plan_object(plan) | entry_object(entry, expected))
        return
    from kith.experiments.words.shown_plan import show_plan

    show_plan(plan, settings(plan), entry, expected)


def schema(
    of: Annotated[
        str,
        typer.Argument(
            metavar="scenario|study", help="Which kind of file; default: scenario.", show_default=False
        ),
    ] = "scenario",
) -> None:
    """Print the JSON Schema of scenario files or study files, for editors."""
    if of == "scenario":
        from kith.scenarios.schema import scenario_schema

        print_json(scenario_schema())
    elif of == "study":
        from kith.experiments.studies.study import study_schema

        print_json(study_schema())
    else:
        raise RequestError(f"schema of {of}: must be scenario or study")
