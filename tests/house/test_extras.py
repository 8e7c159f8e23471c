"""The core works without the extras, and what needs one says which and how it is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kith.extras import EXTRAS

WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {modules!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
from kith.experiments.cli.app import exit_code
if __name__ == "__main__":
    raise SystemExit(exit_code(sys.argv[1:]))
"""
SMALL = ("--set", "market.size=200", "--set", "market.founders=20", "--days", "20")


def without(
    modules: tuple[str, ...], root: Path, folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """A command where some modules are not installed."""
    script = folder / "without.py"
    script.write_text(WITHOUT.format(modules=modules), "utf-8")
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    return subprocess.run(
        [sys.executable, str(script), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("show", "web"),
        ("run", "web", *SMALL, "--out", "run"),
        ("compare", "pool", "web", *SMALL, "--runs", "2", "--workers", "1", "--out", "compare"),
        ("measure", "chat_docker"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_core_needs_no_extra(arguments: tuple[str, ...], root: Path, tmp_path: Path) -> None:
    every = tuple(module for modules in EXTRAS.values() for module in modules if module != "markdown_it")
    done = without(every, root, tmp_path, *arguments)
    assert done.returncode == 0, done.stderr


def test_the_mesa_face_needs_no_extra(root: Path, tmp_path: Path) -> None:
    every = tuple(module for modules in EXTRAS.values() for module in modules if module != "markdown_it")
    done = without(every, root, tmp_path, "list")
    assert done.returncode == 0
    script = (tmp_path / "without.py").read_text("utf-8").partition("from kith.experiments.cli")[0]
    (tmp_path / "face.py").write_text(
        script + "from kith import CommunityModel, load\n"
        "m = CommunityModel(load('web', overrides={'market.size': 200, 'market.founders': 20}), rng=1)\n"
        "m.step()\nprint(len(m.agents))\n",
        "utf-8",
    )
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    face = subprocess.run(
        [sys.executable, "face.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert face.returncode == 0, face.stderr


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
    done = without(EXTRAS[extra], root, tmp_path, *arguments)
    assert done.returncode == 1
    assert f"pip install 'kith-sim[{extra}]'" in done.stderr, done.stderr
