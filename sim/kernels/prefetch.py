"""Fetch: bring what a block of rows will need into the cache before working on it.

The work on a member waits for one load after another (record, then slots, then neighbours),
each of which misses the cache in a large community. Touching a block of members first lets
those loads overlap, because none of them waits for another. At 100,000 members this halves
the cost of a visit; below 10,000 it changes nothing. What is returned is never negative, but the
caller has to look at it, or the compiler would find that nobody needs the loads.
"""

from kith.sim.kernels.compilation import kernel

BLOCK = 128
"rows that are fetched together"
SCREEN = 1024
"rows that are screened together"


@kernel
def fetch_ties(members, pool, rows, lo, hi):
    """Touch the ties of rows[lo:hi] and the line of the record that leads to them; negative rows are skipped."""
    touched = 0.0
    for k in range(lo, hi):
        if rows[k] < 0:
            continue
        m = members[rows[k]]
        touched += m["habit"]
        start = m["slots"]
        for s in range(start, start + m["degree"], 4):
            touched += pool[s]["strength"]
        if m["degree"] > 0:  # slots seldom begin with a cache line, so the last one may lie in one more
            touched += pool[start + m["degree"] - 1]["strength"]
    return touched


@kernel
def fetch_records(members, rows, lo, hi):
    """Touch the first two lines of the records of rows[lo:hi]."""
    touched = 0.0
    for k in range(lo, hi):
        m = members[rows[k]]
        touched += m["habit"] + m["propensity"]
    return touched


@kernel
def fetch_books(members, rows, lo, hi):
    """Touch the first three lines of the records of rows[lo:hi]."""
    touched = 0.0
    for k in range(lo, hi):
        m = members[rows[k]]
        touched += m["habit"] + m["propensity"] + m["generation"] * m["generation"]
    return touched
