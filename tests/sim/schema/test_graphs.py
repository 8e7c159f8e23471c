"""Graphs to begin with: neighbours as lists, choices among them, and runs that are saved with them."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kith.sim.checkpoints.checkpoint import resume, save
from kith.sim.engine import Simulation, run
from kith.sim.kernels.luck import key_of
from kith.sim.schema.graphs import Generator, Graph, graph_from
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan
from kith.sim.state.market import neighbour

KEY = key_of(4)
PEOPLE = 12
edges = st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1)), max_size=40)


def graph(pairs: list[tuple[int, int]]) -> Graph:
    whole = nx.empty_graph(PEOPLE)
    whole.add_edges_from(pairs)
    return graph_from(whole, "graph", PEOPLE)


def choices(one: Graph, days: int = 300) -> list[list[int]]:
    """Whom each person picks on each day, -1 for nobody."""
    starts, known = one.neighbours(PEOPLE)
    return [[int(neighbour(KEY, i, day, 0, starts, known)) for day in range(days)] for i in range(PEOPLE)]


@given(edges)
def test_neighbour_lists_are_those_of_networkx(pairs: list[tuple[int, int]]) -> None:
    starts, known = graph(pairs).neighbours(PEOPLE + 3)
    plain = nx.empty_graph(PEOPLE + 3)
    plain.add_edges_from((a, b) for a, b in pairs if a != b)
    ours = [known[starts[i] : starts[i + 1]].tolist() for i in range(PEOPLE + 3)]
    assert ours == [sorted(plain[i]) for i in range(PEOPLE + 3)]


def test_all_neighbours_are_as_likely_to_be_chosen() -> None:
    picked = choices(graph([(0, k) for k in range(1, 6)]), days=5000)[0]
    counts = np.bincount(picked, minlength=6)
    assert counts[0] == 0
    assert np.abs(counts[1:] - 1000).max() < 5 * np.sqrt(800)  # five standard errors


def test_who_is_chosen_changes_only_where_the_graph_does() -> None:
    before = [(0, k) for k in range(1, 6)] + [(7, 8), (7, 9)]
    one, other = choices(graph(before)), choices(graph([*before, (0, 6)]))
    changed = [(i, day) for i in range(PEOPLE) for day in range(300) if one[i][day] != other[i][day]]
    assert {i for i, _ in changed} == {0, 6}
    assert all(other[0][day] == 6 for i, day in changed if i == 0)
    assert 20 < sum(i == 0 for i, _ in changed) < 90  # about one in six


def test_who_has_no_neighbour_chooses_nobody() -> None:
    assert set(choices(graph([(0, 1)]))[5]) == {-1}


@pytest.fixture
def plan(plan_of: Callable[..., Plan]) -> Plan:
    market = {"acquaintances": "graph", "size": 300, "founders": 60}
    generators = {
        "network": Generator("watts_strogatz_graph", {"n": 60, "k": 4, "p": 0.2}),
        "acquaintances": Generator("gnp_random_graph", {"n": 300, "p": 0.05}),
    }
    return plan_with(plan_of("web", "busy"), market, generators)


def plan_with(plan: Plan, market: dict[str, object], graphs: dict[str, Generator]) -> Plan:
    parameters = plan.parameters.model_copy(
        update={"market": plan.parameters.market.model_copy(update=market)}
    )
    return replace(plan, phases=((0, parameters),), **graphs)


def test_a_run_with_graphs_keeps_every_law_on_any_number_of_threads(
    plan: Plan, difference: Callable[..., list[str]]
) -> None:
    one = run(plan, seed=3, days=60, check=True)
    assert difference(one, run(plan, seed=3, days=60, threads=2)) == []
    assert one.series["referral_joins"].sum() > 10


def test_a_saved_run_goes_on_with_its_graphs(
    plan: Plan, difference: Callable[..., list[str]], tmp_path: Path
) -> None:
    given = replace(plan, network=graph_from(nx.karate_club_graph(), "karate", 60))
    for one in (plan, given):
        simulation = Simulation(one, seed=3, days=50)
        simulation.advance(20)
        save(simulation, tmp_path / "run.kith")
        again = resume(tmp_path / "run.kith")
        again.advance()
        assert difference(again.record(), run(one, seed=3, days=50)) == []
        assert again.run_id == run(one, seed=3, days=50).run_id


def test_plans_that_cannot_be_are_refused(plan: Plan) -> None:
    with pytest.raises(ParameterError, match="34 nodes but there are only 20 people"):
        graph_from(nx.karate_club_graph(), "karate", 20)
    with pytest.raises(ParameterError, match="karate has 34 nodes but there are only 10 people"):
        plan_with(
            plan,
            {"founders": 10},
            {"network": graph_from(nx.karate_club_graph(), "karate", 60)},  # type: ignore[dict-item]
        )
    with pytest.raises(ParameterError, match='market.acquaintances is "ring"; set it to "graph"'):
        plan_with(plan, {"acquaintances": "ring"}, {})
    with pytest.raises(ParameterError, match="needs a graph"):
        replace(plan, acquaintances=None)


def test_a_run_without_a_graph_does_without_networkx(root: Path) -> None:
    small = {"market.size": 200, "market.founders": 30}
    code = (
        "import sys; from kith import load; from kith import run\n"
        f"run(load('web', overrides={small}), days=2); assert 'networkx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, timeout=300)
