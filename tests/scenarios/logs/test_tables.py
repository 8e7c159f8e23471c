"""Plain tables: any names of columns, any delimiter, any way to write a time; bad rows up to a share."""

import csv
import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kith.scenarios.errors import LogError
from kith.scenarios.logs import sources
from kith.scenarios.logs.formats import delimited
from kith.scenarios.logs.founding import read_log
from kith.scenarios.logs.reading import read_events, read_events_apart
from kith.scenarios.logs.table import UNKNOWN_TIME, EventTable

ROWS = [
    ("ann", "2024-03-01T10:00:00Z", "post", "bob"),
    ("bob", "2024-03-02T11:00:00Z", "reply", "ann"),
    ("cat", "2024-03-03T12:30:00Z", "post", ""),
    ("ann", "2024-03-04T00:00:00Z", "post", "dan"),
]
NAMES = ("member_id", "timestamp", "action", "target_member")


def text_of(
    rows: list[tuple[str, ...]], delimiter: str = ",", header: tuple[str, ...] | None = NAMES
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *rows] if header else rows)
    return out.getvalue().encode()


def content(table: EventTable) -> list[tuple[str, int, str, str]]:
    """Rows of a table by the names that the source has."""
    assert table.names is not None
    names = (*table.names, "")
    return [
        (names[m], int(t), table.actions[a], names[w] if w >= 0 else "")
        for m, t, a, w in zip(table.member, table.time, table.action, table.target, strict=True)
    ]


def micro(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1e6)


EXPECTED = [(who, micro(time[:-1]), what, whom) for who, time, what, whom in ROWS]


def read(data: bytes, **options: Any) -> list[tuple[str, int, str, str]]:
    return content(read_events(data, names=True, **options))


def refusal(data: Any, **options: Any) -> str:
    with pytest.raises(LogError) as caught:
        read_events(data, **options)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


# Shapes


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_whatever_separates_its_columns(delimiter: str) -> None:
    assert read(text_of(ROWS, delimiter)) == EXPECTED


@pytest.mark.parametrize(
    "header",
    [
        ("User ID", "Created At", "Event", "To"),
        ("AUTHOR", "DATE", "TYPE", "RECIPIENT"),
        ("user", "ts", "activity", "target"),
        ("userId", "createdAt", "eventType", "targetUserId"),
        (" Member_ID ", "TimeStamp", "Action", "Target Member"),
        ("case:concept:name", "time:timestamp", "concept:name", "org:resource"),
    ],
)
def test_columns_are_recognised_by_their_names(header: tuple[str, ...]) -> None:
    assert read(text_of(ROWS, header=header)) == EXPECTED


def test_columns_can_be_named_by_option_by_name_and_by_position() -> None:
    data = text_of([(a, b, c, d) for b, c, a, d in ROWS], header=("x", "y", "z", "w"))
    options = {"member": "Y", "time": "z", "action": "x", "target": "4"}
    assert [row[0] for row in read(data, columns={**options, "member": "2"})] == [row[0] for row in ROWS]
    assert read_events(data, columns=options).report.columns["time"] == "z"
    assert "the columns are" in refusal(data, columns={**options, "time": "when"})
    assert 'there is no "whom"' in refusal(data, columns={**options, "whom": "w"})


def test_a_table_without_a_header_is_read_by_positions() -> None:
    data = text_of(ROWS, header=None)
    assert "has no header" in refusal(data)
    assert "--columns member=1" in refusal(data)
    assert read(data, columns={"member": "1", "time": "2", "action": "3", "target": "4"}) == EXPECTED


def test_target_and_action_are_optional() -> None:
    table = read_events(text_of([row[:2] for row in ROWS], header=NAMES[:2]))
    assert table.actions == ("event",)
    assert (table.target == -1).all()
    assert table.value is None


def test_the_separator_that_a_spreadsheet_names_is_heard_and_its_blank_rows_are_passed_over() -> None:
    data = b"sep=;\r\n" + text_of([*ROWS[:2], ("", "", "", ""), *ROWS[2:]], ";") + b";;;\r\n\r\n"
    table = read_events(data, names=True)
    assert content(table) == EXPECTED
    assert table.report.bad == 0


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way_and_a_byte_order_mark_does_no_harm(ends: str) -> None:
    data = b"\xef\xbb\xbf" + text_of(ROWS).replace(b"\r\n", ends.encode())
    assert read(data) == EXPECTED
    assert read(data[: -len(ends)]) == EXPECTED


def test_quoted_cells_may_hold_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f'a "{n}",\n\r\nb', row[1], row[2], "x;y") for n, row in enumerate(ROWS)]
    expected = [(name, EXPECTED[n][1], EXPECTED[n][2], "x;y") for n, (name, *_) in enumerate(rows)]
    assert read(text_of(rows)) == expected
    monkeypatch.setattr(delimited, "BLOCK", 16)
    assert read(text_of(rows)) == expected


def test_values_are_numbers_with_signs_and_separators_or_left_out() -> None:
    values = ["12.5", "$1,234.50", "1e999", "free"]
    rows = [(*row, value) for row, value in zip(ROWS, values, strict=True)]
    table = read_events(text_of(rows, header=(*NAMES, "Amount")))
    assert table.value is not None
    np.testing.assert_array_equal(table.value, [12.5, 1234.5, np.nan, np.nan])
    assert any("2 values are no numbers" in note for note in table.report.notes)


def test_the_extension_does_not_matter(tmp_path: Path) -> None:
    for name, data in {"log.json": text_of(ROWS), "log.txt": gzip.compress(text_of(ROWS, "\t"))}.items():
        (tmp_path / name).write_bytes(data)
        assert content(read_events(tmp_path / name, names=True)) == EXPECTED


def test_parquet_is_read_with_times_as_times_texts_and_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS, columns=["User", "When", "Event", "To"])
    times = pd.to_datetime(frame["When"], utc=True)
    zoned, naive = times.dt.tz_convert("Asia/Tokyo"), times.dt.tz_localize(None)
    numbers = times.dt.as_unit("s").astype("int64")
    for number, column in enumerate((frame["When"], times, zoned, naive, numbers, numbers * 1000)):
        path = tmp_path / f"{number}.csv"
        frame.assign(When=column, Event=frame["Event"].astype("category")).to_parquet(path)
        assert content(read_events(path, names=True)) == EXPECTED, number
    assert content(read_events(path.read_bytes(), names=True)) == EXPECTED


def test_numbers_as_members_are_the_same_in_text_and_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"user_id": [7, 9, 7], "ts": [1.7e9, 1.7e9 + 5, 1.7e9 + 9], "to": [9.0, None, 9.0]})
    frame.to_parquet(tmp_path / "log.parquet")
    table = read_events(tmp_path / "log.parquet", names=True)
    assert [(who, whom) for who, _, _, whom in content(table)] == [("7", "9"), ("9", ""), ("7", "9")]


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    pd.DataFrame(ROWS, columns=list(NAMES)).to_parquet(tmp_path / "log.parquet")
    data = (tmp_path / "log.parquet").read_bytes()
    for broken in (data[:-10], data[:50], data[:100] + b"\xff" * 60 + data[160:]):
        assert "Parquet" in refusal(broken)
    texts = pa.array([b"\xcb", b"a"], pa.binary()).cast(pa.string(), safe=False)
    pq.write_table(pa.table({"user": texts, "ts": [1.7e9, 1.7e9]}), tmp_path / "odd.parquet")
    assert "Parquet" in refusal(tmp_path / "odd.parquet")


# Times


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.isoformat(),
        lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
        lambda t: f"{t:%Y-%m-%d %H:%M:%S} UTC",
        lambda t: f"{t:%Y-%m-%d %H:%M:%S.%f}",
        lambda t: f"{t:%Y/%m/%d %H:%M:%S}",
        lambda t: f"{t:%d.%m.%Y %H:%M:%S}",
        lambda t: f"{t:%d.%m.%y %H:%M:%S}",
        lambda t: f"{t:%d/%m/%Y, %H:%M:%S}",
        lambda t: f"{t:%m/%d/%Y %I:%M:%S %p}",
        lambda t: f"{t:%d-%b-%y %I:%M:%S %p}",
        lambda t: f"{t:%b %d, %Y %I:%M:%S %p}",
        lambda t: f"{t:%A, %B %d, %Y %I:%M:%S %p}",
        lambda t: f"{t:%a, %d %b %Y %H:%M:%S} +0000",
        lambda t: f"{t:%Y-%m-%dT%H:%M:%S}-0000",
        lambda t: str(int(t.replace(tzinfo=UTC).timestamp())),
        lambda t: f"{t.replace(tzinfo=UTC).timestamp():.6f}",
        lambda t: str(int(t.replace(tzinfo=UTC).timestamp() * 1e3)),
        lambda t: str(int(t.replace(tzinfo=UTC).timestamp() * 1e6)),
        lambda t: str(int(t.replace(tzinfo=UTC).timestamp()) * 10**9),
    ],
)
@settings(max_examples=10, deadline=None)
@given(moments=st.lists(st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=5))
def test_a_time_is_the_same_however_it_is_written(write: Any, moments: list[datetime]) -> None:
    moments = [datetime(2024, 5, 31, 18, 30), *(time.replace(microsecond=0) for time in moments)]
    table = read_events(text_of([("a", write(time)) for time in moments], header=("user", "time")))
    assert sorted(table.time.tolist()) == sorted(micro(time.isoformat()) for time in moments)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.datetimes(datetime(1975, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=8),
    st.sampled_from([-720, -330, 0, 60, 345, 840]),
)
def test_offsets_are_taken_off(moments: list[datetime], minutes: int) -> None:
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    data = text_of([("a", time.isoformat() + zone) for time in moments], header=("user", "time"))
    expected = sorted(micro(time.isoformat()) - minutes * 60_000_000 for time in moments)
    assert read_events(data, duplicates="keep").time.tolist() == expected


def test_times_without_a_zone_are_of_the_zone_that_was_named() -> None:
    rows = [("a", "2024-01-15 12:00"), ("b", "2024-07-15 12:00"), ("c", "2024-07-15 12:00:00+00:00")]
    data = text_of(rows, header=("user", "time"))
    hours = [
        (time % 86_400_000_000) // 3_600_000_000 for time in read_events(data, zone="Europe/Berlin").time
    ]
    assert hours == [11, 10, 12]
    assert any("2 times name no zone" in note for note in read_events(data).report.notes)
    assert not any("no zone" in note for note in read_events(data, zone="+02:00").report.notes)
    assert 'zone "Mars/Olympus" is not known' in refusal(data, zone="Mars/Olympus")
    assert "is not known" in refusal(data, zone="../../etc/passwd")


def test_one_row_decides_for_all_whether_the_day_comes_first() -> None:
    for day_first in (True, False):
        moments = [datetime(2024, 2, 1 + n % 12) for n in range(50)] + [datetime(2024, 2, 20)]
        form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
        table = read_events(text_of([("a", f"{time:{form}}") for time in moments], header=("user", "date")))
        assert sorted(table.time.tolist()) == sorted(micro(time.isoformat()) for time in moments)
        assert f"dates were read with the {'day' if day_first else 'month'} first" in table.report.notes


def test_dates_that_nothing_decides_are_refused_with_the_option_that_does() -> None:
    data = text_of([("a", "05/06/2024 12:00"), ("b", "07/08/2024")], header=("user", "time"))
    message = refusal(data)
    assert "--day-first" in message
    assert "--month-first" in message
    assert read_events(data, day_first=True).report.span == "2024-06-05 to 2024-08-07"
    assert read_events(data, day_first=False).report.span == "2024-05-06 to 2024-07-08"
    assert len(read_events(text_of([("a", "05/05/2024")], header=("user", "time")))) == 1


def test_a_date_that_the_others_contradict_is_a_bad_row() -> None:
    rows = [("a", f"{1 + n}/12/2024") for n in range(31)] + [("b", "12/31/2024")]
    table = read_events(text_of(rows, header=("user", "time")))
    assert (len(table), table.report.bad) == (31, 1)
    assert table.report.problems == (
        'line 33: time "12/31/2024" is not a time, such as 2024-05-31T18:30:00Z',
    )


# Bad rows


def test_bad_rows_are_skipped_up_to_a_share_counted_and_listed() -> None:
    rows = ROWS * 25
    rows[40:43] = [("", *ROWS[0][1:]), ("ann", "soon", "post", ""), ("ann",)]
    table = read_events(text_of(rows))
    assert (table.report.rows, len(table), table.report.bad) == (100, 97, 3)
    assert [problem.split(":")[0] for problem in table.report.problems] == ["line 42", "line 43", "line 44"]
    assert "of 100: line 42" in refusal(text_of(rows), max_bad=0.02)
    assert "without --strict they are skipped" in refusal(text_of(rows), strict=True)
    assert "--max-bad 7" in refusal(text_of(rows), max_bad=7)


@pytest.mark.parametrize("block", [1 << 22, 64])
def test_a_quote_that_is_not_closed_costs_the_lines_that_it_swallows(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(delimited, "BLOCK", block)
    rows = text_of(ROWS * 20)
    table = read_events(rows + b'"ann,2024-03-01,post,\r\nbob,2024-03-01,post,\r\n')
    assert (len(table), table.report.bad) == (80, 2)
    assert table.report.problems[0].startswith("line 82:")
    assert "bad rows of 85" in refusal(rows + b'"ann,2024-03-01,post,\r\n' + b"x,y\r\n" * 4)


def test_lines_are_those_of_the_file_after_cells_with_line_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(who, time, f"{what}\nmore\r\nlines", whom) for who, time, what, whom in ROWS * 10]
    rows[30] = ("", *rows[30][1:])
    for block in (1 << 22, 100):
        monkeypatch.setattr(delimited, "BLOCK", block)
        problems = read_events(text_of(rows)).report.problems
        assert [problem.split(":")[0] for problem in problems] == ["line 92"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_both_readers_of_lines_agree(data: st.DataObject) -> None:
    cell = st.text(st.sampled_from('ab "\n\r,;é'), max_size=4)
    rows = data.draw(st.lists(st.lists(cell, min_size=2, max_size=4), max_size=12))
    rows += [["a", "2024-01-01", "x"]] * 3
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["user", "time", "action"], *rows])
    text = out.getvalue() + data.draw(st.text(st.sampled_from('a,"\n'), max_size=12))

    def outcome() -> object:
        try:
            table = read_events(text.encode(), names=True, max_bad=1)
        except LogError as error:
            return str(error)
        return content(table), table.report.rows, table.report.problems

    fast = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_lines_of", lambda block, delimiter: None)
        assert outcome() == fast


# Who is left out, and who is one


def test_bots_are_left_out_and_counted() -> None:
    rows = [
        *ROWS,
        ("renovate[bot]", "2024-03-04", "post", ""),
        ("ann", "2024-03-05", "post", "renovate[bot]"),
    ]
    report = read_events(text_of(rows)).report
    assert [(group.reason, group.count, group.lines) for group in report.dropped] == [
        ("events of bots", 1, ("line 6",))
    ]
    assert report.members == 4
    flagged = [(*row, "TRUE" if row[0] == "ann" else "false") for row in ROWS]
    assert read_events(text_of(flagged, header=(*NAMES, "is_bot"))).report.kept == 2


def test_equal_rows_are_duplicates_only_where_that_cannot_be_chance() -> None:
    twice = [*ROWS, ROWS[0]]
    coarse = read_events(text_of(twice))
    assert len(coarse) == 5
    assert any("--duplicates drop" in note for note in coarse.report.notes)
    assert len(read_events(text_of(twice), duplicates="drop")) == 4
    keyed = [(str(n % 4), *row) for n, row in enumerate(twice)]
    table = read_events(text_of(keyed, header=("id", *NAMES)))
    assert [(group.reason, group.count) for group in table.report.dropped] == [("duplicates", 1)]
    fine = [(who, time[:-1] + ".123Z", what, whom) for who, time, what, whom in twice]
    assert len(read_events(text_of(fine))) == 4
    assert len(read_events(text_of(fine), duplicates="keep")) == 5


def test_a_reply_to_a_message_is_addressed_to_its_author() -> None:
    rows = [("1", "ann", "2024-03-02", ""), ("2", "bob", "2024-03-01", "1"), ("3", "cat", "2024-03-03", "99")]
    table = read_events(text_of(rows, header=("message_id", "user", "time", "reply_to")), names=True)
    assert [(who, whom) for who, _, _, whom in content(table)] == [("bob", "ann"), ("ann", ""), ("cat", "")]
    assert any("1 reply is to a message that the log does not have" in note for note in table.report.notes)


def test_names_of_one_person_are_merged_by_a_file(tmp_path: Path) -> None:
    path = tmp_path / "who.csv"
    path.write_text("alias,member\nbob,robert\nrobert,ann\n")
    table = read_events(text_of(ROWS), identities=path, names=True)
    assert table.names == ("ann", "cat", "dan")
    for wrong, word in {"a,b\nb,a\n": "leads back", "a,b\na,c\n": "already", "a\n": "1 fields"}.items():
        path.write_text(wrong)
        assert word in refusal(text_of(ROWS), identities=path)
    assert "does not exist" in refusal(text_of(ROWS), identities=tmp_path / "none.csv")


def test_registrations_and_invitations_come_from_tables_beside_the_log(tmp_path: Path) -> None:
    who, whom = tmp_path / "who.csv", tmp_path / "whom.csv"
    who.write_text("ID;Joined;Last seen\neve;01.02.2024 10:00;2024-03-09\nbob;2024-01-01;\n")
    whom.write_text("inviter,invited\nann,eve\nann,ann\n")
    table = read_events(text_of(ROWS), registrations=who, invitations=whom, names=True, zone="+01:00")
    assert table.names == ("ann", "bob", "cat", "dan", "eve")
    r, i = table.registrations, table.invitations
    assert r is not None
    assert i is not None
    assert r.member.tolist() == [1, 4]
    assert r.registered.tolist() == [micro("2023-12-31T23:00"), micro("2024-02-01T09:00")]
    assert r.last_seen.tolist() == [UNKNOWN_TIME, micro("2024-03-08T23:00")]
    assert (i.inviter.tolist(), i.invited.tolist(), i.time.tolist()) == ([0], [4], [UNKNOWN_TIME])
    assert (table.actors, table.members) == (3, 5)
    who.write_text("id,joined\neve,soon\n")
    assert "registrations line 2" in refusal(text_of(ROWS), registrations=who)
    who.write_text("name,age\neve,3\n")
    assert "no column is known to hold the registered" in refusal(text_of(ROWS), registrations=who)


def test_members_are_numbered_by_their_first_event_and_only_numbers_are_kept() -> None:
    table = read_events(text_of(ROWS[::-1]))
    assert table.names is None
    assert table.member.tolist() == [0, 1, 2, 0]
    assert table.target.tolist() == [1, 0, -1, 3]
    assert (table.actors, table.members) == (3, 4)
    assert "ann" not in repr(vars(table))


# Odd logs


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "2024-01-01", "post", "")],
        [("a", "2024-01-01T10:00", "post", ""), ("b", "2024-01-01T11:00", "post", "")],
        [(name, f"2190-01-{day:02d}", "post", "") for name in "ab" for day in range(1, 9)],
    ],
)
def test_a_log_of_one_member_of_one_day_or_of_the_future_can_be_read(rows: list[tuple[str, ...]]) -> None:
    table = read_events(text_of(rows))
    assert len(table) == len(rows)
    assert any("in the future" in note for note in table.report.notes) == (
        table.time[0] > micro("2150-01-01")
    )


def test_a_clock_that_jumped_is_noted() -> None:
    rows = [("a", f"2024-01-{1 + n % 28:02d}", "post", "") for n in range(400)] + [
        ("b", "1970-01-01", "post", "")
    ]
    assert any("check the clock" in note for note in read_events(text_of(rows)).report.notes)
    assert not any("check the clock" in note for note in read_events(text_of(rows[:-1])).report.notes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (b"member_id,timestamp\n", "no rows below its header"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "it is a PNG picture"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x00\x01\x02" * 100, "holds NUL bytes"),
        (b"member_id,timestamp\na,2024-01-01\nb\0,2024-01-01\n", "line 3 holds NUL bytes"),
        (b"member_id,timestamp\na,2024-01-01\n\xe9,2024-01-01\n", "line 3 is not UTF-8"),
        ("member_id,timestamp\na,2024-01-01\n".encode("utf-16"), "UTF-16"),
        (b"just some words\nand more of them\n", "is of no known format"),
        (b"name,age\nann,3\n", "no column is known to hold the time"),
    ],
)
def test_what_is_no_log_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_a_huge_field_and_a_huge_line_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    huge = b"member_id,timestamp\na,2024-01-01\nb,2024-01-01" + b"x" * 200_000 + b"\n"
    assert "1 bad row of 2" in refusal(huge)
    monkeypatch.setattr(sources, "LINE", 2_000_000)
    assert "line 2 is longer than 2 MB" in refusal(b"member_id,timestamp\n" + b"x" * 4_000_000)


def test_a_log_is_read_apart_with_a_limit_on_its_memory() -> None:
    assert content(read_events_apart(text_of(ROWS), names=True)) == EXPECTED
    with pytest.raises(LogError, match="1 bad row of 1") as caught:
        read_events_apart(b"user,time\na,soon\n")
    assert len(caught.value.problems) == 1


def test_a_record_and_its_events_are_read_back(tmp_path: Path, write_record: Any) -> None:
    record = write_record(tmp_path / "record")
    record.events.to_parquet(tmp_path / "events.parquet")
    record.events.to_csv(tmp_path / "events.csv", index=False)
    logs = [read_log(tmp_path / name) for name in ("events.parquet", "events.csv", "record")]
    assert logs[0].digest == logs[1].digest
    # the record also has the members of whom there is no event
    assert len(logs[2]) >= len(logs[0]) > 0
    assert logs[2].undated == 0 < logs[0].undated
