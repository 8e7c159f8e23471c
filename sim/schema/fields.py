"""How a parameter is declared: once, with all that documents it.

Each helper returns a pydantic `Field` that carries unit, range, help, source and, where
the literature gives one, a prior `(mode, low, high)` whose low-high is a 90 % interval.
"""

import difflib
import math
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

type Prior = tuple[float, float, float]

DAYS_PER_MONTH = 30.0
DAYS_PER_YEAR = 365.0

# Hazards are written in the unit in which people think of them; the engine uses hazards per day.
PER_DAY: dict[str, float] = {"1/year": 1 / DAYS_PER_YEAR, "1/month": 1 / DAYS_PER_MONTH}


def quantity(
    default: float,
    help: str,
    *,
    unit: str,
    low: float = 0.0,
    high: float = math.inf,
    source: str,
    prior: Prior | None = None,
) -> Any:
    """A number in [low, high] with its unit, help, source and prior."""
    extra: dict[str, Any] = {"unit": unit, "source": source}
    if prior is not None:
        extra["prior"] = list(prior)
    bounds: dict[str, Any] = {"ge": low} | ({"le": high} if high < math.inf else {})
    return Field(default=default, description=help, json_schema_extra=extra, **bounds)


def share(default: float, help: str, *, source: str, prior: Prior | None = None, unit: str = "share") -> Any:
    """A number in [0, 1]."""
    return quantity(default, help, unit=unit, high=1.0, source=source, prior=prior)


def half_life(default: float, help: str, *, source: str, prior: Prior | None = None) -> Any:
    """A half-life in days; `inf` means no decay.

    At least a tenth of a day, so that a value stored a week ago still fits single precision.
    """
    return quantity(default, help, unit="days", low=0.1, source=source, prior=prior)


def per_day(default: float, help: str, *, source: str, high: float = 1.0, prior: Prior | None = None) -> Any:
    """A hazard per day."""
    return quantity(default, help, unit="1/day", high=high, source=source, prior=prior)


def choice(default: str, help: str, *, source: str = "assumed: a choice of design") -> Any:
    """One of a few words; the annotation is a `Literal`."""
    return Field(default=default, description=help, json_schema_extra={"unit": "", "source": source})


class Section(BaseModel):
    """The parameters of one process: frozen and strict; unknown names are rejected."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _known_names(cls, given: Any) -> Any:
        if isinstance(given, dict):
            for name in given:
                if name not in cls.model_fields:
                    raise ValueError(f"unknown:{name}:{nearest(str(name), cls.model_fields) or ''}")
        return given

    @model_validator(mode="after")
    def _no_nan(self) -> "Section":
        for name, value in self:
            if isinstance(value, float) and math.isnan(value):
                raise ValueError(f"nan:{name}")
        return self


def nearest(name: str, names: Any) -> str | None:
    """The known name most similar to `name`, or None."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return close[0] if close else None
