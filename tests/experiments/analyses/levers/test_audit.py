"""Levers: what acts is seen to act, what does nothing is not run, what is stored is read back."""

from pathlib import Path

import pytest

from kith.experiments.analyses.levers.audit import Audit, audit, digest_of, small
from kith.experiments.analyses.levers.effects import BETTER, Effect, Trial, free, is_decision, jump
from kith.experiments.analyses.levers.ranges import ends_of
from kith.experiments.analyses.levers.shipped import compact
from kith.experiments.analyses.levers.stored import read
from kith.experiments.errors import StoreDamaged
from kith.experiments.reports.levers.audit_page import page, write_levers
from kith.experiments.runs.runner import place
from kith.scenarios.load import load
from kith.sim.schema.parameter_set import dotted_names
from kith.sim.schema.plan import Plan

NAMES = ["churn.base_hazard", "monetisation.price", "referral.reward_kind", "organisation.rnd_value"]


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A small community."""
    return load("web", {"market.size": 400, "market.founders": 60}, days=60)


@pytest.fixture(scope="module")
def audited(plan: Plan) -> Audit:
    """An audit of a few of its parameters."""
    with place(1) as pool:
        return audit("web", plan, NAMES, 4, pool)


def test_a_hazard_of_leaving_acts_in_its_direction(audited: Audit) -> None:
    hazard = audited.parameters[0]
    assert hazard.name == "churn.base_hazard"
    low, high = (trial.of("active") for trial in hazard.trials)
    assert low.moved and low.difference > 0.0
    assert high.moved and high.difference < 0.0 and high.elasticity < 0.0
    assert not hazard.free and not hazard.silent


def test_what_has_no_effect_is_not_run(audited: Audit) -> None:
    price = next(one for one in audited.parameters if one.name == "monetisation.price")
    assert price.inert and not price.trials


def test_an_audit_is_read_back_as_it_was(audited: Audit, tmp_path: Path) -> None:
    write_levers({"web": audited}, tmp_path / "levers")
    back = read(tmp_path / "levers")["web"]
    assert back.digest == audited.digest
    assert page({"web": back}) == (tmp_path / "levers" / "levers.md").read_text("utf-8")


def test_a_file_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "levers.json").write_text('{"mine": 1}')
    with pytest.raises(StoreDamaged, match="not written by kith"):
        read(tmp_path)


def test_another_request_is_another_audit(plan: Plan) -> None:
    assert digest_of(plan, 4, NAMES) != digest_of(plan, 8, NAMES)
    assert digest_of(plan, 4, NAMES) != digest_of(plan, 4, NAMES[:1])


@pytest.mark.parametrize("scenario", ["web", "hub_leaves", "paywall", "small_world", "badge_or_cash"])
def test_every_parameter_has_ends_that_its_scenario_allows(scenario: str) -> None:
    plan = small(scenario)
    without = [name for name, possible in ends_of(plan, dotted_names()).items() if not possible]
    assert set(without) <= {
        "incentives.badge_levels",
        "incentives.tier",
        "market.acquaintances",
        "market.founders",
    }


def effect(name: str, difference: float) -> Effect:
    """An effect that is certain, on an indicator at 100."""
    return Effect(name, 100.0, difference, difference, difference, float("nan"))


def trial(value: float, **differences: float) -> Trial:
    """A trial with certain effects, and none on other indicators."""
    return Trial("high", value, tuple(effect(name, differences.get(name, 0.0)) for name in BETTER), True)


def test_a_decision_is_free_if_it_improves_and_worsens_nothing() -> None:
    gain = trial(1.0, active=10.0)
    assert free("incentives.recognition", [gain], 8) == "high: active"
    assert free("incentives.recognition", [trial(1.0, active=10.0, cost_per_active=1.0)], 8) == ""
    assert free("churn.contagion", [gain], 8) == "" and not is_decision("churn.contagion")


def test_a_step_within_a_tenth_is_a_jump() -> None:
    whole = trial(1.0, active=50.0)
    assert "first tenth" in jump(whole, trial(0.1, active=45.0), trial(0.9, active=50.0))
    assert "last tenth" in jump(whole, trial(0.1, active=1.0), trial(0.9, active=5.0))
    assert jump(whole, trial(0.1, active=5.0), trial(0.9, active=45.0)) == ""


def test_no_lever_of_the_shipped_page_is_free_or_silent_without_a_reason(root: Path) -> None:
    from kith.experiments.reports.levers.audit_page import NO_REASON

    text = (root / "docs" / "reference" / "levers" / "levers.md").read_text("utf-8")
    audits = read(root / "docs" / "reference" / "levers")
    assert "web" in audits
    assert page(audits) == text
    assert NO_REASON not in text


def test_the_hours_of_the_team_are_the_price_of_what_it_decides() -> None:
    """Levers that were free before they took hours."""
    web = load("web", {"market.size": 1500, "market.founders": 150}, days=60)
    with place(1) as pool:
        found = audit("web", web, ["governance.voice", "contribution.rules_visible"], 4, pool)
    for lever in found.parameters:
        assert not lever.free
        assert any(trial.of("cost_per_active").difference > 0.0 for trial in lever.trials)


def test_a_table_of_levels_has_no_place_among_the_effects_that_pages_show(root: Path) -> None:
    """Their controls take a number or a word."""
    audits = read(root / "docs" / "reference" / "levers")
    tier = next(one for one in audits["pool"].parameters if one.name == "incentives.tier")
    assert any(effect.moved for trial in tier.trials for effect in trial.effects)
    for types in compact(audits)["types"].values():
        assert all(not isinstance(row[1], list) for its in types["effects"].values() for row in its)
