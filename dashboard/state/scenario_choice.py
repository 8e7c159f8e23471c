"""A scenario as it is composed in the browser: scenarios of the library, and the changes to them.

It can be written as a scenario file (TOML) or into an address, and read back from both. Only names of the library are
followed: nothing that comes from a browser is used as a path.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from kith.experiments.comparison.repeat_command import compare_command, run_command
from kith.scenarios.arrivals import TABLE as ARRIVALS
from kith.scenarios.catalogue import names
from kith.scenarios.errors import ScenarioError, shown
from kith.scenarios.layer import LISTS, REPEATED, SENTENCES, Layer, blamed_on, layer_from
from kith.scenarios.load import load
from kith.scenarios.logs.founding import ReadLog
from kith.scenarios.network import TABLES
from kith.scenarios.settings import (
    parse_setting,
    parse_shock,
    setting_text,
    shock_text,
    toml_key,
    toml_value,
)
from kith.scenarios.toml_file import toml_of
from kith.sim.schema.founding import Founding
from kith.sim.schema.plan import Plan

LIMIT = 100_000
"""Characters of an uploaded scenario; a page of text has 3,000."""

type Values = tuple[tuple[str, Any], ...]
"""Dotted names and their values, in the order in which they were set."""

BETWEEN = "~"
"""Separates the parts of a scenario in an address."""


@dataclass(frozen=True)
class ScenarioChoice:
    """Scenarios of the library, combined, and the changes to them."""

    bases: tuple[str, ...]
    settings: Values = ()
    "of parameters, and of the graphs `network` and `acquaintances`; `network` = {} drops one"
    phases: tuple[tuple[int, Values], ...] = ()
    shocks: tuple[str, ...] = ()
    "as on the command line: `180 hub_departs`"
    clears: tuple[str, ...] = ()
    "`phase`, `shock` or `experiment`, where those of the library's scenario are dropped"

    @property
    def name(self) -> str:
        """Its name in menus."""
        return " + ".join(self.bases)

    @property
    def altered(self) -> bool:
        """Whether it differs from the library's scenario."""
        return self.changes > 0

    @property
    def changes(self) -> int:
        """The number of changes."""
        return len(self.settings) + len(self.phases) + len(self.shocks) + len(self.clears)

    def with_setting(self, name: str, value: Any) -> "ScenarioChoice":
        """The same with one more setting, or with another value for one that it has."""
        others = tuple((n, v) for n, v in self.settings if n != name)
        return replace(self, settings=(*others, (name, value)))

    def without(self, name: str) -> "ScenarioChoice":
        """The same with that parameter as it is in the library."""
        return replace(self, settings=tuple((n, v) for n, v in self.settings if n != name))

    def text(self) -> str:
        """As one line, for an address."""
        parts = ["+".join(self.bases), *(f"{name}=[]" for name in self.clears)]
        parts += [_part(*s) for s in self.settings]
        for day, settings in self.phases:
            parts += [f"@{day}", *(_part(*s) for s in settings)]
        return BETWEEN.join([*parts, *(f"!{shock}" for shock in self.shocks)])

    def toml(self, days: int | None = None) -> str:
        """As the text of a scenario file; `days` is left out if it is None."""
        lines = [f"extends = {toml_value(list(self.bases))}"]
        lines += [f"days = {days}"] if days is not None else []
        lines += [f"{name} = []" for name in self.clears]
        lines += [f"{name} = {toml_value(value)}" for name, value in self.settings if "." not in name]
        lines += ["", *_sections(s for s in self.settings if "." in s[0])]
        for day, settings in self.phases:
            lines += ["[[phase]]", f"from_day = {day}", *(f"{n} = {toml_value(v)}" for n, v in settings), ""]
        for shock in self.shocks:
            table = parse_shock(shock)
            lines += ["[[shock]]", *(f"{name} = {toml_value(value)}" for name, value in table.items()), ""]
        return "\n".join(lines)


def choice_from_text(text: str) -> ScenarioChoice:
    """The scenario of an address; `ScenarioError` says what is wrong with it."""
    first, *rest = text.split(BETWEEN)
    choice = ScenarioChoice(_known(first.split("+")))
    phase: int | None = None
    phases: dict[int, list[tuple[str, Any]]] = {}
    for part in rest:
        if part.startswith("!"):
            parse_shock(part[1:])
            choice = replace(choice, shocks=(*choice.shocks, part[1:]))
        elif part.startswith("@"):
            phase = _day(part[1:])
            phases.setdefault(phase, [])
        elif phase is None:
            choice = _with_part(choice, *parse_setting(part))
        else:
            phases[phase].append(parse_setting(part))
    given = {"phase": phases, "shock": choice.shocks}
    both = next((name for name in choice.clears if given.get(name)), None)
    if both is not None:
        raise ScenarioError(f"{both}=[] drops every {both}, and the address has one; keep one of the two")
    return replace(choice, phases=tuple((day, tuple(values)) for day, values in sorted(phases.items())))


def _with_part(choice: ScenarioChoice, name: str, value: Any) -> ScenarioChoice:
    """The scenario with the setting of one part of an address."""
    if name in REPEATED:
        if value != []:
            raise ScenarioError(f"{name}={shown(value)}: an address can only have {name}=[]")
        return replace(choice, clears=tuple(dict.fromkeys((*choice.clears, name))))
    table, _, key = name.partition(".")
    if table == ARRIVALS:
        raise ScenarioError(f"{name}: a page cannot take joins per day; use `kith run` or `kith compare`")
    if table in TABLES:
        _check_graph(table, {key: value} if key else value)
    elif not key:
        raise ScenarioError(f"unknown parameter {shown(name)}; write section.name=value")
    return choice.with_setting(name, value)


def _check_graph(table: str, values: Any) -> None:
    """Refuse keys that no address can contain, and files: nothing that comes from a browser is used as a path."""
    for key in values if isinstance(values, Mapping) else ():
        if key == "file":
            raise ScenarioError(
                f"{table}.file: a page cannot read files of this machine; use `kith compare`, or a generator"
            )
        if key != toml_key(key):
            raise ScenarioError(f"{table}.{shown(key)}: must be letters, digits, _ or - here")


@dataclass(frozen=True)
class UploadedScenario:
    """What a page reads from a scenario file: the scenario, and settings that belong elsewhere on the page, or nowhere."""

    choice: ScenarioChoice
    days: int | None = None
    "how long it runs, if the file sets it; a page has one number of days for all scenarios"
    left_out: tuple[str, ...] = ()
    "keys of the file that a page does not keep; none of them changes a run"


def read_uploaded_scenario(name: str, content: bytes) -> UploadedScenario:
    """What a page reads from the content of a scenario file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(f"{name} is not text in UTF-8; give a scenario file (TOML)") from None
    return uploaded_scenario(text, name)


def uploaded_scenario(text: str, name: str = "the file") -> UploadedScenario:
    """The same from its text, checked as a file on the command line is."""
    if len(text) > LIMIT:
        raise ScenarioError(f"{name} has {len(text):,} characters; a scenario has at most {LIMIT:,}")
    table = toml_of(text.encode(), name)
    extends = table.get("extends", [])
    bases = _known(extends if isinstance(extends, list) else [extends]) if extends != [] else ("baseline",)
    for graph in TABLES:
        with blamed_on(name):
            _check_graph(graph, table.get(graph))
    layer = layer_from(table, name, name)
    if layer.experiments:
        raise ScenarioError(f"{name} has experiments inside the community; run it with `kith run`")
    if layer.arrivals is not None:
        raise ScenarioError(f"{name} has joins per day as an input; run it with `kith run`")
    choice = ScenarioChoice(
        bases,
        _settings_of(layer),
        tuple((day, tuple(values.items())) for day, values in sorted(layer.phases.items())),
        tuple(shock_text(shock.model_dump(exclude_none=True)) for shock in layer.shocks),
        layer.clears,
    )
    plan_of(choice_from_text(choice.text()))  # as the address will have it
    left_out = tuple(key for key in (*SENTENCES, *LISTS, "expected") if table.get(key))
    return UploadedScenario(choice, layer.days, left_out)


def choice_from_toml(text: str, name: str = "the file") -> ScenarioChoice:
    """The scenario alone of `uploaded_scenario`."""
    return uploaded_scenario(text, name).choice


def _settings_of(layer: Layer) -> Values:
    """Parameters and graphs of a file; a graph that it empties is {}."""
    values = dict(layer.settings)
    for name, table in layer.graphs.items():
        values |= {f"{name}.{key}": value for key, value in table.values.items()} or {name: {}}
        if name == "acquaintances" and values["market.acquaintances"] == (
            "graph" if table.values else "ring"
        ):
            del values["market.acquaintances"]  # follows from the table
    return tuple(values.items())


@lru_cache(maxsize=256)
def _plan(text: str, people: int | None, days: int | None, log: "_Log", world: Values) -> Plan:
    choice = choice_from_text(text)
    if log.founding is not None:
        return _loaded(choice, days, log.founding, dict(world))
    size = () if people is None else scaled(choice, _loaded(choice, days, None, {}), people)
    return _loaded(choice, days, None, dict((*world, *size)))


PAYMENTS = {"organisation.hub_cost": "the pay of the hub"}
"""Payments for the whole community that change nothing but the books: scaled with the market, so that they weigh as much
as in the library. What also buys something, such as staff or advertising, is left as it is, and the page says so."""


def scaled(choice: ScenarioChoice, plan: Plan, people: int) -> Values:
    """The settings that scale a plan to a market of `people`: founders and payments keep their share of it.

    A graph that counts the founders is left alone, and so is what the choice sets itself.
    """
    market = plan.parameters.market
    set_here = {name for name, _ in choice.settings}
    if people == market.size or any(name.startswith("market.") for name in set_here):
        return ()
    paid = {name: float(getattr(plan.parameters.organisation, name.partition(".")[2])) for name in PAYMENTS}
    payments = tuple(
        (name, amount * people / market.size)
        for name, amount in paid.items()
        if amount and name not in set_here
    )
    if "network.n" in set_here:
        return (("market.size", people), *payments)
    founders = max(1, round(people * market.founders / market.size))
    return (("market.size", people), ("market.founders", founders), *payments)


def command_of(
    choices: Mapping[str, ScenarioChoice],
    people: int,
    days: int,
    runs: int,
    log: str | ReadLog = "",
    at: str = "",
) -> str:
    """The command line that repeats what a page shows: the same plans, the same seeds, hence the same numbers.

    Scenarios that differ from the library in settings alone are arms in one line; others become scenario files, which the
    command writes first.

    Parameters
    ----------
    choices : label -> scenario.
    people, days, runs : as the page has them; seeds are 0 … runs - 1.
    log, at : the name or the path of the log that founds the communities, and the day on which they start.
    """
    markets = [() if log else scaled(choice, plan_of(choice), people) for choice in choices.values()]
    together = tuple(part for part in markets[0] if all(part in market for market in markets))
    options = {"overrides": dict(together), "log": log, "at": at}
    lines = [
        _line(choice, market, together) for choice, market in zip(choices.values(), markets, strict=True)
    ]
    if not log and 1 < len(lines) == len(set(lines)) and all(lines) and any(" " in line for line in lines):
        return compare_command(lines, runs, days, options, arms=True)
    scenarios: list[str] = []
    files: dict[str, str] = {}
    for (label, choice), market in zip(choices.items(), markets, strict=True):
        own = tuple(part for part in market if part not in together)
        complete = replace(choice, settings=(*choice.settings, *own)) if own else choice
        if len(complete.bases) == 1 and not complete.altered and complete.bases[0] not in scenarios:
            scenarios.append(complete.bases[0])
        else:
            name = f"{re.sub(r'[^A-Za-z0-9_ .,+#()-]', '_', label)}.toml"
            files[name] = complete.toml(days)
            scenarios.append(f"./{name}")
    if len(scenarios) > 1:
        return compare_command(scenarios, runs, days, options, files=files)
    first = run_command(scenarios[0], 0, days, options, files)
    return first if runs == 1 else f"{first}\n# the first of {runs} runs, whose seeds are 0 to {runs - 1}"


def _line(choice: ScenarioChoice, market: Values, together: Values) -> str:
    """The arm of a scenario that differs from the library in parameters alone; empty for others."""
    base, *more = choice.bases
    if more or choice.phases or choice.shocks or choice.clears:
        return ""
    if any(name.partition(".")[0] in TABLES or "." not in name for name, _ in choice.settings):
        return ""
    own = (*choice.settings, *(part for part in market if part not in together))
    return shlex.join([base, *(setting_text(name, value) for name, value in own)])


@dataclass(frozen=True)
class _Log:
    """A founding log; logs with the same digest are equal."""

    digest: str = ""
    founding: Founding | None = field(default=None, compare=False)


def plan_of(
    choice: ScenarioChoice,
    people: int | None = None,
    days: int | None = None,
    founding: Founding | None = None,
    world: Values = (),
) -> Plan:
    """The plan of a scenario, scaled to a market of `people` unless the scenario sets its size.

    Founders keep their share of the market. `world` are values for parameters that the scenario leaves open. Raises `ScenarioError` with what to change.
    """
    log = _Log() if founding is None else _Log(founding.digest, founding)
    return _plan(choice.text(), people, days, log, world)


def _loaded(
    choice: ScenarioChoice, days: int | None, log: Founding | None, overrides: Mapping[str, Any]
) -> Plan:
    if len(choice.bases) == 1 and not choice.altered:
        return load(choice.bases[0], overrides=overrides, days=days, log=log)
    table = toml_of(choice.toml().encode(), choice.name)
    return load(table, overrides=overrides, days=days, log=log, name=choice.name)


@cache
def _library() -> tuple[str, ...]:
    """Its names; the files do not change while a server runs."""
    return tuple(names())


def _known(given: Iterable[Any]) -> tuple[str, ...]:
    from kith.sim.schema.fields import nearest

    library = _library()
    for name in given:
        if name not in library:
            close = nearest(str(name), library)
            hint = f"; did you mean {close}?" if close else "; choose one from the library"
            raise ScenarioError(f"there is no scenario {shown(str(name))}{hint}")
    bases = tuple(str(name) for name in given)
    if not bases:
        raise ScenarioError("the scenario extends nothing; name one from the library")
    return bases


def _day(text: str) -> int:
    if not text.isdecimal() or len(text) > 6 or int(text) == 0:
        raise ScenarioError(f"phase from day {shown(text)}: must be a whole number above 0")
    return int(text)


def _part(name: str, value: Any) -> str:
    """A setting in an address; what separates parts is escaped where a text holds it."""
    return f"{name}={toml_value(value).replace(BETWEEN, f'\\u{ord(BETWEEN):04X}')}"


def _sections(settings: Iterable[tuple[str, Any]]) -> list[str]:
    lines: list[str] = []
    sections: dict[str, list[str]] = {}
    for name, value in settings:
        section, _, rest = name.partition(".")
        sections.setdefault(section, []).append(f"{rest} = {toml_value(value)}")
    for section, rows in sections.items():
        lines += [f"[{section}]", *rows, ""]
    return lines
