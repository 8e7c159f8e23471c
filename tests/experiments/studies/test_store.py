"""A store survives whatever happens: it has all of a part or none, and knows what it has."""

import errno
import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kith.experiments.errors import StoreDamaged, StoreError
from kith.experiments.runs.runner import RunResult
from kith.experiments.studies.store import Store
from kith.sim.engine import MODEL_VERSION

NAN = float("nan")
ASKED = pd.DataFrame({"run_id": ["a"], "scenario": ["web"], "point": [0], "seed": [7], "churn": [0.01]})


def found(*ids: str, **summary: float) -> list[RunResult]:
    """Results of runs with these names."""
    return [RunResult(i, 0, i, "1", {"active": float(len(i)), **summary}) for i in ids]


def broken(*ids: str) -> list[RunResult]:
    """Runs that failed."""
    return [RunResult(i, 0, error="Traceback\nValueError: no luck") for i in ids]


def with_series(run: str, days: Sequence[int] = (0, 5)) -> RunResult:
    """A result with one daily and one monthly series."""
    return RunResult(
        run,
        0,
        run,
        "1",
        {"active": 1.0},
        {"active": pd.Series([1.0] * len(days), index=days), "belonging": pd.Series([0.5], index=[30])},
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path / "store")


def parts(store: Store, kind: str = "results") -> list[Path]:
    return sorted((store.folder / kind).glob("*.parquet"))


def test_what_was_added_is_there_when_the_store_is_opened_again(store: Store) -> None:
    assert not store.folder.exists()
    store.add(found("a", "bb"))
    store.add(broken("c"))
    for opened in (store, Store(store.folder)):
        assert opened.done() == {"a", "bb", "c"}
        assert opened.failed() == {"c"}
        rows = opened.query("SELECT run_id, active, error FROM results ORDER BY run_id")
        assert rows["active"].tolist()[:2] == [1.0, 2.0]
        assert np.isnan(rows["active"].iloc[2])
        assert rows["error"].iloc[2].endswith("no luck")


def test_undefined_stays_undefined_and_runs_may_have_different_indicators(store: Store) -> None:
    store.add(found("a", margin=NAN))
    store.add(found("b", ncv=2.0))
    rows = store.query("SELECT * FROM results ORDER BY run_id")
    assert rows[["margin", "ncv"]].isna().to_numpy().tolist() == [[True, True], [True, False]]


def test_a_result_found_twice_is_one_row_and_wins_over_a_failure(store: Store) -> None:
    store.add(broken("a"))
    store.add(found("a", "b"))
    store.add(found("b"))
    assert store.failed() == set()
    assert store.query("SELECT run_id FROM results WHERE error IS NULL ORDER BY 1")["run_id"].tolist() == [
        "a",
        "b",
    ]
    assert len(store.query("SELECT * FROM results")) == 2


def test_merging_keeps_every_run_once(store: Store) -> None:
    for i in range(20):
        store.add([with_series(f"r{i}"), *broken(f"r{i + 1}")])
    before = store.query("SELECT * FROM results ORDER BY run_id")
    store.compact(least=2)
    assert len(parts(store)) == len(parts(store, "series")) == 1
    assert pq.read_metadata(parts(store)[0]).num_rows == 21
    for opened in (store, Store(store.folder)):
        pd.testing.assert_frame_equal(opened.query("SELECT * FROM results ORDER BY run_id"), before)
        assert opened.done() == {f"r{i}" for i in range(21)}
        assert opened.failed() == {"r20"}


def test_few_parts_are_left_alone(store: Store) -> None:
    store.add(found("a"))
    store.add(found("b"))
    store.compact()
    assert len(parts(store)) == 2


def test_a_question_is_answered_while_another_process_merges(store: Store) -> None:
    store.add(found("a"))
    store.add(found("b"))
    other = Store(store.folder)
    other.compact(least=2)
    assert store.done() == {"a", "b"}
    assert store.query("SELECT count(*) AS n FROM results")["n"].item() == 2
    store.refresh()
    assert store.done() == {"a", "b"}


# Damage


@pytest.mark.parametrize("kind", ["results", "series"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_a_damaged_part_is_told_and_its_runs_are_missing_again(store: Store, kind: str, damage: str) -> None:
    store.add([with_series("a")])
    store.add([with_series("b")])
    path = next(p for p in parts(store, kind) if pq.read_table(p)["run_id"][0].as_py() == "a")
    content = path.read_bytes()
    middle = len(content) // 2
    changed = {
        "cut": content[:middle],
        "flip": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "empty": b"",
    }
    path.write_bytes(changed[damage])
    again = Store(store.folder)
    assert again.done(series=True) == {"b"}
    assert [p.name for p in again.damaged] == [f"{path.name}.damaged"]
    assert again.damaged[0].read_bytes() == changed[damage]
    again.add([with_series("a")])
    assert Store(store.folder).done(series=True) == {"a", "b"}
    assert Store(store.folder).damaged == []


def test_a_part_damaged_while_the_store_is_open_is_found_by_the_next_question(store: Store) -> None:
    store.add(found("a"))
    store.add(found("b"))
    path = parts(store)[0]
    path.write_bytes(path.read_bytes()[:200])
    assert store.query("SELECT count(*) AS n FROM results")["n"].item() == 1
    assert len(store.damaged) == 1


def test_a_damaged_part_that_another_process_has_put_aside_is_no_trouble(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.ask("name", ASKED)
    path = parts(store, "asked")[0]

    def vanished(content: bytes) -> str:
        path.unlink()
        return "damaged"

    monkeypatch.setattr("kith.experiments.studies.store.checksum", vanished)
    assert store.asked("name") is None
    assert store.damaged == []


def test_what_was_asked_for_is_asked_anew_when_it_is_damaged(store: Store) -> None:
    store.ask("name", ASKED)
    known = store.asked("name")
    assert known is not None
    assert known["run_id"].tolist() == ["a"]
    assert store.asked("another") is None
    parts(store, "asked")[0].write_bytes(b"PAR1")
    assert store.asked("name") is None
    assert len(store.damaged) == 1


def test_what_was_asked_for_before_it_had_a_checksum_is_asked_anew(store: Store) -> None:
    (store.folder / "asked").mkdir(parents=True)
    ASKED.to_parquet(store.folder / "asked" / "name.parquet")
    assert store.asked("name") is None
    store.ask("name", ASKED)
    assert [path.name.rpartition("-")[0] for path in parts(store, "asked")] == ["name"]
    known = store.asked("name")
    assert known is not None
    pd.testing.assert_frame_equal(known, ASKED)


def contents(folder: Path) -> dict[str, Any]:
    """All that a store answers."""
    opened = Store(folder)
    asked = opened.asked("name")
    return {
        "done": opened.done(series=True),
        "failed": opened.failed(),
        "asked": None if asked is None else asked.to_csv(),
        "rows": opened.query("SELECT * FROM results ORDER BY run_id").to_csv() if opened.done() else "",
        "damaged": len(opened.damaged),
    }


@pytest.mark.parametrize("places", [12, pytest.param(300, marks=pytest.mark.slow)])
def test_every_flipped_bit_is_found(store: Store, places: int) -> None:
    store.add([with_series("a"), *broken("b")])
    store.ask("name", ASKED)
    whole = {
        path: path.read_bytes() for kind in ("asked", "results", "series") for path in parts(store, kind)
    }
    before = contents(store.folder)
    assert before["damaged"] == 0
    for path, content in whole.items():
        for place in range(0, len(content), max(1, len(content) // places)):
            bit = 1 << place % 8
            path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            after = contents(store.folder)
            assert after != before and after["damaged"] == 1, f"{path.name}, byte {place}, bit {bit}"
            path.with_name(f"{path.name}.damaged").unlink()
            path.write_bytes(content)
    assert contents(store.folder) == before


def test_a_part_that_is_damaged_before_it_is_merged_is_not_merged(store: Store) -> None:
    store.add(found("a"))
    store.add(found("b"))
    path = parts(store)[0]
    content = path.read_bytes()
    path.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    store.compact(least=2)
    assert [p.name for p in store.damaged] == [f"{path.name}.damaged"]
    assert len(Store(store.folder).done()) == 1


def test_runs_without_series_are_done_only_for_those_who_ask_for_none(store: Store) -> None:
    store.add(found("a"))
    store.add([with_series("b"), *broken("c")])
    assert store.done() == {"a", "b", "c"}
    assert store.done(series=True) == {"b", "c"}
    days = store.query("SELECT day, active, belonging FROM series ORDER BY day")
    assert days["day"].tolist() == [0, 5, 30]


# Refusals


def test_results_of_another_model_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.experiments.studies.store.MODEL_VERSION", "0")
    store.add(found("a"))
    store.ask("name", ASKED)
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"was made by model 0, this is model .*--store"):
        Store(store.folder)
    parts(store)[0].unlink()
    with pytest.raises(StoreError, match=r"name-\w+.parquet was made by model 0"):
        Store(store.folder).asked("name")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(StoreError, match="holds letter.txt, which is not part of a store"):
        Store(tmp_path)
    with pytest.raises(StoreError, match=r"letter.txt: is a file"):
        Store(tmp_path / "letter.txt")


@pytest.mark.parametrize("wrong", [errno.EACCES, errno.EIO])
def test_a_store_that_cannot_be_read_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    store.add(found("a"))
    store.ask("name", ASKED)

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(wrong, os.strerror(wrong))

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(StoreError, match=f"cannot be read \\({os.strerror(wrong)}"):
        Store(store.folder)
    with pytest.raises(StoreError, match=r"name-\w+.parquet cannot be read"):
        store.asked("name")
    assert not list(store.folder.rglob("*.damaged"))


FORGED: dict[str, tuple[str, pa.Table, bytes | None, str]] = {
    "no run": ("results", pa.table({"error": ["x"]}), None, "has no column run_id"),
    "numbers as names": ("results", pa.table({"run_id": [1], "error": ["x"]}), None, "has int64 in column 'run_id'"),
    "text as a result": ("results", pa.table({"run_id": ["a"], "error": ["x"], "active": ["y"]}), None, "has string in column 'active'"),
    "lists": ("series", pa.table({"run_id": ["a"], "day": [1], "active": [[1.0]]}), None, "has list"),
    "nobody": ("series", pa.table({"run_id": [None, "a"], "day": [1, 2]}), None, "rows without a run_id"),
    "no seed": ("asked", pa.table({"run_id": ["a"], "scenario": ["b"], "point": [1]}), None, "has no column seed"),
    "twice": ("asked", pa.table([pa.array(["a"])] * 2, ["run_id"] * 2), None, "has two columns 'run_id'"),
    "no mark": ("results", pa.table({"run_id": ["a"], "error": ["x"]}), b"{kith", "does not say which model"),
    "a list as mark": ("asked", pa.table(ASKED.to_dict("list")), b"[1]", "does not say which model"),
    "a deep mark": ("series", pa.table({"run_id": ["a"], "day": [1]}), b"[" * 10**6, "does not say which model"),
    "no text as mark": ("series", pa.table({"run_id": ["a"], "day": [1]}), b"\xff", "does not say which model"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "table", "mark", "why"), FORGED.values(), ids=FORGED)
def test_a_part_with_a_right_checksum_and_foreign_content_is_told_in_one_sentence(
    store: Store, kind: str, table: pa.Table, mark: bytes | None, why: str
) -> None:
    right = json.dumps({"model_version": MODEL_VERSION, "layout": 1}).encode()
    forged = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({b"kith": mark or right}), forged)
    put_in(store, kind, forged.getvalue())
    with pytest.raises(StoreDamaged, match=re.escape(why)) as told:
        Store(store.folder).asked("name")
    assert "\n" not in str(told.value) and len(str(told.value)) < 400 + len(str(store.folder))


def put_in(store: Store, kind: str, content: bytes) -> None:
    folder = store.folder / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"name-{hashlib.blake2b(content).hexdigest()[:16]}.parquet").write_bytes(content)


@pytest.mark.parametrize("kind", ["asked", "results", "series"])
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"dear"])
def test_a_part_with_a_right_checksum_that_is_no_parquet_is_told(
    store: Store, kind: str, content: bytes
) -> None:
    put_in(store, kind, content)
    with pytest.raises(StoreDamaged, match="is no Parquet, so it is not part of a store; remove this file"):
        Store(store.folder).asked("name")


PLACED: dict[str, tuple[Callable[[Path], object], str]] = {
    "pipe": (os.mkfifo, "is a pipe and not a file; remove it"),
    "folder": (Path.mkdir, "is a folder and not a file"),
    "lost link": (lambda path: path.symlink_to("nowhere"), "is a link that leads nowhere and not a file"),
    "ring of links": (lambda path: path.symlink_to(path.name), "cannot be read"),
    "link to a device": (lambda path: path.symlink_to("/dev/zero"), "is a device and not a file"),
}


@pytest.mark.parametrize("kind", ["asked", "results", "series"])
@pytest.mark.parametrize(("place", "why"), PLACED.values(), ids=PLACED)
def test_what_is_no_file_is_refused(
    store: Store, kind: str, place: Callable[[Path], object], why: str
) -> None:
    (store.folder / kind).mkdir(parents=True)
    place(store.folder / kind / "name-0123456789abcdef.parquet")
    with pytest.raises(StoreError, match=why) as told:
        Store(store.folder).asked("name")
    assert not isinstance(told.value, StoreDamaged)


@pytest.mark.parametrize(("place", "why"), [PLACED["pipe"], PLACED["lost link"]])
def test_what_is_no_folder_is_refused_as_one(store: Store, place: Callable[[Path], object], why: str) -> None:
    store.folder.mkdir()
    place(store.folder / "results")
    with pytest.raises(StoreError, match=f"results {why.partition(' and')[0]}; name another folder"):
        Store(store.folder)


def test_a_file_in_the_place_of_a_folder_is_refused(store: Store) -> None:
    store.folder.mkdir()
    (store.folder / "results").write_text("dear", encoding="utf-8")
    with pytest.raises(StoreError, match="results is a file; name another folder"):
        Store(store.folder)


def test_parts_are_left_small_where_there_is_no_room_to_merge(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(found("a"))
    store.add(found("b"))

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as crowded:
        crowded.setattr(pq, "write_table", full)
        store.compact(least=2)
    assert len(parts(store)) == 2
    assert store.done() == {"a", "b"}


@pytest.mark.parametrize("wrong", [errno.ENOSPC, errno.EACCES])
def test_a_part_that_cannot_be_written_leaves_nothing_behind(
    store: Store, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    store.add(found("a"))

    def full(table: Any, file: Any, **_: Any) -> None:
        file.write(b"half")
        raise OSError(wrong, os.strerror(wrong))

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match=os.strerror(wrong)) as told:
        store.add(found("b"))
    assert told.value.filename == str(store.folder)
    assert [p.name for p in (store.folder / "results").iterdir()] == [parts(store)[0].name]
    assert store.done() == Store(store.folder).done() == {"a"}


# Size


@pytest.mark.slow
def test_a_hundred_thousand_rows_are_read_by_the_columns_that_are_asked_for(store: Store) -> None:
    names = {f"indicator_{i}": float(i) for i in range(110)}
    for block in range(20):
        store.add([RunResult(f"{block}-{i}", 0, "", "1", names) for i in range(5_000)])
    frame = store.query("SELECT run_id, indicator_1, indicator_2 FROM results")
    assert list(frame.columns) == ["run_id", "indicator_1", "indicator_2"]
    assert frame["run_id"].nunique() == 100_000 and (frame["indicator_2"] == 2.0).all()
