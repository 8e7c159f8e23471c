"""A class in one room: its address, its PIN, who has come in, and what they predict.

There is a room only under `kith dashboard --class`. Whoever sits at this machine is the host; everybody else needs
the PIN, or the longer key in the QR code; both are drawn anew at every start.

A browser has one seat, which its cookie names. Seats are limited for each network address, so that one device cannot
take them all; many devices of a class may share the address of a router.
"""

import hmac
import secrets
import socket
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import segno

from kith.dashboard.access.change_signal import Bell

SEAT = b"x-kith-seat"
"""The header by which the door tells the pages who is asking; what a client says there is dropped."""

HOST = "host"
DIGITS = 6
MOST_SEATS, MOST_SEATS_EACH = 300, 60
"""Seats in all, and for one network address."""

SEATS_AT_ONCE, AT_ONCE = 40, 20.0
"""So many seats are given to one address within so many seconds: a class behind one router, but no more."""

NEVER_CAME, AWAY = 60.0, 900.0
"""Seconds after which a seat whose pages were never opened, or are closed, goes to somebody else if there is no other."""

GIVEN, WRONG, FULL, FULL_HERE, SOON = "given", "wrong", "full", "full here", "soon"
"""What becomes of a request for a seat."""


@dataclass(frozen=True)
class Entry:
    """What became of a request for a seat."""

    answer: str
    seat: str = ""


@dataclass
class _Seat:
    """Somebody's browser."""

    client: str
    since: float
    "when the seat was given"
    live: int = 0
    "connections of open pages"
    left: float | None = None
    "when the last of them closed; None if none was ever open"


@dataclass
class ClassQuestion:
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
    clock : seconds that only go forward.
    """

    def __init__(self, name: str, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.port, self._clock = name, port, clock
        self.pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        self.key = secrets.token_urlsafe(16)
        self.bell = Bell()
        self._lock = threading.RLock()
        self._seats: dict[str, _Seat] = {}
        self._given: dict[str, deque[float]] = {}
        "address -> when it was given seats lately"
        self._asked: ClassQuestion | None = None

    @property
    def address(self) -> str:
        """What everybody in the room can open."""
        return f"http://{self.name}:{self.port}/"

    @property
    def invitation(self) -> str:
        """The address that brings in whoever scans it."""
        return f"{self.address}join?key={self.key}"

    @property
    def present(self) -> int:
        """How many seats have a page open now."""
        with self._lock:
            return sum(one.live > 0 for one in self._seats.values())

    @property
    def places(self) -> int:
        """From how many network addresses they come."""
        with self._lock:
            return len({one.client for one in self._seats.values() if one.live > 0})

    @property
    def full(self) -> bool:
        """Whether nobody else can come in."""
        with self._lock:
            return len(self._seats) >= MOST_SEATS and self._free_seat(list(self._seats)) is None

    def admit(self, given: str, client: str) -> Entry:
        """A new seat for the right PIN, or for the key of the QR code.

        Whatever others have typed does not matter here: how fast PINs can be guessed is up to the door
        (`kith.dashboard.access.pin_gate.Line`).
        """
        if not (_same(plain_pin(given), self.pin) or _same(given, self.key)):
            return Entry(WRONG)
        with self._lock:
            own = [seat for seat, one in self._seats.items() if one.client == client]
            if len(own) >= MOST_SEATS_EACH and not self._make_room(own):
                return Entry(FULL_HERE)
            if len(self._seats) >= MOST_SEATS and not self._make_room(list(self._seats)):
                return Entry(FULL)
            if not self._may_have_another(client):
                return Entry(SOON)
            seat = secrets.token_urlsafe(18)
            self._seats[seat] = _Seat(client, self._clock())
        self.bell.ring()
        return Entry(GIVEN, seat)

    def has(self, seat: str) -> bool:
        """Whether that seat was given to somebody."""
        return seat in self._seats

    def enter(self, seat: str) -> None:
        """A page of that seat is open."""
        with self._lock:
            if one := self._seats.get(seat):
                one.live += 1
        self.bell.ring()

    def leave(self, seat: str) -> None:
        """A page of that seat has closed, or its connection was lost."""
        with self._lock:
            if one := self._seats.get(seat):
                one.live -= 1
                one.left = self._clock()
        self.bell.ring()

    def _may_have_another(self, client: str) -> bool:
        """Whether the address was given fewer seats lately than it may be; notes that it gets one."""
        now = self._clock()
        for address, times in list(self._given.items()):
            while times and times[0] <= now - AT_ONCE:
                times.popleft()
            if not times:
                del self._given[address]
        lately = self._given.setdefault(client, deque())
        if len(lately) >= SEATS_AT_ONCE:
            return False
        lately.append(now)
        return True

    def _make_room(self, seats: list[str]) -> bool:
        """Take back one of the seats, and what it predicted, if its browser is gone for long."""
        seat = self._free_seat(seats)
        if seat is None:
            return False
        del self._seats[seat]
        if self._asked is not None:
            self._asked.said.pop(seat, None)
        return True

    def _free_seat(self, seats: list[str]) -> str | None:
        """That one of the seats that has been empty longest, if it is for long enough."""

        def until(seat: str) -> float:
            one = self._seats[seat]
            return one.since + NEVER_CAME if one.left is None else one.left + AWAY

        empty = min((seat for seat in seats if not self._seats[seat].live), key=until, default=None)
        return empty if empty is not None and until(empty) <= self._clock() else None

    def ask(self, lesson: str) -> None:
        """Ask the class for its prediction in a lesson; what it said before to another one is gone."""
        with self._lock:
            self._asked = ClassQuestion(lesson)
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

    def now(self) -> ClassQuestion | None:
        """What is asked, and what was said."""
        with self._lock:
            asked = self._asked
            return None if asked is None else ClassQuestion(asked.lesson, asked.open, dict(asked.said))

    def qr(self) -> str:
        """The invitation as an SVG picture, black on white."""
        return str(
            segno.make(self.invitation, error="m").svg_inline(
                scale=6, border=3, dark="#000000", light="#ffffff", title="Scan to join"
            )
        )

    def told(self) -> str:
        """For the terminal: the picture, the address and the PIN."""
        import io

        out = io.StringIO()
        segno.make(self.invitation, error="m").terminal(out=out, compact=True, border=2)
        return f"{out.getvalue()}join the class at {self.address}join with PIN {self.pin}\n"


def plain_pin(text: str) -> str:
    """A PIN as it was meant: without the spaces and dashes with which it is shown or typed."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Pd", "Cf"))


def _same(given: str, wanted: str) -> bool:
    """Whether texts are the same, in a time that does not tell how much of them is."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


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
