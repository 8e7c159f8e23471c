"""Luck: every draw is a function of its address, in plain Python integers.

The same draws as `kith.sim.kernels.luck` makes, restated: SplitMix64's finaliser, twice, over the packed
address (seed, person, day, purpose, ordinal). Nothing is kept between draws.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable
from typing import Any

from kith.sim.kernels.luck import Purpose

WORD = 2**64 - 1
PHI = 0x9E3779B97F4A7C15


class Luck:
    """The luck of a seed; an address is (person, day, purpose) and, where there are several draws, an ordinal."""

    def __init__(self, seed: int) -> None:
        x = seed * 0xD1342543DE82EF95 + 0x2545F4914F6CDD1D & WORD
        for shift in (32, 29, 32):
            x = (x ^ x >> shift) * 0xAEF17502108EF2D9 & WORD
        self.key = x ^ x >> 29

    def word(self, person: int, day: int, purpose: Purpose, ordinal: int = 0) -> int:
        """64 bits."""
        place = person << 24 ^ day << 8 ^ purpose
        return mix(mix(place ^ self.key) + ordinal * PHI + self.key & WORD)

    def uniform(self, person: int, day: int, purpose: Purpose, ordinal: int = 0) -> float:
        """A number in (0, 1), of 52 bits."""
        return ((self.word(person, day, purpose, ordinal) >> 12) + 0.5) * 2.0**-52

    def exponential(self, *address: int) -> float:
        """A waiting time of mean 1."""
        return -math.log(self.uniform(*address))

    def normal(self, *address: int) -> float:
        """A standard normal."""
        return normal(self.uniform(*address))

    def poisson(self, rate: float, *address: int) -> int:
        """A count of mean `rate`."""
        return poisson(self.uniform(*address), rate)


class Circle:
    """Some of today's people at random places of a circle; a point chooses the next of them."""

    def __init__(self, luck: Luck, day: int, purpose: Purpose, people: Iterable[Any]) -> None:
        self.seats = {luck.word(someone.address, day, purpose): someone for someone in people}
        self.places = sorted(self.seats)

    def next(self, point: int) -> Any:
        """Whoever sits at the point or is the first after it."""
        return self.seats[self.places[bisect_left(self.places, point) % len(self.places)]]


def mix(x: int) -> int:
    """SplitMix64's finaliser."""
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & WORD
    x = (x ^ x >> 27) * 0x94D049BB133111EB & WORD
    return x ^ x >> 31


def poisson(u: float, rate: float) -> int:
    """The Poisson count that a uniform stands for; a rounded normal where many are expected."""
    if rate > 30.0:
        return max(0, math.floor(rate + math.sqrt(rate) * normal(u) + 0.5))
    n, chance = 0, math.exp(-rate)
    below = chance
    while u > below and n < 150:
        n += 1
        chance *= rate / n
        below += chance
    return n


def normal(u: float) -> float:
    """The standard normal that a uniform stands for (Wichura 1988, AS 241, PPND7)."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * ratio(
            r,
            (59.109374720, 159.29113202, 50.434271938, 3.3871327179),
            (67.187563600, 78.757757664, 17.895169469),
        )
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    if r <= 5.0:
        above = (0.17023821103, 1.3067284816, 2.7568153900, 1.4234372777)
        z = ratio(r - 1.6, above, (0.12021132975, 0.73700164250))
    else:
        above = (0.017337203997, 0.42868294337, 3.0812263860, 6.6579051150)
        z = ratio(r - 5.0, above, (0.012258202635, 0.24197894225))
    return math.copysign(z, q)


def ratio(r: float, above: tuple[float, ...], below: tuple[float, ...]) -> float:
    """A polynomial in r over another whose constant is 1; coefficients from the highest power down."""
    over = under = 0.0
    for coefficient in above:
        over = over * r + coefficient
    for coefficient in (*below, 1.0):
        under = under * r + coefficient
    return over / under


def share_below(z: float) -> float:
    """The standard normal distribution function (Abramowitz & Stegun 26.2.17)."""
    t = 1.0 / (1.0 + 0.2316419 * abs(z))
    series = 0.0
    for coefficient in (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530):
        series = (series + coefficient) * t
    tail = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) * series
    return 1.0 - tail if z >= 0.0 else tail
