"""Who comes early: those who have more time and more to contribute, in every way in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtri

from kith.sim.engine import Simulation
from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.market import eagerness_of_all

type PlanOf = Callable[..., Plan]
GAIN = 0.8


def community(plan_of: PlanOf, gain: float, days: int = 0, **sections: Any) -> Community:
    market = {"size": 4000, "founders": 200, "eagerness": gain} | sections.pop("market", {})
    simulation = Simulation(plan_of("web", market=market, **sections), 3, events=False)
    simulation.advance(days)
    return simulation.community


def time_and_voice(c: Community) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of each person's time and propensity, in standard deviations, as its draws have them."""
    everyone = np.arange(c.market.size)
    return tuple(ndtri(uniforms(c.key, everyone, 0, trait)) for trait in (Purpose.BUDGET, Purpose.PROPENSITY))  # type: ignore[return-value]


def test_eagerness_is_log_normal_with_mean_one() -> None:
    eager = eagerness_of_all(np.uint64(7), 200_000, 0.5)
    assert eager.mean() == pytest.approx(1.0, abs=0.01)
    assert np.log(eager).std() == pytest.approx(0.5 * 2**0.5, rel=0.01)
    assert np.log(eager).mean() == pytest.approx(-0.25, abs=0.01)


def test_eagerness_follows_the_traits_that_members_have(plan_of: PlanOf) -> None:
    c = community(plan_of, GAIN)
    rows = c.population.rows()
    m, persons = c.population.members[rows], c.population.address[rows]
    time, voice = time_and_voice(c)
    assert c.market.eager is not None
    assert np.log(c.market.eager) == pytest.approx(GAIN * (time + voice) - GAIN**2, abs=1e-6)
    assert np.corrcoef(np.log(m["visits_per_day"]), time[persons])[0, 1] > 0.999
    assert np.corrcoef(np.log(m["propensity"]), voice[persons])[0, 1] > 0.999


def test_founders_have_more_time_and_more_to_say(plan_of: PlanOf) -> None:
    for gain, least, most in ((0.0, -0.2, 0.2), (GAIN, 0.5, 1.1)):
        c = community(plan_of, gain)
        persons = c.population.address[c.population.rows()]
        for trait in time_and_voice(c):
            assert least < trait[persons].mean() < most


def test_who_is_given_first_is_more_eager_than_who_is_given_last(plan_of: PlanOf) -> None:
    plan = plan_of("web", market={"size": 1000, "founders": 0, "eagerness": GAIN})
    plan = replace(plan, arrivals=Arrivals(np.full(10, 90), mode="instead", label="test"))
    simulation = Simulation(plan, 3, events=False)
    means = []
    for _ in range(10):
        before = simulation.community.market.status.copy()
        simulation.advance(1)
        c = simulation.community
        new = np.flatnonzero((before == 0) & (c.market.status != 0))
        means.append(sum(trait[new].mean() for trait in time_and_voice(c)))
    assert means[0] > 0.8
    assert means[0] - means[-1] > 1.5


def test_channels_reach_the_eager_first_and_people_stay_the_same(plan_of: PlanOf) -> None:
    acquisition = {"external_rate": 0.3, "imitation_rate": 0.0, "join_on_touch": 1.0, "search_rate": 0.0}
    referral = {"invites_per_month": 0.0}
    joined = {}
    for gain in (0.0, GAIN):
        c = community(plan_of, gain, 120, market={"founders": 0}, acquisition=acquisition, referral=referral)
        joined[gain] = np.flatnonzero(c.market.status != 0)
        assert len(joined[gain]) > 100
        time, voice = time_and_voice(c)
        eager = (time + voice)[joined[gain]].mean()
        assert eager > 0.8 if gain else abs(eager) < 0.35


def test_more_advertising_brings_the_same_people_earlier_or_more(plan_of: PlanOf) -> None:
    referral, sets = {"invites_per_month": 0.0}, []
    for rate in (0.1, 0.3):
        acquisition = {"external_rate": rate, "imitation_rate": 0.0, "join_on_touch": 1.0, "search_rate": 0.0}
        c = community(plan_of, GAIN, 90, market={"founders": 0}, acquisition=acquisition, referral=referral)
        sets.append(set(np.flatnonzero(c.market.status != 0).tolist()))
    assert sets[0] < sets[1]
