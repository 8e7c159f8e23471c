"""Compare: up to four scenarios side by side, on the same people and the same random draws."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import solara

from kith.dashboard.content import comparison as views
from kith.dashboard.content.controls import groups, value_from
from kith.dashboard.content.run_status import status_line
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.content.stress_test import StressTest
from kith.dashboard.content.uploaded_logs import founding_of, log_option
from kith.dashboard.live.live_comparison import LiveComparison, labelled_plans, one_line, use_live_comparison
from kith.dashboard.live.uploads import ReadUpload
from kith.dashboard.state.compare_state import (
    DAYS,
    FIRST,
    LONGEST,
    MOST_SCENARIOS,
    PEOPLE,
    RUNS,
    VIEWS,
    CompareState,
)
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.page_state import Change, changed
from kith.dashboard.state.scenario_choice import (
    ScenarioChoice,
    UploadedScenario,
    choice_from_text,
    command_of,
    plan_of,
    read_uploaded_scenario,
)
from kith.dashboard.widgets.parts import (
    Button,
    CopyLink,
    DownloadButton,
    Dropdown,
    ErrorMessage,
    Html,
    JumpToSide,
    ParameterControls,
    Tabs,
    Text,
)
from kith.experiments.charts import theme
from kith.experiments.comparison.comparison import Comparison
from kith.experiments.comparison.summary_sentence import comparison_answer
from kith.experiments.escaping import for_csv
from kith.experiments.words import wording
from kith.experiments.words.assumptions import settings
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.founding import Founding
from kith.sim.schema.plan import Plan

VIEW_TITLES = {
    "overview": "Overview",
    "leaving": "Staying and leaving",
    "joining": "Joining",
    "money": "Money",
    "network": "Belonging and ties",
    "table": "Differences",
    "stress": "Under shocks",
    "health": "Health",
    "assumptions": "Assumptions",
}

type CompareChange = Change[CompareState]


@dataclass(frozen=True)
class ResolvedState:
    """The state of an address with its plans, and what is wrong with the address."""

    state: CompareState
    plans: dict[str, Plan]
    presets: tuple[Plan, ...] = ()
    founding: Founding | None = None
    error: str = ""


def resolved_state(query: str | None) -> ResolvedState:
    """The state of an address and its plans; parts that cannot be used are left out and reported."""
    state, errors = CompareState.read(query)
    founding = errors.value_or(lambda: founding_of(state.log, state.at), None)
    state = state if founding is not None else replace(state, log="", at="")
    pairs = [
        (choice, errors.value_or(partial(_plan_and_preset, choice, state, founding), None))
        for choice in state.choices
    ]
    valid = [(choice, *plans) for choice, plans in pairs if plans is not None]
    if not valid:
        return ResolvedState(
            replace(state, choices=state.choices or FIRST), {}, founding=founding, error=str(errors)
        )
    choices, plans, presets = zip(*valid, strict=True)
    state = replace(state, choices=choices, edited=min(state.edited, len(choices) - 1))
    return ResolvedState(state, labelled_plans(plans), presets, founding, str(errors))


def _plan_and_preset(
    choice: ScenarioChoice, state: CompareState, founding: Founding | None
) -> tuple[Plan, Plan]:
    """The plan of a scenario, and the plan without the changes to the library."""
    preset = ScenarioChoice(choice.bases)
    return plan_of(choice, state.people, state.days, founding), plan_of(
        preset, state.people, state.days, founding
    )


@solara.component
def Page() -> None:
    """The page: scenarios and controls on the left, results on the right."""
    where = use_navigation()
    query = where.drawn
    now = solara.use_memo(lambda: resolved_state(query), [query])
    trouble, set_trouble = solara.use_state("")
    loaded, set_loaded = solara.use_state(("", ""))  # of a scenario file, and at which address
    solara.use_effect(lambda: set_trouble(""), [query])  # errors belong to the address where they arose
    answer = use_live_comparison(now.state.inputs(), now.plans, now.state.days, now.state.runs)

    def go(change: CompareChange) -> None:
        set_trouble("")
        where.change("/", lambda newest: change(CompareState.usable(newest)).path())

    with solara.Div(classes=["kith-page"]):
        with solara.Div(classes=["kith-side"]):
            Side(now, go, set_trouble, lambda message: set_loaded((message, where.newest)))
        done = answer.pairs if answer.inputs == now.state.inputs() else 0
        with solara.Div(classes=["kith-main"], attributes={"data-runs": str(done)}):
            if trouble or now.error or answer.error:
                ErrorMessage(trouble or now.error or answer.error)
            if loaded[0] and loaded[1] == where.path:
                Text(loaded[0], kind="kith-note")
            if now.plans:
                Result(now, answer, go)


@solara.component
def Side(
    now: ResolvedState,
    go: Callable[[CompareChange], None],
    report_error: Callable[[str], None],
    note: Callable[[str], None],
) -> None:
    """The scenarios, and the controls that change them."""
    state = now.state
    colours = theme.SCENARIOS
    for place, choice in enumerate(state.choices):
        ScenarioCard(now, place, choice, colours[place], go)
    with solara.Div(classes=["kith-row"]):
        if len(state.choices) < MOST_SCENARIOS:
            Button("Add a scenario", lambda: go(_added), name="add")
        Button("Start over", lambda: go(lambda _: CompareState()), name="again")
    with solara.Div(classes=["kith-fields"]):
        if now.founding is None:
            Dropdown(
                "People",
                str(state.people),
                _numbers(PEOPLE, state.people),
                lambda v: go(changed(people=int(v))),
                "people",
            )
        else:
            Text(
                f"Starting from {now.founding.label}: {wording.plural(len(now.founding), 'member')} on {now.founding.date}.",
                kind="kith-note",
            )
        Dropdown(
            "Days",
            str(state.days),
            _numbers(DAYS, state.days),
            lambda v: go(changed(days=int(v))),
            "days",
        )
        Dropdown(
            "Runs",
            str(state.runs),
            _numbers(RUNS, state.runs),
            lambda v: go(changed(runs=int(v))),
            "runs",
        )
    choice = state.choices[state.edited]
    if now.plans:
        label = list(now.plans)[state.edited]
        Text(f"Change {label}", "h2")
        ParameterControls(
            groups=groups(list(now.plans.values())[state.edited], now.presets[state.edited]),
            label=f"Parameters of {label}",
            event_set=lambda data: _change(state.edited, data, go, report_error),
            event_reset=lambda name: go(_with(state.edited, lambda choice: choice.without(str(name)))),
        )
    Text("Save or load", "h2")
    with solara.Div(classes=["kith-row"]):
        name = f"{'-'.join(choice.bases)}.toml"
        DownloadButton("Save as scenario (TOML)", name, lambda: choice.toml(state.days), "application/toml")

    def take(name: str, uploaded: UploadedScenario) -> None:
        days = min(uploaded.days or LONGEST, LONGEST)
        go(
            lambda state: _with(state.edited, lambda _: uploaded.choice)(
                state if uploaded.days is None else replace(state, days=days)
            )
        )
        note(upload_note(name, uploaded))

    ReadUpload(
        "Drop a scenario file (TOML) here, or choose one",
        ".toml",
        named_uploaded_scenario,
        lambda uploaded: take(*uploaded),
        lambda error: report_error(one_line(error)),
        "scenario",
    )


@solara.component
def ScenarioCard(
    now: ResolvedState, place: int, choice: ScenarioChoice, colour: str, go: Callable[[CompareChange], None]
) -> None:
    """One scenario in its colour; the controls change the one that is edited."""
    state = now.state
    is_edited = place == state.edited
    with solara.Div(
        classes=["kith-scenario", *(["here"] if is_edited else [])], style={"--scenario": colour}
    ):
        Dropdown(
            "",
            choice.name,
            scenario_menu(choice.name),
            lambda name: go(lambda state: _chosen(state, place, name)),
            f"scenario-{place}",
        )
        with solara.Div(classes=["kith-row"]):
            changes = choice.changes
            Text(wording.plural(changes, "change") if changes else "as in the library", "span", "kith-note")
            Button(
                "Editing" if is_edited else "Edit",
                lambda: go(changed(edited=place)),
                f"edit-{place}",
                is_edited,
            )
            if changes:
                Button(
                    "Reset",
                    lambda: go(_with(place, lambda choice: ScenarioChoice(choice.bases))),
                    f"reset-{place}",
                )
            if len(state.choices) > 1:
                Button("Remove", lambda: go(lambda state: _removed(state, place, choice)), f"remove-{place}")


@solara.component
def Result(now: ResolvedState, answer: LiveComparison, go: Callable[[CompareChange], None]) -> None:
    """The answer in a sentence, the progress of the runs, and the charts."""
    state, comparison = now.state, answer.comparison
    inputs = state.inputs()
    running = answer.running(inputs)
    Text(_heading(now), "h1")
    Html(status_line(answer, running, inputs, state.runs, len(state.choices)), "kith-status")
    if comparison is None:
        if running:
            Text("The first results take about a second.", kind="kith-note")
        return
    old = answer.inputs != inputs
    with solara.Div(classes=["kith-old"] if old else []):
        Text(_sentence(comparison), kind="kith-lead")
    with solara.Div(classes=["kith-row"]):
        JumpToSide()
        CopyLink()
        DownloadButton("Report (HTML)", "kith-report.html", lambda: report_of(answer), "text/html")
        DownloadButton("Table (CSV)", "kith-table.csv", lambda: for_csv(comparison.table), "text/csv")
    Tabs(
        tabs=[{"name": v, "title": VIEW_TITLES[v], "href": replace(state, view=v).path()} for v in VIEWS],
        here=state.view,
        label="Sections",
        event_pick=lambda view: go(changed(view=view)),
    )
    with solara.Div(classes=["kith-old"] if old else []):
        if state.view == "stress":
            StressTest(comparison, not running and not old)
        else:
            views.View(state.view, comparison)


def report_of(answer: LiveComparison) -> str:
    """The report of the comparison that is shown, which may be the one before the last change."""
    assert answer.comparison is not None
    return views.report(answer.comparison, command_for(answer.inputs, answer.comparison))


def command_for(inputs: Any, comparison: Comparison) -> str:
    """The command line that repeats the comparison of these inputs."""
    texts, people, days, _, key, at = inputs
    choices = dict(zip(comparison.labels, map(choice_from_text, texts), strict=True))
    log, day = log_option(key, at)
    command = command_of(choices, people, days, comparison.runs, log, day)
    if isinstance(log, str):
        return command
    return f"# with the log uploaded on the page, saved under its name in this folder\n{command}"


def _numbers(offered: tuple[int, ...], current: int) -> dict[str, str]:
    return {str(n): f"{n:,}" for n in sorted({*offered, current})}


def _with(place: int, change: Callable[[ScenarioChoice], ScenarioChoice]) -> CompareChange:
    """The change of one scenario, if it is still there."""
    return lambda state: (
        state.with_choice(place, change(state.choices[place])) if place < len(state.choices) else state
    )


def _chosen(state: CompareState, place: int, name: str) -> CompareState:
    return replace(_with(place, lambda _: ScenarioChoice(tuple(name.split(" + "))))(state), edited=place)


def _added(state: CompareState) -> CompareState:
    if len(state.choices) >= MOST_SCENARIOS:
        return state
    names = {choice.name for choice in state.choices}
    new = next((n for n in ("web", "hub", "pool", "no_community") if n not in names), "baseline")
    return replace(state, choices=(*state.choices, ScenarioChoice((new,))), edited=len(state.choices))


def _removed(state: CompareState, place: int, choice: ScenarioChoice) -> CompareState:
    """The state without that scenario; a second click does not remove its neighbour."""
    if place >= len(state.choices) or state.choices[place] != choice or len(state.choices) == 1:
        return state
    choices = tuple(choice for i, choice in enumerate(state.choices) if i != place)
    return replace(state, choices=choices, edited=min(state.edited, len(choices) - 1))


def _change(
    place: int, data: Any, go: Callable[[CompareChange], None], report_error: Callable[[str], None]
) -> None:
    """Apply the value of a control, or report why it cannot be applied."""
    name, text = str(data.get("name"))[:80], str(data.get("value"))

    def change(state: CompareState) -> CompareState:
        if place >= len(state.choices):
            return state
        choice, founding = state.choices[place], founding_of(state.log, state.at)
        setting, preset = (
            next(
                (
                    s
                    for s in settings(plan_of(choice_or_preset, state.people, state.days, founding))
                    if s.name == name
                ),
                None,
            )
            for choice_or_preset in (choice, ScenarioChoice(choice.bases))
        )
        if setting is None or preset is None:
            raise ScenarioError(f"there is no parameter {name[:60]}")
        value = value_from(text, setting)
        edited = choice.without(name) if value == preset.value else choice.with_setting(name, value)
        plan_of(edited, state.people, state.days, founding)
        return state.with_choice(place, edited)

    try:
        go(change)
    except ValueError as error:
        report_error(str(error))


def named_uploaded_scenario(name: str, content: bytes) -> tuple[str, UploadedScenario]:
    """The name of a scenario file, and what a page reads from it."""
    return name, read_uploaded_scenario(name, content)


def upload_note(name: str, uploaded: UploadedScenario) -> str:
    """What else a scenario file has changed on the page, and what was left out; empty if nothing."""
    notes = []
    if uploaded.days is not None:
        over = f" (the file has {uploaded.days:,}, more than a page runs)" if uploaded.days > LONGEST else ""
        notes.append(f"Days is now {min(uploaded.days, LONGEST):,} for every scenario{over}.")
    if uploaded.left_out:
        notes.append(f"Not kept, because runs do not depend on it: {wording.listed(uploaded.left_out)}.")
    return f"{name} is loaded. {' '.join(notes)}" if notes else ""


def _heading(now: ResolvedState) -> str:
    names = list(now.plans) or [choice.name for choice in now.state.choices]
    return f"{wording.listed(names, 'or')}?" if len(names) > 1 else f"What happens with {names[0]}?"


def _sentence(comparison: Any) -> str:
    if len(comparison.labels) > 1:
        return comparison_answer(comparison)
    row = comparison.row("active", comparison.labels[0])
    return (
        f"After {wording.plural(comparison.days, 'day')}: {wording.plural(round(row['mean']), 'active member')} "
        f"({'one run' if comparison.runs == 1 else f'mean of {comparison.runs} runs'})."
    )
