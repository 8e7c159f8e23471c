from collections.abc import Callable
from pathlib import Path

import pytest

type Write = Callable[..., Path]

HEADER = "member_id,timestamp,action,target_member\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a scenario file of that name into the test's folder."""

    def write(text: str, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_log(tmp_path: Path) -> Write:
    """Write a log from its rows, below a header."""

    def write_log(rows: str, name: str = "log.csv", header: str = HEADER) -> Path:
        path = tmp_path / name
        path.write_text(header + rows, encoding="utf-8")
        return path

    return write_log
