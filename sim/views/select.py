"""Selection of members by an expression over columns or a boolean array."""

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.sim.schema.parameter_set import ParameterError


def chosen(
    condition: str | npt.ArrayLike, size: int, column: Callable[[str], npt.NDArray[Any]]
) -> npt.NDArray[np.bool_]:
    """A mask of the members that a condition selects, shape (size,).

    Parameters
    ----------
    condition : an expression over columns, or a boolean array
    size : number of members in the set
    column : name -> the column over these members, shape (size,)

    Raises
    ------
    AttributeError
        If an expression names a column that does not exist.
    ParameterError
        If the condition is not one True or False for each member.
    """
    shown = repr(condition) if isinstance(condition, str) else f"an array of shape {np.shape(condition)}"
    mask = np.asarray(_evaluated(condition, column) if isinstance(condition, str) else condition)
    if mask.dtype != bool or mask.shape != (size,):
        raise ParameterError(
            f"select by {shown}: must be True or False for each of {size} members, such as "
            "'belonging > 0.5 and contributions > 3' or a boolean array"
        )
    return mask


def _evaluated(expression: str, column: Callable[[str], npt.NDArray[Any]]) -> Any:
    """The expression evaluated by pandas over the columns that it names."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise ParameterError(f"select by {expression!r}: {error.msg}; write a Python expression") from None
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    frame = pd.DataFrame({name: column(name) for name in sorted(named)})
    return frame.eval(expression.strip(), engine="python") if named else None
