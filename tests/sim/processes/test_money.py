"""Money answers to satisfaction: who founds, pays, lapses, trades and buys, and what ads and a take cost."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import Simulation, run
from kith.sim.results.record import Record
from kith.sim.schema.founding import Founding
from kith.sim.schema.packed import packed
from kith.sim.schema.parameter_set import parameters_from
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.money.worth import (
    appeal,
    appeals,
    at_the_door,
    dealing,
    left_of_match,
    loyalty,
    wish_to_buy,
    worth,
)
from tests.sim.lived import column, total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]


def numbers(**monetisation: Any) -> Any:
    return packed(parameters_from({"monetisation": monetisation}))[0]


def seated(plan: Plan, seed: int = 1) -> Community:
    """A community before its first day."""
    return Simulation(plan, seed, plan.days, events=False).community


# What satisfaction is worth


def test_with_gains_of_zero_satisfaction_is_worth_nothing_more() -> None:
    q = numbers(
        worth_gain=0.0, satisfaction_gain=0.0, belonging_gain=0.0, deal_gain=0.0, product_gain=0.0, product_days=0.0
    )  # fmt: skip
    for s in (0.1, 0.9):
        assert worth(s, q) == dealing(s, q) == loyalty(s, s, q) == appeal(0.05, *appeals(q)) == 1.0
    assert wish_to_buy(1.0, q) == wish_to_buy(30.0, q) == 1.0


def test_worth_and_deals_are_in_proportion_to_satisfaction() -> None:
    q = numbers(worth_satisfaction=0.6)
    assert worth(0.6, q) == dealing(0.6, q) == 1.0
    assert worth(0.3, q) == pytest.approx(0.5) == dealing(0.3, q)
    assert at_the_door(q) == pytest.approx(0.48 / 0.6)


def test_loyalty_moves_conversion_and_lapse_in_opposite_directions() -> None:
    q = numbers(worth_satisfaction=0.5, satisfaction_gain=2.0, belonging_gain=1.0)
    assert loyalty(0.5, 0.25, q) == 1.0
    assert loyalty(0.8, 0.45, q) == pytest.approx(math.exp(0.8))


def test_the_wish_to_buy_comes_back_and_saturates() -> None:
    q = numbers(product_days=7.0)
    per_month = [30.0 / gap * wish_to_buy(gap, q) for gap in (30.0, 7.5, 3.75, 1.0)]
    assert per_month[2] == pytest.approx(8.0)
    assert per_month[0] < 0.4 * 8.0
    assert per_month[3] < 1.3 * 8.0


# Three satisfactions, once one


@pytest.mark.parametrize(
    ("section", "name", "changes", "keeps"),
    [
        ("visiting", "usual_satisfaction", "visits", "start"),
        ("visiting", "first_satisfaction", "start", "-"),
        ("churn", "neutral_value", "hazard", "start"),
    ],
)
def test_outside_option_expectation_and_reference_of_visits_are_apart(
    plan_of: PlanOf, section: str, name: str, changes: str, keeps: str
) -> None:
    def seen(value: float) -> dict[str, float]:
        fresh = {"founders": 100, "founders_are": "newcomers"}
        c = seated(plan_of("web", **{section: {name: value}}, market=fresh))
        c.update_rates(c.population.rows())
        rows = c.population.rows()
        return {
            "start": float(column(c, "satisfaction").mean()),
            "visits": float(column(c, "visit_rate").mean()),
            "hazard": float(c.population.exit_bound[rows].mean()),
        }

    low, high = seen(0.2), seen(0.6)
    assert low[changes] != high[changes]
    if keeps != "-":
        assert all(low[k] == high[k] for k in low if k != changes)


# Founders under a price


@pytest.fixture(params=["drawn", "newcomers", "log", "graph"])
def founded(request: pytest.FixtureRequest, plan_of: PlanOf, log_of: Callable[..., Founding]) -> Any:
    """A community before its first day, by price of its fee, for each way to found it."""

    def founded(price: float) -> Community:
        fee = {"model": "fee", "price": price, "worth_gain": 1.0, "worth_satisfaction": 0.7}
        kind = request.param
        who = {"founders_are": "newcomers"} if kind == "newcomers" else {}
        log = log_of(60) if kind == "log" else None
        plan = plan_of("web", monetisation=fee, market=who, founding=log)
        if kind == "graph":
            from kith.sim.schema.graphs import Graph

            first = np.arange(59)
            ring = Graph(60, first, first + 1, np.full(59, 0.5))
            plan = replace(plan, network=ring)
        return seated(plan)

    return founded


def test_founders_who_would_not_pay_a_fee_are_not_there(founded: Any) -> None:
    free, cheap, dear = founded(0.0), founded(3.0), founded(9.0)
    people = [set(c.population.address[c.population.rows()].tolist()) for c in (free, cheap, dear)]
    assert people[0] > people[1] > people[2]
    assert len(people[2]) > 0
    assert column(dear, "wtp").min() * 0.4 / 0.7 >= 9.0
    wtp = [
        dict(zip(c.population.address[c.population.rows()].tolist(), column(c, "wtp").tolist(), strict=True))
        for c in (free, dear)
    ]
    assert all(wtp[0][person] == wtp[1][person] for person in people[2])


def test_a_fee_that_nobody_would_pay_begins_with_nobody(founded: Any) -> None:
    assert len(founded(1e5).population.rows()) == 0


def test_a_price_does_not_raise_what_founders_pay_for_ever(arm: Arm) -> None:
    def earned(price: float) -> float:
        return total(arm("web", "fee", monetisation={"price": price}, days=90, closed=True), "revenue_fee")

    by_price = [earned(p) for p in (0.5, 4.0, 60.0)]
    assert by_price[1] > by_price[0]
    assert by_price[1] > 1.5 * by_price[2]


def test_founders_subscribe_as_often_as_subscribing_and_lapsing_balance(plan_of: PlanOf) -> None:
    m = {"price": 4.0, "conversion": 0.1, "lapse_rate": 0.2, "wtp_sigma": 0.0, "rung_gain": 1.0}
    plan = plan_of("web", "subscription", monetisation=m, market={"size": 4000, "founders": 2000})
    c = seated(plan)
    tenure = -column(c, "joined").astype(float)
    share = 0.1 / 0.3 * (1.0 - np.exp(-0.3 * tenure / 30.0))
    pays = column(c, "paying") > 0
    error = math.sqrt(float((share * (1.0 - share)).sum())) / len(share)
    assert pays.mean() == pytest.approx(float(share.mean()), abs=3.5 * error)
    bills = c.population.next_bill[c.population.rows()]
    assert (bills[~pays] == -1).all()
    assert np.bincount(bills[pays], minlength=30).min() > 0


def test_nobody_founds_as_a_subscriber_who_would_not_pay(plan_of: PlanOf) -> None:
    m = {"price": 6.0, "conversion": 30.0, "lapse_rate": 0.0, "wtp_sigma": 0.0, "worth_gain": 0.0}
    assert not column(seated(plan_of("web", "subscription", monetisation=m)), "paying").any()


# Who pays


def test_better_quality_at_least_doubles_the_paying_share(arm: Arm) -> None:
    answers = {"worth_gain": 1.0, "worth_satisfaction": 0.7, "satisfaction_gain": 2.0, "belonging_gain": 1.0}

    def share(quality: float, **more: float) -> float:
        m = {"price": 5.0, "conversion": 0.02, "lapse_rate": 0.05} | answers | more
        product = {"product": 0.5}
        record = arm(
            "web",
            "subscription",
            monetisation=m,
            value=product,
            organisation={"quality": quality},
            days=120,
            loyal=True,
        )
        return float((record.members["paying"] > 0).mean())

    assert share(1.0) > 2.0 * share(0.3)
    unmoved = dict.fromkeys(("worth_gain", "satisfaction_gain", "belonging_gain"), 0.0)
    assert share(1.0, **unmoved) < 1.5 * share(0.3, **unmoved)


def test_a_fee_turns_away_whom_a_newcomer_s_expectation_does_not_persuade(arm: Arm) -> None:
    def joins(expected: float) -> float:
        m = {"worth_gain": 1.0, "worth_satisfaction": 0.7}
        return total(arm("web", "fee", monetisation=m, visiting={"first_satisfaction": expected}), "joins")

    assert joins(0.7) > 1.2 * joins(0.3)


def test_members_whom_a_fee_has_disappointed_leave_at_a_bill(quiet: Arm) -> None:
    def left(worth_gain: float) -> float:
        m = {"worth_gain": worth_gain, "worth_satisfaction": 0.7, "price": 4.0}
        worse = {40: {"organisation": {"quality": 0.0}}}
        return total(quiet("pool", "fee", monetisation=m, days=100, phases=worse), "leaves_price")

    assert left(1.0) > 10
    assert left(0.0) == 0


# Deals


def test_a_take_lowers_what_a_match_is_worth_to_members(quiet: Arm) -> None:
    def satisfaction(take: float, burden: float) -> float:
        record = quiet("marketplace", monetisation={"take_rate": take, "take_burden": burden})
        return float(record.members["satisfaction"].mean())

    assert satisfaction(0.4, 2.0) < satisfaction(0.1, 2.0) - 0.1
    assert satisfaction(0.4, 0.0) == satisfaction(0.1, 0.0)
    assert left_of_match(numbers(model="marketplace", take_rate=0.6, take_burden=2.0)) == 0.0
    assert left_of_match(numbers(model="ads", take_rate=0.6, take_burden=2.0)) == 1.0


def test_deals_grow_with_satisfaction(quiet: Arm) -> None:
    def per_visit(quality: float, gain: float) -> float:
        m = {"deal_gain": gain, "worth_satisfaction": 0.7}
        value = {"product": 0.4, "match": 0.3, "content": 0.0, "peers": 0.0}
        record = quiet("marketplace", monetisation=m, value=value, organisation={"quality": quality}, days=90)
        return total(record, "revenue_take") / total(record, "today")

    assert per_visit(1.0, 1.0) > 1.5 * per_visit(0.3, 1.0)
    assert per_visit(1.0, 0.0) < 1.1 * per_visit(0.3, 0.0)


# Product


def test_spending_on_the_product_goes_with_quality_and_saturates_in_visits(quiet: Arm) -> None:
    def spent(quality: float = 0.7, hours: float = 2.0, **m: float) -> tuple[float, float]:
        record = quiet(
            "pool", monetisation=m, organisation={"quality": quality, "feedback_gain": 0.0}, visiting={"budget_hours": hours}
        )  # fmt: skip
        return total(record, "revenue_product"), total(record, "today")

    answers = {"product_gain": 1.0, "product_days": 7.0}
    assert spent(0.9, **answers)[0] > 1.8 * spent(0.5, **answers)[0]
    (once, visits), (twice, more) = spent(hours=4.0, **answers), spent(hours=16.0, **answers)
    assert twice / once < 0.8 * more / visits
    (once, visits), (twice, more) = spent(hours=4.0), spent(hours=16.0)
    assert twice / once == pytest.approx(more / visits)


# Ads


def test_ads_wear_belonging_and_trust_slowly(quiet: Arm) -> None:
    def state(days: int, **m: float) -> tuple[float, float]:
        members = quiet("web", "ads", monetisation={"ad_load": 16.0, "ad_slope": 0.0} | m, days=days).members
        return float(members["belonging"].mean()), float(members["satisfaction"].mean())

    def harm(days: int, **m: float) -> tuple[float, float]:
        (b0, s0), (b, s) = state(days), state(days, **m)
        return 1.0 - b / b0, s0 - s

    soon, late = harm(20, ad_wear=0.02), harm(200, ad_wear=0.02)
    assert late[0] > 0.1
    assert late[0] > 3.0 * soon[0] > 0.0
    soon, late = harm(20, ad_distrust=0.01), harm(200, ad_distrust=0.01)
    assert late[1] > 3.0 * soon[1] > 0.0
    assert late[1] > 0.05


@pytest.mark.parametrize(
    "design", [("web", "ads"), ("web", "subscription"), ("web", "fee"), ("marketplace",)]
)
def test_threads_and_checks_agree_with_every_answer_switched_on(
    plan_of: PlanOf, design: tuple[str, ...]
) -> None:
    answers = {
        "worth_gain": 1.0, "worth_satisfaction": 0.6, "satisfaction_gain": 3.0, "belonging_gain": 2.0, "deal_gain": 1.0,
        "take_burden": 1.0, "product_days": 5.0, "product_gain": 1.0, "ad_wear": 0.01, "ad_distrust": 0.005,
    }  # fmt: skip
    plan = plan_of(*design, "busy", "sleepy", monetisation=answers)
    one, four = (run(plan, 3, days=60, events=False, threads=t, check=True) for t in (1, 4))
    assert one.series.equals(four.series)
