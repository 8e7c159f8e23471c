"""The luck of the reference implementation, restated in plain integers, is the engine's."""

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.kernels import luck as engine
from kith.sim.kernels.luck import Purpose
from kith.sim.state.market import interests
from tests.reference.core import core
from tests.reference.luck import Circle, Luck, normal, poisson, share_below
from tests.reference.market import Market

uniforms = st.floats(1e-12, 1.0 - 1e-12)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**16 - 1),
    st.sampled_from(Purpose),
    st.integers(0, 2**63 - 1),
)
def test_a_word_hangs_on_its_address_alone(
    seed: int, person: int, day: int, purpose: Purpose, ordinal: int
) -> None:
    key = engine.key_of(seed)
    with np.errstate(over="ignore"):
        word = int(engine.address_hash(key, person, day, int(purpose), ordinal))
    assert Luck(seed).word(person, day, purpose, ordinal) == word
    assert Luck(seed).uniform(person, day, purpose, ordinal) == engine.unit(np.uint64(word))


@given(uniforms, st.floats(0.0, 60.0))
def test_counts_are_the_engines(u: float, rate: float) -> None:
    assert poisson(u, rate) == engine.poisson(u, rate)


@given(uniforms)
def test_normals_are_the_engines_and_nearly_exact(u: float) -> None:
    assert normal(u) == pytest.approx(engine.normal(u), rel=1e-14, abs=1e-14)
    assert normal(u) == pytest.approx(NormalDist().inv_cdf(u), rel=2e-7, abs=1e-7)
    assert share_below(normal(u)) == pytest.approx(u, abs=2e-7)


def test_everybody_of_the_market_has_the_engines_interest() -> None:
    p = core(10, 230).parameters
    there = [person.interest for person in Market(p, Luck(5)).people]
    here = interests(engine.key_of(5), 230, p.market.interest_similarity)
    assert there == pytest.approx(here.tolist(), rel=1e-13)


def test_a_point_chooses_the_next_on_the_circle_and_goes_round() -> None:
    people = list(Market(core(10, 20).parameters, Luck(1)).people)
    circle = Circle(Luck(1), 3, Purpose.CIRCLE_STRANGER, people)
    for place in circle.places:
        assert circle.next(place) is circle.seats[place]
    assert circle.next(circle.places[-1] + 1) is circle.seats[circle.places[0]]
