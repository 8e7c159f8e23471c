"""Joins per day as an input: who comes, when, and what they stand beside."""

import math
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import Plan, Shock

type PlanOf = Callable[..., Plan]

OPEN: dict[str, dict[str, Any]] = {
    "acquisition": {
        "external_rate": 0.5,
        "search_rate": 0.5,
        "follower_conversion": 1.0,
        "return_rate": 3.0,
        "paid_budget": 5.0,
    },
    "referral": {"invites_per_month": 3.0, "conversion": 0.5},
    "churn": {"base_hazard": 0.01},
}
"every way to join, and many who leave"
ROOM = {"size": 1500, "founders": 60}
DAILY = [4, 0, 7, 1, 0, 2] * 10


def lived(plan: Plan, daily: Any, mode: str = "instead", seed: int = 3, **how: Any) -> Record:
    return run(replace(plan, arrivals=Arrivals(np.array(daily), mode)), seed, check=True, **how)


def joined(record: Record) -> pd.DataFrame:
    """Memberships of people who are given, by person."""
    members = record.members
    return members[members["channel"] == "given"].set_index("person").sort_index()


def test_so_many_join_on_each_day_as_are_given_and_nobody_else(plan_of: PlanOf) -> None:
    record = lived(replace(plan_of("web", **OPEN, market=ROOM), days=60), DAILY)
    assert record.series["joins_given"].tolist() == record.series["joins"].tolist() == DAILY
    assert record.series["left"].iloc[-1] > 10
    assert record.series["invitations"].sum() > 50


def test_beside_acquisition_they_come_in_addition(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", **OPEN, market=ROOM), days=60)
    without, beside = run(plan, 3).series, lived(plan, DAILY, "beside").series
    assert beside["joins_given"].tolist() == DAILY
    others = [name for name in without if name.startswith("joins_") and name != "joins_given"]
    assert beside[others].sum().sum() > 0.7 * without["joins"].sum()
    assert (beside[["joins_return", "joins_referral", "joins_paid"]].sum() > 0).all()


def test_nobody_arrives_twice_and_nobody_who_has_been_a_member(plan_of: PlanOf) -> None:
    record = lived(replace(plan_of("web", **OPEN, market=ROOM), days=60), DAILY, "beside")
    given = joined(record)
    assert given.index.is_unique
    assert (given["spell"] == 0).all()
    assert given["referrer"].isna().all()
    assert (given["generation"] == 0).all()


def test_more_arrivals_are_the_same_people_earlier_and_some_more(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", market=ROOM), days=60)
    few, many = joined(lived(plan, DAILY)), joined(lived(plan, [n + 1 for n in DAILY]))
    assert set(few.index) < set(many.index)
    assert (many["joined_day"].reindex(few.index) <= few["joined_day"]).all()
    assert many.index.size == few.index.size + 60


def test_who_comes_is_decided_by_fit(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", market={"size": 4000, "founders": 0, "fit_width": 0.1}), days=10)
    interest = joined(lived(plan, [60] * 10))["interest"]
    assert (interest - 0.5).abs().mean() < 0.15


def test_those_who_come_follow_the_purpose_when_it_turns(plan_of: PlanOf) -> None:
    market = {"market": {"size": 4000, "founders": 50, "fit_width": 0.1}}
    plan = replace(plan_of("web", **market, shocks=[Shock(day=10, kind="topic_shift", to=0.9)]), days=20)
    given = joined(lived(plan, [30] * 20))
    assert (given["interest"][given["joined_day"] < 10] - 0.5).abs().mean() < 0.15
    assert (given["interest"][given["joined_day"] >= 10] - 0.9).abs().mean() < 0.15


def test_invitations_are_heard_and_nobody_accepts_them(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", **OPEN, market=ROOM), days=60)
    record = lived(plan, [0])
    assert record.series["joins"].sum() == 0
    assert record.series["follows"].sum() > 20
    assert record.series["invitations_wasted"].sum() > 0
    assert record.summary["referral_share"] != record.summary["referral_share"]  # 0 / 0 joins


def test_a_market_that_others_have_emptied_gives_those_who_are_left(plan_of: PlanOf) -> None:
    plan = replace(
        plan_of(market={"size": 100, "founders": 10}, shocks=[Shock(day=0, kind="mass_join", count=80)]),
        days=10,
    )
    record = lived(plan, [0, 5, 50])
    assert record.series["joins_given"].tolist()[:4] == [0, 5, 5, 0]


def test_a_fee_does_not_stop_them_at_the_door(plan_of: PlanOf) -> None:
    plan = replace(plan_of("fee", monetisation={"model": "fee", "price": 1000.0}), days=20)
    record = lived(plan, [5] * 20)
    assert record.series["joins_given"].tolist() == [5] * 20


def test_guests_and_threads_change_nobodys_turn(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", **OPEN, market=ROOM), days=40)
    one = joined(lived(plan, DAILY, threads=1))
    pd.testing.assert_frame_equal(one, joined(lived(plan, DAILY, threads=2)))
    pd.testing.assert_frame_equal(one, joined(lived(plan, DAILY, guests=30)))


# -- an empty beginning ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "design", ["pool", "hub", "web", "ads", "subscription", "fee", "marketplace", "busy"]
)
def test_an_empty_community_lives_and_divides_nothing_by_nothing(design: str, plan_of: PlanOf) -> None:
    plan = replace(plan_of(design, market={"founders": 0}), days=70)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        empty = lived(plan, [0])
        late = lived(plan, [0] * 35 + [3] * 20)
    assert empty.series["present"].max() == 0
    assert not np.isinf(empty.summary.astype(float)).any()
    for name in ("satisfaction", "belonging", "retention_30d", "participation_rate", "stickiness", "arpu"):
        assert math.isnan(empty.summary[name]), name
    assert len(empty.members) == len(empty.ties) == len(empty.events) == 0
    assert late.series["present"].iloc[34:36].tolist() == [0, 3]
    assert late.summary["present"] > 0


# -- who acts on the day of joining ----------------------------------------------------------


def first_days(record: Record) -> pd.Series:
    """Days from joining to the first contribution of the given."""
    given = joined(record)
    return given["first_contribution"] - given["joined_day"]


def test_all_newcomers_act_on_the_day_they_join_if_the_plan_says_so(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", market=ROOM, contribution={"entry": 1.0}), days=60)
    assert (first_days(lived(plan, DAILY)) == 0).all()
    assert (first_days(lived(replace(plan_of("web", market=ROOM), days=60), DAILY)) == 0).mean() < 0.5


def test_a_share_of_them_does_and_it_is_always_the_same_people(plan_of: PlanOf) -> None:
    def at_once(entry: float, shift: int = 0) -> set[int]:
        plan = replace(plan_of("web", market=ROOM, contribution={"entry": entry, "rate": 1e-9}), days=60)
        days = first_days(lived(plan, [0] * shift + [8] * 50))
        return set(days.index[days == 0])

    half, most = at_once(0.5), at_once(0.8)
    assert 150 < len(half) < 250
    assert half < most
    assert at_once(0.5, shift=5) == half
    assert not at_once(0.0)


def test_where_the_doors_are_closed_nobody_acts_on_joining(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", market=ROOM, contribution={"entry": 1.0, "doors_open": 0.0}), days=20)
    assert lived(plan, DAILY).series["contributions"].sum() == 0


def test_what_they_do_first_follows_the_usual_shares(plan_of: PlanOf) -> None:
    plan = replace(plan_of("web", market=ROOM, contribution={"entry": 1.0, "rate": 0.0}), days=50)
    actions = lived(plan, [8] * 50).events.query("action in ('post', 'react', 'vote')")["action"]
    shares = actions.value_counts(normalize=True)
    assert shares["post"] == pytest.approx(0.6, abs=0.08)
    assert shares["react"] == pytest.approx(0.3, abs=0.08)
