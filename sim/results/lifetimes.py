"""Lifetime value: discounted margin per membership from observed survival and margin by tenure.

Survival is estimated per month of tenure from exits and member-days, with late entry: a
founder counts from its tenure on day 0. Months of tenure without observations carry the last
observed hazard and margin forward.
"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt

HORIZON_MONTHS = 24
DISCOUNT_PER_YEAR = 0.10

type Numbers = npt.NDArray[np.float64]


def by_tenure(
    entry: Numbers, end: Numbers, ended: npt.NDArray[np.bool_], months: int
) -> tuple[Numbers, Numbers]:
    """Member-days and exits per month of tenure, shapes (months,); entry and end are tenures in days."""
    edges = 30.0 * np.arange(months + 1)
    exposure = np.array(
        [
            np.clip(np.minimum(end, hi) - np.maximum(entry, lo), 0.0, None).sum()
            for lo, hi in pairwise(edges.tolist())
        ]
    )
    exits, _ = np.histogram(end[ended], bins=edges)
    return exposure, exits.astype(float)


def carried_forward(values: Numbers, known: npt.NDArray[np.bool_]) -> Numbers:
    """Each unknown value replaced by the last known one before it."""
    if not known.any():
        return np.full(len(values), np.nan)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    last[last < 0] = int(np.argmax(known))
    return values[last]


def discounted_margins(exposure: Numbers, exits: Numbers, margin: Numbers) -> Numbers:
    """Expected discounted margin (EUR) of a new membership in each month of tenure, shape (24,)."""
    known = exposure >= 30.0
    safe = np.maximum(exposure, 1e-9)
    hazard = carried_forward(exits / safe, known)
    per_day = carried_forward(margin / safe, known)
    stay = np.exp(-30.0 * hazard)
    start = np.concatenate([[1.0], np.cumprod(stay)[:-1]])
    days = np.where(hazard > 0, (1.0 - stay) / np.maximum(hazard, 1e-12), 30.0)
    months = np.arange(len(exposure))
    return start * days * per_day * (1.0 + DISCOUNT_PER_YEAR) ** (-(months + 0.5) / 12.0)
