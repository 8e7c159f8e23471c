"""The state of the Compare page as its address: a link shows the same again."""

from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from kith.dashboard.state.address_parts import AddressErrors, repeated_pairs_of
from kith.dashboard.state.page_state import PageState
from kith.dashboard.state.scenario_choice import ScenarioChoice, choice_from_text

MOST_SCENARIOS = 4
VIEWS = (
    "overview",
    "leaving",
    "joining",
    "money",
    "network",
    "table",
    "goal",
    "worlds",
    "stress",
    "health",
    "assumptions",
)
PEOPLE = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
DAYS = (90, 180, 365, 730, 1095)
LONGEST = 3_650
"""The most days that a page runs."""
RUNS = (1, 4, 8, 16, 32, 64)
FIRST = (ScenarioChoice(("pool",)), ScenarioChoice(("hub",)), ScenarioChoice(("web",)))
"""The scenarios that the page compares first."""


@dataclass(frozen=True)
class CompareState(PageState):
    """A comparison, and which part of it is shown."""

    PATH: ClassVar[str] = "/"

    choices: tuple[ScenarioChoice, ...] = FIRST
    people: int = 2_000
    days: int = 0
    "0: as long as the longest of the scenarios says"
    runs: int = 16
    view: str = "overview"
    edited: int = 0
    "the scenario that the controls change"
    log: str = ""
    "the log from which communities start: a name in the library, or the digest of one that was uploaded"
    at: str = ""
    "the day of the log on which they start; empty for the day after its last"

    @classmethod
    def read(cls, query: str | None) -> tuple["CompareState", AddressErrors]:
        """The state of an address without the parts that cannot be used, and what is wrong with those."""
        errors = AddressErrors()
        pairs = repeated_pairs_of(query)
        given = {name: value for name, value in pairs if name != "a"}
        texts = [value for name, value in pairs if name == "a"]
        if len(texts) > MOST_SCENARIOS:
            errors.messages.append(f"{len(texts)} scenarios: a page compares at most {MOST_SCENARIOS}")
        given_choices = [
            errors.value_or(partial(choice_from_text, text), None) for text in texts[:MOST_SCENARIOS]
        ]
        choices = tuple(choice for choice in given_choices if choice is not None) if texts else FIRST
        return cls(
            choices,
            errors.number(given, "people", cls.people, 10, 200_000),
            errors.number(given, "days", cls.days, 1, LONGEST),
            errors.number(given, "runs", cls.runs, 1, 256),
            errors.one_of(given, "view", VIEWS, cls.view),
            max(0, min(errors.number(given, "edited", 0, 0, MOST_SCENARIOS - 1), len(choices) - 1)),
            given.get("log", "")[:80],
            given.get("at", "")[:10],
        ), errors

    @classmethod
    def usable(cls, query: str | None) -> "CompareState":
        """The state of an address without what cannot be used; the first scenarios where none can."""
        state, _ = cls.read(query)
        return state if state.choices else replace(state, choices=FIRST)

    def inputs(self) -> tuple[object, ...]:
        """Everything that decides the numbers, and nothing that decides only how they are shown."""
        return (
            tuple(choice.text() for choice in self.choices),
            self.people,
            self.days,
            self.runs,
            self.log,
            self.at,
        )

    def with_choice(self, place: int, choice: ScenarioChoice) -> "CompareState":
        """The same with another scenario in that place."""
        return replace(self, choices=(*self.choices[:place], choice, *self.choices[place + 1 :]))

    def parts(self) -> list[tuple[str, str]]:
        """Names and values of its address: only what differs from the first one."""
        scenarios = [("a", choice.text()) for choice in self.choices] if self.choices != FIRST else []
        return scenarios + self._changed_parts("choices")
