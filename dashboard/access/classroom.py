"""A class in one room: its address, its PIN, who has joined, and what they predict.

There is a room only under `kith dashboard --class`. The browser on this machine is the host; everybody else needs the
PIN, or the longer key in the QR code; both are drawn anew at every start.

A browser has one seat, which its cookie names. Seats are limited for each network address, so that one device cannot
take them all; many devices of a class may share the address of a router.
"""

import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

import segno

from kith.dashboard.access.change_signal import ChangeSignal
from kith.dashboard.access.pin import is_same, new_pin, normalised_pin

SEAT = b"x-kith-seat"
"""The header in which the PIN gate passes the seat to the pages; what a client sends in it is dropped."""

HOST = "host"
MOST_SEATS, MOST_SEATS_EACH = 300, 60
"""Seats in all, and for one network address."""

SEATS_AT_ONCE, AT_ONCE = 40, 20.0
"""The most seats given to one address within that many seconds: enough for a class behind one router."""

NEVER_CAME, AWAY = 60.0, 900.0
"""Seconds after which a seat whose pages were never opened, or are closed, may be given to somebody else."""

GIVEN, WRONG, FULL, FULL_HERE, SOON = "given", "wrong", "full", "full here", "soon"
"""The possible answers to a request for a seat."""


@dataclass(frozen=True)
class Admission:
    """The answer to a request for a seat."""

    answer: str
    seat: str = ""


@dataclass
class _Seat:
    """Somebody's browser."""

    client: str
    since: float
    "when the seat was given"
    connections: int = 0
    "connections of open pages"
    left: float | None = None
    "when the last of them closed; None if none was ever open"


@dataclass
class ClassQuestion:
    """A prediction that the class is asked to make."""

    lesson: str
    open: bool = True
    votes: dict[str, int] = field(default_factory=dict)
    "seat -> choice"


@dataclass(frozen=True)
class Entry:
    """The best design of a seat in the contest so far."""

    name: str
    "which nobody has typed"
    design: str
    "as in an address"
    score: float
    cost: float


class Room:
    """The seats of a class, and their predictions.

    Parameters
    ----------
    name : the name or IP address of this machine on the local network.
    port : on which it listens.
    clock : seconds that only go forward.
    """

    def __init__(self, name: str, port: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self.port, self._clock = name, port, clock
        self.pin = new_pin()
        self.key = secrets.token_urlsafe(16)
        self.changes = ChangeSignal()
        self._lock = threading.RLock()
        self._seats: dict[str, _Seat] = {}
        self._given: dict[str, deque[float]] = {}
        "address -> when it was recently given seats"
        self._question: ClassQuestion | None = None
        self._past: list[ClassQuestion] = []
        self._entries: dict[str, Entry] = {}

    @property
    def address(self) -> str:
        """The address of the pages on the local network."""
        return f"http://{self.name}:{self.port}/"

    @property
    def invitation(self) -> str:
        """The address with which a scan of the QR code joins."""
        return f"{self.address}join?key={self.key}"

    @property
    def present(self) -> int:
        """The number of seats that have a page open now."""
        with self._lock:
            return sum(seat.connections > 0 for seat in self._seats.values())

    @property
    def places(self) -> int:
        """The number of network addresses from which they come."""
        with self._lock:
            return len({seat.client for seat in self._seats.values() if seat.connections > 0})

    @property
    def full(self) -> bool:
        """Whether nobody else can join."""
        with self._lock:
            return len(self._seats) >= MOST_SEATS and self._free_seat(list(self._seats)) is None

    def admit(self, given: str, client: str) -> Admission:
        """A new seat for the right PIN, or for the key of the QR code.

        How fast PINs can be guessed is limited elsewhere (`kith.dashboard.access.pin_gate.TurnQueue`).
        """
        if not (is_same(normalised_pin(given), self.pin) or is_same(given, self.key)):
            return Admission(WRONG)
        with self._lock:
            same_address = [name for name, seat in self._seats.items() if seat.client == client]
            if len(same_address) >= MOST_SEATS_EACH and not self._make_room(same_address):
                return Admission(FULL_HERE)
            if len(self._seats) >= MOST_SEATS and not self._make_room(list(self._seats)):
                return Admission(FULL)
            if not self._may_have_another(client):
                return Admission(SOON)
            name = secrets.token_urlsafe(18)
            self._seats[name] = _Seat(client, self._clock())
        self.changes.notify()
        return Admission(GIVEN, name)

    def has(self, seat: str) -> bool:
        """Whether that seat was given to somebody."""
        return seat in self._seats

    def enter(self, seat: str) -> None:
        """A page of that seat is open."""
        with self._lock:
            if participant := self._seats.get(seat):
                participant.connections += 1
        self.changes.notify()

    def leave(self, seat: str) -> None:
        """A page of that seat has closed, or its connection was lost."""
        with self._lock:
            if participant := self._seats.get(seat):
                participant.connections -= 1
                participant.left = self._clock()
        self.changes.notify()

    def _may_have_another(self, client: str) -> bool:
        """Whether the address may be given another seat now; if so, counts it."""
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
        """Take back one of the seats, and its prediction, if its browser has been gone long enough."""
        seat = self._free_seat(seats)
        if seat is None:
            return False
        del self._seats[seat]
        if self._question is not None:
            self._question.votes.pop(seat, None)
        return True

    def _free_seat(self, seats: list[str]) -> str | None:
        """The seat that has been empty longest, if that is long enough."""

        def until(seat: str) -> float:
            state = self._seats[seat]
            return state.since + NEVER_CAME if state.left is None else state.left + AWAY

        empty = min((seat for seat in seats if not self._seats[seat].connections), key=until, default=None)
        return empty if empty is not None and until(empty) <= self._clock() else None

    def open_question(self, lesson: str) -> None:
        """Ask the class for its prediction in a lesson; earlier predictions are kept for discussion, without seats."""
        with self._lock:
            if self._question is not None and self._question.votes:
                self._past.append(_without_seats(self._question))
            self._question = ClassQuestion(lesson)
        self.changes.notify()

    def close_question(self) -> None:
        """Close the question: predictions can no longer change."""
        with self._lock:
            if self._question is not None:
                self._question.open = False
        self.changes.notify()

    def vote(self, seat: str, lesson: str, choice: int) -> None:
        """One prediction; the last one of a seat counts, as long as the question is open."""
        with self._lock:
            question = self._question
            if question is not None and question.open and question.lesson == lesson and seat in self._seats:
                question.votes[seat] = choice
        self.changes.notify()

    def question(self) -> ClassQuestion | None:
        """The question of the class and the predictions so far."""
        with self._lock:
            question = self._question
            if question is None:
                return None
            return ClassQuestion(question.lesson, question.open, dict(question.votes))

    def past(self) -> list[ClassQuestion]:
        """The questions that were closed before this one, and what was predicted; nobody can tell by whom."""
        with self._lock:
            return list(self._past)

    def enter_contest(self, seat: str, design: str, score: float, cost: float) -> None:
        """A design in the contest; the best of a seat counts."""
        with self._lock:
            if seat != HOST and seat not in self._seats:
                return
            known = self._entries.get(seat)
            if known is None or score > known.score:
                name = known.name if known is not None else _name(len(self._entries))
                self._entries[seat] = Entry(name, design, score, cost)
        self.changes.notify()

    def leaderboard(self) -> list[Entry]:
        """The best design of each seat, the highest score first."""
        with self._lock:
            return sorted(self._entries.values(), key=lambda entry: -entry.score)

    def entry_of(self, seat: str) -> Entry | None:
        """The best design of a seat."""
        return self._entries.get(seat)

    def qr(self) -> str:
        """The invitation as an SVG picture, black on white."""
        return str(
            segno.make(self.invitation, error="m").svg_inline(
                border=3, dark="#000000", light="#ffffff", title="Scan to join", omitsize=True
            )
        )

    def invitation_text(self) -> str:
        """For the terminal: the picture, the address and the PIN."""
        import io

        out = io.StringIO()
        segno.make(self.invitation, error="m").terminal(out=out, compact=True, border=2)
        return f"{out.getvalue()}join the class at {self.address}join with PIN {self.pin}\n"


ANIMALS = [
    "Badger",
    "Beaver",
    "Bison",
    "Crane",
    "Dolphin",
    "Eagle",
    "Falcon",
    "Fox",
    "Gecko",
    "Heron",
    "Ibex",
    "Jackdaw",
    "Kestrel",
    "Lark",
    "Lynx",
    "Marmot",
    "Newt",
    "Otter",
    "Owl",
    "Puffin",
    "Raven",
    "Seal",
    "Stoat",
    "Swift",
    "Tern",
    "Vole",
    "Walrus",
    "Weasel",
    "Wren",
    "Yak",
]


def _name(place: int) -> str:
    """The name of the next who enters the contest: nobody types one."""
    again = place // len(ANIMALS)
    return ANIMALS[place % len(ANIMALS)] + (f" {again + 1}" if again else "")


def _without_seats(question: ClassQuestion) -> ClassQuestion:
    votes = sorted(question.votes.values())
    return ClassQuestion(question.lesson, False, {str(place): choice for place, choice in enumerate(votes)})


def local_address() -> str:
    """The IP address of this machine on its network; nothing is sent to find it.

    Raises `OSError` if it is on no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(
            ("192.0.2.1", 9)
        )  # an address reserved for documentation: only the route to it is looked up
        return str(probe.getsockname()[0])


@cache
def _rooms() -> list[Room]:
    return []


def open_room(room: Room) -> None:
    """Make that the room of this server."""
    _rooms()[:] = [room]


def room() -> Room | None:
    """The room, if there is one."""
    return _rooms()[0] if _rooms() else None


def seat() -> str:
    """The seat that looks at this page, or the host."""
    import solara.lab

    if room() is None:
        return HOST
    given = solara.lab.headers.value or {}
    return next(iter(given.get(SEAT.decode(), [])), "")


def is_host() -> bool:
    """Whether the host looks at this page."""
    return seat() == HOST
