"""The micro-model in SciPy: the graph is a sparse matrix."""

import micro
import numpy as np
from scipy.sparse import csr_array

rng = np.random.default_rng(1)
reader, read = micro.both_ways(*micro.ties())
graph = csr_array((np.ones(len(reader)), (reader, read)), shape=(micro.AGENTS, micro.AGENTS))
degree = np.maximum(np.bincount(reader, minlength=micro.AGENTS), 1)
satisfaction = rng.random(micro.AGENTS)
leaves = np.zeros(micro.AGENTS, bool)


def step() -> None:
    """Everybody decides."""
    leaves[:] = rng.random(micro.AGENTS) < 0.01 * (1.0 - 0.5 * (graph @ satisfaction) / degree)


micro.report(step, leaves.sum)
