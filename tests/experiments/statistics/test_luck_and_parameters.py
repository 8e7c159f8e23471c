"""Variances of luck and of the parameters, and regret that is judged by other runs than those that chose."""

import numpy as np
import pytest

from kith.experiments.statistics.cross_fitting import regrets_elsewhere
from kith.experiments.statistics.luck_and_parameters import parts


def test_variances_of_luck_and_of_parameters_are_told_apart() -> None:
    luck = np.random.default_rng(1)
    worlds = luck.normal(0.0, 2.0, 4000)[:, None]
    seen = parts(worlds + luck.normal(0.0, 1.0, (4000, 2)))
    assert seen == pytest.approx((1.0, 4.0), rel=0.1)
    assert parts(luck.normal(0.0, 1.0, (4000, 2)))[1] < 0.1


def test_with_as_many_pairs_in_each_world_it_is_the_analysis_of_variance_of_textbooks() -> None:
    gaps = np.random.default_rng(2).normal(size=(30, 4)) + np.arange(30.0)[:, None]
    luck = gaps.var(axis=1, ddof=1).mean()
    assert parts(gaps) == pytest.approx((luck, gaps.mean(axis=1).var(ddof=1) - luck / 4))


def test_missing_pairs_leave_the_variances_where_they_are() -> None:
    draws = np.random.default_rng(3)
    gaps = draws.normal(0.0, 2.0, (6000, 1)) + draws.normal(0.0, 1.0, (6000, 4))
    gaps[draws.random(gaps.shape) < 0.4] = np.nan
    assert parts(gaps) == pytest.approx((1.0, 4.0), rel=0.05)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (5, 0)])
def test_one_world_or_one_pair_tells_nothing(shape: tuple[int, int]) -> None:
    assert np.isnan(parts(np.ones(shape))).all()


def test_where_nothing_varies_nothing_is_explained() -> None:
    found = parts(np.ones((5, 2)))
    assert found == (0.0, 0.0)
    assert np.isnan(found.share)


def test_regret_is_exact_without_luck() -> None:
    """Three choices, of which the best changes from world to world."""
    values = np.array([[3.0, 1.0, 2.0], [0.0, 4.0, 1.0]])
    lost = (values.max(axis=1, keepdims=True) - values).mean(axis=0)
    assert regrets_elsewhere(np.repeat(values[:, None], 3, axis=1)) == pytest.approx(lost)


def test_the_seed_that_judges_does_not_choose() -> None:
    """By either seed the other choice is better, so that each chooses what the other judges to be worse."""
    assert regrets_elsewhere(np.array([[[1.0, 0.0], [0.0, 1.0]]])) == pytest.approx([-0.5, -0.5])


def test_of_equal_choices_each_is_made_as_often() -> None:
    assert regrets_elsewhere(np.array([[[5.0, 5.0], [1.0, 3.0]]])) == pytest.approx([0.0 + 0.5, 0.0 - 0.5])


def test_worlds_in_which_no_seed_can_judge_are_left_out() -> None:
    known = [[2.0, 1.0], [2.0, 1.0]]
    half = [[2.0, np.nan], [np.nan, 1.0]]
    assert regrets_elsewhere(np.array([known, half])) == pytest.approx([0.0, 1.0])
    assert np.isnan(regrets_elsewhere(np.array([half]))).all()
