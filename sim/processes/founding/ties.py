"""Ties among founders on day 0: drawn on the ring, or those of a graph or log, the strongest first."""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import (
    FOUNDING_TIE_ANYWHERE,
    FOUNDING_TIE_DISTANCE,
    FOUNDING_TIE_STRENGTH,
    FOUNDING_TIE_STRIDE,
    STATE_TIES,
    Purpose,
    uniforms,
)
from kith.sim.processes.founding.persons import luck
from kith.sim.schema.graphs import Graph
from kith.sim.state.admission import tie_capacity
from kith.sim.state.community import Community
from kith.sim.state.ties import MAX_CAPACITY, add_up, place_ties

NEAR_FOUNDERS = 8.0
"typical distance on the ring, in founders, between those who are tied on day 0"
FAR_SHARE = 0.15
"share of founders' ties that lead anywhere"

type Rows = npt.NDArray[np.int64]
type Numbers = npt.NDArray[np.float64]


def lay_ties(c: Community, rows: Rows, persons: Rows) -> None:
    """Ties among founders, mostly between neighbours on the ring, more for the more active."""
    peers, n = c.parameters.affiliation.peers, len(rows)
    if peers <= 0.0 or n < 3:
        return
    propensity = c.population.members["propensity"][rows]
    eager = peers * 2.0 * np.minimum(propensity**c.parameters.contribution.exchange_exponent, 10.0)
    wish = np.floor(eager + luck(c, persons, STATE_TIES)).astype(np.int64)
    first = np.repeat(np.arange(n), wish)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(wish) - wish, wish)
    distance = _tie_luck(c, persons[first], nth, FOUNDING_TIE_DISTANCE)
    is_far = _tie_luck(c, persons[first], nth, FOUNDING_TIE_ANYWHERE) < FAR_SHARE
    strength = 0.15 + 0.55 * _tie_luck(c, persons[first], nth, FOUNDING_TIE_STRENGTH)
    step = 1 + np.floor(-NEAR_FOUNDERS * np.log(distance)).astype(np.int64)
    anywhere = 1 + np.floor(distance * (n - 1)).astype(np.int64)
    second = (first + np.where(is_far, anywhere, step)) % n
    proper = first != second
    _place(
        c,
        rows[first[proper]],
        rows[second[proper]],
        strength[proper],
        np.zeros(int(proper.sum()), np.int64),
    )


def _tie_luck(c: Community, persons: Rows, nth: Rows, offset: int) -> Numbers:
    """A uniform for the nth tie of each person; `offset` is one of FOUNDING_TIE_*."""
    out = np.empty(len(persons))
    for k in np.unique(nth).tolist():
        chosen = nth == k
        out[chosen] = uniforms(
            c.key, persons[chosen], 0, Purpose.FOUNDING_TIE, FOUNDING_TIE_STRIDE * k + offset
        )
    return out


def room_for(c: Community, seat: Rows, network: Graph) -> Rows:
    """Tie capacity of founders in ascending address: what each can keep, at least its ties in the graph."""
    degree = np.bincount(np.concatenate([network.first, network.second]), minlength=len(seat))
    order = np.argsort(seat)
    capacity = np.maximum(tie_capacity(c, seat[order]), np.minimum(degree[order], MAX_CAPACITY))
    c.market.remember_capacity(seat[order], capacity)
    return capacity


def lay_strongest_first(
    c: Community,
    rows: Rows,
    first: Rows,
    second: Rows,
    strength: Numbers,
    awake: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Create ties between indices of `rows`, the strongest first, up to each end's capacity; first those of the awake."""
    ends = np.sort(np.stack([first, second]), axis=0)
    later = np.zeros(len(first)) if awake is None else ~(awake[first] & awake[second])
    strongest_first = np.lexsort((ends[1], ends[0], -strength, later))
    lower, upper = rows[ends[:, strongest_first]]
    _place(c, lower, upper, strength[strongest_first], np.zeros(len(lower), np.int64))


def _place(c: Community, first: Rows, second: Rows, strength: Numbers, day: Rows) -> None:
    members = c.population.members
    place_ties(members, c.ties.pool, c.ties.count, first, second, strength, day, c.fade)
    add_up(members, c.ties.pool, c.population.rows(), c.day, c.fade)
