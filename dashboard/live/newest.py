"""What threads report to a page: a later request's report is never replaced by one of an earlier request."""

import threading
from collections.abc import Callable

import solara


class Newest[Value]:
    """The report of the newest request that has reported."""

    def __init__(self, first: Value) -> None:
        self._lock = threading.Lock()
        self._turn, self._shown = 0, 0
        self.value = first

    def begin(self) -> int:
        """The number of a new request."""
        with self._lock:
            self._turn += 1
            return self._turn

    def report(self, turn: int, value: Value) -> None:
        """Take the report of a request, unless a later one has reported."""
        with self._lock:
            if turn >= self._shown:
                self._shown, self.value = turn, value


def use_newest[Value](first: Value) -> tuple[Value, Callable[[], Callable[[Value], None]]]:
    """The newest report, and what begins a request: it gives what that request reports with, from any thread.

    A request that has been replaced may be about to report; a state of its own would then be what the page shows for good.
    """
    newest = solara.use_memo(lambda: Newest(first), [])
    _, redraw = solara.use_state(0)

    def begin() -> Callable[[Value], None]:
        turn = newest.begin()

        def report(value: Value) -> None:
            newest.report(turn, value)
            redraw(lambda drawn: drawn + 1)

        return report

    return newest.value, begin
