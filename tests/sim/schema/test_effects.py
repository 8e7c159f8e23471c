"""A parameter that is said to have no effect has none: changed, it leaves a run the same to the last bit."""

from dataclasses import replace
from typing import Any

import pytest

from kith.experiments.analyses.levers.ranges import changed, ends, ends_of
from kith.scenarios.load import load
from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.effects import SWITCHES, inert, why_inert
from kith.sim.schema.parameter_set import ParameterError, field_of
from kith.sim.schema.plan import Plan

SCENARIOS = ("pool", "hub", "web", "ads", "take_rate", "subscription", "cash", "curated_groups")
SMALL = {"market.size": 400, "market.founders": 60}
DAYS = 90


def small(scenario: str) -> Plan:
    """A library scenario with few people; what would come too late comes earlier."""
    return load(scenario, overrides=SMALL, days=DAYS)


def alike(one: Record, other: Record) -> bool:
    """Whether two runs have the same days, months and indicators."""
    return bool(
        one.series.equals(other.series)
        and one.monthly.equals(other.monthly)
        and one.summary.equals(other.summary)
    )


def with_all(plan: Plan, which: int) -> Plan:
    """The plan with every parameter without effect at one of its ends."""
    for name in inert(plan):
        possible = ends(plan, name)  # of what has been changed so far: together they must fit, too
        if possible:
            plan = changed(plan, name, possible[min(which, len(possible) - 1)].value)
    return plan


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_all_parameters_without_effect_may_change_at_once(scenario: str) -> None:
    plan = small(scenario)
    assert len(inert(plan)) > 50
    for which in (0, 1):
        other = with_all(plan, which)
        assert other.canonical_content != plan.canonical_content
        assert alike(run(plan, 3, events=False), run(other, 3, events=False))


@pytest.mark.parametrize("formal_share", [0.05, 1.0])
def test_the_rules_hold_for_a_community_founded_on_a_log(formal_share: float) -> None:
    plan = load("pool", log="chat_docker", overrides={"dormancy.formal_share": formal_share}, days=40)
    assert (why_inert(plan, "dormancy.waking_rate") is None) == (formal_share < 1.0)
    for which in (0, 1):
        assert alike(run(plan, 3, events=False), run(with_all(plan, which), 3, events=False))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_parameter_without_effect_may_change_alone(scenario: str) -> None:
    plan = small(scenario)
    before = run(plan, 5, events=False)
    moved = [
        (name, end.value)
        for name, possible in ends_of(plan, inert(plan)).items()
        for end in possible
        if not alike(before, run(changed(plan, name, end.value), 5, events=False))
    ]
    assert moved == []


@pytest.mark.parametrize(
    ("scenario", "settings", "name", "reason"),
    [
        ("web", {}, "monetisation.price", "nobody pays a price while monetisation.model is none"),
        ("web", {"monetisation.model": "subscription"}, "monetisation.price", None),
        ("web", {}, "affiliation.hub_posts", "there is no hub"),
        ("hub", {}, "affiliation.hub_posts", None),
        ("hub", {}, "governance.succession_chance", "no hub leaves"),
        ("hub", {}, "governance.succession", None),
        ("hub_succession", {}, "governance.succession", None),
        ("ads", {}, "monetisation.ad_load", None),
        ("web", {}, "churn.base_hazard", None),
    ],
)
def test_the_reason_names_the_switch(
    scenario: str, settings: dict[str, Any], name: str, reason: str | None
) -> None:
    found = why_inert(load(scenario, overrides=settings), name)
    assert found is None if reason is None else reason in str(found)


def test_a_parameter_that_acts_in_one_phase_has_an_effect() -> None:
    plan = load("web")
    paid = load("web", overrides={"monetisation.model": "fee"})
    assert why_inert(plan, "monetisation.price")
    assert (
        why_inert(replace(plan, phases=(*plan.phases, (100, paid.parameters))), "monetisation.price") is None
    )


def test_an_unknown_parameter_is_named_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match=r"did you mean monetisation\.price"):
        why_inert(load("web"), "monetisation.prise")


def test_every_switch_names_parameters() -> None:
    for switch in SWITCHES:
        assert [field_of(name) for name in switch.names.split()]
