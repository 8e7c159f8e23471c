"""What the page Watch shows, as its address."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import parse_qsl, quote, urlencode

from kith.dashboard.state.address_parts import Wrong
from kith.dashboard.state.interventions import MOST_DAYS, Done, check_fits, done_from
from kith.dashboard.state.scenario_choice import ScenarioChoice, arm_from_text, plan_of
from kith.scenarios.errors import ScenarioError
from kith.sim.schema.plan import Plan

HUB = ScenarioChoice(("hub",))
PEOPLE = (5_000, 10_000, 20_000, 40_000)
COLOURS = ("layer", "belonging", "norm")
"""What the colour of a dot can stand for."""


@dataclass(frozen=True)
class WatchState:
    """Which world is watched, what was done to it, on which day, and what is looked at in it."""

    arm: ScenarioChoice = HUB
    people: int = 20_000
    seed: int = 0
    day: int = 0
    done: Done = ()
    colour: str = COLOURS[0]
    member: int = -1
    "whose story is read; -1: nobody's"

    def same_world(self, other: "WatchState") -> bool:
        """Whether only the day, what was done and what is looked at may differ."""
        return (self.arm, self.people, self.seed) == (other.arm, other.people, other.seed)

    def same_moment(self, other: "WatchState") -> bool:
        """Whether only what is looked at may differ."""
        return self.same_world(other) and (self.day, self.done) == (other.day, other.done)

    def path(self) -> str:
        """Its address."""
        pairs = [("a", self.arm.text()), ("people", self.people), ("seed", self.seed), ("day", self.day)]
        pairs += [("act", f"{day}:{name}") for day, name in self.done]
        pairs += [("colour", self.colour)] if self.colour != COLOURS[0] else []
        pairs += [("member", self.member)] if self.member >= 0 else []
        return "/watch?" + urlencode(pairs, safe="~+=@!.,:", quote_via=quote)


def read_watch_state(query: str | None) -> tuple[WatchState, Wrong]:
    """The scene that an address tells, and what of it cannot be used; that is left out."""
    wrong = Wrong()
    pairs = parse_qsl((query or "").replace("+", "%2B"), keep_blank_values=True)
    given = dict(pairs)
    arm = wrong.kept(lambda: arm_from_text(given["a"]), WatchState.arm) if "a" in given else WatchState.arm
    people = wrong.number(given, "people", WatchState.people, 100, 100_000)
    plan = wrong.kept(lambda: plan_of(arm, people), None)
    if plan is None:
        arm, people = WatchState.arm, WatchState.people
        plan = plan_of(arm, people)
    done: Done = ()
    for text in (value for name, value in pairs if name == "act"):
        done += wrong.kept(partial(_fitting, plan, text), ())
    return WatchState(
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


def watch_state_from(query: str | None) -> WatchState:
    """The scene that an address tells; `ScenarioError` says what of it cannot be used."""
    scene, wrong = read_watch_state(query)
    if wrong.said:
        raise ScenarioError(str(wrong))
    return scene


def watch_state_or_first(query: str | None) -> WatchState:
    """The scene that an address tells, without what of it cannot be used."""
    return read_watch_state(query)[0]
