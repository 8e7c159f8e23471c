"""Network: who acts toward whom; degree, strength, clustering, reciprocity.

Intervals are by halves of the members (node subsampling, Bhattacharyya and Bickel 2015; Lunde and Sarkar 2023): what a
statistic of ties varies by between random halves, drawn without replacement, is what it varies by between
communities of this size, if members are drawn from a population in which ties depend on who the two are. A mean
degree is multiplied by (n - 1) / (n/2 - 1), because half the partners are missing; the share of ties that are returned
needs nothing. Local clustering has no interval: with half the partners gone, members with two partners mostly have one
or none and their clustering becomes 0, so that a half is no smaller picture of the whole.
"""

from collections.abc import Callable

import numpy as np

from kith.experiments.evidence.estimates import LEAST, Estimate, exact, unknown
from kith.experiments.evidence.observation import Flags, Floats, Integers, Observed

NAMES = ("members_tied", "degree", "strength", "clustering", "reciprocity")


def network(o: Observed) -> dict[str, Estimate]:
    """Statistics of the network of all ties in the log."""
    between = (o.target >= 0) & (o.target != o.member)
    if not between.any():
        return dict.fromkeys(NAMES, unknown("the log does not show toward whom members act"))
    size = int(max(o.member.max(), o.target.max())) + 1
    actor, target = o.member[between], o.target[between]
    directed, times = np.unique(actor * size + target, return_counts=True)
    from_, to = directed // size, directed % size
    pairs = _distinct(np.minimum(from_, to) * size + np.maximum(from_, to))
    low, high = pairs // size, pairs % size
    degree = np.bincount(low, minlength=size) + np.bincount(high, minlength=size)
    tied = degree > 0
    reverse = np.sort(to * size + from_)
    back = reverse[np.minimum(np.searchsorted(reverse, directed), len(reverse) - 1)] == directed
    number = int(tied.sum())
    place = np.cumsum(tied) - 1

    def per_member(first: Integers, second: Integers, weight: Floats) -> Estimate:
        a, b = place[first], place[second]
        return Estimate(
            2 * float(weight.sum()) / number,
            halved=_mean_of_ends(a, b, weight, number) if number >= 2 * LEAST else None,
        )

    return {
        "members_tied": exact(number),
        "degree": per_member(low, high, np.ones(len(pairs))),
        "strength": per_member(from_, to, times.astype(float)),
        "clustering": exact(local_clustering(low, high, degree)[tied].mean()),
        "reciprocity": Estimate(
            float(back.mean()),
            halved=_share_within(place[from_], place[to], back) if number >= 2 * LEAST else None,
        ),
    }


def _mean_of_ends(start: Integers, end: Integers, weight: Floats, number: int) -> Callable[[Flags], float]:
    """Mean strength of those who are kept, as it would be with all partners."""

    def measure(half_of_members: Flags) -> float:
        half = int(half_of_members.sum())
        inside = half_of_members[start] & half_of_members[end]
        return float(2 * weight[inside].sum() / half * (number - 1) / (half - 1))

    return measure


def _share_within(start: Integers, end: Integers, which: Flags) -> Callable[[Flags], float]:
    """The share of some directed ties among those between members who are kept."""

    def measure(half_of_members: Flags) -> float:
        inside = half_of_members[start] & half_of_members[end]
        return float(which[inside].mean()) if inside.any() else float("nan")

    return measure


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
