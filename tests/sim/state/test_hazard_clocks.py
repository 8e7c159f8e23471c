"""Clocks deplete a market exactly: each person once, when its own hazard passes its own clock."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.state.hazard_clocks import Heap, TouchClock

hazards = st.lists(st.floats(0.0, 0.5), min_size=1, max_size=12)
clock = st.floats(0.01, 3.0)
fits = st.one_of(st.just(0.0), st.floats(0.05, 1.0))
crowd = st.lists(st.tuples(clock, fits, fits), min_size=1, max_size=40)


@given(crowd, hazards)
def test_a_person_is_reached_when_hazard_times_fit_passes_its_clock(
    people: list[tuple[float, float, float]], daily: list[float]
) -> None:
    clocks, fit = np.array([p[0] for p in people]), np.array([p[1] for p in people])
    touch, reached, cumulated = TouchClock(clocks, fit), set[int](), 0.0
    for hazard in daily:
        today = touch.advance(hazard).tolist()
        cumulated += hazard
        assert not reached & set(today)
        reached |= set(today)
        assert reached == {k for k, (e, f, _) in enumerate(people) if f > 0 and e / f <= cumulated}


@given(crowd, hazards, hazards)
def test_a_change_of_fit_keeps_what_is_left_of_each_clock(
    people: list[tuple[float, float, float]], before: list[float], after: list[float]
) -> None:
    clocks, first, second = (np.array(column) for column in zip(*people, strict=True))
    touch = TouchClock(clocks, first)
    reached = [p for hazard in before for p in touch.advance(hazard).tolist()]
    touch.refit(second)
    reached += [p for hazard in after for p in touch.advance(hazard).tolist()]
    exposure = sum(before) * first + sum(after) * second
    assert len(reached) == len(set(reached))
    for k in range(len(people)):
        if abs(exposure[k] - clocks[k]) > 1e-9:
            assert (k in reached) == (exposure[k] > clocks[k])


@given(crowd, hazards)
def test_a_change_to_the_same_fit_changes_nothing_that_can_be_seen(
    people: list[tuple[float, float, float]], daily: list[float]
) -> None:
    clocks, fit, _ = (np.array(column) for column in zip(*people, strict=True))
    touch = TouchClock(clocks, fit)
    for hazard in daily:
        touch.advance(hazard)
        touch.refit(fit)
    clear = np.abs(sum(daily) * fit - clocks) > 1e-9
    late = set(touch.advance(1e9).tolist())
    for k in np.flatnonzero(clear).tolist():
        assert (k in late) == (fit[k] > 0 and clocks[k] > sum(daily) * fit[k])


@given(crowd, st.lists(st.tuples(st.integers(0, 4), st.integers(0, 7)), max_size=8))
def test_taking_people_keeps_the_order_of_clocks_and_passes_over_who_is_not_free(
    people: list[tuple[float, float, float]], steps: list[tuple[int, int]]
) -> None:
    clocks, fit, _ = (np.array(column) for column in zip(*people, strict=True))
    clock, taken = TouchClock(clocks, fit), list[int]()
    with np.errstate(divide="ignore"):
        order = np.lexsort((np.arange(len(people)), np.where(fit > 0, clocks / fit, np.inf))).tolist()
    for n, blocked in steps:
        free = np.arange(len(people)) % 8 != blocked
        hazard = clock.hazard
        ahead = [p for p in order if p not in taken]
        last = max((order.index(p) for p in taken), default=-1)
        expected = [p for p in ahead if free[p] and order.index(p) > last][:n]
        assert clock.take(n, free).tolist() == expected
        taken += expected
        assert hazard <= clock.hazard < np.inf


def test_those_who_are_left_are_taken_by_what_is_left_of_their_clocks_after_the_fit_changes() -> None:
    clock, free = TouchClock(np.array([1.0, 2.0, 4.0, 4.4]), np.ones(4)), np.ones(4, bool)
    assert clock.take(2, free).tolist() == [0, 1]
    clock.refit(np.array([1.0, 1.0, 0.1, 1.0]))
    assert clock.take(9, free).tolist() == [3, 2]


def test_nobody_is_lost_who_did_not_fit_before_the_direction_changed() -> None:
    touch = TouchClock(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    assert not len(touch.advance(0.5))
    touch.refit(np.array([1.0, 1.0]))
    assert touch.advance(1.0).tolist() == [0]
    assert touch.advance(1.0).tolist() == [1]


def test_more_than_a_thousand_may_be_reached_on_one_day() -> None:
    touch = TouchClock((np.arange(5000) + 0.5) / 5000, np.ones(5000))
    assert len(touch.advance(0.5)) == 2500
    assert len(touch.advance(0.5)) == 2500


pushes = st.lists(st.tuples(st.integers(0, 30), st.one_of(st.floats(0.0, 2.0), st.just(np.inf))), max_size=12)


@given(st.lists(st.tuples(pushes, st.floats(0.0, 0.5)), min_size=1, max_size=12))
def test_the_heap_is_a_sorted_list_in_which_a_later_push_overtakes(
    daily: list[tuple[list[tuple[int, float]], float]],
) -> None:
    heap, due, twin, cumulated = Heap(), np.full(31, np.inf), dict[int, float](), 0.0
    for moves, hazard in daily:
        latest = dict(moves)
        persons = np.array(list(latest), np.int64)
        waits = np.array(list(latest.values()), float)
        due[persons] = cumulated + waits
        twin |= {p: cumulated + w for p, w in latest.items()}
        heap.push(due[persons], persons)
        cumulated += hazard
        expected = sorted(p for p, t in twin.items() if t <= cumulated)
        assert heap.advance(hazard, due).tolist() == expected
        for p in expected:
            del twin[p]


def test_the_heap_grows_and_gives_everybody_back_once() -> None:
    heap, due = Heap(), np.linspace(1.0, 0.1, 3000)
    heap.push(due.copy(), np.arange(3000))
    out = [p for _ in range(20) for p in heap.advance(0.06, due).tolist()]
    assert sorted(out) == list(range(3000))
