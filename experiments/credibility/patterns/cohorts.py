"""What several patterns ask of the memberships of a record."""

from typing import Any

import numpy as np
import pandas as pd

from kith.sim.results.record import Record


def newcomers(record: Record) -> pd.DataFrame:
    """Memberships begun during the run."""
    return record.members[record.members["channel"] != "founder"]


def done_between(before: Record, after: Record, column: str = "contributions") -> Any:
    """By how much a count of each membership in `after` has grown since `before`, (memberships,)."""
    key = ["person", "spell"]
    was = before.members.set_index(key)[column]
    now = after.members.set_index(key)[column]
    return (now - was.reindex(now.index).fillna(0)).to_numpy(float)


def spells(members: pd.DataFrame, end: int) -> tuple[Any, Any]:
    """Days from joining until memberships first fell silent or ended, half a day added, and which did by day `end`."""
    ended = members["lapsed_day"].notna().to_numpy()
    last = np.where(ended, members["lapsed_day"].to_numpy(float), end - 1.0)
    return last - members["joined_day"].to_numpy(float) + 0.5, ended
