"""A record is tidy frames with the columns that others rely on, and events in the format that founds."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import MODEL_VERSION, TICK, run
from kith.sim.results.record import Record
from kith.sim.results.recorder import CAUSES, CHANNELS
from kith.sim.schema.founding import Founding
from kith.sim.schema.plan import Plan

type PlanOf = Callable[..., Plan]

SERIES = [
    "day",
    "joins",
    "leaves",
    "present",
    "active",
    "followers",
    "audience",
    "member",
    "internal",
    "contributions",
    "invitations",
    "referral_joins",
    "ties",
    "revenue",
    "cost",
]
MEMBERS = [
    "person",
    "spell",
    "joined_day",
    "left_day",
    "channel",
    "referrer",
    "generation",
    "layer",
    "contributions",
    "ties",
    "belonging",
    "satisfaction",
    "norm",
    "revenue",
    "cost",
    "exit_cause",
]
ACTIONS = {"join", "leave", "post", "answer", "react", "vote", "exchange"}


@pytest.fixture(scope="module")
def record(plan_of: PlanOf) -> Record:
    return run(plan_of("web", "busy"), seed=4, days=70)


# Frames


def test_series_has_one_row_per_day_and_the_columns_that_others_rely_on(record: Record) -> None:
    assert record.series["day"].tolist() == list(range(70))
    assert set(SERIES) <= set(record.series.columns)
    assert {f"joins_{channel}" for channel in CHANNELS[1:]} <= set(record.series.columns)
    assert {f"leaves_{cause}" for cause in CAUSES} <= set(record.series.columns)


def test_members_has_one_row_per_membership_and_the_columns_that_others_rely_on(record: Record) -> None:
    assert set(MEMBERS) <= set(record.members.columns)
    keys = record.members[["person", "spell"]]
    assert not keys.duplicated().any()
    assert keys.equals(keys.sort_values(["person", "spell"], ignore_index=True))
    assert record.members["exit_cause"].isna().equals(record.members["left_day"].isna())
    spells = record.members.groupby("person")["spell"].agg(["min", "max", "size"])
    assert (spells["min"] == 0).all()
    assert (spells["max"] + 1 == spells["size"]).all()


def test_referrers_are_named_for_referrals_and_only_for_them(record: Record) -> None:
    m = record.members
    assert m["referrer"].notna().equals(m["channel"] == "referral")
    assert (m["generation"] > 0).equals(m["channel"] == "referral")


def test_a_referrer_was_there_before_the_newcomer(record: Record) -> None:
    m = record.members
    first = m.groupby("person")["joined_day"].min()
    referred = m[m["channel"] == "referral"]
    assert (first[referred["referrer"]].to_numpy() < referred["joined_day"].to_numpy()).all()


def test_leaving_counts_causes(record: Record) -> None:
    assert record.leaving == {cause: record.series[f"leaves_{cause}"].sum() for cause in CAUSES}


def test_a_record_knows_what_it_is_of(record: Record, plan_of: PlanOf) -> None:
    assert (record.seed, record.days, record.model_version) == (4, 70, MODEL_VERSION)
    again = run(plan_of("web", "busy", name="other"), seed=4, days=70, threads=2, events=False)
    assert again.run_id == record.run_id
    assert run(plan_of("web", "busy"), seed=5, days=70).run_id != record.run_id
    assert run(plan_of("web", "busy"), seed=4, days=69).run_id != record.run_id
    assert run(plan_of("web", "busy"), seed=4, days=70, tick=TICK[:-1]).run_id != record.run_id


def test_progress_is_told_now_and_then(plan_of: PlanOf) -> None:
    told: list[tuple[int, int]] = []
    run(plan_of("pool"), days=35, progress=lambda day, days: told.append((day, days)))
    assert told
    assert all(day <= 35 == days for day, days in told)
    assert told == sorted(told)


# Events


def test_events_are_in_the_input_format(record: Record) -> None:
    events = record.events
    assert list(events.columns) == ["member_id", "timestamp", "action", "target_member"]
    assert set(events["action"]) <= ACTIONS
    assert str(events["timestamp"].dtype).endswith("UTC]")
    assert events["timestamp"].is_monotonic_increasing
    assert events["timestamp"].dt.normalize().nunique() == 70


def test_events_count_what_series_count(record: Record) -> None:
    by_action, s = record.events["action"].value_counts(), record.series
    assert by_action["join"] == s["joins"].sum()
    assert by_action["leave"] == s["leaves"].sum()
    assert by_action["answer"] == s["replies"].sum()
    assert by_action[["post", "answer", "react", "vote"]].sum() == s["contributions"].sum()
    assert by_action["exchange"] <= s["exchanges"].sum()


def test_answers_and_exchanges_have_a_target_and_nothing_else_has(record: Record) -> None:
    events = record.events
    assert (events["target_member"] != "").equals(events["action"].isin(["answer", "exchange"]))
    assert (events["target_member"] != events["member_id"]).all()


def test_nobody_acts_before_joining_or_after_leaving(record: Record) -> None:
    events = record.events
    m = record.members[record.members["spell"] == 0]
    once = m[~m["person"].isin(record.members.loc[record.members["spell"] > 0, "person"])]
    for action, edge in (("join", "min"), ("leave", "max")):
        at = events[events["action"] == action].set_index("member_id")["timestamp"]
        single = at[at.index.isin([f"p{p}" for p in once["person"]])]
        ends = events.groupby("member_id")["timestamp"].agg(edge)
        assert (ends[single.index] == single).all()


def test_events_start_on_the_logs_date(plan_of: PlanOf, log_of: Callable[..., Founding]) -> None:
    events = run(plan_of("web", founding=log_of(40)), seed=1, days=5).events
    assert events["timestamp"].min().date().isoformat() == "2020-03-01"


def test_a_run_without_events_says_so(plan_of: PlanOf) -> None:
    quiet = run(plan_of("pool"), days=3, events=False)
    with pytest.raises(ValueError, match="events=True"):
        _ = quiet.events


def test_an_empty_run_has_empty_frames_of_the_same_columns(plan_of: PlanOf, record: Record) -> None:
    silence = {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0}
    empty = run(plan_of("web", acquisition=silence, market={"founders": 0}), days=5)
    for frame in ("series", "members", "ties", "events"):
        assert list(getattr(empty, frame).columns) == list(getattr(record, frame).columns)
    assert len(empty.members) == len(empty.ties) == len(empty.events) == 0
    assert list(empty.summary.index) == list(record.summary.index)


def test_a_runs_events_can_found_a_community_again(record: Record, plan_of: PlanOf, tmp_path: object) -> None:
    from kith import load

    path = f"{tmp_path}/again.csv"
    record.events.to_csv(path, index=False)
    plan = load("web", log=path, at="2001-03-12")
    acted = record.events[~record.events["action"].isin(["leave"])]
    last = record.events.groupby("member_id")["action"].last()
    assert len(plan.founding) == (last[acted["member_id"].unique()] != "leave").sum()
    again = run(plan, seed=1, days=20, check=True)
    assert again.series["present"][0] > 0
    assert len(again.ties) > 0


def test_the_ties_frame_names_each_pair_once(record: Record) -> None:
    ties: pd.DataFrame = record.ties
    assert (ties["person_a"] < ties["person_b"]).all()
    assert not ties.duplicated(["person_a", "person_b"]).any()
    assert np.all(ties["day"] <= 69)
