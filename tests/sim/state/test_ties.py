"""Ties keep both ends in step: a set of pairs with strengths, whatever is done to them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.state.decay import fading
from kith.sim.state.population import MEMBER
from kith.sim.state.ties import (
    Ties,
    allocate,
    cut,
    find,
    give_back,
    list_ties,
    place_ties,
    prune,
    strengthen,
    strengthen_pairs,
    ties_are_sound,
    weakest,
)

N = 9
FADE = fading(10.0, 400)

type Twin = dict[frozenset[int], tuple[float, int]]
type Step = tuple[Any, ...]

rows = st.integers(0, N - 1)
shares = st.sampled_from([0.05, 0.15, 0.25, 0.4, 0.7, 1.0])
exchange = st.tuples(st.just("exchange"), rows, rows, shares, shares)
steps = st.lists(
    st.one_of(
        exchange,
        exchange,
        exchange,
        st.tuples(st.just("cut"), rows, rows),
        st.tuples(st.just("prune"), rows, st.sampled_from([0.03, 0.1, 0.3])),
        st.tuples(st.just("wait"), st.integers(1, 9)),
        st.tuples(st.just("replace"), rows, st.integers(1, 5)),
    ),
    max_size=60,
)


class Room:
    """Nine members in rows, seated so that addresses run against rows; and the plain twin."""

    def __init__(self, capacities: list[int]) -> None:
        self.members = np.zeros(N, MEMBER)
        self.address = np.arange(N, dtype=np.int64)[::-1] + 100
        self.ties = Ties()
        self.day = 0
        self.twin: Twin = {}
        for row, capacity in enumerate(capacities):
            self.seat(row, capacity)

    def seat(self, row: int, capacity: int) -> None:
        self.members["person"][row] = self.address[row]
        self.members["degree"][row] = 0
        self.members["capacity"][row] = capacity
        self.members["slots"][row] = allocate(self.ties.pool, self.ties.top, self.ties.free, capacity)

    def strength(self, pair: frozenset[int]) -> float:
        stored, day = self.twin[pair]
        return float(np.float32(stored)) * FADE[self.day - day]

    def of(self, row: int) -> list[frozenset[int]]:
        return [pair for pair in self.twin if row in pair]

    def drop_weakest(self, row: int) -> None:
        def rank(pair: frozenset[int]) -> tuple[float, int]:
            (other,) = pair - {row}
            return self.strength(pair), int(self.address[other])

        del self.twin[min(self.of(row), key=rank)]

    def exchange(self, a: int, b: int, first: float, step: float) -> None:
        strengthen(self.members, self.ties.pool, self.ties.count, a, b, first, step, self.day, FADE)
        pair = frozenset((a, b))
        if pair in self.twin:
            s = self.strength(pair)
            self.twin[pair] = (s + step * (1.0 - s), self.day)
            return
        for end in (a, b):
            if len(self.of(end)) >= self.members["capacity"][end]:
                self.drop_weakest(end)
        self.twin[pair] = (first, self.day)

    def cut(self, a: int, b: int) -> None:
        slot = find(self.members, self.ties.pool, a, b)
        assert (slot >= 0) == (frozenset((a, b)) in self.twin)
        if slot >= 0:
            cut(self.members, self.ties.pool, self.ties.count, a, slot, self.day, FADE)
            del self.twin[frozenset((a, b))]

    def prune(self, row: int, least: float) -> None:
        prune(self.members, self.ties.pool, self.ties.count, np.array([row]), self.day, FADE, least)
        for pair in self.of(row):
            if self.strength(pair) < least:
                del self.twin[pair]

    def replace(self, row: int, capacity: int) -> None:
        for pair in self.of(row):
            self.cut(row, min(pair - {row}))
        give_back(self.ties.pool, self.ties.free, self.members["slots"][row], self.members["capacity"][row])
        self.seat(row, capacity)

    def do(self, step: Step) -> None:
        match step:
            case ("exchange", a, b, first, e) if a != b:
                self.exchange(a, b, first, e)
            case ("cut", a, b) if a != b:
                self.cut(a, b)
            case ("prune", row, least):
                self.prune(row, least)
            case ("wait", days):
                self.day += days
            case ("replace", row, capacity):
                self.replace(row, capacity)

    def tied(self) -> list[float]:
        """The sums of tie strengths that members keep, as of today."""
        return [float(m["tied"]) * FADE[self.day - m["settled"]] for m in self.members]

    def listed(self) -> dict[frozenset[int], float]:
        n = int(self.ties.count[0])
        persons, strengths, days = np.empty((n, 2), np.int64), np.empty(n), np.empty(n, np.int64)
        pool, address = self.ties.pool, self.address
        assert list_ties(self.members, pool, address, self.day, FADE, persons, strengths, days) == n
        top = int(address.max())
        return {
            frozenset((top - a, top - b)): s for (a, b), s in zip(persons.tolist(), strengths, strict=True)
        }


@given(st.lists(st.integers(1, 5), min_size=N, max_size=N), steps)
def test_ties_are_a_dict_of_pairs_after_any_sequence(capacities: list[int], todo: list[Step]) -> None:
    room = Room(capacities)
    for step in todo:
        room.do(step)
        assert ties_are_sound(room.members, room.ties.pool, room.address) == 2 * len(room.twin)
        assert room.tied() == pytest.approx(
            [sum(room.strength(pair) for pair in room.of(row)) for row in range(N)], rel=1e-4, abs=1e-5
        )
    assert room.listed() == {pair: room.strength(pair) for pair in room.twin}


@given(st.lists(st.tuples(rows, rows), max_size=40))
def test_finding_a_tie_does_not_depend_on_the_end_from_which_one_looks(pairs: list[tuple[int, int]]) -> None:
    room = Room([4] * N)
    for a, b in pairs:
        if a != b:
            room.exchange(a, b, 0.5, 0.1)
    for a in range(N):
        for b in set(range(N)) - {a}:
            slot, back = (find(room.members, room.ties.pool, *ends) for ends in ((a, b), (b, a)))
            assert (slot >= 0) == (back >= 0) == (frozenset((a, b)) in room.twin)
            if slot >= 0:
                assert room.ties.pool[slot]["twin"] == back


def test_an_exchange_moves_strength_by_a_step_of_what_is_missing() -> None:
    room = Room([3] * N)
    room.exchange(0, 1, 0.25, 0.15)
    room.exchange(1, 0, 0.25, 0.15)
    assert room.listed()[frozenset((0, 1))] == np.float32(0.25 + 0.15 * 0.75)


def test_a_tie_fades_by_half_in_its_half_life() -> None:
    room = Room([3] * N)
    room.exchange(0, 1, 0.5, 0.15)
    room.day = 10
    assert room.listed()[frozenset((0, 1))] == 0.25


def test_full_slots_drop_the_weakest_tie_and_among_equals_the_one_to_the_lowest_address() -> None:
    room = Room([2] + [5] * (N - 1))
    room.exchange(0, 1, 0.4, 0.1)
    room.exchange(0, 2, 0.4, 0.1)
    slot = weakest(room.members, room.ties.pool, 0, room.day, FADE)
    assert room.address[room.ties.pool[slot]["row"]] == min(room.address[1], room.address[2])
    room.exchange(0, 3, 0.1, 0.1)
    assert set(room.listed()) == {frozenset((0, 1)), frozenset((0, 3))}


def test_a_placed_tie_waits_for_room_and_is_laid_only_once() -> None:
    room = Room([1, 1, 1] + [5] * (N - 3))
    a, b = np.array([0, 0, 1, 2]), np.array([1, 2, 0, 3])
    strength, day = np.array([0.5, 0.6, 0.7, 0.8]), np.zeros(4, np.int64)
    place_ties(room.members, room.ties.pool, room.ties.count, a, b, strength, day, FADE)
    assert room.listed() == {frozenset((0, 1)): 0.5, frozenset((2, 3)): float(np.float32(0.8))}


def test_pairs_without_a_partner_are_skipped() -> None:
    room = Room([3] * N)
    a, b = np.array([0, -1, 2]), np.array([-1, 1, 3])
    strengthen_pairs(room.members, room.ties.pool, room.ties.count, a, b, 0, 3, 0.3, 0.1, 0, FADE)
    assert set(room.listed()) == {frozenset((2, 3))}


def test_a_new_tie_of_no_strength_is_no_tie() -> None:
    room = Room([3] * N)
    strengthen(room.members, room.ties.pool, room.ties.count, 0, 1, 0.0, 0.5, 0, FADE)
    assert room.listed() == {}


def test_freed_slots_are_used_again() -> None:
    room = Room([3] * N)
    top = int(room.ties.top[0])
    for row in range(N):
        room.replace(row, 3)
    assert int(room.ties.top[0]) == top


def test_reserving_keeps_the_ties_that_are_there() -> None:
    room = Room([3] * N)
    room.exchange(0, 1, 0.25, 0.1)
    room.ties.reserve(100_000)
    assert len(room.ties.pool) >= 100_000
    assert room.listed() == {frozenset((0, 1)): 0.25}
