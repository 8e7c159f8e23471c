"""Contribute: contributions of visitors, replies, and numbers of exchanges.

Contributions in a visit ~ Poisson(rate theta motivation audience) with

    motivation = norm (1 + a B + b recognition + c reciprocity) + e (1 - exp(-reward / scale)),

audience = min(1, (A / A0)^elasticity) (Zhang & Zhu 2011), times (1 + badge) for responders
close to a badge, less what unfairness discourages. The first contribution has a barrier that
onboarding and visible rules lower (Matias 2019); a share of newcomers, `entry`, makes it on the day
of joining whatever its propensity. A post or answer is answered with probability
ceiling (1 - exp(-D / crowd)) (A / 100)^elasticity, where D sums the generosity of today's
visitors: under social norms, replies received raise replies given. A reply raises reciprocity
and belonging of its author, most for newcomers (Joyce & Kraut 2006).

Reads  visitors, state, content     Writes  written, exchanges, motivation's stocks, content

Long, because a contribution is followed from its draw to its reply and its effects in one place.
"""

import math

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import (
    ONLY,
    REPLIER_CHOICE,
    REPLIER_FIRST,
    REPLIER_SECOND,
    REPLIER_STRIDE,
    USEFUL_ANSWER,
    USEFUL_POST,
    Purpose,
    address_hash,
    poisson,
    uniform,
)
from kith.sim.kernels.prefetch import BLOCK, fetch_records
from kith.sim.state.categories import REPLIED, UNANSWERED, Count
from kith.sim.state.community import Community
from kith.sim.state.decay import excitation
from kith.sim.state.giving.staff import receive, tend, time_for_answers
from kith.sim.state.giving.talk import (
    acknowledge,
    liveliness,
    note_authors,
    note_talk,
    react,
    share_answered,
)
from kith.sim.state.hash_circle import circle_of_today, next_place
from kith.sim.state.hubs import posts_of_today
from kith.sim.state.layers import PAST, has_contributed
from kith.sim.state.population import NEVER

_CONTRIBUTE, _KIND, _USEFUL = int(Purpose.CONTRIBUTE), int(Purpose.KIND), int(Purpose.USEFUL)
_REPLY, _REPLIER, _EXCHANGE = int(Purpose.REPLY), int(Purpose.REPLIER), int(Purpose.EXCHANGE)

POST, ANSWER, REACT, VOTE, ATTEND = range(5)
KINDS = ("post", "answer", "react", "vote", "attend")
NOBODY, STAFF = -1, -2
"repliers who are no members"
REJECTED = -1
"usefulness of a post that was wrongly rejected"
_FOLLOW_ON = int(Purpose.FOLLOW_ON)
_ENTRY, _REJECTION, _STAFF_REPLY = int(Purpose.ENTRY), int(Purpose.REJECTION), int(Purpose.STAFF_REPLY)


def contribute(c: Community) -> None:
    """Draw contributions and exchanges, answer them, then apply all in order of address."""
    members, n = c.population.members, len(c.visitors)
    spent = receive(c)
    lively, seen = liveliness(c), share_answered(c)
    counts = np.zeros((n, 2), np.int64)
    generosity, able = np.zeros(n), np.empty(n, np.bool_)

    def draw(lo: int, hi: int) -> tuple[int, int, int]:
        return draw_contributions(
            members,
            c.visitors,
            lo,
            hi,
            c.gaps,
            c.p,
            c.day,
            c.key,
            float(c.active),
            c.share_per_point,
            c.unfairness,
            c.badge_levels,
            c.burst,
            lively,
            seen,
            counts,
            generosity,
            able,
        )

    written, met, ready = (sum(part) for part in zip(*c.crew.share(n, draw), strict=True))
    c.exchanges = counts[:, 1]
    c.count[Count.EXCHANGES] += met
    c.written = np.empty((written, 4), np.int64)
    c.crew.share(
        n, lambda lo, hi: write_lines(members, c.visitors, lo, hi, counts, c.p, c.day, c.key, c.written)
    )
    if written:
        _answer(c, able, ready, float(np.add.reduce(generosity)), spent)
    _apply(c)
    tend(c, time_for_answers(c, spent) - float(c.count[Count.STAFF_REPLIES]))


def _answer(c: Community, able: npt.NDArray[np.bool_], ready: int, generosity: float, spent: float) -> None:
    """Find who answers today's posts and answers, among visitors who have contributed before."""
    members, o = c.population.members, c.parameters.organisation
    if ready:
        _answer_by_members(c, able, generosity)
    if o.staff > 0.0:
        capacity = time_for_answers(c, spent)
        waiting = (c.written[:, 1] == POST) & (c.written[:, 2] == NOBODY) & (c.written[:, 3] != REJECTED)
        chance = capacity / max(1, int(waiting.sum()))
        answer_by_staff(members, c.written, waiting, chance, o.staff_useful, c.day, c.key)


def _answer_by_members(c: Community, able: npt.NDArray[np.bool_], generosity: float) -> None:
    circle = circle_of_today(c.key, c.visitors[able], c.visiting[able], c.day, Purpose.CIRCLE_REPLY)

    def find(lo: int, hi: int) -> None:
        find_repliers(
            c.population.members,
            c.written,
            lo,
            hi,
            circle.shift,
            circle.starts,
            circle.places,
            circle.rows,
            c.p,
            c.day,
            c.key,
            float(c.active),
            generosity,
        )

    c.crew.share(len(c.written), find)


def _apply(c: Community) -> None:
    """Let contributions and replies take effect, in order of address."""
    done = np.zeros(6, np.int64)
    take_effect(c.population.members, c.written, c.p, c.day, c.last_contributions, done)
    useful, items, replies, risen, rejected, by_staff = done.tolist()
    c.count[Count.CONTRIBUTIONS] += len(c.written) + replies - by_staff
    c.count[Count.REJECTIONS] += rejected
    c.count[Count.STAFF_REPLIES] += by_staff
    c.useful[c.day] = useful
    by_hub = posts_of_today(c.parameters.affiliation, c.presence, c.day)
    c.count[Count.REPLIES] += replies
    c.count[Count.AUDIENCE_TO_MEMBER] += risen
    c.content = c.content * 2.0 ** (-1.0 / c.parameters.value.content_half_life) + useful + by_hub
    c.items[c.day + 1] = c.items[c.day] + items + by_hub
    c.recent.append(who_wrote(c.written, c.population.address))
    note_talk(c, items, POST, REJECTED, NOBODY)
    note_authors(c, POST, REJECTED)
    react(c, REACT)
    _keep_diary(c)


def _keep_diary(c: Community) -> None:
    """Note today's contributions and answers for the event log, if one is kept."""
    if c.diary is None or not len(c.written):
        return
    address = c.population.address
    author, replier = address[c.written[:, 0]], c.written[:, 2]
    for kind in (POST, REACT, VOTE):
        who = author[c.written[:, 1] == kind]
        c.diary.append((c.day, KINDS[kind], who, np.full(len(who), -1)))
    answered = replier >= 0
    c.diary.append((c.day, KINDS[ANSWER], address[replier[answered]], author[answered]))


@kernel
def who_wrote(written, address):
    """Addresses of authors, then of those among the repliers who are members, once for each contribution."""
    out = np.empty(2 * len(written), np.int64)
    n = 0
    for column in (0, 2):
        for line in range(len(written)):
            if written[line, column] >= 0:
                out[n] = address[written[line, column]]
                n += 1
    return out[:n].copy()


@kernel
def _motivation(m, q, reward, unfairness, levels, day):
    """How readily a member contributes, in units of an unmoved newcomer's intrinsic motivation."""
    intrinsic = m["norm"] * (
        1.0
        + q["contribution_belonging_gain"] * m["belonging"]
        + q["contribution_recognition_gain"] * m["recognition"]
        + q["contribution_reciprocity_gain"] * m["reciprocity"]
    )
    total = intrinsic
    if reward > 0.0:
        total += q["incentives_cash_gain"] * (1.0 - math.exp(-reward / q["incentives_cash_scale"]))
    if q["incentives_badges"] > 0.0 and m["responder"] == 1:
        for level in levels:
            if m["points"] < level:
                if m["points"] >= 0.9 * level or m["points"] == level - 1:
                    total *= 1.0 + q["incentives_badge_gain"] * q["incentives_badges"]
                break
    if q["incentives_leaderboard"] > 0.0 and m["standing"] != 0:
        effect = q["incentives_leaderboard_below"] if m["standing"] < 0 else q["incentives_leaderboard_above"]
        total *= 1.0 + q["incentives_leaderboard"] * (effect - 1.0)
    if unfairness > 0.0 and m["last_reward"] <= day - 60:
        total *= max(0.0, 1.0 - q["incentives_unfairness_weight"] * unfairness)
    return total


@kernel
def _first_step(q, seen):
    """Readiness for the first contribution, relative to later ones, where a share `seen` of posts is answered."""
    rules = 1.0 + (q["contribution_rules_gain"] - 1.0) * q["contribution_rules_visible"]
    help_given = q["contribution_onboarding"] * rules * (1.0 + q["contribution_seen_gain"] * seen)
    if q["affiliation_form"] > 0.0:
        help_given *= q["contribution_room_gain"]
    # help has diminishing returns: as given while it is little, and never more than the bound
    bound = q["contribution_first_bound"]
    if bound > 0.0 and help_given > 1.0:
        room = bound - 1.0
        help_given = 1.0 + room * (1.0 - math.exp(-(help_given - 1.0) / room)) if room > 0.0 else 1.0
    return q["contribution_first_barrier"] * help_given


@kernel
def _follow_on(key, person, day, n, again):
    """How many contributions follow n of today: after each, one more with probability `again`, and so on."""
    out = 0
    for nth in range(n):
        u = uniform(key, person, day, _FOLLOW_ON, nth)
        out += int(math.log(u) / math.log(again))
    return out


@kernel
def draw_contributions(
    members,
    visitors,
    lo,
    hi,
    gaps,
    p,
    day,
    key,
    active,
    share_per_point,
    unfairness,
    levels,
    burst,
    lively,
    seen,
    counts,
    generosity,
    able,
):
    """Contributions and exchanges of visitors[lo:hi] to counts (n, 2), and how ready they are to answer.

    Returns the sums of both, and how many can answer.
    """
    q = p[0]
    written, met, ready = 0, 0, 0
    # a larger audience motivates, up to a limit
    audience = (active / q["contribution_audience_scale"]) ** q["contribution_audience_elasticity"]
    audience = min(q["contribution_audience_cap"], audience)
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch_records(members, visitors, k, min(hi, k + BLOCK)) < 0.0:
            break
        m = members[visitors[k]]
        arm = p[m["arm"]]
        reward = arm["incentives_cash_per_contribution"] + share_per_point
        rate = (
            q["contribution_rate"]
            * m["propensity"]
            * audience
            * _motivation(m, arm, reward, unfairness, levels, day)
        )
        # the first contribution has a barrier; the first week evens out propensities
        if m["contributions"] == 0 and rate > 0.0:
            if day - m["seasoned"] < 7:
                rate = q["contribution_first_week_gain"] * rate ** q["contribution_first_week_exponent"]
            rate *= _first_step(arm, seen)
        # contributions come in bursts: a conversation or a task is seldom done with one
        if q["contribution_burst_gain"] > 0.0 and m["contributions"] > 0:
            rate *= 1.0 + q["contribution_burst_gain"] * excitation(m, day, burst)
        counts[k, 0] = poisson(
            uniform(key, m["person"], day, _CONTRIBUTE, ONLY), rate * arm["contribution_doors_open"]
        )
        # some newcomers join in order to contribute
        if q["contribution_entry"] > 0.0 and m["joined"] == day and counts[k, 0] == 0:
            entry = q["contribution_entry"] * arm["contribution_doors_open"]
            counts[k, 0] = 1 if uniform(key, m["person"], 0, _ENTRY, ONLY) < entry else 0
        # a conversation goes on: each contribution may be followed by another in the same visit
        if q["contribution_follow_on"] > 0.0:
            counts[k, 0] += _follow_on(key, m["person"], day, counts[k, 0], q["contribution_follow_on"])
        # exchanges with peers need a design that supports ties among members
        exchange_rate = 0.0
        if q["affiliation_peers"] > 0.0:
            exchange_rate = min(
                q["contribution_exchange_max"],
                q["contribution_exchange_rate"] * m["sociability"] * lively,
            )
        counts[k, 1] = poisson(
            uniform(key, m["person"], day, _EXCHANGE, ONLY), exchange_rate * q["affiliation_peers"]
        )
        # only members who have contributed before can reply
        able[k] = m["contributions"] > 0
        if able[k]:
            generosity[k] = m["norm"] * (1.0 + q["contribution_reply_generosity"] * m["reciprocity"])
            ready += 1
        written += counts[k, 0]
        met += counts[k, 1]
    return written, met, ready


@kernel
def write_lines(members, visitors, lo, hi, counts, p, day, key, written):
    """One line per contribution of visitors[lo:hi]: author, kind, no replier yet, useful or not, or wrongly rejected.

    Lines of visitors before lo come before.
    """
    q = p[0]
    wrongly = q["governance_false_positive_rate"] * q["governance_filter_strength"]
    line = 0
    for k in range(lo):
        line += counts[k, 0]
    for k in range(lo, hi):
        if counts[k, 0] == 0:
            continue
        person = members[visitors[k]]["person"]
        for nth in range(counts[k, 0]):
            u = uniform(key, person, day, _KIND, nth)
            kind = VOTE
            if u < q["contribution_share_post"]:
                kind = POST
            elif u < q["contribution_share_post"] + q["contribution_share_react"]:
                kind = REACT
            written[line, 0] = visitors[k]
            written[line, 1] = kind
            written[line, 2] = NOBODY
            useful = (
                kind == POST
                and uniform(key, person, day, _USEFUL, USEFUL_POST + nth) < q["value_useful_share"]
            )
            written[line, 3] = 1 if useful else 0
            if kind == POST and uniform(key, person, day, _REJECTION, nth) < wrongly:
                written[line, 3] = REJECTED
            line += 1


@kernel
def find_repliers(members, written, lo, hi, shift, starts, places, rows, p, day, key, active, generosity):
    """Who answers each post of written[lo:hi]: of two candidates on the circle, mostly the more generous one."""
    q = p[0]
    size = max(1.0, active / 100.0) ** q["contribution_reply_size_elasticity"]
    # lines of one author are numbered; a part of the work may begin in the middle of them
    nth, begin = 0, lo
    while 0 < begin < len(written) and written[begin - 1, 0] == written[lo, 0]:
        begin -= 1
        nth += 1
    nth -= 1
    for line in range(lo, hi):
        author = written[line, 0]
        nth = nth + 1 if line > 0 and written[line - 1, 0] == author else 0
        if written[line, 1] != POST or written[line, 3] == REJECTED:
            continue
        a = members[author]
        # the generosity of all visitors but the author, who counts only after a first contribution
        author_generosity = a["norm"] * (1.0 + q["contribution_reply_generosity"] * a["reciprocity"])
        if a["contributions"] == 0:
            author_generosity = 0.0
        available = max(0.0, generosity - author_generosity)
        ceiling = p[a["arm"]]["contribution_reply_ceiling"]
        chance = ceiling * (1.0 - math.exp(-available / q["contribution_reply_crowd"])) * size
        chance *= 1.0 + q["contribution_reply_to_connected"] * a["bonds"]
        if uniform(key, a["person"], day, _REPLY, nth) >= min(chance, ceiling):
            continue
        # nobody answers their own post: if the author comes up, the other candidate stands in
        base = REPLIER_STRIDE * nth
        point = address_hash(key, a["person"], day, _REPLIER, base + REPLIER_FIRST)
        first = rows[next_place(point, shift, starts, places)]
        point = address_hash(key, a["person"], day, _REPLIER, base + REPLIER_SECOND)
        second = rows[next_place(point, shift, starts, places)]
        if first == author:
            first = second
        if second == author:
            second = first
        if first == author:
            continue
        # of two candidates, the choice is in proportion to their generosity
        first_generosity = members[first]["norm"] * (
            1.0 + q["contribution_reply_generosity"] * members[first]["reciprocity"]
        )
        second_generosity = members[second]["norm"] * (
            1.0 + q["contribution_reply_generosity"] * members[second]["reciprocity"]
        )
        pick = uniform(key, a["person"], day, _REPLIER, base + REPLIER_CHOICE)
        is_first = pick * (first_generosity + second_generosity) <= first_generosity
        written[line, 2] = first if is_first else second
        if uniform(key, a["person"], day, _USEFUL, USEFUL_ANSWER + nth) < q["value_useful_share"]:
            written[line, 3] += 1


@kernel
def answer_by_staff(members, written, waiting, chance, useful, day, key):
    """Staff answer the posts that nobody has answered, as far as their time goes."""
    nth = 0
    for line in range(len(written)):
        nth = nth + 1 if line > 0 and written[line - 1, 0] == written[line, 0] else 0
        person = members[written[line, 0]]["person"]
        if waiting[line] and uniform(key, person, day, _STAFF_REPLY, nth) < chance:
            written[line, 2] = STAFF
            if uniform(key, person, day, _USEFUL, USEFUL_ANSWER + nth) < useful:
                written[line, 3] += 1


@kernel
def _contributed(m, kind, day, histogram):
    """Note a contribution of a member; returns 1 if it rises from the audience to the members."""
    rises = 0 if has_contributed(m["last_contribution"], day - 1) else 1
    if m["last_contribution"] > -PAST:
        histogram[m["last_contribution"] + PAST] -= 1
    histogram[day + PAST] += 1
    if m["first_contribution"] == NEVER:
        m["first_contribution"] = day
    elif 1 <= day - m["first_contribution"] <= 7:
        m["again"] = 1
    m["last_contribution"] = day
    m["contributions"] += 1
    m["points"] += 1
    m["month_points"] += 1
    m["weeks"] |= np.uint32(1)
    if kind == POST:
        m["last_post"] = day
    elif kind == ANSWER:
        m["last_answer"] = day
    elif kind == REACT:
        m["last_react"] = day
    else:
        m["last_vote"] = day
    return rises


@kernel
def take_effect(members, written, p, day, histogram, done):
    """Apply today's lines in order; done = useful, items, replies, risen to member, rejected,
    answered by staff."""
    q = p[0]
    for line in range(len(written)):
        m = members[written[line, 0]]
        is_first = m["contributions"] == 0
        done[3] += _contributed(m, written[line, 1], day, histogram)
        if is_first and written[line, 1] == POST:
            m["first_replied"] = REPLIED if written[line, 2] != NOBODY else UNANSWERED
        if written[line, 3] == REJECTED:
            m["belonging"] *= 1.0 - q["governance_rejection_loss"]
            m["reciprocity"] *= 1.0 - q["governance_rejection_loss"]
            done[4] += 1
            continue
        done[0] += written[line, 3]
        if written[line, 1] == POST:
            done[1] += 1
        if written[line, 2] == NOBODY:
            continue
        done[1] += 1
        done[2] += 1
        if written[line, 2] == STAFF:
            done[5] += 1
        else:
            done[3] += _contributed(members[written[line, 2]], ANSWER, day, histogram)
        acknowledge(m, day, 1.0, q)
