"""Intervals agree with closed forms and with scipy, and say nothing where nothing can be said."""

import math

import numpy as np
import pytest
from scipy import stats

from kith.experiments.statistics.intervals import (
    ALIKE,
    FEWEST,
    LEAST_RUNS,
    RESAMPLES,
    _studentised,
    described,
    difference_interval,
    mean_interval,
    no_interval,
    paired,
    runs_needed,
)

NAN = math.nan


def drawn(n: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(10, 3, n)


def test_the_interval_of_a_mean_is_students_t() -> None:
    values = drawn(12)
    n, mean, low, high = mean_interval(values)
    expected = stats.t.interval(0.95, 11, loc=values.mean(), scale=stats.sem(values))
    assert n == 12
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx(expected)


def test_four_numbers_have_the_interval_of_the_textbook() -> None:
    """t(3, 0.975) = 3.18245; the standard error of 1, 3, 1 and 3 is 1 / √3."""
    half = 3.18245 / math.sqrt(3)
    values = np.array([1.0, 3.0, 1.0, 3.0])
    assert mean_interval(values)[2:] == pytest.approx((2 - half, 2 + half), rel=1e-4)


@pytest.mark.parametrize("n", [5, 1200])
def test_with_few_or_many_pairs_the_interval_is_scipys_paired_t(n: int) -> None:
    a = drawn(n)
    b = a + 0.7 + drawn(n, seed=2) / 10
    found = paired(a, b)
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.resolved == (stats.ttest_rel(b, a).pvalue < 0.05)


@pytest.mark.parametrize("n", range(1, LEAST_RUNS))
@pytest.mark.parametrize("spread", [0.0, 1e-9, 1.0])
def test_too_few_runs_have_a_mean_and_neither_interval_nor_verdict(n: int, spread: float) -> None:
    values = 89 + spread * np.arange(n)
    found = mean_interval(values)
    assert found[:2] == (n, pytest.approx(values.mean()))
    few = paired(np.zeros(n), values)
    assert (few.n, few.difference, few.resolved) == (n, pytest.approx(values.mean()), None)
    edges = (*found[2:], *difference_interval(values)[2:], few.low, few.high, few.runs_needed)
    assert all(math.isnan(edge) for edge in edges)


def test_four_runs_have_an_interval() -> None:
    found = paired(np.zeros(LEAST_RUNS), 89 + np.arange(LEAST_RUNS))
    assert found.low < found.difference < found.high
    assert found.resolved is True


@pytest.mark.parametrize("n", [LEAST_RUNS, FEWEST, ALIKE - 1])
def test_runs_that_all_agree_are_not_certainty(n: int) -> None:
    found = paired(np.zeros(n), np.full(n, 89.0))
    assert (found.difference, found.resolved) == (89.0, None)
    assert math.isnan(found.low)
    assert all(math.isnan(edge) for edge in mean_interval(np.full(n, 89.0))[2:])


def test_runs_needed_are_never_fewer_than_give_an_interval() -> None:
    assert runs_needed(np.array([5.0, 5.001, 5.0, 5.0])) >= LEAST_RUNS


def test_nothing_defined_is_nothing_said() -> None:
    found = paired(np.array([NAN, NAN]), np.array([1.0, 2.0]))
    assert found.n == 0
    assert found.resolved is None
    assert math.isnan(found.difference)
    assert math.isnan(found.prob_greater)


def test_incomplete_pairs_are_left_out() -> None:
    a, b = np.array([1.0, NAN, 3.0, 4.0]), np.array([2.0, 9.0, NAN, 6.0])
    found = paired(a, b)
    assert (found.n, found.difference) == (2, 1.5)


def test_pairing_removes_the_luck_that_both_share() -> None:
    luck = drawn(500)
    assert paired(luck, luck + 1).variance_removed == pytest.approx(1)
    assert paired(luck, drawn(500, seed=9)).variance_removed == pytest.approx(0, abs=0.15)
    assert paired(luck, -luck).variance_removed == pytest.approx(-1)


def test_the_share_of_pairs_counts_ties_half() -> None:
    a, b = np.zeros(4), np.array([1.0, 1.0, 0.0, -1.0])
    assert paired(a, b).prob_greater == pytest.approx(2.5 / 4)


def test_arms_that_never_differ_are_the_same_and_not_resolved() -> None:
    same = paired(drawn(ALIKE), drawn(ALIKE))
    assert (same.difference, same.low, same.high, same.resolved) == (0, 0, 0, False)
    assert math.isnan(same.runs_needed)


def test_a_constant_difference_over_many_runs_is_resolved_and_exact() -> None:
    found = paired(np.zeros(ALIKE), np.full(ALIKE, 0.4))
    assert (found.low, found.high, found.resolved) == (pytest.approx(0.4), pytest.approx(0.4), True)


def test_runs_needed_have_the_power_they_promise() -> None:
    """Four tests out of five resolve a difference of that size with that many pairs."""
    luck = np.random.default_rng(4)
    gap = luck.normal(0, 1, 40)
    gap = (gap - gap.mean()) / gap.std(ddof=1) + 0.3
    n = int(runs_needed(gap))
    trials = luck.normal(0.3, 1, (4000, n))
    resolved = stats.ttest_1samp(trials, 0, axis=1).pvalue < 0.05
    assert resolved.mean() == pytest.approx(0.80, abs=0.03)


def test_an_unresolved_difference_needs_more_runs_than_it_has() -> None:
    for seed in range(30):
        a, b = drawn(10, seed), drawn(10, seed + 100)
        found = paired(a, b)
        assert found.resolved or found.runs_needed > found.n


def test_an_unresolved_difference_needs_more_runs_than_it_has_however_skewed() -> None:
    random = np.random.default_rng(7)
    open_ones = [
        found
        for _ in range(600)
        for found in [paired(np.zeros(10), random.lognormal(0, 1.5, 10) - 0.6)]
        if not found.resolved
    ]
    assert len(open_ones) > 100
    assert all(found.runs_needed > found.n for found in open_ones)


def test_hopeless_differences_need_infinitely_many_runs() -> None:
    assert runs_needed(np.array([-1.0, 1.0 + 1e-9, -1.0, 1.0])) == math.inf


def test_an_interval_covers_the_truth_nineteen_times_of_twenty() -> None:
    worlds = np.random.default_rng(0).normal(5, 2, (2000, 6))
    covered = [low <= 5 <= high for _, _, low, high in map(mean_interval, worlds)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


# The bootstrap over seeds


def covered(worlds: np.ndarray, truth: float) -> float:
    """In which share of worlds the interval of the difference holds the truth."""
    found = [difference_interval(world) for world in worlds]
    return float(np.mean([one.low <= truth <= one.high for one in found]))


@pytest.mark.parametrize("n", [8, 16, 64])
def test_the_bootstrap_keeps_its_level_for_normal_differences(n: int) -> None:
    worlds = np.random.default_rng(n).normal(1, 2, (600, n))
    assert covered(worlds, 1) == pytest.approx(0.95, abs=0.025)


def test_the_bootstrap_comes_closer_to_its_level_than_t_for_skewed_differences() -> None:
    worlds = np.random.default_rng(3).lognormal(0, 1, (600, 24))
    truth = math.exp(0.5)
    by_t = np.mean([low <= truth <= high for _, _, low, high in map(mean_interval, worlds)])
    assert by_t < covered(worlds, truth) <= 0.97


def test_the_bootstrap_agrees_with_scipys_where_both_are_good() -> None:
    gap = np.random.default_rng(5).gamma(4, 1, 200)
    scipys = stats.bootstrap((gap,), np.mean, method="BCa", rng=1).confidence_interval
    ours = difference_interval(gap)
    width = scipys.high - scipys.low
    assert (ours.low, ours.high) == pytest.approx((scipys.low, scipys.high), abs=0.08 * width)


def test_the_bootstrap_draws_the_same_seeds_every_time_and_for_every_outcome() -> None:
    gap = drawn(16)
    assert difference_interval(gap) == difference_interval(gap.copy())
    first, scaled = difference_interval(gap), difference_interval(2 * gap + 3)
    assert (scaled.low, scaled.high) == pytest.approx((2 * first.low + 3, 2 * first.high + 3))


def test_differences_that_are_nearly_all_alike_fall_back_on_t() -> None:
    gap = np.array([0.0] * 15 + [1.0])
    assert difference_interval(gap) == mean_interval(gap)


def test_draws_without_spread_are_of_a_tail() -> None:
    """Of 16 draws from 12 zeros and 4 ones all are zeros in 1 % of cases: as far off as can be."""
    gap = np.array([0.0] * 12 + [1.0] * 4)
    t = _studentised(gap)
    assert len(t) == RESAMPLES
    assert np.isneginf(t).mean() == pytest.approx(0.75**16, abs=0.005)
    found = difference_interval(gap)
    error = gap.std(ddof=1) / 4
    assert found.high == pytest.approx(0.25 - np.quantile(t, 0.025) * error)


def test_a_spread_that_is_nothing_but_rounding_is_none() -> None:
    gap = 1e9 + np.array([0.0, 1e-7] * 8)
    assert math.isnan(difference_interval(gap).low)
    assert paired(np.zeros(16), gap).resolved is None


def test_the_sentence_about_intervals_is_true_of_every_number_of_runs() -> None:
    sentences = {n: described(n) for n in (1, 3, 4, 7, 8, 1000, 1001)}
    assert all(no_interval()[1:] in sentences[n] for n in (1, 3))
    assert all("bootstrap" in sentences[n] for n in (8, 1000))
    for n in (4, 7, 1001):
        assert "of a difference by Student's t on the paired differences" in sentences[n]
        assert "bootstrap" not in sentences[n]
