"""Answers are checked: the same people on both sides, one verdict per difference, and it can fail."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kith.experiments.credibility.expectations import (
    OPPOSITE,
    SHOWN,
    UNCLEAR,
    Check,
    Side,
    check,
    chosen,
    share_removed,
)
from kith.experiments.errors import RequestError
from kith.experiments.reports import expectations as answer_page
from kith.experiments.statistics.intervals import Mean, paired
from kith.scenarios.catalogue import TEXTBOOK, library
from kith.scenarios.description import about
from kith.scenarios.expected import Expected

FILE = """
extends = "web"
days = 40

[market]
size = 600
founders = 80

[incentives]
badges = 0.0

{expected}
"""


@pytest.fixture
def mine(tmp_path: Path) -> Callable[[str], str]:
    """A small scenario of one's own that expects something."""

    def write(expected: str, more: str = "") -> str:
        path = tmp_path / "mine.toml"
        path.write_text(FILE.format(expected=expected) + more, encoding="utf-8")
        return str(path)

    return write


def seen(sign: str, low: float, high: float, other: float = 100.0, indicator: str = "active") -> Check:
    """A check whose interval is known."""
    nothing = np.zeros(2)
    gap = paired(nothing, nothing)._replace(difference=(low + high) / 2, low=low, high=high)
    expected = Expected(indicator=indicator, against="web", sign=sign)  # type: ignore[arg-type]
    mean = Mean(2, other, other, other)
    return Check("cash", expected, "web", 40, mean, mean, gap)


@pytest.mark.parametrize(
    ("sign", "low", "high", "verdict"),
    [
        ("+", 1, 2, SHOWN),
        ("+", -1, 2, UNCLEAR),
        ("+", -2, -1, OPPOSITE),
        ("-", -2, -1, SHOWN),
        ("-", -1, 1, UNCLEAR),
        ("-", 1, 2, OPPOSITE),
        ("0", -9, 9, SHOWN),
        ("0", -9, 11, UNCLEAR),
        ("0", 11, 12, OPPOSITE),
        ("+", math.nan, math.nan, UNCLEAR),
    ],
)
def test_a_verdict_needs_the_whole_interval(sign: str, low: float, high: float, verdict: str) -> None:
    assert seen(sign, low, high).verdict == verdict


def test_a_scenario_is_the_same_as_itself_to_the_last_bit(mine: Callable[[str], str]) -> None:
    path = mine("")
    name = mine(f'[[expected]]\nindicator = "active"\nagainst = "{path}"\nsign = "0"\n')
    (one,) = check([name], runs=4, workers=1)
    assert (one.gap.difference, one.gap.resolved, one.verdict) == (0, None, SHOWN)
    assert one.observed.mean > 0


def test_both_sides_are_read_on_the_day_that_is_asked_for(mine: Callable[[str], str]) -> None:
    rows = "".join(
        f'[[expected]]\nindicator = "satisfaction"\nagainst = "{mine("")}"\nsign = "-"\n'
        f"but = {{ affiliation = {{ peers = 0.0 }}, value = {{ product = 0.0 }} }}\nday = {day}\n"
        for day in (20, 40)
    )
    early, late = check([mine(rows)], runs=4, workers=1)
    assert (early.day, late.day) == (20, 40)
    assert early.observed.mean != late.observed.mean
    assert early.verdict == late.verdict == OPPOSITE
    assert "but affiliation.peers = 0.0" in early.against


def test_an_expectation_may_ask_for_more_runs_than_the_others(mine: Callable[[str], str]) -> None:
    row = f'[[expected]]\nindicator = "active"\nagainst = "{mine("")}"\nsign = "0"\n'
    many, few = check([mine(f"{row}runs = 5\n{row}")], runs=4, workers=1)
    assert (many.gap.n, few.gap.n) == (5, 4)
    assert few.observed.mean != many.observed.mean


def test_an_experiment_is_compared_with_its_twin(mine: Callable[[str], str]) -> None:
    experiment = '[[experiment]]\nname = "idle"\nshare = 0.5\nincentives.badges = 0.0\n'
    expected = '[[expected]]\nindicator = "contributions"\nexperiment = "idle"\nsign = "0"\n'
    (one,) = check([mine(expected + experiment)], runs=4, workers=1)
    assert one.gap.difference == 0
    assert one.observed.mean > 0


def test_an_experiment_that_is_not_there_is_refused(mine: Callable[[str], str]) -> None:
    path = mine('[[expected]]\nindicator = "invitations"\nexperiment = "badges"\nsign = "0"\n')
    with pytest.raises(RequestError, match="experiment = 'badges': the scenario's experiments are none"):
        check([path], runs=4)


def test_a_share_removed_is_of_the_symptom() -> None:
    assert share_removed(seen("-", -12, -8), seen("+", 7, 9)) == 0.8
    assert math.isnan(share_removed(seen("-", -12, -8), seen("+", 7, 9, indicator="present")))


@pytest.mark.parametrize(("low", "high", "told"), [(7, 9, "Every fix removes"), (2, 4, "by `cash`")])
def test_the_page_tells_if_a_fix_does_not_remove_most_of_its_symptom(
    tmp_path: Path, low: float, high: float, told: str
) -> None:
    symptom, fix = seen("-", -12, -8), seen("+", low, high)
    symptom = replace(symptom, expected=symptom.expected.model_copy(update={"role": "symptom"}))
    fix = replace(fix, expected=fix.expected.model_copy(update={"role": "fix", "against": "cash"}))
    answer_page.write_pages([symptom, fix], 16, tmp_path / "answers")
    head, text = (
        (tmp_path / "answers" / f"{page}.md").read_text("utf-8") for page in ("answers", "pitfalls")
    )
    assert told in text
    assert "bootstrap over seeds" in head
    assert "{{" not in head + text


def test_names_tags_and_paths_are_understood(mine: Callable[[str], str]) -> None:
    assert chosen([]) == []
    assert chosen(["web", "web"]) == ["web"]
    assert set(chosen(["pitfall"])) == {e.name for e in library() if "pitfall" in e.tags}
    with pytest.raises(RequestError, match="has no expectation"):
        chosen(["still"])
    with pytest.raises(RequestError, match="must be at least 4"):
        check(["web"], runs=3)


def test_sides_tell_what_is_changed() -> None:
    assert str(Side("web", (("organisation.staff", "1.0"),))) == "web but organisation.staff = 1.0"


def test_the_pages_are_the_same_for_the_same_checks(tmp_path: Path) -> None:
    checks = [seen("+", 1, 2), seen("-", 1, 2)]
    texts = []
    for again in ("once", "twice"):
        answer_page.write_pages(checks, 8, tmp_path / again)
        texts.append({page.name: page.read_text("utf-8") for page in (tmp_path / again).iterdir()})
    assert texts[0] == texts[1]
    assert "**1 of 2 expectations are shown**" in texts[0]["answers.md"]
    on_shelf = sum(entry.shelf == "norms" for entry in library())
    assert f"| [Norms](norms.md) | {on_shelf} | 2 | 1 |" in texts[0]["answers.md"]
    told = answer_page.as_object(checks, 8)
    assert (told["holds"], [one["verdict"] for one in told["expectations"]]) == (False, [SHOWN, OPPOSITE])


@pytest.mark.full
def test_the_library_tells_what_the_model_shows() -> None:
    checks = check(runs=8)
    assert {c.scenario for c in checks} == {e.name for e in library() if e.shelf in TEXTBOOK}
    assert [
        f"{c.scenario}: {c.expected.indicator} to {c.against}" for c in checks if c.verdict != SHOWN
    ] == []
    least: dict[str, float] = {}
    for symptom, fix in answer_page.pairs(checks):
        least[fix.scenario] = min(share_removed(symptom, fix), least.get(fix.scenario, 1.0))
    assert {name for name, share in least.items() if share < 0.5} == {
        name for name in least if re.search("The model (does not show|shows only)", about(name).answer)
    }
