"""Overrides: parameters by dotted name, graphs and shocks passed in a call."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kith.scenarios.arrivals import TABLE as ARRIVALS
from kith.scenarios.arrivals import ArrivalsTable, arrivals_table
from kith.scenarios.errors import ScenarioError, shown
from kith.scenarios.layer import Settings, blamed_on, hint, nested, settings_from
from kith.scenarios.network import TABLES, Table, table_from
from kith.sim.schema.parameter_set import SECTIONS, field_of
from kith.sim.schema.plan import Shock, shock_from


def graphs_of(overrides: Mapping[str, Any] | None, **given: Any) -> dict[str, Table]:
    """Tables of graphs: those passed in a call, or single keys such as `network.k`."""
    tables = {name: dict(table) for name, table in given.items() if isinstance(table, Mapping)}
    for dotted, value in (overrides or {}).items():
        name, _, key = str(dotted).partition(".")
        if name in TABLES and key:
            tables.setdefault(name, {})[key] = plain(value)
    return {name: table_from(name, table, Path()) for name, table in tables.items()}


def arrivals_of_call(
    overrides: Mapping[str, Any] | None, given: Mapping[str, Any] | None
) -> ArrivalsTable | None:
    """The table of arrivals: passed in a call, or single keys such as `arrivals.mode`."""
    table = None if given is None else dict(given)
    for dotted, value in (overrides or {}).items():
        name, _, key = str(dotted).partition(".")
        if name == ARRIVALS and key:
            table = (table or {}) | {key: plain(value)}
    return None if table is None else arrivals_table(table, Path())


def settings_of(overrides: Mapping[str, Any] | None) -> Settings:
    """Overrides by dotted name, validated against the schema; those of graphs and arrivals are left out."""
    if not isinstance(overrides, Mapping | None):
        raise ScenarioError(f"overrides = {shown(overrides)}: must be a dict of names and values")
    given = {
        name: plain(value)
        for name, value in (overrides or {}).items()
        if not str(name).startswith(tuple(f"{table}." for table in (*TABLES, ARRIVALS)))
    }
    with blamed_on(""):
        for name in given:
            _check_name(name)
        return settings_from(nested(given))


def shocks_of(shocks: Iterable[Any] | None) -> tuple[Shock, ...]:
    """Shocks from plain tables."""
    if isinstance(shocks, Mapping | str) or not isinstance(shocks, Iterable | None):
        raise ScenarioError(f"shocks = {shown(shocks)}: must be a list of tables")
    with blamed_on(""):
        return tuple(shock_from(shock) for shock in shocks or ())


def plain(value: Any) -> Any:
    """NumPy scalars as Python numbers."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise ScenarioError(f"override {shown(name)}: must be a dotted name such as monetisation.price")
    if name in SECTIONS:
        first = next(iter(SECTIONS[name].model_fields))
        raise ScenarioError(f"{name} is a section; name one of its parameters, such as {name}.{first}")
    if "." not in name:
        raise ScenarioError(f"unknown parameter {shown(name)}; {hint(name, SECTIONS)}")
    field_of(name)
