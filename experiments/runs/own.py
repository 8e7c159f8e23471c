"""Behaviour of one's own in experiments: steps, shocks and indicators, as `run` takes them, for every run.

Worker processes and clusters receive functions by their names, so a function has to be at the top level of a module
that they can import; with one worker, where everything runs in this process, any function will do.
"""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from kith.experiments.errors import RequestError
from kith.sim.engine import TICK, OwnShock, Step, additions_of, check_shocks, check_tick
from kith.sim.results.indicators import Indicator, declare
from kith.sim.schema.fields import nearest

EXAMPLE = "my_steps:tire"
PLACES = {name: place for place, (name, _) in enumerate(TICK)}


@dataclass(frozen=True)
class Own:
    """Steps, shocks and indicators of one's own; the id of every run holds the hash of their code."""

    tick: tuple[Step, ...] = TICK
    'the steps of a day, in order, such as `(*TICK, ("tire", tire))`'
    shocks: tuple[OwnShock, ...] = ()
    "each a day, a name and a function of the community"
    indicators: tuple[Indicator, ...] = ()

    def check(self) -> None:
        """Raise `ParameterError` for what no run could have, and make the indicators known."""
        check_tick(self.tick)
        check_shocks(self.shocks)
        declare(self.indicators)

    def arguments(self) -> dict[str, Any]:
        """The arguments of `kith.run`."""
        return {"tick": self.tick, "shocks": self.shocks, "indicators": self.indicators}

    def additions(self) -> dict[str, Any]:
        """What the id of a run says of shocks and indicators."""
        return additions_of(self.shocks, self.indicators, code=True)


class OwnCode(BaseModel):
    """The same by name, as a study file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[str, ...] = Field(
        (),
        description="steps, such as my_steps:tire, at the end of the day, or 'my_steps:tire before depart'",
    )
    shocks: tuple[str, ...] = Field((), description="shocks, such as '40 my_steps:data_breach'")
    indicators: tuple[str, ...] = Field((), description="indicators, such as my_steps:exhausted")
    reporters: tuple[str, ...] = Field(
        (), description="functions of a record that give a frame, for `kith study export --frame`"
    )

    @property
    def modules(self) -> list[str]:
        """The modules that are imported."""
        words = [
            word
            for text in (*self.steps, *self.shocks, *self.indicators, *self.reporters)
            for word in text.split()
        ]
        return sorted({word.partition(":")[0] for word in words if ":" in word})

    def found(self) -> Own:
        """The functions behind the names; their modules are imported, which runs them.

        Raises `RequestError` if a name leads nowhere.
        """
        tick = list(TICK)
        for text in self.steps:
            name, *where = text.split() or [""]
            step = (name.rpartition(":")[2], _function(name, "step"))
            if where and (len(where) != 2 or where[0] != "before" or where[1] not in PLACES):
                raise RequestError(f"step {text!r:.80}: write for instance {EXAMPLE} before depart")
            place = [known for known, _ in tick].index(where[1]) if where else len(tick)
            tick.insert(place, step)
        shocks = []
        for text in self.shocks:
            day, _, name = text.partition(" ")
            if not day.isdecimal():
                raise RequestError(f"shock {text!r:.80}: write the day and the name, such as 40 {EXAMPLE}")
            shocks.append((int(day), name.rpartition(":")[2], _function(name, "shock")))
        indicators = tuple(_indicator(name) for name in self.indicators)
        self.reports()
        return Own(tuple(tick), tuple(shocks), indicators)

    def reports(self) -> dict[str, Callable[..., Any]]:
        """The functions that make frames of a record, by their names."""
        return {name.rpartition(":")[2]: _function(name, "reporter") for name in self.reporters}


def _function(name: str, what: str) -> Callable[..., Any]:
    found = _imported(name)
    if not callable(found):
        raise RequestError(f"{what} {name:.80} has to be a function; this is of type {type(found).__name__}")
    return found


def _indicator(name: str) -> Indicator:
    found = _imported(name)
    if not isinstance(found, Indicator):
        raise RequestError(
            f"indicator {name:.80} has to be a kith.sim.results.indicators.Indicator; this is of type {type(found).__name__}"
        )
    return found


def _imported(name: str) -> Any:
    module, colon, attribute = name.strip().partition(":")
    if not colon or not attribute or not all(part.isidentifier() for part in module.split(".")):
        raise RequestError(f"{name!r:.80}: write a module and a name in it, such as {EXAMPLE}")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        held = importlib.import_module(module)
    except ModuleNotFoundError as error:
        what = "put" if error.name == module.partition(".")[0] else "it imports another module; put"
        raise RequestError(
            f"{name!r:.80} cannot be imported: {error}; {what} {error.name}.py into the current folder, or install it"
        ) from None
    except Exception as error:
        raise RequestError(f"{name!r:.80} cannot be imported: {type(error).__name__}: {error}") from None
    if not hasattr(held, attribute):
        close = nearest(attribute, [known for known in vars(held) if not known.startswith("_")])
        raise RequestError(
            f"{name!r:.80}: {module} has no {attribute}; "
            + (f"did you mean {module}:{close}?" if close else "define it there")
        )
    return getattr(held, attribute)
