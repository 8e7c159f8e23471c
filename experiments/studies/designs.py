"""Designs: the points of a study in the space of its levers.

`random` and `latin_hypercube` sample by scipy.stats.qmc, `sobol` (Saltelli's scheme), `morris` and `fast`
by SALib. All of them make numbers from 0 to 1, (points, levers), which levers turn into values.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from kith.experiments.errors import StudyError
from kith.experiments.run_limits import counted
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.levers import Lever

type Floats = npt.NDArray[np.float64]

MOST_POINTS = 10_000_000
"Points that a grid may have before its constraints, and draws of a random design."
MOST_DRAWS = 1_000
"A random design gives up when fewer than one draw in this number satisfies its constraints."
AT_A_TIME = 10_000
"Draws of a random design that are checked together."

HARMONICS = 4
"of a lever's frequency that FAST adds up"

Seed = Annotated[int, Field(ge=0, lt=2**32, description="random seed of the design")]


class Design(BaseModel):
    """A way to choose points."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def reduced(self) -> "Design":
        """The same with the fewest points that still try the machinery."""
        return self


class Listed(Design):
    """The points given in the file."""

    kind: Literal["list"]
    points: Annotated[
        tuple[dict[str, bool | int | float | str], ...],
        Field(min_length=1, description="each a table: lever or parameter -> value"),
    ]


class Grid(Design):
    """Every combination of the levers' values."""

    kind: Literal["grid"]


class Random(Design):
    """Independent points."""

    kind: Literal["random"]
    points: Annotated[int, Field(ge=1, le=MOST_POINTS, description="number of points")]
    indices: Annotated[
        Literal["pawn", "delta"], Field(description="how levers are ranked: PAWN, or delta with S1")
    ] = "pawn"
    seed: Seed = 0

    def unit(self, d: int) -> Floats:
        """(points, d) numbers in [0, 1)."""
        return np.random.default_rng(self.seed).random((self.points, d))

    def batches(self, d: int) -> Iterator[Floats]:
        """Endless arrays of (n, d) that begin with the rows of `unit`; n does not change the numbers."""
        generator = np.random.default_rng(self.seed)
        while True:
            yield generator.random((min(self.points, AT_A_TIME), d))

    def reduced(self) -> Design:
        """Four points."""
        return self.model_copy(update={"points": min(self.points, 4)})


class LatinHypercube(Design):
    """Points that divide the range of every lever evenly (McKay, Beckman & Conover 1979)."""

    kind: Literal["latin_hypercube"]
    points: Annotated[int, Field(ge=1, le=MOST_POINTS, description="number of points")]
    indices: Annotated[
        Literal["pawn", "delta"], Field(description="how levers are ranked: PAWN, or delta with S1")
    ] = "pawn"
    seed: Seed = 0

    def unit(self, d: int) -> Floats:
        """(points, d) numbers in [0, 1)."""
        from scipy.stats.qmc import LatinHypercube as Sampler

        return np.asarray(Sampler(d, rng=self.seed).random(self.points), float)

    def reduced(self) -> Design:
        """Four points."""
        return self.model_copy(update={"points": min(self.points, 4)})


class Sobol(Design):
    """Saltelli's points for Sobol indices of first and total order (Saltelli et al. 2010)."""

    kind: Literal["sobol"]
    base: Annotated[int, Field(ge=2, le=2**20, description="N, a power of two; base · (levers + 2) points")]
    second_order: Annotated[
        bool, Field(description="also interactions of pairs; base · (2 · levers + 2) points")
    ] = False
    groups: Annotated[
        dict[str, tuple[str, ...]],
        Field(description="levers that are moved together, by the group's name; base · (groups + 2) points"),
    ] = {}
    seed: Seed = 0

    def problem(self, names: Sequence[str]) -> dict[str, Any]:
        """The problem for SALib; a lever in no group is a group of its own, if there are any.

        Raises `StudyError` if a group names what is no lever, or a lever is in two groups.
        """
        plain = unit_problem(len(names))
        if not self.groups:
            return plain
        named = [lever for levers in self.groups.values() for lever in levers]
        odd = next((name for name in named if name not in names or named.count(name) > 1), None)
        if odd is not None:
            raise StudyError(f"design groups: {odd} is no lever, or is in two groups; name each lever once")
        of = {lever: group for group, levers in self.groups.items() for lever in levers}
        return plain | {"groups": [of.get(name, name) for name in names]}

    def factors(self, names: Sequence[str]) -> list[str]:
        """What the indices are of: the groups in the order of their first lever, or the levers."""
        return list(dict.fromkeys(self.problem(names).get("groups", list(names))))

    def unit(self, d: int, names: Sequence[str] = ()) -> Floats:
        """(points, d) numbers in [0, 1); with groups the names of the levers are needed."""
        from SALib.sample import sobol

        if self.base & (self.base - 1):
            lower = 1 << (self.base.bit_length() - 1)
            raise StudyError(
                f"design base = {self.base}: must be a power of two, such as {lower} or {2 * lower}"
            )
        problem = self.problem(names) if self.groups else unit_problem(d)
        sample = sobol.sample(problem, self.base, calc_second_order=self.second_order, seed=self.seed)
        return np.asarray(sample, float)

    def reduced(self) -> Design:
        """Base 2."""
        return self.model_copy(update={"base": 2})


class Morris(Design):
    """Trajectories that move one lever at a time (Morris 1991)."""

    kind: Literal["morris"]
    trajectories: Annotated[int, Field(ge=2, le=100_000, description="r; trajectories · (levers + 1) points")]
    levels: Annotated[int, Field(ge=2, le=100, multiple_of=2, description="values per lever, even")] = 4
    seed: Seed = 0

    def unit(self, d: int) -> Floats:
        """(points, d) numbers in [0, 1]."""
        from SALib.sample import morris

        sample = morris.sample(unit_problem(d), self.trajectories, num_levels=self.levels, seed=self.seed)
        return np.asarray(sample, float)

    def reduced(self) -> Design:
        """Two trajectories."""
        return self.model_copy(update={"trajectories": 2})


class Fast(Design):
    """Curves through the space of the levers for the extended Fourier amplitude sensitivity test (Saltelli, Tarantola & Chan 1999)."""

    kind: Literal["fast"]
    samples: Annotated[int, Field(ge=65, le=1_000_000, description="points for each lever, at least 65")]
    seed: Seed = 0

    def unit(self, d: int) -> Floats:
        """(points, d) numbers in [0, 1]."""
        from SALib.sample import fast_sampler

        sample = fast_sampler.sample(unit_problem(d), self.samples, M=HARMONICS, seed=self.seed)
        return np.asarray(sample, float)

    def reduced(self) -> Design:
        """The fewest samples."""
        return self.model_copy(update={"samples": 4 * HARMONICS**2 + 1})


type AnyDesign = Annotated[
    Listed | Grid | Random | LatinHypercube | Sobol | Morris | Fast, Field(discriminator="kind")
]


def unit_problem(d: int) -> dict[str, Any]:
    """What SALib calls a problem: d levers on [0, 1]."""
    return {"num_vars": d, "names": [f"x{i}" for i in range(d)], "bounds": [[0.0, 1.0]] * d}


def most_points(design: "AnyDesign", levers: Sequence[Lever]) -> int:
    """How many points a design has at most, by arithmetic; constraints may leave fewer."""
    match design:
        case Listed():
            return len(design.points)
        case Grid():
            return math.prod(lever.count for lever in levers)
        case Sobol():
            factors = len(design.factors([lever.name for lever in levers]))
            return design.base * ((2 if design.second_order else 1) * factors + 2)
        case Fast():
            return design.samples * len(levers)
        case Morris():
            return design.trajectories * (len(levers) + 1)
    return design.points


def table(design: Design, levers: Sequence[Lever], constraints: Sequence[Formula] = ()) -> pd.DataFrame:
    """The points, a row each, with a column per lever.

    Raises
    ------
    StudyError
        If nothing is left, the design is too large, or it cannot have constraints.
    """
    if isinstance(design, Listed):
        rows = _satisfying([dict(point) for point in design.points], constraints)
    elif not levers:
        raise StudyError(f"a {_kind(design)} design needs levers; write [[lever]] with a name and a range")
    elif isinstance(design, Grid):
        rows = _satisfying(_every_combination(levers), constraints)
    elif isinstance(design, Random):
        rows = _drawn(design, levers, constraints)
    else:
        rows = _sampled(design, levers, constraints)
    if not rows:
        raise StudyError(f"no point of the design satisfies {_named(constraints)}; widen a range")
    return pd.DataFrame(rows, columns=list(dict.fromkeys(name for row in rows for name in row)))


def _every_combination(levers: Sequence[Lever]) -> list[dict[str, Any]]:
    size = math.prod(lever.count for lever in levers)
    if size > MOST_POINTS:
        raise StudyError(f"the grid has {counted(size)} points; use fewer steps, or a latin_hypercube")
    grids = [lever.grid() for lever in levers]
    return [dict(zip((lever.name for lever in levers), point, strict=True)) for point in product(*grids)]


def _drawn(design: Random, levers: Sequence[Lever], constraints: Sequence[Formula]) -> list[dict[str, Any]]:
    """The requested number of points that satisfy the constraints."""
    rows: list[dict[str, Any]] = []
    draws = 0
    for unit in design.batches(len(levers)):
        rows += _satisfying(_valued(unit, levers), constraints)
        draws += len(unit)
        if len(rows) >= design.points:
            return rows[: design.points]
        if draws >= 10 * MOST_DRAWS and len(rows) * MOST_DRAWS < draws:
            raise StudyError(
                f"fewer than one point in {MOST_DRAWS:,} satisfies {_named(constraints)}; widen a range"
            )
        if draws >= MOST_POINTS:
            raise StudyError(
                f"only {len(rows):,} of {draws:,} draws satisfy {_named(constraints)}, and the design asks "
                f"for {design.points:,} points; widen a range, or ask for fewer"
            )
    raise AssertionError("batches never end")


def _sampled(design: Any, levers: Sequence[Lever], constraints: Sequence[Formula]) -> list[dict[str, Any]]:
    if constraints and not isinstance(design, LatinHypercube):
        raise StudyError(
            f"a {design.kind} design cannot have constraints, because it needs every point of its pattern; "
            'use kind = "random" or "latin_hypercube", or levers that cannot violate them'
        )
    names = [lever.name for lever in levers]
    unit = design.unit(len(levers), names) if isinstance(design, Sobol) else design.unit(len(levers))
    return _satisfying(_valued(unit, levers), constraints)


def _valued(unit: Floats, levers: Sequence[Lever]) -> list[dict[str, Any]]:
    columns = [lever.at(unit[:, i]) for i, lever in enumerate(levers)]
    return [
        dict(zip((lever.name for lever in levers), row, strict=True)) for row in zip(*columns, strict=True)
    ]


def _satisfying(rows: list[dict[str, Any]], constraints: Sequence[Formula]) -> list[dict[str, Any]]:
    return [row for row in rows if all(constraint(row) for constraint in constraints)]


def _named(constraints: Sequence[Formula]) -> str:
    return " and ".join(constraint.text for constraint in constraints)


def _kind(design: Any) -> str:
    return str(design.kind)
