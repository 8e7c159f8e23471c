"""Steer: what the community does for the organisation around it, and the organisation to it."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import TICK, run
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]
type Difference = Callable[..., list[str]]


def watch(plan: Plan, days: int, before: str, look: Callable[[Community], None], seed: int = 1) -> Record:
    """A run that is looked at each day before a step."""
    place = [name for name, _ in TICK].index(before)
    tick = (*TICK[:place], ("look", look), *TICK[place:])
    return run(plan, seed=seed, days=days, tick=tick, events=False, check=True)


# Product


def test_ideas_raise_quality_toward_what_they_can_reach(quiet: Arm) -> None:
    busy = {"rate": 0.3}

    def quality(gain: float, scale: float = 10.0) -> Record:
        o = {"feedback_gain": gain, "feedback_scale": scale, "quality": 0.6}
        return quiet("web", days=200, contribution=busy, organisation=o)

    none, some, all_of_it = quality(0.0), quality(0.5), quality(1.0, scale=0.01)
    assert (none.series["quality"] == 0.6).all()
    assert some.series["quality"].is_monotonic_increasing
    assert 0.6 < some.summary["quality"] < 0.8
    expected = 1.0 - 0.4 * (1.0 - 1.0 / 180.0) ** 200
    assert all_of_it.summary["quality"] == pytest.approx(expected, abs=0.002)
    assert none.summary["satisfaction"] < all_of_it.summary["satisfaction"]


def test_without_room_to_contribute_nobody_has_ideas(quiet: Arm) -> None:
    record = quiet("nothing", days=60, organisation={"feedback_gain": 1.0, "feedback_scale": 0.01})
    assert (record.series["quality"] == 0.7).all()
    assert record.summary["rnd_savings"] == 0.0


def test_every_useful_item_saves_development_its_value_and_is_no_revenue(plan_of: PlanOf) -> None:
    useful: list[int] = []
    plan = plan_of("web", contribution={"rate": 0.2}, organisation={"rnd_value": 2.5}, **CLOSED)
    record = watch(plan, 60, "observe", lambda c: useful.append(int(c.useful[c.day])))
    other = run(
        plan_of("web", contribution={"rate": 0.2}, organisation={"rnd_value": 0.0}, **CLOSED), seed=1, days=60
    )
    assert sum(useful) > 50
    assert record.summary["rnd_savings"] == pytest.approx(2.5 * sum(useful))
    assert record.summary["revenue"] == other.summary["revenue"]
    assert other.summary["rnd_savings"] == 0.0


CLOSED: dict[str, dict[str, Any]] = {
    "acquisition": {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0},
    "referral": {"invites_per_month": 0.0},
}


# Staff


def test_staff_answer_what_members_leave_open_as_far_as_their_time_goes(quiet: Arm) -> None:
    busy = {"rate": 0.2}

    def answers(staff: float, bond: float = 0.5, replies: float = 40.0, ceiling: float = 0.72) -> Record:
        o = {"staff": staff, "staff_bond": bond, "staff_replies": replies}
        return quiet("pool", organisation=o, contribution=busy | {"reply_ceiling": ceiling})

    none, short, enough = answers(0.0), answers(1.0, replies=2.0), answers(1.0)
    assert total(none, "staff_replies") == 0 < total(short, "staff_replies") < total(enough, "staff_replies")
    assert total(none, "replies") < total(enough, "replies")
    assert total(short, "staff_replies") <= 60 * 2.0 + 3.0 * math.sqrt(60 * 2.0)
    cold, warm = (total(answers(1.0, bond=b, replies=2.0, ceiling=0.0), "staff_replies") for b in (0.0, 1.0))
    assert warm / cold == pytest.approx(3.0, rel=0.25)


def test_with_enough_staff_no_post_of_a_newcomer_stays_unanswered(plan_of: PlanOf) -> None:
    staff = {"staff": 100.0}
    record = run(
        plan_of("pool", "busy", organisation=staff, governance={"filter_strength": 0.0}), seed=1, days=60
    )
    assert record.summary["reply_rate"] == 1.0


def test_staff_are_no_members_and_cost_their_salary(quiet: Arm) -> None:
    o = {"staff": 2.0, "staff_cost": 73_000.0}
    record = quiet("pool", days=60, organisation=o, contribution={"rate": 0.2, "reply_ceiling": 0.0})
    assert record.series["cost_staff"].to_numpy() == pytest.approx(np.full(60, 400.0))
    assert total(record, "replies") == total(record, "staff_replies") > 0
    posts = record.members["contributions"].sum()
    without = quiet("pool", days=60, contribution={"rate": 0.2, "reply_ceiling": 0.0})
    assert total(without, "contributions") <= total(record, "contributions") <= posts


# Support


@pytest.mark.parametrize("deflection", [0.03, 0.1, 0.3])
def test_answers_deflect_tickets_by_what_the_source_allows(quiet: Arm, deflection: float) -> None:
    """COST-defl2: 3-30 % net; never more, and all of it where content is plentiful."""
    o = {"deflection": deflection, "tickets_per_month": 1.0}

    def deflected(scale: float) -> float:
        s = quiet("pool", organisation=o, acquisition={"search_scale": scale}).summary
        return float(s["support_savings"] / (s["support_savings"] + s["cost_support"]))

    assert deflected(1.0) == pytest.approx(deflection, rel=0.02)
    assert deflected(1e5) < 0.1 * deflection
    assert deflected(1.0) <= deflection


def test_without_deflection_nothing_is_saved_and_support_costs_what_tickets_cost(quiet: Arm) -> None:
    o = {"deflection": 0.0, "tickets_per_month": 0.8, "ticket_cost": 10.0}
    record = quiet("pool", organisation=o)
    assert record.summary["support_savings"] == 0.0
    assert total(record, "cost_support") == pytest.approx(total(record, "today") * 0.8 / 8.0 * 10.0)


# Marketing


def test_advocates_make_paid_touches_cheaper(quiet: Arm) -> None:
    def joins(gain: float, belonging: float = 0.0) -> float:
        record = quiet(
            "web", days=90, organisation={"advocacy_gain": gain}, acquisition={"paid_budget": 4.0},
            referral={"promoter_satisfaction": 0.0, "promoter_belonging": belonging},
        )  # fmt: skip
        return total(record, "joins_paid")

    assert joins(0.0) < joins(0.5) < joins(1.0)
    assert joins(0.5, belonging=1.0) == joins(0.0, belonging=1.0) == joins(0.0)


def test_social_proof_moves_followers_and_bears_a_higher_price(quiet: Arm) -> None:
    def record(gain: float, scale: float = 1.0) -> Record:
        return quiet(
            "pool", days=90, organisation={"proof_gain": gain, "proof_scale": scale},
            acquisition={"external_rate": 2.0, "join_on_touch": 0.0, "follower_conversion": 0.3},
            monetisation={"model": "subscription", "price": 5.0, "conversion": 1.0},
        )  # fmt: skip

    none, much = record(0.0), record(1.0)
    assert total(none, "joins") < total(much, "joins")
    assert total(none, "revenue_subscription") < total(much, "revenue_subscription")
    richest = much.members.loc[much.members["paying"]]
    assert len(richest) > none.members["paying"].sum()


def test_bad_news_keeps_followers_away(quiet: Arm) -> None:
    def joins(weight: float) -> float:
        record = quiet(
            "pool", days=90, value={"product": 0.05, "content": 0.0}, churn={"base_hazard": 0.02},
            acquisition={"external_rate": 2.0, "join_on_touch": 0.0, "follower_conversion": 0.5,
                         "bad_news_weight": weight, "disappointed_below": 0.5},
        )  # fmt: skip
        return total(record, "joins")

    assert joins(1.0) < 0.8 * joins(0.0)


# Sales


def test_trusted_members_become_leads_and_hard_selling_doubles_them_and_costs_trust(quiet: Arm) -> None:
    def sold(selling: float, rate: float = 0.2) -> Record:
        o = {"lead_value": 30.0, "lead_rate": rate, "selling": selling}
        return quiet(
            "web", days=90, organisation=o, referral={"promoter_satisfaction": 0.0, "promoter_belonging": 0.0}
        )

    soft, hard, none = sold(0.0), sold(1.0), sold(0.0, rate=0.0)
    assert total(none, "leads") == total(none, "revenue_leads") == 0
    assert total(hard, "leads") / total(soft, "leads") == pytest.approx(2.0, rel=0.15)
    assert total(soft, "revenue_leads") == pytest.approx(30.0 * total(soft, "leads"))
    assert hard.summary["satisfaction"] < soft.summary["satisfaction"] - 0.05
    month = total(soft, "leads") / (3.0 * soft.series["active"].mean())
    assert 0.1 < month < 0.2


def test_only_promoters_buy(quiet: Arm) -> None:
    o = {"lead_value": 30.0, "lead_rate": 3.0}
    assert total(quiet("web", organisation=o, referral={"promoter_belonging": 1.0}), "leads") == 0


# Management


def test_ads_push_frequency_and_load_up_to_a_limit(quiet: Arm) -> None:
    def grown(steering: float, voice: float = 0.0) -> float:
        record = quiet(
            "pool", days=120, monetisation={"model": "ads"}, organisation={"steering": steering},
            governance={"voice": voice}, visiting={"satisfaction_gain": 0.0},
        )  # fmt: skip
        shown = record.series["revenue_ads"] / record.series["today"]
        return float(shown[118] / shown[0])

    assert grown(0.0) == pytest.approx(1.0, abs=1e-4)
    assert grown(0.1) == pytest.approx(1.1**3, rel=1e-3)
    assert grown(0.1, voice=1.0) == pytest.approx(1.0, abs=1e-4)
    assert grown(1.0) == pytest.approx(3.0, rel=1e-3)


@pytest.mark.parametrize("model", ["subscription", "fee", "marketplace"])
def test_paying_members_are_courted_with_quality(quiet: Arm, model: str) -> None:
    def quality(steering: float) -> float:
        o = {"steering": steering, "feedback_gain": 0.0, "quality": 0.5}
        money = {"model": model, "price": 0.01}
        return float(quiet("pool", days=65, monetisation=money, organisation=o).summary["quality"])

    assert quality(0.0) == 0.5
    assert quality(0.2) == pytest.approx(1.0 - 0.5 * 0.8**2)


@pytest.mark.parametrize("model", ["none", "ads"])
def test_who_does_not_live_on_members_does_not_court_them(quiet: Arm, model: str) -> None:
    o = {"steering": 0.5, "feedback_gain": 0.0}
    assert quiet("pool", days=65, monetisation={"model": model}, organisation=o).summary["quality"] == 0.7


# The investment loop

WORTH: dict[str, Any] = {
    "deflection": 1.0, "tickets_per_month": 2.0, "investment_response": 0.5, "community_budget": 6000.0, "staff": 0.5,
    "measurement_cost": 100.0,
}  # fmt: skip
FULL = {"search_scale": 1.0}


def loop(
    quiet: Arm, days: int = 365, monetisation: dict[str, Any] | None = None, **organisation: Any
) -> Record:
    busy = {"rate": 0.2}
    spam = {"unwanted_by_size": 20.0, "moderation_hours": 1.0, "events_per_month": 1.0}
    return quiet(
        "web",
        days=days,
        organisation=WORTH | organisation,
        acquisition=FULL,
        contribution=busy,
        governance=spam,
        monetisation=monetisation or {},
    )


def test_without_measurement_the_circle_is_vicious_and_with_it_it_is_broken(quiet: Arm) -> None:
    blind, seeing = loop(quiet, measurement=0.0), loop(quiet, measurement=1.0)
    assert blind.summary["return_true"] > 1000.0
    assert blind.summary["return_measured"] == 0.0
    assert blind.series["coverage"].iloc[-1] < 0.01
    assert seeing.summary["return_measured"] == pytest.approx(seeing.summary["return_true"])
    assert seeing.series["coverage"].iloc[-1] > 0.3
    assert blind.series["staff_replies"][300:].sum() < 0.1 * seeing.series["staff_replies"][300:].sum()
    assert blind.series["unwanted"][300:].mean() > seeing.series["unwanted"][300:].mean()
    assert blind.series["attendances"][300:].sum() == 0 < seeing.series["attendances"][300:].sum()
    assert total(blind, "cost_staff") < total(seeing, "cost_staff")


def test_a_community_that_nobody_pays_for_loses_more_of_its_members(quiet: Arm) -> None:
    """Through harassment that nobody stops, spam that nobody removes and posts that nobody answers."""

    def present(measurement: float, seed: int) -> float:
        g = {
            "harassment_rate": 0.1,
            "unwanted_by_size": 200.0,
            "moderation_hours": 2.0,
            "filter_strength": 0.0,
        }
        return float(
            quiet(
                "web", days=365, seed=seed, organisation=WORTH | {"measurement": measurement}, acquisition=FULL,
                contribution={"rate": 0.2}, governance=g, churn={"base_hazard": 0.002},
            ).summary["present"]
        )  # fmt: skip

    blind, seeing = (sum(present(m, seed) for seed in range(2)) for m in (0.0, 1.0))
    assert blind < 0.9 * seeing


def test_the_budget_moves_as_the_equation_says(quiet: Arm) -> None:
    record = loop(quiet, days=180, measurement=0.6, investment_share=0.5, budget_floor=300.0)
    monthly = record.monthly
    budget = 6000.0
    for month in range(6):
        measured = float(monthly["return_measured"][month])
        assert measured == pytest.approx(0.6 * float(monthly["return_true"][month]))
        budget += 0.5 * (max(300.0, 0.5 * max(0.0, measured)) - budget)
        assert monthly["budget"][month] == pytest.approx(budget)


def test_a_floor_keeps_what_nobody_measures(quiet: Arm) -> None:
    record = loop(quiet, measurement=0.0, budget_floor=1e5)
    assert (record.series["coverage"] == 1.0).all()


def test_the_return_is_what_members_leave_above_as_many_followers_and_what_they_save(quiet: Arm) -> None:
    """What keeping the community costs is no part of it."""
    record = loop(quiet, days=180, measurement=1.0)
    s, m = record.series, record.plan.parameters.monetisation
    costs = ("goods", "support", "cash_rewards", "revenue_share", "perks", "referral_rewards", "equity")
    margin = s["revenue"] - s["revenue_product_outside"] - s[[f"cost_{name}" for name in costs]].sum(axis=1)
    follower = m.outside_buyers * m.product_spend * (1.0 - m.goods_share_product) / 30.0
    saved = record.summary["support_savings"] + record.summary["rnd_savings"]
    added = saved + margin.sum() - follower * s["present"].sum()
    assert record.monthly["return_true"].sum() == pytest.approx(added, rel=0.02)


def test_a_community_whose_members_buy_no_more_than_followers_returns_its_savings(quiet: Arm) -> None:
    nothing_sold = {"product_spend": 0.0}
    record = loop(quiet, days=180, measurement=1.0, tickets_per_month=0.0, monetisation=nothing_sold)
    assert record.summary["rnd_savings"] > 0.0
    assert record.monthly["return_true"].sum() == pytest.approx(record.summary["rnd_savings"], rel=0.02)


def test_measurement_costs_money_where_a_budget_depends_on_it(quiet: Arm) -> None:
    record = loop(quiet, days=60, measurement=0.5)
    assert total(record, "cost_measurement") == pytest.approx(2 * 0.5 * 100.0)
    assert total(quiet("web", organisation={"measurement": 1.0}), "cost_measurement") == 0.0


def test_what_covers_everything_is_booked_in_full(quiet: Arm) -> None:
    """A budget that equals the plan of a month pays for all of it: the two count alike."""
    o = {"staff": 1.0, "staff_cost": 73_000.0, "investment_response": 1e-12, "community_budget": 6001.0}
    g = {"moderation_hours": 0.0}
    enough = quiet("pool", days=70, organisation=o, governance=g)
    assert (enough.series["coverage"] == 1.0).all()
    less = quiet("pool", days=70, organisation=o | {"community_budget": 3000.0}, governance=g)
    assert less.series["coverage"][69] == pytest.approx(0.5)
    assert less.series["cost_staff"][30:60].sum() == pytest.approx(3000.0)


# Phases win over what has evolved


def test_a_phase_that_changes_quality_or_direction_wins_over_what_has_evolved(quiet: Arm) -> None:
    o = {"steering": 0.5, "direction": 0.1}
    money = {"model": "subscription", "price": 1.0}
    g = {"council_size": 10, "voice": 0.5}
    start = {100: {"organisation": {"quality": 0.2, "direction": 0.9}}}
    s = quiet("pool", days=120, organisation=o, monetisation=money, governance=g, phases=start).series
    assert s["quality"][99] > 0.8
    assert s["quality"][100] == pytest.approx(0.2, abs=0.01)
    assert s["direction"][99] != 0.1
    assert s["direction"][100] == 0.9


def test_a_phase_that_changes_something_else_leaves_what_has_evolved(quiet: Arm) -> None:
    o = {"steering": 0.5, "direction": 0.1}
    g = {"council_size": 10, "voice": 0.5}
    money = {"model": "subscription", "price": 1.0}
    start = {100: {"contribution": {"rate": 0.05}}}
    s = quiet("pool", days=120, organisation=o, monetisation=money, governance=g, phases=start).series
    assert s["quality"][100] >= s["quality"][99] > 0.8
    assert s["direction"][100] == s["direction"][99] != 0.1


# Value to members


def test_members_gain_from_value_and_lose_by_price(quiet: Arm) -> None:
    def surplus(product: float = 0.4, price: float = 1.0, attention: float = 0.5) -> float:
        record = quiet(
            "pool", days=90, value={"product": product, "price_weight": 0.0},
            organisation={"attention_price": attention, "feedback_gain": 0.0},
            monetisation={"model": "subscription", "price": price, "conversion": 3.0, "wtp_sigma": 0.0, "lapse_rate": 0.0},
        )  # fmt: skip
        return float(record.summary["member_surplus"])

    assert surplus(product=0.1) < surplus(product=0.9)
    assert surplus(price=4.0) < surplus(price=1.0)
    assert surplus(attention=2.0) < surplus(attention=0.0)
    assert surplus(price=4.0) < 0.0 < surplus(price=0.0)


def test_surplus_is_benefit_less_price_less_attention_to_the_cent(quiet: Arm) -> None:
    record = quiet(
        "pool", days=30, visiting={"satisfaction_step": 0.0, "session_hours": 0.5}, organisation={"attention_price": 0.6},
        monetisation={"model": "fee", "price": 1.5, "wtp_median": 8.0, "wtp_sigma": 0.0},
    )  # fmt: skip
    m, visits = record.members, total(record, "today")
    benefits = visits * 8.0 / 8.0 * float(m["satisfaction"].mean())
    spread = float(m["satisfaction"].std())
    expected = benefits - 250 * 1.5 - visits * 0.5 * 0.6
    assert float(m["surplus"].sum()) == pytest.approx(expected, abs=visits * spread)
    assert float(record.series["surplus"].sum()) == pytest.approx(float(m["surplus"].sum()))


def test_rewards_are_part_of_what_members_gain_and_cost_the_organisation_the_same(quiet: Arm) -> None:
    pay = {"cash_per_contribution": 0.5, "cash_gain": 0.0, "crowding": 0.0}
    plain, paid = (quiet("pool", incentives=i, governance={"unwanted_by_money": 0.0}) for i in ({}, pay))
    gained = float(paid.members["surplus"].sum() - plain.members["surplus"].sum())
    assert gained == pytest.approx(total(paid, "cost_cash_rewards"))
    assert gained > 0


# What is off is off exactly

OFF: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no staff": ({"staff": 0.0}, {"staff_bond": 1.0, "staff_replies": 999.0, "staff_cost": 1e5}),
    "no ideas": ({"feedback_gain": 0.0}, {"feedback_scale": 1.0}),
    "no proof": ({"proof_gain": 0.0}, {"proof_scale": 1.0}),
    "no selling": ({"selling": 0.0}, {"selling_weight": 1.0}),
    "nothing to sell": ({"lead_value": 0.0}, {"lead_rate": 30.0}),
    "no budget loop": ({"investment_response": 0.0}, {"community_budget": 9e5, "budget_floor": 5.0, "investment_share": 9.0,
                                                    "measurement": 1.0, "measurement_cost": 1e4}),
    "savings are shown apart": ({"rnd_value": 0.0}, {"rnd_value": 50.0}),
}  # fmt: skip


@pytest.mark.parametrize("case", OFF)
def test_what_is_off_leaves_the_record_as_it_is(plan_of: PlanOf, difference: Difference, case: str) -> None:
    off, irrelevant = OFF[case]
    plain, other = (
        run(plan_of("web", "busy", "subscription", organisation=o), seed=3, days=70)
        for o in (off, off | irrelevant)
    )
    assert difference(plain, other) == []


def test_bad_news_without_weight_is_no_news(plan_of: PlanOf, difference: Difference) -> None:
    plain, other = (
        run(
            plan_of("web", "busy", acquisition={"bad_news_weight": 0.0, "bad_news_half_life": h}),
            seed=3,
            days=70,
        )
        for h in (1.0, 900.0)
    )
    assert difference(plain, other) == []


def test_a_community_of_advocates_still_pays_for_its_touches(plan_of: PlanOf) -> None:
    advocates = {"promoter_satisfaction": 0.0, "promoter_belonging": 0.0}
    plan = plan_of(
        "web", acquisition={"paid_budget": 1.0}, organisation={"advocacy_gain": 1.0}, referral=advocates
    )
    record = run(plan, days=40, check=True)
    assert total(record, "cost_paid") == pytest.approx(40.0)
    assert math.isfinite(record.summary["cac_paid"])
