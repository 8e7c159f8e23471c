"""What exists stays as it is, whichever command is told to write there, until `--overwrite` says otherwise.

Every option that names a file or folder is found by asking the command line itself; one that is not told apart here as
read, kept on with, or written fails, so that a new one is tested from its first day.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.analyses.levers.audit import Audit
from kith.experiments.analyses.levers.stored import as_object
from kith.experiments.bundles.inputs import WITHOUT
from kith.experiments.bundles.verify import COMMANDS
from kith.experiments.cli.app import exit_code
from kith.sim.checkpoints.checkpoint import ABOUT
from kith.sim.engine import MODEL_VERSION
from tests.experiments.cli import test_hostile_command_line as hostile
from tests.experiments.cli.test_hostile_command_line import SOUND, Begun, commands, seen

folder, fitted = hostile.folder, hostile.fitted
"fixtures"

READ = {
    "from_log",
    "replay",
    "resume",
    "identities",
    "registrations",
    "invitations",
    "posterior",
    "earlier",
    "bundle",
}
KEPT = {"store": "runs are added to those that it has", "studies": "the page adds studies"}
WRITTEN = {"out", "save", "slide", "story", "file"}
NAMES = {
    "graph --out": "net.graphml",
    "odd --out": "web.md",
    "lesson --out": "lesson.html",
    "compare --slide": "slide.svg",
    "compare --story": "story.html",
    "new file": "begun.toml",
}
"""The name of the file that an option takes; the others take any name."""
REQUESTS = SOUND | {
    "lesson": ["3-hub-leaves"],
    "claims": ["--runs", "4"],
    "answers": ["--runs", "4"],
    "graph": SOUND["graph"][:3],
    "odd": ["web"],
    "study export": ["tiny.toml"],
}


def is_a_place(parameter: object) -> bool:
    """Whether a parameter is the path of a file or folder."""
    return getattr(getattr(parameter, "type_descriptor", None), "annotation", None) is Path


PLACES = [
    (name, parameter) for name, command in commands() for parameter in command.params if is_a_place(parameter)
]
OUTPUTS = [
    pytest.param(name, parameter, id=f"{name} {parameter.opts[0]}")
    for name, parameter in PLACES
    if parameter.name in WRITTEN
]


def test_every_place_is_read_or_kept_or_written() -> None:
    assert {parameter.name for _, parameter in PLACES} <= READ | set(KEPT) | WRITTEN
    assert len(OUTPUTS) > 20


def an_existing(place: Path, name: str, parameter: Any) -> None:
    """Something that kith could have written there, or a user."""
    if parameter.metavar == "DIR":
        place.mkdir()
        other = Audit(
            "web", MODEL_VERSION, runs=4, days=90, people=2000, founders=100, digest="x", parameters=()
        )
        whole = as_object({"web": other}) if name == "levers" else {}
        (place / "levers.json").write_text(json.dumps(whole), "utf-8")
    else:
        place.write_text(ABOUT if parameter.name == "save" else "of yesterday", "utf-8")


@pytest.mark.parametrize(("name", "parameter"), OUTPUTS)
def test_an_existing_output_is_refused_and_stays(
    name: str,
    parameter: Any,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    option = parameter.opts[0]
    place = folder / NAMES.get(f"{name} {option}", "there")
    an_existing(place, name, parameter)
    before, content = seen(folder), place.read_bytes() if place.is_file() else b""
    words = [*name.split(), *REQUESTS[name]]
    words = [*words[:-1], place.name] if name == "new" else [*words, option, place.name]
    try:
        code = exit_code(words)
    except Begun:
        pytest.fail(f"kith {' '.join(words)} began its work, at whose end it replaces {place.name}")
    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert place.name in said.err
    assert "choose another name" in said.err if name == "new" else "add --overwrite" in said.err
    assert seen(folder) == before
    assert not place.is_file() or place.read_bytes() == content


def test_a_lesson_is_refused_where_its_own_name_is_taken(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "kith-lesson-3-hub-leaves.html").write_text("of yesterday", "utf-8")
    assert exit_code(["lesson", "3-hub-leaves"]) == 2
    assert "exists already; name a new file, or add --overwrite" in capsys.readouterr().err


def test_a_file_is_replaced_if_that_is_said(folder: Path) -> None:
    for _ in range(2):
        assert exit_code(["odd", "web", "--out", "web.md", "--overwrite"]) == 0
    (folder / "web.md").write_text("of yesterday", "utf-8")
    assert exit_code(["odd", "web", "--out", "web.md", "--overwrite"]) == 0
    assert "of yesterday" not in (folder / "web.md").read_text("utf-8")


def test_a_schema_of_somebody_else_is_not_replaced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "study.schema.json").write_text(json.dumps({"title": "my own"}), "utf-8")
    assert exit_code(["new", "study", "mine2.toml"]) == 2
    assert "study.schema.json beside it, which kith did not write" in capsys.readouterr().err
    assert not (folder / "mine2.toml").exists()
    assert json.loads((folder / "study.schema.json").read_text("utf-8")) == {"title": "my own"}
    (folder / "study.schema.json").unlink()
    assert [exit_code(["new", "study", f"{name}.toml"]) for name in ("one", "two")] == [0, 0]


def test_no_bundle_can_order_that_a_file_be_written() -> None:
    """What verify-bundle repeats comes from a file of others, so no option that writes may be in it."""
    written = {
        parameter.opts[0]
        for name, parameter in PLACES
        if tuple(name.split()) in COMMANDS and parameter.name in {*WRITTEN, "store"}
    }
    assert {"--out", "--save", "--slide", "--story", "--store"} <= written <= set(WITHOUT)
