"""A map of the model: which process reads which lever, and what the processes hand to each other.

Nothing is drawn by hand: a process's module says what it reads and writes (its last paragraph), and its source names the
parameters. Effects are those of `kith.experiments.analyses.levers.shipped`.
"""

import inspect
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from kith.sim.engine import TICK
from kith.sim.processes import founding
from kith.sim.schema.parameter_set import SECTIONS, dotted_names

BEGINNING = "founding"
STATE = (
    "satisfaction",
    "belonging",
    "norm",
    "ties",
    "bonds",
    "habit",
    "recognition",
    "motivation's stocks",
    "visit rate",
    "layers",
    "members",
    "climate",
    "quality",
    "harassment",
    "unfairness",
)
"""What a process means that reads or writes the members' `state`."""

ALIKE = {
    "who has left, and why": "the dormant",
    "who is awake": "members",
    "invitations on their way": "invitations due",
    "useful items": "written",
    "members' revenue and cost": "",
    "flows": "",
    "active members": "",
}
"""Writings that another process reads under another name; empty for what only the record takes."""

EVERYTHING = "everything"
READ_BY = {
    "market": BEGINNING,
    "affiliation": "bond",
    "value": "visit",
    "visiting": "visit",
    "organisation": "steer",
}
"""The process of the parameters of a section that no process's source names: those set once, or for several at once."""


@dataclass(frozen=True)
class Process:
    """One step of a day."""

    name: str
    title: str
    "what it says of itself, in a sentence"
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    module: str


@dataclass(frozen=True)
class Link:
    """What one process hands to another."""

    source: str
    target: str
    stocks: tuple[str, ...]


@cache
def processes() -> dict[str, Process]:
    """The steps of a day in order, after the founding."""
    modules = {BEGINNING: founding.__name__} | {name: step.__module__ for name, step in TICK}
    return {name: _process(name, module) for name, module in modules.items()}


@cache
def links() -> tuple[Link, ...]:
    """Every pair of processes of which one writes what the other reads."""
    found = []
    for source in processes().values():
        for target in processes().values():
            stocks = tuple(stock for stock in _stocks(source.writes) if stock in _stocks(target.reads))
            if stocks and source != target:
                found.append(Link(source.name, target.name, stocks))
    return tuple(found)


@cache
def readers() -> dict[str, tuple[str, ...]]:
    """Every parameter with the processes that read it."""
    own = {name: _named_in(process.module) for name, process in processes().items()}
    behind = {
        name: set().union(*map(_named_in, _imports(process.module))) for name, process in processes().items()
    }
    found = {}
    for parameter in dotted_names():
        direct = tuple(name for name, named in own.items() if parameter in named)
        through = tuple(name for name, named in behind.items() if parameter in named)
        section = parameter.partition(".")[0]
        said = re.search(r"kith\.sim\.processes\.(\w+)", SECTIONS[section].__doc__ or "")
        fallback = said[1] if said and said[1] in processes() else READ_BY.get(section, BEGINNING)
        found[parameter] = direct or through[:1] or (fallback,)
    return found


def _process(name: str, module: str) -> Process:
    text = inspect.getdoc(sys.modules.get(module) or import_module(module)) or name
    words = text.partition("\n\n")[0].replace("\n", " ")
    title = words.partition(": ")[2] or words
    reads, writes = (_listed(text, word) for word in ("Reads", "Writes"))
    return Process(name, title, reads, writes, module)


def _listed(text: str, word: str) -> tuple[str, ...]:
    """What stands after `Reads` or `Writes` in a module's text; `who has left, and why` is one thing."""
    found = re.search(rf"\b{word}  +(.*?)(?:    |\n|$)", text)
    return tuple(re.split(r", (?!and\b)", found[1].strip())) if found else ()


def _stocks(things: Iterable[str]) -> tuple[str, ...]:
    """Single stocks: `state` is several, and parts of a phrase count."""
    out: list[str] = []
    for thing in things:
        thing = ALIKE.get(thing, thing)
        if thing == "state":
            out += STATE
        elif " and " in thing:
            out += [stock for stock in STATE if stock in thing]
        elif thing and thing != EVERYTHING:
            out.append(thing)
    return tuple(dict.fromkeys(out))


@cache
def _named_in(module: str) -> frozenset[str]:
    """The parameters that the source of a module names: `p["section_name"]` or `section.name`."""
    source = inspect.getsource(sys.modules.get(module) or import_module(module))
    known = set(dotted_names())
    flat = {name.replace(".", "_", 1): name for name in known}
    dotted = {f"{a}.{b}" for a, b in re.findall(r"\b(\w+)\.(\w+)\b", source)}
    return frozenset(
        {flat[word] for word in re.findall(r'"(\w+)"', source) if word in flat} | (dotted & known)
    )


@cache
def _imports(module: str) -> tuple[str, ...]:
    """The parts of the engine from which a process takes its sums."""
    source = inspect.getsource(sys.modules[module])
    names = re.findall(r"^from (kith\.sim\.(?:state|kernels)\.[\w.]+) import", source, re.MULTILINE)
    return tuple(name for name in names if not name.endswith((".community", ".luck", ".compilation")))
