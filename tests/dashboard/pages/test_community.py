"""My community: a log is measured, a bad one is explained, a what-if starts from it."""

import base64
import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kith.dashboard.content import uploaded_logs
from kith.dashboard.content.uploaded_logs import founding_of, measures_of, upload
from kith.dashboard.live import uploads
from kith.dashboard.live.uploads import Cancelled, Reading, UploadError
from kith.dashboard.pages import community
from kith.scenarios.errors import LogError, ScenarioError
from tests.dashboard.looking import button, texts, until
from tests.dashboard.pages.test_compare import _troubles, found
from tests.dashboard.reading import hungry, length, strange, stuck

HEAD = "member_id,timestamp,action,target_member\n"
ROWS = "".join(f"m{i % 7},2024-0{1 + i // 20}-{1 + i % 20:02d},post,m{(i + 1) % 7}\n" for i in range(100))


def test_a_dropped_log_is_measured_and_found_again_under_its_key() -> None:
    key = upload("mine.csv", (HEAD + ROWS).encode())
    measures, months, visits = measures_of(key)
    assert measures["active"] == 7
    assert not visits
    assert len(months) >= 3
    founding = founding_of(key)
    assert founding is not None
    assert (founding.label, len(founding)) == ("mine.csv", 7)


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


def test_the_page_shows_the_log_and_leads_to_a_what_if(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        community, "library_measures", lambda name, visits: {m.name: 0.5 for m in community.MEASURES}
    )
    rc = shown(community.Page, "/community")
    [upload] = found(rc, "upload.vue")
    content = base64.b64encode((HEAD + ROWS).encode()).decode()
    upload.vue_file({"name": "mine.csv", "content": content})
    until(lambda: rc.paths and rc.paths[-1].startswith("/community?log="))
    until(lambda: found(rc, "chart.vue"))
    [save] = [w for w in found(rc, "download.vue") if w.file == "kith-measures.csv"]
    save.vue_request(None)
    head, *rows = save.payload["text"].splitlines()
    assert head == "indicator,unit,your_log,pool,hub,web,definition"
    assert len(rows) == len(community.MEASURES)
    assert rows[0].startswith("active,members,7")
    [go] = [w for w in found(rc, "button.vue") if w.name == "what-if"]
    go.vue_press(None)
    assert rc.paths[-1].startswith("/?runs=8&log=")


def test_a_bad_file_shows_what_is_wrong(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    [upload] = found(rc, "upload.vue")
    upload.vue_file({"name": "<b>x</b>.csv", "content": base64.b64encode(b"name,age\nx,2\n").decode()})
    until(lambda: _troubles(rc))
    [said] = _troubles(rc)
    assert "member_id" in said
    assert "&lt;b&gt;" in said
    upload.vue_refused(50_000_000)
    assert "50.0 MB" in _troubles(rc)[0]
    upload.vue_file({"content": "not base64!"})
    assert "could not be read" in _troubles(rc)[0]


def test_a_file_that_takes_too_long_is_refused_in_one_sentence_and_keeps_nobody_waiting(
    here: Any, shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two megabytes of gzip would do as well; rows that take a second are enough if less is allowed."""
    monkeypatch.setattr(uploads, "SECONDS", 0.1)
    rc, other = shown(community.Page, "/community"), shown(community.Page, "/community")
    [upload] = found(rc, "upload.vue")
    content = base64.b64encode(gzip.compress((HEAD + ROWS * 2_000).encode(), 1)).decode()
    assert len(content) < 1_000_000
    begun = time.perf_counter()
    upload.vue_file({"name": "long.csv.gz", "content": content})
    assert time.perf_counter() - begun < 1, "the page waited for the file"
    assert "Reading long.csv.gz" in texts(rc)
    button(other, "example").vue_press(None)
    assert other.paths
    until(lambda: _troubles(rc))
    [said] = _troubles(rc)
    assert said.startswith("long.csv.gz takes more than 0.1 seconds to read")
    assert "command line" in said
    assert "Reading" not in texts(rc)


def test_reading_a_file_can_be_cancelled_and_a_newer_one_takes_its_place(here: Any, shown: Any) -> None:
    rc = shown(community.Page, "/community")
    [upload] = found(rc, "upload.vue")
    long = base64.b64encode(gzip.compress((HEAD + ROWS * 2_000).encode(), 1)).decode()
    upload.vue_file({"name": "long.csv.gz", "content": long})
    button(rc, "cancel-log").vue_press(None)
    until(lambda: "Reading" not in texts(rc))
    assert not rc.paths
    assert not _troubles(rc)
    upload.vue_file({"name": "long.csv.gz", "content": long})
    upload.vue_file({"name": "mine.csv", "content": base64.b64encode((HEAD + ROWS).encode()).decode()})
    until(lambda: rc.paths)
    assert len(rc.paths) == 1


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
