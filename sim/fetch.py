"""Fetch: bring what a block of rows will need into the cache before working on it.

The work on a member waits for one load after another (record, then slots, then neighbours),
each of which misses the cache in a large community. Touching a block of members first lets
those loads overlap, because none of them waits for another. At 100,000 members this halves
the cost of a visit; below 10,000 it changes nothing. What is returned is never negative, but the
caller has to look at it, or the compiler would find that nobody needs the loads.
"""

from sim.kernel import kernel

BLOCK = 128
"rows that are fetched together"


@kernel
def fetch(members, pool, rows, lo, hi):
    """Touch the records and ties of rows[lo:hi]; negative rows are skipped."""
    touched = 0.0
    for k in range(lo, hi):
        if rows[k] < 0:
            continue
        m = members[rows[k]]
        touched += m["habit"] + m["norm"] + m["visits_per_day"] + m["aversion"]
        start = m["slots"]
        for s in range(start, start + m["degree"], 4):
            touched += pool[s]["strength"]
    return touched


@kernel
def fetch_records(members, rows, lo, hi):
    """Touch the records of rows[lo:hi]."""
    touched = 0.0
    for k in range(lo, hi):
        m = members[rows[k]]
        touched += m["habit"] + m["norm"] + m["visits_per_day"] + m["aversion"]
    return touched
