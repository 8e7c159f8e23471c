"""How far newcomers come, and how long they stay."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from kith.experiments.runs.newcomer_funnel import STAGES, funnel, survival
from kith.scenarios.load import load
from kith.sim.engine import run

NEVER = float("nan")


def record_of(rows: list[tuple[str, int, float, int, int]], days: int = 200) -> Any:
    members = pd.DataFrame(
        rows, columns=["channel", "joined_day", "lapsed_day", "contributions", "invited_joins"]
    )
    members["person"] = range(len(members))
    plan = SimpleNamespace(parameters=SimpleNamespace(market=SimpleNamespace(size=100)))
    series = pd.DataFrame({"unaware": [90, 60]})
    return SimpleNamespace(members=members, days=days, plan=plan, series=series)


def test_every_step_counts_those_who_made_the_steps_before() -> None:
    record = record_of(
        [
            ("founder", -5, NEVER, 9, 9),
            ("search", 0, NEVER, 2, 1),
            ("search", 0, 30.0, 2, 1),
            ("referral", 150, NEVER, 1, 0),
            ("referral", 10, NEVER, 0, 3),
        ]
    )
    assert funnel(record) == {"heard": 39, "joined": 4, "contributed": 3, "stayed": 1, "brought": 1}


def test_survival_is_that_of_kaplan_and_meier() -> None:
    curve = survival(
        record_of([("search", 0, 10.0, 0, 0), ("search", 0, NEVER, 0, 0), ("search", 195, NEVER, 0, 0)])
    )
    assert curve[7] == 1.0
    assert curve[14] == pytest.approx(0.5)


def test_a_run_gives_a_funnel_that_narrows_and_a_curve_that_falls() -> None:
    plan = load("web", overrides={"market.size": 1_000, "market.founders": 50})
    record = run(plan, seed=1, days=200, threads=1)
    steps = list(funnel(record).values())
    assert list(funnel(record)) == list(STAGES)
    assert steps == sorted(steps, reverse=True)
    curve = survival(record).dropna()
    assert curve.iloc[0] == 1.0
    assert (curve.diff().dropna() <= 0).all()
