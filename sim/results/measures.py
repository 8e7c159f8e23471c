"""Measures: one function per indicator, from a snapshot to a number; undefined is NaN, never 0.

The definitions are in `kith.sim.results.indicators`, with names and units.
"""

import math
from collections.abc import Callable

import numpy as np

from kith.sim.results import lifetimes, structure
from kith.sim.results.snapshot import REPLIED, Snapshot, gini
from kith.sim.state.categories import Cause, Channel
from kith.sim.state.community import Community
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import COMMUNITY, COSTS, INCENTIVES, MICRO, REVENUE, UNATTRIBUTED, Account
from kith.sim.state.population import NEVER, NEVER_ASLEEP

type Value = float | dict[str, float]
NAN = float("nan")
STRONG_TIE, STRONG_TIES = 0.3, 2
"strength above which a tie is strong; number of strong ties that makes a member connected"
MEMBER_COSTS = INCENTIVES
COMMUNITY_COSTS = COMMUNITY
COMMUNITY_CHANNELS = (Channel.REFERRAL, Channel.HUB, Channel.SEARCH, Channel.IMITATION)


def ratio(above: float, below: float) -> float:
    """above / below; NaN if below is 0."""
    return above / below if below else NAN


def mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else NAN


def awake_at_start(s: Snapshot) -> float:
    """Members who were awake when W began; 0 before W is complete."""
    if s.day >= WINDOW:
        return float(s.daily["awake"][-WINDOW - 1])
    return float(s.c.plan_founders if s.day == WINDOW - 1 else 0)


def dormant_at_start(s: Snapshot) -> float:
    """Members who were dormant when W began; 0 before W is complete."""
    if s.day >= WINDOW:
        return float(s.daily["dormant"][-WINDOW - 1])
    return float(s.c.plan_dormant if s.day == WINDOW - 1 else 0)


def churn(s: Snapshot) -> Value:
    """Of those awake when W began: dormant or gone at its end, by cause."""
    start = s.day - WINDOW
    was_awake = (s.joined_day <= start) & (s.membership("woke_on") <= start)
    stopped = np.where(s.stopped_on > start, s.stopped_for, -1)[was_awake]
    by_cause = np.bincount(stopped[stopped >= 0], minlength=len(Cause))
    before = awake_at_start(s)
    out = {"": ratio(float(by_cause.sum()), before)}
    for cause in Cause:
        out[f"_{cause.name.lower()}"] = ratio(float(by_cause[cause]), before)
    return out


def churn_of_the_month(c: Community, awake: np.ndarray) -> float:
    """`churn` of all causes at the end of today, from memberships that ended in W or are dormant; `awake` by day."""
    start, ended = c.day - WINDOW, c.archive
    first = int(np.searchsorted(ended.left[: ended.count], start, side="right"))
    gone, dormant = ended.members[first : ended.count], c.dormant.members[: c.dormant.count]
    silent = (gone["asleep_on"] != NEVER_ASLEEP) & (gone["asleep_on"] >= gone["woke_on"])
    left, slept = _began_awake(gone, start), _began_awake(dormant, start)
    left &= ~silent | (gone["asleep_on"] > start)
    slept &= dormant["asleep_on"] > start
    before = awake[start] if start >= 0 else c.plan_founders
    return ratio(float(np.count_nonzero(left) + np.count_nonzero(slept)), float(before))


def _began_awake(members: np.ndarray, start: int) -> np.ndarray:
    return (members["joined"] <= start) & (members["woke_on"] <= start)


def churn_mean(s: Snapshot) -> float:
    """The mean of `churn_month` over the complete months, without those that nobody was awake to begin."""
    months = np.array(s.churn_by_month)
    return mean(months[~np.isnan(months)])


def sleeps(s: Snapshot) -> float:
    return ratio(s.window("sleeps"), awake_at_start(s))


def exits(s: Snapshot) -> float:
    before = s.daily["present"][-WINDOW - 1] if s.day >= WINDOW else awake_at_start(s) + dormant_at_start(s)
    return ratio(s.window("leaves"), float(before))


def reactivations(s: Snapshot) -> float:
    return ratio(s.window("wakings"), dormant_at_start(s))


def retention(days: int) -> Callable[[Snapshot], float]:
    def measure(s: Snapshot) -> float:
        cohort = s.is_newcomer & (s.joined_day <= s.day + 1 - days)
        return mean((s.lapsed_day - s.joined_day >= days)[cohort])

    return measure


def contributed_again(s: Snapshot) -> float:
    first = s.membership("first_contribution").astype(np.int64)
    cohort = s.is_newcomer & (first != NEVER) & (first <= s.day - 7)
    return mean((s.membership("again") > 0)[cohort])


def silent_for(days: int) -> Callable[[Snapshot], float]:
    def measure(s: Snapshot) -> float:
        first = s.membership("first_contribution").astype(np.int64)
        cohort = s.is_newcomer & (first != NEVER) & (first <= s.day - days)
        return mean((s.membership("last_contribution") - first >= days)[cohort])

    return measure


def first_contribution(s: Snapshot) -> float:
    cohort = s.is_newcomer & (s.joined_day <= s.day + 1 - 7)
    first = s.membership("first_contribution").astype(np.int64)
    return mean(((first != NEVER) & (first - s.joined_day < 7))[cohort])


def reply_rate(s: Snapshot) -> float:
    first = s.membership("first_contribution").astype(np.int64)
    answerable = s.membership("first_replied") > 0
    return mean((s.membership("first_replied") == REPLIED)[s.is_newcomer & answerable & (first > s.day - 90)])


def connectedness(s: Snapshot) -> float:
    active, c = s.rows[s.active], s.c
    connected = structure.have_strong_ties(
        c.population.members, c.ties.pool, active, s.day, c.fade, STRONG_TIE, STRONG_TIES
    )
    return connected / len(active) if len(active) else NAN


def engagement_depth(s: Snapshot) -> float:
    kinds = sum(
        (s.member(f"last_{kind}") > s.day - WINDOW).astype(float)
        for kind in ("post", "answer", "react", "vote", "attend")
    )
    return mean(np.asarray(kinds)[s.active])


def pull(s: Snapshot) -> tuple[np.ndarray, np.ndarray]:
    """Reduction of each awake member's log hazard by belonging and by value."""
    churn = s.c.parameters.churn
    by_belonging = churn.belonging_weight * (s.belonging - churn.neutral_belonging)
    by_value = churn.value_weight * (s.member("satisfaction") - churn.neutral_value)
    return by_belonging, by_value


def stay_for_belonging(s: Snapshot) -> Value:
    by_belonging, by_value = pull(s)
    more = by_belonging > by_value
    tenure = s.day - s.member("joined")
    classes = {
        "": tenure >= 0,
        "_t30": tenure < 30,
        "_t180": (tenure >= 30) & (tenure < 180),
        "_t365": tenure >= 180,
    }
    return {name: mean(more[which]) for name, which in classes.items()}


def promoters(s: Snapshot) -> float:
    r = s.c.parameters.referral
    promoter = (s.member("satisfaction") >= r.promoter_satisfaction) & (s.belonging >= r.promoter_belonging)
    return mean(promoter[s.active])


def viral_coefficient(s: Snapshot) -> float:
    settled = s.joined_day <= s.day - 90
    by_settled = np.isin(s.membership("referrer"), s.membership("person")[settled])
    referred = s.membership("channel") == int(Channel.REFERRAL)
    return ratio(float((by_settled & referred).sum()), float(settled.sum()))


def chain_depth(s: Snapshot) -> Value:
    generation = s.membership("generation")[s.membership("channel") == int(Channel.REFERRAL)]
    return {
        "_depth_mean": mean(generation.astype(float)),
        "_first_share": mean((generation == 1).astype(float)),
    }


def cac(s: Snapshot) -> Value:
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


def books(accounts: tuple[Account, ...], prefix: str) -> Callable[[Snapshot], Value]:
    def measure(s: Snapshot) -> Value:
        amounts = {f"_{a.name.lower()}": s.c.ledger.total[a] / MICRO for a in accounts}
        return {"": sum(amounts.values()), **amounts}

    measure.__doc__ = f"{prefix} of the run by account"
    return measure


def margin(s: Snapshot) -> float:
    return float(s.daily["revenue"].sum() - s.daily["cost"].sum())


def community_revenue(s: Snapshot) -> float:
    through = np.isin(s.membership("channel"), [int(c) for c in COMMUNITY_CHANNELS])
    return float(s.membership("revenue")[through].sum()) / MICRO


def per_member(s: Snapshot, plus: tuple[Account, ...], minus: tuple[Account, ...]) -> float:
    if s.day + 1 < WINDOW:
        return NAN
    amount = sum(s.window(f"revenue_{a.name.lower()}") for a in plus)
    amount -= sum(s.window(f"cost_{a.name.lower()}") for a in minus)
    return ratio(amount, float(s.daily["awake"][-WINDOW:].mean()))


MEMBER_REVENUE = tuple(a for a in REVENUE if a != Account.PRODUCT_OUTSIDE)


def ltv(s: Snapshot) -> np.ndarray:
    last_day = np.where(s.left_by_shock, s.left_day, s.left_day + 1)
    end = np.minimum(last_day, s.day + 1) - s.joined_day
    entry = np.maximum(0, -s.joined_day)
    exposure, exits = lifetimes.by_tenure(
        entry.astype(float), end.astype(float), s.left_day <= s.day, lifetimes.HORIZON_MONTHS
    )
    margin = s.c.ledger.by_tenure[: lifetimes.HORIZON_MONTHS] / MICRO
    return lifetimes.discounted_margins(exposure, exits, margin)


def blended_cac(s: Snapshot) -> float:
    value = cac(s)
    return value[""] if isinstance(value, dict) else value


def payback(s: Snapshot) -> float:
    cost, earned = blended_cac(s), np.cumsum(ltv(s))
    if math.isnan(cost) or cost <= 0.0 or np.isnan(earned).any() or earned[-1] < cost:
        return NAN
    return float(np.argmax(earned >= cost) + 1)


def ltv_cac(s: Snapshot) -> float:
    cost = blended_cac(s)
    return ratio(float(ltv(s).sum()), cost if cost > 0 else 0.0)


def hub_dependence(s: Snapshot) -> float:
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
    total = np.sum(parts, axis=0)
    share = np.divide(parts[2], total, out=np.zeros(len(total)), where=total > 0)
    return ratio(float((share * s.belonging).sum()), float(s.belonging.sum()))


def top_share(s: Snapshot) -> float:
    ordered = np.sort(s.recent_contributions)[::-1]
    top = ordered[: math.ceil(0.01 * len(ordered))]
    return ratio(float(top.sum()), float(ordered.sum()))


def participation_split(s: Snapshot) -> Value:
    ordered = np.sort(s.recent_contributions)[::-1]
    top_1, top_10 = math.ceil(0.01 * len(ordered)), math.ceil(0.10 * len(ordered))
    total = float(ordered.sum())
    return {
        "_1": ratio(float(ordered[:top_1].sum()), total),
        "_9": ratio(float(ordered[top_1:top_10].sum()), total),
        "_90": ratio(float(ordered[top_10:].sum()), total),
    }


def reward_gini(s: Snapshot) -> float:
    return gini(s.membership("earned").astype(float))


def referral_conversion(s: Snapshot) -> float:
    old = max(0, s.day + 1 - 14)
    return ratio(float(s.c.invitation_joins[:old].sum()), float(s.daily["invitations"][:old].sum()))


def last_of(name: str) -> Callable[[Snapshot], float]:
    return lambda s: float(s.daily[name][-1])


def sum_of(name: str) -> Callable[[Snapshot], float]:
    return lambda s: float(s.daily[name].sum())


def direction_gap(s: Snapshot) -> float:
    interest = s.member("interest")
    return abs(float(interest.mean()) - s.c.direction) if len(interest) else NAN


def surplus(s: Snapshot) -> float:
    """Members' surplus in W (EUR), rewards included."""
    return s.window("surplus") + sum(
        s.window(f"cost_{a.name.lower()}") for a in INCENTIVES if a != Account.PERKS
    )


def member_surplus(s: Snapshot) -> float:
    if s.day + 1 < WINDOW:
        return NAN
    return ratio(surplus(s), float(s.daily["awake"][-WINDOW:].mean()))


def surplus_share(s: Snapshot) -> float:
    if s.day + 1 < WINDOW:
        return NAN
    margin = sum(s.window(f"revenue_{a.name.lower()}") for a in MEMBER_REVENUE)
    margin -= sum(s.window(f"cost_{a.name.lower()}") for a in COSTS if a not in UNATTRIBUTED)
    members = surplus(s)
    return members / (members + margin) if members > 0.0 and margin > 0.0 else NAN
