"""Member: a Mesa agent that is a view of one membership.

Its attributes are the columns of `kith.sim.state.columns`: reading asks the community, writing changes it. A
member is made when asked for and may be made again: two views of the same membership are equal. A
subclass adds properties and methods; what it wants to remember is a column (`add_column`).
"""

from typing import Any

import numpy as np
from mesa import Agent
from mesa.agentset import AbstractAgentSet

from kith.sim.schema.fields import nearest
from kith.sim.state import columns
from kith.sim.state.categories import Cause
from kith.sim.views.member_model import MemberModel


class DepartedError(ReferenceError):
    """A member was asked for something after it had left."""


class Member(Agent):  # type: ignore[misc]  # Mesa has no types
    """One membership of one person; `unique_id` is the person's address.

    Raises
    ------
    DepartedError
        By whatever is read or written once the membership has ended, even if the person has come
        back: that is another membership.
    """

    model: MemberModel
    unique_id: int
    _spell: int

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(
            f"a {type(self).__name__} cannot be made: people join by the engine; take it from model.agents, "
            "or let a crowd join by a shock (mass_join)"
        )

    @classmethod
    def of(cls, model: MemberModel, person: int, spell: int) -> "Member":
        """The view of a person's membership; `spell` counts those before it."""
        member = cls.__new__(cls)
        member.__dict__.update(model=model, unique_id=person, _spell=spell)
        return member

    @property
    def is_present(self) -> bool:
        """Whether the membership goes on."""
        c = self.model.community
        row = c.market.row[self.unique_id]
        return bool(row >= 0 and c.population.members["spell"][row] == self._spell)

    @property
    def neighbours(self) -> AbstractAgentSet:
        """The members to whom it is tied, in ascending address, as a `MemberSet`."""
        c, row = self.model.community, self._row
        first = int(c.population.members["slots"][row])
        tied = c.ties.pool["row"][first : first + int(c.population.members["degree"][row])]
        persons = np.sort(c.population.address[tied])
        return self.model.agents.at(c.market.row[persons].astype(np.int64))

    def remove(self) -> None:
        """Not possible: a departure in the middle of a day would leave that day's work undone."""
        raise TypeError(
            "members leave by the engine: release them in a shock of your own (shocks=...) with "
            "community.release(rows, causes), or let the shock members_leave do it"
        )

    @property
    def _row(self) -> int:
        """Where the membership is now; looked up by address, because rows are reused."""
        if not self.is_present:
            raise DepartedError(f"{self._farewell()}; model.agents holds those who are present")
        return int(self.model.community.market.row[self.unique_id])

    def _farewell(self) -> str:
        archive = self.model.community.archive
        gone = archive.members[: archive.count]
        ended = np.flatnonzero((gone["person"] == self.unique_id) & (gone["spell"] == self._spell))
        if not len(ended):
            return f"person {self.unique_id} is not a member"
        cause = Cause(archive.cause[ended[0]]).name.lower()
        return f"person {self.unique_id} left on day {archive.left[ended[0]]} ({cause})"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what copy and pickle ask for before there is a model
            raise AttributeError(name)
        return columns.read(self.model.community, name, np.array([self._row])).tolist()[0]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self):
            raise AttributeError(f"{name} of a member cannot be changed")
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
            f"a member has no column {name!r}; {hint}model.add_column({name!r}, default) adds one: a member "
            "is made anew when asked for and remembers nothing by itself"
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
