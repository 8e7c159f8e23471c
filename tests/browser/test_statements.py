"""What the comparison page says in a browser: names, lengths, scaling, levers without effect, money, other assumptions."""

from typing import Any

import pytest

from tests.browser.conftest import visit
from tests.browser.test_pages import SMALL, done

pytestmark = pytest.mark.browser


def test_a_changed_design_is_named_by_its_change_and_the_librarys_is_not(page: Any, address: str) -> None:
    visit(page, address, "/?a=hub~governance.voice=0.5&a=hub&people=500&days=90&runs=4")
    done(page)
    assert page.inner_text("h1") == "hub (voice 0.5) or hub?"
    assert page.locator("th:text-is('hub (voice 0.5)')").count() == 1
    assert page.locator("h2:has-text('Change hub (voice 0.5)')").count() == 1
    assert "hub (voice 0.5)" in page.inner_html(".kith-svg")


def test_what_is_scaled_with_the_people_is_said_and_what_is_not(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}")
    done(page)
    assert page.locator(".kith-note:text-is('as in the library, scaled')").count() == 2
    scaled = page.locator(".kith-note:has-text('Scaled from the library')").inner_text()
    assert "500 people instead of 20,000" in scaled and "25 founders instead of 1,000" in scaled
    page.wait_for_selector(".kith-note:has-text('Not scaled, so that they weigh more')")


def test_a_scenario_runs_for_its_own_length(page: Any, address: str) -> None:
    visit(page, address, "/?a=pay_and_stop&a=web&people=300&runs=2")
    done(page, 2)
    assert page.locator("select[name=days] option:checked").inner_text() == "own: 720"
    assert page.inner_text(".kith-lead").startswith("After 720 days")
    page.select_option("select[name=days]", "90")
    page.wait_for_selector(".kith-note:has-text('written for 720 days')")


def test_two_runs_resolve_nothing(page: Any, address: str) -> None:
    visit(page, address, "/?a=pool&a=hub&people=300&days=30&runs=2")
    done(page, 2)
    assert "fewer than 4 paired runs: no interval" in page.inner_text(".kith-lead")


def test_a_lever_without_effect_says_why(page: Any, address: str) -> None:
    visit(page, address, "/?a=web&a=pool&people=300&days=30&runs=4")
    done(page)
    price = page.locator("[data-name='monetisation.price']").first
    assert "No effect here: nobody pays a price while monetisation.model is none." in price.inner_text()
    assert price.locator("input[type=range]").is_disabled()
    page.select_option("[data-name='monetisation.model'] select", "subscription")
    page.wait_for_selector(
        "[data-name='monetisation.price'] input[type=range]:not([disabled])", state="attached"
    )


def test_money_shows_the_company_beside_its_members_for_every_design(page: Any, address: str) -> None:
    visit(page, address, f"/?{SMALL}&view=money")
    done(page)
    heads = [head.inner_text() for head in page.locator("th").all()]
    assert "member surplus, EUR per month" in heads and "members' share of the surplus" in heads
    assert {"pool", "hub"} <= set(heads)


def test_other_assumptions_are_tried_with_progress_and_an_answer(page: Any, address: str) -> None:
    visit(page, address, "/?a=pool&a=hub&people=300&days=60&runs=4&view=worlds")
    page.click("button[name=worlds]")
    page.wait_for_selector(".kith-note:has-text(' runs done.')")
    page.wait_for_selector("th:text-is('the same in')")
    conclusion = page.locator("td:has-text(' of 32 worlds (')").first.inner_text()
    assert conclusion.endswith("%)"), conclusion
