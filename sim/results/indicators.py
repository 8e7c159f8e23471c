"""Indicators: how each is measured; its name, unit and definition stand in `kith.sim.results.definitions`.

A measure takes a `Snapshot` and returns a number, or a dict of numbers for variants such as
`churn_month_<cause>`. If a denominator is 0, the value is undefined: NaN, never 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from kith.sim.results import measures as m
from kith.sim.results import structure
from kith.sim.results.definitions import DEFINITIONS, OWN, Definition, describe
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


_MEASURES: dict[str, Callable[[Snapshot], m.Value]] = {
    "present": m.last_of("present"),
    "awake": m.last_of("awake"),
    "dormant": m.last_of("dormant"),
    "active": m.last_of("active"),
    "today": m.last_of("today"),
    "joined": m.sum_of("joins"),
    "left": m.sum_of("leaves"),
    "followers": m.last_of("followers"),
    "inactive_30d": lambda s: 1.0 - m.ratio(float(s.daily["active"][-1]), float(s.daily["present"][-1])),
    "stickiness": lambda s: m.ratio(s.window("today") / WINDOW, float(s.daily["active"][-1])),
    "active_ever": lambda s: m.ratio(float(s.daily["active"][-1]), float(len(s.joined_day))),
    "churn_month": m.churn,
    "churn_month_mean": m.churn_mean,
    "sleep_month": m.sleeps,
    "exit_month": m.exits,
    "reactivation_month": m.reactivations,
    "retention_30d": m.retention(30),
    "retention_90d": m.retention(90),
    "retention_365d": m.retention(365),
    "active_d1_7": m.contributed_again,
    "silence_r30": m.silent_for(30),
    "silence_r90": m.silent_for(90),
    "first_contribution_rate": m.first_contribution,
    "reply_rate": m.reply_rate,
    "participation_rate": lambda s: m.mean(s.contributed_within_window),
    "benefit_receipt": lambda s: m.mean((s.member("last_benefit") > s.day - WINDOW)[s.active]),
    "connectedness": m.connectedness,
    "engagement_depth": m.engagement_depth,
    "satisfaction": lambda s: m.mean(s.member("satisfaction")),
    "visit_value": visit_value,
    "belonging": lambda s: m.mean(s.belonging),
    "norm": lambda s: m.mean(s.norm),
    "stay_for_belonging": m.stay_for_belonging,
    "referral_velocity": lambda s: m.ratio(s.window("invitations"), float(s.daily["active"][-1])),
    "referral_conversion": m.referral_conversion,
    "referral_share": lambda s: m.ratio(
        float(s.daily["referral_joins"].sum()), float(s.daily["joins"].sum())
    ),
    "viral_coefficient": m.viral_coefficient,
    "promoter_share": m.promoters,
    "chain": m.chain_depth,
    "cac": m.cac,
    "revenue": m.books(REVENUE, "revenue"),
    "cost": m.books(COSTS, "cost"),
    "dormant_revenue": m.sum_of("dormant_revenue"),
    "margin": m.margin,
    "community_revenue": m.community_revenue,
    "arpu": lambda s: m.per_member(s, m.MEMBER_REVENUE, ()),
    "ncv": lambda s: m.per_member(s, m.MEMBER_REVENUE, m.MEMBER_COSTS),
    "ncv_net": lambda s: m.per_member(s, m.MEMBER_REVENUE, m.MEMBER_COSTS + m.COMMUNITY_COSTS),
    "ltv": lambda s: float(m.ltv(s).sum()),
    "ltv_cac": m.ltv_cac,
    "payback_months": m.payback,
    "ties_per_member": lambda s: m.ratio(2.0 * float(s.daily["ties"][-1]), float(s.daily["awake"][-1])),
    "clustering": lambda s: structure.mean_clustering(s.c.population.members, s.c.ties.pool, s.rows),
    "giant_share": lambda s: m.ratio(
        float(structure.largest_component(s.c.population.members, s.c.ties.pool, s.rows)),
        float(len(s.rows)),
    ),
    "core_max": lambda s: float(structure.greatest_core(s.c.population.members, s.c.ties.pool, s.rows)),
    "hub_dependence": m.hub_dependence,
    "participation_gini": lambda s: gini(s.recent_contributions),
    "top1_share": m.top_share,
    "share": m.participation_split,
    "reward_gini": m.reward_gini,
    "quality": lambda s: s.c.quality,
    "direction_gap": m.direction_gap,
    "legitimacy": lambda s: s.c.legitimacy,
    "budget": lambda s: s.c.budget,
    "return": lambda s: {"_true": float(s.c.returns[0]), "_measured": float(s.c.returns[1])},
    "support_savings": lambda s: float(s.c.saved[0]) / MICRO,
    "rnd_savings": lambda s: float(s.c.saved[1]) / MICRO,
    "member_surplus": m.member_surplus,
    "member_surplus_share": m.surplus_share,
}

_TABLE = tuple(
    Indicator(d.name, d.unit, d.definition, _MEASURES[d.name], d.monthly) for d in DEFINITIONS.values()
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


def declare(indicators: tuple[Indicator, ...]) -> None:
    """Make indicators of one's own known to `describe`, and so to tables and charts of this process."""
    check_own(indicators)
    if indicators:
        OWN.update({each.name: Definition(each.name, each.unit, each.definition) for each in indicators})
        describe.cache_clear()


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


__all__ = ["INDICATORS", "Indicator", "check_own", "gini", "health_card", "measure"]
