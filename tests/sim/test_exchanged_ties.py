"""What passes along ties does what ties seem to do: where it reaches others instead, ties make no difference.

With what ties pass on given to people who have been members, or asleep, as long, a member's own ties tell nothing of
when it leaves or wakes, to within a twentieth. Where tied people leave or wake together for another reason, they
still do. The same is asked of referrals in the pattern E2, whose ties are exchanged in the records.
"""

from collections.abc import Callable

import numpy as np
import pytest

from tests.sim.exchanged_ties import Fake, common_causes, contagion_ratio, followers, waking_ratio

NEAR = 0.05
YEAR, LONG = 400, 730
SEEDS = 4


def test_exits_of_neighbours_are_contagious() -> None:
    assert contagion_ratio(False, seed=0, days=YEAR) > 1.2


def test_if_others_feel_them_the_exits_of_neighbours_are_not() -> None:
    assert contagion_ratio(True, seed=0, days=YEAR) == pytest.approx(1.0, abs=NEAR)


@pytest.mark.parametrize("fake", [followers, common_causes])
def test_who_leaves_together_for_another_reason_is_found_out(fake: Callable[[], Fake]) -> None:
    assert contagion_ratio(True, seed=0, days=YEAR, kappa=0.0, fake=fake()) > 1.0 + NEAR


@pytest.mark.slow
def test_over_several_long_runs_nothing_is_left_of_contagion() -> None:
    ratios = [contagion_ratio(True, seed, days=LONG) for seed in range(SEEDS)]
    assert np.mean(ratios) == pytest.approx(1.0, abs=NEAR)


def test_those_wake_more_often_whose_ties_speak() -> None:
    assert waking_ratio(False, seed=0, days=YEAR) > 1.3


def test_if_others_hear_them_their_ties_do_not_wake_them() -> None:
    assert waking_ratio(True, seed=0, days=YEAR) == pytest.approx(1.0, abs=NEAR)


def test_who_is_woken_outright_is_found_out() -> None:
    assert waking_ratio(True, seed=0, days=YEAR, gain=0.0, faked=True) > 1.0 + NEAR


@pytest.mark.slow
def test_over_several_long_runs_nothing_is_left_of_calls() -> None:
    ratios = [waking_ratio(True, seed, days=LONG) for seed in range(SEEDS)]
    assert np.mean(ratios) == pytest.approx(1.0, abs=NEAR)
