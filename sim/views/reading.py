"""Reading: single numbers of members and ties out of the engine's columns, as they are today."""

from typing import Any

import numpy as np

from sim import motion
from sim.community import Community
from sim.views.fields import FADING, HIDDEN, LED, MOVING, NAMES
from sim.views.said import TieData

type Tied = list[tuple[int, float, int]]
"neighbours in ascending address, what is left of each tie, and the day on which it was last used"


class Columns:
    """The engine's columns as memoryviews, taken anew when the engine has replaced its arrays.

    One number out of a memoryview costs a third of one out of an array.
    """

    def __init__(self, c: Community) -> None:
        self.c, self.population, self.ties = c, c.population, c.ties
        self.row_of = memoryview(c.market.row)
        self._fades, self._fade = c.fade, memoryview(c.fade)
        self._decays, self._decay = c.decay, c.decay.tolist()
        self.take()

    def take(self) -> None:
        """Look at the arrays that are in use now."""
        self.members, self.pool = self.population.members, self.ties.pool
        self.address = memoryview(self.population.address)
        self.slots, self.degree = memoryview(self.members["slots"]), memoryview(self.members["degree"])
        self.row = memoryview(self.pool["row"])
        self.strength, self.day = memoryview(self.pool["strength"]), memoryview(self.pool["day"])
        self.views: dict[str, memoryview] = {}
        "other fields of the member's record, looked at when they are first asked for"

    def find(self, person: Any) -> int:
        """The row of a member; KeyError for whoever is no member."""
        if self.members is not self.population.members or self.pool is not self.ties.pool:
            self.take()
        try:
            row = self.row_of[person]
        except (TypeError, IndexError):
            raise KeyError(person) from None
        if row < 0 or self.address[row] != person:  # the address -1 is nobody's, though it finds a row
            raise KeyError(person)
        return row

    def tie(self, slot: int) -> TieData:
        """The edge data of the tie in a slot."""
        day = self.day[slot]
        fade = self._fade if self._fades is self.c.fade else self.fade()
        return TieData(weight=self.strength[slot] * fade[self.c.day - day], day=day)

    def fade(self) -> memoryview:
        """What is left of a tie after so many days; a phase may replace it."""
        if self._fades is not self.c.fade:
            self._fades = self.c.fade
            self._fade = memoryview(self._fades)
        return self._fade

    def slot(self, person: Any, other: Any) -> int:
        """The slot of the tie between two members, or -1; looks from the end with fewer ties."""
        if self.members is not self.population.members or self.pool is not self.ties.pool:
            self.take()
        a, b, address = self.row_of[person], self.row_of[other], self.address
        if a < 0 or address[a] != person:  # the address -1 is nobody's, though it finds a row
            raise KeyError(person)
        if b < 0 or address[b] != other:
            return -1
        degree, start = self.degree[a], self.slots[a]
        if degree > self.degree[b]:
            a, b = b, a
            degree, start = self.degree[a], self.slots[a]
        rows = self.row[start : start + degree].tolist()
        return start + rows.index(b) if b in rows else -1

    def field(self, name: str, row: int) -> Any:
        """A field of a member's record as it is today."""
        value = self.stored(name)[row]
        moving = MOVING.get(name)
        if moving is None:
            return value
        left = self.left(row)
        if left is None:
            return value
        stock, toward = moving
        rest = self._rest(toward, row) if isinstance(toward, str) else toward
        return rest + (value - rest) * left[stock]

    def record(self, row: int) -> dict[str, Any]:
        """All fields of a member's record as they are today."""
        whole: dict[str, Any] = dict(zip(NAMES, self.members[row : row + 1].tolist()[0]))
        left = self.left(row)
        for name in HIDDEN:
            del whole[name]
        if left is not None:
            for name, stock, rest in FADING:
                whole[name] = rest + (whole[name] - rest) * left[stock]
            for name, (stock, toward) in LED.items():
                rest = self._rest(toward, row)
                whole[name] = rest + (whole[name] - rest) * left[stock]
        return whole

    def left(self, row: int) -> list[float] | None:
        """What is left of each kind of stock since somebody looked at a member; None on the same day."""
        since = self.c.day - self.stored("settled")[row]
        if since <= 0:
            return None
        if self._decays is not self.c.decay:  # a phase may replace it
            self._decays, self._decay = self.c.decay, self.c.decay.tolist()
        left: list[float] = self._decay[min(since, motion.WEEK)]
        return left

    def _rest(self, name: str, row: int) -> float:
        """Where a stock is heading that does not fade to a number."""
        rest: float = self._ad_load(row) if name == "ads" else self.stored(name)[row]
        return rest

    def stored(self, name: str) -> memoryview:
        """A field of all records as they are stored, by row."""
        try:
            return self.views[name]
        except KeyError:
            return self.views.setdefault(name, memoryview(self.members[name]))

    def _ad_load(self, row: int) -> float:
        """What annoyance approaches, as `sim.motion.advance` has it."""
        p = self.c.p[self.stored("arm")[row]]
        return float(p["monetisation_ad_load"]) * bool(p["monetisation_model"] == 1.0)

    def persons(self) -> list[int]:
        """Addresses of present members, ascending."""
        address = self.population.address[: self.population.top]
        present: list[int] = np.sort(address[address >= 0]).tolist()
        return present

    def tied(self, row: int) -> Tied:
        """A member's ties."""
        first = self.slots[row]
        last = first + self.degree[row]
        address, fade, today = self.address, self.fade(), self.c.day
        rows, days = self.row[first:last].tolist(), self.day[first:last].tolist()
        ties: Tied = [
            (address[other], strength * fade[today - day], day)
            for other, strength, day in zip(rows, self.strength[first:last].tolist(), days, strict=True)
        ]
        ties.sort()
        return ties

    def all_tied(self, persons: list[int]) -> list[Tied]:
        """The same for many members."""
        rows = self.c.market.row[persons].astype(np.int64)
        degree = self.members["degree"][rows].astype(np.int64)
        ends = np.cumsum(degree)
        first = ends - degree
        owner = np.repeat(np.arange(len(rows)), degree)
        slots = np.arange(len(owner)) + np.repeat(self.members["slots"][rows] - first, degree)
        persons_tied = self.population.address[self.pool["row"][slots]]
        order = np.lexsort((persons_tied, owner))
        days = self.pool["day"][slots[order]]
        self.fade()
        weights = self.pool["strength"][slots[order]] * self._fades[self.c.day - days]
        triples = zip(persons_tied[order].tolist(), weights.tolist(), days.tolist(), strict=True)
        ties: Tied = list(triples)
        return [ties[a:b] for a, b in zip(first.tolist(), ends.tolist(), strict=True)]
