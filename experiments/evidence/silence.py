"""Silence: who comes back after how long, and who came only once."""

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, quotient, share
from kith.experiments.evidence.observation import DAY, Flags, Floats, Integers, Numbers, Observed
from kith.experiments.words.wording import plural

SILENCES = (30, 90, 180)
YEAR = 365
AWAY = ((90, 180), (180, 270), (270, 365), (365, 455))
FOLLOWED_ONCE = 90
MONTH = 30
LOST_AFTER = 3
"months of silence after which an active member counts as lost"


def silence(o: Observed) -> dict[str, Estimate]:
    """Return after silence, its hazard by time away, and members of one action or one day."""
    who, began, lasted = silences(o)
    ended = lasted >= 0
    length = np.where(ended, lasted, (o.end - began) / DAY)
    out = {}
    for days in SILENCES:
        within = (length >= days) & ((o.end - began) / DAY >= days + YEAR)
        back = within & ended & (lasted < days + YEAR)
        out[f"return_{days}d"] = quotient(
            _sums(o, who, back),
            _sums(o, who, within),
            f"{plural(int(within.sum()), 'silence')} of {days} days followed for a year, {LEAST} are needed",
        )
    for low, high in AWAY:
        exposed = np.clip(length, low, high) - low
        back = ended & (lasted >= low) & (lasted < high)
        at_risk = int((length > low).sum())
        out[f"return_hazard_{low}_{high}"] = quotient(
            _sums(o, who, back),
            _sums(o, who, exposed / MONTH),
            f"{plural(at_risk, 'silence')} of {low} days or more, {LEAST} are needed",
            least=0 if at_risk >= LEAST else np.inf,
        )
    out["lost_month"] = _lost(o)
    followed = o.followed >= FOLLOWED_ONCE
    active = np.bincount(o.active_days[0], minlength=o.members)
    few = f"too few were followed for {FOLLOWED_ONCE} days"
    return out | {"once": share(o.counts == 1, followed, few), "one_day": share(active == 1, followed, few)}


def active_months(o: Observed) -> tuple[Integers, Integers, Flags, Flags]:
    """Members' complete months with an action: member, month, whether silence follows, and whether that is known."""
    member, month = o.windows(MONTH)
    following = np.full(len(month), np.iinfo(np.int64).max)
    same = member[1:] == member[:-1]
    following[:-1][same] = month[1:][same]
    followed = (month + 1 + LOST_AFTER) * MONTH <= o.days
    return member, month, followed & (following > month + LOST_AFTER), followed


def _lost(o: Observed) -> Estimate:
    """Of members active in a month, who are silent in the three that follow."""
    member, _, gone, followed = active_months(o)
    return quotient(
        np.bincount(member[gone], minlength=o.members),
        np.bincount(member[followed], minlength=o.members),
        f"{plural(int(followed.sum()), 'active month')} followed for {LOST_AFTER * MONTH} days, {LEAST} are needed",
    )


def silences(o: Observed) -> tuple[Integers, Integers, Floats]:
    """After each action: whose silence began, when, and its days, or -1 if the log ends before it did."""
    member, time = o.by_member
    lasted = np.full(len(time), -1.0)
    same = member[1:] == member[:-1]
    lasted[:-1][same] = (time[1:] - time[:-1])[same] / DAY
    return member, time, lasted


def return_series(o: Observed, longest: int = 730) -> list[dict[str, float]]:
    """The monthly hazard of a return by 30 days of time away: days, silences at risk, returns, hazard."""
    _, began, lasted = silences(o)
    ended = lasted >= 0
    length = np.where(ended, lasted, (o.end - began) / DAY)
    rows = []
    for low in range(MONTH, longest, MONTH):
        at_risk = int((length > low).sum())
        if at_risk < LEAST:
            break
        back = int((ended & (lasted >= low) & (lasted < low + MONTH)).sum())
        exposed = float((np.clip(length, low, low + MONTH) - low).sum()) / MONTH
        rows.append({"days_away": low, "at_risk": at_risk, "returns": back, "hazard": back / exposed})
    return rows


def _sums(o: Observed, who: Integers, values: Numbers) -> Floats:
    return np.bincount(who, weights=values, minlength=o.members)
