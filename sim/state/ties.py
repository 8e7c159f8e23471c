"""Ties: neighbour slots, with both ends of a tie kept consistent.

A member has as many slots as its drawn capacity; a tie occupies one slot at each end, and each slot
stores the index of the other (`twin`). Strength is stored as of the last exchange and fades in closed
form: strength today = stored * fade[day - last exchange].
"""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.prefetch import BLOCK, fetch_ties

TIE = np.dtype([("row", "i4"), ("twin", "i4"), ("day", "i4"), ("strength", "f4")])
MAX_CAPACITY = 150
FAINTEST = 1e-30
"minimum strength of a tie; smaller values would soon underflow to 0 in single precision"


class Ties:
    """The pool of slots and its free blocks by size."""

    def __init__(self, slots: int = 1024) -> None:
        self.pool: npt.NDArray[np.void] = np.zeros(slots, TIE)
        self.top = np.zeros(1, np.int64)
        self.free = np.full(MAX_CAPACITY + 1, -1, np.int64)
        self.count = np.zeros(1, np.int64)

    def reserve(self, slots: int) -> None:
        """Room for `slots` more slots at the end of the pool."""
        needed = int(self.top[0]) + slots
        if needed > len(self.pool):
            grown = np.zeros(needed + needed // 2, TIE)
            grown[: len(self.pool)] = self.pool
            self.pool = grown


@kernel
def allocate(pool, top, free, capacity):
    """The first slot of a block of `capacity` slots: a freed block of that size or a new one."""
    start = free[capacity]
    if start >= 0:
        free[capacity] = pool[start]["twin"]
        return start
    start = top[0]
    top[0] += capacity
    return start


@kernel
def give_back(pool, free, start, capacity):
    """Free a block; its first slot links to the block freed before it."""
    pool[start]["twin"] = free[capacity]
    free[capacity] = start


@kernel
def strength_at(tie, day, fade):
    """Strength of a tie on a day, before that day's exchanges."""
    return float(tie["strength"]) * fade[day - tie["day"]]


@kernel
def find(members, pool, a, b):
    """The slot of row a that leads to row b, or -1; searches at the end with fewer ties."""
    if members[b]["degree"] < members[a]["degree"]:
        start = members[b]["slots"]
        for s in range(start, start + members[b]["degree"]):
            if pool[s]["row"] == a:
                return int(pool[s]["twin"])
        return -1
    start = members[a]["slots"]
    for s in range(start, start + members[a]["degree"]):
        if pool[s]["row"] == b:
            return int(s)
    return -1


@kernel
def knows(members, pool, a, b):
    """Whether row a has a tie to row b; reads row a's ties and nothing of b."""
    start = members[a]["slots"]
    for s in range(start, start + members[a]["degree"]):
        if pool[s]["row"] == b:
            return True
    return False


@kernel
def remove_slot(members, pool, a, slot):
    """Close the gap that `slot` leaves among row a's ties."""
    last = members[a]["slots"] + members[a]["degree"] - 1
    if slot != last:
        pool[slot]["row"] = pool[last]["row"]
        pool[slot]["twin"] = pool[last]["twin"]
        pool[slot]["day"] = pool[last]["day"]
        pool[slot]["strength"] = pool[last]["strength"]
        pool[pool[slot]["twin"]]["twin"] = slot
    members[a]["degree"] -= 1


@kernel
def feel(m, change, day, fade):
    """Add to a member's sum of tie strengths, which is stored as of the day `settled`."""
    age = day - m["settled"]
    if age > 0:
        change /= fade[age]
    m["tied"] = max(0.0, m["tied"] + change) if m["degree"] > 0 else 0.0


@kernel
def cut(members, pool, count, a, slot, day, fade):
    """End the tie that lies in `slot` of row a."""
    b = pool[slot]["row"]
    twin = pool[slot]["twin"]
    lost = strength_at(pool[slot], day, fade)
    remove_slot(members, pool, b, twin)
    remove_slot(members, pool, a, slot)
    feel(members[a], -lost, day, fade)
    feel(members[b], -lost, day, fade)
    count[0] -= 1


@kernel
def add_up(members, pool, rows, day, fade):
    """Sum the tie strengths of `rows` anew."""
    for k in range(len(rows)):
        m = members[rows[k]]
        total = 0.0
        for s in range(m["slots"], m["slots"] + m["degree"]):
            total += strength_at(pool[s], day, fade)
        _hold(m, total, day, fade)


@kernel
def _hold(m, total, day, fade):
    """Store today's sum of tie strengths as of the day `settled`."""
    age = day - m["settled"]
    m["tied"] = total / fade[age] if age > 0 else total


@kernel
def weakest(members, pool, a, day, fade):
    """The slot of row a's weakest tie; among equals the one to the lowest address."""
    start = members[a]["slots"]
    best = start
    least = strength_at(pool[start], day, fade)
    for s in range(start + 1, start + members[a]["degree"]):
        strength = strength_at(pool[s], day, fade)
        if strength < least or (
            strength == least and members[pool[s]["row"]]["person"] < members[pool[best]["row"]]["person"]
        ):
            best = s
            least = strength
    return best


@kernel
def strengthen(members, pool, count, a, b, first, step, day, fade):
    """An exchange between rows a and b: s + step (1 - s), or a new tie of strength `first`.

    A member whose slots are full drops its weakest tie for the new one.
    """
    slot = find(members, pool, a, b)
    if slot >= 0:
        before = strength_at(pool[slot], day, fade)
        s = max(before + step * (1.0 - before), FAINTEST)
        _write(pool, slot, s, day)
        _write(pool, pool[slot]["twin"], s, day)
        feel(members[a], s - before, day, fade)
        feel(members[b], s - before, day, fade)
        return
    if first < FAINTEST:
        return
    if members[a]["degree"] >= members[a]["capacity"]:
        cut(members, pool, count, a, weakest(members, pool, a, day, fade), day, fade)
    if members[b]["degree"] >= members[b]["capacity"]:
        cut(members, pool, count, b, weakest(members, pool, b, day, fade), day, fade)
    slot_a = members[a]["slots"] + members[a]["degree"]
    slot_b = members[b]["slots"] + members[b]["degree"]
    _connect(pool, slot_a, b, slot_b)
    _connect(pool, slot_b, a, slot_a)
    _write(pool, slot_a, first, day)
    _write(pool, slot_b, first, day)
    members[a]["degree"] += 1
    members[b]["degree"] += 1
    feel(members[a], first, day, fade)
    feel(members[b], first, day, fade)
    count[0] += 1


@kernel
def _write(pool, slot, strength, day):
    pool[slot]["strength"] = strength
    pool[slot]["day"] = day


@kernel
def _connect(pool, slot, row, twin):
    pool[slot]["row"] = row
    pool[slot]["twin"] = twin


@kernel
def fetch_pairs(members, pool, a, b, lo, hi):
    """Touch the ties of both ends of the pairs lo … hi."""
    return fetch_ties(members, pool, a, lo, hi) + fetch_ties(members, pool, b, lo, hi)


@kernel
def strengthen_pairs(members, pool, count, a, b, lo, hi, first, step, day, fade):
    """`strengthen` for the pairs lo … hi in order; pairs with a negative row are skipped."""
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0:
            end = min(hi, k + BLOCK)
            if fetch_pairs(members, pool, a, b, k, end) < 0.0:
                break
        if a[k] >= 0 and b[k] >= 0:
            strengthen(members, pool, count, a[k], b[k], first, step, day, fade)


@kernel
def place_ties(members, pool, count, a, b, strength, day, fade):
    """Create ties of given strengths in order, skipping those with an end at capacity."""
    for k in range(len(a)):
        room = (
            members[a[k]]["degree"] < members[a[k]]["capacity"]
            and members[b[k]]["degree"] < members[b[k]]["capacity"]
        )
        if room and find(members, pool, a[k], b[k]) < 0:
            strengthen(members, pool, count, a[k], b[k], strength[k], 0.0, day[k], fade)


@kernel
def find_faded(members, pool, rows, lo, hi, day, fade, drop_below, faded):
    """Mark which of rows[lo:hi] have a tie that has faded below `drop_below`; sum the others' ties anew.

    Recomputing removes the rounding errors of incremental updates.
    """
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch_ties(members, pool, rows, k, min(hi, k + BLOCK)) < 0.0:
            break
        m = members[rows[k]]
        total = 0.0
        faded[k] = False
        for s in range(m["slots"] + m["degree"] - 1, m["slots"] - 1, -1):
            strength = strength_at(pool[s], day, fade)
            total += strength
            if strength < drop_below:
                faded[k] = True
        if not faded[k]:
            _hold(m, total, day, fade)


@kernel
def prune(members, pool, count, rows, day, fade, drop_below):
    """Cut the ties of `rows`, in order, that have faded below `drop_below`, and sum what is left."""
    for k in range(len(rows)):
        a = rows[k]
        total = 0.0
        s = members[a]["slots"] + members[a]["degree"] - 1
        while s >= members[a]["slots"]:
            strength = strength_at(pool[s], day, fade)
            if strength < drop_below:
                cut(members, pool, count, a, s, day, fade)
            else:
                total += strength
            s -= 1
        _hold(members[a], total, day, fade)


@kernel
def list_ties(members, pool, address, day, fade, persons, strengths, days):
    """Every tie once, from its lower address: persons (n, 2), strengths (n,), days (n,); returns n."""
    n = 0
    for a in range(len(address)):
        if address[a] < 0:
            continue
        start = members[a]["slots"]
        for s in range(start, start + members[a]["degree"]):
            other = address[pool[s]["row"]]
            if address[a] < other:
                persons[n, 0] = address[a]
                persons[n, 1] = other
                strengths[n] = strength_at(pool[s], day, fade)
                days[n] = pool[s]["day"]
                n += 1
    return n


@kernel
def ties_are_sound(members, pool, address):
    """Whether ties are symmetric, between present members, without self-ties, within capacity.

    Returns the number of tie ends, or a negative number that names the first fault:
    -1 capacity, -2 absent partner, -3 twin, -4 strength, -5 self.
    """
    ends = 0
    for a in range(len(address)):
        if address[a] < 0:
            continue
        start = members[a]["slots"]
        if members[a]["degree"] > members[a]["capacity"]:
            return -1
        for s in range(start, start + members[a]["degree"]):
            b = pool[s]["row"]
            if address[b] < 0:
                return -2
            if b == a:
                return -5
            back = pool[pool[s]["twin"]]
            if back["row"] != a or back["twin"] != s or back["strength"] != pool[s]["strength"]:
                return -3
            if not 0.0 < pool[s]["strength"] <= 1.0:
                return -4
            ends += 1
    return ends
