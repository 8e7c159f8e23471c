"""The round trip: a community is simulated, its log written, and another founded from it, beside the first.

What founding from a log loses shows in the difference: the same day, the same parameters, and 60 more days
of both. From the full log everything can be compared; a log of posts and answers shows those who have
written, who are therefore compared with the same people in the original.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.scenarios.load import load
from kith.scenarios.logs.founding import read_log
from kith.sim.engine import Simulation
from kith.sim.schema.founding import Founding
from kith.sim.state.community import Community
from kith.sim.state.layers import WINDOW

POSTS = ("post", "answer")
"what a log of posts shows"
FULL, FEW = "full log", "posts only"
TABLES = {
    FULL: (
        "members",
        "awake",
        "ties per awake member",
        "days since joining, mean",
        "members after 60 days",
        "awake after 60 days",
        "active after 60 days",
        "ties per awake member after 60 days",
        "churn of those awake at founding",
    ),
    FEW: ("members", "awake", "active after 60 days", "churn of those awake at founding"),
}
"log -> what is compared"

type Persons = npt.NDArray[np.int64]
type Values = dict[str, float]


@dataclass(frozen=True)
class RoundTrip:
    """One seed: what the original and the community founded from each log come to, by name."""

    original: dict[str, Values]
    founded: dict[str, Values]


def round_trip(
    seed: int,
    scenario: str = "web",
    settings: Mapping[str, Any] | None = None,
    days: int = 200,
    more: int = 60,
) -> RoundTrip:
    """Simulate, write both logs on a day, found from each, and go on with all three."""
    settings = settings or {"market.size": 2_000, "market.founders": 150}
    first = Simulation(load(scenario, settings, days=days + more), seed)
    first.advance(days)
    logs, writers = _logs_of(first)
    groups = {FULL: _present(first.community), FEW: np.intersect1d(writers, _present(first.community))}
    original = {name: _at_founding(first.community, who, name == FULL, days) for name, who in groups.items()}
    awake = {name: _awake(first.community, who) for name, who in groups.items()}
    first.advance()
    for name, who in groups.items():
        original[name] |= _later(first.community, who, awake[name], name == FULL)
    people = {"market.size": first.community.plan.parameters.market.size}
    founded = {name: _founded(scenario, people, log, more, seed, name == FULL) for name, log in logs.items()}
    return RoundTrip(original, founded)


def _logs_of(simulation: Simulation) -> tuple[dict[str, Founding], Persons]:
    """The founders by the full log and by its posts, and who has posted."""
    record = simulation.record()
    with tempfile.TemporaryDirectory() as folder:
        full, posts = Path(folder) / "record", Path(folder) / "posts.parquet"
        record.to_parquet(full)
        events = record.events
        events = events[events["action"].isin(POSTS)]
        events.to_parquet(posts)
        logs = {FULL: read_log(str(full)), FEW: read_log(str(posts))}
    return logs, events["member_id"].str[1:].astype(np.int64).unique()


def _founded(
    scenario: str, settings: Mapping[str, Any], log: Founding, more: int, seed: int, everybody: bool
) -> Values:
    simulation = Simulation(load(scenario, settings, log=log, days=more), seed)
    c = simulation.community
    who = _present(c)
    values, awake = _at_founding(c, who, everybody, 0), _awake(c, who)
    simulation.advance()
    return values | _later(c, who, awake, everybody)


def _present(c: Community) -> Persons:
    """Who is awake or dormant."""
    return np.concatenate([c.population.address[c.population.rows()], c.dormant.person[: c.dormant.count]])


def _awake(c: Community, who: Persons) -> Persons:
    return who[c.market.row[who] >= 0]


def _at_founding(c: Community, who: Persons, everybody: bool, day: int) -> Values:
    awake = _awake(c, who)
    values = {"members": float(len(who)), "awake": float(len(awake))}
    if everybody:
        joined = c.population.members["joined"][c.market.row[awake]]
        values["ties per awake member"] = _ties(c)
        values["days since joining, mean"] = float((day - joined.astype(float)).mean())
    return values


def _later(c: Community, who: Persons, were_awake: Persons, everybody: bool) -> Values:
    rows = c.market.row[who if not everybody else _present(c)]
    rows = rows[rows >= 0]
    active = c.population.last_visit[rows] > c.day - WINDOW
    stopped = c.market.row[were_awake] < 0
    values = {
        "active after 60 days": float(active.sum()),
        "churn of those awake at founding": float(stopped.mean()),
    }
    if everybody:
        values["members after 60 days"] = float(len(_present(c)))
        values["awake after 60 days"] = float(c.population.present)
        values["ties per awake member after 60 days"] = _ties(c)
    return values


def _ties(c: Community) -> float:
    return 2.0 * float(c.ties.count[0]) / max(1, c.population.present)


@dataclass(frozen=True)
class Agreement:
    """One statistic over seeds."""

    original: float
    spread: float
    "standard deviation of the original over seeds"
    founded: float
    difference: float
    "founded less original, mean over seeds"
    error: float
    "standard error of that difference, paired by seed"

    @property
    def agrees(self) -> bool:
        """Whether the means differ by at most two standard deviations of the original over seeds."""
        return abs(self.difference) <= 2.0 * self.spread


def agreement(trips: list[RoundTrip]) -> dict[str, dict[str, Agreement]]:
    """Original and founded over seeds, by log and statistic."""
    out: dict[str, dict[str, Agreement]] = {}
    for log, names in TABLES.items():
        out[log] = {}
        for name in names:
            a = np.array([trip.original[log][name] for trip in trips])
            b = np.array([trip.founded[log][name] for trip in trips])
            out[log][name] = Agreement(
                float(a.mean()),
                float(a.std(ddof=1)),
                float(b.mean()),
                float((b - a).mean()),
                float((b - a).std(ddof=1) / np.sqrt(len(trips))),
            )
    return out


__all__ = ["FEW", "FULL", "TABLES", "Agreement", "RoundTrip", "agreement", "round_trip"]
