"""Regret over worlds, further runs where they tell most, and the boundary at which a community tips."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.experiments.analyses import replicate as replicate_module
from kith.experiments.analyses import tipping as tipping_module
from kith.experiments.analyses.regret import regret
from kith.experiments.analyses.replicate import allocated, replicate, weights
from kith.experiments.analyses.tipping import Tipping, sought, tipping
from kith.experiments.errors import ComparisonError, StudyError
from kith.experiments.reports.decisions.shown import regret_shown, replicated_shown, tipping_shown
from kith.experiments.runs.pools import InProcess
from kith.experiments.runs.runner import RunResult
from kith.experiments.studies.execute import stored_plan
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from

type World = Callable[[dict[str, Any]], float]


def noise(seed: int, point: int = 0) -> float:
    return float(np.random.default_rng([seed, point]).normal())


def filled(study: Study, store: Store, world: World) -> Store:
    rows = stored_plan(study, store).drop_duplicates("run_id").to_dict("records")
    store.add(
        [
            RunResult(r["run_id"], r["seed"], r["run_id"], "1", {"margin": world(r)})
            for r in rows
            if r["run_id"] not in store.done()
        ]
    )
    return store


@pytest.fixture
def in_a_world(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], None]:
    """Puts a formula in the place of runs."""

    def put(world: World) -> None:
        for module in (replicate_module, tipping_module):
            monkeypatch.setattr(module, "conduct", lambda study, store, **_: filled(study, store, world))
            monkeypatch.setattr(module, "pool", lambda *_: InProcess())

    return put


# Regret


def worlds(**changes: Any) -> Study:
    given = {
        "scenarios": ["web", "pool", "hub"],
        "days": 5,
        "runs": 2,
        "lever": [{"name": "value.peers", "low": 0.0, "high": 1.0}],
        "design": {"kind": "latin_hypercube", "points": 40},
        "outcomes": ["margin"],
    }
    return study_from(given | changes)


def gains(row: dict[str, Any]) -> float:
    """The web gains with peers, the pool never loses, the hub is a little below the pool everywhere."""
    if row["scenario"] == "web":
        return 10 * float(row["value.peers"]) - 4
    return 1.0 if row["scenario"] == "pool" else 0.9


def test_regret_is_what_is_lost_against_the_best_in_each_world(tmp_path: Path) -> None:
    found = regret(worlds(), filled(worlds(), Store(tmp_path / "store"), gains))
    table = found.table.set_index("policy")
    peers = found.worlds.drop_duplicates("world")["value.peers"].to_numpy()
    web = 10 * peers - 4
    np.testing.assert_allclose(table.loc["pool", "regret"], np.maximum(web - 1.0, 0).mean())
    np.testing.assert_allclose(table.loc["web", "regret"], np.maximum(1.0 - web, 0).mean())
    assert table.loc["pool", "largest"] == pytest.approx(web.max() - 1.0)
    assert table.loc["hub", "best_in"] == 0
    assert table.loc["web", "best_in"] == pytest.approx((web > 1).mean())
    assert found.table["policy"].iloc[0] == table["regret"].idxmin()
    assert table.loc["hub", "regret"] == pytest.approx(table.loc["pool", "regret"] + 0.1)
    for row in table.to_dict("records"):
        assert row["low"] <= row["regret"] <= row["high"]
        assert row["between"] == pytest.approx(row["regret"])  # nothing depends on the seed
    assert "least mean regret" in found.words
    assert "<svg" in regret_shown(found).page("kith study regret x")


def test_too_few_worlds_for_an_interval_are_told(tmp_path: Path) -> None:
    for points, told in ((3, True), (4, False)):
        study = worlds(design={"kind": "latin_hypercube", "points": points})
        found = regret(study, filled(study, Store(tmp_path / str(points)), gains))
        assert found.table["low"].isna().all() == told
        assert ("Fewer than 4 worlds: no interval." in regret_shown(found).note) == told


def test_one_lever_without_a_crossing_has_no_others_in_the_middle() -> None:
    along = pd.DataFrame([{"lever": "value.peers", "value": np.nan, "low": np.nan, "high": np.nan}])
    tried = pd.DataFrame({"value.peers": [0.5], "reached": [True], "chance": [np.nan]})
    found = Tipping("margin", 0.0, ("value.peers",), tried, 1.0, 0.0, along, 1)
    assert found.words.endswith("not decided in 0 %. There is no crossing.")


def test_where_less_is_better_regret_is_turned_round(tmp_path: Path) -> None:
    found = regret(worlds(), filled(worlds(), Store(tmp_path / "store"), gains), lower=True)
    table = found.table.set_index("policy")
    web = 10 * found.worlds.drop_duplicates("world")["value.peers"].to_numpy() - 4
    np.testing.assert_allclose(table.loc["hub", "regret"], np.maximum(0.9 - web, 0).mean())


def test_by_luck_alone_regret_on_fresh_seeds_is_none(tmp_path: Path) -> None:
    study = worlds(runs=8, design={"kind": "latin_hypercube", "points": 200})
    store = filled(
        study,
        Store(tmp_path / "store"),
        lambda r: noise(r["seed"], 10 * r["point"] + "web pool hub".index(r["scenario"])),
    )
    found = regret(study, store)
    assert (found.table["regret"] > 0.2).all()
    assert (abs(found.table["between"]) < 0.1).all()


def test_a_lever_can_be_the_decision(tmp_path: Path) -> None:
    study = worlds(
        scenarios=["web"],
        lever=[
            {"name": "monetisation.price", "values": [1.0, 9.0]},
            {"name": "value.peers", "values": [0.1, 0.5, 0.9]},
        ],
        design={"kind": "grid"},
    )
    store = filled(
        study, Store(tmp_path / "store"), lambda r: r["monetisation.price"] * (r["value.peers"] - 0.4)
    )
    found = regret(study, store, policies=["monetisation.price"])
    assert found.table["policy"].tolist() == ["web (price 9)", "web (price 1)"]
    assert found.table["worlds"].tolist() == [3, 3]
    assert found.table["largest"].tolist() == pytest.approx([2.4, 4.0])
    with pytest.raises(StudyError, match="regret compares policies"):
        regret(study, store)
    with pytest.raises(
        StudyError, match="is not a lever of the study; choose from monetisation.price, value.peers"
    ):
        regret(study, store, policies=["price"])
    with pytest.raises(ComparisonError, match="did you mean margin"):
        regret(study, store, "margins", ["monetisation.price"])


# Further runs


def spread(row: dict[str, Any]) -> float:
    """Four prices: luck grows with the price, and the best price is 3."""
    price = float(row["monetisation.price"])
    return -((price - 3.0) ** 2) + price * noise(row["seed"], int(price))


def priced(**changes: Any) -> Study:
    return worlds(
        scenarios=["web"],
        runs=6,
        lever=[{"name": "monetisation.price", "values": [1.0, 2.0, 3.0, 4.0, 8.0]}],
        design={"kind": "grid"},
        **changes,
    )


def test_runs_go_where_the_variance_is(tmp_path: Path, in_a_world: Callable[[World], None]) -> None:
    in_a_world(spread)
    found = replicate(priced(), Store(tmp_path / "store"), 200)
    t = found.table.set_index("monetisation.price")
    assert t["further"].sum() == 200
    assert t.loc[8.0, "further"] > 100 > t.loc[[1.0, 2.0], "further"].sum()
    assert t["se"].max() < 0.85 * t["se_equal"].max()
    assert "200 further runs" in found.words
    assert "<svg" in replicated_shown(found).page("kith study replicate x")


def test_runs_go_to_those_that_could_be_best(tmp_path: Path, in_a_world: Callable[[World], None]) -> None:
    in_a_world(spread)
    found = replicate(priced(), Store(tmp_path / "store"), 200, aim="best")
    t = found.table.set_index("monetisation.price")
    assert t.loc[[2.0, 3.0, 4.0], "further"].sum() > 170
    assert t.loc[8.0, "further"] < 10  # the noisiest, and far from the best
    assert t["mean"].idxmax() == 3.0


def test_runs_go_to_points_near_the_level(tmp_path: Path, in_a_world: Callable[[World], None]) -> None:
    in_a_world(spread)
    found = replicate(priced(), Store(tmp_path / "store"), 100, aim="level", level=-4.0)
    t = found.table.set_index("monetisation.price")
    assert t["further"].idxmax() == 1.0  # its mean is the level
    with pytest.raises(StudyError, match="--level belongs to --for level"):
        replicate(priced(), Store(tmp_path / "store"), 100, aim="level")
    with pytest.raises(StudyError, match="runs = 2: must be 4 or more"):
        replicate(priced().with_changes(runs=2), Store(tmp_path / "store"), 100)


def test_nothing_is_allocated_but_the_budget_and_nobody_loses_a_run() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        number = rng.integers(4, 60, 7)
        budget = int(rng.integers(0, 200))
        more = allocated(number, rng.random(7) + 1e-3, budget)
        assert more.sum() == budget
        assert (more >= 0).all()


def test_the_allocation_for_the_best_is_that_of_chen_and_others() -> None:
    """Two competitors at distances 1 and 2 with equal variance get 4 : 1, the best the root of the sum of squares."""
    unit = np.array([-1.0, 1.0, -1.0, 1.0]) * np.sqrt(3.0) / 2.0
    wanted = weights([unit + 2.0, unit + 1.0, unit + 0.0], "best", np.nan, lower=False)
    assert wanted[1] / wanted[2] == pytest.approx(4.0)
    assert wanted[0] == pytest.approx(np.hypot(wanted[1], wanted[2]))


# Where it tips


def circle(places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return 1.0 - 4.0 * ((places - 0.5) ** 2).sum(axis=1)


def test_points_are_chosen_near_the_boundary_and_find_it() -> None:
    def measured(places: np.ndarray[Any, Any]) -> tuple[Any, Any]:
        return circle(places), np.full(len(places), 1e-4)

    places, _, _, chance, surface = sought(measured, 2, 0.6, 28)
    assert len(places) == 28
    early, late = abs(circle(places[:8]) - 0.6).mean(), abs(circle(places[-12:]) - 0.6).mean()
    assert late < early / 3
    assert np.isnan(chance[:8]).all()
    grid = np.random.default_rng(1).random((4_000, 2))
    inside = circle(grid) >= 0.6
    assert ((surface.above(grid) > 0.5) == inside).mean() > 0.97


def of_peers_and_price(highest_price: float) -> Study:
    levers = {"value.peers": 1.0, "monetisation.price": highest_price}
    lever = [{"name": name, "low": 0.0, "high": high} for name, high in levers.items()]
    return worlds(scenarios=["web"], runs=8, lever=lever)


@pytest.mark.slow
def test_where_a_community_tips_along_each_lever(tmp_path: Path, in_a_world: Callable[[World], None]) -> None:
    in_a_world(lambda r: 20 * r["value.peers"] - r["monetisation.price"] + 0.5 * noise(r["seed"]))
    study = of_peers_and_price(20.0)
    found = tipping(study, Store(tmp_path / "store"), 0.0, points=24)
    along = found.along.set_index("lever")
    luck = 0.5 * np.mean([noise(seed) for seed in study.seeds])  # the same at every point
    assert along.loc["value.peers", "value"] == pytest.approx(0.5 - luck / 20, abs=0.02)
    assert along.loc["monetisation.price", "value"] == pytest.approx(10 + luck, abs=0.4)
    for row in along.to_dict("records"):
        assert row["low"] < row["value"] < row["high"]
    assert found.reached == pytest.approx(0.5, abs=0.05)
    assert found.foretold[1] == 16
    assert "With the other levers in the middle it tips at value.peers 0." in found.words
    page = tipping_shown(study, found).page("kith study tip x")
    assert "<svg" in page
    assert "kith study tip x" in page
    again = tipping(study, Store(tmp_path / "store"), 0.0, points=24)
    pd.testing.assert_frame_equal(again.tried, found.tried)


def test_a_level_that_is_not_crossed_says_on_which_side_it_lies(
    tmp_path: Path, in_a_world: Callable[[World], None]
) -> None:
    in_a_world(lambda r: 40 * r["value.peers"] - r["monetisation.price"] + 0.5 * noise(r["seed"]))
    study = of_peers_and_price(16.0)
    along = tipping(study, Store(tmp_path / "store"), 0.0, points=16).along.set_index("lever")
    assert along.loc["value.peers", "note"] == ""
    assert np.isnan(along.loc["monetisation.price", "value"])
    assert along.loc["monetisation.price", "note"] == "at or above the level along the whole range"


@pytest.mark.parametrize(
    ("changes", "points", "message"),
    [
        ({"scenarios": ["web", "pool"]}, None, "a boundary is that of one scenario"),
        ({"runs": 2}, None, "runs = 2: must be 4 or more"),
        ({}, 2, "--points 2: must be from 4"),
        (
            {"lever": [{"name": "value.peers", "values": [0.1, 0.2]}], "design": {"kind": "grid"}},
            None,
            "lever value.peers has no range",
        ),
    ],
)
def test_a_boundary_that_cannot_be_sought_is_refused(
    tmp_path: Path, changes: dict[str, Any], points: int | None, message: str
) -> None:
    study = worlds(**({"scenarios": ["web"], "runs": 8} | changes))
    with pytest.raises(StudyError, match=message):
        tipping(study, Store(tmp_path / "store"), 0.0, points=points)
