"""Indices agree with functions whose indices are known, and say when luck drowns them."""

import math
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.experiments.analyses.morris import morris_effects, moves
from kith.experiments.analyses.pawn import pawn_indices
from kith.experiments.analyses.sensitivity import (
    delta_indices,
    fast_indices,
    sensitivity,
    sobol_indices,
    why_blank,
)
from kith.experiments.errors import StudyError
from kith.experiments.runs.runner import RunResult
from kith.experiments.statistics.point_noise import known_to, luck
from kith.experiments.studies.designs import Fast, Morris, Sobol
from kith.experiments.studies.execute import stored_plan
from kith.experiments.studies.levers import Lever
from kith.experiments.studies.planned_runs import asked
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from


def ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami & Homma 1990 with a = 7, b = 0.1, on [-π, π]³."""
    x = math.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_are_those_of_ishigamis_function() -> None:
    unit = Sobol(kind="sobol", base=4096).unit(3)
    indices = sobol_indices(ishigami(unit), 3)
    assert indices["S1"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert indices["ST"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert (indices["ST_conf"] > 0).all()


def test_sobol_intervals_hold_the_truth_with_few_points() -> None:
    unit = Sobol(kind="sobol", base=256, second_order=True).unit(3)
    indices = sobol_indices(ishigami(unit), 3, second_order=True)
    truth = np.array([0.5576, 0.4424, 0.2437])
    assert (np.abs(indices["ST"] - truth) <= 2 * indices["ST_conf"]).all()


def test_morris_finds_slopes_and_what_does_not_matter() -> None:
    design = Morris(kind="morris", trajectories=30)
    unit = design.unit(4)
    y = 5 * unit[:, 0] - 2 * unit[:, 1] + 4 * unit[:, 2] ** 2
    indices = morris_effects(unit, y, design.levels)
    assert indices["mu"].tolist()[:2] == pytest.approx([5, -2])
    assert indices["mu_star"].tolist() == pytest.approx([5, 2, 4, 0], abs=0.4)
    assert indices["sigma"].tolist()[:2] == pytest.approx([0, 0], abs=1e-9)
    assert indices["sigma"][2] > 0.5


def test_a_switch_and_words_have_the_effect_of_turning_them() -> None:
    """A design's step of 2/3 turns a switch all the way, a lever of three values all or half of it."""
    levers = [
        Lever(name="on", on={}),
        Lever(name="word", options={"a": {}, "b": {}, "c": {}}),
        Lever(name="three", values=(1, 2, 3)),
        Lever(name="churn.contagion", low=0, high=1),
    ]
    design = Morris(kind="morris", trajectories=20)
    unit = design.unit(4)
    on, word, three, contagion = (np.array(lever.at(unit[:, i])) for i, lever in enumerate(levers))
    y = 10.0 * on + 6.0 * (word == "c") + 4.0 * three + 3 * contagion
    indices = morris_effects(unit, y, design.levels, moves(levers, unit))
    assert indices["mu"].tolist() == pytest.approx([10, 6, 8, 3])
    assert indices["sigma"].tolist() == pytest.approx([0, 0, 0, 0], abs=1e-9)


def test_pawn_agrees_with_salib_where_levers_have_ranges() -> None:
    from SALib.analyze import pawn

    x = np.random.default_rng(2).random((500, 2))
    y = x[:, 0] ** 2 + 0.3 * x[:, 1]
    theirs = pawn.analyze({"num_vars": 2, "names": ["a", "b"], "bounds": [[0, 1]] * 2}, x, y, S=10)
    indices = pawn_indices(x, y)
    assert indices["median"].tolist() == pytest.approx(theirs["median"].tolist(), abs=0.01)
    assert indices["maximum"].tolist() == pytest.approx(theirs["maximum"].tolist(), abs=0.01)


def test_pawn_sees_every_value_of_a_lever_that_has_few() -> None:
    """Outcomes differ at the greatest of three values only: |1/3 of all − all of them| = 2/3 there."""
    x = np.repeat([0.0, 1.0, 2.0], 100)[:, None]
    indices = pawn_indices(x, (x[:, 0] == 2) * 1.0)
    assert indices["maximum"].tolist() == pytest.approx([2 / 3])
    assert indices["median"].tolist() == pytest.approx([1 / 3])


def test_a_lever_without_effect_stays_below_its_floor_nineteen_times_of_twenty() -> None:
    random = np.random.default_rng(4)
    for column in (random.random(150), random.integers(0, 3, 150).astype(float)):
        above = 0
        for _ in range(200):
            indices = pawn_indices(column[:, None], random.normal(size=150))
            above += bool(indices["median"][0] > indices["floor"][0])
        assert above / 200 == pytest.approx(0.05, abs=0.045)


def test_pawn_lifts_what_matters_above_its_floor() -> None:
    x = np.random.default_rng(0).random((400, 3))
    indices = pawn_indices(x, 10 * x[:, 0] + x[:, 1] ** 2)
    assert indices["median"][0] > 2 * indices["floor"][0]
    assert indices["median"][2] < indices["floor"][2] + 0.06


def scattered(seed_effect: float) -> pd.DataFrame:
    """Points that differ by N(0, 2²), seeds by `seed_effect` at all points alike, runs by N(0, 4²)."""
    random = np.random.default_rng(1)
    point, seed = np.repeat(np.arange(400), 8), np.tile(np.arange(8), 400)
    y = random.normal(0, 2, 400)[point] + seed_effect * seed + random.normal(0, 4, 3200)
    return pd.DataFrame({"point": point, "seed": seed, "y": y})


def test_luck_is_the_share_of_variance_that_runs_leave() -> None:
    frame = scattered(0)
    assert luck(frame, "y") == pytest.approx((16 / 8) / (4 + 16 / 8), abs=0.06)
    assert math.isnan(luck(frame[::8], "y"))
    assert luck(frame.drop(index=[5, 900]), "y") == pytest.approx(luck(frame, "y"), abs=0.01)


def test_what_seeds_do_to_all_points_alike_is_no_luck_between_them() -> None:
    assert luck(scattered(50), "y") == pytest.approx(luck(scattered(0), "y"))


def test_means_and_differences_are_known_as_well_as_the_textbook_says() -> None:
    frame = scattered(3)
    mean, difference = known_to(frame, "y")
    alone = np.std(3 * np.arange(8), ddof=1)  # seeds move every mean, but no difference
    assert mean == pytest.approx(1.96 * math.sqrt((16 + alone**2) / 8), rel=0.05)
    assert difference == pytest.approx(1.96 * math.sqrt(2 * 16 / 8), rel=0.05)
    assert all(math.isnan(half) for half in known_to(frame[frame["seed"] == 0], "y"))


# Of a study


def study(**changes: Any) -> Study:
    given = {
        "scenarios": ["web", "pool"],
        "days": 5,
        "runs": 2,
        "lever": [
            {"name": "churn.contagion", "low": 0, "high": 1},
            {"name": "monetisation.price", "low": 0, "high": 10},
        ],
        "design": {"kind": "sobol", "base": 64},
        "outcomes": ["active", "margin", "ncv", "ltv"],
    }
    return study_from(given | changes)


def filled(asking: Study, folder: Path, leave_out: int = 0) -> Store:
    """A store with made-up results: active depends on contagion, margin on price, ncv on nothing."""
    store = Store(folder / "store")
    planned = stored_plan(asking, store)
    rows = planned.to_dict("records")[: len(planned) - leave_out]
    store.add(
        [
            RunResult(
                row["run_id"],
                row["seed"],
                row["run_id"],
                "1",
                {
                    "active": 100 * row["churn.contagion"] + row["seed"],
                    "margin": (-1 if row["scenario"] == "pool" else 1) * row["monetisation.price"],
                    "ncv": 3.0,
                    "ltv": math.nan if row["point"] == 3 else 1.0,
                },
            )
            for row in rows
        ]
    )
    return store


@pytest.mark.parametrize(
    ("design", "measure"),
    [
        ({"kind": "sobol", "base": 64}, "ST"),
        ({"kind": "morris", "trajectories": 10}, "mu_star"),
        ({"kind": "latin_hypercube", "points": 120}, "median"),
        ({"kind": "grid"}, "median"),
    ],
)
def test_every_design_ranks_the_lever_that_decides(
    tmp_path: Path, design: dict[str, Any], measure: str
) -> None:
    asking = study(design=design)
    indices = sensitivity(asking, filled(asking, tmp_path))
    assert len(indices) == 2 * 4 * 2
    for outcome, lever in (("active", "churn.contagion"), ("margin", "monetisation.price")):
        pool_rows = indices[(indices["outcome"] == outcome) & (indices["scenario"] == "pool")]
        assert pool_rows["lever"].iloc[0] == lever
        assert pool_rows[measure].iloc[0] > 2 * pool_rows[measure].iloc[1]
    nothing = indices[indices["outcome"].isin(["ncv", "ltv"])]
    assert nothing[measure].isna().all()


def test_a_direction_is_told_by_morris(tmp_path: Path) -> None:
    asking = study(design={"kind": "morris", "trajectories": 4})
    indices = sensitivity(asking, filled(asking, tmp_path), ["margin"]).set_index(["scenario", "lever"])["mu"]
    assert indices["web", "monetisation.price"] == pytest.approx(10)
    assert indices["pool", "monetisation.price"] == pytest.approx(-10)


def test_indices_of_an_unfinished_study_are_refused(tmp_path: Path) -> None:
    asking = study()
    with pytest.raises(StudyError, match=r"2 of 256 points of pool have no result yet.*needs all of them"):
        sensitivity(asking, filled(asking, tmp_path, leave_out=4))


def test_indices_of_a_study_without_results_are_refused(tmp_path: Path) -> None:
    asking = study()
    with pytest.raises(StudyError, match="no run is stored yet"):
        sensitivity(asking, Store(tmp_path / "store"))


def test_too_few_points_are_refused(tmp_path: Path) -> None:
    asking = study(design={"kind": "random", "points": 9})
    assert len(asked(asking)) == 36
    with pytest.raises(StudyError, match="9 points are too few"):
        sensitivity(asking, filled(asking, tmp_path))


def test_fast_indices_are_those_of_ishigamis_function() -> None:
    unit = Fast(kind="fast", samples=1025).unit(3)
    indices = fast_indices(ishigami(unit), 3)
    assert indices["S1"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert indices["ST"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.06)


@pytest.mark.slow
def test_delta_ranks_levers_of_any_sample() -> None:
    x = np.random.default_rng(3).random((1000, 3))
    indices = delta_indices(x, 10 * x[:, 1] + x[:, 0])
    assert indices["delta"].idxmax() == 1
    assert indices["S1"][1] == pytest.approx(100 / 101, abs=0.05)
    assert indices["delta"][2] < 0.15


@pytest.mark.parametrize("analyse", [lambda x, y: delta_indices(x, y), lambda x, y: fast_indices(y[:130], 2)])
def test_an_analysis_warns_of_nothing_and_leaves_random_numbers_and_warnings_as_they_were(
    analyse: Callable[[Any, Any], pd.DataFrame],
) -> None:
    x = np.random.default_rng(3).random((260, 2))
    x[:, 0] **= 9  # most of the sample at one end, of which SALib warns
    form, state = warnings.formatwarning, np.random.get_state()  # noqa: NPY002
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        analyse(x, x[:, 0] + 0.1 * x[:, 1])
    assert not said
    assert warnings.formatwarning is form
    assert str(np.random.get_state()) == str(state)  # noqa: NPY002


def test_groups_of_levers_have_an_index_each_and_need_fewer_points() -> None:
    names = ["a", "b", "c"]
    design = Sobol(kind="sobol", base=1024, groups={"first two": ("a", "b")})
    unit = design.unit(3, names)
    assert unit.shape == (1024 * 4, 3)
    assert design.factors(names) == ["first two", "c"]
    indices = sobol_indices(ishigami(unit), 3, problem=design.problem(names))
    assert indices["ST"].tolist() == pytest.approx([1.0, 0.2437], abs=0.03)
    with pytest.raises(StudyError, match="d is no lever"):
        Sobol(kind="sobol", base=4, groups={"odd": ("d",)}).problem(names)


def test_an_outcome_without_an_index_says_why() -> None:
    assert why_blank(np.array([1.0, math.nan, 3.0])) == "undefined at 1 of 3 points"
    assert why_blank(np.ones(4)) == "the same at all points"
    assert why_blank(np.arange(4.0)) == ""
