"""PRIM finds the box of failures with its borders, and is judged on points that it was not found in."""

import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kith.experiments.analyses.discovery import discover
from kith.experiments.analyses.prim import boxes_of, failing, for_workbench
from kith.experiments.reports.discovery import discovery_object, discovery_page
from kith.experiments.studies.execute import status
from kith.experiments.studies.store import Store
from tests.experiments.analyses.test_discovery import store, study, worlds

__all__ = ["store"]
if find_spec("ema_workbench") is None:
    pytest.skip("ema-workbench is in the extra `discovery`", allow_module_level=True)


@pytest.mark.slow
def test_a_box_is_found_with_its_borders_and_holds_on_the_other_half() -> None:
    x = worlds()
    found = boxes_of(x, ((x["price"] > 0.6) & (x["churn"] > 0.3)).to_numpy(bool))
    best = found.table.iloc[0]
    assert best["density"] > 0.95
    assert best["coverage"] > 0.9
    assert "price ≥ 0.59" in best["rule"]
    assert "churn ≥ 0.3" in best["rule"]
    assert "idle" not in best["rule"]
    assert found.holds
    assert found.held_density > 0.8
    assert found.tells == ("price", "churn")


def test_two_separate_boxes_are_found_one_after_the_other() -> None:
    x = worlds(600)
    failed = ((x["price"] > 0.8) | (x["churn"] < 0.15)).to_numpy(bool)
    found = boxes_of(x, failed)
    assert len(found.table) >= 2
    assert found.table["coverage"].sum() > 0.85
    assert (found.table["density"] > 0.8).all()


def test_failures_by_luck_alone_are_said_to_be_luck() -> None:
    held = [boxes_of(worlds(), np.random.default_rng(seed).random(300) < 0.3).holds for seed in range(12)]
    assert sum(held) <= 2


def test_a_word_is_a_condition() -> None:
    x = worlds().assign(**{"thanks = badge": (np.arange(300) % 2).astype(float)})
    found = boxes_of(x, ((x["thanks = badge"] == 0) & (x["price"] > 0.4)).to_numpy(bool))
    assert "thanks is not badge" in found.table["rule"][0]


def test_boxes_stand_beside_the_tree(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.experiments.analyses.discovery.SHUFFLES", 19)
    found = discover(study(), store, "margin < 0", "web", prim=True)
    assert found.boxes is not None
    assert "monetisation.price ≤ " in found.boxes.table["rule"][0]
    state = status(study(), store)
    told = discovery_object(found, study(), state)
    assert told["prim"]["boxes"][0]["density"] > 0.9
    assert "Boxes (PRIM)" in discovery_page(found, study(), state, "kith study discover x --prim")


def test_the_workbench_takes_the_points_and_keeps_them(store: Store, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ema_workbench import load_results, save_results
    results = for_workbench(study(outcomes=["margin"]), store, "web")
    experiments, outcomes = results
    assert experiments["policy"].unique().tolist() == ["web"]
    assert len(experiments) == len(outcomes["margin"]) == 120
    assert failing(results, "margin < 0").sum() == (outcomes["margin"] < 0).sum() > 0
    save_results(results, str(tmp_path / "results.tar.gz"))
    again, kept = load_results(str(tmp_path / "results.tar.gz"))
    np.testing.assert_allclose(kept["margin"], outcomes["margin"])
    pd.testing.assert_series_equal(
        again["monetisation.price"].astype(float), experiments["monetisation.price"], check_names=False
    )
