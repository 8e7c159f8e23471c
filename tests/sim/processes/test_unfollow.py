"""Unfollow: followers forget at a rate, and are reached again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import Simulation
from kith.sim.schema.plan import Plan
from kith.sim.state.categories import Channel
from kith.sim.state.market import Status

type PlanOf = Callable[..., Plan]

HEARING = {
    "external_rate": 5.0,
    "imitation_rate": 0.0,
    "search_rate": 0.0,
    "join_on_touch": 0.0,
    "follower_conversion": 0.0,
}
SILENT = {"referral": {"invites_per_month": 0.0}, "organisation": {"advocacy_reach": 0.0}}


def lived(plan_of: PlanOf, days: int, phases: tuple[Any, ...] = (), **acquisition: float) -> Simulation:
    plan = plan_of(
        "pool",
        acquisition=HEARING | acquisition,
        market={"size": 4000, "founders": 20, "fit_width": 100.0},
        **SILENT,
    )
    simulation = Simulation(plan, 1, events=False, check=True)
    simulation.advance(days)
    return simulation


def test_followers_settle_where_hearing_and_forgetting_balance(plan_of: PlanOf) -> None:
    """Hazards of hearing a and of forgetting b, per day: a / (a + b) of those who are outside follow."""
    simulation = lived(plan_of, 200, unfollow_rate=0.9)
    c = simulation.community
    hear = 5.0 / 365.0 * c.quality * c.parameters.organisation.purpose
    forget = 0.9 / 30.0
    outside = c.market.count(Status.FOLLOWER) + c.market.count(Status.UNAWARE)
    expected = hear / (hear + forget)
    error = np.sqrt(expected * (1.0 - expected) / outside)
    assert abs(c.market.count(Status.FOLLOWER) / outside - expected) < 4.0 * error + 0.01


def test_what_was_heard_is_kept(plan_of: PlanOf) -> None:
    plan = plan_of(
        "web",
        acquisition={"unfollow_rate": 10.0, "follower_conversion": 0.0},
        referral={"invites_per_month": 5.0, "conversion": 0.0},
    )
    simulation = Simulation(plan, 1, events=False)
    simulation.advance(60)
    market = simulation.community.market
    forgot = np.flatnonzero((market.status == Status.UNAWARE) & (market.forgets < 0.0))
    invited = market.touched_by[forgot] == Channel.REFERRAL
    assert invited.sum() > 50
    assert (market.signals[forgot][invited] > 0).all()


def test_without_the_rate_nobody_forgets(plan_of: PlanOf) -> None:
    simulation = lived(plan_of, 60)
    assert simulation.record().series["unfollows"].sum() == 0
    assert simulation.community.market.forgets is None


def test_nobody_is_reached_by_two_clocks(plan_of: PlanOf) -> None:
    """Whoever is unaware again waits by one clock: the first, or one set anew."""
    c = lived(plan_of, 150, unfollow_rate=2.0).community
    again = np.flatnonzero((c.market.status == Status.UNAWARE) & (c.market.forgets < 0.0))
    assert len(again) > 100
    fresh = np.isfinite(c.market.due[again])
    assert (fresh == c.touch.has_passed(again)).all()
    assert (c.market.due[again[fresh]] > c.touch.hazard).all()


def test_a_new_direction_moves_the_wait_of_those_who_have_forgotten(plan_of: PlanOf) -> None:
    plan = plan_of(
        "pool",
        acquisition=HEARING | {"unfollow_rate": 2.0},
        market={"size": 4000, "founders": 20},
        **SILENT,
    )
    simulation = Simulation(plan, 1, events=False)
    simulation.advance(150)
    c = simulation.community
    again = np.flatnonzero((c.market.status == Status.UNAWARE) & np.isfinite(c.market.due))
    before, wait = c.touch.fit[again], c.market.due[again] - c.touch.hazard
    c.direction = 0.7
    c.refit()
    now = c.market.due[again] - c.touch.hazard
    assert now * c.touch.fit[again] == pytest.approx(wait * before)
    simulation.advance(10)
    assert simulation.record().series["follows"].iloc[-10:].sum() > 0


def test_a_phase_in_which_followers_begin_to_forget_reaches_those_who_follow_already(plan_of: PlanOf) -> None:
    from dataclasses import replace

    plan = plan_of("pool", acquisition=HEARING, market={"size": 2000, "founders": 20}, **SILENT)
    later = plan.parameters.model_copy(
        update={"acquisition": plan.parameters.acquisition.model_copy(update={"unfollow_rate": 3.0})}
    )
    simulation = Simulation(replace(plan, phases=(*plan.phases, (60, later))), 1, events=False)
    simulation.advance(120)
    s = simulation.record().series["unfollows"]
    assert s.iloc[:60].sum() == 0
    assert s.iloc[60:].sum() > 500
