"""Settings and shocks as text: parsed from and written for the command line and scenario files."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from kith.scenarios.errors import ScenarioError, shown


def parse_setting(text: str) -> tuple[str, Any]:
    """Name and value of command-line text such as `monetisation.price=12`.

    The value is parsed as TOML (`12`, `inf`, `true`, `[1, 10]`); a bare word is a string, so that
    `monetisation.model=ads` needs no quotes, and `.5` is a number.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name or not equals or not value:
        raise ScenarioError(f"setting {shown(text)}: write name=value, such as monetisation.price=12")
    return name, _value(value)


def parse_shock(text: str) -> dict[str, Any]:
    """The table of a shock written as `180 hub_departs` or `90 members_leave share=0.3 who=random`."""
    day, *words = text.split()[:2] or [""]
    if not day.isdecimal() or len(day) > 9 or not words:
        raise ScenarioError(f"shock {shown(text)}: write the day and the kind, such as 180 hub_departs")
    fields = [parse_setting(word) for word in text.split()[2:]]
    twice = next((name for k, (name, _) in enumerate(fields) if name in dict(fields[:k])), None)
    if twice is not None:
        raise ScenarioError(f"shock {shown(text)}: {twice} is given twice; give it once")
    return {"day": int(day), "kind": words[0]} | dict(fields)


def _value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
    except RecursionError:
        raise ScenarioError(f"value {shown(text)} is nested too deeply; give a flatter value") from None
    except ValueError:
        return _number_or_word(text)
    return table["value"] if len(table) == 1 else text


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def toml_value(value: Any) -> str:
    """A value as TOML on one line; parsing restores it exactly."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_key(name)} = {toml_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, bool | int | str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, float):
        return repr(value)
    raise ScenarioError(
        f"{shown(value)} has no form in TOML; give a number, a boolean, text, a list or a table"
    )


def toml_key(name: str) -> str:
    """A key in TOML, quoted if necessary."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(str(name))


def setting_text(name: str, value: Any) -> str:
    """A setting for the command line, quoted only if necessary."""
    plain = f"{name}={value}"
    if isinstance(value, str) and value and value == value.strip() and parse_setting(plain) == (name, value):
        return plain
    return f"{name}={toml_value(value)}"


def shock_text(table: Mapping[str, Any]) -> str:
    """A shock for the command line; the inverse of `parse_shock`."""
    rest = [setting_text(name, value) for name, value in table.items() if name not in ("day", "kind")]
    return " ".join([str(table["day"]), str(table["kind"]), *rest])
