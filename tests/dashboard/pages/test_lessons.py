"""Lessons: complete, in order, and their answers come from the runs."""

import re
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from solara.widgets import HTML

from kith.dashboard.live.live_comparison import jobs_for
from kith.dashboard.pages import lessons as page
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.teaching.lessons import KINDS, Lesson, Prediction, lessons
from kith.experiments.charts.comparison_sections import LINES
from kith.experiments.comparison.comparison import Comparison, gathered
from kith.experiments.runs.runner import MONTHLY, STOCKS, execute
from kith.experiments.statistics.tables import OUTCOMES
from kith.experiments.words.levers import TITLES
from kith.sim.results.definitions import describe
from tests.dashboard.pages.test_compare import until, vue_widgets

PARTS = {"The situation", "Look closer", "Discuss", "For the teacher"}


def test_there_are_ten_in_the_order_of_their_numbers() -> None:
    assert [int(name.partition("-")[0]) for name in lessons()] == list(range(1, 11))


@pytest.mark.parametrize("lesson", lessons().values(), ids=list(lessons()))
def test_a_lesson_is_complete(lesson: Lesson) -> None:
    assert set(lesson.parts) == PARTS
    assert all(len(text) > 80 for text in lesson.parts.values())
    prediction = lesson.prediction
    assert prediction.kind in KINDS
    assert describe(prediction.outcome)
    assert list(lesson.plans()) == list(lesson.scenarios)
    if prediction.kind == "highest":
        assert prediction.choices == tuple(lesson.scenarios)
    else:
        assert len(prediction.choices) == len(prediction.edges) + 1
        assert prediction.scenario in lesson.scenarios
    for name in lesson.show:
        assert name in LINES or name in ("leaving", "surplus")
        assert name not in LINES or LINES[name].column in (*STOCKS, *MONTHLY, "survival", "margin_to_date")
    assert CompareState.strict(page.compare_path(lesson).partition("?")[2]).people == lesson.people
    assert "☐" in page.sheet(lesson)


@pytest.mark.parametrize("lesson", lessons().values(), ids=list(lessons()))
def test_controls_that_a_lesson_names_are_on_the_page(lesson: Lesson) -> None:
    named = re.findall(r"[Ss]et \*([^*]+)\*", " ".join(lesson.parts.values()))
    assert all(any(title.startswith(name) for title in TITLES.values()) for name in named), named


def small(lesson: Lesson) -> Comparison:
    """The worlds of a lesson, fewer people and fewer days, once."""
    plans = lesson.plans()
    jobs = [type(j)(j.plan, j.seed, 200, j.key) for j in jobs_for(plans, 200, 1)]
    return gathered(plans, 200, (0,), (*OUTCOMES, lesson.prediction.outcome), [execute(j, 1) for j in jobs])


def test_the_answer_is_the_best_arm_or_the_size_of_the_effect() -> None:
    comparison = small(lessons()["3-hub-leaves"])
    stays, leaves = (float(comparison.row("active", label)["mean"]) for label in comparison.labels)
    prediction = lessons()["3-hub-leaves"].prediction
    answer = prediction.answer(comparison)
    lost = 1 - leaves / stays
    assert answer.best == sum(lost > edge for edge in (0.1, 0.25, 0.5))
    assert f"{lost:.0%}".replace("%", " %") in answer.words
    best = Prediction("?", "highest", "active", tuple(comparison.labels))
    assert best.answer(comparison).best == int(leaves > stays)
    assert (
        Prediction("?", "value", "active", ("a", "b"), "hub leaves", (leaves - 1,)).answer(comparison).best
        == 1
    )
    assert Prediction("?", "ratio", "active", ("a", "b"), "hub leaves", (1e-9,)).answer(comparison).best == 1


def worlds(*runs: tuple[float, ...]) -> Any:
    """A comparison of scenarios a, b, … with these outcomes, a value for each seed."""
    labels = "abc"[: len(runs)]
    rows = [
        (label, seed, x) for label, values in zip(labels, runs, strict=True) for seed, x in enumerate(values)
    ]
    values = pd.DataFrame(rows, columns=["scenario", "seed", "active"])
    means = values.groupby("scenario")["active"].mean()
    return SimpleNamespace(
        values=values,
        labels=tuple(labels),
        reference="a",
        runs=len(runs[0]),
        judged=len(runs[0]) >= 4,
        row=lambda _, label: {"mean": means[label]},
    )


HIGHEST = Prediction("?", "highest", "active", ("a", "b"))
LOSS = Prediction("?", "loss", "active", ("little", "some", "most"), "b", (0.2, 0.5))


@pytest.mark.parametrize(
    ("prediction", "runs", "best", "left_open"),
    [
        (HIGHEST, ((10, 11, 12, 13), (11, 13, 13, 15)), 1, (1,)),
        (HIGHEST, ((14, 13, 16, 17), (11, 10, 13, 15)), 0, (0,)),
        (HIGHEST, ((10, 11, 12, 13), (11, 9, 14, 12.5)), 1, (0, 1)),
        (LOSS, ((100, 110, 90, 100), (70, 76, 62, 71)), 1, (1,)),
        (LOSS, ((100, 110, 90, 100), (70, 99, 62, 85)), 1, (0, 1)),
        (LOSS, ((100, 110), (30, 20)), 2, ()),
    ],
)
def test_the_runs_resolve_one_choice_another_or_leave_several_open(
    prediction: Prediction, runs: Any, best: int, left_open: tuple[int, ...]
) -> None:
    answer = prediction.answer(worlds(*runs))
    assert (answer.best, answer.left_open) == (best, left_open)
    assert answer.right == (left_open[0] if len(left_open) == 1 else None)
    assert ("95 % interval" in answer.words) == bool(left_open)


@pytest.mark.parametrize(
    ("guess", "runs", "word"),
    [
        (0, ((10, 11, 12, 13), (11, 9, 14, 12.5)), "Too close to call"),
        (1, ((10, 11, 12, 13), (11, 9, 14, 12.5)), "Too close to call"),
        (1, ((10, 11, 12, 13), (11, 13, 13, 15)), "Your prediction was right"),
        (0, ((10, 11, 12, 13), (11, 13, 13, 15)), "It came out differently"),
        (0, ((10, 11), (11, 13)), "No verdict yet"),
    ],
)
def test_a_lesson_names_a_winner_only_where_the_runs_resolve_one(guess: int, runs: Any, word: str) -> None:
    from dataclasses import replace

    lesson = replace(lessons()["1-pool-hub-web"], prediction=HIGHEST)
    assert word in page.verdict(lesson, guess, worlds(*runs))


def test_the_page_waits_for_a_prediction_and_then_holds_the_answer_against_it(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    quick = {n: replace(lesson, runs=2, days=60, people=300) for n, lesson in lessons().items()}
    monkeypatch.setattr(page, "lessons", lambda: quick)
    rc = shown(page.Page, "/lessons?lesson=1-pool-hub-web")
    assert not any(here.asked)
    [guess] = [w for w in vue_widgets(rc, "button.vue") if w.name == "guess-2"]
    guess.vue_press(None)
    assert rc.paths[-1] == "/lessons?lesson=1-pool-hub-web&guess=2"
    until(lambda: any("You predicted “web”" in w.unsafe_innerHTML for w in rc.find(HTML).widgets))
    assert {job.key for job in here.asked[-1]} == {"pool", "hub", "web"}
    assert len(vue_widgets(rc, "chart.vue")) == 3


def test_every_lesson_comes_to_an_end(here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    quick = {n: replace(lesson, runs=1, days=200, people=300) for n, lesson in lessons().items()}
    monkeypatch.setattr(page, "lessons", lambda: quick)
    draw, drawn = page.views.part, {}

    def once(name: str, comparison: Comparison, colours: Any) -> Any:
        """Every kind of chart is drawn, but only by the first lesson that shows it."""
        if name not in drawn:
            drawn[name] = draw(name, comparison, colours)
        return drawn[name]

    monkeypatch.setattr(page.views, "part", once)
    for name in quick:
        rc = shown(page.Page, f"/lessons?lesson={name}&guess=0")
        until(lambda rc=rc: any("the simulation gives" in w.unsafe_innerHTML for w in rc.find(HTML).widgets))
    assert set(drawn) == {name for lesson in quick.values() for name in lesson.show}


def test_an_unknown_lesson_shows_the_list(here: Any, shown: Any) -> None:
    rc = shown(page.Page, "/lessons?lesson=%3Cb%3Ex")
    assert sum(w.name.startswith("begin-") for w in vue_widgets(rc, "button.vue")) == len(lessons()) + 1
    assert any("&lt;b&gt;x" in w.unsafe_innerHTML for w in rc.find(HTML).widgets)
