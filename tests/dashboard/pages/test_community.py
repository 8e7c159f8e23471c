"""My community: a log is measured, a bad one is explained, a what-if starts from it."""

import base64
import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from kith.dashboard.content import log_measures, uploaded_logs
from kith.dashboard.content.log_preview import first_events
from kith.dashboard.content.uploaded_logs import (
    ReadingChoices,
    founding_of,
    read_uploaded_log,
    stored,
    together,
    too_large,
    upload,
)
from kith.dashboard.live import uploads
from kith.dashboard.live.uploads import Cancelled, Reading, UploadError
from kith.dashboard.pages import community
from kith.dashboard.state.compare_state import CompareState
from kith.experiments.evidence.statistics import STATISTICS
from kith.scenarios.errors import LogError, ScenarioError
from tests.dashboard.looking import button, texts, until
from tests.dashboard.pages.test_compare import _troubles, vue_widgets
from tests.dashboard.reading import hungry, length, strange, stuck
from tests.scenarios.logs import exports

HEAD = "member_id,timestamp,action,target_member\n"
ROWS = "".join(f"m{i % 7},2024-0{1 + i // 20}-{1 + i % 20:02d},post,m{(i + 1) % 7}\n" for i in range(100))


def dropped(rc: Any, *files: tuple[str, bytes]) -> None:
    """Drop files on the page."""
    [upload] = vue_widgets(rc, "upload.vue")
    upload.vue_files(
        [{"name": name, "content": base64.b64encode(content).decode()} for name, content in files]
    )


def menu(rc: Any, name: str) -> Any:
    return next(w for w in vue_widgets(rc, "dropdown.vue") if w.name == name)


def chosen(rc: Any, name: str) -> str | None:
    """What a menu shows; None while it is not there, as a page may be looked at while it is drawn."""
    return next((w.value for w in vue_widgets(rc, "dropdown.vue") if w.name == name), None)


def previewed(rc: Any, *files: tuple[str, bytes]) -> None:
    """Drop files and wait for their preview."""
    dropped(rc, *files)
    until(lambda: button_is_there(rc, "discard"))


def button_is_there(rc: Any, name: str) -> bool:
    return any(w.name == name for w in vue_widgets(rc, "button.vue"))


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's values, without simulating them."""
    monkeypatch.setattr(log_measures, "library_measures", lambda name: dict.fromkeys(STATISTICS, 0.5))


def test_a_difference_of_shares_has_its_unit_in_the_log_and_in_the_library_alike() -> None:
    measurement = stored(upload("mine.csv", (HEAD + ROWS).encode())).measurement
    table = measurement.table.assign(reason="", value=0.25)
    values = {"web": dict.fromkeys(table["name"], 0.125)}
    shown = log_measures.family_table(replace(measurement, table=table), "replies", values)
    assert "+25.0 pp" in shown and "+12.5 pp" in shown


def test_a_dropped_log_is_measured_and_found_again_under_its_key() -> None:
    key = upload("mine.csv", (HEAD + ROWS).encode())
    measurement = stored(key).measurement
    assert measurement["members"] == 7
    assert measurement.observed.members == 0, "events are kept once, in the table"
    founding = founding_of(key)
    assert founding is not None
    assert (founding.label, len(founding), founding.date) == ("mine.csv", 7, "2024-05-21")
    earlier = founding_of(key, "2024-01-04")
    assert earlier is not None
    assert (len(earlier), earlier.date) == (3, "2024-01-04")


def test_a_packed_log_is_the_same_log() -> None:
    assert upload("a.csv.gz", gzip.compress((HEAD + ROWS).encode())) == upload(
        "b.csv", (HEAD + ROWS).encode()
    )


def test_bad_rows_are_told_with_their_lines() -> None:
    with pytest.raises(LogError) as refused:
        upload("mine.csv", (HEAD + "a,2024-01-01,post,\nb,yesterday,post,\n").encode())
    assert any("3" in problem and "yesterday" in problem for problem in refused.value.problems)


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded_logs, "UNPACKED", 1_000_000)
    with pytest.raises(LogError, match="holds more than 1 MB"):
        upload("bomb.csv.gz", gzip.compress((HEAD + ROWS * 2_000).encode()))
    with pytest.raises(LogError, match="gzip"):
        upload("half.csv.gz", gzip.compress((HEAD + ROWS).encode())[:-20])


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/hosts", "0123456789abcdef"])
def test_no_address_reaches_the_file_system(name: str) -> None:
    with pytest.raises(ScenarioError, match="no longer in memory"):
        founding_of(name)


def test_only_the_latest_logs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded_logs, "MOST", 1)
    first = upload("a.csv", (HEAD + ROWS).encode())
    upload("b.csv", (HEAD + ROWS.replace("2024", "2023")).encode())
    with pytest.raises(ScenarioError):
        founding_of(first)


def test_the_page_previews_measures_and_leads_to_a_what_if(here: Any, shown: Any, library: None) -> None:
    rc = shown(community.Page, "/community")
    previewed(rc, ("mine.csv", (HEAD + ROWS).encode()))
    assert "100 of 100 rows, 7 members, 2024-01-01 to 2024-05-20 (141 days)" in texts(rc)
    assert "<td>m0</td>" in texts(rc)
    assert not rc.paths
    button(rc, "measure").vue_press(None)
    until(lambda: rc.paths and rc.paths[-1].startswith("/community?log="))
    until(lambda: vue_widgets(rc, "chart.vue"))
    words = (
        "active members per month",
        "What the log cannot tell",
        "who acted at least once",
        '<td class="n">50.0 %',
    )
    until(lambda: all(word in texts(rc) for word in words))
    assert "actives_month" not in texts(rc)
    [save] = [w for w in vue_widgets(rc, "download.vue") if w.file == "kith-measures.csv"]
    save.vue_request(None)
    head, *rows = save.payload["text"].splitlines()
    assert head == "statistic,title,unit,your_log,low,high,pool,hub,web,cannot_tell,definition"
    assert len(rows) == len(STATISTICS)
    assert rows[0].startswith("members,members,members,7")
    button(rc, "what-if").vue_press(None)
    assert rc.paths[-1].startswith("/?runs=8&log=")
    assert rc.paths[-1].endswith("&at=2024-05-21")


def test_the_day_of_the_what_if_is_chosen_and_stands_in_the_address(
    here: Any, shown: Any, library: None
) -> None:
    key = upload("mine.csv", (HEAD + ROWS).encode())
    rc = shown(community.Page, f"/community?log={key}")
    [day] = [w for w in vue_widgets(rc, "text_input.vue") if w.name == "at"]
    assert (day.value, day.low, day.high) == ("2024-05-21", "2024-01-02", "2024-05-21")
    day.vue_put("2024-02-10")
    assert rc.paths[-1] == f"/community?log={key}&at=2024-02-10"
    until(lambda: "Start on 2024-02-10 from" in texts(rc))
    assert "are awake" in texts(rc) and "have fallen silent" in texts(rc)
    button(rc, "what-if").vue_press(None)
    state = CompareState.strict(rc.paths[-1].partition("?")[2])
    assert (state.log, state.at) == (key, "2024-02-10")
    for wrong, word in (("2031-01-01", "is outside"), ("soon", "must be a day")):
        rc = shown(community.Page, f"/community?log={key}&at={wrong}")
        assert [word in trouble for trouble in _troubles(rc) if "too few to fit" not in trouble] == [True]
        assert not button_is_there(rc, "what-if")


def test_a_what_if_says_how_busy_its_first_day_is_with_the_count_of_the_chart() -> None:
    quiet = "".join(f"late{i % 2},2024-07-{1 + i:02d},post,late{(i + 1) % 2}\n" for i in range(20))
    log = stored(upload("mine.csv", (HEAD + ROWS + quiet).encode()))
    growth = log.measurement.growth
    start = np.datetime64(int(log.table.time[0]), "us").astype("datetime64[D]")
    for row in growth.to_dict("records"):
        day = str(start + np.timedelta64(int(row["day"]), "D"))
        assert f"In the 30 days before {day}, {row['active']:.0f} member" in log_measures.where_it_starts(
            log, day
        )
    words = log_measures.where_it_starts(log, "2024-07-21")
    assert words.startswith("In the 30 days before 2024-07-21, 2 members acted")
    assert f"{growth['active'].max():.0f} did in its busiest" in words


def test_a_what_if_starts_after_the_last_day_unless_another_is_chosen(
    here: Any, shown: Any, library: None
) -> None:
    key = upload("mine.csv", (HEAD + ROWS).encode())
    rc = shown(community.Page, f"/community?log={key}")
    until(lambda: "Start on 2024-05-21 from" in texts(rc))
    assert "In the 30 days before 2024-05-21" in texts(rc)


@pytest.mark.slow
def test_columns_that_are_not_known_are_chosen(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    rows = "".join(f"p{n % 3};{n % 28 + 1}.03.2024;x{n};p{(n + 1) % 3}\n" for n in range(60))
    previewed(rc, ("odd.csv", ("wer;wann;was;wem\n" + rows).encode()))
    [trouble] = _troubles(rc)
    assert "choose it below" in trouble
    assert "--" not in trouble
    assert not button_is_there(rc, "measure")
    menu(rc, "column-member").vue_pick("wer")
    until(lambda: menu(rc, "column-member").value == "wer" and not found_reading(rc))
    menu(rc, "column-time").vue_pick("wann")
    until(lambda: button_is_there(rc, "measure"))
    menu(rc, "column-target").vue_pick("wem")
    until(lambda: "member 2</td></tr>" in texts(rc))
    menu(rc, "column-target").vue_pick("")
    until(lambda: menu(rc, "column-target").value == "" and not found_reading(rc))
    assert "60 of 60 rows, 3 members" in texts(rc)


def found_reading(rc: Any) -> bool:
    return button_is_there(rc, "cancel-log")


@pytest.mark.slow
def test_what_the_dates_mean_is_asked_where_no_row_decides(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    rows = "".join(f"m{n},0{n % 9 + 1}/0{n % 4 + 1}/2024 10:00,post\n" for n in range(36))
    previewed(rc, ("dates.csv", ("member,time,action\n" + rows).encode()))
    assert "choose below" in _troubles(rc)[0]
    assert menu(rc, "order").value == ""
    menu(rc, "order").vue_pick("month")
    until(lambda: "2024-01-01 to 2024-09-04" in texts(rc))
    menu(rc, "zone").vue_pick("America/New_York")
    until(lambda: "2024-01-01 15:00:00" in texts(rc))
    menu(rc, "order").vue_pick("day")
    until(lambda: "2024-01-01 to 2024-04-09" in texts(rc))


def test_another_format_than_the_recognised_one_can_be_chosen(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    previewed(rc, ("orders.csv", exports.SHOPIFY.partition(b"#1005")[0]))
    until(lambda: chosen(rc, "format") == "shopify")
    options = {o["value"]: o["text"] for group in menu(rc, "format").groups for o in group["options"]}
    assert options["shopify"] == "Shopify orders (recognised)"
    assert {"csv", "mailing_list"} <= set(options)
    assert "kith" not in options  # a record is a folder, and is read from there
    assert "2 of 5 rows" in texts(rc)
    menu(rc, "format").vue_pick("csv")
    until(lambda: "5 of 5 rows" in texts(rc))
    until(lambda: chosen(rc, "column-member") == "Email")
    menu(rc, "format").vue_pick("discord_json")
    until(lambda: _troubles(rc) and not found_reading(rc))
    until(lambda: chosen(rc, "format") == "discord_json")
    menu(rc, "format").vue_pick("shopify")
    until(lambda: "2 of 5 rows" in texts(rc))


def test_of_files_of_several_formats_one_is_chosen(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    previewed(rc, *exports.EVERY_KIND["git_log"], *exports.EVERY_KIND["shopify"])
    [trouble] = _troubles(rc)
    assert "choose one below" in trouble and "--" not in trouble
    until(lambda: chosen(rc, "format") == "")
    menu(rc, "format").vue_pick("git_log")
    until(lambda: button_is_there(rc, "measure"))
    assert "3 of 4 rows" in texts(rc)


def test_what_is_of_no_known_format_may_be_named(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    previewed(rc, ("notes.txt", b"a line\nand another\n"))
    [trouble] = _troubles(rc)
    assert "or choose the format below" in trouble and "--" not in trouble
    assert not button_is_there(rc, "measure")


def test_a_chosen_format_is_repeated_on_the_command_line() -> None:
    assert ReadingChoices(format="csv", columns=(("member", "who"),)).words() == (
        "--format",
        "csv",
        "--columns",
        "member=who",
    )


def test_nothing_that_is_dropped_is_written_to_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", lambda *_, **__: pytest.fail("a temporary file"))
    for kind, files in exports.EVERY_KIND.items():
        packed = [(name, gzip.compress(data)) for name, data in files if not name.endswith((".gz", ".zip"))]
        table = read_uploaded_log(*together(packed or files)).table
        assert table is not None, kind


def test_who_is_awake_counts_for_the_size_of_a_what_if() -> None:
    key = upload("mine.csv", (HEAD + ROWS).encode())
    founding = founding_of(key)
    assert founding is not None
    many = replace(founding, contributions=np.zeros(100_000, np.int64), awake=np.full(100_000, 0.1))
    assert too_large(many) == ""
    assert "About 30,000 of 100,000 members are awake" in too_large(
        replace(many, awake=np.full(100_000, 0.3))
    )
    more = replace(many, contributions=np.zeros(200_000, np.int64), awake=np.zeros(200_000))
    assert "200,000 members, awake and dormant" in too_large(more)


def test_what_is_skipped_is_counted_with_its_reason(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    bad = HEAD + ROWS + "m1,yesterday,post,\n" + "spam[bot],2024-02-01,post,\n"
    previewed(rc, ("<b>mine.csv", bad.encode()))
    assert "1 left out: events of bots (line 103)" in texts(rc)
    assert "1 bad row skipped: line 102:" in texts(rc)
    assert "times name no zone and were read as UTC</li>" in texts(rc)
    assert "<b>mine" not in texts(rc)


@pytest.mark.slow
def test_several_files_are_one_log(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    previewed(
        rc, ("a.csv", (HEAD + ROWS).encode()), ("a.csv", (HEAD + ROWS.replace("2024", "2023")).encode())
    )
    assert "a.csv and 1 more: table (CSV)" in texts(rc)
    assert "200 of 200 rows in 2 files" in texts(rc)


@pytest.mark.parametrize("kind", sorted(exports.EVERY_KIND))
def test_an_export_of_every_kind_has_a_preview_without_texts_of_messages(kind: str) -> None:
    name, content = together(exports.EVERY_KIND[kind])
    uploaded = read_uploaded_log(name, content)
    assert uploaded.preview.format == kind
    assert uploaded.table is not None, uploaded.error
    assert "member 1" in first_events(uploaded.table)


def test_a_bad_file_shows_what_is_wrong(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    dropped(rc, ("<b>x</b>.csv", b"name,age\nx,2\n"))
    until(lambda: _troubles(rc))
    [trouble] = _troubles(rc)
    assert "choose it below" in trouble
    assert "&lt;b&gt;" in trouble
    [upload] = vue_widgets(rc, "upload.vue")
    upload.vue_refused(50_000_000)
    assert "50.0 MB" in _troubles(rc)[0]
    for broken in ([{"content": "not base64!"}], [], [None], {}, None):
        upload.vue_files(broken)
        assert "could not be read" in _troubles(rc)[0]


def test_a_file_that_takes_too_long_is_refused_in_one_sentence_and_keeps_nobody_waiting(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two megabytes of gzip would do as well; rows that take a second are enough if less is allowed."""
    monkeypatch.setattr(uploads, "SECONDS", 0.1)
    rc, other = shown(community.Page, "/community"), shown(community.Page, "/community")
    content = gzip.compress((HEAD + ROWS * 2_000).encode(), 1)
    assert len(content) < 1_000_000
    begun = time.perf_counter()
    dropped(rc, ("long.csv.gz", content))
    assert time.perf_counter() - begun < 1, "the page waited for the file"
    assert "Reading long.csv.gz" in texts(rc)
    button(other, "example").vue_press(None)
    assert other.paths
    until(lambda: _troubles(rc))
    [trouble] = _troubles(rc)
    assert trouble.startswith("long.csv.gz takes more than 0.1 seconds to read")
    assert "command line" in trouble
    assert "Reading" not in texts(rc)


def test_reading_a_file_can_be_cancelled_and_a_newer_one_takes_its_place(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    long = gzip.compress((HEAD + ROWS * 2_000).encode(), 1)
    dropped(rc, ("long.csv.gz", long))
    button(rc, "cancel-log").vue_press(None)
    until(lambda: "Reading" not in texts(rc))
    assert not rc.paths
    assert not _troubles(rc)
    dropped(rc, ("long.csv.gz", long))
    dropped(rc, ("mine.csv", (HEAD + ROWS).encode()))
    until(lambda: button_is_there(rc, "measure"))
    assert "mine.csv: table (CSV)" in texts(rc)


def test_a_file_that_takes_too_much_memory_is_refused_in_one_sentence() -> None:
    with pytest.raises(UploadError, match="^big.csv takes more than 1 GB of memory to read; "):
        Reading("big.csv", b"", hungry).result()


def test_what_is_wrong_with_a_file_is_told_as_if_it_had_been_read_here() -> None:
    with pytest.raises(LogError, match="^x.csv is strange$") as refused:
        Reading("x.csv", b"", strange).result()
    assert refused.value.problems == ("line 1", "line 2")


def test_files_wait_for_their_turn_and_can_be_cancelled_meanwhile() -> None:
    readings = [Reading(f"{n}", b"", stuck) for n in range(uploads.AT_ONCE + 1)]
    with ThreadPoolExecutor(len(readings)) as threads:
        results = [threads.submit(reading.result) for reading in readings]
        time.sleep(0.3)
        for reading in readings:
            reading.cancel()
        assert all(isinstance(result.exception(60), Cancelled) for result in results)
    assert Reading("x", b"123", length).result() == 3
