"""Behaviour of one's own, which worker processes import by its name."""

import pandas as pd

from kith.sim.results.indicators import Indicator
from kith.sim.results.record import Record
from kith.sim.results.snapshot import Snapshot
from kith.sim.state.columns import declare, read, write
from kith.sim.state.community import Community


def tire(c: Community) -> None:
    """Everybody loses some habit each day."""
    declare(c, "tired")[:] += 1.0
    rows = c.population.rows()
    write(c, "habit", rows, 0.5 * read(c, "habit", rows))


def scandal(c: Community) -> None:
    """Everybody is dissatisfied."""
    rows = c.population.rows()
    write(c, "satisfaction", rows, 0.0 * read(c, "satisfaction", rows))


def _share(s: Snapshot) -> float:
    return float((read(s.c, "habit", s.rows) < 0.1).mean()) if len(s.rows) else float("nan")


weary = Indicator("weary", "share", "members awake with hardly a habit", _share)


def habits(record: Record) -> pd.DataFrame:
    """Belonging of who is awake, by layer."""
    awake = record.members[record.members["awake"]]
    return awake.groupby("layer", observed=True)["belonging"].mean().reset_index()
