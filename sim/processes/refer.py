"""Refer: promoters invite acquaintances, who answer some days later.

A member who is satisfied and belongs invites at a rate per month, counted over the days since
its last visit (at most 30), times an overdispersed trait of mean 1. Rewards act by strength of
relation (Ryu & Feick 2007): the inviter's reward moves mostly weak ties, the receiver's reward
strong ones; kind beats cash (Jin & Huang 2014). An invitation that is seen to be paid converts
less, most among weak ties, unless both sides are paid alike (Verlegh et al. 2013).

Readiness rises with satisfaction and belonging, at a threshold or along logistic curves (word of mouth is
graded in satisfaction: de Matos & Rossi 2008), with recognition felt, and for badge responders just
before the next badge for inviting. It falls with invitations sent already, because those who are left
know of it or do not care (Leskovec, Adamic & Huberman 2007). Whoever has brought somebody in may be
thanked, and is bound a little by its own recommendation (Garnefeld et al. 2013).

Reads  visitors, satisfaction, belonging, referral joins
Writes  invitations on their way, recognition, norm and belonging of inviters
"""

import math
from itertools import pairwise

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import (
    INVITEE_DISTANCE,
    INVITEE_PLACE,
    INVITEE_STRIDE,
    ONLY,
    Purpose,
    poisson,
    uniform,
)
from kith.sim.kernels.prefetch import BLOCK, fetch_records
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.decay import advance
from kith.sim.state.market import acquaintance, neighbour

_INVITE, _INVITEE, _DELAY = int(Purpose.INVITE), int(Purpose.INVITEE), int(Purpose.DELAY)
_THANKS_INVITER = int(Purpose.THANKS_INVITER)


def refer(c: Community) -> None:
    """Move today's successful inviters, and send today's invitations; they reach `Community.invited` on the day of their answer."""
    _move_inviters(c)
    if not c.anywhere("referral_invites_per_month"):
        return
    everyone = c.parameters.market.acquaintances == "everyone"
    members, visitors = c.population.members, c.visitors
    n = np.zeros(len(visitors), np.int64)
    known, levels = c.acquaintances(), c.badge_levels
    parts = c.crew.share(
        len(visitors),
        lambda lo, hi: count_invitations(
            members, visitors, lo, hi, c.gaps, known, levels, c.p, c.day, c.key, n
        ),
    )
    total = sum(parts)
    if not total:
        return
    letters = np.empty((total, 7), np.int64)
    invite(members, visitors, n, c.p, c.day, c.key, c.market.size, c.far, everyone, *c.known, letters)
    letters, ends = _by_due(letters, c.day)
    c.count[Count.INVITATIONS] += len(letters)
    for wait, (start, end) in enumerate(pairwise(ends.tolist())):
        if start < end:
            c.invited.setdefault(c.day + wait, []).append(letters[start:end])


def _move_inviters(c: Community) -> None:
    """Let today's referral joins move those who have invited them, if they are still present."""
    if len(c.referred) and any(
        c.anywhere(name) for name in ("referral_thanks", "referral_badges", "referral_binding")
    ):
        thank_inviters(c.population.members, c.referred, c.p, c.decay, c.badge_levels, c.day, c.key)


@kernel
def _by_due(letters, day):
    """The letters (n, 6) that have an invitee, by the day on which they are due; where each day's end."""
    longest = 0
    for k in range(len(letters)):
        longest = max(longest, letters[k, 6] - day)
    ends = np.zeros(longest + 2, np.int64)
    for k in range(len(letters)):
        if letters[k, 0] >= 0:
            ends[letters[k, 6] - day + 1] += 1
    for wait in range(1, len(ends)):
        ends[wait] += ends[wait - 1]
    sorted_, filled = np.empty((ends[-1], 6), np.int64), ends.copy()
    for k in range(len(letters)):
        if letters[k, 0] >= 0:
            wait = letters[k, 6] - day
            for column in range(6):  # a slice would compile numpy's message for shapes that differ, too
                sorted_[filled[wait], column] = letters[k, column]
            filled[wait] += 1
    return sorted_, ends


@kernel
def _odds(q):
    """How much rewards raise inviting: strong, weak acquaintances."""
    kind = q["referral_in_kind_odds"] if q["referral_reward_kind"] == 1.0 else 1.0
    giver = kind * (1.0 - math.exp(-q["referral_reward_giver"] / q["referral_reward_scale"]))
    receiver = kind * (1.0 - math.exp(-q["referral_reward_receiver"] / q["referral_reward_scale"]))
    weak = 1.0 + (q["referral_reward_odds_weak"] - 1.0) * giver
    strong = 1.0 + (q["referral_reward_odds_strong"] - 1.0) * giver
    strong += max(0.0, q["referral_reward_odds_weak"] - q["referral_reward_odds_strong"]) * receiver
    return max(0.0, strong), weak


@kernel
def _discount(q, weak):
    """Acceptance, per mille, of an invitation that may be seen to be paid."""
    if q["referral_reward_giver"] <= 0.0:
        return 1000
    shared = min(1.0, q["referral_reward_receiver"] / q["referral_reward_giver"])
    worst = 1.0 if weak else 0.5
    return int(
        math.floor(1000.0 * (1.0 - (1.0 - q["referral_seen_discount"]) * worst * (1.0 - shared)) + 0.5)
    )


@kernel
def _shares(q):
    """The weights of strong and weak acquaintances among those who are invited."""
    strong, weak = _odds(q)
    near, far = q["market_near"], q["market_far"]
    return strong * near / (near + far), weak * far / (near + far)


@kernel
def readiness_to_invite(m, q, known, levels):
    """How readily a member invites, relative to its rate; `known` is its number of acquaintances."""
    above, belongs = (
        m["satisfaction"] - q["referral_promoter_satisfaction"],
        m["belonging"] - q["referral_promoter_belonging"],
    )
    width = q["referral_softness"]
    if width > 0.0:
        ready = 1.0 / ((1.0 + math.exp(-above / width)) * (1.0 + math.exp(-belongs / width)))
    elif above < 0.0 or belongs < 0.0:
        return 0.0
    else:
        ready = 1.0
    ready *= 1.0 + q["referral_recognition_gain"] * m["recognition"]
    if q["referral_badges"] > 0.0 and m["responder"] == 1:
        for level in levels:
            if m["invited_joins"] < level:
                if m["invited_joins"] >= 0.9 * level or m["invited_joins"] == level - 1:
                    ready *= 1.0 + q["incentives_badge_gain"] * q["referral_badges"]
                break
    if q["referral_fatigue"] > 0.0 and known > 0.0:
        ready *= math.exp(-q["referral_fatigue"] * m["invitations"] / known)
    return ready


@kernel
def thank_inviters(members, referred, p, decay, levels, day, key):
    """Thanks, badges and binding, in order of the newcomers' addresses.

    The nth of several newcomers of one inviter counts for the nth of today's joins, which are counted already.
    """
    for k in range(len(referred)):
        row = referred[k, 0]
        if row < 0:
            continue
        m, newcomer = members[row], members[referred[k, 1]]["person"]
        q = p[m["arm"]]
        advance(m, day, decay, q)
        felt = 0.0
        if uniform(key, newcomer, day, _THANKS_INVITER, ONLY) < q["referral_thanks"]:
            felt = q["incentives_recognition_step"]
            m["norm"] += q["incentives_recognition_norm"] * (1.0 - m["norm"])
        if q["referral_badges"] > 0.0:
            later = 0  # newcomers of the same inviter who come after this one
            for other in range(k + 1, len(referred)):
                later += referred[other, 0] == row
            for level in levels:
                if m["invited_joins"] - later == level:
                    felt += q["incentives_recognition_step"] * q["referral_badges"]
        if felt > 0.0:
            m["recognition"] += min(1.0, felt) * (1.0 - m["recognition"])
            m["last_benefit"] = day
        m["belonging"] += q["referral_binding"] * (1.0 - m["belonging"])


@kernel
def count_invitations(members, visitors, lo, hi, gaps, known, levels, p, day, key, out):
    """Invitations of visitors[lo:hi], to out (n,), which is 0 before; returns their sum."""
    total = 0
    strong, weak = _shares(p[0])
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch_records(members, visitors, k, min(hi, k + BLOCK)) < 0.0:
            break
        m = members[visitors[k]]
        q = p[m["arm"]]
        if len(p) > 1:
            strong, weak = _shares(q)
        readiness = readiness_to_invite(m, q, known, levels)
        if readiness == 0.0:
            continue
        rate = q["referral_invites_per_month"] * gaps[k] * m["inviting"] * (strong + weak) * readiness
        out[k] = poisson(uniform(key, m["person"], day, _INVITE, ONLY), rate)
        total += out[k]
    return total


@kernel
def invite(members, visitors, n, p, day, key, size, far, everyone, starts, known, letters):
    """Invitations: invitee or -1, inviter, its generation, weak, discount per mille, day sent, day due."""
    line = 0
    for k in range(len(visitors)):
        if n[k] == 0:
            continue
        m = members[visitors[k]]
        q = p[m["arm"]]
        strong, weak = _shares(q)
        for nth in range(n[k]):
            person = m["person"]
            far_off = (
                uniform(key, person, day, _INVITEE, INVITEE_STRIDE * nth + INVITEE_DISTANCE) * (strong + weak)
                < weak
            )
            u = uniform(key, person, day, _INVITEE, INVITEE_STRIDE * nth + INVITEE_PLACE)
            if len(starts):
                letters[line, 0] = neighbour(key, person, day, nth, starts, known)
            else:
                letters[line, 0] = acquaintance(
                    key, person, far_off, u, size, int(q["market_near"]), far, everyone
                )
            letters[line, 1] = person
            letters[line, 2] = m["generation"]
            letters[line, 3] = 1 if far_off else 0
            letters[line, 4] = _discount(q, far_off)
            wait = 1 + poisson(uniform(key, person, day, _DELAY, nth), q["referral_delay"] - 1.0)
            letters[line, 5] = day
            letters[line, 6] = day + wait
            if letters[line, 0] >= 0:
                m["invitations"] += 1
            line += 1
