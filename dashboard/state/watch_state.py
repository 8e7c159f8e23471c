"""The state of the Watch page as its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from kith.dashboard.state.address_parts import AddressErrors, repeated_pairs_of
from kith.dashboard.state.interventions import (
    MOST_DAYS,
    Timeline,
    applicable,
    check_applicable,
    timeline_from,
)
from kith.dashboard.state.page_state import PageState
from kith.dashboard.state.scenario_choice import ScenarioChoice, choice_from_text, plan_of
from kith.sim.schema.plan import Plan

HUB = ScenarioChoice(("hub",))
TYPES = tuple(ScenarioChoice((name,)) for name in ("pool", "hub", "web"))
"""The three designs to watch side by side."""

MOST_RUNS = 3
PEOPLE = (5_000, 10_000, 20_000, 40_000)
COLOURS = ("layer", "belonging", "norm")
"""What the colour of a dot can show."""


@dataclass(frozen=True)
class WatchState(PageState):
    """Which runs are watched on one clock, their interventions, the day that is shown, and what is looked at."""

    PATH: ClassVar[str] = "/watch"

    choices: tuple[ScenarioChoice, ...] = (HUB,)
    people: int = 20_000
    seed: int = 0
    day: int = 0
    interventions: Timeline = ()
    colour: str = COLOURS[0]
    member: int = -1
    "the member whose story is shown; -1: none"
    at: int = 0
    "the run of that member"

    @classmethod
    def read(cls, query: str | None) -> tuple["WatchState", AddressErrors]:
        """The state of an address without the parts that cannot be used, and what is wrong with those."""
        errors = AddressErrors()
        pairs = repeated_pairs_of(query)
        given = dict(pairs)
        texts = [value for name, value in pairs if name == "a"]
        if len(texts) > MOST_RUNS:
            errors.messages.append(f"{len(texts)} scenarios: at most {MOST_RUNS} are watched at once")
        given_choices = [errors.value_or(partial(choice_from_text, text), None) for text in texts[:MOST_RUNS]]
        people = errors.number(given, "people", cls.people, 100, 100_000)
        founded = [
            (choice, errors.value_or(partial(plan_of, choice, people), None))
            for choice in given_choices
            if choice is not None
        ]
        pairs_of_plans = [(choice, plan) for choice, plan in founded if plan is not None]
        if not pairs_of_plans:
            people = cls.people if founded else people
            pairs_of_plans = [(choice, plan_of(choice, people)) for choice in cls.choices]
        choices, plans = (tuple(part) for part in zip(*pairs_of_plans, strict=True))
        interventions: Timeline = ()
        for text in (value for name, value in pairs if name == "act"):
            interventions += errors.value_or(partial(_applicable, plans, text), ())
        return cls(
            choices,
            people,
            errors.number(given, "seed", 0, 0, 999_999),
            errors.number(given, "day", 0, 0, MOST_DAYS),
            interventions,
            errors.one_of(given, "colour", COLOURS, COLOURS[0]),
            errors.number(given, "member", -1, 0, 999_999),
            min(errors.number(given, "at", 0, 0, MOST_RUNS - 1), len(choices) - 1),
        ), errors

    def same_run(self, other: "WatchState") -> bool:
        """Whether they may differ only in the day, the interventions and what is looked at."""
        return (self.choices, self.people, self.seed) == (other.choices, other.people, other.seed)

    def same_moment(self, other: "WatchState") -> bool:
        """Whether they may differ only in what is looked at."""
        return self.same_run(other) and (self.day, self.interventions) == (other.day, other.interventions)

    def parts(self) -> list[tuple[str, str]]:
        """Names and values of its address."""
        pairs = [("a", choice.text()) for choice in self.choices]
        pairs += [(name, str(getattr(self, name))) for name in ("people", "seed", "day")]
        pairs += [("act", f"{day}:{name}") for day, name in self.interventions]
        return pairs + self._changed_parts("choices", "people", "seed", "day", "interventions")


def _applicable(plans: Sequence[Plan], text: str) -> Timeline:
    """An intervention of an address, if it can be made in one of the runs."""
    timeline = timeline_from(text)
    if not any(applicable(plan, timeline) for plan in plans):
        check_applicable(plans[0], timeline)
    return timeline
