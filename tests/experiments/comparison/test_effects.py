"""Effects of experiments inside a community, told on the screen, in the report and as JSON."""

import json

import pytest
from typer.testing import CliRunner

from kith.experiments.analyses.experiment_effects import effects, trial
from kith.experiments.cli.app import app
from kith.experiments.comparison.effects import OUTCOMES, effect_rows
from kith.experiments.reports.comparison import run_page
from kith.experiments.reports.write_folders import run_object
from kith.scenarios.load import load
from kith.sim.engine import run

SMALL = {"market.size": 400, "market.founders": 100}


def test_a_done_run_has_the_effects_that_a_trial_finds() -> None:
    plan = load("badge_or_cash", overrides=SMALL, days=90)
    assert effects(run(plan, seed=3)).equals(trial(plan, 3))


def test_an_experiment_that_has_not_begun_has_no_effects() -> None:
    assert effects(run(load("badge_or_cash", overrides=SMALL), seed=3, days=60)).empty


def test_every_outcome_is_told_with_its_interval_and_the_truth() -> None:
    record = run(load("badge_or_cash", overrides=SMALL, days=90), seed=3)
    found = effects(record)
    rows = effect_rows(found)
    assert [row["experiment"] for row in rows] == ["badge"] * len(OUTCOMES) + ["cash"] * len(OUTCOMES)
    assert all(" to " in row["interval"] for row in rows)
    page = run_page(record, effects=found)
    assert all(f">{row['measured']}</td>" in page and f"<b>{row['true']}</b>" in page for row in rows)
    assert run_object(record, found)["effects"][0]["measured"] == pytest.approx(found["measured"][0])


def test_the_command_shows_them_and_says_nothing_without_an_experiment() -> None:
    small = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
    shown = CliRunner().invoke(app, ["run", "badge_or_cash", "--days", "80", *small])
    assert shown.exit_code == 0
    assert "measured and true" in shown.stdout and "joins by invitation" in shown.stdout
    plain = CliRunner().invoke(app, ["run", "web", "--days", "40", "--json", *small])
    assert "effects" not in json.loads(plain.stdout)
