"""Luck has an address: uniform, independent, the same whoever asks and in whatever order."""

import ast
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kith.sim.kernels import luck
from kith.sim.kernels.luck import Purpose, address_hash, key_of, normal, poisson, uniform, uniforms
from kith.sim.processes.bond import TRIES

N = 50_000
WORD = (1 << 64) - 1

words = st.integers(0, WORD)
persons = st.integers(0, 2**32 - 1)
days = st.integers(0, 2**16 - 1)
purposes = st.integers(1, 255)
ordinals = st.integers(0, 2**63 - 1)
open_unit = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)


def plain_mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & WORD
    return x ^ (x >> 31)


def plain_hash(key: int, person: int, day: int, purpose: int, ordinal: int) -> int:
    place = (person << 24) ^ (day << 8) ^ purpose
    return plain_mix((plain_mix(place ^ key) + ordinal * 0x9E3779B97F4A7C15 + key) & WORD)


def draws(
    seed: int = 0, day: int = 0, purpose: int = Purpose.VISIT, ordinal: int = 0
) -> npt.NDArray[np.float64]:
    return uniforms(key_of(seed), np.arange(N), day, purpose, ordinal)


# The hash


@given(words, persons, days, purposes, ordinals)
def test_a_compiled_draw_equals_the_plain_python_one(
    key: int, person: int, day: int, purpose: int, ordinal: int
) -> None:
    with np.errstate(over="ignore"):
        word = int(address_hash(np.uint64(key), person, day, purpose, ordinal))
        u = float(uniform(np.uint64(key), person, day, purpose, ordinal))
    assert word == plain_hash(key, person, day, purpose, ordinal)
    assert u == ((word >> 12) + 0.5) / 2**52


def test_an_array_of_draws_is_the_draws_one_by_one() -> None:
    together = uniforms(key_of(3), [5, 900, 17], 40, Purpose.DEPART, 2)
    with np.errstate(over="ignore"):
        alone = [float(uniform(key_of(3), p, 40, int(Purpose.DEPART), 2)) for p in (5, 900, 17)]
    assert together.tolist() == alone


def test_purposes_are_unique_numbers_that_fit_in_a_byte() -> None:
    numbers = [int(purpose) for purpose in Purpose.__members__.values()]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 256 for number in numbers)


DRAWS = {"uniform": 4, "uniforms": 4, "address_hash": 4, "library_seed": 1}
"functions that draw, and the place of the ordinal among their arguments"


def test_no_draw_of_the_engine_has_an_ordinal_without_a_name(root: Path) -> None:
    for path in sorted((root / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            place = DRAWS.get(node.func.id)
            if place is None or len(node.args) <= place:
                continue
            numbers = [n.value for n in ast.walk(node.args[place]) if isinstance(n, ast.Constant)]
            assert not numbers, f"{path.name}, line {node.lineno}: name {numbers} in kith.sim.kernels.luck"


def test_ordinals_of_one_purpose_do_not_overlap() -> None:
    for stride, *offsets in (
        (luck.MATE_STRIDE, luck.MATE_SOUGHT, luck.MATE_PLACE),
        (luck.REPLIER_STRIDE, luck.REPLIER_FIRST, luck.REPLIER_SECOND, luck.REPLIER_CHOICE),
        (luck.INVITEE_STRIDE, luck.INVITEE_DISTANCE, luck.INVITEE_PLACE),
        (luck.THANKS_STRIDE, luck.THANKS_AUTHOR, luck.THANKS_REPLIER),
        (
            luck.FOUNDING_TIE_STRIDE,
            luck.FOUNDING_TIE_DISTANCE,
            luck.FOUNDING_TIE_ANYWHERE,
            luck.FOUNDING_TIE_STRENGTH,
        ),
        (
            luck.STRANGER_STRIDE,
            luck.STRANGER_KIND,
            *range(luck.STRANGER_CANDIDATE, luck.STRANGER_CANDIDATE + TRIES),
            *range(luck.STRANGER_CHOICE, luck.STRANGER_CHOICE + TRIES),
        ),
    ):
        assert len(set(offsets)) == len(offsets) and min(offsets) >= 0 and max(offsets) < stride


@pytest.mark.parametrize("word", [0, 1, WORD, WORD - 1, 1 << 63])
def test_a_uniform_is_never_0_or_1_and_its_normal_is_finite(word: int) -> None:
    u = float(luck.unit(np.uint64(word)))
    assert 0.0 < u < 1.0
    assert math.isfinite(normal(u))
    assert math.isfinite(-math.log(u))


# Uniformity and independence


@pytest.mark.parametrize("purpose", [Purpose.VISIT, Purpose.DEPART, Purpose.TOUCH_CLOCK])
@pytest.mark.parametrize("seed", [0, 1, 2**62])
def test_draws_over_persons_are_uniform(seed: int, purpose: int) -> None:
    counts, _ = np.histogram(draws(seed, purpose=purpose), bins=200, range=(0, 1))
    assert stats.chisquare(counts).pvalue > 1e-4


def test_draws_of_one_person_over_days_and_ordinals_are_uniform() -> None:
    key = key_of(1)
    over_days = [float(uniforms(key, [77], day, Purpose.VISIT)[0]) for day in range(5000)]
    over_ordinals = [float(uniforms(key, [77], 3, Purpose.KIND, nth)[0]) for nth in range(5000)]
    assert stats.kstest(over_days, "uniform").pvalue > 1e-4
    assert stats.kstest(over_ordinals, "uniform").pvalue > 1e-4


STREAMS: dict[str, Callable[[], npt.NDArray[np.float64]]] = {
    "as it is": lambda: draws(),
    "another purpose": lambda: draws(purpose=Purpose.VISIT + 1),
    "a far purpose": lambda: draws(purpose=Purpose.DEPART),
    "the next day": lambda: draws(day=1),
    "256 days later": lambda: draws(day=256),
    "the next seed": lambda: draws(seed=1),
    "a doubled seed": lambda: draws(seed=2),
    "the next ordinal": lambda: draws(ordinal=1),
    "the next person": lambda: np.roll(draws(), 1),
}


@pytest.mark.parametrize(("one", "other"), list(combinations(STREAMS, 2)))
def test_streams_are_independent(one: str, other: str) -> None:
    a, b = STREAMS[one](), STREAMS[other]()
    table, _, _ = np.histogram2d(a, b, bins=8, range=[[0, 1], [0, 1]])
    assert stats.chisquare(table.ravel()).pvalue > 1e-4
    assert abs(np.corrcoef(a, b)[0, 1]) < 4.5 / math.sqrt(N)


def test_the_next_seed_is_no_shifted_copy_of_the_same_world() -> None:
    assert not set(draws(seed=0)) & set(draws(seed=1))
    assert not set(draws(seed=0, day=1)) & set(draws(seed=1, day=0))


def test_neighbouring_seeds_differ_in_half_of_their_keys_bits() -> None:
    bits = [int(key_of(s) ^ key_of(s + 1)).bit_count() for s in range(2000)]
    assert abs(float(np.mean(bits)) - 32.0) < 0.5
    assert min(bits) > 8


# Distributions


@given(open_unit)
def test_a_normal_is_the_quantile_of_its_uniform(u: float) -> None:
    assert float(normal(u)) == pytest.approx(float(stats.norm.ppf(u)), rel=3e-7, abs=3e-7)


@given(open_unit, st.floats(1e-6, 30.0))
def test_a_poisson_is_the_quantile_of_its_uniform(u: float, rate: float) -> None:
    n = int(poisson(u, rate))
    assert stats.poisson.cdf(n - 1, rate) < u + 1e-12
    assert n == 150 or u - 1e-12 <= stats.poisson.cdf(n, rate)


@pytest.mark.parametrize("rate", [0.02, 1.0, 7.5, 29.9, 30.1, 400.0])
def test_poisson_draws_have_the_mean_and_variance_of_their_rate(rate: float) -> None:
    counts = np.array([poisson(u, rate) for u in draws(seed=5).tolist()])
    assert abs(counts.mean() - rate) < 4.5 * math.sqrt(rate / N)
    spread = math.sqrt((2 * rate**2 + rate) / N)
    assert abs(counts.var() - rate) < 4.5 * spread + 0.1 * (rate > 30)


@pytest.mark.parametrize("rate", [0.0, -1.0])
def test_without_a_rate_nothing_happens(rate: float) -> None:
    assert poisson(0.999999, rate) == 0


def test_exponential_clocks_have_mean_and_variance_1() -> None:
    clocks = np.array([luck.exponential(u) for u in draws(seed=9).tolist()])
    assert abs(clocks.mean() - 1.0) < 4.5 / math.sqrt(N)
    assert stats.kstest(clocks, "expon").pvalue > 1e-4
