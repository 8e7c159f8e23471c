"""A log of purchases in two parts: closed forms fitted to the first, judged on the second, beside simple guesses.

A purchase is a day on which a customer bought, with all that it spent then. Guesses: each customer goes on as in its own past
(repeats per day since the first purchase), or all alike at the mean. What a fitted scenario forecasts of the same log,
`kith calibrate` says: its rivals know the members as the closed forms do.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kith.experiments.calibration.customers.repeat import Purchases, Values, fit_purchases, fit_values
from kith.experiments.calibration.priors import Floats
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import DAY, Integers, Observed

if TYPE_CHECKING:
    import pandas as pd

MODEL, OWN, ALIKE = "BG/NBD with Gamma-Gamma", "as in its own past", "all alike"


@dataclass(frozen=True)
class Customers:
    """What came of it."""

    customers: int
    days: int
    "of the first part"
    ahead: int
    "days of the second part"
    purchases: Purchases
    values: Values
    table: "pd.DataFrame"
    "a row per forecaster: purchases and value in total, errors per customer, and how well customers are ranked"
    true_purchases: int
    true_value: float


@dataclass(frozen=True)
class Past:
    """The past of customers, (customers,), in days."""

    repeats: Floats
    recency: Floats
    age: Floats
    mean: Floats
    "value of a repeat purchase; 0 without any"
    spent: Floats
    "value of all purchases"


def judged(o: Observed, holdout: float = 0.5) -> Customers:
    """The judgement.

    Raises
    ------
    RequestError
        The log has no values, the share is none, or too few customers bought again.
    """
    import pandas as pd
    from scipy.stats import spearmanr

    if o.value is None or not bool(np.isfinite(o.value).any()):
        raise RequestError(
            "the log has no values, so it shows no purchases; name their column with --columns 'value=…'"
        )
    if not 0.0 < holdout < 1.0:
        raise RequestError(
            f"--holdout {holdout:g}: must be above 0 and below 1, the part of the log that is judged"
        )
    split = int(o.days * (1.0 - holdout))
    member, day, value = bought(o)
    past = past_of(member[day < split], day[day < split], value[day < split], split)
    purchases, values = (
        fit_purchases(past.repeats, past.recency, past.age),
        fit_values(past.repeats, past.mean),
    )
    known, ahead = len(past.repeats), o.days - split
    later = (day >= split) & (member < known)
    true = np.bincount(member[later], minlength=known).astype(float)
    worth = np.bincount(member[later], weights=value[later], minlength=known)
    each = past.spent / (1.0 + past.repeats)
    forecasts = {
        MODEL: (
            purchases.expected(past.repeats, past.recency, past.age, float(ahead)),
            values.expected(past.repeats, past.mean),
        ),
        OWN: (past.repeats / np.maximum(past.age, 1.0) * ahead, each),
        ALIKE: (
            np.full(known, past.repeats.sum() / past.age.sum() * ahead),
            np.full(known, past.spent.sum() / (past.repeats + 1).sum()),
        ),
    }
    rows = [
        {
            "forecaster": who,
            "purchases": float(number.sum()),
            "value": float((number * price).sum()),
            "error_purchases": float(np.abs(number - true).mean()),
            "error_value": float(np.abs(number * price - worth).mean()),
            "rank": float(spearmanr(number * price, worth).statistic) if np.ptp(number * price) > 0 else 0.0,
        }
        for who, (number, price) in forecasts.items()
    ]
    return Customers(
        known, split, ahead, purchases, values, pd.DataFrame(rows), int(true.sum()), float(worth.sum())
    )


def bought(o: Observed) -> tuple[Integers, Integers, Floats]:
    """Customers, days and values of purchases, all of one day together, in order of customers and days."""
    assert o.value is not None
    paid = np.isfinite(o.value)
    member, day = o.member[paid], (o.time[paid] - o.start) // DAY
    pairs, place = np.unique(np.stack([member, day]), axis=1, return_inverse=True)
    return pairs[0], pairs[1], np.bincount(place.ravel(), weights=o.value[paid])


def past_of(member: Integers, day: Integers, value: Floats, until: int) -> Past:
    """The past of customers numbered by their first purchase, of those who had any by then."""
    number = int(member.max()) + 1
    count = np.bincount(member, minlength=number).astype(float)
    first = np.full(number, until, float)
    np.minimum.at(first, member, day)
    last = np.zeros(number)
    np.maximum.at(last, member, day)
    spent = np.bincount(member, weights=value, minlength=number)
    repeat = day > first[member]
    again = np.bincount(member[repeat], weights=value[repeat], minlength=number)
    repeats = np.maximum(count - 1.0, 0.0)
    mean = np.where(repeats > 0, again / np.maximum(repeats, 1.0), 0.0)
    return Past(repeats, np.maximum(last - first, 0.0), until - first, mean, spent)
