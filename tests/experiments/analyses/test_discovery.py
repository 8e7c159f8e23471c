"""A tree finds the worlds in which a plan fails, and admits it where there is only luck."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.experiments.analyses.discovery import discover, grown
from kith.experiments.charts.discovery import leaves
from kith.experiments.errors import ComparisonError, StudyError
from kith.experiments.runs.runner import RunResult
from kith.experiments.studies.execute import stored_plan
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from


@pytest.fixture(autouse=True)
def fewer_shuffles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough for p = 0.03."""
    monkeypatch.setattr("kith.experiments.analyses.discovery.SHUFFLES", 39)


def worlds(n: int = 300) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).random((n, 3)), columns=["price", "churn", "idle"])


def test_a_box_of_failures_is_found_with_its_borders() -> None:
    x = worlds()
    found = grown(x, ((x["price"] > 0.6) & (x["churn"] > 0.3)).to_numpy(bool), "margin < 0")
    assert found.holds
    assert found.accuracy > 0.9
    assert found.rules["points"].sum() == 300
    worst = found.rules.iloc[0]
    assert worst["share"] > 0.95
    assert "price > 0.6" in worst["rule"] or "price > 0.59" in worst["rule"]
    assert "churn > 0." in worst["rule"]
    assert "idle" not in worst["rule"]
    assert "Most often where" in found.words


def test_failures_by_luck_alone_are_not_explained() -> None:
    chance = np.random.default_rng(5).random(300) < 0.3
    found = grown(worlds(), chance, "margin < 0")
    # the tree does see a pattern in its own sample
    assert found.rules["share"].iloc[0] > found.share + 0.1
    assert not found.holds
    assert "No rule over the levers predicts failure better than chance" in found.words


def test_a_sample_that_is_too_small_says_which_size_would_do() -> None:
    x = worlds(120)
    found = grown(x, np.arange(120) < 25, "margin < 0")
    assert found.points_needed == 150
    assert "150 points are advisable (10 of the rarer kind for each lever); there are 120" in found.words
    assert not grown(worlds(), np.arange(300) < 100, "margin < 0").size_advice
    with pytest.raises(StudyError, match="use about 250 points or another formula"):
        grown(x, np.arange(120) < 12, "margin < 0")


def test_a_chart_shows_every_rule() -> None:
    x = worlds(120)
    found = grown(x, (x["price"] > 0.6).to_numpy(bool), "margin < 0")
    drawn = leaves(found)
    assert drawn.startswith("<svg")
    assert "Where margin &lt; 0" in drawn
    assert drawn == leaves(found)


def test_too_few_failures_are_refused() -> None:
    x = worlds()
    with pytest.raises(StudyError, match=r"margin < 0 is true at 3 of 300 points.*at least 25"):
        grown(x, np.arange(300) < 3, "margin < 0")


# Of a study


def study(**changes: Any) -> Study:
    given = {
        "scenarios": ["web", "pool"],
        "days": 5,
        "runs": 2,
        "lever": [
            {"name": "monetisation.price", "low": 0, "high": 10},
            {"name": "thanks", "options": {"none": {}, "badge": {"incentives": {"badges": 1.0}}}},
        ],
        "design": {"kind": "latin_hypercube", "points": 120},
    }
    return study_from(given | changes)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Made-up results: the pool never pays, the web pays with badges, or at a price."""
    kept = Store(tmp_path / "store")
    rows = stored_plan(study(), kept).to_dict("records")
    kept.add([RunResult(r["run_id"], r["seed"], r["run_id"], "1", {"margin": margin(r)}) for r in rows])
    return kept


def margin(row: dict[str, Any]) -> float:
    if row["scenario"] == "pool":
        return -1.0
    pays = row["thanks"] == "badge" or row["monetisation.price"] > 5
    return (1.0 if pays else -1.0) + (2.5 if row["seed"] else -2.5)


def test_a_world_fails_by_the_mean_over_its_runs(store: Store) -> None:
    found = discover(study(), store, "margin < 0", scenario="web")
    assert found.share == pytest.approx(0.25, abs=0.08)
    worst = found.rules.iloc[0]
    assert worst["share"] == 1
    assert "monetisation.price ≤ 4.9" in worst["rule"]
    assert "thanks = none" in worst["rule"] or "thanks is not badge" in worst["rule"]
    assert len(found.rules) == 3
    assert found.rules["points"].sum() == 120


@pytest.mark.parametrize(
    ("fails", "scenario", "message"),
    [
        ("margins < 0", "web", "did you mean margin"),
        ("margin < 0", None, "several scenarios, web and pool; choose one"),
        ("margin < 0", "hub", "scenario hub: has no results; scenarios with results: web and pool"),
        ("margin < 0", "pool", "is true at 120 of 120 points"),
    ],
)
def test_a_question_without_an_answer_is_refused(
    store: Store, fails: str, scenario: str | None, message: str
) -> None:
    with pytest.raises((StudyError, ComparisonError), match=message):
        discover(study(), store, fails, scenario)
