"""Network: who acts toward whom; degree, strength, clustering, reciprocity.

Intervals are not given. Members drawn again are tied to members who were not drawn, and one network is
one observation: without a model of how ties come about there is no sampling distribution.
"""

import numpy as np

from kith.experiments.evidence.estimates import Estimate, exact, unknown
from kith.experiments.evidence.observation import Floats, Integers, Observed

NAMES = ("members_tied", "degree", "strength", "clustering", "reciprocity")


def network(o: Observed) -> dict[str, Estimate]:
    """Statistics of the network of all ties in the log."""
    between = (o.target >= 0) & (o.target != o.member)
    if not between.any():
        return dict.fromkeys(NAMES, unknown("the log does not show toward whom members act"))
    size = int(max(o.member.max(), o.target.max())) + 1
    one, other = o.member[between], o.target[between]
    directed = _distinct(one * size + other)
    low, high = np.minimum(one, other), np.maximum(one, other)
    pairs = _distinct(low * size + high)
    low, high = pairs // size, pairs % size
    degree = np.bincount(low, minlength=size) + np.bincount(high, minlength=size)
    tied = degree > 0
    reverse = np.sort(directed % size * size + directed // size)
    back = reverse[np.minimum(np.searchsorted(reverse, directed), len(reverse) - 1)] == directed
    return {
        "members_tied": exact(tied.sum()),
        "degree": exact(degree[tied].mean()),
        "strength": exact(2 * between.sum() / tied.sum()),
        "clustering": exact(local_clustering(low, high, degree)[tied].mean()),
        "reciprocity": exact(back.mean()),
    }


def _distinct(codes: Integers) -> Integers:
    """Each code once, in order; a sort, which is faster here than `numpy.unique`."""
    ordered = np.sort(codes)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]


def local_clustering(low: Integers, high: Integers, degree: Integers) -> Floats:
    """The share of pairs of each member's partners that are tied, 0 with fewer than two partners.

    Ties point from the member of fewer partners to that of more, so that a hub costs no more than others.
    """
    from scipy.sparse import csr_array

    size = len(degree)
    rank = np.empty(size, np.int64)
    rank[np.lexsort((np.arange(size), degree))] = np.arange(size)
    up = rank[low] < rank[high]
    tail, head = np.where(up, low, high), np.where(up, high, low)
    ties = csr_array((np.ones(len(tail)), (tail, head)), shape=(size, size))
    ends, middle = (ties @ ties).multiply(ties), (ties.T @ ties).multiply(ties)
    triangles = ends.sum(axis=1) + ends.sum(axis=0) + middle.sum(axis=1)
    return np.where(degree > 1, 2 * np.asarray(triangles).ravel() / np.maximum(degree * (degree - 1), 1), 0.0)
