"""The notebooks of the documentation run, and hold what they show and nothing of the machine."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

NAMES = (
    "a-comparison",
    "a-finding",
    "a-network-study",
    "a-new-behaviour",
    "a-sensitivity-study",
    "first-steps",
)


QUICK = ("first-steps",)
"""Those that every run of the tests executes; the others are slow."""


def shape(notebook: Any) -> list[tuple[str, str, list[tuple[str, list[str]]]]]:
    """Every cell with its text and the kinds of its outputs; numbers may differ between machines."""
    return [
        (
            cell.cell_type,
            cell.source,
            [(o.output_type, sorted(o.get("data", ()))) for o in cell.get("outputs", ())],
        )
        for cell in notebook.cells
    ]


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
)
def test_a_notebook_shows_what_it_gives(root: Path, tmp_path: Path, name: str) -> None:
    command = [sys.executable, str(root / "docs" / "notebooks" / "execute.py"), str(tmp_path), name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kept, now = (
        nbformat.read(f / f"{name}.ipynb", as_version=4) for f in (root / "docs" / "notebooks", tmp_path)
    )
    assert shape(kept) == shape(now)
    assert sum(bool(cell.get("outputs")) for cell in now.cells) >= 4
    assert not [o for cell in now.cells for o in cell.get("outputs", ()) if o.get("name") == "stderr"]


def test_every_notebook_is_tried(root: Path) -> None:
    assert sorted(p.stem for p in (root / "docs" / "notebooks").glob("*.ipynb")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_small_and_of_no_machine(root: Path, name: str) -> None:
    path = root / "docs" / "notebooks" / f"{name}.ipynb"
    assert path.stat().st_size < 100_000
    assert set(nbformat.read(path, as_version=4).metadata) == {"kernelspec", "language_info"}
    assert not re.search(r"/(?:home|root|tmp|work|Users|opt|usr)/", path.read_text("utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_its_links_lead_somewhere(root: Path, name: str) -> None:
    path = root / "docs" / "notebooks" / f"{name}.ipynb"
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text("utf-8"))
    assert links
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []
