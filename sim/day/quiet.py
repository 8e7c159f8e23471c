"""Quiet days: days on which nothing happens that Python has to see, lived together in one compiled call.

Python lives the others: the first day, ends of months, and days of a phase, an experiment, a shock, an
event or a message. It also lives all days of a run with steps of one's own, an event log, several
threads, or a market so large that the time between kernels does not count.

The call takes half a minute to compile. So it is compiled where kith is installed, or else where many runs will repay
it (`prefer`), and used by every run from then on; the record is the same either way.
"""

from collections.abc import Iterable

import numpy as np

from kith.sim.day.kept import Kept
from kith.sim.day.state import Ints, close
from kith.sim.day.whole import live
from kith.sim.kernels.cache import compiles, is_whole_day_compiled, mark_whole_day_compiled
from kith.sim.processes.govern import event_on
from kith.sim.processes.wake import message_on
from kith.sim.results.recorder import Recorder
from kith.sim.schema.parameter_set import Parameters
from kith.sim.state.admission import tie_capacity
from kith.sim.state.community import AUTHOR_DAYS, Community
from kith.sim.state.layers import WINDOW

LARGEST = 100_000
"people of a market for whom everything is given room in advance"


_preferred = False


def prefer() -> None:
    """Let this process live quiet days in one call, even if it has to be compiled first."""
    global _preferred
    _preferred = True


class QuietDays:
    """Lives the quiet days of a community."""

    def __init__(self) -> None:
        self._roomy_for: Parameters | None = None
        self._kept = Kept()
        self._wanted = (_preferred and compiles()) or is_whole_day_compiled()

    def until(self, c: Community, day: int, end: int, eventful: Iterable[int] = ()) -> int:
        """The first day from `day` on that is not quiet, at most `end`; `eventful` are days of shocks by hand."""
        if not (self._wanted and _may_be_quiet(c)):
            return day
        plan = c.plan
        known = {
            0,
            *(start for start, _ in plan.phases),
            *(e.from_day for e in plan.experiments),
            *(shock.day for shock in plan.shocks),
            *eventful,
        }
        while day < end and not (
            day in known or (day + 1) % WINDOW == 0 or event_on(c, day) or message_on(c, day)
        ):
            day += 1
        return day

    def live(self, c: Community, recorder: Recorder, end: int) -> int:
        """Live the days from the next one up to `end`; returns the first day that is left."""
        day = recorder.noted
        while day < end:
            self._make_room(c)
            s, struct = self._kept.opened(c, recorder)
            began = day
            day, today, pending, authors, recent = live(struct, _pending_of(c), _authors_of(c, day), day, end)
            mark_whole_day_compiled()
            if day == began:
                break
            close(c, recorder, s, today, day - 1)
            _hand_out(c, pending)
            _remember(c, authors, recent, began, day)
        return day

    def _make_room(self, c: Community) -> None:
        """Room for everybody who may come, so that nothing has to grow amid a day."""
        everyone = len(c.market.status)
        if self._roomy_for is not c.parameters:
            c.ties.reserve(int(tie_capacity(c, np.arange(everyone)).sum()))
            self._roomy_for = c.parameters
        c.population.reserve(everyone)
        c.dormant.reserve(everyone - c.dormant.count)
        ending = everyone + c.population.present + c.dormant.count
        if len(c.archive.left) - c.archive.count < ending:
            c.archive.reserve(ending + everyone // 2)
        letters = sum(len(part) for parts in c.invited.values() for part in parts)
        for heap in (c.follow, c.back, c.forget, c.again):
            if len(heap.entries[0]) - heap.size < 2 * everyone + letters:
                heap.reserve(3 * everyone + 2 * letters)


def _may_be_quiet(c: Community) -> bool:
    return (
        c.diary is None
        and c.crew.threads == 1
        and c.plan.arrivals is None
        and len(c.market.status) <= LARGEST
        and (c.market.forgets is not None or float(c.p["acquisition_unfollow_rate"][0]) <= 0.0)
    )


def _pending_of(c: Community) -> Ints:
    """Invitations on their way, those of a day in the order in which they were sent."""
    parts = [
        np.column_stack([letters, np.full(len(letters), due)])
        for due, sent in c.invited.items()
        for letters in sent
    ]
    return np.concatenate(parts) if parts else np.empty((0, 7), np.int64)


def _hand_out(c: Community, pending: Ints) -> None:
    c.invited = {
        int(due): [np.ascontiguousarray(pending[pending[:, 6] == due, :6])]
        for due in np.unique(pending[:, 6])
    }


def _authors_of(c: Community, day: int) -> Ints:
    """Authors of the last days, each with its day; those of the last one stand for yesterday."""
    if not c.authors:
        return np.empty((0, 2), np.int64)
    first = day - len(c.authors)
    days = np.repeat(np.arange(first, day), [len(persons) for persons in c.authors])
    return np.column_stack([np.concatenate(c.authors), days])


def _remember(c: Community, authors: Ints, recent: Ints, began: int, day: int) -> None:
    """Put who contributed on each day, and who posted or answered, back in their places."""
    ends = np.searchsorted(recent[:, 1], np.arange(began, day + 1))
    for k in range(day - began):
        c.recent.append(recent[ends[k] : ends[k + 1], 0].copy())
    if c.parameters.contribution.react_step > 0.0:
        known = min(AUTHOR_DAYS, len(c.authors) + day - began)
        c.authors.clear()
        for when in range(day - known, day):
            c.authors.append(authors[authors[:, 1] == when, 0].copy())
