"""Rewarding: `reward` and `refer` of a day inside a compiled call."""

import numpy as np

from kith.sim.kernels.compilation import kernel_part
from kith.sim.processes.refer import count_invitations, invite, thank_inviters
from kith.sim.processes.reward import cue, give, pay_referrals
from kith.sim.state.categories import Count

_INVITATIONS = int(Count.INVITATIONS)
_EVERYONE = 1.0
"`market.acquaintances` everyone, as parameters are packed"


@kernel_part
def reward(s, today, day):
    """`reward`, on a day that is no payday."""
    t, tallies, members = s.tables, s.tallies, s.awake.members
    if len(today.written) > 0:
        give(members, today.written, t.p, day, s.key, t.levels, tallies.today, tallies.by_tenure)
    if t.rules[0]["cues"] != 0:
        cue(members, today.visitors, t.p)
    if len(today.referred) > 0 and t.rules[0]["pays_referrals"] != 0:
        pay_referrals(members, today.referred, t.p, day, tallies.today, tallies.by_tenure)


@kernel_part
def refer(s, today, pending, day):
    """`refer`; returns the invitations on their way."""
    t, rules, members, people = s.tables, s.tables.rules[0], s.awake.members, s.people
    if len(today.referred) > 0 and rules["moves_inviters"] != 0:
        thank_inviters(members, today.referred, t.p, t.decay, t.levels, day, s.key)
    if rules["invites"] == 0:
        return pending
    n = np.zeros(len(today.visitors), np.int64)
    total = count_invitations(
        members,
        today.visitors,
        0,
        len(n),
        today.gaps,
        rules["known"],
        t.levels,
        t.p,
        day,
        s.key,
        n,
    )
    if total == 0:
        return pending
    letters = np.empty((total, 7), np.int64)
    everyone = t.p[0]["market_acquaintances"] == _EVERYONE
    invite(
        members,
        today.visitors,
        n,
        t.p,
        day,
        s.key,
        rules["size"],
        people.far,
        everyone,
        people.starts,
        people.known,
        letters,
    )
    sent = letters[letters[:, 0] >= 0]
    s.tallies.flows[_INVITATIONS] += len(sent)
    return np.concatenate((pending, sent))


@kernel_part
def due_today(pending, day):
    """The invitations that are due today, and those that are not yet, both in their order."""
    due = pending[:, 6] == day
    if not due.any():
        return pending[:0], pending
    return pending[due], pending[~due]


__all__ = ["due_today", "refer", "reward"]
