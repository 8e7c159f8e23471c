"""The pages in a browser: they show what they should, and what is done to them has its effect."""

import re
from pathlib import Path
from typing import Any

import pytest

from kith.scenarios.logs.recognise import FORMATS
from tests.browser.conftest import Server, visit, watched
from tests.scenarios.logs.exports import EVERY_KIND

pytestmark = pytest.mark.browser

SMALL = "a=pool&a=hub&people=500&days=90&runs=4"
CHART = ".kith-chart svg"
TITLES = {form.name: form.title for form in FORMATS}
SIZES = ((1280, 720), (1920, 1080), (400, 850))
FITS = "document.documentElement.scrollWidth - window.innerWidth <= 1"


def done(page: Any, runs: int = 4) -> None:
    """Wait until the last run is in and drawn."""
    page.wait_for_selector(f".kith-main[data-runs='{runs}'] {CHART}")


def taken(page: Any, button: str, ending: str, folder: Path) -> bytes:
    """What a button hands over as a file."""
    with page.expect_download() as waiting:
        page.locator(button).first.click()
    assert waiting.value.suggested_filename.endswith(ending)
    waiting.value.save_as(folder / "saved")
    return (folder / "saved").read_bytes()


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        (f"/?{SMALL}", "pool or hub?"),
        (f"/?{SMALL}&view=goal", "What value would it take?"),
        ("/watch?a=hub&people=2000&day=5", "day by day"),
        ("/watch?a=pool&a=hub&a=web&people=2000&day=5", "Strike all of them"),
        ("/lessons", "Lessons of about ten minutes"),
        ("/lessons?lesson=contest", "Design your own community"),
        ("/lessons?lesson=3-hub-leaves", "Your prediction"),
        ("/lessons?lesson=3-hub-leaves&sheet=1", "I predict"),
        ("/studies", "A study asks"),
        ("/studies?study=price_and_ads", "Levers"),
        ("/community", "What does your community look like?"),
        ("/community?log=chat_docker", "What the log cannot tell"),
        ("/model", "What is in the model"),
        ("/model?tab=equations", "Purpose and patterns"),
        ("/class", "PIN"),
    ],
)
def test_every_page_shows_itself_at_every_size(page: Any, address: str, path: str, sign: str) -> None:
    visit(page, address, path)
    page.wait_for_selector(f"text={sign}")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"innerWidth === {width}")
        try:
            page.wait_for_function(FITS, timeout=10_000)  # once the style sheets are in force
        except Exception as error:
            assert "Timeout" in str(error)
            over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            pytest.fail(f"at {width}x{height} the page is {over} pixels too wide")


def test_the_navigation_leads_to_every_page(page: Any, address: str) -> None:
    visit(page, address, "/community")
    for name, path in (
        ("Watch", "/watch"),
        ("Studies", "/studies"),
        ("Lessons", "/lessons"),
        ("Model", "/model"),
        ("Class", "/class"),
        ("My community", "/community"),
        ("Compare", "/"),
    ):
        page.click(f".kith-bar a:text-is('{name}')")
        page.wait_for_url(f"{address}{path}")
        page.wait_for_selector(f".kith-bar a.here:text-is('{name}')")
    assert page.title() == "Compare · kith"


def test_a_slider_changes_the_chart_the_address_and_shows_its_difference(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    before = page.inner_html(".kith-svg")
    slider = page.locator("[data-name='affiliation.activity'] input[type=range]").first
    slider.focus()
    page.keyboard.press("PageDown")
    page.wait_for_url(re.compile("affiliation.activity"))
    page.wait_for_function("o => document.querySelector('.kith-svg').innerHTML !== o", arg=before)
    done(page)
    assert page.locator(".kith-was").first.inner_text().startswith("preset: 1")
    page.wait_for_selector(".kith-change:has-text('Your change, from pool to pool (activity')")
    assert "before your change" in page.inner_html(".kith-svg")
    page.locator(".kith-was button").first.click()
    page.wait_for_selector(".kith-change:has-text(') to pool:')")
    assert "affiliation" not in page.url
    page.click("button[name=forth]")  # undoing the only change is the step back
    page.wait_for_url(re.compile("affiliation.activity"))


def test_pointing_at_a_chart_reads_its_values(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    page.locator(".kith-chart svg").first.hover(timeout=20_000)
    page.wait_for_selector(".kith-readout:has-text('day ')", timeout=20_000)
    assert "hub" in page.inner_text(".kith-readout")


def test_a_link_shows_the_same_again(page: Any, address: str) -> None:
    path = "/?a=pool~affiliation.activity=0.5&a=web+subscription&people=500&days=90&runs=4&view=leaving"
    page.goto(address + path)
    done(page)
    first = page.inner_html(".kith-svg")
    page.goto("about:blank")
    page.goto(address + path)
    done(page)
    assert page.inner_html(".kith-svg") == first
    assert page.inner_text(".kith-tabs a.here") == "Staying and leaving"
    assert page.locator("[data-name='affiliation.activity'] input[type=number]").first.input_value() == "0.5"
    assert page.input_value("select[name=scenario-1]") == "web + subscription"


def test_a_narrow_window_leads_to_the_controls_below(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    assert not page.is_visible("button[name=jump]")
    page.set_viewport_size({"width": 400, "height": 850})
    # pictures that are drawn anew for the width move what stands below them
    page.wait_for_function("(document.querySelector('.kith-svg svg')?.viewBox.baseVal.width ?? 999) < 330")
    page.click("button[name=jump]")
    page.wait_for_function("document.activeElement.name === 'scenario-0'")
    page.wait_for_function("document.activeElement.getBoundingClientRect().y < 200")


def test_back_undoes_a_change(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    page.select_option("select[name=days]", "180")
    page.wait_for_url(re.compile("days=180"))
    page.go_back()
    page.wait_for_function("document.querySelector('select[name=days]').value === '90'")
    assert "days=90" in page.url and "180" not in page.url
    done(page)


def test_a_price_is_sought_and_found_with_its_interval(page: Any, address: str) -> None:
    visit(page, address, "/?a=web&people=300&days=60&runs=1&view=goal")
    page.click("button[name=seek]")
    page.wait_for_selector(".kith-lead:has-text('nine in ten active members')")
    page.wait_for_selector(".kith-chart svg:has-text('membership fee')")
    page.select_option("select[name=goal]", "best")
    page.wait_for_selector(".kith-lead:has-text('leaves the company most')")
    answer = page.locator(".kith-lead").last.inner_text()
    assert re.search(
        r"a membership fee of [\d.]+ EUR per month leaves the company most, [−\d,.]+ EUR", answer
    ), answer
    dots = page.locator(".kith-chart svg").first.inner_html()
    assert "30" in dots and "band: as good as the best" in dots


def test_a_copied_link_says_where_it_opens_and_a_command_is_there_instead(page: Any, address: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    visit(page, address, f"/?{SMALL}")
    done(page)
    page.click("button[name=copy-link]")
    page.wait_for_selector("[role=status]:has-text('It opens on this machine only')", timeout=10_000)
    assert page.evaluate("navigator.clipboard.readText()").startswith(f"{address}/?a=pool&a=hub")
    page.click("button[name=copy-text]")
    page.wait_for_function("navigator.clipboard.readText().then(text => text.startsWith('kith compare'))")


def test_the_contest_runs_a_try_and_shows_who_leads(page: Any, address: str) -> None:
    visit(page, address, "/lessons?lesson=contest")
    page.select_option("select[name=type]", "pool")
    page.wait_for_url(re.compile("a=pool"))
    page.click("button[name=try]")
    page.wait_for_selector(".kith-verdict:has-text('after a year')", timeout=60_000)
    page.wait_for_selector("h2:text-is('Who leads')")
    page.wait_for_selector("td:has-text('(you)')")
    members = page.inner_text(".kith-verdict").split(" active")[0]
    row = page.locator("tr:has-text('(you)')").first.inner_text()
    assert row.split("\t")[2] == members and row.endswith("pool"), row
    assert "Largest costs: " in page.inner_text(".kith-verdict")


def test_everything_can_be_taken_away(page: Any, address: str, tmp_path: Path) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    for button, ending, inside in (
        ("text=Report (HTML)", ".html", "<svg"),
        ("text=Table (CSV)", ".csv", "outcome,scenario"),
        ("text=Save as scenario (TOML)", ".toml", 'extends = ["pool"]'),
        (".kith-tools button:text-is('CSV')", ".csv", "scenario,day"),
        (".kith-tools button:text-is('SVG')", ".svg", "<svg"),
        (".kith-tools button:text-is('PNG')", ".png", "PNG"),
    ):
        content = taken(page, button, ending, tmp_path)
        assert inside.encode() in content, button
        assert len(content) > 10
    assert content.startswith(b"\x89PNG")


def test_a_scenario_file_is_loaded_and_a_bad_one_explained(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    good = b'extends = "web"\n[monetisation]\nprice = 7\n'
    page.set_input_files("input[name=scenario]", {"name": "mine.toml", "mimeType": "", "buffer": good})
    page.wait_for_url(re.compile("web~monetisation.price=7"))
    bad = b'extends = "../../etc/passwd"\n'
    page.set_input_files("input[name=scenario]", {"name": "bad.toml", "mimeType": "", "buffer": bad})
    page.wait_for_selector(".kith-error:has-text('there is no scenario')")
    assert "web~monetisation.price=7" in page.url, "the good one stays"
    assert "passwd" not in page.url and page.locator("select[name^=scenario-]").count() == 3


def drop_log(page: Any, *files: tuple[str, bytes]) -> None:
    """Choose files as a log."""
    page.set_input_files(
        "input[name=log]", [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    )


def test_a_log_of_every_format_is_recognised(page: Any, address: str) -> None:
    """Thirteen formats, as a file, a zip, gzipped, or as several files."""
    visit(page, address, "/community")
    for kind, files in EVERY_KIND.items():
        drop_log(page, *files)
        label = files[0][0] + (f" and {len(files) - 1} more" if len(files) > 1 else "")
        page.wait_for_selector(f"h2:has-text('{label}: {TITLES[kind]}')")
        page.wait_for_selector("button[name=measure]")
        assert page.input_value("select[name=format]") == kind
        assert page.locator("td:has-text('member 1')").count() > 0
        assert page.locator(".kith-error").count() == 0
        page.click("button[name=discard]")
        page.wait_for_selector("button[name=discard]", state="detached")


def test_a_table_is_mapped_by_hand_measured_and_starts_a_what_if(page: Any, address: str) -> None:
    visit(page, address, "/community")
    rows = "".join(f"p{n % 12};0{n % 9 + 1}/0{n % 4 + 1}/2024;x;p{(n + 1) % 12}\n" for n in range(180))
    drop_log(page, ("odd.csv", ("wer;wann;was;wem\n" + rows).encode()))
    page.wait_for_selector(".kith-error:has-text('choose it below')")
    assert page.locator("th:has-text('wann')").count() == 1
    page.select_option("select[name=column-member]", "wer")
    page.wait_for_function("document.querySelector('select[name=column-member]').value === 'wer'")
    page.wait_for_selector(".kith-error:has-text('hold the time')")
    page.select_option("select[name=column-time]", "wann")
    page.wait_for_selector(".kith-error:has-text('day/month or month/day')")
    page.select_option("select[name=order]", "day")
    page.wait_for_selector("text=180 of 180 rows, 12 members, 2024-01-01 to 2024-04-09")
    page.click("button[name=measure]")
    page.wait_for_url(re.compile("log="))
    page.wait_for_selector("td:text-is('active members per month')")
    page.wait_for_selector("figure[data-name=kith-log-growth] svg")
    page.fill("input[name=at]", "2024-03-01")
    page.locator("input[name=at]").dispatch_event("change")
    page.wait_for_url(re.compile("at=2024-03-01"))
    page.click("button[name=what-if]")
    page.wait_for_selector("text=Starting from odd.csv: 6 members on 2024-03-01")


def test_what_is_no_log_is_refused_in_a_sentence(page: Any, address: str) -> None:
    visit(page, address, "/community")
    for name, content, words in (
        ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(60), "it is a PNG picture"),
        ("empty.csv", b"", "is empty"),
        ("big.csv", b"x" * 9_000_000, "8 MB"),
    ):
        drop_log(page, (name, content))
        page.wait_for_selector(f".kith-error:has-text('{words}')")
    bad = b"member_id,timestamp,action,target_member\na,2024-01-01,post,\nb,yesterday,<img src=x>,\n"
    drop_log(page, ("bad.csv", bad))
    page.wait_for_selector(".kith-error:has-text('line 3')")
    assert page.locator("main img").count() == 0


def test_a_study_is_started_followed_read_and_linked(page: Any, address: str, tmp_path: Path) -> None:
    visit(page, address, "/studies")
    page.click("button[name=open-small]")
    page.select_option("select[name=size]", "whole")
    page.wait_for_selector("input[name=runs]")
    page.wait_for_selector("text=32 runs; nothing is stored yet")
    page.click("button[name=start]")
    page.wait_for_selector("text=32 of 32 runs stored")
    page.click(".kith-tabs a:text-is('Points')")
    page.locator('.kith-svg [id*="-point-hub-"]').first.click()
    page.wait_for_url(re.compile("at=hub-"))
    page.wait_for_selector("text=/Selected: point \\d+ of hub/")
    page.click(".kith-tabs a:text-is('Table')")
    page.click("button[name='beside-pool-0']")
    page.click("button[name=to-pair]")
    page.wait_for_selector("figure[data-name=kith-pair] svg")
    link, rows = page.url, page.inner_text("table")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("figure[data-name=kith-pair] svg")
    assert page.inner_text("table") == rows
    assert b"run_id" in taken(page, "text=Runs (CSV)", ".csv", tmp_path)
    assert b"A small grid" in taken(page, "text=Report (HTML)", ".html", tmp_path)


def test_every_control_of_a_study_is_reached_by_keyboard(page: Any, address: str) -> None:
    visit(page, address, "/studies?study=critical_mass")
    page.wait_for_selector("[name=start]")
    page.focus(".kith-name")
    reached = {"kith"}
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.name || document.activeElement.innerText"))
    assert {"kith", "Studies", "all", "size", "start"} <= reached
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_the_network_moves_is_struck_and_tells_stories(page: Any, address: str, tmp_path: Path) -> None:
    visit(page, address, "/watch?a=hub&people=5000&day=60")
    page.click("button[name=play]")
    page.wait_for_function("+document.querySelector('.kith-day b').innerText > 70")
    page.wait_for_function("parseInt(document.querySelector('.kith-fps').innerText) > 0")
    page.click("button[name=act-hub_departs]")
    page.wait_for_selector("text=without the interventions")
    page.wait_for_selector(".kith-matters:has-text('if nobody had interfered')")
    page.click("button[name=play]")
    page.wait_for_url(re.compile(r"act=\d+:hub_departs"))
    page.focus(".kith-canvas")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f".kith-story:has-text('Member {picked(page)}')")
    for share in (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65):
        box = page.locator(".kith-canvas").bounding_box()
        page.click(".kith-canvas", position={"x": box["width"] * share, "y": box["height"] * 0.4})
        if picked(page) != "-1":
            break
    page.wait_for_selector(f".kith-story:has-text('Member {picked(page)}')")
    assert b"day,active,active_without_interventions" in taken(
        page, "button[name=save-csv]", ".csv", tmp_path
    )
    assert taken(page, "button[name=save-png]", ".png", tmp_path).startswith(b"\x89PNG")


def test_a_link_to_a_world_shows_its_day_its_colours_and_its_member_again(page: Any, address: str) -> None:
    visit(page, address, "/watch?a=web&people=2000&day=40")
    assert page.input_value("select[name=colour]") == "layer"
    page.select_option("select[name=colour]", "belonging")
    page.wait_for_url(re.compile("colour=belonging"))
    page.click("button[name=step]")
    page.wait_for_url(re.compile("day=41"))
    page.focus(".kith-canvas")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"member=\d+"))
    page.wait_for_selector(".kith-story")
    link, story, seen = page.url, page.inner_text(".kith-story"), page.inner_text(".kith-day")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector(".kith-story")
    assert page.inner_text(".kith-story") == story
    assert page.inner_text(".kith-day") == seen
    assert page.input_value("select[name=colour]") == "belonging"
    assert page.inner_text(".kith-legend").startswith("does not belong")


def test_three_designs_are_struck_at_once_and_time_goes_back(page: Any, address: str) -> None:
    visit(page, address, "/watch?a=pool&a=hub&a=web&people=2000&day=60")
    page.wait_for_selector(".kith-stage >> nth=2")
    page.click("button[name=act-hub_departs]")
    page.wait_for_selector(".kith-event:has-text('Day 60: the hub leaves')")
    page.wait_for_selector(".kith-matters:has-text('if nobody had interfered')")
    line = page.locator(".kith-line").bounding_box()
    assert line["y"] + line["height"] <= 720, "the chart is below the fold"
    page.evaluate(
        "() => { const line = document.querySelector('[name=time]'); line.value = 40; line.dispatchEvent(new Event('change')) }"
    )
    page.wait_for_function("document.querySelector('.kith-day b').innerText === '40'")
    page.wait_for_url(re.compile("day=40&act=60:hub_departs"))
    assert page.locator(".kith-matters").count() == 0


def picked(page: Any) -> str:
    """The member that was clicked last, or that the keyboard reached."""
    return str(page.get_attribute(".kith-canvas", "data-picked"))


def test_the_map_of_the_model_is_walked_with_the_keyboard(page: Any, address: str) -> None:
    visit(page, address, "/model")
    page.focus("[id='map-point-bond']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".kith-chosen h2:text-is('Bond')")
    page.wait_for_url(re.compile("at=bond"))
    page.click("[id='map-point-value.product']")
    page.wait_for_selector(".kith-chosen:has-text('source')")
    page.wait_for_url(re.compile("at=value.product"))
    assert page.locator(".kith-chosen").count() == 1
    assert "product" in page.inner_text(".kith-chosen h2")


def test_dark_and_light_are_kept(page: Any, address: str) -> None:
    visit(page, address, "/model")
    page.click(".kith-theme")
    page.wait_for_selector("#app.theme--dark")
    page.reload()
    page.wait_for_selector("#app.theme--dark .kith-theme")
    paper = "getComputedStyle(document.querySelector('.kith')).backgroundColor"
    dark = page.evaluate(paper)
    page.click(".kith-theme")
    page.wait_for_selector("#app.theme--light")
    assert page.evaluate(paper) != dark
    assert page.evaluate("getComputedStyle(document.getElementById('app')).colorScheme") == "light"


def test_the_words_of_a_chart_are_there_for_who_does_not_see_it(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    page.locator(".kith-tools button:text-is('In words')").first.click()
    assert "pool ends at" in page.inner_text(".kith-words")
    assert page.locator(f"{CHART}[role=img]").count() == page.locator(CHART).count()
    assert page.locator("button:not([aria-label])").evaluate_all("all => all.every(b => b.innerText.trim())")
    assert page.locator("input:not([aria-label]):not([id])").evaluate_all(
        "all => all.every(i => i.closest('label'))"
    )


def test_a_class_comes_in_predicts_and_sees_its_histogram(page: Any, chromium: Any, server: Server) -> None:
    pocket = chromium.new_context(viewport={"width": 390, "height": 800})
    phone = pocket.new_page()
    wrong = watched(phone, server.room)
    visit(page, server.address, "/class")
    page.wait_for_selector(f"text=PIN {server.pin[:3]} {server.pin[3:]}")
    phone.goto(f"{server.room}/studies")
    assert phone.url == f"{server.room}/join"
    phone.fill("#pin", server.pin)
    phone.click("button")
    phone.wait_for_selector("text=You have joined")
    page.wait_for_selector("text=1 person is connected")
    size = page.locator(".kith-qr svg").bounding_box()
    page.select_option("select[name=ask]", "3-hub-leaves")
    phone.click("button[name=predict-2]")
    phone.wait_for_selector("text=Saved. You can")
    page.wait_for_selector("text=1 answer so far")
    assert page.locator(".kith-svg").count() == 0
    now = page.locator(".kith-qr svg").bounding_box()
    assert (now["width"], now["height"]) == (size["width"], size["height"])
    page.click("button[name=close]")
    histogram = page.locator(".kith-svg svg").bounding_box()
    assert histogram["y"] + histogram["height"] <= 720, "the histogram is below the fold"
    assert page.locator(".kith-qr svg").bounding_box()["width"] < size["width"] / 2
    page.click("button[name=code-size]")
    page.wait_for_function("document.querySelector('.kith-qr svg').clientWidth >= 240")
    page.click("button[name=run]")
    page.wait_for_url(re.compile("lesson=3-hub-leaves&guess=2"))
    phone.wait_for_selector("text=Voting is closed: look at the projector.")
    assert phone.evaluate(FITS)
    pocket.close()
    assert wrong == []


def test_a_foreign_page_cannot_open_a_connection(address: str) -> None:
    import urllib.error
    import urllib.request

    for header, value in (("Origin", "https://evil.example"), ("Host", "evil.example")):
        asked = urllib.request.Request(f"{address}/readyz", headers={header: value})
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            urllib.request.urlopen(asked)
        refused.value.close()
