"""pm4py discovers from `record.xes()` who hands work over to whom. It is AGPL, so it is asked in tests alone."""

import os
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise

import pytest

from kith.sim.engine import run
from kith.sim.schema.plan import Plan

pytestmark = [
    pytest.mark.skipif(
        find_spec("pm4py") is None, reason="pm4py is AGPL and installed for development alone"
    ),
    pytest.mark.filterwarnings("ignore"),  # of what pm4py imports
]


def test_handovers_of_work_are_discovered(plan_of: Callable[..., Plan]) -> None:
    os.environ.setdefault("PM4PY_SHOW_BANNER", "0")
    import pm4py

    record = run(plan_of("web", "busy"), seed=4, days=30)
    log = record.xes()
    towards = log[log["kith:target"] != ""].sort_values(["kith:target", "time:timestamp"], kind="stable")
    network = pm4py.discover_handover_of_work_network(
        towards,
        resource_key="org:resource",
        timestamp_key="time:timestamp",
        case_id_key="kith:target",
    )
    handed: dict[tuple[str, str], int] = {}
    for _, case in towards.groupby("kith:target"):
        performers = case["org:resource"].tolist()
        for first, then in pairwise(performers):
            handed[first, then] = handed.get((first, then), 0) + 1
    total = sum(handed.values())
    assert total > 20
    found = {pair: weight for pair, weight in network.connections.items() if weight > 0}
    assert set(found) == set(handed)
    assert all(weight == pytest.approx(handed[pair] / total) for pair, weight in found.items())


def test_the_log_as_it_is_has_a_model_of_its_process(plan_of: Callable[..., Plan]) -> None:
    import pm4py

    log = run(plan_of("web", "busy"), seed=4, days=30).xes()
    follows, begins, _ = pm4py.discover_dfg(log)
    assert sum(begins.values()) == log["case:concept:name"].nunique()
    assert sum(follows.values()) == len(log) - log["case:concept:name"].nunique()
    alone = pm4py.discover_handover_of_work_network(log)  # a case is a member, who performs all its events
    assert {first == then for first, then in alone.connections} == {True}
