"""Charts for a phone: narrow, so that their text is as large as elsewhere, and nothing is written beside them."""

import re

import pytest

from kith.experiments.charts import theme
from kith.experiments.charts.axes import short
from kith.experiments.charts.comparison_sections import SECTIONS, section_charts
from kith.experiments.comparison.comparison import Comparison, compare

PLAIN = {"market.size": 300, "market.founders": 60}


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(["pool", "crowdsourced_products", "web"], runs=4, days=90, overrides=PLAIN, workers=1)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_chart_for_a_phone_is_narrow_and_its_text_begins_inside(
    comparison: Comparison, section: str
) -> None:
    colours = theme.colours(comparison.labels)
    with theme.drawn_for(True):
        drawings = section_charts(comparison, section, colours)
    assert drawings
    for drawing in drawings:
        box = re.search(r'viewBox="0 0 ([\d.]+) ', drawing.svg)
        assert box is not None
        width = float(box[1])
        assert width == pytest.approx(72 * theme.NARROW)
        for x, text in _texts(drawing.svg):
            assert -1 <= x <= width, (drawing.name, text)
            assert x + 3.2 * len(text) <= width + 12, (drawing.name, text)


def test_names_of_files_are_written_as_words(comparison: Comparison) -> None:
    [chart] = [
        d
        for d in section_charts(comparison, "leaving", theme.colours(comparison.labels))
        if d.name == "leaving"
    ]
    assert "crowdsourced products" in chart.svg
    assert not [text for _, text in _texts(chart.svg) if "crowdsourced_" in text]


@pytest.mark.parametrize("most", [12, 18, 22, 24])
def test_labels_that_differ_at_the_end_still_differ_when_shortened(most: int) -> None:
    labels = [
        "crowdsourced_products",
        "crowdsourced_products (voice 0.9)",
        "crowdsourced_products (voice 0.5)",
        "campaign_scrapped",
        "campaign_scrapped_fixed",
    ]
    shown = [short(label, most) for label in labels]
    assert len(set(shown)) == len(labels), shown
    assert all(len(words) <= most and "_" not in words for words in shown)


def _texts(svg: str) -> list[tuple[float, str]]:
    """Where texts that are aligned to the left begin, and their words."""
    found = re.findall(
        r'<text style="([^"]*)" (?:x="([-\d.]+)"|transform="translate\(([-\d.]+) )[^>]*>([^<]*)<', svg
    )
    return [(float(x or moved), text) for style, x, moved, text in found if "anchor" not in style]
