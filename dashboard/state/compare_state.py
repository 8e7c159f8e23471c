"""What the page Compare shows, as its address: a link shows the same again."""

from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import parse_qsl, quote, urlencode

from kith.dashboard.state.address_parts import Wrong
from kith.dashboard.state.scenario_choice import ScenarioChoice, arm_from_text
from kith.scenarios.errors import ScenarioError

MOST_ARMS = 4
VIEWS = ("overview", "leaving", "joining", "money", "network", "table", "health", "assumptions")
PEOPLE = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
DAYS = (90, 180, 365, 730, 1095)
LONGEST = 3_650
"""The most days that a page runs."""
RUNS = (1, 4, 8, 16, 32, 64)
FIRST = (ScenarioChoice(("pool",)), ScenarioChoice(("hub",)), ScenarioChoice(("web",)))


@dataclass(frozen=True)
class CompareState:
    """A comparison and what is shown of it."""

    arms: tuple[ScenarioChoice, ...] = FIRST
    people: int = 2_000
    days: int = 365
    runs: int = 16
    view: str = "overview"
    edited: int = 0
    "which arm the controls change"
    log: str = ""
    "the log that founds the communities: a name in the library, or the digest of one that was dropped"

    def question(self) -> tuple[object, ...]:
        """What decides the numbers, and not only what is shown of them."""
        return tuple(arm.text() for arm in self.arms), self.people, self.days, self.runs, self.log

    def with_arm(self, place: int, arm: ScenarioChoice) -> "CompareState":
        """The same with another arm in that place."""
        return replace(self, arms=(*self.arms[:place], arm, *self.arms[place + 1 :]))

    def path(self) -> str:
        """Its address."""
        query = self.query()
        return f"/?{query}" if query else "/"

    def query(self) -> str:
        """The part of the address after `?`: only what differs from the first look."""
        pairs = [("a", arm.text()) for arm in self.arms] if self.arms != FIRST else []
        plain = CompareState()
        for name in ("people", "days", "runs", "view", "edited", "log"):
            if getattr(self, name) != getattr(plain, name):
                pairs.append((name, str(getattr(self, name))))
        return urlencode(pairs, safe="~+=@!.,", quote_via=quote)  # readable where an address allows it


def read_compare_state(query: str | None) -> tuple[CompareState, Wrong]:
    """The look that an address tells, and what of it cannot be used; that is left out."""
    wrong = Wrong()
    pairs = parse_qsl((query or "").replace("+", "%2B"), keep_blank_values=True)
    given = {name: value for name, value in pairs if name != "a"}
    texts = [value for name, value in pairs if name == "a"]
    if len(texts) > MOST_ARMS:
        wrong.said.append(f"{len(texts)} scenarios: a page compares at most {MOST_ARMS}")
    read = [wrong.kept(partial(arm_from_text, text), None) for text in texts[:MOST_ARMS]]
    arms = tuple(arm for arm in read if arm is not None) if texts else FIRST
    return CompareState(
        arms,
        wrong.number(given, "people", 2_000, 10, 200_000),
        wrong.number(given, "days", 365, 1, LONGEST),
        wrong.number(given, "runs", 16, 1, 256),
        wrong.one_of(given, "view", VIEWS, "overview"),
        max(0, min(wrong.number(given, "edited", 0, 0, MOST_ARMS - 1), len(arms) - 1)),
        given.get("log", "")[:80],
    ), wrong


def compare_state_from(query: str | None) -> CompareState:
    """The look that an address tells; `ScenarioError` says what of it cannot be used."""
    look, wrong = read_compare_state(query)
    if wrong.said:
        raise ScenarioError(str(wrong))
    return look
