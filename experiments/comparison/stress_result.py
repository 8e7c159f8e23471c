"""The result of a stress test, and its words: what is lost to each standard shock, and when it is back."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kith.experiments.comparison.stress_shocks import AFTER
from kith.experiments.statistics.tables import nulled
from kith.experiments.words import wording


@dataclass(frozen=True)
class Stress:
    """What the standard shocks take from each scenario.

    `table` has one row per shock and scenario: `lost` is the share of active members missing at the end
    with its 95 % interval `low` to `high` (negative: more than without the shock), `deepest` the largest
    share missing on any day since, `days_to_half` the days from the shock until half of that was made
    good for the rest of the run, infinite if that has not happened by the end, and NaN where nothing was lost. `applies` is
    false where the shock cannot strike.
    """

    day: int
    days: int
    table: pd.DataFrame

    def row(self, shock: str, scenario: str) -> pd.Series:
        """The row of a shock and a scenario."""
        at = (self.table["shock"] == shock) & (self.table["scenario"] == scenario)
        return self.table[at].iloc[0]

    def mean_loss(self, scenario: str) -> float:
        """The mean share lost over the shocks that strike every scenario."""
        everywhere = self.table.groupby("shock")["applies"].transform("all")
        return float(self.table[everywhere & (self.table["scenario"] == scenario)]["lost"].mean())

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "day": self.day,
            "days": self.days,
            "table": [nulled(row) for row in self.table.to_dict("records")],
        }


@dataclass(frozen=True)
class StressWords:
    """A stress test as every page and screen shows it: cells of (lost, back) by shock, and the mean by scenario."""

    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    "title of the shock, and a cell for each scenario"
    means: tuple[str, ...]
    note: str
    mean_title: str = "mean, where all are struck"


def in_words(result: Stress, labels: Sequence[str]) -> StressWords:
    """The table of a stress test in words, the scenarios in the order of `labels`."""
    rows = []
    for shock, title in result.table.drop_duplicates("shock")[["shock", "title"]].itertuples(index=False):
        struck = [result.row(shock, label) for label in labels]
        rows.append((str(title), tuple((lost_words(row), back_words(row)) for row in struck)))
    means = tuple(wording.per_cent(result.mean_loss(label)) for label in labels)
    return StressWords(tuple(rows), means, explained(result))


def explained(result: Stress) -> str:
    """What the table shows, in two sentences for every page and screen."""
    return (
        f"Each scenario again under six shocks on day {result.day}, on the same seeds. Lost: the share of active members "
        f"missing on the last day, {AFTER} days later, against the same scenario without the shock; in brackets "
        "its 95 % interval. Half back: days from the shock until half of the deepest loss was made good, and stayed so."
    )


def lost_words(row: pd.Series) -> str:
    """`42 % (39 to 44)`, or a dash where the shock cannot strike."""
    if not row["applies"]:
        return wording.DASH
    half = max(0.01, (row["high"] - row["low"]) / 2) if row["high"] == row["high"] else 0.03
    text = wording.number(row["lost"], "share", half)
    interval = wording.span(row["low"], row["high"], "share", half).replace(" %", "")
    return text if interval == wording.DASH else f"{text} ({interval})"


def back_words(row: pd.Series) -> str:
    """When half of the loss was made good, in words; empty where there was none."""
    if math.isinf(row["days_to_half"]):
        return "not back"
    if math.isnan(row["days_to_half"]):
        return "" if not row["applies"] else "no loss"
    return f"half back: {wording.plural(int(row['days_to_half']), 'day')}"
