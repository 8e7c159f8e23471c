"""Five numbers of a community, typed by hand and compared with the library: for users without a log."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import solara

from kith.dashboard.content.log_measures import REFERENCES
from kith.dashboard.content.uploaded_logs import library_measures
from kith.dashboard.state.compare_state import CompareState
from kith.dashboard.state.scenario_choice import ScenarioChoice
from kith.dashboard.widgets.parts import Button, ErrorMessage, Html, Markup, Text, TextInput, table
from kith.experiments.evidence.statistics import STATISTICS
from kith.experiments.words import wording

LARGEST = 20_000
"""The most members awake at the start of a what-if in the browser; larger ones are for the command line."""


@dataclass(frozen=True)
class NumberField:
    """One number of the form, in the unit in which people know it."""

    label: str
    usual: str
    most: float
    statistic: str = ""
    "of `kith.experiments.evidence.statistics`"
    scale: float = 1.0
    "the statistic is this times the number that is typed"


FIVE = {
    "active": NumberField("Active members", "200", LARGEST, "actives_month"),
    "newcomers_month": NumberField("Newcomers per month", "15", LARGEST, "newcomers_month"),
    "lost_month": NumberField("Members lost per month, %", "8", 100, "lost_month", 0.01),
    "contributions": NumberField(
        "Contributions per active member per month", "6", 10_000, "actions_per_active_month"
    ),
    "reply_rate": NumberField("Newcomers who get a reply within a week, %", "60", 100, "answered_7d", 0.01),
}
MARKET = NumberField("People who could join", "5000", 200_000)


def numbers_from(given: Mapping[str, str]) -> dict[str, float]:
    """The numbers of an address or of the form, as statistics and the size of the market; empty ones are left out.

    Raises `ValueError` for a bad number.
    """
    numbers = {}
    for name, field in (FIVE | {"market": MARKET}).items():
        text = given.get(name, "").strip()
        if text:
            numbers[name] = _number(text, field) * field.scale
    if numbers.get("active", 1) < 1:
        raise ValueError("Active members: must be 1 or more")
    if numbers.get("market", math.inf) < numbers.get("active", 1):
        raise ValueError("People who could join: must be at least as many as the members")
    return numbers


@solara.component
def FiveNumbersForm(given: Mapping[str, str], go: Callable[[str], None]) -> None:
    """The form, and the comparison once numbers are entered."""
    typed = solara.use_reactive({name: given.get(name, "") for name in (*FIVE, "market")})
    trouble, set_trouble = solara.use_state("")

    def put(name: str, text: str) -> None:
        typed.value = typed.value | {name: str(text)[:20]}

    def show() -> None:
        entered = {name: text for name, text in typed.value.items() if text.strip()}
        try:
            numbers_from(entered)
        except ValueError as error:
            set_trouble(str(error))
            return
        set_trouble("")
        go("/community?" + urlencode(entered) if entered else "/community")

    Text("No log at hand?", "h2")
    Text("Enter what you know about your community; leave the rest empty.")
    with solara.Div(classes=["kith-five"]):
        for name, field in (FIVE | {"market": MARKET}).items():
            TextInput(
                label=field.label,
                value=typed.value[name],
                low=0,
                high=field.most,
                name=name,
                event_put=lambda text, name=name: put(name, text),
            )
    with solara.Div(classes=["kith-row"]):
        Button("Compare with the library", show, "five")
    if trouble:
        ErrorMessage(trouble)
    known = solara.use_memo(lambda: _known(given), [tuple(sorted(given.items()))])
    if isinstance(known, str):
        ErrorMessage(known)
    elif known:
        FiveNumbersResults(known, go)


@solara.component
def FiveNumbersResults(entered: dict[str, float], go: Callable[[str], None]) -> None:
    """The numbers next to the library's, and the way to a what-if of that size."""
    library = solara.lab.use_task(
        lambda: {name: library_measures(name) for name in REFERENCES},
        dependencies=[],
        prefer_threaded=True,
    )
    if library.pending:
        Text("Simulating the library scenarios for comparison …", kind="kith-note")
    Html(numbers_table(entered, library.value or {}))
    Text(
        "Library values come from one simulated year with 5,000 people, measured from the simulated event log. ● marks the "
        "value closest to yours. The number of members depends on the size of the market; the other values less so.",
        kind="kith-note",
    )
    if "active" in entered:
        Text("What if", "h2")
        Text(
            f"Start with {entered['active']:,.0f} members among {_market(entered):,} people, and compare how they would fare as a "
            "pool, a hub or a web. The other numbers do not enter the model: nothing is fitted."
        )
        with solara.Div(classes=["kith-row"]):
            Button("Compare designs of this size", lambda: go(what_if(entered)), "by-hand")


def what_if(entered: Mapping[str, float]) -> str:
    """The address of a comparison that starts with that many members."""
    settings = (("market.size", _market(entered)), ("market.founders", round(entered["active"])))
    return CompareState(tuple(ScenarioChoice((name,), settings) for name in REFERENCES), runs=8).path()


def numbers_table(entered: Mapping[str, float], library: Mapping[str, Mapping[str, float]]) -> str:
    """A row for each number that was entered; the closest value of the library is marked."""
    rows = []
    for name, field in FIVE.items():
        if name in entered:
            statistic = STATISTICS[field.statistic]
            near = nearest(
                entered[name], {label: values[field.statistic] for label, values in library.items()}
            )
            cells = [
                f"{'● ' if label == near else ''}{wording.number(library[label][field.statistic], statistic.unit)}"
                if label in library
                else "…"
                for label in REFERENCES
            ]
            title = field.label.removesuffix(", %")
            rows.append(
                [
                    title,
                    Markup(f"<b>{wording.number(entered[name], statistic.unit)}</b>"),
                    *cells,
                    statistic.definition,
                ]
            )
    return table(["", "yours", *REFERENCES, "definition"], rows, (1, 2, 3, 4)) if rows else ""


def nearest(value: float, others: Mapping[str, float]) -> str:
    """The name with the closest number, by ratio; empty if none is known."""
    known = {name: abs(math.log((x + 1e-6) / (value + 1e-6))) for name, x in others.items() if x == x}
    return min(known, key=lambda name: known[name]) if known else ""


def _known(given: Mapping[str, str]) -> dict[str, float] | str:
    try:
        return numbers_from(given)
    except ValueError as error:
        return str(error)


def _number(text: str, field: NumberField) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= field.most:
        raise ValueError(f"{field.label}: {text[:20]} must be a number from 0 to {field.most:,.0f}")
    return value


def _market(entered: Mapping[str, float]) -> int:
    """The size of the market: as entered, or large enough for the members to be a small part of it."""
    return max(10, round(entered.get("market", max(5_000, 20 * entered["active"]))))
