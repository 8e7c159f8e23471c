"""Snapshot: a community at the end of a day, as indicators see it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.state import decay
from kith.sim.state.categories import REPLIED, Cause, Channel
from kith.sim.state.community import Community
from kith.sim.state.layers import WINDOW, layer_names
from kith.sim.state.population import NEVER, NEVER_ASLEEP

type Numbers = npt.NDArray[np.float64]
type Integers = npt.NDArray[np.int64]


class Snapshot:
    """Columns of present members and of all memberships, cached on first access.

    `daily[name]` are the series up to today. W is the last 30 complete days.
    """

    def __init__(
        self,
        community: Community,
        daily: Mapping[str, npt.NDArray[Any]],
        churn_by_month: Sequence[float] = (),
    ) -> None:
        self.c = community
        self.daily = daily
        self.churn_by_month = churn_by_month
        "of those awake when each complete month began, the share dormant or gone at its end"
        self.day = community.day
        self.rows = community.population.rows()

    def member(self, name: str) -> npt.NDArray[Any]:
        """A column of members who are awake, shape (awake,); state and traits in double precision."""
        return _double(self.c.population.members[name][self.rows])

    def membership(self, name: str) -> npt.NDArray[Any]:
        """A column of all memberships: ended, dormant, awake; shape (memberships,)."""
        archive, dormant = self.c.archive, self.c.dormant
        parts = (archive.members[name][: archive.count], dormant.members[name][: dormant.count])
        return np.concatenate([*(_double(part) for part in parts), self.member(name)])

    @cached_property
    def left_day(self) -> Integers:
        """The day on which each membership ended, or a day after the end."""
        archive = self.c.archive
        remaining = len(self.rows) + self.c.dormant.count
        return np.concatenate([archive.left[: archive.count], np.full(remaining, self.day + 1)]).astype(
            np.int64
        )

    @cached_property
    def first_asleep(self) -> Numbers:
        """The day on which each membership first fell silent; NaN for never."""
        first = self.membership("first_asleep").astype(float)
        return np.where(first == NEVER_ASLEEP, np.nan, first)

    @cached_property
    def lapsed_day(self) -> Integers:
        """The day on which each membership first fell silent or ended, or a day after the end."""
        first = self.membership("first_asleep").astype(np.int64)
        return np.where(first == NEVER_ASLEEP, self.left_day, np.minimum(first, self.left_day))

    @cached_property
    def stopped_on(self) -> Integers:
        """The day on which each membership fell silent, if it has not woken, or ended; `NEVER` if it is awake."""
        asleep = self.membership("asleep_on").astype(np.int64)
        ended = np.arange(len(asleep)) < self.c.archive.count
        awake = np.arange(len(asleep)) >= len(asleep) - len(self.rows)
        silent = (asleep != NEVER_ASLEEP) & (asleep >= self.membership("woke_on"))
        return np.where(awake, NEVER, np.where(ended & ~silent, self.left_day, asleep))

    @cached_property
    def stopped_for(self) -> Integers:
        """The cause of what `stopped_on` dates, shape (memberships,)."""
        causes = self.membership("asleep_cause").astype(np.int64)
        n = self.c.archive.count
        left_awake = self.stopped_on[:n] == self.left_day[:n]
        causes[:n] = np.where(left_awake, self.c.archive.cause[:n], causes[:n])
        return causes

    @cached_property
    def left_by_shock(self) -> npt.NDArray[np.bool_]:
        """Memberships that a shock ended in the morning, before the steps of their last day."""
        archive = self.c.archive
        by_shock = archive.cause[: archive.count] == int(Cause.SHOCK)
        return np.concatenate([by_shock, np.zeros(len(self.rows) + self.c.dormant.count, bool)])

    @cached_property
    def joined_day(self) -> Integers:
        """The day on which each membership began; founders' lie before day 0."""
        return self.membership("joined").astype(np.int64)

    @cached_property
    def is_newcomer(self) -> npt.NDArray[np.bool_]:
        """Memberships begun during the run."""
        return self.membership("channel") != int(Channel.FOUNDER)

    @cached_property
    def active(self) -> npt.NDArray[np.bool_]:
        """Present members who visited within W."""
        return self.c.population.last_visit[self.rows] > self.day - WINDOW

    @cached_property
    def _days_since(self) -> Integers:
        return np.clip(self.day - self.member("settled").astype(np.int64), 0, decay.WEEK)

    @cached_property
    def belonging(self) -> Numbers:
        """Belonging at the end of the day."""
        target = self.member("attachment")
        return target + (self.member("belonging") - target) * self.c.decay[self._days_since, decay.BELONGING]

    @cached_property
    def norm(self) -> Numbers:
        """Norm at the end of the day."""
        return 1.0 - (1.0 - self.member("norm")) * self.c.decay[self._days_since, decay.NORM]

    @cached_property
    def contributed_within_window(self) -> npt.NDArray[np.bool_]:
        """Present members who contributed within W."""
        return self.member("last_contribution") > self.day - WINDOW

    @cached_property
    def recent_contributions(self) -> Integers:
        """Contributions of each present member in the last 90 days."""
        persons = np.concatenate([np.empty(0, np.int64), *self.c.recent])
        times = np.bincount(persons, minlength=len(self.c.market.row))
        return times[self.c.population.address[self.rows]]

    @cached_property
    def layer(self) -> npt.NDArray[Any]:
        """The layer of each present member at the end of the day."""
        return layer_names(self.member("internal"), self.member("last_contribution"), self.day)

    def window(self, name: str) -> float:
        """Sum of a daily series over W; NaN before W is complete."""
        values = self.daily[name]
        return float(values[-WINDOW:].sum()) if len(values) >= WINDOW else float("nan")


def gini(values: npt.NDArray[Any]) -> float:
    """Gini coefficient of non-negative values; NaN if they sum to 0."""
    n, total = len(values), float(values.sum())
    if n == 0 or total <= 0.0:
        return float("nan")
    return 2.0 * _ranked_sum(values) / (n * total) - (n + 1) / n


def _ranked_sum(values: npt.NDArray[Any]) -> float:
    """The sum of rank times value, ranks from 1 upward; small whole numbers are counted, not sorted."""
    if values.dtype.kind == "i" and int(values.max()) < len(values):
        count = np.bincount(values)
        last = np.cumsum(count)
        ranks = count * (2 * last - count + 1) / 2.0
        return float(np.dot(ranks, np.arange(len(count))))
    return float(np.dot(np.arange(1, len(values) + 1), np.sort(np.asarray(values, float))))


__all__ = ["NEVER", "REPLIED", "Snapshot", "gini"]


def _double(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return column.astype(float) if column.dtype.kind == "f" else column
