"""What differs from the library because a page runs fewer people, or for a shorter time, in words."""

from collections.abc import Mapping

from kith.dashboard.comparing.compare_plans import ResolvedState
from kith.dashboard.state.scenario_choice import PAYMENTS, ScenarioChoice, plan_of
from kith.experiments.words import wording
from kith.experiments.words.assumptions import shown
from kith.sim.schema.plan import Plan

WHOLE = {
    "organisation.staff": "community managers",
    "organisation.community_budget": "EUR a month of community budget",
    "acquisition.paid_budget": "EUR a day of paid acquisition",
    "governance.moderation_hours": "hours of moderation a day",
    "affiliation.hub_posts": "posts of the hub a day",
}
"""Sums for the whole community that buy something in the model, hence are left as they are: name -> unit in words."""


def in_proportion(plan: Plan) -> dict[str, tuple[float, float]]:
    """What is smaller or larger than in the scenario's own file because the market is: name -> (there, here)."""
    own = _own(plan)
    if own is None or plan.founding is not None:
        return {}
    names = ("market.size", "market.founders", *PAYMENTS)
    pairs = {name: (_value(own, name), _value(plan, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def size_notes(now: ResolvedState) -> list[str]:
    """What was scaled, what was not although it is a sum for the whole community, and who is cut short."""
    notes = []
    scaled = {label: in_proportion(plan) for label, plan in now.plans.items()}
    if any(scaled.values()):
        notes.append(_scaled_words(scaled))
    whole = _whole_words({label: plan for label, plan in now.plans.items() if scaled[label]})
    if whole:
        notes.append(
            f"Not scaled, so that they weigh more on a smaller community: {whole}. Change them below, or choose more people."
        )
    cut: dict[int, list[str]] = {}
    for label, plan in now.plans.items():
        own = (_own(plan) or plan).days
        if 0 < now.state.days < own:
            cut.setdefault(own, []).append(wording.called(label))
    for own, labels in cut.items():
        are, ask = ("is", "it asks") if len(labels) == 1 else ("are", "they ask")
        notes.append(
            f"{wording.listed(labels)} {are} written for {own:,} days: what {ask} may come after day {now.state.days:,}."
        )
    return notes


def _scaled_words(scaled: Mapping[str, Mapping[str, tuple[float, float]]]) -> str:
    first = next(iter(changes for changes in scaled.values() if changes))
    words = [
        f"{_number(here)} {noun} instead of {_number(there)}"
        for name, noun in (("market.size", "people"), ("market.founders", "founders"))
        if name in first
        for there, here in (first[name],)
    ]
    payments = {
        f"{PAYMENTS[name]} is {_number(pair[1])} instead of {_number(pair[0])} EUR a month"
        for changes in scaled.values()
        for name, pair in changes.items()
        if name in PAYMENTS
    }
    text = f"Scaled from the library: {wording.listed([*words, *sorted(payments)])}."
    return f"{text} Larger communities differ by more than their size; choose the library's number for its own answer."


def _whole_words(plans: Mapping[str, Plan]) -> str:
    """The sums of these plans that are not scaled, each with the scenarios that have it."""
    parts: dict[str, list[str]] = {}
    for label, plan in plans.items():
        for name, unit in WHOLE.items():
            if _value(plan, name):
                parts.setdefault(f"{_number(_value(plan, name))} {unit}", []).append(wording.called(label))
    every = len(plans)
    return wording.listed(
        words if len(labels) == every else f"{words} ({wording.listed(labels)})"
        for words, labels in parts.items()
    )


def _own(plan: Plan) -> Plan | None:
    """The scenario of the library behind a plan, or the combination of several; None for others."""
    try:
        return plan_of(ScenarioChoice(tuple(plan.name.split(" + "))))
    except ValueError:
        return None


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else shown(value)


def _value(plan: Plan, name: str) -> float:
    section, _, field = name.partition(".")
    return float(getattr(getattr(plan.parameters, section), field))
