"""Packed parameters: the numbers of a phase as one record for kernels, with hazards per day."""

from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from kith.sim.schema.fields import PER_DAY
from kith.sim.schema.parameter_set import SECTIONS, Parameters


def _numeric(field: Any) -> bool:
    return isinstance(field.default, int | float)


def _choices(field: Any) -> tuple[str, ...]:
    return tuple(get_args(field.annotation))


def _unit(field: Any) -> str:
    return str((field.json_schema_extra or {}).get("unit", ""))


PACKED = np.dtype(
    [
        (f"{s}_{f}", "f8")
        for s, section in SECTIONS.items()
        for f, field in section.model_fields.items()
        if _numeric(field) or isinstance(field.default, str)
    ]
)


_PLACES = [
    (s, f)
    for s, section in SECTIONS.items()
    for f, field in section.model_fields.items()
    if _numeric(field) or isinstance(field.default, str)
]
"section and name of each field of `PACKED`, in order"
_CHOICES = {
    f"{s}_{f}": _choices(SECTIONS[s].model_fields[f])
    for s, f in _PLACES
    if isinstance(SECTIONS[s].model_fields[f].default, str)
}
_PER_DAY = np.array([PER_DAY.get(_unit(SECTIONS[s].model_fields[f]), 1.0) for s, f in _PLACES])
"what turns the number of each field of `PACKED` into one per day"


def packed(*arms: Parameters) -> npt.NDArray[np.void]:
    """The numbers of each of `arms` as a record of dtype `PACKED`, shape (len(arms),).

    Hazards are converted to 1/day; a choice becomes its index among the allowed words. The dtype is the one object `PACKED`, never an equal one, which
    numba would compare field by field at every call of a kernel.
    """
    records = np.zeros(len(arms), PACKED)
    numbers = records.view("f8").reshape(len(arms), -1)
    for row, parameters in enumerate(arms):
        numbers[row] = [
            _CHOICES[name].index(value) if name in _CHOICES else value for name, value in _values(parameters)
        ]
    numbers *= _PER_DAY
    return records


def _values(parameters: Parameters) -> list[tuple[str, Any]]:
    return [(f"{s}_{f}", getattr(getattr(parameters, s), f)) for s, f in _PLACES]
