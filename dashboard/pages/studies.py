"""Studies: choose one, start it, follow it, stop it, go on, and read what it has found."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import solara

from kith.dashboard.access.classroom import is_host
from kith.dashboard.access.listening import use_bell
from kith.dashboard.content import study as study_views
from kith.dashboard.content.comparison import Part
from kith.dashboard.content.study import Chosen, views_of
from kith.dashboard.live.compute_once import Once
from kith.dashboard.live.study_catalogue import (
    USUAL,
    Reading,
    folder,
    reading,
    shelf,
    sized,
    state,
    unreadable,
    wanted,
)
from kith.dashboard.live.study_job import CONDUCTOR, PLANNING, RUNNING, STOPPED, STOPPING, StudyProgress
from kith.dashboard.state.address_parts import Wrong, clipped, number
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.study_state import SIZES, TITLES, StudyState, read_study_state, study_state_or_first
from kith.dashboard.widgets.parts import (
    Chart,
    Choice,
    CopyLink,
    Field,
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
from kith.experiments.errors import RequestError
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.study import study_answer, study_page
from kith.experiments.studies.execute import StudyStatus
from kith.experiments.studies.planned_runs import digest
from kith.experiments.studies.study import Study, studies
from kith.experiments.words import wording
from kith.scenarios.errors import ScenarioError

REFRESH = 2.0
"""Seconds between pictures while a study is running."""

type Point = tuple[str, int]
type Change = Callable[[StudyState], StudyState]
"""From what was asked for last to what is asked for now."""

_DRAWN: Once[list[Part]] = Once(60)


def to(**changed: Any) -> Change:
    """The change that puts these in the place of what was."""
    return lambda sight: replace(sight, **changed)


def turned(name: str, value: str) -> Change:
    """The change that puts a value, or takes it away where it is."""
    return lambda sight: to(**{name: "" if getattr(sight, name) == value else value})(sight)


@solara.component
def Page() -> None:
    """The list, or one study."""
    where = use_navigation()
    query = where.drawn
    trouble, set_trouble = solara.use_state("")

    def see() -> tuple[StudyState, Study | None, str]:
        sight, found = read_study_state(query)
        study = None
        try:
            study = sized(sight.study, sight.size, sight.runs, sight.days) if sight.study else None
        except (RequestError, ScenarioError) as error:
            found.said.append(str(error))
        return sight, study, str(found)

    sight, study, wrong = solara.use_memo(see, [query])

    def go(change: Change) -> None:
        set_trouble("")
        where.change("/studies", lambda newest: change(study_state_or_first(newest)).path())

    with solara.Div(classes=["kith-page", "wide"]), solara.Div(classes=["kith-main"]):
        if wrong or trouble:
            Trouble(wrong or trouble)
        if study is None:
            Menu(go)
        else:
            One(sight, study, go, set_trouble)


@solara.component
def Menu(go: Callable[[Change], None]) -> None:
    """All studies."""
    Words("Studies", "h1")
    Words(
        "A study asks how outcomes hang on parameters: many runs over a grid, or drawn from plausible ranges. Choose one, "
        "try it in seconds, then let it run as a whole: it goes on when you close this tab, and can be stopped and resumed."
    )
    with solara.Div(classes=["kith-cards"]):
        for name, study in shelf().items():
            with solara.Div(classes=["kith-card"]):
                Words(study.title or name, "h2")
                Words(study.question)
                Words(
                    f"{study.design.kind.replace('_', ' ')} · {wording.listed(study.tags)}", kind="kith-note"
                )
                Press("Open", partial(go, to(study=name)), f"open-{name}")
    bad = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in unreadable().items())
    if bad:
        Html(f"<h2>Files that cannot be read</h2><ul>{bad}</ul>")
    Words(
        "Studies of your own: write a file as docs/studies.md shows, and start kith dashboard --studies FOLDER. "
        "What kith study run has stored in out/studies is seen here, too.",
        kind="kith-note",
    )


@solara.component
def One(sight: StudyState, study: Study, go: Callable[[Change], None], say: Callable[[str], None]) -> None:
    """A study: its question, its form, how far it is, what it has found."""
    beat = use_bell(CONDUCTOR.bell, lambda: REFRESH if _running() else 0.1)
    mine = mine_of(study)

    def look() -> tuple[StudyStatus | None, Reading | None, str]:
        try:
            found = state(study)
            some = found is not None and found.stored > found.failed
            return found, reading(study, found) if some and found else None, ""
        except (RequestError, ScenarioError, OSError) as error:
            return None, None, str(error)

    planning = mine is not None and mine.state == PLANNING
    stamp = (digest(study), mine and mine.state, beat if mine is not None and mine.under_way else 0)
    known = use_last(look, stamp, digest(study))
    with solara.Div(classes=["kith-row", "kith-noprint"]):
        Press("All studies", lambda: go(lambda _: StudyState()), "all")
    Words(study.title or study.name, "h1")
    Words(study.question, kind="kith-lead")
    Form(sight, study, mine, known[0] if known else None, go, say)
    if known is None:
        Words("Reading what is stored …" if not planning else "Planning …", kind="kith-note")
    elif known[2]:
        Trouble(known[2])
    elif known[1] is None:
        Html(about(study))
    else:
        Found(sight, known[1], go)


def use_last(look: Callable[[], Any], stamp: object, what: object) -> Any:
    """What `look` found last of `what`, None before; a thread looks again whenever the stamp is another."""
    found, set_found = solara.use_state((None, None))

    def begin() -> Callable[[], None]:
        gone = threading.Event()

        def work() -> None:
            value = look()
            if not gone.is_set():
                set_found((what, value))

        threading.Thread(target=work, daemon=True).start()
        return gone.set

    solara.use_effect(begin, [stamp])
    return found[1] if found[0] == what else None


@solara.component
def Form(
    sight: StudyState,
    study: Study,
    mine: StudyProgress | None,
    found: StudyStatus | None,
    go: Callable[[Change], None],
    say: Callable[[str], None],
) -> None:
    """How large, and Start, Stop or Go on."""
    host = is_host()
    busy = mine is not None and mine.under_way
    whole = sight.size == "whole"
    base = shelf().get(sight.study, study)
    points, runs = solara.use_memo(lambda: wanted(study), [digest(study)])

    def put(name: str, text: str) -> None:
        try:
            value = number({name: text.strip()}, name, 0, 1, 10_000 if name == "runs" else 3_650)
        except ScenarioError as error:
            say(str(error))
            return
        go(to(**{name: 0 if value == getattr(base, name) else value}))

    def press() -> None:
        try:
            if busy:
                CONDUCTOR.stop()
            else:
                CONDUCTOR.start(study)
        except RequestError as error:
            say(str(error))

    with solara.Div(classes=["kith-row"]):
        Choice("Size", sight.size, SIZES, lambda size: go(to(size=size, runs=0, days=0)), "size")
        if whole:
            Field(
                label="Runs of each point",
                value=study.runs,
                low=1,
                high=10_000,
                name="runs",
                event_put=partial(put, "runs"),
            )
            if study.days:
                Field(
                    label="Days",
                    value=study.days,
                    low=1,
                    high=3_650,
                    name="days",
                    event_put=partial(put, "days"),
                )
        done = found is not None and found.missing == 0
        some = found is not None and found.stored > 0
        word = "Stop" if busy else "All there" if done else "Go on" if some else "Start"
        waits = mine is not None and mine.state == STOPPING
        Press(
            "Stopping …" if waits else word, press, "start", disabled=waits or (done and not busy) or not host
        )
        CopyLink()
    said = f"{wording.plural(points, 'point')}, {wording.plural(runs, 'run')}"
    Html(how_far(mine, found, said), "kith-status")
    if mine is not None and mine.error:
        Trouble(mine.error)
    if not whole:
        Words(
            f"A study of the same shape over {study.days} days: to try it, not to learn from it.",
            kind="kith-note",
        )
    if not host:
        Words("Studies are started by whoever started kith.", kind="kith-note")


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
        Html(f"<h2>The same on the command line</h2><p><code>{escape(_command(sight, r.study))}</code></p>")
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
            Choice("Against", c.across, across, lambda v: go(to(across=v)), "across")
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
        "Means over the runs of a point; press a heading to sort by it."
        + (f" {left:,} more points are in the CSV." if left > 0 else "")
        + " The greatest of many is partly luck: run the point that you choose on fresh seeds.",
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
        Words(f"Marked: {study_views.label(r, point)}", "h3")
        Words("; ".join(said) + f"; {wording.plural(int(row['runs']), 'run')}.")
        with solara.Div(classes=["kith-row"]):
            Press("Compare it with another", lambda: go(to(view="pair")), "to-pair")
            Press("Take the mark away", lambda: go(to(at="")), "unmark")


def mine_of(study: Study) -> StudyProgress | None:
    """How this study is doing, if it is the one that was started last."""
    now = CONDUCTOR.now()
    return now if now is not None and now.key == digest(study) else None


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
        f"<p>{escape(study.text.strip())}</p><h2>What is turned</h2><ul>{''.join(rows)}</ul>"
        f"<p class='kith-note'>Design: {escape(study.design.kind.replace('_', ' '))}; scenarios: "
        f"{escape(wording.listed(study.scenarios))}; {study.runs} runs of each point on common seeds.</p>"
        + (f"<h2>Sources</h2><ul>{sources}</ul>" if sources else "")
    )


def how_far(mine: StudyProgress | None, found: StudyStatus | None, size: str) -> str:
    """Stored, wanted, pace, for eyes and for screen readers."""
    if mine is not None and mine.state == PLANNING:
        return f'<span class="run" role="status">planning</span><span>{escape(size)}</span>'
    if mine is not None and mine.under_way:
        share = 100 * mine.stored / max(1, mine.wanted)
        bar = f'<span class="kith-progress" aria-hidden="true"><i style="width:{share:.0f}%"></i></span>'
        left = mine.seconds_left
        time_left = "" if left is None else f", about {_span(left)} left"
        return (
            f'<span class="run" role="status">{mine.state}</span>{bar}'
            f"<span>{mine.stored:,} of {mine.wanted:,} runs{time_left}</span>"
        )
    if found is None or not found.stored:
        return f'<span role="status">{escape(size)}; nothing is stored yet</span>'
    failed = f", {found.failed:,} of them failed" if found.failed else ""
    stopped = "stopped; " if mine is not None and mine.state == STOPPED else ""
    return f'<span role="status">{stopped}{found.stored:,} of {found.wanted:,} runs stored{failed}</span>'


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def _running() -> bool:
    now = CONDUCTOR.now()
    return now is not None and now.state == RUNNING


def _numeric(r: Reading) -> list[str]:
    return [name for name in r.levers if pd.api.types.is_numeric_dtype(r.points[name])]


def _points(r: Reading) -> list[Point]:
    return [(str(s), int(p)) for s, p in zip(r.points["scenario"], r.points["point"], strict=True)]


def _command(sight: StudyState, study: Study) -> str:
    own = sight.study not in studies()
    return study_command(
        str(folder() / f"{sight.study}.toml") if own else sight.study,
        store=None if folder() == USUAL else folder() / study.name,
        runs=sight.runs or None,
        days=sight.days or None,
        quick=sight.size == "quick",
    )
