"""Results that are computed once for everybody, as when a whole class opens the same link."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class ComputeOnce[Result]:
    """Results by key; the first thread computes one while others wait for it; the latest ones are kept.

    Parameters
    ----------
    most : how many results are kept.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Result] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], Result]) -> Result:
        """The result for that key; an error is raised only where it happened, and the next caller tries again."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._made:
                    return self._made[key]
            result = make()
            with self._lock:
                self._made[key] = result
                self._making.pop(key, None)
                while len(self._made) > self.most:
                    self._made.popitem(last=False)
            return result
