"""Structure: clustering, components and cores of the network, computed on the tie slots.

`rows` are the present members' rows; results agree with NetworkX on the same graph.
"""

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.prefetch import BLOCK, fetch_ties


@kernel
def mean_clustering(members, pool, rows):
    """Mean local clustering over members with two or more ties; NaN without any."""
    mark = np.full(len(members), -1, np.int64)
    total = 0.0
    counted = 0
    for k in range(len(rows)):
        a = rows[k]
        start, degree = members[a]["slots"], members[a]["degree"]
        if degree < 2:
            continue
        for s in range(start, start + degree):
            mark[pool[s]["row"]] = a
        closed = 0
        for s in range(start, start + degree):
            b = pool[s]["row"]
            for t in range(members[b]["slots"], members[b]["slots"] + members[b]["degree"]):
                if mark[pool[t]["row"]] == a:
                    closed += 1
        total += closed / (degree * (degree - 1.0))
        counted += 1
    return total / counted if counted else np.nan


@kernel
def largest_component(members, pool, rows):
    """Members in the largest component."""
    seen = np.zeros(len(members), np.bool_)
    stack = np.empty(len(rows), np.int64)
    largest = 0
    for k in range(len(rows)):
        if seen[rows[k]]:
            continue
        seen[rows[k]] = True
        stack[0] = rows[k]
        height, size = 1, 0
        while height > 0:
            height -= 1
            a = stack[height]
            size += 1
            for s in range(members[a]["slots"], members[a]["slots"] + members[a]["degree"]):
                b = pool[s]["row"]
                if not seen[b]:
                    seen[b] = True
                    stack[height] = b
                    height += 1
        largest = max(largest, size)
    return largest


@kernel
def greatest_core(members, pool, rows):
    """The largest k with a non-empty k-core (Batagelj & Zaversnik 2003, by repeated peeling)."""
    left = np.zeros(len(members), np.int64)
    for k in range(len(rows)):
        left[rows[k]] = members[rows[k]]["degree"]
    alive = np.zeros(len(members), np.bool_)
    alive[rows] = True
    stack = np.empty(len(rows) + 1, np.int64)
    remaining = len(rows)
    core = 0
    while remaining > 0:
        # members who cannot be in a core above the current one
        height = 0
        for k in range(len(rows)):
            if alive[rows[k]] and left[rows[k]] <= core:
                alive[rows[k]] = False
                stack[height] = rows[k]
                height += 1
        if height == 0:
            core += 1
            continue
        # removing them lowers their neighbours' degrees, which may remove these, too
        while height > 0:
            height -= 1
            a = stack[height]
            remaining -= 1
            for s in range(members[a]["slots"], members[a]["slots"] + members[a]["degree"]):
                b = pool[s]["row"]
                if alive[b]:
                    left[b] -= 1
                    if left[b] <= core:
                        alive[b] = False
                        stack[height] = b
                        height += 1
    return core


@kernel
def have_strong_ties(members, pool, rows, day, fade, least, enough):
    """Number of `rows` with at least `enough` ties stronger than `least` today."""
    connected = 0
    for k in range(len(rows)):
        if k % BLOCK == 0 and fetch_ties(members, pool, rows, k, min(len(rows), k + BLOCK)) < 0.0:
            break
        m = members[rows[k]]
        strong = 0
        for s in range(m["slots"], m["slots"] + m["degree"]):
            if float(pool[s]["strength"]) * fade[day - pool[s]["day"]] > least:
                strong += 1
                if strong == enough:
                    connected += 1
                    break
    return connected
