"""State limits: what the state of a run may be, whoever wrote it.

Kernels index without looking. So whatever comes from a file is compared with tables before a kernel
sees it: every attribute of every part has its type, every array its dtype, its length and the range of
its values. What no table can say follows: rows and addresses, both ends of ties, blocks of slots.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import key_of
from kith.sim.results.record import AMOUNTS, COUNTS, Recorder
from kith.sim.schema.graphs import Generator, Graph
from kith.sim.schema.parameters import PACKED, Parameters
from kith.sim.schema.plan import MAX_DAYS, MEASURED, Experiment, Founding, Plan, Shock, check_plan
from kith.sim.state.community import CLIMATE, LAYER_WINDOW, PAST, Cause, Channel, Community, Count
from kith.sim.state.decay import WEEK
from kith.sim.state.hazard_clocks import Heap, TouchClock
from kith.sim.state.ledger import MONTHS, Account, Ledger
from kith.sim.state.market import SIGNALS, Market, Status
from kith.sim.state.population import MEMBER, NEVER, Archive, Population
from kith.sim.state.ties import MAX_CAPACITY, TIE, Ties
from kith.sim.storage.serialise import attributes, parts_of

MOST = 2**62
"greatest whole number: two of them can be added"
WIDEST = 1e300

type Bound = int | float | str
type Dimensions = dict[str, int]
type Rule = Callable[[Any, Dimensions], bool]


class Impossible(ValueError):
    """A state that no run can have; the text says where."""


# -- rules ---------------------------------------------------------------------------------


def _size(bound: Bound, dims: Dimensions) -> float:
    return dims[bound] if isinstance(bound, str) else bound


@dataclass(frozen=True)
class Numbers:
    """An array: its dtype, its shape (numbers, names of dimensions, or None for any) and its values' range.

    Where floats have no range they may be anything but NaN; `nan` allows that, too.
    """

    dtype: Any
    shape: tuple[Bound | None, ...]
    low: Bound = -math.inf
    high: Bound = math.inf
    nan: bool = False

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        if not isinstance(value, np.ndarray) or value.dtype != np.dtype(self.dtype):
            return False
        if value.ndim != len(self.shape):
            return False
        for length, wanted in zip(value.shape, self.shape, strict=True):
            if wanted is not None and length != _size(wanted, dims):
                return False
        return value.dtype.fields is not None or self.holds(value, dims)

    def holds(self, value: npt.NDArray[Any], dims: Dimensions) -> bool:
        """Whether all values are in range."""
        low, high = _size(self.low, dims), _size(self.high, dims)
        if value.dtype.kind == "f":
            low, high = np.float64(low), np.float64(high)  # or single precision would round them
        inside = (value >= low) & (value <= high)
        return bool(np.all(inside | np.isnan(value) if self.nan else inside))


@dataclass(frozen=True)
class Whole:
    """A whole number within a range."""

    low: Bound = -MOST
    high: Bound = MOST

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            return False
        return _size(self.low, dims) <= int(value) <= _size(self.high, dims)


@dataclass(frozen=True)
class Real:
    """A number within a range."""

    low: float = -WIDEST
    high: float = WIDEST

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            return False
        return self.low <= float(value) <= self.high


@dataclass(frozen=True)
class Of:
    """A value of exactly one of some types."""

    types: tuple[type[Any], ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        return type(value) in self.types


@dataclass(frozen=True)
class Each:
    """A list, tuple or deque of values that follow a rule."""

    kind: type[Any]
    rule: Rule
    length: int | None = None

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        if type(value) is not self.kind or (self.length is not None and len(value) != self.length):
            return False
        return all(self.rule(one, dims) for one in value)


@dataclass(frozen=True)
class Fields:
    """A tuple of values that follow a rule each."""

    rules: tuple[Rule, ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        return (
            type(value) is tuple
            and len(value) == len(self.rules)
            and all(rule(one, dims) for rule, one in zip(self.rules, value, strict=True))
        )


@dataclass(frozen=True)
class Table:
    """A dict of keys and values that follow a rule each."""

    key: Rule
    value: Rule

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        return type(value) is dict and all(
            self.key(k, dims) and self.value(v, dims) for k, v in value.items()
        )


@dataclass(frozen=True)
class Either:
    """What follows one of some rules."""

    rules: tuple[Rule, ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        return any(rule(value, dims) for rule in self.rules)


def _letters(value: Any, dims: Dimensions) -> bool:
    """Invitations on their way: invitee, inviter, generation, weak, discount (per mille), day sent."""
    highs: tuple[Bound, ...] = ("last person", "last person", MOST, 1, 1000, "day")
    return Numbers("i8", (None, 6), 0)(value, dims) and all(
        Numbers("i8", (None,), 0, high).holds(value[:, k], dims) for k, high in enumerate(highs)
    )


def _column(value: Any, dims: Dimensions) -> bool:
    """A column that a researcher has added: plain values by person."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "biufUM"
        and value.shape[:1] == (dims["everyone"],)
    )


TEXT, TRUTH, NOTHING = Of((str,)), Of((bool,)), Of((type(None),))
SHARE = Real(0.0, 1.0)
STOCK = Real(0.0)
PERSONS = Numbers("i8", (None,), 0, "last person")
OR_NOBODY = Numbers("i8", (None,), -1, "last person")

# -- the tables ----------------------------------------------------------------------------

LIMITS: dict[type[Any], dict[str, Rule]] = {
    Community: {
        "plan": Of((Plan,)),
        "seed": Whole(0, 2**63 - 1),
        "days": Whole(1, MAX_DAYS),
        "key": Of((np.uint64,)),
        "day": Whole(0, MAX_DAYS - 1),
        "presence": Numbers("f8", ("hubs",), 0.0, 1.0),
        "pushing": STOCK,
        "parameters": Of((Parameters,)),
        "at_start": Table(TEXT, Numbers("i8", (len(MEASURED), "everyone"), -MOST, MOST)),
        "quality": SHARE,
        "direction": SHARE,
        "p": Numbers(PACKED, ("arms",)),
        "strengths": Numbers("f8", (SIGNALS + 1,), 0.0, WIDEST),
        "decay": Numbers("f8", (WEEK + 1, 10), 0.0, 1.0),
        "fade": Numbers("f8", ("days and past",), 0.0, 1.0),
        "base": Numbers("f8", ("days, past and ten",), 0.0, WIDEST),
        "tiers": Numbers("f8", (None, 3), 0.0, WIDEST),
        "badge_levels": Numbers("i8", (None,), 0, MOST),
        "market": Of((Market,)),
        "far": Numbers("i8", (None,), 0, "last of market"),
        "known": Fields((Numbers("i8", (None,), 0, MOST), Numbers("i4", (None,), 0, "last of market"))),
        "touch": Of((TouchClock,)),
        "follow": Of((Heap,)),
        "back": Of((Heap,)),
        "population": Of((Population,)),
        "archive": Of((Archive,)),
        "ties": Of((Ties,)),
        "ledger": Of((Ledger,)),
        "count": Numbers("i8", (len(Count),), 0, MOST),
        "joins": Numbers("i8", (len(Channel),), 0, MOST),
        "leaves": Numbers("i8", (len(Cause),), 0, MOST),
        "last_visits": Numbers("i8", (2, "past, days and one"), 0, "everyone"),
        "last_contributions": Numbers("i8", ("past, days and one",), 0, "everyone"),
        "internal": Whole(0, "everyone"),
        "active": Whole(0, "everyone"),
        "active_by_side": Numbers("f8", (2,), 0, "everyone"),
        "content": STOCK,
        "items": Numbers("i8", ("days and one",), 0, MOST),
        "visitors": Numbers("i8", (None,), 0, "rows"),
        "visiting": PERSONS,
        "gaps": Numbers("f8", (None,)),
        "written": Numbers("i8", (None, 4), -2, MOST),
        "exchanges": Numbers("i8", (None,), 0, MOST),
        "referred": Numbers("i8", (None, 2), -1, "rows"),
        "invited": Table(Whole(0, MOST), Each(list, _letters)),
        "recent": Each(deque, PERSONS),
        "diary": Either((NOTHING, Each(list, Fields((Whole(0, "day"), TEXT, PERSONS, OR_NOBODY))))),
        "unwanted": STOCK,
        "disputes": STOCK,
        "ignored": STOCK,
        "legitimacy": Real(),
        "bad_news": STOCK,
        "competitor": STOCK,
        "competitor_bonds": TRUTH,
        "promoters": STOCK,
        "useful": Numbers("i8", ("days and one",), 0, MOST),
        "budget": STOCK,
        "coverage": STOCK,
        "returns": Numbers("f8", (2,), -WIDEST, WIDEST, nan=True),
        "saved": Numbers("i8", (2,), -MOST, MOST),
        "surplus": Numbers("i8", (1,), -MOST, MOST),
        "without": Whole(),
        "value_counted": Whole(),
        "heir_on": Whole(-1, MOST),
        "climate": Numbers(CLIMATE, (1,)),
        "plan_founders": Whole(0, "everyone"),
        "invitation_joins": Numbers("i8", ("days and one",), 0, MOST),
        "unfairness": Real(),
        "share_per_point": Real(),
        "month_revenue": Whole(),
        "columns": Table(TEXT, _column),
        "by_hand": TRUTH,
    },
    Recorder: {
        "counts": Numbers("i8", (len(COUNTS), "days"), -MOST, MOST),
        "amounts": Numbers("f8", (len(AMOUNTS), "days"), nan=True),
        "months": Each(list, Table(TEXT, Either((Real(-math.inf, math.inf), lambda v, _: v != v)))),
        "each_month": TRUTH,
        "noted": Whole(0, "days"),
        "surplus": Whole(),
    },
    Plan: {
        "name": TEXT,
        "phases": Each(tuple, Fields((Whole(0, MAX_DAYS), Of((Parameters,))))),
        "shocks": Each(tuple, Of((Shock,))),
        "experiments": Each(tuple, Of((Experiment,))),
        "founding": Of((type(None), Founding)),
        "network": Of((type(None), Graph, Generator)),
        "acquaintances": Of((type(None), Graph, Generator)),
        "days": Whole(1, MAX_DAYS),
        "title": TEXT,
        "origin": Table(TEXT, TEXT),
    },
    Founding: {
        "contributions": Numbers("i8", ("founders",), 0, MOST),
        "tenure": Numbers("i8", ("founders",), 0, MOST),
        "silence": Numbers("i8", ("founders",), 0, MOST),
        "active_days": Numbers("i8", ("founders",), 0, MOST),
        "exchange_a": Numbers("i8", ("exchanges",), 0, "last founder"),
        "exchange_b": Numbers("i8", ("exchanges",), 0, "last founder"),
        "exchange_age": Numbers("i8", ("exchanges",), 0, MOST),
        "date": TEXT,
        "window": Whole(1, MOST),
        "label": TEXT,
    },
    Graph: {
        "people": Whole(0, "everyone"),
        "first": PERSONS,
        "second": PERSONS,
        "strength": Numbers("f8", (None,), 0.0, 1.0),
        "label": TEXT,
        "notes": Each(tuple, TEXT),
    },
    Generator: {
        "name": TEXT,
        "arguments": Of((dict,)),
        "weight": TEXT,
        "strength": SHARE,
        "library": TEXT,
        "notes": Each(tuple, TEXT),
    },
    Market: {
        "size": Whole("market", "market"),
        "status": Numbers("i1", ("everyone",), 0, len(Status) - 1),
        "row": Numbers("i4", ("everyone",), -1, "last row"),
        "spells": Numbers("i2", ("everyone",), 0),
        "touched_by": Numbers("i1", ("everyone",), 0, len(Channel) - 1),
        "due": Numbers("f8", ("everyone",), 0.0),
        "signals": Numbers("i1", ("everyone",), 0, SIGNALS),
        "signallers": Numbers("i4", ("everyone", SIGNALS), -1, "last person"),
        "interest": Numbers("f8", ("everyone",), 0.0, 1.0),
        "tally": Numbers("i8", (len(Status),), 0, "everyone"),
        "propensity": Either((NOTHING, Numbers("f8", ("everyone",), 0.0, WIDEST, nan=True))),
        "capacity": Either((NOTHING, Numbers("i8", ("everyone",), 0, MAX_CAPACITY))),
    },
    TouchClock: {
        "hazard": STOCK,
        "_residual": Numbers("f8", ("market",), 0.0),
        "_threshold": Numbers("f8", ("market",), 0.0),
        "_fit": Numbers("f8", ("market",), 0.0, 1.0),
        "_since": STOCK,
        "_order": Numbers("i8", (None,), 0, "last of market"),
        "_next": Whole(0, "market"),
    },
    Heap: {
        "hazard": STOCK,
        "_thresholds": Numbers("f8", (None,), 0.0, WIDEST),
        "_persons": PERSONS,
        "_size": Whole(0, MOST),
    },
    Population: {
        "members": Numbers(MEMBER, ("rows",)),
        "address": Numbers("i8", ("rows",), -1, "last person"),
        "visit_bound": Numbers("f8", ("rows",), 0.0),
        "exit_bound": Numbers("f8", ("rows",), 0.0, nan=True),
        "last_visit": Numbers("i4", ("rows",), NEVER, "day"),
        "next_bill": Numbers("i4", ("rows",), -1),
        "top": Whole(0, "rows"),
        "vacant": Numbers("i8", ("rows",), 0, "rows"),
        "vacancies": Whole(0, "rows"),
        "present": Whole(0, "rows"),
    },
    Archive: {
        "members": Numbers(MEMBER, ("archived",)),
        "left": Numbers("i4", ("archived",), 0, "day"),
        "cause": Numbers("i1", ("archived",), 0, len(Cause) - 1),
        "last_visit": Numbers("i4", ("archived",), NEVER, "day"),
        "count": Whole(0, "archived"),
    },
    Ties: {
        "pool": Numbers(TIE, (None,)),
        "top": Numbers("i8", (1,), 0, "slots"),
        "free": Numbers("i8", (MAX_CAPACITY + 1,), -1, "slots"),
        "count": Numbers("i8", (1,), 0, "slots"),
    },
    Ledger: {
        "total": Numbers("i8", (len(Account),), -MOST, MOST),
        "today": Numbers("i8", (len(Account),), -MOST, MOST),
        "cash": Whole(),
        "by_tenure": Numbers("i8", (MONTHS,), -MOST, MOST),
    },
}
"""Part -> attribute -> what it may be. A part that lacks one of these is refused; what else it has, no kernel sees."""

EVER: tuple[Bound, Bound] = (NEVER, "day")
MEMBER_LIMITS: dict[str, tuple[Bound, Bound]] = {
    "person": (0, "last person"),
    "slots": (0, "slots"),
    "degree": (0, MAX_CAPACITY),
    "capacity": (0, MAX_CAPACITY),
    "settled": ("settled since", "day"),
    "joined": (1 - PAST, "day"),
    "arm": (0, "last arm"),
    "side": (0, 1),
    "internal": (0, 1),
    "weeks": (0, 0x1FFF),
    "channel": (0, len(Channel) - 1),
    "referrer": (-1, "last person"),
    "first_replied": (0, 2),
    "standing": (-1, 1),
    "first_contribution": EVER,
    "last_contribution": EVER,
    "last_benefit": EVER,
    "last_reward": EVER,
    "last_post": EVER,
    "last_answer": EVER,
    "last_react": EVER,
    "last_vote": EVER,
    "last_attend": EVER,
    "points": (0, MOST),
    "contributions": (0, MOST),
    "generation": (0, MOST),
    "spell": (0, MOST),
    "invitations": (0, MOST),
    "invited_joins": (0, MOST),
    "month_points": (0, MOST),
}
"""Fields of a member's record that have a range of their own; the others are any finite number."""


# -- checking ------------------------------------------------------------------------------


def check_state(c: Community, recorder: Recorder) -> None:
    """Raise `Impossible` unless a community and its recorder are what the engine can hold.

    Runs no kernel, and trusts nothing of the state but what was looked at before.
    """
    for part in (c, recorder):
        _check_names(part)
    _check_types_of_parts(c)
    check_plan(c.plan)
    dims = _dimensions(c, recorder)
    for part in (*parts_of(c), *parts_of(recorder)):
        _check_values(part, dims)
    _demand(int(c.key) == int(key_of(c.seed)), "Community.key")
    _demand(c.parameters.market == c.plan.parameters.market, "Community.parameters")
    _demand(c.day == max(0, recorder.noted - 1) < c.days, "Community.day")
    _demand(c.recent.maxlen == LAYER_WINDOW, "Community.recent")
    _check_graphs(c.plan)
    _check_acquaintances(c)
    _check_clocks(c)
    _check_population(c, dims)
    _check_ties(c)


def check_saved_plan(plan: Any) -> None:
    """Raise `Impossible`, or `ParameterError`, unless a plan that comes from a file can be run."""
    _demand(type(plan) is Plan, "Plan")
    _check_names(plan)
    for name, rule in LIMITS[Plan].items():
        _demand(rule(getattr(plan, name), {}), f"Plan.{name}")
    for name in ("contributions", "exchange_a") if plan.founding is not None else ():
        array = getattr(plan.founding, name)
        _demand(isinstance(array, np.ndarray) and array.ndim == 1, f"Founding.{name}")
    check_plan(plan)
    size = plan.parameters.market.size
    dims = _of_founding(plan) | {"everyone": size, "last person": size - 1}
    for part in parts_of(plan):
        _check_values(part, dims)
    _check_graphs(plan)


def _check_graphs(plan: Plan) -> None:
    """Pairs of a graph are between its people, each with its strength."""
    for graph in plan.graphs().values():
        if isinstance(graph, Graph):
            one, other = graph.first, graph.second
            _demand(len(one) == len(other) == len(graph.strength), "Graph.first")
            _demand(bool(np.all((one < other) & (other < graph.people))), "Graph.second")


def _of_founding(plan: Plan) -> Dimensions:
    founding = plan.founding
    founders = len(founding.contributions) if founding is not None else plan.parameters.market.founders
    return {
        "founders": founders,
        "last founder": founders - 1,
        "exchanges": len(founding.exchange_a) if founding is not None else 0,
    }


def _demand(true: bool, where: str) -> None:
    if not true:
        raise Impossible(f"{where} is not what a run can have")


def _check_names(part: Any) -> None:
    """Every attribute is there, and so for the parts within; what somebody has added hides nothing."""
    for one in parts_of(part):
        name, limits = type(one).__name__, LIMITS[type(one)]
        for missing in sorted(limits.keys() - attributes(one).keys()):
            _demand(False, f"{name}.{missing}")
        for added in attributes(one).keys() - limits.keys():
            _demand(not hasattr(type(one), added), f"{name}.{added}")


def _check_types_of_parts(c: Community) -> None:
    """The parts are where they belong; before anybody asks them for a length."""
    nothing: Dimensions = {}
    for name, rule in LIMITS[Community].items():
        if isinstance(rule, Of):
            _demand(rule(getattr(c, name), nothing), f"Community.{name}")
    for part, names in (
        (c.plan, [name for name in LIMITS[Plan] if name != "origin"]),
        (c, ["seed", "days", "day"]),
    ):
        for name in names:
            _demand(LIMITS[type(part)][name](getattr(part, name), nothing), f"{type(part).__name__}.{name}")
    lengths = (
        (c.market, "status"),
        (c.population, "address"),
        (c.archive, "left"),
        (c.ties, "pool"),
        *((c.plan.founding, name) for name in ("contributions", "exchange_a") if c.plan.founding is not None),
    )
    for one, name in lengths:
        array = getattr(one, name)
        _demand(isinstance(array, np.ndarray) and array.ndim == 1, f"{type(one).__name__}.{name}")


def _dimensions(c: Community, recorder: Recorder) -> Dimensions:
    """The names that tables use, as numbers."""
    market = c.plan.parameters.market
    everyone, rows = len(c.market.status), len(c.population.address)
    _demand(market.size <= everyone, "Market.status")
    return _of_founding(c.plan) | {
        "market": market.size,
        "last of market": market.size - 1,
        "everyone": everyone,
        "last person": everyone - 1,
        "rows": rows,
        "last row": rows - 1,
        "archived": len(c.archive.left),
        "slots": len(c.ties.pool),
        "hubs": c.parameters.affiliation.hubs,
        "arms": 1 + len(c.plan.experiments),
        "last arm": len(c.plan.experiments),
        "day": c.day,
        "settled since": c.day - WEEK,
        "days": c.days,
        "days and one": c.days + 1,
        "days and past": c.days + PAST,
        "days, past and ten": c.days + PAST + 10,
        "past, days and one": PAST + c.days + 1,
    }


def _check_values(part: Any, dims: Dimensions) -> None:
    for name, rule in LIMITS[type(part)].items():
        value = getattr(part, name)
        _demand(rule(value, dims), f"{type(part).__name__}.{name}")
        if isinstance(value, np.ndarray) and value.dtype in (PACKED, CLIMATE):
            for field in value.dtype.names or ():
                _demand(not np.isnan(value[field]).any(), f"{type(part).__name__}.{name}[{field}]")


def _check_acquaintances(c: Community) -> None:
    starts, known = c.known
    _demand(len(starts) in (0, c.market.size + 1) and (len(starts) > 0 or not len(known)), "Community.known")
    if len(starts):
        whole = starts[0] == 0 and starts[-1] == len(known) and np.all(np.diff(starts) >= 0)
        _demand(bool(whole), "Community.known")


def _check_clocks(c: Community) -> None:
    order, size = c.touch._order, c.market.size
    _demand(len(np.unique(order)) == len(order), "TouchClock._order")
    _demand(c.touch._next <= len(order) <= size, "TouchClock._next")
    waits = c.touch._threshold[order]
    _demand(bool(np.all(waits[1:] >= waits[:-1])), "TouchClock._threshold")
    for heap in (c.follow, c.back):
        n = heap._size
        _demand(n <= len(heap._thresholds) == len(heap._persons), "Heap._size")
        child = np.arange(1, n)
        above = heap._thresholds[(child - 1) // 2]
        _demand(bool(np.all(above <= heap._thresholds[child])), "Heap._thresholds")


def _check_population(c: Community, dims: Dimensions) -> None:
    """Rows and addresses are each other's, vacant rows are vacant, records are in range."""
    population, market, archive = c.population, c.market, c.archive
    top, n = population.top, population.vacancies
    there = np.flatnonzero(population.address >= 0)
    persons = population.address[there]
    _demand(not len(there) or int(there[-1]) < top, "Population.top")
    _demand(len(there) == population.present == top - n, "Population.present")
    _demand(np.array_equal(market.row[persons], there), "Population.address")
    _demand(int((market.row >= 0).sum()) == len(there), "Market.row")
    vacant = population.vacant[:n]
    free = np.unique(vacant)
    _demand(len(free) == n and (not n or int(free[-1]) < top), "Population.vacant")
    _demand(bool(np.all(population.address[vacant] < 0)), "Population.vacant")
    members = population.members[there]
    _check_records(members, dims, "Population.members")
    _demand(np.array_equal(members["person"], persons), "Population.members[person]")
    _check_records(archive.members[: archive.count], dims | {"settled since": -PAST}, "Archive.members")


def _check_records(records: npt.NDArray[np.void], dims: Dimensions, where: str) -> None:
    for name in MEMBER.names or ():
        column, (low, high) = records[name], MEMBER_LIMITS.get(name, (-MOST, MOST))
        if name not in MEMBER_LIMITS and column.dtype.kind == "f":
            low, high = -WIDEST, WIDEST
        _demand(Numbers(column.dtype, (None,), low, high).holds(column, dims), f"{where}[{name}]")


def _check_ties(c: Community) -> None:
    """Blocks of slots lie apart, and each tie is known to both its ends."""
    members, ties, address = c.population.members, c.ties, c.population.address
    top, pool, there = int(ties.top[0]), ties.pool, np.flatnonzero(address >= 0)
    starts = members["slots"][there].astype(np.int64)
    sizes = members["capacity"][there].astype(np.int64)
    degrees = members["degree"][there].astype(np.int64)
    _demand(bool(np.all(degrees <= sizes)), "Population.members[degree]")
    freed = np.array(list(_free_blocks(ties, top)), np.int64).reshape(-1, 2)
    first, size = np.append(starts, freed[:, 0]), np.append(sizes, freed[:, 1])
    order = np.lexsort((size, first))
    ends = (first + size)[order]
    _demand(
        bool(np.all(ends[:-1] <= first[order][1:])) and bool(np.all(ends <= top)), "Population.members[slots]"
    )
    used = np.repeat(starts, degrees) + _within(degrees)
    owner = np.repeat(there, degrees)
    row, twin = pool["row"][used].astype(np.int64), pool["twin"][used].astype(np.int64)
    _demand(bool(np.all((row >= 0) & (row < len(address)) & (twin >= 0) & (twin < top))), "Ties.pool")
    owner_of = np.full(top, -1, np.int64)
    owner_of[used] = owner
    _demand(bool(np.all(owner_of[twin] == row)) and bool(np.all(row != owner)), "Ties.pool[row]")
    _demand(bool(np.all(pool["twin"][twin] == used)), "Ties.pool[twin]")
    day, strength = pool["day"][used], pool["strength"][used]
    _demand(bool(np.all((day > -PAST) & (day <= c.day))), "Ties.pool[day]")
    _demand(bool(np.all((strength > 0.0) & (strength <= 1.0))), "Ties.pool[strength]")
    _demand(len(used) == 2 * int(ties.count[0]), "Ties.count")


def _within(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0 … n-1 for each of some lengths, one after another."""
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(before, lengths)


def _free_blocks(ties: Ties, top: int) -> Iterator[tuple[int, int]]:
    """Start and size of every freed block; raises where the chain of a size leaves the pool or never ends."""
    left = top
    for capacity, start in enumerate(ties.free.tolist()):
        while start >= 0:
            left -= max(1, capacity)
            _demand(start + capacity <= top and left >= 0, "Ties.free")
            yield start, capacity
            start = int(ties.pool["twin"][start])


__all__ = ["LIMITS", "MEMBER_LIMITS", "Impossible", "check_saved_plan", "check_state"]
