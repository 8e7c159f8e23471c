"""Columns: what can be read and written of members by name, tonight or in the middle of a day.

State is stored as of the day on which somebody last looked at it (see `kith.sim.state.decay`), money in
micro-euros, channels as numbers. Here each column has the name, the unit and the meaning that it
has in `Record.members`, as of today. Reading changes nothing. Writing brings the state of the
member to today first, and derives afterwards what follows from it.

A researcher's own columns (`declare`) belong to the person: who comes back finds its values again.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.schema.fields import nearest
from kith.sim.schema.parameters import ParameterError
from kith.sim.state import decay
from kith.sim.state.categories import Channel
from kith.sim.state.community import Community
from kith.sim.state.layers import LAYER_WINDOW
from kith.sim.state.ledger import MICRO
from kith.sim.state.population import MEMBER

type Rows = npt.NDArray[np.int64]
type Values = npt.NDArray[Any]

CHANNELS = np.array([channel.name.lower() for channel in Channel])


@dataclass(frozen=True)
class Column:
    """A column of members: what it is, how it is read, and what may be written."""

    name: str
    unit: str
    definition: str
    read: Callable[[Community, Rows], Values]
    low: float = math.nan
    high: float = math.nan
    "what may be written lies in [low, high]; NaN where nothing may"

    @property
    def is_writable(self) -> bool:
        """Whether a researcher may write it; the rest follows from what happens."""
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
    raise AttributeError(f"members have no column {name!r}; {_way_out(c, name)}")


def write(c: Community, name: str, rows: Rows, values: npt.ArrayLike) -> None:
    """Set a column of the members in `rows` to a value for all, or to one for each.

    Raises
    ------
    AttributeError
        If there is no such column, or it is kept by the engine.
    ParameterError
        If a value is undefined or out of range, there are more or fewer than rows, or a row is vacant.
    """
    persons, numbers = _persons(c, rows), np.asarray(values)
    if name not in COLUMNS and name not in c.columns:
        raise AttributeError(f"members have no column {name!r}; {_way_out(c, name)}")
    if numbers.ndim and numbers.shape != rows.shape:
        raise ParameterError(
            f"{name}: values of shape {numbers.shape} for {len(rows)} members; give one for all, or one for each"
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
    """A column of one's own by person address, shape (people,); made when first asked for.

    Its kind is that of the default: a number, a whole number, or True or False.

    Raises
    ------
    ParameterError
        If the name is no Python name or is taken, or the default is no number.
    """
    if name not in c.columns:
        if not name.isidentifier() or name.startswith("_"):
            raise ParameterError(f"column {name!r}: must be a Python name such as mood")
        if name in TAKEN:
            raise ParameterError(f"column {name}: there is one already; give it another name")
        if not isinstance(default, int | float | np.number | np.bool_):
            raise ParameterError(f"column {name}: its default {default!r} must be a number, or True or False")
        c.columns[name] = np.full(len(c.market.row), default)
    return c.columns[name]


def names(c: Community) -> list[str]:
    """Every column that can be read, a researcher's own last."""
    return [*COLUMNS, *c.columns]


def _persons(c: Community, rows: Rows) -> Rows:
    """Who is in rows; -1 would be the last person's value instead of nobody's."""
    persons = c.population.address[rows]
    vacant = rows[persons < 0]
    if len(vacant):
        raise ParameterError(
            f"row {vacant[0]} is vacant: its member has left; take rows from community.population.rows()"
        )
    return persons


def _check(column: Column, values: Values) -> None:
    if not column.is_writable:
        raise AttributeError(
            f"{column.name} is kept by the engine and cannot be written; {', '.join(WRITABLE)} can"
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
    """Values as a column of one's own holds them; refused where it would hold something else."""
    if values.dtype == column.dtype:
        return values
    _check_kind(name, values)
    with np.errstate(invalid="ignore"):
        held = values.astype(column.dtype)
    wrong = values[~((held == values) | ((values != values) & (held != held)))]
    if wrong.size and column.dtype.kind != "f":
        kinds = {"b": "True or False", "i": "whole numbers", "u": "whole numbers"}
        raise ParameterError(
            f"{name} = {wrong.flat[0]}: the column holds {kinds[column.dtype.kind]}, as its default does; "
            "let it begin with a number such as 0.0"
        )
    return held


def _way_out(c: Community, name: str) -> str:
    close = nearest(name, names(c))
    own = f'a column of your own begins with declare(community, "{name}") or model.add_column("{name}")'
    return f"did you mean {close}? {own}" if close else own


# -- how each is read ------------------------------------------------------------------------


def _stored(field: str) -> Callable[[Community, Rows], Values]:
    """As it is stored; numbers in double precision."""

    def read(c: Community, rows: Rows) -> Values:
        values = c.population.members[field][rows]
        return values.astype(float) if values.dtype.kind == "f" else values.astype(np.int64)

    return read


def _today(field: str) -> Callable[[Community, Rows], Values]:
    """State that moves by itself, brought to today on a copy."""

    def read(c: Community, rows: Rows) -> Values:
        members = c.population.members
        whole = members.view(f"V{members.itemsize}")  # NumPy would copy records field by field
        copy = whole[rows].view(members.dtype)
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
    became = c.population.members["first_replied"][rows]
    return np.array(["", "unanswered", "replied"])[became]


def _arm(c: Community, rows: Rows) -> Values:
    return np.array(["", *(e.name for e in c.plan.experiments)])[c.population.members["arm"][rows]]


def _layer(c: Community, rows: Rows) -> Values:
    members = c.population.members
    contributed = members["last_contribution"][rows] > c.day - LAYER_WINDOW
    return np.where(members["internal"][rows] > 0, "internal", np.where(contributed, "member", "audience"))


# fmt: off
_TABLE = (
    # who they are, and how they came
    Column("person", "address", "who it is, for good", _stored("person")),
    Column("spell", "-", "how often it had been a member before", _stored("spell")),
    Column("joined_day", "day", "when this membership began; before day 0 for founders", _stored("joined")),
    Column("channel", "", "how it came: " + ", ".join(CHANNELS), _channel),
    Column("referrer", "address", "who brought it; NaN if nobody", _referrer),
    Column("generation", "-", "referrals from the first of its chain", _stored("generation")),
    Column("arm", "", "the experiment whose treated group it is in, or nothing", _arm),
    # what they feel
    Column("habit", "-", "how used it is to coming", _today("habit"), 0.0, 1.0),
    Column("satisfaction", "value", "what visits have been worth, the last ones most", _stored("satisfaction"), 0.0, 1.0),
    Column("overload", "value", "what too much to read has cost, the last visits most", _stored("overload"), 0.0, 10.0),
    Column("activity", "-", "bond to the activity", _today("activity"), 0.0, 1.0),
    Column("hub", "-", "bond to the hub", _today("hub"), 0.0, 1.0),
    Column("reciprocity", "-", "memory of replies received", _today("reciprocity"), 0.0, 1.0),
    Column("recognition", "-", "memory of thanks", _today("recognition"), 0.0, 1.0),
    Column("norm", "-", "1 social, 0 market", _today("norm"), 0.0, 1.0),
    Column("belonging", "-", "how far it belongs", _today("belonging"), 0.0, 1.0),
    Column("attachment", "-", "where belonging is heading", _stored("attachment")),
    Column("bonds", "-", "tie strength as it is felt", _stored("bonds")),
    Column("exits", "exits", "neighbours who have left lately", _today("exits"), 0.0, 1e6),
    Column("annoyance", "-", "ads that it has had to see", _today("annoyance"), 0.0, 1e3),
    Column("harassed", "-", "memory of harassment", _today("harassed"), 0.0, 1e3),
    # what they are like
    Column("visits_per_day", "1/day", "how often it would come if nothing else mattered", _stored("visits_per_day"), 0.0, 1e3),
    Column("visit_rate", "1/day", "how often it comes while the habit is full", _stored("visit_rate")),
    Column("propensity", "-", "inclination to contribute", _stored("propensity"), 0.0, 1e6),
    Column("sociability", "-", "inclination to exchange", _stored("sociability")),
    Column("inviting", "-", "inclination to invite", _stored("inviting"), 0.0, 1e6),
    Column("interest", "-", "what it is interested in", _stored("interest"), 0.0, 1.0),
    Column("misfit", "value", "what the purpose's bad fit costs a visit", _stored("misfit")),
    Column("wtp", "EUR/month", "willingness to pay", _stored("wtp"), 0.01, 1e6),
    Column("aversion", "-", "aversion to ads", _stored("aversion"), 0.0, 1e3),
    Column("responder", "", "whether it steers toward badges", _flag("responder")),
    Column("side", "-", "side of a marketplace, 0 or 1", _stored("side")),
    # what they have done, and what came of it
    Column("layer", "", "audience, member or internal", _layer),
    Column("ties", "ties", "members it is tied to", _stored("degree")),
    Column("capacity", "ties", "ties that it can keep", _stored("capacity")),
    Column("contributions", "-", "contributions so far", _stored("contributions")),
    Column("first_contribution", "day", "NaN for never", _day("first_contribution")),
    Column("last_contribution", "day", "NaN for never", _day("last_contribution")),
    Column("first_post", "", "what became of the first post: unanswered, replied, or nothing", _first_post),
    Column("last_visit", "day", "NaN for never", _last_visit),
    Column("invitations", "-", "invitations so far", _stored("invitations")),
    Column("invited_joins", "-", "invitations that led to a join", _stored("invited_joins")),
    Column("points", "points", "points so far", _stored("points")),
    Column("badges", "badges", "badges so far", _stored("badges")),
    Column("paying", "", "whether it pays", _flag("paying")),
    Column("revenue", "EUR", "what it has brought", _euros("revenue")),
    Column("cost", "EUR", "what it has cost", _euros("cost")),
    Column("surplus", "EUR", "what membership has been worth to it, rewards included", _euros("surplus", "earned")),
    Column("rewards", "EUR", "rewards so far", _euros("earned")),
)
# fmt: on
COLUMNS: dict[str, Column] = {column.name: column for column in _TABLE}
"""Every column that members have without a researcher's doing."""
WRITABLE = tuple(column.name for column in _TABLE if column.is_writable)
_DERIVED_FROM = frozenset({"propensity", "interest"})
"traits from which others are derived"
TAKEN = frozenset({*COLUMNS, *(MEMBER.names or ()), "left_day", "exit_cause"}) | frozenset(
    {"model", "unique_id", "random", "rng", "scenario", "step", "advance", "remove", "pos"}
)
"""Names that mean something already: to the engine, in `Record.members`, or to a Mesa agent."""

__all__ = ["COLUMNS", "TAKEN", "WRITABLE", "Column", "declare", "names", "read", "write"]
