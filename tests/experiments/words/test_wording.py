"""Numbers read well: no digit is noise, no undefined number is a zero."""

import math

import pytest

from kith.experiments.words import wording


@pytest.mark.parametrize(
    ("value", "unit", "half", "text"),
    [
        (0.1234, "share", math.nan, "12.3 %"),
        (1234.0, "members", math.nan, "1,234"),
        (812.4, "members", 24.6, "812"),
        (0.04942, "share", 0.00057, "4.94 %"),
        (0.296, "[0, 1]", 0.0104, "0.296"),
        (-1234.5, "EUR", 100.0, "−1,234"),
        (-0.0001, "EUR", 1.0, "0.0"),
        (math.nan, "EUR", math.nan, "–"),
        (math.inf, "", math.nan, "∞"),
    ],
)
def test_a_number_has_the_digits_its_interval_supports(
    value: float, unit: str, half: float, text: str
) -> None:
    assert wording.number(value, unit, half) == text


def test_a_difference_has_a_sign_and_shares_differ_in_points() -> None:
    assert wording.signed(0.021, "share", 0.004) == "+2.1 pp"
    assert wording.signed(-3.0, "members", 1.0) == "−3.0"
    assert wording.signed(0.0, "members", 10.0) == "0"


def test_half_of_an_interval_has_no_sign_and_may_be_undefined() -> None:
    assert wording.plus_minus(0.0718, "share") == "± 7.18 pp"
    assert wording.plus_minus(447.2, "EUR") == "± 447"
    assert wording.plus_minus(0.0, "members") == "± 0"
    assert wording.plus_minus(None) == wording.plus_minus(math.nan) == "–"


def test_an_interval_names_its_unit_once() -> None:
    assert wording.span(0.31, 0.42, "share") == "31 to 42 %"
    assert wording.span(-2.0, 40.0, "members", sign=True) == "−2 to +40"
    assert wording.span(math.nan, 1.0) == "–"


def test_runs_are_rounded_up_to_what_is_known() -> None:
    assert wording.runs(87.0) == "87"
    assert wording.runs(131.0) == "140"
    assert wording.runs(4321.0) == "4,400"
    assert wording.runs(math.inf) == "> 100,000"


def test_every_cause_and_channel_of_a_record_has_a_word_and_a_colour(record: object) -> None:
    from kith.experiments.charts import theme

    causes = list(record.leaving)  # type: ignore[attr-defined]
    channels = [c.removeprefix("joins_") for c in record.series if c.startswith("joins_")]  # type: ignore[attr-defined]
    assert set(causes) <= set(wording.CAUSES)
    assert set(causes) <= set(theme.CAUSES)
    assert set(channels) <= set(wording.CHANNELS)
    assert set(channels) <= set(theme.CHANNELS)


def test_a_number_of_unknown_scale_has_three_digits_and_no_exponent() -> None:
    shown = [wording.three_digits(x) for x in (1230.4, 328_123.0, 99.96, 0.00005, 0.0379, 1.0, float("nan"))]
    assert shown == ["1,230", "328,123", "100", "0.00005", "0.0379", "1", "–"]
