"""The addresses that a page has shown in a session, to go back and forth between them."""


class Trail:
    """Addresses in the order in which they were shown, and the place of the one that is shown now."""

    def __init__(self) -> None:
        self._paths: list[str] = []
        self._here = -1

    def see(self, path: str) -> None:
        """Note the address that is shown: a step back or forth, or a new one, which ends what lay ahead."""
        if self._paths and path == self._paths[self._here]:
            return
        for near in (self._here - 1, self._here + 1):
            if 0 <= near < len(self._paths) and self._paths[near] == path:
                self._here = near
                return
        self._paths = [*self._paths[: self._here + 1], path][-MOST:]
        self._here = len(self._paths) - 1

    @property
    def back(self) -> str:
        """The address before; empty if there is none."""
        return self._paths[self._here - 1] if self._here > 0 else ""

    @property
    def forth(self) -> str:
        """The address after; empty if there is none."""
        return self._paths[self._here + 1] if self._here + 1 < len(self._paths) else ""


MOST = 100
"""Steps that are kept."""
