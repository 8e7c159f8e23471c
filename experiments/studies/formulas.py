"""Formulas in study files: arithmetic and comparisons over levers, and nothing else.

A formula is parsed by Python and evaluated here, node by node, so that an untrusted study
file cannot execute code.
"""

import ast
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from kith.experiments.errors import StudyError
from kith.sim.schema.fields import nearest

LONGEST = 400
"characters of a formula"

BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {"min": min, "max": max, "abs": abs}


class Formula:
    """A formula such as `referral.reward_giver + 2 * monetisation.price <= budget`."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise StudyError(f"formula {text[:40]}…: is longer than {LONGEST} characters")
        try:
            with warnings.catch_warnings():  # of odd numbers and strings, which are refused below or harmless
                warnings.simplefilter("ignore")
                self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise StudyError(
                f"formula {text}: cannot be read; write arithmetic and comparisons, such as 'a + 2 * b <= 10'"
            ) from None

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The value for one point; `values` by name of lever.

        Raises
        ------
        StudyError
            If the formula names something else, or cannot be computed.
        """
        return self._computed(values, lambda: self._value(self._tree, values))

    def _computed[T](self, values: Mapping[str, Any], compute: Callable[[], T]) -> T:
        """What `compute` gives, or one sentence about why it gives nothing."""
        try:
            return compute()
        except RecursionError:
            raise StudyError(f"formula {self.text}: is nested too deeply; write it shorter") from None
        except (TypeError, ValueError, ArithmeticError) as error:
            if isinstance(error, StudyError):
                raise
            shown = ", ".join(f"{name} = {value}" for name, value in values.items() if name in self.names)
            where = f" where {shown}" if shown else ""
            raise StudyError(f"formula {self.text}: cannot be computed ({error}){where}") from None

    @property
    def names(self) -> tuple[str, ...]:
        """The variables of the formula, each once."""
        called = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        inner = {id(node.value) for node in ast.walk(self._tree) if isinstance(node, ast.Attribute)}
        nodes = [n for n in ast.walk(self._tree) if isinstance(n, ast.Name | ast.Attribute)]
        return tuple(dict.fromkeys(ast.unparse(n) for n in nodes if id(n) not in called | inner))

    def excess(self, values: Mapping[str, Any]) -> float:
        """How far it is from holding: a − b for `a <= b`; else 1 where it is false, 0 where it is true."""
        match self._tree:
            case ast.Compare(left, [ast.Lt() | ast.LtE()], [right]):
                pass
            case ast.Compare(right, [ast.Gt() | ast.GtE()], [left]):
                pass
            case _:
                return 0.0 if self(values) else 1.0
        return self._computed(
            values, lambda: float(_number(self._value(left, values)) - _number(self._value(right, values)))
        )

    def _value(self, node: ast.expr, values: Mapping[str, Any]) -> Any:
        def of(inner: ast.expr) -> Any:
            return self._value(inner, values)

        match node:
            case ast.Constant(value=int() | float() | str() as value):
                return value
            case ast.Name() | ast.Attribute():
                return self._looked_up(ast.unparse(node), values)
            case ast.BinOp(left, op, right) if type(op) in BINARY:
                return BINARY[type(op)](_number(of(left)), _number(of(right)))
            case ast.UnaryOp(ast.USub(), inner):
                return -_number(of(inner))
            case ast.UnaryOp(ast.Not(), inner):
                return not of(inner)
            case ast.BoolOp(op, inner):
                return (all if isinstance(op, ast.And) else any)(of(operand) for operand in inner)
            case ast.Compare():
                return self._compared(node, values)
            case ast.Call(ast.Name(name), arguments, []) if name in FUNCTIONS and arguments:
                return FUNCTIONS[name](*(of(argument) for argument in arguments))
        raise StudyError(
            f"formula {self.text}: {ast.unparse(node)} is not allowed; "
            "use + - * /, comparisons, and, or, not, min, max and abs"
        )

    def _compared(self, node: ast.Compare, values: Mapping[str, Any]) -> bool:
        """Also chains such as `1 <= a < b`."""
        sides = [self._value(side, values) for side in (node.left, *node.comparators)]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if type(op) not in COMPARED:
                raise StudyError(f"formula {self.text}: compare with < <= > >= == or !=")
            if not COMPARED[type(op)](left, right):
                return False
        return True

    def _looked_up(self, name: str, values: Mapping[str, Any]) -> Any:
        if name in values:
            return values[name]
        close = nearest(name, values)
        hint = f"did you mean {close}?" if close else f"choose from: {', '.join(values)}"
        raise StudyError(f"formula {self.text}: {name} is not a lever of this study; {hint}")


def _number(value: Any) -> Any:
    """The value, if it can be computed with: words can only be compared."""
    if isinstance(value, str):
        raise TypeError(f"{value!r} is a word, and words can only be compared")
    return value
