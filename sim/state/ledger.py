"""Ledger: whole micro-euros in accounts, with a counter-entry in cash for each.

A posting for a member is also added to the member's own revenue or cost, so that members'
amounts plus what concerns no member sum to the books exactly.
"""

import math
from enum import IntEnum

import numpy as np

from kith.sim.kernels.compilation import kernel

MICRO = 1_000_000
MONTHS = 25
"tenure classes of the margin: months 0 … 23, and 24 and more"


class Account(IntEnum):
    """Accounts; those before GOODS are revenue."""

    ADS = 0
    SUBSCRIPTION = 1
    FEE = 2
    TAKE = 3
    PRODUCT = 4
    LEADS = 5
    PRODUCT_OUTSIDE = 6
    GOODS = 7
    GOODS_OUTSIDE = 8
    CASH_REWARDS = 9
    REVENUE_SHARE = 10
    PERKS = 11
    REFERRAL_REWARDS = 12
    PLATFORM = 13
    SUPPORT = 14
    PAID = 15
    MODERATION = 16
    STAFF = 17
    EVENTS = 18
    MEASUREMENT = 19
    EQUITY = 20
    WINBACK = 21
    HUB = 22


REVENUE = tuple(a for a in Account if a < Account.GOODS)
COSTS = tuple(a for a in Account if a >= Account.GOODS)
INCENTIVES = (
    Account.CASH_REWARDS,
    Account.REVENUE_SHARE,
    Account.PERKS,
    Account.REFERRAL_REWARDS,
    Account.EQUITY,
)
UNATTRIBUTED = (
    Account.PRODUCT_OUTSIDE,
    Account.GOODS_OUTSIDE,
    Account.PAID,
    Account.MODERATION,
    Account.STAFF,
    Account.MEASUREMENT,
    Account.WINBACK,
    Account.HUB,
)
COMMUNITY = (
    Account.PLATFORM,
    Account.MODERATION,
    Account.STAFF,
    Account.EVENTS,
    Account.MEASUREMENT,
    Account.WINBACK,
    Account.HUB,
)
"what it costs to keep a community, incentives apart"
_FIRST_COST = int(Account.GOODS)
_SIGNS = np.where(np.arange(len(Account)) < _FIRST_COST, 1, -1)


class Ledger:
    """Totals of the run per account and of the day; margin by month of tenure."""

    def __init__(self) -> None:
        self.total = np.zeros(len(Account), np.int64)
        self.today = np.zeros(len(Account), np.int64)
        self.cash = 0
        self.by_tenure = np.zeros(MONTHS, np.int64)

    def post(self, account: Account, euros: float) -> None:
        """Book an amount that concerns no member."""
        self.today[account] += micro(euros)

    def close_day(self) -> np.ndarray:
        """Carry the day's postings to the totals and to cash; returns them, shape (accounts,)."""
        day = self.today.copy()
        self.total += day
        self.cash += int(day @ _SIGNS)
        self.today.fill(0)
        return day


def micro(euros: float) -> int:
    """Whole micro-euros, rounded half up."""
    return math.floor(euros * MICRO + 0.5)


@kernel
def to_micro(euros):
    """Whole micro-euros inside kernels, rounded half up."""
    return np.int64(np.floor(euros * 1e6 + 0.5))


@kernel
def post(today, account, euros):
    """`Ledger.post` inside kernels."""
    today[account] += to_micro(euros)


@kernel
def book(member, today, by_tenure, account, amount, day):
    """Book micro-euros for a member: in the account, in the member, in its month of tenure."""
    if amount == 0:
        return
    today[account] += amount
    month = min((day - member["joined"]) // 30, MONTHS - 1)
    if account < _FIRST_COST:
        member["revenue"] += amount
        by_tenure[month] += amount
    else:
        member["cost"] += amount
        by_tenure[month] -= amount
