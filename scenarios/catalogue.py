"""Catalogue of the library of scenarios and event logs that is installed with kith.

This module imports nothing numerical, so that listing scenarios is fast.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from kith.scenarios.toml_file import read_toml

LOG_SUFFIXES = (".csv.gz", ".csv")
TEXTBOOK = ("presets", "archetypes", "playbooks", "pitfalls", "norms", "futures", "shocks")
"folders of scenarios with a question about communities and an answer"
SHELVES = (*TEXTBOOK, "verification", "benchmarks")
SHELF_TITLES = {
    "presets": "Presets",
    "archetypes": "Archetypes",
    "playbooks": "Playbooks",
    "pitfalls": "Pitfalls and their fixes",
    "norms": "Norms",
    "futures": "Speculative futures",
    "shocks": "Shocks",
    "verification": "Checks against theory",
    "benchmarks": "Benchmarks of speed",
}
"titles of the folders, in the order of lists"


@dataclass(frozen=True)
class Entry:
    """A scenario of the library as shown in lists."""

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
        """The folder of the scenario, such as `pitfalls`."""
        return self.path.parent.name


def library() -> list[Entry]:
    """Every scenario of the library, sorted by folder and name."""
    return list(_entries_in(root()))


def names() -> list[str]:
    """The names of the library's scenarios."""
    return list(scenario_files())


def logs() -> dict[str, Path]:
    """The event logs that ship with kith, by name."""
    paths = [path for path in sorted(root().rglob("*.csv*")) if path.name.endswith(LOG_SUFFIXES)]
    return {path.name.partition(".")[0]: path for path in paths}


def scenario_files() -> dict[str, Path]:
    """The library's scenario files by stem, in the order of `SHELVES`."""
    return dict(_files_in(root()))


@cache
def _entries_in(folder: Path) -> tuple[Entry, ...]:
    """Every scenario of a folder, cached."""
    return tuple(entry_of(name, path, label_of(path)) for name, path in _files_in(folder).items())


@cache
def _files_in(folder: Path) -> dict[str, Path]:
    """The scenario files of a folder by stem, cached because a study loads thousands of scenarios."""
    paths = sorted(folder.rglob("*.toml"), key=lambda path: (_shelf(path), path))
    return {path.stem: path for path in paths}


def _shelf(path: Path) -> int:
    return SHELVES.index(path.parent.name) if path.parent.name in SHELVES else 0


@cache
def root() -> Path:
    """The folder of the library."""
    return Path(str(files("kith.scenarios") / "library"))


def label_of(path: Path) -> str:
    """The name of a library file in messages: `library/presets/web.toml`."""
    return f"library/{path.relative_to(root()).as_posix()}"


def entry_of(name: str, path: Path, label: str) -> Entry:
    """The heading of a scenario file as an entry; `label` is its name in messages."""
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
