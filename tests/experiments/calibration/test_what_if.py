"""What a change does at draws of a posterior: luck and parameters apart."""

import json
from pathlib import Path

import pytest

from kith.experiments.calibration.what_if import in_world, what_if
from kith.experiments.cli.app import exit_code
from kith.experiments.errors import RequestError
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
    rows = json.loads(capsys.readouterr().out)["outcomes"]
    active = next(row for row in rows if row["outcome"] == "active")
    assert active["low"] <= active["difference"] <= active["high"]
    assert active["difference"] == pytest.approx(active["second"] - active["first"])
    assert exit_code([*words, "--stress"]) == 2
    assert "--stress cannot be combined with --posterior" in capsys.readouterr().err
