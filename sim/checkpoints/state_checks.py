"""State checks: a state from a file is checked against tables of limits, then for consistency.

Rows and addresses must match, both ends must know each tie, and blocks of slots must not overlap.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from kith.sim.checkpoints.state_limits import KINDS, LIMITS, MEMBER_LIMITS
from kith.sim.kernels.luck import key_of
from kith.sim.results.recorder import Recorder
from kith.sim.schema.plan import Plan, check_plan
from kith.sim.state.community import AUTHOR_DAYS, Community
from kith.sim.state.decay import WEEK
from kith.sim.state.dormancy.fall_asleep import FELT_NOTHING, MOST_FELT
from kith.sim.state.layers import LAYER_WINDOW, PAST
from kith.sim.state.population import MEMBER
from kith.sim.state.ties import Ties
from kith.sim.storage.limits import MOST, WIDEST, Dimensions, Numbers, Of, check_names, check_values, demand
from kith.sim.storage.plan_limits import check_graphs, of_founding
from kith.sim.storage.serialise import parts_of


def check_state(c: Community, recorder: Recorder) -> None:
    """Raise `Impossible` unless a community and its recorder are a valid state of the engine.

    Runs no kernel, and uses only what has been checked before.
    """
    for part in (c, recorder):
        check_names(part, LIMITS, KINDS)
    _check_types_of_parts(c)
    if c.plan.arrivals is not None:
        check_values(c.plan.arrivals, {}, LIMITS)
    check_plan(c.plan)
    dims = _dimensions(c, recorder)
    for part in (*parts_of(c, KINDS), *parts_of(recorder, KINDS)):
        check_values(part, dims, LIMITS)
    demand(int(c.key) == int(key_of(c.seed)), "Community.key")
    demand(c.parameters.market == c.plan.parameters.market, "Community.parameters")
    demand(c.day == max(0, recorder.noted - 1) < c.days, "Community.day")
    demand(c.recent.maxlen == LAYER_WINDOW, "Community.recent")
    demand(c.authors.maxlen == AUTHOR_DAYS, "Community.authors")
    check_graphs(c.plan)
    _check_acquaintances(c)
    _check_clocks(c)
    _check_population(c, dims)
    _check_ties(c)


def _check_types_of_parts(c: Community) -> None:
    """Check the types of all parts before their lengths are used."""
    nothing: Dimensions = {}
    for name, rule in LIMITS[Community].items():
        if isinstance(rule, Of):
            demand(rule(getattr(c, name), nothing), f"Community.{name}")
    for part, names in (
        (c.plan, [name for name in LIMITS[Plan] if name != "origin"]),
        (c, ["seed", "days", "day"]),
    ):
        for name in names:
            demand(LIMITS[type(part)][name](getattr(part, name), nothing), f"{type(part).__name__}.{name}")
    lengths = (
        (c.market, "status"),
        (c.population, "address"),
        (c.dormant, "person"),
        (c.archive, "left"),
        (c.ties, "pool"),
        *((c.plan.founding, name) for name in ("contributions", "exchange_a") if c.plan.founding is not None),
    )
    for owner, name in lengths:
        array = getattr(owner, name)
        demand(isinstance(array, np.ndarray) and array.ndim == 1, f"{type(owner).__name__}.{name}")


def _dimensions(c: Community, recorder: Recorder) -> Dimensions:
    """The dimensions that the tables refer to, as numbers."""
    market = c.plan.parameters.market
    everyone, rows = len(c.market.status), len(c.population.address)
    demand(market.size <= everyone, "MarketState.status")
    return of_founding(c.plan) | {
        "market": market.size,
        "last of market": market.size - 1,
        "everyone": everyone,
        "last person": everyone - 1,
        "rows": rows,
        "last row": rows - 1,
        "places": len(c.dormant.person),
        "last place below": -1 - len(c.dormant.person),
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


def _check_acquaintances(c: Community) -> None:
    starts, known = c.known
    demand(len(starts) in (0, c.market.size + 1) and (len(starts) > 0 or not len(known)), "Community.known")
    if len(starts):
        is_consistent = starts[0] == 0 and starts[-1] == len(known) and np.all(np.diff(starts) >= 0)
        demand(bool(is_consistent), "Community.known")


def _check_clocks(c: Community) -> None:
    demand((c.given is None) == (c.plan.arrivals is None), "Community.given")
    for clock in (c.touch, c.given):
        if clock is None:
            continue
        order, size = clock._order, c.market.size
        demand(len(np.unique(order)) == len(order), "TouchClock._order")
        demand(clock.passed <= len(order) <= size, "TouchClock.passed")
        waits = clock._threshold[order]
        demand(bool(np.all(waits[1:] >= waits[:-1])), "TouchClock._threshold")
    for heap in (c.follow, c.back, c.forget, c.again):
        n = heap.size
        demand(n <= len(heap._thresholds) == len(heap._persons), "Heap.size")
        child = np.arange(1, n)
        above = heap._thresholds[(child - 1) // 2]
        demand(bool(np.all(above <= heap._thresholds[child])), "Heap._thresholds")


def _check_population(c: Community, dims: Dimensions) -> None:
    """Check that rows and addresses match, vacant rows are vacant, and records are in range."""
    population, market, archive = c.population, c.market, c.archive
    top, n = population.top, population.vacancies
    present = np.flatnonzero(population.address >= 0)
    persons = population.address[present]
    demand(not len(present) or int(present[-1]) < top, "Population.top")
    demand(len(present) == population.present == top - n, "Population.present")
    demand(np.array_equal(market.row[persons], present), "Population.address")
    demand(int((market.row >= 0).sum()) == len(present), "MarketState.row")
    vacant = population.vacant[:n]
    free = np.unique(vacant)
    demand(len(free) == n and (not n or int(free[-1]) < top), "Population.vacant")
    demand(bool(np.all(population.address[vacant] < 0)), "Population.vacant")
    members = population.members[present]
    _check_records(members, dims, "Population.members")
    demand(np.array_equal(members["person"], persons), "Population.members[person]")
    _check_dormant(c, dims)
    _check_records(archive.members[: archive.count], dims | {"settled since": -PAST}, "Archive.members")


def _check_dormant(c: Community, dims: Dimensions) -> None:
    """Check that places and addresses of the dormant match, and that their records and remembered ties are in range."""
    dormant, market, pool = c.dormant, c.market, c.ties.pool
    persons = dormant.person[: dormant.count]
    demand(bool(np.all(persons >= 0)), "Dormant.person")
    demand(np.array_equal(market.row[persons], -2 - np.arange(dormant.count)), "MarketState.row")
    demand(int((market.row < -1).sum()) == dormant.count, "MarketState.row")
    members = dormant.members[: dormant.count]
    _check_records(members, dims | {"settled since": -PAST}, "Dormant.members")
    demand(np.array_equal(members["person"], persons), "Dormant.members[person]")
    demand(np.array_equal(members["asleep_on"], dormant.since[: dormant.count]), "Dormant.since")
    demand(bool(np.all(members["seasoned"] <= members["asleep_on"])), "Dormant.members[seasoned]")
    degrees = members["degree"].astype(np.int64)
    demand(bool(np.all(degrees <= members["capacity"])), "Dormant.members[degree]")
    used = np.repeat(members["slots"].astype(np.int64), degrees) + _within(degrees)
    demand(bool(np.all(used < len(pool))), "Dormant.members[slots]")
    known = pool[used]
    owner = np.repeat(persons, degrees)
    demand(bool(np.all((known["row"] >= 0) & (known["row"] < len(market.row)))), "Ties.pool[row]")
    demand(bool(np.all(known["row"] != owner)), "Ties.pool[row]")
    demand(bool(np.all((known["twin"] >= FELT_NOTHING) & (known["twin"] <= MOST_FELT))), "Ties.pool[twin]")
    demand(bool(np.all((known["day"] > -PAST) & (known["day"] <= c.day))), "Ties.pool[day]")
    demand(bool(np.all((known["strength"] > 0.0) & (known["strength"] <= 1.0))), "Ties.pool[strength]")


def _check_records(records: npt.NDArray[np.void], dims: Dimensions, where: str) -> None:
    for name in MEMBER.names or ():
        column, (low, high) = records[name], MEMBER_LIMITS.get(name, (-MOST, MOST))
        if name not in MEMBER_LIMITS and column.dtype.kind == "f":
            low, high = -WIDEST, WIDEST
        demand(Numbers(column.dtype, (None,), low, high).holds(column, dims), f"{where}[{name}]")


def _check_ties(c: Community) -> None:
    """Check that blocks of slots do not overlap, and that both ends know each tie."""
    members, ties, address = c.population.members, c.ties, c.population.address
    top, pool, present = int(ties.top[0]), ties.pool, np.flatnonzero(address >= 0)
    starts = members["slots"][present].astype(np.int64)
    sizes = members["capacity"][present].astype(np.int64)
    degrees = members["degree"][present].astype(np.int64)
    demand(bool(np.all(degrees <= sizes)), "Population.members[degree]")
    freed = np.array(list(_free_blocks(ties, top)), np.int64).reshape(-1, 2)
    asleep = c.dormant.members[: c.dormant.count]
    first = np.concatenate([starts, asleep["slots"], freed[:, 0]])
    size = np.concatenate([sizes, asleep["capacity"], freed[:, 1]])
    order = np.lexsort((size, first))
    ends = (first + size)[order]
    demand(
        bool(np.all(ends[:-1] <= first[order][1:])) and bool(np.all(ends <= top)), "Population.members[slots]"
    )
    used = np.repeat(starts, degrees) + _within(degrees)
    owner = np.repeat(present, degrees)
    row, twin = pool["row"][used].astype(np.int64), pool["twin"][used].astype(np.int64)
    demand(bool(np.all((row >= 0) & (row < len(address)) & (twin >= 0) & (twin < top))), "Ties.pool")
    owner_of = np.full(top, -1, np.int64)
    owner_of[used] = owner
    demand(bool(np.all(owner_of[twin] == row)) and bool(np.all(row != owner)), "Ties.pool[row]")
    demand(bool(np.all(pool["twin"][twin] == used)), "Ties.pool[twin]")
    day, strength = pool["day"][used], pool["strength"][used]
    demand(bool(np.all((day > -PAST) & (day <= c.day))), "Ties.pool[day]")
    demand(bool(np.all((strength > 0.0) & (strength <= 1.0))), "Ties.pool[strength]")
    demand(len(used) == 2 * int(ties.count[0]), "Ties.count")


def _within(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0 … n-1 for each length n, concatenated."""
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(before, lengths)


def _free_blocks(ties: Ties, top: int) -> Iterator[tuple[int, int]]:
    """Start and size of every freed block; raises if a chain leaves the pool or is circular."""
    left = top
    for capacity, start in enumerate(ties.free.tolist()):
        while start >= 0:
            left -= max(1, capacity)
            demand(start + capacity <= top and left >= 0, "Ties.free")
            yield start, capacity
            start = int(ties.pool["twin"][start])
