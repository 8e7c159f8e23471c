"""Runs in which what passes along ties reaches others: each member feels and hears what a stand-in's ties pass on.

The ties themselves stay, so that it can be seen whether they still matter once nothing passes along them. A stand-in
is another member who has joined as long ago and has as many ties, or has slept as long. Fakes, in which tied
people leave or wake together without the mechanism, are what such a run has to find out.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.scenarios.load import load
from kith.sim.engine import Simulation
from kith.sim.state.categories import Cause
from kith.sim.state.community import Community
from kith.sim.state.decay import EXITS
from kith.sim.state.dormancy.dormant import place_of_row

type Integers = npt.NDArray[np.int64]
type Flags = npt.NDArray[np.bool_]
type Luck = np.random.Generator
type Fake = Callable[[Community, Luck, Any], None]

TENURES = (7, 30, 90, 180, 360)
DEGREES = (1, 2, 3, 5, 8, 12, 20, 32)
ASLEEP = (0, 3, 7, 14, 21, 30, 45, 60, 90, 135, 180, 270)
"lower ends of the classes in which members stand in for each other"
LIKE_TENURES = (14, 30, 60, 90, 120, 180, 240, 360)
LIKE_DEGREES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48)
"lower ends of the classes in which members are compared"
MONTH, BURN_IN = 30, 60
FOLLOW, STRUCK, WAKE = 0.3, 0.6, 0.01
"of a fake: the chance that a neighbour follows, that who knows the struck is struck too, and that the called wake"


def stand_ins(kind: Integers, luck: Luck) -> Integers:
    """For each place another one of the same kind, each once, and none itself where there are two, (n,)."""
    out = np.arange(len(kind))
    for one in np.unique(kind):
        here = np.flatnonzero(kind == one)
        order = luck.permutation(here)
        out[order] = np.roll(order, 1)
    return out


def like(c: Community, rows: Integers, day: int, tenures: Sequence[int], degrees: Sequence[int]) -> Integers:
    """The class of tenure and number of ties of members, (rows,)."""
    m = c.population.members
    tenure = np.searchsorted(tenures, day - m["joined"][rows], side="right")
    return np.asarray(100 * tenure + np.searchsorted(degrees, m["degree"][rows], side="right"))


def slots(starts: Any, degrees: Any) -> tuple[Integers, Integers]:
    """Place of the member and slot of each tie of some members, (ties,)."""
    degree = degrees.astype(np.int64)
    owner = np.repeat(np.arange(len(degree)), degree)
    within = np.arange(degree.sum()) - np.repeat(np.cumsum(degree) - degree, degree)
    return owner, starts.astype(np.int64)[owner] + within


def neighbours(c: Community) -> tuple[Integers, Integers]:
    """Both persons of each tie among the awake, once from either end."""
    rows, m = c.population.rows(), c.population.members
    owner, slot = slots(m["slots"][rows], m["degree"][rows])
    return c.population.address[rows][owner], c.population.address[c.ties.pool["row"][slot]]


def exchange_what_is_felt(c: Community, day: int, luck: Luck) -> None:
    """Every newcomer feels the exits that a stand-in has felt so far."""
    population, q = c.population, c.parameters.churn
    m, rows = population.members, population.rows()
    rows = rows[m["joined"][rows] >= 0]
    fading = c.decay[np.clip(day - m["settled"][rows], 0, 7), EXITS]
    before = m["exits"][rows].astype(float)
    felt = (before * fading)[stand_ins(like(c, rows, day, TENURES, DEGREES), luck)]
    m["exits"][rows] = felt / fading
    after = m["exits"][rows].astype(float)
    raised = after / (1.0 + after / q.contagion_saturation) - before / (1.0 + before / q.contagion_saturation)
    population.exit_bound[rows] *= (1.0 + q.contagion) ** raised * (1.0 + 1e-6)


def contagion_ratio(
    exchanged: bool, seed: int, days: int, kappa: float = 3.0, fake: Fake | None = None
) -> float:
    """How much more often newcomers stop in the month after a neighbour has than others do (Mantel & Haenszel 1959).

    Others are those with as many ties the evening before, as long a tenure, in the same month.

    Parameters
    ----------
    exchanged : whether stand-ins feel it. seed, days : of the run.
    kappa : `churn.contagion`. fake : who makes people stop, each morning, given the persons whose neighbours stopped the day before.
    """
    people = {"market.size": 20_000, "market.founders": 1_500}
    hazards = {"churn.contagion": kappa, "churn.newcomer_factor": 1.0, "churn.base_hazard": 0.005}
    simulation = Simulation(load("web", overrides=people | hazards, days=days), seed=seed, events=False)
    simulation.advance(BURN_IN)
    c, luck = simulation.community, np.random.default_rng(seed)
    watched, stops, bereft = [], [], np.zeros(0, np.int64)
    for day in range(BURN_IN, days):
        rows = c.population.rows()
        person, joined = c.population.address[rows].copy(), c.population.members["joined"][rows].copy()
        kind = like(c, rows, day, LIKE_TENURES, LIKE_DEGREES) + 10_000 * (day // MONTH)
        one, other = neighbours(c)
        if exchanged:
            exchange_what_is_felt(c, day, luck)
        if fake is not None:
            fake(c, luck, bereft)
        simulation.advance(1)
        stopped = ~np.isin(person, c.population.address[c.population.rows()])
        bereft = one[np.isin(other, person[stopped])]
        kept = (joined >= 0) & ~stopped
        watched.append((person[kept], np.full(kept.sum(), day), kind[kept], np.isin(person[kept], bereft)))
        stops.append(person[stopped] * days + day)
    who, when, kinds, seen = (np.concatenate(column) for column in zip(*watched, strict=True))
    ends = np.append(np.sort(np.concatenate(stops)), np.iinfo(np.int64).max)
    at = who * days + when
    soon = ends[np.searchsorted(ends, at, side="right")] - at <= np.minimum(MONTH, days - 1 - when)
    whole = when + MONTH < days
    return rate_ratio(kinds[whole], seen[whole], soon[whole])


def rate_ratio(kind: Integers, marked: Flags, happens: Flags) -> float:
    """How much more often it happens to the marked than to the others of their kind."""
    _, kind = np.unique(kind, return_inverse=True)
    count = np.bincount(kind)
    with_mark = np.bincount(kind, marked)
    above = np.bincount(kind, marked & happens) * (count - with_mark) / count
    below = np.bincount(kind, ~marked & happens) * with_mark / count
    return float(above.sum() / below.sum())


def fall_silent(c: Community, persons: Integers) -> None:
    """Those of the persons who are awake fall silent, for no reason of the model."""
    rows = c.market.row[np.unique(persons)]
    rows = rows[rows >= 0].astype(np.int64)
    if len(rows):
        c.fall_asleep(rows, np.full(len(rows), int(Cause.BACKGROUND)))


def followers() -> Fake:
    """The outcome stated outright: some of the neighbours of those who stop do so on one of the next days."""
    waiting: dict[int, list[Integers]] = {}

    def follow(c: Community, luck: Luck, bereft: Integers) -> None:
        chosen = bereft[luck.random(len(bereft)) < FOLLOW]
        for wait in range(1, 11):
            waiting.setdefault(c.day + wait, []).append(chosen[wait - 1 :: 10])
        fall_silent(c, np.concatenate(waiting.pop(c.day, [np.zeros(0, np.int64)])))

    return follow


def common_causes() -> Fake:
    """Whoever knows each other is struck by the same thing: some people, and those tied to them, stop within days."""
    waiting: dict[int, list[Integers]] = {}

    def strike(c: Community, luck: Luck, bereft: Integers) -> None:
        one, other = neighbours(c)
        centre = luck.choice(c.population.address[c.population.rows()])
        struck = np.append(other[one == centre], centre)
        struck = struck[luck.random(len(struck)) < STRUCK]
        for wait in range(1, 11):
            waiting.setdefault(c.day + wait, []).append(struck[wait - 1 :: 10])
        fall_silent(c, np.concatenate(waiting.pop(c.day, [np.zeros(0, np.int64)])))

    return strike


def voices(c: Community, day: int) -> npt.NDArray[np.float64]:
    """Of each dormant member the strengths of ties who contributed yesterday, in all, (dormant,)."""
    m, pool, awake = c.dormant.members[: c.dormant.count], c.ties.pool, c.population.members
    owner, slot = slots(m["slots"], m["degree"])
    row = c.market.row[pool["row"][slot]]
    speaks = (row >= 0) & (awake["last_contribution"][row] == day - 1)
    speaks &= awake["joined"][row] <= m["asleep_on"][owner]
    strength = pool["strength"][slot] * c.fade[day - pool["day"][slot]]
    return np.bincount(owner, strength * speaks, minlength=c.dormant.count)


def waking_ratio(exchanged: bool, seed: int, days: int, gain: float = 20.0, faked: bool = False) -> float:
    """How much more often newcomers wake whose own ties speak than others who have slept as long, in the same quarter.

    Parameters
    ----------
    exchanged : whether they hear the ties of a stand-in. seed, days : of the run.
    gain : `dormancy.call_gain`. faked : whether some whose ties speak are woken outright.
    """
    people = {"market.size": 20_000, "market.founders": 1_500, "dormancy.call_gain": gain}
    simulation = Simulation(load("web", overrides=people, days=days), seed=seed, events=False)
    simulation.advance(BURN_IN)
    c, luck = simulation.community, np.random.default_rng(seed)
    parts = []
    for day in range(BURN_IN, days):
        n = c.dormant.count
        person, new = c.dormant.person[:n].copy(), c.dormant.members["joined"][:n] >= 0
        asleep = np.searchsorted(ASLEEP, day - c.dormant.since[:n], side="right")
        own = voices(c, day)
        if exchanged:
            c.dormant.called[:n] += own[stand_ins(asleep, luck)] - own
        chosen = person[(own > 0.0) & (luck.random(n) < WAKE * faked)]
        if len(chosen):
            c.wake(np.asarray(place_of_row(c.market.row[chosen].astype(np.int64))))
        simulation.advance(1)
        rows = c.population.rows()
        woken = c.population.address[rows[c.population.members["woke_on"][rows] == day]]
        woken = np.append(woken, chosen)
        parts.append((100 * (day // (3 * MONTH)) + asleep[new], own[new] > 0.0, np.isin(person[new], woken)))
    return rate_ratio(*(np.concatenate(column) for column in zip(*parts, strict=True)))
