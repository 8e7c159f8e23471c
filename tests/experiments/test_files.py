"""Results are there whole or not at all, and nothing of others is ever touched."""

from pathlib import Path
from typing import Any

import pytest

from kith.experiments.comparison.comparison import Comparison
from kith.experiments.errors import OutputError
from kith.experiments.files import check_folder, whole_folder, write_text
from kith.experiments.reports.write_folders import write_comparison, write_run

OF_EVERY_BUNDLE = {"figures", "plans.json", "provenance.json", "ro-crate-metadata.json"}


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_a_folder_appears_when_it_is_done(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    with whole_folder(target) as partial:
        (partial / "summary.json").write_text("{}", "utf-8")
        assert not target.exists()
    assert content(target) == {"summary.json": "{}"}
    assert [p.name for p in target.parent.iterdir()] == ["out"]


def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    def write_half() -> None:
        with whole_folder(tmp_path / "deep" / "out") as partial:
            (partial / "series.parquet").write_text("half", "utf-8")
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_earlier_output_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with whole_folder(target) as partial:
        (partial / "summary.json").write_text("first", "utf-8")
    with pytest.raises(KeyboardInterrupt), whole_folder(target):
        raise KeyboardInterrupt
    assert content(target) == {"summary.json": "first"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_exchange_puts_the_earlier_output_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "summary.json").write_text("first", "utf-8")
    rename = Path.rename

    def fail(self: Path, to: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError("no")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no"), whole_folder(target):
        pass
    assert content(target) == {"summary.json": "first"}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for name in ("table.json", "summary.json"):
        with whole_folder(check_folder(target, overwrite=True)) as partial:
            (partial / name).write_text(name, "utf-8")
    assert content(target) == {"summary.json": "summary.json"}


def test_a_text_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_text(page, "first")
    with pytest.raises(UnicodeEncodeError):
        write_text(page, "second \ud800")
    assert content(tmp_path) == {"page.html": "first"}


def make_file(path: Path) -> Path:
    path.write_text("mine", "utf-8")
    return path


def make_folder_of_others(path: Path) -> Path:
    path.mkdir()
    make_file(path / "summary.json")
    make_file(path / "thesis.tex")
    return path


def make_folder_without_mark(path: Path) -> Path:
    path.mkdir()
    make_file(path / "report.html")
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (make_file, "is a file"),
        (make_folder_of_others, "thesis.tex, which kith did not write"),
        (make_folder_without_mark, "not an output of kith"),
        (lambda path: make_file(path) / "below", "is a file; name a folder below a folder"),
    ],
)
def test_what_is_in_the_way_is_named(tmp_path: Path, make: Any, message: str) -> None:
    with pytest.raises(OutputError, match=message):
        check_folder(make(tmp_path / "out"))


def test_the_folder_one_stands_in_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in (".", ".."):
        with pytest.raises(OutputError, match="the current folder"):
            check_folder(Path(place))


def test_a_place_that_takes_no_folder_is_refused() -> None:
    with pytest.raises(OutputError, match="cannot be written to"):
        check_folder(Path("/proc/out"))


def test_a_new_or_empty_folder_is_fine(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "new" / "deep") == tmp_path / "new" / "deep"
    (tmp_path / "empty").mkdir()
    assert check_folder(tmp_path / "empty") == tmp_path / "empty"


def test_a_run_leaves_its_frames_a_row_of_indicators_and_a_report(tmp_path: Path, record: Any) -> None:
    import pandas as pd

    write_run(record, tmp_path / "out", "kith run hub")
    names = {
        "series.parquet",
        "members.parquet",
        "ties.parquet",
        "events.parquet",
        "summary.json",
        "report.html",
        *("runs.parquet", "runs.csv", "summary.tex"),
    }
    assert {path.name for path in (tmp_path / "out").iterdir()} == names | OF_EVERY_BUNDLE
    assert check_folder(tmp_path / "out", overwrite=True) == tmp_path / "out"
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "series.parquet"), record.series)


def test_a_comparison_leaves_its_tables_its_runs_and_a_report(tmp_path: Path, comparison: Comparison) -> None:
    write_comparison(comparison, tmp_path / "out")
    names = {"table.csv", "table.parquet", "table.json", "table.tex", "report.html", "series.parquet"}
    names |= {"runs.parquet", "runs.csv"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names | OF_EVERY_BUNDLE


def test_a_report_that_fails_takes_the_tables_with_it(
    tmp_path: Path, comparison: Comparison, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kith.experiments.reports import comparison as report

    def fail(*_: object) -> str:
        raise ValueError("no ink")

    monkeypatch.setattr(report, "comparison_page", fail)
    with pytest.raises(ValueError, match="no ink"):
        write_comparison(comparison, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
