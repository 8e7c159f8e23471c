"""Serialisation of the state of a run: JSON values, and arrays in a separate list.

State is collected by walking attributes, so that a new attribute of `Community` or its parts is
included automatically. Values that cannot be packed raise; attributes that are left out are listed in
`COMMUNITY`. Unpacking creates only the classes listed here and executes no code from the file.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.founding import Founding
from kith.sim.schema.graphs import Generator, Graph
from kith.sim.schema.parameter_set import Parameters
from kith.sim.schema.plan import Experiment, Plan, Shock
from kith.sim.state.community import Community
from kith.sim.state.dormancy.dormant import Dormant
from kith.sim.state.hazard_clocks import Heap, TouchClock
from kith.sim.state.ledger import Ledger
from kith.sim.state.market import MarketState
from kith.sim.state.population import Archive, Population
from kith.sim.state.ties import Ties

type Arrays = list[npt.NDArray[Any]]

MODELS: tuple[type[BaseModel], ...] = (Parameters, Shock, Experiment)


@dataclass(frozen=True)
class Kinds:
    """Classes whose attributes are packed; for each, the attributes that are rebuilt after unpacking."""

    rebuilt: Mapping[type[Any], frozenset[str]]

    def and_(self, part: type[Any], rebuilt: frozenset[str]) -> "Kinds":
        """The same with one more class."""
        return Kinds({**self.rebuilt, part: rebuilt})


NOTHING: frozenset[str] = frozenset()
COMMUNITY = Kinds(
    {
        **dict.fromkeys((Arrivals, Founding, Graph, Generator, MarketState), NOTHING),
        **dict.fromkeys((TouchClock, Heap, Population, Dormant, Archive, Ties, Ledger), NOTHING),
        Community: frozenset({"crew"}),
        Plan: frozenset({"canonical_content"}),
    }
)
"the classes of which plans and communities consist"


class PackingError(ValueError):
    """A value has a type that cannot be packed."""


def attributes(part: Any, kinds: Kinds = COMMUNITY) -> dict[str, Any]:
    """The packed attributes of a part, by name."""
    left_out = kinds.rebuilt[type(part)]
    return {name: value for name, value in vars(part).items() if name not in left_out}


def parts_of(part: Any, kinds: Kinds = COMMUNITY) -> Iterator[Any]:
    """A part and all parts within it."""
    yield part
    for value in attributes(part, kinds).values():
        if type(value) in kinds.rebuilt:
            yield from parts_of(value, kinds)


def packed(value: Any, where: str, arrays: Arrays, kinds: Kinds = COMMUNITY) -> Any:
    """A value as JSON; types unknown to JSON become {type: content}, arrays are appended to `arrays`.

    Raises
    ------
    PackingError
        If a value has a type that cannot be packed; the message starts with its path, `where`.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray | np.generic) and described(value.dtype) is not None:
        arrays.append(np.ascontiguousarray(value).reshape(value.shape))
        return {"array" if isinstance(value, np.ndarray) else "scalar": len(arrays) - 1}
    if kind in (list, tuple):
        return {kind.__name__: [packed(v, f"{where}[{k}]", arrays, kinds) for k, v in enumerate(value)]}
    if kind is deque:
        return {"deque": [value.maxlen, packed(list(value), where, arrays, kinds)]}
    if kind is dict:
        pairs = value.items()
        return {
            "dict": [
                [packed(k, where, arrays, kinds), packed(v, f"{where}[{k!r}]", arrays, kinds)]
                for k, v in pairs
            ]
        }
    if kind in MODELS:
        return {kind.__name__: value.model_dump()}
    if kind in kinds.rebuilt:
        content = attributes(value, kinds).items()
        return {kind.__name__: {name: packed(v, f"{where}.{name}", arrays, kinds) for name, v in content}}
    raise PackingError(
        f"{where}: {value!r:.60} cannot be saved; use numbers, text, arrays of numbers, or lists, tuples "
        "and dicts of them"
    )


def unpacked(value: Any, arrays: Arrays, kinds: Kinds = COMMUNITY) -> Any:
    """The value that `packed` turned into JSON."""
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    match kind:
        case "array":
            return arrays[content]
        case "scalar":
            return arrays[content][()]
        case "list":
            return [unpacked(v, arrays, kinds) for v in content]
        case "tuple":
            return tuple(unpacked(v, arrays, kinds) for v in content)
        case "deque":
            return deque(unpacked(content[1], arrays, kinds), maxlen=content[0])
        case "dict":
            return {unpacked(k, arrays, kinds): unpacked(v, arrays, kinds) for k, v in content}
    for model in MODELS:
        if kind == model.__name__:
            return model.model_validate_json(json.dumps(content))
    part = next(part for part in kinds.rebuilt if kind == part.__name__)
    instance = object.__new__(part)
    rebuilt = kinds.rebuilt[part]
    vars(instance).update(
        {name: unpacked(v, arrays, kinds) for name, v in content.items() if name not in rebuilt}
    )
    return instance


def described(dtype: np.dtype[Any]) -> Any:
    """A dtype as JSON; None if its values are not plain numbers, text or times."""
    if dtype.fields is None:
        return dtype.str if dtype.kind in "biufUM" else None
    formats = [described(field[0]) for field in dtype.fields.values()]
    if dtype.names is None or None in formats:
        return None
    offsets = [field[1] for field in dtype.fields.values()]
    columns = {"names": list(dtype.names), "formats": formats, "offsets": offsets, "itemsize": dtype.itemsize}
    return {"columns": columns, "align": dtype.isalignedstruct}


def dtype_of(description: Any) -> np.dtype[Any]:
    """The dtype that was `described`."""
    if isinstance(description, str):
        return np.dtype(description)
    return np.dtype(description["columns"], align=description["align"])
