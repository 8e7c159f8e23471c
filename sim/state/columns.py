"""Columns of members that can be read and written by name, at the end of a day or within it.

Stored state dates from the member's last update (see `kith.sim.state.decay`), money is in micro-euros
and channels are numbers. Here each column has the name, unit and meaning that it has in
`Record.members`, as of today. Reading changes nothing. Writing first advances the member's state to
today and then updates the derived quantities.

Custom columns (`declare`) belong to the person, so that a returning member has its values again.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.schema.fields import nearest
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.state import decay
from kith.sim.state.categories import Channel
from kith.sim.state.community import Community
from kith.sim.state.layers import layer_names
from kith.sim.state.ledger import MICRO
from kith.sim.state.population import MEMBER

type Rows = npt.NDArray[np.int64]
type Values = npt.NDArray[Any]

CHANNELS = np.array([channel.name.lower() for channel in Channel])


@dataclass(frozen=True)
class Column:
    """A column of members: name, unit, definition, reader and the range of writable values."""

    name: str
    unit: str
    definition: str
    read: Callable[[Community, Rows], Values]
    low: float = math.nan
    high: float = math.nan
    "writable range; NaN if the column is read-only"

    @property
    def is_writable(self) -> bool:
        """Whether the column can be written; the engine maintains the others."""
        return not math.isnan(self.low)


def read(c: Community, name: str, rows: Rows) -> Values:
    """A column of the members in `rows`, as of today, shape (n,).

    Raises
    ------
    AttributeError
        If there is no such column.
    ParameterError
        If a row is vacant.
    """
    persons = _persons(c, rows)
    if name in COLUMNS:
        return COLUMNS[name].read(c, rows)
    if name in c.columns:
        return c.columns[name][persons]
    raise AttributeError(f"members have no column {name!r}; {_suggestion(c, name)}")


def write(c: Community, name: str, rows: Rows, values: npt.ArrayLike) -> None:
    """Set a column of the members in `rows`, to one value or to one for each.

    Raises
    ------
    AttributeError
        If there is no such column, or it is read-only.
    ParameterError
        If a value is NaN or out of range, the number of values is wrong, or a row is vacant.
    """
    persons, numbers = _persons(c, rows), np.asarray(values)
    if name not in COLUMNS and name not in c.columns:
        raise AttributeError(f"members have no column {name!r}; {_suggestion(c, name)}")
    if numbers.ndim and numbers.shape != rows.shape:
        raise ParameterError(
            f"{name}: values of shape {numbers.shape} for {len(rows)} members; give one value, or one per member"
        )
    if name in c.columns:
        c.columns[name][persons] = _fitting(name, c.columns[name], numbers)
        return
    _check(COLUMNS[name], numbers)
    c.settle(rows)
    c.population.members[name][rows] = numbers
    if name in _DERIVED_FROM:
        decay.derive_rows(c.population.members, rows, c.p)
    c.settle(rows)


def declare(c: Community, name: str, default: float = 0.0) -> Values:
    """A custom column by person address, shape (people,); created at the first call.

    The type follows the default: float, whole number or boolean.

    Raises
    ------
    ParameterError
        If the name is no Python identifier or is taken, or the default is no number.
    """
    if name not in c.columns:
        if not name.isidentifier() or name.startswith("_"):
            raise ParameterError(f"column {name!r}: must be a Python identifier, such as mood")
        if name in TAKEN:
            raise ParameterError(f"column {name}: the name is taken; choose another")
        if not isinstance(default, int | float | np.number | np.bool_):
            raise ParameterError(f"column {name}: its default {default!r} must be a number, or True or False")
        c.columns[name] = np.full(len(c.market.row), default)
    return c.columns[name]


def names(c: Community) -> list[str]:
    """Every readable column, custom ones last."""
    return [*COLUMNS, *c.columns]


def _persons(c: Community, rows: Rows) -> Rows:
    """The persons in `rows`; a vacant or negative row is an error, because it would index another person."""
    persons = c.population.address[rows]
    vacant = rows[(persons < 0) | (rows < 0)]
    if len(vacant):
        raise ParameterError(
            f"row {vacant[0]} is vacant: its member has left or fallen silent; take rows from community.population.rows()"
        )
    return persons


def _check(column: Column, values: Values) -> None:
    if not column.is_writable:
        raise AttributeError(
            f"{column.name} is maintained by the engine and cannot be written; writable are {', '.join(WRITABLE)}"
        )
    _check_kind(column.name, values)
    wrong = values[~((values >= column.low) & (values <= column.high))]
    if wrong.size:
        raise ParameterError(
            f"{column.name} = {wrong.flat[0]}: must be between {column.low:g} and {column.high:g}"
        )


def _check_kind(name: str, values: Values) -> None:
    if values.dtype.kind not in "biuf":
        raise ParameterError(f"{name} = {values.tolist()!r:.60}: must be a number")


def _fitting(name: str, column: Values, values: Values) -> Values:
    """Values in the type of a custom column; rejected if they do not fit."""
    if values.dtype == column.dtype:
        return values
    _check_kind(name, values)
    with np.errstate(invalid="ignore"):
        converted = values.astype(column.dtype)
    wrong = values[~((converted == values) | ((values != values) & (converted != converted)))]
    if wrong.size and column.dtype.kind != "f":
        kinds = {"b": "True or False", "i": "whole numbers", "u": "whole numbers"}
        raise ParameterError(
            f"{name} = {wrong.flat[0]}: the column holds {kinds[column.dtype.kind]}, like its default; "
            "declare it with a default such as 0.0"
        )
    return converted


def _suggestion(c: Community, name: str) -> str:
    close = nearest(name, names(c))
    custom = f'add a custom column with declare(community, "{name}") or model.add_column("{name}")'
    return f"did you mean {close}? otherwise {custom}" if close else custom


# -- readers ---------------------------------------------------------------------------------


def _stored(field: str) -> Callable[[Community, Rows], Values]:
    """As stored; numbers in double precision."""

    def read(c: Community, rows: Rows) -> Values:
        values = c.population.members[field][rows]
        return values.astype(float) if values.dtype.kind == "f" else values.astype(np.int64)

    return read


def _today(field: str) -> Callable[[Community, Rows], Values]:
    """Decaying state, advanced to today on a copy."""

    def read(c: Community, rows: Rows) -> Values:
        members = c.population.members
        as_bytes = members.view(f"V{members.itemsize}")  # NumPy would copy records field by field
        copy = as_bytes[rows].view(members.dtype)
        decay.advance_all(copy, np.zeros(len(copy), np.int64), c.day, c.decay, c.p)
        return copy[field].astype(float)

    return read


def _euros(*fields: str) -> Callable[[Community, Rows], Values]:
    def read(c: Community, rows: Rows) -> Values:
        return np.sum([c.population.members[field][rows] for field in fields], axis=0) / MICRO

    return read


def _day(field: str) -> Callable[[Community, Rows], Values]:
    """A day; NaN for never."""

    def read(c: Community, rows: Rows) -> Values:
        return _or_never(c.population.members[field][rows])

    return read


def _or_never(days: Values) -> Values:
    return np.where(days > -1e5, days, np.nan)


def _last_visit(c: Community, rows: Rows) -> Values:
    return _or_never(c.population.last_visit[rows])


def _flag(field: str) -> Callable[[Community, Rows], Values]:
    def read(c: Community, rows: Rows) -> Values:
        return c.population.members[field][rows] > 0

    return read


def _referrer(c: Community, rows: Rows) -> Values:
    persons = c.population.members["referrer"][rows]
    return np.where(persons >= 0, persons, np.nan)


def _channel(c: Community, rows: Rows) -> Values:
    return CHANNELS[c.population.members["channel"][rows]]


def _first_post(c: Community, rows: Rows) -> Values:
    outcome = c.population.members["first_replied"][rows]
    return np.array(["", "unanswered", "replied"])[outcome]


def _arm(c: Community, rows: Rows) -> Values:
    return np.array(["", *(e.name for e in c.plan.experiments)])[c.population.members["arm"][rows]]


def _layer(c: Community, rows: Rows) -> Values:
    members = c.population.members
    return layer_names(members["internal"][rows], members["last_contribution"][rows], c.day)


# fmt: off
_TABLE = (
    # identity and origin
    Column("person", "address", "permanent identifier of the person", _stored("person")),
    Column("spell", "-", "number of earlier memberships", _stored("spell")),
    Column("joined_day", "day", "start of this membership; before day 0 for founders", _stored("joined")),
    Column("channel", "", "how the membership began: " + ", ".join(CHANNELS), _channel),
    Column("referrer", "address", "address of the inviter; NaN without one", _referrer),
    Column("generation", "-", "number of referrals since the start of its chain", _stored("generation")),
    Column("arm", "", "experiment that treats the member, empty without one", _arm),
    # state
    Column("habit", "-", "habit of visiting", _today("habit"), 0.0, 1.0),
    Column("satisfaction", "value", "moving average of the value of visits", _stored("satisfaction"), 0.0, 1.0),
    Column("overload", "value", "moving average of the value lost to overload", _stored("overload"), 0.0, 10.0),
    Column("activity", "-", "bond to the activity", _today("activity"), 0.0, 1.0),
    Column("hub", "-", "bond to the hub", _today("hub"), 0.0, 1.0),
    Column("reciprocity", "-", "memory of replies received", _today("reciprocity"), 0.0, 1.0),
    Column("recognition", "-", "memory of public thanks", _today("recognition"), 0.0, 1.0),
    Column("norm", "-", "1 social, 0 market", _today("norm"), 0.0, 1.0),
    Column("belonging", "-", "sense of belonging", _today("belonging"), 0.0, 1.0),
    Column("attachment", "-", "level that belonging approaches", _stored("attachment")),
    Column("bonds", "-", "saturated tie strength, 1 - exp(-T / T0)", _stored("bonds")),
    Column("exits", "exits", "recent departures of neighbours, weighted and decaying", _today("exits"), 0.0, 1e6),
    Column("annoyance", "-", "slow response to the ad load", _today("annoyance"), 0.0, 1e3),
    Column("harassed", "-", "memory of harassment", _today("harassed"), 0.0, 1e3),
    # traits
    Column("visits_per_day", "1/day", "visit rate that the time budget alone would give", _stored("visits_per_day"), 0.0, 1e3),
    Column("visit_rate", "1/day", "visit rate at full habit", _stored("visit_rate")),
    Column("propensity", "-", "propensity to contribute, 1 at the median", _stored("propensity"), 0.0, 1e6),
    Column("sociability", "-", "propensity to exchange", _stored("sociability")),
    Column("inviting", "-", "propensity to invite, mean 1", _stored("inviting"), 0.0, 1e6),
    Column("interest", "-", "position in interest space", _stored("interest"), 0.0, 1.0),
    Column("misfit", "value", "value that a visit loses because the purpose does not fit", _stored("misfit")),
    Column("wtp", "EUR/month", "willingness to pay", _stored("wtp"), 0.01, 1e6),
    Column("aversion", "-", "aversion to ads, mean 1", _stored("aversion"), 0.0, 1e3),
    Column("responder", "", "whether the member responds to badges", _flag("responder")),
    Column("side", "-", "side of a marketplace, 0 or 1", _stored("side")),
    # history
    Column("layer", "", "audience, member or internal", _layer),
    Column("ties", "ties", "number of ties", _stored("degree")),
    Column("capacity", "ties", "maximum number of ties", _stored("capacity")),
    Column("contributions", "-", "number of contributions so far", _stored("contributions")),
    Column("first_contribution", "day", "day of the first contribution; NaN without one", _day("first_contribution")),
    Column("last_contribution", "day", "day of the last contribution; NaN without one", _day("last_contribution")),
    Column("first_post", "", "whether the first post was unanswered or replied; empty without one", _first_post),
    Column("last_visit", "day", "day of the last visit; NaN without one", _last_visit),
    Column("lapsed_day", "day", "day on which the member first fell silent; NaN if it never has", _day("first_asleep")),
    Column("invitations", "-", "number of invitations sent so far", _stored("invitations")),
    Column("invited_joins", "-", "number of people who joined through them", _stored("invited_joins")),
    Column("points", "points", "points so far", _stored("points")),
    Column("badges", "badges", "badges so far", _stored("badges")),
    Column("paying", "", "whether the member pays", _flag("paying")),
    Column("revenue", "EUR", "revenue from the member so far", _euros("revenue")),
    Column("cost", "EUR", "cost of the member so far", _euros("cost")),
    Column("surplus", "EUR", "value of the membership to the member so far, rewards included", _euros("surplus", "earned")),
    Column("rewards", "EUR", "rewards so far", _euros("earned")),
)
# fmt: on
COLUMNS: dict[str, Column] = {column.name: column for column in _TABLE}
"""Every built-in column of members."""
WRITABLE = tuple(column.name for column in _TABLE if column.is_writable)
_DERIVED_FROM = frozenset({"propensity", "interest"})
"traits with derived quantities"
TAKEN = frozenset(
    {*COLUMNS, *(MEMBER.names or ()), "left_day", "exit_cause", "awake", "asleep_since", "asleep_cause"}
) | frozenset({"model", "unique_id", "random", "rng", "scenario", "step", "advance", "remove", "pos"})
"""Reserved names: of the engine, of `Record.members` or of a Mesa agent."""

__all__ = ["COLUMNS", "TAKEN", "WRITABLE", "Column", "declare", "names", "read", "write"]
