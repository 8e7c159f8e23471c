"""Steer: daily and monthly decisions of the organisation around the community.

Useful items of members raise quality toward what their ideas can reach and save development
cost. Staff, the hours of the team and measurement cost money. Each month management moves a little toward what the
business model pays for, unless members have a voice; and where the budget depends on it,

    budget += response (max(floor, share · capability · return) - budget),

with the return being what the community adds: savings, and by how much the margin of members
exceeds that of as many followers, the cohort without it; never total revenue. What the budget does not cover is not
done: fewer answers by staff, less moderation, fewer events. No measurement, no visible return,
no budget, no community: the circle is possible, and so is breaking it.

Reads  useful items, ledger, members     Writes  quality, budget, coverage, pushing, promoters, ledger
"""

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.state.community import Community
from kith.sim.state.giving.staff import heard_share
from kith.sim.state.hubs import hubs_there
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import COMMUNITY, MICRO, UNATTRIBUTED, Account, micro
from kith.sim.state.money.teamwork import hours_today

QUALITY_DAYS = 180.0
"time constant with which quality follows ideas"
MOST_PUSHING = 3.0


def steer(c: Community) -> None:
    """Spend on staff, learn from ideas; at the end of each month measure returns and set the budget."""
    if c.day == 0 and c.parameters.organisation.investment_response > 0.0:
        _cover(c)
    _spend(c)
    _learn(c)
    _compare(c)
    c.bad_news *= 2.0 ** (-1.0 / c.parameters.acquisition.bad_news_half_life)
    if (c.day + 1) % WINDOW == 0:
        c.promoters = _promoter_share(c)
        _count_returns(c)
        _set_budget(c)
        _push(c)


def _spend(c: Community) -> None:
    o = c.parameters.organisation
    c.ledger.post(Account.STAFF, o.staff * o.staff_cost / 365.0 * c.coverage)
    c.ledger.post(Account.STAFF, hours_today(c) * o.work_wage)
    c.ledger.post(Account.HUB, hubs_there(c.parameters.affiliation, c.presence) * o.hub_cost / WINDOW)
    if o.investment_response > 0.0:
        c.ledger.post(Account.MEASUREMENT, o.measurement * o.measurement_cost / WINDOW)


def _learn(c: Community) -> None:
    """Ideas raise quality toward what they can reach, and save development cost."""
    quality = c.parameters.organisation.quality
    c.quality, saved = learnt(c.quality, quality, c.useful, c.day, c.coverage, c.p)
    c.saved[1] += saved


@kernel
def learnt(quality, planned, useful_by_day, day, coverage, p):
    """Quality after today's ideas, which becomes that in force, and what they save in development (micro-euros)."""
    q, total = p[0], 0
    for d in range(max(0, day - WINDOW + 1), day + 1):
        total += useful_by_day[d]
    useful = float(total)
    gain = q["organisation_feedback_gain"] + q["organisation_listening_gain"] * heard_share(
        p, coverage, useful
    )
    reach = planned + gain * (1.0 - planned) * useful / (useful + q["organisation_feedback_scale"])
    if reach > quality:
        quality += (reach - quality) / QUALITY_DAYS
        for arm in range(len(p)):
            p[arm]["organisation_quality"] = quality
    return quality, np.int64(np.rint(useful_by_day[day] * q["organisation_rnd_value"] * MICRO))


def _promoter_share(c: Community) -> float:
    r, rows = c.parameters.referral, c.population.rows()
    active = rows[c.population.last_visit[rows] > c.day - WINDOW]
    members = c.population.members
    content = members["satisfaction"][active] >= r.promoter_satisfaction
    return (
        float((content & (members["belonging"][active] >= r.promoter_belonging)).mean())
        if len(active)
        else 0.0
    )


def _count_returns(c: Community) -> None:
    """The community's return of the month, true and as measured (EUR a month)."""
    now = _value_added(c)
    true = (now - c.value_counted) / MICRO
    c.value_counted = now
    c.returns[:] = true, true * c.parameters.organisation.measurement


def _value_added(c: Community) -> int:
    """Micro-euros so far: savings, and the margin of members above what as many followers leave.

    What it costs to keep the community is left out: the budget is set against what it brings.
    """
    of_members = [int(a) for a in Account if a not in (*UNATTRIBUTED, *COMMUNITY)]
    booked = c.ledger.total + c.ledger.today
    signs = np.where(np.arange(len(Account)) < int(Account.GOODS), 1, -1)
    return int(c.saved.sum()) + int((booked * signs)[of_members].sum()) - c.without


def _compare(c: Community) -> None:
    """What the members of today would have left as followers, who buy without joining."""
    m = c.parameters.monetisation
    margin = m.outside_buyers * m.product_spend / WINDOW * (1.0 - m.goods_share_product)
    c.without += micro(c.population.present * margin)


def planned_spending(c: Community) -> float:
    """Monthly cost of all planned staff, moderation and events (EUR)."""
    o, g = c.parameters.organisation, c.parameters.governance
    events = g.events_per_month * g.event_attendance * c.active * g.event_cost
    return WINDOW * (o.staff * o.staff_cost / 365.0 + g.moderation_hours * g.moderation_wage) + events


def _set_budget(c: Community) -> None:
    """Move the budget toward the measured return, and pay for as much as it covers."""
    o = c.parameters.organisation
    if o.investment_response <= 0.0:
        c.coverage = 1.0
        return
    target = max(o.budget_floor, o.investment_share * max(0.0, float(c.returns[1])))
    c.budget += o.investment_response * (target - c.budget)
    _cover(c)


def _cover(c: Community) -> None:
    """Set the share of planned spending that the budget covers."""
    planned = planned_spending(c)
    c.coverage = min(1.0, c.budget / planned) if planned > 0.0 else 1.0


def _push(c: Community) -> None:
    """Management moves toward what pays: ads want frequency and load, paying members want quality."""
    p = c.parameters
    step = p.organisation.steering * (1.0 - p.governance.voice)
    if p.monetisation.model == "ads":
        c.pushing = min(MOST_PUSHING, c.pushing * (1.0 + step))
    elif p.monetisation.model in ("subscription", "fee", "marketplace"):
        c.quality += step * (1.0 - c.quality)
    c.overlay()
