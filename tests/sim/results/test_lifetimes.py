"""Lifetime value: survival and margin as observed, month by month of tenure."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.results.lifetimes import (
    DISCOUNT_PER_YEAR,
    HORIZON_MONTHS,
    by_tenure,
    carried_forward,
    discounted_margins,
)

spells = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 300), st.booleans()), min_size=1, max_size=30)


@given(spells)
def test_member_days_and_exits_are_those_of_a_calendar(lives: list[tuple[int, int, bool]]) -> None:
    entry = np.array([start for start, _, _ in lives], float)
    end = entry + np.array([length for _, length, _ in lives])
    ended = np.array([over for _, _, over in lives])
    exposure, exits = by_tenure(entry, end, ended, HORIZON_MONTHS)
    days, deaths = [0] * HORIZON_MONTHS, [0] * HORIZON_MONTHS
    for start, length, over in lives:
        for tenure in range(start, start + length):
            days[tenure // 30] += 1
        if over:
            deaths[(start + length) // 30] += 1
    assert exposure.tolist() == days
    assert exits.tolist() == deaths


@given(st.lists(st.tuples(st.floats(0, 9), st.booleans()), min_size=1, max_size=9))
def test_the_unknown_takes_the_last_known_before_it_and_else_the_first_after(
    months: list[tuple[float, bool]],
) -> None:
    values, known = np.array([v for v, _ in months]), np.array([k for _, k in months])
    filled = carried_forward(values, known)
    for k in range(len(months)):
        before = [v for v, is_known in months[: k + 1] if is_known]
        after = [v for v, is_known in months[k:] if is_known]
        assert filled[k] == (before[-1] if before else after[0]) if before or after else math.isnan(filled[k])


def value_of(hazard: float, margin_per_day: float) -> float:
    """Lifetime value where every month shows the same hazard and margin per day."""
    exposure = np.full(HORIZON_MONTHS, 1e6)
    return float(discounted_margins(exposure, hazard * exposure, margin_per_day * exposure).sum())


def test_a_constant_hazard_and_margin_have_their_closed_form() -> None:
    hazard, margin = 0.004, 0.3
    months = range(HORIZON_MONTHS)
    exact = sum(
        math.exp(-30 * hazard * k) * (1 - math.exp(-30 * hazard)) / hazard * margin * 1.1 ** (-(k + 0.5) / 12)
        for k in months
    )
    assert value_of(hazard, margin) == pytest.approx(exact, rel=1e-9)
    assert DISCOUNT_PER_YEAR == 0.10


def test_members_who_never_leave_are_worth_24_months_of_discounted_margin() -> None:
    exact = sum(30 * 0.3 * 1.1 ** (-(k + 0.5) / 12) for k in range(24))
    assert value_of(0.0, 0.3) == pytest.approx(exact, rel=1e-9)


def test_a_higher_hazard_is_worth_less_and_a_higher_margin_more() -> None:
    assert value_of(0.01, 0.3) < value_of(0.005, 0.3) < value_of(0.005, 0.4)


def test_without_a_member_month_there_is_no_value() -> None:
    nothing = np.zeros(HORIZON_MONTHS)
    assert np.isnan(discounted_margins(nothing, nothing, nothing)).all()
