"""A compared plan is named relative to its own scenario: the changed one is marked, whatever its place."""

import pytest

from kith.dashboard.live.live_comparison import labelled_plans
from kith.dashboard.state.scenario_choice import choice_from_text, plan_of
from kith.experiments.comparison.labels import labelled
from kith.experiments.errors import ComparisonError
from kith.scenarios.load import load

VOICE = {"governance.voice": 0.5}


def test_the_changed_one_is_marked_in_either_place() -> None:
    changed, library = load("hub", overrides=VOICE), load("hub")
    assert list(labelled([changed, library])) == ["hub (voice 0.5)", "hub"]
    assert list(labelled([library, changed])) == ["hub", "hub (voice 0.5)"]


def test_a_plan_that_is_alone_is_marked() -> None:
    assert list(labelled([load("hub", overrides=VOICE)])) == ["hub (voice 0.5)"]


def test_what_all_share_and_the_size_of_the_market_mark_nobody() -> None:
    shared = {**VOICE, "market.size": 2_000, "market.founders": 100}
    assert list(labelled([load("hub", overrides=shared), load("web", overrides=shared)])) == ["hub", "web"]
    assert list(labelled([load("web", overrides={"market.size": 5_000})])) == ["web"]


def test_many_changes_are_counted() -> None:
    many = {**VOICE, "monetisation.price": 3.0, "churn.ageing": 0.2}
    assert list(labelled([load("hub"), load("hub", overrides=many)])) == ["hub", "hub (3 changes)"]


def test_a_shock_marks_too_and_those_of_the_scenario_do_not() -> None:
    shock = {"day": 100, "kind": "members_leave", "share": 0.3}
    assert list(labelled([load("web"), load("web", shocks=[shock])])) == [
        "web",
        "web (members leave day 100)",
    ]
    assert list(labelled([load("hub_leaves")])) == ["hub_leaves"]


def test_equal_plans_are_refused_or_numbered() -> None:
    with pytest.raises(ComparisonError, match="web is given twice"):
        labelled([load("web"), load("web")])
    assert list(labelled([load("web"), load("web"), load("web")], equal=True)) == ["web", "web #2", "web #3"]


def test_a_changed_setting_of_an_address_is_marked_like_one_of_the_command_line() -> None:
    changed, library = (
        plan_of(choice_from_text(text), 1_000, 365) for text in ("hub~governance.voice=0.5", "hub")
    )
    for plans in ([changed, library], [changed]):
        assert next(iter(labelled_plans(plans))) == "hub (voice 0.5)"
    assert list(labelled_plans([library, changed])) == ["hub", "hub (voice 0.5)"]


def test_two_bases_are_a_scenario_of_their_own() -> None:
    texts = ("web+subscription", "web+subscription~monetisation.price=12", "web~@90~monetisation.price=8")
    plans = [plan_of(choice_from_text(text), 1_000, 365) for text in texts]
    assert list(labelled_plans(plans)) == [
        "web + subscription",
        "web + subscription (price 12)",
        "web (price 8 from day 90)",
    ]
