"""`kith levers` without a scenario: the whole library, resumable, by parameter."""

import json
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.analyses.levers import screen as screening
from kith.experiments.cli.app import exit_code

FEW = [
    "levers",
    "--days",
    "10",
    "--workers",
    "1",
    "--parameter",
    "churn.base_hazard",
    "--parameter",
    "monetisation.price",
]


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library of two scenarios."""
    monkeypatch.setattr("kith.experiments.credibility.expectations.textbook", lambda: ["web", "fee"])


def test_the_library_is_screened_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "library"
    assert exit_code([*FEW, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 100
    assert "churn.base_hazard" in printed and "act in at least one of 2 scenarios" in printed
    assert {path.name for path in out.iterdir()} == {
        "library.json",
        "library.md",
        "library_churn.md",
        "library_monetisation.md",
    }
    before = (out / "library.json").read_bytes()
    assert exit_code([*FEW, "--out", str(out), "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert (out / "library.json").read_bytes() == before
    hazard = next(one for one in whole["parameters"] if one["name"] == "churn.base_hazard")
    assert (hazard["acts_in"], hazard["scenarios"]) == (2, ["web", "fee"])


def test_an_interrupted_library_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, screen, asked = tmp_path / "library", screening.screen, []

    def interrupted(scenario: str, *rest: Any) -> Any:
        if scenario == "fee" and not asked.count("fee"):
            asked.append(scenario)
            raise KeyboardInterrupt
        asked.append(scenario)
        return screen(scenario, *rest)

    monkeypatch.setattr(screening, "screen", interrupted)
    assert exit_code([*FEW, "--out", str(out)]) != 0
    assert "1 of 2 scenarios are kept" in capsys.readouterr().err
    assert exit_code([*FEW, "--out", str(out)]) == 0
    assert asked == ["web", "fee", "fee"]


def test_another_request_is_refused_and_nothing_is_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "library"
    assert exit_code([*FEW, "--out", str(out)]) == 0
    before = (out / "library.json").read_bytes()
    capsys.readouterr()
    other = ["11" if word == "10" else word for word in FEW]
    assert exit_code([*other, "--out", str(out)]) == 2
    assert "holds the library for other parameters, days or scenarios" in capsys.readouterr().err
    assert (out / "library.json").read_bytes() == before
    assert exit_code([*other, "--out", str(out), "--overwrite"]) == 0
    assert (out / "library.json").read_bytes() != before


def test_runs_are_of_named_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code([*FEW, "--runs", "8"]) == 2
    assert "--runs 8: the whole library is screened with single pairs" in capsys.readouterr().err


def test_the_wait_for_whole_days_is_announced_where_many_runs_are_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kith.sim.kernels.cache.compiles", lambda: True)
    monkeypatch.setattr("kith.sim.kernels.cache.is_whole_day_compiled", lambda: False)
    monkeypatch.setattr("kith.experiments.cli.manners.compiling.count_kernels", lambda about: None)
    monkeypatch.setattr("kith.experiments.analyses.levers.audit.audit", refuse)
    monkeypatch.setattr(screening, "screen", refuse)
    for words in (["levers", "web", "--workers", "1"], ["levers", "--workers", "1"]):
        exit_code(words)
        assert "compiling whole days, for many runs" in capsys.readouterr().err
    exit_code([*FEW, "--parameter", "value.peers"])
    assert "compiling whole days" not in capsys.readouterr().err
