"""Write the inventories of other projects that are kept beside this file: `python docs/site/inventories.py`.

An inventory says at which address a project documents a name, so that our pages can link to it without a network.
The projects publish theirs; these are written from the packages that are installed, with the few rules by which the
projects' own sites lay out their pages. A name that no rule covers is left out rather than guessed.
"""

import builtins
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import networkx
import numpy
import pandas

FOLDER = Path(__file__).parent / "inventories"
STANDARD_TYPES = ("bytes", "dict", "list", "range", "set", "str", "tuple")
"Classes of Python whose page is that of the standard types."

type Entry = tuple[str, str, str]
"""A name, what it is, and the page that has it; the anchor on the page is the name."""


def inventories() -> dict[str, bytes]:
    """Project -> its inventory."""
    return {
        "python": _inventory("Python", "3.13", _python()),
        "numpy": _inventory("NumPy", version("numpy"), _generated("numpy", numpy, "reference/generated")),
        "pandas": _inventory("pandas", version("pandas"), _pandas()),
        "networkx": _inventory("NetworkX", version("networkx"), _networkx()),
        "mesa": _inventory("Mesa", version("mesa"), _mesa()),
    }


def _inventory(project: str, release: str, entries: Iterator[Entry]) -> bytes:
    """The second version of Sphinx's format: four lines, then one line a name, compressed."""
    head = (
        f"# Sphinx inventory version 2\n# Project: {project}\n# Version: {release}\n"
        "# The remainder of this file is compressed using zlib.\n"
    )
    lines = [f"{name} py:{kind} 1 {page}#$ -" for name, kind, page in sorted(set(entries))]
    return head.encode() + zlib.compress(("\n".join(lines) + "\n").encode(), 9)


def _python() -> Iterator[Entry]:
    for name, thing in vars(builtins).items():
        if name[0] == "_" or not callable(thing):
            continue
        if isinstance(thing, type) and issubclass(thing, BaseException):
            yield name, "exception", "library/exceptions.html"
        elif name in STANDARD_TYPES:
            yield name, "class", "library/stdtypes.html"
        else:
            yield name, "class" if isinstance(thing, type) else "function", "library/functions.html"
    yield "pathlib.Path", "class", "library/pathlib.html"
    yield "concurrent.futures.Executor", "class", "library/concurrent.futures.html"


def _generated(package: str, module: object, folder: str) -> Iterator[Entry]:
    """A page for each public class and function."""
    for name in dir(module):
        thing = getattr(module, name)
        if name[0] != "_" and callable(thing):
            full = f"{package}.{name}"
            yield full, "class" if isinstance(thing, type) else "function", f"{folder}/{full}.html"


def _pandas() -> Iterator[Entry]:
    yield from _generated("pandas", pandas, "reference/api")
    for kind in (pandas.DataFrame, pandas.Series):
        for name in dir(kind):
            if name[0] != "_" and callable(getattr(kind, name)):
                full = f"pandas.{kind.__name__}.{name}"
                yield full, "method", f"reference/api/{full}.html"


def _networkx() -> Iterator[Entry]:
    for kind in (networkx.Graph, networkx.DiGraph, networkx.MultiGraph, networkx.MultiDiGraph):
        yield f"networkx.{kind.__name__}", "class", f"reference/classes/{kind.__name__.lower()}.html"


def _mesa() -> Iterator[Entry]:
    for name, page in (("model.Model", "model"), ("agent.Agent", "agent")):
        yield f"mesa.{name}", "class", f"apis/{page}.html"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for project, content in inventories().items():
        (FOLDER / f"{project}.inv").write_bytes(content)
