"""Inviting: what makes a member invite, and what an invitation that is accepted does to its sender.

Readiness rises with satisfaction and belonging, at a threshold or along logistic curves (word of mouth is
graded in satisfaction: de Matos & Rossi 2008), with recognition felt, and for badge responders just
before the next badge for inviting. It falls with invitations sent already, because those who are left
know of it or do not care (Leskovec, Adamic & Huberman 2007). Whoever has brought somebody in may be
thanked, and is bound a little by its own recommendation (Garnefeld et al. 2013).

Reads  visitors, referral joins     Writes  recognition, norm, belonging of inviters
"""

import math

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.state.community import Community
from kith.sim.state.decay import advance

_THANKS_INVITER = int(Purpose.THANKS_INVITER)


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


def thank_inviters(c: Community) -> None:
    """Let today's referral joins move those who have invited them, if they are still present."""
    if len(c.referred) and any(
        c.anywhere(name) for name in ("referral_thanks", "referral_badges", "referral_binding")
    ):
        _thank(c.population.members, c.referred, c.p, c.decay, c.badge_levels, c.day, c.key)


@kernel
def _thank(members, referred, p, decay, levels, day, key):
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
