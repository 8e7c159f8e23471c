"""Frames of a study: single runs chosen and thinned, units in each, long tables of one schema, labelled arrays."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kith.experiments.analyses.break_even import break_even
from kith.experiments.analyses.optimise import optimise
from kith.experiments.analyses.regret import regret
from kith.experiments.comparison.comparison import compare
from kith.experiments.comparison.stress import stress
from kith.experiments.statistics.parquet import arrow
from kith.experiments.studies.execute import conduct
from kith.experiments.studies.reporters import FRAMES, frames_of_runs
from kith.experiments.studies.results import points_frame, runs_frame, series_frame
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from
from kith.experiments.studies.tidy import LEVERS, MEASURED, levers_table, measured_table
from kith.sim.results.record import Record

type Kith = Callable[..., tuple[int, str, str]]

SETTINGS = {"market": {"size": 300, "founders": 40}}


def priced() -> Study:
    return study_from(
        {
            "name": "priced",
            "scenarios": ["fee", "pool"],
            "days": 40,
            "runs": 2,
            "set": SETTINGS,
            "series": True,
            "lever": [{"name": "monetisation.price", "values": [1.0, 9.0]}],
            "design": {"kind": "grid"},
            "outcomes": ["active", "margin"],
        }
    )


def thanked() -> Study:
    """Levers of other kinds, and no series."""
    return study_from(
        {
            "name": "thanked",
            "scenarios": ["web"],
            "days": 5,
            "set": SETTINGS,
            "lever": [
                {"name": "thanks", "options": {"nothing": {}, "badge": {"incentives": {"badges": 1.0}}}},
                {"name": "host", "on": {"value": {"product": 0.5}}},
            ],
            "design": {"kind": "grid"},
        }
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    kept = Store(tmp_path_factory.mktemp("frames") / "store")
    for study in (priced(), thanked()):
        conduct(study, kept, workers=1)
    return kept


# Single runs


def joins(record: Record) -> pd.DataFrame:
    return record.series[["day", "joins"]]


def test_frames_are_of_the_runs_days_and_columns_that_were_asked_for(store: Store) -> None:
    names = ("members", "ties", "events", "series", "joins")
    made = frames_of_runs(priced(), store, names, every=2, each_day=7, own={"joins": joins})
    assert list(made) == list(names)
    for name, frame in made.items():
        assert set(frame["point"]) == {0}, name
        assert set(frame["seed"]) == {0}, name
        assert set(frame["scenario"]) == ({"fee"} if name == "ties" else {"fee", "pool"}), (
            name
        )  # a pool has no ties
    for name in ("series", "joins"):
        assert sorted(set(made[name]["day"])) == [0, 7, 14, 21, 28, 35, 39]
    one = runs_frame(priced(), store).iloc[0]
    present = made["series"].query("run_id == @one.run_id and day == 39")["present"].item()
    assert present == one["present"]


def test_each_frame_has_the_units_of_its_own_columns(store: Store) -> None:
    made = frames_of_runs(priced(), store, ("members", "series", "ties"))
    assert made["members"].attrs["units"]["revenue"] == "EUR"
    assert made["series"].attrs["units"]["revenue"] == "EUR/day"
    assert made["ties"].attrs["units"]["strength"] == "strength"
    assert all(frame.attrs["units"]["seed"] == "random seed" for frame in made.values())
    assert (
        series_frame(priced(), store).attrs["units"] | {"active": "members", "day": "day"}
        == (series_frame(priced(), store).attrs["units"])
    )
    assert points_frame(priced(), store, spread=True).attrs["units"]["margin_se"] == "EUR"


def all_frames(store: Store) -> dict[str, pd.DataFrame]:
    """Every kind of frame that a study and a comparison give."""
    study = priced()
    frames = {f"each {name}": frame for name, frame in frames_of_runs(study, store, FRAMES).items()}
    frames |= {"own": frames_of_runs(study, store, ("joins",), own={"joins": joins})["joins"]}
    frames |= {"runs": runs_frame(study, store), "series": series_frame(study, store)}
    frames |= {"points": points_frame(study, store, spread=True), "words": points_frame(thanked(), store)}
    lost = regret(study, store, "margin", ["monetisation.price"])
    frames |= {"regret": lost.table, "worlds": lost.worlds}
    one = study.with_changes(
        scenarios=["fee"],
        break_even={"lever": "monetisation.price", "outcome": "margin"},
        lever=[{"name": "monetisation.price", "low": 1.0, "high": 9.0}],
        optimise={"maximise": ["active"], "trials": 3, "batch": 3, "fresh_runs": 2},
    )
    best = optimise(one, store, workers=1)
    frames |= {
        "tried": break_even(one, store, workers=1).tried,
        "trials": best.trials,
        "finalists": best.finalists,
    }
    told = compare(
        ["pool", "web"], runs=4, days=220, overrides={"market.size": 300, "market.founders": 40}, workers=1
    )
    frames |= {"stress": stress(told, workers=1).table}
    frames |= {
        name: getattr(told, name)
        for name in ("table", "values", "series", "joins", "leaving", "health", "funnel", "worth", "staying")
    }
    return frames


def test_every_column_of_every_frame_has_a_unit_in_its_metadata_and_in_arrow(store: Store) -> None:
    for name, frame in all_frames(store).items():
        assert list(frame.attrs["units"]) == [str(column) for column in frame], name
        assert all(frame.attrs["units"].values()), name
        assert all(field.metadata[b"unit"] for field in arrow(frame).schema), name
    for schema in (MEASURED, LEVERS):
        assert all(field.metadata[b"unit"] for field in schema)


def test_what_a_column_is_of_is_said_in_words(store: Store) -> None:
    units = (
        points_frame(priced(), store, spread=True).attrs["units"] | runs_frame(priced(), store).attrs["units"]
    )
    assert [units[name] for name in ("run_id", "scenario", "point", "seed", "error", "margin_sd")] == [
        *("identifier", "name", "point", "random seed", "text", "EUR"),
    ]
    assert points_frame(thanked(), store).attrs["units"]["thanks"] == "name"
    assert points_frame(thanked(), store).attrs["units"]["host"] == "yes or no"


# Long form


def test_two_studies_have_the_same_schema_and_can_be_put_together(store: Store) -> None:
    measured = [measured_table(study, store) for study in (priced(), thanked())]
    levers = [levers_table(study, store) for study in (priced(), thanked())]
    assert {table.schema.to_string() for table in measured} == {MEASURED.to_string()}
    assert {table.schema.to_string() for table in levers} == {LEVERS.to_string()}
    both = pa.concat_tables(measured).to_pandas()
    assert both["study"].value_counts().index.tolist() == ["priced", "thanked"]
    active = both[both["indicator"] == "active"].set_index(["study", "run_id"])["value"]
    for study in (priced(), thanked()):
        runs = runs_frame(study, store).set_index("run_id")["active"]
        assert active[study.name].loc[runs.index].tolist() == runs.tolist()
    assert both.query("indicator == 'margin'")["unit"].unique().tolist() == ["EUR"]
    words = pa.concat_tables(levers).to_pandas().query("study == 'thanked' and point == 0")
    assert dict(zip(words["lever"], words["word"], strict=True)) == {
        "thanks": "nothing",
        "host": "false",
    }
    assert levers[0].to_pandas()["number"].tolist() == [1.0, 9.0] * 2


def test_a_run_that_failed_is_a_row_with_its_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kith.experiments.runs import runner

    monkeypatch.setattr(runner, "_full_run", lambda job, threads: 1 / 0)
    broken = Store(tmp_path / "store")
    conduct(thanked(), broken, workers=1)
    table = measured_table(thanked(), broken)
    assert table.schema == MEASURED
    assert set(table["error"].to_pylist()) == {"ZeroDivisionError: division by zero"}
    assert table["value"].null_count == len(table) == 4


# Labelled arrays


def test_arrays_are_by_run_day_and_indicator(store: Store, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray", reason="xarray is in the extra `arrays`")
    from kith.experiments.studies.arrays import data_set

    arrays = data_set(priced(), store)
    assert dict(arrays.sizes)["run"] == 8
    assert arrays["daily"].dims == ("run", "day", "series")
    runs, series = runs_frame(priced(), store), series_frame(priced(), store)
    for row in runs.to_dict("records"):
        assert float(arrays["measured"].sel(run=row["run_id"], indicator="active")) == row["active"]
        mine = series[series["run_id"] == row["run_id"]]
        drawn = arrays["daily"].sel(run=row["run_id"], series="active").sel(day=mine["day"].to_numpy())
        np.testing.assert_array_equal(drawn, mine["active"])
    assert str(arrays["unit"].sel(indicator="margin").item()) == "EUR"
    assert str(arrays["series_unit"].sel(series="margin_to_date").item()) == "EUR"
    by = arrays["measured"].sel(indicator="margin").groupby("monetisation.price").mean()
    means = runs.groupby("monetisation.price")["margin"].mean()
    np.testing.assert_allclose(by, means)
    arrays.to_netcdf(tmp_path / "study.nc", engine="scipy")
    with xarray.open_dataset(tmp_path / "study.nc", engine="scipy") as again:
        np.testing.assert_array_equal(again["daily"], arrays["daily"])
        assert again["scenario"].values.tolist() == runs["scenario"].tolist()


def test_arrays_of_a_study_without_series_have_no_day(store: Store) -> None:
    pytest.importorskip("xarray", reason="xarray is in the extra `arrays`")
    from kith.experiments.studies.arrays import data_set

    arrays = data_set(thanked(), store, ["active"])
    assert dict(arrays.sizes) == {"run": 4, "indicator": 1}
    assert arrays["thanks"].values.tolist() == ["nothing"] * 2 + ["badge"] * 2


# On the command line

STUDY = """
scenarios = ["fee"]
days = 30
series = true
outcomes = ["active", "margin"]
[set]
market.size = 300
market.founders = 40
[[lever]]
name = "monetisation.price"
values = [1.0, 9.0]
[design]
kind = "grid"
"""


@pytest.mark.slow
def test_an_export_holds_what_was_chosen_and_comes_out_the_same_again(kith: Kith, tmp_path: Path) -> None:
    pytest.importorskip("xarray", reason="xarray is in the extra `arrays`")
    (tmp_path / "mine.toml").write_text(STUDY, "utf-8")
    assert kith("study", "run", "mine.toml", "--workers", "1")[0] == 0
    words = ["--outcome", "margin", "--netcdf", "--frame", "series", "--each-day", "10"]
    assert kith("study", "export", "mine.toml", "--out", "here", *words)[0] == 0
    here = tmp_path / "here"
    runs = pq.read_schema(here / "runs.parquet")
    assert [name for name in runs.names if name in ("active", "margin")] == ["margin"]
    assert set(pd.read_parquet(here / "measured.parquet")["indicator"]) == {"margin"}
    assert pq.read_schema(here / "series.parquet").field("active").metadata == {b"unit": b"members"}
    each = pq.read_schema(here / "each_series.parquet")
    assert each.field("revenue").metadata == {b"unit": b"EUR/day"}
    assert sorted(set(pd.read_parquet(here / "each_series.parquet")["day"])) == [0, 10, 20, 29]
    assert (here / "study.nc").read_bytes().startswith(b"CDF")
    code, out, _ = kith("verify-bundle", "here", "--json")
    assert (code, json.loads(out)["compared"]) == (0, "bytes")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--outcome", "margins"], "did you mean margin"),
        (["--frame", "series", "--each-day", "0"], "--each-day 0: must be 1 or more"),
    ],
)
def test_a_wrong_choice_is_refused(kith: Kith, tmp_path: Path, words: list[str], message: str) -> None:
    (tmp_path / "mine.toml").write_text(STUDY, "utf-8")
    kith("study", "run", "mine.toml", "--workers", "1")
    code, _, err = kith("study", "export", "mine.toml", "--out", "here", *words)
    assert code == 2
    assert message in err
    assert not (tmp_path / "here").exists()
