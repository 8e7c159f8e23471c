"""Watch: one run as an animated network: intervene and watch what changes."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import solara

from kith.dashboard.content.live_run import LiveRun
from kith.dashboard.content.scenario_menu import scenario_menu
from kith.dashboard.state.interventions import ACTS, MOST_DAYS
from kith.dashboard.state.navigation import use_navigation
from kith.dashboard.state.scenario_choice import ScenarioChoice, plan_of
from kith.dashboard.state.watch_state import (
    COLOURS,
    PEOPLE,
    WatchState,
    read_watch_state,
    watch_state_or_first,
)
from kith.dashboard.widgets.parts import Choice, CopyLink, Html, JumpToSide, Press, Trouble, Words
from kith.experiments.words.assumptions import question_of
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.parameters import ParameterError

type Change = Callable[[WatchState], WatchState]
"""From what was asked for last to what is asked for now."""


def to(**changed: Any) -> Change:
    """The change that puts these in the place of what was."""
    return lambda scene: replace(scene, **changed)


def another(**changed: Any) -> Change:
    """The change to another world, at its beginning."""
    return to(day=0, done=(), member=-1, **changed)


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
    """The members and their ties, drawn and moved in the browser."""


class Stage:
    """The world that a page watches now, and the frame that was drawn last."""

    def __init__(self) -> None:
        self.scene: WatchState | None = None
        self.world: LiveRun | None = None
        self.name = ""

    def enter(self, scene: WatchState) -> bool:
        """Make the world of a scene, unless it is the one that is there already; whether it was made."""
        if self.world is not None and self.scene is not None and scene.same_moment(self.scene):
            return False
        self.leave()
        world = LiveRun(plan_of(scene.arm, scene.people), scene.seed, scene.done)
        world.step(max(1, scene.day))
        self.scene, self.world, self.name = scene, world, uuid4().hex
        return True

    def now(self, scene: WatchState) -> WatchState:
        """The scene as it is by now, if it is the world that is here."""
        if self.world is None or self.scene is None or not scene.same_world(self.scene):
            return scene
        return replace(scene, done=self.world.done, day=self.world.day)

    def frame(self) -> dict[str, Any]:
        """What is seen now."""
        assert self.world is not None
        return self.world.frame() | {"world": self.name, "over": self.world.day >= MOST_DAYS}

    def leave(self) -> None:
        """Let the world go."""
        if self.world is not None:
            self.world.close()
        self.world = None


@solara.component
def Page() -> None:
    """The page."""
    where = use_navigation()
    query = where.drawn
    stage = solara.use_memo(Stage, [])
    frame, set_frame = solara.use_state(None)
    trouble, set_trouble = solara.use_state("")
    solara.use_effect(lambda: stage.leave, [])

    def enter() -> tuple[WatchState, str]:
        scene, found = read_watch_state(query)
        try:
            if stage.enter(scene):
                set_frame(stage.frame())
        except (ScenarioError, ParameterError) as error:
            found.said.append(str(error))
        return scene, str(found)

    scene, wrong = solara.use_memo(enter, [query])

    def tick(days: Any) -> None:
        if stage.world is not None:
            stage.world.step(max(1, min(30, int(days))))
            set_frame(stage.frame())

    def act(name: str) -> None:
        if stage.world is None or stage.world.day >= MOST_DAYS:
            return
        try:
            stage.world.act(name)
        except ScenarioError as error:
            set_trouble(str(error))
            return
        stage.world.step(1)
        go(as_it_is)

    def as_it_is(newest: WatchState) -> WatchState:
        """What is on the stage now, if it is the world that was asked for."""
        now = stage.now(newest)
        if stage.world is not None and stage.scene is not None and now.same_world(stage.scene):
            stage.scene = now
            set_frame(stage.frame())
        return now

    def go(change: Change) -> None:
        set_trouble("")
        where.change("/watch", lambda newest: change(watch_state_or_first(newest)).path())

    def restart() -> None:
        first = replace(watch_state_or_first(where.newest.partition("?")[2]), day=0, done=(), member=-1)
        stage.leave()
        stage.enter(first)
        set_frame(stage.frame())
        go(lambda _: first)

    with solara.Div(classes=["kith-page"]):
        with solara.Div(classes=["kith-side"]):
            Side(scene, stage, act, restart, go)
            Story(stage, scene.member)
        with solara.Div(classes=["kith-main"]):
            if wrong or trouble:
                Trouble(wrong or trouble)
            if frame is not None and stage.world is not None:
                Words(f"{stage.world.plan.title}, day by day", "h1")
                JumpToSide(label="Intervene ↓")
                Network(
                    frame=frame,
                    chosen=scene.member,
                    colour=scene.colour,
                    event_tick=tick,
                    event_paused=lambda _: go(as_it_is),
                    event_pick=lambda person: go(to(member=max(-1, int(person)))),
                    event_paint_by=lambda name: go(to(colour=name if name in COLOURS else COLOURS[0])),
                )
                Words(
                    "Dots are members, lines are ties. Orange lines lead to the hub; the green glow is the shared activity. "
                    "Members who feel they belong are closer to the centre, bigger dots contribute more, red dots are leaving. "
                    "Audience: no contribution within 90 days. Internal: contributed in each of the last three months, and belongs.",
                    kind="kith-note",
                )


@solara.component
def Side(
    scene: WatchState,
    stage: Stage,
    act: Callable[[str], None],
    restart: Callable[[], None],
    go: Callable[[Change], None],
) -> None:
    """Which world, and what can be done to it."""
    Choice(
        "",
        scene.arm.name,
        scenario_menu(scene.arm.name),
        lambda name: go(another(arm=ScenarioChoice(tuple(name.split(" + "))))),
        "scenario",
    )
    if stage.world is not None:
        Words(question_of(stage.world.plan), kind="kith-note")
    with solara.Div(classes=["kith-row"]):
        sizes = {str(n): f"{n:,}" for n in sorted({*PEOPLE, scene.people})}
        Choice("People", str(scene.people), sizes, lambda v: go(another(people=int(v))), "people")
        Press("New random seed", lambda: go(lambda s: another(seed=s.seed + 1)(s)), "seed")
        Press("Restart", restart, "restart")
        CopyLink(path=stage.now(scene).path())
    Words("Intervene", "h2")
    with solara.Div(classes=["kith-acts"]):
        for name, one in ACTS.items():
            able = stage.world is not None and stage.world.can(name)
            Press(one.title, partial(act, name), f"act-{name}", not able, one.help)


@solara.component
def Story(stage: Stage, chosen: int) -> None:
    """What became of the member that was clicked."""
    Words("A member's story", "h2")
    told = stage.world.story(chosen) if stage.world is not None and chosen >= 0 else []
    if not told:
        Words("Click a dot to read that member's story.", kind="kith-note")
        return
    lines = "".join(f"<p>{line}</p>" for line in told)
    Html(f"<h3>Member {chosen}</h3>{lines}", "kith-story")
