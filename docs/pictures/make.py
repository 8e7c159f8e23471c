"""Take the pictures of the pages: `python docs/pictures/make.py`. Needs a Chromium and playwright.

Starts a dashboard of its own and writes compare.png and watch.png beside this file; with a folder as argument it also
writes there one picture of every page, wide, narrow and dark, and of the first five minutes of a strategist, a researcher
and a teacher, to be looked at.
"""

import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PAGES = {
    "compare": "/?runs=8",
    "money": "/?runs=4&view=money",
    "joining": "/?runs=4&view=joining",
    "watch-pool": "/watch?a=pool&day=120",
    "watch-web": "/watch?a=web&day=120",
    "lessons": "/lessons",
    "lesson": "/lessons?lesson=3-hub-leaves&guess=2",
    "sheet": "/lessons?lesson=3-hub-leaves&sheet=1",
    "leaving": "/?runs=4&view=leaving",
    "differences": "/?runs=4&view=table",
    "community": "/community?log=chat_docker",
    "model": "/model",
    "studies": "/studies",
    "numbers": "/community?active=200&newcomers_month=15&lost_month=8&contributions=6&reply_rate=60",
}
SIZES = {"": (1280, 720), "-wide": (1920, 1080), "-narrow": (400, 850)}


def main(folder: Path | None) -> None:
    """Start, take, stop."""
    with (
        TemporaryDirectory() as studies,
        running("--studies", studies) as (address, _),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        compare(browser, address)
        watch(browser, address)
        if folder is not None:
            every_page(browser, address, folder)
            strategist(browser, address, folder)
            researcher(browser, address, folder)
        browser.close()
    if folder is not None:
        with running("--class", lines=19) as (address, said), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            teacher(browser, address, said, folder)
            browser.close()


@contextmanager
def running(*options: str, lines: int = 1) -> Iterator[tuple[str, str]]:
    """A running dashboard: its address, and the first `lines` lines that it prints."""
    command = [sys.executable, "-m", "kith.dashboard", "--port", "0", "--no-open", *options]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        said = server.stdout.readline()
        address = next(w for w in said.split() if w.startswith("http")).rstrip("/")
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        yield address, said + "".join(server.stdout.readline() for _ in range(lines - 1))
    finally:
        server.terminate()
        server.wait()


def opened(browser: Any, url: str, size: tuple[int, int], dark: bool = False) -> Any:
    """A page that has come to rest."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
    )
    page.set_default_timeout(240_000)
    page.goto(url)
    page.wait_for_selector("main h1")
    page.wait_for_function("!document.querySelector('.kith-status .run')")
    time.sleep(3)
    return page


def compare(browser: Any, address: str) -> None:
    """The first picture of the README, of runs that are there already: it does not say how quick a machine was."""
    page = opened(browser, f"{address}/?runs=16", (1280, 860))
    for _ in range(2):
        page.reload()
        page.wait_for_selector(".kith-main[data-runs='16'] .kith-chart svg")
    time.sleep(1)
    page.screenshot(path=HERE / "compare.png")
    page.close()


def watch(browser: Any, address: str) -> None:
    """The second: a community around its hub."""
    page = opened(browser, f"{address}/watch?a=hub&people=20000&seed=0&day=170", (1280, 860))
    page.wait_for_selector(".kith-canvas")
    time.sleep(4)
    page.screenshot(path=HERE / "watch.png")
    page.close()


def every_page(browser: Any, address: str, folder: Path) -> None:
    """One picture of every page at every size, and once in the dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in PAGES.items():
        for word, size in SIZES.items():
            page = opened(browser, address + path, size)
            page.screenshot(path=folder / f"{name}{word}.png", full_page=word != "-wide")
            page.close()
        page = opened(browser, address + path, SIZES[""], dark=True)
        page.screenshot(path=folder / f"{name}-dark.png")
        page.close()


def strategist(browser: Any, address: str, folder: Path) -> None:
    """Opens, picks two scenarios, moves a slider, reads how sure it is and why members stop coming, takes the report."""
    page = opened(browser, f"{address}/", (1280, 720))
    page.screenshot(path=folder / "strategist-1-opens.png")
    page.click("button[name=remove-0]")
    page.wait_for_function("document.querySelector('select[name=scenario-0]').value === 'hub'")
    page.locator("[data-name='affiliation.peers'] input[type=range]").first.focus()
    page.keyboard.press("PageUp")
    page.wait_for_url(re.compile("~"))
    rest(page)
    page.screenshot(path=folder / "strategist-2-what-if.png", full_page=True)
    for place, tab in enumerate(("Differences", "Staying and leaving", "Money"), 3):
        page.click(f".kith-tabs a:text-is('{tab}')")
        rest(page)
        page.screenshot(path=folder / f"strategist-{place}-{tab.split()[0].lower()}.png", full_page=True)
    with page.expect_download() as waiting:
        page.click("text=Report (HTML)")
    waiting.value.save_as(folder / "strategist-report.html")
    page.close()


def researcher(browser: Any, address: str, folder: Path) -> None:
    """Opens a study, tries it, reads its map, marks a point, compares it, takes the runs."""
    page = opened(browser, f"{address}/studies?study=critical_mass", (1280, 720))
    page.screenshot(path=folder / "researcher-1-study.png")
    page.click("button[name=start]")
    page.wait_for_selector("text=/runs stored/")
    page.wait_for_selector(".kith-chart svg")
    page.locator('.kith-svg [id*="-point-"]').nth(8).click()
    page.wait_for_selector("text=Selected")
    for place, tab in enumerate(("Map", "Points", "All levers", "Robust conclusions", "Table"), 2):
        page.click(f".kith-tabs a:text-is('{tab}')")
        rest(page)
        page.screenshot(path=folder / f"researcher-{place}-{tab.split()[0].lower()}.png", full_page=True)
    page.click("button[name=beside-web-0]")
    page.click(".kith-tabs a:text-is('Compare two points')")
    page.wait_for_selector("figure[data-name=kith-pair] svg")
    rest(page)
    page.screenshot(path=folder / "researcher-7-pair.png", full_page=True)
    page.close()


def teacher(browser: Any, address: str, said: str, folder: Path) -> None:
    """Opens the class, lets three phones in and predict, closes, and runs it; then watches the hub leave."""
    found = re.search(r"(http://\S+)/join with PIN (\d+)", said)
    assert found, said
    page = opened(browser, f"{address}/class", (1280, 720))
    page.screenshot(path=folder / "teacher-1-class.png")
    phones = [browser.new_context(viewport={"width": 390, "height": 800}).new_page() for _ in range(3)]
    for phone in phones:
        phone.goto(f"{found[1]}/join?pin={found[2]}")
        phone.wait_for_selector("text=You have joined")
    page.select_option("select[name=ask]", "3-hub-leaves")
    for place, phone in enumerate(phones):
        phone.click(f"button[name=predict-{min(place + 1, 2)}]")
        phone.wait_for_selector("text=Saved")
    phones[0].screenshot(path=folder / "teacher-2-phone.png")
    rest(page)
    page.screenshot(path=folder / "teacher-3-histogram.png", full_page=True)
    page.click("button[name=run]")
    page.wait_for_selector(".kith-verdict")
    page.wait_for_function("!document.querySelector('.kith-status .run')")
    rest(page)
    page.screenshot(path=folder / "teacher-4-lesson.png", full_page=True)
    page.click("button[name=watch]")
    page.wait_for_selector(".kith-canvas")
    page.click("button[name=play]")
    time.sleep(6)
    page.screenshot(path=folder / "teacher-5-watch.png")
    page.close()


def rest(page: Any) -> None:
    """Wait until nothing runs and nothing old is shown."""
    page.wait_for_function(
        "!document.querySelector('.kith-status .run') && !document.querySelector('.kith-old')"
    )
    time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
