"""What pointing at lines over time reads: the value of every scenario on a day."""

from collections.abc import Iterable

import pandas as pd
from matplotlib.axes import Axes

from kith.experiments.charts.axes import short
from kith.experiments.charts.theme import Hover
from kith.experiments.words import wording

MOST_READ = 100
"""Days that pointing at a line can read."""


def by_day(axes: Axes, data: pd.DataFrame, labels: Iterable[str], unit: str) -> Hover:
    """The value of every scenario on each day that was kept."""
    known = data.pivot(index="day", columns="scenario", values="median")
    names = [label for label in labels if label in known]
    days = known.index[:: max(1, len(known) // MOST_READ)]
    return Hover(
        axes,
        "x",
        [float(day) for day in days],
        [
            f"day {day:,.0f}: "
            + ", ".join(
                f"{short(name, 24)} {wording.number(float(known.loc[day, name]), unit)}" for name in names
            )
            for day in days
        ],
    )
