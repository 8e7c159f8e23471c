"""Talk: what was contributed lately, and what grows out of it: exchanges, courage to begin, and reactions.

People get to know each other over what somebody has written: a share of the exchanges sought needs it.
The rest grows with posts and answers per visit v of the last days as 2v / (v + scale), which is 1 at the
scale and at most 2. Who sees others answered begins more readily. A reaction goes to one of the authors of
the last week and gives a little of what a reply gives.

`Community.talk` holds what was posted and answered, visits, posts, and posts answered: sums of the
past in which a day counts a seventh less than the next.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import Purpose, address_hash
from kith.sim.state.community import AUTHOR_DAYS, Community
from kith.sim.state.decay import advance
from kith.sim.state.hash_circle import circle_of_today, next_place

ITEMS, VISITS, POSTS, ANSWERED = range(4)
NEWCOMER_DAYS = 30
"days during which a reply counts for more"
_REACT_TO = int(Purpose.REACT_TO)


def liveliness(c: Community) -> float:
    """Exchanges sought, relative to a community where every visit finds enough to talk about."""
    return float(lively(c.talk, c.p))


@kernel
def lively(talk, p):
    """`liveliness` from the sums of the past."""
    alone = p[0]["contribution_exchange_alone"]
    if alone >= 1.0:
        return 1.0
    items, visits = talk[ITEMS], talk[VISITS]
    if items <= 0.0:
        return alone
    # 2v / (v + scale) with v = items / visits
    return alone + (1.0 - alone) * 2.0 * items / (items + p[0]["contribution_exchange_scale"] * visits)


def share_answered(c: Community) -> float:
    """Share of the last days' posts that were answered; 0 without posts."""
    return float(share_replied(c.talk))


@kernel
def share_replied(talk):
    """`share_answered` from the sums of the past."""
    return talk[ANSWERED] / talk[POSTS] if talk[POSTS] > 0.0 else 0.0


def note_talk(c: Community, items: int, post: int, rejected: int, nobody: int) -> None:
    """Let the day pass into the sums of the past: `items` posts and answers, and today's lines.

    `post`, `rejected` and `nobody` are the kind of a post, and the values of a rejected and an unanswered one.
    """
    shown = (c.written[:, 1] == post) & (c.written[:, 3] != rejected)
    answered = shown & (c.written[:, 2] != nobody)
    c.talk *= 1.0 - 1.0 / AUTHOR_DAYS
    c.talk += (items, len(c.visitors), int(shown.sum()), int(answered.sum()))


def note_authors(c: Community, post: int, rejected: int) -> None:
    """Remember who posted and answered today, if reactions are to reach them."""
    if c.parameters.contribution.react_step <= 0.0:
        return
    shown = (c.written[:, 1] == post) & (c.written[:, 3] != rejected)
    author, replier = c.written[shown, 0], c.written[shown, 2]
    rows = _once((np.concatenate([author, replier[replier >= 0]]),), c.population.top)
    c.authors.append(c.population.address[rows])


def react(c: Community, kind: int) -> None:
    """Let today's reactions, lines of `kind`, reach authors of the last week who are still present."""
    if c.parameters.contribution.react_step <= 0.0 or not (c.written[:, 1] == kind).any():
        return
    rows = _once([c.market.row[persons] for persons in c.authors], c.population.top)
    if len(rows):
        circle = circle_of_today(c.key, rows, c.population.address[rows], c.day, Purpose.CIRCLE_REACT)
        thank_authors(
            c.population.members,
            c.written,
            kind,
            c.p,
            c.decay,
            c.day,
            c.key,
            circle.shift,
            circle.starts,
            circle.places,
            circle.rows,
        )


def _once(parts: Sequence[npt.NDArray[Any]], top: int) -> npt.NDArray[np.int64]:
    """The rows that occur in `parts`, each once, in their order; -1 stands for nobody."""
    seen = np.zeros(top, np.bool_)
    for rows in parts:
        mark(rows, seen)
    return np.flatnonzero(seen)


@kernel
def mark(rows, seen):
    """Mark the rows that occur; negative ones stand for nobody."""
    for row in rows:
        if row >= 0:
            seen[row] = True


@kernel
def acknowledge(m, day, share, q):
    """Let a member feel `share` of a reply: reciprocity and belonging, most in the first month."""
    weight = q["contribution_reply_newcomer"] if day - m["seasoned"] < NEWCOMER_DAYS else 1.0
    step, bond = q["contribution_reply_step"], q["contribution_reply_belonging"]
    m["reciprocity"] += min(1.0, share * weight * step) * (1.0 - m["reciprocity"])
    m["belonging"] += min(1.0, share * weight * bond) * (1.0 - m["belonging"])
    m["last_benefit"] = day


@kernel
def thank_authors(members, written, kind, p, decay, day, key, shift, starts, places, rows):
    """Each reaction reaches the next author after a drawn point; one's own is lost."""
    q = p[0]
    nth = 0
    for line in range(len(written)):
        nth = nth + 1 if line > 0 and written[line - 1, 0] == written[line, 0] else 0
        if written[line, 1] != kind:
            continue
        person = members[written[line, 0]]["person"]
        author = rows[next_place(address_hash(key, person, day, _REACT_TO, nth), shift, starts, places)]
        if author != written[line, 0]:
            advance(members[author], day, decay, p[members[author]["arm"]])  # who need not be here today
            acknowledge(members[author], day, q["contribution_react_step"], q)
