"""The command line has manners: results out, one line of error, an exit code that means something."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.errors import RunsFailed
from kith.experiments.statistics.intervals import described
from kith.scenarios.catalogue import SHELF_TITLES

SMALL = ["--set", "market.size=600", "--set", "market.founders=80"]

type Kith = Callable[..., tuple[int, str, str]]


def strict(text: str) -> Any:
    """The JSON object, if it is one and nothing else."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def test_importing_the_command_line_imports_nothing_heavy(root: Path) -> None:
    heavy = "{'numpy', 'pandas', 'numba', 'pydantic', 'scipy', 'matplotlib', 'rich'} & set(sys.modules)"
    code = f"import sys, kith.experiments.cli.app, scenarios, sim; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_listing_the_library_needs_no_numbers(root: Path) -> None:
    heavy = "{'numpy', 'pandas', 'numba', 'scipy', 'matplotlib'} & set(sys.modules)"
    code = f"import sys; from kith.experiments.cli.app import exit_code; exit_code(['list', '--json']); exit_code(['list']); print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_scenario_is_shown_without_the_engine(root: Path) -> None:
    heavy = "{'pandas', 'numba', 'scipy', 'matplotlib'} & set(sys.modules)"
    code = f"import sys; from kith.experiments.cli.app import exit_code; exit_code(['show', 'web']); print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


def test_the_parent_of_a_comparison_loads_no_engine_and_draws_nothing(root: Path) -> None:
    heavy = "{'numba', 'matplotlib', 'kith.sim.engine'} & set(sys.modules)"
    ask = "['compare', 'pool', 'web', '--runs', '2', '--days', '3', '--workers', '2', '--set', 'market.size=500']"
    code = f"import sys; from kith.experiments.cli.app import exit_code\nif __name__ == '__main__': exit_code({ask}); print({heavy})"
    script = "from kith.sim.kernels import cache; cache.mark_compiled()\n" + code
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_workers_do_not_load_the_command_line(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "kith"
    script.write_text(
        "from multiprocessing.spawn import get_preparation_data\n"
        "from kith.experiments.cli.app import main\n"
        "try:\n    main(['list'])\n"
        "finally:\n    print([name for name in get_preparation_data('worker') if name.startswith('init_main')])\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_says_what_there_is(kith: Kith) -> None:
    code, out, _ = kith("--help")
    assert code == 0
    for command in (
        "list",
        "show",
        "run",
        "compare",
        "answers",
        "schema",
        "bench",
        "verify",
        "patterns",
        "robust",
    ):
        assert re.search(rf"\b{command}\b", out)


def test_the_version_is_told(kith: Kith) -> None:
    code, out, _ = kith("--version")
    assert code == 0
    assert re.fullmatch(r"kith (\d+\.\d+\S*|\(not installed\))\n", out)


def test_the_library_is_listed(kith: Kith) -> None:
    code, out, _ = kith("list")
    assert code == 0
    assert "web" in out
    assert "pool" in out
    shelves = [line for line in out.splitlines() if line in SHELF_TITLES.values()]
    assert shelves == list(SHELF_TITLES.values())
    assert max(map(len, out.splitlines())) <= 100
    code, out, _ = kith("list", "shock")
    assert [line for line in out.splitlines() if line in SHELF_TITLES.values()] == ["Shocks"]
    assert "shock, affiliation" in out
    code, out, _ = kith("list", "affiliation", "--json")
    assert {"pool", "hub", "web"} <= {entry["name"] for entry in strict(out)["scenarios"]}


def test_show_tells_every_parameter_and_who_set_it(kith: Kith) -> None:
    code, out, _ = kith("show", "hub", "--set", "monetisation.price=12")
    assert code == 0
    first, _, rest = out.partition("At the default")
    assert "affiliation.hub" in first
    assert "monetisation.price" in first
    assert "market.size" in rest
    assert max(map(len, out.splitlines())) <= 100


def test_show_tells_what_a_scenario_asks_and_what_the_model_answers(kith: Kith) -> None:
    code, out, _ = kith("show", "poor_moderation_fixed")
    assert code == 0
    assert (
        out.index("What does it cost to clean up?")
        < out.index("The model's answer")
        < out.index("not at the default")
    )
    assert "satisfaction: more than poor_moderation" in out
    assert max(map(len, out.splitlines())) <= 100
    told = strict(kith("show", "poor_moderation_fixed", "--json")[1])
    assert told["answer"]
    assert {"fix", "cost"} == {one["role"] for one in told["expected"]}


def test_answers_are_checked_and_a_wrong_one_fails(kith: Kith, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        "extends = 'web'\ndays = 20\nmarket.size = 600\nmarket.founders = 80\n"
        "[[expected]]\nindicator = 'active'\nagainst = 'mine.toml'\nsign = '-'\n"
    )
    code, out, err = kith("answers", "mine.toml", "--runs", "4", "--workers", "1", "--json")
    assert (code, "some answers are no longer" in err) == (1, True)
    (one,) = strict(out)["expectations"]
    assert (one["verdict"], one["difference"]) == ("unclear", 0)
    code, _, err = kith("answers", "web", "--out", "page.md")
    assert (code, "whole library" in err) == (2, True)


def test_show_as_json_is_strict_even_with_infinity(kith: Kith) -> None:
    code, out, _ = kith("show", "web", "--json", "--set", "incentives.norm_recovery=inf")
    found = {p["name"]: p for p in strict(out)["parameters"]}
    assert code == 0
    assert found["incentives.norm_recovery"]["value"] == "inf"
    assert found["affiliation.peers"]["set_by"] != "default"
    assert found["churn.base_hazard"]["unit"] == "1/day"


def test_the_schema_is_json(kith: Kith) -> None:
    code, out, _ = kith("schema")
    assert (code, isinstance(strict(out), dict)) == (0, True)


def test_a_run_as_json_is_one_object(kith: Kith) -> None:
    code, out, err = kith("run", "web", "--days", "40", "--seed", "5", "--json", *SMALL)
    found = strict(out)
    assert (code, err) == (0, "")
    assert list(found) == [
        "scenario",
        "seed",
        "days",
        "model_version",
        "run_id",
        "indicators",
        "leaving",
        "health",
    ]
    assert (found["scenario"], found["seed"], found["days"]) == ("web", 5, 40)
    assert found["indicators"]["retention_365d"] is None
    assert found["indicators"]["active"] > 0
    assert all(set(check) >= {"name", "value", "target", "met"} for check in found["health"])


def test_the_same_run_twice_prints_the_same(kith: Kith) -> None:
    request = ("run", "web", "--days", "30", "--json", *SMALL)
    assert kith(*request) == kith(*request)


def test_a_run_is_told_in_words(kith: Kith) -> None:
    code, out, _ = kith("run", "hub", "--days", "60", "--shock", "30 hub_departs", *SMALL)
    assert code == 0
    for words in (
        "active members",
        "Why members stopped coming",
        "Health card",
        "without a published source",
        "single run with one random seed",
    ):
        assert words in out
    assert max(map(len, out.splitlines())) <= 100


def test_a_run_leaves_files_and_can_be_repeated_from_its_report(kith: Kith, tmp_path: Path) -> None:
    code, out, _ = kith("run", "web", "--days", "40", "--out", "results/web", *SMALL)
    folder = tmp_path / "results" / "web"
    assert code == 0
    assert "results/web/report.html" in out
    assert strict((folder / "summary.json").read_text("utf-8"))["days"] == 40
    page = (folder / "report.html").read_text("utf-8")
    assert "kith run web --seed 0 --days 40 --set market.size=600 --set market.founders=80" in page
    assert kith("run", "pool", "--days", "20", "--out", "results/web", "--overwrite", *SMALL)[0] == 0
    assert strict((folder / "summary.json").read_text("utf-8"))["scenario"] == "pool"


def test_a_comparison_is_told_in_a_hundred_columns(kith: Kith) -> None:
    code, out, err = kith(
        "compare", "pool", "hub", "web", "--runs", "4", "--days", "60", "--workers", "1", *SMALL
    )
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Compared with pool after 60 days, ")
    assert max(map(len, lines)) <= 100
    assert "reference" in out
    assert "● the 95 % interval of the paired difference excludes zero" in out
    assert described(4) in " ".join(out.split())


def test_a_comparison_as_json_and_as_files(kith: Kith, tmp_path: Path) -> None:
    request = [
        "compare",
        "pool",
        "web",
        "--runs",
        "2",
        "--days",
        "40",
        "--workers",
        "1",
        "--out",
        "both",
        *SMALL,
    ]
    code, out, _ = kith(*request, "--json")
    assert code == 0
    assert strict(out)["scenarios"] == ["pool", "web"]
    folder = tmp_path / "both"
    assert {"table.csv", "table.parquet", "table.json", "table.tex", "report.html", "runs.parquet"} <= {
        p.name for p in folder.iterdir()
    }
    assert strict((folder / "table.json").read_text("utf-8")) == strict(out)


@pytest.mark.slow
def test_a_comparison_on_fresh_luck_says_how_to_repeat_it(kith: Kith, tmp_path: Path) -> None:
    request = ["compare", "pool", "web", "--runs", "2", "--days", "20", "--first-seed", "7", "--workers", "1"]
    code, out, _ = kith(*request, "--json", "--out", "later", *SMALL)
    assert code == 0
    assert strict(out)["seeds"] == [7, 8]
    page = (tmp_path / "later" / "report.html").read_text("utf-8")
    assert "kith compare pool web --runs 2 --days 20 --first-seed 7" in page


WRONG = {
    "an unknown command": (["rnu"], "Did you mean 'run'"),
    "an unknown option": (["run", "web", "--dyas", "3"], "--days"),
    "a missing scenario": (["run"], "Missing argument"),
    "an unknown scenario": (["run", "wbe"], "web"),
    "an unknown scenario in show": (["show", "wbe"], "web"),
    "an unknown tag": (["list", "nonsense"], "the tags are"),
    "no runs": (["compare", "pool", "web", "--runs", "0"], "--runs 0: must be 1 or more"),
    "runs that are no number": (["compare", "pool", "web", "--runs", "many"], "many"),
    "negative days": (["run", "web", "--days", "-1"], "--days -1: must be 1 or more"),
    "no days": (["run", "web", "--days", "0"], "--days 0"),
    "too many days": (["run", "web", "--days", "99999999"], "days"),
    "negative days of a comparison": (["compare", "pool", "web", "--days", "-1"], "--days -1"),
    "a negative seed": (["run", "web", "--seed", "-1"], "--seed -1: must be 0 or more"),
    "a giant seed": (["run", "web", "--seed", "1" + "0" * 30], "--seed"),
    "a first seed below zero": (
        ["compare", "pool", "web", "--first-seed", "-3"],
        "--first-seed -3: must be 0",
    ),
    "a first seed too large": (["compare", "pool", "web", "--first-seed", str(2**62)], "must be below 2^62"),
    "no workers": (["compare", "pool", "web", "--workers", "0"], "--workers 0"),
    "no threads": (["run", "web", "--threads", "0"], "--threads 0"),
    "a misspelt parameter": (
        ["run", "web", "--set", "monetisation.prise=3"],
        "did you mean monetisation.price",
    ),
    "a setting without value": (["run", "web", "--set", "monetisation.price"], "name=value"),
    "a setting given twice": (["run", "web", "--set", "a.b=1", "--set", "a.b=2"], "given twice"),
    "a value out of range": (["run", "web", "--set", "affiliation.hub=3"], "at most 1"),
    "not a number": (["run", "web", "--set", "affiliation.hub=nan"], "affiliation.hub"),
    "a word for a number": (["show", "web", "--set", "affiliation.hub=much"], "affiliation.hub"),
    "a shock without a hub": (["run", "pool", "--shock", "10 hub_departs"], "there is no hub"),
    "a shapeless shock": (["run", "hub", "--shock", "soon"], "180 hub_departs"),
    "more founders than people": (["run", "web", "--set", "market.founders=99999"], "market.size"),
    "a graph that is not there": (["run", "web", "--set", "network.file=none.graphml"], "none.graphml"),
    "an unknown generator": (["run", "web", "--set", "network.generator=gnp"], "NetworkX has no such"),
    "a wrong argument": (["compare", "web", "small_world", "--set", "network.q=1"], "network"),
    "a date without a log": (["run", "web", "--at", "2003-01-01"], "needs --from-log"),
    "a date that is none": (["run", "web", "--from-log", "chat_docker", "--at", "soon"], "2004-12-31"),
    "a log that is not there": (["run", "web", "--from-log", "none.csv"], "none.csv"),
    "one scenario to compare": (["compare", "web"], "needs two scenarios"),
    "the same scenario twice": (["compare", "web", "web"], "named twice"),
    "a folder for a scenario": (["run", "."], "folder"),
    "an empty folder name": (["run", "web", "--out", ""], "out"),
}


@pytest.mark.parametrize(("request_", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_request_is_one_clear_line(
    kith: Kith, tmp_path: Path, request_: list[str], words: str
) -> None:
    code, out, err = kith(*request_)
    assert (code, out) == (2, "")
    assert err.startswith("kith: ")
    assert err.count("\n") == 1
    assert words in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_place_is_refused_before_anything_runs(kith: Kith, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine", "utf-8")
    code, out, err = kith("run", "web", "--days", "20000", "--out", "notes")
    assert (code, out) == (2, "")
    assert "is a file" in err
    assert (tmp_path / "notes").read_text("utf-8") == "mine"


def test_work_that_fails_is_exit_code_one(
    kith: Kith, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kith.sim import engine

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a wheel came off")

    monkeypatch.setattr(engine, "run", fail)
    monkeypatch.setattr("kith.experiments.runs.runner.run", fail, raising=False)
    code, out, err = kith("run", "web", "--out", "out", *SMALL)
    assert (code, out, err) == (1, "", "kith: a wheel came off; add --debug for the traceback\n")
    assert list(tmp_path.iterdir()) == []
    code, _, err = kith("compare", "pool", "web", "--runs", "1", "--workers", "1", *SMALL)
    assert code == 1
    assert "every run failed: RuntimeError: a wheel came off" in err
    code, _, err = kith("run", "web", "--debug", *SMALL)
    assert code == 1
    assert "Traceback" in err


def test_stopping_is_told_and_leaves_nothing(
    kith: Kith, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from kith.sim import engine

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "run", stop)
    code, out, err = kith("run", "web", "--out", "out", *SMALL)
    assert (code, out, err) == (130, "", "kith: stopped; nothing was written\n")
    assert list(tmp_path.iterdir()) == []


def test_a_first_run_says_what_it_waits_for(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    from kith.sim.kernels import cache

    monkeypatch.setattr(cache, "is_compiled", lambda: False)
    monkeypatch.setattr("kith.experiments.cli.manners.compiling.count_kernels", lambda *_: None)
    code, _, err = kith("run", "web", "--days", "5", "--json", *SMALL)
    assert code == 0
    again = kith("compare", "web", "pool", "--days", "5", "--runs", "1", "--workers", "1", *SMALL)
    assert again[2] == err == "compiling the engine for this machine (once, about half a minute)\n"


def test_a_plain_terminal_gets_plain_text(root: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "kith.experiments.cli.app", "list"]
    done = subprocess.run(command, cwd=root, capture_output=True, env=environment, check=True)
    assert b"\x1b" not in done.stdout
    assert b"web" in done.stdout


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            "Traceback (most recent call last):\n  line\nValueError: broken",
            "every run failed: ValueError: broken",
        ),
        ("16 of 32 runs have a result, too few to fit", "16 of 32 runs have a result, too few to fit"),
        ("active is undefined in a run; use longer runs", "active is undefined in a run; use longer runs"),
    ],
)
def test_that_every_run_failed_is_said_only_where_it_did(
    error: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RunsFailed(error)

    monkeypatch.setattr("kith.scenarios.load.load", fail)
    assert exit_code(["odd", "web"]) == 1
    assert capsys.readouterr().err == f"kith: {said}\n"
