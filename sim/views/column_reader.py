"""Column reader: single values of members and ties from the engine's columns, as of today."""

import struct
from typing import Any

import numpy as np

from kith.sim.state import decay
from kith.sim.state.community import Community
from kith.sim.state.population import MEMBER
from kith.sim.views.graph_data import ReadOnlyData
from kith.sim.views.member_fields import FADING, FIELDS, LAYOUT, MOVING

BELONGING, ATTACHMENT, ANNOYANCE, ARM = map(FIELDS.index, ("belonging", "attachment", "annoyance", "arm"))

SLOT = struct.Struct("=i4xif")
"the bytes of a tie without its twin: row, day, strength"


class Columns:
    """The engine's columns as memoryviews, renewed when the engine has replaced its arrays.

    Reading one number from a memoryview takes a third of the time that an array takes.
    """

    def __init__(self, c: Community) -> None:
        self.c, self.population, self.ties = c, c.population, c.ties
        self.row_of = memoryview(c.market.row)
        self._fades, self._fade = c.fade, c.fade.tolist()
        self._decays, self._decay = c.decay, c.decay.tolist()
        self._look_at_ads()
        self.take()

    def take(self) -> None:
        """Renew the memoryviews from the current arrays."""
        self.members, self.pool = self.population.members, self.ties.pool
        self.address = memoryview(self.population.address)
        self.slots, self.degree = memoryview(self.members["slots"]), memoryview(self.members["degree"])
        self.row = memoryview(self.pool["row"])
        self.strength, self.day = memoryview(self.pool["strength"]), memoryview(self.pool["day"])
        self.settled = memoryview(self.members["settled"])
        self.bytes, self.tie_bytes = (memoryview(array.view(np.uint8)) for array in (self.members, self.pool))
        self.views: dict[str, memoryview] = {}
        "other fields of the member's record, added at their first use"

    def find(self, person: Any) -> int:
        """The row of a member; KeyError if the person is not a member."""
        if self.members is not self.population.members or self.pool is not self.ties.pool:
            self.take()
        try:
            row = self.row_of[person]
        except (TypeError, IndexError):
            raise KeyError(person) from None
        if row < 0 or self.address[row] != person:  # the address -1 is nobody's, though it finds a row
            raise KeyError(person)
        return row

    def tie(self, slot: int) -> ReadOnlyData:
        """The edge data of the tie in a slot."""
        day = self.day[slot]
        return ReadOnlyData(weight=self.strength[slot] * self.fade()[self.c.day - day], day=day)

    def fade(self) -> list[float]:
        """Remaining strength of a tie by days since the last exchange; a phase may replace it."""
        if self._fades is not self.c.fade:
            self._fades, self._fade = self.c.fade, self.c.fade.tolist()
        return self._fade

    def slot(self, person: Any, other: Any) -> int:
        """The slot of the tie between two members, or -1; searches at the end with fewer ties."""
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
        if name not in MOVING or (left := self.left(row)) is None:
            return value
        stock, toward = MOVING[name]
        rest = self._rest(toward, row) if isinstance(toward, str) else toward
        return rest + (value - rest) * left[stock]

    def member(self, row: int) -> ReadOnlyData:
        """The node data of a member: all fields of its record as of today, and custom columns."""
        values = list(LAYOUT.unpack_from(self.bytes, row * MEMBER.itemsize))
        left = self.left(row)
        if left is not None:
            for place, stock, rest in FADING:
                values[place] = rest + (values[place] - rest) * left[stock]
            rest = values[ATTACHMENT]
            values[BELONGING] = rest + (values[BELONGING] - rest) * left[decay.BELONGING]
            rest = self._ad_load(values[ARM])
            values[ANNOYANCE] = rest + (values[ANNOYANCE] - rest) * left[decay.ADS]
        data = ReadOnlyData(zip(FIELDS, values, strict=False))
        if self.c.columns:
            person = self.address[row]
            dict.update(data, {name: column[person].item() for name, column in self.c.columns.items()})
        return data

    def left(self, row: int) -> list[float] | None:
        """Remaining share of each stock since the member's last update; None on the same day."""
        since = self.c.day - self.settled[row]
        if since <= 0:
            return None
        if self._decays is not self.c.decay:  # a phase may replace it
            self._decays, self._decay = self.c.decay, self.c.decay.tolist()
        left: list[float] = self._decay[min(since, decay.WEEK)]
        return left

    def _rest(self, name: str, row: int) -> float:
        """The level that a stock approaches, if it is not a constant."""
        rest: float = self._ad_load(self.stored("arm")[row]) if name == "ads" else self.stored(name)[row]
        return rest

    def stored(self, name: str) -> memoryview:
        """A field of all records as stored, by row."""
        try:
            return self.views[name]
        except KeyError:
            return self.views.setdefault(name, memoryview(self.members[name]))

    def _ad_load(self, arm: int) -> float:
        """The level that annoyance approaches, as in `kith.sim.state.decay.advance`."""
        if self._parameters is not self.c.p:  # a phase may replace them
            self._look_at_ads()
        load: float = self._load[arm] * (self._model[arm] == 1.0)
        return load

    def _look_at_ads(self) -> None:
        self._parameters = p = self.c.p
        self._load, self._model = memoryview(p["monetisation_ad_load"]), memoryview(p["monetisation_model"])

    def persons(self) -> list[int]:
        """Addresses of present members, ascending."""
        address = self.population.address[: self.population.top]
        present: list[int] = np.sort(address[address >= 0]).tolist()
        return present

    def tied[D: dict[str, Any]](self, row: int, kind: type[D]) -> list[tuple[int, D]]:
        """A member's neighbours in ascending address, each with its edge data as a dict of the given type."""
        address, fade, today = self.address, self.fade(), self.c.day
        first = self.slots[row] * SLOT.size
        last = first + self.degree[row] * SLOT.size
        ties = [
            (address[other], kind(weight=strength * fade[today - day], day=day))
            for other, day, strength in SLOT.iter_unpack(self.tie_bytes[first:last])
        ]
        ties.sort()  # addresses are unique, so the data are never compared
        return ties
