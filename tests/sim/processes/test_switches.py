"""A parameter at zero switches its mechanism off exactly, not nearly."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock

type PlanOf = Callable[..., Plan]
type Total = Callable[[Record, str], float]


@pytest.fixture(scope="module")
def busy(plan_of: PlanOf) -> Callable[..., Record]:
    """A web in which everything happens, but for what is given."""
    return lambda *designs, **sections: run(plan_of("web", "busy", *designs, **sections), seed=8, days=60)


def test_everything_happens_in_the_busy_web(busy: Callable[..., Record], total_of: Total) -> None:
    record = busy("subscription")
    happened = [
        "joins_external", "joins_imitation", "joins_paid", "joins_search", "joins_referral", "joins_return",
        "leaves", "contributions", "replies", "exchanges", "invitations", "follows", "ties", "content",
        "revenue_subscription", "revenue_product", "revenue_product_outside", "cost_goods", "cost_perks",
        "cost_cash_rewards", "cost_revenue_share", "cost_referral_rewards", "cost_platform", "cost_support",
        "cost_paid",
    ]  # fmt: skip
    assert [name for name in happened if total_of(record, name) == 0] == []
    assert record.members["norm"].min() < 1.0


OFF: list[tuple[str, dict[str, dict[str, Any]], list[str]]] = [
    ("affiliation.peers", {"affiliation": {"peers": 0.0}}, ["ties", "exchanges", "leaves_contagion"]),
    ("referral.invites_per_month", {"referral": {"invites_per_month": 0.0}},
     ["invitations", "invitations_wasted", "referral_joins", "joins_referral", "cost_referral_rewards"]),
    ("referral.conversion", {"referral": {"conversion": 0.0}, "acquisition": {"follower_conversion": 0.0}},
     ["referral_joins", "cost_referral_rewards"]),
    ("referral.rewards", {"referral": {"reward_giver": 0.0, "reward_receiver": 0.0}}, ["cost_referral_rewards"]),
    ("churn.base_hazard", {"churn": {"base_hazard": 0.0}}, ["leaves", "joins_return"]),
    ("churn.contagion", {"churn": {"contagion": 0.0}}, ["leaves_contagion"]),
    ("contribution.doors_open", {"contribution": {"doors_open": 0.0}},
     ["contributions", "replies", "content", "joins_search", "cost_cash_rewards", "cost_perks", "internal"]),
    ("contribution.rate", {"contribution": {"rate": 0.0}}, ["contributions", "replies"]),
    ("contribution.reply_ceiling", {"contribution": {"reply_ceiling": 0.0}}, ["replies"]),
    ("contribution.exchange_rate", {"contribution": {"exchange_rate": 0.0}}, ["exchanges"]),
    ("acquisition.external_rate", {"acquisition": {"external_rate": 0.0}}, ["joins_external"]),
    ("acquisition.imitation_rate", {"acquisition": {"imitation_rate": 0.0}}, ["joins_imitation"]),
    ("acquisition.paid_budget", {"acquisition": {"paid_budget": 0.0}}, ["joins_paid", "cost_paid"]),
    ("acquisition.search_rate", {"acquisition": {"search_rate": 0.0}}, ["joins_search"]),
    ("acquisition.return_rate", {"acquisition": {"return_rate": 0.0}}, ["joins_return"]),
    ("incentives.cash_per_contribution", {"incentives": {"cash_per_contribution": 0.0}}, ["cost_cash_rewards"]),
    ("incentives.revenue_share", {"incentives": {"revenue_share": 0.0}}, ["cost_revenue_share"]),
    ("incentives.tier", {"incentives": {"tier": ()}}, ["cost_perks"]),
    ("monetisation.product_spend", {"monetisation": {"product_spend": 0.0}},
     ["revenue_product", "revenue_product_outside", "cost_goods", "cost_goods_outside"]),
    ("monetisation.outside_buyers", {"monetisation": {"outside_buyers": 0.0}},
     ["revenue_product_outside", "cost_goods_outside"]),
    ("organisation.platform_cost", {"organisation": {"platform_cost": 0.0}}, ["cost_platform"]),
    ("organisation.tickets_per_month", {"organisation": {"tickets_per_month": 0.0}}, ["cost_support"]),
    ("visiting.budget_hours", {"visiting": {"budget_hours": 0.0}},
     ["contributions", "exchanges", "invitations", "revenue_product", "cost_platform"]),
]  # fmt: skip


@pytest.mark.parametrize(("sections", "off"), [case[1:] for case in OFF], ids=[case[0] for case in OFF])
def test_at_zero_it_does_not_happen(
    busy: Callable[..., Record], total_of: Total, sections: dict[str, dict[str, Any]], off: list[str]
) -> None:
    record = busy(**sections)
    assert [name for name in off if total_of(record, name) != 0] == []


@pytest.mark.parametrize("model", ["none", "ads", "subscription", "fee", "marketplace"])
def test_only_the_chosen_business_model_earns(plan_of: PlanOf, total_of: Total, model: str) -> None:
    section = {"model": model, "price": 2.0, "conversion": 1.0}
    record = run(plan_of("web", monetisation=section, value={"match": 0.3}), seed=1, days=40)
    sources = {"ads": "ads", "subscription": "subscription", "fee": "fee", "marketplace": "take"}
    earning = {m for m, source in sources.items() if total_of(record, f"revenue_{source}") > 0}
    assert earning == ({model} if model != "none" else set())


def test_without_incentives_nobody_is_rewarded_and_norms_stay_social(
    plan_of: PlanOf, total_of: Total
) -> None:
    record = run(plan_of("web", contribution={"rate": 0.08}), seed=1, days=90)
    rewards = ("cash_rewards", "revenue_share", "perks", "referral_rewards")
    assert [name for name in rewards if total_of(record, f"cost_{name}")] == []
    assert (record.members["norm"] == 1.0).all()
    assert (record.members["rewards"] == 0.0).all()
    assert record.summary["norm"] == 1.0
    assert np.isnan(record.summary["reward_gini"])


def test_without_crowding_money_leaves_norms_alone(busy: Callable[..., Record]) -> None:
    assert (busy(incentives={"crowding": 0.0}).members["norm"] == 1.0).all()


def test_without_a_hub_nothing_hangs_on_it(plan_of: PlanOf, total_of: Total) -> None:
    record = run(plan_of("web"), seed=1, days=60)
    assert total_of(record, "joins_hub") == total_of(record, "leaves_hub") == 0
    assert record.summary["hub_dependence"] == 0.0
    assert record.series["presence"].isna().all()


def test_after_the_hub_has_gone_nobody_joins_through_it(plan_of: PlanOf) -> None:
    reach = {"hub_reach": 3.0, "join_on_touch": 1.0}
    plan = plan_of("hub", acquisition=reach, shocks=[Shock(day=20, kind="hub_departs")])
    joins = run(plan, seed=1, days=60).series["joins_hub"]
    assert joins[:20].sum() > 0
    assert joins[20:].sum() == 0


def test_a_market_that_nobody_tells_stays_as_it_is(plan_of: PlanOf, total_of: Total) -> None:
    silent = {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "hub_reach": 0.0}
    plan = plan_of("hub", acquisition=silent, referral={"invites_per_month": 0.0}, churn={"base_hazard": 0.0})
    record = run(plan, seed=1, days=60)
    assert total_of(record, "joins") == total_of(record, "follows") == total_of(record, "leaves") == 0
    assert (record.series["present"] == 60).all()


def test_followers_join_only_if_they_convert(plan_of: PlanOf, total_of: Total) -> None:
    touch = {"join_on_touch": 0.0, "follower_conversion": 0.0, "external_rate": 2.0}
    record = run(plan_of("pool", acquisition=touch, referral={"conversion": 0.0}), seed=1, days=60)
    assert total_of(record, "joins") == 0
    assert total_of(record, "follows") > 0


def test_a_touch_may_always_make_a_member(plan_of: PlanOf, total_of: Total) -> None:
    touch = {"join_on_touch": 1.0, "external_rate": 2.0}
    record = run(plan_of("pool", acquisition=touch, referral={"invites_per_month": 0.0}), seed=1, days=60)
    assert total_of(record, "follows") == 0
    assert total_of(record, "joins") > 0
