"""Charts are the same wherever they are drawn, hold no trace of the machine, and can be read aloud."""

import json
import re
from collections.abc import Callable
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest

from kith.experiments.charts import comparison as figures
from kith.experiments.charts import theme
from kith.experiments.charts.forest import distribution, forest
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.words import wording

type Draw = Callable[[Comparison], str]

CHARTS: dict[str, Draw] = {
    "lines": lambda c: figures.lines(c.series, "active", "Active", "members", theme.colours(c.labels)),
    "forest": lambda c: forest(c.table, theme.colours(c.labels)),
    "distribution": lambda c: distribution(c.values, c.table, "active", theme.colours(c.labels)),
    "stacked": lambda c: figures.stacked(c.leaving, theme.CAUSES, wording.CAUSES, "Why", "members"),
    "area": lambda c: figures.area(
        pd.DataFrame({"member": [1, 2], "audience": [3, 4]}, index=[0, 30]),
        theme.LAYERS,
        {"member": "members", "audience": "audience"},
        "Layers",
        "members",
        [(10, "hub departs")],
    ),
    "waterfall": lambda _: figures.waterfall([("ads", 10.0), ("goods", -12.0)], "Money", "margin"),
}


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_drawn_the_same_twice(draw: Draw, comparison: Comparison) -> None:
    assert draw(comparison) == draw(comparison)


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_a_chart_says_what_it_shows(draw: Draw, comparison: Comparison) -> None:
    root = ElementTree.fromstring(draw(comparison))
    assert root.get("role") == "img"
    labels = str(root.get("aria-labelledby")).split()
    title, words = root[0], root[1]
    assert labels == [title.get("id"), words.get("id")]
    assert title.text
    assert str(words.text).endswith(".")


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_a_chart_holds_text_and_nothing_of_the_machine(draw: Draw, comparison: Comparison) -> None:
    svg = draw(comparison)
    assert svg.startswith("<svg ")
    assert "<text" in svg
    assert "<metadata" not in svg
    assert "/" + "home" not in svg
    assert not re.search(r"20\d\d-\d\d-\d\d", svg)


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_every_reference_in_a_chart_finds_its_target(draw: Draw, comparison: Comparison) -> None:
    svg = draw(comparison)
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"(?:url\(#|href=\"#)([^)\"]+)", svg)) <= set(ids)


def test_a_scenario_keeps_its_colour_on_every_chart(comparison: Comparison) -> None:
    colours = theme.colours(comparison.labels)
    for name in ("lines", "forest", "distribution"):
        assert colours["web"].lower() in CHARTS[name](comparison).lower()


def test_names_are_text_and_not_markup_or_formulas(comparison: Comparison) -> None:
    strange = r"<b>$\frac{1}{2}$</b> & co"
    series = comparison.series.replace({"scenario": {"pool": strange}})
    svg = figures.lines(series, "active", strange, "members", theme.colours([strange, "hub"]))
    root = ElementTree.fromstring(svg)
    assert root[0].text == strange
    assert "<b>" not in svg


def test_labels_are_moved_apart_but_stay_inside() -> None:
    places = theme.spread([5.0, 5.1, 0.0, 10.0, 9.9], 1.0, 0.0, 10.0)
    ordered = sorted(places)
    assert all(b - a >= 1.0 - 1e-9 for a, b in pairwise(ordered))
    assert max(places) <= 10
    assert places.index(min(places)) == 2


def test_a_run_of_nothing_can_be_drawn() -> None:
    svg = figures.one_line([0, 1, 2], [0.0, 0.0, 0.0], "Active", "members")
    assert "From 0 to 0 members." in svg


def test_undefined_months_leave_gaps_and_no_error() -> None:
    nan = float("nan")
    series = pd.DataFrame(
        {
            "scenario": "a",
            "day": [29, 59],
            "column": "churn_month",
            "median": [nan, nan],
            "low": nan,
            "high": nan,
        }
    )
    assert "<svg" in figures.lines(series, "churn_month", "Churn", "share", {"a": "#000000"})


def test_pointing_at_a_line_reads_the_day_under_the_pointer(comparison: Comparison) -> None:
    root = ElementTree.fromstring(CHARTS["lines"](comparison))
    hover = json.loads(str(root.get("data-hover")))
    assert hover["along"] == "x"
    assert hover["at"] == sorted(hover["at"])
    assert 0 < hover["at"][0] < hover["at"][-1] < float(str(root.get("viewBox")).split()[2])
    active = comparison.series[comparison.series["column"] == "active"]
    day = int(active["day"].iloc[0])
    first = active[(active["day"] == day) & (active["scenario"] == comparison.labels[0])].iloc[0]
    assert hover["words"][0].startswith(f"day {day}: ")
    assert wording.number(float(first["median"]), "members") in hover["words"][0]


def test_pointing_at_a_row_of_differences_reads_its_interval(comparison: Comparison) -> None:
    hover = json.loads(str(ElementTree.fromstring(CHARTS["forest"](comparison)).get("data-hover")))
    assert hover["along"] == "y"
    assert len(hover["at"]) == len(hover["words"])
    assert all(other in hover["words"][0] for other in comparison.labels[1:2])
