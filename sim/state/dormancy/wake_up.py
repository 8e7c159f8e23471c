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
    left_since,
)
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.dormancy.fall_asleep import FELT_NOTHING, MILLION
from kith.sim.state.layers import PAST, has_contributed
from kith.sim.state.ties import FAINTEST, find, strength_at, strengthen

ROUNDING = 1e-6
"days added before experience is rounded down, so that half of an even number stays whole"


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
def sleep_through_all(dormant, count, day, decay, p, presence):
    """Bring the records of all dormant members up to `day`; called before parameters change."""
    for place in range(count):
        m = dormant[place]
        sleep_through(m, day, decay, p[m["arm"]], presence)


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
    tenure_halvings,
    day,
    decay,
    p,
    presence,
):
    """Move the records of `places` to `rows`, up to date and among the counts; returns how many are audience.

    tenure_halvings : half-lives of experience that have passed by each day
    """
    audience = 0
    for k in range(len(rows)):
        r, place = rows[k], places[k]
        # person and row refer to each other again
        members[r] = dormant[place]
        m = members[r]
        person = m["person"]
        address[r] = person
        row_of[person] = r
        last_visit[r] = dormant_last_visit[place]
        next_bill[r] = dormant_next_bill[place]
        # what changes during sleep is computed in one step, so that a day asleep costs nothing
        sleep_through(m, day, decay, p[m["arm"]], presence)
        derive(m, p[0])
        # experience fades while asleep: the member counts as having joined that much later
        experience = m["asleep_on"] - m["seasoned"]
        left = experience * left_since(m["asleep_on"], day, tenure_halvings)
        m["seasoned"] = day - int(left + ROUNDING)
        # the weeks asleep, without a contribution, enter the memory of the last 13 weeks
        looks = _weekly_looks(person, m["asleep_on"], day)
        m["weeks"] = (int(m["weeks"]) << looks) & 0x1FFF if looks < 13 else 0
        m["woke_on"] = day
        # back into the tallies of the awake, by day of last visit and last contribution
        if last_visit[r] > -PAST:
            last_visits[m["side"], last_visit[r] + PAST] += 1
        if m["last_contribution"] > -PAST:
            last_contributions[m["last_contribution"] + PAST] += 1
        if not has_contributed(m["last_contribution"], day - 1):
            audience += 1
    return audience


@kernel
def take_up_ties(members, rows, pool, count, row_of, dormant, tied, day, fade, exit_halvings, decay):
    """Take up the remembered ties of `rows`, in ascending addresses, with whoever is still in the same membership.

    A partner who is awake no longer misses the tie, and forgets what is left of the exit that it felt.
    A partner who is dormant now remembers the tie in its turn. A tie for which one end has no slot left
    stays missed. exit_halvings : half-lives of felt exits that have passed by each day
    """
    lists, entries = _lists(members, rows, pool)
    for k in range(len(rows)):
        a = rows[k]
        m = members[a]
        slept = m["asleep_on"]
        persons = np.empty(lists[k + 1] - lists[k], np.int64)
        for i in range(len(persons)):
            persons[i] = entries[lists[k] + i]["row"]
        for i in np.argsort(persons, kind="mergesort"):
            entry = entries[lists[k] + i]
            row = row_of[entry["row"]]
            strength = strength_at(entry, day, fade)
            was_felt = entry["twin"] != FELT_NOTHING
            place = place_of_row(row)
            if row >= 0:
                other = members[row]
                if other["joined"] > slept:
                    continue
                if was_felt:
                    _forget(other, entry["twin"] / MILLION, slept, day, exit_halvings, decay)
                _meet_again(members, pool, count, a, row, strength, was_felt, day, fade)
            elif place >= 0:
                other = dormant[place]
                if other["joined"] > slept:
                    continue
                if was_felt:
                    _forget(other, entry["twin"] / MILLION, slept, other["settled"], exit_halvings, decay)
                if _hand_over(other, pool, m, strength, was_felt, day):
                    tied[place] += strength


@kernel
def _lists(members, rows, pool):
    """Where the list of each of `rows` starts, shape (n + 1,), and all remembered ties; their blocks are then empty.

    A block of slots holds the list and takes up ties, also those of others who wake this morning.
    """
    lists = np.zeros(len(rows) + 1, np.int64)
    for k in range(len(rows)):
        lists[k + 1] = lists[k] + members[rows[k]]["degree"]
    entries = pool[: lists[len(rows)]].copy()
    for k in range(len(rows)):
        m = members[rows[k]]
        for i in range(m["degree"]):
            entries[lists[k] + i] = pool[m["slots"] + i]
        m["degree"] = 0
    return lists, entries


@kernel
def _forget(m, exits, slept, day, halvings, decay):
    """Take off what is left on `day` of exits that were felt on the evening of `slept`."""
    left = exits * left_since(slept, day, halvings)
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
    room = other["degree"] < other["capacity"] and strength >= FAINTEST
    if room:
        slot = other["slots"] + other["degree"]
        pool[slot]["row"] = m["person"]
        pool[slot]["twin"] = FELT_NOTHING
        pool[slot]["day"] = day
        pool[slot]["strength"] = strength
        other["degree"] += 1
        if first:
            m["missed"] += strength
    return room


__all__ = ["get_up", "sleep_through_all", "take_up_ties"]
