"""Arriving: `wake` and `acquire` of a day inside a compiled call."""

import numpy as np

from kith.sim.day import moves
from kith.sim.day.moves import UNAWARE, advance_queue, move, push
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.luck import Purpose, exponentials
from kith.sim.kernels.order import ascending, order_of
from kith.sim.processes.acquire import (
    answer_invitations,
    channel_hazards,
    decide,
    meet_channel,
    paid_hazard,
    set_due,
)
from kith.sim.processes.wake import screen_dormant
from kith.sim.state.admission import belong, can_pay, count_referrals
from kith.sim.state.categories import Cause, Channel, Count
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.ledger import Account, post
from kith.sim.state.outside.forgetting import set_again, set_forgetting
from kith.sim.state.population import NO_PERSON
from kith.sim.state.ties import strengthen_pairs

_UNSUBSCRIBED = int(Cause.UNSUBSCRIBED)
_PAID, _RETURN, _REFERRAL = int(Account.PAID), int(Channel.RETURN), int(Channel.REFERRAL)
_RETURN_CLOCK = int(Purpose.RETURN_CLOCK)
_UNFOLLOWS, _FOLLOWS, _TURNED_AWAY = int(Count.UNFOLLOWS), int(Count.FOLLOWS), int(Count.TURNED_AWAY)
_WASTED, _JOINS, _REFERRAL_JOINS = (
    int(Count.INVITATIONS_WASTED),
    int(Count.JOINS),
    int(Count.REFERRAL_JOINS),
)
_ACTIVE = 1.0
"`acquisition.imitation_basis` active, as parameters are packed"


@kernel_part
def wake(s, day):
    """`wake`, on a day without messages."""
    b, t, now, n = s.asleep, s.tables, s.now[0], s.now[0]["dormant"]
    if n > 0:
        out, gone = np.empty(n, np.int64), np.empty(n, np.int64)
        woken, ended = screen_dormant(
            b.members,
            b.person,
            b.since,
            b.called,
            b.tied,
            n,
            t.waking,
            t.p[0]["dormancy_call_gain"],
            now["calls"],
            t.rules[0]["cleanup"],
            s.slots.pool,
            s.people.row,
            s.awake.members,
            day,
            t.fade,
            s.key,
            out,
            gone,
        )
        leaving, waking = ascending(b.person[gone[:ended]]), ascending(b.person[out[:woken]])
        moves.end_dormant(s, _places(s, leaving), _UNSUBSCRIBED, day)
        if woken > 0:
            moves.wake_up(s, _places(s, waking), day)
    now["calls"] = 0.0


@kernel_part
def _places(s, persons):
    out = np.empty(len(persons), np.int64)
    for k in range(len(persons)):
        out[k] = place_of_row(np.int64(s.people.row[persons[k]]))
    return out


@kernel_part
def acquire(s, letters, day):
    """`acquire`, with the invitations that are due today; returns today's referral joins."""
    q = s.tables.p[0]
    if q["acquisition_paid_budget"] > 0.0:
        post(s.tallies.today, _PAID, q["acquisition_paid_budget"])
    _unfollow(s, day)
    touched = _touched(s, day)
    invited = _invited(s, letters, day)
    converted = _converted(s, day)
    returned = _returned(s, day)
    most = touched.shape[1] + invited.shape[1] + converted.shape[1] + returned.shape[1]
    if most == 0:
        return np.empty((0, 2), np.int64)
    arrivals, n = np.empty((4, most), np.int64), 0
    for part in (touched, invited, converted, returned):
        for k in range(part.shape[1]):
            for line in range(4):
                arrivals[line, n] = part[line, k]
            n += 1
    return _join(s, arrivals, day)


@kernel_part
def _unfollow(s, day):
    """`unfollow`."""
    people, forgets = s.people, s.people.forgets
    if len(forgets) == 0:
        return
    due = advance_queue(people.forget, s.tables.p[0]["acquisition_unfollow_rate"], forgets)
    persons, spent = np.empty(len(due), np.int64), np.empty(len(due), np.int64)
    n, over = 0, 0
    for k in range(len(due)):
        person = due[k]
        forgets[person] = -1.0
        if people.status[person] != moves.FOLLOWER:
            continue
        persons[n] = person
        n += 1
        people.due[person] = np.inf
        if people.threshold[person] <= s.now[0]["hazard"]:
            spent[over] = person
            over += 1
    s.tallies.flows[_UNFOLLOWS] += n
    move(s, persons[:n], UNAWARE)
    rules, hazard = s.tables.rules[0], s.now[0]["hazard"]
    dues = set_again(
        spent[:over],
        people.interest,
        people.due,
        rules["direction"],
        rules["fit_width"],
        s.tables.p[0]["market_eagerness"],
        hazard,
        day,
        s.key,
    )
    push(people.again, dues, spent[:over])


@kernel_part
def _hazards(s):
    """`hazards`."""
    t, rules, now, tally = s.tables, s.tables.rules[0], s.now[0], s.people.tally
    q = t.p[0]
    basis = float(now["active"])
    if q["acquisition_imitation_basis"] != _ACTIVE:
        basis = float(tally[moves.PRESENT])
    paid = 0.0
    if q["acquisition_paid_budget"] > 0.0:
        paid = paid_hazard(s.people.fits, s.people.status, t.p, rules["promoters"])
    return channel_hazards(
        t.p,
        basis,
        rules["size"],
        paid,
        rules["promoters"],
        now["quality"],
        s.tallies.presence,
        now["content"],
    )


@kernel_part
def _reached(s, total):
    """`TouchClock.advance`, then `reached_again`."""
    people, now = s.people, s.now[0]
    first = now["passed"]
    if total > 0.0:
        now["hazard"] += total
        while (
            now["passed"] < len(people.order)
            and people.threshold[people.order[now["passed"]]] <= now["hazard"]
        ):
            now["passed"] += 1
    persons = people.order[first : now["passed"]]
    if len(people.forgets) == 0:
        return persons.copy()
    again = advance_queue(people.again, total, people.due)
    out, n = np.empty(len(persons) + len(again), np.int64), len(persons)
    for k in range(n):
        out[k] = persons[k]
    for k in range(len(again)):
        if people.status[again[k]] == UNAWARE:
            out[n] = again[k]
            n += 1
    return out[:n].copy()


@kernel_part
def _touched(s, day):
    """`_touched`."""
    rates, total = _hazards(s), 0.0
    edges = np.empty(len(rates))
    for k in range(len(rates)):
        total += rates[k]
        edges[k] = total
    persons, q = _reached(s, total), s.tables.p[0]
    if len(persons) == 0:
        return np.empty((4, 0), np.int64)
    joining, following, turned_away = meet_channel(
        persons,
        s.people.status,
        s.people.touched_by,
        edges / total,
        q["acquisition_join_on_touch"],
        s.tables.p,
        s.tallies.climate[0]["proof"],
        day,
        s.key,
    )
    s.tallies.flows[_TURNED_AWAY] += turned_away
    _follow(s, following, day)
    move(s, joining[0], moves.PRESENT)
    return joining


@kernel_part
def _good_name(s):
    """`Community.good_name`."""
    rules = s.tables.rules[0]
    reach = min(1.0, s.now[0]["bad_news"] * rules["known"] / rules["size"])
    return 1.0 - s.tables.p[0]["acquisition_bad_news_weight"] * reach


@kernel_part
def _invited(s, letters, day):
    """`_invited`."""
    if len(letters) == 0:
        return np.empty((4, 0), np.int64)
    people, t = s.people, s.tables
    keys = np.empty(len(letters), np.int64)
    for k in range(len(letters)):
        keys[k] = (letters[k, 0] << 32) + letters[k, 1]
    order = order_of(keys)
    sorted_ = np.empty((len(letters), 6), np.int64)
    for k in range(len(letters)):
        for column in range(6):
            sorted_[k, column] = letters[order[k], column]
    joining, following, nearer, counted = answer_invitations(
        sorted_,
        people.status,
        people.signals,
        people.signallers,
        people.touched_by,
        people.due,
        people.follow.hazard[0],
        t.strengths,
        s.tallies.climate[0]["proof"],
        _good_name(s),
        people.interest,
        t.rules[0]["fit_of_all"],
        t.p,
        day,
        s.key,
        s.tallies.invitation_joins,
        people.row,
        s.asleep.called,
    )
    s.tallies.flows[_WASTED] += counted[0]
    s.tallies.flows[_TURNED_AWAY] += counted[1]
    push(people.follow, people.due[nearer], nearer)
    _follow(s, following, day)
    move(s, joining[0], moves.PRESENT)
    return joining


@kernel_part
def _converted(s, day):
    """`_converted`."""
    people, t, proof = s.people, s.tables, s.tallies.climate[0]["proof"]
    rate = t.p[0]["acquisition_follower_conversion"] * proof * _good_name(s)
    persons = advance_queue(people.follow, rate, people.due)
    if len(persons) == 0:
        return np.empty((4, 0), np.int64)
    joining, waiting = decide(
        persons,
        people.status,
        people.touched_by,
        people.signallers,
        people.row,
        s.awake.members,
        s.asleep.members,
        t.p,
        proof,
        s.key,
    )
    s.tallies.flows[_TURNED_AWAY] += len(waiting)
    _wait(s, waiting, day)
    move(s, joining[0], moves.PRESENT)
    return joining


@kernel_part
def _returned(s, day):
    """`_returned`."""
    people, t = s.people, s.tables
    persons = advance_queue(people.back, t.p[0]["acquisition_return_rate"], people.due)
    lines, waiting = np.empty((4, len(persons)), np.int64), np.empty(len(persons), np.int64)
    n, waits = 0, 0
    for k in range(len(persons)):
        if people.status[persons[k]] != moves.LEFT:
            continue
        if can_pay(s.key, persons[k], t.p[0], s.tallies.climate[0]["proof"]):
            lines[0, n], lines[1, n], lines[2, n], lines[3, n] = persons[k], _RETURN, NO_PERSON, 0
            n += 1
        else:
            waiting[waits] = persons[k]
            waits += 1
    s.tallies.flows[_TURNED_AWAY] += waits
    dues = people.back.hazard[0] + exponentials(s.key, waiting[:waits], day, _RETURN_CLOCK)
    for k in range(waits):
        people.due[waiting[k]] = dues[k]
    push(people.back, dues, waiting[:waits])
    lines = lines[:, :n].copy()
    move(s, lines[0], moves.PRESENT)
    return lines


@kernel_part
def _follow(s, persons, day):
    """`_follow`."""
    people = s.people
    if len(persons) == 0:
        return
    move(s, persons, moves.FOLLOWER)
    s.tallies.flows[_FOLLOWS] += len(persons)
    if len(people.forgets) == 0:
        _wait(s, persons, 0)
        return
    known = people.forgets[persons] < 0.0
    push(people.forget, set_forgetting(persons, people.forgets, people.forget.hazard[0], day, s.key), persons)
    _wait(s, persons[~known], 0)
    _wait(s, persons[known], day)


@kernel_part
def _wait(s, persons, day):
    """`_wait`."""
    people, dues = s.people, np.empty(len(persons))
    set_due(
        persons, people.due, people.signals, s.tables.strengths, people.follow.hazard[0], day, s.key, dues
    )
    push(people.follow, dues, persons)


@kernel_part
def _join(s, arrivals, day):
    """`join`: returns the referral joins."""
    order = order_of(arrivals[0])
    new = arrivals[:, order]
    persons, channel, referrer, generation = new[0], new[1], new[2], new[3]
    rows = moves.admit(s, persons, channel, referrer, generation, day)
    for k in range(len(channel)):
        s.tallies.joins[channel[k]] += 1
    s.tallies.flows[_JOINS] += len(rows)
    by_referral = channel == _REFERRAL
    referrers, invited = referrer[by_referral], rows[by_referral]
    s.tallies.flows[_REFERRAL_JOINS] += len(invited)
    referred = np.empty((len(invited), 2), np.int64)
    if len(invited) == 0:
        return referred
    members, q, t = s.awake.members, s.tables.p[0], s.tables
    inviters = count_referrals(
        members,
        s.asleep.members,
        s.people.row,
        referrers,
        invited,
        persons[by_referral],
        q["affiliation_peers"],
        day,
        s.key,
        referred,
    )
    strengthen_pairs(
        members,
        s.slots.pool,
        s.slots.ties,
        inviters,
        invited,
        0,
        len(inviters),
        q["referral_tie_strength"],
        0.0,
        day,
        t.fade,
    )
    belong(members, invited[inviters >= 0], t.p, s.tallies.presence)
    return referred


__all__ = ["acquire", "wake"]
