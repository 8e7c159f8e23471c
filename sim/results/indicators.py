"""Indicators: one table with name, unit, definition and measure.

A measure takes a `Snapshot` and returns a number, or a dict of numbers for variants such as
`churn_month_<cause>`. Where a denominator is 0 the value is undefined: NaN, never 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from kith.sim.results import lifetimes, structure
from kith.sim.results.snapshot import REPLIED, Snapshot, gini
from kith.sim.results.visit_value import visit_value
from kith.sim.schema.parameters import ParameterError
from kith.sim.state.community import WINDOW, Cause, Channel
from kith.sim.state.ledger import COMMUNITY, COSTS, INCENTIVES, MICRO, REVENUE, UNATTRIBUTED, Account
from kith.sim.state.population import NEVER

type Value = float | dict[str, float]
NAN = float("nan")
STRONG_TIE, STRONG_TIES = 0.3, 2
"a tie stronger than this is strong, and whoever has so many is connected"
MEMBER_COSTS = INCENTIVES
COMMUNITY_COSTS = COMMUNITY
COMMUNITY_CHANNELS = (Channel.REFERRAL, Channel.HUB, Channel.SEARCH, Channel.IMITATION)


@dataclass(frozen=True)
class Indicator:
    """A number that describes a community: what it is, in which unit, and how it is measured."""

    name: str
    unit: str
    definition: str
    measure: Callable[[Snapshot], Value]
    monthly: bool = True
    "whether it is also taken at the end of each 30 days"


def ratio(above: float, below: float) -> float:
    """above / below; undefined where below is 0."""
    return above / below if below else NAN


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else NAN


def _churn(s: Snapshot) -> Value:
    start = (
        s.daily["present"][-WINDOW - 1]
        if s.day >= WINDOW
        else s.c.plan_founders
        if s.day == WINDOW - 1
        else 0
    )
    out = {"": ratio(s.window("leaves"), float(start))}
    for cause in Cause:
        name = cause.name.lower()
        out[f"_{name}"] = ratio(s.window(f"leaves_{name}"), float(start))
    return out


def _churn_mean(s: Snapshot) -> float:
    present = np.concatenate([[s.c.plan_founders], s.daily["present"]]).astype(float)
    leaves = s.daily["leaves"]
    months = [
        ratio(float(leaves[m : m + WINDOW].sum()), present[m])
        for m in range(0, len(leaves) - WINDOW + 1, WINDOW)
    ]
    return _mean(np.array(months)[~np.isnan(months)])


def _retention(days: int) -> Callable[[Snapshot], float]:
    def measure(s: Snapshot) -> float:
        cohort = s.is_newcomer & (s.joined_day <= s.day + 1 - days)
        return _mean((s.left_day - s.joined_day >= days)[cohort])

    return measure


def _again(s: Snapshot) -> float:
    first = s.membership("first_contribution").astype(np.int64)
    cohort = s.is_newcomer & (first != NEVER) & (first <= s.day - 7)
    return _mean((s.membership("again") > 0)[cohort])


def _silence(days: int) -> Callable[[Snapshot], float]:
    def measure(s: Snapshot) -> float:
        first = s.membership("first_contribution").astype(np.int64)
        cohort = s.is_newcomer & (first != NEVER) & (first <= s.day - days)
        return _mean((s.membership("last_contribution") - first >= days)[cohort])

    return measure


def _first_contribution(s: Snapshot) -> float:
    cohort = s.is_newcomer & (s.joined_day <= s.day + 1 - 7)
    first = s.membership("first_contribution").astype(np.int64)
    return _mean(((first != NEVER) & (first - s.joined_day < 7))[cohort])


def _reply_rate(s: Snapshot) -> float:
    first = s.membership("first_contribution").astype(np.int64)
    answerable = s.membership("first_replied") > 0
    return _mean(
        (s.membership("first_replied") == REPLIED)[s.is_newcomer & answerable & (first > s.day - 90)]
    )


def _connectedness(s: Snapshot) -> float:
    active, c = s.rows[s.active], s.c
    connected = structure.have_strong_ties(
        c.population.members, c.ties.pool, active, s.day, c.fade, STRONG_TIE, STRONG_TIES
    )
    return connected / len(active) if len(active) else NAN


def _depth(s: Snapshot) -> float:
    kinds = sum(
        (s.member(f"last_{kind}") > s.day - WINDOW).astype(float)
        for kind in ("post", "answer", "react", "vote", "attend")
    )
    return _mean(np.asarray(kinds)[s.active])


def _pull(s: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """How far belonging and value hold down each present member's log hazard."""
    churn = s.c.parameters.churn
    by_belonging = churn.belonging_weight * (s.belonging - churn.neutral_belonging)
    by_value = churn.value_weight * (s.member("satisfaction") - churn.neutral_value)
    return by_belonging, by_value


def _stay_for_belonging(s: Snapshot) -> Value:
    by_belonging, by_value = _pull(s)
    more = by_belonging > by_value
    tenure = s.day - s.member("joined")
    classes = {
        "": tenure >= 0,
        "_t30": tenure < 30,
        "_t180": (tenure >= 30) & (tenure < 180),
        "_t365": tenure >= 180,
    }
    return {name: _mean(more[which]) for name, which in classes.items()}


def _promoters(s: Snapshot) -> float:
    r = s.c.parameters.referral
    promoter = (s.member("satisfaction") >= r.promoter_satisfaction) & (s.belonging >= r.promoter_belonging)
    return _mean(promoter[s.active])


def _viral(s: Snapshot) -> float:
    settled = s.joined_day <= s.day - 90
    by_settled = np.isin(s.membership("referrer"), s.membership("person")[settled])
    referred = s.membership("channel") == int(Channel.REFERRAL)
    return ratio(float((by_settled & referred).sum()), float(settled.sum()))


def _chains(s: Snapshot) -> Value:
    generation = s.membership("generation")[s.membership("channel") == int(Channel.REFERRAL)]
    return {
        "_depth_mean": _mean(generation.astype(float)),
        "_first_share": _mean((generation == 1).astype(float)),
    }


def _cac(s: Snapshot) -> Value:
    paid = s.c.ledger.total[Account.PAID] / MICRO
    rewards = s.c.ledger.total[Account.REFERRAL_REWARDS] / MICRO
    joins = {
        channel: float(s.daily[f"joins_{channel.name.lower()}"].sum())
        for channel in Channel
        if channel != Channel.FOUNDER
    }
    out = {"": ratio(float(paid + rewards), sum(joins.values()))}
    for channel, n in joins.items():
        spend = {Channel.PAID: paid, Channel.REFERRAL: rewards}.get(channel, 0.0)
        out[f"_{channel.name.lower()}"] = ratio(float(spend), n)
    return out


def _books(accounts: tuple[Account, ...], prefix: str) -> Callable[[Snapshot], Value]:
    def measure(s: Snapshot) -> Value:
        amounts = {f"_{a.name.lower()}": s.c.ledger.total[a] / MICRO for a in accounts}
        return {"": sum(amounts.values()), **amounts}

    measure.__doc__ = f"{prefix} of the run by account"
    return measure


def _margin(s: Snapshot) -> float:
    return float(s.daily["revenue"].sum() - s.daily["cost"].sum())


def _community_revenue(s: Snapshot) -> float:
    through = np.isin(s.membership("channel"), [int(c) for c in COMMUNITY_CHANNELS])
    return float(s.membership("revenue")[through].sum()) / MICRO


def _per_member(s: Snapshot, plus: tuple[Account, ...], minus: tuple[Account, ...]) -> float:
    if s.day + 1 < WINDOW:
        return NAN
    amount = sum(s.window(f"revenue_{a.name.lower()}") for a in plus)
    amount -= sum(s.window(f"cost_{a.name.lower()}") for a in minus)
    return ratio(amount, float(s.daily["present"][-WINDOW:].mean()))


_MEMBER_REVENUE = tuple(a for a in REVENUE if a != Account.PRODUCT_OUTSIDE)


def _ltv(s: Snapshot) -> np.ndarray:
    last_day = np.where(s.left_by_shock, s.left_day, s.left_day + 1)
    end = np.minimum(last_day, s.day + 1) - s.joined_day
    entry = np.maximum(0, -s.joined_day)
    exposure, exits = lifetimes.by_tenure(
        entry.astype(float), end.astype(float), s.left_day <= s.day, lifetimes.HORIZON_MONTHS
    )
    margin = s.c.ledger.by_tenure[: lifetimes.HORIZON_MONTHS] / MICRO
    return lifetimes.discounted_margins(exposure, exits, margin)


def _blended_cac(s: Snapshot) -> float:
    value = _cac(s)
    return value[""] if isinstance(value, dict) else value


def _payback(s: Snapshot) -> float:
    cac, earned = _blended_cac(s), np.cumsum(_ltv(s))
    if math.isnan(cac) or cac <= 0.0 or np.isnan(earned).any() or earned[-1] < cac:
        return NAN
    return float(np.argmax(earned >= cac) + 1)


def _ltv_cac(s: Snapshot) -> float:
    cac = _blended_cac(s)
    return ratio(float(_ltv(s).sum()), cac if cac > 0 else 0.0)


def _hub_dependence(s: Snapshot) -> float:
    p = s.c.p[0]
    parts = [
        p["bonding_identity_weight"]
        * s.member("activity")
        * p["organisation_purpose"]
        * (1.0 + p["governance_voice_identity"] * p["governance_voice"]),
        p["bonding_ties_weight"] * s.member("bonds"),
        p["bonding_hub_weight"] * s.member("hub") * s.c.presence[s.member("person") % len(s.c.presence)],
        p["bonding_recognition_weight"] * s.member("recognition"),
    ]
    whole = np.sum(parts, axis=0)
    share = np.divide(parts[2], whole, out=np.zeros(len(whole)), where=whole > 0)
    return ratio(float((share * s.belonging).sum()), float(s.belonging.sum()))


def _top_share(s: Snapshot) -> float:
    ordered = np.sort(s.recent_contributions)[::-1]
    top = ordered[: math.ceil(0.01 * len(ordered))]
    return ratio(float(top.sum()), float(ordered.sum()))


def _participation_split(s: Snapshot) -> Value:
    ordered = np.sort(s.recent_contributions)[::-1]
    one, ten = math.ceil(0.01 * len(ordered)), math.ceil(0.10 * len(ordered))
    total = float(ordered.sum())
    return {
        "_1": ratio(float(ordered[:one].sum()), total),
        "_9": ratio(float(ordered[one:ten].sum()), total),
        "_90": ratio(float(ordered[ten:].sum()), total),
    }


def _reward_gini(s: Snapshot) -> float:
    return gini(s.membership("earned").astype(float))


def _referral_conversion(s: Snapshot) -> float:
    old = max(0, s.day + 1 - 14)
    return ratio(float(s.c.invitation_joins[:old].sum()), float(s.daily["invitations"][:old].sum()))


def _last(name: str) -> Callable[[Snapshot], float]:
    return lambda s: float(s.daily[name][-1])


def _sum(name: str) -> Callable[[Snapshot], float]:
    return lambda s: float(s.daily[name].sum())


def _direction_gap(s: Snapshot) -> float:
    interest = s.member("interest")
    return abs(float(interest.mean()) - s.c.direction) if len(interest) else NAN


def _surplus(s: Snapshot) -> float:
    """Members' surplus in W (EUR), rewards included."""
    return s.window("surplus") + sum(
        s.window(f"cost_{a.name.lower()}") for a in INCENTIVES if a != Account.PERKS
    )


def _member_surplus(s: Snapshot) -> float:
    if s.day + 1 < WINDOW:
        return NAN
    return ratio(_surplus(s), float(s.daily["present"][-WINDOW:].mean()))


def _surplus_share(s: Snapshot) -> float:
    if s.day + 1 < WINDOW:
        return NAN
    margin = sum(s.window(f"revenue_{a.name.lower()}") for a in _MEMBER_REVENUE)
    margin -= sum(s.window(f"cost_{a.name.lower()}") for a in COSTS if a not in UNATTRIBUTED)
    members = _surplus(s)
    return members / (members + margin) if members > 0.0 and margin > 0.0 else NAN


_TABLE = (
    Indicator("present", "members", "joined and not left, at the end of the last day", _last("present")),
    Indicator("active", "members", "present and visited in the last 30 days", _last("active")),
    Indicator("today", "members", "visited on the last day", _last("today")),
    Indicator("joined", "members", "memberships begun during the run", _sum("joins")),
    Indicator("left", "members", "memberships ended during the run", _sum("leaves")),
    Indicator("followers", "people", "aware and not joined, at the end", _last("followers")),
    Indicator(
        "inactive_30d",
        "share",
        "1 - active / present",
        lambda s: 1.0 - ratio(float(s.daily["active"][-1]), float(s.daily["present"][-1])),
    ),
    Indicator(
        "stickiness",
        "share",
        "mean of daily visitors in W / active (DAU/MAU)",
        lambda s: ratio(s.window("today") / WINDOW, float(s.daily["active"][-1])),
    ),
    Indicator("churn_month", "share", "departures in W / present at its start; by cause", _churn),
    Indicator(
        "churn_month_mean", "share", "mean of churn_month over all complete months", _churn_mean, False
    ),
    Indicator(
        "retention_30d",
        "share",
        "of memberships begun at least 30 days before the end: still present 30 days after joining",
        _retention(30),
    ),
    Indicator(
        "retention_90d",
        "share",
        "of memberships begun at least 90 days before the end: still present 90 days after joining",
        _retention(90),
    ),
    Indicator(
        "retention_365d",
        "share",
        "of memberships begun at least 365 days before the end: still present 365 days after joining",
        _retention(365),
    ),
    Indicator(
        "active_d1_7",
        "share",
        "of newcomers who contributed, 7 or more days before the end: contributed again on days 1-7 after",
        _again,
        False,
    ),
    Indicator(
        "silence_r30",
        "share",
        "last contribution at least 30 days after the first, among newcomers with enough follow-up",
        _silence(30),
        False,
    ),
    Indicator(
        "silence_r90",
        "share",
        "last contribution at least 90 days after the first, among newcomers with enough follow-up",
        _silence(90),
        False,
    ),
    Indicator(
        "first_contribution_rate",
        "share",
        "of members who joined 7 or more days before the end: contributed within 7 days",
        _first_contribution,
    ),
    Indicator(
        "reply_rate",
        "share",
        "of newcomers' first posts in the last 90 days: got a reply",
        _reply_rate,
    ),
    Indicator(
        "participation_rate",
        "share",
        "of present members: contributed in W",
        lambda s: _mean(s.contributed_within_window),
    ),
    Indicator(
        "benefit_receipt",
        "share",
        "of active members: got a reply, a perk, a reward or a match in W",
        lambda s: _mean((s.member("last_benefit") > s.day - WINDOW)[s.active]),
    ),
    Indicator(
        "connectedness", "share", "of active members: at least 2 ties stronger than 0.3", _connectedness
    ),
    Indicator("engagement_depth", "kinds", "distinct kinds of action per active member in W, mean", _depth),
    Indicator(
        "satisfaction", "[0, 1]", "mean over present members", lambda s: _mean(s.member("satisfaction"))
    ),
    Indicator(
        "visit_value",
        "value",
        "what a visit would be worth to active members tonight, mean; its parts add up to it",
        visit_value,
        False,
    ),
    Indicator("belonging", "[0, 1]", "mean over present members", lambda s: _mean(s.belonging)),
    Indicator("norm", "[0, 1]", "mean over present members; 1 social, 0 market", lambda s: _mean(s.norm)),
    Indicator(
        "stay_for_belonging",
        "share",
        "of present members: belonging holds down their hazard more than value "
        "does; by tenure below 30, 180 days and above",
        _stay_for_belonging,
    ),
    Indicator(
        "referral_velocity",
        "1/month",
        "invitations in W / active",
        lambda s: ratio(s.window("invitations"), float(s.daily["active"][-1])),
    ),
    Indicator(
        "referral_conversion",
        "share",
        "invitations sent 14 or more days before the end that led to a join at once / all such invitations",
        _referral_conversion,
        False,
    ),
    Indicator(
        "referral_share",
        "share",
        "of joins in the run: by invitation",
        lambda s: ratio(float(s.daily["referral_joins"].sum()), float(s.daily["joins"].sum())),
    ),
    Indicator(
        "viral_coefficient",
        "people",
        "invited joins per membership begun 90 or more days before the end",
        _viral,
        False,
    ),
    Indicator(
        "promoter_share",
        "share",
        "of active members: satisfaction and belonging above the promoter thresholds",
        _promoters,
    ),
    Indicator(
        "chain", "-", "generation of referred joins: mean depth; share of generation 1", _chains, False
    ),
    Indicator("cac", "EUR", "acquisition spend (paid and referral rewards) / joins; by channel", _cac, False),
    Indicator(
        "revenue", "EUR", "over the run, whole organisation; by source", _books(REVENUE, "revenue"), False
    ),
    Indicator("cost", "EUR", "over the run, whole organisation; by account", _books(COSTS, "cost"), False),
    Indicator("margin", "EUR", "revenue - cost over the run", _margin, False),
    Indicator(
        "community_revenue",
        "EUR",
        "revenue from members who joined by referral, hub, search or imitation",
        _community_revenue,
        False,
    ),
    Indicator(
        "arpu",
        "EUR/month",
        "member revenue in W / present, mean over W",
        lambda s: _per_member(s, _MEMBER_REVENUE, ()),
    ),
    Indicator(
        "ncv",
        "EUR/month",
        "(revenue from members - cost of incentives) in W / present, mean over W",
        lambda s: _per_member(s, _MEMBER_REVENUE, MEMBER_COSTS),
    ),
    Indicator(
        "ncv_net",
        "EUR/month",
        "ncv also less moderation, staff, events, platform and measurement",
        lambda s: _per_member(s, _MEMBER_REVENUE, MEMBER_COSTS + COMMUNITY_COSTS),
    ),
    Indicator(
        "ltv",
        "EUR",
        "margin per membership over 24 months, discounted by 10 % a year, from observed survival "
        "and margin by tenure",
        lambda s: float(_ltv(s).sum()),
        False,
    ),
    Indicator("ltv_cac", "-", "ltv / cac", _ltv_cac, False),
    Indicator(
        "payback_months", "months", "months until cumulated margin per join reaches cac", _payback, False
    ),
    Indicator(
        "ties_per_member",
        "ties",
        "2 x ties / present",
        lambda s: ratio(2.0 * float(s.daily["ties"][-1]), float(s.daily["present"][-1])),
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
        "largest component / present",
        lambda s: ratio(
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
    Indicator("hub_dependence", "share", "the hub's share of total belonging", _hub_dependence),
    Indicator(
        "participation_gini",
        "share",
        "Gini over all present members of contributions in the last 90 days",
        lambda s: gini(s.recent_contributions),
    ),
    Indicator("top1_share", "share", "of contributions in the last 90 days: by the top 1 %", _top_share),
    Indicator(
        "share",
        "share",
        "of contributions in the last 90 days: by the top 1, next 9, bottom 90 %",
        _participation_split,
        False,
    ),
    Indicator(
        "reward_gini",
        "share",
        "Gini of rewards paid in the run, over all who were present",
        _reward_gini,
        False,
    ),
    Indicator("quality", "-", "quality of the product at the end", lambda s: s.c.quality),
    Indicator("direction_gap", "interest", "|mean interest of present members - direction|", _direction_gap),
    Indicator("legitimacy", "[0, 1]", "how far decisions are felt as one's own", lambda s: s.c.legitimacy),
    Indicator("budget", "EUR/month", "community budget at the end", lambda s: s.c.budget),
    Indicator(
        "return",
        "EUR/month",
        "what the community added in the last month: savings, and "
        "by how much members' margin exceeds that of as many followers; true, and as far as measured",
        lambda s: {"_true": float(s.c.returns[0]), "_measured": float(s.c.returns[1])},
    ),
    Indicator(
        "support_savings",
        "EUR",
        "support cost avoided over the run, never counted as revenue",
        lambda s: float(s.c.saved[0]) / MICRO,
        False,
    ),
    Indicator(
        "rnd_savings",
        "EUR",
        "development cost avoided over the run, never counted as revenue",
        lambda s: float(s.c.saved[1]) / MICRO,
        False,
    ),
    Indicator(
        "member_surplus",
        "EUR/month",
        "members' benefits (through willingness to pay) and rewards - price - "
        "attention, per present member, in W",
        _member_surplus,
    ),
    Indicator(
        "member_surplus_share",
        "share",
        "member surplus / (member surplus + organisation's margin from "
        "members) in W, where both are positive",
        _surplus_share,
    ),
)

INDICATORS: dict[str, Indicator] = {i.name: i for i in _TABLE}


def measure(s: Snapshot, monthly: bool = False, own: tuple[Indicator, ...] = ()) -> dict[str, float]:
    """Every indicator of a snapshot by name, a researcher's own last; variants as `<name>_<variant>`."""
    out: dict[str, float] = {}
    for indicator in (*_TABLE, *own):
        if monthly and not indicator.monthly:
            continue
        try:
            value = indicator.measure(s)
        except Exception as error:
            error.add_note(f"while the indicator {indicator.name} was measured on day {s.day}")
            raise
        out |= _as_numbers(indicator.name, value)
    return out


def _as_numbers(name: str, value: Value) -> dict[str, float]:
    """What an indicator measured, by name and variant."""
    variants = value if isinstance(value, dict) else {"": value}
    try:
        return {f"{name}{variant}": float(v) for variant, v in variants.items()}
    except (TypeError, ValueError):
        raise ParameterError(
            f"indicator {name} measured {value!r:.60}: must be a number, or a dict of numbers"
        ) from None


def check_own(indicators: tuple[Indicator, ...]) -> None:
    """Raise `ParameterError` unless a researcher's indicators have names of their own."""
    taken = set(INDICATORS)
    for indicator in indicators:
        if not isinstance(indicator, Indicator):
            raise ParameterError(f"indicator {indicator!r}: must be a kith.sim.results.indicators.Indicator")
        if indicator.name in taken:
            raise ParameterError(f"indicator {indicator.name}: there is one already; give it another name")
        taken.add(indicator.name)


@cache
def describe(name: str) -> tuple[str, str]:
    """Unit and definition of an indicator or a variant of one."""
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
    """Practitioners' thresholds against this run; targets without a published source.

    `velocity_growth` is a share a month, `best_ncv` the highest monthly value of the first twelve months.
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
