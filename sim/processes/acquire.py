"""Acquire: people outside hear of the community through channels, follow, and join.

Per person of the market, hazards per day add up over channels (Bass 1969 for external
influence p and imitation q F); a person whom the purpose fits by f and who is eager by e is reached
when f e times the cumulative hazard passes its clock. A touch makes a member at once with probability
`join_on_touch`, else a follower; followers join at a rate that grows with the number of
distinct people from whom they have heard (Centola 2010). Invitations of earlier days are
answered here.

A plan may give the number of people who join on each day (`Plan.arrivals`). They are new people, in
the order of clocks of their own, which run like those of the channels: more of them are the same
people earlier, plus some. They stand beside all other ways to join, or instead of them.

Long, because every way in is here: channels, invitations, following, return and given arrivals.

Reads  market, content, presence, invitations due     Writes  members, followers, clocks
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ACCEPT_INVITER_SHIFT, ONLY, Purpose, exponentials, uniform
from kith.sim.kernels.sums import add_up
from kith.sim.state.admission import Newcomers, can_pay, join, newcomers, willingness
from kith.sim.state.categories import Channel, Count
from kith.sim.state.community import Community
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.ledger import Account
from kith.sim.state.market import SIGNALS, Status, eagerness, liking, mean_fit
from kith.sim.state.outside.forgetting import begin_to_follow, reached_again, unfollow
from kith.sim.state.population import NO_PERSON

_ACCEPT, _CHANNEL, _JOIN_ON_TOUCH = int(Purpose.ACCEPT), int(Purpose.CHANNEL), int(Purpose.JOIN_ON_TOUCH)
_FOLLOW_CLOCK, _HEED = int(Purpose.FOLLOW_CLOCK), int(Purpose.HEED)
_UNAWARE, _FOLLOWER, _PRESENT, _LEFT, _DORMANT = (int(s) for s in Status)
_FIRST_CHANNEL, _BY_REFERRAL = int(Channel.EXTERNAL), int(Channel.REFERRAL)
type Arrivals = npt.NDArray[np.int64]
"people who join today, shape (4, n): person, channel, referrer or -1, generation of referral"
NOBODY, NO_ARRIVALS = np.empty(0, np.int64), np.empty((4, 0), np.int64)
LEAST_CAC = 0.01
"minimum cost of a paid touch relative to its price, for any number of advocates"
CHANNELS = (Channel.EXTERNAL, Channel.IMITATION, Channel.PAID, Channel.HUB, Channel.SEARCH)


def acquire(c: Community) -> None:
    """Admit the people who join today through channels, invitations, following or return, or are given."""
    if c.parameters.acquisition.paid_budget > 0.0:
        c.ledger.post(Account.PAID, c.parameters.acquisition.paid_budget)
    unfollow(c)
    if c.plan.arrivals is not None and c.plan.arrivals.replaces_acquisition:
        _invited(c, conversion=0.0)
        parts = [_given(c)]
    else:
        parts = [_touched(c), _invited(c), _converted(c), _returned(c), _given(c)]
    arrivals = [part for part in parts if part.shape[1]]
    if arrivals:
        join(c, Newcomers(*np.concatenate(arrivals, axis=1)))


def hazards(c: Community) -> npt.NDArray[np.float64]:
    """Hazard per day and channel for a person whom the purpose fits, shape (5,)."""
    basis = (
        c.active if c.parameters.acquisition.imitation_basis == "active" else c.market.count(Status.PRESENT)
    )
    paid = 0.0
    if c.parameters.acquisition.paid_budget > 0.0:
        paid = paid_hazard(c.susceptibility(), c.market.status, c.p, c.promoters)
    rates: npt.NDArray[np.float64] = channel_hazards(
        c.p, float(basis), c.market.size, paid, c.promoters, c.quality, c.presence, c.content
    )
    return rates


@kernel
def channel_hazards(p, basis, size, paid, promoters, quality, presence, content):
    """The hazard of each channel; `basis` are the people who are imitated, `paid` is the hazard that money buys."""
    q = p[0]
    there = add_up(presence) / len(presence) if q["affiliation_hub"] > 0.0 else 0.0
    findable = content / (content + q["acquisition_search_scale"])
    advocacy = 1.0 + q["acquisition_stories_gain"] * findable
    out = np.empty(len(CHANNELS))
    out[0] = (
        q["acquisition_external_rate"]
        * q["organisation_purpose"]
        * quality
        * (1.0 + q["organisation_advocacy_reach"] * promoters)
        * advocacy
    )
    out[1] = q["acquisition_imitation_rate"] * basis / size
    out[2] = paid * advocacy
    out[3] = q["acquisition_hub_reach"] * there
    out[4] = q["acquisition_search_rate"] * content / (content + q["acquisition_search_scale"])
    return out


@kernel
def paid_hazard(fits, status, p, promoters):
    """The hazard that the budget buys: the dearer the more is spent, the less the more people advocate."""
    q = p[0]
    cost = q["acquisition_cac"] * max(
        q["acquisition_cac_floor"],
        (q["acquisition_paid_budget"] / q["acquisition_cac_reference"]) ** q["acquisition_cac_exponent"],
    )
    cost *= max(LEAST_CAC, 1.0 - q["organisation_advocacy_gain"] * promoters)
    reachable, n = np.empty(len(fits)), 0
    for person in range(len(fits)):
        if status[person] == _UNAWARE:
            reachable[n] = fits[person]
            n += 1
    return q["acquisition_paid_budget"] / (cost * max(1.0, add_up(reachable[:n])))


def _touched(c: Community) -> Arrivals:
    """People whom the channels reach today: some join at once, the others follow."""
    rates = hazards(c)
    total = float(np.add.reduce(rates))
    persons = c.touch.advance(total) if total > 0.0 else NOBODY
    again = reached_again(c, total)
    if len(again):
        persons = np.concatenate([persons, again])
    if not len(persons):
        return NO_ARRIVALS
    joining, following, turned_away = meet_channel(
        persons,
        c.market.status,
        c.market.touched_by,
        rates.cumsum() / total,
        c.parameters.acquisition.join_on_touch,
        c.p,
        float(c.climate["proof"][0]),
        c.day,
        c.key,
    )
    c.count[Count.TURNED_AWAY] += turned_away
    _follow(c, following)
    c.market.move(joining[0], Status.PRESENT)
    return joining


@kernel
def meet_channel(persons, status, touched_by, edges, join_on_touch, p, proof, day, key):
    """The channel that reaches each unaware person; who joins at once, who follows, how many cannot pay."""
    q = p[0]
    joining = np.empty((4, len(persons)), np.int64)
    following = np.empty(len(persons), np.int64)
    joined, followed, turned_away = 0, 0, 0
    for k in range(len(persons)):
        person = persons[k]
        if status[person] != _UNAWARE:
            continue
        u = uniform(key, person, day, _CHANNEL, ONLY)
        channel = 0
        while channel < len(edges) - 1 and u >= edges[channel]:
            channel += 1
        touched_by[person] = _FIRST_CHANNEL + channel
        joins = uniform(key, person, 0, _JOIN_ON_TOUCH, ONLY) < join_on_touch
        if joins and not can_pay(key, person, q, proof):
            joins = False
            turned_away += 1
        if joins:
            joining[0, joined], joining[1, joined] = person, touched_by[person]
            joining[2, joined], joining[3, joined] = NO_PERSON, 0
            joined += 1
        else:
            following[followed] = person
            followed += 1
    return joining[:, :joined].copy(), following[:followed], turned_away


def _invited(c: Community, conversion: float = 1.0) -> Arrivals:
    """Answers to the invitations that are due today, in order of invitee and inviter.

    `conversion` scales the chance that one is accepted; with 0 they are only heard.
    """
    parts = c.invited.pop(c.day, [])
    if not parts:
        return NO_ARRIVALS
    # columns: invitee, inviter, generation of the inviter, weak, discount (per mille), day sent
    letters = np.concatenate(parts)
    letters = letters[((letters[:, 0] << 32) + letters[:, 1]).argsort(kind="stable")]
    market = c.market
    joining, following, nearer, counted = answer_invitations(
        letters,
        market.status,
        market.signals,
        market.signallers,
        market.touched_by,
        market.due,
        c.follow.hazard,
        c.strengths,
        float(c.climate["proof"][0]),
        conversion * c.good_name(),
        market.interest,
        mean_fit(c.direction, c.parameters.market.fit_width),
        c.p,
        c.day,
        c.key,
        c.invitation_joins,
        market.row,
        c.dormant.called,
    )
    c.count[Count.INVITATIONS_WASTED] += counted[0]
    c.count[Count.TURNED_AWAY] += counted[1]
    c.follow.push(market.due[nearer], nearer)
    _follow(c, following)
    market.move(joining[0], Status.PRESENT)
    return joining


@kernel
def answer_invitations(
    letters,
    status,
    signals,
    signallers,
    touched_by,
    due,
    follow_hazard,
    strengths,
    proof,
    good_name,
    interest,
    fit_of_all,
    p,
    day,
    key,
    joins_by_day_sent,
    row_of,
    called,
):
    """The answers to invitations, in order: who joins, who starts to follow, whose clock is shortened.

    Also returns the number of invitations to present members, and of people turned away by the fee.
    Whoever does not join has received one more signal.
    """
    q = p[0]
    n = len(letters)
    joining, following, nearer = np.empty((4, n), np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    joined, followed, moved, wasted, turned_away = 0, 0, 0, 0, 0
    nth = 0
    for k in range(n):
        person, inviter = letters[k, 0], letters[k, 1]
        # invitations of one person by one inviter are numbered, so that each has its own draw
        first = k == 0 or letters[k - 1, 0] != person
        nth = nth + 1 if not first and letters[k - 1, 1] == inviter else 0
        # invitations to members, also of this morning, and to disappointed leavers have no effect
        is_in = joined > 0 and joining[0, joined - 1] == person
        if status[person] == _PRESENT or is_in:
            wasted += 1
            continue
        if status[person] == _DORMANT:
            wasted += 1
            called[place_of_row(row_of[person])] += 1.0
            continue
        if status[person] == _LEFT and due[person] == np.inf:
            continue
        # each distinct inviter is a signal, and signals reinforce each other
        before = strengths[signals[person]]
        _hear(signals, signallers, person, inviter)
        now = strengths[signals[person]]
        willing = q["referral_conversion"] * now * good_name * letters[k, 4] / 1000.0
        if q["referral_fit_weight"] > 0.0:
            willing *= liking(interest[person], fit_of_all, q)
        if q["market_eagerness"] > 0.0:
            willing *= eagerness(key, person, q["market_eagerness"])
        which = (inviter << ACCEPT_INVITER_SHIFT) + nth
        accepted = uniform(key, person, day, _ACCEPT, which) < willing
        # a person who started to follow by an earlier invitation today may still join
        follows = followed > 0 and following[followed - 1] == person
        if accepted and not can_pay(key, person, q, proof):
            accepted = False
            turned_away += 1
        if accepted:
            joining[0, joined], joining[1, joined] = person, _BY_REFERRAL
            joining[2, joined], joining[3, joined] = inviter, letters[k, 2] + 1
            joined += 1
            joins_by_day_sent[letters[k, 5]] += 1
            if follows:
                followed -= 1
        elif status[person] == _UNAWARE and not follows:
            if uniform(key, person, day, _HEED, which) < q["referral_follow"]:
                following[followed] = person
                followed += 1
        elif status[person] == _FOLLOWER and now != before:
            # a stronger signal shortens the remaining wait in proportion
            wait = (due[person] - follow_hazard) * before / now if now > 0.0 else np.inf
            due[person] = follow_hazard + wait
            nearer[moved] = person
            moved += 1
        if status[person] == _UNAWARE:
            touched_by[person] = _BY_REFERRAL
    return joining[:, :joined].copy(), following[:followed], nearer[:moved], (wasted, turned_away)


@kernel
def _hear(signals, signallers, person, inviter):
    """Record a signal by an inviter, up to four distinct people."""
    for s in range(signals[person]):
        if signallers[person, s] == inviter:
            return
    if signals[person] < SIGNALS:
        signallers[person, signals[person]] = inviter
        signals[person] += 1


def _converted(c: Community) -> Arrivals:
    """Followers whose clock has run out join by the channel that first reached them."""
    proof = float(c.climate["proof"][0])
    rate = float(c.p["acquisition_follower_conversion"][0]) * proof * c.good_name()
    persons = c.follow.advance(rate, c.market.due)
    if not len(persons):
        return NO_ARRIVALS
    joining, waiting = decide(
        persons,
        c.market.status,
        c.market.touched_by,
        c.market.signallers,
        c.market.row,
        c.population.members,
        c.dormant.members,
        c.p,
        proof,
        c.key,
    )
    c.count[Count.TURNED_AWAY] += len(waiting)
    _wait(c, waiting, c.day)
    c.market.move(joining[0], Status.PRESENT)
    return joining


@kernel
def decide(persons, status, touched_by, signallers, row_of, members, dormant, p, proof, key):
    """Followers who join, with channel, inviter and generation, and those whom the fee turns away.

    The generation is one more than the inviter's, 1 if the inviter has left, 0 without one.
    """
    q = p[0]
    joining, waiting = np.empty((4, len(persons)), np.int64), np.empty(len(persons), np.int64)
    joined, waits = 0, 0
    for k in range(len(persons)):
        person = persons[k]
        if status[person] != _FOLLOWER:
            continue
        if not can_pay(key, person, q, proof):
            waiting[waits] = person
            waits += 1
            continue
        inviter, generation = np.int64(NO_PERSON), np.int64(0)
        if touched_by[person] == _BY_REFERRAL:
            inviter = np.int64(signallers[person, 0])
        if inviter >= 0:
            row = row_of[inviter]
            generation = np.int64(1)
            if row >= 0:
                generation += np.int64(members[row]["generation"])
            elif place_of_row(row) >= 0:
                generation += np.int64(dormant[place_of_row(row)]["generation"])
        joining[0, joined], joining[1, joined] = person, touched_by[person]
        joining[2, joined], joining[3, joined] = inviter, generation
        joined += 1
    return joining[:, :joined].copy(), waiting[:waits]


def _returned(c: Community) -> Arrivals:
    """Past members who come back."""
    persons = c.back.advance(float(c.p["acquisition_return_rate"][0]), c.market.due)
    if not len(persons):
        return NO_ARRIVALS
    persons = persons[c.market.status[persons] == Status.LEFT]
    willing = _can_pay(c, persons)
    waiting = persons[~willing]
    clocks = exponentials(c.key, waiting, c.day, int(Purpose.RETURN_CLOCK))
    c.market.due[waiting] = c.back.hazard + clocks
    c.back.push(c.market.due[waiting], waiting)
    persons = persons[willing]
    c.market.move(persons, Status.PRESENT)
    lines = np.empty((4, len(persons)), np.int64)
    lines[0], lines[1], lines[2], lines[3] = persons, Channel.RETURN, NO_PERSON, 0
    return lines


def _given(c: Community) -> Arrivals:
    """As many new people as the plan lets join today, or as are left; no fee stops them."""
    n = 0 if c.plan.arrivals is None else c.plan.arrivals.on(c.day)
    if c.given is None or not n:
        return NO_ARRIVALS
    status = c.market.status
    new = newcomers(c.given.take(n, (status == _UNAWARE) | (status == _FOLLOWER)), Channel.GIVEN)
    c.market.move(new.person, Status.PRESENT)
    return np.stack([new.person, new.channel, new.referrer, new.generation])


def _can_pay(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """A fee turns away whoever is not willing to pay it, shape (n,)."""
    m = c.parameters.monetisation
    if m.model != "fee":
        return np.ones(len(persons), bool)
    willing = willingness(c, persons) >= m.price
    c.count[Count.TURNED_AWAY] += int((~willing).sum())
    return willing


def _follow(c: Community, persons: npt.NDArray[np.int64]) -> None:
    """People become followers, each with a clock for joining."""
    if len(persons):
        c.market.move(persons, Status.FOLLOWER)
        c.count[Count.FOLLOWS] += len(persons)
        known = begin_to_follow(c, persons)
        _wait(c, persons[~known], 0)
        _wait(c, persons[known], c.day)


def _wait(c: Community, persons: npt.NDArray[np.int64], day: int) -> None:
    """Set followers' clocks for joining; `day` is 0 for the first clock and today for a new one."""
    if len(persons):
        dues = np.empty(len(persons))
        set_due(persons, c.market.due, c.market.signals, c.strengths, c.follow.hazard, day, c.key, dues)
        c.follow.push(dues, persons)


@kernel
def set_due(persons, due, signals, strengths, hazard, day, key, dues):
    """Set followers' clocks for joining, and their thresholds to dues (n,)."""
    for k in range(len(persons)):
        person = persons[k]
        strength = strengths[signals[person]]
        clock = -math.log(uniform(key, person, day, _FOLLOW_CLOCK, ONLY))
        dues[k] = hazard + clock / strength if strength > 0.0 else np.inf
        due[person] = dues[k]
