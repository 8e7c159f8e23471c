"""The value of a visit, decomposed into its terms.

The value as defined in `kith.sim.processes.visit`, for every active member if it visited now: gains
from product, content, the other side, peers, the hub and perks, and losses to price, overload,
unwanted content, disputes, selling and misfit. What is new counts as content, having been answered as
peers. `limits` is the effect of clipping the value to
[0, 1], so that the parts sum to the value.
"""

from collections.abc import Mapping

import numpy as np

from kith.sim.kernels.compilation import kernel
from kith.sim.kernels.prefetch import BLOCK, fetch_ties
from kith.sim.processes.visit import AROUND
from kith.sim.results.snapshot import Numbers, Snapshot
from kith.sim.state.decay import ADS, HUB, MEMORY
from kith.sim.state.giving.content import fresh_values, stock_value
from kith.sim.state.money.worth import left_of_match
from kith.sim.state.population import gathered
from kith.sim.state.ties import strength_at

PARTS = (
    "product",
    "content",
    "match",
    "peers",
    "hub",
    "perks",
    "price",
    "overload",
    "unwanted",
    "disputes",
    "selling",
    "misfit",
    "ads",
    "limits",
)


def visit_value(s: Snapshot) -> dict[str, float]:
    """Mean value of a visit over active members, and its parts as `_<part>`; NaN if nobody is active."""
    parts = by_member(s)
    names = {"": sum(parts.values(), np.zeros(int(s.active.sum()))), **{f"_{k}": v for k, v in parts.items()}}
    return {name: float(v.mean()) if len(v) else float("nan") for name, v in names.items()}


def by_member(s: Snapshot) -> Mapping[str, Numbers]:
    """Each part for each active member, shape (active,)."""
    terms = {**_gains(s), **_losses(s)}
    total = np.sum(list(terms.values()), axis=0)
    return {**terms, "limits": np.clip(total, 0.0, 1.0) - total}


def _gains(s: Snapshot) -> dict[str, Numbers]:
    c, q, rows = s.c, s.c.p[0], s.rows[s.active]
    m = gathered(c.population.members, rows)
    around = strength_around(
        c.population.members, c.ties.pool, rows, c.population.last_visit, c.day + 1, c.fade, AROUND
    )
    age = np.clip(c.day - m["settled"], 0, 7)
    content = stock_value(c.content, float(c.active), q) + fresh_values(
        m, c.population.last_visit[rows], c.items, c.p, c.day + 1
    )
    answered = q["value_replies"] * m["reciprocity"] * c.decay[age, MEMORY]
    perks = np.zeros(len(rows))
    for points, perk, _ in c.tiers:
        perks = np.where(m["points"] >= points, perk, perks)
    return {
        "product": np.full(len(rows), q["value_product"] * q["organisation_quality"]),
        "content": content,
        "match": q["value_match"] * left_of_match(q) * c.liquidity()[m["side"]],
        "peers": q["value_peers"] * (1.0 - np.exp(-around / q["value_tie_scale"])) + answered,
        "hub": q["value_hub"] * m["hub"] * c.decay[age, HUB] * c.presence[m["person"] % len(c.presence)],
        "perks": perks,
    }


def _losses(s: Snapshot) -> dict[str, Numbers]:
    c, air, q = s.c, s.c.climate[0], s.c.p[0]
    m = gathered(c.population.members, s.rows[s.active])
    load = c.p["monetisation_ad_load"][m["arm"]] * (c.parameters.monetisation.model == "ads")
    annoyance = load + (m["annoyance"] - load) * c.decay[np.clip(c.day - m["settled"], 0, 7), ADS]
    price = c.p["monetisation_price"][m["arm"]] * (m["paying"] > 0)
    ones = np.ones(len(m))
    return {
        "price": -q["value_price_weight"] * price / m["wtp"],
        "overload": -m["overload"].astype(float),
        "unwanted": -air["unwanted"] * ones,
        "disputes": -air["disputes"] * ones,
        "selling": -air["selling"] * ones,
        "misfit": -m["misfit"].astype(float),
        "ads": -q["monetisation_ad_distrust"] * annoyance * m["aversion"],
    }


@kernel
def strength_around(members, pool, rows, last_visit, day, fade, window):
    """Sum of the strengths of each row's ties to members who visited within `window` days, shape (n,)."""
    out = np.zeros(len(rows))
    for k in range(len(rows)):
        if k % BLOCK == 0 and fetch_ties(members, pool, rows, k, min(len(rows), k + BLOCK)) < 0.0:
            break
        m = members[rows[k]]
        for s in range(m["slots"], m["slots"] + m["degree"]):
            if last_visit[pool[s]["row"]] > day - window:
                out[k] += strength_at(pool[s], day, fade)
    return out
