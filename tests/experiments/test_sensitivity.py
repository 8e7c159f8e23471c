"""Indices agree with functions whose indices are known, and say when luck drowns them."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.asked import asked
from experiments.conduct import wanted_by
from experiments.designs import Morris, Sobol
from experiments.errors import StudyError
from experiments.runner import Outcome
from experiments.sensitivity import luck, morris_effects, pawn_indices, sensitivity, sobol_indices
from experiments.store import Store
from experiments.study import Study, study_from


def ishigami(unit: np.ndarray) -> np.ndarray:
    """Ishigami & Homma 1990 with a = 7, b = 0.1, on [-π, π]³."""
    x = math.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_are_those_of_ishigamis_function() -> None:
    unit = Sobol(kind="sobol", base=4096).unit(3)
    found = sobol_indices(ishigami(unit), 3)
    assert found["S1"].tolist() == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert found["ST"].tolist() == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert (found["ST_conf"] > 0).all()


def test_sobol_intervals_hold_the_truth_with_few_points() -> None:
    unit = Sobol(kind="sobol", base=256, second_order=True).unit(3)
    found = sobol_indices(ishigami(unit), 3, second_order=True)
    truth = np.array([0.5576, 0.4424, 0.2437])
    assert (np.abs(found["ST"] - truth) <= 2 * found["ST_conf"]).all()


def test_morris_finds_slopes_and_what_does_not_matter() -> None:
    design = Morris(kind="morris", trajectories=30)
    unit = design.unit(4)
    y = 5 * unit[:, 0] - 2 * unit[:, 1] + 4 * unit[:, 2] ** 2
    found = morris_effects(unit, y, design.levels)
    assert found["mu"].tolist()[:2] == pytest.approx([5, -2])
    assert found["mu_star"].tolist() == pytest.approx([5, 2, 4, 0], abs=0.4)
    assert found["sigma"].tolist()[:2] == pytest.approx([0, 0], abs=1e-9)
    assert found["sigma"][2] > 0.5


def test_pawn_lifts_what_matters_above_its_floor_and_nothing_else() -> None:
    x = np.random.default_rng(0).random((400, 3))
    found = pawn_indices(x, 10 * x[:, 0] + x[:, 1] ** 2)
    assert found["median"][0] > 2 * found["floor"][0]
    assert found["median"][2] == pytest.approx(found["floor"][2], abs=0.06)


def test_luck_is_the_share_of_variance_that_runs_leave() -> None:
    random = np.random.default_rng(1)
    point = np.repeat(np.arange(400), 8)
    signal, noise = random.normal(0, 2, 400)[point], random.normal(0, 4, 3200)
    frame = pd.DataFrame({"point": point, "y": signal + noise})
    assert luck(frame, "y") == pytest.approx((16 / 8) / (4 + 16 / 8), abs=0.06)
    assert math.isnan(luck(frame[::8], "y"))


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
    wanted = wanted_by(asking, store)
    rows = wanted.to_dict("records")[: len(wanted) - leave_out]
    store.add(
        [
            Outcome(
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
    found = sensitivity(asking, filled(asking, tmp_path))
    assert len(found) == 2 * 4 * 2
    for outcome, lever in (("active", "churn.contagion"), ("margin", "monetisation.price")):
        own = found[(found["outcome"] == outcome) & (found["scenario"] == "pool")]
        assert own["lever"].iloc[0] == lever
        assert own[measure].iloc[0] > 2 * own[measure].iloc[1]
    nothing = found[found["outcome"].isin(["ncv", "ltv"])]
    assert nothing[measure].isna().all()


def test_a_direction_is_told_by_morris(tmp_path: Path) -> None:
    asking = study(design={"kind": "morris", "trajectories": 4})
    found = sensitivity(asking, filled(asking, tmp_path), ["margin"]).set_index(["scenario", "lever"])["mu"]
    assert found["web", "monetisation.price"] == pytest.approx(10)
    assert found["pool", "monetisation.price"] == pytest.approx(-10)


def test_indices_of_an_unfinished_study_are_refused(tmp_path: Path) -> None:
    asking = study()
    with pytest.raises(StudyError, match=r"2 of 256 points of pool have no result yet.*needs all of them"):
        sensitivity(asking, filled(asking, tmp_path, leave_out=4))


def test_too_few_points_are_refused(tmp_path: Path) -> None:
    asking = study(design={"kind": "random", "points": 9})
    assert len(asked(asking)) == 36
    with pytest.raises(StudyError, match="9 points are too few"):
        sensitivity(asking, filled(asking, tmp_path))
