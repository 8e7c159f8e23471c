"""A slide says the answer, three numbers with intervals, a caveat and its assumptions, in four kinds of files."""

import io
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from kith.experiments.cli.app import exit_code
from kith.experiments.comparison.comparison import Comparison, compare
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.reports.slide import Slide, figure_of, slide_file, slide_of

SMALL = {"market.size": 300, "market.founders": 60}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(["pool", "hub"], runs=4, days=60, overrides=SMALL, workers=1)


@pytest.fixture(scope="module")
def slide(comparison: Comparison) -> Slide:
    return slide_of(comparison, "kith compare pool hub --runs 4")


def test_a_slide_has_the_answer_three_numbers_a_caveat_and_assumptions(
    comparison: Comparison, slide: Slide
) -> None:
    assert comparison_answer(comparison).startswith(slide.headline)
    assert len(slide.numbers) == 3
    row = comparison.row("active", "hub")
    title, (pool, hub) = slide.numbers[0]
    assert title == "Active members"
    assert pool.startswith("pool: ")
    assert f"{row['difference']:.0f}" in hub and " to " in hub
    assert "not a forecast" in slide.caveat and "95 % intervals from 4 paired runs" in slide.caveat
    assert "300 people, 60 days" in slide.assumptions
    assert "Tie to a central figure (hub) 1" in slide.assumptions
    assert "kith compare pool hub --runs 4" in slide.assumptions


def test_a_headline_of_ones_own_replaces_the_sentence(comparison: Comparison) -> None:
    assert slide_of(comparison, headline="Hire a host").headline == "Hire a host"


@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_slide_is_a_picture_in_three_formats(slide: Slide, kind: str, begins: bytes) -> None:
    content = slide_file(slide, kind)
    assert content.startswith(begins)
    assert content == slide_file(slide, kind)
    if kind == "svg":
        assert b"Active members over time" in content


def test_everything_on_a_picture_lies_within_it_and_nothing_on_anything_else(comparison: Comparison) -> None:
    made = slide_of(comparison)
    long = "web (model subscrip…, price 6): 1,055 (−1,209; −1,232 to −1,116, not resolved)"
    for scenarios in (1, 2, 4):
        crowded = replace(made, numbers=[(title, [long] * scenarios) for title, _ in made.numbers])
        figure = figure_of(crowded)
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in figure.texts]
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)
        assert not any(first.overlaps(second) for first, second in combinations(boxes, 2)), scenarios


def test_a_command_that_writes_files_first_is_whole_in_the_notes(comparison: Comparison) -> None:
    pptx = pytest.importorskip("pptx")
    command = "cat > './a.toml' <<'END'\nextends = [\"web\"]\nEND\nkith compare web ./a.toml"
    made = slide_of(comparison, command)
    assert (
        "Repeat with the scenario files that Compare saves and: kith compare web ./a.toml" in made.assumptions
    )
    [page] = pptx.Presentation(io.BytesIO(slide_file(made, "pptx"))).slides
    assert command in page.notes_slide.notes_text_frame.text


def test_a_presentation_has_text_and_a_chart_with_its_data(slide: Slide) -> None:
    pptx = pytest.importorskip("pptx")
    deck = pptx.Presentation(io.BytesIO(slide_file(slide, "pptx")))
    [page] = deck.slides
    words = " ".join(shape.text_frame.text for shape in page.shapes if shape.has_text_frame)
    assert slide.headline in words
    assert slide.caveat in words
    [chart] = [shape.chart for shape in page.shapes if shape.has_chart]
    lines = {series.name: list(series.values) for series in chart.plots[0].series}
    assert set(lines) == {"pool", "hub"}
    assert slide.lines.index[-1] == 59, "the last day is drawn"
    assert chart.category_axis.minimum_scale == 0
    assert lines["hub"][-1] == slide.lines["hub"].iloc[-1]
    inside = [
        shape
        for shape in page.shapes
        if shape.left >= 0
        and shape.top >= 0
        and shape.left + shape.width <= deck.slide_width
        and shape.top + shape.height <= deck.slide_height
    ]
    assert len(inside) == len(page.shapes)


def test_the_command_writes_a_slide_and_refuses_other_names_before_any_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "pool", "hub", "--runs", "1", "--days", "5", "--workers", "1", "--slide"]
    small = ["--set", "market.size=300", "--set", "market.founders=60"]
    assert exit_code([*words, str(tmp_path / "board.svg"), *small]) == 0
    assert (tmp_path / "board.svg").read_bytes().startswith(b"<?xml")
    assert exit_code([*words, str(tmp_path / "board.doc"), *small]) == 2
    assert "end its name with .svg, .png, .pdf or .pptx" in capsys.readouterr().err
