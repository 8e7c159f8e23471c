"""What a study has found: the tabs of its page, the table of its points, and what is chosen in them."""

from collections.abc import Callable, Hashable
from dataclasses import replace

import pandas as pd
import solara

from kith.dashboard.content import study as study_views
from kith.dashboard.content.comparison import Part
from kith.dashboard.content.study import Chosen, views_of
from kith.dashboard.live.compute_once import Once
from kith.dashboard.live.study_catalogue import (
    USUAL,
    Reading,
    folder,
)
from kith.dashboard.state.address_parts import Wrong, clipped
from kith.dashboard.state.study_state import (
    TITLES,
    Change,
    StudyState,
    to,
    turned,
)
from kith.dashboard.widgets.parts import (
    Chart,
    Choice,
    Html,
    PointTable,
    Press,
    Save,
    Tabs,
    Trouble,
    Words,
)
from kith.experiments.analyses.prior_draws import priors
from kith.experiments.comparison.repeat_command import study_command
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.study import study_answer, study_page
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.study import Study, studies
from kith.experiments.words import wording

type Point = tuple[str, int]

_DRAWN: Once[list[Part]] = Once(60)


@solara.component
def Found(sight: StudyState, r: Reading, go: Callable[[Change], None]) -> None:
    """What it has found so far."""
    views = views_of(r)
    view = sight.view if sight.view in views else views[0]
    chosen = chosen_of(sight, r)
    unknown = unknown_of(sight, r)
    if unknown:
        Trouble(unknown)
    Words(study_answer(r.study, r.points, r.ranking, r.found), kind="kith-lead")
    with solara.Div(classes=["kith-row"]):
        command = _command(sight, r.study)
        Save(
            "Report (HTML)",
            f"{r.study.name}.html",
            lambda: study_page(r.study, r.store, command),
            "text/html",
        )
        Save("Points (CSV)", f"{r.study.name}-points.csv", lambda: for_csv(r.points), "text/csv")
        Save("Runs (CSV)", f"{r.study.name}-runs.csv", lambda: for_csv(r.runs), "text/csv")
    Tabs(
        tabs=[{"name": v, "title": TITLES[v], "href": replace(sight, view=v).path()} for v in views],
        here=view,
        label="Sections",
        event_pick=lambda v: go(to(view=v)),
    )
    if view not in ("table", "about", "holds"):
        Lenses(r, chosen, view, go)

    def pick(key: str) -> None:
        if point_of(key, r) is not None:
            go(turned("at", key))

    if view == "about":
        Html(about(r.study))
        Html(f"<h2>On the command line</h2><p><code>{escape(_command(sight, r.study))}</code></p>")
    elif view == "table":
        Table(r, chosen, go)
    else:
        key: Hashable = (r.store.folder, digest(r.study), r.found.stored, view, chosen)
        for part in _DRAWN.get(key, lambda: study_views.drawn(view, r, chosen)):
            if isinstance(part, str):
                Html(part)
            else:
                Chart(part[0], f"kith-{part[1]}", part[2], part[3], pick if view != "pair" else None)
    if chosen.at is not None and view != "pair":
        Marked(r, chosen.at, go)


@solara.component
def Lenses(r: Reading, c: Chosen, view: str, go: Callable[[Change], None]) -> None:
    """Which outcome, which scenario, what across, which two points."""
    outcomes = {name: wording.title(name) for name in r.outcomes}
    scenarios = {name: name for name in r.points["scenario"].unique()}
    with solara.Div(classes=["kith-row"]):
        Choice("Outcome", c.outcome, outcomes, lambda v: go(to(outcome=v)), "outcome")
        if len(scenarios) > 1 and view in ("map", "matters", "levers"):
            Choice("Scenario", c.scenario, scenarios, lambda v: go(to(scenario=v)), "scenario")
        if view == "points":
            across = {name: name.rpartition(".")[2].replace("_", " ") for name in _numeric(r)} | outcomes
            Choice("Horizontal axis", c.across, across, lambda v: go(to(across=v)), "across")
        if view == "pair":
            points = {key_of(p): study_views.label(r, p) for p in _points(r)}
            none = {"": "choose …"}
            Choice(
                "First",
                key_of(c.beside) if c.beside else "",
                none | points,
                lambda v: go(to(beside=v)),
                "beside",
            )
            Choice(
                "Second",
                key_of(c.at) if c.at else "",
                none | points,
                lambda v: go(to(at=v)),
                "at",
            )


@solara.component
def Table(r: Reading, c: Chosen, go: Callable[[Change], None]) -> None:
    """Every point, to be sorted, marked and compared."""
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
        event_order=lambda name: go(turned("sort", str(name)[:80])),
        event_mark=lambda key: go(turned("at", str(key)[:80])),
        event_compare=lambda key: go(turned("beside", str(key)[:80])),
    )
    left = len(rows) - len(shown)
    Words(
        "Means over the runs of each point; click a heading to sort."
        + (f" The CSV has {wording.plural(left, 'more point')}." if left > 0 else "")
        + " The best of many points is partly luck: run the one you choose again on new random seeds.",
        kind="kith-note",
    )


@solara.component
def Marked(r: Reading, point: Point, go: Callable[[Change], None]) -> None:
    """The point that is marked, in words, and what can be done with it."""
    own = r.points[(r.points["scenario"] == point[0]) & (r.points["point"] == point[1])]
    if own.empty:
        return
    row = own.iloc[0]
    said = [
        f"{name} {value}" for name, value in zip(study_views.heads(r), study_views.cells(r, row), strict=True)
    ]
    with solara.Div(classes=["kith-verdict"]):
        Words(f"Selected: {study_views.label(r, point)}", "h3")
        Words("; ".join(said) + f"; {wording.plural(int(row['runs']), 'run')}.")
        with solara.Div(classes=["kith-row"]):
            Press("Compare with another point", lambda: go(to(view="pair")), "to-pair")
            Press("Clear selection", lambda: go(to(at="")), "clear")


def chosen_of(sight: StudyState, r: Reading) -> Chosen:
    """What the address chooses, as far as the study has it."""
    scenarios, outcomes = list(r.points["scenario"].unique()), r.outcomes
    outcome = sight.outcome if sight.outcome in outcomes else outcomes[0]
    offered = [*_numeric(r), *outcomes]
    across = sight.across if sight.across in offered else offered[0]
    if across == outcome and len(offered) > 1:
        across = next(name for name in offered if name != outcome)
    scenario = sight.scenario if sight.scenario in scenarios else scenarios[0]
    return Chosen(scenario, outcome, across, point_of(sight.at, r), point_of(sight.beside, r), sight.sort)


def unknown_of(sight: StudyState, r: Reading) -> str:
    """What an address chooses that the study does not have, in words; empty if nothing."""
    wrong, given = Wrong(), vars(sight)
    wrong.one_of(given, "scenario", list(r.points["scenario"].unique()), "")
    wrong.one_of(given, "outcome", r.outcomes, "")
    wrong.one_of(given, "across", [*_numeric(r), *r.outcomes], "")
    wrong.one_of(given, "sort", list(r.points), "")
    for name in ("at", "beside"):
        if given[name] and point_of(given[name], r) is None:
            first = next(iter(_points(r)), None)
            example = f", such as {key_of(first)}" if first is not None else ""
            wrong.said.append(f"{name}={clipped(given[name])}: must be a point of the study{example}")
    return str(wrong)


def point_of(key: str, r: Reading) -> Point | None:
    """The point that a key such as `web-3` names, if there is one."""
    scenario, _, place = key.rpartition("-")
    if not place.isdecimal() or len(place) > 9:
        return None
    point = (scenario, int(place))
    return point if point in set(_points(r)) else None


def key_of(point: Point) -> str:
    """How an address names a point."""
    return f"{point[0]}-{point[1]}"


def _numeric(r: Reading) -> list[str]:
    return [name for name in r.levers if pd.api.types.is_numeric_dtype(r.points[name])]


def _points(r: Reading) -> list[Point]:
    return [(str(s), int(p)) for s, p in zip(r.points["scenario"], r.points["point"], strict=True)]


def about(study: Study) -> str:
    """What is turned, what to look at, where it comes from."""
    rows, known = [], priors()
    for lever in study.lever:
        if lever.prior and lever.name in known:
            mode, low, high = known[lever.name]
            span = f"{low:g} to {high:g}, most likely {mode:g} (its prior)"
        elif lever.choices is not None:
            span = wording.listed([str(choice) for choice in lever.choices])
        else:
            span = f"{lever.low:g} to {lever.high:g}" + (", on a log scale" if lever.scale == "log" else "")
        rows.append(f"<li><code>{escape(lever.name)}</code>: {escape(span)}</li>")
    sources = "".join(f"<li>{escape(source)}</li>" for source in study.sources)
    return (
        f"<p>{escape(study.text.strip())}</p><h2>Levers</h2><ul>{''.join(rows)}</ul>"
        f"<p class='kith-note'>Design: {escape(study.design.kind.replace('_', ' '))}; scenarios: "
        f"{escape(wording.listed(study.scenarios))}; {wording.plural(study.runs, 'run')} per point, on common random seeds.</p>"
        + (f"<h2>Sources</h2><ul>{sources}</ul>" if sources else "")
    )


def _command(sight: StudyState, study: Study) -> str:
    own = sight.study not in studies()
    return study_command(
        str(folder() / f"{sight.study}.toml") if own else sight.study,
        store=None if folder() == USUAL else folder() / study.name,
        runs=sight.runs or None,
        days=sight.days or None,
        quick=sight.size == "quick",
    )
