"""The last change on Compare: what it did is measured on the seeds of both comparisons, and only one change is one."""

import re

import pytest

from kith.dashboard.comparing.your_change import Steps
from kith.dashboard.content.headlines import HEADLINES, headlines
from kith.dashboard.live.live_comparison import jobs_for
from kith.dashboard.pages import compare
from kith.experiments.charts import theme
from kith.experiments.charts.comparison_sections import with_shadow
from kith.experiments.comparison.comparison import Comparison, gathered
from kith.experiments.runs.runner import execute
from kith.experiments.statistics.tables import OUTCOMES

SIZE = "&people=300&days=40"


def compared(query: str, runs: int = 4) -> tuple[tuple[object, ...], Comparison]:
    now = compare.resolved_state(f"{query}{SIZE}&runs={runs}")
    assert not now.error
    done = [execute(job, 1) for job in jobs_for(now.plans, now.days, runs)]
    outcomes = (*OUTCOMES, "member_surplus")
    return now.state.inputs(), gathered(now.plans, now.days, tuple(range(runs)), outcomes, done)


@pytest.fixture(scope="module")
def steps() -> Steps:
    made = Steps()
    made.see(*compared("a=pool&a=web"))
    made.see(*compared("a=pool&a=web~churn.base_hazard=0.2"))
    return made


def test_a_change_is_measured_against_what_was_there_before_it(steps: Steps) -> None:
    change = steps.change()
    assert change is not None
    assert change.labels == ("web", "web (base_hazard 0.2)")
    gone = compared("a=web&a=web~churn.base_hazard=0.2")[1].row("active", "web (base_hazard 0.2)")
    said = re.search(r"^Your change, from web to web \(base hazard 0\.2\): −([\d.]+) ", change.sentence())
    assert said and float(said[1]) == pytest.approx(-gone["difference"], abs=0.5)
    assert "active members (" in change.sentence()


def test_what_was_there_before_is_drawn_dashed_behind(steps: Steps) -> None:
    change = steps.change()
    assert change is not None
    colours = theme.colours(change.after.labels)
    [drawing] = with_shadow(change.after, colours, change.shadow())
    assert "before your change" in drawing.svg
    assert "stroke-dasharray" in drawing.svg


def test_another_scenario_another_size_or_more_runs_are_no_change_of_a_scenario(steps: Steps) -> None:
    assert steps.now is not None
    assert steps.before is not None
    once = Steps()
    once.see(steps.now.inputs, steps.now.comparison)
    assert once.change() is None
    texts, _, *rest = steps.now.inputs
    once.see((texts, 5_000, *rest), steps.now.comparison)
    assert once.change() is None
    once.see((texts[:1], 5_000, *rest), steps.now.comparison)
    assert once.change() is None


def test_a_slider_on_its_way_is_measured_from_where_it_began(steps: Steps) -> None:
    assert steps.now is not None and steps.before is not None
    texts, *rest = steps.now.inputs
    on_its_way = ((*texts[:1], ("web~churn.base_hazard=0.3", *texts[1][1:])), *rest)
    moved = Steps()
    moved.see(steps.before.inputs, steps.before.comparison)
    moved.see(on_its_way, steps.now.comparison, complete=False)
    moved.see(steps.now.inputs, steps.now.comparison, complete=False)
    change = moved.change()
    assert change is not None
    assert change.labels == ("web", "web (base_hazard 0.2)")


def test_too_few_runs_give_a_size_and_no_interval() -> None:
    steps = Steps()
    steps.see(*compared("a=web", 2))
    steps.see(*compared("a=web~churn.base_hazard=0.2", 2))
    change = steps.change()
    assert change is not None
    assert "fewer than 4 paired runs: no interval" in change.sentence()


def test_headlines_are_in_plain_words_and_say_how_sure(steps: Steps) -> None:
    assert steps.now is not None
    comparison = steps.now.comparison
    markup = headlines(comparison, theme.colours(comparison.labels))
    assert all(words in markup for words in HEADLINES.values())
    assert ", sure<" in markup
