"""A choice on the circle is fair over days, and adding somebody moves nobody else."""

from bisect import bisect_left

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kith.sim.kernels.luck import Purpose, address_hash, hashes, key_of
from kith.sim.state.hash_circle import circle_of_today, next_place

KEY = key_of(4)
people = st.lists(st.integers(0, 10_000), min_size=1, max_size=60, unique=True)
points = st.integers(0, 2**64 - 1)


def choose(persons: list[int], point: int, day: int = 3) -> int:
    """The person whom `point` takes on a day; rows are given in reverse, which must not matter."""
    address = np.array(persons, np.int64)
    rows = np.arange(len(persons), dtype=np.int64)[::-1]
    circle = circle_of_today(KEY, rows, address[rows], day, Purpose.CIRCLE_REPLY)
    return persons[int(circle.rows[next_place(np.uint64(point), circle.shift, circle.starts, circle.places)])]


@given(people, points)
def test_the_next_one_on_the_circle_is_taken_as_a_sorted_list_would(persons: list[int], point: int) -> None:
    laid = sorted(
        (int(h), p) for h, p in zip(hashes(KEY, persons, 3, Purpose.CIRCLE_REPLY), persons, strict=True)
    )
    expected = laid[bisect_left([h for h, _ in laid], point) % len(laid)][1]
    assert choose(persons, point) == expected


@given(people, points, st.integers(20_000, 30_000))
def test_who_is_added_takes_only_their_own_points(persons: list[int], point: int, newcomer: int) -> None:
    before = choose(persons, point)
    assert choose([*persons, newcomer], point) in (before, newcomer)


@given(people, points)
def test_the_order_of_rows_does_not_matter(persons: list[int], point: int) -> None:
    assert choose(persons, point) == choose(sorted(persons), point)


def test_everybody_is_as_likely_as_any_other_over_days() -> None:
    persons = [3, 4, 5, 700, 8_000, 8_001, 9_999]
    taken = dict.fromkeys(persons, 0)
    with np.errstate(over="ignore"):
        for day in range(4000):
            point = int(address_hash(KEY, 123, day, int(Purpose.REPLIER), 0))
            taken[choose(persons, point, day)] += 1
    assert stats.chisquare(list(taken.values())).pvalue > 1e-4
