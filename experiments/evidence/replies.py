"""Replies: whether a newcomer's first action is answered, and who stays of those and of the others."""

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, share, unknown
from kith.experiments.evidence.observation import DAY, Flags, Floats, Observed
from kith.experiments.evidence.survival import follow_up
from kith.experiments.words.wording import plural

WITHIN = (1, 7)
STAY = 30
NAMES = ("answered_1d", "answered_7d", "stay_answered", "stay_unanswered", "reply_effect")


def replies(o: Observed) -> dict[str, Estimate]:
    """First replies and their naive effect on staying."""
    if not (o.target >= 0).any():
        return dict.fromkeys(NAMES, unknown("the log does not show toward whom members act"))
    out = {
        f"answered_{days}d": share(
            answered(o, days), o.followed >= days, f"too few were followed for {days} days"
        )
        for days in WITHIN
    }
    if o.days <= STAY:
        return out | dict.fromkeys(
            NAMES[2:], unknown(f"the log has {plural(o.days, 'day')}, more than {STAY} are needed")
        )
    soon, stays = answered(o, 1), o.lasted >= STAY
    followed = o.followed >= follow_up(STAY, o.days)
    out["stay_answered"] = share(stays, followed & soon, "too few were answered and followed")
    out["stay_unanswered"] = share(stays, followed & ~soon, "too few were not answered and followed")
    out["reply_effect"] = _effect(stays, followed & soon, followed & ~soon)
    return out


def answered(o: Observed, days: int) -> Flags:
    """Whom somebody else acted toward within that many days after their first action, (members,)."""
    toward = (o.target >= 0) & (o.target < o.members) & (o.target != o.member)
    target, time = o.target[toward], o.time[toward]
    waited = time - o.first[target]
    out = np.zeros(o.members, bool)
    out[target[(waited >= 0) & (waited < days * DAY)]] = True
    return out


def _effect(stays: Flags, answered: Flags, unanswered: Flags) -> Estimate:
    if min(answered.sum(), unanswered.sum()) < LEAST:
        return unknown(
            f"{answered.sum():,} were answered and {unanswered.sum():,} were not, {LEAST} of each are needed"
        )
    columns = np.column_stack([answered, stays & answered, unanswered, stays & unanswered]).astype(float)

    def measure(times: Floats) -> float:
        n, stayed, m, others_stayed = times @ columns
        return float(stayed / n - others_stayed / m) if n and m else float("nan")

    return Estimate(measure(np.ones(len(stays))), weighted=measure)
