"""MemberSet: Mesa's agent set over columns.

`get`, `set`, `select`, `agg` and `groupby` by name work on whole columns; `do`, `shuffle_do` and
`map` iterate over members. Order and results are those of a plain Mesa AgentSet of the same
members.

`model.agents` contains all present members, in ascending address. Sets derived from it (`select`,
`shuffle`, `sort`, `copy`, groups) keep their members and order; members who leave drop out.
"""

import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from random import Random
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt
from mesa.agentset import AbstractAgentSet, GroupBy

from kith.sim.schema.fields import nearest
from kith.sim.state import columns
from kith.sim.views.member import Member
from kith.sim.views.member_model import MemberModel
from kith.sim.views.select import chosen

type Rows = npt.NDArray[np.int64]
type Call = str | Callable[..., Any]


class MemberSet(AbstractAgentSet):  # type: ignore[misc]  # Mesa has no types
    """An ordered set of members of one community.

    Parameters
    ----------
    agents : its members; duplicates are dropped
    random : the generator for shuffling; default: the model's

    Raises
    ------
    TypeError
        If one of them is no member, or they belong to different models.
    """

    model: MemberModel | None

    def __init__(self, agents: Iterable[Member] = (), random: Random | None = None) -> None:
        members = _of_one_model(agents)
        self.model = members[0].model if members else None
        self.random = random or (self.model.random if self.model is not None else Random())
        self._persons: Rows | None = np.array([m.unique_id for m in members], np.int64)
        self._spells = np.array([m._spell for m in members], np.int64)

    @classmethod
    def everybody(cls, model: MemberModel) -> "MemberSet":
        """All members who are awake, evaluated at each use."""
        members = cls(random=model.random)
        members.model, members._persons = model, None
        return members

    def at(self, rows: Rows) -> "MemberSet":
        """The members in rows of the columns, in that order."""
        members = MemberSet(random=self.random)
        members.model = self.model
        members._keep(rows)
        return members

    @property
    def rows(self) -> Rows:
        """The members' current rows in the columns, in the set's order, shape (n,)."""
        if self.model is None:
            return np.empty(0, np.int64)
        place = self.model.community.market.row
        if self._persons is None:
            return place[place >= 0].astype(np.int64)
        rows = place[self._persons].astype(np.int64)
        present = rows >= 0
        present[present] = self._spells_at(rows[present]) == self._spells[present]
        return rows[present]

    def column(self, name: str) -> npt.NDArray[Any]:
        """A column as an array, as of today, shape (n,); see `kith.sim.state.columns`."""
        if self.model is None:
            return np.empty(0)
        return columns.read(self.model.community, name, self.rows)

    # -- as a collection ------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Member]:
        return iter(self.to_list())

    def __contains__(self, agent: object) -> bool:
        if not isinstance(agent, Member) or agent.model is not self.model or not agent.is_awake:
            return False
        if self._persons is None:
            return True
        return bool(((self._persons == agent.unique_id) & (self._spells == agent._spell)).any())

    @overload
    def __getitem__(self, item: int) -> Member: ...
    @overload
    def __getitem__(self, item: slice) -> list[Member]: ...
    def __getitem__(self, item: int | slice) -> Member | list[Member]:
        if isinstance(item, slice):
            return self._members(self.rows[item])
        return self._members(self.rows[[item]])[0]

    def to_list(self) -> list[Member]:
        """Its members as a list."""
        return self._members(self.rows)

    def copy(self) -> "MemberSet":
        """A set of the current members."""
        return self.at(self.rows)

    __copy__ = copy

    def __repr__(self) -> str:
        return f"<MemberSet of {len(self)}>"

    def _members(self, rows: Rows) -> list[Member]:
        if self.model is None or not len(rows):
            return []
        make, model = self.model.member_type.of, self.model
        persons = model.community.population.address[rows].tolist()
        return [make(model, *who) for who in zip(persons, self._spells_at(rows).tolist(), strict=True)]

    def _spells_at(self, rows: Rows) -> npt.NDArray[Any]:
        return self.model.community.population.members["spell"][rows] if self.model is not None else rows

    def _keep(self, rows: Rows) -> None:
        if self.model is not None:
            self._persons = self.model.community.population.address[rows]
            self._spells = self._spells_at(rows)

    # -- selection -------------------------------------------------------------------------

    def select(
        self,
        filter_func: Callable[[Member], bool] | str | npt.ArrayLike | None = None,
        at_most: int | float = math.inf,
        inplace: bool = False,
        agent_type: type[Member] | None = None,
    ) -> "MemberSet":
        """The members that match a filter: an expression over columns, a boolean array, or a function.

        Parameters
        ----------
        filter_func : such as `"belonging > 0.5 and channel == 'referral'"`,
            `agents.column("ties") > 2`, or a function of a member
        at_most : upper limit of the number of members; a float up to 1 is a fraction of all members
        inplace : change this set instead of returning a new one
        agent_type : a class of members
        """
        rows = self.rows
        if filter_func is None and agent_type is None and at_most == math.inf:
            return self._with(rows, inplace)
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(rows) * at_most)
        limit = len(rows) if at_most >= len(rows) else max(0, math.ceil(at_most))
        if agent_type is not None and not self._are(agent_type):
            rows = rows[:0]
        elif callable(filter_func):
            rows = self._passing(rows, filter_func, limit)
        elif filter_func is not None:
            rows = rows[chosen(filter_func, len(rows), self.column)]
        return self._with(rows[:limit], inplace)

    def _passing(self, rows: Rows, passes: Callable[[Member], bool], limit: int) -> Rows:
        """Rows of the first `limit` members that pass; evaluation stops there."""
        passed: list[int] = []
        for k, member in enumerate(self._members(rows)):
            if len(passed) >= limit:
                break
            if passes(member):
                passed.append(k)
        return rows[np.array(passed, np.int64)]

    def _are(self, agent_type: type) -> bool:
        return self.model is not None and issubclass(self.model.member_type, agent_type)

    def shuffle(self, inplace: bool = False) -> "MemberSet":
        """The same members in random order, identical to Mesa's for the same generator."""
        rows = self.rows
        order = list(range(len(rows)))
        self.random.shuffle(order)
        return self._with(rows[np.array(order, np.int64)], inplace)

    def sort(
        self, key: Callable[[Member], Any] | str, ascending: bool = False, inplace: bool = False
    ) -> "MemberSet":
        """The same members sorted by a column or a function of a member, descending by default."""
        rows = self.rows
        values = self.get(key) if isinstance(key, str) else [key(member) for member in self]
        order = sorted(range(len(rows)), key=values.__getitem__, reverse=not ascending)
        return self._with(rows[np.array(order, np.int64)], inplace)

    def groupby(
        self, by: Callable[[Member], Hashable] | str, result_type: Literal["agentset", "list"] = "agentset"
    ) -> "MemberGroups":
        """Members grouped by a column or a function, in the order of first appearance."""
        rows = self.rows
        values = self.get(by) if isinstance(by, str) else [by(member) for member in self]
        places: dict[Hashable, list[int]] = {}
        for k, value in enumerate(values):
            places.setdefault(value, []).append(k)
        parts = {value: rows[np.array(where)] for value, where in places.items()}
        as_list = result_type != "agentset"
        return MemberGroups({v: self._members(r) if as_list else self.at(r) for v, r in parts.items()})

    def add(self, agent: Member) -> None:
        """Append a member, unless it is in the set."""
        self._update([*self, agent])

    def discard(self, agent: Member) -> None:
        """Remove a member, if it is in the set."""
        self._update(member for member in self.to_list() if member != agent)

    def remove(self, agent: Member) -> None:
        """Remove a member; raises KeyError if it is not in the set."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _update(self, agents: Iterable[Member]) -> "MemberSet":
        self._demand_own()
        fresh = MemberSet(agents, self.random)
        self.model = fresh.model or self.model
        self._persons, self._spells = fresh._persons, fresh._spells
        return self

    def _with(self, rows: Rows, inplace: bool) -> "MemberSet":
        if not inplace:
            return self.at(rows)
        self._demand_own()
        self._keep(rows)
        return self

    def _demand_own(self) -> None:
        if self.model is not None and self._persons is None:
            raise TypeError("model.agents cannot be changed in place; copy() it first")

    # -- columns ---------------------------------------------------------------------------

    def get(
        self,
        attr_names: str | list[str],
        handle_missing: Literal["error", "default"] = "error",
        default_value: Any = None,
    ) -> list[Any]:
        """Values of one or several attributes, as lists; `column` returns an array.

        Raises
        ------
        AttributeError
            If members have no such attribute and `handle_missing` is "error".
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(
                f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'"
            )
        default = () if handle_missing == "error" else (default_value,)
        if isinstance(attr_names, str):
            return self._values(attr_names, default)
        if not attr_names:
            return [[] for _ in self.rows]
        return [list(row) for row in zip(*(self._values(name, default) for name in attr_names), strict=True)]

    def _values(self, name: str, default: tuple[Any, ...]) -> list[Any]:
        """Values of a column, or of an attribute member by member."""
        if self.model is None:
            return []
        if name == "unique_id":
            name = "person"
        if name in columns.names(self.model.community) and not hasattr(self.model.member_type, name):
            return self.column(name).tolist()
        return [getattr(member, name, *default) for member in self.to_list()]

    def set(self, attr_name: str, value: Any) -> "MemberSet":
        """Set one value for all members, or one value per member from an array."""
        if self.model is None:
            return self
        if hasattr(self.model.member_type, attr_name):
            for member in self.to_list():
                setattr(member, attr_name, value)
        else:
            self.model.write(attr_name, self.rows, value)
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """A function, or a list of functions, of the values of an attribute."""
        values = self.get(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    # -- member by member -------------------------------------------------------------------

    def do(self, method: Call, *args: Any, **kwargs: Any) -> "MemberSet":
        """Call a method or function for each member, in order; members who have left are skipped."""
        self._call(self.to_list(), method, args, kwargs)
        return self

    def shuffle_do(self, method: Call, *args: Any, **kwargs: Any) -> "MemberSet":
        """Call a method or function for each member, in random order."""
        members = self.to_list()
        self.random.shuffle(members)
        self._call(members, method, args, kwargs)
        return self

    def map(self, method: Call, *args: Any, **kwargs: Any) -> list[Any]:
        """The results of a method or function for each member."""
        return self._call(self.to_list(), method, args, kwargs)

    def _call(
        self, members: list[Member], method: Call, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[Any]:
        if isinstance(method, str):
            if members and not hasattr(type(members[0]), method):
                raise AttributeError(_no_method(type(members[0]), method))
            return [getattr(m, method)(*args, **kwargs) for m in members if m.is_present]
        return [method(m, *args, **kwargs) for m in members if m.is_present]


def _of_one_model(agents: Iterable[Member]) -> list[Member]:
    """Members without duplicates; all must belong to one model, because rows differ between models."""
    members = list(dict.fromkeys(agents))
    for member in members:
        if not isinstance(member, Member):
            raise TypeError(f"{member!r:.60} is no Member; use mesa.agentset.AgentSet for other agents")
        if member.model is not members[0].model:
            raise TypeError(
                f"{member!r} and {members[0]!r} belong to different models; make a set for each model"
            )
    return members


def _no_method(kind: type[Member], name: str) -> str:
    """The message if members have no such method."""
    close = nearest(name, [known for known in dir(kind) if not known.startswith("_")])
    hint = f"did you mean {close}? " if close else ""
    return (
        f"a {kind.__name__} has no method {name!r}; {hint}pass a function of a member, or define the method in a "
        "subclass of Member (member_type of the model)"
    )


class MemberGroups(GroupBy):  # type: ignore[misc]  # Mesa has no types
    """Mesa's groups, aggregated by column."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Hashable, Any]:
        """A function of the values of an attribute in each group."""
        return {
            value: group.agg(attr_name, func)
            if isinstance(group, MemberSet)
            else func([getattr(member, attr_name) for member in group])
            for value, group in self.groups.items()
        }
