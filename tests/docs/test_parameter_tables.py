"""The tables of parameters in docs/explanation/model give the default, the unit and the sources of the schema."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kith.sim.schema.parameter_set import field_of

ROW = re.compile(r"\|[^|]*\| `([a-z_]+\.\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")
CODE = re.compile(r"\b[A-Z]{2,4}-[A-Za-z]\w*")
"the id of a row of science.md, such as LIFE-stop"
MADE_UP = re.compile(r"hand-tuned|sketch")


class Row(NamedTuple):
    """A parameter as a table gives it."""

    name: str
    default: str
    unit: str
    source: str


def rows(root: Path) -> Iterator[Row]:
    """Every parameter of every table."""
    for page in sorted((root / "docs" / "explanation" / "model").glob("*.md")):
        yield from (Row(*found) for found in ROW.findall(page.read_text("utf-8")))


def shown(default: object) -> str:
    """A default as the tables show it."""
    if isinstance(default, tuple):
        return ", ".join(map(str, default)) or "none"
    return f"{default:.12g}" if isinstance(default, float) else str(default)


def test_many_parameters_are_in_the_tables(root: Path) -> None:
    assert len({row.name for row in rows(root)}) > 300


@pytest.mark.parametrize("what", ["default", "unit", "codes of the source", "fitted or tuned by hand"])
def test_tables_of_parameters_agree_with_the_schema(root: Path, what: str) -> None:
    differ = []
    for row in rows(root):
        field = field_of(row.name)
        extra = dict(field.json_schema_extra)
        table, schema = {
            "default": (
                row.default.replace(",", "").replace(" ", ""),
                shown(field.default).replace(", ", ""),
            ),
            "unit": (row.unit, extra["unit"] or "–"),
            "codes of the source": (set(CODE.findall(row.source)), set(CODE.findall(extra["source"]))),
            "fitted or tuned by hand": (
                bool(MADE_UP.search(row.source)),
                bool(MADE_UP.search(extra["source"])),
            ),
        }[what]
        if table != schema:
            differ.append((row.name, table, schema))
    assert differ == []
