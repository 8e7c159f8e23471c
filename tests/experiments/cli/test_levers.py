"""`kith levers`, and what other commands say of settings without effect."""

from pathlib import Path

import pytest

from kith.experiments.analyses.levers.stored import read
from kith.experiments.cli.app import exit_code
from kith.experiments.reports.levers.audit_page import page
from kith.sim.engine import MODEL_VERSION

FEW = ["--runs", "4", "--days", "20", "--workers", "1", "--parameter", "monetisation.price"]
SMALL = ["--set", "market.size=400", "--set", "market.founders=50", "--days", "5"]


def test_the_reason_is_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "levers"
    assert exit_code(["levers", "web", *FEW, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert (
        "monetisation.price has no effect here: nobody pays a price while monetisation.model is none"
        in printed
    )
    assert max(map(len, printed.splitlines())) <= 100
    before = (out / "levers.json").read_bytes()
    assert (out / "levers.md").read_text("utf-8") == page(read(out)), (
        "the page is of the numbers that are kept"
    )
    assert exit_code(["levers", "web", *FEW, "--out", str(out), "--json"]) == 0
    assert (out / "levers.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["wbe"], 'did you mean "web"'),
        (["web", "--parameter", "monetisation.prise"], "did you mean monetisation.price"),
        (["web", "--runs", "2"], "must be at least 4"),
    ],
)
def test_a_wrong_request_is_refused(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["levers", *words]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_of_others_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert exit_code(["levers", "web", *FEW, "--out", str(tmp_path)]) == 2
    assert "mine.txt" in capsys.readouterr().err


def test_a_folder_with_another_result_is_refused_unless_it_is_to_be_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "here"
    assert exit_code(["run", "web", *SMALL, "--out", str(out)]) == 0
    before = sorted(path.name for path in out.iterdir())
    for words in (["levers", "web", *FEW], ["patterns", "SF3", "--quick", "--workers", "1"]):
        capsys.readouterr()
        assert exit_code([*words, "--out", str(out)]) == 2
        assert "holds a result already; name a new folder, or add --overwrite" in capsys.readouterr().err
        assert sorted(path.name for path in out.iterdir()) == before
    assert exit_code(["levers", "web", *FEW, "--out", str(out), "--overwrite"]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["levers.json", "levers.md"]
    capsys.readouterr()
    other = ["--runs", "5", *FEW[2:]]
    assert exit_code(["levers", "web", *other, "--out", str(out)]) == 2
    assert "holds the levers of web with another number of runs" in capsys.readouterr().err


def test_a_setting_without_effect_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "web", *SMALL, "--set", "monetisation.price=12"]) == 0
    warned = capsys.readouterr().err
    assert (
        "monetisation.price has no effect here: nobody pays a price while monetisation.model is none"
        in warned
    )
    assert "market.size has no effect" not in warned


def test_a_shock_after_the_last_day_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["run", "web", *SMALL, "--days", "20", "--shock", "20 spam_wave items=9"]) == 0
    assert (
        "the shock spam_wave on day 20 has no effect here: the run ends after 20 days"
        in capsys.readouterr().err
    )
    wanted = ["compare", "web", "--runs", "1", "--workers", "1", *SMALL, "--days", "20"]
    assert exit_code([*wanted, "--arm", "late: web 25 spam_wave items=9"]) == 0
    assert "the shock spam_wave on day 25 has no effect here" in capsys.readouterr().err


def test_a_comparison_names_the_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ["compare", "web", "fee", "--runs", "1", "--workers", "1", *SMALL]
    assert exit_code([*wanted, "--set", "monetisation.price=12"]) == 0
    assert "monetisation.price has no effect in web: nobody pays" in capsys.readouterr().err


def test_show_marks_what_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["show", "web"]) == 0
    assert "no effect here: nobody pays a price while monetisation.model is none" in capsys.readouterr().out


def test_the_page_of_the_documentation_is_of_this_model(root: Path) -> None:
    page = (root / "docs" / "reference" / "levers" / "levers.md").read_text("utf-8")
    assert f"Model {MODEL_VERSION}," in page
    assert "no reason is known" not in page


def test_an_effect_lies_within_its_interval(root: Path) -> None:
    page = (root / "docs" / "reference" / "levers" / "levers.md").read_text("utf-8").replace("−", "-")
    rows = [line.split(" | ") for line in page.splitlines() if " % | " in line and " to " in line]
    assert len(rows) > 20
    for row in rows:
        effect = float(row[3].strip("()").removesuffix(" %"))
        low, high = map(float, row[4].split(" to "))
        assert low - 1.0 <= effect <= high + 1.0, row
