"""The results of many runs as tidy frames: means, intervals, differences, bands, health."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from kith.experiments.errors import ComparisonError
from kith.experiments.runs.runner import RunResult
from kith.experiments.statistics.intervals import LEAST_RUNS, Floats, mean_interval, paired
from kith.sim.results.definitions import DEFINITIONS, describe
from kith.sim.schema.fields import nearest

OUTCOMES = (
    "active",
    "present",
    "churn_month_mean",
    "retention_90d",
    "referral_velocity",
    "referral_share",
    "participation_rate",
    "belonging",
    "satisfaction",
    "ties_per_member",
    "clustering",
    "hub_dependence",
    "revenue",
    "margin",
    "ncv",
    "ltv",
)
"""The outcomes of a comparison by default; the first is the main outcome."""

BAND = (0.05, 0.95)
"""Quantiles over runs between which a band is drawn."""

RESOLVED, OPEN, SAME, UNJUDGED = "resolved", "open", "same", "unjudged"
"""Verdicts of a difference: the interval excludes zero, or includes it, all pairs are equal, or too few runs."""


def check_outcomes(names: Sequence[str]) -> None:
    """Raise `ComparisonError` for a name that is no indicator."""
    for name in names:
        try:
            describe(name)
        except (KeyError, ValueError):
            close = nearest(name, DEFINITIONS)
            hint = f"; did you mean {close}?" if close else ""
            raise ComparisonError(f"unknown indicator {name}{hint}") from None


def outcome_table(
    values: pd.DataFrame, labels: tuple[str, ...], seeds: tuple[int, ...], outcomes: tuple[str, ...]
) -> pd.DataFrame:
    """One row per outcome and scenario.

    Columns: outcome, scenario, unit, n (runs in which it is defined), mean, low, high, pairs (runs in
    which it is defined in both scenarios), difference from the first scenario with difference_low and
    difference_high, variance_removed, prob_greater, resolved, runs_needed. The reference has no
    difference. What needs an interval is undefined where there is none, see `kith.experiments.statistics.intervals`.
    """
    rows = []
    by_label = {label: _arm(values, label, seeds, outcomes) for label in labels}
    for outcome in outcomes:
        arms = {label: arm[outcome] for label, arm in by_label.items()}
        rows += [
            _row(outcome, label, arms[labels[0]], arm, label == labels[0]) for label, arm in arms.items()
        ]
    return pd.DataFrame(rows)


def verdict(row: Mapping[Any, Any] | pd.Series) -> str:
    """The verdict of a row of `outcome_table`, the same wherever it is shown."""
    if row["resolved"]:
        return RESOLVED
    if not math.isnan(row["runs_needed"]):
        return OPEN
    return SAME if row["difference"] == 0 and row["pairs"] >= LEAST_RUNS else UNJUDGED


def bands(
    done: Sequence[RunResult],
    of: Callable[[RunResult], Mapping[str, pd.Series]] = lambda o: o.series,
    together: bool = False,
) -> pd.DataFrame:
    """Median and 90 % band over runs of the series that `of` gives, by scenario, day and column.

    Where fewer than `LEAST_RUNS` runs are defined there is no band.

    Parameters
    ----------
    done : runs.
    of : name -> series of a run.
    together : end where the first of the runs ends, so that a median of falling curves falls; runs that are not
        known after their first day are not asked.
    """
    parts = []
    for (label, column), group in _by_scenario_and_column(done, of).items():
        days, runs_by_day = _aligned(group)
        if together:
            runs_by_day = _as_long_as_all(runs_by_day)
        low, median, high = _quantiles(runs_by_day)
        parts.append(
            pd.DataFrame(
                {
                    "scenario": label,
                    "day": days,
                    "column": column,
                    "median": median,
                    "low": low,
                    "high": high,
                }
            )
        )
    if not parts:
        return pd.DataFrame(columns=["scenario", "day", "column", "median", "low", "high"])
    return pd.concat(parts, ignore_index=True)


def _as_long_as_all(runs_by_day: Floats) -> Floats:
    """Undefined on every day on which one of the runs is, but for runs that never were defined after the first."""
    known = runs_by_day[:, ~np.isnan(runs_by_day[1:]).all(axis=0)]
    return np.where(np.isnan(known).any(axis=1, keepdims=True), np.nan, known) if known.size else runs_by_day


def _aligned(group: Sequence[pd.Series]) -> tuple[pd.Index, Floats]:
    """Days, and the values of each run on each of them, shape (days, runs)."""
    days = group[0].index
    if all(series.index is days or series.index.equals(days) for series in group[1:]):
        return days, np.column_stack([series.to_numpy(float) for series in group])
    frame = pd.concat(group, axis=1)
    return frame.index, frame.to_numpy(float)


def _quantiles(runs_by_day: Floats) -> tuple[Floats, Floats, Floats]:
    """Low, median and high over runs; undefined runs are left out, and where all are, so is the day."""
    quantiles = (BAND[0], 0.5, BAND[1])
    known = ~np.isnan(runs_by_day)
    bands = np.full((3, len(runs_by_day)), np.nan)
    if known.all():
        bands[:] = np.quantile(runs_by_day, quantiles, axis=1)
    else:
        some = known.any(axis=1)
        bands[:, some] = np.nanquantile(runs_by_day[some], quantiles, axis=1)
    low, median, high = bands
    few = known.sum(axis=1) < LEAST_RUNS
    low[few], high[few] = np.nan, np.nan
    return low, median, high


def typical_half_width(low: pd.Series, high: pd.Series) -> float:
    """The smallest half-width of some intervals that has one, but no less than a tenth of the widest.

    Numbers in one column are rounded to the digits of this one.
    """
    halves = ((high - low) / 2).dropna()
    if not (halves > 0).any():
        return 0.0 if len(halves) else math.nan
    return max(float(halves[halves > 0].min()), float(halves.max()) / 10)


def nulled(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The row as plain values; numbers that JSON does not have become None."""
    return {str(name): _plain(value) for name, value in row.items()}


def _row(outcome: str, label: str, reference: Floats, arm: Floats, is_reference: bool) -> dict[str, Any]:
    mean = mean_interval(arm)
    gap = paired(reference, np.full_like(arm, np.nan) if is_reference else arm)
    return {
        "outcome": outcome,
        "scenario": label,
        "unit": describe(outcome)[0],
        "n": mean.n,
        "mean": mean.mean,
        "low": mean.low,
        "high": mean.high,
        "pairs": gap.n,
        "difference": gap.difference,
        "difference_low": gap.low,
        "difference_high": gap.high,
        "variance_removed": gap.variance_removed,
        "prob_greater": gap.prob_greater,
        "resolved": gap.resolved,
        "runs_needed": gap.runs_needed,
    }


def _arm(
    values: pd.DataFrame, label: str, seeds: tuple[int, ...], outcomes: tuple[str, ...]
) -> dict[str, Floats]:
    """The outcomes of every seed, NaN where the run failed or the indicator is undefined."""
    runs = values[values["scenario"] == label].set_index("seed").reindex(list(seeds))
    missing = np.full(len(seeds), np.nan)
    return {name: runs[name].to_numpy(float) if name in runs else missing for name in outcomes}


def _by_scenario_and_column(
    done: Sequence[RunResult], of: Callable[[RunResult], Mapping[str, pd.Series]]
) -> dict[tuple[str, str], list[pd.Series]]:
    groups: dict[tuple[str, str], list[pd.Series]] = {}
    for outcome in done:
        for column, values in of(outcome).items():
            groups.setdefault((outcome.key, column), []).append(values)
    return groups


def mean_by(
    done: Sequence[RunResult], labels: tuple[str, ...], of: Callable[[RunResult], dict[str, float]]
) -> pd.DataFrame:
    """What `of` gives, by scenario as means over runs; 0 where a scenario never has it."""
    means = {label: pd.DataFrame([of(o) for o in done if o.key == label]).mean() for label in labels}
    return pd.DataFrame(means).fillna(0.0)


def health_table(done: Sequence[RunResult]) -> pd.DataFrame:
    """One row per scenario and health check: the mean value, and the share of runs that met it."""
    checks = pd.DataFrame([{"scenario": o.key, **check} for o in done for check in o.health])
    if checks.empty:
        return checks
    checks["met"] = checks["met"].map({True: 1.0, False: 0.0}).astype(float)
    checks["value"] = checks["value"].astype(float)
    grouped = checks.groupby(["scenario", "name"], sort=False)
    return grouped.agg(
        indicator=("indicator", "first"),
        unit=("unit", "first"),
        target=("target", "first"),
        note=("note", "first"),
        value=("value", "mean"),
        met=("met", "mean"),
        runs=("met", "count"),
    ).reset_index()


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
