"""The report of a study is one offline page that says what was found and what is missing."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from kith.experiments.charts.study import bars, lever_map, spread, thinned
from kith.experiments.reports.study import study_answer, study_page
from kith.experiments.runs.runner import RunResult
from kith.experiments.statistics.dominance import orders
from kith.experiments.studies.execute import status, stored_plan
from kith.experiments.studies.results import points_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from


def made_up(folder: Path, done: float = 1.0, **changes: Any) -> tuple[Study, Store]:
    """A study whose store says that active members follow contagion, and margin the price."""
    given = {
        "title": "A <made-up> study",
        "question": "What moves what?",
        "scenarios": ["web"],
        "days": 5,
        "runs": 2,
        "lever": [
            {"name": "churn.contagion", "low": 0, "high": 1, "steps": 3},
            {"name": "monetisation.price", "values": [5.0, 10.0]},
        ],
        "design": {"kind": "grid"},
        "outcomes": ["active", "margin"],
    }
    study = study_from(given | changes)
    store = Store(folder / "store")
    rows = stored_plan(study, store).to_dict("records")
    store.add(
        [
            RunResult(
                row["run_id"],
                row["seed"],
                row["run_id"],
                "1",
                {
                    "active": 100 + 50 * row["churn.contagion"] + (-1) ** row["seed"],
                    "margin": row.get("monetisation.price", 5.0),
                },
            )
            for row in rows[: round(done * len(rows))]
        ]
    )
    return study, store


def test_a_grid_of_two_levers_is_drawn_as_maps(tmp_path: Path) -> None:
    page = study_page(*made_up(tmp_path, runs=4), "kith study run made_up")
    assert page.count("<svg") == 2
    assert "A &lt;made-up&gt; study" in page
    assert "active members in web: 100 to 150 (means over 4 runs at each of 6 points)" in page
    assert "kith study run made_up" in page
    assert 'class="warning"' not in page
    assert "± 1.2 for a mean" in page
    assert "web: precision of a difference between two points" in page
    few = study_page(*made_up(tmp_path / "few", runs=3), "x")
    assert "recision" not in few


def test_scenarios_are_compared_point_by_point() -> None:
    points = pd.DataFrame(
        {
            "scenario": ["web"] * 4 + ["pool"] * 4,
            "point": [0, 1, 2, 3] * 2,
            "active": [2.0, 3.0, 1.0, 5.0, 1.0, 1.0, 2.0, 5.0],
            "margin": [float("nan")] * 8,
        }
    )
    found = orders(points, ("active", "margin"))
    (row,) = found.to_dict("records")
    assert (row["first"], row["other"], row["more"], row["points"]) == ("web", "pool", 2, 3)
    assert row["share"] == pytest.approx(2 / 3)
    assert row["low"] < 0.5 < 0.9 < row["high"]
    assert orders(points[points["scenario"] == "web"], ("active",)).empty


def test_a_screening_is_drawn_as_bars_and_names_what_matters(tmp_path: Path) -> None:
    page = study_page(*made_up(tmp_path, design={"kind": "morris", "trajectories": 4}), "x")
    assert "web: importance of the levers for active members" in page
    assert "Less than 1 % of the variance between points is noise" in page
    assert "Active members: every point" in page
    assert page.count("<svg") == 4
    assert "and churn.contagion matters most" in page


def test_levers_that_cannot_be_told_apart_share_the_first_place(tmp_path: Path) -> None:
    study, store = made_up(tmp_path, design={"kind": "morris", "trajectories": 4})
    points = points_frame(study, store)

    def said(values: list[float], **more: Any) -> str:
        rows = {"scenario": "web", "outcome": "active", "lever": ["a", "b", "c", "d"], **more}
        measure = "median" if "floor" in more else "mu_star"
        ranking = pd.DataFrame(rows | {"method": "pawn" if "floor" in more else "morris", measure: values})
        return study_answer(study, points, ranking, status(study, store))

    assert "and a matters most" in said([9.0, 5.0, 1.0, 0.0], mu_star_conf=1.0)
    assert "and a and b matter most" in said([9.0, 8.0, 1.0, 0.0], mu_star_conf=1.0)
    assert "the most important of 4 levers cannot be told apart" in said(
        [9.0, 8.0, 8.0, 7.5], mu_star_conf=1.0
    )
    assert "and a matters most" in said([0.4, 0.1, 0.1, 0.1], floor=0.2)
    assert "no lever has an effect larger than chance" in said([0.15, 0.1, 0.1, 0.1], floor=0.2)


def test_everything_that_is_assumed_is_told(tmp_path: Path) -> None:
    more = {
        "lever": [
            {"name": "churn.contagion", "low": 0, "high": 1, "steps": 2},
            {"name": "thanks", "options": {"nothing": {}, "badge": {"incentives": {"badges": 1.0}}}},
            {"name": "cash", "on": {"incentives": {"cash_per_contribution": 0.25}}},
        ],
        "set": {"market": {"size": 5_000}},
        "shock": [{"day": 3, "kind": "hub_departs"}],
        "constraints": ["churn.contagion <= 1"],
        "derive": {"monetisation.price": "2 + churn.contagion"},
        "scenarios": ["hub"],
    }
    page = study_page(*made_up(tmp_path, **more), "x")
    for words in (
        "<code>churn.contagion</code>: 0 to 1",
        "nothing or badge (<code>incentives.badges = 1</code>)",
        "off or on (<code>incentives.cash_per_contribution = 0.25</code>)",
        "at every point <code>market.size = 5000</code>",
        "the shock <code>3 hub_departs",
        "points satisfy <code>churn.contagion &lt;= 1</code>",
        "<code>monetisation.price = 2 + churn.contagion</code>",
    ):
        assert words in page, words


def test_what_is_missing_is_told_and_nothing_is_ranked_yet(tmp_path: Path) -> None:
    page = study_page(*made_up(tmp_path, 0.5, design={"kind": "sobol", "base": 8}), "x")
    assert "matters most" not in page
    assert "importance of the levers" not in page
    assert re.search(r"\d+ runs are missing; <code>kith study run</code>", page)


def test_a_grid_of_one_lever_is_drawn_along_it(tmp_path: Path) -> None:
    study, store = made_up(tmp_path, lever=[{"name": "churn.contagion", "low": 0, "high": 1, "steps": 3}])
    page = study_page(study, store, "x")
    assert page.count("<svg") == 2
    assert "Contagion (churn)" in page
    assert "Lowest 100 at churn.contagion 0; highest 150 at churn.contagion 1" in page


def test_of_a_crowd_of_points_some_stand_for_all() -> None:
    points = pd.DataFrame({"scenario": "web", "point": range(9_000), "x": 0.0, "active": range(9_000)})
    svg = spread(points, "active", "members")
    assert svg.count("<use") < 2_100
    assert "median 4,500, from 0 to 8,999" in svg
    few = thinned(points, ("web", 1))
    assert {0, 1, 8_999} <= set(few["point"])
    assert len(few) == 2_001
    assert len(thinned(few.head(10))) == 10


def test_a_page_needs_nothing_from_anywhere(tmp_path: Path) -> None:
    page = study_page(*made_up(tmp_path), "x")
    assert not re.search(r"<script|<link|<ima?ge?|<iframe", page)
    outside = re.sub(r'xmlns(:\w+)?="[^"]+"', "", page)
    assert not re.search(r"https?://|url\((?!#)|@import", outside)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("method", "measures"),
    [
        ("sobol", {"S1": [0.4, 0.1], "S1_conf": [0.1, 0.1], "ST": [0.6, 0.2], "ST_conf": [0.1, 0.1]}),
        ("morris", {"mu_star": [3.0, 1.0], "mu_star_conf": [0.5, 0.2]}),
        ("pawn", {"median": [0.5, 0.2], "floor": [0.1, 0.1]}),
    ],
)
def test_bars_say_what_they_show(method: str, measures: dict[str, list[float]]) -> None:
    frame = pd.DataFrame({"lever": ["a.b", "c.d"], "outcome": "active", "method": method, **measures})
    svg = bars(frame, "What moves it", unit="members")
    root = ElementTree.fromstring(svg)
    assert (root[0].text, root[1].text) == (
        "What moves it",
        {"sobol": "a.b 0.600; c.d 0.200.", "morris": "a.b 3; c.d 1.", "pawn": "a.b 0.500; c.d 0.200."}[
            method
        ],
    )
    assert ("interval, members" in svg) == (method == "morris")
    assert svg == bars(frame, "What moves it", unit="members")


def test_a_map_writes_every_mean_in_its_cell_and_leaves_gaps_where_there_is_none() -> None:
    frame = pd.DataFrame({"x": [1, 2, 1], "y": ["low", "low", "high"], "active": [10.0, 20.0, float("nan")]})
    svg = lever_map(frame, "x", "y", "active", "members")
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", svg)
    assert {"10", "20", "–", "low", "high"} <= set(texts)
    assert "Lowest 10 at x 1, y low; highest 20 at x 2, y low." in svg
