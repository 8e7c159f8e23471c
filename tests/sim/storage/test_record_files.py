"""A record that was kept in a folder comes back as it was, and nothing else is ever touched."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.founding import Founding
from kith.sim.schema.graphs import graph_from
from kith.sim.schema.plan import Experiment, Plan, Shock
from kith.sim.storage.record_files import FILES, RecordError

type PlanOf = Callable[..., Plan]


def assert_same(one: Record, other: Record) -> None:
    """Every number, dtype, category, unit and name."""
    for name in ("series", "monthly", "members", "ties"):
        a, b = getattr(one, name), getattr(other, name)
        pd.testing.assert_frame_equal(a, b, check_exact=True)
        assert a.attrs == b.attrs
    pd.testing.assert_series_equal(one.summary, other.summary, check_exact=True)
    assert one.summary.attrs == other.summary.attrs
    for name in ("seed", "days", "model_version", "run_id", "leaving"):
        assert getattr(one, name) == getattr(other, name)
    assert repr(one.health) == repr(other.health)
    assert one.plan.content() == other.plan.content()
    assert repr(one.plan.arrivals) == repr(other.plan.arrivals)
    assert (one.plan.name, one.plan.title, one.plan.days, one.plan.origin) == (
        other.plan.name,
        other.plan.title,
        other.plan.days,
        other.plan.origin,
    )
    assert one.at_start.keys() == other.at_start.keys()
    assert all((one.at_start[name] == other.at_start[name]).all() for name in one.at_start)


GIVEN = Arrivals(np.array([2, 0, 1] * 10), "instead", "chat.csv", "2003-07-01")
CASH = Experiment(name="cash", from_day=10, changes={"incentives.cash_per_contribution": 0.5})


@pytest.fixture(scope="module")
def records(plan_of: PlanOf, log_of: Callable[..., Founding]) -> dict[str, Record]:
    web = plan_of("web", "busy", shocks=[Shock(day=9, kind="members_leave", share=0.2)])
    nobody = plan_of("web", market={"founders": 0}, acquisition={"external_rate": 0.0, "search_rate": 0.0})
    karate = replace(plan_of("web"), network=graph_from(nx.karate_club_graph(), "karate", 60))
    return {
        "busy": run(replace(web, experiments=(CASH,), title="A web"), seed=2**62, days=70),
        "short, so without a month": run(web, seed=1, days=5),
        "founded from a log": run(plan_of("web", founding=log_of(40)), seed=1, days=40),
        "tied as in a graph": run(karate, seed=1, days=31),
        "without events": run(web, seed=1, days=5, events=False),
        "of nobody": run(nobody, days=3),
        "of a replay": run(replace(nobody, arrivals=GIVEN), days=30),
    }


NAMES = ("busy", "short, so without a month", "founded from a log", "tied as in a graph", "without events", "of nobody", "of a replay")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_it_comes_back_as_it_was(name: str, records: dict[str, Record], tmp_path: Path) -> None:
    record = records[name]
    record.to_parquet(tmp_path / "a" / "record")
    again = Record.from_parquet(tmp_path / "a" / "record")
    assert_same(again, record)
    if record._diary is None:
        with pytest.raises(ValueError, match="events=True"):
            _ = again.events
    else:
        pd.testing.assert_frame_equal(again.events, record.events, check_exact=True)
        pd.testing.assert_frame_equal(again.lifetimes(), record.lifetimes(), check_exact=True)


def test_a_kept_record_can_be_kept_again_and_its_plan_run_again(
    records: dict[str, Record], tmp_path: Path
) -> None:
    record = records["busy"]
    record.to_parquet(tmp_path / "one")
    Record.from_parquet(tmp_path / "one").to_parquet(tmp_path / "two")
    again = Record.from_parquet(tmp_path / "two")
    assert_same(again, record)
    assert_same(run(again.plan, seed=again.seed, days=again.days), record)


def test_any_reader_of_parquet_reads_its_frames(records: dict[str, Record], tmp_path: Path) -> None:
    record = records["busy"]
    record.to_parquet(tmp_path / "out")
    members = pd.read_parquet(tmp_path / "out" / "members.parquet")
    assert members["revenue"].sum() == record.members["revenue"].sum()
    assert members.attrs == record.members.attrs
    assert {path.name for path in (tmp_path / "out").iterdir()} <= FILES


def test_it_replaces_an_earlier_record_whole(records: dict[str, Record], tmp_path: Path) -> None:
    records["busy"].to_parquet(tmp_path / "out")
    records["without events"].to_parquet(tmp_path / "out")
    assert_same(Record.from_parquet(tmp_path / "out"), records["without events"])
    assert not (tmp_path / "out" / "diary.parquet").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_if_writing_fails_the_earlier_record_stays(
    records: dict[str, Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records["busy"].to_parquet(tmp_path / "out")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("kith.sim.storage.record_files._summary_frame", full)
        with pytest.raises(RecordError, match="No space left on device"):
            records["without events"].to_parquet(tmp_path / "out")
        with pytest.raises(RecordError, match="cannot be written"):
            records["without events"].to_parquet(tmp_path / "new" / "out")
    assert_same(Record.from_parquet(tmp_path / "out"), records["busy"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_kith_did_not_write_stays(
    records: dict[str, Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("dear", "utf-8")
    (tmp_path / "file").write_text("dear", "utf-8")
    for name, words in (("mine", "contains thesis.tex"), ("file", "is a file")):
        with pytest.raises(RecordError, match=words):
            records["busy"].to_parquet(tmp_path / name)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    with pytest.raises(RecordError, match="the current folder"):
        records["busy"].to_parquet(".")
    assert (tmp_path / "mine" / "thesis.tex").read_text("utf-8") == "dear"


def test_every_flipped_bit_is_found(records: dict[str, Record], tmp_path: Path) -> None:
    records["founded from a log"].to_parquet(tmp_path / "out")
    for path in sorted((tmp_path / "out").iterdir()):
        content = path.read_bytes()
        for place in range(0, len(content), max(1, len(content) // 25)):
            bit = 1 << place % 7
            path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            try:
                assert_same(Record.from_parquet(tmp_path / "out"), records["founded from a log"])
            except RecordError as error:
                assert "damaged" in str(error) or "format is" in str(error)
        path.write_bytes(content)
    assert_same(Record.from_parquet(tmp_path / "out"), records["founded from a log"])


def test_a_record_with_a_plan_that_cannot_be_run_is_refused(
    records: dict[str, Record], tmp_path: Path
) -> None:
    record = records["founded from a log"]
    founding = record.plan.founding
    assert founding is not None
    beyond = replace(founding, exchange_a=founding.exchange_a + 10**9)
    replace(record, plan=replace(record.plan, founding=beyond)).to_parquet(tmp_path / "out")
    with pytest.raises(RecordError, match="damaged"):
        Record.from_parquet(tmp_path / "out")


def test_what_is_no_record_is_refused(records: dict[str, Record], tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="contains no record.json"):
        Record.from_parquet(tmp_path)
    records["busy"].to_parquet(tmp_path / "out")
    for missing in ("series.parquet", "arrays.npz"):
        shutil.copytree(tmp_path / "out", tmp_path / missing)
        (tmp_path / missing / missing).unlink()
        with pytest.raises(RecordError, match="incomplete or damaged"):
            Record.from_parquet(tmp_path / missing)
    about = json.loads((tmp_path / "out" / "record.json").read_text("utf-8"))
    (tmp_path / "out" / "record.json").write_text(json.dumps(about | {"format": 99}), "utf-8")
    with pytest.raises(RecordError, match="has format 99, this version reads 2"):
        Record.from_parquet(tmp_path / "out")
