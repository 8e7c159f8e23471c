"""`kith study`: frames out, one line of error, an exit code that means something."""

import hashlib
import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.runs.runner import RunResult
from kith.experiments.studies.execute import stored_plan
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import read_study, studies

type Kith = Callable[..., tuple[int, str, str]]

TINY = """
question = "What does a price do?"
scenarios = ["web"]
days = 20
runs = 2
outcomes = ["active", "margin"]

[set]
market.size = 300
market.founders = 40

[[lever]]
name = "monetisation.price"
values = [5.0, 10.0]

[design]
kind = "grid"
"""


@pytest.fixture
def kith(kith: Kith, tmp_path: Path) -> Kith:
    """Runs `kith study` in a folder with one small study: exit code, output, errors."""
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    return lambda *args: kith("study", *args)


def test_a_study_is_run_told_and_exported(kith: Kith, tmp_path: Path) -> None:
    code, out, err = kith("run", "tiny.toml", "--workers", "1")
    assert (code, err.count("\n")) == (0, 1)
    assert "monetisation.price has no effect in web: nobody pays" in err
    assert "4 of 4 runs stored" in out
    assert "What does a price do?" in out
    assert "active members" in out
    code, out, _ = kith("status", "tiny.toml", "--runs", "3", "--json")
    assert code == 0
    result = json.loads(out)
    assert (result["total"], result["stored"], result["missing"], result["failed"]) == (6, 4, 2, 0)
    code, out, _ = kith("export", "tiny.toml", "--out", "frames")
    assert code == 0
    runs = pd.read_parquet(tmp_path / "frames" / "runs.parquet")
    assert runs["monetisation.price"].tolist() == [5, 5, 10, 10]
    assert pd.read_csv(tmp_path / "frames" / "points.csv")["runs"].tolist() == [2, 2]
    assert json.loads((tmp_path / "frames" / "study.json").read_text("utf-8"))["days"] == 20
    assert kith("export", "tiny.toml", "--out", "frames", "--overwrite")[0] == 0
    page = (tmp_path / "frames" / "report.html").read_text("utf-8")
    assert "What does a price do?" in page
    assert "Over all points, active members in web: " in page
    assert not re.search(r"(?:src|href)=.http|<script|<link", page)


def test_the_library_of_studies_is_listed(kith: Kith) -> None:
    code, out, _ = kith("list", "--json")
    assert code == 0
    assert [entry["name"] for entry in json.loads(out)["studies"]] == list(studies())


def test_the_status_of_a_study_that_was_never_run(kith: Kith) -> None:
    code, out, _ = kith("status", "tiny.toml")
    assert code == 0
    assert "0 of 4 runs stored, 4 missing" in out


def files(folder: Path) -> list[str]:
    """All that is in a folder, with its size and when it was changed."""
    seen = [(path.relative_to(folder), path.stat()) for path in folder.rglob("*")]
    return sorted(f"{path} {state.st_size} {state.st_mtime_ns}" for path, state in seen)


def test_the_status_of_a_study_writes_nothing(kith: Kith, tmp_path: Path) -> None:
    before = files(tmp_path)
    assert kith("status", "tiny.toml")[0] == 0
    assert files(tmp_path) == before
    assert kith("run", "tiny.toml", "--workers", "1")[0] == 0
    part = next((tmp_path / "out/studies/tiny/results").glob("*.parquet"))
    damaged = part.with_name("0123456789abcdef-0123456789abcdef.parquet")
    damaged.write_bytes(b"nonsense")
    (tmp_path / "out/studies/tiny/results/.left.parquet.1.partial").write_bytes(b"half")
    before = files(tmp_path)
    for more in ((), ("--runs", "3"), ("--days", "21"), ("--json",)):
        code, out, _ = kith("status", "tiny.toml", *more)
        assert code == 0
        assert damaged.name in " ".join(out.split())
    assert files(tmp_path) == before


@pytest.mark.parametrize("command", ["run", "optimise", "break-even"])
@pytest.mark.parametrize("where", ["gpu", "", "tcp://127.0.0.1:1", "tcp://", "no dask"])
def test_a_scheduler_that_is_refused_leaves_nothing_behind(
    kith: Kith, tmp_path: Path, command: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.experiments.runs.dask.PATIENCE", 1)
    even = '\n[break_even]\nlever = "monetisation.price"\noutcome = "margin"\n'
    ranged = TINY.replace("values = [5.0, 10.0]", "low = 0.0\nhigh = 40.0\nsteps = 2")
    (tmp_path / "tiny.toml").write_text(ranged + SEARCHED + even, encoding="utf-8")
    before = files(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as mute:  # listens, and says nothing
        address = f"tcp://127.0.0.1:{mute.getsockname()[1]}" if where == "no dask" else where
        code, out, err = kith(command, "tiny.toml", "--scheduler", address)
    refused = [line for line in err.splitlines() if "has no effect" not in line]
    assert (code, out, len(refused)) == (2, "", 1)
    assert "scheduler" in refused[0]
    assert files(tmp_path) == before


@pytest.mark.parametrize("day", ['"soon"', "nan", "inf", "[1]", "{ a = 1 }", "1e300", "2026-01-01", "-5"])
@pytest.mark.parametrize("size", [(), ("--quick",)])
def test_a_day_that_is_none_is_refused_in_one_sentence_whatever_the_size(
    kith: Kith, tmp_path: Path, day: str, size: tuple[str, ...]
) -> None:
    shock = f'\n[[shock]]\nday = {day}\nkind = "hub_departs"\n'
    (tmp_path / "tiny.toml").write_text(TINY + shock, encoding="utf-8")
    for command in ("run", "status"):
        code, out, err = kith(command, "tiny.toml", *size)
        if (day, size) != ("1e300", ("--quick",)):  # a late day is moved up in a reduced study
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert "day" in err


@pytest.mark.parametrize(
    "text",
    ["monetisation.price * 'a' < 1", f"{'9' * 350} / 2.0 > monetisation.price", "1 / 0 < 1", "'a' < 1"],
)
def test_a_formula_that_cannot_be_computed_is_one_line_and_exit_code_2(
    kith: Kith, tmp_path: Path, text: str
) -> None:
    for place in (f'constraints = ["{text}"]', f'[derive]\n"monetisation.price" = "{text}"'):
        before, after = (place, "") if place.startswith("con") else ("", f"\n{place}\n")
        (tmp_path / "tiny.toml").write_text(f"{before}\n{TINY}{after}", encoding="utf-8")
        for command in ("run", "status"):
            code, out, err = kith(command, "tiny.toml", "--quick")
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert "cannot be computed" in err


HOSTILE_VALUES = [
    "nan",
    "-inf",
    "1e400",
    "-1",
    "9" * 400,
    '""',
    "[]",
    "{}",
    "[[[]]]",
    "true",
    "2026-01-01",
    '"x"',
]


@pytest.mark.parametrize(
    "key",
    [
        *("scenarios", "days", "runs", "first_seed", "most_runs", "outcomes", "constraints", "name", "tags"),
        *("set.market.size", "set.nothing", "shock", "derive", "derive.x", "lever", "design", "design.kind"),
        *(
            "design.points",
            "design.base",
            "design.levels",
            "design.seed",
            "optimise",
            "break_even",
            "discover",
        ),
        *("optimise.maximise", "optimise.trials", "optimise.limits", "break_even.level", "break_even.at"),
        *("break_even.halvings", "discover.fails", "lever.low", "lever.high", "lever.values", "lever.steps"),
        *("lever.options", "lever.on", "lever.scale"),
    ],
)
def test_whatever_a_study_file_says_is_answered_in_one_sentence_or_taken(
    kith: Kith, tmp_path: Path, key: str
) -> None:
    head, _, field = key.partition(".")
    lines = {"lever": '[[lever]]\nname = "monetisation.price"\n', "design": "[design]\n"}
    for value in HOSTILE_VALUES:
        table = lines.get(head, f"[{head}]\n") + f"{field} = {value}\n"
        text = "scenarios = ['web']\ndays = 3\n"
        text += f"{key} = {value}\n" if not field else table
        text += "" if head == "design" else '[design]\nkind = "grid"\n'
        if head not in ("lever", "design"):
            text += '[[lever]]\nname = "monetisation.price"\nvalues = [1.0]\n'
        text = (
            text if key not in ("scenarios", "days") else text.replace("scenarios = ['web']\ndays = 3\n", "")
        )
        (tmp_path / "tiny.toml").write_text(text, encoding="utf-8")
        for size in ((), ("--quick",)):
            code, out, err = kith("status", "tiny.toml", *size)
            assert code in (0, 2), f"{text}\n{err}"
            assert code == 0 or (out, err.count("\n")) == ("", 1), f"{text}\n{err}"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("run", "nowhere"), "unknown study nowhere"),
        (("run", "tiny.toml", "--scheduler", "gpu"), "scheduler gpu: must be processes"),
        (("run", "tiny.toml", "--workers", "0"), "--workers 0: must be 1 or more"),
        (("run", "tiny.toml", "--runs", "0"), "--runs 0: must be 1 or more"),
        (("run", "tiny.toml", "--store", "tiny.toml"), "tiny.toml: is a file"),
        (("run", "tiny.toml", "--store", "."), "holds tiny.toml, which is not part of a store"),
        (("export", "tiny.toml", "--out", "frames"), "is empty; run `kith study run tiny.toml` first"),
        (("export", "tiny.toml"), "--out is missing"),
        (("export", "tiny.toml", "--out", "frames", "--every", "2"), "add one, such as --frame members"),
        (("export", "tiny.toml", "--out", "frames", "--each-day", "7"), "add one, such as --frame members"),
        (("export", "tiny.toml", "--out", "frames", "--frame", "ties", "--every", "0"), "must be 1 or more"),
        (("run", "tiny.toml", "--days", "99999999"), "days = 99999999"),
    ],
)
def test_a_wrong_request_is_one_line_and_exit_code_2(kith: Kith, args: tuple[str, ...], message: str) -> None:
    code, out, err = kith(*args)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("monetisation.price", "monetisation.prise", "did you mean monetisation.price"),
        ("[5.0, 10.0]", "[5.0, 1e9]", "at most 100000"),
        ('"margin"', '"margins"', "unknown indicator margins; did you mean margin"),
        ('kind = "grid"', 'kind = "sobol"\nbase = 3', "must be a power of two"),
        ("days = 20", 'constraints = ["monetisation.price > 10"]', "no point of the design satisfies"),
        ('"web"', '"wep"', 'did you mean "web"'),
    ],
)
def test_a_wrong_file_is_one_line_and_exit_code_2(
    kith: Kith, tmp_path: Path, old: str, new: str, message: str
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY.replace(old, new), encoding="utf-8")
    code, out, err = kith("run", "tiny.toml", "--workers", "1")
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_a_store_of_another_study_alone_has_nothing_to_export(kith: Kith, tmp_path: Path) -> None:
    assert kith("run", "tiny.toml", "--workers", "1")[0] == 0
    (tmp_path / "other.toml").write_text(TINY.replace("days = 20", "days = 21"), encoding="utf-8")
    for command in (
        ("export", "other.toml", "--out", "x"),
        ("discover", "other.toml", "--fails", "margin < 0"),
    ):
        code, out, err = kith(*command, "--store", "out/studies/tiny")
        assert (code, out) == (2, "")
        assert (
            "has no run of this study yet; run `kith study run other.toml --store out/studies/tiny` first"
            in err
        )


def test_a_store_that_holds_a_pipe_is_exit_code_2_and_a_foreign_part_exit_code_1(
    kith: Kith, tmp_path: Path
) -> None:
    place = tmp_path / "out" / "studies" / "tiny" / "results"
    place.mkdir(parents=True)
    os.mkfifo(place / "a-b.parquet")
    code, out, err = kith("status", "tiny.toml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "results/a-b.parquet is a pipe and not a file; remove it" in err
    (place / "a-b.parquet").unlink()
    (place / f"a-{hashlib.blake2b(b'dear').hexdigest()[:16]}.parquet").write_bytes(b"dear")
    code, out, err = kith("status", "tiny.toml")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "is no Parquet, so it is not part of a store; remove this file" in err


def test_failed_runs_are_told_and_exit_code_1(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    from kith.experiments.runs import runner

    monkeypatch.setattr(runner, "_full_run", lambda job, threads: 1 / 0)
    code, out, err = kith("run", "tiny.toml", "--workers", "1")
    assert code == 1
    assert "4 of 4 runs stored, 4 of them failed" in out
    assert "4 of 4 runs failed; the first error: ZeroDivisionError" in err


def test_stopping_says_what_is_kept(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    from kith.experiments.studies.store import Store

    true = Store.add

    def interrupted(self: Store, outcomes: list[object]) -> None:
        true(self, outcomes)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "add", interrupted)
    code, _, err = kith("run", "tiny.toml", "--workers", "1")
    assert code == 130
    assert "of 4 runs are stored in out/studies/tiny, and the same command resumes" in err


def test_a_store_of_another_model_is_refused(kith: Kith, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("kith.experiments.studies.store.MODEL_VERSION", "0")
        assert kith("run", "tiny.toml", "--workers", "1")[0] == 0
    code, _, err = kith("status", "tiny.toml")
    assert code == 2
    assert "was made by model 0" in err


def test_the_schema_of_study_files_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["schema", "study"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "kith study"
    assert exit_code(["schema", "stories"]) == 2


SEARCHED = """
[optimise]
maximise = ["margin"]
trials = 2
batch = 2
fresh_runs = 2
"""


def test_the_best_mix_is_told_and_written(kith: Kith, tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY + SEARCHED, encoding="utf-8")
    code, out, err = kith("optimise", "tiny.toml", "--workers", "1", "--out", "best")
    assert (code, err) == (0, "")
    assert "Best for margin: monetisation.price" in out.replace("\n", " ")
    finalists = pd.read_csv(tmp_path / "best" / "finalists.csv")
    assert finalists["runs"].tolist() == [2] * len(finalists)
    assert len(pd.read_parquet(tmp_path / "best" / "trials.parquet")) >= 1
    assert "kith study optimise inputs/tiny.toml" in (tmp_path / "best" / "report.html").read_text("utf-8")
    code, out, _ = kith("optimise", "tiny.toml", "--workers", "1", "--json", "--out", "best", "--overwrite")
    assert json.loads(out)["finalists"][0]["promised"] == pytest.approx(finalists["promised"][0])


@pytest.mark.parametrize(
    "where", ["kith.experiments.analyses.optimise._report", "kith.experiments.studies.store.Store.add"]
)
def test_a_search_that_is_stopped_says_what_is_kept(
    kith: Kith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    (tmp_path / "tiny.toml").write_text(TINY + SEARCHED, encoding="utf-8")

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, stopped)
    code, out, err = kith("optimise", "tiny.toml", "--workers", "1")
    assert (code, out) == (130, "")
    assert "stopped; the runs so far are stored in out/studies/tiny, and the same command resumes" in err


def test_break_even_is_told(kith: Kith, tmp_path: Path) -> None:
    asks = '\n[break_even]\nlever = "monetisation.price"\noutcome = "margin"\nhalvings = 2\n'
    ranged = TINY.replace("values = [5.0, 10.0]", "low = 0.0\nhigh = 40.0")
    (tmp_path / "tiny.toml").write_text(ranged + asks, encoding="utf-8")
    code, out, err = kith("break-even", "tiny.toml", "--workers", "1")
    assert (code, err) == (0, "")
    assert "0 for all monetisation.price from 0 to 40" in " ".join(out.split())
    result = json.loads(kith("break-even", "tiny.toml", "--workers", "1", "--json", "--out", "even")[1])
    assert len(pd.read_csv(tmp_path / "even" / "tried.csv")) == len(result["tried"])
    assert "kith study break-even inputs/tiny.toml" in (tmp_path / "even" / "report.html").read_text("utf-8")
    assert [row["monetisation.price"] for row in result["tried"]][:: len(result["tried"]) - 1] == [0, 40]


def test_a_search_that_the_file_does_not_ask_for_is_refused(kith: Kith) -> None:
    for command, table in (("optimise", "[optimise]"), ("break-even", "[break_even]")):
        code, out, err = kith(command, "tiny.toml")
        assert (code, out) == (2, "")
        assert f"has no {table}" in err


SAMPLED = """
scenarios = ["web", "pool"]
days = 5
outcomes = ["margin"]

[[lever]]
name = "monetisation.price"
low = 0.0
high = 10.0

[design]
kind = "random"
points = 120
"""


def filled(name: str = "sampled.toml") -> None:
    """Made-up results of that study: a web pays at a price above 6, a pool never does."""
    study = read_study(name)
    kept = Store(Path("out", "studies", study.name))
    rows = stored_plan(study, kept).to_dict("records")
    made = [(r["run_id"], r["scenario"] == "web" and r["monetisation.price"] > 6) for r in rows]
    kept.add([RunResult(run, 0, run, "2", {"margin": 1.0 if pays else -1.0}) for run, pays in made])


@pytest.mark.slow
def test_worlds_in_which_a_plan_fails_are_told_and_written(
    kith: Kith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kith.experiments.analyses.discovery.SHUFFLES", 39)
    own = '[discover]\nfails = "margin < 0"\nscenario = "web"\n'
    (tmp_path / "sampled.toml").write_text(SAMPLED + own, encoding="utf-8")
    filled()
    code, out, err = kith("discover", "sampled.toml", "--out", "where")
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    assert "Under which conditions is margin < 0?" in said
    assert "Most often where monetisation.price ≤ 6" in said
    page = (tmp_path / "where" / "report.html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "kith study discover inputs/sampled.toml" in page
    worlds = pd.read_csv(tmp_path / "where" / "worlds.csv")
    assert (worlds["fails"] == (worlds["monetisation.price"] <= 6)).all()
    again = kith(
        "discover", "sampled.toml", "--fails", "margin > 0", "--json", "--out", "where", "--overwrite"
    )
    assert again[0] == 0
    result = json.loads(again[1])
    assert (result["holds"], result["missing"]) == (True, 0)
    assert result["rules"][0]["rule"].startswith("monetisation.price > ")
    assert kith("discover", "sampled.toml", "--prim", "--out", "boxes")[0] == 0
    page = (tmp_path / "boxes" / "report.html").read_text("utf-8")
    assert "kith study discover inputs/sampled.toml --prim" in page, "the command repeats what the page shows"
    code, out, err = kith("discover", "sampled.toml", "--scenario", "pool")
    assert (code, out) == (2, "")
    assert "is true at 120 of 120 points" in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "has no [discover]; define failure with --fails"),
        (("--fails", "margin < 0"), "choose one with scenario"),
        (("--fails", "margin < 0", "--scenario", "wed"), "did you mean web?"),
        (("--fails", "margin", "--scenario", "web"), "compare it, as in"),
        (("--fails", "", "--scenario", "web"), "cannot be read"),
        (("--fails", "margins < 0", "--scenario", "web"), "did you mean margin?"),
        (("--fails", "margin < 0", "--scenario", "web"), "is empty; run `kith study run sampled.toml` first"),
    ],
)
def test_a_failure_that_cannot_be_looked_for_is_refused(
    kith: Kith, tmp_path: Path, args: tuple[str, ...], message: str
) -> None:
    (tmp_path / "sampled.toml").write_text(SAMPLED, encoding="utf-8")
    code, out, err = kith("discover", "sampled.toml", *args)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", list(studies()))
def test_every_study_of_the_library_runs_at_reduced_size(kith: Kith, name: str) -> None:
    code, out, err = kith("run", name, "--quick", "--workers", "1")
    assert code == 0, err
    assert all(re.search(" has no effect (in|here)", line) for line in err.splitlines()), err
    assert "missing" not in out
    assert kith("export", name, "--quick", "--out", "frames")[0] == 0
    page = Path("frames/report.html").read_text("utf-8")
    assert f"kith study run {name} --quick" in page
    assert "<script" not in page
    assert page.count("<svg") >= 1


def test_a_setting_holds_at_every_point_and_belongs_to_the_study(kith: Kith, tmp_path: Path) -> None:
    more = ["--set", "value.peers=0.2"]
    assert kith("run", "tiny.toml", "--workers", "1", *more)[0] == 0
    assert '"missing": 0' in kith("status", "tiny.toml", "--json", *more)[1]
    assert '"stored": 0' in kith("status", "tiny.toml", "--json")[1]
    assert kith("export", "tiny.toml", "--out", "told", *more)[0] == 0
    command = json.loads((tmp_path / "told" / "provenance.json").read_text("utf-8"))["command"]
    assert command.endswith("--set value.peers=0.2")


def test_a_setting_of_a_lever_is_refused(kith: Kith) -> None:
    code, _, err = kith("run", "tiny.toml", "--set", "monetisation.price=3")
    assert code == 2
    assert "is a lever of the study" in err
