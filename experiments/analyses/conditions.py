"""Conditions on levers in words: `price > 10 and 0.1 < contagion ≤ 0.3`."""

from collections.abc import Mapping

import numpy as np

type Limits = Mapping[str, tuple[float, float]]
"the lowest and the highest value of each lever that a condition is about"


def in_words(limits: Limits, lowest_counts: bool) -> str:
    """A condition; `lowest_counts` says whether the lowest value itself is within it."""
    return " and ".join(_one(name, *ends, lowest_counts) for name, ends in limits.items()) or "anything"


def _one(name: str, low: float, high: float, lowest_counts: bool) -> str:
    if " = " in name:  # a choice, coded as 0 or 1
        return name if low > 0 else name.replace(" = ", " is not ")
    if np.isinf(low):
        return f"{name} ≤ {high:.3g}"
    above, below = ("≥", "≤") if lowest_counts else (">", "<")
    return f"{name} {above} {low:.3g}" if np.isinf(high) else f"{low:.3g} {below} {name} ≤ {high:.3g}"
