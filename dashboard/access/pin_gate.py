"""The PIN gate of a room: the browser on this machine passes, everybody else enters the PIN once.

It is behind the host check (`kith.dashboard.access.host_check`), so hosts and origins have been checked already.

Nobody is locked out by what others type. A typed PIN waits for its turn (`TurnQueue`): 60 PINs are checked at once, then
two a second, with the waiting addresses taking turns. So the correct PIN waits half a second for each other address that
is guessing, and in a lesson of 90 minutes at most 60 + 2 · 5,400 of a million PINs can be tried, 1.1 %; an even chance
takes 69 hours. The key in the QR code has 128 bits and does not wait.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from kith.dashboard.access.classroom import (
    FULL,
    FULL_HERE,
    GIVEN,
    HOST,
    MOST_SEATS,
    MOST_SEATS_EACH,
    SEAT,
    SOON,
    WRONG,
    Room,
)
from kith.dashboard.access.host_check import App, Receive, Scope, Send, header
from kith.dashboard.access.pin import DIGITS, is_pin, normalised_pin
from kith.experiments.escaping import for_html as escape

COOKIE = "kith_seat"
LONGEST = 200
"""Bytes that are read of a submitted form; a PIN has six."""

GUESSES_AT_ONCE, GUESSES_PER_SECOND = 60, 2.0
"""PINs that are checked at once, and PINs a second after that, of everybody together."""

MOST_WAITING = 40
"""The most PINs of one address that may wait for their turn."""

BUSY = "busy"
ANSWERS = {
    WRONG: (403, "Wrong PIN."),
    FULL: (503, f"The class is full: all {MOST_SEATS} seats are taken. Ask the person running it."),
    FULL_HERE: (
        503,
        f"The class is full for your network: all {MOST_SEATS_EACH} seats of its address are taken.",
    ),
    SOON: (429, "Many people have just joined from your network; try again in a few seconds."),
    BUSY: (
        429,
        "Too many PINs are being tried from your network; try again in a moment, or scan the QR code.",
    ),
}

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Join · kith</title><style>
body {{ font:1.1rem/1.5 system-ui,"DejaVu Sans",sans-serif; max-width:24rem; margin:12vh auto; padding:0 1rem;
  color:#1f2933; background:#fff; }}
input, button {{ font:inherit; font-size:1.5rem; padding:.5rem .8rem; width:100%; box-sizing:border-box; margin:.3rem 0;
  border:2px solid #556170; border-radius:8px; background:#fff; color:#1f2933; }}
button {{ background:#0072b2; border-color:#0072b2; color:#fff; }}
.wrong {{ color:#9a3412; }}
@media (prefers-color-scheme: dark) {{ body, input {{ background:#14181d; color:#e8ecf1; }} .wrong {{ color:#ffb27a; }} }}
</style><h1>Join the class</h1><p>Enter the PIN shown on the projector.</p>{wrong}
<form method="post" action="/join"><label for="pin">PIN</label>
<input id="pin" name="pin" inputmode="numeric" autocomplete="off" maxlength="20" autofocus required>
<button>Join</button></form></html>"""


class PinGate:
    """Passes on the host and everybody who has a seat; shows the form to everybody else.

    Parameters
    ----------
    app : the pages behind the gate.
    room : the room whose PIN is valid.
    homes : values of `Host` in a request from this machine.
    """

    def __init__(self, app: App, room: Room, homes: Iterable[str]) -> None:
        self.app, self.room, self.homes = app, room, frozenset(homes)
        self.queue = TurnQueue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its seat, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        seat = self.seat_of(scope)
        if scope["type"] == "websocket":
            if seat:
                await self._connect(seat, scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
        elif scope["path"] == "/join" and seat != HOST:
            await self._join(scope, receive, send)
        elif seat:
            await self.app(_seated(scope, seat), receive, send)
        else:
            await _answer(send, 303, b"", [(b"location", b"/join")])

    def seat_of(self, scope: Scope) -> str:
        """The seat of a request: the host's, one that was given, or none."""
        client = (scope.get("client") or ("",))[0]
        if client in LOOPBACK and header(scope, b"host") in self.homes:
            return HOST
        try:
            morsel = SimpleCookie(header(scope, b"cookie")).get(COOKIE)
        except CookieError:
            return ""
        return morsel.value if morsel is not None and self.room.has(morsel.value) else ""

    async def _join(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give a seat to a browser that has none; one that has a seat keeps it, whatever is typed."""
        if self.seat_of(scope):
            await _answer(send, 303, b"", [(b"location", b"/class")])
            return
        client = str((scope.get("client") or ("",))[0])
        pin, key = await _given(scope, receive)
        if pin is None and key is None:
            await _form(send, 200, "")
        elif key is not None:
            await self._seat(send, key, client)
        elif not is_pin(normalised_pin(pin or "")):
            await _form(send, 403, f"The PIN has {DIGITS} digits.")
        elif await self.queue.turn(client):
            await self._seat(send, pin or "", client)
        else:
            await _form(send, *ANSWERS[BUSY])

    async def _seat(self, send: Send, given: str, client: str) -> None:
        """Answer a PIN or a key."""
        entry = self.room.admit(given, client)
        if entry.answer != GIVEN:
            await _form(send, *ANSWERS[entry.answer])
            return
        cookie = f"{COOKIE}={entry.seat}; Path=/; HttpOnly; SameSite=Lax".encode()
        await _answer(send, 303, b"", [(b"location", b"/class"), (b"set-cookie", cookie)])

    async def _connect(self, seat: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve an open page; its seat is present for as long as the connection lasts."""
        if seat == HOST:
            await self.app(_seated(scope, seat), receive, send)
            return
        self.room.enter(seat)
        try:
            await self.app(_seated(scope, seat), receive, send)
        finally:
            self.room.leave(seat)


class TurnQueue:
    """A queue in which typed PINs wait; addresses take turns, so a busy one delays mostly itself.

    Parameters
    ----------
    at_once : turns that are given immediately after a quiet time.
    per_second : turns a second after that.
    each : the most of one address that may wait.
    """

    def __init__(
        self,
        at_once: int = GUESSES_AT_ONCE,
        per_second: float = GUESSES_PER_SECOND,
        each: int = MOST_WAITING,
    ) -> None:
        self.at_once, self.per_second, self.each = at_once, per_second, each
        self._turns, self._counted = float(at_once), 0.0
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        "address -> PINs that wait there; the address whose turn is next comes first"
        self._serving: asyncio.Task[None] | None = None

    async def turn(self, client: str) -> bool:
        """Wait for a turn; false at once if too many of that address wait already."""
        loop = asyncio.get_running_loop()
        if not self._waiting and self._take(loop.time()):
            return True
        same_address = self._waiting.get(client, deque())
        if len(same_address) >= self.each:
            return False
        waiting = loop.create_future()
        same_address.append(waiting)
        self._waiting[client] = same_address
        if self._serving is None or self._serving.done():
            self._serving = loop.create_task(self._serve(loop))
        await waiting
        return True

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give turns at the allowed rate, to one address after the other."""
        while self._waiting:
            if not self._take(loop.time()):
                await asyncio.sleep((1.0 - self._turns) / self.per_second)
                continue
            client, queue = next(iter(self._waiting.items()))
            del self._waiting[client]
            waiting = queue.popleft()
            if queue:
                self._waiting[client] = queue
            if waiting.done():  # its request has ended
                self._turns += 1.0
            else:
                waiting.set_result(None)

    def _take(self, now: float) -> bool:
        """Whether there is a turn; it is then used up."""
        back = (now - self._counted) * self.per_second
        self._turns, self._counted = min(self.at_once, self._turns + back), now
        if self._turns < 1.0:
            return False
        self._turns -= 1.0
        return True


async def _given(scope: Scope, receive: Receive) -> tuple[str | None, str | None]:
    """The PIN that was typed and the key that was scanned; None if missing."""
    if scope["method"] == "POST":
        body, more = b"", True
        while more and len(body) <= LONGEST:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        text = body[:LONGEST].decode("latin-1")
    else:
        text = scope.get("query_string", b"")[:LONGEST].decode("latin-1")
    given = parse_qs(text)
    pin = given.get("pin", [None if scope["method"] != "POST" else ""])[0]
    key = given.get("key", [None])[0]
    return pin, key


async def _form(send: Send, status: int, wrong: str) -> None:
    message = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    page = _PAGE.format(wrong=message).encode()
    await _answer(send, status, page, [(b"content-type", b"text/html; charset=utf-8")])


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    common = [(b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *common]})
    await send({"type": "http.response.body", "body": body})


def _seated(scope: Scope, seat: str) -> Scope:
    """The request with its seat in the header that only the gate writes."""
    others = [(name, value) for name, value in scope.get("headers", ()) if name.lower() != SEAT]
    return {**scope, "headers": [*others, (SEAT, seat.encode())]}
