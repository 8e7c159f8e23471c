"""Depart: a member stays while the community is worth more than the outside option.

Hazard h (1/day) = base(tenure) exp(sum_c x_c); leaving within the day has probability
1 - exp(-h). x_c: missing value and missing belonging, neighbours' exits (Nitzan & Libai 2011),
unfairness. What a protection that was lost would have taken off the log hazard (a hub that has left,
voice that was taken away), D in all, is the cause of the share 1 - exp(-D) of exits, the excess
fraction (Greenland & Robins 1988), also where a member is better off than neutral. Of the others an exit is
background with probability exp(-sum x+), else its cause is drawn in proportion to x+, where x is what it
would be with the protection, measured against a settled, indifferent member; a newcomer's higher base
counts as `newcomer`, less what having been answered takes off it. Missing value is split among price, overload, the climate and the rest.

Reads  state, bounds     Writes  who has left, and why
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform, uniforms
from kith.sim.kernels.prefetch import SCREEN
from kith.sim.state.categories import Cause
from kith.sim.state.community import Community
from kith.sim.state.decay import BELONGING, EXITS, HARM, MEMORY, STILL_THERE, contagion, lost_bond, novelty
from kith.sim.state.giving.answered import answered_newcomer

_DEPART, _CAUSE = int(Purpose.DEPART), int(Purpose.CAUSE)
CAUSES = len(Cause)
# Kernels know no enumerations; each name is the place of that cause among the log factors.
BACKGROUND, NEWCOMER, VALUE, PRICE = (
    int(c) for c in (Cause.BACKGROUND, Cause.NEWCOMER, Cause.VALUE, Cause.PRICE)
)
OVERLOAD, OF_BELONGING, OF_HUB = (int(c) for c in (Cause.OVERLOAD, Cause.BELONGING, Cause.HUB))
CONTAGION, UNFAIRNESS, FEW_TIES = (int(c) for c in (Cause.CONTAGION, Cause.UNFAIRNESS, Cause.FEW_TIES))
IGNORED_VOICE, HARASSMENT, COMPETITOR = (
    int(c) for c in (Cause.IGNORED_VOICE, Cause.HARASSMENT, Cause.COMPETITOR)
)
UNWANTED, DISPUTES, SELLING = (int(c) for c in (Cause.UNWANTED, Cause.DISPUTES, Cause.SELLING))
GRACE = 30
"days after joining or waking during which a member may have fewer ties than the threshold"


def depart(c: Community) -> None:
    """All decisions use the state of this evening; then memberships end in order of address."""
    population = c.population
    out = np.empty(population.top, np.int64)
    cause = np.empty(population.top, np.int64)

    def screen(lo: int, hi: int) -> npt.NDArray[np.int64]:
        n = screen_leavers(
            population.address,
            population.exit_bound,
            population.members,
            c.p,
            c.decay,
            c.base,
            c.day,
            c.key,
            c.presence,
            c.hub_left,
            c.unfairness,
            c.climate,
            lo,
            hi,
            out,
            cause,
        )
        return out[lo : lo + n]

    stopping = c.in_address_order(np.concatenate(c.crew.share(population.top, screen)))
    certain = _certain(c, cause)
    if len(certain):
        stopping = stopping[~np.isin(stopping, certain)]
    silent = _falls_silent(c, stopping)
    leaving = stopping[~silent]
    if len(certain):
        leaving = c.in_address_order(np.union1d(leaving, certain))
    c.release(leaving, cause[leaving])
    c.fall_asleep(stopping[silent], cause[stopping[silent]])


def _falls_silent(c: Community, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Who of those who stop coming remains registered: most, but for the disappointed, shape (n,)."""
    formal = c.parameters.dormancy.formal_share
    if formal >= 1.0 or not len(rows):
        return np.zeros(len(rows), bool)
    u = uniforms(c.key, c.population.address[rows], c.day, Purpose.FORMAL_EXIT)
    content = c.population.members["satisfaction"][rows] >= c.parameters.acquisition.disappointed_below
    return np.asarray((u >= formal) & content)


def _certain(c: Community, cause: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Members who leave for certain: unwilling to pay the fee, or with too few ties for too long."""
    population, rows = c.population, np.empty(0, np.int64)
    if c.parameters.monetisation.model != "fee" and c.parameters.churn.tie_threshold == 0:
        return rows
    members = population.members[: population.top]
    present = population.address[: population.top] >= 0
    if c.parameters.monetisation.model == "fee":
        rows = np.flatnonzero(present & (members["unwilling"] > 0))
        cause[rows] = PRICE
    if c.parameters.churn.tie_threshold > 0:
        few = (
            present
            & (members["degree"] < c.parameters.churn.tie_threshold)
            & (c.day - np.maximum(members["joined"], members["woke_on"]) >= GRACE)
        )
        cause[few] = FEW_TIES
        rows = np.concatenate([rows, np.flatnonzero(few)])
    return rows


@kernel
def screen_leavers(
    address,
    exit_bound,
    members,
    p,
    decay,
    base,
    day,
    key,
    presence,
    hub_left,
    unfairness,
    climate,
    lo,
    hi,
    out,
    cause,
):
    """Rows of lo … hi whose member leaves, written to out[lo:] with causes by row; returns how many."""
    n = lo
    x = np.zeros(CAUSES)
    air = climate[0]
    raised = air["bound"]
    passes = np.empty(SCREEN, np.bool_)
    # most members cannot leave today: their draw is above a bound on the hazard that needs no record
    for start in range(lo, hi, SCREEN):
        end = min(hi, start + SCREEN)
        for r in range(start, end):
            passes[r - start] = uniform(key, address[r], day, _DEPART, ONLY) < exit_bound[r] * raised
        for r in range(start, end):
            out[n] = r
            n += passes[r - start]
    # the few candidates are judged by their own hazard, with the same draw
    candidates, n = n, lo
    for k in range(lo, candidates):
        r = out[k]
        u = uniform(key, address[r], day, _DEPART, ONLY)
        log_factor = _reasons(
            members[r], p[members[r]["arm"]], decay, day, presence, hub_left, unfairness, air, x
        )
        hazard = base[day - members[r]["seasoned"]] * math.exp(log_factor)
        if u < 1.0 - math.exp(-hazard):
            cause[r] = _name(x, air["silenced"], uniform(key, address[r], day, _CAUSE, ONLY))
            out[n] = r
            n += 1
    return n - lo


@kernel
def _reasons(m, q, decay, day, presence, hub_left, unfairness, air, x):
    """Log factors by cause into x, indexed by `Cause`; returns their sum without the newcomer's.

    That of the hub is what its presence would take off, and those of value and belonging are without it.
    """
    d = min(day - m["settled"], 7)
    belonging = m["attachment"] + (m["belonging"] - m["attachment"]) * decay[d, BELONGING]
    value = q["churn_value_weight"] * (q["churn_neutral_value"] - m["satisfaction"])
    bonds = q["churn_belonging_weight"] * (q["churn_neutral_belonging"] - belonging)
    answered = 0.0
    if q["churn_answered_weight"] > 0.0:
        answered = answered_newcomer(m, day, decay[d, MEMORY], q)
    x[NEWCOMER] = math.log(max(novelty(float(day - m["seasoned"]), q), 1e-12)) - answered
    x[CONTAGION] = contagion(m["exits"] * decay[d, EXITS], q)
    x[UNFAIRNESS] = 0.0
    if unfairness > 0.0 and m["contributions"] > 0 and m["last_reward"] <= day - 60:
        x[UNFAIRNESS] = q["churn_unfairness"] * unfairness
    x[IGNORED_VOICE] = air["ignored"]
    x[HARASSMENT] = q["governance_harassment_weight"] * m["harassed"] * decay[d, HARM]
    x[COMPETITOR] = q["churn_value_weight"] * air["competitor"] * (1.0 - air["shield"] * belonging)
    missed, unbound = _hub_missed(m, q, day, presence, hub_left)
    _split_value(m, q, value - missed, air, x)
    x[OF_BELONGING] = bonds - unbound
    x[OF_HUB] = missed + unbound
    loyalty = 0.0
    if q["incentives_equity_points"] > 0.0 and m["owner"] > 0:
        loyalty = math.log(1.0 + q["incentives_equity_loyalty"])
    return (
        value
        + bonds
        + x[CONTAGION]
        + x[UNFAIRNESS]
        + x[IGNORED_VOICE]
        + x[HARASSMENT]
        + x[COMPETITOR]
        - air["voice"]
        - loyalty
        - answered
    )


@kernel
def _split_value(m, q, value, air, x):
    """Share missing value among price, overload, the climate, and the rest."""
    price = q["value_price_weight"] * q["monetisation_price"] / m["wtp"] if m["paying"] > 0 else 0.0
    known = price + m["overload"] + air["unwanted"] + air["disputes"] + air["selling"]
    missing = value / q["churn_value_weight"] if q["churn_value_weight"] > 0.0 else 0.0
    total = max(known, missing)
    x[VALUE] = value
    x[PRICE] = x[OVERLOAD] = x[UNWANTED] = x[DISPUTES] = x[SELLING] = 0.0
    if value > 0.0 and total > 0.0:
        x[PRICE] = value * price / total
        x[OVERLOAD] = value * m["overload"] / total
        x[UNWANTED] = value * air["unwanted"] / total
        x[DISPUTES] = value * air["disputes"] / total
        x[SELLING] = value * air["selling"] / total
        x[VALUE] = value * (total - known) / total


@kernel
def _hub_missed(m, q, day, presence, hub_left):
    """Log hazard that the hub's value, and the belonging to it, would have taken off by now, were it there."""
    hub = m["person"] % len(presence)
    if hub_left[hub] == STILL_THERE:
        return 0.0, 0.0
    lost = lost_bond(m, q, day, presence, hub_left)
    # belonging has been on its way to a lower target since then
    target = (1.0 - m["attachment"]) * (1.0 - math.exp(-q["bonding_hub_weight"] * lost))
    gone = 1.0 - 2.0 ** (-(day - hub_left[hub]) / q["bonding_belonging_half_life"])
    return q["churn_value_weight"] * m["hub_missed"], q["churn_belonging_weight"] * target * gone


@kernel
def _name(x, silenced, u):
    """The cause of an exit: a protection lost with probability 1 - exp(-sum), else background with probability
    exp(-sum x+), the rest in proportion to x+."""
    lost = x[OF_HUB] + silenced
    if lost > 0.0:
        named = 1.0 - math.exp(-lost)
        if u < named:
            return OF_HUB if u * lost < named * x[OF_HUB] else IGNORED_VOICE
        u = (u - named) / (1.0 - named)
    total = 0.0
    for k in range(1, CAUSES):
        if k != OF_HUB:
            total += max(0.0, x[k])
    background = math.exp(-total)
    if u < background or total <= 0.0:
        return BACKGROUND
    point = (u - background) / (1.0 - background) * total
    for k in range(1, CAUSES):
        if k == OF_HUB:
            continue
        point -= max(0.0, x[k])
        if point <= 0.0 and x[k] > 0.0:
            return k
    return BACKGROUND
