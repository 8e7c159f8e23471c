"""A scenario as plain values: read from TOML, or given as a table; within limits, or refused in one sentence."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kith.scenarios.errors import ScenarioError, shown

LIMIT = 1_000_000
"maximum size of a scenario file in bytes"
DEPTH = 8
"maximum nesting of tables and lists; a tier in a phase needs seven levels"

# tomllib needs quadratic time for dotted keys with many parts: reject them before parsing.
_LONG_KEY = re.compile(r"(?<![\w-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+){50}")


def read_toml(path: Path, label: str) -> dict[str, Any]:
    """The tables of a TOML file; `label` is its name in messages."""
    return toml_of(_content(path, label), label)


def toml_of(content: bytes, label: str) -> dict[str, Any]:
    """The tables of the content of a TOML file, with the same limits and messages."""
    if len(content) > LIMIT:
        raise ScenarioError(
            f"{label} is larger than {LIMIT // 1_000_000} MB; give a scenario file, which is a page of text"
        )
    text = _text(content, label)
    if _LONG_KEY.search(text):
        raise _too_deep(label)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{label} is not valid TOML: {_lower(str(error))}") from None
    except ValueError as error:
        raise ScenarioError(f"{label} has a number that cannot be read: {_lower(str(error))}") from None
    except RecursionError:
        raise _too_deep(label) from None
    _check_depth(table, label)
    return table


def plain_table(table: Mapping[str, Any], label: str) -> dict[str, Any]:
    """A copy of a table as `tomllib` would give it, no deeper than a file may be."""
    return {_key(key, label): _plain(value, label, 1) for key, value in table.items()}


def _plain(value: Any, label: str, level: int) -> Any:
    if level > DEPTH:
        raise _too_deep(label)
    if isinstance(value, Mapping):
        return {_key(key, label): _plain(inner, label, level + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, label, level + 1) for inner in value]
    return value


def _key(key: Any, label: str) -> str:
    if not isinstance(key, str):
        raise ScenarioError(f'{label}: key {shown(key)}: must be text, such as "monetisation"')
    return key


def _text(content: bytes, label: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            f"{label} is not text in UTF-8 (byte {error.start}); "
            "give a TOML file, such as those that `kith show` names"
        ) from None


def _content(path: Path, label: str) -> bytes:
    try:
        if path.is_dir():
            raise ScenarioError(f"{label} is a folder; give a scenario file inside it")
        if not path.exists():
            raise ScenarioError(f"{label} does not exist; `kith list` shows the library")
        if not path.is_file():
            raise ScenarioError(f"{label} is not a file; give the path of a TOML file")
        with path.open("rb") as file:
            return file.read(LIMIT + 1)
    except OSError as error:
        raise ScenarioError(f"{label} cannot be read: {error.strerror or error}") from None


def _check_depth(value: Any, label: str, level: int = 0) -> None:
    if level > DEPTH:
        raise _too_deep(label)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _check_depth(item, label, level + 1)


def _too_deep(label: str) -> ScenarioError:
    return ScenarioError(f"{label} is nested too deeply; use at most {DEPTH} levels")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
