"""Forgetting: followers stop following, and may be reached again.

A follower stops following at `unfollow_rate`; then it is unaware again, keeps what it has heard from
whom, and the channels reach it as they reach everybody: by the clock with which it was born, if that has
not run out, else by a fresh one on top of the cumulative hazard. A clock of Exp(1) has no memory, so
either is right. First clocks are addressed by day 0, so that the same people forget first in every arm;
later ones by their day.

Reads  followers     Writes  followers, clocks
"""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.market import Status, fit

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
    clocks = -np.log(uniforms(c.key, spent, c.day, Purpose.AGAIN_CLOCK))
    appeal = fit(c.market.interest[spent], c.direction, c.parameters.market.fit_width)
    wait = np.divide(clocks, appeal, out=np.full(len(spent), np.inf), where=appeal > 0.0)
    c.market.due[spent] = c.touch.hazard + wait
    c.again.push(c.market.due[spent], spent)


def begin_to_follow(c: Community, persons: Persons) -> npt.NDArray[np.bool_]:
    """Start the clocks of new followers for forgetting; returns who has followed before, shape (n,)."""
    forgets = c.market.forgets
    if forgets is None:
        return np.zeros(len(persons), bool)
    known: npt.NDArray[np.bool_] = forgets[persons] < 0.0
    _set_clocks(c, persons, forgets)
    return known


def _set_clocks(c: Community, persons: Persons, forgets: npt.NDArray[np.float64]) -> None:
    known = forgets[persons] < 0.0
    clocks = np.where(
        known,
        -np.log(uniforms(c.key, persons, c.day, Purpose.FORGET_CLOCK)),
        -np.log(uniforms(c.key, persons, 0, Purpose.FORGET_CLOCK)),
    )
    forgets[persons] = c.forget.hazard + clocks
    c.forget.push(forgets[persons], persons)


def reached_again(c: Community, hazard: float) -> Persons:
    """People who have stopped following, and whom the channels reach today, ascending."""
    if c.market.forgets is None:
        return np.empty(0, np.int64)
    persons = c.again.advance(hazard, c.market.due)
    return persons[c.market.status[persons] == Status.UNAWARE]
