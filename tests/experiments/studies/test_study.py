"""A study file is checked whole before any run, and asks for each run by its content."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.errors import StudyError
from kith.experiments.studies.planned_runs import asked, digest, jobs, plan_of, points
from kith.experiments.studies.study import Study, read_study, studies, study_from, study_schema
from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load
from kith.sim.engine import run_id

GRID = {"kind": "grid"}
PRICE = {"name": "monetisation.price", "values": [5.0, 10.0]}


def small(**changes: Any) -> Study:
    """A study of two prices in two scenarios, two runs each, of a tiny community."""
    given = {
        "scenarios": ["web", "pool"],
        "days": 20,
        "runs": 2,
        "set": {"market": {"size": 300, "founders": 40}},
        "lever": [PRICE],
        "design": GRID,
    }
    return study_from(given | changes)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a study file."""

    def write(text: str, name: str = "mine.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_study_asks_for_every_point_in_every_scenario_on_every_seed() -> None:
    frame = asked(small())
    assert list(frame.columns) == ["run_id", "scenario", "point", "seed", "monetisation.price"]
    assert len(frame) == frame["run_id"].nunique() == 2 * 2 * 2
    assert frame.groupby(["scenario", "monetisation.price"]).size().tolist() == [2] * 4
    assert set(frame["seed"]) == {0, 1}


def test_a_run_is_named_as_the_engine_names_it() -> None:
    row = asked(small()).iloc[0]
    overrides = {"market.size": 300, "market.founders": 40, "monetisation.price": 5.0}
    assert row["run_id"] == run_id(load("web", overrides, days=20), 0, 20)


def test_points_that_ask_for_the_same_run_share_its_name() -> None:
    study = small(
        lever=[{"name": "part", "values": [1, 2, 3]}],
        derive={"monetisation.price": "5 * min(part, 2)"},
    )
    frame = asked(study)
    assert frame["monetisation.price"].unique().tolist() == [5, 10]
    assert frame.groupby("scenario")["run_id"].nunique().tolist() == [4, 4]
    assert len(frame) == 12


def test_a_job_is_the_run_that_was_asked_for() -> None:
    study = small(first_seed=5)
    frame = asked(study)
    for job, row in zip(jobs(study, frame), frame.to_dict("records"), strict=True):
        assert job.key == row["run_id"] == run_id(job.plan, job.seed, job.plan.days)
        assert not job.series
    assert set(frame["seed"]) == {5, 6}


def test_shocks_settings_and_options_reach_the_plan() -> None:
    study = small(
        scenarios=["hub"],
        shock=[{"day": 9, "kind": "hub_departs"}],
        lever=[{"name": "thanks", "options": {"badge": {"incentives": {"badges": 1.0}}}}],
    )
    plan = plan_of(study, "hub", {"thanks": "badge"})
    assert plan.shocks[0].kind == "hub_departs"
    assert plan.parameters.incentives.badges == 1.0
    assert plan.parameters.market.size == 300
    assert plan.days == 20


def test_a_digest_names_what_is_asked_and_not_how_it_is_told() -> None:
    study = small()
    assert digest(study) == digest(small(title="another", outcomes=["margin"], name="b"))
    changes: list[dict[str, Any]] = [
        {"days": 21},
        {"runs": 3},
        {"scenarios": ["web"]},
        {"set": {}},
        {"lever": [PRICE | {"values": [5.0, 11.0]}]},
    ]
    assert len({digest(small(**change)) for change in changes} | {digest(study)}) == 6


def test_a_digest_changes_with_the_scenario_file(written: Callable[..., Path]) -> None:
    path = written("[monetisation]\nprice = 3\n", "own.toml")
    study = small(scenarios=[str(path)])
    before = digest(study)
    path.write_text("[monetisation]\nprice = 4\n", encoding="utf-8")
    assert digest(study) != before


def test_scenarios_by_path_are_meant_from_the_studys_folder(
    written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written("[monetisation]\nprice = 3\n", "own.toml")
    path = written(
        'scenarios = ["own.toml"]\nlever = [{name="churn.contagion", prior=true}]\n[design]\nkind="grid"\n'
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert plan_of(read_study(path), str(tmp_path / "own.toml"), {}).parameters.monetisation.price == 3


# The files that come with kith


@pytest.mark.parametrize("name", list(studies()))
def test_every_study_of_the_library_asks_for_runs(name: str) -> None:
    study = read_study(name)
    assert study.title and study.question and study.text and study.sources and study.tags
    assert study.name == name
    assert len(points(study)) >= 4
    reduced = study.reduced()
    frame = asked(reduced)
    assert 4 <= len(frame) <= 200
    assert digest(reduced) != digest(study)


@pytest.mark.parametrize("name", list(studies()))
def test_every_study_of_the_library_follows_the_schema(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    given = tomllib.loads(studies()[name].read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(given)


@pytest.mark.parametrize(
    "change", [{"scenarios": []}, {"runs": 0}, {"levers": []}, {"design": {"kind": "grit"}}, {"days": 0}]
)
def test_the_schema_refuses_what_the_reader_refuses(change: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    given = {"scenarios": ["web"], "lever": [PRICE], "design": GRID} | change
    assert not jsonschema.Draft202012Validator(study_schema()).is_valid(given)
    with pytest.raises(StudyError):
        study_from(given)


def test_the_schema_is_json() -> None:
    assert json.loads(json.dumps(study_schema(), allow_nan=False))["title"] == "kith study"


# What is wrong


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenarios": []}, "scenarios = .*must not be empty"),
        ({"scenarios": ["web", "web"]}, "scenario web is given twice"),
        ({"runs": 0}, "runs = 0: must be 1 or more"),
        ({"days": 10**9}, "days = 1000000000"),
        ({"leever": []}, "unknown key leever; did you mean lever"),
        ({"own": {"reporter": []}}, r"unknown key own\.reporter; did you mean reporters"),
        ({"own": {"steps": "my_steps:tire"}}, r"own\.steps = 'my_steps:tire': must be a list"),
        (
            {"design": {"kind": "sobol", "base": 4, "group": {}}},
            r"unknown key design\.group; did you mean groups",
        ),
        ({"design": {"kind": "grid", "point": 3}}, r"unknown key design\.point; did you mean points"),
        ({"design": {"kind": "sobol"}}, r"design\.base is missing"),
        ({"design": {"kind": "random", "pionts": 3}}, r"unknown key design\.pionts; did you mean points"),
        ({"design": {"kind": "random", "points": 3.5}}, r"design\.points = 3.5: must be a whole number"),
        (
            {"design": {"kind": "morris", "trajectories": 3, "levels": 3}},
            "levels = 3: must be a multiple of 2",
        ),
        ({"lever": [PRICE, PRICE | {"steps": 1}]}, r"lever\.2\.steps = 1: must be 2 or more"),
        ({"series": "often"}, "series = 'often': must be true or false"),
        ({"design": {"kind": "dice"}}, "kind must be list, grid, random"),
        ({"lever": [{"name": "monetisation.price"}]}, "give exactly one of low and high"),
    ],
)
def test_a_study_that_cannot_be_read_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        small(**change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"outcomes": ["actve"]}, "unknown indicator actve; did you mean active"),
        ({"set": {"market": {"sise": 3}}}, "market.sise.*did you mean market.size"),
        ({"derive": {"monetisation.prize": "1"}}, "did you mean monetisation.price"),
        ({"lever": [PRICE, PRICE]}, "is defined twice"),
        (
            {
                "lever": [],
                "design": {"kind": "list", "points": [{"monetisation.price": 1}, {"churn.contagion": 1}]},
            },
            "in some points only",
        ),
        ({"lever": [], "design": {"kind": "list", "points": [{"monetisation.price": -1}]}}, "at least 0"),
        (
            {"design": {"kind": "list", "points": [{"churn.contagion": 1}]}},
            "lever monetisation.price has no value in any point",
        ),
    ],
)
def test_a_study_that_cannot_be_done_is_refused_before_any_run(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small(**change).check()


def test_a_point_without_a_plan_is_named() -> None:
    study = small(lever=[{"name": "market.founders", "values": [30, 400]}], set={"market": {"size": 300}})
    with pytest.raises(StudyError, match=r"point 1 of web \(market.founders = 400\).*exceeds market.size"):
        asked(study)


def test_an_unknown_scenario_or_file_is_refused(written: Callable[..., Path]) -> None:
    with pytest.raises(ScenarioError, match="did you mean"):
        digest(small(scenarios=["wep"]))
    with pytest.raises(StudyError, match="unknown study robustnes; did you mean robustness"):
        read_study("robustnes")
    with pytest.raises(StudyError, match=r"nowhere.toml does not exist"):
        read_study("nowhere.toml")
    with pytest.raises(ScenarioError, match="not valid TOML"):
        read_study(written("title = "))
    with pytest.raises(StudyError, match=r"mine.toml: scenarios is missing"):
        read_study(written("title = 'x'"))
