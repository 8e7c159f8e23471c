"""Indicators of a community from its event log, without the state of its members.

A log records who acted when and toward whom. It does not record satisfaction, belonging, money or reasons, and it
cannot distinguish members who left from silent ones. "Lost" therefore means silent for 90 days, and the measures
should be compared with the same measures from the log of a simulated run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from kith.scenarios.logs.events import CONTRIBUTION, EXCHANGE, LEAVE, PRESENCE, Events

MONTH, SEASON, WEEK = 30, 90, 7

type Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Measure:
    """One indicator of a log."""

    name: str
    unit: str
    definition: str
    of: "Callable[[Log], float]"


class Log:
    """An event log as columns of what counts; days from the first event.

    Parameters
    ----------
    events : of `kith.scenarios.logs.events.read_events`.
    visits : whether visits, joins and invitations count as acting; without them only contributions and exchanges
        do, as in a log that holds nothing else.
    """

    def __init__(self, events: Events, visits: bool = True) -> None:
        kept = (events.kind != LEAVE) & (visits | (events.kind != PRESENCE))
        self.actor, self.target = events.actor[kept], events.target[kept]
        self.kind, self.day = events.kind[kept], events.day[kept] - events.day.min()
        self.length = int(events.day.max() - events.day.min()) + 1
        if len(self.actor) == 0:
            raise ValueError("the log has no actions, only departures")
        self.first = pd.Series(self.day).groupby(self.actor).min()
        self.last = pd.Series(self.day).groupby(self.actor).max()

    @property
    def contributions(self) -> npt.NDArray[np.bool_]:
        """Which rows are contributions."""
        return self.kind == CONTRIBUTION

    def acting(self, start: int, end: int) -> Integers:
        """Who acted on the days from start to before end, each once."""
        return np.unique(self.actor[(self.day >= start) & (self.day < end)])

    def ties(self, start: int) -> pd.DataFrame:
        """Pairs of members who acted toward each other from a day on, each pair once."""
        between = (self.target >= 0) & (self.target != self.actor) & (self.day >= start)
        between &= self.contributions | (self.kind == EXCHANGE)
        pairs = np.sort(np.column_stack([self.actor[between], self.target[between]]), axis=1)
        return pd.DataFrame(np.unique(pairs, axis=0) if len(pairs) else pairs, columns=["one", "other"])


def has_visits(events: Events) -> bool:
    """Whether a log records visits without actions."""
    return bool((events.kind == PRESENCE).any())


def measured(log: Log) -> dict[str, float]:
    """Every indicator of a log; NaN where the log is too short or lacks the data."""
    return {measure.name: float(measure.of(log)) for measure in MEASURES}


def monthly(log: Log) -> pd.DataFrame:
    """Active members and newcomers for each complete 30 days: columns day, active, newcomers."""
    starts = range(0, log.length - MONTH + 1, MONTH)
    return pd.DataFrame(
        {
            "day": [start + MONTH for start in starts],
            "active": [len(log.acting(start, start + MONTH)) for start in starts],
            "newcomers": [int(log.first.between(start, start + MONTH - 1).sum()) for start in starts],
        }
    )


def _active(log: Log) -> float:
    return len(log.acting(log.length - MONTH, log.length))


def _newcomers(log: Log) -> float:
    later = int((log.first >= MONTH).sum())
    return later * MONTH / (log.length - MONTH) if log.length >= 2 * MONTH else np.nan


def _lost(log: Log) -> float:
    """Mean over months of the share of those active who then stay silent for 90 days."""
    shares = []
    for start in range(0, log.length - MONTH - SEASON + 1, MONTH):
        there = log.acting(start, start + MONTH)
        again = log.acting(start + MONTH, start + MONTH + SEASON)
        if len(there):
            shares.append(1 - np.isin(there, again).mean())
    return float(np.mean(shares)) if shares else np.nan


def _retention(days: int) -> Callable[[Log], float]:
    def measure(log: Log) -> float:
        old = log.first[(log.first <= log.length - days - MONTH) & (log.first >= MONTH)]
        return float((log.last[old.index] - old >= days).mean()) if len(old) else np.nan

    return measure


def _rate(log: Log) -> float:
    months = monthly(log)
    total = months["active"].sum()
    return float(log.contributions.sum() / total) if total else np.nan


def _counts(log: Log) -> Integers:
    return np.bincount(log.actor[log.contributions]) if log.contributions.any() else np.zeros(0, np.int64)


def _gini(log: Log) -> float:
    counts = np.sort(_counts(log)[_counts(log) > 0])
    n = len(counts)
    return float(2 * (np.arange(1, n + 1) @ counts) / (n * counts.sum()) - (n + 1) / n) if n else np.nan


def _top(log: Log) -> float:
    counts = np.sort(_counts(log)[_counts(log) > 0])[::-1]
    return float(counts[: max(1, round(0.01 * len(counts)))].sum() / counts.sum()) if len(counts) else np.nan


def _replied(log: Log) -> float:
    """Share of newcomers who get an answer within a week of their first contribution."""
    if not (log.target >= 0).any():
        return np.nan
    own = pd.Series(log.day[log.contributions]).groupby(log.actor[log.contributions]).min()
    own = own[(own >= MONTH) & (own < log.length - WEEK)]
    if own.empty:
        return np.nan
    toward = (log.target >= 0) & (log.target != log.actor)
    rows = pd.DataFrame({"who": log.target[toward], "day": log.day[toward]}).join(
        own.rename("first"), on="who"
    )
    soon = rows[(rows["day"] >= rows["first"]) & (rows["day"] <= rows["first"] + WEEK)]
    return float(own.index.isin(soon["who"].unique()).mean())


def _ties(log: Log) -> float:
    there = len(log.acting(log.length - SEASON, log.length))
    return 2 * len(log.ties(log.length - SEASON)) / there if there and (log.target >= 0).any() else np.nan


def _clustering(log: Log) -> float:
    graph = nx.from_pandas_edgelist(log.ties(log.length - SEASON), "one", "other")
    return float(nx.transitivity(graph)) if graph.number_of_edges() else np.nan


MEASURES = (
    Measure("active", "members", "acted in the last 30 days", _active),
    Measure("newcomers_month", "members", "first seen, per 30 days, after the first 30", _newcomers),
    Measure(
        "lost_month",
        "share",
        "of those active in 30 days, silent for the 90 that follow; mean over months",
        _lost,
    ),
    Measure(
        "retention_30d",
        "share",
        "of newcomers, those who act 30 days after their first action or later",
        _retention(30),
    ),
    Measure("retention_90d", "share", "the same after 90 days", _retention(90)),
    Measure("retention_365d", "share", "the same after 365 days", _retention(365)),
    Measure("contributions", "1/month", "contributions per member active in a month", _rate),
    Measure("participation_gini", "-", "Gini coefficient of contributions among contributors", _gini),
    Measure(
        "top1_share", "share", "share of contributions by the most active hundredth of contributors", _top
    ),
    Measure("reply_rate", "share", "newcomers answered within a week of their first contribution", _replied),
    Measure("ties_per_member", "ties", "partners per active member in the last 90 days", _ties),
    Measure("clustering", "share", "transitivity of the exchanges of the last 90 days", _clustering),
)
"""What is measured, in the order in which it is shown."""
