"""One list says which charts a comparison has; the report shows them under these titles."""

import re
from html import unescape

from kith.experiments.charts import theme
from kith.experiments.charts.comparison_sections import LINES, OTHERS, SECTIONS, section_charts
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.reports.comparison import comparison_page


def test_every_chart_of_a_section_can_be_drawn_and_is_in_one_section() -> None:
    names = [name for section in SECTIONS.values() for name in section.charts]
    assert len(names) == len(set(names))
    assert set(OTHERS) <= set(names) <= set(LINES) | set(OTHERS)


def test_the_report_shows_every_section_with_its_charts_and_notes(comparison: Comparison) -> None:
    page = comparison_page(comparison)
    for name, section in SECTIONS.items():
        drawings = section_charts(comparison, name, theme.colours(comparison.labels))
        assert drawings
        assert f"<h2>{section.title}</h2>" in page
        for drawing in drawings:
            title = re.search(r"<title[^>]*>(.*?)</title>", drawing.svg)
            assert title is not None and title[1] in page
            assert drawing.note in unescape(page)
            assert not drawing.data.empty
