"""What the pages on Mesa, networks, frames and own behaviour show runs, and does what they say."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.sim.state.columns import COLUMNS, Column
from kith.sim.views.model import CommunityModel


def executed(page: Path, folder: Path) -> dict[str, Any]:
    """The names that a page's Python leaves behind, all blocks run in one module."""
    blocks = re.findall(r"```python\n(.+?)```", page.read_text("utf-8"), re.DOTALL)
    assert blocks
    names: dict[str, Any] = {"__name__": page.stem}
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()) as said:
        for block in blocks:
            exec(compile(block, str(page), "exec"), names)
    return names | {"said": said.getvalue()}


@pytest.fixture(scope="module")
def own(root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What docs/how-to/own-behaviour.md leaves behind."""
    return executed(root / "docs" / "how-to" / "own-behaviour.md", tmp_path_factory.mktemp("own"))


def test_the_step_tires_whoever_contributes(own: dict[str, Any]) -> None:
    members = own["tiring"].members
    assert members["tired"].max() > 2.0
    assert (members.loc[members["contributions"] == 0, "tired"] == 0.0).all()
    assert own["tiring"].summary["active"] < own["plain"].summary["active"]


def test_the_indicator_is_measured_each_month_and_at_the_end(own: dict[str, Any]) -> None:
    record = own["measured"]
    awake = record.members[record.members["awake"]]
    assert record.summary["exhausted"] == pytest.approx((awake["tired"] > 2.0).mean())
    assert len(record.monthly["exhausted"]) == 4
    assert "exhausted" not in own["tiring"].summary
    assert record.series.equals(own["tiring"].series), "measuring changes nothing"


def test_the_shock_drives_members_out(own: dict[str, Any]) -> None:
    struck, plain = (own[name].series["leaves"] for name in ("struck", "plain"))
    assert struck[:40].equals(plain[:40])
    assert struck[40:70].sum() > 1.2 * plain[40:70].sum()


def test_neighbours_look_after_each_other(own: dict[str, Any]) -> None:
    model = own["model"]
    alone = CommunityModel(own["plan"], rng=7)
    alone.run_for(60)
    assert model.agents.agg("thanked", sum) > 100
    assert model.record().members["thanked"].sum() >= model.agents.agg("thanked", sum)
    for name in ("recognition", "belonging"):
        assert model.agents.agg(name, np.mean) > 1.02 * alone.agents.agg(name, np.mean)


def test_every_addition_has_a_name_in_the_runs_id(own: dict[str, Any]) -> None:
    ids = {own[name].run_id for name in ("plain", "tiring", "measured", "struck")}
    assert len(ids | {own["model"].record().run_id}) == 5


def test_the_page_on_mesa_runs(root: Path, tmp_path: Path) -> None:
    names = executed(root / "docs" / "how-to" / "mesa.md", tmp_path)
    assert names["model"].day == 60
    assert len(names["rows"]) == 4
    assert names["said"].startswith("60 ")


def test_the_page_on_networks_runs(root: Path, tmp_path: Path) -> None:
    names = executed(root / "docs" / "how-to" / "networks.md", tmp_path)
    assert names["graph"].number_of_edges() > 1000
    assert len(names["said"].split()) == 2


def test_the_page_on_frames_runs_and_says_what_is_so(root: Path, tmp_path: Path) -> None:
    names = executed(root / "docs" / "how-to" / "frames.md", tmp_path)
    record, again = names["record"], names["again"]
    assert (record.series.attrs["units"]["revenue"], record.summary.attrs["units"]["ltv"]) == (
        "EUR/day",
        "EUR",
    )
    for frame in ("series", "monthly", "members", "ties", "summary", "events"):
        assert getattr(again, frame).equals(getattr(record, frame))
        assert getattr(again, frame).attrs["units"] == getattr(record, frame).attrs["units"]
    assert "frequency" in names["said"]


def row_of(column: Column) -> str:
    """A column's line in the table."""
    written = f"{column.low:g} … {column.high:g}" if column.is_writable else ""
    return f"| `{column.name}` | {column.unit} | {column.definition} | {written} |"


def test_the_table_of_columns_is_that_of_the_engine(root: Path) -> None:
    page = (root / "docs" / "how-to" / "own-behaviour.md").read_text("utf-8")
    table = re.findall(r"^\| `.+\|$", page, re.MULTILINE)
    assert table == [row_of(column) for column in COLUMNS.values()]
