"""A real browser on a real server: what it complains about fails the test.

There is one server and one tab for the tests of a file. A test visits an address as a link on the page would, without
loading everything anew; whoever means to load a page says `goto`. Nothing waits for a while: a page tells which address it
shows (`data-at`), and a comparison how many runs are in its pictures (`data-runs`).
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(
    (
        found
        for name in os.environ.get("CHROMIUM", ",".join(NAMES)).split(",")
        if (found := shutil.which(name))
    ),
    None,
)
"the first of these that is there; the environment variable CHROMIUM names another, or none if it is empty"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

WAIT = 240_000
"""Milliseconds that a picture may take on a busy machine with cold kernels."""


STUDY = """
title = "A small grid"
scenarios = ["pool", "hub"]
days = 60
runs = 4
outcomes = ["active", "margin"]
set = { "market.size" = 300, "market.founders" = 60 }
lever = [{ name = "monetisation.price", values = [2.0, 8.0] }, { name = "affiliation.peers", values = [0.1, 0.9] }]
design = { kind = "grid" }
"""


@dataclass(frozen=True)
class Server:
    """A dashboard with a class: where its host, and where the room finds it."""

    address: str
    room: str
    pin: str


@pytest.fixture(scope="session")
def server(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running dashboard with a small study, open to a room that is this machine as well."""
    studies = tmp_path_factory.mktemp("studies")
    (studies / "small.toml").write_text(STUDY)
    options = ("--studies", str(studies), "--class", "--address", "127.0.0.2")
    with serving(root, *options, until="with PIN") as (place, said):
        found = re.search(r"(http://127\.0\.0\.2:\d+)/join with PIN (\d{6})", said)
        assert found, said
        yield Server(place, found[1], found[2])


@pytest.fixture(scope="session")
def address(server: Server) -> str:
    """Where its host finds it."""
    return server.address


@contextmanager
def serving(
    root: Path, *options: str, until: str = "http", path: tuple[Path, ...] = ()
) -> Iterator[tuple[str, str]]:
    """A dashboard of one's own: its address, and what it prints up to a line with some words in it.

    Parameters
    ----------
    options : of `python -m kith.dashboard`.
    path : where its Python looks first for what it imports.
    """
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; apt-get install chromium")
    process = subprocess.Popen(
        [sys.executable, "-m", "kith.dashboard", "--port", "0", "--no-open", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ
        | {"HOST": "0.0.0.0", "PYTHONPATH": os.pathsep.join(map(str, (*path, root / "src", root)))},
        cwd="/",
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        place = next(word for word in said.split() if word.startswith("http://localhost"))
        for _ in range(1_200):
            try:
                urllib.request.urlopen(place + "readyz", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        while until not in said:
            line = process.stdout.readline()
            assert line, f"the server ended: {said}"
            said += line
        yield place.rstrip("/"), said
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0, "it did not put its things away"
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser; closed with its module, because Playwright keeps an event loop running until then."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Tabs:
    """The tab in which the tests of a module follow each other; a new one after a failure."""

    def __init__(self, browser: Any, address: str) -> None:
        self._window = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
        self._address = address
        self._open: tuple[Any, list[str]] | None = None

    def take(self) -> tuple[Any, list[str]]:
        """The tab, and what it complains about from now on."""
        if self._open is None:
            tab = self._window.new_page()
            self._open = tab, watched(tab, self._address)
        tab, wrong = self._open
        tab.set_viewport_size({"width": 1280, "height": 720})
        wrong.clear()
        return tab, wrong

    def drop(self) -> None:
        """Close the tab: the next test begins with a new one."""
        if self._open is not None:
            self._open[0].close()
        self._open = None


@pytest.fixture(scope="module")
def tabs(chromium: Any, address: str) -> Iterator[Tabs]:
    """Where the tests of a module take their tab from."""
    made = Tabs(chromium, address)
    yield made
    made.drop()


@pytest.fixture
def page(tabs: Tabs, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A tab; errors of the console, answers above 399 and requests to elsewhere fail the test."""
    tab, wrong = tabs.take()
    failed = request.session.testsfailed
    yield tab
    if wrong or request.session.testsfailed > failed:
        tabs.drop()
    assert not wrong, "\n".join(wrong)


def watched(tab: Any, address: str) -> list[str]:
    """What a tab complains about, as it comes in."""
    wrong: list[str] = []
    tab.set_default_timeout(WAIT)
    tab.on("console", lambda m: wrong.append(f"console: {m.text}") if m.type == "error" else None)
    tab.on("pageerror", lambda e: wrong.append(f"error: {e}"))
    tab.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    tab.on("request", lambda r: at_home(r.url, address) or wrong.append(f"asked elsewhere: {r.url}"))
    return wrong


def visit(page: Any, address: str, path: str) -> None:
    """Go to an address of the app, as a link on one of its pages does, and wait until it is drawn."""
    if page.url.startswith(address) and page.evaluate("!!document.querySelector('main[data-at]')"):
        page.evaluate("path => window.solara.router.push(path)", path)
    else:
        page.goto(address + path)
    at(page, path)


def at(page: Any, path: str) -> None:
    """Wait until this address is drawn."""
    page.wait_for_function("path => document.querySelector('main')?.dataset.at === path", arg=path)


def at_home(url: str, address: str) -> bool:
    """Whether an address is of this dashboard, or of nowhere."""
    return url.startswith((address, "blob:", "data:", address.replace("http", "ws", 1)))
