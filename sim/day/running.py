"""Running: `govern`, `steer` and `monetise` of a day inside a compiled call."""

import numpy as np

from kith.sim.day import moves
from kith.sim.kernels.compilation import kernel_part
from kith.sim.kernels.order import order_of
from kith.sim.processes.govern import expose, harassment, open_disputes, unwanted_items, write_climate
from kith.sim.processes.monetise import FEE, SUBSCRIPTION, bill, bill_dormant, deflected, visits_to_books
from kith.sim.processes.steer import learnt
from kith.sim.state.categories import Cause, Count
from kith.sim.state.community import liquidity
from kith.sim.state.decay import STILL_THERE
from kith.sim.state.hubs import TAKEOVER_DAYS, hubs_present
from kith.sim.state.layers import WINDOW
from kith.sim.state.ledger import Account, post, to_micro
from kith.sim.state.money.teamwork import hours_of

_MODERATION, _STAFF, _HUB = int(Account.MODERATION), int(Account.STAFF), int(Account.HUB)
_MEASUREMENT, _LEADS_SOLD = int(Account.MEASUREMENT), int(Account.LEADS)
_OUTSIDE, _GOODS_OUTSIDE = int(Account.PRODUCT_OUTSIDE), int(Account.GOODS_OUTSIDE)
_HARASSMENTS, _LEADS = int(Count.HARASSMENTS), int(Count.LEADS)
_PRICE = int(Cause.PRICE)


@kernel_part
def govern(s, today, day):
    """`govern`, on a day without an event or a vote."""
    t, tallies, now, q, rules = s.tables, s.tallies, s.now[0], s.tables.p[0], s.tables.rules[0]
    active = float(now["active"])
    posted = float(tallies.items[day + 1] - tallies.items[day])
    hours = q["governance_moderation_hours"] * rules["coverage"]
    post(tallies.today, _MODERATION, hours * q["governance_moderation_wage"])
    now["unwanted"], overlooked = unwanted_items(
        now["unwanted"], posted, active, t.p, rules["unwanted_fading"], rules["coverage"]
    )
    rate = harassment(t.p, overlooked)
    if rate > 0.0:
        tallies.flows[_HARASSMENTS] += expose(
            s.awake.members,
            s.awake.exit_bound,
            today.visitors,
            today.visiting,
            rate,
            q["governance_harassment_weight"],
            day,
            s.key,
        )
    now["disputes"] = open_disputes(now["disputes"], active, t.p)
    _succeed(s, day)
    recent = float(tallies.items[day + 1] - tallies.items[max(0, day - 6)])
    now["most_voice"] = max(now["most_voice"], q["governance_voice"])
    write_climate(
        tallies.climate,
        t.p,
        recent,
        active,
        now["unwanted"],
        now["disputes"],
        now["ignored"],
        now["most_voice"],
        rules["competitor"],
        rules["competitor_bonds"] != 0,
    )
    now["ignored"] *= rules["ignored_fading"]


@kernel_part
def _succeed(s, day):
    """`succeed`."""
    now, presence, left = s.now[0], s.tallies.presence, s.tallies.hub_left
    if now["heir_on"] < 0 or day < now["heir_on"]:
        return
    there, least = min(1.0, (day - now["heir_on"] + 1) / TAKEOVER_DAYS), 1.0
    for hub in range(len(presence)):
        presence[hub] = max(presence[hub], there)
        least = min(least, presence[hub])
        if presence[hub] >= 1.0:
            left[hub] = STILL_THERE
    if least >= 1.0:
        now["heir_on"] = -1


@kernel_part
def steer(s, day):
    """`steer`, on a day that ends no month."""
    t, tallies, now, q, rules = s.tables, s.tallies, s.now[0], s.tables.p[0], s.tables.rules[0]
    paid = q["organisation_staff"] * q["organisation_staff_cost"] / 365.0 * rules["coverage"]
    post(tallies.today, _STAFF, paid)
    hubs = hubs_present(t.p, tallies.presence)
    worked = hours_of(t.work, tallies.flows, hubs, float(now["active"]))
    post(tallies.today, _STAFF, worked * q["organisation_work_wage"])
    post(tallies.today, _HUB, hubs * q["organisation_hub_cost"] / WINDOW)
    if q["organisation_investment_response"] > 0.0:
        measured = q["organisation_measurement"] * q["organisation_measurement_cost"] / WINDOW
        post(tallies.today, _MEASUREMENT, measured)
    now["quality"], saved = learnt(
        now["quality"], rules["planned_quality"], tallies.useful, day, rules["coverage"], t.p
    )
    tallies.saved[1] += saved
    margin = q["monetisation_outside_buyers"] * q["monetisation_product_spend"] / WINDOW
    margin *= 1.0 - q["monetisation_goods_share_product"]
    now["without"] += to_micro(now["present"] * margin)
    now["bad_news"] *= rules["bad_news_fading"]


@kernel_part
def monetise(s, today, day):
    """`monetise`."""
    a, t, tallies, now, q = s.awake, s.tables, s.tallies, s.now[0], s.tables.p[0]
    before = _earned(tallies.today)
    proof = tallies.climate[0]["proof"]
    visits_to_books(
        a.members,
        a.next_bill,
        today.visitors,
        0,
        len(today.visitors),
        today.gaps,
        t.p,
        t.tiers,
        day,
        s.key,
        liquidity(tallies.sides, t.p),
        deflected(t.p, now["content"]),
        proof,
        tallies.surplus,
        tallies.saved,
        tallies.today,
        tallies.by_tenure,
    )
    if q["monetisation_model"] == SUBSCRIPTION or q["monetisation_model"] == FEE:
        bill(
            a.members,
            a.next_bill,
            now["top"],
            t.p,
            t.decay,
            day,
            s.key,
            proof,
            tallies.surplus,
            tallies.today,
            tallies.by_tenure,
        )
        _bill_the_dormant(s, day)
    sale = to_micro(q["organisation_lead_value"])
    if sale > 0:
        tallies.flows[_LEADS] += tallies.today[_LEADS_SOLD] // sale
    now["month_revenue"] += _earned(tallies.today) - before
    followers = s.people.tally[moves.FOLLOWER]
    spend = followers * q["monetisation_outside_buyers"] * q["monetisation_product_spend"] / 30.0
    post(tallies.today, _OUTSIDE, spend)
    post(tallies.today, _GOODS_OUTSIDE, spend * q["monetisation_goods_share_product"])


@kernel_part
def _earned(today):
    total = 0
    for account in range(_OUTSIDE):
        total += today[account]
    return total


@kernel_part
def _bill_the_dormant(s, day):
    """`_bill_the_dormant`."""
    b, tallies, now = s.asleep, s.tallies, s.now[0]
    out = np.empty(now["dormant"], np.int64)
    n, now["dormant_revenue"] = bill_dormant(
        b.members,
        b.next_bill,
        now["dormant"],
        s.tables.p,
        day,
        s.key,
        tallies.surplus,
        tallies.today,
        tallies.by_tenure,
        out,
    )
    places = out[:n]
    moves.end_dormant(s, places[order_of(b.person[places])], _PRICE, day)


__all__ = ["govern", "monetise", "steer"]
