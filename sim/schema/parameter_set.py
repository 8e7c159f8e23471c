"""Parameters: all sections together, validated from plain values.

Scenario files and the command line use these names; the engine uses their packed form, `kith.sim.schema.packed`.
"""

from typing import Any, cast

import numpy as np
from pydantic import ValidationError

from kith.sim.schema.fields import Section, nearest
from kith.sim.schema.parameters import (
    Acquisition,
    Affiliation,
    Bonding,
    Churn,
    Contribution,
    Dormancy,
    Governance,
    Incentives,
    Market,
    Monetisation,
    Organisation,
    Platform,
    Referral,
    Tier,
    Value,
    Visiting,
)


class ParameterError(ValueError):
    """A parameter is unknown, of the wrong type, out of range, or contradicts another."""


class Parameters(Section):
    """All parameters of one phase."""

    market: Market = Market()
    affiliation: Affiliation = Affiliation()
    platform: Platform = Platform()
    value: Value = Value()
    governance: Governance = Governance()
    organisation: Organisation = Organisation()
    acquisition: Acquisition = Acquisition()
    visiting: Visiting = Visiting()
    contribution: Contribution = Contribution()
    bonding: Bonding = Bonding()
    incentives: Incentives = Incentives()
    referral: Referral = Referral()
    monetisation: Monetisation = Monetisation()
    churn: Churn = Churn()
    dormancy: Dormancy = Dormancy()


SECTIONS: dict[str, type[Section]] = {
    name: cast("type[Section]", field.annotation) for name, field in Parameters.model_fields.items()
}


def parameters_from(given: dict[str, Any]) -> Parameters:
    """Parameters from nested plain values; all faults in one `ParameterError`."""
    try:
        return Parameters.model_validate(given)
    except ValidationError as error:
        raise ParameterError(
            "; ".join(_explain(problem) for problem in error.errors(include_url=False))
        ) from None


def field_of(name: str) -> Any:
    """The pydantic field of a dotted name such as `monetisation.price`; suggests the nearest one."""
    section, _, field = name.partition(".")
    if section in SECTIONS and field in SECTIONS[section].model_fields:
        return SECTIONS[section].model_fields[field]
    raise ParameterError(_unknown(name))


def dotted_names() -> list[str]:
    """Every parameter as `section.field`, in the order of the schema."""
    return [f"{s}.{f}" for s, section in SECTIONS.items() for f in section.model_fields]


def _unknown(name: str) -> str:
    _, _, field = name.rpartition(".")
    known: list[str] = dotted_names() if "." in name else list(SECTIONS)
    close = nearest(name, known) or nearest(field, [k.rpartition(".")[2] for k in known])
    if close and "." not in close and "." in name:
        close = next(k for k in known if k.endswith("." + close))
    hint = f"did you mean {close}?" if close else "`kith schema` lists every parameter"
    return f"unknown parameter {name}; {hint}"


def _explain(error: Any) -> str:
    """One pydantic error as a sentence: parameter, value, remedy."""
    name = ".".join(str(part) for part in error["loc"])
    message, value = error["msg"], error["input"]
    if "unknown:" in message:
        key, close = message.split("unknown:")[1].split(":")[:2]
        if "." in name and close:
            return f"unknown parameter {name}.{key}; did you mean {name}.{close}?"
        return _unknown(f"{name}.{key}" if name else key)
    bound = error.get("ctx", {})
    kind = error["type"]
    if "nan:" in message or (isinstance(value, float) and np.isnan(value)):
        return f"{name} is not a number (NaN); give a number"
    if kind in ("less_than_equal", "greater_than_equal"):
        way = f"at most {bound['le']:g}" if "le" in bound else f"at least {bound['ge']:g}"
        return f"{name} = {value}: must be {way}{_unit(name)}"
    if kind == "literal_error":
        way = "; write a graph as a table [acquaintances]" if name == "market.acquaintances" else ""
        return f"{name} = {value!r:.60}: must be {bound['expected']}{way}"
    if kind in ("model_type", "dict_type"):
        return f"{name} = {value!r}: must be a section; write {name}.<parameter> = value"
    return f"{name} = {value!r}: {message[0].lower()}{message[1:].removeprefix('Input ')}".replace(
        "input should", "should"
    )


def _unit(name: str) -> str:
    try:
        unit = (field_of(name).json_schema_extra or {}).get("unit", "")
    except ParameterError:
        return ""
    return f" {unit}" if unit and unit != "-" else ""


__all__ = [
    "SECTIONS",
    "ParameterError",
    "Parameters",
    "Section",
    "Tier",
    "dotted_names",
    "field_of",
    "parameters_from",
]
