"""The files that a request names: scenarios, studies and fits are copied into its bundle, logs only identified.

A log is somebody's data and stays where it is; its checksum tells whether another file is the same.
"""

import hashlib
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kith.experiments.escaping import for_html

INPUTS = "inputs"
FIT = "calibration.json"
"a folder with this file is a fit, whose numbers are copied"
MOST_FILES = 200
WITHOUT = {
    "--out": 1,
    "--workers": 1,
    "--threads": 1,
    "--store": 1,
    "--scheduler": 1,
    "--slide": 1,
    "--story": 1,
    "--sweep": 1,
    "--save": 1,
    "--json": 0,
    "--overwrite": 0,
    "--retry-failed": 0,
}
"options that change nothing in a bundle, with how many words follow: what writes elsewhere has to be among them"


@dataclass(frozen=True)
class Request:
    """What was asked, in words that hold wherever the bundle lies."""

    words: tuple[str, ...] = ()
    "of the command line after `kith`; files are those of the bundle's folder"
    copied: dict[str, Path] = field(default_factory=dict)
    "name in the bundle -> file"
    left_out: dict[str, str] = field(default_factory=dict)
    "name of a file that is not copied -> its SHA-256"
    renamed: dict[str, str] = field(default_factory=dict)
    "path as it was given -> what the bundle calls it"

    @property
    def command(self) -> str:
        """The command line that repeats it from the bundle's folder."""
        return shlex.join(["kith", *self.words]) if self.words else ""

    def shown(self, text: str) -> str:
        """A text without the folders of the files that were given."""
        names = {form: name for given, name in self.renamed.items() for form in (given, for_html(given))}
        if not names:
            return text
        longest_first = "|".join(re.escape(given) for given in sorted(names, key=len, reverse=True))
        return re.sub(rf"(?<![\w/.-])(?:\./)?({longest_first})", lambda match: names[match[1]], text)

    def copy(self, folder: Path) -> None:
        """Put the copied files into a bundle's folder."""
        for name, path in self.copied.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def request_from(words: Sequence[str]) -> Request:
    """The request behind words of a command line, without what decides no result."""
    found = _Found()
    kept = [found.renamed_in(word) for word in without(words, WITHOUT)]
    return Request(tuple(kept), found.copied, found.left_out, found.renamed)


def without(words: Sequence[str], options: Mapping[str, int]) -> list[str]:
    """Words of a command line but for some options, of which is given how many words follow each."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        option, equals, _ = word.partition("=")
        if option not in options:
            kept.append(word)
        elif not equals:
            for _ in range(options[option]):
                next(rest, None)
    return kept


def sha256(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class _Found:
    copied: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    def renamed_in(self, word: str) -> str:
        """A word of the command line, in which a file's path becomes its name in the bundle."""
        if " " in word and not Path(word).exists():  # an arm: a scenario and its settings
            first, space, rest = word.partition(" ")
            return self.renamed_in(first) + space + rest
        option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
        return option + equals + self._name_of(value)

    def _name_of(self, given: str) -> str:
        if given not in self.renamed:
            name = self._place(Path(given).expanduser())
            if name is None:
                return given
            self.renamed[given] = name
        return self.renamed[given]

    def _place(self, path: Path) -> str | None:
        """What the bundle calls a file that was named, and the files that it names; None if it is no file."""
        try:
            if path.is_dir() and (path / FIT).is_file():
                name = self._free(path.name)
                self.copied |= {f"{name}/{p.name}": p for p in sorted(path.iterdir()) if p.is_file()}
                return name
            if not path.is_file():
                return None
        except (OSError, ValueError):
            return None
        if path.suffix != ".toml":
            self.left_out[path.name] = sha256(path)
            return path.name
        family = list(_family(path.resolve()))[:MOST_FILES]
        base = Path(os.path.commonpath([file.parent for file in family]))
        root = self._free(path.name) if len(family) == 1 else INPUTS
        for name in _modules(family[0]):
            self.left_out[name] = sha256(Path(name))
        places = {
            file: root if len(family) == 1 else f"{INPUTS}/{file.relative_to(base).as_posix()}"
            for file in family
        }
        for file, name in places.items():
            self.copied[name] = file
            beside = Path(os.path.relpath(file, path.resolve().parent))
            for form in (file, path.parent / beside, path.absolute().parent / beside):
                self.renamed[str(form)] = name
        return places[path.resolve()]

    def _free(self, name: str) -> str:
        place, n = f"{INPUTS}/{name}", 1
        while any(taken == place or taken.startswith(f"{place}/") for taken in self.copied):
            n += 1
            place = f"{INPUTS}/{n}/{name}"
        return place


def _family(path: Path, seen: set[Path] | None = None) -> Iterator[Path]:
    """A TOML file, and the TOML files that its texts name, from its folder."""
    seen = set() if seen is None else seen
    if path in seen or len(seen) >= MOST_FILES:
        return
    seen.add(path)
    yield path
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return
    for text in _texts(table):
        if text.endswith(".toml") and len(text) < 1_000 and (path.parent / text).is_file():
            yield from _family((path.parent / text).resolve(), seen)


def _modules(path: Path) -> list[str]:
    """The modules of one's own that a study names and that lie in the current folder."""
    try:
        own = tomllib.loads(path.read_text("utf-8")).get("own", {})
    except (OSError, ValueError, RecursionError):
        return []
    words = [word for text in _texts(own) for word in text.split() if ":" in word]
    names = {f"{word.partition(':')[0]}.py" for word in words}
    return sorted(name for name in names if "/" not in name and Path(name).is_file())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
