"""SF8: the ties of a web are clustered, and their number per member has a heavy tail.

Clustering compared with a random graph of as many members and ties; degrees by the methods of Clauset,
Shalizi & Newman (2009) in the package `powerlaw`: log-normal and power law with a cutoff,
each compared with the exponential by Vuong's likelihood ratio, left-truncated at two ties. A pure
power law is not required (Broido & Clauset 2019).
"""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from kith.experiments.credibility.patterns.pattern import Arm, Pattern, Quantity, Records, Size, arm
from kith.sim.results.record import Record

DAYS = 730
SHORTEST = 2
"ties from which the fits count"


def arms(size: Size) -> Mapping[str, Arm]:
    """A web after two years."""
    return {"web": arm("web", DAYS, size)}


def measure(records: Records) -> Mapping[str, float]:
    """Clustering, its ratio to a random graph, variation of degrees, Vuong's ratio."""
    record = records["web"][-1]
    degree = degrees(record)
    clustering = float(record.summary["clustering"])
    return {
        "clustering": clustering,
        "clustering relative to random": clustering / random_clustering(degree, record.seed),
        "variation of degrees": float(degree.std() / degree.mean()),
        "Vuong's ratio of a heavy tail to an exponential": heavy_tail(degree),
    }


def degrees(record: Record) -> Any:
    """Ties of every present member."""
    m = record.members
    return m.loc[m["awake"], "ties"].to_numpy(int)


def random_clustering(degree: Any, seed: int) -> float:
    """Mean clustering, over those with two ties or more, of a random graph as large and as dense."""
    import networkx as nx

    graph = nx.gnm_random_graph(len(degree), int(degree.sum()) // 2, seed=seed)
    local = nx.clustering(graph)
    return float(np.mean([c for node, c in local.items() if graph.degree[node] >= 2]))


def heavy_tail(degree: Any) -> float:
    """The greater of two normalised likelihood ratios: log-normal, power law with cutoff, to exponential."""
    import powerlaw

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = powerlaw.Fit(degree[degree >= SHORTEST], xmin=SHORTEST, discrete=True, verbose=False)
        ratios = [
            fit.distribution_compare(rival, "exponential", normalized_ratio=True)[0]
            for rival in ("lognormal", "truncated_power_law")
        ]
    return float(np.nanmax(ratios))


PATTERN = Pattern(
    "SF8",
    "clustered, heavy-tailed ties",
    "The ties of a web are clustered and unevenly distributed.",
    "Leskovec et al. 2008, doi:10.1145/1401890.1401948; Clauset, Shalizi & Newman 2009",
    arms,
    measure,
    (
        Quantity("clustering", 0.1, 0.5),
        Quantity("clustering relative to random", low=5.0),
        Quantity("variation of degrees", low=1.0),
        Quantity("Vuong's ratio of a heavy tail to an exponential", low=1.645),
    ),
)
