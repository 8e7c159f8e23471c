"""A stable and fair choice among today's people.

People are placed on a circle by a hash of (person, day, purpose); a point is drawn, and the next person
is chosen. Adding a person moves nobody else, and over days everyone is equally likely.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import hashes


class Circle:
    """Rows by their place on a circle of 2^64; shapes (n,) and (buckets + 1,)."""

    def __init__(self, place: npt.NDArray[np.uint64], rows: npt.NDArray[np.int64]) -> None:
        bits = max(1, int(len(rows)).bit_length())
        self.shift = np.uint64(64 - bits)
        self.rows = np.empty(len(rows), np.int64)
        self.places = np.empty(len(rows), np.uint64)
        self.starts = np.zeros((1 << bits) + 1, np.int64)
        lay(place, rows, self.shift, self.starts, self.places, self.rows)


@cache
def no_circle() -> Circle:
    """The empty circle, cached."""
    return Circle(np.empty(0, np.uint64), np.empty(0, np.int64))


def circle_of_today(
    key: np.uint64, rows: npt.NDArray[np.int64], persons: npt.NDArray[np.int64], day: int, purpose: int
) -> Circle:
    """Today's eligible rows, placed by a hash of (person, day, purpose)."""
    return Circle(hashes(key, persons, day, purpose), rows)


@kernel
def lay(place, rows, shift, starts, places, laid):
    """Sort by place: a counting pass over the top bits, then insertion within a bucket."""
    n = len(rows)
    for k in range(n):
        starts[int(place[k] >> shift) + 1] += 1
    for b in range(1, len(starts)):
        starts[b] += starts[b - 1]
    filled = starts.copy()
    for k in range(n):
        b = int(place[k] >> shift)
        s = filled[b]
        filled[b] += 1
        while s > starts[b] and places[s - 1] > place[k]:
            places[s] = places[s - 1]
            laid[s] = laid[s - 1]
            s -= 1
        places[s] = place[k]
        laid[s] = rows[k]


@kernel
def next_place(point, shift, starts, places):
    """The index of the first one at or after `point`, going round; the circle is not empty."""
    b = int(point >> shift)
    for s in range(starts[b], len(places)):
        if places[s] >= point:
            return s
    return 0
