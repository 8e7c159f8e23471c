"""The schema tells a stranger everything, and refuses what cannot be with a way out."""

import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.schema.fields import DAYS_PER_MONTH, DAYS_PER_YEAR
from kith.sim.schema.packed import PACKED, packed
from kith.sim.schema.parameter_set import (
    SECTIONS,
    ParameterError,
    Parameters,
    dotted_names,
    field_of,
    parameters_from,
)
from kith.sim.schema.parameters import Tier

NAMES = dotted_names()
NUMBERS = [name for name in NAMES if isinstance(field_of(name).default, int | float)]


def one(name: str, value: Any) -> dict[str, dict[str, Any]]:
    section, _, field = name.partition(".")
    return {section: {field: value}}


def extra(name: str) -> dict[str, Any]:
    return field_of(name).json_schema_extra


def bounds_of(name: str) -> tuple[float, float]:
    marks = field_of(name).metadata
    return (
        max(mark.ge for mark in marks if hasattr(mark, "ge")),
        min((mark.le for mark in marks if hasattr(mark, "le")), default=math.inf),
    )


# What a stranger would ask


def test_every_parameter_has_unit_help_and_source() -> None:
    assert [name for name in NAMES if not field_of(name).description] == []
    assert [name for name in NAMES if not extra(name)["source"]] == []
    assert [name for name in NAMES if "unit" not in extra(name)] == []
    assert [name for name in NUMBERS if not extra(name)["unit"]] == []


@pytest.mark.parametrize("field", list(Tier.model_fields))
def test_every_column_of_a_tier_has_unit_help_and_source(field: str) -> None:
    given_field = Tier.model_fields[field]
    assert given_field.description
    assert isinstance(given_field.json_schema_extra, dict)
    assert given_field.json_schema_extra["unit"]
    assert given_field.json_schema_extra["source"]


def test_every_number_has_a_range_and_its_default_and_prior_lie_inside() -> None:
    for name in NUMBERS:
        low, high = bounds_of(name)
        assert low <= field_of(name).default <= high, name
        if "prior" in extra(name):
            mode, least, most = extra(name)["prior"]
            assert low <= least <= mode <= most <= high, name
            assert least < most, name


@pytest.mark.parametrize("section", list(SECTIONS))
def test_every_section_says_what_it_is_and_is_frozen(section: str) -> None:
    assert SECTIONS[section].__doc__
    with pytest.raises(ValueError, match="frozen"):
        setattr(getattr(Parameters(), section), next(iter(SECTIONS[section].model_fields)), 1.0)


OTHERS_RELY_ON = [
    "market.size",
    "market.founders",
    "market.acquaintances",
    "affiliation.activity",
    "affiliation.hub",
    "affiliation.peers",
    "value.product",
    "value.content",
    "value.match",
    "value.peers",
    "value.hub",
    "acquisition.external_rate",
    "acquisition.imitation_rate",
    "acquisition.paid_budget",
    "acquisition.imitation_basis",
    "acquisition.join_on_touch",
    "acquisition.follower_conversion",
    "referral.invites_per_month",
    "referral.conversion",
    "referral.reward_giver",
    "referral.reward_receiver",
    "contribution.propensity_sigma",
    "contribution.doors_open",
    "bonding.tie_half_life",
    "bonding.removal_rate",
    "incentives.cash_per_contribution",
    "incentives.recognition",
    "incentives.badges",
    "incentives.revenue_share",
    "incentives.norm_recovery",
    "incentives.progressive",
    "monetisation.model",
    "monetisation.price",
    "monetisation.ad_load",
    "monetisation.take_rate",
    "churn.base_hazard",
    "churn.tie_threshold",
]
UNITS = {
    "acquisition.external_rate": "1/year",
    "acquisition.imitation_rate": "1/year",
    "acquisition.paid_budget": "EUR/day",
    "acquisition.follower_conversion": "1/month",
    "referral.invites_per_month": "1/month",
    "bonding.tie_half_life": "days",
    "bonding.removal_rate": "1/day",
    "incentives.norm_recovery": "days",
    "monetisation.price": "EUR/month",
    "monetisation.ad_load": "ads/hour",
    "churn.base_hazard": "1/day",
}


def test_the_names_and_units_that_others_rely_on_are_there() -> None:
    assert set(OTHERS_RELY_ON) <= set(NAMES)
    assert {name: extra(name)["unit"] for name in UNITS} == UNITS


# What is refused


def refusal(given_values: Any) -> str:
    with pytest.raises(ParameterError) as caught:
        parameters_from(given_values)
    return str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("monetisation.prise", "monetisation.price"),
        ("monetization.price", "monetisation.price"),
        ("churn.basehazard", "churn.base_hazard"),
        ("monetisaton", "monetisation"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(wrong: str, meant: str) -> None:
    section, _, field = wrong.partition(".")
    if field and section in SECTIONS:
        assert refusal({section: {field: 1.0}}) == f"unknown parameter {wrong}; did you mean {meant}?"
    with pytest.raises(ParameterError, match=f"{wrong}; did you mean {meant}"):
        field_of(wrong)


def test_an_unknown_section_and_a_name_like_no_other_are_refused() -> None:
    assert "monetisation?" in refusal({"monetisaton": {"price": 1.0}})
    assert "`kith schema`" in refusal({"qqqqqqq": {}})


def test_an_unknown_column_of_a_tier_is_answered_with_the_nearest() -> None:
    said = refusal({"incentives": {"tier": ({"point": 3},)}})
    assert said.endswith("did you mean incentives.tier.0.points?")


def test_a_number_out_of_range_is_named_with_its_bound() -> None:
    for name in NUMBERS:
        low, high = bounds_of(name)
        whole = isinstance(field_of(name).default, int)
        below = int(low) - 1 if whole else low - 1.0
        assert refusal(one(name, below)).startswith(f"{name} = {below}: must be at least {low:g}")
        if high < math.inf:
            above = int(high) + 1 if whole else 2 * high + 1
            assert refusal(one(name, above)).startswith(f"{name} = {above}: must be at most {high:g}")


@pytest.mark.parametrize("wrong", ["three", None, True, [1.0], {"a": 1}])
def test_a_number_is_no_text_truth_or_list(wrong: Any) -> None:
    for name in NUMBERS:
        assert refusal(one(name, wrong)).startswith(f"{name} = {wrong!r}: ")


def test_what_is_not_a_number_is_refused() -> None:
    for name in NUMBERS:
        said = refusal(one(name, math.nan))
        assert said.startswith(name)
        assert "number" in said


def test_only_what_may_last_for_ever_may_be_infinite() -> None:
    unbounded = {name for name in NUMBERS if bounds_of(name)[1] == math.inf}
    assert all(extra(name)["unit"] == "days" or name == "referral.dispersion" for name in unbounded)
    for name in NUMBERS:
        if name in unbounded:
            parameters_from(one(name, math.inf))
        else:
            assert name in refusal(one(name, math.inf))


@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(field_of(name).default, str)])
def test_a_choice_is_one_of_its_words(name: str) -> None:
    words = get_args(field_of(name).annotation)
    said = refusal(one(name, "nothing of the kind"))
    assert said.startswith(f"{name} = 'nothing of the kind': must be ")
    assert all(repr(word) in said for word in words)


def test_a_section_is_no_number() -> None:
    assert refusal({"monetisation": 3}) == (
        "monetisation = 3: must be a section; write monetisation.<parameter> = value"
    )


@pytest.mark.parametrize(
    "levels", [(0,), (10**30,), tuple(range(1, 300)), ("one",)], ids=["zero", "huge", "many", "text"]
)
def test_badge_levels_are_some_whole_numbers(levels: tuple[Any, ...]) -> None:
    assert "incentives.badge_levels" in refusal({"incentives": {"badge_levels": levels}})


def test_two_mistakes_are_told_at_once() -> None:
    said = refusal({"monetisation": {"price": -1.0}, "affiliation": {"peers": 7.0}})
    assert "monetisation.price" in said
    assert "affiliation.peers" in said


# What the engine runs on


def test_packed_turns_hazards_to_a_day_and_leaves_the_rest() -> None:
    record = packed(Parameters())[0]
    for name in NUMBERS:
        default = field_of(name).default
        per = {"1/year": DAYS_PER_YEAR, "1/month": DAYS_PER_MONTH}.get(extra(name)["unit"], 1.0)
        assert record[name.replace(".", "_")] == pytest.approx(default / per, rel=1e-15), name


@pytest.mark.parametrize("model", ["none", "ads", "subscription", "fee", "marketplace"])
def test_packed_gives_a_choice_as_its_place(model: str) -> None:
    words = get_args(field_of("monetisation.model").annotation)
    record = packed(parameters_from({"monetisation": {"model": model}}))[0]
    assert words[int(record["monetisation_model"])] == model


def test_packed_holds_every_number_and_choice() -> None:
    simple = [name for name in NAMES if isinstance(field_of(name).default, int | float | str)]
    assert list(PACKED.names or ()) == [name.replace(".", "_") for name in simple]


@given(st.sampled_from(NUMBERS), st.floats(0, 1))
def test_a_value_that_is_accepted_is_the_value_that_runs(name: str, place: float) -> None:
    low, high = bounds_of(name)
    top = min(high, max(10 * float(field_of(name).default), low + 1))
    whole = isinstance(field_of(name).default, int)
    value = round(low + place * (top - low)) if whole else low + place * (top - low)
    value = min(value, high)
    parameters = parameters_from(one(name, value))
    section, _, field = name.partition(".")
    assert getattr(getattr(parameters, section), field) == value
