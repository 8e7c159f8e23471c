"""Validation of plans from files, before anything is run."""

from typing import Any

import numpy as np

from kith.sim.schema.arrivals import MODES, MOST_A_DAY, Arrivals
from kith.sim.schema.founding import Founding
from kith.sim.schema.graphs import Generator, Graph
from kith.sim.schema.parameter_set import Parameters
from kith.sim.schema.plan import MAX_DAYS, Experiment, Plan, Shock, check_plan
from kith.sim.storage.limits import (
    MOST,
    PERSONS,
    SHARE,
    TEXT,
    Dimensions,
    Each,
    Fields,
    Numbers,
    Of,
    Rule,
    Table,
    Whole,
    check_names,
    check_values,
    demand,
)
from kith.sim.storage.serialise import COMMUNITY, parts_of


def _if_any(rule: Rule) -> Rule:
    return lambda value, dims: value is None or rule(value, dims)


LIMITS: dict[type[Any], dict[str, Rule]] = {
    Plan: {
        "name": TEXT,
        "phases": Each(tuple, Fields((Whole(0, MAX_DAYS), Of((Parameters,))))),
        "shocks": Each(tuple, Of((Shock,))),
        "experiments": Each(tuple, Of((Experiment,))),
        "founding": Of((type(None), Founding)),
        "network": Of((type(None), Graph, Generator)),
        "acquaintances": Of((type(None), Graph, Generator)),
        "arrivals": Of((type(None), Arrivals)),
        "days": Whole(1, MAX_DAYS),
        "title": TEXT,
        "origin": Table(TEXT, TEXT),
    },
    Founding: {
        "contributions": Numbers("i8", ("founders",), 0, MOST),
        "tenure": Numbers("i8", ("founders",), 0, MOST),
        "silence": Numbers("i8", ("founders",), 0, MOST),
        "active_days": Numbers("i8", ("founders",), 0, MOST),
        "exchange_a": Numbers("i8", ("exchanges",), 0, "last founder"),
        "exchange_b": Numbers("i8", ("exchanges",), 0, "last founder"),
        "exchange_age": Numbers("i8", ("exchanges",), 0, MOST),
        "date": TEXT,
        "window": Whole(1, MOST),
        "label": TEXT,
        "contributors": Whole(0, MOST),
        "own": _if_any(Numbers("i8", ("founders",), 0, MOST)),
        "ever": _if_any(Numbers("i8", ("founders",), 0, MOST)),
        "quiet": _if_any(Numbers("i8", ("founders",), 0, MOST)),
        "awake": _if_any(Numbers("f8", ("founders",), 0.0, 1.0)),
        "asleep_for": _if_any(Numbers("i8", ("founders",), 0, MOST)),
        "undated": Whole(0, MOST),
    },
    Arrivals: {
        "daily": Numbers("i8", (None,), 0, MOST_A_DAY),
        "mode": lambda value, _: type(value) is str and value in MODES,
        "label": TEXT,
        "date": TEXT,
    },
    Graph: {
        "people": Whole(0, "everyone"),
        "first": PERSONS,
        "second": PERSONS,
        "strength": Numbers("f8", (None,), 0.0, 1.0),
        "label": TEXT,
        "notes": Each(tuple, TEXT),
    },
    Generator: {
        "name": TEXT,
        "arguments": Of((dict,)),
        "weight": TEXT,
        "strength": SHARE,
        "library": TEXT,
        "notes": Each(tuple, TEXT),
    },
}
"""Part of a plan -> attribute -> rule."""


def check_saved_plan(plan: Any) -> None:
    """Raise `Impossible` or `ParameterError` unless a plan from a file can be simulated."""
    demand(type(plan) is Plan, "Plan")
    check_names(plan, LIMITS, COMMUNITY)
    for name, rule in LIMITS[Plan].items():
        demand(rule(getattr(plan, name), {}), f"Plan.{name}")
    for name in ("contributions", "exchange_a") if plan.founding is not None else ():
        array = getattr(plan.founding, name)
        demand(isinstance(array, np.ndarray) and array.ndim == 1, f"Founding.{name}")
    if plan.arrivals is not None:
        check_values(plan.arrivals, {}, LIMITS)
    check_plan(plan)
    size = plan.parameters.market.size
    dims = of_founding(plan) | {"everyone": size, "last person": size - 1}
    for part in parts_of(plan):
        check_values(part, dims, LIMITS)
    check_graphs(plan)


def check_graphs(plan: Plan) -> None:
    """Require that a graph's pairs are within its people, each with a strength."""
    for graph in plan.graphs().values():
        if isinstance(graph, Graph):
            first, second = graph.first, graph.second
            demand(len(first) == len(second) == len(graph.strength), "Graph.first")
            demand(bool(np.all((first < second) & (second < graph.people))), "Graph.second")


def of_founding(plan: Plan) -> Dimensions:
    """The dimensions that depend on the founders."""
    founding = plan.founding
    founders = len(founding.contributions) if founding is not None else plan.parameters.market.founders
    return {
        "founders": founders,
        "last founder": founders - 1,
        "exchanges": len(founding.exchange_a) if founding is not None else 0,
    }
