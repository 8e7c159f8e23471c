"""The market: who knows whom is mutual, interest runs along the ring, everybody is somewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kith.sim.kernels.luck import key_of
from kith.sim.state.market import MarketState, Status, acquaintance, farness, fit, interests

KEY = key_of(2)
FAR = farness(KEY, 6, 200)


def known(person: int, weak: bool, size: int = 200, near: int = 8, everyone: bool = False) -> set[int]:
    """All whom a person can name, over a grid of draws."""
    grid = (np.arange(2000) + 0.5) / 2000
    named = {int(acquaintance(KEY, person, weak, u, size, near, FAR % size, everyone)) for u in grid}
    return named - {-1}


@pytest.mark.parametrize("near", [2, 3, 8, 9])
def test_near_acquaintances_are_mutual(near: int) -> None:
    circle = [known(person, False, near=near) for person in range(200)]
    assert all(person in circle[other] for person in range(200) for other in circle[person])
    assert {len(friends) for friends in circle} == {near - near % 2}


def test_far_acquaintances_are_mutual() -> None:
    circle = [known(person, True) for person in range(200)]
    assert all(person in circle[other] for person in range(200) for other in circle[person])
    assert max(len(friends) for friends in circle) == 6


@given(st.integers(0, 199), st.booleans(), st.booleans(), st.floats(0, 1, exclude_max=True))
def test_nobody_is_their_own_acquaintance(person: int, weak: bool, everyone: bool, u: float) -> None:
    other = acquaintance(KEY, person, weak, u, 200, 8, FAR, everyone)
    assert other != person
    assert -1 <= other < 200


@pytest.mark.parametrize(("size", "everyone"), [(30, True), (12, False), (9, False)])
def test_with_mixing_or_in_a_small_market_everybody_knows_everybody(size: int, everyone: bool) -> None:
    near = 8 if everyone else size
    assert known(4, False, size, near, everyone) == set(range(size)) - {4}


def test_all_acquaintances_are_as_likely() -> None:
    grid = (np.arange(8000) + 0.5) / 8000
    named = [int(acquaintance(KEY, 50, False, u, 200, 8, FAR, False)) for u in grid]
    assert set(np.unique(named, return_counts=True)[1].tolist()) == {1000}


@pytest.mark.parametrize("similarity", [0.0, 0.6, 1.0])
def test_interest_is_uniform_and_alike_among_ring_neighbours_as_far_as_asked(similarity: float) -> None:
    x = np.concatenate([interests(key_of(seed), 5000, similarity) for seed in range(8)])
    assert x.min() > 0
    assert x.max() < 1
    assert stats.kstest(x[::200], "uniform").pvalue > 1e-4
    z = stats.norm.ppf(x)
    neighbours = np.corrcoef(z[:-1], z[1:])[0, 1]
    assert abs(neighbours - similarity) < 0.03
    assert abs(np.corrcoef(z[:-1000], z[1000:])[0, 1]) < 0.1


def test_fit_is_1_in_the_direction_and_falls_as_a_bell() -> None:
    x = np.array([0.5, 0.5 + 0.35, 0.5 - 0.35])
    assert fit(x, 0.5, 0.35) == pytest.approx([1.0, np.exp(-0.5), np.exp(-0.5)])


places = st.lists(st.tuples(st.integers(0, 21), st.sampled_from(list(Status))), max_size=30)


@given(places)
def test_the_market_counts_its_people_by_status_and_leaves_guests_out(
    moves: list[tuple[int, Status]],
) -> None:
    market, twin = MarketState(20, 2, KEY, 0.5, 0.0), [Status.UNAWARE] * 20
    for person, status in moves:
        market.move(np.array([person]), status)
        if person < 20:
            twin[person] = status
    assert [market.count(status) for status in Status] == [twin.count(status) for status in Status]


def test_the_same_seed_makes_the_same_people_whatever_guests_come() -> None:
    with_guests, without = MarketState(100, 3, KEY, 0.5, 0.6), MarketState(100, 0, KEY, 0.5, 0.6)
    assert np.array_equal(with_guests.interest[:100], without.interest)
