"""Joins per day in a scenario: a list, a file or a log; beside acquisition or instead of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.scenarios.errors import LogError, ScenarioError
from kith.scenarios.load import load
from kith.scenarios.logs.replay import read_and_replay
from kith.sim.engine import run
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import Plan

type Write = Callable[..., Path]


def daily(plan: Plan) -> list[int]:
    assert plan.arrivals is not None
    return plan.arrivals.daily.tolist()


def row(member: str, day: int, action: str = "message", target: str = "") -> str:
    return f"{member},{datetime(2001, 1, 1, 12) + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ},{action},{target}\n"


LOG = (
    row("gone", 0, "leave") + row("a", 0) + row("b", 0, "join") + row("b", 1) + row("a", 3, target="d")
) + (row("c", 3) + row("d", 5, "visit") + row("gone", 6))
"first actions on days 0, 0, 3, 5, 6; two of five contribute later than they come"


# The table


def test_a_list_a_file_and_a_log_say_how_many_come(write: Write, write_log: Write) -> None:
    write("joins\n2\n0\n5\n", "joins.csv")
    write_log(LOG)
    table = 'extends = "web"\n[arrivals]\n'
    assert daily(load(write(table + "daily = [3, 0, 2]"))) == [3, 0, 2]
    assert daily(load(write(table + 'file = "joins.csv"'))) == [2, 0, 5]
    plan = load(write(table + 'log = "log.csv"\nmode = "instead"'))
    assert daily(plan) == [2, 0, 0, 1, 0, 1, 1]
    assert plan.arrivals is not None
    assert (plan.arrivals.mode, plan.arrivals.date, plan.arrivals.label) == (
        "instead",
        "2001-01-01",
        "log.csv",
    )


def test_rows_with_days_or_dates_may_come_in_any_order_and_leave_days_out(write: Write) -> None:
    dates = write("Date,Joins\n2024-03-01,4\n2024-02-28,1\n", "dates.csv")
    days = write("\ufeffday,note,joins\n3,x,2\n1,y,1\n", "days.csv")
    assert daily(load("web", arrivals=dates)) == [1, 0, 4]
    assert daily(load("web", arrivals=str(days))) == [0, 1, 0, 2]


def test_who_had_come_before_the_first_day_is_no_arrival(write_log: Write) -> None:
    log = str(write_log(LOG))
    assert daily(load("web", arrivals={"log": log, "from": "2001-01-03"})) == [0, 1, 0, 1, 1]


def test_after_a_founding_a_log_goes_on_where_it_founded() -> None:
    plan = load("web", log="chat_docker", at="2003-01-01", arrivals={"log": "chat_docker"})
    whole = load("web", arrivals={"log": "chat_docker"}, days=30)
    assert plan.arrivals is not None
    assert plan.arrivals.date == "2003-01-01"
    assert daily(plan) == daily(whole)[730:]
    assert sum(daily(plan)) < sum(daily(whole)) == 2355


def test_what_a_file_extends_is_replaced_changed_or_dropped(write: Write) -> None:
    write("extends = 'web'\narrivals = {daily = [1, 2], mode = 'instead'}", "base.toml")
    base = "extends = 'base.toml'\n"
    assert daily(load(write(base))) == [1, 2]
    replaced = load(write(base + "arrivals.daily = [9]"))
    assert replaced.arrivals == Arrivals(np.array([9]), "beside")
    assert load(write(base + "arrivals.mode = 'beside'")).arrivals == Arrivals(np.array([1, 2]), "beside")
    assert load(write(base + "arrivals = {}")).arrivals is None


def test_arrivals_can_be_passed_in_a_call() -> None:
    assert daily(load("web", arrivals=np.array([1, 0, 2]))) == [1, 0, 2]
    given = Arrivals(np.array([4]), "instead")
    assert load("web", arrivals=given).arrivals is given
    plan = load("web", {"arrivals.daily": [1, 2], "arrivals.mode": "instead"})
    assert plan.arrivals == Arrivals(np.array([1, 2]), "instead")
    assert load("web").arrivals is None


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no table": ({"arrivals": [1, 2]}, "arrivals must be a table"),
    "a key that is none": ({"arrivals": {"dayly": [1]}}, "unknown key arrivals.dayly"),
    "two sources": ({"arrivals": {"daily": [1], "file": "x.csv"}}, "has both daily and file"),
    "no source": ({"arrivals": {"mode": "beside"}}, "arrivals has no counts"),
    "a third mode": ({"arrivals": {"daily": [1], "mode": "before"}}, "must be beside or instead"),
    "half a person": ({"arrivals": {"daily": [1, 0.5]}}, "arrivals on day 1 = 0.5"),
    "a path that is none": ({"arrivals": {"file": 3}}, "arrivals.file = 3: must be text"),
    "a file that is not there": ({"arrivals": {"file": "none.csv"}}, "none.csv does not exist"),
    "a first day of a list": ({"arrivals": {"daily": [1], "from": "2001-01-01"}}, "needs arrivals.log"),
    "too many people": ({"arrivals": {"daily": [20_000]}}, "raise market.size to at least that"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_in_a_sentence(name: str) -> None:
    table, told = REFUSED[name]
    with pytest.raises(ScenarioError) as caught:
        load({"extends": "web"} | table, name="mine")
    assert told in str(caught.value)
    assert str(caught.value).startswith("mine: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("day,newcomers\n0,3\n", "must name a column joins"),
        ("joins\n", "has no rows"),
        ("", "must name a column joins"),
        ("joins\n3\n-1\n", 'line 3: joins = "-1"'),
        ("joins\n1.5\n", 'line 2: joins = "1.5"'),
        ("day,joins\n0,1\n0,2\n", "line 3: day 0 comes twice"),
        ("day,joins\nfirst,1\n", 'line 2: day = "first"'),
        ("date,joins\n05/06/2024,1\n", 'line 2: date = "05/06/2024"'),
        ("date,joins\n1990-01-01,1\n2190-01-01,1\n", "spans 73,0"),
        ("day,joins\n1\n", 'line 2: joins = ""'),
    ],
)
def test_a_file_that_is_no_table_of_joins_is_refused_with_its_line(
    write: Write, text: str, told: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load("web", arrivals=write(text, "joins.csv"))
    assert told in str(caught.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "joins.csv").write_bytes(b"joins\n\xff\n")
    with pytest.raises(ScenarioError, match="is not text in UTF-8"):
        load("web", arrivals=tmp_path / "joins.csv")


@pytest.mark.parametrize(
    ("first", "told"), [("2002-01-01", "are outside"), ("soon", "must be a day such as 2004-12-31")]
)
def test_a_first_day_outside_the_log_is_refused(write_log: Write, first: str, told: str) -> None:
    with pytest.raises(LogError, match=told):
        load("web", arrivals={"log": str(write_log(LOG)), "from": first})


def test_a_log_without_anybody_who_acts_has_no_arrivals(write_log: Write) -> None:
    with pytest.raises(LogError, match="nobody acts in it"):
        load("web", replay=write_log(row("a", 0, "leave")))


# Replay


def test_a_replay_begins_empty_and_lasts_as_long_as_the_log(write_log: Write) -> None:
    plan = load("web", replay=write_log(LOG))
    market = plan.parameters.market
    assert (plan.days, market.founders, market.size) == (7, 0, 40)
    assert plan.parameters.contribution.entry == pytest.approx(3 / 5)
    assert plan.origin["market.size"] == plan.origin["contribution.entry"] == "log"
    record = run(plan, seed=1)
    assert record.series["joins"].tolist() == record.series["joins_given"].tolist() == [2, 0, 0, 1, 0, 1, 1]
    assert str(record.events["timestamp"].min())[:10] == "2001-01-01"


def test_what_somebody_set_stays_in_a_replay(write_log: Write) -> None:
    overrides = {"market.size": 30, "contribution.entry": 0.25, "market.founders": 0}
    plan = load("web", overrides, replay=write_log(LOG), days=3)
    assert (plan.days, plan.parameters.market.size, plan.parameters.contribution.entry) == (3, 30, 0.25)


def test_a_replay_that_was_read_once_serves_several_scenarios(write_log: Write) -> None:
    replay = read_and_replay(write_log(LOG))
    assert load("pool", replay=replay).arrivals is load("web", replay=replay).arrivals
    assert replay.lines()[-1] == (
        "replayed from 2001-01-01: 5 arrivals in 7 days, 60 % of whom contribute on the day they arrive"
    )


def test_a_replay_contradicts_founders(write_log: Write) -> None:
    log = write_log(LOG)
    with pytest.raises(ScenarioError, match=r"market.founders = 10 \(override\) contradicts the replay"):
        load("web", {"market.founders": 10}, replay=log)
    with pytest.raises(ScenarioError, match="leave out the other log"):
        load("web", replay=log, log=log)
    with pytest.raises(ScenarioError, match="leave out the other log"):
        load("web", replay=log, arrivals=[1])


def test_the_log_of_a_replayed_run_replays_it(tmp_path: Path) -> None:
    """Who comes and who acts on coming survive the way through a log."""
    plan = load(
        "web",
        {"contribution.entry": 1.0, "market.founders": 0},
        arrivals={"daily": [3, 0, 2] * 20, "mode": "instead"},
        days=60,
    )
    run(plan, seed=2).to_parquet(tmp_path / "lived")
    again = read_and_replay(tmp_path / "lived")
    assert again.arrivals.daily.tolist() == [3, 0, 2] * 20
    assert again.entry == 1.0
