"""Model: everything in the schema is on the page, and the text is the documentation's."""

from pathlib import Path
from typing import Any

from solara.widgets import HTML

from kith.dashboard.content import markdown
from kith.dashboard.pages import model
from kith.sim.schema.parameter_set import SECTIONS


def test_every_parameter_is_there_with_unit_range_and_source() -> None:
    page = model.parameters()
    for section in SECTIONS.values():
        for name in section.model_fields:
            assert f"<td>{name}</td>" in page
    assert "doi:10.1098/rspa.2020.0446" in page
    assert "EUR/month" in page


def test_a_search_leaves_what_fits() -> None:
    page = model.parameters("willingness")
    assert "wtp_median" in page
    assert "overload_from" not in page


def test_the_equations_are_those_of_the_documentation(root: Path) -> None:
    sections = markdown.model_sections()
    text = (root / "docs/model.md").read_text()
    assert sum(line.startswith("## ") for line in text.splitlines()) == len(sections) - 1
    assert any("<table>" in body for body in sections.values())


def test_markup_inside_text_is_shown_and_not_obeyed() -> None:
    page = markdown.markup("a <script>alert(1)</script> [b](javascript:alert(1)) **c**")
    assert "<script>" not in page
    assert "href" not in page
    assert "<strong>c</strong>" in page


def test_the_page_keeps_its_tab_and_its_search_in_the_address(here: Any, shown: Any) -> None:
    rc = shown(model.Page, "/model?tab=indicators&q=ncv")
    assert any("net" in w.unsafe_innerHTML or "ncv" in w.unsafe_innerHTML for w in rc.find(HTML).widgets)
    from tests.dashboard.pages.test_compare import vue_widgets

    [tabs] = vue_widgets(rc, "tabs.vue")
    assert tabs.here == "indicators"
    tabs.vue_pick("parameters")
    assert rc.paths[-1] == "/model?q=ncv"
