"""Forgetting: followers stop following, and may be reached again.

A follower stops following at `unfollow_rate`; then it is unaware again, keeps what it has heard from
whom, and the channels reach it as they reach everybody: by the clock with which it was born, if that has
not run out, else by a fresh one on top of the cumulative hazard. A clock of Exp(1) has no memory, so
either is right. First clocks are addressed by day 0, so that the same people forget first in every arm;
later ones by their day.

Reads  followers     Writes  followers, clocks
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.market import Status, eagerness

_FORGET, _AGAIN = int(Purpose.FORGET_CLOCK), int(Purpose.AGAIN_CLOCK)

type Persons = npt.NDArray[np.int64]


def unfollow(c: Community) -> None:
    """Let followers whose interest is over be unaware again."""
    rate, forgets = float(c.p["acquisition_unfollow_rate"][0]), c.market.forgets
    if forgets is None:
        if rate <= 0.0:
            return
        forgets = c.market.forgets = np.full(len(c.market.status), np.inf)
        _set_clocks(c, np.flatnonzero(c.market.status == Status.FOLLOWER), forgets)
    due = c.forget.advance(rate, forgets)
    forgets[due] = -1.0  # has followed before
    persons = due[c.market.status[due] == Status.FOLLOWER]
    if not len(persons):
        return
    c.count[Count.UNFOLLOWS] += len(persons)
    c.market.move(persons, Status.UNAWARE)
    c.market.due[persons] = np.inf
    spent = persons[c.touch.has_passed(persons)]
    dues = set_again(
        spent,
        c.market.interest,
        c.market.due,
        c.direction,
        c.parameters.market.fit_width,
        c.parameters.market.eagerness,
        c.touch.hazard,
        c.day,
        c.key,
    )
    c.again.push(dues, spent)


def begin_to_follow(c: Community, persons: Persons) -> npt.NDArray[np.bool_]:
    """Start the clocks of new followers for forgetting; returns who has followed before, shape (n,)."""
    forgets = c.market.forgets
    if forgets is None:
        return np.zeros(len(persons), bool)
    known: npt.NDArray[np.bool_] = forgets[persons] < 0.0
    _set_clocks(c, persons, forgets)
    return known


def _set_clocks(c: Community, persons: Persons, forgets: npt.NDArray[np.float64]) -> None:
    c.forget.push(set_forgetting(persons, forgets, c.forget.hazard, c.day, c.key), persons)


def reached_again(c: Community, hazard: float) -> Persons:
    """People who have stopped following, and whom the channels reach today, ascending."""
    if c.market.forgets is None:
        return np.empty(0, np.int64)
    persons = c.again.advance(hazard, c.market.due)
    return persons[c.market.status[persons] == Status.UNAWARE]


@kernel
def set_forgetting(persons, forgets, hazard, day, key):
    """Set new followers' clocks for forgetting, by today for who has followed before; returns them, shape (n,)."""
    out = np.empty(len(persons))
    for k in range(len(persons)):
        person = persons[k]
        addressed = day if forgets[person] < 0.0 else 0
        out[k] = hazard - math.log(uniform(key, person, addressed, _FORGET, ONLY))
        forgets[person] = out[k]
    return out


@kernel
def set_again(persons, interest, due, direction, width, gain, hazard, day, key):
    """Set fresh clocks, for the channels, of people whose first has run out; returns them, shape (n,)."""
    out = np.empty(len(persons))
    for k in range(len(persons)):
        person = persons[k]
        away = interest[person] - direction
        soon = math.exp(-(away * away) / (2.0 * width * width))
        if gain > 0.0:
            soon *= eagerness(key, person, gain)
        wait = -math.log(uniform(key, person, day, _AGAIN, ONLY)) / soon if soon > 0.0 else np.inf
        out[k] = hazard + wait
        due[person] = out[k]
    return out
