"""The package is cheap to import and shows what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

from kith import scenarios


def test_nothing_heavy_is_imported_for_the_list(root: Path) -> None:
    code = (
        "import sys, scenarios; scenarios.library(); scenarios.names(); scenarios.parse_setting('a=1');"
        "print(sorted({'numpy', 'pandas', 'pydantic', 'sim'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    assert set(scenarios.__all__) <= set(dir(scenarios))
    for name in scenarios.__all__:
        assert getattr(scenarios, name).__doc__


def test_a_name_that_is_not_there_is_missing() -> None:
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        scenarios.lode  # noqa: B018


def test_there_is_one_root_of_errors() -> None:
    assert issubclass(scenarios.LogError, scenarios.ScenarioError)
    assert issubclass(scenarios.ScenarioError, ValueError)
