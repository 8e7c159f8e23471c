"""The library that comes with kith: what is in it, and where.

This module stays light, so that a list of scenarios costs no numerical imports.
"""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from scenarios.text import read_toml

LOG_SUFFIXES = (".csv.gz", ".csv")


@dataclass(frozen=True)
class Entry:
    """A scenario of the library, as a list shows it."""

    name: str
    title: str
    question: str
    tags: tuple[str, ...]
    text: str
    path: Path


def library() -> list[Entry]:
    """Every scenario of the library, presets first, each folder by name."""
    return [_entry(name, path) for name, path in scenario_files().items()]


def names() -> list[str]:
    """The names of the library's scenarios."""
    return list(scenario_files())


def logs() -> dict[str, Path]:
    """The event logs that ship with kith, by name."""
    found = [path for path in sorted(root().rglob("*.csv*")) if path.name.endswith(LOG_SUFFIXES)]
    return {path.name.partition(".")[0]: path for path in found}


def scenario_files() -> dict[str, Path]:
    """The library's files by name: the stem of the file; presets first."""
    found = sorted(root().rglob("*.toml"), key=lambda path: (path.parent.name != "presets", path))
    return {path.stem: path for path in found}


def root() -> Path:
    """The folder of the library."""
    return Path(str(files("scenarios") / "library"))


def label_of(path: Path) -> str:
    """How messages call a library file: `library/presets/web.toml`."""
    return f"library/{path.relative_to(root()).as_posix()}"


def _entry(name: str, path: Path) -> Entry:
    table = read_toml(path, label_of(path))
    return Entry(
        name,
        table.get("title", name),
        table.get("question", ""),
        tuple(table.get("tags", ())),
        table.get("text", "").strip(),
        path,
    )
