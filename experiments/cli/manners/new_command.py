"""`kith new`: a commented file to start from, with the schema beside it for an editor."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from kith.experiments.errors import OutputError
from kith.experiments.escaping import say
from kith.experiments.files import check_file, write_text


class Kind(Enum):
    """What can be begun."""

    SCENARIO = "scenario"
    STUDY = "study"
    STEP = "step"


SCENARIO = """#:schema ./scenario.schema.json
# A scenario: a question, and what differs from the defaults. Try it: kith run {name}
title = "My community"
question = "What happens if …?"

# Start from a scenario of the library (kith list) and change what differs. Lists of names are combined in order.
extends = ["web"]

# kith show {name} prints every parameter with its unit, range and source.
[market]
size = 5000       # people who could ever join
founders = 250    # members on day 0

[monetisation]
model = "fee"     # none, fee, subscription, ads, take …
price = 5.0       # EUR a month

# Something that happens on one day; kinds: kith compare --help
# [[shock]]
# day = 180
# kind = "members_leave"
# share = 0.3

# Parameters from some day on:
# [[phase]]
# from_day = 90
# monetisation.price = 8.0
"""
STUDY = """#:schema ./study.schema.json
# A study: scenarios, levers, and a design. Try it: kith study run {name} --quick
title = "Price and quality"
question = "Which price earns most, and does a better product move it?"
scenarios = ["fee"]
outcomes = ["margin", "active"]
runs = 8
days = 365

[[lever]]
name = "monetisation.price"
values = [2.0, 5.0, 10.0, 20.0]

[[lever]]
name = "organisation.quality"
values = [0.5, 0.8]

[design]
kind = "grid"
"""
STEP = '''"""A step of your own, run once a day beside those of kith: python {name}

More: docs/how-to/own-behaviour.md. Draw no random numbers of your own; `kith.sim.kernels.luck` gives addressed ones.
"""

from kith import TICK, load, run
from kith.sim.state.columns import read, write


def welcome_back(c):
    """Every thirty days, whoever belongs little belongs slightly more."""
    if c.day % 30 == 0:
        rows = c.population.rows()
        belonging = read(c, "belonging", rows)
        write(c, "belonging", rows, belonging + 0.02 * (1.0 - belonging))


if __name__ == "__main__":
    plan = load("web", overrides={{"market.size": 2000, "market.founders": 100}})
    record = run(plan, seed=1, tick=(*TICK, ("welcome_back", welcome_back)))
    print(record.summary["active"], "active members; without the step", run(plan, seed=1).summary["active"])
'''
TITLES = ("kith scenario", "kith study")
"what the schemas call themselves"
TEMPLATES = {Kind.SCENARIO: SCENARIO, Kind.STUDY: STUDY, Kind.STEP: STEP}


def new(
    kind: Annotated[
        Kind, typer.Argument(metavar="scenario|study|step", show_default=False, help="What to begin.")
    ],
    file: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="The file to write; it must not exist.")
    ],
) -> None:
    """Write a commented scenario, study or step to start from, with the schema beside it for an editor."""
    if file.exists():
        raise OutputError(f"{file}: exists already; choose another name")
    wanted = ".py" if kind is Kind.STEP else ".toml"
    if file.suffix != wanted:
        raise OutputError(f"{file}: the name of a {kind.value} ends in {wanted}")
    target = check_file(file, option="")
    beside = None if kind is Kind.STEP else target.with_name(f"{kind.value}.schema.json")
    if beside is not None:
        _check_schema(beside, file)
    write_text(target, TEMPLATES[kind].format(name=file.name))
    say(str(file))
    if beside is not None:
        write_text(beside, json.dumps(_schema(kind), indent=1, ensure_ascii=False))
        say(str(file.with_name(beside.name)))


def _check_schema(beside: Path, file: Path) -> None:
    """Refuse to replace a file that is no schema of kith's, which the schema beside the new file would do."""
    check_file(beside, overwrite=True, option="")
    if not beside.exists():
        return
    try:
        ours = json.loads(beside.read_text("utf-8"))["title"] in TITLES
    except (ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise OutputError(
            f"{file}: the schema would replace {beside.name} beside it, which kith did not write; choose another folder"
        )


def _schema(kind: Kind) -> dict[str, object]:
    if kind is Kind.SCENARIO:
        from kith.scenarios.schema import scenario_schema

        return dict(scenario_schema())
    from kith.experiments.studies.study import study_schema

    return dict(study_schema())
