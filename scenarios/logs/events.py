"""Events: an event table as whole days and kinds of action, which is what founding and measures need."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kith.scenarios.logs.table import EventTable

# What an action tells about its member.
CONTRIBUTION: Final = 0
EXCHANGE: Final = 1
PRESENCE: Final = 2
LEAVE: Final = 3
ASLEEP: Final = 4

KINDS = {"exchange": EXCHANGE, "join": PRESENCE, "visit": PRESENCE, "invite": PRESENCE, "leave": LEAVE}
KINDS |= {"star": PRESENCE, "fork": PRESENCE, "asleep": ASLEEP}
"kith's own actions that are no contributions, and GitHub's; every other word is one"

type Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Events:
    """The rows of a log in order of time, ties in the order of the file; n rows.

    Members are numbered by their first action; who was only ever a target comes last.
    """

    actor: Integers
    target: Integers
    "the other member, (n,); -1 for none"
    kind: Integers
    day: Integers
    "days since 1970-01-01, UTC, (n,)"
    actors: int
    "number of members who ever acted"
    members: int
    "number of members, those included who were only ever a target or only registered"

    @property
    def acts(self) -> npt.NDArray[np.bool_]:
        """Which rows are an action, and neither leaving nor falling silent, (n,)."""
        return (self.kind != LEAVE) & (self.kind != ASLEEP)


def events_of(table: EventTable) -> Events:
    """The days and kinds of a table's events."""
    kinds = np.array([KINDS.get(name, CONTRIBUTION) for name in table.actions], np.int64)
    return Events(
        actor=table.member.astype(np.int64),
        target=table.target.astype(np.int64),
        kind=kinds[table.action],
        day=table.day,
        actors=table.actors,
        members=table.members,
    )


def read_events(path: Path, label: str, **options: Any) -> Events:
    """The events of a log of any known format; raises `LogError` for whatever is wrong."""
    from kith.scenarios.logs.reading import read_events as read_table

    return events_of(read_table(path, label=label, **options))
