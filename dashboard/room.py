"""A class in one room: its address, its PIN, who has come in, and what they predict.

There is a room only under `kith dashboard --class`. Whoever sits at this machine is the host; everybody else needs
the PIN, which is drawn anew at every start.
"""

import hmac
import secrets
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cache

import segno

from dashboard.bell import Bell

SEAT = b"x-kith-seat"
"""The header by which the door tells the pages who is asking; what a client says there is dropped."""

HOST = "host"
DIGITS = 6
WRONG, WRONG_EACH, WHILE = 60, 6, 60.0
"""Wrong PINs in so many seconds, of everybody and of one machine, after which nobody is let in for a while."""

MOST_SEATS = 300


@dataclass
class Asked:
    """A prediction that the class is asked for."""

    lesson: str
    open: bool = True
    said: dict[str, int] = field(default_factory=dict)
    "seat -> choice"


class Room:
    """Who is in, and what they say.

    Parameters
    ----------
    name : the name or number of this machine in the room's network.
    port : on which it listens.
    """

    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        self.pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        self.bell = Bell()
        self._lock = threading.RLock()
        self._seats: set[str] = set()
        self._wrong: deque[tuple[float, str]] = deque()
        self._asked: Asked | None = None

    @property
    def address(self) -> str:
        """What everybody in the room can open."""
        return f"http://{self.name}:{self.port}/"

    @property
    def invitation(self) -> str:
        """The address that brings in whoever scans it."""
        return f"{self.address}join?pin={self.pin}"

    @property
    def count(self) -> int:
        """How many have come in."""
        return len(self._seats)

    def admit(self, pin: str, client: str) -> str | None:
        """A new seat for the right PIN; None for a wrong one, or after too many wrong ones."""
        with self._lock:
            if self.barred(client) or self.count >= MOST_SEATS:
                return None
            if not hmac.compare_digest(pin.strip().encode(), self.pin.encode()):
                self._wrong.append((time.monotonic(), client))
                return None
            seat = secrets.token_urlsafe(18)
            self._seats.add(seat)
        self.bell.ring()
        return seat

    def barred(self, client: str) -> bool:
        """Whether too many wrong PINs came lately, from there or altogether."""
        with self._lock:
            while self._wrong and self._wrong[0][0] < time.monotonic() - WHILE:
                self._wrong.popleft()
            own = sum(one == client for _, one in self._wrong)
            return own >= WRONG_EACH or len(self._wrong) >= WRONG

    def has(self, seat: str) -> bool:
        """Whether that seat was given to somebody."""
        return seat in self._seats

    def ask(self, lesson: str) -> None:
        """Ask the class for its prediction in a lesson; what it said before to another one is gone."""
        with self._lock:
            self._asked = Asked(lesson)
        self.bell.ring()

    def close(self) -> None:
        """Nobody's prediction changes any more."""
        with self._lock:
            if self._asked is not None:
                self._asked.open = False
        self.bell.ring()

    def say(self, seat: str, lesson: str, choice: int) -> None:
        """One prediction; the last one of a seat counts, as long as the question is open."""
        with self._lock:
            asked = self._asked
            if asked is not None and asked.open and asked.lesson == lesson and seat in self._seats:
                asked.said[seat] = choice
        self.bell.ring()

    def now(self) -> Asked | None:
        """What is asked, and what was said."""
        with self._lock:
            asked = self._asked
            return None if asked is None else Asked(asked.lesson, asked.open, dict(asked.said))

    def qr(self) -> str:
        """The invitation as an SVG picture, black on white."""
        return str(
            segno.make(self.invitation, error="m").svg_inline(
                scale=6, border=3, dark="#000000", light="#ffffff", title="Scan to come in"
            )
        )

    def told(self) -> str:
        """For the terminal: the picture, the address and the PIN."""
        import io

        out = io.StringIO()
        segno.make(self.invitation, error="m").terminal(out=out, compact=True, border=2)
        return f"{out.getvalue()}the room comes in at {self.address}join with PIN {self.pin}\n"


def own_address() -> str:
    """The number of this machine in its network; nothing is sent to find it.

    Raises `OSError` if it is in none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address for documentation: only the way out is looked up
        return str(probe.getsockname()[0])


@cache
def _rooms() -> list[Room]:
    return []


def open_room(room: Room) -> None:
    """From now on this server has that room."""
    _rooms()[:] = [room]


def room() -> Room | None:
    """The room, if there is one."""
    return _rooms()[0] if _rooms() else None


def seat() -> str:
    """Who is looking at this page: the host, or somebody's seat."""
    import solara.lab

    if room() is None:
        return HOST
    given = solara.lab.headers.value or {}
    return next(iter(given.get(SEAT.decode(), [])), "")


def is_host() -> bool:
    """Whether the page is looked at by whoever started kith."""
    return seat() == HOST
