"""The state of the Studies page as its address."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from kith.dashboard.state.address_parts import AddressErrors, repeated_pairs_of
from kith.dashboard.state.page_state import Change, PageState

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
class StudyState(PageState):
    """Which study, how large, and what is looked at in it."""

    PATH: ClassVar[str] = "/studies"

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

    @classmethod
    def read(cls, query: str | None) -> tuple["StudyState", AddressErrors]:
        """The state of an address without the parts that cannot be used, and what is wrong with those."""
        given, errors = dict(repeated_pairs_of(query)), AddressErrors()
        texts = ("study", "scenario", "outcome", "across", "at", "beside", "sort")
        return cls(
            size=errors.one_of(given, "size", SIZES, "quick"),
            runs=errors.number(given, "runs", 0, 1, 10_000),
            days=errors.number(given, "days", 0, 1, 3_650),
            view=errors.one_of(given, "view", TITLES, ""),
            **{name: given.get(name, "")[:80] for name in texts},
        ), errors

    def parts(self) -> list[tuple[str, str]]:
        """Names and values of its address: only what differs from the list of studies."""
        return self._changed_parts()


type StudyChange = Change[StudyState]


def toggled(name: str, value: str) -> StudyChange:
    """The change that sets a field to a value, or clears it where it has that value already."""

    def change(state: StudyState) -> StudyState:
        values: dict[str, Any] = {name: "" if getattr(state, name) == value else value}
        return replace(state, **values)

    return change
