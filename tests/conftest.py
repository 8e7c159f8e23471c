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


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]
