"""What all tests share: one hypothesis profile, the root of the repository."""

import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Kernels compile at the first call, so no example has a deadline. The examples are always the same
# ones, so that a red build means a change, not a lucky draw; `make search` draws new ones.
settings.register_profile(
    "kith",
    deadline=None,
    derandomize="NEW_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kith")

# readline, which pytest imports, tells the processes that run the tests how wide a terminal would be; there is none.
os.environ.pop("COLUMNS", None)

FIRST = (
    "house/test_extras",
    "house/test_installed",
    "docs/test_site",
    "house",
    "browser",
    "test_notebooks",
    "reference",
    "experiments/calibration",
    "dashboard",
    "experiments",
)
"""What begins first, of a run on several cores: files that take long, so that none is left for the end.
Of the very first one compiles the kernels, and the others use none; so they compile once instead of on every core."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; otherwise in the order of their names."""
    tests = Path(__file__).parent

    @cache
    def place(path: Path) -> int:
        under = path.relative_to(tests).as_posix()
        return next((k for k, start in enumerate(FIRST) if under.startswith(start)), len(FIRST))

    items.sort(key=lambda item: place(item.path))


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]
