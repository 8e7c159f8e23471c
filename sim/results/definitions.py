"""Definitions: the name, unit and meaning of every indicator, without its measure.

What only names indicators, such as an expectation or a table of results, needs no engine.
"""

from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Definition:
    """What an indicator is called, its unit, and what it means."""

    name: str
    unit: str
    definition: str
    monthly: bool = True
    "whether it is also taken at the end of each 30 days"


DEFINITIONS: dict[str, Definition] = {
    d.name: d
    for d in (
        Definition("present", "members", "registered members at the end: awake and dormant"),
        Definition("awake", "members", "members at the end who have not fallen silent"),
        Definition("dormant", "members", "members at the end who have fallen silent and may wake"),
        Definition("active", "members", "awake and visited in the last 30 days"),
        Definition("today", "members", "members who visited on the last day"),
        Definition("joined", "members", "memberships begun during the run"),
        Definition("left", "members", "memberships ended during the run"),
        Definition(
            "followers", "people", "people at the end who are aware of the community and have not joined"
        ),
        Definition("inactive_30d", "share", "1 - active / present"),
        Definition("stickiness", "share", "mean of daily visitors in W / active (DAU/MAU)"),
        Definition("active_ever", "share", "active / (founders and memberships begun)"),
        Definition(
            "churn_month", "share", "of members awake when W began: dormant or gone at its end; by cause"
        ),
        Definition(
            "churn_month_mean",
            "share",
            "mean over all complete months: of members awake when it began, dormant or gone at its end",
            False,
        ),
        Definition("sleep_month", "share", "members who fell silent in W / awake at its start"),
        Definition("exit_month", "share", "memberships ended in W / present at its start"),
        Definition("reactivation_month", "share", "wakings in W / dormant at its start"),
        Definition(
            "retention_30d",
            "share",
            "of memberships begun at least 30 days before the end: neither silent nor gone within 30 days",
        ),
        Definition(
            "retention_90d",
            "share",
            "of memberships begun at least 90 days before the end: neither silent nor gone within 90 days",
        ),
        Definition(
            "retention_365d",
            "share",
            "of memberships begun at least 365 days before the end: neither silent nor gone within 365 days",
        ),
        Definition(
            "active_d1_7",
            "share",
            "of newcomers who contributed, 7 or more days before the end: contributed again on days 1-7 after",
            False,
        ),
        Definition(
            "silence_r30",
            "share",
            "last contribution at least 30 days after the first, among newcomers with enough follow-up",
            False,
        ),
        Definition(
            "silence_r90",
            "share",
            "last contribution at least 90 days after the first, among newcomers with enough follow-up",
            False,
        ),
        Definition(
            "first_contribution_rate",
            "share",
            "of members who joined 7 or more days before the end: contributed within 7 days",
        ),
        Definition("reply_rate", "share", "of newcomers' first posts in the last 90 days: got a reply"),
        Definition("participation_rate", "share", "of members awake: contributed in W"),
        Definition(
            "benefit_receipt", "share", "of active members: got a reply, a perk, a reward or a match in W"
        ),
        Definition("connectedness", "share", "of active members: at least 2 ties stronger than 0.3"),
        Definition("engagement_depth", "kinds", "distinct kinds of action per active member in W, mean"),
        Definition("satisfaction", "[0, 1]", "mean over members awake"),
        Definition(
            "visit_value",
            "value",
            "mean value of a visit to active members at the end; the parts sum to it",
            False,
        ),
        Definition("belonging", "[0, 1]", "mean over members awake"),
        Definition("norm", "[0, 1]", "mean over members awake; 1 social, 0 market"),
        Definition(
            "stay_for_belonging",
            "share",
            "of members awake: belonging lowers their hazard of leaving more than value "
            "does; by tenure below 30 days, 30 to 179 days, and from 180 days",
        ),
        Definition("referral_velocity", "1/month", "invitations in W / active"),
        Definition(
            "referral_conversion",
            "share",
            "invitations sent 14 or more days before the end that led to a join at once / all such invitations",
            False,
        ),
        Definition("referral_share", "share", "of joins in the run: by invitation"),
        Definition(
            "viral_coefficient",
            "people",
            "invited joins per membership begun 90 or more days before the end",
            False,
        ),
        Definition(
            "promoter_share",
            "share",
            "of active members: satisfaction and belonging above the promoter thresholds",
        ),
        Definition("chain", "-", "generation of referred joins: mean depth; share of generation 1", False),
        Definition(
            "cac", "EUR", "acquisition spending (paid and referral rewards) / joins; by channel", False
        ),
        Definition("revenue", "EUR", "revenue of the whole organisation over the run; by source", False),
        Definition("cost", "EUR", "cost of the whole organisation over the run; by account", False),
        Definition(
            "dormant_revenue",
            "EUR",
            "revenue over the run from dormant members who did not notice their bills",
            False,
        ),
        Definition("margin", "EUR", "revenue - cost over the run", False),
        Definition(
            "community_revenue",
            "EUR",
            "revenue from members who joined by referral, hub, search or imitation",
            False,
        ),
        Definition("arpu", "EUR/month", "member revenue in W / awake, mean over W"),
        Definition(
            "ncv", "EUR/month", "(revenue from members - cost of incentives) in W / awake, mean over W"
        ),
        Definition(
            "ncv_net",
            "EUR/month",
            "ncv minus the cost of moderation, staff, hubs, events, platform and measurement",
        ),
        Definition(
            "ltv",
            "EUR",
            "margin per membership over 24 months, discounted at 10 % a year, from observed survival "
            "and margin by tenure",
            False,
        ),
        Definition("ltv_cac", "-", "ltv / cac", False),
        Definition(
            "payback_months", "months", "months until the cumulative margin per join reaches cac", False
        ),
        Definition("ties_per_member", "ties", "2 x ties / awake"),
        Definition("clustering", "share", "mean local clustering over members with 2 or more ties", False),
        Definition("giant_share", "share", "largest component / awake", False),
        Definition("core_max", "-", "largest k with a non-empty k-core", False),
        Definition("hub_dependence", "share", "the hub's share of total belonging"),
        Definition(
            "participation_gini", "share", "Gini over all members awake of contributions in the last 90 days"
        ),
        Definition("top1_share", "share", "of contributions in the last 90 days: by the top 1 %"),
        Definition(
            "share", "share", "of contributions in the last 90 days: by the top 1, next 9, bottom 90 %", False
        ),
        Definition("reward_gini", "share", "Gini of rewards paid in the run, over all memberships", False),
        Definition("quality", "-", "quality of the product at the end"),
        Definition("direction_gap", "interest", "|mean interest of members awake - direction|"),
        Definition("legitimacy", "[0, 1]", "degree to which members accept decisions as their own"),
        Definition("budget", "EUR/month", "community budget at the end"),
        Definition(
            "return",
            "EUR/month",
            "monthly return of the community: savings plus the margin of members above that of as many "
            "followers; true value, and the measured part",
        ),
        Definition(
            "support_savings", "EUR", "support cost avoided over the run; not counted as revenue", False
        ),
        Definition(
            "rnd_savings", "EUR", "development cost avoided over the run; not counted as revenue", False
        ),
        Definition(
            "member_surplus",
            "EUR/month",
            "members' benefits (valued by willingness to pay) and rewards, minus price and "
            "attention, per member awake in W",
        ),
        Definition(
            "member_surplus_share",
            "share",
            "member surplus / (member surplus + organisation's margin from members) in W, if both are positive",
        ),
    )
}
"""In the order of the summary; how each is measured: `kith.sim.results.indicators`."""


OWN: dict[str, Definition] = {}
"indicators of one's own that this process has met in experiments"


@cache
def describe(name: str) -> tuple[str, str]:
    """Unit and definition of an indicator or a variant of one."""
    if name in OWN:
        return OWN[name].unit, OWN[name].definition
    if name in DEFINITIONS:
        return DEFINITIONS[name].unit, DEFINITIONS[name].definition
    stem = max((known for known in DEFINITIONS if name.startswith(known + "_")), key=len, default=None)
    if stem is None:
        raise KeyError(f"unknown indicator {name}")
    variant = name[len(stem) + 1 :].replace("_", " ")
    return DEFINITIONS[stem].unit, f"{DEFINITIONS[stem].definition} ({variant})"


__all__ = ["DEFINITIONS", "OWN", "Definition", "describe"]
