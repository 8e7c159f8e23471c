"""Rooms that a stranger finds: no circles, no crowded room, no file without end, tests that mirror the code."""

import ast
from pathlib import Path

import pytest

from tests.house.structure import PACKAGES, Structure, imported, room_of, structure

CROWDED = 17
"Files of a room, its `__init__` included: what can be taken in at a glance."
LONG = 400


@pytest.fixture(scope="module")
def found(root: Path) -> Structure:
    """The structure of this checkout."""
    return structure(root)


def test_no_file_leads_back_to_itself(found: Structure) -> None:
    assert found.circles() == []


def test_no_room_leads_back_to_itself(found: Structure) -> None:
    assert found.circles_of_rooms() == []


@pytest.mark.parametrize(
    "text",
    [
        "import kith.b",
        "from kith.b import name",
        "from kith import b",
        "def late():\n    from kith.b import name",
        "if TYPE_CHECKING:\n    from kith.b import name",
        "import_module('kith.b')",
    ],
)
def test_an_import_is_found_by_whatever_route(text: str) -> None:
    assert list(imported(ast.parse(text), {"kith.b": Path("b.py")})) == ["kith.b"]


def test_a_room_holds_what_can_be_seen_at_once(found: Structure) -> None:
    patterns = "experiments/credibility/patterns"  # one file per pattern: as many as there are patterns
    assert {
        r: len(names) for r, names in found.rooms().items() if len(names) > CROWDED and r != patterns
    } == {}


def test_a_long_file_says_why(found: Structure, root: Path) -> None:
    """Its docstring has a sentence that begins with `Long`."""
    silent = [
        str(path)
        for path in found.files.values()
        if len((text := (root / path).read_text("utf-8")).splitlines()) > LONG
        and "\nLong" not in (ast.get_docstring(ast.parse(text)) or "")
    ]
    assert silent == []


def test_every_room_says_what_it_is_for(found: Structure, root: Path) -> None:
    rooms = {path.parent for path in found.files.values()} - {Path("dashboard/assets")}
    silent = [
        str(room)
        for room in rooms
        if not (root / room / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((root / room / "__init__.py").read_text("utf-8")))
    ]
    assert silent == []


def test_no_room_has_the_name_of_something_that_its_parent_offers(found: Structure, root: Path) -> None:
    """`from kith.experiments import compare` would otherwise give a folder."""
    folders = {path.parent for path in found.files.values()}
    for room in folders:
        text = (
            (root / room.parent / "__init__.py") if room.parent != Path() else root / "src/kith/__init__.py"
        )
        offered = {
            name.id if isinstance(name, ast.Name) else name.value
            for node in ast.walk(ast.parse(text.read_text("utf-8")))
            if isinstance(node, ast.Assign)
            for name in ast.walk(node)
            if isinstance(name, ast.Name) or (isinstance(name, ast.Constant) and isinstance(name.value, str))
        }
        assert room.name not in offered, room


def test_tests_mirror_the_rooms(found: Structure, root: Path) -> None:
    rooms = {path.parent.as_posix() for path in found.files.values()} | {
        room_of(p) for p in found.files.values()
    }
    folders = {
        path.parent.relative_to(root / "tests").as_posix()
        for package in PACKAGES
        for path in (root / "tests" / package).rglob("test_*.py")
    }
    assert sorted(folders - rooms) == []
