"""What a source shows of a community: the arrays that every statistic is computed from.

A real log and a simulated run become the same `Observed`, through an observation model that says which
kinds of action and which people the source shows. Nothing here is a frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.experiments.errors import NothingToMeasure, RequestError
from kith.scenarios.logs.events import CONTRIBUTION, EXCHANGE, KINDS
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY as DAY
from kith.scenarios.logs.table import UNKNOWN_TIME, EventTable

type Floats = npt.NDArray[np.float64]
type Integers = npt.NDArray[np.int64]
type Numbers = npt.NDArray[Any]
type Flags = npt.NDArray[np.bool_]

PEOPLE = ("all", "newcomers")
NOBODY = np.zeros(0, np.int64)


@dataclass(frozen=True)
class ObservationModel:
    """Which part of what happens a source shows, such as a chat that shows posts but no visits.

    Parameters
    ----------
    actions : names of the actions that are seen; by default every contribution and exchange, but no joins,
        visits, invitations or departures.
    people : `all` who act, or only `newcomers`, whose join is in the log.
    targets : whether it is seen toward whom a member acts.
    """

    actions: tuple[str, ...] | None = None
    people: str = "all"
    targets: bool = True

    def __post_init__(self) -> None:
        if self.people not in PEOPLE:
            raise RequestError(f"people {self.people}: must be all or newcomers")

    def shows(self, names: Sequence[str]) -> Flags:
        """Which of the named actions are seen, (names,)."""
        if self.actions is None:
            return np.array(
                [KINDS.get(name, CONTRIBUTION) in (CONTRIBUTION, EXCHANGE) for name in names], bool
            )
        missing = [name for name in self.actions if name not in names]
        if len(missing) == len(self.actions):
            raise RequestError(
                f"actions {', '.join(missing)}: the log has none of them; it has {', '.join(names)}"
            )
        return np.array([name in self.actions for name in names], bool)


@dataclass(frozen=True)
class Observed:
    """Actions in order of time, (n,), of members numbered by their first action; times in microseconds.

    Members below `members` acted. The log is observed from the start of its first day, `start`, to the end
    of its last, `end`.
    """

    member: Integers
    time: Integers
    target: Integers
    "the other member, (n,); -1 for none"
    members: int
    start: int
    end: int
    value: Floats | None = None
    joins: tuple[Integers, Integers] = (NOBODY, NOBODY)
    "member and time of each join in the log, whoever acts"
    leaves: tuple[Integers, Integers] = (NOBODY, NOBODY)
    registered: tuple[Integers, Integers, Integers] | None = None
    "member, time of registration and last visit, `UNKNOWN_TIME` where there is none"
    contribution: Flags = field(default_factory=lambda: np.zeros(0, bool), repr=False)
    "which actions are contributions and no exchanges, (n,)"
    names: tuple[str, ...] = field(default=(), repr=False)
    "the actions that are seen"
    complete: bool = False
    "whether every join and departure is in the log, as in that of a simulated run"

    @property
    def days(self) -> int:
        """Days from the first to the last, both included."""
        return (self.end - self.start) // DAY

    @cached_property
    def first(self) -> Integers:
        """Time of each member's first action, (members,)."""
        out = np.zeros(self.members, np.int64)
        out[self.member[::-1]] = self.time[::-1]
        return out

    @cached_property
    def last(self) -> Integers:
        """Time of each member's last action, (members,)."""
        out = np.zeros(self.members, np.int64)
        out[self.member] = self.time
        return out

    @cached_property
    def counts(self) -> Integers:
        """Actions of each member, (members,)."""
        return np.bincount(self.member, minlength=self.members)

    @cached_property
    def age(self) -> Floats:
        """Days of 24 hours from its member's first action to each action, (n,)."""
        return (self.time - self.first[self.member]) / DAY

    @cached_property
    def followed(self) -> Floats:
        """Days from each member's first action to the end of the log, (members,)."""
        return (self.end - self.first) / DAY

    @cached_property
    def lasted(self) -> Floats:
        """Days from each member's first action to the last, (members,)."""
        return (self.last - self.first) / DAY

    @cached_property
    def by_member(self) -> tuple[Integers, Integers]:
        """Members and times of all actions, one member after another, each in order of time."""
        order = np.argsort(self.member, kind="stable")
        return self.member[order], self.time[order]

    @cached_property
    def active_days(self) -> tuple[Integers, Integers]:
        """Each member's days (UTC) with an action, each once: member and days from `start`."""
        member, time = self.by_member
        day = (time - self.start) // DAY
        new = np.ones(len(day), bool)
        new[1:] = (member[1:] != member[:-1]) | (day[1:] != day[:-1])
        return member[new], day[new]

    def windows(self, length: int) -> tuple[Integers, Integers]:
        """Each member's complete windows of some days with an action: member and number of the window."""
        member, day = self.active_days
        window = day // length
        new = np.ones(len(window), bool)
        new[1:] = (member[1:] != member[:-1]) | (window[1:] != window[:-1])
        new &= window < self.days // length
        return member[new], window[new]

    def acted(self, since: float, before: float) -> Flags:
        """Who acted at an age of `since` days or more, and less than `before`, (members,)."""
        out = np.zeros(self.members, bool)
        out[self.member[(self.age >= since) & (self.age < before)]] = True
        return out


def of_table(table: EventTable, model: ObservationModel | None = None) -> Observed:
    """What a log shows.

    Raises
    ------
    RequestError
        If nothing is left to be measured.
    """
    registered = table.registrations
    return _observed(
        *(np.asarray(column, np.int64) for column in (table.member, table.time, table.target, table.action)),
        names=table.actions,
        people=table.members,
        model=model or ObservationModel(),
        value=table.value,
        registered=None
        if registered is None
        else (registered.member, registered.registered, registered.last_seen),
        complete=table.report.format == "kith",
    )


def of_record(record: Any, model: ObservationModel | None = None) -> Observed:
    """What a source would show of a simulated run.

    Raises
    ------
    ValueError
        If the run was made with `events=False`.
    RequestError
        If nothing is left to be measured.
    """
    events = record.event_arrays()
    number = np.zeros(max(int(events.person.max(initial=0)), int(events.target.max(initial=0))) + 2, np.int64)
    number[events.person] = number[events.target] = 1  # the last place is nobody's, target -1
    number[-1] = 0
    people = int(number.sum())
    number = np.cumsum(number) - 1
    number[-1] = -1
    return _observed(
        number[events.person],
        events.time,
        number[events.target],
        events.action,
        names=events.actions,
        people=people,
        model=model or ObservationModel(),
        span=(events.start, events.start + record.days * DAY),
        complete=True,
    )


def of_frame(frame: Any, model: ObservationModel | None = None) -> Observed:
    """What an event log in a frame shows: columns member_id, timestamp, action, target_member, perhaps value."""
    import pandas as pd

    missing = [name for name in ("member_id", "timestamp", "action") if name not in frame]
    if missing:
        raise RequestError(
            f"the frame lacks {', '.join(missing)}; an event log has member_id, timestamp, action"
        )
    ordered = frame.sort_values("timestamp", kind="stable")
    targets = (
        ordered["target_member"].fillna("") if "target_member" in ordered else pd.Series("", ordered.index)
    )
    everybody = pd.concat([ordered["member_id"].astype(str), targets.astype(str)])
    codes, names = pd.factorize(everybody)
    nobody = np.flatnonzero(np.asarray(names) == "")
    rows = len(ordered)
    target = np.where(np.isin(codes[rows:], nobody), -1, codes[rows:])
    action, actions = pd.factorize(ordered["action"].astype(str))
    time = pd.to_datetime(ordered["timestamp"], utc=True).dt.as_unit("us").astype("int64").to_numpy()
    return _observed(
        codes[:rows],
        time,
        target,
        action,
        names=tuple(actions),
        people=len(names),
        model=model or ObservationModel(),
        value=ordered["value"].to_numpy(float) if "value" in ordered else None,
    )


def _observed(
    member: Integers,
    time: Integers,
    target: Integers,
    action: Integers,
    *,
    names: tuple[str, ...],
    people: int,
    model: ObservationModel,
    value: Floats | None = None,
    registered: tuple[Any, Any, Any] | None = None,
    span: tuple[int, int] | None = None,
    complete: bool = False,
) -> Observed:
    if len(time) == 0:
        raise NothingToMeasure("the log has no events; there is nothing to measure")
    is_join, is_leave = (
        np.array([name == word for name in names], bool)[action] for word in ("join", "leave")
    )
    seen = model.shows(names)[action]
    if model.people == "newcomers":
        joined = np.zeros(people, bool)
        joined[member[is_join]] = True
        seen &= joined[member]
    if not seen.any():
        raise NothingToMeasure(_no_actions(action, names, model))
    number = _by_first_action(member[seen], people)
    toward = target[seen]
    toward = (
        np.where(toward >= 0, number[np.maximum(toward, 0)], -1)
        if model.targets
        else np.full(len(toward), -1)
    )
    start, end = (int(time.min()) // DAY * DAY, (int(time.max()) // DAY + 1) * DAY) if span is None else span
    return Observed(
        member=number[member[seen]],
        time=time[seen],
        target=toward,
        members=int(number[member[seen]].max()) + 1,
        start=start,
        end=end,
        value=None if value is None else value[seen],
        joins=(number[member[is_join]], time[is_join]),
        leaves=(number[member[is_leave]], time[is_leave]),
        registered=None
        if registered is None
        else (number[registered[0]], np.asarray(registered[1]), np.asarray(registered[2])),
        contribution=np.array([KINDS.get(name, CONTRIBUTION) == CONTRIBUTION for name in names])[
            action[seen]
        ],
        names=tuple(name for name, shown in zip(names, model.shows(names), strict=True) if shown),
        complete=complete,
    )


def _no_actions(action: Integers, names: tuple[str, ...], model: ObservationModel) -> str:
    """Why nothing is left, with what the log has instead."""
    counts = np.bincount(action, minlength=len(names))
    has = ", ".join(
        f"{count:,} × {name}" for name, count in zip(names, counts.tolist(), strict=True) if count
    )
    if model.people == "newcomers" and model.shows(names)[action].any():
        return f"nobody whose join is in the log acts; it has {has}; measure all members"
    return f"nothing in the log counts as an action; it has {has}; name the actions to measure with --action"


def _by_first_action(member: Integers, people: int) -> Integers:
    """A new number for everybody: those who act by their first action, then all others."""
    at = np.full(people, len(member))
    at[member[::-1]] = np.arange(len(member))[::-1]
    acting = np.flatnonzero(at < len(member))
    order = acting[np.argsort(at[acting])]
    number = np.full(people, -1, np.int64)
    number[order] = np.arange(len(order))
    others = np.flatnonzero(number < 0)
    number[others] = len(order) + np.arange(len(others))
    return number


__all__ = ["DAY", "UNKNOWN_TIME", "ObservationModel", "Observed", "of_frame", "of_record", "of_table"]
