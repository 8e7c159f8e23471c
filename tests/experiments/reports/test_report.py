"""A report is one file that needs nothing else, believes no text, and says how it was made."""

import math
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from kith.experiments.comparison.comparison import Comparison, compare
from kith.experiments.comparison.repeat_command import run_command
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.reports import comparison as report
from kith.scenarios.description import about
from kith.scenarios.load import load
from kith.scenarios.settings import parse_setting, parse_shock
from kith.sim.engine import run
from kith.sim.schema.plan import Plan

SMALL = {"market.size": 600, "market.founders": 80}


class Elements(HTMLParser):
    """Names and attributes of every element, and whether they close as they open."""

    VOID = frozenset({"meta", "br", "link", "img", "input", "hr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def pages(record: Any, comparison: Comparison) -> dict[str, str]:
    return {"run": report.run_page(record, "kith run hub"), "comparison": report.comparison_page(comparison)}


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_a_page_needs_nothing_from_anywhere(pages: dict[str, str], kind: str) -> None:
    found = Elements(pages[kind])
    assert not {tag for tag, _ in found.seen} & {"script", "link", "img", "iframe", "a", "object", "form"}
    for _, attributes in found.seen:
        assert not any(name.startswith("on") or name in ("src", "action") for name in attributes)
        assert all(str(attributes[name]).startswith("#") for name in attributes if name.endswith("href"))
    outside = re.sub(r'xmlns(:\w+)?="[^"]+"', "", pages[kind])
    assert not re.search(r"https?://|url\((?!#)|@import", outside)


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_a_page_is_well_formed_and_its_ids_are_unique(pages: dict[str, str], kind: str) -> None:
    found = Elements(pages[kind])
    assert found.open == []
    ids = [str(attributes["id"]) for _, attributes in found.seen if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", ["run", "comparison"])
def test_a_page_is_the_same_twice(
    pages: dict[str, str], kind: str, record: Any, comparison: Comparison
) -> None:
    again = {"run": report.run_page(record, "kith run hub"), "comparison": report.comparison_page(comparison)}
    assert again[kind] == pages[kind]


def test_a_comparison_says_all_that_a_reader_asks(pages: dict[str, str], comparison: Comparison) -> None:
    page = pages["comparison"]
    assert comparison_answer(comparison) in page
    assert "without a published source" in page
    assert (
        "kith compare pool hub web --runs 4 --days 70 --set market.size=600 --set market.founders=80" in page
    )
    assert "Student&#39;s t" in page or "Student's t" in page
    assert "affiliation.hub" in page
    assert all(run_id[:12] in page for run_id in comparison.values["run_id"])
    assert "numba" in page


def test_a_run_says_all_that_a_reader_asks(pages: dict[str, str], record: Any) -> None:
    page = pages["run"]
    assert record.run_id in page
    assert "seed <b>3</b>" in page
    assert "Why members stopped coming" in page
    assert "single run with one random seed" in page
    assert "What does a central figure give a community" in page


def test_what_somebody_wrote_stays_text(plan: Callable[..., Plan]) -> None:
    evil = '<script>alert("x")</script>'
    wicked = replace(plan("hub", days=40), name=evil, title=evil, origin={"affiliation.hub": evil})
    page = report.run_page(run(wicked, seed=0), command=evil)
    both = report.comparison_page(compare([wicked, plan("pool", days=40)], runs=2, workers=1), evil)
    for text in (page, both):
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert Elements(text).open == []


def test_one_run_each_makes_a_report_without_intervals(plan: Callable[..., Plan]) -> None:
    page = report.comparison_page(compare([plan("web"), plan("pool")], runs=1, workers=1))
    assert "fewer than 4 paired runs: no interval" in page
    assert not re.search(r"[>\s]nan[<\s]", page)


def test_shocks_and_phases_are_told(plan: Callable[..., Plan]) -> None:
    shocks = [{"day": 20, "kind": "members_leave", "share": 0.5}]
    shaken = load("paywall", overrides=SMALL, shocks=shocks, days=40)
    page = report.run_page(run(shaken, seed=0))
    assert "20 members_leave share=0.5" in page
    assert "From day 180: <code>monetisation.model</code> none → fee" in page


def test_founders_from_a_log_are_told_once() -> None:
    found = compare(["pool", "web"], runs=1, days=5, log="chat_docker", workers=1)
    page = report.comparison_page(found)
    assert page.count("real members from an event log") == 1
    assert "--from-log chat_docker" in page


def test_a_short_and_empty_run_has_a_report() -> None:
    alone = load("no_community", overrides={"market.size": 50, "market.founders": 0}, days=1)
    page = report.run_page(run(alone, seed=0))
    assert "Nobody left." in page
    assert ">nan<" not in page


def test_the_command_is_safe_to_paste() -> None:
    asked = {
        "overrides": {"monetisation.model": "ads"},
        "shocks": [{"day": 3, "kind": "hub_departs"}],
        "log": "my log.csv",
    }
    line = run_command("web", 7, 30, asked)
    assert line == (
        "kith run web --seed 7 --days 30 --set monetisation.model=ads --shock '3 hub_departs' --from-log 'my log.csv'"
    )


@pytest.mark.parametrize(
    "value",
    [12, 7.0, 1 / 3, 0.1 + 0.2, math.inf, True, "ads", "inf", "5", "", "two words", [1, 2.5], {"a b": 1}],
)
def test_a_command_gives_values_to_the_last_bit(value: Any) -> None:
    words = shlex.split(run_command("web", 0, 9, {"overrides": {"section.name": value}}))
    name, again = parse_setting(words[words.index("--set") + 1])
    assert (name, again, type(again)) == ("section.name", value, type(value))


def test_a_command_gives_shocks_to_the_last_bit() -> None:
    shock = {"day": 3, "kind": "members_leave", "share": 1 / 3, "who": "random"}
    words = shlex.split(run_command("web", 0, 9, {"shocks": [shock]}))
    assert parse_shock(words[words.index("--shock") + 1]) == shock


def test_what_the_library_says_is_told(plan: Callable[..., Plan]) -> None:
    page = report.run_page(run(plan("cash"), days=10))
    entry = about("cash")
    assert entry.question in page
    for told in (entry.text, entry.answer):
        assert told.partition(".")[0] in page
