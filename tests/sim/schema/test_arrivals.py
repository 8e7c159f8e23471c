"""Arrivals are whole numbers per day, and are part of a run's name."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import Simulation, run_id
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan, Shock

type PlanOf = Callable[..., Plan]


def given(daily: Any, mode: str = "beside", **more: str) -> Arrivals:
    return Arrivals(daily, mode, **more)


@pytest.mark.parametrize(
    ("daily", "told"),
    [
        ([1, -1], "arrivals on day 1 = -1"),
        ([0.5], "arrivals on day 0 = 0.5"),
        ([float("nan")], "arrivals on day 0 = nan"),
        ([1, 50_000_001], "from 0 to 50,000,000"),
        ([], "must be a list of whole numbers"),
        ([[1, 2]], "must be a list of whole numbers"),
        ([[1], [1, 2]], "must be a list of whole numbers"),
        ("many", "must be a list of whole numbers"),
        ([True], "must be a list of whole numbers"),
        (3, "must be a list of whole numbers"),
    ],
)
def test_what_is_no_count_of_people_is_refused_with_its_day(daily: Any, told: str) -> None:
    with pytest.raises(ParameterError, match="arrivals") as caught:
        given(daily)
    assert told in str(caught.value)


def test_a_third_mode_is_refused() -> None:
    with pytest.raises(ParameterError, match="must be beside or instead"):
        given([1], "behind")


def test_days_after_the_last_count_bring_nobody() -> None:
    arrivals = given([3.0, 0, 2])
    assert [arrivals.on(day) for day in range(5)] == [3, 0, 2, 0, 0]
    assert (arrivals.total(1), arrivals.total(2), arrivals.total(99)) == (3, 3, 5)


def test_nobody_can_change_them_afterwards() -> None:
    counts = np.array([1, 2])
    arrivals = given(counts)
    counts[0] = 9
    assert arrivals.on(0) == 1
    with pytest.raises(ValueError, match="read-only"):
        arrivals.daily[0] = 9


def test_counts_mode_and_date_name_a_run_and_the_label_does_not(plan_of: PlanOf) -> None:
    plans = [
        replace(plan_of(), arrivals=arrivals)
        for arrivals in (
            None,
            given([1, 2]),
            given([2, 1]),
            given([1, 2], "instead"),
            given([1, 2], date="2001-01-01"),
        )
    ]
    assert len({run_id(plan, 0, 10) for plan in plans}) == len(plans)
    assert "arrivals" not in plans[0].content()
    assert plans[1] == replace(plans[1], arrivals=given([1, 2], label="by hand"))
    assert plans[1] != plans[2]


def test_a_market_too_small_for_those_who_arrive_is_refused_before_the_run(plan_of: PlanOf) -> None:
    market = {"market": {"size": 50, "founders": 20}}
    plan = replace(replace(plan_of(**market), days=10), arrivals=given([3] * 10 + [1]))
    with pytest.raises(ParameterError, match="31 arrivals of 10 days and 20 founders are 51 people"):
        replace(plan, arrivals=given([3] * 9 + [4]))
    with pytest.raises(ParameterError, match="31 arrivals of 11 days and 20 founders are 51 people"):
        Simulation(plan, days=11)


def test_shocks_are_no_arrivals(plan_of: PlanOf) -> None:
    plan = plan_of(market={"size": 50, "founders": 0}, shocks=[Shock(day=1, kind="mass_join", count=30)])
    replace(plan, arrivals=given([40]))
