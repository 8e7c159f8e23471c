"""The library as a menu of scenarios, shelf by shelf."""

from functools import cache

from kith.scenarios.catalogue import library


def scenario_menu(current: str) -> list[tuple[str, dict[str, str]]]:
    """The library as groups of a menu, with a combination that is in use."""
    known = any(current in shelf for _, shelf in _shelves())
    return [*_shelves(), *([] if known else [("in use", {current: current})])]


@cache
def _shelves() -> tuple[tuple[str, dict[str, str]], ...]:
    shelves: dict[str, dict[str, str]] = {}
    for entry in library():
        shelf = entry.path.parent.name
        if shelf not in ("verification", "benchmarks"):
            shelves.setdefault(shelf, {})[entry.name] = f"{entry.name}: {entry.title}"
    return tuple(shelves.items())
