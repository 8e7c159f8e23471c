"""Content: what the stock of useful items and what is new since the last visit are worth.

The stock is worth C / (C + scale + scale by the head · A): with an absolute scale more content serves
everybody better ("is my question answered here?"), by the head it is shared out. What is new is worth
1 - 2^(-n / scale), n being the items shown since the last visit that fit the visitor. Without an absolute
scale and without a share of what is new, content is valued by the head alone.
"""

from typing import Any

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.state.population import NEVER

NEWCOMERS_FEED = 30
"days of items that are new to a newcomer, where the feed has no limit of its own"


@kernel
def stock_value(content, active, q):
    """Value of a stock of `content` useful items to each of `active` members."""
    if content <= 0.0:
        return 0.0
    value = q["value_content"] * content
    value /= content + q["value_stock_scale"] + q["value_content_scale"] * active
    return value * (1.0 - q["value_fresh_share"])


@kernel
def since(previous, day, q):
    """The first day whose items tire a visitor who came last on day `previous`; a newcomer sees yesterday's."""
    first = max(0, previous) if previous != NEVER else max(0, day - 1)
    if q["platform_feed_days"] > 0.0:
        first = max(first, day - int(q["platform_feed_days"]))
    return first


@kernel
def new_since(previous, day, q):
    """The first day whose items are new to a visitor; to a newcomer all that the feed reaches."""
    if previous != NEVER:
        return since(previous, day, q)
    reach = int(q["platform_feed_days"]) if q["platform_feed_days"] > 0.0 else NEWCOMERS_FEED
    return max(0, day - reach)


@kernel
def fitting(misfit, q):
    """How well items fit a visitor: as well as the purpose does, where a bad fit costs anything."""
    return max(0.0, 1.0 - misfit / q["value_fit_weight"]) if q["value_fit_weight"] > 0.0 else 1.0


@kernel
def fresh_value(shown, q):
    """Value of `shown` new items that fit."""
    if q["value_fresh_share"] == 0.0:
        return 0.0
    return q["value_content"] * q["value_fresh_share"] * (1.0 - 2.0 ** (-shown / q["value_fresh_scale"]))


@kernel
def mend(p, tended, useful_share, overload_from):
    """Replace packed parameters that tending changes: the share of useful items and where overload begins."""
    mended = min(0.99, tended * p[0]["organisation_curation_gain"])
    for arm in range(len(p)):
        p[arm]["value_useful_share"] = useful_share + (1.0 - useful_share) * mended
        p[arm]["platform_overload_from"] = overload_from / (1.0 - mended)


def is_by_head(value: Any) -> bool:
    """Whether content is valued by the head alone: no absolute scale, and nothing for what is new."""
    return bool(value.stock_scale == 0.0 and value.fresh_share == 0.0)


@kernel
def fresh_values(members, last_visit, items, p, day):
    """Value of what is new to each member if it came on the morning of `day`, shape (n,)."""
    out = np.zeros(len(members))
    q = p[0]
    if q["value_fresh_share"] == 0.0:
        return out
    for k in range(len(members)):
        share = p[members[k]["arm"]]["platform_feed_share"]
        new = items[day] - items[new_since(last_visit[k], day, q)]
        out[k] = fresh_value(share * new * fitting(members[k]["misfit"], q), q)
    return out
