"""A bundle, without a fit: its own scenario can be run, and its files say what they hold."""

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kith.experiments.calibration.bundle import AHEAD, write_bundle
from kith.experiments.calibration.calibrate import Calibration
from kith.scenarios.load import load
from kith.sim.schema.plan import MAX_DAYS
from tests.experiments.calibration.bundles import made_up


def growing(days: int = 300, **overrides: int) -> Calibration:
    """A fit to a community that grows: fewer come in the log than are guessed to come after it."""
    fit = made_up()
    assert fit.past is not None
    joins = np.arange(days) // (days // 3)
    window = max(30, days // 20)
    windows = np.ones(days // window)
    past = replace(
        fit.past, days=days, joins=joins, window=window, market=300, actives=40 * windows, acted=90 * windows
    )
    return replace(fit, past=past, overrides=dict(overrides))


def test_a_growing_community_can_be_run_over_all_joins_that_are_guessed(tmp_path: Path) -> None:
    write_bundle(growing(), tmp_path / "fit", "")
    plan = load(str(tmp_path / "fit" / "fitted.toml"))
    assert plan.days == 300 + AHEAD
    assert plan.arrivals is not None
    assert plan.parameters.market.size > plan.arrivals.total(plan.days) > 550


@pytest.mark.parametrize(
    ("fit", "days"),
    [(growing(**{"market.size": 400}), range(301, 300 + AHEAD)), (growing(MAX_DAYS - 50), [MAX_DAYS])],
    ids=["a market that was set", "the longest run"],
)
def test_the_scenario_is_as_long_as_can_be_run(fit: Calibration, days: range, tmp_path: Path) -> None:
    write_bundle(fit, tmp_path / "fit", "")
    assert load(str(tmp_path / "fit" / "fitted.toml")).days in days


def test_the_sources_name_the_draw_whose_values_the_scenario_has(tmp_path: Path) -> None:
    fit = replace(made_up(), point=made_up().draws[7])
    write_bundle(fit, tmp_path / "fit", "")
    content = tomllib.loads((tmp_path / "fit" / "fitted.toml").read_text(encoding="utf-8"))
    assert "row 7 of posterior.parquet" in content["sources"][0]
    said = dict(words.split(": ", 1) for words in content["sources"][1:])
    for section, field in (("churn", "base_hazard"), ("visiting", "budget_hours")):
        value = pd.read_parquet(tmp_path / "fit" / "posterior.parquet")[f"{section}.{field}"][7]
        assert content[section][field] == pytest.approx(value)
        assert said[f"{section}.{field}"].startswith(f"{value:.4g} in that draw, ")
    assert said["contribution.rate"].startswith("contribution.mean_rate of that draw divided by")
