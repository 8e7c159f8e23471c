"""A fit from end to end, small: the bundle, its scenario, the forecast from it, resuming, and bad requests."""

import json
from pathlib import Path

import pytest

from kith.experiments.calibration.bundle import read_bundle
from kith.experiments.calibration.calibrate import calibrate
from kith.experiments.calibration.fitting import Budget
from kith.experiments.cli.app import exit_code
from kith.experiments.errors import RequestError
from kith.scenarios.load import load
from kith.sim.engine import run
from tests.experiments.calibration.bundles import made_up

QUICK = ["--points", "32", "--rounds", "1", "--ensemble", "10", "--workers", "1"]


@pytest.fixture(scope="module")
def bundle(log: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fit")
    words = [
        "calibrate",
        "web",
        str(log),
        *QUICK,
        "--out",
        str(folder / "out"),
        "--store",
        str(folder / "runs"),
    ]
    assert exit_code(words) == 0
    return folder / "out"


def test_a_bundle_holds_the_fit_and_no_member(bundle: Path) -> None:
    names = {path.name for path in bundle.iterdir()}
    assert {
        "fitted.toml",
        "joins.csv",
        "posterior.parquet",
        "fit.csv",
        "parameters.csv",
        "held_out.csv",
    } <= names
    for path in bundle.iterdir():
        if path.suffix in {".toml", ".csv", ".json", ".html"}:
            assert "m17" not in path.read_text(encoding="utf-8")
    content = json.loads((bundle / "calibration.json").read_text(encoding="utf-8"))
    assert {row["statistic"] for row in content["statistics"]} >= {"actives_1", "again_d1_7", "gini"}
    assert all(row["tolerance"] > 0 for row in content["statistics"])


def test_the_fitted_scenario_runs_with_the_real_joins_and_names_its_sources(bundle: Path) -> None:
    plan = load(str(bundle / "fitted.toml"))
    fit = read_bundle(bundle)
    assert plan.arrivals is not None
    assert plan.arrivals.daily[: fit.past.days].tolist() == fit.past.joins.tolist()
    assert plan.parameters.churn.base_hazard == pytest.approx(fit.values["churn.base_hazard"])
    record = run(plan, seed=1, days=60)
    assert record.series["joins"].sum() == fit.past.joins[:60].sum()
    text = (bundle / "fitted.toml").read_text(encoding="utf-8")
    assert "in that draw, fitted to village.csv by kith calibrate, posterior median" in text


def test_eagerness_is_fitted_and_written(bundle: Path) -> None:
    plan, fit = load(str(bundle / "fitted.toml")), read_bundle(bundle)
    assert fit.past is not None
    assert plan.parameters.market.eagerness == pytest.approx(fit.values["market.eagerness"])
    assert len(plan.phases) == 1
    assert plan.parameters.market.size < 2 * fit.past.members + 200


def test_a_bundle_is_read_as_it_was_written(bundle: Path) -> None:
    fit = read_bundle(bundle / "fitted.toml")
    assert fit.draws.shape[1] == len(fit.priors)
    assert fit.held is not None
    assert set(fit.held["origin"]) and fit.held["origin"].nunique() == 3
    assert fit.verdict
    assert "kith, anchored" in set(fit.held["forecaster"])
    assert "BG/NBD" in set(fit.held["forecaster"])


def test_a_forecast_goes_on_after_the_log(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "forecast",
        str(bundle),
        "--days",
        "28",
        "--runs",
        "10",
        "--workers",
        "1",
        "--out",
        str(tmp_path / "f"),
    ]
    assert exit_code(words) == 0
    said = capsys.readouterr().out
    assert "Joins are not predicted by the model" in said
    content = json.loads((tmp_path / "f" / "forecast.json").read_text(encoding="utf-8"))
    assert len(content["windows"]) == 4
    assert content["windows"][0]["from"] == "2020-06-22"
    assert (
        content["windows"][0]["actives_low"]
        <= content["windows"][0]["actives"]
        <= content["windows"][0]["actives_high"]
    )
    assert exit_code(["verify-bundle", str(tmp_path / "f"), "--workers", "1"]) == 0
    assert "nothing differs" in capsys.readouterr().out
    assert content["record"]


@pytest.mark.slow
def test_the_same_fit_again_simulates_nothing(
    bundle: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a run was simulated again")

    monkeypatch.setattr("kith.experiments.calibration.replayed.Simulation", never)
    fit = calibrate(
        "web", str(log), budget=Budget(32, 1, ensemble=10), workers=1, store=bundle.parent / "runs"
    )
    assert fit.draws == pytest.approx(read_bundle(bundle).draws)


@pytest.mark.slow
def test_parameters_that_are_set_are_not_fitted_and_an_earlier_fit_helps(log: Path) -> None:
    fit = calibrate(
        "web",
        str(log),
        holdout=0.0,
        overrides={"churn.base_hazard": 0.01, "contribution.propensity_sigma": 1.0},
        budget=Budget(32, 0, ensemble=10),
        workers=1,
        earlier=made_up(),
    )
    assert "churn.base_hazard" not in fit.priors
    assert "contribution.mean_rate" not in fit.priors
    assert fit.held is None


def test_a_handful_of_numbers_is_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--set", "market.size=300", "--set", "market.founders=60", "--days", "60"]
    words = ["calibrate", "web", "--targets", "active=40", "participation_rate=.3", *small, *QUICK, "--json"]
    assert exit_code([*words, "--out", str(tmp_path / "fit")]) == 0
    content = json.loads(capsys.readouterr().out)
    assert [row["statistic"] for row in content["statistics"]] == ["active", "participation_rate"]
    assert content["past"] is None
    assert not any("the log" in note for note in content["notes"])
    assert load(str(tmp_path / "fit" / "fitted.toml")).days == 60
    assert read_bundle(tmp_path / "fit").days == 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["calibrate", "web"], "give a LOG"),
        (["calibrate", "web", "--targets", "active"], "give a name and a number"),
        (["calibrate", "web", "--targets", "actve=3"], "no indicator has this name"),
        (["calibrate", "web", "--targets", "active=3 active=4"], "given twice"),
        (
            ["calibrate", "web", "--targets", "churn_month=1.5"],
            "must be from 0 to 1 as a share; 1.5 % is 0.015",
        ),
        (["calibrate", "web", "--targets", "active=-5"], "active=-5: must be 0 or more members"),
        (["calibrate", "web", "LOG", "--holdout", "1.5"], "--holdout 1.5: must be from 0 to 0.5"),
        (["calibrate", "web", "LOG", "--points", "3"], "--points 3: must be 32 or more"),
        (["calibrate", "web", "LOG", "--days", "3"], "--days 3: needs --targets"),
        (["calibrate", "web", "LOG", "--set", "contribution.mean_rate=.1"], "set contribution.rate, and"),
        (["calibrate", "web", "LOG", "--rounds", "-1"], "--rounds -1"),
        (["calibrate", "nowhere", "LOG"], "nowhere"),
        (["calibrate", "web", "missing.csv"], "missing.csv"),
        (["calibrate", "web", "LOG", "--recover", "2"], "--recover 2: must be from 6"),
        (["forecast", "LOG"], "is no bundle that `kith calibrate --out` wrote"),
    ],
)
def test_a_bad_request_is_one_sentence_and_nothing_is_written(
    words: list[str], said: str, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert (
        exit_code(
            [str(log) if word == "LOG" else word for word in words]
            + ["--out", str(out)] * (words[-2:] != ["--recover", "2"])
        )
        == 2
    )
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("days", ["3", "0", "-1"])
def test_a_forecast_shorter_than_a_window_is_refused(
    days: str, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["forecast", str(bundle), "--days", days]) == 2
    assert f"--days {days}: must be from 7" in capsys.readouterr().err


def test_a_bundle_of_another_model_is_refused(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "old"
    copy.mkdir()
    text = (bundle / "calibration.json").read_text(encoding="utf-8")
    content = json.loads(text) | {"model_version": "0"}
    (copy / "calibration.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(RequestError, match="was fitted with model 0"):
        read_bundle(copy)


def test_a_change_is_forecast_beside_what_is_and_begins_where_the_log_ends(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arms = ["--arm", "fitted", "--arm", "worn: fitted visiting.satisfaction_gain=0 3 members_leave share=0.9"]
    words = ["forecast", str(bundle), "--days", "14", "--runs", "10", "--workers", "1", *arms]
    assert exit_code([*words, "--json"]) == 0
    windows = json.loads(capsys.readouterr().out)["windows"]
    middle = {(w["arm"], w["from"]): w["actives"] for w in windows}
    first, last = windows[0]["from"], windows[1]["from"]
    assert middle["worn", last] < middle["fitted", last]
    assert middle["worn", first] <= middle["fitted", first]
    assert exit_code([*words[:4], "--arm", "web"]) == 2
    assert "begin with fitted" in capsys.readouterr().err
