"""Nothing that only Linux has is needed: kith runs where it is taken away.

No other system is tried here; this shows that no module of this one is missed, not that another works.
"""

import json
from pathlib import Path

import pytest

from tests.house.scripts import run_script

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
import json
if __name__ == "__main__":
    for name, arguments in json.loads(sys.argv[1]).items():
        again = ["--overwrite"] if "--out" in arguments else []  # results are written again, too
        codes = [exit_code([*arguments, *more]) for more in ([], again)]
        sys.stderr.write(f"\\n{name} ended with {codes}\\n")
"""
SMALL = ("--set", "market.size=200", "--set", "market.founders=20", "--days", "20")


COMMANDS = {
    "list": ("list",),
    "doctor": ("doctor",),
    "run": ("run", "web", *SMALL, "--out", "run"),
    "compare": ("compare", "pool", "web", *SMALL, "--runs", "2", "--workers", "1", "--out", "compare"),
    "measure": ("measure", "chat_docker"),
}


@pytest.fixture(scope="module")
def said(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What all commands say on standard error, one after another in one process."""
    return run_script(ELSEWHERE, root, tmp_path_factory.mktemp("elsewhere"), json.dumps(COMMANDS)).stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_needs_nothing_that_only_linux_has(said: str, name: str) -> None:
    assert f"{name} ended with [0, 0]" in said, said
