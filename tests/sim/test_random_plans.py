"""Every law holds on every day of plans drawn at random from the whole legal ranges of all parameters.

A failure prints the plan and the two numbers that draw it again:

    RANDOM_PLANS="1234 56" .venv/bin/python -m pytest tests/sim/test_random_plans.py -m full
"""

import json
import math
import os
import secrets
from typing import Any, get_args

import numpy as np
import pytest

from kith.sim.engine import Simulation
from kith.sim.schema.parameter_set import SECTIONS, parameters_from
from kith.sim.schema.plan import Experiment, Plan, Shock, shock_from
from tests.sim.conservation import check_run, range_of

type Values = dict[str, dict[str, Any]]

HEAVY = {
    "contribution.rate": 0.3,
    "contribution.propensity_sigma": 2.5,
    "contribution.exchange_rate": 2.0,
    "referral.invites_per_month": 20.0,
    "visiting.satisfaction_gain": 3.0,
    "visiting.budget_sigma": 2.0,
}
"""Where several of these are near their upper bounds at once, sixty people do millions of things a day;
so they go that far only one at a time."""
FREE = {f"{s}.{f}": field for s, section in SECTIONS.items() for f, field in section.model_fields.items()}
FIXED = (
    "market.size",
    "market.founders",
    "market.acquaintances",
    "incentives.badge_levels",
    "incentives.tier",
)
"drawn by themselves"

STAFF = {"staff_welcome", "staff_introduce", "staff_curate", "staff_listen"}
"""The shares of staff's time, which are at most all of it."""


def number(rng: np.random.Generator, name: str, field: Any, most: float = math.inf) -> Any:
    """A legal value: a bound, evenly from the whole range, or near the default."""
    low, high = range_of(field)
    high = min(high, most)
    if name == "governance.council_size":
        return int(rng.choice([0, 5, 6, 10]))
    if math.isinf(high):
        if rng.random() < 0.15:
            return math.inf if field.json_schema_extra["unit"] == "days" else 1e9
        high = 100.0 * max(field.default, 1.0)
    how = rng.random()
    if how < 0.2:
        value = float(rng.choice([low, high]))
    elif how < 0.6:
        value = rng.uniform(low, high)
    elif low > 0.0:
        value = math.exp(rng.uniform(math.log(low), math.log(high)))
    else:
        value = min(max(field.default * 10.0 ** rng.uniform(-2.0, 2.0), low), high)
    return round(value) if isinstance(field.default, int) else float(min(max(value, low), high))


def drawn(rng: np.random.Generator, name: str, field: Any, most: float = math.inf) -> Any:
    """A legal value of any parameter: one of its words, or a number."""
    if isinstance(field.default, str):
        return str(rng.choice(get_args(field.annotation)))
    return number(rng, name, field, most)


def drawn_values(rng: np.random.Generator) -> Values:
    """Legal values of a few parameters, of half of them, or of all; the rest are the defaults."""
    share = rng.choice([0.03, 0.1, 0.5, 1.0])
    alone = rng.choice(list(HEAVY))
    out: Values = {}
    for name, field in FREE.items():
        section, _, own = name.partition(".")
        if name in FIXED or section == "market" or rng.random() >= share:
            continue
        most = HEAVY.get(name, math.inf) if name != alone or share > 0.1 else math.inf
        out.setdefault(section, {})[own] = drawn(rng, name, field, most)
    _keep_legal(rng, out)
    return out


def _keep_legal(rng: np.random.Generator, out: Values) -> None:
    """What has to fit together does."""
    contribution = out.get("contribution", {})
    post = contribution.get("share_post", 0.6)
    if "share_post" in contribution or "share_react" in contribution:
        contribution["share_react"] = min(contribution.get("share_react", 0.3), 1.0 - post)
    organisation = out.get("organisation", {})
    given = sorted(STAFF.intersection(organisation))
    room = 1.0 - sum(FREE[f"organisation.{name}"].default for name in STAFF.difference(given))
    busy = sum(organisation[name] for name in given)
    for name in given if busy > room else ():
        organisation[name] *= room / busy
    out.setdefault("affiliation", {}).setdefault("hub", float(rng.choice([0.0, 1.0])))
    if rng.random() < 0.3:
        out.setdefault("incentives", {})["tier"] = (
            {"points": 1, "perk": float(rng.random()), "cost": float(rng.uniform(0.0, 1e4))},
            {"points": 5, "perk": 1.0, "cost": 0.0},
        )


def drawn_market(rng: np.random.Generator) -> dict[str, Any]:
    size = int(rng.integers(10, 150))
    market = {
        name: drawn(rng, f"market.{name}", field)
        for name, field in SECTIONS["market"].model_fields.items()
        if name not in ("size", "founders", "acquaintances")
    }
    known = str(rng.choice(["ring", "everyone"]))
    return {
        **market,
        "size": size,
        "founders": int(rng.integers(0, min(size, 80) + 1)),
        "acquaintances": known,
    }


def drawn_shock(rng: np.random.Generator, days: int) -> Shock:
    day = int(rng.integers(0, days))
    kinds: dict[str, dict[str, Any]] = {
        "hub_departs": {"count": int(rng.integers(1, 1001))} if rng.random() < 0.5 else {},
        "members_leave": {
            "share": float(1.0 - rng.random()),
            "who": str(rng.choice(["random", "most_connected"])),
        },
        "topic_shift": {"to": float(rng.random())},
        "mass_join": {"count": int(rng.integers(1, 200))},
        "spam_wave": {"items": float(10.0 ** rng.uniform(-1.0, 6.0))},
        "competitor": {
            "strength": float(1.0 - rng.random()),
            "invests_in_community": bool(rng.random() < 0.5),
        },
    }
    kind = str(rng.choice(list(kinds)))
    return shock_from({"day": day, "kind": kind, **kinds[kind]})


def drawn_plan(entropy: int, nth: int, longest: int) -> tuple[Plan, int]:
    """A plan and the seed of its run, named by two numbers."""
    rng = np.random.default_rng([entropy, nth])
    days = int(rng.integers(20, longest + 1))
    market = drawn_market(rng)
    starts = [0, *sorted(rng.choice(np.arange(1, days), size=rng.integers(0, 3), replace=False).tolist())]
    phases = tuple((start, parameters_from({**drawn_values(rng), "market": market})) for start in starts)
    hub = any(p.affiliation.hub > 0 for _, p in phases[:1])
    shocks = [drawn_shock(rng, days) for _ in range(rng.integers(0, 5))]
    experiments = ()
    if rng.random() < 0.2:
        changes = {
            "incentives.cash_per_contribution": 2.0,
            "monetisation.ad_load": 90.0,
            "affiliation.activity": 0.0,
        }
        experiments = (Experiment(name="try", from_day=int(rng.integers(days)), share=0.4, changes=changes),)
    kept = tuple(shock for shock in shocks if hub or shock.kind != "hub_departs")
    return Plan(phases=phases, shocks=kept, experiments=experiments, days=days), int(rng.integers(2**63))


def written(plan: Plan, seed: int) -> str:
    """The plan as text: what of each phase differs from the defaults, and the rest whole."""
    phases = [
        [day, {name: value for name, value in p.model_dump(exclude_defaults=True).items() if value}]
        for day, p in plan.phases
    ]
    content = {
        "seed": seed,
        "days": plan.days,
        "phases": phases,
        "shocks": [s.model_dump(exclude_none=True) for s in plan.shocks],
        "experiments": [e.model_dump() for e in plan.experiments],
    }
    return json.dumps(content)


def check_drawn(entropy: int, nth: int, longest: int) -> None:
    plan, seed = drawn_plan(entropy, nth, longest)
    market = plan.parameters.market
    try:
        check_run(Simulation(plan, seed=seed, check=True), market.size, market.founders)
    except Exception as error:
        error.add_note(f'RANDOM_PLANS="{entropy} {nth}" draws again: {written(plan, seed)}')
        raise


@pytest.mark.parametrize("nth", range(12))
def test_every_law_holds_over_the_whole_ranges(nth: int) -> None:
    check_drawn(20, nth, longest=60)


@pytest.mark.full
def test_every_law_holds_in_long_runs_over_the_whole_ranges() -> None:
    asked = os.environ.get("RANDOM_PLANS", "").split()
    entropy = int(asked[0]) if asked else secrets.randbits(32)
    for nth in [int(asked[1])] if asked else range(300):
        check_drawn(entropy, nth, longest=400)
