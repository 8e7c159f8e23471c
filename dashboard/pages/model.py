"""Model: what is in it, from the schema and from the documentation's own text."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import solara

from kith.dashboard.content.markdown import markup, model_sections
from kith.dashboard.state.address_parts import AddressErrors, pairs_of
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.widgets.parts import ErrorMessage, Html, Tabs, Text, TextInput, table
from kith.experiments.escaping import for_html as escape
from kith.experiments.words import wording
from kith.experiments.words.assumptions import Setting, settings, shown
from kith.sim.engine import MODEL_VERSION
from kith.sim.results.definitions import DEFINITIONS, describe
from kith.sim.schema.parameter_set import SECTIONS
from kith.sim.schema.plan import Plan

TABS = {"parameters": "Parameters", "equations": "How it works", "indicators": "What is measured"}


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    given = pairs_of(where.drawn)
    errors = AddressErrors()
    tab = errors.one_of(given, "tab", TABS, "parameters")
    word = given.get("q", "")[:80]

    def go(**changed: str) -> None:
        where.change("/model", lambda newest: model_path(pairs_of(newest) | changed))

    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if errors.messages:
            ErrorMessage(str(errors))
        Text("What is in the model", "h1")
        Text(
            f"Model version {MODEL_VERSION}. Many values are assumptions, marked “assumed”: a result is a reason "
            "to look closer, not a forecast. Short names such as NE-crit or TIE-dun are sources, listed in docs/science.md.",
            kind="kith-note",
        )
        tabs = [{"name": n, "title": t, "href": f"/model?tab={n}"} for n, t in TABS.items()]
        Tabs(tabs=tabs, here=tab, label="Sections", event_pick=lambda name: go(tab=name))
        if tab == "equations":
            Equations()
        else:
            TextInput(
                label="Search",
                value=word,
                kind="search",
                name="q",
                event_put=lambda text: go(q=str(text)[:80]),
            )
            Html(parameters(word) if tab == "parameters" else indicators(word))


def model_path(given: Mapping[str, str]) -> str:
    """The address of a tab and a word: only what differs from the first."""
    query = {k: v for k in ("tab", "q") if (v := given.get(k, "")[:80]) and v != "parameters"}
    return "/model" + (f"?{urlencode(query)}" if query else "")


@solara.component
def Equations() -> None:
    """The documentation's page, a section at a time."""
    sections = model_sections()
    if not sections:
        Text("The documentation text is not installed; see docs/model.md in the source.")
    for title, text in sections.items():
        Html(f"<details class='kith-section'><summary>{escape(title)}</summary>{text}</details>")


def parameters(word: str = "") -> str:
    """Every parameter that has the word in its name, its help or its source, by section."""
    matching = [s for s in settings(Plan()) if _fits(word, s.name, s.help, s.source)]
    parts = [f'<p class="kith-note" role="status">{wording.plural(len(matching), "parameter")}.</p>']
    for section, schema in SECTIONS.items():
        in_section = [s for s in matching if s.name.startswith(f"{section}.")]
        if in_section:
            doc = (schema.__doc__ or "").strip().splitlines()[0]
            parts.append(f"<h2>{escape(section.capitalize())}</h2>{markup(doc)}")
            parts.append(
                table(
                    ["parameter", "meaning", "default", "unit", "range", "source"],
                    [_row(s) for s in in_section],
                )
            )
    return "".join(parts)


def indicators(word: str = "") -> str:
    """Every indicator with its unit and its definition."""
    rows = [[name, *describe(name)] for name in DEFINITIONS if _fits(word, name, *describe(name))]
    return table(["indicator", "unit", "definition"], rows)


def _row(s: Setting) -> list[Any]:
    return [s.name.partition(".")[2], s.help, shown(s.default), s.unit, s.range, s.source]


def _fits(word: str, *texts: str) -> bool:
    return word.lower() in " ".join(texts).lower()
