"""Every file of the library names the schema that an editor reads, and the schema is the present one."""

import json
from pathlib import Path

import jsonschema
import pytest

from kith.experiments.studies.study import study_schema
from kith.scenarios.schema import scenario_schema
from kith.scenarios.toml_file import read_toml

LIBRARIES = {
    "scenario": ("scenarios/library", scenario_schema),
    "study": ("experiments/studies/library", study_schema),
}
NAMED = "#:schema "


@pytest.mark.parametrize("kind", LIBRARIES)
def test_every_file_names_the_schema_and_keeps_to_it(kind: str, root: Path) -> None:
    folder, _ = LIBRARIES[kind]
    schema = root / folder / f"{kind}.schema.json"
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))
    files = sorted((root / folder).rglob("*.toml"))
    assert len(files) > 10
    for file in files:
        first = file.read_text("utf-8").partition("\n")[0]
        assert first.startswith(NAMED), file
        assert (file.parent / first.removeprefix(NAMED)).resolve() == schema.resolve(), file
        assert list(validator.iter_errors(read_toml(file, file.name))) == [], file


@pytest.mark.parametrize("kind", LIBRARIES)
def test_the_schema_is_the_present_one(kind: str, root: Path) -> None:
    """If not: kith schema > scenarios/library/scenario.schema.json, kith schema study > experiments/studies/library/study.schema.json."""
    folder, present = LIBRARIES[kind]
    kept = json.loads((root / folder / f"{kind}.schema.json").read_text("utf-8"))
    assert kept == json.loads(json.dumps(present()))
