"""The server answers this machine alone, and asks nobody."""

import asyncio
import gzip
import hashlib
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.dashboard.__main__ import main
from kith.dashboard.access.host_check import HostCheck, addresses
from kith.dashboard.server import FRONT_END, settle
from tests.dashboard.serving import Served, served


def asked(
    kind: str, host: str, origin: str | None = None, *more: tuple[str, str], method: str = "GET"
) -> list[Any]:
    """What the guard lets happen for a request."""
    headers = [("host", host)] + ([("origin", origin)] if origin else []) + list(more)
    return guarded(kind, [(name.encode(), value.encode("latin-1")) for name, value in headers], method)


def guarded(kind: str, headers: list[tuple[bytes, bytes]], method: str = "GET") -> list[Any]:
    """What the guard lets happen for a request with these headers."""
    reached: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.append("reached")

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        reached.append(message.get("status") or message.get("code") or "body")

    guard = HostCheck(app, addresses(8765))
    asyncio.run(guard({"type": kind, "headers": headers, "method": method, "path": "/"}, receive, send))
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
        ("localhost:8765", "http://[::1"),
        ("localhost:8765", "https://localhost:8765"),
        ("localhost:8765", "ftp://localhost:8765"),
        ("localhost:8765", "//localhost:8765"),
        ("localhost:8765", "http://user@localhost:8765"),
        ("localhost:8765", "http://127.0.0.1:8765"),
        ("localhost:8765", "http://localhost:8765/"),
        ("", None),
    ],
)
def test_foreign_hosts_and_origins_are_refused(host: str, origin: str | None) -> None:
    assert asked("http", host, origin)[0] == 403
    assert asked("websocket", host, origin) == [1008]


HOME = "localhost:8765"


@pytest.mark.parametrize(
    "more",
    [
        [("host", HOME)],
        [("host", "evil.example")],
        [("origin", "http://localhost:8765"), ("origin", "https://evil.example")],
        [("origin", "https://evil.example"), ("origin", "http://localhost:8765")],
        [("x-forwarded-proto", "gopher")],
        [("x-forwarded-proto", "https")],
        [("x-forwarded-host", "evil.example")],
        [("x-forwarded-host", HOME), ("x-forwarded-host", "evil.example")],
        [("script-name", "//evil.example")],
        [("x-script-name", "/elsewhere")],
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_what_contradicts_itself_or_comes_from_elsewhere_is_refused(
    kind: str, more: list[tuple[str, str]]
) -> None:
    assert asked(kind, HOME, None, *more)[0] in (403, 1008)


def test_a_link_on_a_foreign_page_may_be_followed_and_nothing_else() -> None:
    followed = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-dest", "document"),
    ]
    assert asked("http", HOME, None, *followed) == ["reached"]
    assert asked("http", HOME, None, *followed, method="POST")[0] == 403
    assert asked("websocket", HOME, None, *followed) == [1008]
    for near in ("same-origin", "none"):
        assert asked("http", HOME, None, ("sec-fetch-site", near)) == ["reached"]


def test_what_proxies_add_does_not_reach_the_pages() -> None:
    agreed = [("x-forwarded-proto", "http"), ("X-Forwarded-Host", HOME), ("x-forwarded-for", "10.0.0.7")]
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append([name for name, _ in scope["headers"]])

    headers = [(n.encode(), v.encode()) for n, v in [("host", HOME), *agreed, ("forwarded", "for=1")]]
    scope = {"type": "http", "method": "GET", "headers": headers}
    asyncio.run(HostCheck(app, addresses(8765))(scope, None, None))  # type: ignore[arg-type]
    assert seen == [[b"host"]]


NAMES = ("host", "origin", "x-forwarded-proto", "x-forwarded-host", "script-name", "sec-fetch-site", "cookie")
VALUES = (
    HOME,
    f"http://{HOME}",
    "http://[::1",
    "null",
    "",
    "https",
    "http",
    "cross-site",
    "\xff",
    "a=1; a=2",
)


@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(NAMES) | st.text("abcXYZ-\xe9", max_size=8),
            st.sampled_from(VALUES) | st.text(st.characters(max_codepoint=255), max_size=30),
        ),
        max_size=8,
    ),
    kind=st.sampled_from(["http", "websocket"]),
)
def test_any_headers_are_welcome_or_refused_and_never_an_error(
    headers: list[tuple[str, str]], kind: str
) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    outcome = guarded(kind, raw)
    origins = [value for name, value in headers if name.lower() == "origin"]
    hosts = [value for name, value in headers if name.lower() == "host"]
    if outcome == ["reached"]:
        assert hosts == [hosts[0]]
        assert hosts[0] in addresses(8765)
        assert origins in ([], [f"http://{hosts[0]}"])
    else:
        assert outcome[0] in (403, 1008)


def test_a_server_on_the_port_of_http_is_asked_for_without_it() -> None:
    assert "localhost" in addresses(80)
    assert "localhost" not in addresses(8080)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A copy of the package `dashboard`, so that a server that harms its files harms none of ours."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(root / "dashboard", folder / "dashboard", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def running(package: Path) -> Iterator[Served]:
    """A server that runs from the copy."""
    with served(package) as made:
        yield made


def hashes(folder: Path) -> dict[str, str]:
    """What every file below a folder holds."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


FILE = "/_solara/cdn/@widgetti/solara-vuetify3-app@5.2.0/dist/main8.css"

NOTHING = [
    "/_solara/cdn",
    "/_solara/cdn/",
    "/_solara/cdn/@widgetti",
    "/_solara/cdn/@widgetti/solara-vuetify3-app@5.2.0/dist",
    "/_solara/cdn/@widgetti/solara-vuetify3-app@5.2.0/dist/",
    "/_solara/cdn/requirejs@2.3.6",
    "/_solara/cdn/new@1.0.0/file.js",
    "/_solara/cdn/../../server.py",
    "/_solara/cdn/%2e%2e/%2e%2e/server.py",
    "/_solara/cdn/..%2f..%2fserver.py",
    "/_solara/cdn//etc/passwd",
    "/_solara/cdn/%00",
    "/_solara/cdn/" + "a/" * 2_000,
    "/_solara/api/evict/x",
    "/_solara/api/close/",
    "/_solara/auth/login",
    "/static",
    "/static/",
    "/static/solara_bootstrap.py",
    "/static/public/app.py",
    "/static/assets/../server.py",
    "/static/assets",
    "/static/../server.py",
    "/static/%2e%2e/server.py",
    "/jupyter/nbextensions/../../x",
    "/jupyter/nbextensions/jupyter-vue",
    "/jupyter/api/kernels/x",
    "/jupyter/api/kernels/x/channels",
    "/jupyter/tree",
    "/resourcez",
    "/resourcez?verbose",
]


def test_hostile_requests_find_nothing_and_change_no_file(package: Path, running: Served) -> None:
    before = hashes(package)
    assert len([name for name in before if "assets/cdn" in name]) > 30
    for path in NOTHING:
        assert running.ask(path)[0] == 404, path
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"):
            assert running.ask(path, method)[0] in (404, 405), (method, path)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for path in (FILE, "/", "/watch", "/readyz", "/static/assets/theme.js"):
            assert running.ask(path, method)[0] == 405, (method, path)
    assert hashes(package) == before


def test_the_browsers_part_is_served_whole_and_packed(package: Path, running: Served) -> None:
    content = (package / "dashboard/assets/cdn" / FILE.removeprefix("/_solara/cdn/")).read_bytes()
    status, answered = running.ask(FILE)
    assert (status, answered.partition(b"\r\n\r\n")[2]) == (200, content)
    assert b"text/css" in answered
    status, answered = running.ask(FILE, "GET", "Accept-Encoding: gzip")
    assert gzip.decompress(answered.partition(b"\r\n\r\n")[2]) == content
    status, answered = running.ask(FILE, "HEAD")
    assert (status, answered.partition(b"\r\n\r\n")[2]) == (200, b"")


def test_everything_that_the_first_page_names_is_served(running: Served) -> None:
    page = running.ask("/")[1].decode()
    named = set(re.findall(r'(?:href|src)="(/[^"]+)"', page))
    assert any(path.startswith("/_solara/cdn/") for path in named)
    for path in named:
        assert running.ask(path)[0] == 200, path


def test_no_request_is_an_error_of_the_server(running: Served) -> None:
    home = f"localhost:{running.port}"
    odd = [
        "Origin: http://[::1",
        f"Origin: https://{home}",
        f"Host: {home}",
        "X-Forwarded-Proto: gopher\r\nX-Forwarded-Host: x",
        "X-Forwarded-Proto: http\r\nX-Forwarded-Host: evil.example",
        "X-Script-Name: //evil.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
    ]
    for header in odd:
        for path in ("/", FILE, "/_solara/api/close/x?session_id=y"):
            assert running.ask(path, "GET", header)[0] in (400, 403), (path, header)
    assert running.ask("/", host="evil.example")[0] == 403
    for path in (
        "/",
        "/watch?" + "x" * 9_000,
        "/?%ff%00",
        "/lessons?lesson=%f0%28",
        "/x/y/z",
        "/%ff",
        "//",
        "/%2e%2e",
    ):
        for header in (
            "Cookie: \xff=\xff; ;;=; solara-session-id=\x01",
            "Accept-Encoding: \xff",
            "Range: bytes=9-1,-,z",
        ):
            assert running.ask(path, "GET", header)[0] in (200, 400, 404), (path, header)
    for query in (
        "",
        "?session_id",
        "?session_id=",
        "?session_id=x&session_id=y",
        "?session_id=%ff",
        "?session_id=x",
    ):
        assert running.ask(f"/_solara/api/close/x{query}", "POST")[0] in (200, 404)
    opening = [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: " + "A" * 22 + "==",
    ]
    for path in (
        "/",
        "/jupyter/api/kernels/x/channels",
        "/jupyter/api/kernels/x/shell?session_id=y",
        "/jupyter/api/kernels//channels?session_id=y",
    ):
        assert running.ask(path, "GET", *opening)[0] == 403, path


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0.0.0.0",
        "0",
        "255.255.255.255",
        "224.0.0.1",
        "x" * 300,
        "a..b",
        "::1",
    ],
)
def test_an_address_where_nobody_could_come_in_is_refused_in_one_sentence(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--no-open", "--port", "0", "--class", "--address", address])
    assert ended.value.code == 2
    errors = capsys.readouterr().err
    assert errors.startswith("kith: --address ")
    assert errors.count("\n") == 1


def test_a_port_that_is_none_or_taken_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        for port, code in (("99999", 2), ("-1", 2), (str(taken.getsockname()[1]), 1)):
            with pytest.raises(SystemExit) as ended:
                main(["--no-open", "--port", port])
            assert ended.value.code == code
            assert capsys.readouterr().err.count("\n") == 1


def test_settings_keep_everything_on_this_machine() -> None:
    environment: dict[str, str] = {}
    settle(environment)
    assert environment["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] == "false"
    assert environment["SOLARA_ASSETS_PROXY"] == "false"
    assert environment["SOLARA_ASSETS_CDN"].startswith("/")
    assert len(environment["SOLARA_SESSION_SECRET_KEY"]) > 30
    again: dict[str, str] = {}
    settle(again)
    assert again["SOLARA_SESSION_SECRET_KEY"] != environment["SOLARA_SESSION_SECRET_KEY"]


def test_the_front_end_is_in_the_versions_that_solara_asks_for() -> None:
    import solara

    template = (Path(solara.__file__).parent / "server/templates/solara.html.j2").read_text()
    for package in FRONT_END.glob("*@*"):
        assert package.name in template
    for package in (FRONT_END / "@widgetti").iterdir():
        assert f"@widgetti/{package.name}" in template
        assert list(package.glob("dist/*LICENSE.txt"))
