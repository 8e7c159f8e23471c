"""Every command that the documentation shows is one that kith takes: its options, parameters, scenarios and studies."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from kith.experiments.cli.app import app
from kith.experiments.comparison.arms import arm_from
from kith.scenarios.load import load
from kith.scenarios.settings import parse_setting

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("**/*.md"))]
GENERATED = ("claims.md",)
PLACEHOLDER = re.compile(r"[…\[\]]|\b[A-Z]{2,}\b|\bA B\b")
"what stands for something that the reader puts in"


def shown() -> list[str]:
    """Each command line in a block of a page, or between backticks, once."""
    found: list[str] = []
    for page in PAGES:
        if page.name in GENERATED or "reference" in page.parts:
            continue
        text = page.read_text("utf-8")
        blocks = re.split(r"^```.*$", text, flags=re.MULTILINE)[1::2]
        found += [line for block in blocks for line in re.findall(r"^\$? ?(kith .+)$", block, re.MULTILINE)]
        found += re.findall(r"`(kith [^`\n]+)`", text)
    return list(dict.fromkeys(re.split(r" +#| > ", line)[0].strip() for line in found))


def parsed(line: str) -> tuple[str, dict[str, Any]]:
    """The command and its parameters, as the command line reads them; nothing is run."""
    words = shlex.split(line)[1:]
    command: Any = get_command(app)
    name = ""
    while hasattr(command, "commands"):
        name = f"{name} {words[0]}".strip()
        command, words = command.commands[words[0]], words[1:]
    return name, command.make_context(name, words).params


NAMED = re.compile(r"kith(?: study)? [a-z-]+(?: --[a-z-]+)?")
"a command, or one of its options, named without the rest"
WHOLE = [
    line
    for line in shown()
    if not PLACEHOLDER.search(line) and not NAMED.fullmatch(line) and "--version" not in line
]


@pytest.mark.parametrize("line", WHOLE)
def test_a_command_that_is_shown_can_be_given(line: str) -> None:
    name, given = parsed(line)
    for arm in given.get("arm") or ():
        arm_from(arm).plan({})
    settings = dict(parse_setting(text) for text in given.get("set") or ())
    if name not in ("run", "show", "compare", "robust", "calibrate"):
        return
    scenarios = given.get("scenarios") or given.get("pair") or [given.get("scenario")]
    for scenario in [s for s in scenarios if s and not str(s).endswith(".toml")]:
        load(scenario, overrides={k: v for k, v in settings.items() if not k.startswith("arrivals.")})


def test_there_are_commands_to_try() -> None:
    assert len(WHOLE) > 30
