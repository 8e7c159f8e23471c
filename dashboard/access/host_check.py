"""The host check: only requests for one of the server's own names, from one of its own pages, are answered."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Any]]
type Send = Callable[[Any], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOMES = ("localhost", "127.0.0.1", "[::1]")
"""Names by which this machine reaches itself."""

HTTP = 80
"""The port that an address need not name."""


def header(scope: Scope, name: bytes) -> str:
    """The first value of a header; empty if there is none."""
    values = (value for key, value in scope.get("headers", ()) if key.lower() == name)
    return bytes(next(values, b"")).decode("latin-1")


def headers_of(scope: Scope, name: bytes) -> list[str]:
    """Every value of a header, in order."""
    return [bytes(v).decode("latin-1") for key, v in scope.get("headers", ()) if key.lower() == name]


class HostCheck:
    """Passes on only requests for one of `hosts`, from a page of that same host.

    A browser sends the name of the server in `Host`, the page that makes the request in `Origin`, and whether that page
    is of the same site in `Sec-Fetch-Site`. So a foreign page can neither open a connection here nor make the browser fetch anything
    but a whole document, and it cannot reach the server under a name of its own. This server is not made to be behind a proxy: headers of
    proxies are dropped, and refused if they contradict the request.
    """

    def __init__(self, app: App, hosts: Iterable[str]) -> None:
        self.app, self.hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif self.allows(scope):
            await self.app(_direct(scope), receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 403, "headers": _PLAIN})
            await send({"type": "http.response.body", "body": b"This host name is not one of kith's own.\n"})

    def allows(self, scope: Scope) -> bool:
        """Whether host, origin and site are those of a page of ours; only browsers send the last two."""
        hosts = headers_of(scope, b"host")
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return False
        [host] = hosts
        return (
            headers_of(scope, b"origin") in ([], [f"http://{host}"])
            and not _contradicts(scope, host)
            and (_near(scope) or _opens_a_document(scope))
        )


def _near(scope: Scope) -> bool:
    """Whether a request comes from a page of ours, from the user, or from a program that does not say."""
    return headers_of(scope, b"sec-fetch-site") in ([], ["same-origin"], ["none"])


def _opens_a_document(scope: Scope) -> bool:
    """Whether a request follows a link: it shows a page, and the page with the link learns nothing of it."""
    return (
        scope["type"] == "http"
        and scope.get("method") == "GET"
        and headers_of(scope, b"sec-fetch-mode") == ["navigate"]
        and headers_of(scope, b"sec-fetch-dest") == ["document"]
    )


def _contradicts(scope: Scope, host: str) -> bool:
    """Whether a header for proxies gives this server another scheme, name or root than it has."""
    expected = {b"x-forwarded-proto": "http", b"x-forwarded-host": host}
    return any(
        value.decode("latin-1") != expected.get(name.lower(), "")
        for name, value in scope.get("headers", ())
        if name.lower() in expected or name.lower() in _ROOTS
    )


def _direct(scope: Scope) -> Scope:
    """The request without headers of proxies, from which the pages would derive their own address."""
    others = [(name, value) for name, value in scope.get("headers", ()) if not _of_a_proxy(name.lower())]
    return {**scope, "headers": others}


def _of_a_proxy(name: bytes) -> bool:
    return name == b"forwarded" or name.startswith(b"x-forwarded-") or name in _ROOTS


_ROOTS = (b"script-name", b"x-script-name", b"x-forwarded-prefix")
"""Headers by which a proxy moves an application to another root."""

_PLAIN = [(b"content-type", b"text/plain; charset=utf-8")]


def addresses(port: int, names: Iterable[str] = HOMES) -> list[str]:
    """Valid values of `Host`: each name with the port, which browsers leave out if it is that of HTTP."""
    names = list(names)
    return [f"{name}:{port}" for name in names] + (names if port == HTTP else [])
