"""Choice: which members of a set are meant by an expression over columns, or by an array."""

import ast
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.sim.schema.parameters import ParameterError

if TYPE_CHECKING:
    from kith.sim.views.members import MemberSet


def chosen(members: "MemberSet", condition: str | npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether each member of the set is meant, shape (n,).

    Raises
    ------
    AttributeError
        If an expression names a column that does not exist.
    ParameterError
        If the condition is not one True or False for each member.
    """
    told = repr(condition) if isinstance(condition, str) else f"an array of shape {np.shape(condition)}"
    answer = np.asarray(_evaluated(members, condition) if isinstance(condition, str) else condition)
    if answer.dtype != bool or answer.shape != (len(members),):
        raise ParameterError(
            f"select by {told}: must be True or False for each of {len(members)} members, such as "
            "'belonging > 0.5 and contributions > 3' or a boolean array"
        )
    return answer


def _evaluated(members: "MemberSet", expression: str) -> Any:
    """What pandas makes of the expression, over the columns that it names."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise ParameterError(f"select by {expression!r}: {error.msg}; write it as Python") from None
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    frame = pd.DataFrame({name: members.column(name) for name in sorted(named)})
    return frame.eval(expression.strip(), engine="python") if named else None
