"""What is done quickly, before a page is drawn again, stands in the address all the same."""

from collections import deque
from typing import Any
from urllib.parse import unquote

from kith.dashboard.live.shared_workers import Request
from kith.dashboard.pages import community, compare, lessons, model, watch
from kith.dashboard.state.navigation import Navigation
from tests.dashboard.looking import button, handler, until, vue_widgets

SMALL = "people=300&days=60&runs=1"


class Browser:
    """A browser that draws an address when it is told to, as one does that is busy."""

    def __init__(self, path: str) -> None:
        self.here, self.path = Navigation(), path
        self.asked: list[str] = []
        self.draw(path)

    def draw(self, path: str) -> None:
        self.here.see(path, self.asked.append)


def with_(word: str) -> Any:
    return lambda query: f"/page?{query}{word}"


def test_a_change_is_made_to_what_was_asked_for_last_though_it_is_not_drawn() -> None:
    browser = Browser("/page?a")
    browser.here.change("/page", with_("b"))
    browser.here.change("/page", with_("c"))
    assert browser.asked == ["/page?ab", "/page?abc"]


def test_drawing_late_what_was_asked_for_first_does_not_forget_the_second() -> None:
    browser = Browser("/page?a")
    browser.here.change("/page", with_("b"))
    browser.here.change("/page", with_("c"))
    browser.draw("/page?a")
    browser.draw("/page?ab")
    assert browser.here.newest == "/page?abc"
    browser.draw("/page?abc")
    browser.here.change("/page", with_("d"))
    assert browser.asked[-1] == "/page?abcd"


def test_going_back_in_the_browser_is_where_the_next_change_begins() -> None:
    browser = Browser("/page?a")
    browser.here.change("/page", with_("b"))
    browser.draw("/page?ab")
    browser.draw("/page?a")
    browser.here.change("/page", with_("c"))
    assert browser.asked[-1] == "/page?ac"


def test_a_page_that_was_left_changes_nothing() -> None:
    browser = Browser("/page?a")
    browser.here.go("/elsewhere")
    browser.here.change("/page", with_("b"))
    browser.here.change("/elsewhere", lambda query: "/elsewhere")
    assert browser.asked == ["/elsewhere"]


def test_two_controls_of_one_drawing_both_stand_in_the_address(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, f"/?a=pool&a=web&{SMALL}")
    until(lambda: vue_widgets(rc, "tabs.vue"))
    [controls] = vue_widgets(rc, "controls.vue")
    put, [days] = handler(controls, "set"), [w for w in vue_widgets(rc, "dropdown.vue") if w.name == "days"]
    longer, tab = handler(days, "pick"), handler(vue_widgets(rc, "tabs.vue")[0], "pick")
    put({"name": "monetisation.price", "value": "7"})
    put({"name": "value.product", "value": "0.9"})
    longer("90")
    tab("money")
    path = unquote(rc.paths[-1])
    assert all(
        part in path for part in ("monetisation.price=7", "value.product=0.9", "days=90", "view=money")
    )


def test_who_clicks_twice_on_remove_removes_one(here: Any, shown: Any) -> None:
    rc = shown(compare.Page, f"/?a=pool&a=hub&a=web&{SMALL}")
    remove = handler(button(rc, "remove-0"), "press")
    remove(None)
    remove(None)
    assert unquote(rc.paths[-1]).startswith("/?a=hub&a=web&")


def test_watch_keeps_the_seed_and_the_people_that_were_chosen_quickly(here: Any, shown: Any) -> None:
    rc = shown(watch.Page, "/watch?a=web&people=300&day=2")
    seed = handler(button(rc, "seed"), "press")
    [people] = [handler(w, "pick") for w in vue_widgets(rc, "dropdown.vue") if w.name == "people"]
    seed(None)
    seed(None)
    people("500")
    assert rc.paths[-1] == "/watch?a=web&people=500&seed=2&day=0"


def test_a_prediction_and_its_sheet_both_stay_in_the_address(here: Any, shown: Any, monkeypatch: Any) -> None:
    def nothing(owner: str, jobs: Any) -> Request:
        request = Request(owner, deque())
        request.results.put(None)
        return request

    monkeypatch.setattr(here, "submit", nothing)
    rc = shown(lessons.Page, "/lessons?lesson=3-hub-leaves")
    sheet, [guess] = handler(button(rc, "sheet"), "press"), [handler(button(rc, "guess-1"), "press")]
    guess(None)
    sheet(None)
    assert rc.paths[-1] == "/lessons?lesson=3-hub-leaves&guess=1&sheet=1"


def test_a_word_is_searched_on_the_tab_that_was_chosen_just_before(shown: Any) -> None:
    rc = shown(model.Page, "/model?tab=parameters")
    tab, word = (
        handler(vue_widgets(rc, "tabs.vue")[0], "pick"),
        handler(vue_widgets(rc, "text_input.vue")[0], "put"),
    )
    tab("indicators")
    word("churn")
    assert rc.paths[-1] == "/model?tab=indicators&q=churn"


def test_the_number_that_was_typed_last_is_not_lost(shown: Any) -> None:
    rc = shown(community.Page, "/community")
    fields = {w.name: w for w in vue_widgets(rc, "text_input.vue")}
    show, put = (
        handler(button(rc, "five"), "press"),
        {name: handler(fields[name], "put") for name in ("active", "lost_month")},
    )
    put["active"]("120")
    put["lost_month"]("8")
    show(None)
    assert rc.paths[-1] == "/community?active=120&lost_month=8"
