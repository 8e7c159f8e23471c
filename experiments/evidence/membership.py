"""Membership: what joins, departures and registrations tell; the first as the engine's indicators define it."""

import numpy as np

from kith.experiments.evidence.estimates import Estimate, exact, unknown
from kith.experiments.evidence.observation import DAY, UNKNOWN_TIME, Flags, Integers, Observed

INDICATORS = (
    "joined",
    "left",
    "active_d1_7",
    "silence_r30",
    "silence_r90",
    "first_contribution_rate",
)
"""Indicators of a simulated run that its event log tells as well, to the last digit."""
KEPT = {f"membership_{days}d": days for days in (30, 90, 365)}
"""How long a membership is kept; a log does not tell when a member fell silent, as retention of a run does."""
DORMANT = 90
NEVER = np.iinfo(np.int64).max


def registrations(o: Observed) -> dict[str, Estimate]:
    """Members who registered, who of them never acted and who is dormant."""
    names = ("registered", "lurkers", "dormant")
    if o.registered is None:
        return dict.fromkeys(names, unknown("the log has no registrations; --registrations gives them"))
    member, time, seen = o.registered
    here = time < o.end
    acts = member < o.members
    latest = np.where(seen == UNKNOWN_TIME, time, np.maximum(seen, time))
    latest[acts] = np.maximum(latest[acts], o.last[member[acts]])
    old = here & (o.end - time >= DORMANT * DAY)
    return {
        "registered": exact(here.sum()),
        "lurkers": _plain_share(~acts, here, "nobody registered"),
        "dormant": _plain_share(
            o.end - latest >= DORMANT * DAY, old, f"nobody registered {DORMANT} days before the end"
        ),
    }


def memberships(o: Observed) -> dict[str, Estimate]:
    """The indicators of a run that follow from the joins, departures and contributions in its log."""
    if not len(o.joins[0]) and not o.complete:
        return dict.fromkeys((*INDICATORS, *KEPT), unknown("the log has no join rows"))
    if not len(o.joins[0]):
        nobody = dict.fromkeys((*INDICATORS, *KEPT), unknown("nobody joined"))
        return nobody | {"joined": exact(0), "left": exact(len(o.leaves[0]))}
    joined, left, first, latest, again = _spells(o)
    end = o.days
    out = {"joined": exact(len(joined)), "left": exact(len(o.leaves[0]))}
    without_leaves = not len(o.leaves[0]) and not o.complete
    if without_leaves:
        out["left"] = unknown("the log has no leave rows")
    for name, days in KEPT.items():
        old = joined <= end - days
        out[name] = (
            unknown("the log has no leave rows")
            if without_leaves
            else _plain_share(left - joined >= days, old, f"nobody joined {days} days before the end")
        )
    wrote = first != NEVER
    for name, days, which in (
        ("active_d1_7", 7, again),
        ("silence_r30", 30, wrote & (latest - first >= 30)),
        ("silence_r90", 90, wrote & (latest - first >= 90)),
    ):
        out[name] = _plain_share(
            which, wrote & (first <= end - 1 - days), f"nobody contributed {days} days before the end"
        )
    soon = wrote & (first - joined < 7)
    out["first_contribution_rate"] = _plain_share(
        soon, joined <= end - 7, "nobody joined 7 days before the end"
    )
    return out


def _spells(o: Observed) -> tuple[Integers, Integers, Integers, Integers, Flags]:
    """Of each membership that begins in the log: day of joining, of leaving, first and last contribution, again."""
    who, joined = o.joins[0], (o.joins[1] - o.start) // DAY
    order = np.lexsort((joined, who))
    who, joined = who[order], joined[order]
    span = int(max(o.days, 1)) + 1
    starts = who * span + joined
    left = np.full(len(who), o.days, np.int64)
    gone = np.searchsorted(starts, o.leaves[0] * span + (o.leaves[1] - o.start) // DAY, side="right") - 1
    its = (gone >= 0) & (who[np.maximum(gone, 0)] == o.leaves[0])
    left[gone[its]] = ((o.leaves[1] - o.start) // DAY)[its]

    day = (o.time - o.start) // DAY
    spell = np.searchsorted(starts, o.member * span + day, side="right") - 1
    counts = (spell >= 0) & (who[np.maximum(spell, 0)] == o.member) & o.contribution
    spell, day = spell[counts], day[counts]
    first, latest = np.full(len(who), NEVER, np.int64), np.full(len(who), -1, np.int64)
    np.minimum.at(first, spell, day)
    np.maximum.at(latest, spell, day)
    again = np.zeros(len(who), bool)
    age = day - first[spell]
    again[spell[(age >= 1) & (age <= 7)]] = True
    return joined, left, first, latest, again


def _plain_share(which: Flags, among: Flags, reason: str) -> Estimate:
    return exact(which[among].mean()) if among.any() else unknown(reason)
