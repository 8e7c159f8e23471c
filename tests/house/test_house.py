"""The house is in order: style, types, layers, what is shipped and what is promised."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NOT_OURS = {"out", "build", "dist", "node_modules", "__pycache__"}


def succeed(command: list[str], folder: Path, **environment: str) -> str:
    """What the command says; the test fails with it where the command fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below, found without git: the tree may be an unpacked archive."""
    for place, inner, names in os.walk(folder):
        hidden = {name for name in inner if name.startswith(".") and name != ".ci"}
        inner[:] = sorted(set(inner) - hidden - NOT_OURS)
        ours = (name for name in sorted(names) if name != ".git" and not name.endswith((".pyc", ".swp")))
        yield from (Path(place, name) for name in ours)


def lines_with(root: Path, pattern: str) -> list[str]:
    """`path:line: text` of every line of text in the repository that matches."""
    wanted = re.compile(pattern)
    found = []
    for path in files_of(root):
        if "cdn" in path.parts:  # others' code, as it came
            continue
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            if wanted.search(line):
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()[:120]}")
    return found


@pytest.fixture(scope="session")
def settings(root: Path) -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


# How it is written


def test_the_linter_finds_nothing(root: Path) -> None:
    succeed([sys.executable, "-m", "ruff", "check", "--output-format=concise", "."], root)


def test_the_format_is_the_formatters(root: Path) -> None:
    succeed([sys.executable, "-m", "ruff", "format", "--check", "--output-format=concise", "."], root)


def test_the_types_hold(root: Path) -> None:
    succeed([sys.executable, "-m", "mypy"], root)


def test_dependencies_point_down(root: Path) -> None:
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-cache'])"
    succeed([sys.executable, "-c", lint], root)


def is_kernel(function: ast.FunctionDef) -> bool:
    """Whether numba gives the function its types."""
    return any("kernel" in ast.unparse(decorator) for decorator in function.decorator_list)


def is_annotated(function: ast.FunctionDef) -> bool:
    """Whether every argument but `self` and the result have a type."""
    every = function.args
    arguments = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
    named = [a for a in arguments if a is not None and a.arg not in {"self", "cls"}]
    return function.returns is not None and all(a.annotation is not None for a in named)


def test_only_kernels_go_without_types(root: Path) -> None:
    bare = [
        f"{path.relative_to(root)}:{node.lineno} {node.name}"
        for path in files_of(root / "sim")
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and not is_kernel(node) and not is_annotated(node)
    ]
    assert not bare


ONE_WAY_OUT = {
    r"\.to_csv\(|\bcsv\.(?:writer|DictWriter)\(": {"experiments/escaping.py"},
    r"from html import .*\bescape\b|\bhtml\.escape\(|markupsafe import .*\bescape\b": {
        "experiments/escaping.py"
    },
    r"\b_?(?:Console|Plain)\(": {"experiments/words/terminal.py", "experiments/cli/progress.py"},
    r"typer\.echo\(|click\.echo\(|traceback\.print_": set(),
    r"sys\.(?:stdout|stderr)\.write\(": {"dashboard/__main__.py", "dashboard/server.py"},
}
"""What brings text out of kith, and the only modules that may do it: `kith.experiments.escaping` says how."""


@pytest.mark.parametrize("pattern", ONE_WAY_OUT)
def test_text_leaves_by_one_way_for_each_kind_of_place(root: Path, pattern: str) -> None:
    found = {
        f"{path.relative_to(root)}"
        for name in ("dashboard", "experiments")
        for path in files_of(root / name)
        if path.suffix == ".py" and re.search(pattern, path.read_text("utf-8"))
    }
    assert found == ONE_WAY_OUT[pattern]


def test_no_machine_is_named(root: Path) -> None:
    assert not lines_with(root, r"(?<![\w.<)])/(?:work|root|home|tmp)\b(?!\.)")


def test_nothing_is_left_for_later(root: Path) -> None:
    assert not lines_with(root, r"\b(?:[T]ODO|[F]IXME|[X]XX)\b")


# What it is made from


def test_the_constraints_hold_versions_and_nothing_else(root: Path) -> None:
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", pin)] == []


def test_every_dependency_is_pinned_and_explained(root: Path, settings: dict[str, Any]) -> None:
    project = settings["project"]
    wanted = [
        *project["dependencies"],
        *(line for e in project["optional-dependencies"].values() for line in e),
    ]
    names = {re.split(r"[<>=!~\[ ]", line)[0].lower() for line in wanted} - {project["name"]}
    lines = (root / "constraints.txt").read_text("utf-8").lower().splitlines()
    pinned = {line.partition("==")[0].replace("_", "-") for line in lines}
    assert names <= pinned
    reasons = (root / "docs" / "explanation" / "decisions.md").read_text("utf-8").lower()
    assert [name for name in sorted(names) if f"| {name} |" not in reasons] == []


def test_there_is_one_version(root: Path, settings: dict[str, Any]) -> None:
    version = settings["project"]["version"]
    citation = (root / "CITATION.cff").read_text("utf-8")
    changes = (root / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^version: (.+)$", citation, re.MULTILINE)[1] == version
    assert re.search(r"^## \[(.+?)\]", changes, re.MULTILINE)[1] == version


# What is promised


def test_links_lead_somewhere(root: Path) -> None:
    pages = [root / "README.md", root / "CHANGELOG.md", *(root / "docs").glob("**/*.md")]
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
        if "://" not in link
    ]
    assert [f"{page.name} -> {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_the_readme_names_the_commands_that_exist_and_no_others(root: Path) -> None:
    readme = (root / "README.md").read_text("utf-8")
    promised = set(re.findall(r"^\| `kith ([a-z]+)", readme, re.MULTILINE))
    said = succeed(
        [sys.executable, "-m", "kith.experiments.cli.app", "--help"], root, COLUMNS="100", TERM="dumb"
    )
    offered = set(re.findall(r"^[│| ]+([a-z]+) {2,}\S", said, re.MULTILINE))
    assert promised == offered


def test_the_readmes_python_runs(root: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.+?)```", (root / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert succeed([sys.executable, "-c", block], tmp_path)
