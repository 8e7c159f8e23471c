"""A link shows the same page again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.address import FIRST, Look, look_from
from dashboard.arms import Arm, arm_from_text, arm_from_toml, plan_of
from scenarios import ScenarioError

PRICED = Arm(
    ("web", "subscription"),
    (("monetisation.price", 12), ("affiliation.form", "groups"), ("incentives.badge_levels", [1, 10])),
    ((90, (("monetisation.price", 5.5),)),),
    ('120 members_leave share=0.3 who="random"',),
)


def test_an_address_tells_everything_that_a_page_shows() -> None:
    look = Look((Arm(("pool",)), PRICED), 5_000, 730, 32, "money", 1)
    assert look_from(look.query()) == look


def test_the_first_look_needs_no_words() -> None:
    assert Look().query() == ""
    assert look_from(None) == Look()
    assert look_from("").arms == FIRST


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["churn.base_hazard", "monetisation.price", "value.product"]),
            st.floats(0, 1, allow_nan=False),
        ),
        max_size=3,
    )
)
def test_any_settings_come_back(settings: list[tuple[str, float]]) -> None:
    arm = Arm(("hub",))
    for name, value in settings:
        arm = arm.with_setting(name, value)
    assert look_from(replace(Look(), arms=(arm,)).query()).arms == (arm,)


def test_a_saved_scenario_is_the_same_when_it_is_loaded() -> None:
    again = arm_from_toml(PRICED.toml())
    assert plan_of(again).content() == plan_of(PRICED).content()
    assert arm_from_text(PRICED.text()) == PRICED


def test_a_plan_has_the_settings_phases_and_shocks_of_its_arm() -> None:
    plan = plan_of(PRICED, people=2_000)
    assert plan.parameters.monetisation.price == 12
    assert plan.phases[1][0] == 90
    assert plan.phases[1][1].monetisation.price == 5.5
    assert plan.shocks[0].share == 0.3
    assert (plan.parameters.market.size, plan.parameters.market.founders) == (2_000, 100)


def test_an_arm_that_says_how_large_its_market_is_keeps_it() -> None:
    assert plan_of(Arm(("web",), (("market.size", 3_000),)), people=2_000).parameters.market.size == 3_000


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("a=wbe", "did you mean web"),
        ("a=../../etc/passwd", "no scenario"),
        ("a=/etc/hosts", "no scenario"),
        ("a=pool&a=pool&a=hub&a=web&a=ugc", "at most 4"),
        ("people=many", "whole number"),
        ("days=0", "whole number"),
        ("view=secret", "must be one of"),
        ("a=web~!soon hub_departs", "write the day"),
        ("a=web~@x~monetisation.price=1", "above 0"),
    ],
)
def test_a_bad_address_is_refused_with_what_is_wrong(query: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        look_from(query)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('extends = "/etc/passwd"', "no scenario"),
        ("extends = [1]", "no scenario"),
        ("x = ", "not valid TOML"),
        ('extends = "web"\n[monetisation]\nprise = 3', "did you mean"),
        ("a" * 200_000, "at most"),
    ],
)
def test_a_bad_scenario_file_is_refused_with_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        arm_from_toml(text)
