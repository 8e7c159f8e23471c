"""Labels of compared plans: the scenario's name, and in brackets what was changed of it.

A plan is named relative to its own scenario, never relative to another plan: the changed one is marked, whatever
its place. What was changed alike in all of several plans distinguishes none and is left out, as is the size of the
market, which a page or a log sets for all.
"""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from kith.experiments.errors import ComparisonError
from kith.experiments.words.assumptions import changes, shown
from kith.scenarios.catalogue import names as library
from kith.scenarios.load import load
from kith.sim.schema.plan import Plan

SCALE = ("market.size", "market.founders")
PAYMENTS = ("organisation.hub_cost",)
"in proportion to the market they are as the scenario has them"
FROM_DATA = ("log", "network")
"where values come from that a community's own data sets"
LONGEST = 40
"characters of a title that names a plan"
MOST = 2
"changes that are named; of more, their number"


def labelled(plans: Sequence[Plan], equal: bool = False, names: Sequence[str] = ()) -> dict[str, Plan]:
    """Each plan under its label; plans that would share one are told apart by what differs, then by number.

    `names` are labels that were given, empty where there is none.

    Raises `ComparisonError` if two plans are the same, unless `equal` plans are allowed, which are numbered.
    """
    marks = [_changes(plan) for plan in plans]
    shared = set(marks[0]).intersection(*marks[1:]) if len(plans) > 1 else set()
    labels = [
        given or _label(_called(plan), [mark for mark in changed if mark not in shared])
        for plan, changed, given in zip(plans, marks, names or [""] * len(plans), strict=True)
    ]
    if not equal:
        _refuse_equal(plans)
    _refuse_shared_names(labels, names)
    out: dict[str, Plan] = {}
    for label, plan in zip(labels, plans, strict=True):
        # plans made in Python, where nothing tells what was changed
        if label in out and out[label].content() != plan.content():
            label = f"{label} ({_difference(out[label], plan)})"
        same = sum(taken == label or taken.startswith(f"{label} #") for taken in out)
        out[f"{label} #{same + 1}" if same else label] = plan
    return out


def _difference(first: Plan, second: Plan) -> str:
    """What differs between two plans of one name, in words."""
    differences = [_words(name, after) for name, _, after in changes(first.parameters, second.parameters)]
    return ", ".join(differences) if 0 < len(differences) <= MOST else "variant"


def _called(plan: Plan) -> str:
    """A scenario of the library by its name, another by its title, if that is short."""
    bases = set(plan.name.split(" + "))
    return (
        plan.title if plan.title and len(plan.title) <= LONGEST and not bases <= set(library()) else plan.name
    )


def _label(name: str, changed: Sequence[str]) -> str:
    if not changed:
        return name
    return f"{name} ({', '.join(changed) if len(changed) <= MOST else f'{len(changed)} changes'})"


def _changes(plan: Plan) -> list[str]:
    """What differs from the plan's own scenario, in words: parameters by their last name, then phases and shocks."""
    own = _own_scenario(plan.name) if plan.origin else None
    if own is None:
        return [
            _words(name, _value(plan, name))
            for name, source in plan.origin.items()
            if source == "override" and name not in SCALE and name.count(".") == 1
        ]
    marks = [
        _words(name, after)
        for name, _, after in changes(own.parameters, plan.parameters)
        if name not in SCALE
        and plan.origin.get(name) not in FROM_DATA
        and not _in_proportion(name, own, plan)
    ]
    days = [day for day, _ in own.phases]
    for (_, before), (day, phase) in pairwise(plan.phases):
        if day not in days:
            marks += [f"{_words(name, value)} from day {day}" for name, _, value in changes(before, phase)]
    return marks + [
        f"{shock.kind.replace('_', ' ')} day {shock.day}" for shock in plan.shocks if shock not in own.shocks
    ]


def _in_proportion(name: str, own: Plan, plan: Plan) -> bool:
    """Whether a payment differs from the scenario's own by no more than the size of the market."""
    if name not in PAYMENTS:
        return False
    before, after = (float(str(_value(p, name))) / p.parameters.market.size for p in (own, plan))
    return math.isclose(before, after)


def _words(name: str, value: object) -> str:
    return f"{name.rpartition('.')[2]} {shown(value)}"


def _value(plan: Plan, name: str) -> object:
    section, _, field = name.partition(".")
    return getattr(getattr(plan.parameters, section), field)


@cache
def _own_scenario(name: str) -> Plan | None:
    """The scenario of the library that a name stands for, or the combination of several; None for others."""
    bases = name.split(" + ")
    if not set(bases) <= set(library()):
        return None
    return load(bases[0]) if len(bases) == 1 else load({"extends": bases}, name=name)


def _refuse_shared_names(labels: Sequence[str], names: Sequence[str]) -> None:
    """A name that was given is never changed, so it has to be the only one of its kind."""
    shared = next((name for name in names if name and labels.count(name) > 1), None)
    if shared is not None:
        raise ComparisonError(f"two of the arms would be called {shared}; give one of them another name")


def _refuse_equal(plans: Sequence[Plan]) -> None:
    contents = [(plan.name, plan.canonical_content) for plan in plans]
    twice = next((name for (name, content), n in Counter(contents).items() if n > 1), None)
    if twice is not None:
        raise ComparisonError(f"{twice} is given twice with the same parameters; change one of them")
