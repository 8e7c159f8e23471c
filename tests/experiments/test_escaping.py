"""Text from others is shown and never obeyed: on the terminal, on pages, in spreadsheets, pictures, JSON and file names."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.experiments.escaping import (
    LONGEST_MESSAGE,
    LONGEST_NAME,
    for_csv,
    for_file_name,
    for_html,
    for_json,
    for_message,
    for_svg,
    for_terminal,
)

ACTING = "\x00\x07\x08\x0d\x1b\x7f\x9b\u202a\u202e\u2066\u2069\u2028"
EVIL = "\x1b]0;owned\x07\x1b[2J\u202etxt.exe\x9b31m<script>alert(1)</script>"

type Kith = Callable[..., tuple[int, str, str]]


def acting(text: str) -> list[str]:
    """The characters in a text that a terminal would obey."""
    return [c for c in text if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or c in ACTING]


@given(st.text() | st.text(alphabet=ACTING + "a<\"'&=\n"))
def test_nothing_in_escaped_text_acts(text: str) -> None:
    for escape in (for_terminal, for_message, for_html, for_svg):
        assert not acting(escape(text))
        assert escape(escape(text)) == escape(text) or escape in (for_html, for_svg)
    assert not re.search("[<>\"']", for_html(text))
    assert len(for_message(text)) <= LONGEST_MESSAGE + 1
    assert "\n" not in for_message(text)
    assert ET.fromstring(f"<a b='{for_svg(text)}'>{for_svg(text)}</a>") is not None
    encoded = for_json(json.dumps([text], ensure_ascii=False))
    assert not acting(encoded)
    assert json.loads(encoded) == [text]


@given(st.text())
def test_a_file_name_made_from_text_is_a_plain_one(text: str) -> None:
    name = for_file_name(f"{text}.csv")
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*", name)
    assert len(name) <= LONGEST_NAME
    assert name.endswith("csv")


def test_a_long_word_keeps_its_ends_and_a_message_its_way_out() -> None:
    said = for_message(f"--out /there/{'x' * 5000}/end.txt: is a file; name a folder")
    assert said.startswith("--out /there/xxx")
    assert said.endswith("xxx/end.txt: is a file; name a folder")
    assert len(said) < 250


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "=", "--x"]
)
def test_text_that_a_spreadsheet_would_compute_begins_with_an_apostrophe(text: str) -> None:
    found = for_csv(pd.DataFrame({text: [text], "kind": pd.Categorical([text])}))
    for cell in pd.read_csv(pd.io.common.StringIO(found), header=None, dtype=str).to_numpy().ravel():
        assert cell == "kind" or cell.startswith("'")


def test_numbers_and_plain_text_stay_as_they_are_in_csv() -> None:
    frame = pd.DataFrame(
        {
            "n": [-1, 2], "x": [-0.5, float("nan")], "b": [True, False], "text": ["a-b", None],
            "mixed": ["-5", 3.0], "kind": pd.Categorical(["u", "v"]), "day": pd.to_datetime(["2026-01-01"] * 2),
        }
    )  # fmt: skip
    assert for_csv(frame) == frame.to_csv(index=False)


SCENARIO = """
extends = "web"
title = {evil}
question = {evil}
text = {evil}
tags = [{evil}]
sources = [{evil}]
market.size = 300
market.founders = 40
"""

STUDY = """
title = {evil}
question = {evil}
scenarios = ["evil.toml"]
days = 5
runs = 1
outcomes = ["active"]

[[lever]]
name = "thanks"
[lever.options]
{evil} = {{}}
'=HYPERLINK("http://x.test","click")' = {{}}

[design]
kind = "grid"
"""


@pytest.mark.slow
def test_a_hostile_scenario_and_study_reach_no_terminal_page_or_spreadsheet_raw(
    kith: Kith, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = json.dumps(EVIL, ensure_ascii=True)
    (tmp_path / "evil.toml").write_text(SCENARIO.format(evil=evil), encoding="utf-8")
    (tmp_path / "ask.toml").write_text(STUDY.format(evil=evil), encoding="utf-8")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)  # a terminal gets no less care
    requests: list[list[str]] = [
        ["show", "evil.toml"],
        ["show", "evil.toml", "--json"],
        ["run", "evil.toml", "--days", "5", "--out", "one"],
        ["compare", "evil.toml", "web", "--runs", "2", "--days", "5", "--workers", "1", "--out", "two", "--set", "market.size=300",
         "--set", "market.founders=40"],
        ["study", "run", "ask.toml", "--workers", "1"],
        ["study", "status", "ask.toml"],
        ["study", "export", "ask.toml", "--out", "three"],
        ["list", EVIL],
        ["run", EVIL],
        ["study", "run", f"{EVIL}.toml"],
    ]  # fmt: skip
    for request in requests:
        code, out, err = kith(*request)
        assert code in (0, 2), err
        plain = re.sub(r"\x1b\[[0-9;]*m", "", out) if code == 0 else out  # colours of our own
        assert not acting(plain + err), (request, acting(plain + err))
    pages = [*tmp_path.glob("*/*.html"), *tmp_path.glob("*/*.json"), *tmp_path.glob("*/*.csv")]
    assert len(pages) >= 6
    for page in pages:
        text = page.read_text("utf-8")
        assert not acting(text), page.name
        assert "<script>alert" not in text or page.suffix != ".html"
    runs = pd.read_csv(tmp_path / "three" / "runs.csv")
    assert {name[0] for name in runs["thanks"]} == {"'", "\\"}
    for cell in (cell for row in pd.read_csv(tmp_path / "three" / "points.csv").to_numpy() for cell in row):
        assert not (isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")))


def test_a_name_in_a_picture_is_no_markup_and_no_control_character() -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    from kith.experiments.charts.theme import exported

    figure: Any = Figure()
    with mpl.rc_context({"svg.fonttype": "none", "text.parse_math": False}):
        figure.text(0.5, 0.5, EVIL + "$\\frac")
        picture = exported(figure, "p", EVIL, EVIL)
    assert not acting(picture)
    assert "<script>" not in picture
    assert ET.fromstring(picture.replace("xlink:", "")) is not None
