"""Teamwork: what a team decides takes its hours, at the square of its strength or each time it happens."""

from collections.abc import Callable
from typing import Any

import pytest

from kith.scenarios.load import load
from kith.sim.engine import run
from kith.sim.results.record import Record

DAYS = 60
SMALL = {"market.size": 600, "market.founders": 100}


def cost(settings: dict[str, Any], scenario: str | dict[str, Any] = "web", **more: Any) -> float:
    return float(recorded(settings, scenario, **more).summary["cost_staff"])


def recorded(settings: dict[str, Any], scenario: str | dict[str, Any] = "web", **more: Any) -> Record:
    return run(load(scenario, overrides={**SMALL, **settings}, days=DAYS, **more), seed=1, events=False)


def test_a_community_that_decides_on_nothing_takes_no_hours() -> None:
    assert cost({}) == 0.0


@pytest.mark.parametrize(
    ("lever", "most"),
    [
        ("governance.voice", 10.0),
        ("contribution.rules_visible", 2.0),
        ("incentives.badges", 2.0),
        ("referral.badges", 2.0),
        ("incentives.leaderboard", 2.0),
    ],
)
def test_a_strength_costs_its_square(lever: str, most: float) -> None:
    """So the second half of it takes three times the hours of the first."""
    full, half = (cost({lever: strength}) for strength in (1.0, 0.5))
    assert full == pytest.approx(most * 60.0 * DAYS / 30)
    assert half == pytest.approx(full / 4)


def test_badges_for_both_are_kept_up_once() -> None:
    assert cost({"incentives.badges": 1.0, "referral.badges": 1.0}) == pytest.approx(240.0)


@pytest.mark.parametrize(
    ("settings", "times", "minutes"),
    [
        ({"incentives.recognition": 0.5}, lambda r: total(r, "contributions") - total(r, "rejections"), 0.05),
        ({"contribution.onboarding": 1.5}, lambda r: total(r, "joins"), 1.0),
        ({"contribution.onboarding": 0.5}, lambda r: total(r, "joins"), 0.0),
        ({"affiliation.identity": 0.75}, lambda r: total(r, "joins"), 0.5),
        ({"affiliation.identity": 0.2}, lambda r: total(r, "joins"), 0.0),
    ],
)
def test_what_happens_often_takes_minutes_each_time(
    settings: dict[str, Any], times: Callable[[Record], float], minutes: float
) -> None:
    record = recorded(settings)
    assert times(record) > 0
    assert record.summary["cost_staff"] == pytest.approx(times(record) * minutes, abs=0.001)


def test_a_close_team_takes_hours_of_each_of_its_people() -> None:
    paid = cost({"organisation.staff": 2.0, "organisation.staff_bond": 0.0})
    close, half = (cost({"organisation.staff": 2.0, "organisation.staff_bond": b}) - paid for b in (1.0, 0.5))
    assert close == pytest.approx(2 * 4.0 * 60.0 * DAYS / 30)
    assert half == pytest.approx(close / 4)


def test_groups_are_put_together_every_month_fifteen_members_at_a_time() -> None:
    record = recorded({"affiliation.form": "groups", "affiliation.group_size": 5})
    members = record.series["active"].sum() / 30  # to the members of the evening before
    assert record.summary["cost_staff"] == pytest.approx(members / 15 * 5.0, rel=0.02)


def test_a_hub_that_posts_takes_minutes_for_each_item_until_it_leaves() -> None:
    posting = {"affiliation.hub_posts": 3.0}
    assert cost(posting, "hub") == pytest.approx(DAYS * 3.0 * 6.0)
    gone = [{"day": 30, "kind": "hub_departs"}]
    assert cost(posting, "hub", shocks=gone) == pytest.approx(30 * 3.0 * 6.0)
    assert cost({"affiliation.hub_posts": 0.0, "governance.succession": 1.0}, "hub") == pytest.approx(240.0)


def test_those_treated_by_an_experiment_are_paid_for_by_their_share() -> None:
    trial = {"name": "rules", "share": 0.25, "from_day": 0, "contribution": {"rules_visible": 1.0}}
    assert cost({}, {"extends": "web", "experiment": [trial]}) == pytest.approx(240.0 / 4)


def test_hours_are_paid_at_their_wage() -> None:
    assert cost({"governance.voice": 1.0, "organisation.work_wage": 0.0}) == 0.0
    assert cost({"governance.voice": 1.0, "organisation.work_wage": 30.0}) == pytest.approx(600.0)


def total(record: Record, count: str) -> float:
    return float(record.series[count].sum())
