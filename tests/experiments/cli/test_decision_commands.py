"""`kith study regret | replicate | tip`: told, written, and the same again."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

type Kith = Callable[..., tuple[int, str, str]]

STUDY = """
question = "How much does company matter?"
scenarios = ["web", "pool"]
days = 20
runs = 4
outcomes = ["active"]
[set]
market.size = 300
market.founders = 40
[[lever]]
name = "churn.base_hazard"
low = 0.002
high = 0.1
[design]
kind = "latin_hypercube"
points = 4
"""


@pytest.fixture
def kith(kith: Kith, tmp_path: Path) -> Kith:
    """Runs `kith` in a folder with two studies: exit code, output, errors."""
    (tmp_path / "two.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "one.toml").write_text(STUDY.replace(', "pool"', ""), encoding="utf-8")
    return kith


def words(text: str) -> str:
    return " ".join(text.split())


def test_regret_is_told_of_stored_runs_and_comes_out_the_same_again(kith: Kith, tmp_path: Path) -> None:
    code, out, err = kith("study", "regret", "two.toml")
    assert (code, out) == (2, "")
    assert "is empty; run `kith study run two.toml` first" in err
    assert kith("study", "run", "two.toml", "--workers", "1")[0] == 0
    code, out, err = kith("study", "regret", "two.toml", "--out", "here")
    assert (code, err) == (0, "")
    assert "has the least mean regret" in words(out)
    table = pd.read_parquet(tmp_path / "here" / "regret.parquet")
    assert set(table["policy"]) == {"web", "pool"}
    assert "kith study regret inputs/two.toml" in (tmp_path / "here" / "report.html").read_text("utf-8")
    code, out, _ = kith("verify-bundle", "here", "--json", "--workers", "1")
    assert (code, json.loads(out)["compared"]) == (0, "bytes")


def test_further_runs_are_spent_and_stored(kith: Kith, tmp_path: Path) -> None:
    request = ("study", "replicate", "one.toml", "--budget", "6", "--workers", "1")
    code, out, err = kith(*request, "--out", "here")
    assert (code, err) == (0, "")
    assert "6 further runs at" in words(out)
    points = pd.read_parquet(tmp_path / "here" / "points.parquet")
    assert points["further"].sum() == 6
    code, out, _ = kith(*request, "--json")
    assert sum(row["further"] for row in json.loads(out)["points"]) == 6
    assert kith(*request, "--for", "speed")[2].startswith(
        "kith: --for speed: must be precision, best or level"
    )


def test_where_it_tips_is_told_and_written(kith: Kith, tmp_path: Path) -> None:
    code, out, err = kith(
        "study", "tip", "one.toml", "--level", "33", "--points", "8", "--workers", "1", "--out", "here"
    )
    assert (code, err) == (0, "")
    assert "active members of 33 or more: in" in words(out)
    tried = pd.read_parquet(tmp_path / "here" / "tried.parquet")
    assert len(tried) == 8
    assert tried["chance"].notna().sum() == 4
    assert (tmp_path / "here" / "figures" / "boundary.svg").exists()
    code, out, err = kith("study", "tip", "two.toml", "--workers", "1")
    assert (code, out) == (2, "")
    assert "a boundary is that of one scenario" in err
