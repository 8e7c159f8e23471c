"""The server answers this machine alone, and asks nobody."""

import asyncio
from typing import Any

import pytest

from dashboard.guard import Guard, addresses
from dashboard.server import FRONT_END, settle


def asked(kind: str, host: str, origin: str | None = None) -> list[Any]:
    """What the guard lets happen for a request."""
    reached: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append("reached")

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        reached.append(message.get("status") or message.get("code") or "body")

    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    guard = Guard(app, addresses(8765))
    asyncio.run(guard({"type": kind, "headers": headers}, receive, send))
    return reached


@pytest.mark.parametrize("host", ["localhost:8765", "127.0.0.1:8765", "[::1]:8765"])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_this_machine_is_welcome_under_its_own_names(kind: str, host: str) -> None:
    assert asked(kind, host) == ["reached"]
    assert asked(kind, host, f"http://{host}") == ["reached"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example:8765", None),
        ("localhost:8765", "https://evil.example"),
        ("localhost:8765", "http://localhost:9999"),
        ("localhost:8765", "null"),
        ("", None),
    ],
)
def test_foreign_hosts_and_origins_are_refused(host: str, origin: str | None) -> None:
    assert asked("http", host, origin)[0] == 403
    assert asked("websocket", host, origin) == [1008]


def test_settings_keep_everything_on_this_machine() -> None:
    environment: dict[str, str] = {}
    settle(environment)
    assert environment["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "false"
    assert environment["SOLARA_ASSETS_CDN"].startswith("http://127.0.0.1:9/")
    assert len(environment["SOLARA_SESSION_SECRET_KEY"]) > 30
    again: dict[str, str] = {}
    settle(again)
    assert again["SOLARA_SESSION_SECRET_KEY"] != environment["SOLARA_SESSION_SECRET_KEY"]


def test_the_front_end_is_in_the_versions_that_solara_asks_for() -> None:
    from pathlib import Path

    import solara

    template = (Path(solara.__file__).parent / "server/templates/solara.html.j2").read_text()
    for package in FRONT_END.glob("*@*"):
        assert package.name in template
    for package in (FRONT_END / "@widgetti").iterdir():
        assert f"@widgetti/{package.name}" in template
        assert list(package.glob("dist/*LICENSE.txt"))
