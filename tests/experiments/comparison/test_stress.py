"""A stress test: each design under the standard shocks, paired with itself."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import compare
from kith.experiments.comparison.repeat_command import comparison_command
from kith.experiments.comparison.stress import (
    check_length,
    gathered_stress,
    recovery,
    stress,
    stress_jobs,
)
from kith.experiments.comparison.stress_result import back_words, lost_words
from kith.experiments.comparison.stress_shocks import AFTER, SHOCKS
from kith.experiments.errors import ComparisonError
from kith.experiments.runs.runner import RunResult, run_all
from kith.scenarios.load import load

SMALL = {"market.size": 1_000, "market.founders": 100}
DAYS = 240


@pytest.fixture(scope="module")
def runs() -> list[RunResult]:
    """The runs under shocks, as they arrived."""
    return []


@pytest.fixture(scope="module")
def tested(runs: list[RunResult]):
    comparison = compare(["hub", "web"], runs=4, days=DAYS, overrides=SMALL, workers=1)

    def kept(*arguments: Any) -> Iterator[RunResult]:
        for result in run_all(*arguments):
            runs.append(result)
            yield result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kith.experiments.comparison.stress.run_all", kept)
        return comparison, stress(comparison, workers=1)


@pytest.mark.slow
def test_every_shock_strikes_every_design_once(tested) -> None:
    comparison, result = tested
    assert result.day == DAYS - AFTER
    assert len(result.table) == len(SHOCKS) * len(comparison.labels)
    assert result.table["applies"].all()
    assert (result.table["pairs"] == 4).all()


def test_a_hub_loses_more_with_its_centre_than_a_web(tested) -> None:
    _, result = tested
    assert result.row("centre", "hub")["lost"] > 0.3 > result.row("centre", "web")["lost"]


def test_what_is_lost_is_the_paired_share_of_active_members(tested, runs) -> None:
    comparison, result = tested
    usual = comparison.values.query("scenario == 'web'")["active"].mean()
    struck = np.mean([run.summary["active"] for run in runs if run.key == ("third", "web")])
    assert result.row("third", "web")["lost"] == pytest.approx(1 - struck / usual)


def test_the_order_in_which_runs_arrive_does_not_matter(tested, runs) -> None:
    comparison, result = tested
    assert [(job.key, job.seed) for job in stress_jobs(comparison)] == [(run.key, run.seed) for run in runs]
    assert gathered_stress(comparison, runs[::-1]).table.equals(result.table)


def test_a_fee_strikes_nobody_who_has_one() -> None:
    paywall = next(shock for shock in SHOCKS if shock.key == "paywall")
    assert paywall.strike(load("fee"), 100) is None
    struck = paywall.strike(load("ads_then_price"), 100)
    assert struck is not None
    assert [p.monetisation.model for day, p in struck.phases if day >= 100] == ["fee"] * sum(
        day >= 100 for day, _ in struck.phases
    )
    assert struck.phases[0][1] == load("ads_then_price").phases[0][1]


def test_all_hubs_leave() -> None:
    centre = next(shock for shock in SHOCKS if shock.key == "centre")
    struck = centre.strike(load("hub", overrides={"affiliation.hubs": 3}), 100)
    assert struck is not None
    assert struck.shocks[-1].count == 3


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ([0.0, 0.4, 0.3, 0.1, 0.1], (0.4, 20.0)),
        ([0.0, 0.4, 0.3, 0.1, 0.3], (0.4, math.inf)),
        ([0.0, 0.01, 0.0, 0.0, 0.0], (0.01, math.nan)),
        ([0.9, 0.0, 0.0, -0.2, 0.0], (0.0, math.nan)),
    ],
)
def test_recovery_begins_where_half_is_back_for_good(missing, expected) -> None:
    found = recovery(np.array([-10, 0, 10, 20, 30]), np.array(missing))
    assert found == pytest.approx(expected, nan_ok=True)


def test_runs_that_are_too_short_are_refused() -> None:
    with pytest.raises(ComparisonError, match="needs at least 210"):
        check_length(209)


def test_words_of_a_cell(tested) -> None:
    _, result = tested
    row = result.row("third", "web").copy()
    row[["lost", "low", "high", "days_to_half"]] = 0.421, 0.39, 0.45, 60
    assert (lost_words(row), back_words(row)) == ("42 % (39 to 45)", "half back: 60 days")
    row["days_to_half"] = math.inf
    assert back_words(row) == "not back"
    row["applies"] = False
    assert lost_words(row) == "–"


@pytest.mark.slow
def test_the_report_the_json_and_the_command_have_it(tested) -> None:
    from dataclasses import replace

    from kith.experiments.reports.comparison import comparison_page

    comparison, result = tested
    both = replace(comparison, stress=result)
    assert comparison_command(both).endswith("--stress") or " --stress " in comparison_command(both)
    assert "a third leaves at once" in comparison_page(both)
    assert "a third leaves at once" not in comparison_page(comparison)
    assert both.plain()["stress"]["day"] == DAYS - AFTER


def test_a_scenario_that_is_too_short_is_refused_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tmp_path / "short.toml"
    short.write_text('extends = "web"\ndays = 100\n', encoding="utf-8")
    monkeypatch.setattr("kith.experiments.comparison.comparison.run_chunks", lambda *_: pytest.fail("ran"))
    assert exit_code(["compare", str(short), "--arm", f"'{short}' governance.voice=1", "--stress"]) == 2
    assert "needs at least 210" in capsys.readouterr().err
