"""A community is founded from its log: who was there on the date, and who knew whom."""

import gzip
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kith.scenarios.errors import LogError, ScenarioError
from kith.scenarios.load import load
from kith.scenarios.logs import sources
from kith.scenarios.logs.founding import read_log
from kith.sim.schema.founding import Founding

type Write = Callable[..., Path]
type Row = tuple[str, datetime, str, str]

HEADER = "member_id,timestamp,action,target_member\n"
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)


def row(member: str, day: int, action: str = "message", target: str = "", hour: int = 12) -> str:
    """A row on that day of 2001, the first being day 0."""
    return (
        f"{member},{datetime(2001, 1, 1, hour) + timedelta(days=day):%Y-%m-%dT%H:%M:%SZ},{action},{target}\n"
    )


def columns(founding: Founding) -> dict[str, list[int]]:
    names = ("contributions", "tenure", "silence", "active_days", "exchange_a", "exchange_b", "exchange_age")
    return {name: getattr(founding, name).tolist() for name in names}


def refusal(path: Any, at: Any = None) -> str:
    """The one sentence with which a log is refused."""
    with pytest.raises(LogError) as caught:
        read_log(path, at)
    message = str(caught.value)
    assert "\n" not in message
    return message


# Who founds


def test_founders_are_all_whom_the_log_shows_and_ninety_days_count(write_log: Write) -> None:
    rows = row("old", 9) + row("first", 10, hour=0) + row("last", 99, hour=23) + row("late", 100, hour=0)
    founding = read_log(write_log(rows), "2001-04-11")  # day 100
    assert len(founding) == 3
    assert founding.silence.tolist() == [91, 90, 1]
    assert founding.contributions.tolist() == founding.active_days.tolist() == [0, 1, 1]
    assert founding.in_all().tolist() == [1, 1, 1]
    assert founding.date == "2001-04-11"


def test_founders_stand_in_the_order_of_their_first_action(write_log: Write) -> None:
    rows = row("c", 3) + row("a", 1) + row("b", 2) + row("b", 4) + row("b", 5)
    founding = read_log(write_log(rows), date(2001, 1, 7))
    assert founding.contributions.tolist() == [1, 3, 1]
    assert founding.tenure.tolist() == [5, 4, 3]


def test_a_target_who_never_acts_is_no_founder_and_no_partner(write_log: Write) -> None:
    founding = read_log(write_log(row("a", 1, target="ghost") + row("b", 2, target="a")))
    assert len(founding) == 2
    assert (founding.exchange_a.tolist(), founding.exchange_b.tolist()) == ([1], [0])


def test_exchanges_are_between_founders_within_half_a_year_in_order_of_time(write_log: Write) -> None:
    rows = (
        row("gone", 0, target="a")
        + row("gone", 1, "leave")
        + row("a", 18, target="b", hour=9)  # too long ago
        + row("a", 20, target="b")
        + row("b", 199, target="a", hour=9)
        + row("a", 198, target="gone")
        + row("a", 197, target="a")  # to oneself
        + row("b", 199, target="a", hour=8)
        + row("b", 200, target="a")  # too late
    )
    founding = read_log(write_log(rows), "2001-07-20")  # day 200
    assert founding.exchange_a.tolist() == [0, 1, 1]
    assert founding.exchange_b.tolist() == [1, 0, 0]
    assert founding.exchange_age.tolist() == [180, 1, 1]


def test_kiths_own_actions_are_no_contributions_and_an_exchange_ties(write_log: Write) -> None:
    rows = (
        row("a", 1, "join")
        + row("b", 2, "join", target="a")
        + row("a", 3, "visit", target="b")
        + row("a", 4, "exchange", target="b")
        + row("a", 5, "invite", target="b")
    )
    assert columns(read_log(write_log(rows), "2001-01-07")) == {
        "contributions": [0, 0],
        "tenure": [5, 4],
        "silence": [1, 4],
        "active_days": [4, 1],
        "exchange_a": [0],
        "exchange_b": [1],
        "exchange_age": [2],
    }


def test_who_has_left_is_no_founder_unless_back(write_log: Write) -> None:
    rows = (
        row("a", 1)
        + row("a", 2, "leave")
        + row("b", 1)
        + row("b", 2, "leave")
        + row("b", 3, "join")
        + row("c", 4)
    )
    founding = read_log(write_log(rows), "2001-01-06")
    assert founding.tenure.tolist() == [2, 1]
    after = read_log(write_log(row("a", 1) + row("a", 5, "leave") + row("c", 4)), "2001-01-04")
    assert len(after) == 1


def test_tenure_looks_back_beyond_the_window(write_log: Write) -> None:
    founding = read_log(write_log(row("a", 0, "join") + row("a", 399)), "2002-02-05")
    assert (founding.tenure.tolist(), founding.silence.tolist()) == ([400], [1])


def test_the_default_date_is_the_day_after_the_last_event(write_log: Write) -> None:
    path = write_log(row("a", 0) + row("b", 50) + row("c", 300))
    assert read_log(path).date == read_log(path, "end").date == "2001-10-29"
    assert len(read_log(path)) == 3


def test_tenure_counts_from_the_return_of_who_had_left(write_log: Write) -> None:
    rows = row("a", 0) + row("b", 1, "join") + row("a", 20, "leave") + row("a", 70, "join") + row("a", 90)
    founding = read_log(write_log(rows + row("b", 95)))
    assert founding.tenure.tolist() == [26, 95]


def test_tenure_counts_from_the_registration_if_it_came_first(write_log: Write, tmp_path: Path) -> None:
    registered = tmp_path / "users.csv"
    registered.write_text("member,registered\na,2000-12-02\nb,2001-03-31\nreader,2000-01-01\n")
    path = write_log(row("a", 60) + row("b", 80) + row("c", 89))
    founding = read_log(path, registrations=registered)
    assert founding.tenure.tolist() == [120, 10, 1]


def test_those_who_had_ever_contributed_are_counted_up_to_the_date(write_log: Write) -> None:
    rows = row("old", 0) + row("reader", 90, "visit") + row("a", 200) + row("b", 210) + row("late", 300)
    founding = read_log(write_log(rows), "2001-08-01")
    assert (len(founding), founding.contributors) == (4, 3)


def test_the_busiest_date_ends_the_busiest_window_and_the_earliest_of_equals(write_log: Write) -> None:
    rows = (
        row("a", 0)
        + row("b", 50)
        + row("c", 100)
        + row("d", 139)
        + row("e", 400)
        + row("f", 401)
        + row("g", 402)
    )
    assert read_log(write_log(rows), "busiest").date == "2001-05-21"  # day 140: b, c, d
    assert len(read_log(write_log(rows), "busiest")) == 4


def test_the_busiest_window_lies_inside_the_log(write_log: Write) -> None:
    rows = "".join(row(member, day) for member in "ab" for day in range(0, 200, 10))
    assert (
        read_log(write_log(rows), "busiest").date == "2001-04-01"
    )  # not the second day, when both have acted
    assert read_log(write_log(row("a", 0) + row("b", 1) + row("a", 20)), "busiest").date == "2001-01-22"


def test_the_order_of_rows_does_not_matter(write_log: Write) -> None:
    rows = [row(f"m{i % 7}", i, target=f"m{i % 5}", hour=i % 24) for i in range(60)]
    forwards = read_log(write_log("".join(rows)))
    assert forwards.digest == read_log(write_log("".join(reversed(rows)))).digest


def test_zones_are_heard_and_no_zone_is_utc(write_log: Write) -> None:
    rows = "a,2001-01-02T01:00:00+02:00,post,\nb,2001-01-02T00:00:00,post,\nc,2001-01-02,post,\nd,2001-01-02 23:59:59.9Z,post,\n"
    assert read_log(write_log(rows), "2001-01-03").tenure.tolist() == [2, 1, 1, 1]


def test_further_columns_any_order_quotes_blank_lines_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    text = 'value,target_member,"action",timestamp,member_id\r\n\r\n3,,"po""st, indeed",2001-01-02, a \r\n,a,post,2001-01-03,b\r\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    founding = read_log(path)
    assert founding.contributions.tolist() == [1, 1]
    assert founding.exchange_age.tolist() == [1]


def test_a_packed_log_is_the_same_log_whatever_its_name(write_log: Write, tmp_path: Path) -> None:
    plain = write_log(row("a", 1) + row("b", 2))
    for name in ("log.csv.gz", "packed.csv"):
        (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
        assert read_log(tmp_path / name).digest == read_log(plain).digest


def test_the_example_log_ships_with_kith() -> None:
    founding = read_log("chat_docker", "busiest")
    assert (len(founding), founding.date, founding.label) == (1082, "2002-05-23", "chat_docker.csv.gz")
    assert read_log("chat_docker").date == "2004-12-24"
    assert founding.contributions.sum() == 3367
    assert founding.awake is not None
    assert 70 < founding.awake.sum() < 200
    assert int((founding.silence <= 90).sum()) == 302


# A plain twin


def twin(rows: list[Row], at: date) -> dict[str, list[int]]:
    """What `read_log` does, said slowly."""
    rows = sorted(rows, key=lambda event: event[1])
    past = [event for event in rows if event[1].date() < at]
    window = [event for event in past if (at - event[1].date()).days <= 90]

    def age(event: Row) -> int:
        return (at - event[1].date()).days

    founders: list[str] = []
    for member in dict.fromkeys(event[0] for event in rows):
        mine = [event for event in past if event[0] == member]
        if mine and mine[-1][2] != "leave":
            founders.append(member)
    if not any(min(age(event) for event in since_return(past, f)) <= 90 for f in founders):
        return {"tenure": []}
    kith_actions = {"join", "leave", "visit", "invite", "exchange"}
    active = {f: [event for event in window if event[0] == f and event[2] != "leave"] for f in founders}
    ties = [
        event
        for event in past
        if age(event) <= 180
        and event[2] not in kith_actions - {"exchange"}
        and event[0] in founders
        and event[3] in founders
        and event[0] != event[3]
    ]
    return {
        "contributions": [sum(event[2] not in kith_actions for event in active[f]) for f in founders],
        "tenure": [max(age(event) for event in since_return(past, f)) for f in founders],
        "silence": [min(age(event) for event in since_return(past, f)) for f in founders],
        "active_days": [len({event[1].date() for event in active[f]}) for f in founders],
        "exchange_a": [founders.index(event[0]) for event in ties],
        "exchange_b": [founders.index(event[3]) for event in ties],
        "exchange_age": [age(event) for event in ties],
    }


def since_return(past: list[Row], member: str) -> list[Row]:
    """What a member has done since it last left."""
    mine = [event for event in past if event[0] == member]
    return mine[max((n for n, event in enumerate(mine, 1) if event[2] == "leave"), default=0) :]


def busiest(rows: list[Row]) -> date:
    """The busiest date, said slowly."""
    days = [event[1].date() for event in rows]

    def active(end: date) -> int:
        return len(
            {m for m, time, action, _ in rows if action != "leave" and 1 <= (end - time.date()).days <= 90}
        )

    first = min(min(days) + timedelta(days=90), max(days) + timedelta(days=1))
    ends = [first + timedelta(days=n) for n in range((max(days) - first).days + 2)]
    return max(ends, key=lambda end: (active(end), -end.toordinal()))


times = st.datetimes(datetime(2001, 1, 1), datetime(2001, 12, 1)).map(
    lambda time: time.replace(microsecond=0)
)
actions = st.sampled_from(["message", "message", "join", "leave", "visit", "invite", "exchange"])
logs = st.lists(
    st.tuples(st.sampled_from("abcdef"), times, actions, st.sampled_from(["", *"abcxy"])),
    min_size=1,
    max_size=25,
)


@SHARED
@given(logs, st.integers(0, 333))
def test_the_founding_is_its_plain_twins(write_log: Write, rows: list[Row], day: int) -> None:
    path = write_log("".join(f"{m},{t.isoformat()},{action},{target}\n" for m, t, action, target in rows))
    days = [time.date() for _, time, _, _ in rows]
    at = min(days) + timedelta(days=1 + day % ((max(days) - min(days)).days + 1))
    expected = twin(rows, at)
    if not expected["tenure"]:
        assert "nobody was active" in refusal(path, at)
    else:
        assert columns(read_log(path, at)) == expected


@SHARED
@given(logs)
def test_the_busiest_date_is_its_plain_twins(write_log: Write, rows: list[Row]) -> None:
    path = write_log("".join(f"{m},{t.isoformat()},{action},{target}\n" for m, t, action, target in rows))
    at = busiest(rows)
    if twin(rows, at)["tenure"]:
        assert read_log(path, "busiest").date == at.isoformat()
    else:
        refusal(path, "busiest")


# Bad logs


def test_bad_rows_are_told_by_line_the_first_few_and_how_many(write_log: Write) -> None:
    rows = "a,2001-01-01,post,\n\n,2001-01-01,post,\na,yesterday,post,\na,2001-01-01,,\na,2001-01-01\na,2001-01-01,post,,\n"
    path = write_log(rows)
    with pytest.raises(LogError) as caught:
        read_log(path)
    assert str(caught.value) == (
        f"{path} has 5 bad rows of 6: line 4: member_id is empty; "
        'line 5: timestamp "yesterday" is not a time, such as 2024-05-31T18:30:00Z; '
        "line 6: action is empty; and 2 more (more than 5 %; mend them, or allow more with --max-bad)"
    )
    assert caught.value.problems[3:] == (
        "line 7: 2 fields where the header has 4",
        "line 8: 5 fields where the header has 4",
    )
    assert isinstance(caught.value, ScenarioError)


def test_lines_are_the_lines_of_the_file_even_after_a_quoted_line_break(write_log: Write) -> None:
    assert "1 bad row of 2: line 4: member_id" in refusal(
        write_log('a,2001-01-01,"one\ntwo",\n,2001-01-01,post,\n')
    )


@pytest.mark.parametrize(
    "time",
    ["", " ", "0", "2001", "2001-13-01", "2001-02-30", "now", "NaT", "1e9", "2001-01-01T25:00", "x" * 1000],
)
def test_a_time_that_is_none_is_refused(write_log: Write, time: str) -> None:
    message = refusal(write_log(f"a,{time},post,\n"))
    assert "line 2: timestamp" in message
    assert len(message) < 400


def test_every_year_of_the_calendar_can_be_read(write_log: Write) -> None:
    rows = "a,0001-01-01T00:00:00+14:00,post,\nb,9999-12-30T23:59:59Z,post,\n"
    assert len(read_log(write_log(rows))) == 2
    refusal(write_log(rows + "b,9999-12-31T23:59:59-12:00,post,\n"), "the calendar has no day to start on")
    refusal(write_log(rows), "2001-01-01")
    refusal(write_log("b,9999-12-31T23:59:59-12:00,post,\n"), "2001-01-01")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("member_id,action\na,post\n")
    assert "line 1: no column is known to hold the time" in refusal(path)
    assert "name it with --columns time=NAME" in refusal(path)
    path.write_text("member_id,timestamp,action,target_member,action\n")
    assert "column action is there twice" in refusal(path)


def test_an_empty_log_is_refused(tmp_path: Path, write_log: Write) -> None:
    path = tmp_path / "empty.csv"
    for content in ("", "\n\n"):
        path.write_text(content)
        assert "is empty; its first line must name the columns, such as member_id,timestamp" in refusal(path)
    assert "has no rows below its header" in refusal(write_log("\n"))


def test_a_log_that_is_no_text_is_refused_with_the_line(tmp_path: Path, write_log: Write) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER.encode() + b"a,2001-01-01,post,\na,2001-01-01,po\0st,\n")
    assert "line 3 holds NUL bytes" in refusal(path)
    path.write_bytes(HEADER.encode() + b"\xe9lodie,2001-01-01,post,\n")
    assert "line 2 is not UTF-8; save the log as UTF-8" in refusal(path)
    path.write_bytes((HEADER + row("a", 1)).encode("utf-16"))
    refusal(path)
    assert "line 2" in refusal(write_log('a,2001-01-01,"post"x,\n'))
    assert "line 3" in refusal(write_log('a,2001-01-01,post,\na,2001-01-01,"post,\n'))


def test_a_broken_gzip_file_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + "".join(row(f"m{i * i}", i) for i in range(200))).encode())
    path = tmp_path / "log.csv.gz"
    for content in (packed[:-20], packed[:5], packed[:100] + b"\xff" * 50 + packed[150:]):
        path.write_bytes(content)
        assert "is a broken gzip file" in refusal(path)


def test_a_huge_log_is_refused_packed_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LIMIT", 1_000)
    path = tmp_path / "log.csv"
    path.write_bytes(b"x" * 1001)
    assert "cut it to the months that matter" in refusal(path)
    path.write_bytes(gzip.compress(b"x" * 1_000_000))
    assert "cut it to the months that matter" in refusal(path)


def test_a_log_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "missing.csv")
    assert "is a folder" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is not a file" in refusal(tmp_path / "pipe.csv")
    for nothing in ("", "\0", "x" * 5000, 5):
        refusal(nothing)


def test_a_date_outside_the_log_is_told_with_the_logs_dates(write_log: Write) -> None:
    path = write_log(row("a", 0) + row("b", 9))
    for at in ("2001-01-01", "2001-01-12", "1999-12-31"):
        assert f"runs from 2001-01-01 to 2001-01-10, and the date {at} is outside" in refusal(path, at)
    assert len(read_log(path, "2001-01-11")) == 2
    wrong: list[object] = ["yesterday", "2001-02-30", "2001-01-05T10:00", 5]
    for date_text in wrong:
        assert "must be a day such as 2004-12-31" in refusal(path, date_text)


def test_a_date_in_a_gap_of_the_log_has_no_founders(write_log: Write) -> None:
    path = write_log(row("a", 0) + row("a", 300))
    assert "nobody was active in the 90 days before 2001-07-01" in refusal(path, "2001-07-01")
    assert "nobody was active" in refusal(write_log(row("a", 0, "leave")))


def test_load_says_the_same(write_log: Write) -> None:
    with pytest.raises(LogError, match="has 1 bad row of 1: line 2"):
        load("web", log=write_log(",2001-01-01,post,\n"))


@SHARED
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    refusal(path)


@SHARED
@given(st.text(st.sampled_from('a,"\n\r 2001-T:Z;\0é'), max_size=80))
def test_random_rows_are_read_or_refused(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "a,2001-01-01,post,\n" + rows, encoding="utf-8", newline="")
    try:
        assert len(read_log(path)) >= 1
    except LogError as error:
        assert str(error).startswith(str(path))


def test_a_hundred_thousand_rows_are_read_in_a_moment(write_log: Write) -> None:
    path = write_log("".join(row(f"m{i % 999}", i % 300, target=f"m{i % 77}") for i in range(100_000)))
    founding = read_log(path)
    assert (len(founding), founding.date) == (999, "2001-10-28")
    assert founding.contributions.sum() == 29_970
