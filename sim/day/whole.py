"""Whole days: one after another inside one compiled call."""

import numpy as np

from kith.sim.day import arriving, leaving, meeting, noting, rewarding, running, taking_part
from kith.sim.day.state import Today
from kith.sim.kernels.compilation import kernel, kernel_part


@kernel
def live(s, pending, authors, first, end):
    """Live the days from `first` up to `end`: the steps of `TICK`, in their order, then the note of the evening.

    Stops before a day for which there may be no room. Returns the day after the last one that was lived, what
    was in hand on its evening, the invitations on their way, the authors of the last days and who
    contributed on which of these days.
    """
    rows = np.empty(0, np.int64)
    pairs = np.empty((0, 2), np.int64)
    last = Today(rows, rows, np.empty(0), np.empty((0, 4), np.int64), rows, pairs, pairs)
    recent = np.empty((0, 2), np.int64)
    for day in range(first, end):
        if not has_room(s, len(pending)):
            return day, last, pending, authors, recent
        noting.begin(s)
        arriving.wake(s, day)
        letters, pending = rewarding.due_today(pending, day)
        referred = arriving.acquire(s, letters, day)
        visitors, visiting, gaps = taking_part.visit(s, day)
        written, exchanges, introduced, authors, wrote = taking_part.contribute(
            s, visitors, visiting, gaps, authors, day
        )
        today = Today(visitors, visiting, gaps, written, exchanges, referred, introduced)
        recent = _remember(recent, wrote, day)
        meeting.bond(s, today, day)
        rewarding.reward(s, today, day)
        pending = rewarding.refer(s, today, pending, day)
        running.govern(s, today, day)
        running.steer(s, day)
        running.monetise(s, today, day)
        leaving.depart(s, day)
        leaving.observe(s, day)
        noting.note(s, len(visitors), day)
        last = today
    return end, last, pending, authors, recent


@kernel_part
def has_room(s, pending):
    """Whether a day fits into the arrays as they are, whatever happens on it."""
    now, people = s.now[0], s.people
    here = now["present"] + now["dormant"]
    most = len(people.status)
    return (
        len(s.ended.left) - now["ended"] >= here + most
        and _free(people.follow) >= 2 * most + pending
        and _free(people.back) >= 2 * most
        and _free(people.forget) >= most
        and _free(people.again) >= most
    )


@kernel_part
def _free(queue):
    return len(queue.persons) - queue.size[0]


@kernel_part
def _remember(recent, wrote, day):
    out = np.empty((len(recent) + len(wrote), 2), np.int64)
    for k in range(len(recent)):
        out[k, 0], out[k, 1] = recent[k, 0], recent[k, 1]
    for k in range(len(wrote)):
        out[len(recent) + k, 0], out[len(recent) + k, 1] = wrote[k], day
    return out


__all__ = ["live"]
