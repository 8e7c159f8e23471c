"""The library can be listed without the engine."""

import subprocess
import sys
from pathlib import Path

from kith import LogError, ScenarioError


def test_nothing_heavy_is_imported_for_the_list(root: Path) -> None:
    code = (
        "import sys, kith; kith.library(); kith.names();"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'kith.sim'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == "[]"


def test_there_is_one_root_of_errors() -> None:
    assert issubclass(LogError, ScenarioError)
    assert issubclass(ScenarioError, ValueError)
