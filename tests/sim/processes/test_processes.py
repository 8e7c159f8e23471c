"""Each mechanism moves what the model says it moves, in the direction that it says, under paired luck."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from kith.sim.engine import TICK, run
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.community import Community
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]

NOBODY_LEAVES = {"churn": {"base_hazard": 0.0}}


def leavers(record: Record, until: int = 10**6) -> set[int]:
    m = record.members
    return set(m.loc[m["left_day"] <= until, "person"])


def present(record: Record) -> pd.DataFrame:
    m = record.members
    return m[m["left_day"].isna()].set_index("person")


# Acquire


@pytest.mark.parametrize(
    "section",
    [
        {"external_rate": 2.0},
        {"imitation_rate": 9.0},
        {"paid_budget": 50.0},
        {"search_rate": 2.0},
        {"follower_conversion": 2.0},
    ],
)
def test_every_channel_brings_people(arm: Arm, section: dict[str, float]) -> None:
    assert total(arm("web", acquisition=section), "joins") > total(arm("web"), "joins")


def test_the_same_money_buys_fewer_touches_per_euro_the_more_is_spent(arm: Arm) -> None:
    def touches(budget: float) -> float:
        silence = {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0}
        plan = {"acquisition": silence | {"paid_budget": budget}, "referral": {"invites_per_month": 0.0}}
        record = arm("pool", loyal=True, days=20, **plan)
        return total(record, "joins_paid") + total(record, "follows")

    assert 1.0 < touches(100.0) / touches(25.0) < 4.0


def test_a_purpose_that_fits_brings_those_whom_it_fits(arm: Arm) -> None:
    rates = {"external_rate": 0.5, "imitation_rate": 0.0}
    joined = [
        arm(
            "pool",
            acquisition=rates,
            organisation={"direction": d},
            market={"fit_width": 0.15},
            referral={"invites_per_month": 0.0},
        ).members.query("channel != 'founder'")["interest"]
        for d in (0.2, 0.8)
    ]
    assert joined[0].mean() + 0.1 < joined[1].mean()


def test_a_clear_purpose_and_a_good_product_carry_further(arm: Arm) -> None:
    plain = total(arm("pool", acquisition={"external_rate": 1.0}), "joins_external")
    for poorer in ({"purpose": 0.4}, {"quality": 0.2}):
        record = arm("pool", acquisition={"external_rate": 1.0}, organisation=poorer)
        assert total(record, "joins_external") < plain


def test_a_second_distinct_voice_convinces_followers(arm: Arm) -> None:
    talk = {"invites_per_month": 5.0, "conversion": 0.1, "dispersion": 2.0}
    alike = {"reinforcement_2": 1.0, "reinforcement_3": 1.0, "reinforcement_4": 1.0}
    counts = [
        total(arm("web", referral=talk, market={"near": 10, "far": 0}, acquisition=one), "joins_referral")
        for one in (alike, {"reinforcement_2": 3.0})
    ]
    assert counts[0] < counts[1]


def test_active_members_imitate_less_than_present_ones(arm: Arm) -> None:
    joins = [
        total(arm("pool", acquisition={"imitation_rate": 6.0, "imitation_basis": basis}), "joins_imitation")
        for basis in ("active", "present")
    ]
    assert joins[0] < joins[1]


def test_the_disappointed_never_return_and_others_may(arm: Arm) -> None:
    shock = [Shock(day=5, kind="members_leave", share=0.9)]
    back = {"return_rate": 10.0}
    returned = [
        total(arm("pool", acquisition=back | {"disappointed_below": below}, shocks=shock), "joins_return")
        for below in (0.0, 1.0)
    ]
    assert returned[0] > 20
    assert returned[1] == 0


def test_people_who_return_keep_their_traits_and_begin_a_new_spell(arm: Arm) -> None:
    record = arm(
        "web", acquisition={"return_rate": 10.0}, shocks=[Shock(day=5, kind="members_leave", share=0.9)]
    )
    m = record.members.set_index(["person", "spell"])
    again = m.index[m.index.get_level_values("spell") == 1]
    assert len(again) > 20
    for person, _ in again:
        first, second = m.loc[(person, 0)], m.loc[(person, 1)]
        assert first["propensity"] == second["propensity"]
        assert first["interest"] == second["interest"]
        assert first["left_day"] <= second["joined_day"]


# Visit


def test_more_time_brings_more_visits(arm: Arm) -> None:
    visits = [
        total(arm("pool", closed=True, loyal=True, visiting={"budget_hours": h}), "today")
        for h in (0.5, 2.0, 8.0)
    ]
    assert visits == sorted(visits)


@pytest.mark.parametrize("source", ["product", "content", "peers"])
def test_a_source_of_value_satisfies(arm: Arm, source: str) -> None:
    without = arm("web", closed=True, loyal=True, value={source: 0.0})
    assert without.summary["satisfaction"] < arm("web", closed=True, loyal=True).summary["satisfaction"]


def test_peers_satisfy_nobody_without_ties(arm: Arm) -> None:
    without, with_peers = (arm("pool", closed=True, loyal=True, value={"peers": w}) for w in (0.0, 0.5))
    assert without.summary["satisfaction"] == with_peers.summary["satisfaction"]


def test_peers_are_around_for_14_days_after_their_visit(plan_of: Callable[..., Plan]) -> None:
    def satisfaction(ago: int) -> float:
        def stay_away(c: Community) -> None:
            if c.day == 20:
                c.population.last_visit[c.population.rows()] = c.day - ago

        tick = (TICK[0], ("stay away", stay_away), *TICK[1:])
        plan = plan_of("web", platform={"feed_share": 0.0}, **NOBODY_LEAVES)
        return float(run(plan, seed=1, days=21, tick=tick).summary["satisfaction"])

    assert satisfaction(13) == satisfaction(1) > satisfaction(14) == satisfaction(19)


def test_ads_cost_visits_and_more_in_the_long_run(arm: Arm) -> None:
    """By themselves, without what absence does to habit and bonds, and in proportion to their load."""
    unmoved = {"habit_floor": 1.0, "satisfaction_gain": 0.0, "identity_gain": 0.0, "budget_hours": 20.0}
    free, some, many = (
        arm(
            "pool", "ads", closed=True, loyal=True, days=400, monetisation={"ad_load": load}, visiting=unmoved
        ).series["today"]
        for load in (0.0, 12.0, 24.0)
    )
    early = 1 - some[:30].sum() / free[:30].sum()
    late, of_many = (1 - ads[-90:].sum() / free[-90:].sum() for ads in (some, many))
    assert 0.0 < early < 0.4 * late
    assert late == pytest.approx(0.02 * 12 * (0.2 + 0.8 * (1.0 - math.exp(-355 / 180))), abs=0.015)
    assert of_many == pytest.approx(2.0 * late, abs=0.015)


def test_a_flood_of_items_tires_and_a_smaller_feed_helps(arm: Arm) -> None:
    def run_with(**platform: float) -> Record:
        flood = {"rate": 0.2, "share_post": 0.9, "share_react": 0.05}
        return arm("web", closed=True, contribution=flood, platform={"overload_weight": 0.5} | platform)

    flooded, curated = (
        run_with(feed_share=1.0, overload_from=5.0),
        run_with(feed_share=0.05, overload_from=5.0),
    )
    assert flooded.summary["satisfaction"] < curated.summary["satisfaction"]
    assert total(flooded, "leaves_overload") > 0
    assert total(curated, "leaves_overload") < total(flooded, "leaves_overload")


# Depart


def test_raising_the_hazard_only_adds_leavers_in_the_first_days(arm: Arm) -> None:
    hazards = (0.003, 0.006, 0.012, 0.05)
    for seed in range(3):
        gone = [
            leavers(arm("pool", closed=True, days=1, seed=seed, churn={"base_hazard": h})) for h in hazards
        ]
        assert all(fewer <= more for fewer, more in pairwise(gone))
    assert len(gone[0]) < len(gone[-1])


def test_newcomers_leave_more_readily_and_it_is_named_so(arm: Arm) -> None:
    rates = {"external_rate": 3.0}
    alike, harder = (
        arm("pool", days=90, acquisition=rates, churn={"newcomer_factor": f, "base_hazard": 0.01})
        for f in (1.0, 8.0)
    )
    assert total(alike, "leaves_newcomer") == 0
    assert harder.summary["retention_30d"] < alike.summary["retention_30d"]


def test_the_hazard_falls_with_tenure_even_from_a_flat_base(arm: Arm) -> None:
    flat = {"newcomer_factor": 1.0, "ageing": 0.0, "base_hazard": 0.01}
    record = arm("web", days=200, acquisition={"external_rate": 2.0}, churn=flat)
    m = record.members.query("channel != 'founder'")
    end = m["left_day"].fillna(199)
    month = [
        ((m["left_day"] - m["joined_day"]) // 30 == k).sum() / ((end - m["joined_day"]) >= 30 * k).sum()
        for k in (0, 3)
    ]
    assert month[1] < month[0]


def test_exits_pull_neighbours_along_and_only_along_ties(arm: Arm) -> None:
    shock = [Shock(day=10, kind="members_leave", share=0.4)]
    hot = {"contagion": 3.0, "base_hazard": 0.01}
    web, immune, pool = (
        arm("web", closed=True, churn=hot, shocks=shock),
        arm("web", closed=True, churn=hot | {"contagion": 0.0}, shocks=shock),
        arm("pool", closed=True, churn=hot, shocks=shock),
    )
    assert total(web, "leaves_contagion") > 3
    assert total(web, "leaves") > total(immune, "leaves")
    assert total(pool, "leaves_contagion") == 0


def test_too_few_ties_end_a_membership_after_a_month(arm: Arm) -> None:
    record = arm("web", days=90, loyal=True, churn={"base_hazard": 0.0, "tie_threshold": 3})
    m = record.members
    few = m[m["exit_cause"] == "few_ties"]
    assert len(few) > 10
    assert (few["left_day"] - few["joined_day"] >= 30).all()
    old = present(record).query("joined_day <= 59")
    assert (old["ties"] >= 3).all()


def test_when_the_hub_departs_its_share_of_the_losses_is_named(arm: Arm) -> None:
    gone = arm("hub", closed=True, days=150, shocks=[Shock(day=30, kind="hub_departs")])
    stayed = arm("hub", closed=True, days=150)
    assert total(stayed, "leaves_hub") == 0
    assert total(gone, "leaves_hub") > 0
    assert total(gone, "leaves") > 1.1 * total(stayed, "leaves")
    assert gone.series["leaves_hub"][:30].sum() == 0
    assert gone.series[:30].equals(stayed.series[:30])
    assert gone.summary["hub_dependence"] == 0.0 < stayed.summary["hub_dependence"]


@pytest.mark.parametrize("who", ["random", "most_connected"])
def test_a_share_of_members_leaves_at_once(arm: Arm, who: Any) -> None:
    record = arm(
        "web", loyal=True, closed=True, shocks=[Shock(day=20, kind="members_leave", share=0.3, who=who)]
    )
    assert record.series["leaves_shock"][20] == 60
    assert total(record, "leaves") == 60


def test_losing_the_most_connected_costs_more_ties_than_losing_anybody(arm: Arm) -> None:
    ties = [
        arm(
            "web", loyal=True, closed=True, shocks=[Shock(day=20, kind="members_leave", share=0.3, who=who)]
        ).series["ties"][20]
        for who in ("random", "most_connected")
    ]
    assert ties[1] < ties[0]
