"""The core of the web: what the reference implementation knows of a plan, and what has to be off."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kith.scenarios.load import load
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import Plan

OUTSIDE: dict[str, Any] = {
    # no hub, and one open floor
    "affiliation.hub": 0.0,
    "affiliation.form": "open",
    # no rewards, and nobody pays
    "incentives.cash_per_contribution": 0.0,
    "incentives.revenue_share": 0.0,
    "incentives.recognition": 0.0,
    "incentives.badges": 0.0,
    "incentives.leaderboard": 0.0,
    "incentives.equity_points": 0,
    "incentives.tier": (),
    "referral.reward_giver": 0.0,
    "referral.reward_receiver": 0.0,
    "referral.thanks": 0.0,
    "referral.badges": 0.0,
    "acquisition.paid_budget": 0.0,
    "monetisation.model": "none",
    "value.match": 0.0,
    # a climate that stays neutral
    "governance.unwanted_share": 0.0,
    "governance.unwanted_by_size": 0.0,
    "governance.harassment_rate": 0.0,
    "governance.dispute_rate": 0.0,
    "organisation.selling": 0.0,
    # an organisation that stands still: no votes, no events, no staff, no drift, no ideas
    "governance.voice": 0.0,
    "governance.council_size": 0,
    "governance.events_per_month": 0.0,
    "governance.drift": 0.0,
    "organisation.staff": 0.0,
    "organisation.feedback_gain": 0.0,
    "organisation.advocacy_reach": 0.0,
    "bonding.removal_rate": 0.0,
    # no messages to the dormant
    "dormancy.winback_per_month": 0.0,
}
"parameters that switch off what is outside the core"


def core(
    founders: int = 120,
    market: int = 600,
    overrides: Mapping[str, Any] | None = None,
    days: int = 200,
    arrivals: Arrivals | None = None,
) -> Plan:
    """The preset `web` with what is outside the core off, and what else a test wants to differ."""
    size = {"market.founders": founders, "market.size": market}
    plan = load("web", overrides=OUTSIDE | size | dict(overrides or {}), days=days)
    return replace(plan, arrivals=arrivals)


def demand_core(plan: Plan) -> None:
    """Raise ValueError if a plan needs what the reference implementation does not know."""
    for name, value in OUTSIDE.items():
        section, _, field = name.partition(".")
        given = getattr(getattr(plan.parameters, section), field)
        if given != value:
            raise ValueError(
                f"{name} = {given!r}: the reference implementation knows the core only, where it is {value!r}"
            )
    if len(plan.phases) > 1 or plan.shocks or plan.experiments or plan.founding is not None:
        raise ValueError(
            f"{plan.name}: the reference implementation knows no phases, shocks, experiments or founding logs"
        )
