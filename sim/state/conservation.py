"""Conservation: invariants of a community at the end of every day."""

import numpy as np
import numpy.typing as npt

from kith.sim.state.community import Community
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.layers import LAYER_WINDOW, PAST
from kith.sim.state.ledger import INCENTIVES, UNATTRIBUTED, Account
from kith.sim.state.market import Status
from kith.sim.state.population import MEMBER
from kith.sim.state.ties import add_up, ties_are_sound

ROUNDING = 5e-5
"""Tolerance of an incrementally updated sum, per tie of a member's capacity.

Single precision rounds each use of a tie to 4e-6 in a sum of 70, and a member may use ties hundreds of times a day."""


def check_laws(c: Community) -> None:
    """Assert every conservation law: people, layers, ties, books, stocks."""
    population, market = c.population, c.market
    rows = population.rows()
    members = population.members[rows]
    inside = population.address[rows] < market.size
    assert population.present == len(rows), "members who are awake and occupied rows differ"
    assert np.array_equal(market.row[population.address[rows]], rows), "rows and addresses differ"
    assert market.count(Status.PRESENT) == int(inside.sum()), "market and population differ on who is awake"
    _check_dormant(c)
    true = np.bincount(market.status[: market.size], minlength=len(Status))
    assert np.array_equal(true, market.tally), "people of the market miscounted by status"
    visited = int((population.last_visit[rows] > -PAST).sum())
    assert int(c.last_visits.sum()) == visited, "last visits miscounted"
    assert int(c.last_contributions.sum()) == int((members["last_contribution"] > -PAST).sum())
    assert c.internal == int((members["internal"] > 0).sum()), "internal members miscounted"
    assert c.internal <= c.contributed_within(LAYER_WINDOW) <= len(rows), "layers do not nest"
    ends = ties_are_sound(population.members, c.ties.pool, population.address)
    assert ends == 2 * int(c.ties.count[0]), f"ties are unsound: {ends}"
    _check_tied(c, rows)
    _check_books(c)
    for stock in ("content", "unwanted", "disputes", "bad_news", "ignored", "budget", "pushing"):
        value = getattr(c, stock)
        assert np.isfinite(value) and value >= 0.0, f"{stock} is negative or undefined"
    assert 0.0 <= c.quality <= 1.0 and 0.0 <= c.direction <= 1.0, "quality or direction leaves [0, 1]"
    surplus = sum(int(part["surplus"].sum()) for part in _memberships(c))
    assert surplus == int(c.surplus[0]), "members' surplus differs from the total"
    for name in MEMBER.names or ():
        column = members[name]
        if column.dtype.kind == "f":
            assert np.all(np.isfinite(column)), f"{name} is undefined for some member"
    for name in (
        "habit",
        "activity",
        "hub",
        "reciprocity",
        "recognition",
        "norm",
        "belonging",
        "attachment",
        "satisfaction",
        "bonds",
    ):
        assert np.all((members[name] >= 0) & (members[name] <= 1)), f"{name} leaves [0, 1]"


def _check_tied(c: Community, rows: npt.NDArray[np.int64]) -> None:
    """Today's sum of tie strengths of each member is that of its ties, up to rounding.

    The sum is kept in single precision and as of the day `settled`, where a tie of today counts
    up to 2^70 times as much (half-life 0.1 days, a week ago). What it leaves there when it is cut
    is rounding of today's sum, which is at most `capacity`, and large beside sums of that earlier
    day. Nothing reads these, so what is compared is today's.
    """
    stored = c.population.members[rows]
    fresh = c.population.members.copy()
    add_up(fresh, c.ties.pool, rows, c.day, c.fade)
    change = stored["tied"].astype(float) - fresh["tied"][rows].astype(float)
    off = np.abs(change) * c.fade[c.day - stored["settled"]]
    assert np.all(off <= ROUNDING * stored["capacity"]), "sums of ties differ"


def _check_dormant(c: Community) -> None:
    """Assert that the dormant are where the market looks for them, apart from the awake, with ties remembered within capacity."""
    dormant, market = c.dormant, c.market
    persons = dormant.person[: dormant.count]
    places = place_of_row(market.row[persons].astype(np.int64))
    assert np.array_equal(places, np.arange(dormant.count)), "places and addresses of the dormant differ"
    inside = int((persons < market.size).sum())
    assert market.count(Status.DORMANT) == inside, "market and community differ on who is dormant"
    records = dormant.members[: dormant.count]
    assert np.array_equal(records["person"], persons), "records and addresses of the dormant differ"
    assert np.array_equal(records["asleep_on"], dormant.since[: dormant.count]), (
        "days of falling asleep differ"
    )
    assert np.all(records["degree"] <= records["capacity"]), "more ties are remembered than there are slots"


def _memberships(c: Community) -> tuple[npt.NDArray[np.void], ...]:
    """The records of all memberships: awake, dormant, ended."""
    return (
        c.population.members[c.population.rows()],
        c.dormant.members[: c.dormant.count],
        c.archive.members[: c.archive.count],
    )


def _check_books(c: Community) -> None:
    ledger = c.ledger
    for column, accounts in (
        ("revenue", range(Account.GOODS)),
        ("cost", range(Account.GOODS, len(Account))),
    ):
        booked = sum(int(ledger.total[a]) for a in accounts if a not in UNATTRIBUTED)
        held = sum(int(part[column].sum()) for part in _memberships(c))
        assert booked == held, f"members' {column} {held} differs from the books {booked}"
    revenue, cost = ledger.total[: Account.GOODS].sum(), ledger.total[Account.GOODS :].sum()
    assert ledger.cash == int(revenue - cost), "the ledger does not balance"
    earned = sum(int(part["earned"].sum()) for part in _memberships(c))
    paid = sum(int(ledger.total[a]) for a in INCENTIVES if a != Account.PERKS)
    assert earned == paid, "rewards earned and paid differ"
