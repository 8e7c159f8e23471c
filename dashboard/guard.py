"""Whom the server answers: those who asked for one of its own names, from a page of its own."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[Any], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOMES = ("localhost", "127.0.0.1", "[::1]")
"""Names under which this machine answers itself."""


def header(scope: Scope, name: bytes) -> str:
    """What a request says under that name; empty if nothing."""
    found = (value for key, value in scope.get("headers", ()) if key.lower() == name)
    return bytes(next(found, b"")).decode("latin-1")


class Guard:
    """Answers only those who asked for one of `hosts`, from a page of one of `hosts`.

    A browser tells in `Host` which name it was given and in `Origin` which page is asking. So a foreign
    page can neither open a connection here nor reach us under a name of its own.
    """

    def __init__(self, app: App, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        if scope["type"] == "lifespan" or self.welcome(scope):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": _PLAIN})
            await send({"type": "http.response.body", "body": b"This address is not one of kith's own.\n"})

    def welcome(self, scope: Scope) -> bool:
        """Whether host and origin are among ours; only a browser sends an origin."""
        headers = {name.lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        origin = headers.get(b"origin")
        asked = headers.get(b"host", "")
        if asked not in self.hosts:
            return False
        return origin is None or urlsplit(origin).netloc in self.hosts


_PLAIN = [(b"content-type", b"text/plain; charset=utf-8")]


def addresses(port: int, names: Iterable[str] = HOMES) -> list[str]:
    """What `Host` may say: each name with the port."""
    return [f"{name}:{port}" for name in names]
