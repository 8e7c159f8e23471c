"""Monetise: who pays whom today, booked to the micro-euro.

Ads earn by the hour of visits. Under `subscription` a free member whose willingness to pay
reaches the price subscribes at a small rate, higher on each rung of participation
(Oestreicher-Singer & Zalmanson 2013), and is billed every 30 days; under `fee` everybody is.
A marketplace keeps its take of deals, part of which leave the platform when the take is high.
Members and some followers buy the product. Goods, platform, support and perks cost money.

Reads  visitors, followers     Writes  ledger, members' revenue and cost, who pays
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import ONLY, Purpose, uniform
from kith.sim.kernels.prefetch import BLOCK, fetch_books
from kith.sim.state.categories import Cause, Count
from kith.sim.state.community import Community
from kith.sim.state.decay import BELONGING
from kith.sim.state.ledger import Account, Ledger, book, micro, to_micro
from kith.sim.state.market import Status
from kith.sim.state.money.paying import BILLED, NEW_SUBSCRIBER, lapsing, subscribing
from kith.sim.state.money.worth import appeal, appeals, dealing, is_willing, wish_to_buy

_ADS, _SUBSCRIPTION, _FEE, _TAKE = (
    int(Account.ADS),
    int(Account.SUBSCRIPTION),
    int(Account.FEE),
    int(Account.TAKE),
)
_PRODUCT, _GOODS, _PERKS = int(Account.PRODUCT), int(Account.GOODS), int(Account.PERKS)
_PLATFORM, _SUPPORT = int(Account.PLATFORM), int(Account.SUPPORT)
_LEADS = int(Account.LEADS)
_DORMANT_BILL = int(Purpose.DORMANT_BILL)
_SUBSCRIBE, _LAPSE, _LEAD = int(Purpose.SUBSCRIBE), int(Purpose.LAPSE), int(Purpose.LEAD)
NONE, ADS, SUBSCRIPTION, FEE, MARKETPLACE = range(5)
VISITS_PER_MONTH = 8.0
"visits of the active member-month in which spending and tickets are stated"
MOST_GAP = 30
"days that a visit stands for, at most"


def monetise(c: Community) -> None:
    """Book the day: revenue and cost of visits, bills, and customers outside the community."""
    population, ledger = c.population, c.ledger
    before = int(np.add.reduce(ledger.today[: Account.PRODUCT_OUTSIDE]))
    other_side = c.liquidity()

    def book_visits(lo: int, hi: int) -> Books:
        books = Books.empty(ledger)
        visits_to_books(
            population.members,
            population.next_bill,
            c.visitors,
            lo,
            hi,
            c.gaps,
            c.p,
            c.tiers,
            c.day,
            c.key,
            other_side,
            _deflected(c),
            float(c.climate["proof"][0]),
            books.surplus,
            books.saved,
            books.today,
            books.by_tenure,
        )
        return books

    for books in c.crew.share(len(c.visitors), book_visits):
        ledger.today += books.today
        ledger.by_tenure += books.by_tenure
        c.surplus += books.surplus
        c.saved += books.saved
    if c.parameters.monetisation.model in ("subscription", "fee"):
        bill(
            population.members,
            population.next_bill,
            population.top,
            c.p,
            c.decay,
            c.day,
            c.key,
            float(c.climate["proof"][0]),
            c.surplus,
            ledger.today,
            ledger.by_tenure,
        )
        _bill_the_dormant(c)
    sale = micro(c.parameters.organisation.lead_value)
    c.count[Count.LEADS] += int(ledger.today[_LEADS]) // sale if sale > 0 else 0
    c.month_revenue += int(np.add.reduce(ledger.today[: Account.PRODUCT_OUTSIDE])) - before
    _outside(c)


def _bill_the_dormant(c: Community) -> None:
    """Dormant members are billed until they notice: a subscriber then lapses, a fee payer leaves."""
    dormant, ledger = c.dormant, c.ledger
    out = np.empty(dormant.count, np.int64)
    n, c.dormant_revenue = bill_dormant(
        dormant.members,
        dormant.next_bill,
        dormant.count,
        c.p,
        c.day,
        c.key,
        c.surplus,
        ledger.today,
        ledger.by_tenure,
        out,
    )
    places = out[:n][np.argsort(dormant.person[out[:n]])]
    c.end_dormant(places, np.full(n, int(Cause.PRICE)))


class Books(NamedTuple):
    """The bookings of a thread in whole micro-euros, so that sums do not depend on their order."""

    surplus: npt.NDArray[np.int64]
    saved: npt.NDArray[np.int64]
    today: npt.NDArray[np.int64]
    by_tenure: npt.NDArray[np.int64]

    @classmethod
    def empty(cls, ledger: Ledger) -> "Books":
        """Empty books in the shape of the ledger's."""
        return cls(
            np.zeros(1, np.int64),
            np.zeros(2, np.int64),
            np.zeros(len(ledger.today), np.int64),
            np.zeros(len(ledger.by_tenure), np.int64),
        )


def _deflected(c: Community) -> float:
    """Share of support tickets that answers in the content stock make unnecessary."""
    return float(deflected(c.p, float(c.content)))


@kernel
def deflected(p, content):
    """`_deflected` under packed parameters."""
    q = p[0]
    return q["organisation_deflection"] * content / (content + q["acquisition_search_scale"])


def _outside(c: Community) -> None:
    """Followers who buy the product without joining."""
    m = c.parameters.monetisation
    spend = c.market.count(Status.FOLLOWER) * m.outside_buyers * m.product_spend / 30.0
    c.ledger.post(Account.PRODUCT_OUTSIDE, spend)
    c.ledger.post(Account.GOODS_OUTSIDE, spend * m.goods_share_product)


@kernel
def _sell(m, today, by_tenure, account, amount, goods_share, day):
    """Book revenue from a member together with its cost of goods."""
    book(m, today, by_tenure, account, amount, day)
    book(m, today, by_tenure, _GOODS, np.int64(np.floor(amount * goods_share + 0.5)), day)


@kernel
def _perk_cost(points, tiers):
    cost = 0.0
    for t in range(len(tiers)):
        if points >= tiers[t, 0]:
            cost = tiers[t, 2]
    return cost


@kernel
def visits_to_books(
    members,
    next_bill,
    visitors,
    lo,
    hi,
    gaps,
    p,
    tiers,
    day,
    key,
    liquidity,
    deflected,
    proof,
    surplus,
    saved,
    today,
    by_tenure,
):
    """Book revenue and cost of each visit; new subscriptions.

    Spending and tickets are stated per active month of eight visits, and booked per visit.
    """
    q = p[0]
    # amounts that are the same for all visits
    model = int(q["monetisation_model"])
    digital = q["monetisation_goods_share_digital"]
    per_load = q["visiting_session_hours"] * q["monetisation_ad_revenue"]
    base, slope, loss = appeals(q)
    product = np.empty(MOST_GAP + 1)
    for gap in range(MOST_GAP + 1):
        product[gap] = q["monetisation_product_spend"] / VISITS_PER_MONTH * wish_to_buy(float(gap), q)
    platform = to_micro(q["organisation_platform_cost"])
    tickets = q["organisation_tickets_per_month"] * 30.0 / VISITS_PER_MONTH * q["organisation_ticket_cost"]
    support = to_micro(tickets * (1.0 - deflected))
    saved[0] += (hi - lo) * (to_micro(tickets) - support)
    attention = q["organisation_attention_price"] * q["visiting_session_hours"]
    satisfied = q["monetisation_worth_satisfaction"] * VISITS_PER_MONTH
    lead = to_micro(q["organisation_lead_value"])
    leads = q["organisation_lead_rate"] * (1.0 + q["organisation_selling"])
    # part of the deals leaves the platform if its take rate is high
    leak = min(
        1.0,
        q["monetisation_leak_slope"] * max(0.0, q["monetisation_take_rate"] - q["monetisation_leak_from"]),
    )
    deal = q["monetisation_take_rate"] * q["monetisation_deals_value"] / VISITS_PER_MONTH * (1.0 - leak)
    for k in range(lo, hi):
        if (k - lo) % BLOCK == 0 and fetch_books(members, visitors, k, min(hi, k + BLOCK)) < 0.0:
            break
        r = visitors[k]
        m = members[r]
        arm = p[m["arm"]]
        # every visit uses the platform and support, and leads to purchases
        book(m, today, by_tenure, _PLATFORM, platform, day)
        book(m, today, by_tenure, _SUPPORT, support, day)
        spent = product[int(gaps[k])] * appeal(m["misfit"], base, slope, loss)
        if q["incentives_equity_points"] > 0.0 and m["owner"] > 0:
            spent *= 1.0 + q["incentives_equity_loyalty"]
        _sell(m, today, by_tenure, _PRODUCT, to_micro(spent), q["monetisation_goods_share_product"], day)
        perk = to_micro(_perk_cost(m["points"], tiers) / VISITS_PER_MONTH)
        book(m, today, by_tenure, _PERKS, perk, day)
        # the member's surplus: satisfaction valued by willingness to pay, minus attention
        benefit = to_micro(m["wtp"] * m["satisfaction"] / satisfied - attention)
        m["surplus"] += benefit
        surplus[0] += benefit
        # promoters become leads; the hazard covers the days since the last visit
        if (
            lead > 0
            and m["satisfaction"] >= q["referral_promoter_satisfaction"]
            and (m["belonging"] >= q["referral_promoter_belonging"])
        ):
            if uniform(key, m["person"], day, _LEAD, ONLY) < 1.0 - math.exp(-leads * gaps[k]):
                _sell(m, today, by_tenure, _LEADS, lead, q["monetisation_goods_share_product"], day)
        # revenue of the business model; subscribing is a decision taken at a visit
        if model == ADS:
            ads = to_micro(arm["monetisation_ad_load"] * per_load)
            _sell(m, today, by_tenure, _ADS, ads, digital, day)
        elif model == MARKETPLACE:
            traded = deal * liquidity[m["side"]] * dealing(m["satisfaction"], q)
            _sell(m, today, by_tenure, _TAKE, to_micro(traded), digital, day)
        elif (
            model == SUBSCRIPTION and m["paying"] == 0 and is_willing(m, proof, arm["monetisation_price"], q)
        ):
            rate = subscribing(m, q) * gaps[k]
            if uniform(key, m["person"], day, _SUBSCRIBE, ONLY) < 1.0 - math.exp(-rate):
                m["paying"] = NEW_SUBSCRIBER
                next_bill[r] = day


@kernel
def bill(members, next_bill, top, p, decay, day, key, proof, surplus, today, by_tenure):
    """Bill members who are due; subscribers may lapse, members unwilling to pay a fee will leave."""
    q = p[0]
    digital = q["monetisation_goods_share_digital"]
    fee = q["monetisation_model"] == FEE
    for r in range(top):
        if next_bill[r] < 0 or next_bill[r] > day:
            continue
        m = members[r]
        price = p[m["arm"]]["monetisation_price"]
        willing = is_willing(m, proof, price, q)
        if fee:
            m["unwilling"] = 0 if willing else 1
        elif m["paying"] == BILLED:
            faded = decay[min(day - m["settled"], 7), BELONGING]
            belonging = m["attachment"] + (m["belonging"] - m["attachment"]) * faded
            lapse = 1.0 - math.exp(-30.0 * lapsing(m, belonging, q))
            if uniform(key, m["person"], day, _LAPSE, ONLY) < lapse:
                willing = False
        if not willing:
            m["paying"] = 0
            next_bill[r] = -1
            continue
        m["paying"] = BILLED
        next_bill[r] = day + 30
        m["surplus"] -= to_micro(price)
        surplus[0] -= to_micro(price)
        _sell(m, today, by_tenure, _FEE if fee else _SUBSCRIPTION, to_micro(price), digital, day)


@kernel
def bill_dormant(members, next_bill, count, p, day, key, surplus, today, by_tenure, out):
    """Bill dormant members who are due; returns how many fee payers leave, places to out, and the revenue."""
    q = p[0]
    digital = q["monetisation_goods_share_digital"]
    fee = q["monetisation_model"] == FEE
    notices = 1.0 - math.exp(-30.0 * q["monetisation_dormant_lapse"])
    leaving, revenue = 0, 0
    for k in range(count):
        if next_bill[k] < 0 or next_bill[k] > day:
            continue
        m = members[k]
        if uniform(key, m["person"], day, _DORMANT_BILL, ONLY) < notices:
            m["paying"] = 0
            next_bill[k] = -1
            if fee:
                out[leaving] = k
                leaving += 1
            continue
        price = to_micro(p[m["arm"]]["monetisation_price"])
        m["paying"] = BILLED
        next_bill[k] = day + 30
        m["surplus"] -= price
        surplus[0] -= price
        revenue += price
        _sell(m, today, by_tenure, _FEE if fee else _SUBSCRIPTION, price, digital, day)
    return leaving, revenue
