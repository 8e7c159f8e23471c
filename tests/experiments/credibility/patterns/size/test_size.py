"""Patterns of size: their statistics find what is there, and the proposed values show them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.experiments.credibility.patterns.judge import MET, UNMET, judged
from kith.experiments.credibility.patterns.pattern import FULL
from kith.experiments.credibility.patterns.size import critical_mass, growth, incumbent, per_head, scales
from kith.experiments.credibility.patterns.size.alone import alone, lives
from kith.experiments.credibility.patterns.size.scales import BEYOND, LADDER, threshold


def ended(active: float) -> list[Any]:
    """The records of an arm that ends with so many active members."""
    return [SimpleNamespace(series=pd.DataFrame({"active": [0.0, active]}))]


def test_nobody_comes_from_outside_and_the_market_grows_with_the_founders() -> None:
    p = alone("ugc", 50, FULL).plan.parameters
    assert (p.market.founders, p.market.size) == (50, 1000)
    assert (p.acquisition.external_rate, p.acquisition.paid_budget) == (0.0, 0.0)


def test_a_community_lives_if_a_tenth_of_its_founders_number_is_active_and_no_fewer_than_three() -> None:
    assert lives(5.0, 50)
    assert not lives(4.0, 50)
    assert lives(3.0, 5)
    assert not lives(2.0, 5)


def test_the_threshold_is_where_survival_begins_for_good() -> None:
    assert threshold({n: float(n >= 57) * n for n in LADDER}) == 57
    assert threshold({n: float(n == 20 or n >= 80) * n for n in LADDER}) == 80
    assert threshold(dict.fromkeys(LADDER, 0.0)) == BEYOND
    assert threshold({n: float(n) for n in LADDER}) == LADDER[0]


def test_survival_is_told_for_every_scenario_and_size() -> None:
    names = {f"{name} from {n}" for name in critical_mass.SCENARIOS for n in critical_mass.FOUNDERS}
    told = critical_mass.measure({name: ended(15.0) for name in names})
    assert told["ugc from 51 lives"] == 1.0
    assert told["ugc from 200 lives"] == 0.0
    assert set(told) == {q.name for q in critical_mass.PATTERN.quantities}


def test_the_few_contribute_twice_as_much_as_the_many() -> None:
    rates = {name: arm.plan.parameters.contribution.rate for name, arm in per_head.arms(FULL).items()}
    assert rates["few"] == 2.0 * rates["many"]


def test_growth_is_told_per_founder() -> None:
    told = growth.measure({str(n): ended(2.0 * n if n > 50 else 0.5 * n) for n in growth.FOUNDERS})
    assert told["added from 20 to 100"] == 1.5
    assert told["added from 1,000 to 3,000, relative"] == 0.0


def test_a_competitors_loss_is_told_against_the_run_without_it() -> None:
    runs = {"alone 100": 100.0, "rivalled 100": 50.0, "alone 1000": 1000.0, "rivalled 1000": 900.0}
    told = incumbent.measure({name: ended(a) for name, a in runs.items()})
    assert told["lost by the larger less than by the smaller"] == pytest.approx(0.4)


def test_survival_of_the_few_is_told_against_that_of_the_many() -> None:
    def verdict(few: int, many: int) -> str:
        rows = [
            per_head.measure({"many": ended(50.0 * (k < many)), "few": ended(50.0 * (k < few))})
            for k in range(30)
        ]
        found = {f.quantity.name: f for f in judged(per_head.PATTERN, rows)}
        assert found["survival, few less many"].estimate[0] == pytest.approx((few - many) / 30)
        return found["survival, few less many"].verdict

    assert verdict(few=3, many=7) == UNMET
    assert verdict(few=5, many=7) == MET


def test_a_threshold_that_does_not_move_is_counted() -> None:
    told = scales.across({"ratio": np.array([1.0, 1.413, 2.0, 1.0])})
    assert told["the threshold does not move"].tolist() == [1.0, 0.0, 0.0, 1.0]


def test_seeds_lie_far_apart_next_to_the_threshold_or_elsewhere() -> None:
    alike = {f"active per founder, from {n}": np.full(4, 0.5) for n in growth.FOUNDERS}
    apart = np.array([0.0, 1.0, 0.0, 1.0])
    at, elsewhere = (
        growth.across(alike | {f"active per founder, from {n}": apart}) for n in (growth.NEAREST, 300)
    )
    (name,) = at
    assert at[name].mean() == pytest.approx(np.var(np.log1p(growth.NEAREST * apart), ddof=1))
    assert elsewhere[name].mean() == pytest.approx(-np.var(np.log1p(300 * apart), ddof=1))
