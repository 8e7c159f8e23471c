"""What would it take: the value of a lever that reaches a goal, its interval, and the page that asks."""

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.dashboard.comparing import goal_seek
from kith.dashboard.comparing.goal_seek import (
    GOALS,
    answer,
    found_in,
    jobs,
    levers_of,
    swept,
    title_of,
    values_of,
    with_lever,
)
from kith.dashboard.pages import compare
from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import gathered
from kith.experiments.reports.story import OUTCOMES, Story, story_page
from kith.experiments.runs.runner import Job, execute
from tests.dashboard.looking import button, handler, texts, until, vue_widgets

PRICE = goal_seek.PRICE
FEE, SUBSCRIPTION = (f"{PRICE}@{way}" for way in goal_seek.PAID)
NOISE = np.random.default_rng(0).normal(0, 2, 8)


def straight(slope: float = -4.0, start: float = 100.0) -> goal_seek.Tried:
    """Members who go with the price in a straight line, with the same noise at each."""

    def at(price: float) -> pd.DataFrame:
        margin = 50 * price - 5 * (price - 8) ** 2 + NOISE
        return pd.DataFrame({"active": start + slope * price + NOISE, "margin": margin})

    return [(float("nan"), at(0.0)), *[(float(price), at(price)) for price in np.linspace(0, 16, 9)]]


def test_the_limit_of_a_straight_line_is_where_it_crosses() -> None:
    found = found_in(straight(), GOALS["nine"], PRICE)
    assert found.crossing.value == pytest.approx((10 + 0.1 * NOISE.mean()) / 4, rel=1e-6)
    assert found.crossing.low < found.crossing.value < found.crossing.high
    assert found.crossing.high - found.crossing.low < 0.2  # pairing takes most of the noise away
    assert not found.crossing.rising
    assert list(found.frame[PRICE]) == list(np.linspace(0, 16, 9))


def test_the_curve_has_the_interval_of_the_outcome_and_not_of_the_difference() -> None:
    noisy = straight()
    gone = [(value, frame * (1.0 if value != value else 0.0)) for value, frame in noisy]
    lone = [(value, frame if value == value else noisy[0][1]) for value, frame in gone]
    frame = found_in(lone, GOALS["nine"], PRICE).crossing.tried
    assert (frame["mean"] == 0.0).all()
    assert not (
        frame["low"] < 0.0
    ).any()  # nobody is active in any run, however the runs without the price vary


def test_the_best_value_comes_with_those_as_good() -> None:
    found = found_in(straight(), GOALS["best"], PRICE)
    price = found.crossing.value
    assert price == 12.0 or price == 14.0
    assert found.crossing.low <= price <= found.crossing.high


def test_a_goal_that_no_value_reaches_is_said_to_be_out_of_reach() -> None:
    now = compare.resolved_state("a=web&people=300&days=40")
    plan = now.plans["web"]
    title = title_of(SUBSCRIPTION, plan)
    words = answer(found_in(straight(slope=0.0), GOALS["half"], PRICE), title, "web", plan)
    assert (
        words == "web: every subscription price from 0 to 16 EUR per month keeps half of the active members."
    )
    lost = [(value, frame - (0 if value != value else 60)) for value, frame in straight(slope=0.0)]
    words = answer(found_in(lost, GOALS["nine"], PRICE), title, "web", plan)
    assert words == "web: no subscription price from 0 to 16 EUR per month keeps nine in ten active members."


def test_values_between_that_reach_a_goal_are_found_where_neither_end_does() -> None:
    plan = compare.resolved_state("a=web&people=300&days=40").plans["web"]
    title = title_of(SUBSCRIPTION, plan)
    raised = [(value, frame.assign(margin=frame["margin"] - 600)) for value, frame in straight()]
    between = found_in(raised, GOALS["even"], PRICE)
    assert answer(between, title, "web", plan) == (
        "web: no subscription price from 0 to 16 EUR per month lets the company break even."
    )
    lowered = [(value, frame.assign(margin=frame["margin"] - 500)) for value, frame in straight()]
    words = answer(found_in(lowered, GOALS["even"], PRICE), title, "web", plan)
    assert re.match(
        r"web: a subscription price from 1[01](\.\d)? to 1[45](\.\d)? EUR per month lets", words
    ), words
    assert words.endswith("Of the values that were tried, it is sure at 12 and 14."), words
    sunk = [(value, frame.assign(margin=500 - frame["margin"])) for value, frame in straight()]
    words = answer(found_in(sunk, GOALS["even"], PRICE), title, "web", plan)
    assert words.startswith("web: a subscription price from 0 to 16 EUR per month lets the company"), words
    assert re.search(r"break even, but not one from 1[01](\.\d)? to 1[45]", words), words


def test_what_is_not_sure_is_not_denied() -> None:
    plan = compare.resolved_state("a=web&people=300&days=40").plans["web"]
    title = title_of(SUBSCRIPTION, plan)
    near = [
        (value, frame.assign(margin=np.where(value > 12, NOISE - NOISE.mean() - 0.5, -90 + NOISE)))
        for value, frame in straight()
    ]
    words = answer(found_in(near, GOALS["even"], PRICE), title, "web", plan)
    assert words.endswith("break even, as far as means tell; at 14 and 16 it could be, within chance.")


def test_a_price_is_that_of_a_subscription_where_nobody_pays_and_what_has_no_effect_is_left_out() -> None:
    now = compare.resolved_state("a=web&a=pool~monetisation.model=fee&people=300&days=40")
    made = jobs(now, 0, SUBSCRIPTION, (0.0, 30.0))
    assert len(made) == (goal_seek.VALUES + 1) * goal_seek.RUNS
    models = {job.key[0]: job.plan.parameters.monetisation.model for job in made}
    assert models[0] == "none"
    assert set(models.values()) == {"none", "subscription"}
    assert {job.plan.parameters.monetisation.model for job in jobs(now, 1, PRICE, (0.0, 30.0))} == {"fee"}
    assert all(job.plan.parameters.market.size == 300 and job.days == 40 for job in made)
    assert list(levers_of(now, 0))[:2] == [FEE, SUBSCRIPTION]
    assert next(iter(levers_of(now, 1))) == PRICE
    assert title_of(PRICE, now.plans[list(now.plans)[1]]) == "membership fee, EUR per month"


def test_a_story_with_a_lever_has_the_command_that_makes_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(goal_seek, "VALUES", 2)
    monkeypatch.setattr(goal_seek, "RUNS", 2)
    now = compare.resolved_state("a=fee&a=web&people=300&days=40&runs=2")
    plan = now.plans["fee"]
    done = [execute(Job(plan, s, 40, key=key), 1) for s in (0, 1) for key, plan in now.plans.items()]
    comparison = gathered(now.plans, 40, (0, 1), OUTCOMES, done)
    tried = values_of([execute(job, 1) for job in jobs(now, 0, PRICE, (0.0, 30.0))])
    sweep = swept(tried, "fee", title_of(PRICE, plan))
    plain = "kith compare fee web --runs 2 --days 40 --set market.size=300 --set market.founders=15"
    command = with_lever(plain, comparison, PRICE, sweep)
    monkeypatch.chdir(tmp_path)
    assert exit_code([*shlex.split(command)[1:], "--workers", "1"]) == 0
    assert capsys.readouterr().out
    written = re.findall(r'"sweep":({.*?}),"verdicts"', Path("kith-story.html").read_text("utf-8"))
    assert written == re.findall(r'"sweep":({.*?}),"verdicts"', story_page(Story(comparison, sweep=sweep)))
    assert with_lever("kith run fee", comparison, PRICE, sweep) == "kith run fee", (
        "one scenario is no comparison"
    )
    assert "--sweep" not in with_lever(plain, comparison, FEE, sweep)


@pytest.mark.slow
def test_the_page_finds_a_price_with_the_numbers_of_the_runs(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(goal_seek, "VALUES", 3)
    monkeypatch.setattr(goal_seek, "RUNS", 4)
    rc = shown(compare.Page, "/?a=web&people=300&days=60&runs=1&view=goal")
    until(lambda: any(w.name == "seek" for w in vue_widgets(rc, "button.vue")))
    assert len(here.asked) == 1
    handler(button(rc, "seek"), "press")(None)
    until(lambda: "web: " in texts(rc) and "nine in ten active members" in texts(rc))
    results = [execute(job, 1) for job in here.asked[-1]]
    now = compare.resolved_state("a=web&people=300&days=60&runs=1&view=goal")
    found = found_in(values_of(results), GOALS["nine"], FEE)
    assert answer(found, title_of(FEE, now.plans["web"]), "web", now.plans["web"]) in texts(rc)
