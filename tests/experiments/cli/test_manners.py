"""What every command does alike, and what helps somebody who begins."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from kith.experiments.cli.app import app, exit_code
from kith.experiments.cli.manners.doctor_command import findings
from kith.experiments.cli.manners.examples import EXAMPLES
from kith.extras import EXTRAS, advice


def commands() -> dict[str, object]:
    """Every command by the words that call it."""
    found = {}
    for name, command in get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        found |= {name: command} if inner is None else {f"{name} {n}": c for n, c in inner.items()}
    return found


def test_every_command_has_an_example() -> None:
    assert sorted(commands()) == sorted(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_understood(name: str) -> None:
    """Its options exist and have values of the right kind; nothing is run."""
    import shlex

    for example in EXAMPLES[name]:
        words = shlex.split(example.partition(" > ")[0])[1 + len(name.split()) :]
        assert example.startswith(f"kith {name}")
        commands()[name].make_context(name, words)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_help_is_short_for_and_shows_an_example_and_no_types_of_python(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code([*name.split(), "-h"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    assert not [word for word in ("<bool>", "<str>", "<int>", "<path>", "list[") if word in text]


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_every_word_of_the_help_is_whole_on_a_narrow_screen(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert exit_code([*name.split(), "-h"]) == 0
    shown = set(capsys.readouterr().out.split())
    helps = [str(getattr(parameter, "help", None) or "") for parameter in commands()[name].params]
    missing = {word for text in helps for word in text.split()} - shown
    # a hyphenated word may be broken at its hyphen
    assert not {word for word in missing if "-" not in word.strip("-")}


def completed(root: Path, folder: Path, words: str) -> list[str]:
    """What bash is offered for the last of the words, asked in a folder."""
    environment = os.environ | {"PYTHONPATH": str(root / "src"), "_KITH_COMPLETE": "complete_bash"}
    environment |= {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", "from kith.experiments.cli.app import main; main()"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout.split()


def test_commands_scenarios_studies_and_files_are_completed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "hubbub.toml").touch()
    (tmp_path / "hubbub.txt").touch()
    (tmp_path / "own" / "deep").mkdir(parents=True)
    (tmp_path / "own" / "mine.toml").touch()
    assert completed(root, tmp_path, "kith comp") == ["compare"]
    scenarios = completed(root, tmp_path, "kith show hub")
    assert {"hub", "hubbub.toml"} <= set(scenarios)
    assert "hubbub.txt" not in scenarios
    assert "pool" in completed(root, tmp_path, "kith compare web po")
    assert completed(root, tmp_path, "kith run own/") == ["own/deep/", "own/mine.toml"]
    assert completed(root, tmp_path, "kith study run robustn") == ["robustness"]
    assert completed(root, tmp_path, "kith run nowhere/") == []


@pytest.mark.parametrize("kind", ["scenario", "study", "step"])
def test_what_is_begun_can_be_used_at_once(kind: str, root: Path, tmp_path: Path) -> None:
    file = tmp_path / ("mine.py" if kind == "step" else "mine.toml")
    assert exit_code(["new", kind, str(file)]) == 0
    text = file.read_bytes()
    assert exit_code(["new", kind, str(file)]) == 2, "an existing file is not written over"
    assert file.read_bytes() == text
    if kind == "step":
        environment = os.environ | {"PYTHONPATH": str(root / "src")}
        done = subprocess.run(
            [sys.executable, str(file)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return
    beside = json.loads((tmp_path / f"{kind}.schema.json").read_text("utf-8"))
    assert beside["properties"]
    assert text.decode().startswith(f"#:schema ./{kind}.schema.json")
    command = (
        ["show", str(file)]
        if kind == "scenario"
        else ["study", "status", str(file), "--store", str(tmp_path / "s")]
    )
    assert exit_code(command) == 0


def test_a_new_file_has_the_ending_of_its_kind(tmp_path: Path) -> None:
    assert exit_code(["new", "step", str(tmp_path / "mine.toml")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_names_every_extra() -> None:
    looked_at = {f.what: f for f in findings()}
    assert {f"extra {extra}" for extra in EXTRAS} <= set(looked_at)
    assert looked_at["engine"].found


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ModuleNotFoundError("No module named 'optuna'", name="optuna")
    assert "kith-sim[studies]" in (advice(error) or "")
    assert advice(ModuleNotFoundError("No module named 'x'", name="x")) is None
    monkeypatch.setattr("kith.extras.find_spec", lambda name: None)
    assert exit_code(["dashboard", "--no-open"]) == 1


def test_quiet_leaves_results_and_verbose_says_what_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    small = ["run", "web", "--set", "market.size=200", "--set", "market.founders=20", "--days", "5"]
    assert exit_code(["--quiet", *small]) == 0
    assert capsys.readouterr().err == ""
    assert exit_code([*small, "--verbose"]) == 0
    assert " GB in one process" in capsys.readouterr().err
