"""Prefetching: load the data of a block of rows into the cache before processing it.

Processing a member needs one dependent load after another (record, then slots, then neighbours), each
a cache miss in a large community. Reading the data of a block of members first lets these loads
overlap. At 100,000 members this halves the cost of a visit; below 10,000 it has no effect. The return
value is never negative, but the caller must use it, or the compiler would remove the loads.
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
        touched += m["habit"] + m["propensity"] + m["joined"] * m["joined"]
    return touched
