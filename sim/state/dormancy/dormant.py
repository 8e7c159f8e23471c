"""Dormant: members who have fallen silent and may wake, apart from those who are awake.

A dormant member costs a draw a day and nothing else: its record rests as it was on the evening on
which it fell asleep, and fades in closed form when it wakes (`kith.sim.state.dormancy.wake_up`). So every step
of a day, and every measure, sees the awake alone unless it asks for the dormant.
"""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.state.population import longer, records


class Dormant:
    """Dormant members by place, `count` of them; shapes (capacity,). No result depends on the place.

    `person` and `since` (the day of falling asleep) are scanned every morning, with `called`, the
    invitations that have reached each since the morning before, and `tied`, the most that its ties can
    call; `last_visit` and `next_bill` are days.
    """

    def __init__(self, capacity: int = 16) -> None:
        self.members: npt.NDArray[np.void] = records(capacity)
        self.person = np.full(capacity, -1, np.int64)
        self.since = np.zeros(capacity, np.int32)
        self.called = np.zeros(capacity)
        self.tied = np.zeros(capacity)
        self.last_visit = np.zeros(capacity, np.int32)
        self.next_bill = np.full(capacity, -1, np.int32)
        self.count = 0

    def reserve(self, n: int) -> None:
        """Room for n more."""
        needed = self.count + n
        if needed > len(self.person):
            size = needed + needed // 2
            for name, empty in (
                ("members", 0),
                ("person", -1),
                ("since", 0),
                ("called", 0),
                ("tied", 0),
                ("last_visit", 0),
                ("next_bill", -1),
            ):
                setattr(self, name, longer(getattr(self, name), size, empty))

    def remove(self, places: npt.NDArray[np.int64], row_of: npt.NDArray[np.int32]) -> None:
        """Close the gaps that `places`, in any order, leave."""
        close_gaps(
            np.sort(places)[::-1],
            self.members,
            self.person,
            self.since,
            self.called,
            self.tied,
            self.last_visit,
            self.next_bill,
            row_of,
            self.count,
        )
        self.count -= len(places)

    def place_of(self, person: int) -> int:
        """The place of a person; -1 unless it is dormant."""
        places = np.flatnonzero(self.person[: self.count] == person)
        return int(places[0]) if len(places) else -1

    def places(self) -> npt.NDArray[np.int64]:
        """Places in ascending order of address."""
        return np.argsort(self.person[: self.count], kind="stable")


@kernel
def row_of_place(place):
    """How the market's `row` names the place of a dormant member: below -1, which means nowhere."""
    return -2 - place


@kernel
def place_of_row(row):
    """The place of a dormant member, from the market's `row`; negative unless the person is dormant."""
    return -2 - row


@kernel
def close_gaps(places, members, person, since, called, tied, last_visit, next_bill, row_of, count):
    """Fill each place, in descending order, with the last dormant member."""
    for k in range(len(places)):
        here, last = places[k], count - 1 - k
        if here != last:
            members[here] = members[last]
            person[here] = person[last]
            since[here] = since[last]
            called[here] = called[last]
            tied[here] = tied[last]
            last_visit[here] = last_visit[last]
            next_bill[here] = next_bill[last]
            row_of[person[here]] = row_of_place(here)
        person[last] = -1
        next_bill[last] = -1
        called[last] = 0.0


__all__ = ["Dormant", "place_of_row", "row_of_place"]
