"""A scenario names a graph: founders are tied as in it, or people know each other as in it."""

import gzip
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load
from kith.scenarios.network import READERS
from kith.sim.engine import Simulation, run
from kith.sim.kernels.luck import key_of, library_seed
from kith.sim.schema.graphs import Generator, Graph, draw
from kith.sim.schema.parameter_set import ParameterError
from kith.sim.schema.plan import Plan
from kith.sim.state.conservation import check_laws
from kith.sim.views.graph import graph_of

type Write = Callable[..., Path]

SMALL = {"market.size": 400}


def network_of(plan: Plan) -> Graph:
    assert isinstance(plan.network, Graph)
    return plan.network


def pairs(graph: Graph) -> set[tuple[int, int]]:
    return set(zip(graph.first.tolist(), graph.second.tolist(), strict=True))


def tied(plan: Plan, seed: int = 1) -> nx.Graph:
    """The ties on the morning of day 0."""
    simulation = Simulation(plan, seed=seed, days=1, events=False)
    check_laws(simulation.community)
    return graph_of(simulation.community).copy()


# Generators


def test_founders_are_tied_as_the_generator_says(write: Write) -> None:
    text = '[network]\ngenerator = "watts_strogatz_graph"\nk = 6\np = 0.1\nseed = 4\nstrength = 0.25\n'
    plan = load(write(text + "[market]\nfounders = 80\nsize = 400"))
    ours, theirs = tied(plan), nx.watts_strogatz_graph(80, 6, 0.1, seed=4)
    assert nx.faster_could_be_isomorphic(ours, theirs)
    assert nx.is_isomorphic(ours, theirs)
    assert {data["weight"] for _, _, data in ours.edges(data=True)} == {0.25}


def test_without_a_seed_the_graph_comes_from_the_luck_of_the_run(write: Write) -> None:
    plan = load(write('[network]\ngenerator = "gnp_random_graph"\np = 0.1'), {"market.founders": 60} | SMALL)
    assert isinstance(plan.network, Generator)
    theirs = [nx.gnp_random_graph(60, 0.1, seed=library_seed(key_of(seed), 0)) for seed in (1, 2)]
    ours = [tied(plan, seed) for seed in (1, 2)]
    assert all(nx.is_isomorphic(a, b) for a, b in zip(ours, theirs, strict=True))
    assert not nx.is_isomorphic(*ours)
    assert nx.utils.graphs_equal(tied(plan, 1), ours[0])


def test_the_kth_node_is_the_kth_founder_to_be_chosen_by_hash() -> None:
    """Two graphs that differ by one edge give ties that differ by one tie."""
    path, cycle = nx.path_graph(30), nx.cycle_graph(30)
    one, other = (tied(load("web", SMALL, network=graph)) for graph in (path, cycle))
    assert set(one) == set(other)
    (more,) = set(map(frozenset, other.edges)) - set(map(frozenset, one.edges))
    assert {one.degree(person) for person in more} == {1}
    assert sorted(one) != list(nx.dfs_preorder_nodes(one, min(more)))


def test_there_are_as_many_founders_as_nodes_unless_somebody_said_so(write: Write) -> None:
    text = '[network]\ngenerator = "karate_club_graph"\n'
    plan = load(write(text))
    assert (plan.parameters.market.founders, plan.origin["market.founders"]) == (34, "network")
    more = load(write(text + "[market]\nfounders = 50\nsize = 400"))
    assert sorted(dict(tied(more).degree).values())[:16] == [0] * 16
    assert len(run(more, days=5).members) >= 50


def test_weights_above_one_are_divided_by_the_greatest_with_a_word() -> None:
    plan = load("web", SMALL, network=nx.karate_club_graph())
    assert network_of(plan).notes == ("weights are divided by their maximum, 7",)
    ours = sorted(data["weight"] for _, _, data in tied(plan).edges(data=True))
    theirs = sorted(data["weight"] / 7 for _, _, data in nx.karate_club_graph().edges(data=True))
    assert ours == pytest.approx(theirs, rel=1e-6)


def test_of_more_ties_than_a_member_can_keep_the_strongest_stay() -> None:
    star = nx.star_graph(200)
    nx.set_edge_attributes(star, {(0, k): k / 200 for k in range(1, 201)}, "weight")
    weights = sorted(data["weight"] for _, _, data in tied(load("web", SMALL, network=star)).edges(data=True))
    assert weights == pytest.approx([k / 200 for k in range(51, 201)], rel=1e-6)


def test_ties_of_a_graph_are_there_in_every_design() -> None:
    plans = [load(name, SMALL, network=nx.cycle_graph(40)) for name in ("pool", "hub", "web")]
    assert {tied(plan).number_of_edges() for plan in plans} == {40}


def test_the_example_runs_and_its_keys_can_be_set() -> None:
    lattice = load("small_world", {"network.p": 0, "market.founders": 60} | SMALL)
    assert nx.average_clustering(tied(lattice)) == pytest.approx(0.6)
    assert (
        nx.average_clustering(tied(load("small_world", {"network.p": 1, "market.founders": 60} | SMALL)))
        < 0.3
    )


# Extending


def test_a_file_changes_a_key_and_another_generator_begins_anew(write: Write) -> None:
    write('[network]\ngenerator = "watts_strogatz_graph"\nk = 4\np = 0.1\nseed = 1', "base.toml")
    changed = load(write('extends = "base.toml"\n[network]\nk = 2'))
    assert network_of(changed).label == "watts_strogatz_graph(n=1000, k=2, p=0.1, seed=1)"
    other = load(write('extends = "base.toml"\n[network]\ngenerator = "cycle_graph"'))
    assert network_of(other).label == "cycle_graph(n=1000)"
    assert load(write('extends = "base.toml"\nnetwork = {}')).network is None


# Files


FILES: dict[str, Callable[[nx.Graph, Path], Any]] = {
    "g.graphml": nx.write_graphml,
    "g.graphml.gz": nx.write_graphml,
    "g.gexf": nx.write_gexf,
    "g.edgelist": nx.write_edgelist,
    "g.txt": nx.write_weighted_edgelist,
    "g.txt.gz": nx.write_weighted_edgelist,
    "g.csv": lambda graph, path: nx.to_pandas_edgelist(graph).to_csv(path, index=False),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_the_graph_that_was_written(name: str, write: Write, tmp_path: Path) -> None:
    graph = nx.connected_watts_strogatz_graph(30, 4, 0.3, seed=2)
    for k, (_, _, data) in enumerate(graph.edges(data=True)):
        data["weight"] = (k + 1) / 64
    FILES[name](graph, tmp_path / name)
    ours = network_of(load(write(f'network.file = "{name}"')))
    direct = network_of(load("web", network=graph))
    assert (ours.people, ours.digest) == (30, direct.digest)
    assert ours.notes == ()


def test_a_file_is_looked_for_from_the_scenarios_folder(write: Write, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    nx.write_edgelist(nx.path_graph(5), tmp_path / "data" / "p.txt", data=False)
    assert network_of(load(write('network.file = "data/p.txt"'))).people == 5
    assert network_of(load("web", network=tmp_path / "data" / "p.txt")).people == 5


def test_a_path_is_looked_for_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read by a process that may have begun elsewhere."""
    for k, name in enumerate(("one", "other"), 3):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        nx.write_edgelist(nx.path_graph(k), "p.txt", data=False)
        assert network_of(load("web", network="p.txt")).people == k


# Names


def test_what_a_graph_says_enters_the_name_of_the_run_and_what_it_is_called_does_not() -> None:
    def name(graph: nx.Graph) -> str:
        return run(load("web", SMALL, network=graph), days=1).run_id

    path = nx.path_graph(9)
    assert name(path) == name(nx.path_graph(9)) != name(nx.cycle_graph(9))
    assert name(nx.relabel_nodes(path, {k: f"{k}" for k in path})) == name(path)
    weighted = path.copy()
    weighted.edges[0, 1]["weight"] = 0.5
    assert name(weighted) != name(path)
    renamed = path.copy()
    renamed.graph["name"] = "another"
    assert name(renamed) == name(path)


def test_a_generators_arguments_and_version_enter_the_name_of_the_run() -> None:
    plan = load("small_world", SMALL | {"market.founders": 50})
    other = load("small_world", SMALL | {"market.founders": 50, "network.p": 0.2})
    assert isinstance(plan.network, Generator)
    newer = replace(plan, network=replace(plan.network, library="networkx 99"))
    assert len({run(one, days=1).run_id for one in (plan, other, newer)}) == 3


# Who knows whom


INVITING = {"referral.invites_per_month": 6.0, "referral.conversion": 0.5, "acquisition.external_rate": 0.0,
            "acquisition.imitation_rate": 0.0, "acquisition.search_rate": 0.0,
            "acquisition.return_rate": 0.0, "market.founders": 60}  # fmt: skip


def test_only_neighbours_in_the_graph_are_invited() -> None:
    graph = nx.barabasi_albert_graph(400, 3, seed=1)
    record = run(load("web", INVITING | SMALL, acquaintances=graph), seed=2, days=90, check=True)
    joined = record.members[record.members["channel"] == "referral"]
    assert len(joined) > 30
    assert all(
        graph.has_edge(int(a), int(b)) for a, b in zip(joined["person"], joined["referrer"], strict=True)
    )


def test_who_has_no_acquaintances_invites_nobody() -> None:
    record = run(load("web", INVITING | SMALL, acquaintances=nx.empty_graph(400)), seed=2, days=60)
    assert record.series["invitations"].sum() == record.series["joins"].sum() == 0


def test_a_table_of_acquaintances_is_enough_and_the_ring_can_be_put_back(write: Write) -> None:
    base = write('[acquaintances]\ngenerator = "barabasi_albert_graph"\nm = 3', "base.toml")
    few = SMALL | {"market.founders": 60}
    plan = load(base, few)
    assert plan.parameters.market.acquaintances == "graph"
    assert plan.acquaintances is not None
    assert plan.acquaintances.label == "barabasi_albert_graph(n=400, m=3)"
    back = load(base, few | {"market.acquaintances": "ring"})
    assert (back.parameters.market.acquaintances, back.acquaintances) == ("ring", None)
    assert load(write('extends = "base.toml"\nacquaintances = {}'), few).acquaintances is None


# Bad graphs


def with_edge(**data: Any) -> nx.Graph:
    graph = nx.path_graph(4)
    graph.edges[0, 1].update(data)
    return graph


def looped() -> nx.Graph:
    graph = nx.path_graph(4)
    graph.add_edges_from([(0, 0), (3, 3)])
    return graph


CONVERTED = {
    "self-loops": (looped(), "self-loops left out: 2", {(0, 1), (1, 2), (2, 3)}),
    "words": (
        nx.Graph([("b", "a"), ("a", "c")]),
        "nodes named b, … are people 0 to 2",
        {(0, 1), (1, 2)},
    ),
    "from 1": (nx.path_graph(range(1, 4)), "nodes named 1, …", {(0, 1), (1, 2)}),
    "directed": (
        nx.DiGraph([(0, 1), (1, 0), (2, 1)]),
        "directed edges are treated as undirected",
        {(0, 1), (1, 2)},
    ),
    "parallel": (
        nx.MultiGraph([(0, 1), (0, 1), (2, 1)]),
        "parallel edges merged into the strongest: 1",
        {(0, 1), (1, 2)},
    ),
    "weight 0": (with_edge(weight=0), "edges of weight 0 left out: 1", {(1, 2), (2, 3)}),
}


@pytest.mark.parametrize("case", CONVERTED)
def test_a_graph_that_can_be_used_is_converted_with_a_word(case: str) -> None:
    graph, word, expected = CONVERTED[case]
    network = network_of(load("web", network=graph))
    assert any(note.startswith(word) for note in network.notes), network.notes
    assert pairs(network) == expected


def test_what_a_generator_makes_is_converted_with_a_word_for_any_luck() -> None:
    plan = load("web", SMALL | {"market.founders": 50}, network={"generator": "gnr_graph", "p": 0.3})
    assert isinstance(plan.network, Generator)
    assert plan.network.notes == ("directed edges are treated as undirected",)
    plan = load("web", SMALL, network={"generator": "configuration_model", "deg_sequence": [6] * 9})
    assert plan.network is not None
    assert set(plan.network.notes) == {"self-loops left out", "parallel edges merged into the strongest"}


REFUSED: dict[str, tuple[str, str]] = {
    "unknown generator": ('generator = "wats_strogatz_graph"', "did you mean watts_strogatz_graph?"),
    "no generator at all": ('generator = "pagerank"', "NetworkX has no such generator"),
    "with its module": ('generator = "networkx.cycle_graph"', "did you mean cycle_graph?"),
    "not a graph": ('generator = "nonisomorphic_trees"\norder = 5', "returns a generator instead of a graph"),
    "missing argument": ('generator = "watts_strogatz_graph"\nk = 4', "needs p; set it as a further key"),
    "unknown argument": ('generator = "cycle_graph"\nq = 4', "has no argument 'q'; it takes n"),
    "argument of Python": ('generator = "ego_graph"\nn = 4', "needs G; a scenario cannot set that"),
    "bad argument": ('generator = "watts_strogatz_graph"\nn = 9\nk = 20\np = 0.1', "rejects n = 9, k = 20"),
    "bad type": ('generator = "gnp_random_graph"\np = "often"', 'rejects n = 1000, p = \'often\''),
    "bad seed": ('generator = "gnp_random_graph"\np = 0.1\nseed = -1', "network.seed = -1: must be a whole number"),
    "bad strength": ('generator = "cycle_graph"\nstrength = 2', "network.strength = 2: must be above 0, at most 1"),
    "bad weight": ('generator = "cycle_graph"\nweight = 2', "network.weight = 2: must be the name of an edge attribute"),
    "too many nodes": ('generator = "cycle_graph"\nn = 30_000', "has 30000 nodes but there are only 20000 people"),
    "absurdly large": ('generator = "path_graph"\nn = 1_000_000_000\n[market]\nsize = 1000', "needs more than 87 MB"),
    "neither": ("strength = 0.5", "has neither a generator nor a file"),
    "both": ('generator = "cycle_graph"\nfile = "a.txt"', "has both a generator and a file"),
    "no file": ('file = "nowhere.graphml"', ": nowhere.graphml does not exist or is not a file"),
    "unknown ending": ('file = "friends.xlsx"', "friends.xlsx has no known graph format"),
    "file and argument": ('file = "a.txt"\nk = 3', "network.k is an argument of a generator"),
    "no text": ("file = 3", "network.file = 3: must be text in quotes"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_the_way_out(case: str, write: Write) -> None:
    text, message = REFUSED[case]
    path = write(f"[network]\n{text}")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


CONTENT: dict[str, tuple[bytes, str]] = {
    "g.graphml": (b"<graphml", "is not a .graphml file that NetworkX can read"),
    "h.graphml": (b"\x00\xff\xfe", "is not a .graphml file"),
    "g.gexf": (b"no XML", "is not a .gexf file"),
    "g.graphml.gz": (b"not packed", "is not a .graphml file that NetworkX can read"),
    "h.graphml.gz": (b"\x1f\x8bbroken", "is not a .graphml file that NetworkX can read: Compressed file"),
    "g.txt": (b"alone\n", "a line has only one word"),
    "h.txt": (b"", "has no nodes"),
    "i.txt": (b"a b heavy\n", "is not a .txt file"),
    "g.csv": (b"from,to\na,b\n", "its first line is 'from,to': must be source,target"),
    "k.csv": (b"source,target\na,\n", "line 2 lacks source or target"),
    "h.csv": (
        b"source,target,weight\na,b,-1\n",
        "edge a to b has weight = '-1': must be a finite number of at least 0",
    ),
    "i.csv": (b"source,target,weight\na,b,much\n", "edge a to b has weight = 'much'"),
    "j.csv": (b"source,target,weight\na,b,nan\n", "must be a finite number of at least 0"),
}


@pytest.mark.parametrize("name", CONTENT)
def test_a_file_that_is_no_graph_is_refused_by_name(name: str, write: Write, tmp_path: Path) -> None:
    content, message = CONTENT[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ScenarioError, match=name) as caught:
        load(write(f'network.file = "{name}"'))
    assert message in str(caught.value)


def test_more_nodes_than_people_are_refused(write: Write) -> None:
    with pytest.raises(
        ScenarioError, match=r"has 34 nodes, more than market.founders = 20 \(.*\); raise or remove that"
    ):
        load(write('[market]\nfounders = 20\n[network]\ngenerator = "karate_club_graph"'))
    with pytest.raises(ScenarioError, match="34 nodes but there are only 30 people"):
        load("web", {"market.size": 30}, acquaintances=nx.karate_club_graph())


def test_negative_and_endless_weights_are_refused() -> None:
    for weight in (-0.5, float("inf"), float("nan"), "strong", None):
        with pytest.raises(ScenarioError, match=r'edge 0 to 1 has weight = .*write weight = ""'):
            load("web", network=with_edge(weight=weight))


def test_a_graph_and_a_log_contradict_each_other() -> None:
    with pytest.raises(ScenarioError, match="both cycle_graph.* and an event log define the founders' ties"):
        load("web", log="chat_docker", network={"generator": "cycle_graph", "n": 9})


def test_acquaintances_that_contradict_are_refused(write: Write) -> None:
    with pytest.raises(ScenarioError, match=r"write a graph as a table \[acquaintances\]"):
        load(write('market.acquaintances = "friends.graphml"'))
    with pytest.raises(ScenarioError, match=r"market.acquaintances = \"graph\" needs a graph"):
        load(write('market.acquaintances = "graph"'))
    with pytest.raises(ScenarioError, match=r"market.acquaintances = \"ring\" contradicts \[acquaintances\]"):
        load(write('market.acquaintances = "ring"\n[acquaintances]\ngenerator = "cycle_graph"'))


def test_what_is_no_graph_is_refused() -> None:
    for given in (3, [1, 2], np.eye(3)):
        with pytest.raises(
            ScenarioError, match=r"give a table, the path of a file, or .*networkx\.Graph\(pairs\)"
        ):
            load("web", network=given)


def test_memory_is_unlimited_again_after_a_refusal(write: Write) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(ScenarioError, match="the limit for 1000 people"):
        load(write('[network]\ngenerator = "complete_graph"\nn = 200_000\n[market]\nsize = 1000'))
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_a_packed_file_that_swells_is_refused(write: Write, tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.txt.gz", "wb") as file:
        for _ in range(40):
            file.write(b"1 2\n" * 1_000_000)
    with pytest.raises(ScenarioError, match="more than 5,000,000 edges"):
        load(write('market.size = 100\nnetwork.file = "bomb.txt.gz"'))
    with gzip.open(tmp_path / "wide.txt.gz", "wb") as file:
        for _ in range(40):
            file.write(b" " * 4_000_000)
    with pytest.raises(ScenarioError, match="needs more than"):
        load(write('market.size = 100\nmarket.founders = 9\nnetwork.file = "wide.txt.gz"'))


# Files that are meant to do harm

DTD = "it declares a document type (<!DOCTYPE …>), which graphs do not need; remove it"
DEEP = "elements are nested more than 100 deep; write a flatter file"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="undirected">'
GEXF = '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2"><graph><nodes/><edges>'
HOSTILE: dict[str, tuple[str, str]] = {
    "laughs.graphml": (f'<!DOCTYPE g [<!ENTITY l0 "ha">{LAUGHS}]><graphml>&l9;</graphml>', DTD),
    "laughs.gexf": (f'<!DOCTYPE g [<!ENTITY l0 "ha">{LAUGHS}]><gexf>&l9;</gexf>', DTD),
    "quadratic.gexf": (f'<!DOCTYPE g [<!ENTITY a "{"a" * 10**6}">]><gexf>{"&a;" * 10**4}</gexf>', DTD),
    "file.graphml": ('<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]><graphml>&x;</graphml>', DTD),
    "address.gexf": ('<!DOCTYPE g SYSTEM "http://127.0.0.1:9/g.dtd"><gexf/>', DTD),
    "parameter.graphml": ('<!DOCTYPE g [<!ENTITY % x SYSTEM "http://127.0.0.1:9/">%x;]><graphml/>', DTD),
    "bare.gexf": ("<!DOCTYPE gexf><gexf/>", DTD),
    "deep.graphml": (GRAPHML + "<graph>" * 10**6, DEEP),
    "deep.gexf": (GEXF + "<a>" * 200 + "</a>" * 200, DEEP),
    "undeclared.graphml": ("<graphml>&x;</graphml>", "is not a .graphml file that NetworkX can read: undefined"),
    "deep.edgelist": ("a b " + "{1:" * 10**5, "deep.edgelist"),
    "long.csv": ("source,target\n" + "a" * 10**6 + ",b\n", "is not a .csv file"),
    "long.edgelist": ("a " + "b" * 10**7, "has"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "encoding"),
    [*((name, "utf-8") for name in HOSTILE), ("laughs.graphml", "utf-16"), ("file.graphml", "utf-16")],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_hostile_file_is_refused_in_one_sentence(
    name: str, encoding: str, packed: bool, write: Write, tmp_path: Path
) -> None:
    content, message = HOSTILE[name]
    name += ".gz" if packed else ""
    raw = content.encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(raw, 1) if packed else raw)
    if name.startswith("long.edgelist"):
        assert load(write(f'network.file = "{name}"')).network is not None
        return
    with pytest.raises(ScenarioError) as caught:
        load(write(f'network.file = "{name}"'))
    assert message in str(caught.value) and "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500 + len(str(tmp_path))


def test_a_pipe_is_not_waited_for(write: Write, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "g.graphml")
    with pytest.raises(ScenarioError, match="does not exist or is not a file"):
        load(write('network.file = "g.graphml"'))


MANY: dict[str, tuple[str, str]] = {
    "g.graphml": (GRAPHML, '<edge source="a" target="b"/>'),
    "g.gexf": (GEXF, '<edge source="a" target="b"/>'),
    "g.edgelist": ("", "a b\n"),
    "cr.edgelist": ("", "a b\r"),
    "g.csv": ("source,target\n", "a,b\n"),
}


@pytest.mark.parametrize("name", MANY)
def test_more_edges_than_the_limit_are_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, edge = MANY[name]
    monkeypatch.setattr("kith.scenarios.network.EDGES", 1000)
    (tmp_path / name).write_text(before + edge * 1002, encoding="utf-8")
    with pytest.raises(ScenarioError, match="it has more than 1,000 edges; reduce it to the relevant people"):
        READERS[Path(name).suffix](tmp_path / name)


@pytest.mark.slow
@pytest.mark.parametrize("name", MANY)
def test_more_than_five_million_edges_are_refused(name: str, write: Write, tmp_path: Path) -> None:
    before, edge = MANY[name]
    with gzip.open(tmp_path / f"{name}.gz", "wt", encoding="utf-8", compresslevel=1) as file:
        file.write(before)
        for _ in range(51):
            file.write(edge * 100_000)
    with pytest.raises(ScenarioError, match=r"more than (5,000,000 edges|\d+ MB)"):
        load(write(f'market.size = 100\nnetwork.file = "{name}.gz"'))


def test_what_unpacks_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.scenarios.network.UNPACKED", 10_000_000)
    for name, content in (("b.graphml", GRAPHML + " " * 10**8), ("b.csv", " " * 10**8)):
        (tmp_path / name).write_bytes(gzip.compress(content.encode(), 1))
        with pytest.raises(ScenarioError, match="is larger than 10 MB after decompression"):
            READERS[Path(name).suffix](tmp_path / name)


def test_a_graph_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kith.sim.schema.graphs.SECONDS", 0.05)
    monkeypatch.setattr("kith.sim.schema.graphs.SECONDS_EACH", 0.0)
    with pytest.raises(
        ParameterError, match=r"generator gnp_random_graph: .* takes longer than 0 s, the limit"
    ):
        draw("gnp_random_graph", {"n": 4000, "p": 0.001}, 4000)
    monkeypatch.undo()
    assert draw("path_graph", {"n": 5}, 5).number_of_edges() == 4
