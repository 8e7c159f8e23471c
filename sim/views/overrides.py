"""Overrides: a plan with parameters changed by keyword arguments such as `monetisation__price=12`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from kith.sim.schema.fields import nearest
from kith.sim.schema.parameter_set import ParameterError, Parameters, dotted_names, field_of, parameters_from
from kith.sim.schema.plan import Plan

ARGUMENTS = ("plan", "rng", "days", "threads", "tick", "shocks", "indicators", "events", "check")
"""Arguments of a model besides parameters."""


def overridden(plan: Plan, given: Mapping[str, Any]) -> Plan:
    """The plan with other values of parameters, from day 0 until a phase changes them.

    Raises
    ------
    ParameterError
        If a name is unknown (the nearest is suggested), or a value is invalid.
    """
    values = {_dotted(name): _plain(value) for name, value in given.items()}
    if not values:
        return plan
    first = plan.parameters
    phases = tuple((day, _merged(parameters, first, values)) for day, parameters in plan.phases)
    return replace(plan, phases=phases, origin=plan.origin | dict.fromkeys(values, "override"))


def _merged(parameters: Parameters, first: Parameters, values: Mapping[str, Any]) -> Parameters:
    """The parameters of a phase with the new values, except those that the phase itself changes."""
    merged = parameters.model_dump()
    for name, value in values.items():
        section, _, field = name.partition(".")
        if merged[section][field] == getattr(getattr(first, section), field):
            merged[section][field] = value
    return parameters_from(merged)


def _dotted(name: str) -> str:
    """`monetisation.price` of `monetisation__price`."""
    if name == "seed":
        raise ParameterError("unknown argument seed; Mesa calls it rng, such as rng=7")
    dotted = name.replace("__", ".", 1)
    if "." not in dotted:
        raise ParameterError(f"unknown argument {name}; {_hint(name)}")
    try:
        field_of(dotted)
    except ParameterError as error:
        close = nearest(dotted, dotted_names())
        if close is None:
            raise
        raise ParameterError(f"unknown argument {name}; did you mean {_keyword(close)}?") from error
    return dotted


def _hint(name: str) -> str:
    """A suggestion for a name without a section."""
    if name in ("network", "acquaintances"):
        return f"a graph is part of the plan, such as plan=kith.load('web', {name}=graph)"
    close = nearest(name, ARGUMENTS) if len(name) > 2 else None
    if close:
        return f"did you mean {close}?"
    joined = {known.replace(".", "_"): known for known in dotted_names()}
    fields = {known.partition(".")[2]: known for known in reversed(dotted_names())}
    known = joined.get(name) or fields.get(nearest(name, fields) or "") or "market.founders"
    return f"parameters are written section__parameter, such as {_keyword(known)}"


def _keyword(dotted: str) -> str:
    return dotted.replace(".", "__", 1)


def _plain(value: Any) -> Any:
    """NumPy scalars as Python numbers."""
    return value.item() if isinstance(value, np.generic) else value
