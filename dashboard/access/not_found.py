"""The page for an unknown address: status 404, and links to the pages that exist."""

from collections.abc import Mapping

from kith.dashboard.access.host_check import App, Receive, Scope, Send, header
from kith.experiments.escaping import for_html as escape

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;"
    "color:#1b1f24;background:#fff}a{color:#0b5cad}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181c}a{color:#7ab8ff}}"
)


class NotFound:
    """Answers a browser with our own page where the app behind answers 404."""

    def __init__(self, app: App, pages: Mapping[str, str]) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and replace a bare 404 with the page."""
        if not _wants_a_page(scope):
            await self.app(scope, receive, send)
            return
        path = str(scope["path"])
        if self._is_below_a_page(path):  # the app would show the page above
            await _answer(send, self.page(path), scope["method"] == "HEAD")
            return
        missing = False

        async def send_unless_missing(message: Scope) -> None:
            nonlocal missing
            if message["type"] == "http.response.start" and message["status"] == 404:
                missing = True
                await _answer(send, self.page(path), scope["method"] == "HEAD")
            elif not missing:
                await send(message)

        await self.app(scope, receive, send_unless_missing)

    def page(self, path: str) -> str:
        """The HTML of the page."""
        shown = path if len(path) <= 80 else f"{path[:80]}…"
        links = "".join(
            f'<li><a href="{escape(to)}">{escape(title)}</a></li>' for to, title in self.pages.items()
        )
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page not found · kith</title>'
            f"<style>{_STYLE}</style></head><body><main><h1>There is no page {escape(shown)}</h1>"
            f"<p>These are the pages of kith:</p><ul>{links}</ul></main></body></html>\n"
        )

    def _is_below_a_page(self, path: str) -> bool:
        first, slash, rest = path.removeprefix("/").partition("/")
        return bool(slash and rest and f"/{first}" in self.pages)


def _wants_a_page(scope: Scope) -> bool:
    """Whether a browser opens a page; scripts, pictures and programs get the answer of the app."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and "text/html" in header(scope, b"accept")
    )


async def _answer(send: Send, page: str, head: bool) -> None:
    body = page.encode()
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
