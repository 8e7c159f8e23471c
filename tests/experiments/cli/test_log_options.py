"""How a log is read can be said on the command line, is repeated by reports, and what was read is shown first."""

import shlex
from pathlib import Path

import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.cli.log_options import LogOptions

ROWS = "".join(
    f"m{n % 7},{1 + n % 9}/{10 + n % 15}/2024 10:0{n % 9},post,m{(n + 1) % 7}\n" for n in range(80)
)
TABLE = "Wer;Wann;Was;Wem\n" + ROWS.replace(",", ";") + "x;soon;post;\n"
COLUMNS = ["--columns", "member=Wer time=Wann", "--columns", "action=Was,target=Wem"]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.txt"
    path.write_text(TABLE)
    return path


def kith(*words: object) -> int:
    return exit_code([str(word) for word in words])


@pytest.mark.parametrize(
    "command", [["run", "web"], ["compare", "pool", "web", "--runs", "2", "--workers", "1"]]
)
def test_what_was_read_is_shown_first_and_options_are_heeded(
    log: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert kith(*command, "--from-log", log, "--days", 2, *COLUMNS, "--zone", "Asia/Tokyo") == 0
    shown = capsys.readouterr()
    lines = shown.err.splitlines()
    assert "80 of 81 rows, 7 members" in lines[0]
    assert any("skipped: 1 bad row: line 82" in line for line in lines)
    assert any("dates were read with the month first" in line for line in lines)
    assert any(line.startswith("founded on 2024-") and "founders" in line for line in lines)
    assert "bad row" not in shown.out


@pytest.mark.parametrize(
    "command", [["run", "web"], ["compare", "pool", "web", "--runs", "2", "--workers", "1"]]
)
def test_a_log_can_be_lived_again_and_the_report_repeats_it(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert kith(*command, "--replay", log, *COLUMNS, "--month-first", "--out", tmp_path / "out") == 0
    shown = capsys.readouterr()
    assert "80 of 81 rows, 7 members" in shown.err.splitlines()[0]
    line = "replayed from 2024-01-10: 7 arrivals in 259 days, 100 % of whom contribute on the day they arrive"
    assert line in shown.err
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert f"--days 259 --replay {log.name} --columns" in page


def test_a_replay_is_no_founding(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kith("run", "web", "--replay", log, "--from-log", log) == 2
    assert "--replay begins with an empty community" in capsys.readouterr().err
    assert (
        kith("run", "web", "--replay", log, *COLUMNS, "--set", "market.size=10", "--set", "market.founders=5")
        == 2
    )
    assert "contradicts the replay" in capsys.readouterr().err


REFUSED = {
    "a bad row, strictly": (["--strict"], "without --strict they are skipped"),
    "too many bad rows": (["--max-bad", "0"], "allow more with --max-bad"),
    "a zone that is none": (["--zone", "Nowhere/Else"], "zone"),
    "a format that is none": (["--format", "xls"], "choose one of"),
    "the wrong order of day and month": (["--day-first"], "bad rows"),
    "a file of identities that is not there": (["--identities", "none.csv"], "does not exist"),
    "duplicates of a third kind": (["--duplicates", "maybe"], "auto, drop or keep"),
    "columns without names": (["--columns", "member"], "give fields and columns"),
    "a column named twice": (["--columns", "member=Was"], "given twice"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_in_a_sentence(
    log: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    words, expected = REFUSED[name]
    assert kith("run", "web", "--from-log", log, "--days", 2, *COLUMNS, *words) == 2
    error = capsys.readouterr().err
    assert expected in error
    assert "Traceback" not in error


def test_options_without_a_log_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert kith("run", "web", "--month-first") == 2
    assert "--month-first: needs --from-log" in capsys.readouterr().err


def test_a_report_repeats_how_the_log_was_read(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "run",
        "web",
        "--from-log",
        str(log),
        "--days",
        "2",
        *COLUMNS,
        "--max-bad",
        "0.1",
        "--month-first",
    ]
    assert kith(*command, "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for words in ("--max-bad 0.1", "--month-first", "member=Wer"):
        assert words in page


def test_columns_may_have_blanks_in_their_names() -> None:
    options = LogOptions(columns=["member=User ID time=Created At"], max_bad=0.0, day_first=False)
    assert options.given() == {
        "columns": {"member": "User ID", "time": "Created At"},
        "max_bad": 0.0,
        "day_first": False,
    }
    assert shlex.join(options.words()) == (
        "--columns 'member=User ID time=Created At' --month-first --max-bad 0.0"
    )


def test_a_log_comes_from_standard_input(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with log.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert kith("run", "web", "--from-log", "-", "--days", 2, *COLUMNS) == 0
    assert "standard input: table (CSV)" in capsys.readouterr().err
