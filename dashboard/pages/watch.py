"""Watch: one run as an animated network: intervene and watch what changes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.content.live_run import LiveRun
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.state.interventions import INTERVENTIONS, MOST_DAYS
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.page_state import Change, changed
from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.dashboard.state.watch_state import COLOURS, PEOPLE, WatchState
from kith.dashboard.widgets.parts import Button, CopyLink, Dropdown, ErrorMessage, Html, JumpToSide, Text
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
    colour: str = COLOURS[0],
    event_tick: Callable[[Any], None] | None = None,
    event_paused: Callable[[Any], None] | None = None,
    event_pick: Callable[[Any], None] | None = None,
    event_paint_by: Callable[[Any], None] | None = None,
) -> Any:
    """The members and their ties, drawn and animated in the browser."""


class WatchedRun:
    """The run that a page shows, and the state for which it was simulated."""

    def __init__(self) -> None:
        self.state: WatchState | None = None
        self.run: LiveRun | None = None
        self.name = ""

    def enter(self, state: WatchState) -> bool:
        """Simulate the run of a state, unless it is there already; whether it was simulated."""
        if self.run is not None and self.state is not None and state.same_moment(self.state):
            return False
        self.leave()
        run = LiveRun(plan_of(state.choice, state.people), state.seed, state.interventions)
        run.step(max(1, state.day))
        self.state, self.run, self.name = state, run, uuid4().hex
        return True

    def now(self, state: WatchState) -> WatchState:
        """The state with the day and the interventions by now, if it is the run that is here."""
        if self.run is None or self.state is None or not state.same_run(self.state):
            return state
        return replace(state, interventions=self.run.timeline, day=self.run.day)

    def frame(self) -> dict[str, Any]:
        """What the browser draws now."""
        assert self.run is not None
        return self.run.frame() | {"run": self.name, "over": self.run.day >= MOST_DAYS}

    def leave(self) -> None:
        """End the run."""
        if self.run is not None:
            self.run.close()
        self.run = None


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    query = where.drawn
    watched = solara.use_memo(WatchedRun, [])
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
        if watched.run is not None:
            watched.run.step(max(1, min(30, int(days))))
            set_frame(watched.frame())

    def act(name: str) -> None:
        if watched.run is None or watched.run.day >= MOST_DAYS:
            return
        try:
            watched.run.apply(name)
        except ScenarioError as error:
            set_trouble(str(error))
            return
        watched.run.step(1)
        go(with_current_day)

    def with_current_day(newest: WatchState) -> WatchState:
        """The state with the day of the run that is shown, if it is the run of that state."""
        now = watched.now(newest)
        if watched.run is not None and watched.state is not None and now.same_run(watched.state):
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

    with solara.Div(classes=["kith-page"]):
        with solara.Div(classes=["kith-side"]):
            Side(state, watched, act, restart, go)
            Story(watched, state.member)
        with solara.Div(classes=["kith-main"], attributes={"id": "kith-results", "tabindex": "-1"}):
            if wrong or trouble:
                ErrorMessage(wrong or trouble)
            if frame is not None and watched.run is not None:
                Text(f"{watched.run.plan.title}, day by day", "h1")
                JumpToSide(label="Intervene ↓")
                Network(
                    frame=frame,
                    chosen=state.member,
                    colour=state.colour,
                    event_tick=tick,
                    event_paused=lambda _: go(with_current_day),
                    event_pick=lambda person: go(changed(member=max(-1, int(person)))),
                    event_paint_by=lambda name: go(changed(colour=name if name in COLOURS else COLOURS[0])),
                )
                Text(
                    "Dots are members, lines among them are ties; lines to the hub are no ties among members and are not counted as such. Grey dots are members who have fallen silent. Orange lines lead to the hub; the green glow is the shared activity. "
                    "Members who feel they belong are closer to the centre, bigger dots contribute more, red dots have just left for good. "
                    "Audience: no contribution within 90 days. Internal: contributed in each of the last three months, and belongs.",
                    kind="kith-note",
                )


@solara.component
def Side(
    state: WatchState,
    watched: WatchedRun,
    act: Callable[[str], None],
    restart: Callable[[], None],
    go: Callable[[WatchChange], None],
) -> None:
    """The run that is watched, and the interventions."""
    Dropdown(
        "",
        state.choice.name,
        scenario_menu(state.choice.name),
        lambda name: go(another_run(choice=ScenarioChoice(tuple(name.split(" + "))))),
        "scenario",
    )
    if watched.run is not None:
        Text(question_of(watched.run.plan), kind="kith-note")
    with solara.Div(classes=["kith-row"]):
        sizes = {str(n): f"{n:,}" for n in sorted({*PEOPLE, state.people})}
        Dropdown("People", str(state.people), sizes, lambda v: go(another_run(people=int(v))), "people")
        Button("New random seed", lambda: go(lambda s: another_run(seed=s.seed + 1)(s)), "seed")
        Button("Restart", restart, "restart")
        CopyLink(path=watched.now(state).path())
    Text("Intervene", "h2")
    with solara.Div(classes=["kith-acts"]):
        for name, intervention in INTERVENTIONS.items():
            able = watched.run is not None and watched.run.can_apply(name)
            Button(intervention.title, partial(act, name), f"act-{name}", not able, intervention.help)


@solara.component
def Story(watched: WatchedRun, chosen: int) -> None:
    """The story of the member that was clicked."""
    Text("A member's story", "h2")
    sentences = watched.run.story(chosen) if watched.run is not None and chosen >= 0 else []
    if not sentences:
        Text("Click a dot to read that member's story.", kind="kith-note")
        return
    lines = "".join(f"<p>{line}</p>" for line in sentences)
    Html(f"<h3>Member {chosen}</h3>{lines}", "kith-story")
