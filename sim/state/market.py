"""Market: everyone who could ever join, on a ring, and the signals that each has received.

Neighbours on the ring are acquainted. Far acquaintances come from involutions i <-> (a - i) mod M, so
that acquaintance is mutual without a list of pairs.
"""

import math
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import (
    INVITEE_NEIGHBOUR_SHIFT,
    ONLY,
    Purpose,
    address_hash,
    hashes,
    normal,
    uniform,
)

KNOT_SPACING = 50
SIGNALS = 4


class Status(IntEnum):
    """The status of a person."""

    UNAWARE = 0
    FOLLOWER = 1
    PRESENT = 2
    LEFT = 3
    DORMANT = 4


_INVITEE, _BUDGET, _PROPENSITY = int(Purpose.INVITEE), int(Purpose.BUDGET), int(Purpose.PROPENSITY)
_KNOT, _NOISE, _FAR = int(Purpose.INTEREST_KNOT), int(Purpose.INTEREST_NOISE), int(Purpose.FAR)


class MarketState:
    """Persons by address; shapes (size + guests,). Guests are not counted in the market."""

    def __init__(self, size: int, guests: int, key: np.uint64, similarity: float, gain: float) -> None:
        everyone = size + guests
        self.size = size
        self.status = np.zeros(everyone, np.int8)
        self.row = np.full(everyone, -1, np.int32)
        self.spells = np.zeros(everyone, np.int16)
        self.touched_by = np.zeros(everyone, np.int8)
        self.due = np.full(everyone, np.inf)
        self.signals = np.zeros(everyone, np.int8)
        self.signallers = np.full((everyone, SIGNALS), -1, np.int32)
        self.interest = np.full(everyone, 0.5)
        self.interest[:size] = interests(key, size, similarity)

        self.eager = eagerness_of_all(key, size, gain) if gain > 0.0 else None
        "how readily each person of the market joins, shape (size,); None if all are alike"
        self.tally = np.zeros(len(Status), np.int64)
        "people of the market by status; guests are not counted"
        self.tally[Status.UNAWARE] = size

        self.propensity: npt.NDArray[np.float64] | None = None
        "propensities estimated from a log, NaN elsewhere; None without a log"
        self.capacity: npt.NDArray[np.int64] | None = None
        self.forgets: npt.NDArray[np.float64] | None = None
        "cumulative hazard at which each follower stops following; -1 for those who once did; None if nobody ever does"

    def remember_propensity(
        self, persons: npt.NDArray[np.int64], propensity: npt.NDArray[np.float64]
    ) -> None:
        """Store propensities estimated from a log, so that people have them again when they return."""
        self.propensity = np.full(len(self.status), np.nan)
        self.propensity[persons] = propensity

    def remember_capacity(self, persons: npt.NDArray[np.int64], capacity: npt.NDArray[np.int64]) -> None:
        """Store minimum tie capacities of people."""
        self.capacity = np.zeros(len(self.status), np.int64)
        self.capacity[persons] = capacity

    def move(self, persons: npt.NDArray[np.int64], status: Status) -> None:
        """Put persons, each named once, into a status."""
        move_persons(self.status, self.tally, self.size, persons, int(status))

    def count(self, status: Status) -> int:
        """People of the market in a status."""
        return int(self.tally[status])


@kernel
def move_persons(statuses, tally, size, persons, status):
    for k in range(len(persons)):
        person = persons[k]
        if person < size:
            tally[statuses[person]] -= 1
            tally[status] += 1
        statuses[person] = status


def fit(interest: npt.NDArray[np.float64], direction: float, width: float) -> npt.NDArray[np.float64]:
    """How well the purpose fits: exp(-(x - direction)^2 / (2 width^2)), shape of `interest`."""
    return np.exp(-((interest - direction) ** 2) / (2.0 * width * width))


def mean_fit(direction: float, width: float) -> float:
    """Mean of `fit` over the market, where interests are uniform on (0, 1)."""
    upper, lower = ((end - direction) / (width * math.sqrt(2.0)) for end in (1.0, 0.0))
    return width * math.sqrt(math.pi / 2.0) * (math.erf(upper) - math.erf(lower))


@kernel
def eagerness(key, person, gain):
    """How readily a person joins, for the time it has and for what it has to contribute; 1 on average over the market."""
    time = normal(uniform(key, person, 0, _BUDGET, ONLY))
    voice = normal(uniform(key, person, 0, _PROPENSITY, ONLY))
    return math.exp(gain * (time + voice) - gain * gain)


@kernel
def eagerness_of_all(key, size, gain):
    """The eagerness of each person of the market, shape (size,)."""
    out = np.empty(size)
    for person in range(size):
        out[person] = eagerness(key, person, gain)
    return out


@kernel
def liking(interest, fit_of_all, q):
    """Readiness of a person to accept an invitation, relative to the market: (fit / mean fit)^w."""
    away = interest - q["organisation_direction"]
    fits = math.exp(-away * away / (2.0 * q["market_fit_width"] ** 2))
    return (fits / fit_of_all) ** q["referral_fit_weight"]


def farness(key: np.uint64, far: int, size: int) -> npt.NDArray[np.int64]:
    """The constants a of the far acquaintances, shape (far,)."""
    return (hashes(key, np.arange(far), 0, Purpose.FAR) % np.uint64(size)).astype(np.int64)


@kernel
def interests(key, size, similarity):
    """Interest of each person: uniform in (0, 1), correlated along the ring."""
    knots = max(1, size // KNOT_SPACING)
    out = np.empty(size)
    shared = similarity**0.5
    individual = (1.0 - similarity) ** 0.5
    for i in range(size):
        place = i * knots / size
        k = int(place)
        w = place - k
        left = normal(uniform(key, k, 0, _KNOT, ONLY))
        right = normal(uniform(key, (k + 1) % knots, 0, _KNOT, ONLY))
        if knots == 1:
            smooth = left
        else:
            smooth = ((1.0 - w) * left + w * right) / ((1.0 - w) ** 2 + w * w) ** 0.5
        z = shared * smooth + individual * normal(uniform(key, i, 0, _NOISE, ONLY))
        out[i] = _phi(z)
    return out


@kernel
def _phi(z):
    """Standard normal distribution function (Abramowitz & Stegun 26.2.17, error below 1e-7)."""
    t = 1.0 / (1.0 + 0.2316419 * abs(z))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = 0.3989422804014327 * math.exp(-0.5 * z * z) * poly
    return 1.0 - tail if z >= 0.0 else tail


@kernel
def acquaintance(key, person, weak, u, size, near, far, everyone):
    """The acquaintance chosen by a uniform u: near on the ring, far, or anyone; -1 if it is the person itself.

    `far` are the constants of the far acquaintances. Near ones are split equally between both sides, so
    an odd `near` counts as one less. In a market smaller than the circle of acquaintances, everyone
    knows everyone.
    """
    if everyone or size <= near + 1:
        return (person + 1 + int(u * (size - 1))) % size
    if weak:
        other = (far[int(u * len(far))] - person) % size
        return other if other != person else -1
    half = near // 2
    side = int(u * 2 * half)
    offset = side + 1 if side < half else -(side - half + 1)
    return (person + offset) % size


@kernel
def neighbour(key, person, day, nth, starts, known):
    """The acquaintance in a graph with the largest hash for the day's nth choice; -1 without any.

    So an additional acquaintance changes a choice only if it is chosen itself, and a removed one only if
    it had been chosen.
    """
    best = -1
    largest = np.uint64(0)
    salt = np.uint64(nth + 1) << np.uint64(INVITEE_NEIGHBOUR_SHIFT)
    for k in range(starts[person], starts[person + 1]):
        h = address_hash(key, person, day, _INVITEE, salt ^ np.uint64(known[k]))
        if best < 0 or h > largest:
            best = int(known[k])
            largest = h
    return best


__all__ = [
    "KNOT_SPACING",
    "MarketState",
    "Status",
    "acquaintance",
    "eagerness",
    "eagerness_of_all",
    "farness",
    "fit",
    "interests",
    "liking",
    "mean_fit",
    "neighbour",
]
