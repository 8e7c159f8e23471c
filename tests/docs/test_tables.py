"""Tables of the documentation that a command writes: each is on the page where its command puts it, once."""

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from kith.experiments.calibration.forecast import closed_form
from kith.experiments.calibration.forecast.judge import OURS, PREVIOUS, TRUE
from kith.experiments.calibration.forecast.rivals import RIVALS
from kith.scenarios.catalogue import logs

WRITERS = ("forecasts", "founding_round_trip", "logs_beside_presets")
WORDS = 4_000
WHOLE = {"docs/explanation/patterns/patterns.md", "docs/reference/claims.md"}
"what a command prints as one page"


@pytest.fixture
def writers(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The scripts that write tables, by name."""
    monkeypatch.syspath_prepend(str(root / "docs" / "measures"))
    return {name: import_module(name) for name in WRITERS}


def tables(page: Path) -> dict[str, list[str]]:
    """The lines of every table of a page that stands between comments, by its name."""
    found = re.findall(r"<!-- (.+?) -->\n(.*?)\n<!-- end of \1 -->", page.read_text("utf-8"), re.DOTALL)
    return {name: text.split("\n") for name, text in found}


def test_every_table_is_on_the_page_where_its_command_puts_it(
    root: Path, writers: dict[str, ModuleType]
) -> None:
    written = sorted(entry for writer in writers.values() for entry in writer.PAGES.items())
    explanation = root / "docs" / "explanation"
    shown = []
    for page in (root / "docs").glob("**/*.md"):
        ends = re.findall(r"^<!-- end of (.+) -->$", page.read_text("utf-8"), re.MULTILINE)
        assert sorted(ends) == sorted(tables(page))
        shown += [(name, page.relative_to(explanation).as_posix()) for name in ends]
    assert sorted(shown) == written


def test_tables_have_the_columns_that_their_command_writes(
    root: Path, writers: dict[str, ModuleType]
) -> None:
    """Of the fits, which take long, the heads; of what the code says, all."""
    forecasts, presets = writers["forecasts"], writers["logs_beside_presets"]
    made = forecasts.tables({})
    heads = {"recovery": forecasts.PARAMETER_HEAD, "whole recovery": forecasts.WHOLE_HEAD}
    assert set(made) == set(forecasts.PAGES) - set(heads)
    for name, head in heads.items():
        page = tables(root / "docs" / "explanation" / forecasts.PAGES[name])[name]
        assert page[0] == f"| {' | '.join(head)} |"
    for name, lines in made.items():
        page = tables(root / "docs" / "explanation" / forecasts.PAGES[name])[name]
        if name == "priors":
            assert page == lines
        elif name != "verdicts":
            assert page[0].startswith(lines[0].removesuffix("|").rstrip())
            columns = page[0].count("|")
            assert {line.count("|") for line in page} == {columns}
    goals = tables(root / "docs" / "explanation" / forecasts.PAGES["goals"])["goals"]
    assert goals[2 - len(made["goals"]) :] == made["goals"][2:], "runs of each forecast, and recovery"
    timed = [line.split("`")[1] for line in goals if "| minutes on two cores |" in line]
    assert timed == list(forecasts.CASES)
    statistics = tables(root / "docs" / "explanation" / presets.PAGES["statistics"])["statistics"]
    assert statistics == presets.statistics_table().split("\n")


@pytest.mark.slow
def test_the_measures_of_the_logs_that_ship_are_those_of_today(
    root: Path, writers: dict[str, ModuleType]
) -> None:
    presets = writers["logs_beside_presets"]
    page = root / "docs" / "explanation" / presets.PAGES["logs"]
    measured = presets.table({name: presets.of_log(name) for name in logs()})
    assert tables(page)["logs"] == measured.split("\n")


def test_a_page_without_a_place_is_refused(
    tmp_path: Path, writers: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = import_module("tables_on_pages")
    monkeypatch.setattr(helper, "EXPLANATION", tmp_path)
    page = tmp_path / "page.md"
    for text in ("nothing\n", "<!-- a -->\nold\n", "<!-- a -->\n1\n<!-- end of a -->\n" * 2):
        page.write_text(text, "utf-8")
        with pytest.raises(SystemExit, match="not one place for a"):
            helper.put("page.md", "a", "new")
        assert page.read_text("utf-8") == text
    page.write_text("before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n", "utf-8")
    helper.put("page.md", "a", "new")
    assert page.read_text("utf-8") == "before\n<!-- a -->\nnew\n<!-- end of a -->\nafter\n"


def test_no_page_is_longer_than_one_sitting(root: Path) -> None:
    docs = root / "docs"
    made = (docs / ".gitignore").read_text("utf-8").split()  # from the code, to look things up in
    pages = {p.relative_to(root).as_posix(): p for p in docs.glob("**/*.md")}
    pages = {name: p for name, p in pages.items() if p.relative_to(docs).as_posix() not in made}
    long = {name: len(p.read_text("utf-8").split()) for name, p in pages.items()}
    assert {name: n for name, n in long.items() if n > WORDS and name not in WHOLE} == {}


def test_forecasters_on_the_pages_are_those_that_are_scored(
    root: Path, writers: dict[str, ModuleType]
) -> None:
    page = root / "docs" / "explanation" / writers["forecasts"].PAGES["held out"]
    named = {line.split(" | ")[2] for line in tables(page)["held out"][2:]}
    ours = {"kith", *OURS, *(name + TRUE for name in (*OURS, closed_form.NAME))}
    assert named == {*RIVALS, *ours, closed_form.NAME, PREVIOUS}
