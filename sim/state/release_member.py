"""Departure: the kernels that end memberships."""

import math

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.state.decay import EXITS, advance, contagion
from kith.sim.state.layers import INTERNAL, MEMBER, PAST, has_contributed, layer_of
from kith.sim.state.ties import cut, give_back, strength_at

_RETURN_CLOCK = int(Purpose.RETURN_CLOCK)


@kernel
def release_ties(members, exit_bound, rows, pool, free, count, day, fade, decay, p):
    """Cut the leavers' ties, raise their neighbours' hazard, and free the slots."""
    q = p[0]
    weak = q["churn_contagion_weak"]
    for k in range(len(rows)):
        m = members[rows[k]]
        advance(m, day, decay, p[m["arm"]])
        while m["degree"] > 0:
            slot = m["slots"] + m["degree"] - 1
            other = members[pool[slot]["row"]]
            felt = weak + (2.0 - 2.0 * weak) * strength_at(pool[slot], day, fade)
            before = contagion(other["exits"], q)
            other["exits"] += felt / decay[min(day - other["settled"], 7), EXITS]
            exit_bound[pool[slot]["row"]] *= math.exp(contagion(other["exits"], q) - before)
            cut(members, pool, count, rows[k], slot, day, fade)
        give_back(pool, free, m["slots"], m["capacity"])


@kernel
def archive_leavers(
    members,
    last_visit,
    rows,
    causes,
    ended,
    ended_left,
    ended_cause,
    ended_last_visit,
    n,
    last_visits,
    last_contributions,
    leaves,
    day,
    by_layer,
):
    """Archive leavers from line n on and remove them from the counts; by_layer = member, audience, internal."""
    for k in range(len(rows)):
        r = rows[k]
        m = members[r]
        ended[n + k] = members[r]
        ended_left[n + k] = day
        ended_cause[n + k] = causes[k]
        ended_last_visit[n + k] = last_visit[r]
        leaves[causes[k]] += 1
        if last_visit[r] > -PAST:
            last_visits[m["side"], last_visit[r] + PAST] -= 1
        if m["last_contribution"] > -PAST:
            last_contributions[m["last_contribution"] + PAST] -= 1
        # departures happen in the course of a day, so yesterday evening's layer counts
        layer = layer_of(m["internal"], m["last_contribution"], day - 1)
        if layer == INTERNAL:
            by_layer[2] += 1
        elif layer == MEMBER:
            by_layer[0] += 1
        # the flows between audience and members count ambassadors by their contributions, too
        if not has_contributed(m["last_contribution"], day - 1):
            by_layer[1] += 1


@kernel
def archive_dormant(
    members,
    last_visit,
    places,
    causes,
    ended,
    ended_left,
    ended_cause,
    ended_last_visit,
    n,
    pool,
    free,
    leaves,
    day,
):
    """Archive dormant members from line n on, and free their slots; they were in none of the counts of the awake."""
    for k in range(len(places)):
        m = members[places[k]]
        give_back(pool, free, m["slots"], m["capacity"])
        ended[n + k] = members[places[k]]
        ended_left[n + k] = day
        ended_cause[n + k] = causes[k]
        ended_last_visit[n + k] = last_visit[places[k]]
        leaves[causes[k]] += 1


@kernel
def draw_returns(members, rows, persons, row_of, dues, size, disappointed_below, hazard, day, key, due):
    """Set each leaver's clock for returning, none if disappointed; returns the number of disappointed."""
    disappointed = 0.0
    for k in range(len(rows)):
        person = persons[k]
        row_of[person] = -1
        due[k] = np.inf
        if person < size:
            if members[rows[k]]["satisfaction"] < disappointed_below:
                disappointed += 1.0
            else:
                due[k] = hazard - math.log(uniform(key, person, day, _RETURN_CLOCK, ONLY))
        dues[person] = due[k]
    return disappointed
