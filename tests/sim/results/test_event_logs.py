"""An event log in the words of process mining, and lifetimes against a hand computation."""

from collections.abc import Callable

import pandas as pd
import pytest

from kith.sim.engine import run
from kith.sim.results.event_export import CONTRIBUTIONS, as_xes, lifetimes
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan


def log(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Member, time, action, amount; nobody is the target."""
    frame = pd.DataFrame(rows, columns=["member_id", "timestamp", "action", "amount"])
    return frame.assign(timestamp=pd.to_datetime(frame["timestamp"], utc=True), target_member="")


SMALL = log(
    ("anna", "2001-01-01T09:00", "join", 100.0),
    ("anna", "2001-01-02T23:59", "post", 5.0),
    ("anna", "2001-01-05T00:00", "post", 2.0),
    ("anna", "2001-01-05T18:00", "vote", 4.0),
    ("anna", "2001-01-09T12:00", "answer", 3.0),
    ("ben", "2001-01-03T12:00", "react", 7.0),
    ("ben", "2001-01-03T13:00", "post", 1.0),
    ("cleo", "2001-01-04T12:00", "visit", 9.0),
    ("cleo", "2001-01-11T12:00", "leave", 9.0),
)
"""By hand: anna acts on the 2nd, 5th and 9th; until the 11th. Two days after the first, worth
2 + 4 and 3, so 4.5 on average; ben acts on one day only; cleo never does."""


@pytest.fixture(scope="module")
def record(plan_of: Callable[..., Plan]) -> Record:
    return run(plan_of("web", "busy", "subscription"), seed=4, days=70)


def test_a_small_log_gives_what_a_hand_gives() -> None:
    expected = pd.DataFrame(
        {"frequency": [2, 0], "recency": [7, 0], "T": [9, 8], "monetary_value": [4.5, 0.0]},
        index=pd.Index(["anna", "ben"], name="member_id", dtype="str"),
    )
    ours = lifetimes(SMALL, value="amount")
    pd.testing.assert_frame_equal(ours, expected)
    assert set(ours.attrs["units"]) == set(ours.columns)


def test_observation_can_end_on_another_day_and_other_actions_can_count() -> None:
    early = lifetimes(SMALL, end="2001-01-05")
    assert early.loc["anna"].tolist() == [1, 3, 3]
    assert early.loc["ben"].tolist() == [0, 0, 2]
    assert lifetimes(SMALL, end="2001-01-20").loc["anna", "T"] == 18
    assert lifetimes(SMALL, actions=["visit", "leave"]).loc["cleo"].tolist() == [1, 7, 7]
    assert "monetary_value" not in early


def test_a_missing_value_column_is_told() -> None:
    with pytest.raises(
        ValueError, match="value = 'price': the log has no such column; choose one of member_id"
    ):
        lifetimes(SMALL, value="price")


def test_a_log_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks member_id; give an event log with"):
        lifetimes(SMALL.rename(columns={"member_id": "who"}))
    with pytest.raises(ValueError, match="lacks action, target_member; give an event log with"):
        as_xes(SMALL[["member_id", "timestamp"]])
    with pytest.raises(ValueError, match=r"actions = \['visits'\]: the log has none of them; choose from "):
        lifetimes(SMALL, actions=["visits"])


def test_times_may_be_text() -> None:
    text = SMALL.assign(timestamp=SMALL["timestamp"].astype(str))
    pd.testing.assert_frame_equal(as_xes(text), as_xes(SMALL))


def test_of_an_empty_log_there_are_no_lifetimes() -> None:
    nothing = lifetimes(SMALL[:0], value="amount")
    assert list(nothing.columns) == ["frequency", "recency", "T", "monetary_value"]
    assert len(nothing) == 0


def test_a_records_lifetimes_are_those_of_its_contributions(record: Record) -> None:
    ours, events = record.lifetimes(), record.events
    acted = events[events["action"].isin(CONTRIBUTIONS)].assign(day=lambda e: e["timestamp"].dt.floor("D"))
    assert set(ours.index) == set(acted["member_id"])
    earned = record.members.groupby("person")["revenue"].sum()
    last = pd.Timestamp("2001-03-11", tz="UTC")  # day 69
    for member, own in list(acted.groupby("member_id"))[:40]:
        days = sorted(own["day"].unique())
        assert ours.loc[member, "frequency"] == len(days) - 1
        assert ours.loc[member, "recency"] == (days[-1] - days[0]).days
        assert ours.loc[member, "T"] == (last - days[0]).days
        share = earned[int(member[1:])] / len(days) if len(days) > 1 else 0.0
        assert ours.loc[member, "monetary_value"] == pytest.approx(share)
    assert (ours["recency"] <= ours["T"]).all()
    assert ours["monetary_value"].max() > 0


def test_xes_names_cases_activities_and_times(record: Record) -> None:
    ours = record.xes()
    names = ["case:concept:name", "concept:name", "time:timestamp", "org:resource", "kith:target"]
    assert list(ours.columns) == names
    assert len(ours) == len(record.events)
    assert [str(ours[name].dtype) for name in ours.columns[:2]] == ["str", "str"]
    assert isinstance(ours["time:timestamp"].dtype, pd.DatetimeTZDtype)
    assert all(own["time:timestamp"].is_monotonic_increasing for _, own in ours.groupby("case:concept:name"))
    assert ours["case:concept:name"].is_monotonic_increasing
    assert ours.notna().all(axis=None)
    assert (ours["org:resource"] == ours["case:concept:name"]).all()
    assert (ours["kith:target"] != "").sum() == (record.events["target_member"] != "").sum()
    first = ours.groupby("case:concept:name").first()
    joined = set(record.events.loc[record.events["action"] == "join", "member_id"])
    outside = record.members.loc[record.members["channel"] == "founder", "person"]
    new = first.loc[sorted(joined - {f"p{p}" for p in outside})]
    assert set(new["concept:name"]) == {"join"}


def test_xes_of_a_log_of_ones_own_works_alike() -> None:
    ours = as_xes(SMALL)
    assert ours["concept:name"].tolist()[:3] == ["join", "post", "post"]
    assert (ours["org:resource"] == ours["case:concept:name"]).all()
    assert (ours["kith:target"] == "").all()
