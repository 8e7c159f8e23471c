"""Exports of platforms: what each holds becomes the same table; bots and what a system wrote are left out."""

import contextlib
import gzip
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from kith.scenarios.errors import LogError
from kith.scenarios.logs.formats import json_stream
from kith.scenarios.logs.reading import read_events
from kith.scenarios.logs.table import UNKNOWN_TIME, EventTable
from tests.scenarios.logs import exports

type Events = list[tuple[str, str, str, str]]


def events(table: EventTable) -> Events:
    """Who, when, what and to whom, by the names that the source has."""
    assert table.names is not None
    names = (*table.names, "")
    return [
        (names[m], _text(t), table.actions[a], names[w] if w >= 0 else "")
        for m, t, a, w in zip(table.member, table.time, table.action, table.target, strict=True)
    ]


def _text(time: int) -> str:
    return datetime.fromtimestamp(int(time) / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S")


def registered(table: EventTable) -> list[tuple[str, str]]:
    assert table.names is not None
    assert table.registrations is not None
    r = table.registrations
    return [(table.names[m], _text(t)) for m, t in zip(r.member, r.registered, strict=True)]


def invited(table: EventTable) -> list[tuple[str, str]]:
    assert table.names is not None
    assert table.invitations is not None
    i = table.invitations
    return [(table.names[a], table.names[b]) for a, b in zip(i.inviter, i.invited, strict=True)]


def dropped(table: EventTable) -> dict[str, int]:
    return {group.reason: group.count for group in table.report.dropped}


# Discord


def test_discord_json() -> None:
    table = read_events(exports.discord_channel(exports.DISCORD), names=True)
    assert table.report.format == "discord_json"
    assert events(table) == [
        ("101", "2024-03-01 10:02:30", "message", ""),
        ("102", "2024-03-01 10:03:30", "message", "101"),
        ("103", "2024-03-01 10:04:30", "message", "101"),
        ("101", "2024-03-01 10:07:30", "message", ""),
    ]
    assert dropped(table) == {
        "join notices, used as registrations": 1,
        "system messages": 1,
        "events of bots": 1,
    }
    assert registered(table) == [("101", "2024-03-01 10:01:30")]
    assert "reactions have no time and were not used (3)" in table.report.notes
    assert "left out: system messages (1)" in table.report.lines()
    assert "1 reply is to a message that the log does not have; it has no target" in table.report.notes
    assert table.report.rows == 7


def test_channels_of_discord_in_a_folder_or_zip_are_one_log_and_overlaps_count_once(tmp_path: Path) -> None:
    first, second = exports.discord_channel(exports.DISCORD[:4]), exports.discord_channel(exports.DISCORD[2:])
    complete = events(read_events(exports.discord_channel(exports.DISCORD), names=True))
    (tmp_path / "a.json").write_bytes(first)
    (tmp_path / "b.txt").write_bytes(second)
    for source in (tmp_path, exports.zipped({"x/a.json": first, "x/b.json": second})):
        table = read_events(source, names=True)
        assert events(table) == complete
        assert dropped(table)["duplicates"] == 2
        assert table.report.files == 2


def test_discord_csv() -> None:
    table = read_events(exports.DISCORD_CSV, names=True, zone="+01:00")
    assert table.report.format == "discord_csv"
    assert events(table) == [
        ("101", "2024-03-01 09:02:00", "message", ""),
        ("102", "2024-03-01 21:03:00", "message", ""),
        ("101", "2024-03-02 08:00:00", "message", ""),
    ]
    localised = exports.DISCORD_CSV.replace(b"01-Mar-24", b"01/03/2024").replace(b"02-Mar-24", b"02/03/2024")
    with pytest.raises(LogError, match="--day-first"):
        read_events(localised)
    assert read_events(localised, day_first=True).report.span == "2024-03-01 to 2024-03-02"
    older = b"Channel,AuthorID,Author,Date,Content,Attachments,Reactions\nc,101,ann,2024-03-01T10:00:00+01:00,x,,\n"
    assert read_events(older).report.span == "2024-03-01 to 2024-03-01"


# Slack


def test_slack(tmp_path: Path) -> None:
    files = exports.slack_files()
    for name, data in files.items():
        (tmp_path / "export" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "export" / name).write_bytes(data)
    for source in (tmp_path / "export", exports.zipped(files)):
        table = read_events(source, names=True)
        assert table.report.format == "slack"
        assert events(table) == [
            ("U1", "2024-03-01 09:00:00", "message", ""),
            ("U2", "2024-03-01 09:01:40", "reply", "U1"),
            ("U3", "2024-03-01 10:46:40", "message", "U2"),
            ("U2", "2024-03-01 10:48:20", "reply", "U3"),
        ]
        assert dropped(table) == {
            "join notices, used as registrations": 1,
            "events of bots": 3,
            "system messages": 1,
        }
        assert registered(table) == [("U1", "2024-03-01 08:00:00")]
        assert invited(table) == [("U2", "U1")]


def test_a_day_of_slack_alone_is_recognised() -> None:
    table = read_events(exports.slack_files()["random/2024-03-01.json"])
    assert (table.report.format, len(table)) == ("slack", 2)


# Discourse


def test_discourse() -> None:
    table = read_events(
        exports.zipped({"users.csv": exports.DISCOURSE_USERS, "posts.csv": exports.DISCOURSE_POSTS}),
        names=True,
    )
    assert table.report.format == "discourse"
    assert events(table) == [
        ("1", "2024-03-01 10:00:00", "topic", ""),
        ("2", "2024-03-01 11:00:00", "post", "1"),
        ("1", "2024-03-02 11:00:00", "post", "2"),
    ]
    assert dropped(table) == {"posts of the system": 1, "deleted posts": 1}
    assert registered(table) == [
        ("1", "2023-05-01 08:00:00"),
        ("2", "2023-06-01 08:00:00"),
        ("3", "2023-07-01 08:00:00"),
    ]
    assert table.registrations is not None
    assert (table.registrations.last_seen == UNKNOWN_TIME).tolist() == [False, False, True]
    assert invited(table) == [("1", "2"), ("1", "3")]
    assert (table.actors, table.members) == (2, 3)


def test_members_of_discourse_without_posts_are_refused_with_what_is_missing() -> None:
    with pytest.raises(LogError, match="3 registrations and no events; add the posts"):
        read_events(exports.DISCOURSE_USERS)


# Tables in JSON


@pytest.mark.parametrize("as_list", [False, True])
def test_tables_in_json(as_list: bool) -> None:
    data = json.dumps(exports.OBJECTS, indent=2).encode() if as_list else exports.json_lines(exports.OBJECTS)
    table = read_events(data, names=True)
    assert table.report.format == "json_lines"
    assert table.report.columns["member"] == "user.id"
    assert events(table) == [
        ("7", "2024-03-01 09:00:00", "post", ""),
        ("8", "2024-03-01 09:01:40", "post", "7"),
        ("7", "2024-03-01 10:46:40", "like", "8"),
    ]
    assert read_events(data, names=True, columns={"member": "user.name"}).names == ("ann", "bob", "7", "8")


def test_lines_that_are_no_json_are_bad_rows() -> None:
    lines = [*exports.json_lines(exports.OBJECTS * 20).splitlines(keepends=True)]
    lines[30:30] = [b"\n", b'{"user": {"id": 7},\n', b"[1]\n", b'{"ts": 1709283600}\n']
    report = read_events(b"".join(lines)).report
    assert [problem.split(":")[0] for problem in report.problems] == ["line 32", "line 33", "line 34"]
    assert (report.rows, report.bad) == (63, 3)


# Code


@pytest.mark.parametrize("as_list", [False, True])
def test_github_events(as_list: bool) -> None:
    data = json.dumps(exports.GITHUB).encode() if as_list else exports.json_lines(exports.GITHUB)
    table = read_events(exports.zipped({"a.json.gz": gzip.compress(data)}), names=True)
    assert table.report.format == "github_events"
    assert events(table) == [
        ("ann", "2024-03-01 12:01:00", "issue", ""),
        ("bob", "2024-03-01 12:02:00", "comment", "ann"),
        ("ann", "2024-03-01 12:03:00", "push", ""),
        ("cat", "2024-03-01 12:05:00", "star", ""),
    ]
    assert dropped(table) == {"events of bots": 1, "duplicates": 1}


def test_git_log() -> None:
    table = read_events(exports.GIT, names=True)
    assert table.report.format == "git_log"
    assert events(table) == [
        ("cat@example.org", "2024-03-01 09:00:00", "commit", ""),
        ("bob@example.org", "2024-03-01 15:00:00", "commit", "ann@example.org"),
        ("ann@example.org", "2024-03-02 09:00:00", "commit", ""),
    ]
    assert dropped(table) == {"events of bots": 1}


# Mail


def test_mailing_list() -> None:
    table = read_events(exports.MBOX, names=True)
    assert table.report.format == "mailing_list"
    assert events(table) == [
        ("ann@example.org", "2024-03-01 09:00:00", "mail", ""),
        ("bob@example.org", "2024-03-01 11:00:00", "reply", "ann@example.org"),
        ("ann@example.org", "2024-03-01 12:00:00", "reply", "bob@example.org"),
    ]
    assert dropped(table) == {"events of bots": 1}
    assert table.report.rows == 4


# Questions and answers


def test_stack_exchange() -> None:
    table = read_events(exports.zipped(exports.STACK_EXCHANGE), names=True)
    assert table.report.format == "stack_exchange"
    assert events(table) == [
        ("5", "2024-03-01 10:00:00", "question", ""),
        ("6", "2024-03-01 11:00:00", "answer", "5"),
        ("5", "2024-03-02 10:00:00", "comment", "6"),
    ]
    assert dropped(table) == {
        "other posts, such as wikis of tags": 1,
        "events of deleted accounts": 1,
        "events of bots": 1,
    }
    assert registered(table) == [("5", "2024-01-01 00:00:00"), ("9", "2024-02-01 00:00:00")]
    assert table.report.not_read == ("Votes.xml",)


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE posts [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<posts><row Id="1" PostTypeId="1" CreationDate="2024-03-01" OwnerUserId="&b;"/></posts>"""
OUTSIDE = b"""<?xml version="1.0"?>
<!DOCTYPE posts SYSTEM "file:///etc/passwd">
<posts><row Id="1" PostTypeId="1" CreationDate="2024-03-01" OwnerUserId="1"/></posts>"""


@pytest.mark.parametrize("data", [BOMB, OUTSIDE])
def test_xml_with_entities_or_a_document_type_is_refused(data: bytes) -> None:
    for options in ({}, {"format": "stack_exchange"}):
        with pytest.raises(LogError):
            read_events(data, **options)
    late = exports.STACK_EXCHANGE["Comments.xml"].replace(b"<comments>", b"<!DOCTYPE comments []><comments>")
    with pytest.raises(LogError, match="declares a document type or entities"):
        read_events(exports.zipped(exports.STACK_EXCHANGE | {"Comments.xml": late}), format="stack_exchange")


# Orders


def test_shopify() -> None:
    table = read_events(exports.SHOPIFY, names=True)
    assert table.report.format == "shopify"
    assert events(table) == [
        ("ann@example.org", "2024-03-01 09:00:00", "purchase", ""),
        ("ann@example.org", "2024-03-02 09:00:00", "purchase", ""),
    ]
    assert table.value is not None
    assert table.value.tolist() == [12.5, 30.0]
    assert dropped(table) == {
        "further rows of an order": 1,
        "orders not paid": 2,
        "orders without a customer": 1,
    }


def test_stripe() -> None:
    table = read_events(exports.STRIPE, names=True, zone="Asia/Tokyo")
    assert table.report.format == "stripe"
    assert events(table) == [
        ("cus_1", "2024-03-01 10:00:00", "purchase", ""),
        ("cus_2", "2024-03-02 10:00:00", "purchase", ""),
    ]
    assert table.value is not None
    assert table.value.tolist() == [12.5, 1200.0]
    assert dropped(table) == {"payments that failed or were refunded": 1, "payments without a customer": 1}


# All of them


KINDS: dict[str, Callable[[], bytes]] = {
    "discord_json": lambda: exports.discord_channel(exports.DISCORD),
    "discord_csv": lambda: exports.DISCORD_CSV,
    "slack": lambda: exports.zipped(exports.slack_files()),
    "discourse": lambda: exports.DISCOURSE_POSTS,
    "json_lines": lambda: exports.json_lines(exports.OBJECTS),
    "github_events": lambda: exports.json_lines(exports.GITHUB),
    "git_log": lambda: exports.GIT,
    "mailing_list": lambda: exports.MBOX,
    "stack_exchange": lambda: exports.zipped(exports.STACK_EXCHANGE),
    "shopify": lambda: exports.SHOPIFY,
    "stripe": lambda: exports.STRIPE,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_format_is_recognised_and_can_be_named(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"  # whatever it is
    path.write_bytes(KINDS[kind]())
    table, named = read_events(path), read_events(path, format=kind)
    assert table.report.format == kind
    np.testing.assert_array_equal(table.time, named.time)
    assert read_events(path, format=kind.replace("_", "-").upper()).report.kept == len(table)


@pytest.mark.parametrize("kind", KINDS)
def test_texts_and_names_are_not_kept(kind: str) -> None:
    shown = repr(vars(read_events(KINDS[kind]())))
    assert not any(word in shown for word in ("secret", "hello", "name of", "ann#", "example.org", "ann@"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_format_that_a_file_does_not_have_is_refused_in_a_sentence(kind: str) -> None:
    for data in (
        b"member_id,timestamp\na,2024-01-01\n",
        b"{}",
        b"[]",
        b"[1, 2]",
        b"word",
        b"<a/>",
        b'{"a": [}',
    ):
        with pytest.raises(LogError) as caught:
            read_events(data, format=kind)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_cut_short_is_refused_or_counted(kind: str) -> None:
    data = KINDS[kind]()
    for share in (0.3, 0.6, 0.9, 0.99):
        try:
            report = read_events(data[: int(len(data) * share)], max_bad=1).report
        except LogError as error:
            assert "\n" not in str(error)
        else:
            assert report.kept <= report.rows


def _damaged(data: bytes, draw: random.Random) -> bytes:
    """The same with a few bytes changed, lost, repeated or put in."""
    out = bytearray(data)
    odd = (b"null", b"1e400", b"[]", b"\xff", b"\0", b'"', b",", b"\n", b"<", b"{", b"9" * 30, b"?=", b"--")
    for _ in range(draw.randrange(1, 5)):
        place = draw.randrange(len(out) + 1)
        length = draw.choice([0, 1, 20])
        out[place : place + length] = draw.choice([*odd, bytes(out[place : place + 50]), b""])
    return bytes(out)


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_read_over_or_refused_in_a_sentence(kind: str) -> None:
    draw, data = random.Random(kind), KINDS[kind]()
    for _ in range(60):
        try:
            report = read_events(_damaged(data, draw), max_bad=draw.choice([0.05, 1])).report
        except LogError as error:
            assert "\n" not in str(error)
        else:
            assert report.kept <= report.rows
    for file in (exports.slack_files() | exports.STACK_EXCHANGE).values():
        with contextlib.suppress(LogError):
            read_events(_damaged(file, draw), format=kind, max_bad=1)


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(LogError, match='format "discourd" is not known; choose one of .*discord_json'):
        read_events(b"a", format="discourd")


def test_a_folder_of_several_formats_is_refused_with_both(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(KINDS["discord_json"]())
    (tmp_path / "b.csv").write_bytes(b"member_id,timestamp\na,2024-01-01\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(99))
    with pytest.raises(LogError, match=r"several formats \(discord_json, csv\); choose one with --format"):
        read_events(tmp_path)
    table = read_events(tmp_path, format="csv")
    assert table.report.not_read == ("a.json", "picture.png")


def test_files_of_a_folder_that_hold_no_events_are_left_aside_and_named(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(b"member_id,timestamp\na,2024-01-01\n")
    (tmp_path / "package.json").write_bytes(b'{"name": "x", "version": "1"}')
    (tmp_path / "README.txt").write_bytes(b"name, purpose\nlog, example\n")
    table = read_events(tmp_path)
    assert (len(table), table.report.files) == (1, 1)
    assert table.report.not_read == ("README.txt", "package.json")
    (tmp_path / "log.csv").write_bytes(b"wer,wann\na,2024-01-01\n")
    with pytest.raises(LogError, match="no column is known|several formats|name"):
        read_events(tmp_path)


# JSON in pieces


def test_json_is_read_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    data = exports.discord_channel(exports.DISCORD)
    complete = events(read_events(data, names=True))
    for chunk in (1, 7, 64):
        monkeypatch.setattr(json_stream, "CHUNK", chunk)
        assert events(read_events(data, names=True)) == complete


def test_json_that_is_nested_without_end_or_endless_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    start = b'{"guild": {}, "channel": {}, "messages": ['
    with pytest.raises(LogError):
        read_events(start + b"[" * 200_000)
    monkeypatch.setattr(json_stream, "LARGEST", 100_000)
    monkeypatch.setattr(json_stream, "CHUNK", 10_000)
    with pytest.raises(LogError, match="holds an object of more than"):
        read_events(start + b'{"a": "' + b"x" * 1_000_000)


def test_bad_messages_are_listed_by_their_number() -> None:
    messages = exports.DISCORD * 10
    wrong = exports.discord_channel([*messages, json.loads('{"id": "x", "type": "Default"}'), 5])  # type: ignore[list-item]
    report = read_events(wrong).report
    assert report.bad == 2
    odd = exports.DISCORD[1] | {"reactions": [{"count": float("nan")}, {"count": "x"}, 5, {"count": 2}]}
    assert "not used (2)" in " ".join(read_events(exports.discord_channel([odd])).report.notes)
    assert report.problems == ("message 71: author.id is empty", "message 72: is no object")
