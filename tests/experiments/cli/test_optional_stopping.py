"""Looking again: what an interval promises is said where more runs are suggested, and a continued comparison is told."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kith.experiments.bundles.earlier import earlier_look

type Kith = Callable[..., tuple[int, str, str]]

TINY = ["--days", "12", "--set", "market.size=300", "--set", "market.founders=60", "--workers", "1"]
PAIR = ["compare", "pool", "web", *TINY]


def words(text: str) -> str:
    return " ".join(text.split())


def told(folder: Path) -> object:
    return json.loads((folder / "here" / "provenance.json").read_text("utf-8"))["continues_a_look_at_runs"]


@pytest.mark.slow
def test_what_an_interval_promises_is_said_and_a_continued_look_is_told(kith: Kith, tmp_path: Path) -> None:
    code, out, _ = kith(*PAIR, "--runs", "4", "--out", "here")
    assert code == 0
    assert "how many paired runs would resolve it" in words(out)
    promise = "These intervals hold for a number of runs chosen beforehand, or for --precision"
    assert promise in words(out)
    assert "choose the number first and use new seeds (--first-seed)" in words(out)
    assert promise in words((tmp_path / "here" / "report.html").read_text("utf-8"))
    assert told(tmp_path) is None
    code, _, err = kith(*PAIR, "--runs", "6", "--out", "here", "--overwrite")
    assert code == 0
    assert "this continues a comparison of 4 runs that was in the folder" in err
    assert told(tmp_path) == 4


@pytest.mark.parametrize(
    ("change", "seeds", "before"),
    [
        (["--runs", "8"], range(8), 4),
        (["--precision", "0.05"], range(16), 4),
        (["--runs", "8", "--first-seed", "100"], range(100, 108), None),
        (["--runs", "8", "--set", "value.peers=0.3"], range(8), None),
        (["--runs", "4"], range(4), None),
    ],
)
def test_only_more_runs_of_the_same_on_the_same_seeds_go_on(
    tmp_path: Path, change: list[str], seeds: range, before: int | None
) -> None:
    earlier = {"words": ["compare", "pool", "web", "--runs", "4"], "seeds": [0, 1, 2, 3]}
    (tmp_path / "provenance.json").write_text(json.dumps(earlier), "utf-8")
    assert earlier_look(tmp_path, ["compare", "pool", "web", *change], seeds) == before


def test_a_folder_without_a_comparison_is_no_earlier_look(tmp_path: Path) -> None:
    assert earlier_look(tmp_path, ["compare", "pool", "web"], range(4)) is None
