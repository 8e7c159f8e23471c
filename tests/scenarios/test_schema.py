"""The JSON Schema says what the loader accepts, and everything that a stranger would ask."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from kith.scenarios.catalogue import library
from kith.scenarios.schema import scenario_schema
from kith.sim.schema.parameter_set import SECTIONS
from kith.sim.schema.parameters import Tier

SCHEMA = scenario_schema()


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, section in (SECTIONS | {"tier": Tier}).items():
        for field, described in SCHEMA["$defs"][section.__name__]["properties"].items():
            yield f"{name}.{field}", described


def test_it_is_plain_json() -> None:
    assert json.loads(json.dumps(SCHEMA, allow_nan=False)) == SCHEMA
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(("name", "field"), list(fields()))
def test_every_parameter_answers_what_a_stranger_would_ask(name: str, field: dict[str, Any]) -> None:
    assert {"description", "unit", "default", "source"} <= set(field), name
    assert "enum" in field or field["type"] == "array" or "minimum" in field
    if "prior" in field:
        mode, low, high = field["prior"]
        assert low <= mode <= high
        assert low >= field["minimum"]


def test_unknown_names_are_refused_everywhere() -> None:
    assert SCHEMA["additionalProperties"] is False
    assert all(one["additionalProperties"] is False for one in SCHEMA["$defs"].values())
    assert SCHEMA["properties"]["phase"]["items"]["additionalProperties"] is False


@pytest.mark.parametrize("entry", library(), ids=lambda entry: str(entry.name))
def test_every_library_file_fits(entry: Any) -> None:
    table = tomllib.loads(entry.path.read_text("utf-8"))
    for section, values in table.items():
        assert section in SCHEMA["properties"]
        if section in SECTIONS:
            assert set(values) <= set(SCHEMA["$defs"][SECTIONS[section].__name__]["properties"])


def test_a_validator_agrees_with_the_loader() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for entry in library():
        assert validator.is_valid(tomllib.loads(entry.path.read_text("utf-8"))), entry.name
    for text in (
        "titel = 'x'",
        "monetisation.prise = 1",
        "monetisation.price = -1",
        "monetisation.model = 'adds'",
        "[[phase]]\nmonetisation.price = 1",
        "[[phase]]\nfrom_day = 3\nmarket.size = 100",
        "[[shock]]\nday = 3",
        "incentives.tier = [{perk = 2}]",
        "extends = 3",
        "days = 0",
    ):
        assert not validator.is_valid(tomllib.loads(text)), text
