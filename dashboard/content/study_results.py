"""The results of a study: the tabs of its page, the table of its points, and the selection in them."""

from collections.abc import Callable, Hashable
from dataclasses import replace

import pandas as pd
import solara

from kith.dashboard.content import study as study_views
from kith.dashboard.content.comparison import Part
from kith.dashboard.content.study import Selection, views_of
from kith.dashboard.live.compute_once import ComputeOnce
from kith.dashboard.live.study_catalogue import (
    USUAL,
    StoredResults,
    studies_folder,
)
from kith.dashboard.state import screen
from kith.dashboard.state.address_parts import AddressErrors, clipped
from kith.dashboard.state.page_state import changed
from kith.dashboard.state.study_state import TITLES, StudyChange, StudyState, toggled
from kith.dashboard.widgets.parts import (
    Button,
    Chart,
    DownloadButton,
    Dropdown,
    ErrorMessage,
    Html,
    PointTable,
    Tabs,
    Text,
)
from kith.experiments.analyses.prior_draws import priors
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.study import study_page
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.study import Study, studies
from kith.experiments.words import wording
from kith.experiments.words.levers import lever_axis

type Point = tuple[str, int]

_DRAWN: ComputeOnce[list[Part]] = ComputeOnce(60)


@solara.component
def StudyResults(state: StudyState, r: StoredResults, go: Callable[[StudyChange], None]) -> None:
    """The results so far."""
    views = views_of(r)
    view = state.view if state.view in views else views[0]
    chosen = selection_of(state, r)
    unknown = unknown_parts(state, r)
    if unknown:
        ErrorMessage(unknown)
    with solara.Div(classes=["kith-row"]):
        command = _command(state, r.study)
        DownloadButton(
            "Report (HTML)",
            f"{r.study.name}.html",
            lambda: study_page(r.study, r.store, command),
            "text/html",
        )
        DownloadButton("Points (CSV)", f"{r.study.name}-points.csv", lambda: for_csv(r.points), "text/csv")
        DownloadButton("Runs (CSV)", f"{r.study.name}-runs.csv", lambda: for_csv(r.runs), "text/csv")
    Tabs(
        tabs=[{"name": v, "title": TITLES[v], "href": replace(state, view=v).path()} for v in views],
        here=view,
        label="Sections",
        event_pick=lambda v: go(changed(view=v)),
    )
    if view not in ("table", "about", "holds"):
        ViewControls(r, chosen, view, go)

    def pick(key: str) -> None:
        if point_of(key, r) is not None:
            go(toggled("at", key))

    if view == "about":
        Html(about(r.study))
        Html(f"<h2>On the command line</h2><p><code>{escape(_command(state, r.study))}</code></p>")
    elif view == "table":
        Table(r, chosen, go)
    else:
        key: Hashable = (r.store.folder, digest(r.study), r.status.stored, view, chosen, screen.narrow.value)
        for part in _DRAWN.get(key, lambda: screen.drawn_here(lambda: study_views.drawn(view, r, chosen))):
            if isinstance(part, str):
                Html(part)
            else:
                Chart(part[0], f"kith-{part[1]}", part[2], part[3], pick if view != "pair" else None)
    if chosen.at is not None and view != "pair":
        SelectedPoint(r, chosen.at, go)


@solara.component
def ViewControls(r: StoredResults, c: Selection, view: str, go: Callable[[StudyChange], None]) -> None:
    """Choose the outcome, the scenario, the horizontal axis, the two points."""
    outcomes = {name: wording.title(name) for name in r.outcomes}
    scenarios = {name: name for name in r.points["scenario"].unique()}
    with solara.Div(classes=["kith-row"]):
        Dropdown("Outcome", c.outcome, outcomes, lambda v: go(changed(outcome=v)), "outcome")
        if len(scenarios) > 1 and view in ("map", "matters", "levers"):
            Dropdown("Scenario", c.scenario, scenarios, lambda v: go(changed(scenario=v)), "scenario")
        if view == "points":
            across = {name: lever_axis(name) for name in _numeric(r)} | outcomes
            Dropdown("Horizontal axis", c.across, across, lambda v: go(changed(across=v)), "across")
        if view == "pair":
            points = {key_of(p): study_views.label(r, p) for p in _points(r)}
            unset = {"": "choose …"}
            Dropdown(
                "First",
                key_of(c.beside) if c.beside else "",
                unset | points,
                lambda v: go(changed(beside=v)),
                "beside",
            )
            Dropdown(
                "Second",
                key_of(c.at) if c.at else "",
                unset | points,
                lambda v: go(changed(at=v)),
                "at",
            )


@solara.component
def Table(r: StoredResults, c: Selection, go: Callable[[StudyChange], None]) -> None:
    """Every point, to be sorted, selected and compared."""
    rows = study_views.rows_of(r, c)
    numbers = {name for name in rows if pd.api.types.is_numeric_dtype(rows[name])}
    names = [*r.levers, *r.outcomes]
    heads = [{"name": "point", "title": "point", "number": False}] + [
        {"name": n, "title": t, "number": n in numbers}
        for n, t in zip(names, study_views.heads(r), strict=True)
    ]
    many = len(r.study.scenarios) > 1
    shown = [
        {
            "key": f"{row['scenario']}-{row['point']}",
            "cells": [
                f"{row['scenario']} {row['point']}" if many else str(row["point"]),
                *study_views.cells(r, row),
            ],
        }
        for row in rows.head(study_views.MOST_ROWS).to_dict("records")
    ]
    PointTable(
        heads=heads,
        rows=shown,
        sort=c.sort,
        at=key_of(c.at) if c.at else "",
        beside=key_of(c.beside) if c.beside else "",
        event_order=lambda name: go(toggled("sort", str(name)[:80])),
        event_mark=lambda key: go(toggled("at", str(key)[:80])),
        event_compare=lambda key: go(toggled("beside", str(key)[:80])),
    )
    left = len(rows) - len(shown)
    Text(
        "Means over the runs of each point; click a heading to sort."
        + (f" The CSV has {wording.plural(left, 'more point')}." if left > 0 else "")
        + " The best of many points is partly due to chance: run the one you choose again on new random seeds.",
        kind="kith-note",
    )


@solara.component
def SelectedPoint(r: StoredResults, point: Point, go: Callable[[StudyChange], None]) -> None:
    """The selected point in words, and what can be done with it."""
    rows = r.points[(r.points["scenario"] == point[0]) & (r.points["point"] == point[1])]
    if rows.empty:
        return
    row = rows.iloc[0]
    values = [
        f"{name} {value}" for name, value in zip(study_views.heads(r), study_views.cells(r, row), strict=True)
    ]
    with solara.Div(classes=["kith-verdict"]):
        Text(f"Selected: {study_views.label(r, point)}", "h3")
        Text("; ".join(values) + f"; {wording.plural(int(row['runs']), 'run')}.")
        with solara.Div(classes=["kith-row"]):
            Button("Compare with another point", lambda: go(changed(view="pair")), "to-pair")
            Button("Clear selection", lambda: go(changed(at="")), "clear")


def selection_of(state: StudyState, r: StoredResults) -> Selection:
    """The selection of the address, as far as the study has it."""
    scenarios, outcomes = list(r.points["scenario"].unique()), r.outcomes
    outcome = state.outcome if state.outcome in outcomes else outcomes[0]
    offered = [*_numeric(r), *outcomes]
    across = state.across if state.across in offered else offered[0]
    if across == outcome and len(offered) > 1:
        across = next(name for name in offered if name != outcome)
    scenario = state.scenario if state.scenario in scenarios else scenarios[0]
    return Selection(scenario, outcome, across, point_of(state.at, r), point_of(state.beside, r), state.sort)


def unknown_parts(state: StudyState, r: StoredResults) -> str:
    """Parts of an address that the study does not have, in words; empty if none."""
    errors, given = AddressErrors(), vars(state)
    errors.one_of(given, "scenario", list(r.points["scenario"].unique()), "")
    errors.one_of(given, "outcome", r.outcomes, "")
    errors.one_of(given, "across", [*_numeric(r), *r.outcomes], "")
    errors.one_of(given, "sort", list(r.points), "")
    for name in ("at", "beside"):
        if given[name] and point_of(given[name], r) is None:
            first = next(iter(_points(r)), None)
            example = f", such as {key_of(first)}" if first is not None else ""
            errors.messages.append(f"{name}={clipped(given[name])}: must be a point of the study{example}")
    return str(errors)


def point_of(key: str, r: StoredResults) -> Point | None:
    """The point that a key such as `web-3` names, if there is one."""
    scenario, _, place = key.rpartition("-")
    if not place.isdecimal() or len(place) > 9:
        return None
    point = (scenario, int(place))
    return point if point in set(_points(r)) else None


def key_of(point: Point) -> str:
    """The name of a point in an address."""
    return f"{point[0]}-{point[1]}"


def _numeric(r: StoredResults) -> list[str]:
    return [name for name in r.levers if pd.api.types.is_numeric_dtype(r.points[name])]


def _points(r: StoredResults) -> list[Point]:
    return [(str(s), int(p)) for s, p in zip(r.points["scenario"], r.points["point"], strict=True)]


def about(study: Study) -> str:
    """The text of a study, its levers, its design and its sources."""
    rows, known = [], priors()
    for lever in study.lever:
        if lever.prior and lever.name in known:
            mode, low, high = known[lever.name]
            span = f"{low:g} to {high:g}, most likely {mode:g} (its prior)"
        elif lever.choices is not None:
            span = wording.listed([str(choice) for choice in lever.choices])
        else:
            span = f"{lever.low:g} to {lever.high:g}" + (", on a log scale" if lever.scale == "log" else "")
        rows.append(
            f"<li>{escape(lever_axis(lever.name))} (<code>{escape(lever.name)}</code>): {escape(span)}</li>"
        )
    sources = "".join(f"<li>{escape(source)}</li>" for source in study.sources)
    return (
        f"<p>{escape(study.text.strip())}</p><h2>Levers</h2><ul>{''.join(rows)}</ul>"
        f"<p class='kith-note'>Design: {escape(study.design.kind.replace('_', ' ').capitalize())}; "
        f"scenario{'' if len(study.scenarios) == 1 else 's'}: "
        f"{escape(wording.listed(study.scenarios))}; {wording.plural(study.runs, 'run')} per point, on common random seeds.</p>"
        + (f"<h2>Sources</h2><ul>{sources}</ul>" if sources else "")
    )


def _command(state: StudyState, study: Study) -> str:
    is_users = state.study not in studies()
    return study_command(
        str(studies_folder() / f"{state.study}.toml") if is_users else state.study,
        store=None if studies_folder() == USUAL else studies_folder() / study.name,
        runs=state.runs or None,
        days=state.days or None,
        quick=state.size == "quick",
    )
