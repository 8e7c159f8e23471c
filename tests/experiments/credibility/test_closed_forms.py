"""The formulas give the numbers that are published or were computed independently."""

import math
from itertools import pairwise

import numpy as np
import pytest

from kith.experiments.credibility import closed_forms as exact
from kith.experiments.credibility.closed_forms import Bass

MONTHLY = Bass(0.0025, 0.0317)


def test_lifetime_value_is_a_geometric_series() -> None:
    assert exact.lifetime_value(10, 0.95, 0.01) == pytest.approx(168.33, abs=0.005)
    assert exact.lifetime_value_in_arrears(10, 0.95, 0.01) == pytest.approx(158.33, abs=0.005)
    payments = [10 * 0.95**k * 1.01**-k for k in range(24)]
    assert exact.lifetime_value(10, 0.95, 0.01, 24) == pytest.approx(sum(payments))


@pytest.mark.parametrize(
    ("a", "b", "survival", "life"),
    [
        (0.668, 3.806, (0.8507, 0.7469, 0.6698, 0.6100, 0.5619, 0.5223, 0.4889), 5.922),
        (0.704, 1.182, (0.6267, 0.4738, 0.3880, 0.3321, 0.2924, 0.2625, 0.2391), 3.695),
    ],
)
def test_beta_geometric_retention_is_that_of_fader_and_hardie(
    a: float, b: float, survival: tuple[float, ...], life: float
) -> None:
    found = [exact.sbg_survival(t, a, b) for t in range(8)]
    assert found[1:] == pytest.approx(survival, abs=6e-5)
    assert exact.sbg_discounted_life(a, b, 0.10) == pytest.approx(life, abs=1e-3)
    kept = [after / before for before, after in pairwise(found)]
    assert kept == pytest.approx([exact.sbg_retention(t, a, b) for t in range(1, 8)])
    assert kept == sorted(kept)


def test_bass_has_its_published_curve() -> None:
    bass = Bass(0.03, 0.38)
    assert bass.peak == pytest.approx(6.193, abs=5e-4)
    assert bass.share(bass.peak) == pytest.approx(0.4605, abs=5e-5)
    assert bass.peak_rate == pytest.approx(0.1106, abs=5e-5)
    assert [bass.share(t) for t in (1, 2, 5, 10)] == pytest.approx([0.0358, 0.0851, 0.3312, 0.8128], abs=5e-5)


def test_bass_by_step_tends_to_the_curve_as_steps_shrink() -> None:
    fine = exact.bass_by_step(0.03 / 5000, 0.38 / 5000, 50_000)
    assert fine[::5000] == pytest.approx([Bass(0.03, 0.38).share(t) for t in range(11)], abs=1e-4)


def test_bass_with_churn_settles_below_the_whole_market() -> None:
    assert MONTHLY.settled(0.02) == pytest.approx(0.4612, abs=5e-5)
    assert MONTHLY.settled(0.05) == pytest.approx(0.1038, abs=5e-5)
    assert Bass(0.0025, 0.10).settled(0.05) == pytest.approx(0.5228, abs=5e-5)
    assert exact.bass_settled_by_step(2.5e-6, 3.17e-5, 2e-5) == pytest.approx(MONTHLY.settled(0.02), rel=1e-4)


@pytest.mark.parametrize(
    ("recruits", "death", "q"), [(0.06, 0.05, 0.8291), (0.10, 0.05, 0.4873), (0.03, 0.02, 0.6633)]
)
def test_families_die_out_as_a_branching_process(recruits: float, death: float, q: float) -> None:
    assert exact.extinct(exact.with_survival(recruits, death)) == pytest.approx(q, abs=5e-5)


def test_the_step_matters_for_extinction() -> None:
    death = exact.within_a_step(-math.log(0.95) / 30)
    assert exact.extinct(exact.with_survival(0.10 / 30, death), 10**6) == pytest.approx(0.512, abs=5e-4)


@pytest.mark.parametrize(
    ("shape", "q"),
    [(math.inf, (0.4172, 0.2032, 0.0595)), (1.0, (2 / 3, 1 / 2, 1 / 3)), (0.1, (0.9323, 0.8904, 0.8379))],
)
def test_uneven_inviting_makes_extinction_likelier(shape: float, q: tuple[float, ...]) -> None:
    found = [exact.extinct(exact.one_generation(mean, shape)) for mean in (1.5, 2.0, 3.0)]
    assert found == pytest.approx(q, abs=5e-5)


def test_a_family_that_dies_out_has_a_finite_size() -> None:
    assert exact.total_progeny(0.6) == pytest.approx(2.5)
    assert exact.progeny_by(0.03, 0.05, 2000) == pytest.approx(2.5)
    assert math.isinf(exact.total_progeny(1.0))


def test_ties_balance_births_and_ends() -> None:
    assert exact.degree_after_births(0.5, 0.1) == pytest.approx(10.0)
    assert exact.degree_after_births(0.5, 0.1, 0.02) == pytest.approx(7.372, abs=5e-4)
    ends = exact.within_a_step(-math.log(0.9) / 30)
    assert exact.degree_after_births(0.5 / 30, ends) == pytest.approx(9.51, abs=5e-3)
    assert exact.degree(0.5, 0.1) == pytest.approx(9.0)


def test_replacement_spreads_the_number_of_ties() -> None:
    assert exact.degree_variance(0.5, 0.1, 0.0) == pytest.approx(exact.degree(0.5, 0.1))
    assert exact.degree_variance(0.5, 0.1, 0.02) > exact.degree(0.5, 0.1, 0.02)


def test_slots_bind_only_where_they_are_few() -> None:
    plenty = exact.degree_under_capacity(0.01, 0.01, 20)
    assert plenty @ np.arange(21) == pytest.approx(exact.degree(0.01, 0.01), rel=1e-3)
    few = exact.degree_under_capacity(0.01, 0.01, 2)
    assert few.sum() == pytest.approx(1.0)
    assert few @ np.arange(3) < exact.degree(0.01, 0.01)


def test_slots_fill_as_erlang_says_where_steps_are_small() -> None:
    found = exact.degree_under_capacity(1e-4, 1e-4, 3)
    load = found[1] / found[0]
    assert found == pytest.approx(exact.truncated_poisson(load, 3), rel=1e-3)


def test_the_strength_of_a_tie_is_shot_noise_for_small_steps() -> None:
    mean, variance = exact.saturating_strength(1e-5, 3e-3, math.exp(-3e-4))
    assert (mean, variance) == pytest.approx(exact.shot_noise(1e-5, 3e-3, 3e-4), rel=1e-3)


def test_the_strength_of_a_tie_saturates_as_drawn_numbers_do() -> None:
    rng, strength = np.random.default_rng(0), np.zeros(100_000)
    for _ in range(200):
        strength = 1.0 - (1.0 - 0.97 * strength) * 0.85 ** rng.poisson(0.3, len(strength))
    mean, variance = exact.saturating_strength(0.15, 0.3, 0.97)
    assert strength.mean() == pytest.approx(mean, rel=0.005)
    assert strength.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(
    ("least", "threshold", "jump"),
    [(3, 3.3509, 0.2676), (4, 5.1494, 0.4381), (5, 6.7993, 0.5384), (6, 8.3653, 0.6046)],
)
def test_cores_appear_with_a_jump(least: int, threshold: float, jump: float) -> None:
    assert exact.core_threshold(least) == pytest.approx(threshold, abs=1e-4)
    assert exact.core_share(exact.core_threshold(least) * (1 + 1e-9), least) == pytest.approx(jump, abs=5e-4)
    assert exact.core_share(threshold - 1e-3, least) == 0.0


def test_the_two_core_grows_from_nothing() -> None:
    assert exact.core_threshold(2) == 1.0
    assert exact.core_share(1.001, 2) < 1e-5


def test_cores_have_their_published_shares() -> None:
    cases = ((8, 3), (4, 3), (8, 5), (7, 5), (6.5, 5))
    found = [exact.core_share(ties, least) for ties, least in cases]
    assert found == pytest.approx([0.9860, 0.6647, 0.8707, 0.6919, 0.0], abs=5e-5)


def test_the_giant_component_appears_at_one_tie_each() -> None:
    found = [exact.giant_share(ties) for ties in (1.0, 1.5, 2.0, 3.0, 4.0)]
    assert found == pytest.approx([0.0, 0.5828, 0.7968, 0.9405, 0.9802], abs=5e-5)


def test_stocks_balance_what_comes_and_what_goes() -> None:
    assert exact.stock(10, 0.001) == pytest.approx(10 / 0.001, rel=2e-3)
    assert exact.content_stock(5, 180) == pytest.approx(5 * 180 / math.log(2), rel=2e-3)
    present = exact.alternating(0.01, 0.3)
    assert exact.stock((1 - present) * 0.01, 0.3) == pytest.approx(present)


def test_inequality_of_known_distributions() -> None:
    found = [exact.lognormal_gini(sigma) for sigma in (1, 1.5, 2, 2.5)]
    assert found == pytest.approx([0.520, 0.711, 0.843, 0.923], abs=6e-4)
    assert exact.pareto_gini(1.5) == pytest.approx(0.5)


def test_silence_is_the_integral_of_its_hazard() -> None:
    assert exact.still_asleep(0.01, 80.0, 1.0, 200.0) == pytest.approx(3.5**-0.8)
    assert exact.still_asleep(0.01, 80.0, 0.0, 200.0) == pytest.approx(math.exp(-2.0))
    days = np.linspace(0.0, 500.0, 200_001)
    for exponent in (0.5, 1.0 + 1e-9, 1.5, 3.0):
        passed = np.trapezoid(0.01 * (1.0 + days / 80.0) ** -exponent, days)
        assert exact.still_asleep(0.01, 80.0, exponent, 500.0) == pytest.approx(math.exp(-passed), rel=1e-6)
    assert exact.still_asleep(0.01, 80.0, 1.5, 1e15) == pytest.approx(math.exp(-1.6), rel=1e-4)


def test_the_awake_are_in_balance_with_the_dormant_and_those_outside() -> None:
    assert exact.awake_share(0.01, 0.5, 0.3, 1.0) == pytest.approx(exact.alternating(0.01, 0.3))
    awake, dormant, outside = 1.0, 0.0, 0.0
    for _ in range(5000):
        came, woke = outside * 0.02, dormant * 0.03
        stop = 0.4 * (awake + came + woke)
        awake = awake + came + woke - stop
        dormant += 0.8 * stop - woke
        outside += 0.2 * stop - came
    assert exact.awake_share(0.02, 0.03, 0.4, 0.2) == pytest.approx(awake)
