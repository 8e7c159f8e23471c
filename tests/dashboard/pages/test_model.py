"""Model: everything in the schema is on the page, and the text is the documentation's."""

import json
import math
from pathlib import Path
from typing import Any

from solara.widgets import HTML

from kith.dashboard.content import markdown
from kith.dashboard.mapping.model_map import Link, links, processes, readers
from kith.dashboard.pages import model
from kith.experiments.analyses.levers import stored
from kith.experiments.analyses.levers.audit import Audit
from kith.experiments.analyses.levers.effects import Effect, Trial, Tried
from kith.experiments.analyses.levers.shipped import (
    DOZEN,
    FILE,
    OUTCOMES,
    TYPES,
    compact,
    conditions,
    most_effective,
)
from kith.experiments.words.documentation import chapter
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION, TICK
from kith.sim.schema.effects import inert
from kith.sim.schema.parameter_set import SECTIONS, dotted_names
from tests.dashboard.looking import button, texts, vue_widgets


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


def test_the_equations_are_those_of_the_documentation() -> None:
    sections = markdown.model_sections()
    text = chapter("model")
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
    [tabs] = vue_widgets(rc, "tabs.vue")
    assert tabs.here == "indicators"
    tabs.vue_pick("parameters")
    assert rc.paths[-1] == "/model?tab=parameters&q=ncv"


def test_the_map_is_made_of_what_the_processes_declare() -> None:
    assert list(processes())[1:] == [name for name, _ in TICK]
    assert Link("visit", "bond", ("visitors",)) in links()
    assert Link("depart", "wake", ("the dormant",)) in links()
    assert not any(link.source == "observe" for link in links())
    assert not any("members" in link.stocks and link.source == "monetise" for link in links())
    assert all(
        process.reads and process.writes for name, process in processes().items() if name != "founding"
    )
    assert set(readers()) == set(dotted_names())
    assert all(set(steps) <= set(processes()) for steps in readers().values())
    assert readers()["value.product"] == ("visit",)
    assert "refer" in readers()["referral.invites_per_month"]


def test_the_effects_that_ship_are_the_larger_resolved_ones_of_the_audit() -> None:
    low = Trial("low", 0.0, tuple(Effect(o, 10.0, -2.0, -3.0, -1.0, math.nan) for o in OUTCOMES), True)
    high = Trial("high", 9.0, tuple(Effect(o, 10.0, 5.0, 4.0, 6.0, math.nan) for o in OUTCOMES), True)
    unsure = Trial("high", 1.0, tuple(Effect(o, 10.0, 7.0, -1.0, 15.0, math.nan) for o in OUTCOMES), True)
    tried = (Tried("value.product", 1.0, trials=(low, high)), Tried("value.peers", 0.3, trials=(unsure,)))
    kept = compact({"web": Audit("web", "3", 8, 120, 1500, 150, "x", tried)})
    assert kept["types"]["web"]["effects"]["active"] == [["value.product", 9.0, 10.0, 5.0, 4.0, 6.0]]


def test_what_ships_was_measured_for_this_model_and_every_type_has_a_dozen_levers() -> None:
    for kind in TYPES:
        assert conditions(kind)["model_version"] == MODEL_VERSION
        for outcome in OUTCOMES:
            found = most_effective(load(kind), outcome)
            assert len(found) == DOZEN
            assert [abs(m.difference) for m in found] == sorted(
                (abs(m.difference) for m in found), reverse=True
            )
            assert not {m.name for m in found} & set(inert(load(kind)))


def test_what_ships_is_what_the_audit_of_the_documentation_found(root: Path) -> None:
    audits = stored.read(root / "docs/reference/levers")
    kept = compact({kind: audits[kind] for kind in TYPES})
    assert json.loads(json.dumps(kept)) == json.loads(FILE.read_text("utf-8"))


def test_the_map_opens_the_page_and_says_what_was_clicked(here: Any, shown: Any) -> None:
    rc = shown(model.Page, "/model")
    [chart] = vue_widgets(rc, "chart.vue")
    assert "What drives active members" in chart.title
    assert "visit gives bond visitors" in chart.words
    chart.vue_pick("visit")
    assert rc.paths[-1] == "/model?at=visit"
    assert "<h2>Visit</h2>" in texts(rc)
    assert "visitors to bond" in texts(rc)
    [chart] = vue_widgets(rc, "chart.vue")
    chart.vue_pick("value.product")
    assert "Value of the product" in texts(rc)
    assert "<td>source</td>" in texts(rc)
    button(rc, "change").vue_press(None)
    assert rc.paths[-1] == "/?a=web&a=web&edited=1"


def test_a_search_on_the_map_leads_to_the_table(here: Any, shown: Any) -> None:
    rc = shown(model.Page, "/model?at=visit")
    [search] = vue_widgets(rc, "text_input.vue")
    search.vue_put("willingness")
    assert rc.paths[-1] == "/model?tab=parameters&q=willingness&at=visit"
    assert "wtp_median" in texts(rc)


def test_what_is_not_on_the_map_is_refused_in_a_sentence(here: Any, shown: Any) -> None:
    rc = shown(model.Page, "/model?at=nowhere&scenario=atlantis")
    assert "there is no such lever or step" in texts(rc)
    assert len(vue_widgets(rc, "chart.vue")) == 1
