"""The library that comes with kith: what is in it, and where.

This module stays light, so that a list of scenarios costs no numerical imports.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from kith.scenarios.text import read_toml

LOG_SUFFIXES = (".csv.gz", ".csv")
TEXTBOOK = ("presets", "archetypes", "playbooks", "pitfalls", "norms", "futures", "shocks")
"folders of scenarios that ask a question about communities and have an answer"
SHELVES = (*TEXTBOOK, "verification", "benchmarks")
SHELF_TITLES = {
    "presets": "Presets",
    "archetypes": "Archetypes",
    "playbooks": "Playbooks",
    "pitfalls": "Pitfalls and their fixes",
    "norms": "Norms",
    "futures": "Futures, all of them speculative",
    "shocks": "Shocks",
    "verification": "Checks against theory",
    "benchmarks": "Loads for measuring speed",
}
"What a list calls the folders, in their order."


@dataclass(frozen=True)
class Entry:
    """A scenario of the library, as a list shows it."""

    name: str
    title: str
    question: str
    tags: tuple[str, ...]
    text: str
    answer: str
    sources: tuple[str, ...]
    path: Path

    @property
    def shelf(self) -> str:
        """The folder in which it stands, such as `pitfalls`."""
        return self.path.parent.name


def library() -> list[Entry]:
    """Every scenario of the library, folder by folder, each by name."""
    return list(_entries_in(root()))


def names() -> list[str]:
    """The names of the library's scenarios."""
    return list(scenario_files())


def logs() -> dict[str, Path]:
    """The event logs that ship with kith, by name."""
    found = [path for path in sorted(root().rglob("*.csv*")) if path.name.endswith(LOG_SUFFIXES)]
    return {path.name.partition(".")[0]: path for path in found}


def scenario_files() -> dict[str, Path]:
    """The library's files by name: the stem of the file; presets first, then the other folders, what is made for tests last."""
    return dict(_files_in(root()))


@cache
def _entries_in(folder: Path) -> tuple[Entry, ...]:
    """Every scenario of a folder, read once."""
    return tuple(entry_of(name, path, label_of(path)) for name, path in _files_in(folder).items())


@cache
def _files_in(folder: Path) -> dict[str, Path]:
    """The same of a folder, looked for once: a study of thousands of points asks at each of them."""
    found = sorted(folder.rglob("*.toml"), key=lambda path: (_shelf(path), path))
    return {path.stem: path for path in found}


def _shelf(path: Path) -> int:
    return SHELVES.index(path.parent.name) if path.parent.name in SHELVES else 0


@cache
def root() -> Path:
    """The folder of the library."""
    return Path(str(files("kith.scenarios") / "library"))


def label_of(path: Path) -> str:
    """How messages call a library file: `library/presets/web.toml`."""
    return f"library/{path.relative_to(root()).as_posix()}"


def entry_of(name: str, path: Path, label: str) -> Entry:
    """What a file says about itself; `label` is how messages call it."""
    table = read_toml(path, label)
    return Entry(
        name,
        table.get("title", name),
        table.get("question", ""),
        tuple(table.get("tags", ())),
        table.get("text", "").strip(),
        table.get("answer", "").strip(),
        tuple(table.get("sources", ())),
        path,
    )
