"""The page on scenario files, made from their JSON Schema: every key with what it takes."""

from collections.abc import Iterator, Mapping
from typing import Any

from kith.scenarios.schema import scenario_schema

HEAD = """\
# Scenario files

A scenario is a TOML file that says how it differs from the scenarios that it extends. This page has every key that may
stand in it; [the library](library.md) says how files are combined, and `kith new scenario FILE` writes a commented one
to start from.

`kith schema` prints the same as a JSON Schema, and `kith new` puts it beside the file: editors that know TOML then
complete keys, show what they mean and underline what cannot be read. In such a file the first line is
`#:schema ./scenario.schema.json`.
"""
LISTS = ("phase", "shock", "experiment", "expected")
"keys that may occur several times, each as a table of its own in double brackets"
Schema = Mapping[str, Any]


def page() -> str:
    """The whole page as Markdown."""
    schema = scenario_schema()
    properties = schema["properties"]
    sections = {name: _reference(p) for name, p in properties.items() if "$ref" in p}
    plain = {n: p for n, p in properties.items() if n not in sections and _fields(p) is None}
    lines = [HEAD, "## At the top", "", *_keys(plain, ())]
    lines += ["", "## Tables of parameters", ""]
    lines += ["Each takes its [parameters](parameters.md), as `price` in `[monetisation]`.", ""]
    lines += ["| table | what is in it |", "|---|---|"]
    for name, target in sections.items():
        text = schema["$defs"][target]["description"].partition("; read by")[0]
        lines.append(f"| [`[{name}]`](parameters.md#{name}) | {_cell(text.rstrip('.'))} |")
    for name, p in properties.items():
        fields = _fields(p)
        if fields is None or name in sections:
            continue
        brackets = f"[[{name}]]" if name in LISTS else f"[{name}]"
        about = p.get("description", "")
        lines += ["", f"## `{brackets}`", "", f"{about[:1].upper()}{about[1:]}.", ""]
        lines += _keys(fields["properties"], fields.get("required", ()))
        tables = [key for key, value in fields["properties"].items() if "$ref" in value]
        if tables:
            lines += ["", "Parameters that differ, in tables: " + _listed(tables, name) + "."]
    return "\n".join(lines) + "\n"


def _keys(properties: Schema, required: tuple[str, ...]) -> list[str]:
    """A table of keys, without those that are tables of parameters."""
    rows = []
    for name, p in properties.items():
        if "$ref" in p:
            continue
        must = " (required)" if name in required else ""
        rows.append(
            f"| `{name}`{must} | {_cell('; '.join(_values(p)))} | {_cell(p.get('description', ''))} |"
        )
    return ["| key | takes | |", "|---|---|---|", *rows]


def _values(p: Schema) -> Iterator[str]:
    """What a key takes, in words: type or choices, range, unit, default."""
    if "enum" in p:
        yield " or ".join(f"`{choice}`" for choice in p["enum"])
    elif "anyOf" in p:
        yield " or ".join(text for option in p["anyOf"] for text in _values(option))
    elif p["type"] == "array":
        inner = next(_values(p["items"]))
        yield f"list of {inner}{'' if inner.endswith('s') else 's'}"
    elif p["type"] == "object":
        yield "tables of parameters"
    else:
        names = {"string": "text", "integer": "whole number", "boolean": "`true` or `false`"}
        yield "date" if p.get("format") == "date" else names.get(p["type"], p["type"])
    low, high = (p.get("minimum"), p.get("maximum"))
    above, below = (p.get("exclusiveMinimum"), p.get("exclusiveMaximum"))
    limits = [f"from {low:,g}" if low is not None else "", f"above {above:,g}" if above is not None else ""]
    limits += [
        f"to {high:,.12g}" if high is not None else "",
        f"below {below:,g}" if below is not None else "",
    ]
    if any(limits):
        unit = p.get("unit", "")
        yield " ".join([*(text for text in limits if text), *([unit] if unit else [])])
    if "default" in p:
        yield f"default {p['default']}"


def _fields(p: Schema) -> Schema | None:
    """The fields of a table or of a list of tables; None for anything else."""
    found = p.get("items", p)
    return found if "properties" in found else None


def _reference(p: Schema) -> str:
    return str(p["$ref"]).rpartition("/")[2]


def _listed(tables: list[str], name: str) -> str:
    return ", ".join(f"[`[{name}.{table}]`](parameters.md#{table})" for table in tables)


def _cell(text: str) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")
