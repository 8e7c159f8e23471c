"""How quick the pages are: `python docs/pictures/measure.py [latency] [frames] [sessions] [contexts]`; all by default.

Needs a Chromium and playwright, and a machine with nothing else to do. Starts a dashboard of its own and prints

latency   from a control to "running", and to the first new picture: 2,000 people, a year, three scenarios
frames    frames a second that the browser draws of a moving world with 1,000 members or more
sessions  thirty sessions at once: to the first picture of one link; then, each with a value of its own, to
          "running" and to the picture
contexts  thirty tabs of a real browser, each with cookies of its own, on the same link; they change a control one after
          another, two seconds apart, as a class does: from the control to the new picture
"""

import asyncio
import json
import re
import shutil
import statistics
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent))

from make import FLAGS, running

QUESTION = "/?a=pool&a=hub&a=web&people=2000&days=365&runs=16"
CONTROL = "monetisation.price"
TIMES = 12
SESSIONS = 30
APART = 2
"Seconds between two changes of a class."
SECONDS = 12
"Seconds for which frames are counted."

CHANGE = """([name, value]) => new Promise(done => {
    const row = document.querySelector(`[data-name='${name}'] input[type=number]`), main = document.querySelector('main');
    const before = main.dataset.at, begun = performance.now();
    let running = null;
    row.value = value;
    row.dispatchEvent(new Event('change', {bubbles: true}));
    const look = () => {
        const now = performance.now() - begun;
        if (running === null && document.querySelector('.kith-status .run')) running = now;
        if (main.dataset.at !== before && +document.querySelector('.kith-main').dataset.runs >= 1) {
            requestAnimationFrame(() => done([running ?? now, performance.now() - begun]));
        } else requestAnimationFrame(look);
    };
    look();
})"""


def main(what: Sequence[str]) -> None:
    """Start, measure, say."""
    with TemporaryDirectory() as studies, running("--studies", studies) as (address, _):
        if {"latency", "frames", "contexts"} & set(what):
            from playwright.sync_api import sync_playwright

            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                if "latency" in what:
                    latency(browser, address)
                if "frames" in what:
                    frames(browser, address)
                if "contexts" in what:
                    contexts(browser, address)
                browser.close()
        if "sessions" in what:
            asyncio.run(sessions(address))


def latency(browser: Any, address: str) -> None:
    """A control is changed again and again, each time to a value that nothing is known of."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(300_000)
    page.goto(address + QUESTION)
    page.wait_for_selector(".kith-main[data-runs='16'] .kith-chart svg")
    found = []
    for turn in range(TIMES):
        found.append(page.evaluate(CHANGE, [CONTROL, f"{3 + turn / 7:.3f}"]))
        page.wait_for_selector(".kith-main[data-runs='16']")
    for words, times in zip(("running", "first picture"), zip(*found, strict=True), strict=True):
        _say(f"control to {words}", [t / 1000 for t in times], "ms", 1000)
    page.close()


def frames(browser: Any, address: str) -> None:
    """A pool, a hub and a web are played; the page itself counts what it has drawn in each second."""
    for name in ("pool", "hub", "web"):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(300_000)
        page.goto(f"{address}/watch?a={name}&people=40000&day=30")
        page.wait_for_selector("button[name=play]")
        page.click("button[name=play]")
        page.wait_for_function("parseInt(document.querySelector('.kith-fps').innerText) > 0")
        begun, first, seen = perf_counter(), _day(page), []
        while perf_counter() - begun < SECONDS:
            page.wait_for_timeout(1_000)
            seen.append(int(re.sub(r"\D", "", page.inner_text(".kith-fps")) or 0))
        pace = (_day(page) - first) / (perf_counter() - begun)
        members = re.findall(r"([\d,]+) members", page.inner_text(".kith-day"))[0]
        title = f"{name}, {members} members, {pace:.1f} days a second: frames a second"
        _say(title, [float(n) for n in seen], "")
        page.close()


def contexts(browser: Any, address: str) -> None:
    """A class in a browser: each tab begins its change without waiting for those before it."""
    pages = []
    for _ in range(SESSIONS):
        page = browser.new_context(viewport={"width": 400, "height": 850}).new_page()
        page.set_default_timeout(300_000)
        page.goto(address + QUESTION)
        pages.append(page)
    for page in pages:
        page.wait_for_selector(".kith-main[data-runs='16'] .kith-chart svg")
        page.wait_for_selector(f"[data-name='{CONTROL}'] input[type=number]", state="attached")
    begun = perf_counter()
    for place, page in enumerate(pages):
        page.evaluate(
            f"given => {{ window.changed = ({CHANGE})(given) }}", [CONTROL, f"{20 + place / 7:.3f}"]
        )
        page.wait_for_timeout(max(0.0, 1000 * (APART * (place + 1) - (perf_counter() - begun))))
    found = [page.evaluate("() => window.changed") for page in pages]
    for words, times in zip(("running", "first picture"), zip(*found, strict=True), strict=True):
        _say(f"{SESSIONS} tabs, {APART} s apart, control to {words}", [t / 1000 for t in times], "s")
    for page in pages:
        page.context.close()


async def sessions(address: str) -> None:
    """Thirty clients that speak as a browser does: the same link at once, then each a change of its own."""
    clients = [Client(address, place) for place in range(SESSIONS)]
    _say("one link, first picture", await asyncio.gather(*(c.open() for c in clients)), "s")
    await asyncio.gather(*(c.until(16) for c in clients))
    changed = await asyncio.gather(*(c.change() for c in clients))
    _say("own change, running", [running for running, _ in changed], "s")
    _say("own change, first picture", [picture for _, picture in changed], "s")
    await asyncio.gather(*(c.close() for c in clients))


class Client:
    """A session without a browser: a WebSocket on which widgets come in."""

    def __init__(self, address: str, place: int) -> None:
        self._address, self._place = address, place
        self._socket: Any = None
        self._controls = ""
        self._runs = 0
        self._busy = False
        self._changed = asyncio.Event()

    async def open(self) -> float:
        """Open the link; seconds to the first picture."""
        import websockets

        begun = perf_counter()
        cookie = await asyncio.to_thread(self._cookie)
        at = self._address.replace("http", "ws", 1)
        self._socket = await websockets.connect(
            f"{at}/jupyter/api/kernels/{uuid4()}/channels?session_id={uuid4()}",
            origin=self._address,
            additional_headers={"Cookie": cookie},
            max_size=None,
        )
        self._reader = asyncio.create_task(self._read())
        comm = uuid4().hex
        await self._send("comm_open", {"comm_id": comm, "target_name": "solara.control", "data": {}})
        run = {"method": "run", "args": {"path": QUESTION, "appName": None, "dark": False, "themes": THEMES}}
        await self._send("comm_msg", {"comm_id": comm, "data": run})
        await self.until(1)
        return perf_counter() - begun

    async def change(self) -> tuple[float, float]:
        """Change a control to a value that nobody else has; seconds to "running" and to the first picture."""
        begun = perf_counter()
        self._runs, self._busy = 0, False
        data = {"name": CONTROL, "value": f"{20 + self._place / 7:.3f}"}
        custom = {"method": "custom", "content": {"event": "set", "data": data}}
        await self._send("comm_msg", {"comm_id": self._controls, "data": custom})
        while not self._busy:
            await self._next()
        running = perf_counter() - begun
        self._runs = 0  # what was drawn before is told once more, greyed
        await self.until(1)
        return running, perf_counter() - begun

    async def until(self, runs: int) -> None:
        """Wait until the pictures contain this number of runs of each."""
        while self._runs < runs:
            await self._next()

    async def close(self) -> None:
        """Leave."""
        self._reader.cancel()
        await self._socket.close()

    async def _next(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _read(self) -> None:
        async for message in self._socket:
            raw = message.encode() if isinstance(message, str) else message
            if b'"groups"' in raw and b"comm_open" in raw and b"Parameters of" in raw:
                self._controls = re.findall(rb'"comm_id": ?"(\w+)"', raw)[0].decode()
            self._busy = self._busy or b'class=\\"run\\"' in raw
            runs = re.findall(rb'"data-runs": ?"(\d+)"', raw)
            if runs:
                self._runs = int(runs[-1])
            self._changed.set()

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        header = {
            "msg_id": uuid4().hex,
            "msg_type": kind,
            "session": uuid4().hex,
            "username": "",
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "buffers": [],
            "channel": "shell",
        }
        await self._socket.send(json.dumps(message))

    def _cookie(self) -> str:
        with urllib.request.urlopen(self._address + QUESTION) as answer:
            given = answer.headers.get_all("Set-Cookie") or []
        return "; ".join(line.partition(";")[0] for line in given)


THEMES = {"light": {"dark": False, "colors": {}}, "dark": {"dark": True, "colors": {}}}


def _day(page: Any) -> int:
    return int(page.inner_text(".kith-day b"))


def _say(what: str, values: Sequence[float], unit: str, scale: float = 1.0) -> None:
    own = sorted(v * scale for v in values)
    digits = 1 if unit == "s" else 0
    high = own[-1] if len(own) < 2 else statistics.quantiles(own, n=20, method="inclusive")[-1]
    middle, least, most, late = (f"{v:.{digits}f}" for v in (statistics.median(own), own[0], own[-1], high))
    text = f"{what}: median {middle}, from {least} to {most}, 95th percentile {late} {unit}".rstrip()
    sys.stdout.write(f"{text} ({len(own)})\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:] or ("latency", "frames", "sessions", "contexts"))
