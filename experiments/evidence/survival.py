"""Survival: who acts again, and from the first action to the last, with what the end of the log hides."""

from collections.abc import Callable

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, share, unknown
from kith.experiments.evidence.observation import DAY, Flags, Floats, Integers, Observed
from kith.experiments.words.wording import plural

INACTIVITY = 90
"days of silence up to the end of the log that count as an exit"
HORIZONS = {"survival_4w": 30, "survival_26w": 182, "survival_52w": 364, "survival_104w": 728}
RETENTION = (7, 30, 90, 180, 365, 730)
COHORTS = 3


def survival(o: Observed, inactivity: int = INACTIVITY) -> dict[str, Estimate]:
    """Active again on days 1–7, Kaplan–Meier survival and retention."""
    again = share(o.acted(1, 8), o.followed >= 8, "too few were followed for 8 days")
    return (
        {"again_d1_7": again}
        | _kaplan_meier(o, inactivity)
        | {f"r{days}": retention(o, days) for days in RETENTION}
    )


def follow_up(days: int, length: float) -> float:
    """Days for which a member must have been followed to enter the retention after `days`.

    Twice as many days, so that who is still there after them had as many again in which to act; in a log
    shorter than three times as many, half of what is left after the first.
    """
    return days + min(days, (length - days) / 2)


def retention(o: Observed, days: int) -> Estimate:
    """The share whose last action comes at least that many days after the first."""
    if o.days <= days:
        return unknown(f"the log has {plural(o.days, 'day')}, more than {days} are needed")
    needed = follow_up(days, o.days)
    return share(o.lasted >= days, o.followed >= needed, f"too few were followed for {needed:.0f} days")


def lifetimes(o: Observed, inactivity: int = INACTIVITY) -> tuple[Floats, Flags]:
    """Days from first to last action of each member, and whether the last was an exit."""
    return o.lasted, (o.end - o.last) >= inactivity * DAY


def kaplan_meier(lasted: Floats, exited: Flags, at: float) -> Callable[[Floats], float]:
    """The survival at an age, as a function of how often each member counts."""
    order = np.argsort(lasted, kind="stable")
    age, gone = lasted[order], exited[order]
    _, starts = np.unique(age, return_index=True)
    until = int(np.searchsorted(age[starts], at, side="right"))
    starts = starts[: until + 1]

    def survived(times: Floats) -> float:
        ordered = times[order]
        at_risk = ordered.sum() - np.concatenate([[0.0], np.cumsum(ordered)])[starts[:until]]
        gone_at = np.add.reduceat(ordered * gone, starts)[:until] if until else np.zeros(0)
        some = at_risk > 0
        return float(np.prod(1.0 - gone_at[some] / at_risk[some]))

    return survived


def survival_curve(lasted: Floats, exited: Flags, ages: Integers) -> Floats:
    """Kaplan–Meier survival at some ages, (ages,)."""
    age, gone = np.unique(lasted, return_inverse=True)
    at_risk = len(lasted) - np.concatenate([[0], np.cumsum(np.bincount(gone))])[:-1]
    steps = np.cumprod(1.0 - np.bincount(gone, weights=exited) / at_risk)
    return np.concatenate([[1.0], steps])[np.searchsorted(age, ages, side="right")]


def survival_series(o: Observed, inactivity: int = INACTIVITY) -> list[dict[str, float | str | int]]:
    """Survival by week of age, of all members and of those who joined in each third of the log.

    A curve ends where exits cannot be seen any more, or where fewer than `LEAST` members are at risk.
    """
    lasted, exited = lifetimes(o, inactivity)
    rows: list[dict[str, float | str | int]] = []
    joined = (o.first - o.start) / (o.end - o.start)
    thirds = [(joined >= n / COHORTS) & (joined < (n + 1) / COHORTS) for n in range(COHORTS)]
    names = ["all", *(f"joined in third {n + 1} of the log" for n in range(COHORTS))]
    for name, which in zip(names, [np.ones(o.members, bool), *thirds], strict=True):
        if which.sum() < LEAST:
            continue
        weeks = np.arange(max(0, int((o.followed[which].max() - inactivity) // 7)) + 1)
        at_risk = which.sum() - np.searchsorted(np.sort(lasted[which]), 7 * weeks)
        weeks, at_risk = weeks[at_risk >= LEAST], at_risk[at_risk >= LEAST]
        curve = survival_curve(lasted[which], exited[which], 7 * weeks)
        rows += [
            {"cohort": name, "week": int(week), "survival": float(value), "at_risk": int(number)}
            for week, value, number in zip(weeks, curve, at_risk, strict=True)
        ]
    return rows


def _kaplan_meier(o: Observed, inactivity: int) -> dict[str, Estimate]:
    lasted, exited = lifetimes(o, inactivity)
    out = {}
    for name, days in HORIZONS.items():
        if o.days < days + inactivity:
            out[name] = unknown(
                f"exits are known up to {max(0, o.days - inactivity):,} days of age: the log has {plural(o.days, 'day')}, "
                f"of which the last {inactivity} tell who is silent"
            )
        elif o.members < LEAST:
            out[name] = unknown(f"{o.members} members, {LEAST} are needed")
        else:
            survived = kaplan_meier(lasted, exited, days)
            out[name] = Estimate(survived(np.ones(o.members)), weighted=survived)
    return out
