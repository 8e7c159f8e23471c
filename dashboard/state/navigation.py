"""The newest address of a page, which may not be drawn yet.

A page is drawn from its address, and every action on it leads to the next address. Of two quick actions, the second is
made on a page that does not show the first yet; derived from that page, its address would lose the first. So a change
is made to the newest address, whether it has been drawn or not.
"""

import threading
from collections import deque
from collections.abc import Callable

import solara


class Navigation:
    """The newest address of a session."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drawn: str | None = None
        self._pending: deque[str] = deque()
        "addresses that were requested and have not been drawn"
        self._push: Callable[[str], None] = lambda path: None

    def see(self, path: str, push: Callable[[str], None]) -> None:
        """Note the address that is being drawn: one that was requested here, or one to which the browser went."""
        with self._lock:
            self._push = push
            if path in self._pending:
                while self._pending.popleft() != path:
                    pass
            elif path != self._drawn:
                self._pending.clear()
            self._drawn = path

    @property
    def path(self) -> str:
        """The address that is being drawn."""
        return self._drawn or "/"

    @property
    def drawn(self) -> str:
        """Its query."""
        return self.path.partition("?")[2]

    @property
    def newest(self) -> str:
        """The address that was requested last."""
        with self._lock:
            return self._pending[-1] if self._pending else self.path

    def go(self, path: str) -> None:
        """Go there."""
        with self._lock:
            self._pending.append(path)
            push = self._push
        push(path)

    def change(self, page: str, changed: Callable[[str], str]) -> None:
        """Go to an address derived from the newest query; nothing happens if the page has been left.

        Parameters
        ----------
        page : the part of the address before `?`.
        changed : from the query of the newest address to the next address.
        """
        path, _, query = self.newest.partition("?")
        if path == page:
            new = changed(query)
            if new != self.newest:
                self.go(new)


_context = solara.create_context(None)


def use_navigation() -> Navigation:
    """The navigation of this session, shared by the frame and the page."""
    router = solara.use_router()
    above = solara.use_context(_context)
    new = solara.use_memo(Navigation, [])
    navigation: Navigation = above or new
    _context.provide(navigation)
    navigation.see(router.path + (f"?{router.search}" if router.search else ""), router.push)
    return navigation
