"""Founders and prices: who is there under a fee, and who has subscribed before day 0.

Under a fee a founder is there only if it would have paid at the door, and keeps the willingness that it
was drawn with. A higher price leaves fewer of the same people, so that communities that differ in price stay paired.
Under a subscription a founder pays with the probability at which subscribing and lapsing, given its state,
balance after its time in the community.
"""

import numpy as np
import numpy.typing as npt

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.luck import STATE_BILLED, STATE_PAYS, Purpose, uniform
from kith.sim.state.admission import willingness
from kith.sim.state.community import Community
from kith.sim.state.money.paying import BILLED, lapsing, subscribing
from kith.sim.state.money.worth import is_willing

_STATE = int(Purpose.FOUNDING_STATE)
BILLING_DAYS = 30


def would_pay(c: Community, persons: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Who of those asked to found would pay the fee, if there is one, shape (n,)."""
    m = c.parameters.monetisation
    if m.model != "fee":
        return np.ones(len(persons), np.bool_)
    return np.asarray(willingness(c, persons) >= m.price)


def begin_bills(c: Community, asleep: npt.NDArray[np.int64]) -> None:
    """Let the founders who are awake be as many subscribers as there would be after their time in the community."""
    if c.parameters.monetisation.model != "subscription":
        return
    rows = np.setdiff1d(c.population.rows(), asleep)
    _have_subscribed(c.population.members, c.population.next_bill, rows, c.p, c.key)
    c.update_rates(rows)


@kernel
def _have_subscribed(members, next_bill, rows, p, key):
    q = p[0]
    price = q["monetisation_price"]
    for k in range(len(rows)):
        m = members[rows[k]]
        begins = subscribing(m, q)
        ends = lapsing(m, m["belonging"], q)
        if begins == 0.0 or not is_willing(m, 1.0, price, q):
            continue
        pays = begins / (begins + ends) * (1.0 - np.exp((begins + ends) * m["joined"]))
        if uniform(key, m["person"], 0, _STATE, STATE_PAYS) < pays:
            m["paying"] = BILLED
            next_bill[rows[k]] = int(BILLING_DAYS * uniform(key, m["person"], 0, _STATE, STATE_BILLED))
            burden = q["value_price_weight"] * price / m["wtp"]
            m["satisfaction"] = max(0.0, m["satisfaction"] - burden)
