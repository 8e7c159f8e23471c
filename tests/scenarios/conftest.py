from collections.abc import Callable
from pathlib import Path

import pytest

from kith.scenarios.load import load
from kith.sim.engine import run
from kith.sim.results.record import Record

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


@pytest.fixture
def write_record() -> Callable[[Path], Record]:
    """Run a small community and keep its record in a folder."""

    def write_record(folder: Path) -> Record:
        plan = load("web", {"market.size": 400, "market.founders": 40}, days=40)
        record = run(plan, seed=1, threads=1, events=True)
        record.to_parquet(folder)
        return record

    return write_record
