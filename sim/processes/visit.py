"""Visit: who comes today, and what the visit is worth to them.

Visits are a Poisson process whose rate falls with absence (habit fades); a member comes with
probability 1 - exp(-rate). The value of a visit

    V = sum_k w_k v_k + perk - price burden - overload - unwanted content - disputes - selling - bad fit,

kept in [0, 1], moves satisfaction by `satisfaction_step` (V - satisfaction). Sources: product quality;
content (`kith.sim.state.giving.content`); having been answered (reciprocity); liquidity 1 - (1 + n)^-a of the other side;
peers 1 - exp(-T / scale) with T the strength of ties whose other end came within 14 days;
hub bond times presence. Overload counts items shown per visit (Jones, Ravid & Rafaeli 2004).

Reads  state, ties, last visits, content     Writes  visitors, gaps, satisfaction, habit, last visits
"""

import math

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.kernels.prefetch import BLOCK, SCREEN, fetch_records, fetch_ties
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.decay import HABIT, NEWCOMER, advance, excitation, hub_of, lost_bond, undeterred
from kith.sim.state.giving.content import fitting, fresh_value, new_since, since, stock_value
from kith.sim.state.layers import PAST
from kith.sim.state.money.worth import left_of_match
from kith.sim.state.population import NEVER
from kith.sim.state.ties import strength_at

_VISIT = int(Purpose.VISIT)
AROUND = 14
"days within which a neighbour counts as being around"


def visit(c: Community) -> None:
    """Find today's visitors, evaluate all visits on the same state, then record the visits."""
    population = c.population
    out = np.empty(population.top, np.int64)

    def screen(lo: int, hi: int) -> np.ndarray:
        n = screen_visits(
            population.address,
            population.visit_bound,
            population.members,
            c.p,
            c.decay,
            c.burst,
            c.day,
            c.key,
            lo,
            hi,
            out,
        )
        return out[lo : lo + n]

    c.visitors, c.visiting = c.in_order(np.concatenate(c.crew.share(population.top, screen)))
    n = len(c.visitors)
    c.count[Count.VISITS] += n
    c.gaps, sides = np.empty(n), np.empty(n, np.uint8)
    other_side = c.liquidity()

    def judge(lo: int, hi: int) -> None:
        judge_visits(
            population.members,
            population.last_visit,
            c.visitors,
            lo,
            hi,
            c.ties.pool,
            c.p,
            c.decay,
            c.fade,
            c.day,
            float(c.active),
            c.content,
            other_side,
            c.presence,
            c.hub_left,
            c.items,
            c.tiers,
            c.gaps,
            sides,
            c.climate,
        )

    c.crew.share(n, judge)
    note_visits(sides, population.last_visit, c.last_visits, c.visitors, c.day)
    c.count_active()


@kernel
def screen_visits(address, visit_bound, members, p, decay, burst, day, key, lo, hi, out):
    """Rows of lo … hi whose member comes today, written to out[lo:]; returns how many.

    First every draw is compared with an upper bound, which needs no record; then the few that pass
    are compared with today's rate.
    """
    passes = np.empty(SCREEN, np.bool_)
    n = lo
    for start in range(lo, hi, SCREEN):
        end = min(hi, start + SCREEN)
        for r in range(start, end):  # without branches, so that the compiler vectorises it
            passes[r - start] = uniform(key, address[r], day, _VISIT, ONLY) < visit_bound[r]
        for r in range(start, end):
            out[n] = r
            n += passes[r - start]
    floor, gain = p[0]["visiting_habit_floor"], p[0]["visiting_burst_gain"]
    ads = p[0]["monetisation_model"] == 1.0
    candidates, n = n, lo
    for k in range(lo, candidates):
        if (k - lo) % BLOCK == 0 and fetch_records(members, out, k, min(candidates, k + BLOCK)) < 0.0:
            break
        r = out[k]
        m = members[r]
        habit = m["habit"] * decay[min(day - m["settled"], 7), HABIT]
        rate = m["visit_rate"] * (floor + (1.0 - floor) * habit)
        if gain > 0.0 and m["contributions"] > 0:
            rate *= 1.0 + gain * excitation(m, day, burst)
        out[n] = r
        u = uniform(key, address[r], day, _VISIT, ONLY)
        come = undeterred(m, p[m["arm"]]) if ads or m["annoyance"] > 0.0 else 1.0
        # mostly below rate - rate²/2, which is less than 1 - exp(-rate) and needs no exponential
        sure = u < come * (rate - 0.5 * rate * rate) or visit_bound[r] >= NEWCOMER
        if sure or u < come * (1.0 - math.exp(-rate)):
            n += 1
    return n - lo


@kernel
def judge_visits(
    members,
    last_visit,
    visitors,
    lo,
    hi,
    pool,
    p,
    decay,
    fade,
    day,
    active,
    content,
    liquidity,
    presence,
    hub_left,
    items,
    tiers,
    gaps,
    sides,
    climate,
):
    """Evaluate the visits of visitors[lo:hi], which updates satisfaction, overload and habit."""
    q = p[0]
    # the part of the value that is the same for all visitors
    feed = 0.5 if q["affiliation_form"] > 0.0 else 1.0
    from_content = stock_value(content, active, q)
    lost = climate[0]["unwanted"] + climate[0]["disputes"] + climate[0]["selling"]
    common = q["value_product"] * q["organisation_quality"] + from_content - lost
    match, distrust = q["value_match"] * left_of_match(q), q["monetisation_ad_distrust"]
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0:
            end = min(hi, k + BLOCK)
            if fetch_records(members, visitors, k, end) + fetch_ties(members, pool, visitors, k, end) < 0.0:
                break
        r = visitors[k]
        m = members[r]
        arm = p[m["arm"]]
        sides[k] = m["side"]
        advance(m, day, decay, arm)
        # later steps use rates per day since the last visit
        previous = last_visit[r]
        gaps[k] = 1.0 if previous == NEVER else min(30.0, float(day - previous))
        # only neighbours who visited recently make a visit more valuable
        around = 0.0
        if q["value_peers"] > 0.0:
            for s in range(m["slots"], m["slots"] + m["degree"]):
                if last_visit[pool[s]["row"]] > day - AROUND:
                    around += strength_at(pool[s], day, fade)
        from_peers = 0.0
        if around > 0.0:
            from_peers = q["value_peers"] * (1.0 - math.exp(-around / q["value_tie_scale"]))
        # a visit shows a share of what was posted since the last one; too much of it tires
        shown = feed * arm["platform_feed_share"] * (items[day] - items[since(previous, day, q)])
        overload = 0.0
        if shown > q["platform_overload_from"]:
            overload = q["platform_overload_weight"] * math.log(shown / q["platform_overload_from"])
        # what is new and fits pleases; groups and matching halve the feed by what does not fit
        fresh = 0.0
        if q["value_fresh_share"] > 0.0:
            new = items[day] - items[new_since(previous, day, q)]
            fresh = fresh_value(arm["platform_feed_share"] * new * fitting(m["misfit"], q), q)
        # a price weighs more the closer it is to the willingness to pay
        burden = 0.0
        if m["paying"] > 0 and arm["monetisation_price"] > 0.0:
            burden = q["value_price_weight"] * arm["monetisation_price"] / m["wtp"]
        perk = _perk(m["points"], tiers)
        value = (
            common
            + match * liquidity[m["side"]]
            + from_peers
            + q["value_hub"] * m["hub"] * hub_of(m, presence)
            + perk
            - burden
            - overload
            - m["misfit"]
            - distrust * m["annoyance"] * m["aversion"]
            + fresh
            + q["value_replies"] * m["reciprocity"]
        )
        # satisfaction and overload are moving averages over visits; habit grows with each visit
        value = min(1.0, max(0.0, value))
        m["satisfaction"] += q["visiting_satisfaction_step"] * (value - m["satisfaction"])
        m["overload"] += q["visiting_satisfaction_step"] * (overload - m["overload"])
        m["habit"] += q["visiting_habit_step"] * (1.0 - m["habit"])
        if q["affiliation_hub"] > 0.0:  # what the hub would have added to satisfaction, were it there
            lost = q["value_hub"] * lost_bond(m, q, day, presence, hub_left)
            m["hub_missed"] += q["visiting_satisfaction_step"] * (lost - m["hub_missed"])
        if perk > 0.0:
            m["last_benefit"] = day
        if q["value_match"] > 0.0 and liquidity[m["side"]] > 0.5:
            m["last_benefit"] = day


@kernel
def _perk(points, tiers):
    """The value of the benefits earned by a number of points."""
    perk = 0.0
    for t in range(len(tiers)):
        if points >= tiers[t, 0]:
            perk = tiers[t, 1]
    return perk


@kernel
def note_visits(sides, last_visit, histogram, visitors, day):
    """Move today's visitors to today in the histogram of last visits."""
    for k in range(len(visitors)):
        r = visitors[k]
        if last_visit[r] > -PAST:
            histogram[sides[k], last_visit[r] + PAST] -= 1
        histogram[sides[k], day + PAST] += 1
        last_visit[r] = day
