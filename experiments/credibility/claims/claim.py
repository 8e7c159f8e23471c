"""A claim of practitioners: what it says, the two arms whose difference it is, or why there is nothing to run.

The claims are data, one file for each idea in `ideas/`. A claim names the numbers of the statements that it
carries: they were collected from essays, numbered 1 to `STATEMENTS`, and put in our words.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kith.experiments.comparison.arms import arm_from
from kith.experiments.errors import RequestError
from kith.scenarios.expected import COUNTS
from kith.sim.results.definitions import describe
from kith.sim.schema.fields import nearest
from kith.sim.schema.plan import Plan

STATEMENTS = 115
DAYS = 360
PEOPLE, FOUNDERS = 5_000, 250
"The size of every community whose arm sets neither."


@dataclass(frozen=True)
class Claim:
    """One claim. Without arms it says why the model has nothing to test."""

    rows: tuple[int, ...]
    "numbers of the statements that it carries"
    says: str
    with_: str = ""
    "the arm with what the claim is about, as for `kith compare --arm`"
    without: str = ""
    outcome: str = ""
    sign: Literal["+", "-"] = "+"
    day: int = DAYS
    than: str = ""
    "another outcome, which that of `with` is compared with in the arm `without`"
    spread: bool = False
    "compare how far a run lies from the mean of all, relative to that mean"
    neutral: str = ""
    "the parameter that was made for the effect, at the value at which it does nothing"
    by_rule: str = ""
    "why the effect is written into the model, where no single parameter switches it off"
    because: str = ""
    "why the model gives the opposite, or has nothing to test"

    @property
    def modelled(self) -> bool:
        """Whether there is something to run."""
        return bool(self.with_)

    @property
    def unit(self) -> str:
        """The unit of the difference."""
        if self.spread:
            return "share"
        return "1/month" if self.outcome in COUNTS else describe(self.outcome)[0]

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The pairs of arms, without and with: those of the claim, and those with the parameter neutral."""
        both = (self.without or self.with_, self.with_)
        return (both, tuple(f"{arm} {self.neutral}" for arm in both)) if self.neutral else (both,)  # type: ignore[return-value]


@dataclass(frozen=True)
class Idea:
    """Claims about one idea."""

    name: str
    title: str
    claims: tuple[Claim, ...]


@cache
def all_ideas() -> tuple[Idea, ...]:
    """Every idea, in the order of the numbers in the names of their files."""
    files = sorted((Path(__file__).parent / "ideas").glob("*.toml"))
    return tuple(_idea(file.stem.partition("_")[2], tomllib.loads(file.read_text("utf-8"))) for file in files)


def ideas(names: Sequence[str]) -> tuple[Idea, ...]:
    """The named ideas, or all; an unknown name raises `RequestError`."""
    known = {idea.name: idea for idea in all_ideas()}
    for name in names:
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {close}?" if close else f"the ideas are {', '.join(known)}"
            raise RequestError(f"{name!r:.60} is no idea whose claims are judged; {hint}")
    return tuple(known[name] for name in dict.fromkeys(names)) if names else all_ideas()


def plan_of(arm: str, days: int) -> Plan:
    """The plan of an arm: a small community, where neither the arm nor its scenario is smaller."""
    read = arm_from(arm)
    plan = read.plan({"days": days})
    if {"market.size", "market.founders"} & set(read.overrides) or plan.graphs():
        return plan
    market = plan.parameters.market
    small = {
        "market.size": min(market.size, PEOPLE),
        "market.founders": min(market.founders, FOUNDERS),
    }
    return read.plan({"days": days, "overrides": small})


def _idea(name: str, table: dict[str, Any]) -> Idea:
    return Idea(name, table["title"], tuple(_claim(row) for row in table["claim"]))


def _claim(row: dict[str, Any]) -> Claim:
    row = {"with_" if name == "with" else name: value for name, value in row.items()}
    return Claim(**{**row, "rows": tuple(row["rows"])})
