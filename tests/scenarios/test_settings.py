"""Settings and shocks can be written on a command line."""

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load
from kith.scenarios.settings import parse_setting, parse_shock


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        (" 12.5 ", 12.5),
        (".5", 0.5),
        ("inf", float("inf")),
        ("true", True),
        ("ads", "ads"),
        ('"ads"', "ads"),
        ("two words", "two words"),
        ("a=b", "a=b"),
        ("1\nb = 2", "1\nb = 2"),
        ("[1, 10]", [1, 10]),
        ("[{points = 3}]", [{"points": 3}]),
        ("2001-01-01", datetime.date(2001, 1, 1)),
    ],
)
def test_a_value_is_toml_and_a_bare_word_is_a_string(text: str, value: Any) -> None:
    assert parse_setting(f" monetisation.price = {text}") == ("monetisation.price", value)


@pytest.mark.parametrize("text", ["", "monetisation.price", "=3", "monetisation.price=", " = "])
def test_half_a_setting_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="write name=value, such as monetisation.price=12"):
        parse_setting(text)


def test_absurd_nesting_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nested too deeply"):
        parse_setting("a=" + "[" * 100_000)


@given(st.text())
def test_any_text_is_a_setting_or_refused(text: str) -> None:
    try:
        name, _ = parse_setting(text)
        assert name
    except ScenarioError as error:
        assert str(error).startswith("setting")


def test_settings_override() -> None:
    overrides = dict(map(parse_setting, ["monetisation.model=ads", "bonding.tie_half_life=inf"]))
    parameters = load("web", overrides=overrides).parameters
    assert parameters.monetisation.model == "ads"
    assert parameters.bonding.tie_half_life == float("inf")


def test_a_shock_is_a_day_a_kind_and_its_values() -> None:
    assert parse_shock("180 hub_departs") == {"day": 180, "kind": "hub_departs"}
    table = parse_shock(" 90  members_leave share=0.3 who=most_connected")
    (shock,) = load("web", shocks=[table]).shocks
    assert (shock.day, shock.share, shock.who) == (90, 0.3, "most_connected")


def test_a_field_of_a_shock_is_given_once() -> None:
    with pytest.raises(ScenarioError, match="share is given twice"):
        parse_shock("9 members_leave share=0.3 share=0.4")


@pytest.mark.parametrize("text", ["", "180", "hub_departs 180", "-1 hub_departs", "9 members_leave 0.3"])
def test_a_shock_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError, match="such as"):
        parse_shock(text)
