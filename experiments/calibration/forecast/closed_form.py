"""A rival that knows the members: each acts at its own rate until it stops, and arrivals go on as given.

The modified BG/NBD model (`kith.scenarios.logs.presence.alive`), fitted to what was seen. For each member seen, rate
and chance of stopping are drawn from their distributions given its past, in closed form: a rate from Gamma(r + x, alpha + t),
a chance from Beta, and whether it is still there from P(alive). Who arrives later is drawn from the same
distributions, in numbers that are given: those of the last 90 days, constant, or the true ones.
"""

from dataclasses import dataclass

import numpy as np

from kith.experiments.calibration.priors import Floats
from kith.experiments.evidence.observation import DAY, Integers, Observed
from kith.scenarios.logs.presence.alive import Alive, fitted

NAME = "BG/NBD"
RECENT = 90


@dataclass(frozen=True)
class Ahead:
    """Simulated futures."""

    actives: Floats
    "members who act in each window, (paths, windows)"
    actions: Floats
    late: Floats
    "share of the latest cohort who act in the second half of the horizon, (paths,)"


def ahead_of(
    o: Observed,
    window: int,
    horizon: int,
    joins: Integers | None,
    paths: int,
    luck: np.random.Generator,
) -> Ahead:
    """What the model says of the days after the observed ones.

    Parameters
    ----------
    o : what was seen.
    window, horizon : days.
    joins : arrivals on each day ahead, (horizon,); None for as many as in the last 90 days, at random.
    paths, luck : number of futures, and their random numbers.
    """
    member, day = o.active_days
    acted = np.bincount(member, minlength=o.members)
    first, last = ((moment - o.start) // DAY for moment in (o.first, o.last))
    repeats, recency, age = (a.astype(float) for a in (acted - 1, last - first, o.days - first))
    model = fitted(repeats, recency, age)
    recent = o.time >= o.end - RECENT * DAY
    active_days = max(1, int((day >= o.days - RECENT).sum()))
    per_day = max(1.0, float(recent.sum()) / active_days)
    rate_of_joins = float((first >= o.days - RECENT).sum()) / min(RECENT, o.days)
    cohort = np.flatnonzero(first >= o.days - horizon // 2)
    number = horizon // window
    actives, actions = np.zeros((paths, number)), np.zeros((paths, number))
    late = np.full(paths, np.nan)
    alive = model.probability(repeats, recency, age)
    for path in range(paths):
        came = luck.poisson(rate_of_joins, horizon) if joins is None else joins
        arrived = np.repeat(np.arange(horizon), came)
        here = np.flatnonzero(luck.random(o.members) < alive)
        begin = np.concatenate([np.zeros(len(here)), arrived.astype(float)])
        rate, stop = _traits(model, repeats[here], age[here], len(arrived), luck)
        who, when = _acts(begin, rate, stop, float(horizon), luck)
        who, when = (
            np.concatenate([len(here) + np.arange(len(arrived)), who]),
            np.concatenate([arrived.astype(float), when]),
        )
        at = np.minimum((when // window).astype(int), number)
        seen = np.unique(at * (len(begin) + 1) + who) // (len(begin) + 1)
        actives[path] = np.bincount(seen, minlength=number + 1)[:number]
        actions[path] = per_day * np.bincount(at, minlength=number + 1)[:number]
        if len(cohort):
            again = np.unique(who[(when >= horizon // 2) & (who < len(here))])
            late[path] = np.isin(here[again], cohort).sum() / len(cohort)
    return Ahead(actives, actions, late)


def _traits(
    m: Alive, repeats: Floats, age: Floats, new: int, luck: np.random.Generator
) -> tuple[Floats, Floats]:
    """Rates per day and chances to stop after an act, of those who are here and of those to come."""
    rate = luck.gamma(np.concatenate([m.r + repeats, np.full(new, m.r)]))
    rate /= np.concatenate([m.alpha + age, np.full(new, m.alpha)])
    stop = luck.beta(np.full(len(rate), m.a), np.concatenate([m.b + repeats + 1.0, np.full(new, m.b)]))
    stopped = np.arange(len(rate)) >= len(repeats)
    rate[stopped & (luck.random(len(rate)) < stop)] = 0.0  # who stops after its first act
    return np.maximum(rate, 1e-12), stop


def _acts(
    begin: Floats, rate: Floats, stop: Floats, horizon: float, luck: np.random.Generator
) -> tuple[Integers, Floats]:
    """Who acts when after the beginning, until each stops or the horizon ends."""
    person, when = np.arange(len(begin)), begin
    members, times = [np.zeros(0, np.int64)], [np.zeros(0)]
    while len(person):
        when = when + luck.exponential(1.0, len(person)) / rate[person]
        person, when = person[when < horizon], when[when < horizon]
        members.append(person)
        times.append(when)
        goes_on = luck.random(len(person)) >= stop[person]
        person, when = person[goes_on], when[goes_on]
    return np.concatenate(members), np.concatenate(times)
