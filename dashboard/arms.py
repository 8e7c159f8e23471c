"""An arm of a comparison as somebody composes it in the browser: scenarios of the library and what differs.

It is what a scenario file says, so it can be written as TOML and read back, and what an address says. Only names of
the library are followed: nothing that comes from a browser is used as a path.
"""

import json
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from scenarios import ScenarioError, load, names, parse_setting, parse_shock
from scenarios.errors import shown
from scenarios.layer import layer_from
from sim.plan import Founding, Plan

LIMIT = 100_000
"""Characters of a scenario that somebody gives: a page of text is 3,000."""

type Values = tuple[tuple[str, Any], ...]
"""Dotted names and their values, in the order in which they were set."""


@dataclass(frozen=True)
class Arm:
    """Scenarios of the library, combined, and what differs from them."""

    bases: tuple[str, ...]
    settings: Values = ()
    phases: tuple[tuple[int, Values], ...] = ()
    shocks: tuple[str, ...] = ()
    "as on the command line: `180 hub_departs`"

    @property
    def name(self) -> str:
        """What it is called in menus."""
        return " + ".join(self.bases)

    @property
    def altered(self) -> bool:
        """Whether it differs from the library's scenario."""
        return bool(self.settings or self.phases or self.shocks)

    def with_setting(self, name: str, value: Any) -> "Arm":
        """The arm with one more setting, or another value for one that it has."""
        kept = tuple((n, v) for n, v in self.settings if n != name)
        return replace(self, settings=(*kept, (name, value)))

    def without(self, name: str) -> "Arm":
        """The arm with that parameter as the library has it."""
        return replace(self, settings=tuple((n, v) for n, v in self.settings if n != name))

    def text(self) -> str:
        """As one line, for an address."""
        parts = ["+".join(self.bases), *(_setting_text(*s) for s in self.settings)]
        for day, settings in self.phases:
            parts += [f"@{day}", *(_setting_text(*s) for s in settings)]
        return "~".join([*parts, *(f"!{shock}" for shock in self.shocks)])

    def toml(self) -> str:
        """As a scenario file."""
        lines = [f"extends = {toml_value(list(self.bases))}", ""]
        lines += _sections(self.settings)
        for day, settings in self.phases:
            lines += ["[[phase]]", f"from_day = {day}", *(_setting_text(*s, " = ") for s in settings), ""]
        for shock in self.shocks:
            table = parse_shock(shock)
            lines += ["[[shock]]", *(f"{name} = {toml_value(value)}" for name, value in table.items()), ""]
        return "\n".join(lines)


def arm_from_text(text: str) -> Arm:
    """The arm that an address tells; `ScenarioError` says what is wrong with it."""
    first, *rest = text.split("~")
    arm = Arm(_known(first.split("+")))
    phase: int | None = None
    phases: dict[int, list[tuple[str, Any]]] = {}
    for part in rest:
        if part.startswith("!"):
            parse_shock(part[1:])
            arm = replace(arm, shocks=(*arm.shocks, part[1:]))
        elif part.startswith("@"):
            phase = _day(part[1:])
            phases.setdefault(phase, [])
        elif phase is None:
            arm = arm.with_setting(*parse_setting(part))
        else:
            phases[phase].append(parse_setting(part))
    return replace(arm, phases=tuple((day, tuple(values)) for day, values in sorted(phases.items())))


def arm_from_file(name: str, content: bytes) -> Arm:
    """The arm that a scenario file of that name tells."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError(f"{name} is not text in UTF-8; give a scenario file (TOML)") from None
    return arm_from_toml(text, name)


def arm_from_toml(text: str, name: str = "the file") -> Arm:
    """The arm that a scenario file tells, checked as the library's are."""
    if len(text) > LIMIT:
        raise ScenarioError(f"{name} has {len(text):,} characters; a scenario has at most {LIMIT:,}")
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise ScenarioError(f"{name} is not valid TOML: {error}") from None
    extends = table.get("extends", "baseline")
    bases = _known(extends if isinstance(extends, list) else [extends])
    layer = layer_from(table, name, name)
    if layer.experiments:
        raise ScenarioError(f"{name} has experiments inside the community; run it with `kith run`")
    arm = Arm(
        bases,
        tuple(layer.settings.items()),
        tuple((day, tuple(values.items())) for day, values in sorted(layer.phases.items())),
        tuple(_shock_text(shock.model_dump(exclude_none=True)) for shock in layer.shocks),
    )
    plan_of(arm)
    return arm


@lru_cache(maxsize=256)
def _plan(text: str, people: int | None, days: int | None, log: "_Log") -> Plan:
    arm = arm_from_text(text)
    if log.founding is not None:
        return _loaded(arm, days, log.founding, {})
    plan = _loaded(arm, days, None, {})
    market = plan.parameters.market
    if people is None or people == market.size or any(n.startswith("market.") for n, _ in arm.settings):
        return plan
    founders = max(1, round(people * market.founders / market.size))
    return _loaded(arm, days, None, {"market.size": people, "market.founders": founders})


@dataclass(frozen=True)
class _Log:
    """A founding log, told apart by its digest."""

    digest: str = ""
    founding: Founding | None = field(default=None, compare=False)


def plan_of(
    arm: Arm, people: int | None = None, days: int | None = None, founding: Founding | None = None
) -> Plan:
    """The plan of an arm, scaled to a market of `people` unless the arm says how large it is.

    Founders keep their share of the market. Raises `ScenarioError` with what to change.
    """
    log = _Log() if founding is None else _Log(founding.digest, founding)
    return _plan(arm.text(), people, days, log)


def _loaded(arm: Arm, days: int | None, log: Founding | None, overrides: Mapping[str, Any]) -> Plan:
    if len(arm.bases) == 1 and not arm.altered:
        return load(arm.bases[0], overrides=overrides, days=days, log=log)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{arm.name}.toml"
        path.write_text(arm.toml(), encoding="utf-8")
        return load(path, overrides=overrides, days=days, log=log)


@cache
def _library() -> tuple[str, ...]:
    """Its names; the files of a server do not change under it."""
    return tuple(names())


def _known(given: Iterable[Any]) -> tuple[str, ...]:
    from sim.fields import nearest

    library = _library()
    for name in given:
        if name not in library:
            close = nearest(str(name), library)
            hint = f"; did you mean {close}?" if close else "; choose one of the library"
            raise ScenarioError(f"there is no scenario {shown(str(name))}{hint}")
    found = tuple(str(name) for name in given)
    if not found:
        raise ScenarioError("a scenario extends nothing; name one of the library")
    return found


def _day(text: str) -> int:
    if not text.isdecimal() or len(text) > 6 or int(text) == 0:
        raise ScenarioError(f"phase from day {shown(text)}: must be a whole number above 0")
    return int(text)


def _setting_text(name: str, value: Any, equals: str = "=") -> str:
    return f"{name}{equals}{toml_value(value)}"


def _sections(settings: Values) -> list[str]:
    lines: list[str] = []
    sections: dict[str, list[str]] = {}
    for name, value in settings:
        section, _, rest = name.partition(".")
        sections.setdefault(section, []).append(f"{rest} = {toml_value(value)}")
    for section, rows in sections.items():
        lines += [f"[{section}]", *rows, ""]
    return lines


def _shock_text(table: Mapping[str, Any]) -> str:
    rest = [f"{name}={toml_value(value)}" for name, value in table.items() if name not in ("day", "kind")]
    return " ".join([str(table["day"]), str(table["kind"]), *rest])


def toml_value(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return json.dumps(value, ensure_ascii=False)
