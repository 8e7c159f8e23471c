"""The side of the Compare page: the scenarios, their size and length, and the controls that change them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import solara

from kith.dashboard.comparing.compare_plans import ResolvedState
from kith.dashboard.comparing.controls import check_plausible, groups, value_from
from kith.dashboard.comparing.scale import in_proportion, size_notes
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.content.uploaded_logs import founding_of
from kith.dashboard.live.live_comparison import one_line
from kith.dashboard.live.uploads import ReadUpload
from kith.dashboard.state.compare_state import DAYS, LONGEST, MOST_SCENARIOS, PEOPLE, RUNS, CompareState
from kith.dashboard.state.page_state import Change, changed
from kith.dashboard.state.scenario_choice import (
    ScenarioChoice,
    UploadedScenario,
    plan_of,
    read_uploaded_scenario,
)
from kith.dashboard.widgets.parts import Button, DownloadButton, Dropdown, ParameterControls, Text
from kith.experiments.charts import theme
from kith.experiments.words import wording
from kith.experiments.words.assumptions import settings
from kith.scenarios.errors import ScenarioError

type CompareChange = Change[CompareState]


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
    with solara.Div():  # of its own, so that what comes below stays in its place when there is one more
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
                f"Starting from {now.founding.label}: {wording.plural(len(now.founding), 'member')} on {now.founding.date}"
                + (
                    "."
                    if now.founding.awake is None
                    else f", about {now.founding.awake.sum():,.0f} of them awake; the others have fallen silent."
                ),
                kind="kith-note",
            )
        Dropdown(
            "Days",
            str(state.days),
            {"0": "own length" if state.days else f"own: {now.days}"} | _numbers(DAYS, state.days),
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
    with solara.Div():
        for line in size_notes(now):
            Text(line, kind="kith-note")
    choice = state.choices[state.edited]
    if now.plans:
        label = wording.called(list(now.plans)[state.edited])
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
        DownloadButton(
            "Save as scenario (TOML)", name, lambda: choice.toml(state.days or None), "application/toml"
        )

    def take(name: str, uploaded: UploadedScenario) -> None:
        days = min(uploaded.days or LONGEST, LONGEST)
        go(
            lambda state: _dropped(
                state if uploaded.days is None else replace(state, days=days), uploaded.choice
            )
        )
        replaced = choice.name if len(state.choices) >= MOST_SCENARIOS else ""
        note(upload_note(name, uploaded, replaced))

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
            Text(_origin(now, place, changes), "span", "kith-note")
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
            if len(state.choices) < MOST_SCENARIOS:
                Button(
                    "Duplicate", lambda: go(lambda state: _doubled(state, place, choice)), f"double-{place}"
                )
            if len(state.choices) > 1:
                Button("Remove", lambda: go(lambda state: _removed(state, place, choice)), f"remove-{place}")


def _origin(now: ResolvedState, place: int, changes: int) -> str:
    """How a scenario differs from the library's: in what was changed, and in its size."""
    here = next(iter(list(now.presets)[place : place + 1]), None)
    size = "" if here is None or not in_proportion(here) else "scaled"
    if changes:
        return wording.plural(changes, "change") + (f", {size}" if size else "")
    return f"as in the library, {size}" if size else "as in the library"


def _numbers(offered: tuple[int, ...], current: int) -> dict[str, str]:
    return {str(n): f"{n:,}" for n in sorted({*offered, current}) if n}


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


def _dropped(state: CompareState, choice: ScenarioChoice) -> CompareState:
    """The state with the scenario of a file beside the others, or in the place of the edited one if there is no room."""
    if len(state.choices) >= MOST_SCENARIOS:
        return _with(state.edited, lambda _: choice)(state)
    return replace(state, choices=(*state.choices, choice), edited=len(state.choices))


def _doubled(state: CompareState, place: int, choice: ScenarioChoice) -> CompareState:
    """The state with that scenario once more, below it, where it can be changed."""
    if len(state.choices) >= MOST_SCENARIOS or place >= len(state.choices):
        return state
    choices = (*state.choices[: place + 1], choice, *state.choices[place + 1 :])
    return replace(state, choices=choices, edited=place + 1)


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
                    for s in settings(plan_of(choice_or_preset, state.people, state.days or None, founding))
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
        check_plausible(plan_of(edited, state.people, state.days or None, founding))
        return state.with_choice(place, edited)

    try:
        go(change)
    except ValueError as error:
        report_error(str(error))


def named_uploaded_scenario(name: str, content: bytes) -> tuple[str, UploadedScenario]:
    """The name of a scenario file, and what a page reads from it."""
    return name, read_uploaded_scenario(name, content)


def upload_note(name: str, uploaded: UploadedScenario, replaced: str = "") -> str:
    """What else a scenario file has changed on the page, and what was left out; empty if nothing."""
    notes = []
    if replaced:
        notes.append(
            f"It took the place of {replaced}: a page compares at most {MOST_SCENARIOS} scenarios. Back brings it back."
        )
    if uploaded.days is not None:
        over = f" (the file has {uploaded.days:,}, more than a page runs)" if uploaded.days > LONGEST else ""
        notes.append(f"Days is now {min(uploaded.days, LONGEST):,} for every scenario{over}.")
    if uploaded.left_out:
        notes.append(f"Not kept, because runs do not depend on it: {wording.listed(uploaded.left_out)}.")
    return f"{name} is loaded. {' '.join(notes)}" if notes else ""
