"""Where a page is: its address as it was asked for last, which may not be drawn yet.

A page is drawn from its address, and what is done on it makes the next one. Two things done quickly both come from the
page as it was drawn before the first; made from that drawing, the second address would lose what the first had said.
So a change is made to the newest address, whether it has been drawn or not.
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
        self._asked: deque[str] = deque()
        "addresses that were asked for and have not been drawn"
        self._push: Callable[[str], None] = lambda path: None

    def see(self, path: str, push: Callable[[str], None]) -> None:
        """An address is being drawn: one that was asked for here, or one to which the browser went by itself."""
        with self._lock:
            self._push = push
            if path in self._asked:
                while self._asked.popleft() != path:
                    pass
            elif path != self._drawn:
                self._asked.clear()
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
        """The address as it was asked for last."""
        with self._lock:
            return self._asked[-1] if self._asked else self.path

    def go(self, path: str) -> None:
        """Go there."""
        with self._lock:
            self._asked.append(path)
            push = self._push
        push(path)

    def change(self, page: str, changed: Callable[[str], str]) -> None:
        """Go to what is made of the newest query; nothing happens if the page has been left.

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
    """The newest address of this session; its frame and its page know the same one."""
    router = solara.use_router()
    above = solara.use_context(_context)
    own = solara.use_memo(Navigation, [])
    here: Navigation = above or own
    _context.provide(here)
    here.see(router.path + (f"?{router.search}" if router.search else ""), router.push)
    return here
