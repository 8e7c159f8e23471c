"""`kith measure`: what was read comes first, then every statistic, as a table, JSON, or a folder."""

import json
from pathlib import Path

import pandas as pd
import pytest

import kith
from kith.experiments.cli.app import exit_code
from kith.experiments.evidence.statistics import STATISTICS

ROWS = [f"m{n % 15};{1 + n % 28}.0{1 + n % 6}.2024 10:0{n % 9};post;m{(n + 1) % 15}" for n in range(200)]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.txt"
    path.write_text("Wer;Wann;Was;Wem\n" + "\n".join(ROWS) + "\nx;soon;post;\n")
    return path


READ = ["--columns", "member=Wer time=Wann action=Was target=Wem"]


def measured(*words: object) -> int:
    return exit_code(["measure", *(str(word) for word in words)])


def test_what_was_read_comes_first_and_the_table_after(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(log, *READ, "--replicates", 20) == 0
    shown = capsys.readouterr()
    assert "200 of 201 rows, 15 members" in shown.err.splitlines()[0]
    assert "skipped: 1 bad row: line 202" in shown.err
    assert "Gini coefficient of actions" in shown.out
    assert "What the log cannot tell" in shown.out
    assert "the log has no registrations" in shown.out
    assert "nan" not in shown.out


def test_json_holds_every_statistic_and_what_was_read(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(log, *READ, "--json", "--replicates", 0) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in printed["statistics"]] == list(STATISTICS)
    assert printed["read"]["bad"] == 1
    assert all((row["value"] is None) == bool(row["reason"]) for row in printed["statistics"])


def test_several_logs_stand_side_by_side(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = log.with_name("other.txt")
    other.write_text(log.read_text())
    assert measured(log, other, *READ, "--replicates", 0) == 0
    assert "other.txt" in capsys.readouterr().out.splitlines()[0]
    assert measured(log, log, *READ) == 2
    assert "given twice" in capsys.readouterr().err


def test_a_folder_holds_tables_and_a_report_and_can_be_written_again(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert measured(log, *READ, "--out", out, "--replicates", 20) == 0
    assert measured(log, *READ, "--out", out, "--replicates", 20) == 2
    assert measured(log, *READ, "--out", out, "--replicates", 20, "--overwrite") == 0
    names = {
        f"{name}.{kind}"
        for name in ("measures", "growth", "survival", "returns")
        for kind in ("csv", "parquet")
    }
    assert {path.name for path in out.iterdir()} == names | {"measures.json", "report.html"}
    assert list(pd.read_parquet(out / "measures.parquet")["name"]) == list(STATISTICS)
    page = (out / "report.html").read_text()
    for words in ("What was read", "What the log cannot tell", "Growth", "Who contributes"):
        assert words in page
    assert "--columns" in page


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--action", "sing"], "the log has none of them; it has post"),
        (["--inactivity", "0"], "must be 1 or more"),
        (["--replicates", "-1"], "must be 0 or more"),
        (["--newcomers"], "nobody whose join is in the log acts"),
        (["--zone", "Nowhere/Else"], "zone"),
    ],
)
def test_a_wrong_request_is_refused_in_a_sentence(
    log: Path, capsys: pytest.CaptureFixture[str], words: list[str], expected: str
) -> None:
    assert measured(log, *READ, *words) == 2
    error = capsys.readouterr().err
    assert expected in error
    assert "Traceback" not in error


def test_hostile_names_stay_text_in_the_report(tmp_path: Path) -> None:
    log = tmp_path / "<img src=x>.csv"
    log.write_text(
        "member,time,action\n" + "".join(f"=1+{n},2024-01-0{1 + n % 9},<b>post\n" for n in range(40))
    )
    assert measured(log, "--out", tmp_path / "out", "--replicates", 0) == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<img" not in page
    assert "<b>post" not in page


def test_a_shipped_log_is_measured_by_its_name() -> None:
    assert kith.measure("chat_docker", replicates=0)["members"] == 2355
