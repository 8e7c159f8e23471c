"""A store survives whatever happens: it has all of a part or none, and knows what it has."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from experiments.errors import StoreError
from experiments.runner import Outcome
from experiments.store import Store

NAN = float("nan")


def found(*ids: str, **summary: float) -> list[Outcome]:
    """Results of runs with these names."""
    return [Outcome(i, 0, i, "1", {"active": float(len(i)), **summary}) for i in ids]


def broken(*ids: str) -> list[Outcome]:
    """Runs that failed."""
    return [Outcome(i, 0, error="Traceback\nValueError: no luck") for i in ids]


def with_series(run: str, days: Sequence[int] = (0, 5)) -> Outcome:
    """A result with one daily and one monthly series."""
    return Outcome(
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
    for one in (store, Store(store.folder)):
        assert one.done() == {"a", "bb", "c"}
        assert one.failed() == {"c"}
        rows = one.query("SELECT run_id, active, error FROM results ORDER BY run_id")
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
    for one in (store, Store(store.folder)):
        pd.testing.assert_frame_equal(one.query("SELECT * FROM results ORDER BY run_id"), before)
        assert one.done() == {f"r{i}" for i in range(21)}
        assert one.failed() == {"r20"}


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
    store.ask("name", pd.DataFrame({"run_id": ["a"]}))
    path = store.folder / "asked" / "name.parquet"

    def vanished(*_: Any, **__: Any) -> None:
        path.unlink()
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(pq, "read_table", vanished)
    assert store.asked("name") is None
    assert store.damaged == []


def test_what_was_asked_for_is_asked_anew_when_it_is_damaged(store: Store) -> None:
    store.ask("name", pd.DataFrame({"run_id": ["a"]}))
    known = store.asked("name")
    assert known is not None
    assert known["run_id"].tolist() == ["a"]
    assert store.asked("another") is None
    (store.folder / "asked" / "name.parquet").write_bytes(b"PAR1")
    assert store.asked("name") is None
    assert len(store.damaged) == 1


def test_runs_without_series_are_done_only_for_those_who_ask_for_none(store: Store) -> None:
    store.add(found("a"))
    store.add([with_series("b"), *broken("c")])
    assert store.done() == {"a", "b", "c"}
    assert store.done(series=True) == {"b", "c"}
    days = store.query("SELECT day, active, belonging FROM series ORDER BY day")
    assert days["day"].tolist() == [0, 5, 30]


# Refusals


def test_results_of_another_model_are_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.store.MODEL_VERSION", "0")
    store.add(found("a"))
    store.ask("name", pd.DataFrame({"run_id": ["a"]}))
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"was made by model 0, this is model .*--store"):
        Store(store.folder)
    parts(store)[0].unlink()
    with pytest.raises(StoreError, match=r"name.parquet was made by model 0"):
        Store(store.folder).asked("name")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(StoreError, match="holds letter.txt, which is of no store"):
        Store(tmp_path)
    with pytest.raises(StoreError, match=r"letter.txt: is a file"):
        Store(tmp_path / "letter.txt")


@pytest.mark.parametrize("wrong", [errno.EACCES, errno.EIO])
def test_a_store_that_cannot_be_read_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    store.add(found("a"))
    store.ask("name", pd.DataFrame({"run_id": ["a"]}))

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(wrong, os.strerror(wrong))

    monkeypatch.setattr("experiments.store._checksum", refused)
    with pytest.raises(StoreError, match=f"cannot be read \\({os.strerror(wrong)}"):
        Store(store.folder)
    monkeypatch.setattr(pq, "read_table", refused)
    if wrong == errno.EACCES:
        with pytest.raises(StoreError, match=r"name.parquet cannot be read"):
            store.asked("name")
    assert not list(store.folder.rglob("*.damaged"))


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
        store.add([Outcome(f"{block}-{i}", 0, "", "1", names) for i in range(5_000)])
    frame = store.query("SELECT run_id, indicator_1, indicator_2 FROM results")
    assert list(frame.columns) == ["run_id", "indicator_1", "indicator_2"]
    assert frame["run_id"].nunique() == 100_000 and (frame["indicator_2"] == 2.0).all()
