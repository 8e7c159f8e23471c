"""Steps, shocks and indicators of one's own work in every experiment, and name its runs by their code."""

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

from kith.experiments.analyses.robust import robustness
from kith.experiments.comparison.comparison import Comparison, compare
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.runs.own import Own, OwnCode
from kith.scenarios.load import load
from kith.sim.engine import TICK, run
from kith.sim.schema.code_hash import code_hash

SMALL = {"market.size": 300, "market.founders": 60}
HERE = Path(__file__).parent
STUDY = """
scenarios = ["web"]
days = 10
outcomes = ["weary", "active"]
[set]
market.size = 300
market.founders = 40
[own]
steps = ["my_steps:tire before depart"]
shocks = ["3 my_steps:scandal"]
indicators = ["my_steps:weary"]
reporters = ["my_steps:habits"]
[[lever]]
name = "monetisation.price"
values = [5.0, 10.0]
[design]
kind = "grid"
"""
Kith = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def steps() -> Any:
    """The module of one's own, importable by its name here and in workers."""
    sys.path.insert(0, str(HERE))
    spec = importlib.util.spec_from_file_location("my_steps", HERE / "my_steps.py")
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules["my_steps"] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(HERE))
    del sys.modules["my_steps"]


@pytest.fixture(scope="module")
def own(steps: Any) -> Own:
    return Own((*TICK, ("tire", steps.tire)), ((3, "scandal", steps.scandal),), (steps.weary,))


@pytest.fixture(scope="module")
def tired(own: Own) -> Comparison:
    return compare(["pool", "web"], runs=4, days=20, overrides=SMALL, workers=1, own=own)


def test_a_comparison_has_them_in_every_run(tired: Comparison, own: Own) -> None:
    plain = compare(["pool", "web"], runs=4, days=20, overrides=SMALL, workers=1)
    assert tired.row("active", "web")["mean"] < plain.row("active", "web")["mean"]
    assert tired.row("weary", "web")["unit"] == "share"
    assert tired.row("weary", "web")["mean"] > 0.5
    assert comparison_answer(tired)
    record = run(tired.plans["web"], seed=0, days=20, events=False, **own.arguments())
    assert record.run_id in set(tired.values["run_id"])


@pytest.mark.slow
def test_worker_processes_import_them(tired: Comparison, own: Own) -> None:
    again = compare(["pool", "web"], runs=4, days=20, overrides=SMALL, workers=2, own=own)
    assert again.to_json() == tired.to_json()


def test_robustness_has_them_too(own: Own) -> None:
    result = robustness(["pool", "web"], worlds=2, days=10, overrides=SMALL, workers=1, own=own)
    assert "weary" in {c.outcome for c in result.conclusions}


def test_the_name_of_a_run_changes_with_the_code_and_not_with_the_name_alone(tmp_path: Path) -> None:
    def ids(body: str) -> str:
        path = tmp_path / "changing.py"
        path.write_text(f"HOW = {body}\ndef step(c):\n    c.day + HOW\n", "utf-8")
        spec: Any = importlib.util.spec_from_file_location("changing", path)
        module = importlib.util.module_from_spec(spec)
        sys.modules["changing"] = module
        spec.loader.exec_module(module)
        record = run(load("web", overrides=SMALL), days=1, tick=(*TICK, ("step", module.step)), events=False)
        return record.run_id

    first = ids("1")
    assert ids("2000") != first
    assert ids("1") == first


def test_functions_without_a_file_are_told_apart_by_their_instructions() -> None:
    assert code_hash(lambda c: c + 1) != code_hash(lambda c: c + 2)
    assert code_hash(lambda c: c + 1) == code_hash(lambda c: c + 1)


def test_a_study_file_names_them_and_runs_them_only_where_that_is_allowed(
    steps: Any, kith: Kith, tmp_path: Path
) -> None:
    (tmp_path / "own.toml").write_text(STUDY, "utf-8")
    code, _, err = kith("study", "run", "own.toml", "--workers", "1")
    assert code == 2
    assert "runs code of its own (my_steps); read it, and allow it with --run-code" in err
    code, _, err = kith("study", "export", "own.toml", "--run-code", "--out", "told")
    assert code == 2
    assert "run `kith study run own.toml --run-code` first" in err
    assert kith("study", "run", "own.toml", "--workers", "1", "--run-code")[0] == 0
    frames = ["--frame", "members", "--frame", "habits", "--every", "2"]
    assert kith("study", "export", "own.toml", "--run-code", "--out", "told", *frames)[0] == 0
    assert "kith study run inputs/own.toml --run-code" in (tmp_path / "told" / "report.html").read_text(
        "utf-8"
    )
    members, habits = (
        pd.read_parquet(tmp_path / "told" / f"each_{n}.parquet") for n in ("members", "habits")
    )
    assert list(members)[:5] == ["run_id", "scenario", "point", "seed", "person"]
    assert set(members["point"]) == set(habits["point"]) == {0}
    assert set(members["run_id"]) <= set(pd.read_parquet(tmp_path / "told" / "runs.parquet")["run_id"])
    assert kith("study", "export", "own.toml", "--run-code", "--out", "x", "--frame", "dreams")[0] == 2
    assert "weary" in (tmp_path / "told" / "points.csv").read_text("utf-8")
    code, _, err = kith("verify-bundle", "told")
    assert code == 2
    assert "the bundle runs Python of its own" in err
    assert json.loads((tmp_path / "told" / "study.json").read_text("utf-8"))["own"]["shocks"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"steps": ["nowhere_at_all:x"]}, "cannot be imported"),
        ({"steps": ["../nowhere:x"]}, "write a module and a name in it"),
        ({"steps": ["my_steps:tired"]}, r"my_steps has no tired; did you mean my_steps:tire\?"),
        (
            {"steps": ["my_steps:weary"]},
            "step my_steps:weary has to be a function; this is of type Indicator",
        ),
        (
            {"reporters": ["my_steps:weary"]},
            "reporter my_steps:weary has to be a function; this is of type Indicator",
        ),
        (
            {"shocks": ["3 my_steps:weary"]},
            "shock my_steps:weary has to be a function; this is of type Indicator",
        ),
        (
            {"indicators": ["my_steps:tire"]},
            "indicator my_steps:tire has to be a kith.sim.results.indicators.Indicator; this is of type function",
        ),
        ({"steps": ["my_steps"]}, "write a module and a name in it"),
        ({"steps": ["my_steps:tire after visit"]}, "before depart"),
        ({"shocks": ["soon my_steps:scandal"]}, "write the day and the name"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(steps: Any, table: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OwnCode(**table).found()


@pytest.mark.slow
def test_workers_of_a_dask_cluster_import_them_too(kith: Kith, tmp_path: Path) -> None:
    """A cluster on this machine: its processes find the module in the folder where the command was given."""
    pytest.importorskip("distributed", reason="Dask is in the extra `cluster`")
    (tmp_path / "my_steps.py").write_text((HERE / "my_steps.py").read_text("utf-8"), "utf-8")
    (tmp_path / "own.toml").write_text(STUDY, "utf-8")
    frames = []
    for where in ("processes", "local"):
        request = ["study", "run", "own.toml", "--run-code", "--store", where, "--scheduler", where]
        assert kith(*request, "--workers", "1" if where == "processes" else "2")[0] == 0
        assert (
            kith("study", "export", "own.toml", "--run-code", "--store", where, "--out", f"{where}_told")[0]
            == 0
        )
        frames.append(pd.read_parquet(tmp_path / f"{where}_told" / "runs.parquet"))
    assert frames[0]["weary"].mean() > 0.3
    pd.testing.assert_frame_equal(*frames)
