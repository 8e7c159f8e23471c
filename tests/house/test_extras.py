"""The core works without the extras, and what needs one says which and how it is installed."""

import json
import subprocess
from pathlib import Path

import pytest

from kith.extras import EXTRAS
from tests.house.scripts import run_script

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""
COMMAND = """
from kith.experiments.cli.app import exit_code
if __name__ == "__main__":
    raise SystemExit(exit_code(sys.argv[1:]))
"""
COMMANDS = """
import json
from kith.experiments.cli.app import exit_code
if __name__ == "__main__":
    for name, arguments in json.loads(sys.argv[1]).items():
        sys.stderr.write(f"\\n{name} ended with {exit_code(list(arguments))}\\n")
    from kith import CommunityModel, load
    model = CommunityModel(load("web", overrides={"market.size": 200, "market.founders": 20}), rng=1)
    model.step()
    sys.stderr.write(f"the face has {len(model.agents)} agents")
"""
SMALL = ("--set", "market.size=200", "--set", "market.founders=20", "--days", "20")


CORE = {
    "list": ("list",),
    "show": ("show", "web"),
    "run": ("run", "web", *SMALL, "--out", "run"),
    "compare": ("compare", "pool", "web", *SMALL, "--runs", "2", "--workers", "1", "--out", "compare"),
    "measure": ("measure", "chat_docker"),
}


def without(
    modules: tuple[str, ...], code: str, root: Path, folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Code where some modules are not installed."""
    return run_script(WITHOUT.format(modules=modules) + code, root, folder, *arguments)


@pytest.fixture(scope="module")
def said(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the commands of the core, and then the face for Mesa, say on standard error where no extra is installed."""
    every = tuple(module for modules in EXTRAS.values() for module in modules if module != "markdown_it")
    return without(every, COMMANDS, root, tmp_path_factory.mktemp("core"), json.dumps(CORE)).stderr


@pytest.mark.parametrize("name", CORE)
def test_the_core_needs_no_extra(said: str, name: str) -> None:
    assert f"{name} ended with 0" in said, said


def test_the_mesa_face_needs_no_extra(said: str) -> None:
    assert "the face has 20 agents" in said, said


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("studies", ("study", "run", "screening", "--quick", "--store", "store")),
        ("patterns", ("patterns", "SF6", "--quick", "--workers", "1")),
        ("dashboard", ("dashboard", "--no-open")),
    ],
)
def test_what_needs_an_extra_says_which(
    extra: str, arguments: tuple[str, ...], root: Path, tmp_path: Path
) -> None:
    done = without(EXTRAS[extra], COMMAND, root, tmp_path, *arguments)
    assert done.returncode == 1
    assert f"pip install 'kith-sim[{extra}]'" in done.stderr, done.stderr
