"""Model: what drives what in it, every parameter, and the documentation's own text."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import solara

from kith.dashboard.content.markdown import markup, model_sections
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.mapping.model_map import links, processes, readers
from kith.dashboard.mapping.model_map_chart import map_chart
from kith.dashboard.state import screen
from kith.dashboard.state.address_parts import AddressErrors, clipped, pairs_of
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.scenario_choice import ScenarioChoice
from kith.dashboard.widgets.parts import (
    Button,
    Chart,
    Dropdown,
    ErrorMessage,
    Html,
    Tabs,
    Text,
    TextInput,
    table,
)
from kith.experiments.analyses.levers.shipped import (
    OUTCOMES,
    Measured,
    conditions,
    most_effective,
    type_of,
)
from kith.experiments.escaping import for_html as escape
from kith.experiments.statistics.intervals import no_interval
from kith.experiments.words import wording
from kith.experiments.words.assumptions import Setting, settings, shown
from kith.experiments.words.levers import lever_title
from kith.scenarios.catalogue import names
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION
from kith.sim.results.definitions import DEFINITIONS, describe
from kith.sim.schema.parameter_set import SECTIONS, dotted_names
from kith.sim.schema.plan import Plan

TABS = {
    "map": "Map",
    "parameters": "Parameters",
    "equations": "How it works",
    "indicators": "What is measured",
}


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    given = pairs_of(where.drawn)
    errors = AddressErrors()
    tab = errors.one_of(given, "tab", TABS, "map")
    word = given.get("q", "")[:80]
    scenario = errors.one_of(given, "scenario", names(), "web")
    outcome = errors.one_of(given, "outcome", OUTCOMES, OUTCOMES[0])
    at = given.get("at", "")
    if at and at not in processes() and at not in dotted_names():
        errors.messages.append(f"at={clipped(at)}: there is no such lever or step")
        at = ""

    def go(**changed: str) -> None:
        where.change("/model", lambda newest: model_path(pairs_of(newest) | changed))

    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if errors.messages:
            ErrorMessage(str(errors))
        Text("What is in the model", "h1")
        Text(
            f"Model version {MODEL_VERSION}. Many values are assumptions, marked “assumed”: a result is a reason "
            "to look closer, not a forecast. Short names such as NE-crit or TIE-dun are sources, listed in docs/explanation/science.md.",
            kind="kith-note",
        )
        tabs = [{"name": n, "title": t, "href": f"/model?tab={n}"} for n, t in TABS.items()]
        Tabs(tabs=tabs, here=tab, label="Sections", event_pick=lambda name: go(tab=name))
        if tab == "map":
            TextInput(
                label="Search all parameters",
                kind="search",
                name="q",
                event_put=lambda text: go(tab="parameters", q=str(text)[:80]),
            )
            Map(scenario, outcome, at, go)
        elif tab == "equations":
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
    first = {"tab": "map", "scenario": "web", "outcome": OUTCOMES[0]}
    keys = ("tab", "q", "scenario", "outcome", "at")
    query = {k: v for k in keys if (v := given.get(k, "")[:80]) and v != first.get(k)}
    return "/model" + (f"?{urlencode(query)}" if query else "")


@solara.component
def Map(scenario: str, outcome: str, at: str, go: Callable[..., None]) -> None:
    """What drives what in a scenario: the levers with the largest effects, the processes, and what is chosen of them."""
    where = use_navigation()
    plan = load(scenario)
    kind = type_of(plan)
    measured = conditions(kind)
    levers = most_effective(plan, outcome)
    with solara.Div(classes=["kith-row"]):
        Dropdown(
            "Scenario", scenario, scenario_menu(scenario), lambda name: go(scenario=name, at=""), "scenario"
        )
        titles = {name: wording.title(name) for name in OUTCOMES}
        Dropdown("What it does to", outcome, titles, lambda name: go(outcome=name), "outcome")
    with solara.Div(classes=["kith-map"]):
        svg = screen.drawn_here(lambda: map_chart(levers, processes(), links(), outcome, at))
        frame = pd.DataFrame([asdict(lever) for lever in levers])
        of = "" if kind == scenario else f" in {kind}, the type that {scenario} is closest to"
        note = (
            f"Thickness: the largest effect on {wording.title(outcome)} of a parameter at an end of its plausible range, measured{of} "
            f"with {measured['people']:,} people over {measured['days']} days, {measured['runs']} paired runs "
            "(blue: more, orange: less). Click a lever or a step."
        )
        Chart(
            svg, f"kith-map-{scenario}", frame, note, on_pick=lambda name: go(at="" if name == at else name)
        )
        if at:
            Html(chosen(at, scenario, outcome, {lever.name: lever for lever in levers}), "kith-chosen")
            if at not in processes():
                with solara.Div(classes=["kith-row"]):
                    Button("Change it on Compare", lambda: where.go(changing(scenario)), "change")


def changing(scenario: str) -> str:
    """The address of Compare with a scenario beside itself, where the copy is changed."""
    choice = ScenarioChoice(tuple(scenario.split(" + ")))
    return CompareState((choice, choice), edited=1).path()


def chosen(at: str, scenario: str, outcome: str, levers: Mapping[str, Measured]) -> str:
    """What there is to say of a lever or a step that was clicked, as markup."""
    if at in processes():
        process = processes()[at]
        reading = [name for name, steps in readers().items() if at in steps]
        rows = [
            [s.name, s.help, shown(s.value), s.unit] for s in settings(load(scenario)) if s.name in reading
        ]
        takes = [f"{wording.listed(link.stocks)} of {link.source}" for link in links() if link.target == at]
        gives = [f"{wording.listed(link.stocks)} to {link.target}" for link in links() if link.source == at]
        said = "".join(
            f"<p><b>{word}</b> {escape('; '.join(things))}.</p>"
            for word, things in (("Takes", takes), ("Gives", gives))
            if things
        )
        many = f"<details><summary>{wording.plural(len(rows), 'parameter')}</summary>"
        body = table(["parameter", "meaning", f"in {scenario}", "unit"], rows)
        return f"<h2>{escape(at.capitalize())}</h2><p>{escape(process.title.capitalize())}</p>{said}{many}{body}</details>"
    s = next(s for s in settings(load(scenario)) if s.name == at)
    effect = ""
    if at in levers:
        lever = levers[at]
        unit = describe(outcome)[0]
        span = (
            wording.span(lever.low, lever.high, unit, sign=True) if lever.low == lever.low else no_interval()
        )
        value = shown(lever.value)
        effect = (
            f"<p>At {escape(str(value))}: {escape(wording.signed(lever.difference, unit))} {escape(wording.title(outcome))} "
            f"({escape(span)}), from {escape(wording.number(lever.base, unit))}.</p>"
        )
    facts = [
        ["in this scenario", f"{shown(s.value)} {s.unit}"],
        ["default", shown(s.default)],
        ["range", s.range],
        ["read by", wording.listed(readers()[at])],
        ["source", s.source],
    ]
    off = f"<p>No effect here: {escape(s.inert)}.</p>" if s.inert else ""
    return f"<h2>{escape(lever_title(at))}</h2><p>{escape(s.help)}</p>{effect}{off}{table([], facts)}"


@solara.component
def Equations() -> None:
    """The documentation's page, a section at a time."""
    sections = model_sections()
    if not sections:
        Text("The documentation text is not installed; see docs/explanation/model.md in the source.")
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
            open_ = " open" if word else ""
            head = f"{escape(section.capitalize())} ({len(in_section)})"
            parts.append(f"<details class='kith-section'{open_}><summary>{head}</summary>{markup(doc)}")
            parts.append(
                table(
                    ["parameter", "meaning", "default", "unit", "range", "source"],
                    [_row(s) for s in in_section],
                )
            )
            parts.append("</details>")
    return "".join(parts)


def indicators(word: str = "") -> str:
    """Every indicator with its unit and its definition."""
    rows = [[name, *describe(name)] for name in DEFINITIONS if _fits(word, name, *describe(name))]
    return table(["indicator", "unit", "definition"], rows)


def _row(s: Setting) -> list[Any]:
    return [s.name.partition(".")[2], s.help, shown(s.default), s.unit, s.range, s.source]


def _fits(word: str, *texts: str) -> bool:
    return word.lower() in " ".join(texts).lower()
