"""The ledger holds whole micro-euros, and members' amounts sum to the books."""

from decimal import ROUND_FLOOR, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.state.ledger import (
    COSTS,
    INCENTIVES,
    MONTHS,
    REVENUE,
    UNATTRIBUTED,
    Account,
    Ledger,
    book,
    micro,
    to_micro,
)
from kith.sim.state.population import MEMBER

FOR_MEMBERS = [a for a in Account if a not in UNATTRIBUTED]
postings = st.lists(
    st.tuples(st.sampled_from(FOR_MEMBERS), st.integers(0, 3), st.integers(0, 10**9), st.integers(0, 1200)),
    max_size=40,
)


@given(st.floats(0.0, 1e6))
def test_euros_become_whole_micro_euros_rounded_half_up(euros: float) -> None:
    exact = Decimal(euros * 1e6) + Decimal("0.5")
    assert abs(micro(euros) - int(exact.to_integral_value(ROUND_FLOOR))) <= (euros * 1e6 > 2**51)
    assert to_micro(euros) == micro(euros)


@given(postings)
def test_members_amounts_and_the_books_and_the_months_of_tenure_agree(
    lines: list[tuple[Account, int, int, int]],
) -> None:
    ledger, members = Ledger(), np.zeros(4, MEMBER)
    members["joined"] = [-100, 0, 5, 90]
    by_month = [0] * MONTHS
    for account, who, amount, age in lines:
        day = int(members["joined"][who]) + age
        book(members[who], ledger.today, ledger.by_tenure, int(account), amount, day)
        by_month[min(age // 30, MONTHS - 1)] += amount if account in REVENUE else -amount
    revenue = sum(amount for account, _, amount, _ in lines if account in REVENUE)
    cost = sum(amount for account, _, amount, _ in lines if account in COSTS)
    day_books = ledger.close_day()
    assert int(members["revenue"].sum()) == revenue == int(day_books[list(REVENUE)].sum())
    assert int(members["cost"].sum()) == cost == int(day_books[list(COSTS)].sum())
    assert ledger.cash == revenue - cost
    assert ledger.by_tenure.tolist() == by_month


def test_closing_a_day_carries_it_to_the_totals_once() -> None:
    ledger = Ledger()
    ledger.post(Account.PRODUCT_OUTSIDE, 1.25)
    ledger.post(Account.PAID, 0.5)
    assert ledger.close_day()[Account.PRODUCT_OUTSIDE] == 1_250_000
    assert ledger.close_day().sum() == 0
    assert ledger.total[Account.PAID] == 500_000
    assert ledger.cash == 750_000


def test_every_account_is_revenue_or_cost_and_incentives_are_costs() -> None:
    assert set(REVENUE) | set(COSTS) == set(Account)
    assert not set(REVENUE) & set(COSTS)
    assert set(INCENTIVES) < set(COSTS)


@pytest.mark.parametrize("amount", [1e-7, 4e-7])
def test_less_than_half_a_micro_euro_is_nothing(amount: float) -> None:
    assert micro(amount) == 0
