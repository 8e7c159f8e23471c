"""Presence: which of the people in a log are there on a date, awake or dormant, and since when.

What the log tells counts: rows of `leave` and `asleep`, and visits, as rows or as the last visit of whoever
registered. Where it names nobody who is asleep, the silence since the last sign of a member is judged by
P(alive), fitted to the members of the same log.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kith.scenarios.logs.events import ASLEEP, LEAVE, PRESENCE, Events, Integers
from kith.scenarios.logs.presence.alive import fitted
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY, UNKNOWN_TIME, EventTable

LITTLE = 7
"days from the last sign of a member to falling silent, at most, and at most half of the silence"

_NONE = np.iinfo(np.int64).min

type Numbers = npt.NDArray[np.float64]
type Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Presence:
    """The n members of whom a log has a sign before a date and who have not left."""

    member: Integers
    since: Integers
    "day of the first sign of the membership"
    silence: Integers
    "days since the last sign"
    awake: Numbers
    "probability of being awake"
    asleep_for: Integers
    "days since falling silent, if dormant"
    told: bool
    "whether the log tells who is dormant"
    dated: Flags
    "whether the log tells when the membership began, by a registration or a row of `join`"


def with_signs(table: EventTable, events: Events, day: int) -> Events:
    """The events with registrations and last visits before a day, which come before the others of their day.

    Who registered, and of whom there is no other sign, is not among them.
    """
    known = table.registrations
    if known is None:
        return events
    registered, seen = known.registered // MICROSECONDS_PER_DAY, known.last_seen // MICROSECONDS_PER_DAY
    seen_before = (known.last_seen != UNKNOWN_TIME) & (seen < day)
    signs = seen_before | (known.member < events.actors)
    registered_before = (known.registered != UNKNOWN_TIME) & (registered < day) & signs
    member = np.concatenate([known.member[registered_before], known.member[seen_before]]).astype(np.int64)
    when = np.concatenate([registered[registered_before], seen[seen_before]])
    days = np.concatenate([when, events.day])
    order = np.argsort(days, kind="stable")
    nobody, kind = np.full(len(member), -1), np.full(len(member), PRESENCE)
    return replace(
        events,
        actor=np.concatenate([member, events.actor])[order],
        target=np.concatenate([nobody, events.target])[order],
        kind=np.concatenate([kind, events.kind])[order],
        day=days[order],
        actors=events.members,
    )


def presence_of(table: EventTable, events: Events, day: int) -> Presence:
    """Who is there on the morning of a day, by what the log tells before it; events are those of `with_signs`."""
    past = events.day < day
    actor, kind, when = events.actor[past], events.kind[past], events.day[past]
    n = events.actors
    row = np.arange(len(actor))
    last_row = _latest(actor, row, n)
    current = row > _latest(actor[kind == LEAVE], row[kind == LEAVE], n)[actor]
    sign = current & (kind != ASLEEP)
    since, last = _earliest(actor[sign], when[sign], n), _latest(actor[sign], when[sign], n)
    asleep = np.zeros(n, np.bool_)
    asleep[actor] = kind[last_row[actor]] == ASLEEP
    member = np.flatnonzero(last > _NONE)
    silence = day - last[member]
    told = bool((kind == ASLEEP).any()) and day > int(events.day[-1])
    if told:
        alive = np.ones(len(member))
    else:
        alive = _alive(actor[sign], when[sign], since, last, n, day)[member]
    asleep_for = np.maximum(1, silence - np.minimum(LITTLE, silence // 2))
    fell = _latest(actor[kind == ASLEEP], when[kind == ASLEEP], n)[member]
    is_asleep = asleep[member]
    long_ago = is_asleep & (fell == int(table.day[0]))  # the log may have begun later than the silence
    fell = np.where(long_ago, np.minimum(fell, day - asleep_for), fell)
    return Presence(
        member=member,
        since=since[member],
        silence=silence,
        awake=np.where(is_asleep, 0.0, alive),
        asleep_for=np.where(is_asleep, day - fell, asleep_for),
        told=told,
        dated=_dated(table, since, n)[member],
    )


def _alive(actor: Integers, when: Integers, since: Integers, last: Integers, n: int, day: int) -> Numbers:
    """P(alive) of everybody with a sign, (n,)."""
    days = _days(actor, when, n)
    there = days > 0
    repeats = (days[there] - 1).astype(float)
    recency, age = (last - since)[there].astype(float), (day - since)[there].astype(float)
    out = np.zeros(n)
    out[there] = fitted(repeats, recency, age).probability(repeats, recency, age)
    return out


def _days(actor: Integers, when: Integers, n: int) -> Integers:
    """Days with a sign of each, (n,)."""
    if not len(when):
        return np.zeros(n, np.int64)
    span = int(np.ptp(when)) + 1
    return np.bincount(np.unique(actor * span + (when - when.min())) // span, minlength=n)


def _dated(table: EventTable, since: Integers, n: int) -> Flags:
    """Whether the first sign of a membership is its beginning, (n,)."""
    dated = np.zeros(n, np.bool_)
    if table.registrations is not None:
        member, time = table.registrations.member, table.registrations.registered
        member, time = member[time != UNKNOWN_TIME], time[time != UNKNOWN_TIME]
        member, time = member[member < n], time[member < n]
        dated[member[time // MICROSECONDS_PER_DAY == since[member]]] = True
    if "join" in table.actions:
        joining = table.action == table.actions.index("join")
        member, joined = table.member[joining], table.day[joining]
        dated[member[joined == since[member]]] = True
    return dated


def _latest(actor: Integers, value: Integers, n: int) -> Integers:
    """The largest value of each, (n,); `_NONE` without one."""
    out = np.full(n, _NONE, np.int64)
    np.maximum.at(out, actor, value)
    return out


def _earliest(actor: Integers, value: Integers, n: int) -> Integers:
    out = np.full(n, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(out, actor, value)
    return out


__all__ = ["Presence", "presence_of", "with_signs"]
