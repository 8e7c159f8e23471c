"""Contagion of losses: whether members are lost more often after a partner was, held against a placebo.

Partners who are lost one after the other need not follow each other: people who are alike meet, quiet months are
quiet for all, and who talks little with others is lost early. The placebo keeps the months, the ties and the
activity of members, and only draws anew which members of equal activity are lost in a month: what is left of
the difference then is not due to who is tied to whom. It is still no proof of contagion, because partners may share
what makes both leave.
"""

from dataclasses import dataclass

import numpy as np

from kith.experiments.evidence.estimates import LEAST, SEED, Estimate, exact, unknown
from kith.experiments.evidence.growth import MONTH
from kith.experiments.evidence.observation import DAY, Flags, Integers, Observed
from kith.experiments.evidence.silence import LOST_AFTER, active_months

NAMES = ("contagion", "contagion_placebo", "contagion_p")
TIED_FOR = 3
"months for which an action ties two members, from the next one on: who is lost must not decide who has partners"
ACTIVITY = (2, 4, 10)
"actions in a month from which a member belongs to the next class of activity"


@dataclass(frozen=True)
class Exposure:
    """Active months of members who had a partner active in the month before.

    `lost` tells for each active month in the log whether it was the last before three silent ones; `member` and
    `partner` are positions in it, one for each pair: a month of a member, and the partner's month before.
    """

    lost: Flags
    stratum: Integers
    "month and class of activity of each active month; losses are permuted within"
    member: Integers
    partner: Integers

    def difference(self, lost_before: Flags) -> float:
        """Share lost of those with a lost partner, less the share of the others; NaN if either are too few."""
        size = len(self.lost)
        exposed = np.bincount(self.member, weights=lost_before[self.partner], minlength=size) > 0
        known = np.bincount(self.member, minlength=size) > 0
        after_loss, after_none = known & exposed, known & ~exposed
        if min(after_loss.sum(), after_none.sum()) < LEAST:
            return float("nan")
        return float(self.lost[after_loss].mean() - self.lost[after_none].mean())

    def permuted(self, generator: np.random.Generator) -> Flags:
        """The losses, drawn anew among the active months of each stratum."""
        places = np.argsort(self.stratum, kind="stable")
        out = np.empty(len(self.lost), bool)
        out[places] = self.lost[np.lexsort((generator.random(len(self.lost)), self.stratum))]
        return out


def contagion(o: Observed, permutations: int = 0, seed: int = SEED) -> dict[str, Estimate]:
    """The difference, its mean over the placebo, and how often the placebo's is as large."""
    if not ((o.target >= 0) & (o.target != o.member)).any():
        return dict.fromkeys(NAMES, unknown("the log does not show toward whom members act"))
    exposed = exposure(o)
    value = exposed.difference(exposed.lost)
    if value != value:
        return dict.fromkeys(
            NAMES,
            unknown(f"{LEAST} active months after the loss of a partner are needed, and as many after none"),
        )
    if permutations < 1:
        few = unknown("no permutations were asked for")
        return {"contagion": exact(value), "contagion_placebo": few, "contagion_p": few}
    generator = np.random.default_rng(seed)
    drawn = np.array([exposed.difference(exposed.permuted(generator)) for _ in range(permutations)])
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < 0.9 * permutations:
        few = unknown("too few permutations have members on both sides")
        return {"contagion": exact(value), "contagion_placebo": few, "contagion_p": few}
    return {
        "contagion": exact(value),
        "contagion_placebo": exact(drawn.mean()),
        "contagion_p": exact((1 + (drawn >= value).sum()) / (1 + len(drawn))),
    }


def exposure(o: Observed) -> Exposure:
    """Who could be lost after whom."""
    member, month, lost, followed = active_months(o)
    complete = int(o.days // MONTH)
    months = complete + 1 + TIED_FOR  # room for the months in which a tie still holds
    code = member * months + month  # in ascending order
    acts = (o.time - o.start) // DAY // MONTH
    counts = np.bincount(
        np.searchsorted(code, (o.member * months + acts)[acts < complete]), minlength=len(code)
    )
    stratum = month * (len(ACTIVITY) + 1) + np.searchsorted(ACTIVITY, counts, side="right")

    tied = (o.target >= 0) & (o.target != o.member) & (o.target < o.members)
    actor, target, when = o.member[tied], o.target[tied], acts[tied]
    pairs = np.unique(
        np.concatenate([(actor * o.members + target) * months + when + 1 + n for n in range(TIED_FOR)])
    )
    first, second, now = pairs // months // o.members, pairs // months % o.members, pairs % months
    ends = [(first, second, now), (second, first, now)]
    mine = np.concatenate([a * months + t for a, _, t in ends])
    its = np.concatenate([b * months + t - 1 for _, b, t in ends])
    at, before = _places(code, mine), _places(code, its)
    known = (at >= 0) & (before >= 0)
    known[known] = followed[at[known]] & followed[before[known]]
    return Exposure(lost, stratum, at[known], before[known])


def _places(code: Integers, sought: Integers) -> Integers:
    """The position of each code that is sought, -1 where there is none."""
    if not len(code):
        return np.full(len(sought), -1)
    place = np.minimum(np.searchsorted(code, sought), len(code) - 1)
    return np.where(code[place] == sought, place, -1)


assert LOST_AFTER * MONTH == 90
