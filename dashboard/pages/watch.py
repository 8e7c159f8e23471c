"""Watch: one run as a living network that can be interfered with."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode
from uuid import uuid4

import solara

from kith.dashboard.content.live_run import ACTS, MOST_DAYS, Done, World, check_fits, done_from
from kith.dashboard.pages.compare import scenario_menu
from kith.dashboard.state.address import Wrong
from kith.dashboard.state.navigation import use_here
from kith.dashboard.state.scenario_choice import Arm, arm_from_text, plan_of
from kith.dashboard.widgets.parts import Choice, CopyLink, Html, JumpToSide, Press, Trouble, Words
from kith.experiments.words.assumptions import question_of
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.parameters import ParameterError
from kith.sim.schema.plan import Plan

type Change = Callable[[Scene], Scene]
"""From what was asked for last to what is asked for now."""

HUB = Arm(("hub",))
PEOPLE = (5_000, 10_000, 20_000, 40_000)
COLOURS = ("layer", "belonging", "norm")
"""What the colour of a dot can stand for."""


@dataclass(frozen=True)
class Scene:
    """Which world is watched, what was done to it, on which day, and what is looked at in it."""

    arm: Arm = HUB
    people: int = 20_000
    seed: int = 0
    day: int = 0
    done: Done = ()
    colour: str = COLOURS[0]
    member: int = -1
    "whose story is read; -1: nobody's"

    def same_world(self, other: "Scene") -> bool:
        """Whether only the day, what was done and what is looked at may differ."""
        return (self.arm, self.people, self.seed) == (other.arm, other.people, other.seed)

    def same_moment(self, other: "Scene") -> bool:
        """Whether only what is looked at may differ."""
        return self.same_world(other) and (self.day, self.done) == (other.day, other.done)

    def path(self) -> str:
        """Its address."""
        pairs = [("a", self.arm.text()), ("people", self.people), ("seed", self.seed), ("day", self.day)]
        pairs += [("act", f"{day}:{name}") for day, name in self.done]
        pairs += [("colour", self.colour)] if self.colour != COLOURS[0] else []
        pairs += [("member", self.member)] if self.member >= 0 else []
        return "/watch?" + urlencode(pairs, safe="~+=@!.,:", quote_via=quote)


def scene_read(query: str | None) -> tuple[Scene, Wrong]:
    """The scene that an address tells, and what of it cannot be used; that is left out."""
    wrong = Wrong()
    pairs = parse_qsl((query or "").replace("+", "%2B"), keep_blank_values=True)
    given = dict(pairs)
    arm = wrong.kept(lambda: arm_from_text(given["a"]), Scene.arm) if "a" in given else Scene.arm
    people = wrong.number(given, "people", Scene.people, 100, 100_000)
    plan = wrong.kept(lambda: plan_of(arm, people), None)
    if plan is None:
        arm, people = Scene.arm, Scene.people
        plan = plan_of(arm, people)
    done: Done = ()
    for text in (value for name, value in pairs if name == "act"):
        done += wrong.kept(partial(_fitting, plan, text), ())
    return Scene(
        arm,
        people,
        wrong.number(given, "seed", 0, 0, 999_999),
        wrong.number(given, "day", 0, 0, MOST_DAYS),
        done,
        wrong.one_of(given, "colour", COLOURS, COLOURS[0]),
        wrong.number(given, "member", -1, 0, 999_999),
    ), wrong


def _fitting(plan: Plan, text: str) -> Done:
    """What an address says was done, if it can be done to that world."""
    done = done_from(text)
    check_fits(plan, done)
    return done


def scene_from(query: str | None) -> Scene:
    """The scene that an address tells; `ScenarioError` says what of it cannot be used."""
    scene, wrong = scene_read(query)
    if wrong.said:
        raise ScenarioError(str(wrong))
    return scene


def scene_or_first(query: str | None) -> Scene:
    """The scene that an address tells, without what of it cannot be used."""
    return scene_read(query)[0]


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
        self.scene: Scene | None = None
        self.world: World | None = None
        self.name = ""

    def enter(self, scene: Scene) -> bool:
        """Make the world of a scene, unless it is the one that is there already; whether it was made."""
        if self.world is not None and self.scene is not None and scene.same_moment(self.scene):
            return False
        self.leave()
        world = World(plan_of(scene.arm, scene.people), scene.seed, scene.done)
        world.step(max(1, scene.day))
        self.scene, self.world, self.name = scene, world, uuid4().hex
        return True

    def now(self, scene: Scene) -> Scene:
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
    where = use_here()
    query = where.drawn
    stage = solara.use_memo(Stage, [])
    frame, set_frame = solara.use_state(None)
    trouble, set_trouble = solara.use_state("")
    solara.use_effect(lambda: stage.leave, [])

    def enter() -> tuple[Scene, str]:
        scene, found = scene_read(query)
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

    def as_it_is(newest: Scene) -> Scene:
        """What is on the stage now, if it is the world that was asked for."""
        now = stage.now(newest)
        if stage.world is not None and stage.scene is not None and now.same_world(stage.scene):
            stage.scene = now
            set_frame(stage.frame())
        return now

    def go(change: Change) -> None:
        set_trouble("")
        where.change("/watch", lambda newest: change(scene_or_first(newest)).path())

    def restart() -> None:
        first = replace(scene_or_first(where.newest.partition("?")[2]), day=0, done=(), member=-1)
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
                JumpToSide(label="Do something to it ↓")
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
                    "Dots are members, lines are ties; orange lines lead to the hub, the green glow is the shared "
                    "activity. Members who belong stand further in. A bigger dot contributes more; red ones are leaving. "
                    "Audience: no contribution within 90 days. Internal: contributed in each of three months, and belongs.",
                    kind="kith-note",
                )


@solara.component
def Side(
    scene: Scene,
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
        lambda name: go(another(arm=Arm(tuple(name.split(" + "))))),
        "scenario",
    )
    if stage.world is not None:
        Words(question_of(stage.world.plan), kind="kith-note")
    with solara.Div(classes=["kith-row"]):
        sizes = {str(n): f"{n:,}" for n in sorted({*PEOPLE, scene.people})}
        Choice("People", str(scene.people), sizes, lambda v: go(another(people=int(v))), "people")
        Press("Other luck", lambda: go(lambda s: another(seed=s.seed + 1)(s)), "luck")
        Press("From the start", restart, "start")
        CopyLink(path=stage.now(scene).path())
    Words("Do something to it", "h2")
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
        Words("Click a dot to read what became of that member.", kind="kith-note")
        return
    lines = "".join(f"<p>{line}</p>" for line in told)
    Html(f"<h3>Member {chosen}</h3>{lines}", "kith-story")
