"""Falling asleep: a member falls silent, without ending its membership.

Its ties are no longer in use, but each end remembers them: the dormant member as a list in its block of
slots, which names persons instead of rows, and the partner as the strength that it misses, which fades
as the tie would. The partner feels it as it feels an exit (Nitzan & Libai 2011), once. The list keeps how
much it felt in place of the twin, so that waking takes off just that.
"""

import math

from kith.sim.kernels.compilation import kernel
from kith.sim.state.decay import EXITS, advance, contagion
from kith.sim.state.dormancy.dormant import row_of_place
from kith.sim.state.layers import INTERNAL, MEMBER, PAST, has_contributed, layer_of
from kith.sim.state.population import NEVER_ASLEEP
from kith.sim.state.ties import feel, remove_slot, strength_at

MILLION = 1e6
"parts of an exit in which a remembered tie keeps what its other end felt"
MOST_FELT = int(2.0 * MILLION)
FELT_NOTHING = -1
"what a remembered tie keeps if its other end had fallen silent before"


@kernel
def felt(strength, q):
    """What a neighbour feels of an exit or of falling asleep, in exits: 1 over a tie of medium strength."""
    weak = q["churn_contagion_weak"]
    return weak + (2.0 - 2.0 * weak) * strength


@kernel
def remember_ties(members, exit_bound, rows, pool, count, day, fade, decay, p):
    """Turn the ties of `rows` into lists of persons, and let their partners feel and miss them."""
    q = p[0]
    for k in range(len(rows)):
        a = rows[k]
        m = members[a]
        advance(m, day, decay, p[m["arm"]])
        for slot in range(m["slots"], m["slots"] + m["degree"]):
            b = pool[slot]["row"]
            other = members[b]
            strength = strength_at(pool[slot], day, fade)
            before = contagion(other["exits"], q)
            exits = felt(strength, q)
            other["exits"] += exits / decay[min(day - other["settled"], 7), EXITS]
            exit_bound[b] *= math.exp(contagion(other["exits"], q) - before)
            remove_slot(members, pool, b, pool[slot]["twin"])
            feel(other, -strength, day, fade)
            other["missed"] += strength / fade[day - other["settled"]]
            pool[slot]["row"] = other["person"]
            pool[slot]["twin"] = int(math.floor(exits * MILLION + 0.5))
        count[0] -= m["degree"]
        m["tied"] = 0.0


@kernel
def lay_down(
    members,
    last_visit,
    next_bill,
    rows,
    causes,
    dormant,
    person,
    since,
    tied,
    dormant_last_visit,
    dormant_next_bill,
    n,
    row_of,
    pool,
    last_visits,
    last_contributions,
    sleeps,
    day,
    fade,
    by_layer,
):
    """Move the records of `rows` to places from n on, out of the counts of the awake.

    by_layer counts where they were yesterday evening: member, audience, internal.
    """
    for k in range(len(rows)):
        r = rows[k]
        m = members[r]
        # the tallies by day of last visit and last contribution are of the awake alone
        if last_visit[r] > -PAST:
            last_visits[m["side"], last_visit[r] + PAST] -= 1
        if m["last_contribution"] > -PAST:
            last_contributions[m["last_contribution"] + PAST] -= 1
        # members fall silent in the course of a day, so yesterday evening's layer counts
        layer = layer_of(m["internal"], m["last_contribution"], day - 1)
        if layer == INTERNAL:
            by_layer[2] += 1
        elif layer == MEMBER:
            by_layer[0] += 1
        if not has_contributed(m["last_contribution"], day - 1):
            by_layer[1] += 1
        # who wakes is no ambassador any more, but keeps the cause, for the record
        sleeps[causes[k]] += 1
        m["internal"] = 0
        m["asleep_cause"] = causes[k]
        m["asleep_on"] = day
        if m["first_asleep"] == NEVER_ASLEEP:
            m["first_asleep"] = day
        # the record is copied as it is now; waking brings it up to date in one step
        dormant[n + k] = members[r]
        person[n + k] = m["person"]
        since[n + k] = day
        # the strength of all ties bounds what calls by neighbours can add, see `wake`
        tied[n + k] = 0.0
        for slot in range(m["slots"], m["slots"] + m["degree"]):
            tied[n + k] += strength_at(pool[slot], day, fade)
        dormant_last_visit[n + k] = last_visit[r]
        dormant_next_bill[n + k] = next_bill[r]
        row_of[m["person"]] = row_of_place(n + k)


__all__ = ["FELT_NOTHING", "MILLION", "MOST_FELT", "felt", "lay_down", "remember_ties"]
