"""Arrivals: how many people join on each day, as an input: from a log, a forecast, or a guess."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.schema.parameter_set import ParameterError

MODES = ("beside", "instead")
"beside the channels of acquisition, or instead of them"
MOST_A_DAY = 50_000_000


@dataclass(frozen=True, eq=False)
class Arrivals:
    """How many people join on each day, and whether anybody else joins as well.

    Days beyond the last count bring nobody. Two are equal if they bring the same people.

    Raises
    ------
    ParameterError
        A count is no whole number from 0 to 50 million, there are no counts, or the mode is unknown.
    """

    daily: npt.NDArray[np.int64]
    "joins on each day from day 0 on, (days,)"
    mode: str = "beside"
    "`beside` acquisition, or `instead` of it"
    label: str = ""
    "where the counts come from; no part of a run's name"
    date: str = ""
    "day 0, ISO; empty if they have no date"

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ParameterError(f"arrivals.mode = {self.mode!r:.40}: must be beside or instead")
        object.__setattr__(self, "daily", _whole_counts(self.daily))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Arrivals) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __len__(self) -> int:
        return len(self.daily)

    def total(self, days: int) -> int:
        """People who join within that many days."""
        return int(self.daily[:days].sum())

    def on(self, day: int) -> int:
        """People who join on a day."""
        return int(self.daily[day]) if day < len(self.daily) else 0

    @property
    def replaces_acquisition(self) -> bool:
        """Whether nobody joins but them."""
        return self.mode == "instead"

    @property
    def digest(self) -> str:
        """SHA-256 of mode, date and counts, which identifies them in a run's id."""
        digest = hashlib.sha256(f"{self.mode}|{self.date}|".encode())
        digest.update(self.daily.astype("<i8").tobytes())
        return digest.hexdigest()


def _whole_counts(given: Any) -> npt.NDArray[np.int64]:
    """Counts as an array of its own that nobody can write to, (days,)."""
    try:
        counts = np.asarray(given)
    except ValueError:
        counts = np.empty((0, 0))
    if counts.ndim != 1 or len(counts) == 0 or counts.dtype.kind not in "iuf":
        raise ParameterError(
            f"arrivals = {given!r:.60}: must be a list of whole numbers, the joins on each day, such as [3, 0, 2]"
        )
    bad = np.flatnonzero(~((counts >= 0) & (counts <= MOST_A_DAY) & (counts == np.floor(counts))))
    if len(bad):
        day = int(bad[0])
        raise ParameterError(
            f"arrivals on day {day} = {counts[day]}: must be a whole number from 0 to {MOST_A_DAY:,}"
        )
    daily = counts.astype(np.int64)
    daily.flags.writeable = False
    return daily
