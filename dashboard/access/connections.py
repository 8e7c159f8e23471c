"""Which sessions have a browser connected: work for a session that is away stops, and resumes when it is back.

Closing a page ends its session. When a connection breaks off, Solara keeps what the page shows for ten minutes, in case
the browser comes back. Nothing needs to be simulated for it until then.
"""

import itertools
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GRACE = 2.0
"""Seconds that a browser has to reconnect before its session counts as away."""

REMEMBERED = 10_000
"""The most sessions that are remembered as away; most of them have ended."""


class Connections:
    """Counts the connections of sessions.

    Parameters
    ----------
    grace : seconds from the end of the last connection of a session until it counts as away.
    """

    def __init__(self, grace: float = GRACE) -> None:
        self.grace = grace
        self._lock = threading.RLock()
        self._open: Counter[str] = Counter()
        self._away: OrderedDict[str, None] = OrderedDict()
        self._left: dict[str, int] = {}
        "session -> which of its departures was the last"
        self._numbers = itertools.count()
        self._watching: dict[int, tuple[str, Callable[[], None]]] = {}

    @contextmanager
    def open(self, session: str) -> Iterator[None]:
        """One connection of a session, for the length of a block."""
        with self._lock:
            self._open[session] += 1
            self._away.pop(session, None)
        try:
            yield
        finally:
            self._close(session)

    def connected(self, session: str) -> bool:
        """Whether a browser may be connected; true also for a session that has had no connection yet."""
        with self._lock:
            return session not in self._away

    def when_away(self, session: str, call: Callable[[], None]) -> Callable[[], None]:
        """Call a function as soon as the session is away, immediately if it is; the result unregisters it."""
        with self._lock:
            number = next(self._numbers)
            self._watching[number] = session, call
            away = session in self._away
        if away:
            call()
        return lambda: self._forget(number)

    def _forget(self, number: int) -> None:
        with self._lock:
            self._watching.pop(number, None)

    def wait(self, session: str, over: threading.Event) -> bool:
        """Wait until the session is connected; False if `over` is set before."""
        while not self.connected(session):
            if over.wait(0.2):
                return False
        return not over.is_set()

    def _close(self, session: str) -> None:
        with self._lock:
            self._open[session] -= 1
            if self._open[session]:
                return
            del self._open[session]
            self._left[session] = number = next(self._numbers)
        timer = threading.Timer(self.grace, self._leave, (session, number))
        timer.daemon = True
        timer.start()

    def _leave(self, session: str, number: int) -> None:
        """The grace period is over: if nothing has changed since, the session is away."""
        with self._lock:
            if self._left.get(session) != number:
                return
            del self._left[session]
            if session in self._open:
                return
            self._away[session] = None
            if len(self._away) > REMEMBERED:
                self._away.popitem(last=False)
            calls = [call for whose, call in self._watching.values() if whose == session]
        for call in calls:
            call()


CONNECTIONS = Connections()
"""The connections of this server."""


def current_session() -> str:
    """The session of the page that is being drawn; empty outside a server."""
    from solara.server import kernel_context

    return str(kernel_context.get_current_context().id) if kernel_context.has_current_context() else ""
