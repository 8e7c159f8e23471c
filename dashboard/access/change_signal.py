"""Something that changes for several pages at once: it rings, and whoever listens looks again."""

import threading


class Bell:
    """Counts changes; threads can wait for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def ring(self) -> None:
        """Something has changed."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Wait until it has rung more often than `seen`, or so long; how often it has."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, seconds)
            return self._count
