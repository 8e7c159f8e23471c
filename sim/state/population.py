"""Population: the columns of members. A *person* is an address, a *row* is a place.

Each member has one record of four cache lines. State and the fields needed at every visit come first, so
that most of a day uses two of them. State is stored in single precision to fit; arithmetic is in double
precision. The few columns that are scanned every day for every member are separate arrays. Rows are
reused after departures; no result may depend on a member's row.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel

# fmt: off
_FIELDS = [
    # first cache line: state that changes between visits, as of the day `settled`
    ("person", "i4"), ("slots", "i4"), ("degree", "i2"), ("capacity", "i2"), ("settled", "i4"),
    ("habit", "f4"), ("satisfaction", "f4"), ("activity", "f4"), ("hub", "f4"), ("reciprocity", "f4"), ("recognition", "f4"),
    ("norm", "f4"), ("belonging", "f4"), ("attachment", "f4"), ("exits", "f4"), ("tied", "f4"), ("bonds", "f4"),
    # second: traits, and fields needed at every visit
    ("visit_rate", "f4"), ("visits_per_day", "f4"), ("annoyance", "f4"), ("harassed", "f4"), ("overload", "f4"),
    ("propensity", "f4"), ("sociability", "f4"), ("misfit", "f4"), ("inviting", "f4"), ("wtp", "f4"), ("missed", "f4"),
    ("seasoned", "i4"), ("points", "i4"), ("contributions", "i4"), ("responder", "u1"), ("side", "u1"), ("internal", "u1"),
    ("paying", "u1"), ("arm", "u1"), ("unwilling", "u1"), ("weeks", "u2"),
    # third: money (micro-euros), and fields for contributions and new encounters
    ("revenue", "i8"), ("cost", "i8"), ("surplus", "i8"), ("earned", "i8"), ("month_earned", "i8"),
    ("interest", "f4"), ("joined", "i4"), ("first_contribution", "i4"), ("last_contribution", "i4"),
    ("last_benefit", "i4"), ("last_reward", "i4"),
    # fourth: rarely used fields
    ("first_replied", "u1"), ("badges", "u1"), ("again", "u1"), ("owner", "u1"), ("standing", "i1"), ("channel", "u1"), ("asleep_cause", "u1"),
    ("spell", "i2"), ("generation", "i2"), ("referrer", "i4"), ("invitations", "i4"), ("invited_joins", "i4"), ("month_points", "i4"),
    ("last_post", "i4"), ("last_answer", "i4"), ("last_react", "i4"), ("last_vote", "i4"), ("last_attend", "i4"), ("aversion", "f4"),
    ("hub_missed", "f4"), ("first_asleep", "i2"), ("asleep_on", "i2"), ("woke_on", "i2"),
]
# fmt: on
LINE = 64
"bytes of a cache line"
MEMBER = np.dtype(
    {"names": [n for n, _ in _FIELDS], "formats": [f for _, f in _FIELDS], "itemsize": 4 * LINE},
    align=True,
)
NEVER = -(10**6)
NEVER_ASLEEP = -(2**15)
"never, among the days on which a member fell silent or woke, which have 16 bits"
NO_PERSON = -1


def records(capacity: int) -> npt.NDArray[np.void]:
    """Empty member records that start on a cache line, shape (capacity,)."""
    room = np.zeros(capacity * MEMBER.itemsize + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + capacity * MEMBER.itemsize].view(MEMBER)


_BYTES = np.dtype((np.void, MEMBER.itemsize))
"a record as bytes, which NumPy copies at once; it copies padded records field by field"


def gathered(members: npt.NDArray[np.void], rows: npt.NDArray[Any]) -> npt.NDArray[np.void]:
    """A copy of the records of `rows` (indices or a mask): a fast version of `members[rows]`."""
    return members.view(_BYTES)[rows].view(MEMBER)


def longer(old: npt.NDArray[Any], size: int, empty: float = 0) -> npt.NDArray[Any]:
    """A copy of `old` with room for `size`."""
    if old.dtype == MEMBER:
        new = records(size)
        new.view(_BYTES)[: len(old)] = old.view(_BYTES)
        return new
    new = np.full(size, empty, old.dtype) if empty else np.zeros(size, old.dtype)
    new[: len(old)] = old
    return new


class Population:
    """Members by row; shapes (capacity,).

    `address[row]` is the person there, or -1; `visit_bound` and `exit_bound` are the
    probabilities and hazards that the daily screens compare with; `last_visit` and
    `next_bill` are days.
    """

    def __init__(self, capacity: int = 256) -> None:
        self.members: npt.NDArray[np.void] = records(capacity)
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
        """Number of allocated rows."""
        return len(self.address)

    def rows(self) -> npt.NDArray[np.int64]:
        """Rows of present members in ascending order of address."""
        rows = np.flatnonzero(self.address[: self.top] >= 0)
        return rows[np.argsort(self.address[rows], kind="stable")]

    def take_rows(self, n: int) -> npt.NDArray[np.int64]:
        """n free rows, vacated ones first."""
        reused = min(n, self.vacancies)
        self.vacancies -= reused
        rows = np.empty(n, np.int64)
        rows[:reused] = self.vacant[self.vacancies : self.vacancies + reused]
        self.reserve(self.top + n - reused)
        rows[reused:] = np.arange(self.top, self.top + n - reused)
        self.top += n - reused
        self.present += n
        return rows

    def release(self, rows: npt.NDArray[np.int64]) -> None:
        """Vacate the rows of members who have left and whose ties are cut."""
        vacate(
            rows,
            self.address,
            self.visit_bound,
            self.exit_bound,
            self.next_bill,
            self.vacant,
            self.vacancies,
        )
        self.vacancies += len(rows)
        self.present -= len(rows)

    def reserve(self, needed: int) -> None:
        """Room for `needed` rows."""
        if needed <= self.capacity:
            return
        size = needed + needed // 2  # untouched pages take no memory
        for name, empty in (
            ("members", 0),
            ("address", -1),
            ("visit_bound", 0.0),
            ("exit_bound", 0.0),
            ("last_visit", NEVER),
            ("next_bill", -1),
            ("vacant", 0),
        ):
            setattr(self, name, longer(getattr(self, name), size, empty))


@kernel
def vacate(rows, address, visit_bound, exit_bound, next_bill, vacant, vacancies):
    """Empty rows and note them as vacant, behind the `vacancies` before."""
    for k in range(len(rows)):
        r = rows[k]
        address[r] = -1
        visit_bound[r] = 0.0
        exit_bound[r] = 0.0
        next_bill[r] = -1
        vacant[vacancies + k] = r


class Archive:
    """Memberships that have ended: their last record, the day and the cause."""

    def __init__(self, capacity: int = 256) -> None:
        self.members: npt.NDArray[np.void] = records(capacity)
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
            setattr(self, name, longer(getattr(self, name), size))
