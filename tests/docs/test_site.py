"""The documentation builds as a site, without a warning and without a network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kith.scenarios.schema import scenario_schema


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning, such as a link or an anchor that leads nowhere, is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-c", "docs/site"]
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    done = subprocess.run(
        [*command, "-d", str(folder / "doctrees"), ".", str(folder / "html")],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


def test_every_page_of_the_documentation_is_on_the_site(root: Path, site: Path) -> None:
    pages = [*(root / "docs").glob("**/*.md"), *(root / "docs" / "notebooks").glob("*.ipynb")]
    missing = [p for p in pages if not (site / p.relative_to(root)).with_suffix(".html").exists()]
    assert missing == []


def test_a_page_asks_nobody_for_anything(site: Path) -> None:
    """Scripts, styles, fonts and pictures come from the site itself."""
    asked = re.compile(
        r"<(?:script|img|iframe)[^>]+src=\"(?:https?:)?//|<link[^>]+rel=\"stylesheet\"[^>]+href=\"(?:https?:)?//"
    )
    assert [p.name for p in site.glob("**/*.html") if asked.search(p.read_text("utf-8"))] == []


def test_a_link_calls_a_page_by_its_title(site: Path) -> None:
    """Not by its file, which a reader of the site never sees."""
    called = re.compile(r"<a class=\"reference internal\"[^>]*>(?:<[^>]+>)*([\w./-]+\.md)<")
    found = {p.name: called.findall(p.read_text("utf-8")) for p in site.glob("**/*.html")}
    assert {name: files for name, files in found.items() if files} == {}


def test_reference_pages_are_made_from_the_code(site: Path) -> None:
    reference = site / "docs" / "reference"
    assert "contribution.onboarding" in (reference / "parameters.html").read_text("utf-8")
    assert "--from-log" in (reference / "command-line.html").read_text("utf-8")
    assert "active_ever" in (reference / "indicators.html").read_text("utf-8")
    assert "Membership fee" in (reference / "gallery.html").read_text("utf-8")
    files = (reference / "scenario-files.html").read_text("utf-8")
    schema = scenario_schema()["properties"]
    assert [name for name in schema if f">{name}<" not in files and f"[{name}]" not in files] == []
    for kind in ("phase", "shock", "experiment", "expected"):
        fields = schema[kind]["items"]["properties"]
        assert [n for n in fields if f">{n}<" not in files and f"[{kind}.{n}]" not in files] == []
    assert len(files) < 200_000  # tables, and not the whole schema
