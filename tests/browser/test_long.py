"""What takes long in a browser: a lesson to its end, and a dashboard without any network."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import at_home, serving, visit, watched

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_the_hub_lesson_runs_to_its_end_and_is_taken_away_as_a_file(
    page: Any, address: str, chromium: Any, tmp_path: Path
) -> None:
    visit(page, address, "/lessons")
    page.click("button[name=begin-3-hub-leaves]")
    page.click("button[name=guess-1]")
    page.wait_for_selector(".kith-verdict:has-text('You predicted')")
    page.wait_for_selector(".kith-verdict:has-text('8 runs per scenario')", timeout=180_000)
    assert page.locator(".kith-chart svg").count() == 3
    with page.expect_download() as download:
        page.click("button[name*='kith-lesson']")
    file = tmp_path / "lesson.html"
    download.value.save_as(file)
    story = chromium.new_page()
    wrong = watched(story, file.as_uri())
    story.goto(file.as_uri())
    assert story.locator("#results").is_hidden()
    story.click("[data-guess='1']")
    story.wait_for_selector("#verdict:has-text('You predicted')")
    story.wait_for_function("+document.getElementById('day').value < 300")
    story.click("#play")
    story.hover("#lines", position={"x": 200, "y": 100})
    story.wait_for_selector("#readout:has-text('Day ')")
    assert story.locator("#lines path").count() >= 2
    assert not wrong, wrong
    story.close()
    page.click("button[name=controls]")
    page.wait_for_url(re.compile("hub_departs"))
    page.wait_for_selector("select[name=scenario-1]")


ALONE = """
import sys
from pathlib import Path

told = Path(__file__).with_name("asked.txt")

def refuse(event, args):
    if event == "socket.getaddrinfo":
        where = args[0]
    elif event == "socket.connect" and isinstance(args[1], tuple):
        where = args[1][0]
    else:
        return
    if str(where) not in ("localhost", "127.0.0.1", "::1", "None", ""):
        with told.open("a") as file:
            file.write(f"{event} {where}\\n")
        raise OSError(101, "Network is unreachable")

sys.addaudithook(refuse)
"""
"""Begins every Python with this path in a place without a network but for the machine itself, and writes down who asks
for more."""


@pytest.mark.slow
def test_all_pages_work_where_there_is_no_network(root: Path, tmp_path: Path, chromium: Any) -> None:
    (tmp_path / "sitecustomize.py").write_text(ALONE)
    asked = tmp_path / "asked.txt"
    reach = "import socket; socket.create_connection(('192.0.2.1', 80))"
    alone = os.environ | {"PYTHONPATH": str(tmp_path)}
    probe = subprocess.run([sys.executable, "-c", reach], env=alone, capture_output=True, text=True)
    assert "Network is unreachable" in probe.stderr
    assert "192.0.2.1" in asked.read_text()
    asked.unlink()
    with serving(root, path=(tmp_path,)) as (address, _):
        page = chromium.new_page()
        wrong = watched(page, address)
        page.route(lambda url: not at_home(url, address), lambda route: route.abort())
        page.goto(address + "/?a=pool&a=hub&people=300&days=60&runs=2")
        page.wait_for_selector(".kith-main[data-runs='2'] .kith-chart svg")
        for name in ("Watch", "Lessons", "Studies", "My community", "Model"):
            page.click(f".kith-bar a:text-is('{name}')")
            page.wait_for_selector(f".kith-bar a.here:text-is('{name}')")
            page.wait_for_selector("main h1")
        page.close()
    assert not wrong, "\n".join(wrong)
    assert not asked.exists(), asked.read_text()
