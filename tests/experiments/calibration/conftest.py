"""A small made-up community: 90 members in 170 days, each of whom acts at its own rate until it stops."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

BEGIN = datetime(2020, 1, 6, tzinfo=UTC)


def rows_of(members: int = 90, days: int = 170, seed: int = 1, stop: float = 0.03) -> list[tuple[int, float]]:
    """Members and days of their acts, in order of time."""
    luck = np.random.default_rng(seed)
    rows = []
    for member in range(members):
        day = days * (member / members) ** 1.1
        leaves = day + luck.exponential(1.0 / stop) if stop > 0 else np.inf
        rate = luck.gamma(0.7, 0.4)
        while day < min(days, leaves):
            rows.append((member, day))
            day += luck.exponential(1.0 / max(rate, 1e-3))
    return sorted(rows, key=lambda row: row[1])


def write_log(path: Path, rows: list[tuple[int, float]]) -> Path:
    lines = [f"m{member},{(BEGIN + timedelta(days=day)).isoformat()},post" for member, day in rows]
    path.write_text("\n".join(["member_id,timestamp,action", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("log") / "village.csv", rows_of())
