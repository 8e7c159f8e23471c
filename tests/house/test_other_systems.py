"""Nothing that only Linux has is needed: kith runs where it is taken away.

No other system is tried here; this shows that no module of this one is missed, not that another works.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ELSEWHERE = """
import os, signal, sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {"fcntl", "resource", "pwd", "grp", "termios"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
for name in ("getuid", "geteuid", "sched_getaffinity", "O_NOFOLLOW"):
    if hasattr(os, name):
        delattr(os, name)
from kith.experiments.cli.app import exit_code
if __name__ == "__main__":
    raise SystemExit(exit_code(sys.argv[1:]))
"""
SMALL = ("--set", "market.size=200", "--set", "market.founders=20", "--days", "20")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("doctor",),
        ("run", "web", *SMALL, "--out", "run"),
        ("compare", "pool", "web", *SMALL, "--runs", "2", "--workers", "1", "--out", "compare"),
        ("measure", "chat_docker"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_needs_nothing_that_only_linux_has(
    arguments: tuple[str, ...], root: Path, tmp_path: Path
) -> None:
    script = tmp_path / "elsewhere.py"
    script.write_text(ELSEWHERE, "utf-8")
    for _ in range(2):  # results are written again, too
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(root / "src")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
