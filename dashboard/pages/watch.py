"""Watch: runs on one clock as animated networks: intervene, go back, and see what changes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import solara

from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.content.watched_runs import WatchedRuns
from kith.dashboard.state.interventions import INTERVENTIONS, MOST_DAYS
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.page_state import Change, changed
from kith.dashboard.state.scenario_choice import ScenarioChoice
from kith.dashboard.state.watch_state import COLOURS, MOST_RUNS, PEOPLE, TYPES, WatchState
from kith.dashboard.widgets.parts import Button, CopyLink, Dropdown, ErrorMessage, Html, JumpToSide, Text
from kith.experiments.escaping import for_html as escape
from kith.experiments.words import wording
from kith.experiments.words.assumptions import question_of
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.parameter_set import ParameterError

type WatchChange = Change[WatchState]


def another_run(**values: Any) -> WatchChange:
    """The change to another run, at its beginning."""
    return changed(day=0, interventions=(), member=-1, **values)


@solara.component_vue("../widgets/vue/network.vue", vuetify=False)
def Network(
    frame: dict[str, Any],
    chosen: int = -1,
    at: int = 0,
    colour: str = COLOURS[0],
    event_tick: Callable[[Any], None] | None = None,
    event_paused: Callable[[Any], None] | None = None,
    event_pick: Callable[[Any], None] | None = None,
    event_rewind: Callable[[Any], None] | None = None,
    event_undo: Callable[[Any], None] | None = None,
    event_paint_by: Callable[[Any], None] | None = None,
) -> Any:
    """The members and their ties, drawn and animated in the browser."""


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    query = where.drawn
    watched = solara.use_memo(WatchedRuns, [])
    frame, set_frame = solara.use_state(None)
    trouble, set_trouble = solara.use_state("")
    solara.use_effect(lambda: watched.leave, [])

    def enter() -> tuple[WatchState, str]:
        state, errors = WatchState.read(query)
        try:
            if watched.enter(state):
                set_frame(watched.frame())
        except (ScenarioError, ParameterError) as error:
            errors.messages.append(str(error))
        return state, str(errors)

    state, wrong = solara.use_memo(enter, [query])

    def tick(days: Any) -> None:
        if watched.runs:
            watched.step(max(1, min(30, int(days))))
            set_frame(watched.frame())

    def act(name: str) -> None:
        if not watched.runs or watched.over:
            return
        try:
            watched.apply(name)
        except ScenarioError as error:
            set_trouble(str(error))
            return
        watched.step(1)
        go(with_current_day)

    def rewind(day: Any) -> None:
        if watched.runs:
            watched.go_to(max(1, min(MOST_DAYS, int(day))))
            go(with_current_day)

    def undo() -> None:
        if watched.runs:
            watched.undo()
            go(with_current_day)

    def with_current_day(newest: WatchState) -> WatchState:
        """The state with the day of the runs that are shown, if they are the runs of that state."""
        now = watched.now(newest)
        if watched.state is not None and now.same_run(watched.state):
            watched.state = now
            set_frame(watched.frame())
        return now

    def go(change: WatchChange) -> None:
        set_trouble("")
        where.change("/watch", lambda newest: change(WatchState.usable(newest)).path())

    def restart() -> None:
        first = replace(WatchState.usable(where.newest.partition("?")[2]), day=0, interventions=(), member=-1)
        watched.leave()
        watched.enter(first)
        set_frame(watched.frame())
        go(lambda _: first)

    def pick(chosen: Any) -> None:
        place, person = (int(number) for number in chosen)
        go(changed(member=max(-1, person), at=max(0, min(place, MOST_RUNS - 1))))

    with solara.Div(classes=["kith-page"]):
        with solara.Div(classes=["kith-side"]):
            Side(state, watched, act, restart, undo, go)
            Story(watched, state)
        with solara.Div(classes=["kith-main"], attributes={"id": "kith-results", "tabindex": "-1"}):
            if wrong or trouble:
                ErrorMessage(wrong or trouble)
            if frame is not None and watched.runs:
                Text(f"{heading(watched)}, day by day", "h1")
                JumpToSide(label="Intervene ↓")
                Network(
                    frame=frame,
                    chosen=state.member,
                    at=state.at,
                    colour=state.colour,
                    event_tick=tick,
                    event_paused=lambda _: go(with_current_day),
                    event_pick=pick,
                    event_rewind=rewind,
                    event_undo=lambda _: undo(),
                    event_paint_by=lambda name: go(changed(colour=name if name in COLOURS else COLOURS[0])),
                )
                Text(
                    "Dots are members, rings are dormant members, who have fallen silent and may wake; lines are ties among "
                    "members. Orange lines lead to the hub and are not counted among the ties; the green glow is the shared "
                    "activity. Members who feel they belong are closer to the centre, bigger dots contribute more, red dots have "
                    "just left for good. "
                    "Audience: no contribution within 90 days. Internal: contributed in each of the last three months, and belongs.",
                    kind="kith-note",
                )


def heading(watched: WatchedRuns) -> str:
    """The scenario's title, or the names of those side by side."""
    runs = list(watched.runs.items())
    return runs[0][1].plan.title if len(runs) == 1 else wording.listed([label for label, _ in runs])


@solara.component
def Side(
    state: WatchState,
    watched: WatchedRuns,
    act: Callable[[str], None],
    restart: Callable[[], None],
    undo: Callable[[], None],
    go: Callable[[WatchChange], None],
) -> None:
    """The runs that are watched, and the interventions."""
    with solara.Div():
        for place, choice in enumerate(state.choices):
            with solara.Div(classes=["kith-choice"]):
                Dropdown(
                    "",
                    choice.name,
                    scenario_menu(choice.name),
                    partial(lambda place, name: go(partial(_chosen, place, name)), place),
                    "scenario" if place == 0 else f"scenario-{place}",
                )
                if len(state.choices) > 1:
                    Button("Remove", partial(go, partial(_removed, place, choice)), f"remove-{place}")
    with solara.Div(classes=["kith-row"]):
        if len(state.choices) < MOST_RUNS:
            Button("Add one beside it", lambda: go(_added), "add")
        if state.choices != TYPES:
            Button("Pool, hub and web", lambda: go(another_run(choices=TYPES)), "types", help="side by side")
    if len(watched.runs) == 1:
        Text(question_of(next(iter(watched.runs.values())).plan), kind="kith-note")
    with solara.Div(classes=["kith-row"]):
        sizes = {str(n): f"{n:,}" for n in sorted({*PEOPLE, state.people})}
        Dropdown("People", str(state.people), sizes, lambda v: go(another_run(people=int(v))), "people")
        Button("New random seed", lambda: go(lambda s: another_run(seed=s.seed + 1)(s)), "seed")
        Button("Restart", restart, "restart")
        CopyLink(path=watched.now(state).path())
    Text("Intervene" if len(state.choices) == 1 else "Strike all of them", "h2")
    with solara.Div(classes=["kith-acts"]):
        for name, intervention in INTERVENTIONS.items():
            able = watched.can_apply(name)
            Button(intervention.title, partial(act, name), f"act-{name}", not able, intervention.help)
        if watched.now(state).interventions:
            Button("↶ Undo the last one", undo, "undo", help="goes back to the day on which it was made")


def _chosen(place: int, name: str, state: WatchState) -> WatchState:
    """The state with another scenario in that place."""
    new = ScenarioChoice(tuple(name.split(" + ")))
    choices = (*state.choices[:place], new, *state.choices[place + 1 :])
    return another_run(choices=choices)(state)


def _added(state: WatchState) -> WatchState:
    """The state with one more scenario, at the same day and with the same interventions."""
    names = {choice.name for choice in state.choices}
    new = next((choice for choice in TYPES if choice.name not in names), TYPES[0])
    return replace(state, choices=(*state.choices, new)[:MOST_RUNS])


def _removed(place: int, choice: ScenarioChoice, state: WatchState) -> WatchState:
    """The state without that scenario; a second click does not remove its neighbour."""
    if len(state.choices) == 1 or place >= len(state.choices) or state.choices[place] != choice:
        return state
    kept = state.choices[:place] + state.choices[place + 1 :]
    query = replace(state, choices=kept, member=-1, at=0).query()
    return WatchState.usable(query)  # without the interventions that nobody who is left can have


@solara.component
def Story(watched: WatchedRuns, state: WatchState) -> None:
    """The story of the member that was clicked."""
    Text("A member's story", "h2")
    sentences = watched.story(state.at, state.member) if state.member >= 0 else []
    if not sentences:
        Text("Click a dot to read that member's story.", kind="kith-note")
        return
    lines = "".join(f"<p>{escape(line)}</p>" for line in sentences)
    of = f", {list(watched.runs)[state.at]}" if len(watched.runs) > 1 else ""
    Html(f"<h3>Member {state.member}{escape(of)}</h3>{lines}", "kith-story")
