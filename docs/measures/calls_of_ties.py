"""Do silent members come back when their contacts are active?

    python docs/measures/calls_of_ties.py

For every day on which somebody has been silent for a week or more: x is the sum, over former contacts, of the
strength of the tie (steps of .15, fading by half in 60 days) of those who acted the day before. The
chance of acting again on that day is taken as b (1 + g x), with a b of its own for each stratum of time away,
calendar time and total strength; g is `dormancy.call_gain` as a log would show it. The placebo gives everybody's
contacts other names. Intervals are of the profile likelihood, 95 %.
"""

import sys
from collections import defaultdict

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from kith.scenarios.logs.founding import read_log_table
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, EventTable

STEP, HALF_LIFE, MOST = 0.15, 60.0, 365
AWAY = (7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270)
TIED = (0.3, 1.0, 3.0)
HALF_OF_CHI_SQUARE = 1.92

type Rows = npt.NDArray[np.float64]


def silent_days(log: EventTable, least: int, names: npt.NDArray[np.int64] | None) -> Rows:
    """A row per silent day of a member: days away, day, x, whether it acts, total strength; shape (5, n)."""
    actor, target = log.member, log.target
    day = (log.time - log.time.min()) // MICROSECONDS_PER_DAY
    people, days = int(max(actor.max(), target.max())) + 1, int(day.max()) + 1
    acts = np.zeros((people, days), bool)
    acts[actor, day] = True
    contacts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for a, b, when in zip(actor.tolist(), target.tolist(), day.tolist(), strict=True):
        if b >= 0 and a != b:
            contacts[a].append((when, b))
            contacts[b].append((when, a))
    parts = []
    for member, met in contacts.items():
        history = np.array(met)
        active = np.flatnonzero(acts[member])
        for last, following in zip(active, np.append(active[1:], days)[: len(active)], strict=True):
            known = history[history[:, 0] <= last]
            span = np.arange(last + least, min(following + 1, last + MOST, days))
            if not len(known) or not len(span):
                continue
            who, times = np.unique(known[:, 1], return_counts=True)
            latest = np.array([known[known[:, 1] == one, 0].max() for one in who])
            strength = (1.0 - (1.0 - STEP) ** times) * 0.5 ** ((last - latest) / HALF_LIFE)
            seen = who if names is None else names[who]
            x = (acts[seen][:, span - 1] * strength[:, None]).sum(0)
            parts.append(
                np.stack([span - last, span, x, span == following, np.full(len(span), strength.sum())])
            )
    return np.concatenate(parts, axis=1)


def gain(rows: Rows) -> tuple[float, float, float]:
    """The g of greatest likelihood, with its interval."""
    away, day, x, acts, tied = rows
    width = 7 if day.max() < 400 else 28
    stratum = np.digitize(away, AWAY) * 1_000_000 + (day // width) * 10 + np.digitize(tied, TIED)
    _, place = np.unique(stratum, return_inverse=True)
    came = np.bincount(place, acts)
    some = came > 0

    def loss(g: float) -> float:
        raised = 1.0 + g * x
        base = came[some] / np.bincount(place, raised)[some]
        return -float(np.log(raised[acts == 1]).sum() + (came[some] * np.log(base)).sum())

    best = float(minimize_scalar(loss, bounds=(0.0, 50.0), method="bounded").x)
    grid = np.linspace(0.0, max(4.0 * best, 2.0), 200)
    losses = np.array([loss(g) for g in grid])
    inside = grid[losses < losses.min() + HALF_OF_CHI_SQUARE]
    return best, float(inside[0]), float(inside[-1])


def main() -> None:
    """Print the gain of two logs, with the placebo."""
    for name in ("college_msg", "chat_docker"):
        log = read_log_table(name)
        people = int(max(log.member.max(), log.target.max())) + 1
        renamed = np.random.default_rng(0).permutation(people)
        for least in (7, 30):
            for label, names in (("contacts", None), ("placebo", renamed)):
                rows = silent_days(log, least, names)
                g, low, high = gain(rows)
                sys.stdout.write(
                    f"{name}, silent {least} days or more, {label}: "
                    f"{int(rows[3].sum())} returns, g {g:.2f} ({low:.2f} to {high:.2f})\n"
                )


if __name__ == "__main__":
    main()
