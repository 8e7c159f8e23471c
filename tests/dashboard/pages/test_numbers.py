"""Five numbers instead of a log: checked, held beside the library's, and a size to start from."""

from typing import Any
from urllib.parse import unquote

import pytest

from kith.dashboard.content import five_numbers as numbers
from kith.dashboard.content.five_numbers import nearest, numbers_from, numbers_table, what_if
from kith.dashboard.pages import community
from kith.dashboard.state.compare_state import CompareState
from kith.experiments.evidence.statistics import STATISTICS
from tests.dashboard.looking import button, texts, until, vue_widgets


def test_per_cent_become_shares_and_what_is_not_told_is_left_out() -> None:
    assert numbers_from({"active": "200", "lost_month": "8", "reply_rate": " ", "log": "x"}) == {
        "active": 200,
        "lost_month": pytest.approx(0.08),
    }


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"active": "many"}, "Active members: many must be a number"),
        ({"active": "0"}, "1 or more"),
        ({"lost_month": "120"}, "from 0 to 100"),
        ({"contributions": "nan"}, "must be a number"),
        ({"active": "500", "market": "100"}, "at least as many"),
    ],
)
def test_a_wrong_number_is_explained(given: dict[str, str], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        numbers_from(given)


def test_the_nearest_is_marked_by_more_than_colour() -> None:
    assert nearest(10.0, {"pool": 4.0, "hub": 30.0, "web": float("nan")}) == "pool"
    assert nearest(10.0, {}) == ""
    beside = {
        name: {"actives_month": value} for name, value in (("pool", 100.0), ("hub", 900.0), ("web", 2_000.0))
    }
    assert "● 900" in numbers_table({"active": 1_000.0}, beside)


def test_the_what_if_starts_with_as_many_members() -> None:
    look = CompareState.strict(unquote(what_if({"active": 120, "market": 3_000}).partition("?")[2]))
    assert [choice.bases for choice in look.choices] == [("pool",), ("hub",), ("web",)]
    assert dict(look.choices[0].settings) == {"market.size": 3_000, "market.founders": 120}


def test_the_numbers_stand_in_the_address_and_are_shown(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "library_measures", lambda *_: dict.fromkeys(STATISTICS, 0.5))
    rc = shown(community.Page, "/community")
    fields = {w.name: w for w in vue_widgets(rc, "text_input.vue")}
    fields["active"].vue_put("200")
    fields["lost_month"].vue_put("999")
    button(rc, "five").vue_press(None)
    assert any("Members lost per month" in text for text in texts(rc).split("<p"))
    assert rc.paths == []
    fields["lost_month"].vue_put("8")
    button(rc, "five").vue_press(None)
    assert rc.paths[-1] == "/community?active=200&lost_month=8"
    until(lambda: "<b>200</b>" in texts(rc) and "…" not in texts(rc).partition("yours")[2][:200])
    button(rc, "by-hand").vue_press(None)
    assert "market.founders=200" in unquote(rc.paths[-1])
