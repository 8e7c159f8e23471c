"""Limits: rules for what a value from a file may be, and how values are compared with them.

A table names the attributes of a class, and for each a rule: a type, a range, the dtype and shape of an array.
Lengths may be names of dimensions, such as `days`, which are numbers once it is known of what run they are.
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
"greatest whole number: two of them can be added"
WIDEST = 1e300

type Bound = int | float | str
type Dimensions = dict[str, int]
type Rule = Callable[[Any, Dimensions], bool]


class Impossible(ValueError):
    """A state that no run can have; the text says where."""


# -- rules ---------------------------------------------------------------------------------


def size(bound: Bound, dims: Dimensions) -> float:
    """A bound as a number."""
    return dims[bound] if isinstance(bound, str) else bound


@dataclass(frozen=True)
class Numbers:
    """An array: its dtype, its shape (numbers, names of dimensions, or None for any) and its values' range.

    Where floats have no range they may be anything but NaN; `nan` allows that, too.
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
        for length, wanted in zip(value.shape, self.shape, strict=True):
            if wanted is not None and length != size(wanted, dims):
                return False
        return value.dtype.fields is not None or self.holds(value, dims)

    def holds(self, value: npt.NDArray[Any], dims: Dimensions) -> bool:
        """Whether all values are in range."""
        low, high = size(self.low, dims), size(self.high, dims)
        if value.dtype.kind == "f":
            low, high = np.float64(low), np.float64(high)  # or single precision would round them
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
    """A value of exactly one of some types."""

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
        return all(self.rule(one, dims) for one in value)


@dataclass(frozen=True)
class Fields:
    """A tuple of values that follow a rule each."""

    rules: tuple[Rule, ...]

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        return (
            type(value) is tuple
            and len(value) == len(self.rules)
            and all(rule(one, dims) for rule, one in zip(self.rules, value, strict=True))
        )


@dataclass(frozen=True)
class Table:
    """A dict of keys and values that follow a rule each."""

    key: Rule
    value: Rule

    def __call__(self, value: Any, dims: Dimensions) -> bool:
        """Whether the value follows the rule."""
        return type(value) is dict and all(
            self.key(k, dims) and self.value(v, dims) for k, v in value.items()
        )


@dataclass(frozen=True)
class Either:
    """What follows one of some rules."""

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
    """Raise `Impossible` unless something is true."""
    if not true:
        raise Impossible(f"{where} is not what a run can have")


def check_names(part: Any, limits_of: Limits, kinds: Kinds) -> None:
    """Every attribute is there, and so for the parts within; what somebody has added hides nothing."""
    for one in parts_of(part, kinds):
        name, limits = type(one).__name__, limits_of[type(one)]
        for missing in sorted(limits.keys() - attributes(one, kinds).keys()):
            demand(False, f"{name}.{missing}")
        for added in attributes(one, kinds).keys() - limits.keys():
            demand(not hasattr(type(one), added), f"{name}.{added}")


def check_values(part: Any, dims: Dimensions, limits_of: Limits) -> None:
    """Every attribute of a part follows its rule."""
    for name, rule in limits_of[type(part)].items():
        value = getattr(part, name)
        demand(rule(value, dims), f"{type(part).__name__}.{name}")
        if isinstance(value, np.ndarray) and value.dtype in (PACKED, CLIMATE):
            for field in value.dtype.names or ():
                demand(not np.isnan(value[field]).any(), f"{type(part).__name__}.{name}[{field}]")
