"""A signal of changes that concern several pages at once: pages that wait for it are drawn again."""

import threading
from collections.abc import Callable


class ChangeSignal:
    """Counts changes; threads can wait for the next one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def notify(self) -> None:
        """Count a change and wake whoever waits."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """The number of changes, as soon as it differs from `seen`, or after that many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, seconds)
            return self._count


def use_change_signal(signal: ChangeSignal, pause: Callable[[], float] = lambda: 0.2) -> int:
    """Draw a component again after each change, at most once in `pause()` seconds; gives the number of changes."""
    import solara  # its settings have to be in place first, see `kith.dashboard.server.settle`

    count, set_count = solara.use_state(0)
    drawn = signal.wait(-1, 0)

    def start() -> Callable[[], None]:
        closed = threading.Event()

        def watch() -> None:
            seen = drawn  # not what it is by now: a change since the first drawing would be missed
            while not closed.is_set():
                newest = signal.wait(seen, 5.0)
                if newest != seen and not closed.is_set():
                    seen = newest
                    set_count(seen)
                    closed.wait(pause())

        threading.Thread(target=watch, daemon=True).start()
        return closed.set

    solara.use_effect(start, [])
    return count
