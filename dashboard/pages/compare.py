"""Compare: up to four scenarios side by side, on the same people and the same random draws."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import solara

from kith.dashboard.comparing.compare_plans import ResolvedState, command_for, resolved_state
from kith.dashboard.comparing.compare_side import CompareChange, Side
from kith.dashboard.comparing.goal_seek import GoalSeek
from kith.dashboard.comparing.other_worlds import OtherWorlds
from kith.dashboard.comparing.stress_test import StressTest
from kith.dashboard.comparing.your_change import Steps, YourChange
from kith.dashboard.content import comparison as views
from kith.dashboard.content.run_status import status_line
from kith.dashboard.live.live_comparison import LiveComparison, use_live_comparison
from kith.dashboard.state.compare_state import (
    VIEWS,
    CompareState,
)
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.page_state import changed
from kith.dashboard.state.trail import Trail
from kith.dashboard.widgets.parts import (
    Button,
    CopyLink,
    DownloadButton,
    ErrorMessage,
    Html,
    JumpToSide,
    Tabs,
    Text,
)
from kith.experiments.comparison.repeat_command import and_write
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.escaping import for_csv
from kith.experiments.escaping import for_html as escape
from kith.experiments.reports.slide import slide_file, slide_of
from kith.experiments.reports.story import Story, story_page
from kith.experiments.words import wording
from kith.extras import missing

SLIDES = {
    "pptx": ("PPTX", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "pdf": ("PDF", "application/pdf"),
    "png": ("PNG", "image/png"),
    "svg": ("SVG", "image/svg+xml"),
}
"""Kinds of slides to save: title, and media type."""

VIEW_TITLES = {
    "overview": "Overview",
    "leaving": "Staying and leaving",
    "joining": "Joining",
    "money": "Money",
    "network": "Belonging and ties",
    "table": "Differences",
    "goal": "What would it take?",
    "worlds": "Other assumptions",
    "stress": "Under shocks",
    "health": "Health",
    "assumptions": "Assumptions",
}


@solara.component
def Page() -> None:
    """The page: scenarios and controls on the left, results on the right."""
    where = use_navigation()
    query = where.drawn
    now = solara.use_memo(lambda: resolved_state(query), [query])
    trouble, set_trouble = solara.use_state("")
    loaded, set_loaded = solara.use_state(("", ""))  # of a scenario file, and at which address
    solara.use_effect(lambda: set_trouble(""), [query])  # errors belong to the address where they arose
    answer = use_live_comparison(now.state.inputs(), now.plans, now.days, now.state.runs)
    steps = solara.use_memo(Steps, [])
    if answer.comparison is not None:
        steps.see(answer.inputs, answer.comparison, answer.pairs == answer.requested)

    trail = solara.use_memo(Trail, [])
    trail.see(where.path)

    def go(change: CompareChange) -> None:
        set_trouble("")
        where.change("/", lambda newest: change(CompareState.usable(newest)).path())

    with solara.Div(classes=["kith-page"]):
        with solara.Div(classes=["kith-side"]):
            with solara.Div(classes=["kith-row"]):
                Button("↶ Back", lambda: where.go(trail.back), "back", not trail.back, "the step before")
                Button("↷ Forth", lambda: where.go(trail.forth), "forth", not trail.forth, "the step after")
            Side(now, go, set_trouble, lambda message: set_loaded((message, where.newest)))
        done = answer.pairs if answer.inputs == now.state.inputs() else 0
        attributes = {"data-runs": str(done), "id": "kith-results", "tabindex": "-1"}
        with solara.Div(classes=["kith-main"], attributes=attributes):
            if trouble or now.error or answer.error:
                ErrorMessage(trouble or now.error or answer.error)
            if loaded[0] and loaded[1] == where.path:
                Text(loaded[0], kind="kith-note")
            if now.plans:
                Result(now, answer, steps.change(), go)


@solara.component
def Result(
    now: ResolvedState,
    answer: LiveComparison,
    change: YourChange | None,
    go: Callable[[CompareChange], None],
) -> None:
    """The answer in a sentence, the progress of the runs, and the charts."""
    state, comparison = now.state, answer.comparison
    inputs = state.inputs()
    running = answer.running(inputs)
    Text(_heading(now), "h1")
    Html(status_line(answer, running, inputs, state.runs, len(state.choices)), "kith-status")
    if comparison is None:
        if running:
            Text("The first picture appears after one run of each scenario.", kind="kith-note")
        return
    old = answer.inputs != inputs
    with solara.Div():  # always there, so that what comes below stays in its place
        if old and not answer.error:
            Text("What follows is still the comparison before your last change.", kind="kith-note")
    with solara.Div(classes=["kith-old"] if old else []):
        Text(_sentence(comparison), kind="kith-lead")
        with solara.Div():
            if change is not None and not old:
                Text(change.sentence(), kind="kith-change")
    command = command_for(answer.inputs, comparison)
    with solara.Div(classes=["kith-row"]):
        JumpToSide()
        CopyLink()
        CopyLink(label="Copy command", text=command)
        for kind, (title, media) in SLIDES.items():
            if kind == "pptx" and missing("slides"):
                continue
            DownloadButton(
                f"Slide ({title})", f"kith-slide.{kind}", partial(slide_file_of, answer, kind), media
            )
        DownloadButton("Report (HTML)", "kith-report.html", lambda: report_of(answer), "text/html")
        DownloadButton("Story (HTML)", "kith-story.html", lambda: story_of(answer), "text/html")
        DownloadButton("Table (CSV)", "kith-table.csv", lambda: for_csv(comparison.table), "text/csv")
    Tabs(
        tabs=[{"name": v, "title": VIEW_TITLES[v], "href": replace(state, view=v).path()} for v in VIEWS],
        here=state.view,
        label="Sections",
        event_pick=lambda view: go(changed(view=view)),
    )
    with solara.Div(classes=["kith-old"] if old else []):
        if state.view == "goal":
            GoalSeek(now, comparison, command)
        elif state.view == "worlds":
            OtherWorlds(now, comparison, not running and not old)
        elif state.view == "stress":
            StressTest(comparison, not running and not old)
        else:
            views.View(state.view, comparison, None if change is None else change.shadow())
    Html(
        "<details class='kith-section'><summary>The same on the command line</summary>"
        f"<pre class='kith-command'>{escape(command)}</pre></details>"
    )


def report_of(answer: LiveComparison) -> str:
    """The report of the comparison that is shown, which may be the one before the last change."""
    assert answer.comparison is not None
    return views.report(answer.comparison, command_for(answer.inputs, answer.comparison))


def story_of(answer: LiveComparison) -> str:
    """The comparison that is shown as one page that runs without a server."""
    assert answer.comparison is not None
    command = and_write(command_for(answer.inputs, answer.comparison), story="kith-story.html")
    return story_page(Story(answer.comparison, command=command))


def slide_file_of(answer: LiveComparison, kind: str) -> bytes:
    """The slide of the comparison that is shown, as a file."""
    assert answer.comparison is not None
    command = and_write(command_for(answer.inputs, answer.comparison), slide=f"kith-slide.{kind}")
    return slide_file(slide_of(answer.comparison, command), kind)


def _heading(now: ResolvedState) -> str:
    names = [
        wording.called(name) for name in list(now.plans) or [choice.name for choice in now.state.choices]
    ]
    return f"{wording.listed(names, 'or')}?" if len(names) > 1 else f"What happens with {names[0]}?"


def _sentence(comparison: Any) -> str:
    if len(comparison.labels) > 1:
        return wording.naming(comparison_answer(comparison), comparison.labels)
    row = comparison.row("active", comparison.labels[0])
    return (
        f"After {wording.plural(comparison.days, 'day')}: {wording.plural(round(row['mean']), 'active member')} "
        f"({'one run' if comparison.runs == 1 else f'mean of {comparison.runs} runs'})."
    )
