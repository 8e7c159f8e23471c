"""The search finds what is best within limits, and says what of its promise was luck."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.experiments.analyses import break_even as crossing_module
from kith.experiments.analyses import optimise as search_module
from kith.experiments.analyses.break_even import break_even, root
from kith.experiments.analyses.optimise import Optimum, optimise
from kith.experiments.analyses.search_sentences import (
    crossing_answer,
    flat_or_limited,
    optimum_answer,
    optimum_object,
    unmeasured,
)
from kith.experiments.errors import ComparisonError, RunsFailed, StudyError
from kith.experiments.reports.search import crossing_page, optimum_page
from kith.experiments.runs.runner import RunResult
from kith.experiments.statistics.pareto import front_shares, nondominated
from kith.experiments.studies.execute import stored_plan
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.planned_runs import asked
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from

type World = Callable[[dict[str, Any]], dict[str, float]]

TWO = [{"name": "x", "low": 0, "high": 1}, {"name": "y", "low": 0, "high": 1}]
GOAL = {"maximise": ["active"], "trials": 40, "fresh_runs": 8}


def study(**changes: Any) -> Study:
    """Two levers that turn nothing but their own seed of a run's name."""
    given = {
        "scenarios": ["web"],
        "days": 5,
        "runs": 4,
        "lever": TWO,
        "derive": {"monetisation.price": "1 + x + 7 * y"},
        "design": {"kind": "random", "points": 4},
        "optimise": GOAL,
    }
    return study_from(given | changes)


def noise(seed: int) -> float:
    return float(np.random.default_rng(seed).normal())


@pytest.fixture
def in_a_world(monkeypatch: pytest.MonkeyPatch) -> Callable[[World], list[int]]:
    """Puts a formula in the place of runs; gives the list of seeds that were run."""

    def put(world: World) -> list[int]:
        ran: list[int] = []

        def conducted(asking: Study, store: Store, **_: Any) -> None:
            wanted = stored_plan(asking, store)
            todo = wanted[~wanted["run_id"].isin(store.done())].drop_duplicates("run_id")
            ran.extend(todo["seed"])
            store.add(
                [
                    RunResult(row["run_id"], row["seed"], row["run_id"], "1", world(row))
                    for row in todo.to_dict("records")
                ]
            )

        for module in (search_module, crossing_module):
            monkeypatch.setattr(module, "conduct", conducted)
        return ran

    return put


def hill(row: dict[str, Any]) -> dict[str, float]:
    """Active is greatest at (0.7, 0.2); cost grows with x; luck is shared by all points of a seed."""
    height = 100 - 100 * (row["x"] - 0.7) ** 2 - 100 * (row["y"] - 0.2) ** 2
    return {"active": height + noise(row["seed"]), "cost": 1000 * row["x"]}


def found(asking: Study, folder: Path) -> Optimum:
    return optimise(asking, Store(folder / "store"), workers=1)


def test_the_search_climbs_the_hill(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    best = found(study(), tmp_path).winner.iloc[0]
    assert best["x"] == pytest.approx(0.7, abs=0.15)
    assert best["y"] == pytest.approx(0.2, abs=0.15)


def test_a_limit_on_an_outcome_holds_the_search_back(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    optimum = found(study(optimise=GOAL | {"limits": ["cost <= 400"]}), tmp_path)
    assert 0.25 < optimum.winner["x"].iloc[0] <= 0.4
    assert (optimum.trials.loc[optimum.trials["within"], "x"] <= 0.4).all()
    assert not optimum.trials.loc[~optimum.trials["within"], "front"].any()


def test_points_that_break_a_constraint_are_never_run(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    optimum = found(study(constraints=["x + y <= 0.5"]), tmp_path)
    assert len(optimum.trials) == 40
    assert (optimum.trials["x"] + optimum.trials["y"] <= 0.5).all()
    assert optimum.winner["x"].iloc[0] == pytest.approx(0.5, abs=0.1)


def test_the_winner_is_run_again_on_seeds_that_the_search_never_used(tmp_path: Path, in_a_world: Any) -> None:
    ran = in_a_world(hill)
    optimum = found(study(first_seed=10), tmp_path)
    assert sorted(set(ran)) == list(range(10, 22))
    assert ran.count(14) == len(optimum.finalists) == 5
    shift = np.mean([noise(s) for s in range(14, 22)]) - np.mean([noise(s) for s in range(10, 14)])
    assert optimum.finalists["change"].to_numpy() == pytest.approx(np.full(5, shift))
    assert (optimum.finalists["runs"] == 8).all()


def test_a_promise_that_was_luck_is_not_kept(tmp_path: Path, in_a_world: Any) -> None:
    def lottery(row: dict[str, Any]) -> dict[str, float]:
        return {"active": float(np.random.default_rng([row["seed"], int(1e9 * row["x"])]).normal())}

    in_a_world(lottery)
    goal = {"maximise": ["active"], "trials": 40, "fresh_runs": 100}
    winner = found(study(optimise=goal), tmp_path).winner.iloc[0]
    assert winner["promised"] > 0.6
    assert abs(winner["fresh"]) < 0.35
    assert winner["change"] < -0.6
    assert winner["change_low"] < winner["change"] < winner["change_high"]
    assert winner["low"] < 0 < winner["high"]


def test_a_flat_objective_is_told(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(lambda row: {"active": 7.0, "cost": float(row["x"])})
    flat = found(study(optimise={"maximise": ["active"], "minimise": ["cost"], "trials": 8}), tmp_path)
    told = "Active members is the same at all 8 points tried: the search had nothing to choose by."
    assert told.lower() in flat_or_limited(flat).lower()
    assert "cost is the same" not in flat_or_limited(flat).lower()
    assert optimum_object(flat)["notes"] == flat_or_limited(flat)
    assert flat_or_limited(flat) in optimum_page(flat, "kith study optimise x")


def test_candidates_that_break_a_limit_are_counted(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    limited = found(study(optimise=GOAL | {"limits": ["cost <= 400"]}), tmp_path)
    over = int((limited.trials["x"] > 0.4).sum())
    assert 1 < over < 40
    assert f"{over} of 40 points tried break cost <= 400." in flat_or_limited(limited)
    free = found(study(), tmp_path / "free")
    assert flat_or_limited(free) == ""


def test_proposals_that_a_constraint_refuses_are_counted(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    held = found(study(constraints=["x + y <= 0.5"]), tmp_path)
    assert held.refused > 1
    assert f"{held.refused} proposals were not run, because a constraint" in flat_or_limited(held)


def test_two_goals_give_a_front(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    goal = {"maximise": ["active"], "minimise": ["cost"], "trials": 40, "fresh_runs": 4}
    optimum = found(study(optimise=goal), tmp_path)
    front = optimum.trials[optimum.trials["front"]].sort_values("cost")
    assert 4 < len(front) < 40
    assert front["active"].is_monotonic_increasing
    assert front["x"].max() < 0.85
    # all points share their luck, so the front does not depend on it
    assert front["front_share"].tolist() == [1.0] * len(front)
    assert optimum.finalists["point"].nunique() == min(25, len(front))
    assert set(optimum.finalists["outcome"]) == {"active", "cost"}
    assert optimum.winner["outcome"].tolist() == ["active", "cost"]
    assert optimum.winner["promised"].iloc[0] == pytest.approx(optimum.trials["active"].max())


def test_a_search_goes_on_from_its_store(tmp_path: Path, in_a_world: Any) -> None:
    ran = in_a_world(hill)
    first = found(study(), tmp_path)
    done = len(ran)
    again = found(study(), tmp_path)
    assert len(ran) == done
    pd.testing.assert_frame_equal(first.trials, again.trials)
    pd.testing.assert_frame_equal(first.finalists, again.finalists)


def test_words_switches_and_values_are_searched(tmp_path: Path, in_a_world: Any) -> None:
    levers = [
        {"name": "thanks", "options": {"none": {}, "badge": {"incentives": {"badges": 1.0}}}},
        {"name": "cash", "on": {"incentives": {"cash_per_contribution": 0.25}}},
        {"name": "monetisation.price", "values": [5.0, 10.0, 15.0]},
    ]

    def world(row: dict[str, Any]) -> dict[str, float]:
        return {"active": 2 * (row["thanks"] == "badge") - row["cash"] + row["monetisation.price"] / 10}

    in_a_world(world)
    winner = found(study(lever=levers, derive={}), tmp_path).winner.iloc[0]
    assert (winner["thanks"], winner["cash"], winner["monetisation.price"]) == ("badge", False, 15.0)


def test_points_where_a_goal_is_undefined_do_not_win(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(lambda row: {"active": np.nan if row["x"] > 0.5 else row["x"]})
    optimum = found(study(), tmp_path)
    assert optimum.winner["x"].iloc[0] <= 0.5
    assert optimum.trials.loc[optimum.trials["x"] > 0.5, "active"].isna().all()


def test_what_cannot_be_found_is_told(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    with pytest.raises(StudyError, match=r"none of 40 points satisfies cost < 0; relax a limit"):
        found(study(optimise=GOAL | {"limits": ["cost < 0"]}), tmp_path)
    with pytest.raises(StudyError, match=r"proposals in a row violate x > 2; widen a range"):
        found(study(constraints=["x > 2"]), tmp_path)
    with pytest.raises(StudyError, match=r"has no \[optimise\]"):
        found(study(optimise=None), tmp_path)
    in_a_world(lambda row: {"active": np.nan})
    with pytest.raises(RunsFailed, match="active are undefined at every point"):
        optimise(study(), Store(tmp_path / "other"), workers=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"lever": [], "derive": {}, "design": {"kind": "list", "points": [{"monetisation.price": 5}]}},
            "the study has no lever",
        ),
        ({"optimise": {"maximise": ["activ"]}}, "unknown indicator activ; did you mean active"),
        ({"optimise": GOAL | {"limits": ["costs <= 3"]}}, "unknown indicator costs; did you mean cost"),
        ({"optimise": GOAL | {"limits": ["cost ** 2 <= 3"]}}, "is not allowed"),
        ({"optimise": {"minimise": []}}, "has no objective; give maximise or minimise"),
        ({"optimise": {"maximise": ["cost"], "minimise": ["cost"]}}, "cost is named twice"),
        ({"optimise": GOAL | {"trails": 3}}, "unknown key optimise.trails; did you mean trials"),
        ({"optimise": GOAL | {"trials": 0}}, "optimise.trials = 0"),
        ({"scenarios": ["web", "hub"]}, "need exactly one scenario; keep one"),
        (
            {"break_even": {"lever": "z", "outcome": "margin"}},
            "lever = z: is not a lever that can be named here",
        ),
        ({"break_even": {"lever": "x", "outcome": "margin"}}, "lever y has no value"),
        ({"break_even": {"lever": "x", "outcome": "margins", "at": {"y": 0}}}, "did you mean margin"),
        ({"break_even": {"lever": "x", "outcome": "margin", "at": {"y": 0, "x": 1}}}, "break_even at x"),
        (
            {
                "lever": [*TWO, {"name": "v", "values": [1, 2]}],
                "break_even": {"lever": "v", "outcome": "margin"},
            },
            "v: has no range",
        ),
    ],
)
def test_a_wrong_goal_is_told_before_any_run(changes: dict[str, Any], message: str) -> None:
    with pytest.raises((StudyError, ComparisonError), match=message):
        study(**changes).check()


def test_goals_do_not_change_what_a_study_asks_for(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    stored_plan(study(), store)
    assert stored_plan(study(optimise=None), store).equals(asked(study()))


def test_a_point_is_on_the_front_if_no_other_beats_it() -> None:
    values = np.array([[1.0, 4.0], [2.0, 2.0], [3.0, 3.0], [4.0, 1.0], [2.0, 2.0]])
    assert nondominated(values).tolist() == [True, True, False, True, True]
    assert nondominated(values[:, :1]).tolist() == [True, False, False, False, False]


def test_front_shares_say_how_sure_a_front_is() -> None:
    random = np.random.default_rng(0)
    same, worse = random.normal(0, 1, (2, 60, 1)), random.normal(3, 1, (1, 60, 1))
    shares = front_shares(np.concatenate([same - same.mean(axis=1, keepdims=True), worse]))
    assert shares[:2] == pytest.approx([0.5, 0.5], abs=0.06)
    assert shares[2] == 0


def test_the_excess_of_a_formula_is_how_far_it_is_from_holding() -> None:
    assert Formula("a <= 3").excess({"a": 5}) == 2
    assert Formula("a >= 3").excess({"a": 5}) == -2
    assert Formula("a < 3 and a > 0").excess({"a": 5}) == 1
    assert set(Formula("min(churn.contagion, b) + b > 0").names) == {"churn.contagion", "b"}


def test_points_that_could_not_be_measured_are_told(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(lambda row: {"active": np.nan if row["x"] > 0.5 else row["x"]})
    optimum = found(study(), tmp_path)
    lost = int(optimum.trials["active"].isna().sum())
    assert unmeasured(optimum).startswith(f"{lost} points could not be evaluated")
    in_a_world(hill)
    assert unmeasured(optimise(study(), Store(tmp_path / "other"), workers=1)) == ""


@pytest.mark.parametrize("goals", [{}, {"minimise": ["cost"]}, {"limits": ["cost <= 400"]}])
def test_a_search_has_a_page_that_needs_nothing_from_anywhere(
    tmp_path: Path, in_a_world: Any, goals: dict[str, Any]
) -> None:
    in_a_world(hill)
    page = optimum_page(found(study(optimise=GOAL | goals), tmp_path), "kith study optimise x")
    assert page.count("<svg") == 2 + ("minimise" in goals)
    assert not re.search(r"<script|<link|<ima?ge?|<iframe", page)
    assert "kith study optimise x" in page
    assert "Points tried" in page and "in the search and on new seeds" in page
    assert ("front of active members and cost" in page) == ("minimise" in goals)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


# Break-even


def crossing(level: float = 0.0, **changes: Any) -> Study:
    goal = {"lever": "x", "outcome": "margin", "at": {"y": 0.5}, "level": level, "halvings": 8}
    return study(optimise=None, break_even=goal, runs=16, **changes)


def test_a_root_is_found_to_the_line_between_its_neighbours() -> None:
    asked: list[int] = []

    def curve(k: int) -> float:
        asked.append(k)
        return 41.5 - k

    assert root(curve, 64) == pytest.approx(41.5)
    assert len(set(asked)) == 8
    assert np.isnan(root(lambda k: 1.0 + k, 64))
    assert root(lambda k: float(k), 64) == 0


@pytest.mark.parametrize("sign", [1, -1])
def test_break_even_is_found_with_what_the_runs_cannot_tell_from_it(
    tmp_path: Path, in_a_world: Any, sign: int
) -> None:
    in_a_world(lambda row: {"margin": sign * (100 * (row["x"] - 0.3) + 10 * noise(row["seed"]))})
    asking = crossing()
    at = break_even(asking, Store(tmp_path / "store"), workers=1)
    luck = np.array([noise(seed) for seed in range(16)])
    assert at.value == pytest.approx(0.3 - luck.mean() / 10, abs=1e-3)
    half = 2.13 * luck.std(ddof=1) / 4 / 10
    assert at.high - at.low == pytest.approx(2 * half, rel=0.25)
    assert at.low < at.value < at.high
    assert (at.rising, at.monotone) == (sign > 0, True)
    assert (": above" if sign > 0 else ": below") in crossing_answer(asking, at)
    page = crossing_page(asking, at, "kith study break-even x")
    assert page.count("<svg") == 1
    assert "Margin along x" in page
    assert page.count("<tr>") == 1 + len(at.tried)


def test_no_crossing_and_ends_beyond_the_range_are_told(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(lambda row: {"margin": row["x"] - 0.01 + 0.2 * noise(row["seed"])})
    store = Store(tmp_path / "store")
    none = break_even(crossing(level=5.0), store, workers=1)
    assert np.isnan(none.value)
    answer = crossing_answer(crossing(level=5.0), none)
    assert ": below 5.00 for all x from" in answer
    assert answer.endswith("no crossing."), "no interval comes near the level"
    near = float(none.tried["high"].iloc[-1]) - 1e-6
    answer = crossing_answer(crossing(level=near), none)
    assert "no crossing. At 1 the 95 % interval includes" in answer
    assert "is not excluded; more runs would tell" in answer
    luck = np.mean([0.2 * noise(seed) for seed in range(16)])
    edge = crossing(level=float(luck))
    at = break_even(edge, store, workers=1)
    assert at.value == pytest.approx(0.01, abs=1e-3)
    assert np.isnan(at.low)
    assert "beyond 0" in crossing_answer(edge, at)


def test_a_curve_that_turns_is_told(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(lambda row: {"margin": np.sin(7 * row["x"]) - 0.5 + 0.01 * noise(row["seed"])})
    at = break_even(crossing(), Store(tmp_path / "store"), workers=1)
    assert not at.monotone
    assert "there may be other crossings" in crossing_answer(crossing(), at)


def test_break_even_needs_runs_that_can_be_compared(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(lambda row: {"margin": np.nan})
    store = Store(tmp_path / "store")
    with pytest.raises(RunsFailed, match="margin is undefined at x = 0"):
        break_even(crossing(), store, workers=1)
    with pytest.raises(StudyError, match="at least 2, and 4 for an interval"):
        break_even(crossing().with_changes(runs=1), store, workers=1)
    with pytest.raises(StudyError, match=r"has no \[break_even\]"):
        break_even(study(), store, workers=1)


def test_the_answer_names_the_best_mix(tmp_path: Path, in_a_world: Any) -> None:
    in_a_world(hill)
    said = optimum_answer(found(study(), tmp_path))
    assert said.startswith("Best for active members: x 0.")
    assert "in the search" in said
