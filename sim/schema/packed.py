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


PACKED = np.dtype(
    [
        (f"{s}_{f}", "f8")
        for s, section in SECTIONS.items()
        for f, field in section.model_fields.items()
        if _numeric(field) or isinstance(field.default, str)
    ]
)


def packed(*arms: Parameters) -> npt.NDArray[np.void]:
    """The numbers of each of `arms` as a record of dtype `PACKED`, shape (len(arms),).

    Hazards are converted to 1/day; a choice becomes its index among the allowed words. The dtype is the one object `PACKED`, never an equal one, which
    numba would compare field by field at every call of a kernel.
    """
    records = np.zeros(len(arms), PACKED)
    for row, parameters in enumerate(arms):
        _pack(records[row : row + 1], parameters)
    return records


def _pack(record: npt.NDArray[np.void], parameters: Parameters) -> None:
    for s, section in SECTIONS.items():
        values = getattr(parameters, s)
        for f, field in section.model_fields.items():
            name = f"{s}_{f}"
            if name not in PACKED.fields:  # type: ignore[operator]
                continue
            value = getattr(values, f)
            if isinstance(value, str):
                record[name] = _choices(field).index(value)
            else:
                record[name] = value * PER_DAY.get(_extra(field).get("unit", ""), 1.0)


def _extra(field: Any) -> dict[str, Any]:
    return field.json_schema_extra or {}
