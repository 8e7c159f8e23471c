"""Bond: ties by exchange, bonds by use, and belonging, a leaky and bounded stock.

An exchange goes to an existing tie, a friend of a friend (Leskovec et al. 2008), somebody of
like mind (McPherson et al. 2001) or somebody visible, s <- s + e (1 - s); ties fade with a
half-life. Activity and hub bonds grow with visits and fade without. Belonging B follows

    dB/dt = (ln 2 / H) (1 - exp(-sum_k w_k z_k) - B),  z = identity, ties, hub, recognition.

The target is updated for visitors today and for everyone else once a week; it is constant in between.

Reads  visitors, exchanges, replies     Writes  ties, bonds, belonging, visit rate, layers

Long, because the choice of partners is one algorithm: ties, friends of friends, mates, strangers.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import (
    FAR_END,
    GO_BETWEEN,
    MATE_PLACE,
    MATE_SOUGHT,
    MATE_STRIDE,
    PARTNER_EXISTING,
    PARTNER_TRIADIC,
    STRANGER_CANDIDATE,
    STRANGER_CHOICE,
    STRANGER_KIND,
    STRANGER_STRIDE,
    Purpose,
    address_hash,
    hash_among,
    hashes,
    uniform,
)
from kith.sim.kernels.prefetch import BLOCK, fetch_records, fetch_ties
from kith.sim.state.categories import Count
from kith.sim.state.community import Community
from kith.sim.state.decay import WEEK, advance, hub_of, settle, settle_rows
from kith.sim.state.hash_circle import Circle, circle_of_today, next_place, no_circle
from kith.sim.state.hubs import attention
from kith.sim.state.layers import WINDOW
from kith.sim.state.ties import cut, fetch_pairs, find_faded, knows, prune, strengthen_pairs

_PARTNER, _FRIEND, _FRIENDS_FRIEND = int(Purpose.PARTNER), int(Purpose.FRIEND), int(Purpose.FRIENDS_FRIEND)
_STRANGER, _REMOVAL = int(Purpose.STRANGER), int(Purpose.REMOVAL)
_REPLY_TIE, _MATE = int(Purpose.REPLY_TIE), int(Purpose.MATE)
AROUND = 14
AT_ONCE = 2_048
"pairs that are strengthened while a helper fetches as many"
TRIES = 4
GROUPS = 1.0
"`affiliation.form` groups, as parameters are packed"
_CIRCLE = 2.0**64


def bond(c: Community) -> None:
    """Form ties from exchanges and replies, drop faded ties, and update bonds and belonging."""
    _meet(c)
    due = _due_for_review(c)
    _prune(c, due)
    if c.parameters.bonding.removal_rate > 0.0:
        _remove_at_random(c)
    _settle(c, c.visitors, deepen, attention(c.parameters.affiliation, c.active))
    _settle(c, due[c.population.last_visit[due] != c.day], settle_rows)
    _review(c, due)


def _meet(c: Community) -> None:
    """Strengthen the ties of today's pairs: replies first, then exchanges, each in order of address."""
    replies, exchanges = _answered(c), _partners(c)
    if c.diary is not None:
        first, second = (ends[exchanges[1] >= 0] for ends in exchanges)
        c.diary.append((c.day, "exchange", c.population.address[first], c.population.address[second]))
    step = min(1.0, c.parameters.bonding.strength_step * _trust(c))
    for first, second in (replies, np.ascontiguousarray(c.introduced.T), exchanges):
        _strengthen(c, first, second, step)


def _strengthen(c: Community, one: npt.NDArray[np.int64], other: npt.NDArray[np.int64], step: float) -> None:
    """Create or strengthen the ties of the pairs, in their order."""
    members, ties, first = c.population.members, c.ties, c.parameters.bonding.first_strength

    def fetch(lo: int, hi: int) -> None:
        fetch_pairs(members, ties.pool, one, other, lo, hi)

    def work(lo: int, hi: int) -> None:
        strengthen_pairs(members, ties.pool, ties.count, one, other, lo, hi, first, step, c.day, c.fade)

    if len(one):
        c.crew.follow(len(one), AT_ONCE, fetch, work)


def _prune(c: Community, due: npt.NDArray[np.int64]) -> None:
    """Drop the faded ties of `due`: find them in parallel, then cut them in order of address."""
    if not c.ties.count[0]:
        return
    members, ties, least = c.population.members, c.ties, c.parameters.bonding.drop_below
    faded = np.empty(len(due), np.bool_)

    def look(lo: int, hi: int) -> None:
        find_faded(members, ties.pool, due, lo, hi, c.day, c.fade, least, faded)

    c.crew.share(len(due), look)
    losing = c.in_address_order(due[faded])
    if len(losing):
        prune(members, ties.pool, ties.count, losing, c.day, c.fade, least)


def _trust(c: Community) -> float:
    """How much faster ties grow between real names than between handles."""
    return float(trust(c.p))


@kernel
def trust(p):
    """`_trust` under packed parameters."""
    return 1.0 + p[0]["affiliation_identity_gain"] * (2.0 * p[0]["affiliation_identity"] - 1.0)


def _answered(c: Community) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Author and replier of today's replies, where the design lets peers tie."""
    peers = c.parameters.affiliation.peers
    if peers <= 0.0 or not len(c.written):
        return c.visitors[:0], c.visitors[:0]
    return replies_that_tie(c.written, c.population.address, c.key, c.day, peers)


def _partners(c: Community) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The pairs of today's exchanges; a partner of -1 means that none was found."""
    social, times, ends = with_exchanges(c.visitors, c.exchanges)
    if not len(social):
        return social, social
    one, other, through = np.empty((3, int(ends[-1])), np.int64)
    population = c.population
    circle = circle_of_today(c.key, c.visitors, c.visiting, c.day, Purpose.CIRCLE_STRANGER)
    mates, mates_place, width = _mates(c, social)

    def choose(lo: int, hi: int) -> None:
        choose_partners(
            population.members,
            population.address,
            population.last_visit,
            social,
            lo,
            hi,
            times,
            ends,
            c.ties.pool,
            circle.shift,
            circle.starts,
            circle.places,
            circle.rows,
            mates.shift,
            mates.starts,
            mates.places,
            mates.rows,
            mates_place,
            width,
            c.p,
            c.day,
            c.key,
            one,
            other,
            through,
        )

    c.crew.share(len(social), choose)
    return one, other


def _mates(c: Community, social: npt.NDArray[np.int64]) -> tuple[Circle, npt.NDArray[np.uint64], float]:
    """The circle of groups or matches of today's visitors, the places of `social` on it, and a group's width.

    Groups are arcs of a circle: of the ring of similar neighbours if they last, of one redrawn each
    month if not. A match is the next of today's visitors on the circle.
    """
    a, address = c.parameters.affiliation, c.population.address
    if a.form == "open":
        nobody = no_circle()
        return nobody, nobody.places, 0.0
    month = 0 if a.lasting == "lasting" else 1 + c.day // WINDOW
    circle = Circle(_places(c, c.visiting, month), c.visitors)
    return circle, _places(c, address[social], month), float(group_width(c.p, float(c.active)))


@kernel
def group_width(p, active):
    """How far a group reaches on the circle; 0 where there are none."""
    if p[0]["affiliation_form"] != GROUPS:
        return 0.0
    return _CIRCLE * min(1.0, p[0]["affiliation_group_size"] / max(1.0, active)) * 0.999


def _places(c: Community, persons: npt.NDArray[np.int64], month: int) -> npt.NDArray[np.uint64]:
    """Places on the circle of groups: on the fixed ring, or by the month's hash."""
    if month == 0:
        return ring_places(persons, np.uint64(2**64 // c.market.size))
    return hashes(c.key, persons, month, Purpose.CIRCLE_MATE)


@kernel
def ring_places(persons, step):
    """Places of persons on a circle that is the ring, on which neighbours are a step apart."""
    out = np.empty(len(persons), np.uint64)
    for k in range(len(persons)):
        out[k] = np.uint64(persons[k]) * step
    return out


def _due_for_review(c: Community) -> npt.NDArray[np.int64]:
    """Rows of members with their weekly review today."""
    address, weekday = c.population.address, c.day % WEEK
    out = np.empty(c.population.top, np.int64)
    parts = c.crew.share(c.population.top, lambda lo, hi: out[lo : list_due(address, lo, hi, weekday, out)])
    return np.concatenate(parts)


def _settle(c: Community, rows: npt.NDArray[np.int64], how: Callable[..., None], *more: float) -> None:
    population = c.population

    def work(lo: int, hi: int) -> None:
        how(
            population.members,
            rows,
            lo,
            hi,
            c.day,
            c.decay,
            c.base,
            c.burst,
            c.p,
            c.presence,
            population.visit_bound,
            population.exit_bound,
            *more,
        )

    c.crew.share(len(rows), work)


def _remove_at_random(c: Community) -> None:
    rows = c.population.rows()
    hazard = c.parameters.bonding.removal_rate
    drop_at_random(
        c.population.members, c.ties.pool, c.ties.count, rows, 1.0 - math.exp(-hazard), c.day, c.fade, c.key
    )


def _review(c: Community, due: npt.NDArray[np.int64]) -> None:
    """Weekly review: decide who is an ambassador, and start a new week of contributions."""
    risen, fallen = c.rank(due, week_ends=True)
    c.count[Count.MEMBER_TO_INTERNAL] += risen
    c.count[Count.INTERNAL_TO_MEMBER] += fallen


@kernel
def with_exchanges(visitors, exchanges):
    """Visitors with exchanges, their numbers of exchanges, and the cumulative sum, shapes (n,)."""
    social, times, ends = np.empty((3, len(visitors)), np.int64)
    n, so_far = 0, 0
    for k in range(len(visitors)):
        if exchanges[k] > 0:
            so_far += exchanges[k]
            social[n], times[n], ends[n] = visitors[k], exchanges[k], so_far
            n += 1
    return social[:n], times[:n], ends[:n]


@kernel
def replies_that_tie(written, address, key, day, peers):
    """Author and replier of the replies of members that become an exchange, shapes (n,)."""
    author, replier = np.empty(len(written), np.int64), np.empty(len(written), np.int64)
    n, nth, before = 0, 0, -1
    for line in range(len(written)):
        if written[line, 2] < 0:
            continue
        person = address[written[line, 0]]
        nth = nth + 1 if person == before else 0
        before = person
        if uniform(key, person, day, _REPLY_TIE, nth) < peers:
            author[n], replier[n] = written[line, 0], written[line, 2]
            n += 1
    return author[:n], replier[:n]


@kernel
def list_due(address, lo, hi, weekday, out):
    """Rows of lo … hi that are reviewed on a weekday, written to out[lo:]; returns where they end."""
    n = lo
    for r in range(lo, hi):
        out[n] = r
        n += address[r] >= 0 and address[r] % 7 == weekday
    return n


@kernel
def choose_partners(
    members,
    address,
    last_visit,
    visitors,
    lo,
    hi,
    exchanges,
    ends,
    pool,
    shift,
    starts,
    places,
    rows,
    mate_shift,
    mate_starts,
    mate_places,
    mate_rows,
    own_place,
    width,
    p,
    day,
    key,
    one,
    other,
    through,
):
    """Partners of visitors[lo:hi], chosen in blocks on the basis of this morning's ties.

    Three rounds: among existing ties; through a tie or in the group; among strangers. The data that a
    round needs are fetched for the whole block first, so that their cache misses overlap.
    """
    q = p[0]
    for start in range(lo, hi, BLOCK):
        end = min(hi, start + BLOCK)
        first, last = ends[start] - exchanges[start], ends[end - 1]
        # first round: existing ties, and the go-between if it is to be a friend's friend
        if fetch_ties(members, pool, visitors, start, end) < 0.0:
            break
        for k in range(start, end):
            for nth in range(exchanges[k]):
                line = ends[k] - exchanges[k] + nth
                one[line] = visitors[k]
                _among_ties(members, address, last_visit, pool, q, day, key, nth, line, one, other, through)
        # second round: the go-between's ties; else the group or match, where the design has them
        if fetch_ties(members, pool, through, first, last) < 0.0:
            break
        for k in range(start, end):
            for nth in range(exchanges[k]):
                line = ends[k] - exchanges[k] + nth
                a = visitors[k]
                partner = other[line]
                if partner < 0 and through[line] >= 0:
                    partner = _friends_friend(
                        members, address, last_visit, pool, a, through[line], day, key, nth
                    )
                if partner < 0 and len(own_place):
                    partner = _mate(
                        a,
                        members[a]["person"],
                        own_place[k],
                        width,
                        mate_shift,
                        mate_starts,
                        mate_places,
                        mate_rows,
                        q,
                        day,
                        key,
                        nth,
                    )
                other[line] = partner
        # third round: strangers, for exchanges that still lack a partner
        touched = 0.0
        for k in range(start, end):
            for nth in range(exchanges[k]):
                if other[ends[k] - exchanges[k] + nth] < 0:
                    touched += _fetch_strangers(
                        members, address[visitors[k]], shift, starts, places, rows, q, day, key, nth
                    )
        if touched < 0.0:
            break
        for k in range(start, end):
            for nth in range(exchanges[k]):
                line = ends[k] - exchanges[k] + nth
                if other[line] < 0:
                    other[line] = _stranger(
                        members, pool, visitors[k], shift, starts, places, rows, q, day, key, nth
                    )


@kernel
def _among_ties(members, address, last_visit, pool, q, day, key, nth, line, one, other, through):
    """Choose an existing tie as the partner, or else a go-between for a friend's friend."""
    a = one[line]
    person = address[a]
    other[line] = -1
    through[line] = -1
    if uniform(key, person, day, _PARTNER, PARTNER_EXISTING + nth) < q["bonding_existing_share"]:
        other[line] = _friend(members, address, last_visit, pool, a, a, day, key, _FRIEND, nth)
    if (
        other[line] < 0
        and uniform(key, person, day, _PARTNER, PARTNER_TRIADIC + nth) < q["bonding_triadic_share"]
    ):
        through[line] = _friend(
            members, address, last_visit, pool, a, a, day, key, _FRIENDS_FRIEND, GO_BETWEEN + nth
        )


@kernel
def _friends_friend(members, address, last_visit, pool, a, through, day, key, nth):
    """A friend's friend whom row a does not know yet; or -1."""
    b = _friend(members, address, last_visit, pool, through, a, day, key, _FRIENDS_FRIEND, FAR_END + nth)
    return -1 if b >= 0 and knows(members, pool, a, b) else b


@kernel
def _mate(a, person, place, width, shift, starts, places, rows, q, day, key, nth):
    """Another of today's visitors from the same group, or the match; or -1."""
    if uniform(key, person, day, _MATE, MATE_STRIDE * nth + MATE_SOUGHT) >= q["affiliation_mate_share"]:
        return -1
    u = uniform(key, person, day, _MATE, MATE_STRIDE * nth + MATE_PLACE)
    point = place + np.uint64(1) + np.uint64(u * width)
    b = rows[next_place(point, shift, starts, places)]
    return -1 if b == a else b


@kernel
def _friend(members, address, last_visit, pool, a, asker, day, key, purpose, nth):
    """The neighbour of row a, other than `asker`, with the largest hash among recent visitors; or -1."""
    best = -1
    largest = np.uint64(0)
    m = members[a]
    word = address_hash(key, address[asker], day, purpose, nth)
    for s in range(m["slots"], m["slots"] + m["degree"]):
        b = pool[s]["row"]
        if b == asker or last_visit[b] <= day - AROUND:
            continue
        h = hash_among(word, address[b])
        if best < 0 or h > largest:
            best = b
            largest = h
    return best


@kernel
def _candidate(key, person, day, nth, attempt, shift, starts, places, rows):
    """A candidate for a new partner among today's visitors."""
    point = address_hash(key, person, day, _STRANGER, STRANGER_STRIDE * nth + STRANGER_CANDIDATE + attempt)
    return rows[next_place(point, shift, starts, places)]


@kernel
def _fetch_strangers(members, person, shift, starts, places, rows, q, day, key, nth):
    """Fetch the fields of the first two candidates that `_stranger` will compare."""
    first = members[_candidate(key, person, day, nth, 0, shift, starts, places, rows)]
    second = members[_candidate(key, person, day, nth, 1, shift, starts, places, rows)]
    if (
        uniform(key, person, day, _STRANGER, STRANGER_STRIDE * nth + STRANGER_KIND)
        < q["bonding_visible_share"]
    ):
        return float(first["degree"] + second["degree"])
    return float(first["interest"] + second["interest"])


@kernel
def _stranger(members, pool, a, shift, starts, places, rows, q, day, key, nth):
    """One of today's visitors: the more visible or the more similar of two random candidates."""
    m = members[a]
    person = m["person"]
    visible = (
        uniform(key, person, day, _STRANGER, STRANGER_STRIDE * nth + STRANGER_KIND)
        < q["bonding_visible_share"]
    )
    chosen = -1
    weight = 0.0
    candidates = 0
    for attempt in range(TRIES):
        b = _candidate(key, person, day, nth, attempt, shift, starts, places, rows)
        if b == a or b == chosen or knows(members, pool, a, b):
            continue
        if visible:
            w = (1.0 + members[b]["degree"]) ** q["bonding_degree_exponent"]
        else:
            w = math.exp(-2.0 * q["bonding_homophily"] * abs(members[b]["interest"] - m["interest"]))
        weight += w
        if (
            uniform(key, person, day, _STRANGER, STRANGER_STRIDE * nth + STRANGER_CHOICE + attempt) * weight
            <= w
        ):
            chosen = b
        candidates += 1
        if candidates == 2:
            break
    return chosen


@kernel
def deepen(members, visitors, lo, hi, day, decay, base, burst, p, presence, visit_bound, exit_bound, noticed):
    """Strengthen visitors' bonds to the activity and the hub, as the design allows; then `settle`.

    `noticed` is the share of its full step by which a follower binds to a hub whose attention is finite.
    """
    q = p[0]
    hub = q["bonding_hub_step"] * q["affiliation_hub"] * noticed
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch_records(members, visitors, k, min(hi, k + BLOCK)) < 0.0:
            break
        r = visitors[k]
        m = members[r]
        arm = p[m["arm"]]
        step = q["bonding_activity_step"] * arm["affiliation_activity"]
        m["activity"] += step * (1.0 - m["activity"])
        m["hub"] += hub * hub_of(m, presence) * (1.0 - m["hub"])
        advance(m, day, decay, arm)
        settle(members, r, day, base, burst, arm, presence, visit_bound, exit_bound)


@kernel
def drop_at_random(members, pool, count, rows, probability, day, fade, key):
    """Each tie ends with a probability, drawn at its lower address."""
    for k in range(len(rows)):
        a = rows[k]
        person = members[a]["person"]
        s = members[a]["slots"] + members[a]["degree"] - 1
        while s >= members[a]["slots"]:
            other = members[pool[s]["row"]]["person"]
            if person < other and uniform(key, person, day, _REMOVAL, other) < probability:
                cut(members, pool, count, a, s, day, fade)
            s -= 1
