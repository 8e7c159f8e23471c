"""kith where the home folder cannot be written, or there is none: nothing of the libraries' is printed, and charts are drawn."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DRAWN = """
import kith.experiments
from kith.experiments.charts import theme
with theme.themed():
    theme.Figure().text(0.5, 0.5, "A").figure.savefig(SAVED)
from IPython.paths import get_ipython_dir
get_ipython_dir()
import os; print(os.environ.get("MPLCONFIGDIR"), os.environ["HOME"])
"""
"a chart, and what the dashboard asks IPython"
NO_HOME = """
import pathlib
home = pathlib.Path.home
def unknown(*_):
    if "HOME" not in os.environ:
        raise RuntimeError("Could not determine home directory.")
    return home()
import os; pathlib.Path.home = unknown
"""
"what `Path.home()` does for a user who is only a number and has no HOME"


def draw(root: Path, tmp_path: Path, before: str = "", **environment: str) -> tuple[str, str, Path]:
    """What MPLCONFIGDIR and HOME are then; fails if anything was printed on standard error."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("HOME", "MPLCONFIGDIR", "IPYTHONDIR")
    }
    kept = {name: value for name, value in kept.items() if not name.startswith("XDG_")}
    temporary = tmp_path / "temporary"
    temporary.mkdir(exist_ok=True)
    saved = tmp_path / "drawn.svg"
    done = subprocess.run(
        [sys.executable, "-c", before + DRAWN.replace("SAVED", repr(str(saved)))],
        env=kept | {"PYTHONPATH": str(root / "src"), "TMPDIR": str(temporary)} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert saved.read_text("utf-8").startswith("<?xml")
    where, home = done.stdout.split()
    return where, home, temporary


@pytest.mark.parametrize("home", ["/dev/null", "/dev/full/somebody"])
def test_where_home_cannot_be_written_nothing_is_said_and_the_list_of_fonts_is_kept(
    root: Path, tmp_path: Path, home: str
) -> None:
    where, _, temporary = draw(root, tmp_path, HOME=home)
    assert Path(where).is_relative_to(temporary)
    assert list(Path(where).glob("fontlist*.json"))  # so that the next process need not look for fonts
    assert [path.name for path in temporary.iterdir()] == [f"kith-{os.getuid()}"]


def test_who_has_no_home_is_given_one_that_nobody_writes(root: Path, tmp_path: Path) -> None:
    where, home, temporary = draw(root, tmp_path, before=NO_HOME)
    assert home == os.devnull
    assert Path(where).is_relative_to(temporary)


def test_a_home_that_can_be_written_is_left_to_matplotlib(root: Path, tmp_path: Path) -> None:
    where, home, _ = draw(root, tmp_path, HOME=str(tmp_path))
    assert (where, home) == ("None", str(tmp_path))
    chosen = tmp_path / "chosen"
    assert draw(root, tmp_path, HOME="/dev/null", MPLCONFIGDIR=str(chosen))[0] == str(chosen)
