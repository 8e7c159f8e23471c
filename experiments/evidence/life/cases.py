"""Cases: the logs to which the life of contributors is fitted, and the design that stands for each.

A log shows those who act, from their first action. So a run begins empty on the log's first day, as many
people join as first acted on each day (`Plan.arrivals`), each acts on the day of joining
(`contribution.entry`), and the source's kinds of action are seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kith.experiments.evidence.observation import ObservationModel, Observed, of_record, of_table
from kith.scenarios.load import load
from kith.scenarios.logs.founding import read_log_table
from kith.scenarios.logs.table import MICROSECONDS_PER_DAY
from kith.sim.engine import run
from kith.sim.schema.arrivals import Arrivals
from kith.sim.schema.plan import Plan

SPARE = 10
"people in the market beyond those who arrive"
REPLAYED: dict[str, Any] = {"market.founders": 0, "contribution.entry": 1.0}


@dataclass(frozen=True)
class Case:
    """A log, the preset and the affiliation that stand for its community, and the actions that it shows."""

    log: str
    preset: str
    affiliation: Mapping[str, float]
    actions: tuple[str, ...]


CASES: dict[str, Case] = {
    "chat": Case("chat_docker", "community_core", {"activity": 0.6, "peers": 1.0}, ("post", "answer")),
    "questions": Case("se_emacs_questions", "ugc", {"activity": 1.0, "peers": 0.0}, ("post",)),
    "git": Case("git_networkx", "ugc", {"activity": 1.0, "peers": 0.3}, ("post", "answer")),
}
"a chat room, a site of questions and answers of which the questions are seen, and an open-source project"


def seen_in(case: Case) -> Observed:
    """What the log of a case shows."""
    return of_table(read_log_table(case.log))


def plan_of(case: Case, log: Observed, overrides: Mapping[str, Any], share: float = 1.0) -> Plan:
    """The design of a case under some parameters, with the arrivals of its log, who are a share of its market."""
    first = (log.first - log.start) // MICROSECONDS_PER_DAY
    joins = np.bincount(first, minlength=log.days)
    design = {f"affiliation.{name}": strength for name, strength in case.affiliation.items()}
    size = {"market.size": round(int(joins.sum()) / share) + SPARE}
    plan = load(case.preset, overrides=REPLAYED | size | design | dict(overrides))
    return replace(plan, arrivals=Arrivals(joins, mode="instead", label=case.log), days=log.days)


def simulated(
    case: Case, log: Observed, overrides: Mapping[str, Any], seed: int, share: float = 1.0
) -> Observed:
    """What the source of a case would show of a run."""
    record = run(plan_of(case, log, overrides, share), seed=seed)
    return of_record(record, ObservationModel(actions=case.actions))
