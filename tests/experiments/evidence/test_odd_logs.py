"""Logs that are odd or no logs at all: each is measured with its gaps named, or refused in a sentence."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kith.dashboard.content.log_measures import FAMILIES, at_a_glance, charts_by_family, family_table
from kith.dashboard.content.page_words import in_page_words
from kith.dashboard.content.uploaded_logs import (
    founding_of,
    measure_uploaded_log,
    read_uploaded_log,
    store_log,
)
from kith.experiments.cli.app import exit_code
from kith.experiments.evidence.measure import Measurement, measure
from kith.experiments.evidence.statistics import STATISTICS
from kith.scenarios.errors import LogError
from kith.scenarios.logs.reading import read_events

HEAD = "member_id,timestamp,action,target_member\n"


def rows(
    number: int = 200, members: int = 12, year: int = 2024, zone: Callable[[int], str] = lambda n: "Z"
) -> list[str]:
    return [
        f"m{n % members},{year}-0{n % 6 + 1}-{n % 28 + 1:02d}T10:00:{n % 60:02d}{zone(n)},post,\n"
        for n in range(number)
    ]


ODD = {
    "one member": (
        "".join(rows(28, members=1)),
        "1 member, 28 actions",
        {"gini": "1 members, 10 are needed", "degree": "toward whom"},
    ),
    "one day": (
        "".join(f"m{n},2024-01-01T10:{n:02d}:00Z,post,m{n + 1}\n" for n in range(30)),
        "30 members, 30 actions in 1 day",
        {
            "again_d1_7": "too few were followed for 8 days",
            "actives_month": "the log has 1 day, 30 are needed",
        },
    ),
    "one event": (
        "a,2024-01-01T10:00:00Z,post,\n",
        "1 member, 1 action in 1 day",
        {"r30": "the log has 1 day, more than 30 are needed"},
    ),
    "no targets": (
        "".join(rows()),
        "12 members, 200 actions",
        {"reciprocity": "toward whom", "contagion": "toward whom", "reply_effect": "toward whom"},
    ),
    "only themselves": (
        "".join(f"m{n % 12},2024-0{n % 6 + 1}-11T10:00:00Z,post,m{n % 12}\n" for n in range(200)),
        "12 members",
        {"degree": "toward whom", "contagion": "toward whom"},
    ),
    "before the calendar": ("".join(rows()) + "m1,0001-01-01T00:00:01Z,post,\n", "739,065 days", {}),
    "after the calendar": ("".join(rows()) + "m1,9999-12-31T23:59:59Z,post,\n", "2,913,174 days", {}),
}


def everything_shown(name: str, content: bytes) -> Measurement:
    """What the page does with a log."""
    uploaded = read_uploaded_log(name, content)
    assert uploaded.table is not None, uploaded.error
    log = measure_uploaded_log(name, uploaded.table)
    charts_by_family(log.measurement)
    for family in FAMILIES:
        family_table(log.measurement, family, {})
    try:
        founding_of(store_log(log))
    except LogError as error:
        assert "choose another date" in str(error)
    return log.measurement


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_log_is_measured_and_says_what_it_cannot_tell(kind: str) -> None:
    text, glance, reasons = ODD[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measurement = everything_shown("odd.csv", (HEAD + text).encode())
    assert glance in at_a_glance(measurement)
    for name, reason in reasons.items():
        assert reason in measurement.cannot_tell[name]
    assert "nan" not in family_table(measurement, "growth", {})


def test_the_order_of_rows_does_not_matter() -> None:
    forwards = measure((HEAD + "".join(rows())).encode(), replicates=0)
    backwards = measure((HEAD + "".join(reversed(rows()))).encode(), replicates=0)
    pd.testing.assert_frame_equal(forwards.table, backwards.table)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("".join(rows(year=2094)), "every event lies in the future"),
        ("".join(rows()) + "a,2095-01-01T00:00:00Z,post,\n", "1 event lies in the future"),
        (
            "".join(rows(zone=lambda n: ("Z", "+02:00", "")[n % 3])),
            "66 times name no zone and were read as UTC; the others name one (--zone)",
        ),
        ("".join(rows()) + "a,1970-01-01T00:00:01Z,post,\n", "the rest far away: check the clock"),
    ],
)
def test_what_is_suspicious_is_noted(text: str, note: str) -> None:
    notes = read_events((HEAD + text).encode()).report.notes
    assert any(note in line for line in notes), notes


REFUSED = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n \n\n", "is empty"),
    "header.csv": (HEAD.encode(), "no rows below its header"),
    "photo.csv": (b"\x89PNG\r\n\x1a\n" + bytes(64), "it is a PNG picture"),
    "picture.csv": (b"\xff\xd8\xff\xe0" + bytes(64), "it is a JPEG picture"),
    "nul.csv": (HEAD.encode() + b"a,2024-01-01,po\0st,\n", "line 2 holds NUL bytes"),
    "noise.csv": (bytes(n * 7919 % 251 for n in range(4_000)), "no text"),
    "joins.csv": (
        HEAD.encode() + b"a,2024-01-01,join,\nb,2024-01-02,join,\n",
        "nothing in the log counts as an action; it has 2 × join",
    ),
    "half.csv.gz": (b"\x1f\x8b\x08\x00", "gzip"),
    "names.csv": (b"name,age\nann,3\n", "no column is known to hold the time"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_log_is_refused_in_one_sentence_on_the_command_line_and_on_the_page(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, words = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    assert exit_code(["measure", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
    [*_, message] = capsys.readouterr().err.strip().splitlines()
    assert words in message
    assert not (tmp_path / "out").exists()
    try:
        uploaded = read_uploaded_log(name, content)
        message = uploaded.error
        if uploaded.table is not None:
            measure_uploaded_log(name, uploaded.table)
    except LogError as error:
        message = str(error)
    message = in_page_words(message)
    assert words in message
    assert "--" not in message
    assert "/" not in message.replace("day/month or month/day", "")
    assert len(message.splitlines()) == 1


def test_names_that_look_like_formulas_are_no_formulas_in_what_is_exported(tmp_path: Path) -> None:
    """A spreadsheet runs a cell that begins with = + - or @."""
    log = tmp_path / "=cmd.csv"
    lines = [f"=m{n % 12},2024-0{n % 6 + 1}-11T10:00:{n % 60:02d}Z,=SUM(A{n % 3})\n" for n in range(200)]
    log.write_text("member_id,timestamp,action\n" + "".join(lines))
    assert exit_code(["measure", str(log), "--out", str(tmp_path / "out"), "--replicates", "5"]) == 0
    written = sorted((tmp_path / "out").glob("*.csv"))
    assert written
    for path in written:
        cells = [cell for line in path.read_text().splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell.strip('"').startswith(("=", "@", "+"))], path.name
    page = (tmp_path / "out" / "report.html").read_text()
    assert "=SUM(A0)" in page
    assert "<td>=SUM" not in page


def test_the_page_shows_every_family_of_statistics() -> None:
    assert set(FAMILIES) == {statistic.family for statistic in STATISTICS.values()}
