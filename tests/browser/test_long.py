"""What takes long in a browser: a lesson to its end, and a dashboard without any network."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import CHROMIUM, visit

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_the_hub_lesson_runs_to_its_end(page: Any, address: str) -> None:
    visit(page, address, "/lessons")
    page.click("button[name=begin-3-hub-leaves]")
    page.click("button[name=guess-1]")
    page.wait_for_selector(".kith-verdict:has-text('You said')")
    page.wait_for_selector(".kith-verdict:has-text('8 runs of each')", timeout=180_000)
    assert page.locator(".kith-chart svg").count() == 3
    page.click("button[name=controls]")
    page.wait_for_url(re.compile("hub_departs"))
    page.wait_for_selector("select[name=arm-1]")


APART = ("unshare", "--user", "--map-root-user", "--net")
"""Begins a program in a place without any network, not even a loopback."""

ALONE = """
import subprocess, sys
from playwright.sync_api import sync_playwright
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
from tests.browser.conftest import CHROMIUM, FLAGS, serving, watched
from pathlib import Path
with serving(Path(sys.argv[1])) as (address, _), sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    page = browser.new_page()
    wrong = watched(page, address)
    page.goto(address + "/?a=pool&a=hub&people=300&days=60&runs=2")
    page.wait_for_selector(".kith-main[data-runs='2'] .kith-chart svg")
    for name in ("Watch", "Lessons", "Studies", "My community", "Model"):
        page.click(f".kith-bar a:text-is('{name}')")
        page.wait_for_selector(f".kith-bar a.here:text-is('{name}')")
        page.wait_for_selector("main h1")
    browser.close()
    assert not wrong, wrong
    sys.stdout.write("all six pages")
"""


@pytest.mark.full
def test_all_pages_work_where_there_is_no_network(root: Path) -> None:
    if CHROMIUM is None or shutil.which("ip") is None or subprocess.run([*APART, "true"]).returncode:
        pytest.skip("needs a Chromium, ip and the right to begin a program without a network")
    done = subprocess.run(
        [*APART, sys.executable, "-c", ALONE, str(root)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.stdout.endswith("all six pages"), done.stderr[-2_000:]
