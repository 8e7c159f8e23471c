"""Participation: who contributes how much, at which age, on how many days and how far apart."""

from collections.abc import Callable

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, quotient, share, unknown
from kith.experiments.evidence.growth import MONTH
from kith.experiments.evidence.observation import DAY, Floats, Integers, Observed
from kith.experiments.words.wording import plural

AGES = ((8, 30), (31, 90), (91, 180), (181, 365), (366, 730))
"first and last day of age; days 1 to 7 are `again_d1_7` of `survival`"


def participation(o: Observed) -> dict[str, Estimate]:
    """Inequality, contributors, activity by age and the rhythm of active days."""
    return _inequality(o) | _monthly(o) | _by_age(o) | _rhythm(o)


def gini(counts: Integers) -> Callable[[Floats], float]:
    """Gini coefficient, × n / (n − 1), as a function of how often each member counts."""
    order = np.argsort(counts, kind="stable")
    ordered = counts[order].astype(float)

    def measure(times: Floats) -> float:
        weights = times[order]
        n, total = weights.sum(), float((weights * ordered).sum())
        ranked = float((ordered * weights * (np.cumsum(weights) - (weights - 1) / 2)).sum())
        return (2 * ranked / (n * total) - (n + 1) / n) * n / (n - 1)

    return measure


def top(counts: Integers, part: float) -> Callable[[Floats], float]:
    """The share of all actions by the most active part of members, at least one, as a function of weights."""
    order = np.argsort(-counts, kind="stable")
    ordered = counts[order].astype(float)

    def measure(times: Floats) -> float:
        weights = times[order]
        reached = np.cumsum(weights)
        first = max(1, round(part * float(reached[-1])))
        last = int(np.searchsorted(reached, first))
        acted = weights * ordered  # no dot product: threads of BLAS wait for each other on vectors this short
        beyond = (reached[last] - first) * ordered[last]
        return float((acted[: last + 1].sum() - beyond) / acted.sum())

    return measure


def _inequality(o: Observed) -> dict[str, Estimate]:
    top_1, top_10 = top(o.counts, 0.01), top(o.counts, 0.10)

    def next_nine(times: Floats) -> float:
        return top_10(times) - top_1(times)

    def rest(times: Floats) -> float:
        return 1 - top_10(times)

    functions: dict[str, Callable[[Floats], float]] = {
        "gini": gini(o.counts),
        "top1": top_1,
        "top10": top_10,
        "next9": next_nine,
        "rest90": rest,
    }
    if o.members < LEAST:
        return dict.fromkeys(functions, unknown(f"{o.members} members, {LEAST} are needed"))
    everybody = np.ones(o.members)
    return {name: Estimate(function(everybody), weighted=function) for name, function in functions.items()}


def _monthly(o: Observed) -> dict[str, Estimate]:
    months = o.days // MONTH
    active = np.bincount(o.windows(MONTH)[0], minlength=o.members)
    complete = (o.time - o.start) // DAY < months * MONTH
    acted = np.bincount(o.member[complete], minlength=o.members)
    short = f"the log has {plural(o.days, 'day')}, {MONTH} are needed"
    return {
        "monthly_contributors": quotient(active, np.full(o.members, months), short, least=1),
        "actions_per_active_month": quotient(acted, active, short, least=1),
    }


def _by_age(o: Observed) -> dict[str, Estimate]:
    return {
        f"active_d{low}_{high}": share(
            o.acted(low, high + 1), o.followed >= high + 1, f"too few were followed for {high + 1} days"
        )
        for low, high in AGES
    }


def _rhythm(o: Observed) -> dict[str, Estimate]:
    member, day = o.active_days
    active = np.bincount(member, minlength=o.members)
    same = member[1:] == member[:-1]
    gap, whose = (day[1:] - day[:-1])[same].astype(float), member[1:][same]
    out = {
        "active_days": quotient(active, np.ones(o.members), "nobody acts", least=1),
        "actions_per_active_day": quotient(o.counts, active, "nobody acts", least=1),
    }
    for name, part in (("gap_median", 0.5), ("gap_90", 0.9)):
        if len(gap) < LEAST:
            out[name] = unknown(f"{len(gap)} gaps between active days, {LEAST} are needed")
        else:
            quantile = _quantile(gap, whose, part)
            out[name] = Estimate(quantile(np.ones(o.members)), weighted=quantile)
    return out


def _quantile(values: Floats, whose: Integers, part: float) -> Callable[[Floats], float]:
    """The smallest value that so large a part of all does not exceed, as a function of weights of members."""
    order = np.argsort(values, kind="stable")
    ordered, owner = values[order], whose[order]

    def measure(times: Floats) -> float:
        reached = np.cumsum(times[owner])
        if reached[-1] == 0:
            return float("nan")
        return float(ordered[np.searchsorted(reached, part * reached[-1] - 1e-9)])

    return measure
