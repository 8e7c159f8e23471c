"""The library as a menu of scenarios, folder by folder."""

from functools import cache

from kith.scenarios.catalogue import SHELF_TITLES, library


def scenario_menu(current: str) -> list[tuple[str, dict[str, str]]]:
    """The groups of the menu; a combination that the library does not have gets a group of its own."""
    known = any(current in shelf for _, shelf in _shelves())
    return [*_shelves(), *([] if known else [("Current combination", {current: current})])]


@cache
def _shelves() -> tuple[tuple[str, dict[str, str]], ...]:
    shelves: dict[str, dict[str, str]] = {}
    for entry in library():
        shelf = entry.path.parent.name
        if shelf not in ("verification", "benchmarks"):
            shelves.setdefault(shelf, {})[entry.name] = f"{entry.name}: {entry.title}"
    return tuple((SHELF_TITLES.get(shelf, shelf), entries) for shelf, entries in shelves.items())
