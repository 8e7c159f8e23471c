"""Intervals agree with closed forms and with scipy, and say nothing where nothing can be said."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.intervals import mean_interval, paired, runs_needed

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


def test_two_numbers_have_the_interval_of_the_textbook() -> None:
    """t(1, 0.975) = 12.706; the standard error of 1 and 3 is 1."""
    assert mean_interval(np.array([1.0, 3.0]))[2:] == pytest.approx((2 - 12.7062, 2 + 12.7062), rel=1e-5)


def test_a_paired_interval_is_scipys_paired_t() -> None:
    a = drawn(20)
    b = a + 0.7 + drawn(20, seed=2) / 10
    found = paired(a, b)
    expected = stats.ttest_rel(b, a).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert found.resolved == (stats.ttest_rel(b, a).pvalue < 0.05)


def test_one_run_has_a_mean_and_no_interval() -> None:
    assert mean_interval(np.array([4.0]))[:2] == (1, 4.0)
    assert all(math.isnan(edge) for edge in mean_interval(np.array([4.0]))[2:])
    single = paired(np.array([4.0]), np.array([5.0]))
    assert (single.n, single.difference, single.resolved) == (1, 1.0, False)
    assert all(math.isnan(x) for x in (single.low, single.variance_removed, single.runs_needed))


def test_nothing_defined_is_nothing_said() -> None:
    found = paired(np.array([NAN, NAN]), np.array([1.0, 2.0]))
    assert found.n == 0
    assert not found.resolved
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
    same = paired(drawn(8), drawn(8))
    assert (same.difference, same.low, same.high, same.resolved) == (0, 0, 0, False)
    assert math.isnan(same.runs_needed)


def test_a_constant_difference_is_resolved_and_exact() -> None:
    found = paired(np.zeros(5), np.full(5, 0.4))
    assert (found.low, found.high, found.resolved) == (0.4, 0.4, True)


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


def test_hopeless_differences_need_infinitely_many_runs() -> None:
    assert runs_needed(np.array([-1.0, 1.0 + 1e-9])) == math.inf


def test_an_interval_covers_the_truth_nineteen_times_of_twenty() -> None:
    worlds = np.random.default_rng(0).normal(5, 2, (2000, 6))
    covered = [low <= 5 <= high for _, _, low, high in map(mean_interval, worlds)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)
