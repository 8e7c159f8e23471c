"""The structure of the code in numbers: rooms, files, imports, circles, functions.

python tests/house/structure.py            # of this checkout
python tests/house/structure.py --loaded   # also the modules that a comparison and a slider load
"""

import argparse
import ast
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import networkx as nx

PACKAGES = ("sim", "scenarios", "experiments", "dashboard")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Structure:
    """Every module of ours with its file, and who imports whom by any route."""

    files: dict[str, Path]
    imports: nx.DiGraph

    def rooms(self) -> dict[str, list[str]]:
        """Folder -> the modules that lie in it."""
        found: dict[str, list[str]] = {}
        for name, path in self.files.items():
            found.setdefault(path.parent.as_posix(), []).append(name)
        return found

    def circles(self) -> list[list[str]]:
        """Groups of modules each of which leads back to itself."""
        return [sorted(group) for group in nx.strongly_connected_components(self.imports) if len(group) > 1]

    def circles_of_rooms(self) -> list[list[str]]:
        """The same between rooms: the folders and files directly below a package."""
        between = nx.DiGraph()
        for one, other in self.imports.edges:
            if room_of(self.files[one]) != room_of(self.files[other]):
                between.add_edge(room_of(self.files[one]), room_of(self.files[other]))
        return [sorted(group) for group in nx.strongly_connected_components(between) if len(group) > 1]

    def depth(self) -> int:
        """Imports on the longest way down, circles taken as one module."""
        return int(nx.dag_longest_path_length(nx.condensation(self.imports)))


def structure(root: Path = ROOT) -> Structure:
    """What the packages below a root consist of, read as text."""
    prefix = "kith." if (root / "src" / "kith").is_dir() else ""
    files = {
        module_name(path.relative_to(root), prefix): path.relative_to(root)
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    }
    graph = nx.DiGraph()
    graph.add_nodes_from(files)
    for name, path in files.items():
        for target in imported(ast.parse((root / path).read_text("utf-8")), files):
            if target != name:
                graph.add_edge(name, target)
    return Structure(files, graph)


def room_of(path: Path) -> str:
    """`sim/state` of `sim/state/ties.py`; a file directly below a package is a room of its own."""
    return "/".join(path.parts[:2])


def module_name(path: Path, prefix: str) -> str:
    """`sim/state/ties.py` is `kith.sim.state.ties`."""
    name = prefix + ".".join(path.with_suffix("").parts)
    return name.removesuffix(".__init__")


def imported(tree: ast.AST, files: dict[str, Path]) -> Iterator[str]:
    """Modules of ours that a file imports: at its top, inside functions, for type checkers, or by a name in text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in files:
                    yield full
                elif node.module in files:
                    yield node.module
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in files:
            yield node.value


def function_lengths(root: Path, files: dict[str, Path]) -> list[int]:
    """Lines of every function's body."""
    return [
        (node.end_lineno or 0) - node.body[0].lineno + 1
        for path in files.values()
        for node in ast.walk(ast.parse((root / path).read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def report(root: Path = ROOT) -> str:
    """All numbers as lines of text."""
    found = structure(root)
    rooms = {room: len(names) for room, names in found.rooms().items()}
    lengths = {path: len((root / path).read_text("utf-8").splitlines()) for path in found.files.values()}
    longest = max(lengths, key=lambda path: lengths[path])
    bodies = function_lengths(root, found.files)
    circles = found.circles()
    return "\n".join(
        [
            f"files                {len(found.files)}",
            f"rooms                {len(rooms)}, files in each: median {statistics.median(rooms.values()):g}, "
            f"most {max(rooms.values())} ({max(rooms, key=lambda room: rooms[room])})",
            f"longest file         {lengths[longest]} lines ({longest})",
            f"files over 400 lines {sum(n > 400 for n in lengths.values())}",
            f"circles of files     {len(circles)}, {sum(map(len, circles))} files in them",
            f"circles of rooms     {len(found.circles_of_rooms())}",
            f"import depth         {found.depth()}",
            f"function bodies      median {statistics.median(bodies):g}, p90 {statistics.quantiles(bodies, n=10)[-1]:g}, longest {max(bodies)} lines",
        ]
    )


LOADED = {
    "kith compare": "from kith.experiments.comparison.comparison import compare; "
    "compare(['pool', 'web'], runs=1, days=3, workers=1, overrides={'market.size': 40, 'market.founders': 8})",
    "one slider": "from kith.dashboard.pages import compare",
}


def modules_loaded(code: str) -> int:
    """How many modules of ours a piece of work loads, in a process of its own."""
    count = f"{code}\nimport sys; print(sum(name.startswith('kith') for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", count], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The structure of the code in numbers.")
    parser.add_argument("--root", type=Path, default=ROOT, help="another checkout")
    parser.add_argument("--loaded", action="store_true", help="also count the modules that work loads")
    given = parser.parse_args()
    sys.stdout.write(report(given.root) + "\n")
    if given.loaded:
        for what, code in LOADED.items():
            sys.stdout.write(f"modules loaded       {modules_loaded(code)} by {what}\n")
