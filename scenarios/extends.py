"""From a name or a table to its layers: a scenario and everything that it extends."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from kith.scenarios.catalogue import label_of, scenario_files
from kith.scenarios.errors import ScenarioError, shown
from kith.scenarios.layer import Layer, layer_from
from kith.scenarios.toml_file import plain_table, read_toml
from kith.sim.schema.fields import nearest

DEEPEST = 20
"maximum depth of files that extend one another"
LONGEST = 200
"characters of a path shown in messages"
TABLE = Path("<table>")
"stands for the path of a scenario that is given as a table"


@dataclass(frozen=True)
class Source:
    """A scenario: its name in a plan, its name in messages, and the file or the table that defines it."""

    name: str
    label: str
    path: Path
    table: Mapping[str, Any] | None = field(default=None, compare=False)
    "given instead of a file; files that it names are looked for from the current folder"

    @property
    def title(self) -> str:
        """Its name without a folder or an ending."""
        return self.path.stem if self.table is None else self.name


def source_of(name: str | os.PathLike[str]) -> Source:
    """The file of a library name or path; a library name takes precedence over a file of that name."""
    try:
        text = os.fspath(name)
    except TypeError:
        raise ScenarioError(f"scenario {shown(name)}: give a name from the library or a path") from None
    if isinstance(name, str) and name in scenario_files():
        return _from_library(name)
    if not text.strip():
        raise ScenarioError("the scenario has no name; give a name from the library or a path")
    path = Path(text)
    if _exists(path) or (_looks_like_a_path(text) and not _in_library(path)):
        return _from_path(path)
    raise ScenarioError(f"no scenario {shown(text)} in the library; {_hint(text, Path())}")


def source_of_table(table: Mapping[str, Any], name: str) -> Source:
    """A scenario that is given as a table, as `tomllib` reads it from a file.

    Parameters
    ----------
    table : what a scenario file would contain.
    name : of the scenario, in its plan and in messages.
    """
    label = _clipped(name.strip() or "the scenario")
    return Source(label, label, TABLE, plain_table(table, label))


def layers_of(source: Source) -> list[Layer]:
    """The layers of a file in increasing precedence; the file itself is last."""
    return _Chain().layers(source, ())


@dataclass
class _Chain:
    """The files read so far; each is read once, even if several files extend it."""

    known: dict[Path, list[Layer]] = field(default_factory=dict)

    def layers(self, source: Source, below: tuple[Source, ...]) -> list[Layer]:
        """An ancestor counts once, at its first appearance; a file named in `extends` counts at its position.

        Otherwise a base shared by two files would undo the changes of the first of them.
        """
        place = _resolved(source.path)
        _check_chain(source, place, below)
        if place not in self.known:
            extends, layer = _of_library(source) if _is_in_library(source) else _read(source)
            self.known[place] = [*self._inherited(source, extends, below), layer]
        return self.known[place]

    def _inherited(self, source: Source, extends: Any, below: tuple[Source, ...]) -> list[Layer]:
        inherited: list[Layer] = []
        for name in _names(extends, source):
            *ancestors, parent = self.layers(_parent(name, source), (*below, source))
            inherited += [layer for layer in ancestors if not any(layer is known for known in inherited)]
            inherited.append(parent)
        return inherited


def _read(source: Source) -> tuple[Any, Layer]:
    """What a file or a table extends, and its own layer."""
    table = read_toml(source.path, source.label) if source.table is None else dict(source.table)
    return table.get("extends", []), layer_from(table, source.name, source.label, source.path.parent)


@cache
def _of_library(source: Source) -> tuple[Any, Layer]:
    """The same for a library file, cached because a study loads it for every point."""
    return _read(source)


def _is_in_library(source: Source) -> bool:
    return scenario_files().get(source.name) == source.path


def _names(extends: Any, source: Source) -> list[str]:
    names = [extends] if isinstance(extends, str) else extends
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise ScenarioError(
            f"{source.label}: extends = {shown(extends)}: must be a name or a list of names, "
            'such as extends = ["web", "subscription"]'
        )
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ScenarioError(f"{source.label} extends {shown(repeated)} twice; name it once")
    return names


def _parent(name: str, child: Source) -> Source:
    if name in scenario_files():
        return _from_library(name)
    path = child.path.parent / name
    if _exists(path):
        return _from_path(path)
    raise ScenarioError(f"{child.label} extends {shown(name)}; {_hint(name, child.path.parent)}")


def _check_chain(source: Source, place: Path, below: tuple[Source, ...]) -> None:
    if any(_resolved(child.path) == place for child in below):
        chain = " → ".join(child.label for child in (*below, source))
        raise ScenarioError(f"{source.label} extends itself: {chain}; remove one of these links")
    if len(below) >= DEEPEST:
        raise ScenarioError(
            f"{below[0].label} extends files to a depth of more than {DEEPEST}; merge some of them"
        )


def _hint(name: str, folder: Path) -> str:
    if _exists(folder / f"{name}.toml"):
        return f'did you mean "{name}.toml"?'
    close = nearest(Path(name).stem, scenario_files())
    return f'did you mean "{close}"?' if close else "`kith list` shows the library; give a file by its path"


def _from_library(name: str) -> Source:
    path = scenario_files()[name]
    return Source(name, label_of(path), path)


def _from_path(path: Path) -> Source:
    text = str(path)
    return Source(text, _clipped(text), path)


def _clipped(name: str) -> str:
    return name if len(name) <= LONGEST else f"…{name[-LONGEST:]}"


def _in_library(path: Path) -> bool:
    return not _exists(path) and path.name == str(path) and path.stem in scenario_files()


def _looks_like_a_path(text: str) -> bool:
    return text.endswith(".toml") or "/" in text or os.sep in text


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ScenarioError(f"{shown(str(path))} cannot be read: {error}") from None
