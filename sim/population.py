"""Population: the columns of members. A *person* is an address, a *row* is a place.

One record per member keeps what a visit touches in neighbouring cache lines; the few
columns that are scanned every day for every member stand alone. A row is reused after its
member has left; nothing may depend on which row a member has.
"""

import numpy as np
import numpy.typing as npt

# fmt: off
MEMBER = np.dtype(
    [
        # who and where among the ties
        ("person", "i8"), ("slots", "i8"), ("degree", "i4"), ("joined", "i4"), ("settled", "i4"), ("points", "i4"),
        # motion: all as of the day `settled`
        ("habit", "f8"), ("satisfaction", "f8"), ("overload", "f8"), ("activity", "f8"), ("hub", "f8"),
        ("reciprocity", "f8"), ("recognition", "f8"), ("norm", "f8"), ("belonging", "f8"), ("attachment", "f8"),
        ("exits", "f8"), ("annoyance", "f8"), ("harassed", "f8"), ("bonds", "f8"), ("visit_rate", "f8"),
        # traits, and what is derived from them
        ("visits_per_day", "f8"), ("propensity", "f8"), ("sociability", "f8"), ("misfit", "f8"), ("inviting", "f8"),
        ("wtp", "f8"), ("aversion", "f8"), ("interest", "f8"),
        ("contributions", "i4"), ("responder", "u1"), ("side", "u1"), ("internal", "u1"), ("paying", "u1"), ("arm", "u1"),
        ("revenue", "i8"), ("cost", "i8"), ("surplus", "i8"),
        # record
        ("unwilling", "u1"), ("first_replied", "u1"), ("again", "u1"), ("badges", "u1"), ("weeks", "u4"),
        ("capacity", "i4"), ("spell", "i4"), ("channel", "i4"), ("referrer", "i4"), ("generation", "i4"),
        ("invitations", "i4"), ("invited_joins", "i4"), ("first_contribution", "i4"), ("last_contribution", "i4"),
        ("last_benefit", "i4"), ("last_reward", "i4"), ("month_points", "i4"),
        ("last_post", "i4"), ("last_answer", "i4"), ("last_react", "i4"), ("last_vote", "i4"), ("last_attend", "i4"),
        ("earned", "i8"), ("month_earned", "i8"),
    ],
    align=True,
)
# fmt: on
NEVER = -(10**6)
NO_PERSON = -1


class Population:
    """Members by row; shapes (capacity,).

    `address[row]` is the person there, or -1; `visit_bound` and `exit_bound` are the
    probabilities and hazards that the daily screens compare with; `last_visit` and
    `next_bill` are days.
    """

    def __init__(self, capacity: int = 256) -> None:
        self.members: npt.NDArray[np.void] = np.zeros(capacity, MEMBER)
        self.address = np.full(capacity, -1, np.int64)
        self.visit_bound = np.zeros(capacity)
        self.exit_bound = np.zeros(capacity)
        self.last_visit = np.full(capacity, NEVER, np.int32)
        self.next_bill = np.full(capacity, -1, np.int32)
        self.top = 0
        self.vacant = np.zeros(capacity, np.int64)
        self.vacancies = 0
        self.present = 0

    @property
    def capacity(self) -> int:
        """Rows that there is room for."""
        return len(self.address)

    def rows(self) -> npt.NDArray[np.int64]:
        """Rows of present members in ascending order of address."""
        rows = np.flatnonzero(self.address[: self.top] >= 0)
        return rows[np.argsort(self.address[rows])]

    def take_rows(self, n: int) -> npt.NDArray[np.int64]:
        """n free rows, vacated ones first."""
        reused = min(n, self.vacancies)
        self.vacancies -= reused
        rows = np.empty(n, np.int64)
        rows[:reused] = self.vacant[self.vacancies : self.vacancies + reused]
        self._grow(self.top + n - reused)
        rows[reused:] = np.arange(self.top, self.top + n - reused)
        self.top += n - reused
        self.present += n
        return rows

    def release(self, rows: npt.NDArray[np.int64]) -> None:
        """Vacate the rows of members who have left; their ties are cut already."""
        self.address[rows] = -1
        self.visit_bound[rows] = 0.0
        self.exit_bound[rows] = 0.0
        self.next_bill[rows] = -1
        self.vacant[self.vacancies : self.vacancies + len(rows)] = rows
        self.vacancies += len(rows)
        self.present -= len(rows)

    def _grow(self, needed: int) -> None:
        if needed <= self.capacity:
            return
        size = max(needed, 2 * self.capacity)
        for name, empty in (
            ("members", 0),
            ("address", -1),
            ("visit_bound", 0.0),
            ("exit_bound", 0.0),
            ("last_visit", NEVER),
            ("next_bill", -1),
            ("vacant", 0),
        ):
            old = getattr(self, name)
            new = np.zeros(size, old.dtype)
            if empty:
                new[:] = empty
            new[: len(old)] = old
            setattr(self, name, new)


class Archive:
    """Memberships that have ended: their last record, the day and the cause."""

    def __init__(self, capacity: int = 256) -> None:
        self.members: npt.NDArray[np.void] = np.zeros(capacity, MEMBER)
        self.left = np.zeros(capacity, np.int32)
        self.cause = np.zeros(capacity, np.int8)
        self.last_visit = np.zeros(capacity, np.int32)
        self.count = 0

    def reserve(self, n: int) -> None:
        """Room for n more memberships."""
        needed = self.count + n
        if needed <= len(self.left):
            return
        size = max(needed, 2 * len(self.left))
        for name in ("members", "left", "cause", "last_visit"):
            old = getattr(self, name)
            new = np.zeros(size, old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
