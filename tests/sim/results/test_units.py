"""Every column says its unit, in the frame and in the docs, and categories are categories."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.results.units import SERIES
from kith.sim.schema.plan import Plan


@pytest.fixture(scope="module")
def record(plan_of: Callable[..., Plan]) -> Record:
    return run(plan_of("web", "busy"), seed=4, days=35)


FRAMES = ("series", "monthly", "members", "ties", "events")


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_has_a_unit(name: str, record: Record) -> None:
    frame = getattr(record, name)
    assert list(frame.attrs["units"]) == list(frame.columns)
    assert all(frame.attrs["units"].values())


def test_every_indicator_has_a_unit(record: Record) -> None:
    assert list(record.summary.attrs["units"]) == list(record.summary.index)


def test_no_unit_is_of_a_series_that_is_not_there(record: Record) -> None:
    assert set(SERIES) <= set(record.series.columns)


def test_what_is_one_of_a_few_words_is_a_category(record: Record) -> None:
    words = {
        f"{name}.{c}" for name in FRAMES for c, t in getattr(record, name).dtypes.items() if t == "category"
    }
    people = ("channel", "layer", "exit_cause", "asleep_cause", "first_post", "arm")
    assert words == {*(f"members.{name}" for name in people), "events.action"}


def test_units_survive_what_pandas_does(record: Record) -> None:
    some = record.series[["day", "active"]].query("day > 3").head()
    assert isinstance(some, pd.DataFrame)
    assert some.attrs["units"]["active"] == "members"


def test_the_page_on_frames_tells_the_same_units(record: Record, root: Path) -> None:
    page = (root / "docs" / "how-to" / "frames.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+\.[\w<>]+)` \| ([^|]+?) \|", page, re.MULTILINE))
    for name in ("series", "members", "ties", "events"):
        for column, unit in getattr(record, name).attrs["units"].items():
            pattern = re.sub(r"^(joins|leaves|sleeps|revenue|cost)_.*", r"\1_<name>", column)
            key = f"{name}.{column}" if f"{name}.{column}" in told else f"{name}.{pattern}"
            assert told.get(key) == unit, key
    columns = {name: set(getattr(record, name).columns) for name in ("series", "members", "ties", "events")}
    plain = [key for key in told if "<" not in key and not key.startswith("record.")]
    assert [key for key in plain if key.partition(".")[2] not in columns[key.partition(".")[0]]] == []
