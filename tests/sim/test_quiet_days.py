"""Days inside one compiled call leave the same record, to the last bit, as the same days step by step."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from kith.scenarios.load import load
from kith.sim.engine import TICK, Simulation
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from tests.sim.test_random_plans import drawn_plan


@pytest.fixture(autouse=True)
def compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quiet days are lived in one call, whether or not it was compiled before."""
    monkeypatch.setattr("kith.sim.day.quiet._preferred", True)


TABLES = ("series", "monthly", "members", "ties", "summary")


def lived(plan: Plan, seed: int, days: int, *, quiet: bool, at_a_time: int = 10_000) -> Simulation:
    simulation = Simulation(plan, seed, days, events=False)
    if not quiet:
        simulation._quiet.until = step_by_step  # type: ignore[method-assign]
    while simulation.day < days:
        simulation.advance(min(at_a_time, days - simulation.day))
    return simulation


def step_by_step(c: Community, day: int, end: int, eventful: Iterable[int] = ()) -> int:
    return day


def demand_same(one: Record, other: Record) -> None:
    for name in TABLES:
        first, second = getattr(one, name), getattr(other, name)
        if isinstance(first, pd.Series):
            first, second = first.to_frame(), second.to_frame()
        pd.testing.assert_frame_equal(first, second, check_exact=True, obj=name)
        for column in first.select_dtypes("number"):  # the sign of a zero, too
            assert first[column].to_numpy().tobytes() == second[column].to_numpy().tobytes(), (name, column)


def demand_same_state(one: Community, other: Community) -> None:
    """What the next day depends on, beyond what a record shows."""
    for name in (
        "talk",
        "items",
        "useful",
        "last_visits",
        "climate",
        "presence",
        "gaps",
        "written",
        "referred",
    ):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("content", "unwanted", "disputes", "ignored", "bad_news", "tended", "internal", "heir_on"):
        assert getattr(one, name) == getattr(other, name), name
    for left, right in zip((*one.recent, *one.authors), (*other.recent, *other.authors), strict=True):
        assert np.array_equal(left, right)
    assert sorted(one.invited) == sorted(other.invited)
    for day, sent in one.invited.items():
        assert np.array_equal(np.concatenate(sent), np.concatenate(other.invited[day]))


@pytest.mark.parametrize(
    "nth", [*range(6), *(pytest.param(nth, marks=pytest.mark.slow) for nth in range(6, 20))]
)
def test_any_legal_plan_leaves_the_same_record(nth: int) -> None:
    plan, seed = drawn_plan(31, nth, longest=80)
    quick, slow = lived(plan, seed, plan.days, quiet=True), lived(plan, seed, plan.days, quiet=False)
    demand_same_state(quick.community, slow.community)
    demand_same(quick.record(), slow.record())


@pytest.mark.parametrize("scenario", ["busy_web", "hub", "marketplace", "community_core_ads", "fee"])
def test_a_scenario_leaves_the_same_record_however_its_days_are_cut(scenario: str) -> None:
    plan = load(scenario, overrides={"market.size": 600, "market.founders": 150})
    quick, slow = lived(plan, 5, 130, quiet=True, at_a_time=7), lived(plan, 5, 130, quiet=False)
    demand_same_state(quick.community, slow.community)
    demand_same(quick.record(), slow.record())


def test_most_days_are_quiet() -> None:
    simulation = Simulation(load("web"), days=365, events=False)
    simulation.advance(1)
    days = range(1, 365)
    python = [day for day in days if simulation._quiet.until(simulation.community, day, 365) == day]
    assert python == list(range(29, 365, 30))


def test_a_step_of_ones_own_sees_every_day() -> None:
    seen: list[int] = []
    tick = (*TICK, ("mine", lambda c: seen.append(c.day)))
    plan = load("web", overrides={"market.size": 100, "market.founders": 20})
    Simulation(plan, days=40, events=False, tick=tick).advance()
    assert seen == list(range(40))
