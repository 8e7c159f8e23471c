"""The state of the Watch page as its address."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from kith.dashboard.state.address_parts import AddressErrors, repeated_pairs_of
from kith.dashboard.state.interventions import MOST_DAYS, Timeline, check_applicable, timeline_from
from kith.dashboard.state.page_state import PageState
from kith.dashboard.state.scenario_choice import ScenarioChoice, choice_from_text, plan_of
from kith.sim.schema.plan import Plan

HUB = ScenarioChoice(("hub",))
PEOPLE = (5_000, 10_000, 20_000, 40_000)
COLOURS = ("layer", "belonging", "norm")
"""What the colour of a dot can show."""


@dataclass(frozen=True)
class WatchState(PageState):
    """Which run is watched, its interventions, the day that is shown, and what is looked at in it."""

    PATH: ClassVar[str] = "/watch"

    choice: ScenarioChoice = HUB
    people: int = 20_000
    seed: int = 0
    day: int = 0
    interventions: Timeline = ()
    colour: str = COLOURS[0]
    member: int = -1
    "the member whose story is shown; -1: none"

    @classmethod
    def read(cls, query: str | None) -> tuple["WatchState", AddressErrors]:
        """The state of an address without the parts that cannot be used, and what is wrong with those."""
        errors = AddressErrors()
        pairs = repeated_pairs_of(query)
        given = dict(pairs)
        choice = (
            errors.value_or(lambda: choice_from_text(given["a"]), cls.choice) if "a" in given else cls.choice
        )
        people = errors.number(given, "people", cls.people, 100, 100_000)
        plan = errors.value_or(lambda: plan_of(choice, people), None)
        if plan is None:
            choice, people = cls.choice, cls.people
            plan = plan_of(choice, people)
        interventions: Timeline = ()
        for text in (value for name, value in pairs if name == "act"):
            interventions += errors.value_or(partial(_applicable, plan, text), ())
        return cls(
            choice,
            people,
            errors.number(given, "seed", 0, 0, 999_999),
            errors.number(given, "day", 0, 0, MOST_DAYS),
            interventions,
            errors.one_of(given, "colour", COLOURS, COLOURS[0]),
            errors.number(given, "member", -1, 0, 999_999),
        ), errors

    def same_run(self, other: "WatchState") -> bool:
        """Whether they may differ only in the day, the interventions and what is looked at."""
        return (self.choice, self.people, self.seed) == (other.choice, other.people, other.seed)

    def same_moment(self, other: "WatchState") -> bool:
        """Whether they may differ only in what is looked at."""
        return self.same_run(other) and (self.day, self.interventions) == (other.day, other.interventions)

    def parts(self) -> list[tuple[str, str]]:
        """Names and values of its address."""
        pairs = [("a", self.choice.text())]
        pairs += [(name, str(getattr(self, name))) for name in ("people", "seed", "day")]
        pairs += [("act", f"{day}:{name}") for day, name in self.interventions]
        return pairs + self._changed_parts("choice", "people", "seed", "day", "interventions")


def _applicable(plan: Plan, text: str) -> Timeline:
    """An intervention of an address, if it can be made in a run of that plan."""
    timeline = timeline_from(text)
    check_applicable(plan, timeline)
    return timeline
