"""A pattern: its runs, the statistic measured in them, and its acceptance band.

The statistic is a function of the records of one seed. Bands are those of `docs/explanation/science.md`,
section 4, and are defined only here.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.scenarios.load import load
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan

type Records = Mapping[str, Sequence[Record]]
"""Arm -> its records, one per look, the last at the end of the run."""


type Columns = Mapping[str, npt.NDArray[np.float64]]
"Name of a quantity -> its value by seed, (seeds,)."


class Over(Enum):
    """How the values of the seeds become one value with a 90 % interval."""

    SEEDS = "median of the seeds, 5 to 95 % of them"
    SHARE = "share of the seeds, Wilson's interval"
    MEAN = "mean of the seeds, Student's interval"
    MEAN_T = "mean over seeds in standard errors (Student's t)"


@dataclass(frozen=True)
class Size:
    """The number of people and seeds of a test."""

    name: str
    seeds: int
    settings: Mapping[str, Any] = field(default_factory=dict)


FULL = Size("full", 30)
"""The defaults of the schema: 20,000 people, 1,000 founders."""
SMALL = Size("small", 4, {"market.size": 6_000, "market.founders": 300})
"""For quick tests: it can contradict a pattern, not establish one."""


@dataclass(frozen=True)
class Arm:
    """A plan, and the days on which a record is taken in addition to the end."""

    plan: Plan
    looks: tuple[int, ...] = ()
    events: bool = False
    "whether records have the events that a log shows"


@dataclass(frozen=True)
class Quantity:
    """One number of a pattern and its acceptance band, both ends included."""

    name: str
    low: float = -math.inf
    high: float = math.inf
    over: Over = Over.SEEDS
    unmet: str = ""
    "the reason why it is not met; empty if it is met"
    far: bool = False
    "whether even the small size shows that it is not met"
    fine: bool = False
    "whether the difference is too small to be judged in the small size"

    @property
    def judged(self) -> bool:
        """Whether there is a band at all."""
        return math.isfinite(self.low) or math.isfinite(self.high)

    @property
    def band(self) -> str:
        """The band in words."""
        if not self.judged:
            return "–"
        if not math.isfinite(self.low):
            return f"≤ {self.high:g}"
        return f"≥ {self.low:g}" if not math.isfinite(self.high) else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Pattern:
    """A stylised fact: its runs, its statistic, its bands and where they come from."""

    code: str
    name: str
    claim: str
    source: str
    arms: Callable[[Size], Mapping[str, Arm]]
    measure: Callable[[Records], Mapping[str, float]]
    quantities: tuple[Quantity, ...]
    small: Size = SMALL
    across: Callable[[Columns], Columns] | None = None
    "from what was measured, name -> (seeds,), further quantities that compare arms or seeds, name -> (seeds,)"


def arm(
    scenario: str,
    days: int,
    size: Size,
    looks: Sequence[int] = (),
    shocks: Sequence[Any] = (),
    phases: Mapping[int, Mapping[str, Any]] | None = None,
    events: bool = False,
    **settings: Any,
) -> Arm:
    """An arm of a scenario; `section__name=value` changes a parameter, from day 0 or by phase."""
    given = {name.replace("__", "."): value for name, value in settings.items()}
    plan = load(scenario, overrides={**size.settings, **given}, shocks=shocks, days=days)
    return Arm(in_phases(plan, phases or {}), tuple(looks), events)


def in_phases(plan: Plan, phases: Mapping[int, Mapping[str, Any]]) -> Plan:
    """The plan with dotted parameters changed from given days on, each on top of those before."""
    from dataclasses import replace

    from kith.sim.schema.parameter_set import parameters_from

    made = list(plan.phases)
    for day, settings in sorted(phases.items()):
        values = made[-1][1].model_dump()
        for name, value in settings.items():
            section, _, parameter = name.partition(".")
            values[section][parameter] = value
        made.append((day, parameters_from(values)))
    return replace(plan, phases=tuple(made))
