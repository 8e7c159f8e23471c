"""A layer: the validated content of one file, without what it extends.

Each file is validated separately, so that messages can name the file at fault.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kith.scenarios.arrivals import TABLE as ARRIVALS
from kith.scenarios.arrivals import ArrivalsTable, arrivals_table
from kith.scenarios.errors import ScenarioError, shown
from kith.scenarios.expected import Expected, expected_from
from kith.scenarios.network import TABLES, Table, table_from
from kith.sim.schema.fields import nearest
from kith.sim.schema.parameter_set import SECTIONS, ParameterError, dotted_names, parameters_from
from kith.sim.schema.plan import MAX_DAYS, Experiment, Shock, experiment_from, shock_from

SENTENCES = ("title", "question", "text", "answer")
LISTS = ("tags", "sources")
REPEATED = ("phase", "shock", "experiment")
KEYS = ("extends", *SENTENCES, *LISTS, "days", *SECTIONS, *TABLES, ARRIVALS, *REPEATED, "expected")
MOST = 1_000
"maximum number of phases, shocks, experiments or expectations in a file"

type Settings = dict[str, Any]
"dotted name -> value"


@dataclass(frozen=True)
class Layer:
    """The content of one file, or the overrides of one call."""

    source: str
    settings: Settings = field(default_factory=dict)
    phases: dict[int, Settings] = field(default_factory=dict)
    shocks: tuple[Shock, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    days: int | None = None
    title: str = ""
    graphs: dict[str, Table] = field(default_factory=dict)
    "`network` or `acquaintances` -> the file's table about that graph"
    arrivals: ArrivalsTable | None = None
    "the file's table about joins per day"
    expected: tuple[Expected, ...] = ()
    clears: tuple[str, ...] = ()
    "`phase`, `shock` or `experiment`, if the file sets an empty list, which drops inherited ones"


def layer_from(table: dict[str, Any], source: str, label: str, folder: Path = Path()) -> Layer:
    """The layer of a file's tables; raises a `ScenarioError` that starts with `label`.

    Paths in the tables are relative to `folder`.
    """
    with blamed_on(label):
        _check_keys(table, KEYS)
        _check_texts(table)
        return Layer(
            source=source,
            settings=graph_settings(table) | settings_from({s: table[s] for s in SECTIONS if s in table}),
            graphs={name: table_from(name, table[name], folder) for name in TABLES if name in table},
            arrivals=arrivals_table(table[ARRIVALS], folder) if ARRIVALS in table else None,
            phases=_phases(tables(table, "phase")),
            shocks=tuple(shock_from(shock) for shock in tables(table, "shock")),
            experiments=tuple(_experiment(experiment) for experiment in tables(table, "experiment")),
            days=days_from(table["days"]) if "days" in table else None,
            title=table.get("title", ""),
            expected=tuple(_expected(expected) for expected in tables(table, "expected")),
            clears=tuple(key for key in REPEATED if table.get(key) == []),
        )


def settings_from(sections: dict[str, Any]) -> Settings:
    """Dotted names and values of section tables, validated against the schema."""
    parameters_from(sections)
    return {f"{s}.{name}": value for s, values in sections.items() for name, value in values.items()}


def graph_settings(table: Mapping[str, Any]) -> Settings:
    """The value of market.acquaintances implied by a table [acquaintances]; an empty table drops the graph."""
    if "acquaintances" not in table:
        return {}
    kind = table.get("market", {}).get("acquaintances", "graph")
    if table["acquaintances"] != {} and kind != "graph":
        raise ScenarioError(
            f"market.acquaintances = {shown(kind)} contradicts [acquaintances]; keep one of them"
        )
    return {"market.acquaintances": "graph" if table["acquaintances"] != {} else "ring"}


def nested(settings: Settings) -> dict[str, dict[str, Any]]:
    """Section tables from dotted names: the inverse of `settings_from`."""
    sections: dict[str, dict[str, Any]] = {}
    for dotted, value in settings.items():
        section, _, name = dotted.partition(".")
        sections.setdefault(section, {})[name] = value
    return sections


def days_from(value: Any) -> int:
    """A valid number of days."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_DAYS:
        raise ScenarioError(f"days = {shown(value)}: must be a whole number from 1 to {MAX_DAYS}")
    return value


def tables(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The `[[key]]` tables of a file."""
    rows = table.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ScenarioError(f"{key} must be a list of tables; write [[{key}]] above each")
    if len(rows) > MOST:
        raise ScenarioError(f"{len(rows)} [[{key}]] tables: at most {MOST} are allowed")
    return rows


@contextmanager
def blamed_on(label: str) -> Iterator[None]:
    """Prefix errors raised inside with `label`; an empty label adds nothing."""
    prefix = f"{label}: " if label else ""
    try:
        yield
    except (ParameterError, ScenarioError) as error:
        raise ScenarioError(f"{prefix}{_clipped(str(error))}") from None


def _clipped(message: str, most: int = 800) -> str:
    """A message on one line, with the middle of a very long one cut out."""
    message = " ".join(message.split())
    return message if len(message) <= most else f"{message[: most // 2]} … {message[-most // 2 :]}"


def _phases(rows: list[dict[str, Any]]) -> dict[int, Settings]:
    phases: dict[int, Settings] = {}
    for row in rows:
        day = _from_day(row)
        if day in phases:
            raise ScenarioError(f"two phases from day {day}; write them as one")
        phases[day] = _phase(day, row)
    return phases


def _phase(day: int, row: dict[str, Any]) -> Settings:
    with blamed_on(f"phase from day {day}"):
        _check_keys(row, ("from_day", *SECTIONS))
        if "market" in row:
            raise ScenarioError("the market is fixed for a run; set market.* outside the phases")
        return settings_from({s: row[s] for s in SECTIONS if s in row})


def _experiment(row: dict[str, Any]) -> Experiment:
    """An experiment: name, from_day, share, and the sections in which the treated differ."""
    with blamed_on(f"experiment {shown(row.get('name', ''))}"):
        _check_keys(row, ("name", "from_day", "share", *SECTIONS))
        changes = settings_from({s: row[s] for s in SECTIONS if s in row})
        return experiment_from({k: v for k, v in row.items() if k not in SECTIONS} | {"changes": changes})


def _expected(row: dict[str, Any]) -> Expected:
    """An expectation; the parameters in `but` are validated like settings."""
    changes = row.get("but", {})
    if not isinstance(changes, dict):
        raise ScenarioError(f"expected: but = {shown(changes)}: must be a table of parameters")
    return expected_from(row | {"but": settings_from(changes)})


def _from_day(row: dict[str, Any]) -> int:
    if "from_day" not in row:
        raise ScenarioError("a phase lacks from_day; write from_day = 90 below [[phase]]")
    day = row["from_day"]
    if day == 0 and type(day) is int:
        raise ScenarioError(
            "phase from_day = 0: day 0 is the scenario itself; write its sections without [[phase]]"
        )
    if isinstance(day, bool) or not isinstance(day, int) or not 1 <= day <= MAX_DAYS:
        raise ScenarioError(f"phase from_day = {shown(day)}: must be a whole number from 1 to {MAX_DAYS}")
    return day


def _check_keys(table: dict[str, Any], known: Iterable[str]) -> None:
    for key in table:
        if key not in known:
            raise ScenarioError(f"unknown key {shown(key)}; {hint(key, known)}")


def hint(key: str, known: Iterable[str]) -> str:
    """A suggestion for an unknown key."""
    inside = [name for name in dotted_names() if name.endswith(f".{key}")]
    close = inside[0] if inside else nearest(key, known)
    return f"did you mean {close}?" if close else "`kith schema` lists every key"


def _check_texts(table: dict[str, Any]) -> None:
    for key in SENTENCES:
        if not isinstance(table.get(key, ""), str):
            raise ScenarioError(f'{key} = {shown(table[key])}: must be text in quotes, such as {key} = "…"')
    for key in LISTS:
        rows = table.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
            raise ScenarioError(f'{key} = {shown(rows)}: must be a list of texts, such as {key} = ["…"]')
