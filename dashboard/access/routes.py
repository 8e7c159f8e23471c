"""The addresses and methods that the server answers: those that the pages need, and no others.

Solara and Starlette have more, see the table in `docs/explanation/dashboard.md`. Requests that are not allowed here do not reach
them. The browser's part of Solara is served from here as well, out of an index of files that is made at the
start: a request is looked up in it and never becomes a path.
"""

import gzip
import re
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import parse_qs

from kith.dashboard.access.connections import CONNECTIONS
from kith.dashboard.access.host_check import App, Receive, Scope, Send, headers_of

CDN = "/_solara/cdn/"
CLOSE = "/_solara/api/close/"
KERNELS = "/jupyter/api/kernels/"
READY = "/readyz"

READ = ("GET", "HEAD")

RESERVED = ("/_solara", "/static", "/jupyter", "/resourcez", READY)
"""Addresses that are not pages, with everything below them."""

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""Content types of the files that are served, by suffix."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""Valid names of kernels and pages; browsers draw a UUID."""


class StaticFile:
    """A file of the package as it is sent; its version is in its address, so browsers may cache it for good."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file."""
        return self.path.read_bytes()

    @cached_property
    def gzipped(self) -> bytes:
        """The same, compressed once; fonts are compressed already."""
        return self.content if self.path.suffix.startswith(".woff") else gzip.compress(self.content)

    def answer(self, scope: Scope) -> tuple[list[tuple[bytes, bytes]], bytes]:
        """Headers and body."""
        accepts_gzip = any("gzip" in value for value in headers_of(scope, b"accept-encoding"))
        with self._lock:  # of two requests at once the second waits, instead of compressing it again
            body = self.gzipped if accepts_gzip else self.content
        headers = [
            (b"content-type", KINDS[self.path.suffix].encode()),
            (b"cache-control", b"public, max-age=31536000, immutable"),
            (b"vary", b"Accept-Encoding"),
            (b"content-length", str(len(body)).encode()),
        ]
        return headers + ([(b"content-encoding", b"gzip")] if body is not self.content else []), body


class Routes:
    """Passes on the requests that a page needs, serves the browser's part of Solara, and answers all others with 404 or 405.

    Parameters
    ----------
    app : Solara's application.
    front_end : the folder of the browser's part.
    static : addresses of files that Solara serves itself, see `solara_files`.
    """

    def __init__(self, app: App, front_end: Path, static: frozenset[str]) -> None:
        self.app, self.static = app, static
        self.files: Mapping[str, StaticFile] = {
            CDN + path.relative_to(front_end).as_posix(): StaticFile(path) for path in _files(front_end)
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            kernel = kernel_of(scope)
            if kernel:
                with CONNECTIONS.open(kernel):
                    await self.app(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
        else:
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, methods = scope["path"], self.methods(scope["path"])
        if not methods or not _plain(scope):
            await _answer(send, 404, _TEXT, b"There is nothing at this address.\n")
        elif scope["method"] not in methods:
            allowed = (b"allow", ", ".join(methods).encode())
            await _answer(send, 405, [*_TEXT, allowed], b"This method is not allowed for this address.\n")
        elif path in self.files:
            headers, body = self.files[path].answer(scope)
            await _answer(send, 200, headers, b"" if scope["method"] == "HEAD" else body)
        elif path.startswith(CLOSE) and not own_page(scope):
            await _answer(
                send, 200, _TEXT, b""
            )  # the page has been closed already, or belongs to another browser
        else:
            await self.app(scope, receive, send)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods allowed for an address; empty if there is nothing."""
        if path in self.files or path in self.static or path == READY:
            return READ
        if path.startswith(CLOSE):
            return ("POST",) if _NAME.fullmatch(path.removeprefix(CLOSE)) else ()
        if any(path == start or path.startswith(f"{start}/") for start in RESERVED):
            return ()
        return READ if path.startswith("/") else ()


def kernel_of(scope: Scope) -> str:
    """The kernel to which a page opens its connection; empty if the address is not that of such a connection."""
    name, _, channel = scope["path"].removeprefix(KERNELS).partition("/")
    well_formed = scope["path"].startswith(KERNELS) and _NAME.fullmatch(name) and channel == "channels"
    return name if well_formed and page_of(scope) else ""


def page_of(scope: Scope) -> str:
    """The page that a request is from, by its query; empty unless there is exactly one."""
    if not _plain(scope):
        return ""
    pages = parse_qs(scope.get("query_string", b"").decode("ascii")).get("session_id", [])
    return pages[0] if len(pages) == 1 and _NAME.fullmatch(pages[0]) else ""


def own_page(scope: Scope) -> bool:
    """Whether the page to be closed exists and was opened by the browser that makes the request."""
    from solara.server import kernel_context
    from solara.server.server import get_session_id_cookie
    from starlette.requests import HTTPConnection

    context = kernel_context.contexts.get(scope["path"].removeprefix(CLOSE))
    if context is None or page_of(scope) not in context.page_status:
        return False
    return bool(get_session_id_cookie(HTTPConnection(scope).cookies) == context.session_id)


def solara_files() -> frozenset[str]:
    """Addresses of the files that Solara serves to pages: its own, ours, and those of its widgets.

    `solara` must have its settings by now, see `kith.dashboard.server.settle`.
    """
    from solara.server import server

    addresses = {f"/static/{name}" for name in _names(Path(server.solara_static))}
    for folder in server.asset_directories():
        addresses |= {f"/static/assets/{name}" for name in _names(Path(folder))}
    for extension in server.get_nbextension_names():
        root = server.nbextension_root(extension)
        if root is not None and root.is_dir():
            addresses |= {f"/jupyter/nbextensions/{extension.split('/')[0]}/{name}" for name in _names(root)}
        elif root is not None:
            addresses.add(f"/jupyter/nbextensions/{extension}.js")
    return frozenset(addresses)


def _names(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder, at any depth, that a browser can be given."""
    return (path for path in sorted(folder.rglob("*")) if path.suffix in KINDS and path.is_file())


def _plain(scope: Scope) -> bool:
    """Whether the query is ASCII."""
    return bool(scope.get("query_string", b"").isascii())


_TEXT = [(b"content-type", b"text/plain; charset=utf-8")]


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
