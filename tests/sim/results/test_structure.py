"""Clustering, components and cores agree with NetworkX on the same ties."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.results import structure
from kith.sim.state.decay import fading
from kith.sim.state.population import MEMBER
from kith.sim.state.ties import Ties, allocate, strengthen

N = 14
FADE = fading(10.0, 50)
edges = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), max_size=60)

type Edges = list[tuple[int, int]]


def graph_and_slots(pairs: Edges) -> tuple[nx.Graph, np.ndarray, Ties]:
    """The same ties as a NetworkX graph and as slots; strength 0.5 on day 0."""
    members, ties = np.zeros(N, MEMBER), Ties()
    graph = nx.empty_graph(N)
    for row in range(N):
        members["person"][row] = row
        members["capacity"][row] = N
        members["slots"][row] = allocate(ties.pool, ties.top, ties.free, N)
    for a, b in pairs:
        if a != b:
            graph.add_edge(a, b)
            strengthen(members, ties.pool, ties.count, a, b, 0.5, 0.0, 0, FADE)
    return graph, members, ties


ROWS = np.arange(N)


@given(edges)
def test_clustering_is_networkx_mean_over_members_with_two_ties(pairs: Edges) -> None:
    graph, members, ties = graph_and_slots(pairs)
    local = [c for node, c in nx.clustering(graph).items() if graph.degree(node) >= 2]
    ours = structure.mean_clustering(members, ties.pool, ROWS)
    if local:
        assert ours == pytest.approx(float(np.mean(local)), abs=1e-12)
    else:
        assert math.isnan(ours)


@given(edges)
def test_the_largest_component_is_networkx(pairs: Edges) -> None:
    graph, members, ties = graph_and_slots(pairs)
    assert structure.largest_component(members, ties.pool, ROWS) == max(
        map(len, nx.connected_components(graph))
    )


@given(edges)
def test_the_greatest_core_is_networkx(pairs: Edges) -> None:
    graph, members, ties = graph_and_slots(pairs)
    assert structure.greatest_core(members, ties.pool, ROWS) == max(nx.core_number(graph).values())


@given(edges, st.integers(0, 9), st.integers(1, 3))
def test_strong_ties_are_those_above_the_bound_today(pairs: Edges, day: int, enough: int) -> None:
    graph, members, ties = graph_and_slots(pairs)
    having = structure.have_strong_ties(members, ties.pool, ROWS, day, FADE, 0.3, enough)
    assert having == sum(graph.degree(k) >= enough and 0.5 * FADE[day] > 0.3 for k in range(N))


def test_nobody_has_no_structure() -> None:
    _, members, ties = graph_and_slots([])
    nobody = np.empty(0, np.int64)
    assert structure.largest_component(members, ties.pool, nobody) == 0
    assert structure.greatest_core(members, ties.pool, nobody) == 0
    assert math.isnan(structure.mean_clustering(members, ties.pool, nobody))
