"""Settings and shocks written as command-line text."""

import tomllib
from typing import Any

from scenarios.errors import ScenarioError, shown


def parse_setting(text: str) -> tuple[str, Any]:
    """Name and value of command-line text such as `monetisation.price=12`.

    The value is read as TOML (`12`, `inf`, `true`, `[1, 10]`); a bare word is a string, so
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
    return {"day": int(day), "kind": words[0]} | dict(parse_setting(one) for one in text.split()[2:])


def _value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
    except RecursionError:
        raise ScenarioError(f"value {shown(text)} is nested too deeply") from None
    except ValueError:
        return _number_or_word(text)
    return table["value"] if len(table) == 1 else text


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
