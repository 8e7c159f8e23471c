"""The answer in one sentence, with its uncertainty."""

from typing import TYPE_CHECKING, Any

from kith.experiments.statistics.intervals import LEAST_RUNS, no_interval
from kith.experiments.words import wording

if TYPE_CHECKING:
    import pandas as pd

    from kith.experiments.comparison.comparison import Comparison

COUNTS = ("members", "people", "ties")


def comparison_answer(comparison: "Comparison") -> str:
    """The result for the main outcome: each scenario compared with the reference."""
    outcome, reference = comparison.outcomes[0], comparison.reference
    if not comparison.judged:
        return f"{_means(comparison, outcome)}; {no_interval()}."
    noun = wording.title(outcome)
    clauses = [
        _clause(comparison.row(outcome, label), label, noun if place == 0 else "")
        for place, label in enumerate(comparison.labels[1:])
    ]
    start = f"Compared with {reference} after {wording.plural(comparison.days, 'day')}"
    based = f"In brackets: 95 % intervals from {wording.plural(comparison.runs, 'paired run')}."
    return f"{start}, {'; '.join(clauses)}. {based}"


def brief_answer(comparison: "Comparison") -> str:
    """The intervals of the main outcome so far, for a line above a progress bar."""
    outcome = comparison.outcomes[0]
    intervals = []
    for label in comparison.labels[1:]:
        row = comparison.row(outcome, label)
        span = wording.span(row["difference_low"], row["difference_high"], row["unit"], sign=True)
        intervals.append(f"{label} {span}")
    return f"{wording.title(outcome)}: {', '.join(intervals)}"


def run_answer(record: Any) -> str:
    """The state at the end of the run, and that a single run has no interval."""
    summary = record.summary
    active, present, dormant = (
        wording.number(float(summary.get(name, float("nan"))), "members")
        for name in ("active", "present", "dormant")
    )
    start = f"After {wording.plural(record.days, 'day')}, {active} of {present} present members are active"
    if summary.get("dormant", 0.0) > 0.0:
        start += f" and {dormant} have fallen silent"
    reason = main_cause(record.leaving)
    why = f"; the most frequent reason to stop coming was “{reason}”" if reason else "; nobody stopped coming"
    return f"{start}{why}. This is a single run with one random seed; an interval needs several."


def main_cause(leaving: dict[str, float]) -> str:
    """The most frequent cause of leaving or falling silent in words, or an empty text if nobody did."""
    cause, count = max(leaving.items(), key=lambda item: item[1], default=("", 0.0))
    return wording.CAUSES.get(cause, cause) if count > 0 else ""


def _means(comparison: "Comparison", outcome: str) -> str:
    rows = [comparison.row(outcome, label) for label in comparison.labels]
    means = [f"{row['scenario']} {_with_unit(row['mean'], row['unit'])}" for row in rows]
    return f"After {wording.plural(comparison.days, 'day')}, mean {wording.title(outcome)}: {wording.listed(means)}"


def _clause(row: "pd.Series", label: str, noun: str) -> str:
    """One scenario compared with the reference; `noun` is empty in all clauses but the first."""
    low, high, unit = row["difference_low"], row["difference_high"], row["unit"]
    within_noun = f" in {noun}" if noun else ""
    if low != low:
        return _without_interval(row, label, within_noun)
    if not row["resolved"]:
        return (
            f"{label} shows no resolved difference{within_noun} ({wording.span(low, high, unit, sign=True)})"
        )
    size = wording.number(abs(row["difference"]), unit, (high - low) / 2).replace(" %", " percentage points")
    near, far = sorted((abs(low), abs(high)))
    more = row["difference"] > 0
    within = wording.span(near, far, unit).replace(" %", "")
    if unit in COUNTS:
        return f"{label} has {size} {'more' if more else 'fewer'} {noun}".strip() + f" ({within})"
    size = f"{size} {wording.unit_of(unit)}".strip()
    return f"in {label} {noun or 'it'} is {size} {'higher' if more else 'lower'} ({within})"


def _without_interval(row: "pd.Series", label: str, within_noun: str) -> str:
    """One scenario compared with the reference where there is no interval: too few pairs, or all equal."""
    if row["pairs"] == 0:
        return f"{label} cannot be compared{within_noun}"
    unit = "" if row["unit"] in COUNTS else wording.unit_of(row["unit"])
    size = f"{wording.signed(row['difference'], row['unit'])} {unit}".strip()
    if row["pairs"] < LEAST_RUNS:
        return f"{label} differs by {size}{within_noun} ({no_interval()})"
    return f"{label} differs by {size}{within_noun} in every run (all differences equal: no interval)"


def _with_unit(value: float, unit: str) -> str:
    return f"{wording.number(value, unit)} {wording.unit_of(unit) if unit not in COUNTS else ''}".strip()


def thinly_defined(comparison: "Comparison") -> list[str]:
    """A sentence on outcomes that are undefined in some of the runs: in how many each is defined; none if all are."""
    table = comparison.table
    thin = table[table["n"] < comparison.runs]
    if thin.empty:
        return []
    words = [
        f"{wording.title(outcome)} in "
        + wording.listed([f"{row.scenario} ({row.n:.0f})" for row in rows.itertuples(index=False)])
        for outcome, rows in thin.groupby("outcome", sort=False)
    ]
    return [f"Defined in fewer than {comparison.runs} runs: {'; '.join(words)}."]
