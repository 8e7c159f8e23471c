"""Dominance: the share of points of a study at which one scenario is higher than another.

All scenarios of a study are run at the same points on the same seeds, so their means are compared point by point.
"""

from typing import Any

import pandas as pd

from kith.experiments.statistics.shares import wilson

LEVEL = 0.95


def orders(points: pd.DataFrame, outcomes: tuple[str, ...]) -> pd.DataFrame:
    """One row per outcome and scenario other than the first: the share of points at which the first is higher.

    Columns outcome, first, other, points, more (points), share, low, high: Wilson's interval, as for
    worlds that were drawn. Points at which either is undefined or both are equal do not count.

    Parameters
    ----------
    points : `kith.experiments.studies.results.points_frame`.
    outcomes : columns of it.
    """
    names = list(points["scenario"].unique())
    rows: list[dict[str, Any]] = []
    for outcome in outcomes if len(names) > 1 else ():
        means = points.pivot(index="point", columns="scenario", values=outcome)
        for other in names[1:]:
            differ = means[names[0]] - means[other]
            more, known = int((differ > 0).sum()), int((differ.notna() & (differ != 0)).sum())
            if known:
                share = wilson(more, known, LEVEL)._asdict()
                share["share"] = share.pop("value")
                rows.append(
                    {"outcome": outcome, "first": names[0], "other": other, "points": known, "more": more}
                    | share
                )
    columns = ["outcome", "first", "other", "points", "more", "share", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
