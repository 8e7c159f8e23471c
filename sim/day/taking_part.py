"""Taking part: `visit` and `contribute` of a day inside a compiled call, with what staff do for newcomers."""

import numpy as np

from kith.sim.day.moves import circle_of, count_active, in_order
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.luck import Purpose, circle_places
from kith.sim.kernels.sums import add_up
from kith.sim.processes.contribute import (
    NOBODY,
    POST,
    REACT,
    REJECTED,
    answer_by_staff,
    draw_contributions,
    find_repliers,
    take_effect,
    who_wrote,
    write_lines,
)
from kith.sim.processes.visit import judge_visits, note_visits, screen_visits
from kith.sim.state.categories import Count
from kith.sim.state.community import AUTHOR_DAYS, liquidity
from kith.sim.state.giving.content import mend
from kith.sim.state.giving.staff import (
    INTRODUCTION,
    answering_time,
    bring_together,
    newcomers_of_today,
    staff_time,
    tended_share,
    welcome,
)
from kith.sim.state.giving.talk import ITEMS, lively, mark, share_replied, thank_authors
from kith.sim.state.hubs import items_of_hubs

_VISITS, _EXCHANGES, _CONTRIBUTIONS = int(Count.VISITS), int(Count.EXCHANGES), int(Count.CONTRIBUTIONS)
_REJECTIONS, _STAFF_REPLIES, _REPLIES = int(Count.REJECTIONS), int(Count.STAFF_REPLIES), int(Count.REPLIES)
_AUDIENCE_TO_MEMBER = int(Count.AUDIENCE_TO_MEMBER)
_CIRCLE_REPLY, _CIRCLE_REACT = int(Purpose.CIRCLE_REPLY), int(Purpose.CIRCLE_REACT)
_CIRCLE_INTRODUCE = int(Purpose.CIRCLE_INTRODUCE)


@kernel_part
def visit(s, day):
    """`visit`; returns rows, addresses and gaps of today's visitors."""
    a, t, top = s.awake, s.tables, s.now[0]["top"]
    out = np.empty(top, np.int64)
    n = screen_visits(a.address, a.visit_bound, a.members, t.p, t.decay, t.burst, day, s.key, 0, top, out)
    visitors, visiting = in_order(s, out[:n])
    s.tallies.flows[_VISITS] += n
    gaps, sides = np.empty(n), np.empty(n, np.uint8)
    judge_visits(
        a.members,
        a.last_visit,
        visitors,
        0,
        n,
        s.slots.pool,
        t.p,
        t.decay,
        t.fade,
        day,
        float(s.now[0]["active"]),
        s.now[0]["content"],
        liquidity(s.tallies.sides, t.p),
        s.tallies.presence,
        s.tallies.hub_left,
        s.tallies.items,
        t.tiers,
        gaps,
        sides,
        s.tallies.climate,
    )
    note_visits(sides, a.last_visit, s.tallies.last_visits, visitors, day)
    count_active(s, day)
    return visitors, visiting, gaps


@kernel_part
def contribute(s, visitors, visiting, gaps, authors, day):
    """`contribute`; returns today's lines, exchanges and introductions, authors of the last days, who wrote today."""
    t, now, q, count = s.tables, s.now[0], s.tables.p[0], s.tallies.flows
    rules, n = t.rules[0], len(visitors)
    introduced, spent = _receive(s, visitors, visiting, day)
    counts = np.zeros((n, 2), np.int64)
    generosity, able = np.zeros(n), np.empty(n, np.bool_)
    written, met, ready = draw_contributions(
        s.awake.members,
        visitors,
        0,
        n,
        gaps,
        t.p,
        day,
        s.key,
        float(now["active"]),
        rules["share_per_point"],
        rules["unfairness"],
        t.levels,
        t.burst,
        lively(s.tallies.talk, t.p),
        share_replied(s.tallies.talk),
        counts,
        generosity,
        able,
    )
    count[_EXCHANGES] += met
    lines = np.empty((written, 4), np.int64)
    write_lines(s.awake.members, visitors, 0, n, counts, t.p, day, s.key, lines)
    if written > 0:
        if ready > 0:
            shift, starts, places, rows = circle_of(
                circle_places(s.key, visiting[able], day, _CIRCLE_REPLY), visitors[able]
            )
            find_repliers(
                s.awake.members,
                lines,
                0,
                written,
                shift,
                starts,
                places,
                rows,
                t.p,
                day,
                s.key,
                float(now["active"]),
                add_up(generosity),
            )
        if q["organisation_staff"] > 0.0:
            _answer(s, lines, answering_time(t.p, rules["coverage"], spent), day)
    authors, wrote = _apply(s, lines, n, authors, day)
    _tend(s, answering_time(t.p, rules["coverage"], spent) - float(count[_STAFF_REPLIES]))
    return lines, counts[:, 1].copy(), introduced, authors, wrote


@kernel_part
def _answer(s, lines, capacity, day):
    waiting, n = np.zeros(len(lines), np.bool_), 0
    for line in range(len(lines)):
        if lines[line, 1] == POST and lines[line, 2] == NOBODY and lines[line, 3] != REJECTED:
            waiting[line] = True
            n += 1
    useful = s.tables.p[0]["organisation_staff_useful"]
    answer_by_staff(s.awake.members, lines, waiting, capacity / max(1, n), useful, day, s.key)


@kernel_part
def _receive(s, visitors, visiting, day):
    """`receive`; returns the pairs introduced, and the time used."""
    t, q, members = s.tables, s.tables.p[0], s.awake.members
    pairs, used = np.empty((0, 2), np.int64), 0.0
    to_welcome, to_introduce = q["organisation_staff_welcome"], q["organisation_staff_introduce"]
    if q["organisation_staff"] <= 0.0 or to_welcome + to_introduce <= 0.0:
        return pairs, used
    joined, lonely = newcomers_of_today(members, visitors, day)
    time = staff_time(t.p, t.rules[0]["coverage"])
    if len(joined) > 0 and to_welcome > 0.0:
        chance = min(1.0, time * to_welcome / len(joined))
        used += welcome(members, joined, chance, t.p, day, s.key)
    if len(lonely) > 0 and to_introduce > 0.0:
        chance = min(1.0, time * to_introduce / (INTRODUCTION * len(lonely)))
        able = np.empty(len(visitors), np.bool_)
        for k in range(len(visitors)):
            able[k] = members[visitors[k]]["contributions"] > 0
        if able.any():
            shift, starts, places, rows = circle_of(
                circle_places(s.key, visiting[able], day, _CIRCLE_INTRODUCE), visitors[able]
            )
            pairs, made = bring_together(
                members,
                lonely,
                chance,
                q["affiliation_peers"],
                day,
                s.key,
                shift,
                starts,
                places,
                rows,
            )
            used += INTRODUCTION * made
    return pairs, used


@kernel_part
def _apply(s, lines, visitors, authors, day):
    """`_apply`; returns authors of the last days, and who wrote today."""
    t, now, count, tallies = s.tables, s.now[0], s.tallies.flows, s.tallies
    done = np.zeros(6, np.int64)
    take_effect(s.awake.members, lines, t.p, day, tallies.last_contributions, done)
    useful, items, replies, by_staff = done[0], done[1], done[2], done[5]
    count[_CONTRIBUTIONS] += len(lines) + replies - by_staff
    count[_REJECTIONS] += done[4]
    count[_STAFF_REPLIES] += by_staff
    tallies.useful[day] = useful
    by_hub = items_of_hubs(t.p, tallies.presence, day)
    count[_REPLIES] += replies
    count[_AUDIENCE_TO_MEMBER] += done[3]
    now["content"] = now["content"] * t.rules[0]["content_fading"] + useful + by_hub
    tallies.items[day + 1] = tallies.items[day] + items + by_hub
    wrote = who_wrote(lines, s.awake.address)
    shown, answered = 0, 0
    for line in range(len(lines)):
        if lines[line, 1] == POST and lines[line, 3] != REJECTED:
            shown += 1
            answered += lines[line, 2] != NOBODY
    today = (float(items), float(visitors), float(shown), float(answered))
    for k in range(4):
        tallies.talk[k] = tallies.talk[k] * (1.0 - 1.0 / AUTHOR_DAYS) + today[k]
    if t.p[0]["contribution_react_step"] > 0.0:
        authors = _note_authors(s, lines, authors, day)
        _react(s, lines, authors, day)
    return authors, wrote


@kernel_part
def _note_authors(s, lines, authors, day):
    """`note_authors`; returns authors of the last days, with today's."""
    seen, top = np.zeros(s.now[0]["top"], np.bool_), s.now[0]["top"]
    for line in range(len(lines)):
        if lines[line, 1] == POST and lines[line, 3] != REJECTED:
            seen[lines[line, 0]] = True
            if lines[line, 2] >= 0:
                seen[lines[line, 2]] = True
    out, n = np.empty((len(authors) + top, 2), np.int64), 0
    for k in range(len(authors)):
        if authors[k, 1] > day - AUTHOR_DAYS:
            out[n, 0], out[n, 1] = authors[k, 0], authors[k, 1]
            n += 1
    for row in range(top):
        if seen[row]:
            out[n, 0], out[n, 1] = s.awake.address[row], day
            n += 1
    return out[:n].copy()


@kernel_part
def _react(s, lines, authors, day):
    """`react`."""
    reacts = False
    for line in range(len(lines)):
        reacts |= lines[line, 1] == REACT
    if not reacts:
        return
    seen = np.zeros(s.now[0]["top"], np.bool_)
    here = np.empty(len(authors), np.int64)
    for k in range(len(authors)):
        here[k] = s.people.row[authors[k, 0]]
    mark(here, seen)
    rows = np.flatnonzero(seen)
    if len(rows) > 0:
        shift, starts, places, laid = circle_of(
            circle_places(s.key, s.awake.address[rows], day, _CIRCLE_REACT), rows
        )
        thank_authors(
            s.awake.members,
            lines,
            REACT,
            s.tables.p,
            s.tables.decay,
            day,
            s.key,
            shift,
            starts,
            places,
            laid,
        )


@kernel_part
def _tend(s, left):
    """`tend`."""
    t, q, now, rules = s.tables, s.tables.p[0], s.now[0], s.tables.rules[0]
    if q["organisation_staff_curate"] > 0.0 and q["organisation_staff"] > 0.0:
        now["tended"] = tended_share(t.p, rules["coverage"], left, s.tallies.talk[ITEMS])
    elif now["tended"] > 0.0:
        now["tended"] = 0.0
    else:
        return
    mend(t.p, now["tended"], rules["useful_share"], rules["overload_from"])


__all__ = ["contribute", "visit"]
