"""Rows are places: a vacated one is used again, and nobody is lost when the room grows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.state.population import MEMBER, Archive, Population

moves = st.lists(st.one_of(st.integers(1, 40), st.integers(-40, -1)), max_size=20)


@given(moves)
def test_rows_are_a_dict_from_person_to_place(steps: list[int]) -> None:
    population, twin, next_person = Population(4), dict[int, int](), 1000
    for step in steps:
        if step > 0:
            persons = np.arange(next_person, next_person - step, -1)
            rows = population.take_rows(step)
            assert len(set(rows.tolist()) | set(twin.values())) == step + len(twin)
            population.address[rows] = persons
            population.members["points"][rows] = persons
            twin |= dict(zip(persons.tolist(), rows.tolist(), strict=True))
            next_person += 50
        else:
            leaving = sorted(twin)[:-step:2]
            population.release(np.array([twin.pop(p) for p in leaving], np.int64))
        assert population.present == len(twin)
        assert population.rows().tolist() == [twin[p] for p in sorted(twin)]
        assert population.members["points"][population.rows()].tolist() == sorted(twin)


def test_vacated_rows_are_taken_before_new_ones() -> None:
    population = Population(4)
    rows = population.take_rows(10)
    population.address[rows] = rows
    population.release(rows[3:6])
    assert set(population.take_rows(3).tolist()) == {3, 4, 5}
    assert population.take_rows(1).tolist() == [10]


def test_a_released_row_is_never_screened() -> None:
    population = Population(4)
    rows = population.take_rows(2)
    population.address[rows] = [7, 8]
    population.visit_bound[rows] = population.exit_bound[rows] = 1.0
    population.next_bill[rows] = 3
    population.release(rows[:1])
    assert population.address.tolist()[:2] == [-1, 8]
    assert population.visit_bound[0] == population.exit_bound[0] == 0.0
    assert population.next_bill[0] == -1


def test_the_archive_keeps_what_it_holds_when_it_grows() -> None:
    archive = Archive(2)
    for k in range(9):
        archive.reserve(1)
        archive.left[archive.count] = k
        archive.count += 1
    assert archive.left[:9].tolist() == list(range(9))


def test_a_members_record_is_aligned_and_holds_no_objects() -> None:
    assert MEMBER.isalignedstruct
    assert not MEMBER.hasobject
