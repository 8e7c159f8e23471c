"""What the page Studies shows, as its address."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from kith.dashboard.state.address_parts import Wrong, pairs_of
from kith.scenarios.errors import ScenarioError

SIZES = {"quick": "quick try (seconds)", "whole": "full study"}


TITLES = {
    "map": "Map",
    "matters": "What matters",
    "points": "Points",
    "levers": "All levers",
    "holds": "Robust conclusions",
    "pair": "Compare two points",
    "table": "Table",
    "about": "About this study",
}


@dataclass(frozen=True)
class StudyState:
    """Which study, how large, and what of it is looked at: the address of the page."""

    study: str = ""
    size: str = "quick"
    runs: int = 0
    days: int = 0
    view: str = ""
    scenario: str = ""
    outcome: str = ""
    across: str = ""
    at: str = ""
    beside: str = ""
    sort: str = ""

    def path(self) -> str:
        """Its address: only what differs from the first sight."""
        plain = StudyState()
        pairs = {n: getattr(self, n) for n in vars(plain) if getattr(self, n) != getattr(plain, n)}
        return "/studies" + (f"?{urlencode(pairs)}" if pairs else "")


def read_study_state(query: str | None) -> tuple[StudyState, Wrong]:
    """The sight that an address tells, and what of it cannot be used; that is left out."""
    given, wrong = pairs_of(query), Wrong()
    own = ("size", "runs", "days", "view")
    words = {n: given.get(n, "")[:80] for n in vars(StudyState()) if n not in own}
    return StudyState(
        size=wrong.one_of(given, "size", SIZES, "quick"),
        runs=wrong.number(given, "runs", 0, 1, 10_000),
        days=wrong.number(given, "days", 0, 1, 3_650),
        view=wrong.one_of(given, "view", TITLES, ""),
        **words,
    ), wrong


def study_state_from(query: str | None) -> StudyState:
    """The sight that an address tells; `ScenarioError` says what of it cannot be used."""
    sight, wrong = read_study_state(query)
    if wrong.said:
        raise ScenarioError(str(wrong))
    return sight


def study_state_or_first(query: str | None) -> StudyState:
    """The sight that an address tells, without what of it cannot be used."""
    return read_study_state(query)[0]


type Change = Callable[[StudyState], StudyState]
"""From what was asked for last to what is asked for now."""


def to(**changed: Any) -> Change:
    """The change that puts these in the place of what was."""
    return lambda sight: replace(sight, **changed)


def turned(name: str, value: str) -> Change:
    """The change that puts a value, or takes it away where it is."""
    return lambda sight: to(**{name: "" if getattr(sight, name) == value else value})(sight)
