"""Limits: rules that values from a file must satisfy, and the functions that check them.

A table gives a rule for each attribute of a class: a type, a range, or the dtype and shape of an array.
Lengths may be names of dimensions, such as `days`, which have values for a given run.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.schema.packed import PACKED
from kith.sim.state.climate import CLIMATE
from kith.sim.storage.serialise import Kinds, attributes, parts_of

MOST = 2**62
"largest whole number; the sum of two does not overflow"
WIDEST = 1e300

type Bound = int | float | str
type Dimensions = dict[str, int]
type Rule = Callable[[Any, Dimensions], bool]


class Impossible(ValueError):
    """A state that no run can reach; the message names the attribute."""


# -- rules ---------------------------------------------------------------------------------


def size(bound: Bound, dims: Dimensions) -> float:
    """A bound as a number."""
    return dims[bound] if isinstance(bound, str) else bound


@dataclass(frozen=True)
class Numbers:
    """An array: its dtype, its shape (numbers, names of dimensions, or None for any) and its values' range.

    Floats without a range may have any value except NaN; `nan` allows NaN, too.
    """

    dtype: Any
    shape: tuple[Bound | None, ...]
    low: Bound = -math.inf
    high: Bound = math.inf
    nan: bool = False

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        if not isinstance(value, np.ndarray) or value.dtype != np.dtype(self.dtype):
            return False
        if value.ndim != len(self.shape):
            return False
        for length, required in zip(value.shape, self.shape, strict=True):
            if required is not None and length != size(required, dims):
                return False
        return value.dtype.fields is not None or self.holds(value, dims)

    def holds(self, value: npt.NDArray[Any], dims: Dimensions) -> bool:
        """Whether all values are in range."""
        low, high = size(self.low, dims), size(self.high, dims)
        if value.dtype.kind == "f":
            low, high = np.float64(low), np.float64(high)  # single precision would round the bounds
        inside = (value >= low) & (value <= high)
        return bool(np.all(inside | np.isnan(value) if self.nan else inside))


@dataclass(frozen=True)
class Whole:
    """A whole number within a range."""

    low: Bound = -MOST
    high: Bound = MOST

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            return False
        return size(self.low, dims) <= int(value) <= size(self.high, dims)


@dataclass(frozen=True)
class Real:
    """A number within a range."""

    low: float = -WIDEST
    high: float = WIDEST

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
            return False
        return self.low <= float(value) <= self.high


@dataclass(frozen=True)
class Of:
    """A value of exactly one of the types (no subclass)."""

    types: tuple[type[Any], ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        return type(value) in self.types


@dataclass(frozen=True)
class Each:
    """A list, tuple or deque of values that follow a rule."""

    kind: type[Any]
    rule: Rule
    length: int | None = None

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        if type(value) is not self.kind or (self.length is not None and len(value) != self.length):
            return False
        return all(self.rule(item, dims) for item in value)


@dataclass(frozen=True)
class Fields:
    """A tuple with one rule per item."""

    rules: tuple[Rule, ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        return (
            type(value) is tuple
            and len(value) == len(self.rules)
            and all(rule(item, dims) for rule, item in zip(self.rules, value, strict=True))
        )


@dataclass(frozen=True)
class Table:
    """A dict with a rule for keys and one for values."""

    key: Rule
    value: Rule

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        return type(value) is dict and all(
            self.key(k, dims) and self.value(v, dims) for k, v in value.items()
        )


@dataclass(frozen=True)
class Either:
    """A value that satisfies at least one of the rules."""

    rules: tuple[Rule, ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        return any(rule(value, dims) for rule in self.rules)


TEXT, TRUTH, NOTHING = Of((str,)), Of((bool,)), Of((type(None),))
SHARE = Real(0.0, 1.0)
STOCK = Real(0.0)
PERSONS = Numbers("i8", (None,), 0, "last person")
OR_NOBODY = Numbers("i8", (None,), -1, "last person")

type Limits = Mapping[type[Any], Mapping[str, Rule]]


def demand(true: bool, where: str) -> None:
    """Raise `Impossible`, naming `where`, unless `true`."""
    if not true:
        raise Impossible(f"{where} has a value that no run can have")


def check_names(part: Any, limits_of: Limits, kinds: Kinds) -> None:
    """Require every attribute of a part and its parts; added attributes must not shadow those of the class."""
    for inner in parts_of(part, kinds):
        name, limits = type(inner).__name__, limits_of[type(inner)]
        for missing in sorted(limits.keys() - attributes(inner, kinds).keys()):
            demand(False, f"{name}.{missing}")
        for added in attributes(inner, kinds).keys() - limits.keys():
            demand(not hasattr(type(inner), added), f"{name}.{added}")


def check_values(part: Any, dims: Dimensions, limits_of: Limits) -> None:
    """Require every attribute of a part to satisfy its rule."""
    for name, rule in limits_of[type(part)].items():
        value = getattr(part, name)
        demand(rule(value, dims), f"{type(part).__name__}.{name}")
        if isinstance(value, np.ndarray) and value.dtype in (PACKED, CLIMATE):
            for field in value.dtype.names or ():
                demand(not np.isnan(value[field]).any(), f"{type(part).__name__}.{name}[{field}]")
