"""Wake: members who have fallen silent come back, the less likely the longer they have been away.

The hazard of waking after t days asleep is rate (1 + t / scale)^-exponent, times 1 + call_gain n for n
calls since the morning before: ties who contributed, each with the strength of the tie, invitations,
offline events and messages of the organisation. Whoever wakes is no visitor yet, and meets this
evening's hazard of falling silent again. A few end their membership instead.

Reads  the dormant, calls     Writes  who is awake, memberships that end, the cost of messages
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.kernels.prefetch import SCREEN
from kith.sim.state.categories import Cause
from kith.sim.state.community import Community
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import Account
from kith.sim.state.ties import strength_at

_WAKE, _UNSUBSCRIBE = int(Purpose.WAKE), int(Purpose.UNSUBSCRIBE)


def wake(c: Community) -> None:
    """In the morning, dormant members wake or end their membership; then messages go to those who remain."""
    dormant, d = c.dormant, c.parameters.dormancy
    if dormant.count:
        out, gone = np.empty(dormant.count, np.int64), np.empty(dormant.count, np.int64)
        woken, ended = screen_dormant(
            dormant.members,
            dormant.person,
            dormant.since,
            dormant.called,
            dormant.tied,
            dormant.count,
            c.waking,
            d.call_gain,
            c.calls,
            -math.expm1(-float(c.p["dormancy_cleanup_rate"][0])),
            c.ties.pool,
            c.market.row,
            c.population.members,
            c.day,
            c.fade,
            c.key,
            out,
            gone,
        )
        leaving, waking = (dormant.person[places] for places in (gone[:ended], out[:woken]))
        _end(c, np.sort(leaving))
        if woken:
            c.wake(_places(c, np.sort(waking)))
    c.calls = 0.0
    if message_on(c, c.day):
        _send_messages(c)


def _places(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.asarray(place_of_row(c.market.row[persons].astype(np.int64)))


def _end(c: Community, persons: npt.NDArray[np.int64]) -> None:
    c.end_dormant(_places(c, persons), np.full(len(persons), int(Cause.UNSUBSCRIBED)))


def message_on(c: Community, day: int) -> bool:
    """Whether messages are sent; they are spread evenly over the month."""
    monthly = c.parameters.dormancy.winback_per_month
    return math.floor((day + 1) * monthly / WINDOW) > math.floor(day * monthly / WINDOW)


def _send_messages(c: Community) -> None:
    """A message to each dormant member: it costs, some unsubscribe, and the others are called."""
    d, dormant = c.parameters.dormancy, c.dormant
    if not dormant.count:
        return
    c.ledger.post(Account.WINBACK, dormant.count * d.winback_cost)
    persons = dormant.person[: dormant.count].copy()
    out = np.empty(len(persons), np.bool_)
    _unsubscribing(persons, d.winback_unsubscribe, c.day, c.key, out)
    _end(c, np.sort(persons[out]))
    c.calls += d.winback_calls


@kernel
def _unsubscribing(persons, share, day, key, out):
    for k in range(len(persons)):
        out[k] = uniform(key, persons[k], day, _UNSUBSCRIBE, ONLY) < share


@kernel
def screen_dormant(
    dormant,
    person,
    since,
    called,
    tied,
    count,
    waking,
    gain,
    calls,
    cleanup,
    pool,
    row_of,
    members,
    day,
    fade,
    key,
    out,
    gone,
):
    """Places of those who wake, to out, and of those who end their membership, to gone; returns how many each.

    One draw decides both, from its two ends, so that calls only add wakings. It is first compared
    with the hazard as if every remembered tie had called.
    """
    woken, ended = 0, 0
    u = np.empty(SCREEN)
    for start in range(0, count, SCREEN):
        end = min(count, start + SCREEN)
        for k in range(start, end):  # without branches, so that the compiler vectorises it
            u[k - start] = uniform(key, person[k], day, _WAKE, ONLY)
        for k in range(start, end):
            alone = waking[day - since[k]]
            # also calls of the day on which it fell silent, so that calls only add wakings
            heard = calls + called[k]
            called[k] = 0.0
            # the upper bound spares most members the walk over their ties
            if u[k - start] < alone * (1.0 + gain * (heard + tied[k])):
                if gain > 0.0:
                    heard += _ties_calling(dormant[k], pool, row_of, members, day, fade)
                if u[k - start] < 1.0 - math.exp(-alone * (1.0 + gain * heard)):
                    out[woken] = k
                    woken += 1
                    continue
            # the other end of the same draw: nobody both wakes and ends the membership
            if u[k - start] > 1.0 - cleanup:
                gone[ended] = k
                ended += 1
    return woken, ended


@kernel
def _ties_calling(m, pool, row_of, members, day, fade):
    """Sum of the strengths of remembered ties whose other end, awake, contributed yesterday."""
    total = 0.0
    for slot in range(m["slots"], m["slots"] + m["degree"]):
        row = row_of[pool[slot]["row"]]
        if row >= 0:
            other = members[row]
            if other["last_contribution"] == day - 1 and other["joined"] <= m["asleep_on"]:
                total += strength_at(pool[slot], day, fade)
    return total
