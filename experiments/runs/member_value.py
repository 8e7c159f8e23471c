"""The value of a run to its members: benefits, rewards, time spent on visits, prices paid."""

from typing import Any

import numpy as np

from kith.sim.state.ledger import INCENTIVES, Account

WORTH_WORDS = {
    "visits": "value of visits",
    "rewards": "rewards earned",
    "time": "time spent on visits",
    "price": "fees and subscriptions",
}
_EARNED = tuple(f"cost_{account.name.lower()}" for account in INCENTIVES if account != Account.PERKS)
_PAID = ("revenue_fee", "revenue_subscription")


def worth(record: Any) -> dict[str, float]:
    """EUR over the run to all members together, costs negative; the sum is their surplus.

    The engine records the value of a visit minus the time spent; here time is separated again at its price.
    """
    daily = record.series
    rewards = float(daily[[c for c in _EARNED if c in daily]].to_numpy().sum())
    paid = float(daily[[c for c in _PAID if c in daily]].to_numpy().sum())
    hours = np.zeros(len(daily))
    for day, p in record.plan.phases:
        hours[day:] = p.organisation.attention_price * p.visiting.session_hours
    time = float((daily["today"].to_numpy(float) * hours).sum())
    net = float(daily["surplus"].sum())
    return {"visits": net + paid + time, "rewards": rewards, "time": -time, "price": -paid}
