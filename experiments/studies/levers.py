"""Levers: the parameters that a study varies, and their values.

Every lever maps a number from 0 to 1 to a value; designs use only this mapping.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kith.experiments.errors import StudyError
from kith.experiments.studies.priors import quantile
from kith.scenarios.overrides import settings_of
from kith.sim.schema.parameter_set import field_of

type Floats = npt.NDArray[np.float64]
type Value = bool | int | float | str

NAME = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"
WAYS = "low and high, values, prior = true, options, or on"


class Lever(BaseModel):
    """A parameter, a variable for formulas, or a set of settings that a study varies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[
        str,
        Field(
            pattern=NAME,
            description="a parameter such as monetisation.price, or a word without a dot, "
            "which formulas can use and which options explain",
        ),
    ]
    low: Annotated[float | None, Field(description="lowest value of a range")] = None
    high: Annotated[float | None, Field(description="highest value of a range")] = None
    scale: Annotated[
        Literal["linear", "log"], Field(description="scale of the range: linear or logarithmic")
    ] = "linear"
    steps: Annotated[int, Field(ge=2, le=1000, description="values of a range in a grid")] = 5
    values: Annotated[tuple[Value, ...] | None, Field(min_length=1, description="the possible values")] = None
    prior: Annotated[bool, Field(description="draw values from the schema's prior")] = False
    options: Annotated[
        dict[str, dict[str, Any]] | None,
        Field(min_length=1, description="name -> settings"),
    ] = None
    on: Annotated[
        dict[str, Any] | None, Field(description="a switch: the settings when it is on; off changes nothing")
    ] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ranged = self.low is not None or self.high is not None
        ways = [ranged, self.values is not None, self.prior, self.options is not None, self.on is not None]
        if sum(ways) != 1:
            raise ValueError(f"lever {self.name}: give exactly one of {WAYS}")
        if ranged:
            self._check_range()
        if len({_kind(value) for value in self.values or ()}) > 1:
            raise ValueError(f"lever {self.name}: values must all be numbers, all words or all true or false")
        if (self.options or self.on is not None) and "." in self.name:
            raise ValueError(f"lever {self.name}: options and switches need a name without a dot")
        return self

    @property
    def discrete(self) -> bool:
        """Whether it has a few values rather than a range."""
        return self.choices is not None

    @property
    def choices(self) -> tuple[Value, ...] | None:
        """The values of a discrete lever in order."""
        if self.options is not None:
            return tuple(self.options)
        return (False, True) if self.on is not None else self.values

    @property
    def is_parameter(self) -> bool:
        """Whether it sets the parameter of its name."""
        return "." in self.name

    @property
    def integer(self) -> bool:
        """Whether its values are whole numbers, as the schema demands."""
        return self.is_parameter and field_of(self.name).annotation is int

    @property
    def count(self) -> int:
        """How many values it has in a grid at most: `grid` leaves out what rounds to the same."""
        if self.choices is not None:
            return len(self.choices)
        if self.integer and not self.prior:
            low, high = self._ends()
            return min(self.steps, round(high) - round(low) + 1)
        return self.steps

    def at(self, u: Floats) -> list[Value]:
        """The values at u in [0, 1]: quantiles of the prior, or even shares of range or choices."""
        if self.choices is not None:
            return [self.choices[i] for i in _places(u, len(self.choices))]
        if self.prior:
            return self._rounded(self._from_prior(u))
        low, high = self._ends()
        if self.integer:
            return self._whole_numbers(round(low), round(high), u)
        return [float(x) for x in self._between(low, high, u)]

    def grid(self) -> list[Value]:
        """Its values in a grid: all choices, or `steps` values from low to high."""
        if self.choices is not None:
            return list(self.choices)
        u = np.linspace(0.0, 1.0, self.steps)
        if self.prior:
            u = (np.arange(self.steps) + 0.5) / self.steps
        if not self.integer or self.prior:
            return list(dict.fromkeys(self.at(u)))
        return list(dict.fromkeys(self._rounded(self._between(*self._ends(), u))))

    def settings(self, value: Value) -> dict[str, Any]:
        """What a value sets, by dotted name."""
        if self.is_parameter:
            return {self.name: value}
        if self.options is not None:
            return flat(self.options[str(value)])
        return flat(self.on or {}) if value else {}

    def check(self) -> None:
        """Raise `StudyError` if the schema does not know the lever or does not allow its values."""
        try:
            if self.is_parameter:
                self._check_parameter()
            for settings in (*(self.options or {}).values(), self.on or {}):
                settings_of(flat(settings))
        except StudyError:
            raise
        except ValueError as error:
            raise StudyError(f"lever {self.name}: {error}") from None

    def _check_parameter(self) -> None:
        field = field_of(self.name)
        if self.prior and "prior" not in (field.json_schema_extra or {}):
            raise StudyError(f"lever {self.name}: the schema has no prior for it; give low and high")
        if not self.discrete and not isinstance(field.default, int | float):
            raise StudyError(f"lever {self.name}: is not a number; give values")
        for value in self.choices or (() if self.prior else self._rounded(np.array(self._ends()))):
            settings_of({self.name: value})

    def _check_range(self) -> None:
        low, high = self.low, self.high
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
            raise ValueError(f"lever {self.name}: a range needs low and high, both finite")
        if not low < high:
            raise ValueError(f"lever {self.name}: low = {low:g} must be below high = {high:g}")
        if self.scale == "log" and low <= 0:
            raise ValueError(f"lever {self.name}: low = {low:g} must be above 0 on a log scale")

    def _between(self, low: float, high: float, u: Floats) -> Floats:
        """Where u leads from low to high, by equal steps or equal ratios."""
        if self.scale == "log":
            return np.asarray(np.exp(math.log(low) + u * (math.log(high) - math.log(low))))
        return np.asarray(low + u * (high - low))

    def _whole_numbers(self, low: int, high: int, u: Floats) -> list[Value]:
        """Each as likely as the others, or on a log scale as the ratio to the next is large."""
        if self.scale == "log":
            drawn = self._between(max(1, low), high + 1, u)
            return [min(max(math.floor(x), low), high) for x in drawn]
        return [low + int(i) for i in _places(u, high - low + 1)]

    def _ends(self) -> tuple[float, float]:
        assert self.low is not None and self.high is not None, self.name
        return self.low, self.high

    def _from_prior(self, u: Floats) -> Floats:
        mode, low, high = field_of(self.name).json_schema_extra["prior"]
        return quantile((mode, low, high), u)

    def _rounded(self, x: Floats) -> list[Value]:
        return [round(float(value)) for value in x] if self.integer else [float(value) for value in x]


def flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by dotted name, from section tables or from dotted names."""
    by_name: dict[str, Any] = {}
    for name, value in settings.items():
        if isinstance(value, Mapping) and "." not in name:
            by_name |= {f"{name}.{field}": setting for field, setting in value.items()}
        else:
            by_name[name] = value
    return by_name


def check_levers(levers: Sequence[Lever]) -> None:
    """Raise `StudyError` for a lever that is wrong, or that is there twice."""
    names = [lever.name for lever in levers]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise StudyError(f"lever {twice} is defined twice; keep one")
    for lever in levers:
        lever.check()


def _places(u: Floats, n: int) -> npt.NDArray[np.int64]:
    """Which of n even shares of [0, 1] each u is in."""
    return np.minimum((np.asarray(u) * n).astype(np.int64), n - 1)


def _kind(value: Value) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)
