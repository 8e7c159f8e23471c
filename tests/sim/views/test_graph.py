"""The live graph is a networkx.Graph: its algorithms give on it what they give on a plain copy."""

import copy
import io
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import networkx as nx
import numpy as np
import pytest

from kith.sim.checkpoints.checkpoint import resume, save
from kith.sim.engine import Simulation
from kith.sim.results import structure
from kith.sim.schema.plan import Plan
from kith.sim.state import columns, decay
from kith.sim.views.graph import TieGraph, graph_of
from kith.sim.views.member_fields import FIELDS

type PlanOf = Callable[..., Plan]

MARKET = {"market": {"size": 300, "founders": 90}, "churn": {"base_hazard": 0.01}}


@pytest.fixture(scope="module")
def lived(plan_of: PlanOf) -> Iterator[Simulation]:
    """A small web, forty days old, of whom some have left."""
    simulation = Simulation(plan_of("web", "busy", **MARKET), seed=5, days=60, events=False)
    simulation.advance(40)
    yield simulation
    simulation.close()


@pytest.fixture(scope="module")
def live(lived: Simulation) -> TieGraph:
    return graph_of(lived.community)


@pytest.fixture(scope="module")
def plain(live: TieGraph) -> nx.Graph:
    """The same, built edge by edge, without a method of the live graph's own."""
    graph = nx.Graph(**live.graph)
    for person in live.nodes:
        graph.add_node(person, **{name: live.nodes[person][name] for name in live.nodes[person]})
    for a, b in live.edges:
        graph.add_edge(a, b, weight=live[a][b]["weight"], day=live[a][b]["day"])
    return graph


def as_sets(groups: Any) -> set[frozenset[Any]]:
    return {frozenset(group) for group in groups}


def core_of(graph: nx.Graph) -> nx.Graph:
    return graph.subgraph(max(nx.connected_components(graph), key=len))


def ends(graph: nx.Graph) -> tuple[int, int]:
    members = sorted(core_of(graph))
    return members[0], members[-1]


def graphml(graph: nx.Graph) -> str:
    out = io.BytesIO()
    nx.write_graphml_xml(graph, out)
    return out.getvalue().decode()


def gexf(graph: nx.Graph) -> list[str]:
    return [line for line in nx.generate_gexf(graph) if "lastmodified" not in line]


def edges(graph: nx.Graph) -> list[Any]:
    return sorted(((*sorted(edge, key=str), weight) for *edge, weight in graph.edges(data="weight")), key=str)


ALGORITHMS: dict[str, Callable[[nx.Graph], Any]] = {
    "components": lambda g: as_sets(nx.connected_components(g)),
    "biconnected components": lambda g: as_sets(nx.biconnected_components(g)),
    "articulation points": lambda g: set(nx.articulation_points(g)),
    "bridges": lambda g: as_sets(nx.bridges(g)),
    "core numbers": nx.core_number,
    "k-core": lambda g: edges(nx.k_core(g, 2)),
    "k-truss": lambda g: edges(nx.k_truss(g, 3)),
    "onion layers": nx.onion_layers,
    "clustering": nx.clustering,
    "weighted clustering": lambda g: nx.clustering(g, weight="weight"),
    "transitivity": nx.transitivity,
    "triangles": nx.triangles,
    "square clustering": nx.square_clustering,
    "degree": lambda g: dict(g.degree),
    "weighted degree": lambda g: dict(g.degree(weight="weight")),
    "degree histogram": nx.degree_histogram,
    "density": nx.density,
    "degree centrality": nx.degree_centrality,
    "betweenness": nx.betweenness_centrality,
    "weighted betweenness": lambda g: nx.betweenness_centrality(g, weight="weight"),
    "edge betweenness": nx.edge_betweenness_centrality,
    "closeness": nx.closeness_centrality,
    "harmonic centrality": nx.harmonic_centrality,
    "eigenvector centrality": lambda g: nx.eigenvector_centrality(g, max_iter=5000, weight="weight"),
    "PageRank": nx.pagerank,
    "HITS": nx.hits,
    "constraint": lambda g: nx.constraint(core_of(g)),
    "effective size": lambda g: nx.effective_size(core_of(g)),
    "shortest path": lambda g: nx.shortest_path(g, *ends(g)),
    "Dijkstra": lambda g: nx.dijkstra_path_length(g, *ends(g), weight="weight"),
    "all shortest path lengths": lambda g: dict(nx.all_pairs_shortest_path_length(g)),
    "eccentricity": lambda g: nx.eccentricity(core_of(g)),
    "average shortest path": lambda g: nx.average_shortest_path_length(core_of(g)),
    "breadth first": lambda g: list(nx.bfs_edges(g, ends(g)[0])),
    "depth first": lambda g: list(nx.dfs_preorder_nodes(g, ends(g)[0])),
    "degree assortativity": nx.degree_assortativity_coefficient,
    "attribute assortativity": lambda g: nx.attribute_assortativity_coefficient(g, "channel"),
    "numeric assortativity": lambda g: nx.numeric_assortativity_coefficient(g, "contributions"),
    "neighbours' degree": nx.average_neighbor_degree,
    "rich club": lambda g: nx.rich_club_coefficient(g, normalized=False),
    "greedy communities": lambda g: as_sets(nx.community.greedy_modularity_communities(g)),
    "Louvain communities": lambda g: as_sets(nx.community.louvain_communities(g, seed=1)),
    "label propagation": lambda g: as_sets(nx.community.label_propagation_communities(g)),
    "modularity": lambda g: nx.community.modularity(g, list(nx.connected_components(g))),
    "cliques": lambda g: as_sets(nx.find_cliques(g)),
    "minimum spanning tree": lambda g: edges(nx.minimum_spanning_tree(g)),
    "maximal matching": lambda g: as_sets(nx.maximal_matching(g)),
    "greedy colouring": nx.greedy_color,
    "Jaccard": lambda g: list(nx.jaccard_coefficient(g, [ends(g)])),
    "common neighbours": lambda g: sorted(nx.common_neighbors(g, *next(iter(g.edges)))),
    "subgraph": lambda g: edges(g.subgraph(list(g)[:40])),
    "subgraph of edges": lambda g: edges(g.edge_subgraph(list(g.edges)[:30])),
    "ego graph": lambda g: edges(nx.ego_graph(g, ends(g)[0], radius=2)),
    "complement": lambda g: edges(nx.complement(g.subgraph(list(g)[:20]))),
    "line graph": lambda g: nx.line_graph(g).number_of_edges(),
    "relabelled": lambda g: edges(nx.convert_node_labels_to_integers(g)),
    "to directed": lambda g: sorted(g.to_directed().edges(data="weight")),
    "copy": lambda g: (dict(g.copy().nodes(data=True)), edges(g.copy())),
    "GraphML": graphml,
    "GEXF": gexf,
    "node-link data": nx.node_link_data,
    "adjacency data": nx.adjacency_data,
    "edge list": lambda g: list(nx.generate_edgelist(g, data=["weight"])),
    "dict of dicts": nx.to_dict_of_dicts,
    "SciPy": lambda g: nx.to_scipy_sparse_array(g, weight="weight").toarray().tolist(),
    "NumPy": lambda g: nx.to_numpy_array(g).tolist(),
    "pandas": lambda g: nx.to_pandas_edgelist(g).to_dict(),
    "Laplacian": lambda g: nx.laplacian_matrix(g).toarray().tolist(),
    "spring layout": lambda g: {n: tuple(xy) for n, xy in nx.spring_layout(g, seed=1).items()},
    "isomorphism hash": nx.weisfeiler_lehman_graph_hash,
}


def test_they_are_more_than_forty() -> None:
    assert len(ALGORITHMS) > 40


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.filterwarnings("ignore:The hashes produced:UserWarning")
def test_an_algorithm_gives_what_it_gives_on_a_plain_graph(
    name: str, live: TieGraph, plain: nx.Graph
) -> None:
    algorithm = ALGORITHMS[name]
    assert algorithm(live) == algorithm(plain)


def test_the_graph_is_not_trivial(live: TieGraph) -> None:
    assert live.number_of_nodes() > 60
    assert live.number_of_edges() > 100
    assert nx.transitivity(live) > 0


# What it shows


def test_its_edges_are_the_ties_of_the_record(lived: Simulation, live: TieGraph) -> None:
    ties = lived.record().ties
    expected = [
        tuple(row) for row in ties[["person_a", "person_b", "strength", "day"]].itertuples(index=False)
    ]
    ours = sorted((min(a, b), max(a, b), d["weight"], d["day"]) for a, b, d in live.edges(data=True))
    assert ours == expected


def test_its_nodes_are_present_members_in_the_order_of_their_addresses(
    lived: Simulation, live: TieGraph
) -> None:
    members = lived.record().members
    present = members[members["left_day"].isna()]
    assert list(live) == present["person"].tolist()
    assert len(present) < len(members)
    belonging = nx.get_node_attributes(live, "belonging")
    assert list(belonging.values()) == pytest.approx(present["belonging"].tolist(), rel=1e-12)
    assert [live.nodes[p]["contributions"] for p in live] == present["contributions"].tolist()


def test_attributes_are_the_record_brought_to_today(lived: Simulation, live: TieGraph) -> None:
    c = lived.community
    rows = c.population.rows()
    records, address = c.population.members[rows], c.population.address[rows]
    assert (records["settled"] < c.day).any()
    decay.advance_all(records, address, c.day, c.decay, c.p)
    for name in FIELDS:
        ours = [live.nodes[person][name] for person in address.tolist()]
        np.testing.assert_allclose(ours, records[name], rtol=1e-6, err_msg=name)


def test_structure_indicators_agree_with_it(lived: Simulation, live: TieGraph) -> None:
    c = lived.community
    rows, members, pool = c.population.rows(), c.population.members, c.ties.pool
    several = [value for node, value in nx.clustering(live).items() if live.degree(node) >= 2]
    assert structure.mean_clustering(members, pool, rows) == pytest.approx(np.mean(several))
    assert structure.largest_component(members, pool, rows) == len(core_of(live))
    assert structure.greatest_core(members, pool, rows) == max(nx.core_number(live).values())


def test_it_lives_with_the_community(plan_of: PlanOf) -> None:
    simulation = Simulation(plan_of("web", "busy", **MARKET), seed=2, days=40, events=False)
    graph = graph_of(simulation.community)
    person = next(iter(graph))
    neighbours = graph.adj[person]
    for _ in range(4):
        simulation.advance(10)
        ties = simulation.record().ties
        assert graph.number_of_edges() == len(ties)
        if person in graph:
            mine = ties[(ties["person_a"] == person) | (ties["person_b"] == person)]
            assert len(neighbours) == len(mine)
    gone = simulation.record().members
    gone = gone.loc[gone["left_day"].notna(), "person"].iloc[0]
    assert (gone in graph) == (simulation.community.market.row[gone] >= 0)


def test_a_resumed_run_has_the_same_graph(lived: Simulation, live: TieGraph, tmp_path: Any) -> None:
    save(lived, tmp_path / "half.kith")
    again = graph_of(resume(tmp_path / "half.kith").community)
    assert nx.utils.graphs_equal(again, live)


def test_columns_that_a_step_has_added_are_attributes(plan_of: PlanOf) -> None:
    simulation = Simulation(plan_of("web"), days=5)
    c = simulation.community
    c.columns["height"] = np.arange(len(c.market.row))
    graph = graph_of(c)
    assert nx.get_node_attributes(graph, "height") == {person: person for person in graph}
    assert graph.copy().nodes[next(iter(graph))]["height"] == next(iter(graph))


def test_node_data_is_of_the_moment_of_the_look(plan_of: PlanOf) -> None:
    simulation = Simulation(plan_of("web"), seed=2, days=5, events=False)
    simulation.advance(1)
    graph = graph_of(simulation.community)
    person = next(iter(graph))
    before = graph.nodes[person]
    kept = dict(before)
    columns.write(simulation.community, "habit", simulation.community.population.rows(), 0.5)
    assert before == kept
    assert graph.nodes[person]["habit"] == 0.5 != before["habit"]


def test_node_data_can_be_copied_in_any_way(live: TieGraph, plain: nx.Graph) -> None:
    member = next(iter(live))
    expected = plain.nodes[member]
    ways: dict[str, Callable[[Any], Any]] = {
        "dict": dict,
        "unpacking": lambda d: {**d},
        "arguments": lambda d: dict(**d),
        "items": lambda d: dict(d.items()),
        "names and values": lambda d: dict(zip(d, d.values(), strict=True)),
        "one by one": lambda d: {name: d[name] for name in d},
        "get": lambda d: {name: d.get(name) for name in d},
        "copy": lambda d: d.copy(),
        "deep copy": copy.deepcopy,
        "pickle": lambda d: pickle.loads(pickle.dumps(d)),
    }
    for name, way in ways.items():
        assert way(live.nodes[member]) == expected, name
    assert live.nodes[member] == expected
    assert live.nodes[member] == live.nodes[member] != {}
    assert len(live.nodes[member]) == len(expected)
    assert "height" not in live.nodes[member]


def test_ties_are_read_when_they_are_asked_for(plan_of: PlanOf) -> None:
    simulation = Simulation(plan_of("web", "busy", **MARKET), seed=2, days=40, events=False)
    simulation.advance(10)
    graph, pool = graph_of(simulation.community), simulation.community.ties.pool
    kept = dict(graph.adjacency())
    walk = graph.adjacency()
    assert next(walk)
    pool["strength"] *= 0.5
    for person, neighbours in walk:
        assert dict(neighbours.items()) == {other: graph.edges[person, other] for other in neighbours}
    pool["strength"] *= 0.5
    assert {p: dict(kept[p].items()) for p in kept} == {p: dict(graph[p]) for p in graph}
    simulation.advance(30)
    assert {p: dict(kept[p]) for p in graph if p in kept} == {p: dict(graph[p]) for p in graph if p in kept}
    assert nx.to_dict_of_dicts(graph) == {p: dict(graph[p]) for p in graph}


# Whom it does not show


@pytest.mark.parametrize("stranger", [-1, -300, 10**6, "anna", "hub", 1.5, None, (1, 2)])
def test_a_stranger_is_no_node(live: TieGraph, plain: nx.Graph, stranger: Any) -> None:
    member = next(iter(live))
    for graph in (live, plain):
        assert stranger not in graph
        assert not graph.has_edge(member, stranger)
        assert not graph.has_edge(stranger, member)
        assert stranger not in graph[member]
        assert graph.get_edge_data(member, stranger, "none") == "none"
        assert graph.get_edge_data(stranger, member) is None
        with pytest.raises(KeyError):
            graph[stranger]
        with pytest.raises(KeyError):
            graph.nodes[stranger]
        with pytest.raises(nx.NetworkXError):
            graph.neighbors(stranger)


def test_whoever_never_joined_or_has_left_is_no_node(lived: Simulation, live: TieGraph) -> None:
    outside = np.flatnonzero(lived.community.market.row < 0).tolist()
    assert outside
    assert not any(person in live for person in outside)
    member = next(iter(live))
    a, b = next(iter(live.edges))
    assert live.get_edge_data(a, b) == live[a][b] == live[b][a]
    assert not any(live.has_edge(member, p) or live.has_edge(p, member) for p in [*outside, member])
    with pytest.raises(KeyError):
        live.nodes[member]["height"]


# Figures


@pytest.fixture(scope="module")
def figured(plan_of: PlanOf) -> TieGraph:
    simulation = Simulation(plan_of("hub", "busy", affiliation={"peers": 0.6}, **MARKET), seed=5, days=30)
    simulation.advance()
    return graph_of(simulation.community, hub=True, organisation=True)


@pytest.mark.parametrize(
    "name", ["components", "degree", "weighted degree", "betweenness", "copy", "GraphML"]
)
def test_figures_are_nodes_like_others(name: str, figured: TieGraph) -> None:
    assert ALGORITHMS[name](figured) == ALGORITHMS[name](nx.Graph(figured.copy()))


def test_figures_are_tied_to_members_by_their_bonds(figured: TieGraph) -> None:
    members = [node for node in figured if not isinstance(node, str)]
    assert [node for node in figured if isinstance(node, str)] == ["hub", "organisation"]
    assert len(figured) == len(members) + 2
    for figure, field in (("hub", "hub"), ("organisation", "activity")):
        bonds = {m: figured.nodes[m][field] for m in members if figured.nodes[m][field] > 0}
        assert {m: figured[figure][m]["weight"] for m in figured[figure]} == bonds
        assert all(figured.has_edge(m, figure) and figured[m][figure]["weight"] == bonds[m] for m in bonds)
        assert len(bonds) > 10
    assert not figured.has_edge("hub", "organisation")
    assert figured.get_edge_data(members[0], "hub") == figured["hub"].get(members[0])
    assert figured.nodes["hub"] == {"presence": 1.0}
    assert "hub" not in graph_of(figured._columns.c, organisation=True)


# Writing


WRITING: dict[str, Callable[[nx.Graph], Any]] = {
    "add_node": lambda g: g.add_node(1),
    "add_nodes_from": lambda g: g.add_nodes_from([1]),
    "remove_node": lambda g: g.remove_node(1),
    "remove_nodes_from": lambda g: g.remove_nodes_from([1]),
    "add_edge": lambda g: g.add_edge(1, 2),
    "add_edges_from": lambda g: g.add_edges_from([(1, 2)]),
    "add_weighted_edges_from": lambda g: g.add_weighted_edges_from([(1, 2, 0.5)]),
    "remove_edge": lambda g: g.remove_edge(1, 2),
    "remove_edges_from": lambda g: g.remove_edges_from([(1, 2)]),
    "update": lambda g: g.update([(1, 2)]),
    "clear": lambda g: g.clear(),
    "clear_edges": lambda g: g.clear_edges(),
    "edge data": lambda g: g.edges[next(iter(g.edges))].update(weight=1.0),
    "an edge's weight": lambda g: g.edges[next(iter(g.edges))].__setitem__("weight", 1.0),
    "node data": lambda g: nx.set_node_attributes(g, 1, "height"),
    "edge attributes": lambda g: nx.set_edge_attributes(g, 1, "height"),
    "swaps": lambda g: nx.double_edge_swap(g, seed=1),
}


@pytest.mark.parametrize("name", WRITING)
def test_writing_raises_and_names_what_to_use(name: str, live: TieGraph) -> None:
    before = live.copy()
    with pytest.raises(nx.NetworkXError, match=r"strengthen_pairs.*Community\.release.*graph\.copy\(\)"):
        WRITING[name](live)
    assert nx.utils.graphs_equal(live, before)


def test_whatever_is_made_from_it_is_plain_and_can_be_changed(live: TieGraph) -> None:
    made = [live.copy(), live.to_undirected(), copy.deepcopy(live), pickle.loads(pickle.dumps(live))]
    for graph in made:
        assert type(graph) is nx.Graph
        assert nx.utils.graphs_equal(graph, live)
        graph.add_edge(1, 2, weight=0.5)
        graph.edges[1, 2]["weight"] = 0.25
        a, b = next(iter(live.edges))
        graph.edges[a, b]["weight"] = 0.125
        assert live.edges[a, b]["weight"] != 0.125
    assert nx.is_frozen(live)
    assert type(live.__class__()) is nx.Graph
