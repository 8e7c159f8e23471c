"""Indicators: one table with name, unit, definition and measure.

A measure takes a `Snapshot` and returns a number, or a dict of numbers for variants such as
`churn_month_<cause>`. If a denominator is 0, the value is undefined: NaN, never 0.

Long, because it is one table: every indicator is declared here.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from kith.sim.results import measures as m
from kith.sim.results import structure
from kith.sim.results.snapshot import Snapshot, gini
from kith.sim.results.visit_value import visit_value
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import COSTS, MICRO, REVENUE


@dataclass(frozen=True)
class Indicator:
    """A number that describes a community: name, unit, definition and measure."""

    name: str
    unit: str
    definition: str
    measure: Callable[[Snapshot], m.Value]
    monthly: bool = True
    "whether it is also taken at the end of each 30 days"


_TABLE = (
    Indicator("present", "members", "registered members at the end: awake and dormant", m.last_of("present")),
    Indicator("awake", "members", "members at the end who have not fallen silent", m.last_of("awake")),
    Indicator(
        "dormant", "members", "members at the end who have fallen silent and may wake", m.last_of("dormant")
    ),
    Indicator("active", "members", "awake and visited in the last 30 days", m.last_of("active")),
    Indicator("today", "members", "members who visited on the last day", m.last_of("today")),
    Indicator("joined", "members", "memberships begun during the run", m.sum_of("joins")),
    Indicator("left", "members", "memberships ended during the run", m.sum_of("leaves")),
    Indicator(
        "followers",
        "people",
        "people at the end who are aware of the community and have not joined",
        m.last_of("followers"),
    ),
    Indicator(
        "inactive_30d",
        "share",
        "1 - active / present",
        lambda s: 1.0 - m.ratio(float(s.daily["active"][-1]), float(s.daily["present"][-1])),
    ),
    Indicator(
        "stickiness",
        "share",
        "mean of daily visitors in W / active (DAU/MAU)",
        lambda s: m.ratio(s.window("today") / WINDOW, float(s.daily["active"][-1])),
    ),
    Indicator(
        "active_ever",
        "share",
        "active / (founders and memberships begun)",
        lambda s: m.ratio(float(s.daily["active"][-1]), float(len(s.joined_day))),
    ),
    Indicator(
        "churn_month", "share", "of members awake when W began: dormant or gone at its end; by cause", m.churn
    ),
    Indicator(
        "churn_month_mean",
        "share",
        "mean over all complete months: of members awake when it began, dormant or gone at its end",
        m.churn_mean,
        False,
    ),
    Indicator("sleep_month", "share", "members who fell silent in W / awake at its start", m.sleeps),
    Indicator("exit_month", "share", "memberships ended in W / present at its start", m.exits),
    Indicator("reactivation_month", "share", "wakings in W / dormant at its start", m.reactivations),
    Indicator(
        "retention_30d",
        "share",
        "of memberships begun at least 30 days before the end: neither silent nor gone within 30 days",
        m.retention(30),
    ),
    Indicator(
        "retention_90d",
        "share",
        "of memberships begun at least 90 days before the end: neither silent nor gone within 90 days",
        m.retention(90),
    ),
    Indicator(
        "retention_365d",
        "share",
        "of memberships begun at least 365 days before the end: neither silent nor gone within 365 days",
        m.retention(365),
    ),
    Indicator(
        "active_d1_7",
        "share",
        "of newcomers who contributed, 7 or more days before the end: contributed again on days 1-7 after",
        m.contributed_again,
        False,
    ),
    Indicator(
        "silence_r30",
        "share",
        "last contribution at least 30 days after the first, among newcomers with enough follow-up",
        m.silent_for(30),
        False,
    ),
    Indicator(
        "silence_r90",
        "share",
        "last contribution at least 90 days after the first, among newcomers with enough follow-up",
        m.silent_for(90),
        False,
    ),
    Indicator(
        "first_contribution_rate",
        "share",
        "of members who joined 7 or more days before the end: contributed within 7 days",
        m.first_contribution,
    ),
    Indicator(
        "reply_rate",
        "share",
        "of newcomers' first posts in the last 90 days: got a reply",
        m.reply_rate,
    ),
    Indicator(
        "participation_rate",
        "share",
        "of members awake: contributed in W",
        lambda s: m.mean(s.contributed_within_window),
    ),
    Indicator(
        "benefit_receipt",
        "share",
        "of active members: got a reply, a perk, a reward or a match in W",
        lambda s: m.mean((s.member("last_benefit") > s.day - WINDOW)[s.active]),
    ),
    Indicator(
        "connectedness", "share", "of active members: at least 2 ties stronger than 0.3", m.connectedness
    ),
    Indicator(
        "engagement_depth",
        "kinds",
        "distinct kinds of action per active member in W, mean",
        m.engagement_depth,
    ),
    Indicator(
        "satisfaction", "[0, 1]", "mean over members awake", lambda s: m.mean(s.member("satisfaction"))
    ),
    Indicator(
        "visit_value",
        "value",
        "mean value of a visit to active members at the end; the parts sum to it",
        visit_value,
        False,
    ),
    Indicator("belonging", "[0, 1]", "mean over members awake", lambda s: m.mean(s.belonging)),
    Indicator("norm", "[0, 1]", "mean over members awake; 1 social, 0 market", lambda s: m.mean(s.norm)),
    Indicator(
        "stay_for_belonging",
        "share",
        "of members awake: belonging lowers their hazard of leaving more than value "
        "does; by tenure below 30 days, 30 to 179 days, and from 180 days",
        m.stay_for_belonging,
    ),
    Indicator(
        "referral_velocity",
        "1/month",
        "invitations in W / active",
        lambda s: m.ratio(s.window("invitations"), float(s.daily["active"][-1])),
    ),
    Indicator(
        "referral_conversion",
        "share",
        "invitations sent 14 or more days before the end that led to a join at once / all such invitations",
        m.referral_conversion,
        False,
    ),
    Indicator(
        "referral_share",
        "share",
        "of joins in the run: by invitation",
        lambda s: m.ratio(float(s.daily["referral_joins"].sum()), float(s.daily["joins"].sum())),
    ),
    Indicator(
        "viral_coefficient",
        "people",
        "invited joins per membership begun 90 or more days before the end",
        m.viral_coefficient,
        False,
    ),
    Indicator(
        "promoter_share",
        "share",
        "of active members: satisfaction and belonging above the promoter thresholds",
        m.promoters,
    ),
    Indicator(
        "chain", "-", "generation of referred joins: mean depth; share of generation 1", m.chain_depth, False
    ),
    Indicator(
        "cac", "EUR", "acquisition spending (paid and referral rewards) / joins; by channel", m.cac, False
    ),
    Indicator(
        "revenue",
        "EUR",
        "revenue of the whole organisation over the run; by source",
        m.books(REVENUE, "revenue"),
        False,
    ),
    Indicator(
        "cost",
        "EUR",
        "cost of the whole organisation over the run; by account",
        m.books(COSTS, "cost"),
        False,
    ),
    Indicator(
        "dormant_revenue",
        "EUR",
        "revenue over the run from dormant members who did not notice their bills",
        m.sum_of("dormant_revenue"),
        False,
    ),
    Indicator("margin", "EUR", "revenue - cost over the run", m.margin, False),
    Indicator(
        "community_revenue",
        "EUR",
        "revenue from members who joined by referral, hub, search or imitation",
        m.community_revenue,
        False,
    ),
    Indicator(
        "arpu",
        "EUR/month",
        "member revenue in W / awake, mean over W",
        lambda s: m.per_member(s, m.MEMBER_REVENUE, ()),
    ),
    Indicator(
        "ncv",
        "EUR/month",
        "(revenue from members - cost of incentives) in W / awake, mean over W",
        lambda s: m.per_member(s, m.MEMBER_REVENUE, m.MEMBER_COSTS),
    ),
    Indicator(
        "ncv_net",
        "EUR/month",
        "ncv minus the cost of moderation, staff, hubs, events, platform and measurement",
        lambda s: m.per_member(s, m.MEMBER_REVENUE, m.MEMBER_COSTS + m.COMMUNITY_COSTS),
    ),
    Indicator(
        "ltv",
        "EUR",
        "margin per membership over 24 months, discounted at 10 % a year, from observed survival "
        "and margin by tenure",
        lambda s: float(m.ltv(s).sum()),
        False,
    ),
    Indicator("ltv_cac", "-", "ltv / cac", m.ltv_cac, False),
    Indicator(
        "payback_months",
        "months",
        "months until the cumulative margin per join reaches cac",
        m.payback,
        False,
    ),
    Indicator(
        "ties_per_member",
        "ties",
        "2 x ties / awake",
        lambda s: m.ratio(2.0 * float(s.daily["ties"][-1]), float(s.daily["awake"][-1])),
    ),
    Indicator(
        "clustering",
        "share",
        "mean local clustering over members with 2 or more ties",
        lambda s: structure.mean_clustering(s.c.population.members, s.c.ties.pool, s.rows),
        False,
    ),
    Indicator(
        "giant_share",
        "share",
        "largest component / awake",
        lambda s: m.ratio(
            float(structure.largest_component(s.c.population.members, s.c.ties.pool, s.rows)),
            float(len(s.rows)),
        ),
        False,
    ),
    Indicator(
        "core_max",
        "-",
        "largest k with a non-empty k-core",
        lambda s: float(structure.greatest_core(s.c.population.members, s.c.ties.pool, s.rows)),
        False,
    ),
    Indicator("hub_dependence", "share", "the hub's share of total belonging", m.hub_dependence),
    Indicator(
        "participation_gini",
        "share",
        "Gini over all members awake of contributions in the last 90 days",
        lambda s: gini(s.recent_contributions),
    ),
    Indicator("top1_share", "share", "of contributions in the last 90 days: by the top 1 %", m.top_share),
    Indicator(
        "share",
        "share",
        "of contributions in the last 90 days: by the top 1, next 9, bottom 90 %",
        m.participation_split,
        False,
    ),
    Indicator(
        "reward_gini",
        "share",
        "Gini of rewards paid in the run, over all memberships",
        m.reward_gini,
        False,
    ),
    Indicator("quality", "-", "quality of the product at the end", lambda s: s.c.quality),
    Indicator("direction_gap", "interest", "|mean interest of members awake - direction|", m.direction_gap),
    Indicator(
        "legitimacy",
        "[0, 1]",
        "degree to which members accept decisions as their own",
        lambda s: s.c.legitimacy,
    ),
    Indicator("budget", "EUR/month", "community budget at the end", lambda s: s.c.budget),
    Indicator(
        "return",
        "EUR/month",
        "monthly return of the community: savings plus the margin of members above that of as many "
        "followers; true value, and the measured part",
        lambda s: {"_true": float(s.c.returns[0]), "_measured": float(s.c.returns[1])},
    ),
    Indicator(
        "support_savings",
        "EUR",
        "support cost avoided over the run; not counted as revenue",
        lambda s: float(s.c.saved[0]) / MICRO,
        False,
    ),
    Indicator(
        "rnd_savings",
        "EUR",
        "development cost avoided over the run; not counted as revenue",
        lambda s: float(s.c.saved[1]) / MICRO,
        False,
    ),
    Indicator(
        "member_surplus",
        "EUR/month",
        "members' benefits (valued by willingness to pay) and rewards, minus price and "
        "attention, per member awake in W",
        m.member_surplus,
    ),
    Indicator(
        "member_surplus_share",
        "share",
        "member surplus / (member surplus + organisation's margin from members) in W, if both are positive",
        m.surplus_share,
    ),
)

INDICATORS: dict[str, Indicator] = {i.name: i for i in _TABLE}


def measure(s: Snapshot, monthly: bool = False, additions: tuple[Indicator, ...] = ()) -> dict[str, float]:
    """Every indicator of a snapshot by name, custom ones last; variants as `<name>_<variant>`."""
    out: dict[str, float] = {}
    for indicator in (*_TABLE, *additions):
        if monthly and not indicator.monthly:
            continue
        try:
            value = indicator.measure(s)
        except Exception as error:
            error.add_note(f"while measuring the indicator {indicator.name} on day {s.day}")
            raise
        out |= _as_numbers(indicator.name, value)
    return out


def _as_numbers(name: str, value: m.Value) -> dict[str, float]:
    """The measured numbers by name and variant."""
    variants = value if isinstance(value, dict) else {"": value}
    try:
        return {f"{name}{variant}": float(v) for variant, v in variants.items()}
    except (TypeError, ValueError):
        raise ParameterError(
            f"indicator {name} returned {value!r:.60}: must be a number, or a dict of numbers"
        ) from None


def check_own(indicators: tuple[Indicator, ...]) -> None:
    """Raise `ParameterError` unless custom indicators are valid and have new, distinct names."""
    taken = set(INDICATORS)
    for indicator in indicators:
        if not isinstance(indicator, Indicator):
            raise ParameterError(f"indicator {indicator!r}: must be a kith.sim.results.indicators.Indicator")
        if indicator.name in taken:
            raise ParameterError(f"indicator {indicator.name}: the name is taken; choose another")
        taken.add(indicator.name)


_OWN: dict[str, Indicator] = {}
"indicators of one's own that this process has met in experiments"


def declare(indicators: tuple[Indicator, ...]) -> None:
    """Make indicators of one's own known to `describe`, and so to tables and charts of this process."""
    check_own(indicators)
    if indicators:
        _OWN.update({indicator.name: indicator for indicator in indicators})
        describe.cache_clear()


@cache
def describe(name: str) -> tuple[str, str]:
    """Unit and definition of an indicator or a variant of one."""
    if name in _OWN:
        return _OWN[name].unit, _OWN[name].definition
    if name in INDICATORS:
        return INDICATORS[name].unit, INDICATORS[name].definition
    stem = max((known for known in INDICATORS if name.startswith(known + "_")), key=len, default=None)
    if stem is None:
        raise KeyError(f"unknown indicator {name}")
    variant = name[len(stem) + 1 :].replace("_", " ")
    return INDICATORS[stem].unit, f"{INDICATORS[stem].definition} ({variant})"


def health_card(
    summary: dict[str, float], velocity_growth: float, best_ncv: float
) -> list[dict[str, object]]:
    """This run compared with practitioners' targets, which have no published source.

    `velocity_growth` is monthly growth as a share, `best_ncv` the highest monthly value of the first twelve months.
    """
    rows = (
        (
            "Referral velocity grows by more than 10 % a month",
            "referral_velocity",
            "share",
            velocity_growth,
            0.10,
        ),
        (
            "More than 30 % contribute within a week",
            "first_contribution_rate",
            "share",
            summary["first_contribution_rate"],
            0.30,
        ),
        ("Net community value above 3 EUR a month within 12 months", "ncv", "EUR/month", best_ncv, 3.0),
    )
    return [
        {
            "name": name,
            "indicator": indicator,
            "unit": unit,
            "value": value,
            "target": target,
            "met": None if math.isnan(value) else bool(value > target),
            "note": "a practitioners' target without a published source",
        }
        for name, indicator, unit, value, target in rows
    ]


__all__ = ["INDICATORS", "Indicator", "check_own", "describe", "gini", "health_card", "measure"]
