"""Giving: what is said, answered, welcomed and tended has the effects that are stated, and none unasked."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import Simulation, run
from kith.sim.results.record import Record
from kith.sim.schema.packed import packed
from kith.sim.schema.parameter_set import ParameterError, parameters_from
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.giving.content import fresh_value, new_since, since, stock_value
from kith.sim.state.giving.staff import time_for_answers, time_today
from kith.sim.state.giving.talk import ITEMS, VISITS, liveliness, share_answered
from kith.sim.state.population import NEVER
from tests.sim.lived import column, lived, total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]
type Difference = Callable[..., list[str]]

JOINING = {"external_rate": 6.0, "join_on_touch": 1.0}
ALL_TASKS = {"staff_welcome": 0.2, "staff_introduce": 0.2, "staff_curate": 0.2, "staff_listen": 0.1}


# Content


def numbers(**sections: Any) -> Any:
    return packed(parameters_from(sections))[0]


def test_a_stock_is_shared_out_by_the_head_or_serves_everybody_by_its_size() -> None:
    by_head = numbers(value={"content": 1.0, "content_scale": 3.0, "stock_scale": 0.0, "fresh_share": 0.0})
    assert stock_value(300.0, 100.0, by_head) == pytest.approx(0.5)
    assert stock_value(600.0, 200.0, by_head) == pytest.approx(0.5)
    in_all = numbers(value={"content": 1.0, "content_scale": 0.0, "stock_scale": 300.0, "fresh_share": 0.0})
    assert stock_value(300.0, 100.0, in_all) == pytest.approx(0.5)
    assert stock_value(600.0, 200.0, in_all) == pytest.approx(2 / 3)
    assert stock_value(0.0, 0.0, in_all) == 0.0


def test_new_items_are_worth_half_at_the_scale_and_saturate() -> None:
    q = numbers(value={"content": 0.4, "fresh_share": 0.5, "fresh_scale": 8.0})
    assert [fresh_value(n, q) for n in (0.0, 8.0, 16.0)] == pytest.approx([0.0, 0.1, 0.15])
    assert stock_value(1e9, 1.0, q) == pytest.approx(0.2)


def test_a_feed_reaches_back_as_far_as_is_said() -> None:
    unlimited, month = (numbers(platform={"feed_days": days}) for days in (0, 30))
    assert since(100, 200, unlimited) == 100
    assert since(100, 200, month) == 170
    assert since(190, 200, month) == 190
    assert [since(NEVER, 200, q) for q in (unlimited, month)] == [199, 199]
    assert new_since(NEVER, 200, numbers(platform={"feed_days": 10})) == 190
    assert new_since(NEVER, 5, month) == 0


def test_more_content_is_worth_more_to_a_larger_community_only_by_its_size(plan_of: PlanOf) -> None:
    def satisfaction(founders: int, **value: float) -> float:
        market = {"founders": founders, "size": 20 * founders}
        c = lived(plan_of("ugc", market=market, value=value, contribution={"rate": 0.03}), 60)
        return float(column(c, "satisfaction").mean())

    by_size = {"content_scale": 0.0, "stock_scale": 100.0, "fresh_share": 0.5}
    assert satisfaction(400, **by_size) - satisfaction(20, **by_size) > 0.15
    assert abs(satisfaction(400) - satisfaction(20)) < 0.1


# Talk


def test_exchanges_need_what_was_said_as_far_as_the_design_says(quiet: Arm) -> None:
    def exchanges(alone: float, doors: float) -> float:
        q = {"rate": 0.1, "exchange_alone": alone, "doors_open": doors}
        return total(quiet("web", contribution=q, days=90), "exchanges")

    assert exchanges(0.0, 0.0) == 0.0
    assert 0.0 < exchanges(0.3, 0.0) < 0.5 * exchanges(1.0, 0.0)
    assert exchanges(0.3, 1.0) > 2.0 * exchanges(0.3, 0.0)


def test_talk_is_what_was_said_per_visit_in_the_last_days(plan_of: PlanOf) -> None:
    q = {"rate": 0.1, "exchange_alone": 0.25, "exchange_scale": 0.2}
    c = lived(plan_of("web", contribution=q), 60)
    daily = np.diff(c.items[:61])[-40:]
    assert c.talk[ITEMS] == pytest.approx((daily * (6.0 / 7.0) ** np.arange(39, -1, -1)).sum(), rel=0.02)
    said = c.talk[ITEMS] / c.talk[VISITS]
    assert liveliness(c) == pytest.approx(0.25 + 0.75 * 2.0 * said / (said + 0.2))
    assert 0.0 < share_answered(c) < 1.0


def test_reactions_reach_who_wrote_lately_and_nobody_else(plan_of: PlanOf) -> None:
    """Where nothing is answered, reciprocity comes from reactions only."""

    def reciprocity(step: float, **kinds: float) -> float:
        q = {"rate": 0.2, "reply_ceiling": 0.0, "react_step": step, **kinds}
        c = lived(plan_of("pool", contribution=q, governance={"rejection_loss": 0.0}), 40)
        thanked, wrote = column(c, "reciprocity") > 0.0, column(c, "contributions") > 0
        assert not (thanked & ~wrote).any()
        return float(column(c, "reciprocity").sum())

    mixed = {"share_post": 0.5, "share_react": 0.5}
    assert reciprocity(0.0, **mixed) == 0.0
    assert reciprocity(1.0, **mixed) > reciprocity(0.3, **mixed) > 0.0
    assert reciprocity(1.0, share_post=0.0, share_react=1.0) == 0.0


# Being answered


def test_being_answered_is_part_of_what_a_visit_is_worth(plan_of: PlanOf) -> None:
    q = {"rate": 0.2}
    plain, felt = (lived(plan_of("pool", contribution=q, value={"replies": w}), 90) for w in (0.0, 0.4))
    gained = column(felt, "satisfaction").mean() - column(plain, "satisfaction").mean()
    assert gained == pytest.approx(0.4 * column(felt, "reciprocity").mean(), rel=0.5)


def test_founders_start_as_answered_as_they_stay(plan_of: PlanOf) -> None:
    still = {"acquisition": {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0}}
    still |= {"referral": {"invites_per_month": 0.0}, "churn": {"base_hazard": 0.0}}
    plan = plan_of(
        "pool",
        market={"founders": 400, "size": 1000},
        value={"replies": 0.1},
        contribution={"rate": 0.1, "propensity_sigma": 0.5, "first_barrier": 1.0},
        **still,
    )
    first, later = (column(lived(plan, days), "reciprocity").mean() for days in (1, 150))
    assert first > 0.1
    assert later == pytest.approx(first, rel=0.25)


@pytest.mark.parametrize("weight", [0.0, 3.0])
def test_answered_newcomers_stay_where_answers_count(arm: Arm, weight: float) -> None:
    """Nothing else that a reply does acts here, so that without the weight it does nothing."""
    q = {"rate": 2.0, "share_post": 1.0, "share_react": 0.0, "reply_belonging": 0.0, "reciprocity_gain": 0.0}
    churn = {"answered_weight": weight, "newcomer_factor": 12.0}
    away = {"activity": 0.6, "peers": 0.0}
    shares = [
        arm("pool", days=90, seed=3, affiliation=away, contribution={**q, "reply_ceiling": c},
            churn=churn, acquisition=JOINING, value={"content": 0.0}).summary["retention_30d"]
        for c in (0.0, 0.85)
    ]  # fmt: skip
    assert (shares[1] - shares[0] > 0.05) == (weight > 0.0)


# First contributions


def test_help_to_begin_saturates(arm: Arm) -> None:
    def begun(onboarding: float, bound: float) -> float:
        q = {"onboarding": onboarding, "first_bound": bound, "rate": 0.05}
        return float(
            arm("pool", contribution=q, acquisition=JOINING, seed=2).summary["first_contribution_rate"]
        )

    plain = begun(1.0, 1.2)
    assert begun(1.0, 0.0) == plain
    assert begun(10.0, 0.0) > begun(10.0, 2.0) > begun(10.0, 1.2) > plain
    assert begun(10.0, 1.0) == plain


def test_who_sees_others_answered_begins_more_readily(arm: Arm) -> None:
    def begun(ceiling: float) -> float:
        q = {
            "seen_gain": 4.0,
            "rate": 0.05,
            "reply_ceiling": ceiling,
            "reply_step": 0.0,
            "reply_belonging": 0.0,
        }
        return float(arm("pool", contribution=q, acquisition=JOINING).summary["first_contribution_rate"])

    assert begun(0.85) > 1.3 * begun(0.0)


def test_small_rooms_are_easier_to_begin_in(arm: Arm) -> None:
    def begun(form: str, gain: float) -> float:
        q = {"room_gain": gain, "rate": 0.05}
        record = arm("pool", contribution=q, acquisition=JOINING, affiliation={"form": form})
        return float(record.summary["first_contribution_rate"])

    assert begun("open", 4.0) == begun("open", 1.0)
    assert begun("groups", 4.0) > begun("groups", 1.0)


# Staff


def test_staff_share_their_time(plan_of: PlanOf) -> None:
    staff = {"staff": 2.0, "staff_replies": 30.0, "staff_bond": 1.0, **ALL_TASKS}
    c = lived(plan_of("web", organisation=staff, contribution={"rate": 0.1}), 5)
    assert time_today(c) == 90.0
    assert time_for_answers(c, 10.0) == pytest.approx(90.0 * 0.7 - 10.0)
    assert time_for_answers(c, 100.0) == 0.0


def test_more_than_all_of_the_time_is_refused(plan_of: PlanOf) -> None:
    with pytest.raises(ParameterError, match=r"staff_welcome \+ .* = 1.2: must be at most 1"):
        plan_of("web", organisation={"staff_welcome": 0.6, "staff_listen": 0.6})


def test_staff_welcome_who_joins_as_far_as_their_time_goes(plan_of: PlanOf) -> None:
    def welcomed(replies: float) -> float:
        o = {"staff": 1.0, "staff_replies": replies, "staff_welcome": 1.0, "welcome_step": 0.5}
        plan = plan_of("pool", organisation=o, contribution={"doors_open": 0.0}, acquisition=JOINING)
        c = lived(plan, 20)
        return float((column(c, "reciprocity")[column(c, "joined") > 0] > 0.0).mean())

    assert welcomed(1000.0) == 1.0
    assert 0.0 < welcomed(2.0) < 0.6
    assert welcomed(0.0) == 0.0


def test_staff_introduce_newcomers_who_know_nobody(plan_of: PlanOf) -> None:
    """Where nobody seeks exchanges, introductions are the only way to ties."""
    q = {"exchange_rate": 0.0, "reply_ceiling": 0.0, "rate": 0.1}
    for introduce, peers, expected in ((0.0, 1.0, False), (1.0, 1.0, True), (1.0, 0.0, False)):
        o = {"staff": 1.0, "staff_introduce": introduce}
        plan = plan_of(
            "web",
            organisation=o,
            contribution=q,
            affiliation={"peers": peers},
            acquisition=JOINING,
            referral={"invites_per_month": 0.0},
        )
        c = lived(plan, 20)
        new = column(c, "joined") > 0
        assert new.sum() > 20
        assert ((column(c, "degree")[new] > 0).sum() > 5) == expected


def test_tended_posts_are_useful_and_tire_less(plan_of: PlanOf) -> None:
    def cured(curate: float, staff: float = 1.0) -> Community:
        o = {"staff": staff, "staff_curate": curate, "curation_gain": 0.5}
        q = {"rate": 0.1, "reply_ceiling": 0.0, "reply_step": 0.0, "reply_belonging": 0.0}
        return lived(plan_of("web", organisation=o, contribution=q, value={"useful_share": 0.4}), 60)

    plain, tended = cured(0.0), cured(1.0)
    assert plain.tended == 0.0
    assert 0.5 < tended.tended < 1.0
    assert tended.p["value_useful_share"][0] == pytest.approx(0.4 + 0.6 * 0.5 * tended.tended)
    assert tended.p["platform_overload_from"][0] == pytest.approx(100.0 / (1.0 - 0.5 * tended.tended))
    assert tended.useful.sum() > 1.2 * plain.useful.sum()
    assert cured(1.0, staff=0.05).tended < tended.tended < cured(1.0, staff=3.0).tended


def test_staff_who_listen_carry_ideas_into_the_product(plan_of: PlanOf) -> None:
    def quality(listen: float, staff: float = 1.0, doors: float = 1.0) -> float:
        o = {"staff": staff, "staff_listen": listen, "feedback_scale": 5.0, "listening_gain": 0.5}
        q = {"rate": 0.1, "doors_open": doors}
        return lived(plan_of("web", organisation=o, contribution=q), 120).quality

    assert quality(0.5) > quality(0.5, staff=0.02) > quality(0.0)
    assert quality(0.5, doors=0.0) == quality(0.0, doors=0.0)


def test_answers_of_staff_that_others_can_use_fill_the_stock(plan_of: PlanOf) -> None:
    def useful(share: float) -> int:
        o = {"staff": 1.0, "staff_useful": share}
        q = {"rate": 0.1, "reply_ceiling": 0.0}
        return int(lived(plan_of("web", organisation=o, contribution=q), 60).useful.sum())

    assert useful(1.0) > 1.5 * useful(0.0)


def test_shares_without_staff_change_nothing(plan_of: PlanOf, difference: Difference) -> None:
    plain, shared = (run(plan_of("busy", organisation=o), seed=1, days=60) for o in ({}, ALL_TASKS))
    assert difference(plain, shared) == []


# Founders


def newcomers_of(plan_of: PlanOf, n: int, **more: Any) -> Community:
    market = {"founders": n, "size": 1000, "founders_are": "newcomers"}
    simulation = Simulation(plan_of("web", market=market, **more), 1, 10, events=False)
    return simulation.community


@pytest.mark.parametrize("n", [2, 49, 51, 300])
def test_founders_are_seated_as_the_scenario_says_whatever_their_number(plan_of: PlanOf, n: int) -> None:
    c = newcomers_of(plan_of, n)
    assert (column(c, "joined") == 0).all()
    assert (column(c, "contributions") == 0).all()
    assert (column(c, "degree") == 0).all()
    assert (column(c, "satisfaction") == np.float32(c.parameters.visiting.first_satisfaction)).all()
    assert c.content == 0.0
    settled = Simulation(plan_of("web", market={"founders": n, "size": 1000}), 1, 10, events=False).community
    assert column(settled, "person").tolist() == column(c, "person").tolist()
    assert (column(settled, "joined") < 0).all()


def test_founders_who_are_newcomers_come_on_the_first_day_and_leave_as_newcomers_do(arm: Arm) -> None:
    begun, settled = (
        arm("web", closed=True, days=60, market={"founders_are": are}) for are in ("newcomers", "settled")
    )
    assert begun.series["today"].iloc[0] == 200
    assert begun.series["present"].iloc[-1] < 0.9 * settled.series["present"].iloc[-1]
