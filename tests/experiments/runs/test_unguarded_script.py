"""A script that starts processes at its top level is stopped at once, with the lines to write."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from kith import compare

found = compare(
    ["pool", "web"], runs=4, days=3, workers={workers}, overrides={{"market.size": 40, "market.founders": 8}}
)
print(found.runs)
"""


def ran(root: Path, folder: Path, workers: int) -> subprocess.CompletedProcess[str]:
    """The script as a user runs it."""
    script = folder / "mine.py"
    script.write_text(SCRIPT.format(workers=workers), "utf-8")
    environment = os.environ | {"PYTHONPATH": str(root / "src")}
    return subprocess.run(
        [sys.executable, str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_it_fails_once_and_says_what_to_write(root: Path, tmp_path: Path) -> None:
    done = ran(root, tmp_path, workers=2)
    assert done.returncode == 1
    assert 'if __name__ == "__main__":' in done.stderr
    assert len(done.stderr.splitlines()) < 40, "no storm of errors from the workers"


def test_one_worker_needs_no_guard(root: Path, tmp_path: Path) -> None:
    done = ran(root, tmp_path, workers=1)
    assert done.stdout == "4\n", done.stderr


def test_a_script_from_standard_input_fails_once_and_says_why(root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-"],
        input=SCRIPT.format(workers=2),
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert "save it as a file, or give workers=1" in done.stderr
    assert len(done.stderr.splitlines()) < 40, "no storm of errors from the workers"
