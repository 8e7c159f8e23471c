"""Where logs come from, and what is refused there: bombs, paths that lead out, broken archives."""

import gzip
import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kith.scenarios.errors import LogError
from kith.scenarios.logs import sources
from kith.scenarios.logs.reading import read_events
from tests.scenarios.logs.exports import zipped

LOG = b"member_id,timestamp,action\na,2024-01-01,post\nb,2024-01-02,post\n"


def refusal(source: Any, **options: Any) -> str:
    with pytest.raises(LogError) as caught:
        read_events(source, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_file_a_folder_a_zip_a_gzip_and_bytes_are_one_log(tmp_path: Path) -> None:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "deep" / "log.csv").write_bytes(LOG)
    (tmp_path / "folder" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (tmp_path / "log").write_bytes(LOG)
    (tmp_path / "log.zip").write_bytes(zipped({"log.csv": LOG, "__MACOSX/._log.csv": b"\0"}))
    (tmp_path / "log.gz").write_bytes(gzip.compress(LOG))
    for name in ("folder", "log", "log.zip", "log.gz"):
        assert read_events(tmp_path / name).time.tolist() == read_events(LOG).time.tolist(), name
    assert len(read_events(zipped({"a.csv.gz": gzip.compress(LOG), "b.csv": LOG}))) == 4


def test_standard_input_is_a_source() -> None:
    code = "from kith.scenarios.logs.reading import read_events; print(len(read_events('-')), read_events.__name__)"
    for data in (LOG, gzip.compress(LOG), zipped({"log.csv": LOG})):
        done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True)
        assert done.stdout.split()[0] == b"2"


@pytest.mark.parametrize(
    "name", ["../log.csv", "/etc/log.csv", "a/../../log.csv", "C:/log.csv", "a\\..\\log.csv"]
)
def test_paths_that_lead_out_of_a_zip_are_refused(name: str) -> None:
    assert "leads out of the archive" in refusal(zipped({name: LOG}))


def test_a_bomb_is_refused_before_and_while_it_is_unpacked(tmp_path: Path) -> None:
    rows = b"member_id,timestamp\n" + b"a,2024-01-01\n" * 100_000
    assert "holds more than 1 MB" in refusal(zipped({"log.csv": rows}), limit=1_000_000)
    assert "holds more than 1 MB" in refusal(gzip.compress(rows), limit=1_000_000)
    assert "holds more than 1 MB" in refusal(rows, limit=1_000_000)
    lying = bytearray(zipped({"log.csv": rows}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = lying.index(mark) + offset
        lying[place : place + 4] = (100).to_bytes(4, "little")
    refusal(bytes(lying), limit=1_000_000)


def test_a_zip_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sources, "FILES", 3)
    assert "holds 4 files" in refusal(zipped({f"{n}.csv": LOG for n in range(4)}))
    for n in range(4):
        (tmp_path / f"{n}.csv").write_bytes(LOG)
    assert "holds 4 files" in refusal(tmp_path)


def test_a_folder_that_leads_out_of_its_file_system_or_cannot_be_opened_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "log.csv").write_bytes(LOG)

    def forbidden(_: str) -> Any:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr("os.scandir", forbidden)
        assert "cannot be read: Permission denied" in refusal(tmp_path)
    monkeypatch.setattr("os.path.ismount", lambda path: Path(path).name == "inner")
    assert "holds another file system" in refusal(tmp_path)


def test_an_archive_within_an_archive_is_not_opened() -> None:
    inner = zipped({"log.csv": LOG})
    assert 'an archive in an archive, "inner.zip"; unpack it first' in refusal(zipped({"inner.zip": inner}))


def test_broken_and_encrypted_archives_are_refused() -> None:
    archive = zipped({"log.csv": LOG * 50})
    for broken in (archive[:-30], archive[:30], b"PK\x05\x06" + bytes(18)):
        assert "zip" in refusal(broken)
    flipped = bytearray(archive)
    flipped[60] ^= 0xFF
    assert "broken" in refusal(bytes(flipped))
    locked = bytearray(archive)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in refusal(bytes(locked))


def test_office_documents_are_refused_with_the_way_out() -> None:
    assert "save its table as CSV" in refusal(
        zipped({"[Content_Types].xml": b"<a/>", "xl/sheet1.xml": b"<a/>"})
    )


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.csv").write_bytes(LOG)
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert "folder without files" in refusal(folder)
    (folder / "log.csv").write_bytes(LOG)
    assert read_events(folder).report.files == 1


def test_what_is_not_there_or_may_not_be_read_is_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none.csv")
    assert "does not exist" in refusal("\0")
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refusal(tmp_path / "pipe")
    for nothing in ("", None, 5, b""):
        refusal(nothing)


def test_the_budget_counts_what_is_read_once(tmp_path: Path) -> None:
    data = b"member_id,timestamp\n" + b"a,2024-01-01\n" * 1000
    assert len(read_events(data, limit=len(data))) == 1000
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", data)
    assert len(read_events(buffer.getvalue(), limit=len(data))) == 1000
