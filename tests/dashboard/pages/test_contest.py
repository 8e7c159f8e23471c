"""The contest: the same people for everybody, a budget that counts what was spent, and the best design of each seat."""

from typing import Any

import pytest

from kith.dashboard.access.classroom import HOST, Room
from kith.dashboard.pages import classroom as class_page
from kith.dashboard.pages import lessons as page
from kith.dashboard.teaching import contest
from kith.dashboard.teaching.contest import BUDGET, board, entered, jobs, scored, verdict
from kith.experiments.runs.runner import execute
from kith.scenarios.errors import ScenarioError
from tests.dashboard.looking import button, handler, texts, until, vue_widgets


def test_everybody_has_the_same_people_and_what_is_spent_is_what_the_runs_cost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(contest, "PEOPLE", 500)
    monkeypatch.setattr(contest, "DAYS", 60)
    plain, rich = (jobs(entered(text)) for text in ("web", "web~acquisition.paid_budget=20"))
    assert [job.seed for job in plain] == [job.seed for job in rich] == list(range(contest.RUNS))
    score, cost = scored([execute(job, 1) for job in plain[:2]])
    more, spent = scored([execute(job, 1) for job in rich[:2]])
    assert more > score
    assert spent - cost > 20 * 50


@pytest.mark.parametrize("type_", contest.TYPES)
def test_each_type_as_it_comes_is_within_the_budget_with_something_left_to_decide(type_: str) -> None:
    runs = [execute(job, 1) for job in jobs(entered(type_))[:2]]
    assert scored(runs)[1] < 0.9 * BUDGET
    assert ("staff" in contest.spent_on(runs)) == (type_ == "hub")


def test_a_design_over_budget_does_not_count_and_comes_last() -> None:
    assert "it does not count" in verdict(100, BUDGET + 1)
    assert "it counts" in verdict(100, BUDGET)
    shown = board(
        [("Otter", "web", 900.0, BUDGET + 1), ("Fox", "hub", 50.0, 10.0), ("Owl", "pool", 60.0, 10.0)], "Fox"
    )
    assert shown.index("Owl") < shown.index("Fox (you)") < shown.index("Otter")


@pytest.mark.parametrize(
    "text",
    ["fee", "web+hub", "web~monetisation.price=3", "web~acquisition.paid_budget=5000", "web~!30 hub_departs"],
)
def test_what_is_no_design_of_the_contest_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        entered(text)


def test_the_best_of_each_seat_leads_under_a_name_that_nobody_typed() -> None:
    room = Room("here", 1)
    first, second = (room.admit(room.pin, client).seat for client in ("a", "b"))
    room.enter_contest(first, "web", 50.0, 10.0)
    room.enter_contest(second, "hub", 70.0, 10.0)
    room.enter_contest(first, "pool", 40.0, 10.0)
    room.enter_contest("nobody", "web", 999.0, 0.0)
    room.enter_contest(HOST, "web", 60.0, 10.0)
    assert [(entry.score, entry.design) for entry in room.leaderboard()] == [
        (70, "hub"),
        (60, "web"),
        (50, "web"),
    ]
    assert len({entry.name for entry in room.leaderboard()}) == 3
    assert room.entry_of(first) is not None


def test_predictions_of_earlier_questions_are_kept_without_seats() -> None:
    room = Room("here", 1)
    seats = [room.admit(room.pin, client).seat for client in "abc"]
    room.open_question("3-hub-leaves")
    for seat, choice in zip(seats, (1, 1, 2), strict=True):
        room.vote(seat, "3-hub-leaves", choice)
    room.open_question("8-critical-mass")
    room.open_question("9-the-dormant")  # nobody had answered the one before
    [kept] = room.past()
    assert sorted(kept.votes.values()) == [1, 1, 2]
    assert not set(kept.votes) & set(seats)
    frame = class_page.past_frame(room.past())
    assert frame["answers"].tolist()[:3] == [0, 2, 1]


def test_a_try_on_the_page_is_run_when_asked_and_kept(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contest, "PEOPLE", 300)
    monkeypatch.setattr(contest, "DAYS", 30)
    rc = shown(page.Page, "/lessons?lesson=contest")
    assert here.asked == []
    [controls] = vue_widgets(rc, "controls.vue")
    handler(controls, "set")({"name": "acquisition.paid_budget", "value": "500"})
    assert rc.paths[-1] == "/lessons?lesson=contest&a=web~acquisition.paid_budget=20.0"
    handler(button(rc, "try"), "press")(None)
    until(lambda: "after a year" in texts(rc) and "Your tries" in texts(rc))
    assert len(here.asked[-1]) == contest.RUNS
    assert {job.plan.parameters.acquisition.paid_budget for job in here.asked[-1]} == {20.0}
