"""Patterns of giving: their statistics find what is there, and the proposed values show them."""

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from kith.experiments.credibility.patterns.giving import manager, removal, starved
from kith.experiments.credibility.patterns.pattern import FULL


def newcomer(arm: str, replied: bool, left: float, first: int = 103, joined: int = 100) -> dict[str, Any]:
    post = "replied" if replied else "unanswered"
    line = {"channel": "search", "arm": arm, "first_post": post, "lapsed_day": left}
    line |= {"left_day": math.nan}  # who falls silent has not left, and is not there any more either
    return {**line, "first_contribution": first, "joined_day": joined}


def told(*lines: dict[str, Any]) -> Any:
    record: Any = SimpleNamespace(members=pd.DataFrame(list(lines)))
    return removal.measure({"removal": [record]})


def test_removal_compares_who_may_be_answered_with_who_may_not() -> None:
    out = told(
        newcomer("", True, math.nan),
        newcomer("", True, 134.0),
        newcomer("", False, 110.0),
        newcomer("", False, 200.0),
        newcomer(removal.REMOVED, False, math.nan),
        newcomer(removal.REMOVED, False, 133.0),
    )
    assert out["lost without replies, points"] == pytest.approx(25.0)
    assert out["naive difference, points"] == pytest.approx(50.0)
    assert out["randomised less naive, points"] == pytest.approx(-25.0)


def test_removal_leaves_out_founders_and_late_and_recent_first_posts() -> None:
    kept = [newcomer("", True, math.nan), newcomer("", False, 110.0), newcomer(removal.REMOVED, False, 110.0)]
    late = newcomer("", False, 108.0, first=107)
    recent = newcomer("", False, math.nan, first=removal.DAYS - 20, joined=removal.DAYS - 21)
    founder = {**newcomer("", False, 105.0), "channel": "founder"}
    out = told(*kept, late, recent, founder)
    assert out["newcomers who posted in their first week"] == 3.0
    assert out == told(*kept)


def test_half_of_the_people_are_never_answered() -> None:
    (arm,) = removal.arms(FULL).values()
    (experiment,) = arm.plan.experiments
    assert (experiment.share, experiment.from_day) == (0.5, 0)
    assert experiment.applied(arm.plan.parameters).contribution.reply_ceiling == 0.0


def test_what_is_lost_behind_closed_doors_is_a_share() -> None:
    names = ("active", "ties_per_member", "belonging")
    records: Any = {
        name: [SimpleNamespace(summary=dict.fromkeys(names, value))]
        for name, value in (("open", 10.0), ("closed", 4.0))
    }
    assert starved.measure(records)["share of active lost"] == pytest.approx(0.6)


def test_a_manager_who_adds_nobody_never_pays() -> None:
    def year(active: float) -> list[Any]:
        return [SimpleNamespace(series=pd.DataFrame({"active": [active] * manager.DAYS}))]

    records: Any = {"0 for 500": year(100.0), "1 for 500": year(200.0)}
    records |= {"0 for 1000": year(100.0), "1 for 1000": year(100.0)}
    out = manager.measure(records)
    assert out["gain from one for 500"] == 1.0
    assert out["break-even for 500, EUR a month"] == pytest.approx(100_000.0 / 12.0 / 100.0)
    assert out["break-even for 1000, EUR a month"] == math.inf
