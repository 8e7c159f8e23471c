"""Purchases: what members spend, where the log has values."""

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, exact, quotient, share, unknown
from kith.experiments.evidence.observation import Observed
from kith.experiments.evidence.participation import gini
from kith.experiments.evidence.survival import INACTIVITY

NAMES = ("value_total", "value_per_purchase", "value_per_buyer", "repeat_buyers", "value_gini")


def purchases(o: Observed) -> dict[str, Estimate]:
    """Values of the actions that have one."""
    known = np.zeros(len(o.member), bool) if o.value is None else np.isfinite(o.value)
    if o.value is None or not known.any():
        return dict.fromkeys(NAMES, unknown("the log has no values"))
    who, value = o.member[known], o.value[known]
    bought = np.bincount(who, minlength=o.members)
    spent = np.bincount(who, weights=value, minlength=o.members)
    few = f"too few buyers were followed for {INACTIVITY} days"
    out = {
        "value_total": exact(value.sum()),
        "value_per_purchase": quotient(spent, bought, f"{known.sum()} purchases, {LEAST} are needed"),
        "value_per_buyer": quotient(spent, bought > 0, f"{(bought > 0).sum()} buyers, {LEAST} are needed"),
        "repeat_buyers": share(bought > 1, (bought > 0) & (o.followed >= INACTIVITY), few),
    }
    if (bought > 0).sum() < LEAST or (value < 0).any() or not value.sum() > 0:
        return out | {"value_gini": unknown("needs 10 buyers and no negative values")}
    unequal = gini(np.where(bought > 0, spent, 0))

    def among_buyers(times: np.ndarray) -> float:
        return unequal(times * (bought > 0))

    return out | {"value_gini": Estimate(among_buyers(np.ones(o.members)), weighted=among_buyers)}
