"""Seating the founders in the rows of the population."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.luck import GRAPH_NETWORK, library_seed
from kith.sim.processes.founding.drawn import found_as_newcomers, found_by_draw
from kith.sim.processes.founding.history import enter_counts
from kith.sim.processes.founding.logged import found_from_log
from kith.sim.processes.founding.persons import addresses
from kith.sim.schema.graphs import Graph
from kith.sim.state.community import Community
from kith.sim.state.dormancy.asleep_before import asleep_before
from kith.sim.state.money.founders import begin_bills, would_pay


def seat_founders(c: Community) -> None:
    """Seat the founders in rows 0 … n-1, in ascending address, settled or as newcomers whatever their number."""
    log = c.plan.founding
    n = len(log) if log is not None else c.parameters.market.founders
    asleep = days = np.zeros(0, np.int64)
    asked = addresses(c, n) if n else np.zeros(0, np.int64)
    pays = would_pay(c, asked)
    seat = asked[pays]
    c.plan_founders = len(seat)
    if len(seat):
        network = _network(c, n, pays)
        if log is not None:
            asleep, days = found_from_log(c, asked, log, pays)
        elif c.parameters.market.founders_are == "newcomers":
            found_as_newcomers(c, seat, network)
        else:
            found_by_draw(c, seat, network)
        enter_counts(c)
        begin_bills(c, asleep)
        if len(asleep):
            asleep_before(c, asleep, days)
    c.count_active()


def _network(c: Community, n: int, pays: npt.NDArray[np.bool_]) -> Graph | None:
    """The graph of the ties of n founders, if the plan has one, without those who would not pay the fee."""
    if c.plan.network is None:
        return None
    graph = c.plan.network.drawn(library_seed(c.key, GRAPH_NETWORK), n)
    if pays.all():
        return graph
    there = np.zeros(max(n, graph.people), np.bool_)
    there[:n] = pays
    number = np.cumsum(there) - 1
    kept = there[graph.first] & there[graph.second]
    ends = number[graph.first[kept]], number[graph.second[kept]]
    return replace(
        graph, people=int(pays.sum()), first=ends[0], second=ends[1], strength=graph.strength[kept]
    )
