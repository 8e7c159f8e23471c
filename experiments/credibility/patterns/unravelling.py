"""SF7: where members need a number of ties, a community collapses abruptly and does not recover.

A web in which everybody can have ten ties, so that degrees are similar (a heavy tail smooths the
collapse). The number of ties needed rises by one every 60 days, then falls back to none. In a
second arm the web is frozen from a day on: the remaining members must be the K-core of its graph.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.scenarios.load import load
from kith.sim.results.record import Record

START, STEP, HIGHEST = 360, 60, 8
BACK = START + STEP * HIGHEST
RECOVERY = 180
SETTLED, CORE = 60, 5
"days in which the still web unravels, and ties needed in it"
NARROW: dict[str, Any] = {"bonding__capacity_min": 10.0, "bonding__capacity_shape": 50.0}


def arms(size: Size) -> Mapping[str, Arm]:
    """The ramp, and the web without change."""
    ramp: dict[int, dict[str, Any]] = {
        START + STEP * (k - 1): {"churn.tie_threshold": k} for k in range(1, HIGHEST + 1)
    }
    ramp[BACK] = {"churn.tie_threshold": 0}
    still = {START: {**standstill(), "churn.tie_threshold": CORE}}
    return {
        "ramp": arm("web", BACK + RECOVERY, size, phases=ramp, **NARROW),
        "still": arm("web", START + SETTLED, size, looks=(START,), phases=still, **NARROW),
    }


def standstill() -> dict[str, Any]:
    """Settings under which nothing happens any more, but that those with too few ties leave."""
    from kith.experiments.words.assumptions import changes
    from kith.sim.schema.parameter_set import Parameters

    off = changes(Parameters(), load("still").parameters)
    return {name: value for name, _, value in off if not name.startswith("market.")}


def measure(records: Records) -> Mapping[str, float]:
    """Greatest loss of a step, what half a year brings back, and how far who remains is the core."""
    present = records["ramp"][-1].series["awake"].to_numpy(float)
    before = [present[START + STEP * (k - 1) - 1] for k in range(1, HIGHEST + 2)]
    loss = [1.0 - after / start if start else 0.0 for start, after in pairwise(before)]
    look, end = records["still"]
    return {
        "greatest loss of a step, K ≥ 3": max(loss[2:]),
        "present half a year after, relative to before": float(present[-1] / before[0]),
        "likeness of who remains to the K-core": likeness(look, end),
        "K of the greatest loss": float(max(range(HIGHEST), key=lambda k: loss[k]) + 1),
    }


def likeness(before: Record, after: Record) -> float:
    """Jaccard index of those who remain and the K-core of the graph before."""
    import networkx as nx

    graph = nx.Graph(list(before.ties[["person_a", "person_b"]].itertuples(index=False, name=None)))
    core = set(nx.k_core(graph, CORE).nodes)
    m = after.members
    remain = set(m.loc[m["awake"], "person"])
    return len(core & remain) / len(core | remain) if core | remain else 1.0


PATTERN = Pattern(
    "SF7",
    "unravelling",
    "As more ties become necessary, the community collapses abruptly to the K-core and does not recover.",
    "Garcia, Mavrodiev & Schweitzer 2013, arXiv:1302.6109",
    arms,
    measure,
    (
        Quantity("greatest loss of a step, K ≥ 3", low=0.25),
        Quantity("present half a year after, relative to before", high=0.80),
        Quantity("likeness of who remains to the K-core", low=0.99),
        Quantity("K of the greatest loss"),
    ),
)
