"""What cannot be said is not said: an indicator without a denominator is undefined, never 0."""

import math
from collections.abc import Callable

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock

type PlanOf = Callable[..., Plan]

NEEDS_MEMBERS = [
    "inactive_30d", "stickiness", "participation_rate", "benefit_receipt", "connectedness", "engagement_depth",
    "satisfaction", "belonging", "norm", "stay_for_belonging", "referral_velocity", "promoter_share", "arpu",
    "ncv", "ncv_net", "ties_per_member", "clustering", "giant_share", "hub_dependence", "participation_gini",
    "top1_share", "share_1", "share_90",
]  # fmt: skip
NEEDS_JOINS = [
    "retention_30d", "active_d1_7", "silence_r30", "first_contribution_rate", "reply_rate", "referral_share",
    "chain_depth_mean", "cac", "cac_paid", "ltv_cac", "referral_conversion",
]  # fmt: skip
NEEDS_A_MONTH = [
    "stickiness",
    "churn_month",
    "churn_month_mean",
    "referral_velocity",
    "arpu",
    "ncv",
    "retention_30d",
]
SILENCE = {
    "external_rate": 0.0,
    "imitation_rate": 0.0,
    "search_rate": 0.0,
    "return_rate": 0.0,
    "follower_conversion": 0.0,
}


def defined(record: Record, names: list[str]) -> list[str]:
    return [name for name in names if not math.isnan(record.summary[name])]


def test_without_members_nothing_is_said_of_them(plan_of: PlanOf) -> None:
    all_gone = Shock(day=39, kind="members_leave", share=1.0)
    record = run(
        plan_of("web", acquisition=SILENCE, referral={"conversion": 0.0}, shocks=[all_gone]), days=75
    )
    assert record.summary["present"] == 0
    assert defined(record, [n for n in NEEDS_MEMBERS if n not in ("arpu", "ncv", "ncv_net")]) == []


def test_without_anybody_ever_nothing_is_said(plan_of: PlanOf) -> None:
    record = run(plan_of("web", acquisition=SILENCE, market={"founders": 0}), days=65)
    assert defined(record, [*NEEDS_MEMBERS, *NEEDS_JOINS, "churn_month", "ltv", "reward_gini"]) == []
    assert record.summary["revenue"] == 0.0


def test_without_joins_nothing_is_said_of_newcomers(plan_of: PlanOf) -> None:
    record = run(plan_of("web", acquisition=SILENCE, referral={"invites_per_month": 0.0}), days=65)
    assert record.summary["joined"] == 0
    assert defined(record, NEEDS_JOINS) == []


def test_before_a_month_is_over_nothing_is_said_of_months(plan_of: PlanOf) -> None:
    early, complete = (run(plan_of("web", "busy"), days=days) for days in (29, 30))
    assert defined(early, NEEDS_A_MONTH) == []
    assert set(defined(complete, NEEDS_A_MONTH)) >= set(NEEDS_A_MONTH) - {"retention_30d"}
    assert len(early.monthly) == 0
    assert len(complete.monthly) == 1
