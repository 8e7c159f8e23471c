"""Leaving: `depart` and `observe` of a day inside a compiled call."""

import numpy as np

from kith.sim.day import moves
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.processes.depart import FEW_TIES, GRACE, PRICE, screen_leavers
from kith.sim.state.categories import Count
from kith.sim.state.layers import LAYER_WINDOW, PAST

_FORMAL_EXIT = int(Purpose.FORMAL_EXIT)
_MEMBER_TO_AUDIENCE = int(Count.MEMBER_TO_AUDIENCE)


@kernel_part
def depart(s, day):
    """`depart`."""
    a, t, tallies, top = s.awake, s.tables, s.tallies, s.now[0]["top"]
    out, cause = np.empty(top, np.int64), np.empty(top, np.int64)
    n = screen_leavers(
        a.address,
        a.exit_bound,
        a.members,
        t.p,
        t.decay,
        t.base,
        day,
        s.key,
        tallies.presence,
        tallies.hub_left,
        t.rules[0]["unfairness"],
        tallies.climate,
        0,
        top,
        out,
        cause,
    )
    stopping, _ = moves.in_order(s, out[:n])
    certain = _certain(s, cause, day)
    leaving, silent, leave, sleep = np.empty(top, np.int64), np.empty(top, np.int64), 0, 0
    for k in range(len(stopping)):
        if certain[stopping[k]]:
            continue
        if _falls_silent(s, stopping[k], day):
            silent[sleep] = stopping[k]
            sleep += 1
        else:
            leaving[leave] = stopping[k]
            leave += 1
    for row in range(top):
        if certain[row]:
            leaving[leave] = row
            leave += 1
    rows, _ = moves.in_order(s, leaving[:leave])
    moves.release(s, rows, cause[rows], day)
    asleep = silent[:sleep]
    moves.fall_asleep(s, asleep, cause[asleep], day)


@kernel_part
def _falls_silent(s, row, day):
    """`_falls_silent` for one member."""
    q = s.tables.p[0]
    if q["dormancy_formal_share"] >= 1.0:
        return False
    content = s.awake.members[row]["satisfaction"] >= np.float32(q["acquisition_disappointed_below"])
    u = uniform(s.key, s.awake.address[row], day, _FORMAL_EXIT, ONLY)
    return u >= q["dormancy_formal_share"] and content


@kernel_part
def _certain(s, cause, day):
    """`_certain`, as a flag for each row."""
    a, q = s.awake, s.tables.p[0]
    out = np.zeros(len(cause), np.bool_)
    fee, threshold = q["monetisation_model"] == moves.FEE, q["churn_tie_threshold"]
    if not fee and threshold == 0.0:
        return out
    for row in range(len(cause)):
        if a.address[row] < 0:
            continue
        m = a.members[row]
        if fee and m["unwilling"] > 0:
            cause[row], out[row] = PRICE, True
        if m["degree"] < threshold and day - max(m["joined"], np.int64(m["woke_on"])) >= GRACE:
            cause[row], out[row] = FEW_TIES, True
    return out


@kernel_part
def observe(s, day):
    """`observe`."""
    moves.count_active(s, day)
    lapsed = s.tallies.last_contributions[day + PAST - LAYER_WINDOW]
    s.tallies.flows[_MEMBER_TO_AUDIENCE] += lapsed


__all__ = ["depart", "observe"]
