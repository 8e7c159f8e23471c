"""Pin the numbers of every scenario of the library: `make baselines` writes them anew.

A changed number is a decision: raise `kith.sim.engine.MODEL_VERSION`, pin again, and say in the commit
which indicators moved and why.
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from kith.scenarios.catalogue import names
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION, run
from kith.sim.schema.plan import Plan

HERE = Path(__file__).parent
PINNED = HERE / "baselines.json"
SEED, DAYS, MEMBERS, MARKET = 1, 120, 400, 1_600
AFTER = 30
"days that are lived after the last phase or shock, or the pin would not see it"
EXACT = (
    "present",
    "active",
    "joins",
    "leaves",
    "contributions",
    "replies",
    "exchanges",
    "invitations",
    "ties",
)
ABOUT = ("satisfaction", "belonging", "norm", "participation_gini", "margin", "member_surplus")


def numbers(name: str) -> dict[str, Any]:
    """What a scenario comes to in a small market: counts of the last day or over the run; amounts that are defined."""
    small = {"market.size": MARKET, "market.founders": min(MEMBERS, load(name).parameters.market.founders)}
    plan = load(name, overrides=small)
    record = run(plan, seed=SEED, days=days_of(plan), events=False)
    last, whole = record.series.iloc[-1], record.series.sum()
    stocks = {"present", "active", "ties"}
    counts = {column: int((last if column in stocks else whole)[column]) for column in EXACT}
    amounts = {"revenue": float(whole["revenue"])} | {n: float(record.summary[n]) for n in ABOUT}
    return counts | {n: value for n, value in amounts.items() if not math.isnan(value)}


def days_of(plan: Plan) -> int:
    """So many days that everything that is to happen has happened."""
    happens = (
        [day for day, _ in plan.phases]
        + [s.day for s in plan.shocks]
        + [e.from_day for e in plan.experiments]
    )
    return max(DAYS, min(plan.days, max(happens) + AFTER))


def arithmetic() -> str:
    """What this machine's exp, log and pow make of some numbers: where it is the same, so are all counts."""
    x = np.linspace(-20.0, 20.0, 20_001)
    plain = [math.exp(v) + math.log(abs(v) + 0.5) + 1.7**v for v in x.tolist()]
    whole = np.concatenate([plain, np.exp(x), np.exp2(x), np.log(np.abs(x) + 0.5), np.abs(x) ** 0.35])
    return hashlib.sha256(whole.tobytes()).hexdigest()[:16]


def pin() -> None:
    """Write the numbers of every scenario."""
    pinned = {
        "model_version": MODEL_VERSION,
        "arithmetic": arithmetic(),
        "scenarios": {name: numbers(name) for name in names()},
    }
    PINNED.write_text(json.dumps(pinned, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    pin()
