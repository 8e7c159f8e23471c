"""Who uses a keyboard, or has a page read to them: axe finds nothing serious, and focus goes where it belongs.

No screen reader was tried: axe and the tree that a browser hands to one are all that is checked here.
"""

from pathlib import Path
from typing import Any

import pytest

from kith.dashboard.fitting.stored_fits import fits_folder, stored_fit
from kith.dashboard.live.study_catalogue import STUDIES
from kith.experiments.comparison.arms import Arm
from kith.experiments.comparison.comparison import compare
from kith.experiments.reports.comparison import comparison_page
from kith.experiments.reports.fits.board import board_page
from kith.experiments.reports.fits.calibration import forecast_page
from kith.experiments.reports.story import Story, story_page
from tests.browser.conftest import visit
from tests.dashboard.fitting.done import write_done

pytestmark = pytest.mark.browser

LETTERS = """[...document.querySelectorAll('svg.chart text')].filter(t => t.getBoundingClientRect().width > 0).map(t => {
  const svg = t.closest('svg');
  return parseFloat(getComputedStyle(t).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; })"""
"How large the letters of the charts are that are shown, in pixels."

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = "a=pool&a=hub&people=500&days=90&runs=4"
SOLARAS = "v-progress-linear"
"Solara's own bar, which stands above the page while the server works."
PAGES = {
    f"/?{SMALL}": ".kith-chart svg",
    f"/?{SMALL}&view=money": ".kith-chart svg",
    f"/?{SMALL}&view=goal": "button[name=seek]",
    "/watch?a=hub&people=2000&day=5": ".kith-canvas",
    "/watch?a=pool&a=hub&a=web&people=2000&day=5": ".kith-canvas",
    "/lessons": "main h1",
    "/lessons?lesson=3-hub-leaves": "main h1",
    "/lessons?lesson=contest": "button[name=try]",
    "/lessons?lesson=3-hub-leaves&sheet=1": "main h1",
    "/studies": "main h1",
    "/studies?study=price_and_ads": "main h1",
    "/community": "main h1",
    "/community?log=chat_docker": ".kith-chart svg",
    "/model": ".kith-chart svg",
    "/model?at=visit": ".kith-chosen",
    "/model?tab=parameters": "main h1",
    "/model?tab=equations": "main h1",
    "/class": "main h1",
}


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(page: Any, address: str, path: str) -> None:
    visit(page, address, path)
    page.wait_for_selector(PAGES[path])
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    serious = [
        f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical") and not all(SOLARAS in node["html"] for node in v["nodes"])
    ]
    assert serious == []


def test_the_first_tab_leads_past_the_navigation_to_the_content(page: Any, address: str) -> None:
    page.goto(f"{address}/model")
    page.wait_for_selector("main h1")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "kith-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "kith-content"


def test_the_answer_of_compare_is_a_few_tabs_away(page: Any, address: str) -> None:
    page.goto(f"{address}/?{SMALL}")
    page.wait_for_selector(f".kith-main[data-runs='4'] {PAGES[f'/?{SMALL}']}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the second way past: to the results, over the controls beside them
    assert page.evaluate("document.activeElement.className.includes('kith-main')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('name')") == "copy-link"


def test_a_page_is_read_as_a_banner_with_links_and_a_main_part(page: Any, address: str) -> None:
    visit(page, address, "/model")
    page.wait_for_selector("main h1")
    tree = page.locator("body").aria_snapshot()
    for part in ("- banner:", '- navigation "Pages":', "- main:", "- heading", '- link "Compare"'):
        assert part in tree, tree[:2_000]


def test_a_chart_is_read_with_its_title_and_its_words(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    page.wait_for_selector(f".kith-main[data-runs='4'] {PAGES[f'/?{SMALL}']}")
    tree = page.locator(".kith-main").aria_snapshot()
    assert '- img "Active members over time pool ends at' in tree, tree[:3_000]


def test_a_page_may_be_enlarged(page: Any, address: str) -> None:
    visit(page, address, "/lessons")
    assert page.get_attribute("meta[name=viewport]", "content") == "width=device-width, initial-scale=1"


def test_a_report_and_a_story_fit_a_phone(
    chromium: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(STUDIES, str(tmp_path))
    write_done(fits_folder() / "village")
    fit = stored_fit("village")
    assert fit is not None
    small = {"market.size": 300, "market.founders": 60}
    changed = Arm("", "crowdsourced_products", {"governance.voice": 0.8})
    found = compare(["crowdsourced_products", changed], runs=4, days=60, overrides=small, workers=1)
    pages = {
        "report": comparison_page(found),
        "board": board_page(fit.ahead, {}),
        "forecast": forecast_page(fit.ahead),
        "story": story_page(Story(found, command="kith")),
    }
    pocket = chromium.new_context(viewport={"width": 400, "height": 850}, has_touch=True)
    phone = pocket.new_page()
    for name, text in pages.items():
        file = tmp_path / f"{name}.html"
        file.write_text(text, encoding="utf-8")
        phone.goto(file.as_uri())
        assert phone.evaluate(OVER) == 0, name
        if name != "story":
            assert phone.locator("svg.chart:visible").count() > 0
            sizes = phone.evaluate(LETTERS)
            assert min(sizes) >= 7.5, f"{name}: letters of {min(sizes)} pixels are too small to read"
    cut = "[...document.querySelectorAll('#lines text')].filter(t => t.getBoundingClientRect().right > innerWidth).length"
    assert phone.locator("#lines text").count() > 2
    assert phone.evaluate(cut) == 0
    pocket.close()


def test_charts_are_drawn_for_the_width_of_a_phone(chromium: Any, address: str) -> None:
    pocket = chromium.new_context(viewport={"width": 400, "height": 850}, has_touch=True)
    phone = pocket.new_page()
    phone.goto(f"{address}/?{SMALL}")
    wide = "(document.querySelector('.kith-svg svg')?.viewBox.baseVal.width ?? 999) < 330"
    phone.wait_for_function(wide)
    over = "[...document.querySelectorAll('.kith-svg')].every(s => s.scrollWidth <= s.clientWidth + 1)"
    assert phone.evaluate(over)
    pocket.close()
