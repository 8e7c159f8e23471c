"""What all tests share: one hypothesis profile, the root of the repository."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Kernels compile at the first call, so no example has a deadline. Where CI is set the examples
# are always the same ones: a red build then means a change, not a lucky draw.
settings.register_profile(
    "kith",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kith")

FIRST = (
    "house",
    "browser",
    "test_notebooks",
    "dashboard",
    "experiments",
    "reference",
)
"""What begins first, of a run on several cores: files that take long, so that none is left for the end.
The house asks linters and not kernels; so others compile them meanwhile, once instead of on every core."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; otherwise in the order of their names."""
    places = {name: place for place, name in enumerate(FIRST)}

    def place(item: pytest.Item) -> int:
        under = item.path.relative_to(Path(__file__).parent).parts[0]
        return places.get(under.removesuffix(".py"), len(places))

    items.sort(key=place)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]
