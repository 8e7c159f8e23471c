"""Member: a Mesa agent that is a view of one membership.

Its attributes are the columns of `kith.sim.state.columns`: reading reads the community, writing changes
it. Members are created on access, and two views of the same membership are equal. A subclass can add
properties and methods; further state belongs in a column (`add_column`).
"""

from typing import Any

import numpy as np
from mesa import Agent
from mesa.agentset import AbstractAgentSet

from kith.sim.schema.fields import nearest
from kith.sim.state import columns
from kith.sim.state.categories import Cause
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.views.member_model import MemberModel


class DepartedError(ReferenceError):
    """A member was read or written after it had left."""


class AsleepError(DepartedError):
    """A member was read or written while it had fallen silent; it may wake."""


class Member(Agent):  # type: ignore[misc]  # Mesa has no types
    """One membership of one person; `unique_id` is the person's address.

    Raises
    ------
    DepartedError
        On every read or write after the membership has ended, even if the person has returned,
        which starts another membership.
    AsleepError
        On every read or write while the member has fallen silent. When it wakes, its view works again.
    """

    model: MemberModel
    unique_id: int
    _spell: int

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(
            f"a {type(self).__name__} cannot be created directly, because the engine admits members; take it from "
            "model.agents, or add people with the shock mass_join"
        )

    @classmethod
    def of(cls, model: MemberModel, person: int, spell: int) -> "Member":
        """The view of a person's membership; `spell` counts those before it."""
        member = cls.__new__(cls)
        member.__dict__.update(model=model, unique_id=person, _spell=spell)
        return member

    @property
    def is_present(self) -> bool:
        """Whether the membership continues: awake or dormant."""
        return self.is_awake or self.is_dormant

    @property
    def is_awake(self) -> bool:
        """Whether the member has not fallen silent, and can be read and written."""
        c = self.model.community
        row = c.market.row[self.unique_id]
        return bool(row >= 0 and c.population.members["spell"][row] == self._spell)

    @property
    def is_dormant(self) -> bool:
        """Whether the member has fallen silent and may wake."""
        c = self.model.community
        place = place_of_row(int(c.market.row[self.unique_id]))
        return bool(place >= 0 and c.dormant.members["spell"][place] == self._spell)

    @property
    def neighbours(self) -> AbstractAgentSet:
        """The members with whom it has ties, in ascending address, as a `MemberSet`."""
        c, row = self.model.community, self._row
        first = int(c.population.members["slots"][row])
        tied = c.ties.pool["row"][first : first + int(c.population.members["degree"][row])]
        persons = np.sort(c.population.address[tied])
        return self.model.agents.at(c.market.row[persons].astype(np.int64))

    def remove(self) -> None:
        """Not available, because a departure within a day would leave that day inconsistent."""
        raise TypeError(
            "members cannot be removed directly; use the shock members_leave, or a custom shock (shocks=...) that "
            "calls community.release(rows, causes)"
        )

    @property
    def _row(self) -> int:
        """The current row of the membership, looked up by address because rows are reused."""
        if self.is_dormant:
            c = self.model.community
            since = c.dormant.since[place_of_row(int(c.market.row[self.unique_id]))]
            raise AsleepError(
                f"person {self.unique_id} fell silent on day {since} and may wake; take members who are awake from "
                "model.agents, or ask is_awake first"
            )
        if not self.is_awake:
            raise DepartedError(f"{self._departure()}; take members who are awake from model.agents")
        return int(self.model.community.market.row[self.unique_id])

    def _departure(self) -> str:
        archive = self.model.community.archive
        gone = archive.members[: archive.count]
        ended = np.flatnonzero((gone["person"] == self.unique_id) & (gone["spell"] == self._spell))
        if not len(ended):
            return f"person {self.unique_id} is not a member"
        cause = Cause(archive.cause[ended[0]]).name.lower()
        return f"person {self.unique_id} left on day {archive.left[ended[0]]} ({cause})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # looked up by copy and pickle before there is a model
            raise AttributeError(name)
        return columns.read(self.model.community, name, np.array([self._row])).tolist()[0]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self):
            raise AttributeError(f"{name} of a member is read-only")
        if hasattr(getattr(type(self), name, None), "__set__"):
            object.__setattr__(self, name, value)
            return
        if name not in columns.names(self.model.community):
            raise AttributeError(self._unknown(name))
        self.model.write(name, np.array([self._row]), value)

    def _unknown(self, name: str) -> str:
        close = nearest(name, columns.names(self.model.community))
        hint = f"did you mean {close}? " if close else ""
        return (
            f"a member has no column {name!r}; {hint}model.add_column({name!r}, default) adds one (members are "
            "views and store nothing themselves)"
        )

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *columns.names(self.model.community)})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Member):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[int, int, int]:
        return id(self.model), self.unique_id, self._spell

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"
