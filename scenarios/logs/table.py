"""The event table: what every reader makes of a log, whatever its format.

Numbers, not names: members are codes, times are microseconds, and the text of a message is never kept.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from kith.scenarios.logs.report import ReadingReport

MICROSECONDS_PER_DAY = 86_400_000_000
UNKNOWN_TIME = np.iinfo(np.int64).min
"a time that the source does not have, in registrations and invitations"

type Codes = npt.NDArray[np.int32]
type Times = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Registrations:
    """Who registered and when, one row per member, by time of registration; r rows.

    Members without a single event are among them: they are who only ever read.
    """

    member: Codes
    registered: Times
    "microseconds since 1970, UTC, (r,)"
    last_seen: Times
    "the last visit, (r,); `UNKNOWN_TIME` where the source has none"

    def __len__(self) -> int:
        return len(self.member)


@dataclass(frozen=True)
class Invitations:
    """Who invited whom, one row per invitation; i rows."""

    inviter: Codes
    invited: Codes
    time: Times
    "microseconds since 1970, UTC, (i,); `UNKNOWN_TIME` where the source has none"

    def __len__(self) -> int:
        return len(self.inviter)


@dataclass(frozen=True)
class EventTable:
    """An event log in order of time, events of one moment in the order of the source; n rows.

    Member codes follow the first event: 0 is who acted first. After the members who acted come those
    who were only ever a target, and last those who only registered.
    """

    member: Codes
    "who acted, (n,)"
    time: Times
    "microseconds since 1970-01-01T00:00, UTC, (n,)"
    action: npt.NDArray[np.int16]
    "position in `actions`, (n,)"
    target: Codes
    "the other member, (n,); -1 for none"
    actions: tuple[str, ...]
    "names of the actions in order of first appearance"
    actors: int
    "number of members who acted: codes below this one"
    members: int
    "number of members, targets and registrations included"
    report: "ReadingReport"
    value: npt.NDArray[np.float64] | None = None
    "what the event was worth, (n,), NaN where a row has none; None if the log has no values"
    registrations: Registrations | None = None
    invitations: Invitations | None = None
    names: tuple[str, ...] | None = field(default=None, repr=False)
    "the source's name of each member, (members,); None unless `read_events` was called with `names=True`"

    def __len__(self) -> int:
        return len(self.member)

    @property
    def day(self) -> Times:
        """Days since 1970-01-01, UTC, (n,)."""
        return self.time // MICROSECONDS_PER_DAY
