"""Text is told from its ground by everybody: WCAG 2.2, AA, computed on the colours in force."""

import re
from pathlib import Path

import pytest

from kith import dashboard
from kith.dashboard.access import pin_gate
from kith.dashboard.state.compare_state import MOST_SCENARIOS
from kith.experiments.charts import theme
from kith.experiments.charts.comparison import readable_on
from kith.experiments.charts.theme import contrast, readable

CSS = (Path(dashboard.__file__).parent / "assets" / "own" / "custom.css").read_text()
TEXT, GRAPHICS = 4.5, 3.0
"""Least contrast of text, and of what has to be seen to use or to understand a page."""


def variables(start: str) -> dict[str, str]:
    block = CSS[CSS.index(start) :].partition("}")[0]
    return dict(re.findall(r"--(\w+):(#[0-9a-fA-F]{6})", block))


def toggled(colour: str) -> str:
    """The colour into which the style sheet turns this one in the dark."""
    rule = re.search(rf'fill: {colour.lower()}"\] {{ fill:(#[0-9a-f]{{6}})', CSS)
    return rule[1] if rule else colour


def test_the_measure_itself_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("start", [":root", ".theme--dark {"])
@pytest.mark.parametrize("ground", ["bg", "panel"])
@pytest.mark.parametrize("text", ["ink", "quiet", "accent", "warn", "good"])
def test_text_of_the_pages_is_readable(start: str, ground: str, text: str) -> None:
    colours = variables(start)
    assert contrast(colours[text], colours[ground]) >= TEXT


@pytest.mark.parametrize("start", [":root", ".theme--dark {"])
def test_what_can_be_pressed_or_typed_into_has_an_edge_that_is_seen(start: str) -> None:
    colours = variables(start)
    assert "border:1px solid var(--edge)" in re.search(r"\.kith button[^}]*\}", CSS)[0]
    assert contrast(colours["edge"], colours["bg"]) >= GRAPHICS


@pytest.mark.parametrize("colour", [theme.INK, theme.QUIET])
def test_text_of_charts_is_readable_on_paper(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= TEXT


@pytest.mark.parametrize("colour", theme.SCENARIOS)
def test_names_of_scenarios_are_readable_on_paper(colour: str) -> None:
    assert contrast(readable(colour), "#ffffff") >= TEXT


@pytest.mark.parametrize("colour", theme.SCENARIOS[:MOST_SCENARIOS])
def test_lines_of_scenarios_are_seen_on_paper_and_in_the_dark(colour: str) -> None:
    assert contrast(colour, "#ffffff") >= GRAPHICS
    assert contrast(toggled(colour), variables(".theme--dark {")["bg"]) >= GRAPHICS


@pytest.mark.parametrize("colour", [theme.INK, theme.QUIET, *map(readable, theme.SCENARIOS[:MOST_SCENARIOS])])
def test_text_of_charts_is_readable_in_the_dark(colour: str) -> None:
    assert contrast(toggled(colour), variables(".theme--dark {")["bg"]) >= TEXT


@pytest.mark.parametrize("colour", [*theme.CAUSES.values(), *theme.CHANNELS.values(), theme.TOTAL])
def test_parts_of_a_bar_are_seen_in_the_dark_and_what_is_written_in_them_is_read(colour: str) -> None:
    assert contrast(toggled(colour), variables(".theme--dark {")["bg"]) >= GRAPHICS
    for ground in (colour, toggled(colour)):
        assert contrast(readable_on(colour), ground) >= 4


def test_what_is_written_in_a_field_keeps_its_ink_in_the_dark() -> None:
    for ink in (theme.INK.lower(), "#ffffff"):
        plain, inside = (CSS.index(f'{place}[style*="fill: {ink}"]') for place in ("kith-svg ", 'inside-"] '))
        assert plain < inside
        assert f"fill:{ink} !important" in CSS[inside:]


def test_the_door_is_readable_in_light_and_dark() -> None:
    assert contrast("#9a3412", "#ffffff") >= TEXT
    assert contrast("#ffb27a", "#14181d") >= TEXT
    assert contrast("#ffffff", "#0072b2") >= TEXT
    assert all(colour in pin_gate._PAGE for colour in ("#9a3412", "#ffb27a", "#14181d", "#0072b2"))
