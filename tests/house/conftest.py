"""What is built once for all tests of the house."""

import subprocess
import sys
from pathlib import Path

import pytest


def built(root: Path, folder: Path, target: str, pattern: str) -> Path:
    """What hatch builds of the checkout, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=root, capture_output=True, check=True, timeout=600)
    return next(folder.glob(pattern))


@pytest.fixture(scope="session")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return built(root, tmp_path_factory.mktemp("wheel"), "wheel", "*.whl")


@pytest.fixture(scope="session")
def archive(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive."""
    return built(root, tmp_path_factory.mktemp("archive"), "sdist", "*.tar.gz")
