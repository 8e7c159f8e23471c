"""Staff: what community managers do with their time besides answering, and what it is good for.

A day of staff is measured in answers; the other tasks share that time. A *welcome* reaches whoever
joins today and takes as long as an answer. An *introduction* brings a newcomer who knows nobody
together with a visitor who has contributed, and takes two. Time that the two do not need goes to answers,
and what answers leave goes to *tending* items, if any time is set aside for it: tended posts become
useful and the feed tires less. *Listening* carries members' ideas into the product (`steer`). Tending and
listening have diminishing returns: with t the time per item, 1 - exp(-t) of the items are reached.
"""

import math

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import (
    INTRODUCED,
    INTRODUCED_TIES,
    INTRODUCED_TO,
    ONLY,
    Purpose,
    address_hash,
    uniform,
)
from kith.sim.state.community import AUTHOR_DAYS, Community
from kith.sim.state.giving.talk import ITEMS, NEWCOMER_DAYS, acknowledge
from kith.sim.state.hash_circle import circle_of_today, next_place
from kith.sim.state.layers import WINDOW

INTRODUCTION = 2.0
"time of an introduction, in answers"
_WELCOME, _INTRODUCE = int(Purpose.WELCOME), int(Purpose.INTRODUCE)


def time_today(c: Community) -> float:
    """Staff's time of a day, in answers."""
    return float(staff_time(c.p, c.coverage))


@kernel
def staff_time(p, coverage):
    """`time_today` where a share of the plan is paid for."""
    q = p[0]
    return (
        q["organisation_staff"]
        * q["organisation_staff_replies"]
        * (0.5 + q["organisation_staff_bond"])
        * coverage
    )


@kernel
def answering_time(p, coverage, used):
    """What is left for answers when `used` has gone to newcomers."""
    q = p[0]
    other = 1.0 - q["organisation_staff_curate"] - q["organisation_staff_listen"]
    return max(0.0, staff_time(p, coverage) * other - used)


@kernel
def tended_share(p, coverage, left, items):
    """Share of what is posted that staff tend, where `items` were posted in the last days."""
    q = p[0]
    posted = max(1.0, items / AUTHOR_DAYS)
    time = staff_time(p, coverage) * q["organisation_staff_curate"] + max(0.0, left)
    return 1.0 - math.exp(-time / posted)


@kernel
def heard_share(p, coverage, useful):
    """Share of a month's `useful` items that staff carry into the product."""
    q = p[0]
    if q["organisation_staff_listen"] <= 0.0 or q["organisation_staff"] <= 0.0:
        return 0.0
    time = staff_time(p, coverage) * q["organisation_staff_listen"]
    return 1.0 - math.exp(-time / max(1.0, useful / WINDOW))


def time_for_answers(c: Community, used: float) -> float:
    """What is left for answers when `used` has gone to newcomers."""
    return float(answering_time(c.p, c.coverage, used))


def receive(c: Community) -> float:
    """Welcome today's newcomers and introduce those who know nobody; returns the time used."""
    c.introduced = np.empty((0, 2), np.int64)
    o = c.parameters.organisation
    if o.staff <= 0.0 or o.staff_welcome + o.staff_introduce <= 0.0:
        return 0.0
    joined, lonely = newcomers_of_today(c.population.members, c.visitors, c.day)
    time, used = time_today(c), 0.0
    if len(joined) and o.staff_welcome > 0.0:
        chance = min(1.0, time * o.staff_welcome / len(joined))
        used += welcome(c.population.members, joined, chance, c.p, c.day, c.key)
    if len(lonely) and o.staff_introduce > 0.0:
        chance = min(1.0, time * o.staff_introduce / (INTRODUCTION * len(lonely)))
        used += _introduce(c, lonely, chance)
    return used


def _introduce(c: Community, lonely: np.ndarray, chance: float) -> float:
    """Draw who is introduced to whom, for `bond`; returns the time used."""
    able = c.population.members["contributions"][c.visitors] > 0
    if not able.any():
        return 0.0
    circle = circle_of_today(c.key, c.visitors[able], c.visiting[able], c.day, Purpose.CIRCLE_INTRODUCE)
    c.introduced, made = bring_together(
        c.population.members,
        lonely,
        chance,
        c.parameters.affiliation.peers,
        c.day,
        c.key,
        circle.shift,
        circle.starts,
        circle.places,
        circle.rows,
    )
    return INTRODUCTION * made


def tend(c: Community, left: float) -> None:
    """Tend what was posted, with the time set aside and what answering has left; felt from tomorrow on."""
    o = c.parameters.organisation
    if o.staff_curate > 0.0 and o.staff > 0.0:
        c.tended = float(tended_share(c.p, c.coverage, left, float(c.talk[ITEMS])))
        c.show_tended()
    elif c.tended > 0.0:
        c.tended = 0.0
        c.show_tended()


@kernel
def newcomers_of_today(members, visitors, day):
    """Rows of visitors who joined today, and of those in their first month who know nobody."""
    joined, lonely = np.empty(len(visitors), np.int64), np.empty(len(visitors), np.int64)
    n, few = 0, 0
    for k in range(len(visitors)):
        m = members[visitors[k]]
        if m["joined"] == day:
            joined[n] = visitors[k]
            n += 1
        if m["degree"] == 0 and day - m["seasoned"] < NEWCOMER_DAYS:
            lonely[few] = visitors[k]
            few += 1
    return joined[:n], lonely[:few]


@kernel
def welcome(members, joined, chance, p, day, key):
    """Welcome some of those who joined today; returns how many."""
    q = p[0]
    welcomed = 0
    for k in range(len(joined)):
        m = members[joined[k]]
        if uniform(key, m["person"], day, _WELCOME, ONLY) < chance:
            acknowledge(m, day, q["organisation_welcome_step"], q)
            welcomed += 1
    return welcomed


@kernel
def bring_together(members, lonely, chance, peers, day, key, shift, starts, places, rows):
    """Pairs of a newcomer and a contributor that become an exchange, shape (n, 2); and how many were introduced."""
    pairs = np.empty((len(lonely), 2), np.int64)
    n, made = 0, 0
    for k in range(len(lonely)):
        person = members[lonely[k]]["person"]
        if uniform(key, person, day, _INTRODUCE, INTRODUCED) >= chance:
            continue
        point = address_hash(key, person, day, _INTRODUCE, INTRODUCED_TO)
        other = rows[next_place(point, shift, starts, places)]
        if other == lonely[k]:
            continue
        made += 1
        if uniform(key, person, day, _INTRODUCE, INTRODUCED_TIES) < peers:
            pairs[n, 0], pairs[n, 1] = lonely[k], other
            n += 1
    return pairs[:n].copy(), made
