"""Waking up: a dormant member is awake again, as the person it was, with what time has left of its state.

Habit, bonds, belonging, reciprocity, recognition and the memory of exits and harassment have faded,
week by week as for a member who is awake and stays away; satisfaction, norm, points, badges and
willingness to pay stood still. Experience, by which the hazard of leaving falls, has halved over and
over (`dormancy.tenure_half_life`), without a further cut.
"""

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.state.decay import (
    ACTIVITY,
    ADS,
    BELONGING,
    EXITS,
    HABIT,
    HARM,
    HUB,
    MEMORY,
    TIES,
    WEEK,
    attach,
    bind,
    derive,
)
from kith.sim.state.dormant import place_of_row
from kith.sim.state.fall_asleep import felt
from kith.sim.state.layers import PAST, has_contributed
from kith.sim.state.ties import find, strength_at, strengthen


@kernel
def sleep_through(m, day, decay, p, presence):
    """Bring the record of a dormant member up to `day`."""
    while m["settled"] < day:
        d = min(day - m["settled"], WEEK)
        m["habit"] *= decay[d, HABIT]
        m["activity"] *= decay[d, ACTIVITY]
        m["hub"] *= decay[d, HUB]
        m["reciprocity"] *= decay[d, MEMORY]
        m["recognition"] *= decay[d, MEMORY]
        m["belonging"] = m["attachment"] + (m["belonging"] - m["attachment"]) * decay[d, BELONGING]
        m["exits"] *= decay[d, EXITS]
        m["harassed"] *= decay[d, HARM]
        m["missed"] *= decay[d, TIES]
        m["annoyance"] *= decay[d, ADS]
        m["settled"] += d
        bind(m, p)
        attach(m, p, presence)


@kernel
def _weekly_looks(person, after, before):
    """Days d with after < d < before on which a member with this address would have been looked at."""
    return (before - 1 - person) // WEEK - (after - person) // WEEK


@kernel
def get_up(
    dormant,
    dormant_last_visit,
    dormant_next_bill,
    places,
    members,
    address,
    last_visit,
    next_bill,
    rows,
    row_of,
    last_visits,
    last_contributions,
    experience_left,
    day,
    decay,
    p,
    presence,
):
    """Move the records of `places` to `rows`, up to date and among the counts; returns how many are audience.

    experience_left : share of the experience that remains after so many days asleep
    """
    audience = 0
    for k in range(len(rows)):
        r, place = rows[k], places[k]
        members[r] = dormant[place]
        m = members[r]
        person = m["person"]
        address[r] = person
        row_of[person] = r
        last_visit[r] = dormant_last_visit[place]
        next_bill[r] = dormant_next_bill[place]
        sleep_through(m, day, decay, p[m["arm"]], presence)
        derive(m, p[0])
        asleep = day - m["asleep_on"]
        m["seasoned"] = day - int((m["asleep_on"] - m["seasoned"]) * experience_left[asleep])
        looks = _weekly_looks(person, m["asleep_on"], day)
        m["weeks"] = (int(m["weeks"]) << looks) & 0x1FFF if looks < 13 else 0
        m["woke_on"] = day
        if last_visit[r] > -PAST:
            last_visits[m["side"], last_visit[r] + PAST] += 1
        if m["last_contribution"] > -PAST:
            last_contributions[m["last_contribution"] + PAST] += 1
        if not has_contributed(m["last_contribution"], day - 1):
            audience += 1
    return audience


@kernel
def take_up_ties(members, rows, pool, count, row_of, dormant, tied, day, fade, exit_fade, decay, p):
    """Take up the remembered ties of `rows`, in ascending address, with whoever is still in the same membership.

    A partner who is awake no longer misses the tie, and forgets what is left of the exit that it felt.
    A partner who is dormant now remembers the tie in its turn. A tie for which one end has no slot left
    stays missed. exit_fade : share of a felt exit that remains after so many days
    """
    q = p[0]
    # all blocks are emptied before the first tie is taken up, because each is both the list and the place of ties
    ends = np.empty(len(rows), np.int64)
    total = 0
    for k in range(len(rows)):
        total += members[rows[k]]["degree"]
        ends[k] = total
    entries = np.empty(total, pool.dtype)
    total = 0
    for k in range(len(rows)):
        m = members[rows[k]]
        for slot in range(m["slots"], m["slots"] + m["degree"]):
            entries[total] = pool[slot]
            total += 1
        m["degree"] = 0
    nth = 0
    for k in range(len(rows)):
        a = rows[k]
        m = members[a]
        slept = m["asleep_on"]
        while nth < ends[k]:
            entry = entries[nth]
            nth += 1
            row = row_of[entry["row"]]
            strength = strength_at(entry, day, fade)
            since_slept = entry["day"] <= slept
            place = place_of_row(row)
            if row >= 0:
                other = members[row]
                if other["joined"] > slept:
                    continue
                if since_slept:
                    _forget(other, felt(strength_at(entry, slept, fade), q), day, slept, exit_fade, decay)
                _meet_again(members, pool, count, a, row, strength, since_slept, day, fade)
            elif place >= 0:
                other = dormant[place]
                if other["joined"] > slept:
                    continue
                if since_slept:
                    exits = felt(strength_at(entry, slept, fade), q)
                    _forget(other, exits, other["settled"], slept, exit_fade, decay)
                if _hand_over(other, pool, m, strength, since_slept, day):
                    tied[place] += strength


@kernel
def _forget(m, exits, day, slept, exit_fade, decay):
    """Take off what is left today of exits that were felt on the evening of `slept`."""
    left = exits * exit_fade[max(0, day - slept)]
    age = min(day - m["settled"], WEEK)
    m["exits"] = max(0.0, m["exits"] - left / decay[age, EXITS])


@kernel
def _meet_again(members, pool, count, a, b, strength, alone, day, fade):
    """A tie is in use again, if both have a slot for it; who missed it no longer does: the partner alone, or both."""
    other = members[b]
    room = members[a]["degree"] < members[a]["capacity"] and other["degree"] < other["capacity"]
    if not room or find(members, pool, a, b) >= 0:
        return
    other["missed"] = max(0.0, other["missed"] - strength / fade[day - other["settled"]])
    if not alone:
        members[a]["missed"] = max(0.0, members[a]["missed"] - strength)
    strengthen(members, pool, count, a, b, strength, 0.0, day, fade)


@kernel
def _hand_over(other, pool, m, strength, first, day):
    """A dormant partner takes the tie into its list, if there is room; whoever has woken misses it, from the `first` time on."""
    room = other["degree"] < other["capacity"]
    if room:
        slot = other["slots"] + other["degree"]
        pool[slot]["row"] = m["person"]
        pool[slot]["twin"] = -1
        pool[slot]["day"] = day
        pool[slot]["strength"] = strength
        other["degree"] += 1
        if first:
            m["missed"] += strength
    return room


__all__ = ["get_up", "sleep_through", "take_up_ties"]
