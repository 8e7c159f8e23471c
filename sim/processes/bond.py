"""Bond: ties by exchange, bonds by use, and belonging, a leaky and bounded stock.

An exchange goes to an existing tie, a friend of a friend (Leskovec et al. 2008), somebody of
like mind (McPherson et al. 2001) or somebody visible, s <- s + e (1 - s); ties fade with a
half-life. Activity and hub bonds grow with visits and fade without. Belonging B follows

    dB/dt = (ln 2 / H) (1 - exp(-sum_k w_k z_k) - B),  z = identity, ties, hub, recognition.

Visitors are looked at today, everybody else once a week; in between the target stands.

Reads  visitors, exchanges, replies     Writes  ties, bonds, belonging, visit rate, layers
"""

import math

import numpy as np
import numpy.typing as npt

from sim.circle import Circle, circle_of_today, next_place
from sim.community import WINDOW, Community, Count
from sim.fetch import BLOCK, fetch
from sim.kernel import kernel
from sim.luck import Purpose, address_hash, hashes, uniform
from sim.motion import WEEK, begin_week, settle_rows
from sim.ties import cut, find, prune, strengthen_pairs

_PARTNER, _FRIEND, _FRIENDS_FRIEND = int(Purpose.PARTNER), int(Purpose.FRIEND), int(Purpose.FRIENDS_FRIEND)
_STRANGER, _REMOVAL = int(Purpose.STRANGER), int(Purpose.REMOVAL)
_REPLY_TIE, _MATE = int(Purpose.REPLY_TIE), int(Purpose.MATE)
AROUND = 14
TRIES = 4


def bond(c: Community) -> None:
    """Let today's exchanges and replies tie people, drop faded ties, and settle belonging."""
    _meet(c)
    due = c.in_address_order(_due_for_review(c))
    _grow(c.population.members, c.visitors, c.p, c.presence)
    prune(
        c.population.members, c.ties.pool, c.ties.count, due, c.day, c.fade, c.parameters.bonding.drop_below
    )
    if c.parameters.bonding.removal_rate > 0.0:
        _remove_at_random(c)
    absent = due[c.population.last_visit[due] != c.day]
    for rows in (c.visitors, absent):
        _settle(c, rows)
    _review(c, due)


def _meet(c: Community) -> None:
    """Pairs who exchange today: answers first, then exchanges, each in order of address."""
    b = c.parameters.bonding
    answered, met = _answered(c), _partners(c)
    if c.diary is not None:
        found = met[1] >= 0
        c.diary.append(
            (c.day, "exchange", c.population.address[met[0][found]], c.population.address[met[1][found]])
        )
    for one, other in (answered, met):
        strengthen_pairs(
            c.population.members,
            c.ties.pool,
            c.ties.count,
            one,
            other,
            b.first_strength,
            min(1.0, b.strength_step * _trust(c)),
            c.day,
            c.fade,
        )


def _trust(c: Community) -> float:
    """How much faster ties grow between real names than between handles."""
    a = c.parameters.affiliation
    return 1.0 + a.identity_gain * (2.0 * a.identity - 1.0)


def _answered(c: Community) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Author and replier of today's replies, where the design lets peers tie."""
    lines = c.written[c.written[:, 2] >= 0]
    peers = c.parameters.affiliation.peers
    if peers <= 0.0 or not len(lines):
        return lines[:0, 0], lines[:0, 2]
    author, replier = lines[:, 0], lines[:, 2]
    persons = c.population.address[author]
    nth = np.arange(len(lines)) - np.searchsorted(persons, persons)
    kept = _open_to_peers(c.key, persons, nth, c.day, peers)
    return author[kept], replier[kept]


def _partners(c: Community) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Who meets whom in today's exchanges; a partner of -1 means that nobody was found."""
    total = int(c.exchanges.sum())
    one, other = np.full(total, -1), np.full(total, -1)
    if not total:
        return one, other
    population = c.population
    circle = circle_of_today(
        c.key, c.visitors, population.address[c.visitors], c.day, Purpose.CIRCLE_STRANGER
    )
    meets = c.exchanges > 0
    social, times = c.visitors[meets], c.exchanges[meets]
    ends = np.cumsum(times)
    mates, mates_place, width = _mates(c, social)

    def choose(lo: int, hi: int) -> None:
        _choose(
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
        )

    c.crew.share(len(social), choose)
    return one, other


def _mates(c: Community, social: npt.NDArray[np.int64]) -> tuple[Circle, npt.NDArray[np.uint64], float]:
    """Today's visitors by group or match, the places of `social` among them, and how wide a group is.

    Groups are stretches of a circle: the ring of like-minded neighbours where they last, one drawn
    anew each month where they do not. A match is whoever of today's visitors comes next.
    """
    a, address = c.parameters.affiliation, c.population.address
    if a.form == "open":
        return Circle(np.empty(0, np.uint64), social[:0]), np.empty(0, np.uint64), 0.0
    month = 0 if a.lasting == "lasting" else 1 + c.day // WINDOW
    circle = Circle(_places(c, address[c.visitors], month), c.visitors)
    width = 2.0**64 * min(1.0, a.group_size / max(1, c.active)) if a.form == "groups" else 0.0
    return circle, _places(c, address[social], month), width * 0.999


def _places(c: Community, persons: npt.NDArray[np.int64], month: int) -> npt.NDArray[np.uint64]:
    """Where people stand on the circle of groups: on the fixed ring, or by the month's hash."""
    if month == 0:
        return persons.astype(np.uint64) * np.uint64(2**64 // c.market.size)
    return hashes(c.key, persons, month, Purpose.CIRCLE_MATE)


def _due_for_review(c: Community) -> npt.NDArray[np.int64]:
    """Rows whose week is over, by address; founders and newcomers alike."""
    out = np.empty(c.population.top, np.int64)
    n = _list_due(c.population.address, c.population.top, c.day % WEEK, out)
    return out[:n]


def _settle(c: Community, rows: npt.NDArray[np.int64]) -> None:
    population = c.population

    def work(lo: int, hi: int) -> None:
        settle_rows(
            population.members,
            rows,
            lo,
            hi,
            c.ties.pool,
            c.day,
            c.fade,
            c.decay,
            c.base,
            c.p,
            c.presence,
            population.visit_bound,
            population.exit_bound,
        )

    c.crew.share(len(rows), work)


def _remove_at_random(c: Community) -> None:
    rows = c.population.rows()
    hazard = c.parameters.bonding.removal_rate
    _drop(c.population.members, c.ties.pool, c.ties.count, rows, 1.0 - math.exp(-hazard), c.day, c.key)


def _review(c: Community, due: npt.NDArray[np.int64]) -> None:
    """Once a week: is this member an ambassador; and a new week of contributions begins."""
    risen, fallen = c.rank(due)
    c.count[Count.MEMBER_TO_INTERNAL] += risen
    c.count[Count.INTERNAL_TO_MEMBER] += fallen
    begin_week(c.population.members, due)


@kernel
def _open_to_peers(key, persons, nth, day, peers):
    """Which replies become an exchange, shape (n,)."""
    kept = np.zeros(len(persons), np.bool_)
    for k in range(len(persons)):
        kept[k] = uniform(key, persons[k], day, _REPLY_TIE, nth[k]) < peers
    return kept


@kernel
def _list_due(address, top, weekday, out):
    n = 0
    for r in range(top):
        if address[r] >= 0 and address[r] % 7 == weekday:
            out[n] = r
            n += 1
    return n


@kernel
def _choose(
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
):
    """Partners of visitors[lo:hi], all on the ties of this morning."""
    q = p[0]
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch(members, pool, visitors, k, min(hi, k + BLOCK)) < 0.0:
            break
        a = visitors[k]
        m = members[a]
        for nth in range(exchanges[k]):
            line = ends[k] - exchanges[k] + nth
            one[line] = a
            u = uniform(key, m["person"], day, _PARTNER, nth)
            partner = -1
            if u < q["bonding_existing_share"]:
                partner = _friend(members, address, last_visit, pool, a, a, day, key, _FRIEND, nth)
            if partner < 0:
                v = uniform(key, m["person"], day, _PARTNER, 100 + nth)
                if v < q["bonding_triadic_share"]:
                    through = _friend(
                        members, address, last_visit, pool, a, a, day, key, _FRIENDS_FRIEND, nth
                    )
                    if through >= 0:
                        partner = _friend(
                            members,
                            address,
                            last_visit,
                            pool,
                            through,
                            a,
                            day,
                            key,
                            _FRIENDS_FRIEND,
                            50 + nth,
                        )
                        if partner >= 0 and find(members, pool, a, partner) >= 0:
                            partner = -1
            if (
                partner < 0
                and len(own_place)
                and (uniform(key, m["person"], day, _MATE, 2 * nth) < q["affiliation_mate_share"])
            ):
                u = uniform(key, m["person"], day, _MATE, 2 * nth + 1)
                point = own_place[k] + np.uint64(1) + np.uint64(u * width)
                partner = mate_rows[next_place(point, mate_shift, mate_starts, mate_places)]
                if partner == a:
                    partner = -1
            if partner < 0:
                partner = _stranger(members, pool, a, shift, starts, places, rows, q, day, key, nth)
            other[line] = partner


@kernel
def _friend(members, address, last_visit, pool, a, asker, day, key, purpose, nth):
    """The tie of row a, other than to the asker, with the largest hash among those who are around."""
    best = -1
    largest = np.uint64(0)
    m = members[a]
    salt = np.uint64(nth + 1) << np.uint64(40)
    for s in range(m["slots"], m["slots"] + m["degree"]):
        b = pool[s]["row"]
        if b == asker or last_visit[b] <= day - AROUND:
            continue
        h = address_hash(key, address[asker], day, purpose, salt ^ np.uint64(address[b]))
        if best < 0 or h > largest:
            best = b
            largest = h
    return best


@kernel
def _stranger(members, pool, a, shift, starts, places, rows, q, day, key, nth):
    """One of today's visitors: visible (by ties) or of like mind, the better of two on the circle."""
    m = members[a]
    person = m["person"]
    visible = uniform(key, person, day, _STRANGER, 16 * nth) < q["bonding_visible_share"]
    chosen = -1
    weight = 0.0
    found = 0
    for attempt in range(TRIES):
        point = address_hash(key, person, day, _STRANGER, 16 * nth + 1 + attempt)
        b = rows[next_place(point, shift, starts, places)]
        if b == a or b == chosen or find(members, pool, a, b) >= 0:
            continue
        if visible:
            w = (1.0 + members[b]["degree"]) ** q["bonding_degree_exponent"]
        else:
            w = math.exp(-2.0 * q["bonding_homophily"] * abs(members[b]["interest"] - m["interest"]))
        weight += w
        if uniform(key, person, day, _STRANGER, 16 * nth + 8 + attempt) * weight <= w:
            chosen = b
        found += 1
        if found == 2:
            break
    return chosen


@kernel
def _grow(members, visitors, p, presence):
    """A visit deepens the bonds to the activity and to the hub, as far as the design allows."""
    q = p[0]
    hub = q["bonding_hub_step"] * q["affiliation_hub"] * presence
    for k in range(len(visitors)):
        m = members[visitors[k]]
        step = q["bonding_activity_step"] * p[m["arm"]]["affiliation_activity"]
        m["activity"] += step * (1.0 - m["activity"])
        m["hub"] += hub * (1.0 - m["hub"])


@kernel
def _drop(members, pool, count, rows, probability, day, key):
    """Each tie ends with a probability, drawn at its lower address."""
    for k in range(len(rows)):
        a = rows[k]
        person = members[a]["person"]
        s = members[a]["slots"] + members[a]["degree"] - 1
        while s >= members[a]["slots"]:
            other = members[pool[s]["row"]]["person"]
            if person < other and uniform(key, person, day, _REMOVAL, other) < probability:
                cut(members, pool, count, a, s)
            s -= 1
