"""Decay: how a member's state changes between visits, in closed form.

State is stored as of the day `settled` and is at most seven days old, because every member is
updated at visits and otherwise once a week. So absent members cost nothing, and decay is a table of
eight rows.

`settle` computes the quantities derived from the state: belonging's target, the visit rate, and the
bounds that the daily screens use.
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.prefetch import BLOCK, fetch_records
from kith.sim.schema.fields import DAYS_PER_MONTH
from kith.sim.schema.parameter_set import Parameters
from kith.sim.state.ties import FAINTEST, strength_at

WEEK = 7
BURST_DAYS = 60
"days after which nothing is left of the excitation after a contribution"
NEWCOMER = 2.0
"visit bound of a member who joined today and therefore visits"
STILL_THERE = -1
"the day on which a hub left that has not"
REMEMBERED = 64.0
"half-lives after which nothing of a bond can be traced"
HABIT, ACTIVITY, HUB, MEMORY, NORM, BELONGING, EXITS, ADS, HARM, TIES = range(10)


def decays(parameters: Parameters) -> npt.NDArray[np.float64]:
    """Remaining share of each stock after 0 … 7 days, shape (8, 10): day, stock."""
    b, i, v, c, m = (
        parameters.bonding,
        parameters.incentives,
        parameters.visiting,
        parameters.contribution,
        parameters.monetisation,
    )
    half_lives = np.array(
        [
            v.habit_half_life,
            b.activity_half_life,
            b.hub_half_life,
            c.memory_half_life,
            i.norm_recovery,
            b.belonging_half_life,
            parameters.churn.contagion_half_life,
            m.ad_time * math.log(2.0),
            parameters.governance.harassment_half_life,
            b.tie_half_life,
        ]
    )
    return np.exp2(-np.arange(WEEK + 1)[:, None] / half_lives[None, :])


def fading(half_life: float, days: int) -> npt.NDArray[np.float64]:
    """Remaining share of a tie's strength after 0 … days-1 days."""
    return np.exp2(-np.arange(days) / half_life)


@kernel
def derive(m, p):
    """The quantities derived from a member's traits and the parameters."""
    m["sociability"] = m["propensity"] ** p["contribution_exchange_exponent"]
    away = m["interest"] - p["organisation_direction"]
    m["misfit"] = p["value_fit_weight"] * (1.0 - math.exp(-away * away / (2.0 * p["market_fit_width"] ** 2)))


@kernel
def derive_rows(members, rows, p):
    """`derive` for rows; after parameters have changed."""
    for k in range(len(rows)):
        derive(members[rows[k]], p[0])


@kernel
def advance(m, day, decay, p):
    """Advance a member's state to `day`, under the parameters p of its group."""
    ad_load = p["monetisation_ad_load"] * (p["monetisation_model"] == 1.0)
    while m["settled"] < day:
        d = min(day - m["settled"], WEEK)
        m["habit"] *= decay[d, HABIT]
        m["activity"] *= decay[d, ACTIVITY]
        m["hub"] *= decay[d, HUB]
        m["reciprocity"] *= decay[d, MEMORY]
        m["recognition"] *= decay[d, MEMORY]
        m["norm"] = 1.0 - (1.0 - m["norm"]) * decay[d, NORM]
        m["belonging"] = m["attachment"] + (m["belonging"] - m["attachment"]) * decay[d, BELONGING]
        m["exits"] *= decay[d, EXITS]
        m["harassed"] *= decay[d, HARM]
        m["tied"] *= decay[d, TIES]
        m["missed"] *= decay[d, TIES]
        m["annoyance"] = ad_load + (m["annoyance"] - ad_load) * decay[d, ADS]
        m["settled"] += d


@kernel
def advance_all(members, address, day, decay, p):
    """Advance all members' state to `day`; called before parameters change."""
    for r in range(len(address)):
        if address[r] >= 0:
            advance(members[r], day, decay, p[members[r]["arm"]])


@kernel
def refade(members, pool, address, day, fade):
    """Store every tie's strength as of `day`, also of remembered ones; called before the half-life changes."""
    for r in range(len(address)):
        if address[r] < 0:
            continue
        start = members[r]["slots"]
        for s in range(start, start + members[r]["degree"]):
            pool[s]["strength"] = max(strength_at(pool[s], day, fade), FAINTEST)
            pool[s]["day"] = day


def base_hazards(parameters: Parameters, days: int) -> npt.NDArray[np.float64]:
    """Hazard (1/day) of an indifferent member by tenure in days: novelty wears off, age sets in."""
    c, tenure = parameters.churn, np.arange(days)
    novel = 1.0 + (c.newcomer_factor - 1.0) * np.exp2(-tenure / c.newcomer_half_life)
    return c.base_hazard * (novel + c.ageing * tenure / 365.0)


def halvings(
    so_far: npt.NDArray[np.float64], day: int, half_life: float, days: int
) -> npt.NDArray[np.float64]:
    """Half-lives that have passed since day 0 on the morning of each of days 0 … days, shape (days + 1,).

    so_far : the same up to `day` at least, under the half-lives of earlier phases
    """
    out = np.full(days + 1, 1.0 / half_life)
    out[: day + 1] = so_far[: day + 1]
    out[day:] = np.cumsum(out[day:])
    return out


@kernel
def left_since(then, day, halvings):
    """What is left on `day` of what was there on the day `then`; nothing fades before day 0."""
    return 2.0 ** (halvings[max(0, then)] - halvings[day])


def waking_hazards(parameters: Parameters, days: int) -> npt.NDArray[np.float64]:
    """Hazard (1/day) of waking after 0 … days-1 days asleep, without calls."""
    d, asleep = parameters.dormancy, np.arange(days)
    return d.waking_rate / DAYS_PER_MONTH * (1.0 + asleep / d.waking_scale) ** -d.waking_exponent


def bursts(parameters: Parameters) -> npt.NDArray[np.float64]:
    """What is left of the excitation after a contribution, 0 … BURST_DAYS-1 days later."""
    return fading(parameters.contribution.burst_half_life, BURST_DAYS)


@kernel
def excitation(m, day, burst):
    """What is left of the excitation after a member's last contribution."""
    age = day - m["last_contribution"]
    return burst[age] if age < len(burst) else 0.0


@kernel
def novelty(tenure, p):
    """Hazard of leaving at some tenure, relative to a settled member."""
    return 1.0 + (p["churn_newcomer_factor"] - 1.0) * 2.0 ** (-tenure / p["churn_newcomer_half_life"])


@kernel
def contagion(exits, p):
    """Log hazard of neighbours' exits E: ln(1 + kappa) E / (1 + E / saturation)."""
    if exits == 0.0:
        return 0.0
    return math.log(1.0 + p["churn_contagion"]) * exits / (1.0 + exits / p["churn_contagion_saturation"])


@kernel
def hub_of(m, presence):
    """Presence of a member's hub; members are assigned to hubs by address."""
    return presence[m["person"] % len(presence)]


@kernel
def lost_bond(m, p, day, presence, left):
    """How much of its bond to a present hub a member has lost since its hub left; exact while nobody takes over.

    Without the hub the bond only fades, so what it was is known from what is left of it.
    """
    hub = m["person"] % len(presence)
    if left[hub] == STILL_THERE:
        return 0.0
    ago = min((day - left[hub]) / p["bonding_hub_half_life"], REMEMBERED)
    return max(0.0, min(1.0, m["hub"] * 2.0**ago) - m["hub"] * presence[hub])


@kernel
def bind(m, p):
    """Saturated tie strength: ties to the awake, and what is left of ties to members who fell silent."""
    total = float(m["tied"]) + m["missed"]
    m["bonds"] = 1.0 - math.exp(-total / p["value_tie_scale"]) if total > 0.0 else 0.0


@kernel
def attach(m, p, presence):
    """The target of belonging, which saturates in the sum of its sources."""
    z = (
        p["bonding_identity_weight"]
        * m["activity"]
        * p["organisation_purpose"]
        * (1.0 + p["governance_voice_identity"] * p["governance_voice"])
        + p["bonding_ties_weight"] * m["bonds"]
        + p["bonding_hub_weight"] * m["hub"] * hub_of(m, presence)
        + p["bonding_recognition_weight"] * m["recognition"]
    )
    m["attachment"] = 1.0 - math.exp(-z)
    if m["annoyance"] > 0.0:  # ads of the past months wear belonging
        m["attachment"] *= max(0.0, 1.0 - p["monetisation_ad_wear"] * m["annoyance"] * m["aversion"])


@kernel
def undeterred(m, p):
    """The share of visits that ads leave: partly they deter at once, partly with the slow average of their load.

    It is a share of visits and not of the visit rate, of which who comes every day anyway would hardly notice.
    """
    if p["monetisation_model"] == 1.0:
        quick = p["monetisation_ad_quick"]
        load = quick * p["monetisation_ad_load"] + (1.0 - quick) * m["annoyance"]
    elif m["annoyance"] > 0.0:
        load = (1.0 - p["monetisation_ad_quick"]) * m["annoyance"]
    else:
        return 1.0
    return max(0.0, 1.0 - p["monetisation_ad_slope"] * load * m["aversion"])


@kernel
def undeterred_rows(members, rows, p):
    """`undeterred` for rows, shape (n,)."""
    out = np.empty(len(rows))
    for k in range(len(rows)):
        out[k] = undeterred(members[rows[k]], p[members[rows[k]]["arm"]])
    return out


@kernel
def settle(members, row, day, base, burst, p, presence, visit_bound, exit_bound):
    """Belonging's target, visit rate and both bounds of a member whose state is up to date.

    The exit bound is valid for a week, because belonging moves monotonically toward its target and
    contagion only fades until another neighbour leaves.
    """
    m = members[row]
    bind(m, p)
    attach(m, p, presence)
    # the visit rate follows satisfaction and bonds; the bound assumes that habit does not grow
    gain = (
        p["visiting_satisfaction_gain"] * (m["satisfaction"] - p["visiting_usual_satisfaction"])
        + p["visiting_identity_gain"] * m["activity"]
        + p["visiting_bond_gain"] * m["bonds"]
        + p["visiting_hub_gain"] * m["hub"] * hub_of(m, presence)
    )
    m["visit_rate"] = m["visits_per_day"] * math.exp(gain)
    floor = p["visiting_habit_floor"]
    bound = m["visit_rate"] * (floor + (1.0 - floor) * m["habit"])
    if p["visiting_burst_gain"] > 0.0 and m["contributions"] > 0:
        bound *= 1.0 + p["visiting_burst_gain"] * excitation(m, day, burst)
    visit_bound[row] = min(1.0, bound * undeterred(m, p))
    # the exit bound uses the lowest belonging, and the higher base hazard, within the week
    least = min(m["belonging"], m["attachment"])
    x = (
        p["churn_value_weight"] * (p["churn_neutral_value"] - m["satisfaction"])
        + p["churn_belonging_weight"] * (p["churn_neutral_belonging"] - least)
        + contagion(m["exits"], p)
        + p["churn_unfairness"]
        + p["governance_harassment_weight"] * m["harassed"]
    )
    if p["incentives_equity_points"] > 0.0:
        loyalty = math.log(1.0 + p["incentives_equity_loyalty"])
        x -= loyalty if m["owner"] > 0 else min(0.0, loyalty)  # a member may become an owner this week
    tenure = day - m["seasoned"]
    exit_bound[row] = max(base[tenure], base[tenure + WEEK + 1]) * math.exp(x)


@kernel
def settle_rows(members, rows, lo, hi, day, decay, base, burst, p, presence, visit_bound, exit_bound):
    """`advance` and `settle` for rows[lo:hi]."""
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch_records(members, rows, k, min(hi, k + BLOCK)) < 0.0:
            break
        r = rows[k]
        q = p[members[r]["arm"]]
        advance(members[r], day, decay, q)
        settle(members, r, day, base, burst, q, presence, visit_bound, exit_bound)


@kernel
def rank(members, rows, lo, hi, threshold, week_ends):
    """Ambassadors among rows[lo:hi]: contributed in each of the last three months (4, 5, 4 weeks), and belong.

    Returns how many have become one and how many no longer are. If `week_ends`, the bits of the
    weeks in which they contributed move by one week.
    """
    risen, fallen = 0, 0
    for k in range(lo, hi):
        m = members[rows[k]]
        weeks = m["weeks"]
        steady = (
            (weeks & np.uint32(0xF)) != 0
            and (weeks & np.uint32(0x1F0)) != 0
            and (weeks & np.uint32(0x1E00)) != 0
        )
        internal = 1 if steady and m["belonging"] > threshold else 0
        if internal > m["internal"]:
            risen += 1
        elif internal < m["internal"]:
            fallen += 1
        m["internal"] = internal
        if week_ends:
            m["weeks"] = (weeks << np.uint32(1)) & np.uint32(0x1FFF)
    return risen, fallen
