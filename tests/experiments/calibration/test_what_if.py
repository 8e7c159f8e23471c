"""What a change does at draws of a posterior: luck and parameters apart."""

import json
from pathlib import Path

import numpy as np
import pytest

from kith.experiments.calibration.what_if import WhatIf, differences_of, in_world, stranger, what_if
from kith.experiments.cli.app import exit_code
from kith.experiments.cli.evidence.what_if import show
from kith.experiments.errors import RequestError
from kith.experiments.statistics.luck_and_parameters import least_share, parts
from kith.scenarios.load import load
from tests.experiments.calibration.bundles import made_up, write_made_up_bundle

SMALL = {"market.size": 200, "market.founders": 30}


def test_a_draw_holds_in_every_phase_and_keeps_what_the_phase_changes() -> None:
    fit = made_up()
    plan = load("paywall", overrides=SMALL)
    world = in_world(plan, fit, fit.draws[3])
    assert [p.monetisation.model for _, p in world.phases] == [p.monetisation.model for _, p in plan.phases]
    hazard = fit.priors["churn.base_hazard"].value(fit.draws[3][list(fit.priors).index("churn.base_hazard")])
    assert {p.churn.base_hazard for _, p in world.phases} == {hazard}


def test_a_change_of_what_the_posterior_draws_is_refused() -> None:
    with pytest.raises(RequestError, match=r"churn\.base_hazard is drawn from the posterior"):
        what_if(made_up(), ["web", "web"], overrides={"churn.base_hazard": 0.01})


def test_a_comparison_at_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_made_up_bundle(tmp_path / "fit")
    words = ["compare", "web", "pool", "--posterior", str(tmp_path / "fit"), "--runs", "8", "--days", "40"]
    words += ["--workers", "1", *(w for name, value in SMALL.items() for w in ("--set", f"{name}={value}"))]
    assert exit_code([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [note.split(",")[0] for note in said["notes"]] == ["pool is neither web"]
    rows = said["outcomes"]
    active = next(row for row in rows if row["outcome"] == "active")
    assert active["low"] <= active["difference"] <= active["high"]
    assert active["difference"] == pytest.approx(active["second"] - active["first"])
    assert exit_code([*words, "--stress"]) == 2
    assert "--stress cannot be combined with --posterior" in capsys.readouterr().err


def differences(by_parameters: float, worlds: int = 12, seeds: int = 2) -> WhatIf:
    """Differences of 5 members that luck moves by 1, and the parameters by so much."""
    fit, luck = made_up(), np.random.default_rng(4)
    values = np.zeros((2, worlds, seeds, 1))
    centred = luck.normal(size=(worlds, seeds, 1))
    values[1] = (
        5.0 + centred - centred.mean(axis=1, keepdims=True) + by_parameters * luck.normal(size=(worlds, 1, 1))
    )
    table = differences_of(fit, fit.draws[:worlds], values, {"active": "members"})
    return WhatIf("web with a name that is long", "pool", worlds, seeds, table)


def test_the_difference_on_average_is_known_better_than_that_of_one_pair_and_both_are_told() -> None:
    row = differences(2.0).table.iloc[0]
    assert row["low_run"] < row["low"] < row["difference"] < row["high"] < row["high_run"]
    of_luck = 1.645**2 * ((row["high"] - row["difference"]) / 1.645) ** 2 - row["parameters"] ** 2
    assert of_luck == pytest.approx(row["luck"] ** 2 / 2, rel=0.01)


def test_parameters_that_few_draws_cannot_tell_from_luck_are_not_called_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = differences(0.0)
    row = result.table.iloc[0]
    assert row["share_parameters"] == 0.0
    show(result)
    said = capsys.readouterr().out
    assert f"< {100 * row['least_share']:.0f} %" in said
    assert "± 0 " not in said
    assert "less than 12 draws can tell from luck" in " ".join(said.split())


def rests_on(means: np.ndarray) -> str:
    """What differences with these means, (worlds,), are said to rest on if no parameter is identified."""
    fit = made_up()
    fit.parameters["identified"] = False
    values = np.zeros((2, len(means), 2, 1))
    values[1] = means[:, None, None]
    return str(
        differences_of(fit, fit.draws[: len(means)], values, {"active": "members"})["rests_on"].iloc[0]
    )


def test_a_difference_rests_on_the_parameter_that_it_follows() -> None:
    fit = made_up()
    for place in (0, 5):
        assert list(fit.priors)[place] in rests_on(fit.draws[:24, place]).split(", ")


def test_chance_among_many_parameters_is_no_reason() -> None:
    luck = np.random.default_rng(6)
    named = [rests_on(luck.normal(size=8)) for _ in range(60)]
    assert sum(map(bool, named)) <= 9  # of a rank alone 57 had a name


def test_the_tables_fit_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show(differences(2.0))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert sum("─" in line for line in lines) == 2
    assert next(line for line in lines if line.startswith("active members")).count("+") == 3


def test_a_scenario_that_was_not_fitted_is_said_to_be_a_stranger(tmp_path: Path) -> None:
    write_made_up_bundle(tmp_path / "fit")
    changed = tmp_path / "changed.toml"
    changed.write_text('extends = "fit/fitted.toml"\n[incentives]\nbadges = 1\n', encoding="utf-8")
    fit = made_up()
    assert stranger(fit, "pool").startswith(
        "pool is neither web, which was fitted to village.csv, nor an extension"
    )
    assert not stranger(fit, "web")
    assert not stranger(fit, str(tmp_path / "fit" / "fitted.toml"))
    assert not stranger(fit, changed)


def test_the_smallest_share_that_draws_can_show_is_nearly_always_seen() -> None:
    share, luck = least_share(12, 2), np.random.default_rng(8)
    seen = [
        parts(
            np.sqrt(share) * luck.normal(size=(12, 1)) + np.sqrt(1.0 - share) * luck.normal(size=(12, 2))
        ).share
        for _ in range(2000)
    ]
    assert np.mean(np.array(seen) > 0.0) == pytest.approx(0.95, abs=0.015)
