"""Searches in a study file: the best levers, break-even along one lever, and conditions of failure."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kith.experiments.errors import StudyError
from kith.experiments.statistics.tables import check_outcomes
from kith.experiments.studies.formulas import Formula
from kith.experiments.studies.levers import Lever, Value
from kith.sim.schema.fields import nearest

BEST = 5
"Finalists with one objective."
MOST_FINALISTS = 25
"Maximum number of finalists with several objectives."


class Optimise(BaseModel):
    """The search for the best levers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    maximise: Annotated[tuple[str, ...], Field(description="indicators that should be large")] = ()
    minimise: Annotated[tuple[str, ...], Field(description="indicators that should be small")] = ()
    limits: Annotated[
        tuple[str, ...],
        Field(description="formulas over indicators that means over runs must satisfy: 'cost <= 6000'"),
    ] = ()
    trials: Annotated[int, Field(ge=1, le=100_000, description="number of points tried")] = 60
    batch: Annotated[int, Field(ge=1, le=1_000, description="number of points proposed at a time")] = 4
    fresh_runs: Annotated[
        int,
        Field(ge=2, le=1_000_000, description="runs of each finalist on seeds not used in the search"),
    ] = 32
    seed: Annotated[int, Field(ge=0, lt=2**32, description="random seed of the search")] = 0

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not self.objectives:
            raise ValueError("optimise: has no objective; give maximise or minimise")
        twice = next((name for name in self.objectives if self.objectives.count(name) > 1), None)
        if twice:
            raise ValueError(f"optimise: {twice} is named twice; keep one")
        return self

    @property
    def objectives(self) -> tuple[str, ...]:
        """The indicators to optimise, those to be maximised first."""
        return (*self.maximise, *self.minimise)

    @property
    def signs(self) -> tuple[float, ...]:
        """Signs that turn each objective into one to be minimised."""
        return (-1.0,) * len(self.maximise) + (1.0,) * len(self.minimise)

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The limits, ready to be evaluated."""
        return tuple(Formula(text) for text in self.limits)

    def most_runs(self, runs: int) -> int:
        """Maximum number of runs of the search, with `runs` runs of each point."""
        finalists = MOST_FINALISTS if len(self.objectives) > 1 else BEST
        return self.trials * runs + min(self.trials, finalists) * self.fresh_runs

    def reduced(self) -> "Optimise":
        """A search of the same kind with few runs, to try it out."""
        return self.model_copy(update={"trials": min(self.trials, 4), "batch": 2, "fresh_runs": 2})

    def check(self, levers: Sequence[Lever]) -> None:
        """Raise a `RequestError` if the search is not possible."""
        if not levers:
            raise StudyError("optimise: the study has no lever; add [[lever]] with a name and a range")
        check_outcomes(self.objectives)
        for formula in self.formulas:
            check_outcomes(formula.names)
            formula({name: 0.37 * (k + 1) for k, name in enumerate(formula.names)})


class BreakEven(BaseModel):
    """Where an outcome crosses a level along the range of one lever."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lever: Annotated[str, Field(description="the lever that is varied; it needs a range")]
    outcome: Annotated[str, Field(description="the indicator that crosses the level")]
    level: Annotated[float, Field(description="the level")] = 0.0
    at: Annotated[dict[str, Value], Field(description="every other lever of the study -> its value")] = {}
    halvings: Annotated[
        int, Field(ge=1, le=20, description="how often the range is halved: 6 finds it to 1/64")
    ] = 6

    @property
    def most_values(self) -> int:
        """How many values of the lever are tried at most: the ends, and a halving for each of three curves."""
        return 2 + 3 * self.halvings

    def most_runs(self, runs: int) -> int:
        """Maximum number of runs of the search, with `runs` runs of each value."""
        return self.most_values * runs

    def reduced(self) -> "BreakEven":
        """A coarser search, to try it out."""
        return self.model_copy(update={"halvings": 2})

    def check(self, levers: Sequence[Lever]) -> None:
        """Raise a `RequestError` if the search is not possible."""
        check_outcomes((self.outcome,))
        known = {lever.name: lever for lever in levers}
        target = known.get(self.lever)
        if target is None:
            raise StudyError(f"break_even lever = {self.lever}: {_instead(self.lever, list(known))}")
        if target.discrete:
            raise StudyError(f"break_even lever = {self.lever}: has no range; give it low and high")
        for name in self.at:
            if name not in known or name == self.lever:
                others = [other for other in known if other != self.lever]
                raise StudyError(f"break_even at {name}: {_instead(name, others)}")
        left = next((name for name in known if name != self.lever and name not in self.at), None)
        if left:
            raise StudyError(f"break_even: lever {left} has no value; give it one in break_even.at")


class Discover(BaseModel):
    """The definition of failure at a point."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fails: Annotated[
        str,
        Field(description="formula over indicators, on means over a point's runs: 'margin < 0'"),
    ]
    scenario: Annotated[
        str | None, Field(description="which scenario; by default the only one of the study")
    ] = None

    def check(self, scenarios: Sequence[str]) -> None:
        """Raise a `RequestError` for an invalid formula or scenario."""
        formula = Formula(self.fails)
        check_outcomes(formula.names)
        if not isinstance(formula({name: 0.37 * (k + 1) for k, name in enumerate(formula.names)}), bool):
            raise StudyError(f"discover fails = {self.fails}: is a number; compare it, as in 'margin < 0'")
        if self.scenario is not None and self.scenario not in scenarios:
            close = nearest(self.scenario, list(scenarios))
            hint = f"did you mean {close}?" if close else f"the scenarios are {', '.join(scenarios)}"
            raise StudyError(f"discover scenario = {self.scenario}: is not a scenario of this study; {hint}")
        if self.scenario is None and len(scenarios) > 1:
            raise StudyError(
                f"discover: the study has several scenarios, {', '.join(scenarios)}; choose one with scenario"
            )


def _instead(name: str, known: list[str]) -> str:
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"choose from: {', '.join(known) or 'none'}"
    return f"is not a lever that can be named here; {hint}"
