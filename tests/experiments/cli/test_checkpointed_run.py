"""`kith run` in parts: what was stopped and continued says what an undivided run says."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kith.scenarios.load import load
from kith.sim.checkpoints.checkpoint import save
from kith.sim.engine import Simulation

SMALL = {"market.size": 600, "market.founders": 80}
SETTINGS = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]

type Kith = Callable[..., tuple[int, str, str]]


@pytest.fixture
def half(kith: Kith) -> str:
    """A run of 60 days with seed 4, saved after 30."""
    code, _, err = kith(
        "run", "web", "--days", "60", "--seed", "4", "--save", "half.kith", "--until", "30", *SETTINGS
    )
    assert (code, err) == (0, "saved after 30 days; `kith run --resume half.kith` continues the run\n")
    return "half.kith"


def test_a_continued_run_says_what_an_undivided_one_says(kith: Kith, half: str) -> None:
    whole = kith("run", "web", "--days", "60", "--seed", "4", "--json", *SETTINGS)
    assert kith("run", "--resume", half, "--json", "--threads", "2") == whole
    assert kith("run", "--resume", half) == kith("run", "web", "--days", "60", "--seed", "4", *SETTINGS)


def test_what_is_saved_is_also_shown(kith: Kith) -> None:
    _, parted, _ = kith("run", "web", "--save", "x.kith", "--until", "20", "--json", *SETTINGS)
    assert json.loads(parted) == json.loads(kith("run", "web", "--days", "20", "--json", *SETTINGS)[1])


def test_a_finished_run_can_be_made_longer_and_saved_again(kith: Kith) -> None:
    assert kith("run", "web", "--days", "40", "--save", "x.kith", *SETTINGS)[0] == 0
    code, longer, err = kith("run", "--resume", "x.kith", "--days", "70", "--save", "x.kith", "--json")
    assert (code, err) == (0, "saved after 70 days; `kith run --resume x.kith` continues the run\n")
    assert longer == kith("run", "web", "--days", "70", "--json", *SETTINGS)[1]
    assert longer == kith("run", "--resume", "x.kith", "--json")[1]


@pytest.mark.slow
def test_the_folder_of_a_continued_run_holds_the_whole_run(kith: Kith, half: str) -> None:
    assert kith("run", "--resume", half, "--out", "parted")[0] == 0
    assert kith("run", "web", "--days", "60", "--seed", "4", "--out", "whole", *SETTINGS)[0] == 0
    for name in ("series", "members", "ties", "events"):
        frames = [pd.read_parquet(f"{folder}/{name}.parquet") for folder in ("parted", "whole")]
        assert frames[0].equals(frames[1])
    assert "kith run --resume half.kith --days 60" in Path("parted/report.html").read_text("utf-8")


def test_without_events_there_is_no_folder(kith: Kith, tmp_path: Path) -> None:
    save(Simulation(load("web", overrides=SMALL), days=9, events=False), tmp_path / "silent.kith")
    code, out, err = kith("run", "--resume", "silent.kith", "--out", "folder")
    assert (code, out) == (2, "") and "silent.kith has no recorded events; leave out --out" in err
    assert not Path("folder").exists()


WRONG = {
    "neither": ([], "Missing argument SCENARIO: give a name from `kith list`, or a checkpoint with --resume"),
    "a scenario too": (["web", "--resume", "half.kith"], "determines the run; leave out SCENARIO"),
    "a seed too": (["--resume", "half.kith", "--seed", "0"], "leave out --seed"),
    "a setting too": (["--resume", "half.kith", "--set", "churn.base_hazard=0"], "leave out --set"),
    "a shock too": (["--resume", "half.kith", "--shock", "40 hub_departs"], "leave out --shock"),
    "a replay too": (["--resume", "half.kith", "--replay", "chat_docker"], "leave out --replay"),
    "a log too": (["--resume", "half.kith", "--from-log", "chat_docker"], "leave out --from-log"),
    "until what": (["web", "--until", "3"], "--until 3: needs --save"),
    "until too late": (["web", "--days", "5", "--save", "x", "--until", "6"], "must be from 0 to 5; --days"),
    "until too early": (["--resume", "half.kith", "--save", "x", "--until", "29"], "must be from 30 to 60"),
    "too few days": (["--resume", "half.kith", "--days", "29"], "half.kith is at day 30"),
    "no such file": (["--resume", "none.kith"], "none.kith: No such file or directory; name a checkpoint"),
    "another file": (["--resume", "notes.txt"], "notes.txt: is not a checkpoint"),
    "over another file": (["web", "--save", "notes.txt"], "is an existing file that is no checkpoint"),
    "no such folder": (["web", "--save", "none/x.kith"], "create it first"),
}


@pytest.mark.parametrize(("words", "reason"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_done_in_parts_is_refused_in_one_line(
    kith: Kith, half: str, words: list[str], reason: str
) -> None:
    Path("notes.txt").write_text("notes", encoding="utf-8")
    code, out, err = kith("run", *words)
    assert (code, out, err.count("\n")) == (2, "", 1) and reason in err
    assert Path("notes.txt").read_text("utf-8") == "notes" and not Path("x").exists()
