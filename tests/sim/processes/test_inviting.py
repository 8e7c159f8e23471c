"""Inviting: who invites how readily, who accepts, and what it does to the inviter."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import Simulation
from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.processes.refer import readiness_to_invite, refer
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.market import fit, mean_fit

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]

INVITING = {"invites_per_month": 3.0, "dispersion": math.inf}


def community(plan_of: PlanOf, days: int = 1, **referral: Any) -> Community:
    simulation = Simulation(plan_of("web", referral=INVITING | referral), 0, events=False)
    simulation.advance(days)
    return simulation.community


def readiness(c: Community, **state: float) -> float:
    """That of a member with the state given, who knows 150 people."""
    row = int(c.population.rows()[0])
    for name, value in state.items():
        c.population.members[name][row] = value
    return float(readiness_to_invite(c.population.members[row], c.p[0], 150.0, c.badge_levels))


def test_without_softness_inviting_begins_at_the_thresholds(plan_of: PlanOf) -> None:
    c = community(plan_of)
    ready = [readiness(c, satisfaction=s, belonging=b) for s in (0.34, 0.36) for b in (0.14, 0.16)]
    assert ready == [0.0, 0.0, 0.0, 1.0]


def test_softness_makes_a_slope_of_the_cliff(plan_of: PlanOf) -> None:
    c = community(plan_of, softness=0.12)
    full, less = (readiness(c, satisfaction=s, belonging=0.5) for s in (0.5, 0.27))
    assert 0.3 < less / full < 0.6
    at = readiness(c, satisfaction=0.35, belonging=0.15)
    assert at == pytest.approx(0.25, rel=1e-6)
    steps = np.diff([readiness(c, satisfaction=s, belonging=0.5) for s in np.linspace(0.0, 1.0, 101)])
    assert (steps > 0.0).all()
    assert steps.max() < 0.025


def test_recognition_raises_inviting_and_a_worn_circle_lowers_it(plan_of: PlanOf) -> None:
    c = community(plan_of, recognition_gain=0.5, fatigue=1.0)
    whole = {"satisfaction": 1.0, "belonging": 1.0, "invitations": 0, "recognition": 0.0}
    assert readiness(c, **whole) == 1.0
    assert readiness(c, **whole | {"recognition": 0.4}) == pytest.approx(1.2, rel=1e-6)
    assert readiness(c, **whole | {"invitations": 75}) == pytest.approx(math.exp(-0.5))


@pytest.mark.parametrize(
    ("joined", "raised"), [(0, True), (1, False), (8, False), (9, True), (10, False), (45, True)]
)
def test_badges_for_inviting_are_sought_just_before_they_are_reached(
    plan_of: PlanOf, joined: int, raised: bool
) -> None:
    c = community(plan_of, badges=1.0)
    state = {"satisfaction": 1.0, "belonging": 1.0, "invited_joins": joined}
    assert readiness(c, **state, responder=1) == (1.3 if raised else 1.0)
    assert readiness(c, **state, responder=0) == 1.0


# Inviters of those who join


def moved(c: Community, newcomers: int = 1) -> Mapping[str, float]:
    """By how much belonging, recognition and norm of an inviter move if so many of its people join."""
    rows = c.population.rows()
    row, members = int(rows[0]), c.population.members
    for name, value in {
        "belonging": 0.4,
        "recognition": 0.0,
        "norm": 0.5,
        "invited_joins": newcomers,
    }.items():
        members[name][row] = value
    members["settled"][row] = c.day
    c.referred = np.array([[row, r] for r in rows[1 : 1 + newcomers]])
    refer(c)
    return {name: float(members[name][row]) for name in ("belonging", "recognition", "norm")}


def test_whoever_has_brought_somebody_in_belongs_a_little_more(plan_of: PlanOf) -> None:
    assert moved(community(plan_of, binding=0.1))["belonging"] == pytest.approx(0.46)
    assert moved(community(plan_of, binding=0.1), 2)["belonging"] == pytest.approx(0.514)
    assert moved(community(plan_of))["belonging"] == pytest.approx(0.4)


def test_inviters_are_thanked_and_get_badges(plan_of: PlanOf) -> None:
    thanked = moved(community(plan_of, thanks=1.0))
    assert thanked["recognition"] == pytest.approx(0.3)
    assert thanked["norm"] == pytest.approx(0.6)
    assert moved(community(plan_of, badges=0.5))["recognition"] == pytest.approx(0.15)
    assert moved(community(plan_of, badges=0.5), 2)["recognition"] == pytest.approx(0.15)  # one level, once


def test_a_rare_thanks_is_a_draw_of_the_newcomer(plan_of: PlanOf) -> None:
    c = community(plan_of, thanks=0.4)
    newcomer = c.population.address[c.population.rows()[1:2]]
    u = float(uniforms(c.key, newcomer, c.day, Purpose.THANKS_INVITER)[0])
    assert (moved(c)["recognition"] > 0.0) == (u < 0.4)


def test_thanks_for_inviting_are_answered_by_inviting(quiet: Arm) -> None:
    """With full badges and thanks, as against none: the same people invite more."""
    plain, thanked = (
        sum(
            int(
                quiet(
                    "web",
                    referral=INVITING | {"conversion": 0.3, "recognition_gain": 2.0} | more,
                    seed=seed,
                    days=240,
                )
                .series["invitations"]
                .sum()
            )
            for seed in range(3)
        )
        for more in ({}, {"thanks": 1.0, "badges": 1.0})
    )
    assert thanked > 1.02 * plain


# Invitees


def test_the_mean_fit_is_that_of_uniform_interests() -> None:
    x = (np.arange(100_000) + 0.5) / 100_000
    for direction, width in ((0.5, 0.35), (0.0, 0.1), (0.9, 2.0)):
        assert mean_fit(direction, width) == pytest.approx(fit(x, direction, width).mean(), rel=1e-6)


def test_whom_the_purpose_fits_accepts_more_readily(quiet: Arm) -> None:
    """Mean fit of those who join by invitation, in a market without other channels."""
    joined = {}
    for weight in (0.0, 2.0):
        m = quiet(
            "web",
            referral=INVITING | {"fit_weight": weight, "conversion": 0.2, "follow": 0.0},
            market={"fit_width": 0.15},
            days=120,
        ).members
        joined[weight] = fit(m.loc[m["channel"] == "referral", "interest"].to_numpy(), 0.5, 0.15)
    assert min(len(one) for one in joined.values()) > 100
    assert joined[2.0].mean() > joined[0.0].mean() + 0.1


def test_who_hears_and_does_not_join_follows_with_a_probability(quiet: Arm) -> None:
    outside = {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0}
    follows = {
        share: int(
            quiet(
                "web", referral=INVITING | {"conversion": 0.0, "follow": share}, acquisition=outside, days=10
            )
            .series["follows"]
            .sum()
        )
        for share in (0.0, 0.3, 1.0)
    }
    assert follows[0.0] == 0
    assert follows[0.3] == pytest.approx(0.3 * follows[1.0], rel=0.25)


# The invited


def test_who_comes_to_a_friend_belongs_from_the_first_day_as_far_as_the_tie(arm: Arm) -> None:
    """Where belonging hardly moves afterwards, it stays what the tie has brought."""
    brought = {}
    for peers in (0.0, 1.0):
        parameters = {
            "affiliation": {"peers": peers, "activity": 0.0},
            "referral": INVITING
            | {"conversion": 0.3, "promoter_belonging": 0.0, "promoter_satisfaction": 0.0},
            "bonding": {"belonging_half_life": 1e6},
            "contribution": {"exchange_rate": 0.0, "reply_belonging": 0.0},
        }
        m = arm("web", days=10, **parameters).members
        brought[peers] = m.loc[(m["joined_day"] >= 0) & (m["channel"] == "referral"), "belonging"]
    assert len(brought[1.0]) > 10
    assert brought[0.0].max() < 1e-3
    by_the_tie = 1.0 - math.exp(-1.3 * (1.0 - math.exp(-0.4 / 1.5)))
    assert brought[1.0].median() == pytest.approx(by_the_tie, abs=1e-3)
