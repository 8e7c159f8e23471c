"""Hazard clocks: the day on which each person is reached by a hazard.

Each person has a clock E ~ Exp(1) and is reached on the day when the cumulative hazard, multiplied by
the person's factor, exceeds E. Depletion is exact, and the cost is O(people reached).
"""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.state.population import longer


class TouchClock:
    """Unaware persons in the order in which a common hazard reaches them."""

    def __init__(self, clocks: npt.NDArray[np.float64], fit: npt.NDArray[np.float64]) -> None:
        self.hazard = 0.0
        self._residual = clocks.copy()
        "remaining time of each clock when the fit was last set"
        self._threshold = np.empty(len(clocks))
        self._set(np.arange(len(clocks)), fit)

    def _set(self, persons: npt.NDArray[np.int64], fit: npt.NDArray[np.float64]) -> None:
        self._fit, self._since = fit, self.hazard
        wait = np.full(len(persons), np.inf)
        np.divide(self._residual[persons], fit[persons], out=wait, where=fit[persons] > 0)
        self._threshold[persons] = self.hazard + wait
        self._order = persons[np.argsort(self._threshold[persons], kind="stable")]
        self.passed = 0

    def advance(self, hazard: float) -> npt.NDArray[np.int64]:
        """Persons reached by one more day of `hazard`, in the order of their clocks."""
        self.hazard += hazard
        look = 256
        while True:
            ahead = self._threshold[self._order[self.passed : self.passed + look]]
            n = int(ahead.searchsorted(self.hazard, side="right"))
            if n < look:  # the next person is not reached yet, or there is none
                break
            look *= 8
        reached = self._order[self.passed : self.passed + n]
        self.passed += n
        return reached

    def take(self, n: int, free: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """The next `n` persons who are `free` (a flag per person), in the order of their clocks.

        The cumulative hazard moves as far as it takes to reach them; those who are not free are
        passed over for good. Fewer than `n` if no more are left.
        """
        ahead = self._order[self.passed :]
        places = free[ahead].nonzero()[0][:n]
        if not len(places):
            return np.empty(0, np.int64)
        self.passed += int(places[-1]) + 1
        taken = ahead[places]
        reached = self._threshold[taken[-1]]
        if np.isfinite(reached):
            self.hazard = max(self.hazard, float(reached))
        return taken

    def has_passed(self, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the clock of each person has run out, shape (n,)."""
        passed: npt.NDArray[np.bool_] = self._threshold[persons] <= self.hazard
        return passed

    @property
    def dial(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Thresholds by person, and persons in the order of these, of whom the first `passed` have been reached."""
        return self._threshold, self._order

    @property
    def fit(self) -> npt.NDArray[np.float64]:
        """The factor of each person's hazard in force, shape (persons,)."""
        return self._fit

    def refit(self, fit: npt.NDArray[np.float64]) -> None:
        """Sort the remaining persons again by their residual clocks, after the fit has changed."""
        rest = np.sort(self._order[self.passed :])
        spent = (self.hazard - self._since) * self._fit[rest]
        self._residual[rest] = np.maximum(self._residual[rest] - spent, 0.0)
        self._set(rest, fit)


class Heap:
    """Persons due at thresholds of a cumulative hazard; entries may be outdated.

    An entry is valid only while `due[person]` equals its threshold, so that a person is moved by
    pushing it again.
    """

    def __init__(self) -> None:
        self.hazard = 0.0
        self._thresholds = np.zeros(256)
        self._persons = np.zeros(256, np.int64)
        self.size = 0

    def push(self, thresholds: npt.NDArray[np.float64], persons: npt.NDArray[np.int64]) -> None:
        """Add entries; infinite thresholds never fall due and are not stored."""
        self.reserve(len(persons))
        if len(persons):
            self.size = push_entries(self._thresholds, self._persons, self.size, thresholds, persons)

    @property
    def entries(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        """Thresholds and persons, of which the first `size` count."""
        return self._thresholds, self._persons

    def reserve(self, n: int) -> None:
        """Room for n more entries."""
        needed = self.size + n
        if needed > len(self._persons):
            size = max(needed, 2 * len(self._persons))
            self._thresholds, self._persons = longer(self._thresholds, size), longer(self._persons, size)

    def advance(self, hazard: float, due: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Persons who fall due with one more day of `hazard`, in ascending address."""
        self.hazard += hazard
        if not self.size or self._thresholds[0] > self.hazard:
            return np.empty(0, np.int64)
        out = np.empty(self.size, np.int64)
        self.size, n = pop_entries(self._thresholds, self._persons, self.size, self.hazard, due, out)
        return np.sort(out[:n])


@kernel
def push_entries(thresholds, persons, size, new_thresholds, new_persons):
    """Add entries to a heap of `size`; returns the new size."""
    for k in range(len(new_persons)):
        t = new_thresholds[k]
        if t == np.inf:
            continue
        place = size
        size += 1
        while place > 0 and thresholds[(place - 1) // 2] > t:
            thresholds[place] = thresholds[(place - 1) // 2]
            persons[place] = persons[(place - 1) // 2]
            place = (place - 1) // 2
        thresholds[place] = t
        persons[place] = new_persons[k]
    return size


@kernel
def pop_entries(thresholds, persons, size, hazard, due, out):
    """Take what is due from a heap, valid entries to out; returns the new size, and how many."""
    n = 0
    while size > 0 and thresholds[0] <= hazard:
        if due[persons[0]] == thresholds[0]:
            out[n] = persons[0]
            due[persons[0]] = np.inf
            n += 1
        size -= 1
        t = thresholds[size]
        p = persons[size]
        place = 0
        while 2 * place + 1 < size:
            child = 2 * place + 1
            if child + 1 < size and thresholds[child + 1] < thresholds[child]:
                child += 1
            if thresholds[child] >= t:
                break
            thresholds[place] = thresholds[child]
            persons[place] = persons[child]
            place = child
        thresholds[place] = t
        persons[place] = p
    return size, n
