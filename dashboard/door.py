"""The door of a room: whoever sits at this machine is in, everybody else shows the PIN once.

It stands behind the guard (`dashboard.server.Guard`), so hosts and origins have been looked at already.
"""

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from dashboard.guard import App, Receive, Scope, Send, header
from dashboard.room import HOST, SEAT, Room
from experiments.escaping import for_html as escape

COOKIE = "kith_seat"
LONGEST = 200
"""Bytes of an answer to the form; a PIN has six."""

LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Come in · kith</title><style>
body {{ font:1.1rem/1.5 system-ui,"DejaVu Sans",sans-serif; max-width:24rem; margin:12vh auto; padding:0 1rem;
  color:#1f2933; background:#fff; }}
input, button {{ font:inherit; font-size:1.5rem; padding:.5rem .8rem; width:100%; box-sizing:border-box; margin:.3rem 0;
  border:2px solid #556170; border-radius:8px; background:#fff; color:#1f2933; }}
button {{ background:#0072b2; border-color:#0072b2; color:#fff; }}
.wrong {{ color:#9a3412; }}
@media (prefers-color-scheme: dark) {{ body, input {{ background:#14181d; color:#e8ecf1; }} .wrong {{ color:#ffb27a; }} }}
</style><h1>Come in</h1><p>The PIN stands on the projector.</p>{wrong}
<form method="post" action="/join"><label for="pin">PIN</label>
<input id="pin" name="pin" inputmode="numeric" autocomplete="off" maxlength="12" autofocus required>
<button>Come in</button></form></html>"""


class Door:
    """Lets in the host and who has a seat; shows everybody else the form.

    Parameters
    ----------
    app : what is behind the door.
    room : whose PIN counts.
    homes : what `Host` says when this machine asks itself.
    """

    def __init__(self, app: App, room: Room, homes: Iterable[str]) -> None:
        self.app, self.room, self.homes = app, room, frozenset(homes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its seat, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        seat = self.seat_of(scope)
        if scope["type"] == "websocket":
            if seat:
                await self.app(_seated(scope, seat), receive, send)
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
        """The host's, a seat that was given, or none."""
        client = (scope.get("client") or ("",))[0]
        if client in LOOPBACK and header(scope, b"host") in self.homes:
            return HOST
        try:
            morsel = SimpleCookie(header(scope, b"cookie")).get(COOKIE)
        except CookieError:
            return ""
        return morsel.value if morsel is not None and self.room.has(morsel.value) else ""

    async def _join(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = str((scope.get("client") or ("",))[0])
        pin = await _pin(scope, receive)
        if pin is None:
            await _form(send, 200, "")
            return
        seat = self.room.admit(pin, client)
        if seat is not None:
            cookie = f"{COOKIE}={seat}; Path=/; HttpOnly; SameSite=Lax".encode()
            await _answer(send, 303, b"", [(b"location", b"/class"), (b"set-cookie", cookie)])
        elif self.room.barred(client):
            await _form(send, 429, "Too many wrong PINs; wait a minute.")
        else:
            await _form(send, 403, "That is not the PIN.")


async def _pin(scope: Scope, receive: Receive) -> str | None:
    """The PIN that was typed or scanned; None if none was given."""
    if scope["method"] == "POST":
        body, more = b"", True
        while more and len(body) <= LONGEST:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        text = body[:LONGEST].decode("latin-1")
    else:
        text = scope.get("query_string", b"")[:LONGEST].decode("latin-1")
    given = parse_qs(text).get("pin")
    return given[0] if given else None if scope["method"] != "POST" else ""


async def _form(send: Send, status: int, wrong: str) -> None:
    said = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    page = _PAGE.format(wrong=said).encode()
    await _answer(send, status, page, [(b"content-type", b"text/html; charset=utf-8")])


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    own = [(b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *own]})
    await send({"type": "http.response.body", "body": body})


def _seated(scope: Scope, seat: str) -> Scope:
    """The request with its seat in the header that only the door writes."""
    kept = [(name, value) for name, value in scope.get("headers", ()) if name.lower() != SEAT]
    return {**scope, "headers": [*kept, (SEAT, seat.encode())]}
