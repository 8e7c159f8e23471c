"""Small communities for the engine's tests, as functions of what a test wants to differ."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import run
from kith.sim.results.record import Record
from kith.sim.schema.founding import Founding
from kith.sim.schema.parameter_set import Parameters, parameters_from
from kith.sim.schema.plan import Plan, Shock
from tests.plain import PLAIN
from tests.sim.lived import total

type Settings = Mapping[str, Mapping[str, Any]]

DESIGNS: dict[str, Settings] = {
    "pool": {"affiliation": {"activity": 1.0, "hub": 0.0, "peers": 0.0}},
    "hub": {"affiliation": {"activity": 0.25, "hub": 1.0, "peers": 0.0}},
    "web": {"affiliation": {"activity": 0.6, "hub": 0.0, "peers": 1.0}},
    "nothing": {
        "affiliation": {"activity": 0.0, "hub": 0.0, "peers": 0.0},
        "contribution": {"doors_open": 0.0},
        "value": {"content": 0.0, "peers": 0.0, "hub": 0.0},
    },
    "ugc": {"value": {"product": 0.2, "content": 0.65, "peers": 0.2, "content_half_life": 720.0}},
    "marketplace": {
        "value": {"product": 0.15, "content": 0.15, "match": 0.7, "peers": 0.2},
        "monetisation": {"model": "marketplace"},
    },
    "ads": {"monetisation": {"model": "ads"}},
    "subscription": {"monetisation": {"model": "subscription", "conversion": 0.3, "price": 4.0}},
    "fee": {"monetisation": {"model": "fee", "price": 3.0}},
    "sleepy": {
        "dormancy": {
            "formal_share": 0.1,
            "waking_rate": 3.0,
            "waking_scale": 30.0,
            "call_gain": 3.0,
            "cleanup_rate": 2.0,
            "winback_per_month": 1.0,
            "winback_unsubscribe": 0.05,
        },
        "contribution": {"burst_gain": 3.0},
        "visiting": {"burst_gain": 2.0},
        "churn": {"base_hazard": 0.02},
    },
    "busy": {
        "contribution": {"rate": 0.08},
        "acquisition": {
            "external_rate": 0.5,
            "imitation_rate": 3.0,
            "paid_budget": 10.0,
            "search_rate": 0.5,
            "search_scale": 50.0,
            "return_rate": 2.0,
        },
        "referral": {"invites_per_month": 2.0, "conversion": 0.3, "reward_giver": 3.0, "dispersion": 1.0},
        "incentives": {
            "cash_per_contribution": 0.4,
            "recognition": 0.5,
            "badges": 1.0,
            "revenue_share": 0.2,
            "progressive": 0.5,
            "tier": ({"points": 2, "perk": 0.05, "cost": 1.0}, {"points": 9, "perk": 0.1, "cost": 2.0}),
        },
        "churn": {"base_hazard": 0.01},
    },
}
"the presets of `scenarios`, as far as the engine's tests need them, and one with everything on"


def merged(*layers: Settings) -> dict[str, dict[str, Any]]:
    """Sections merged name by name; later layers win."""
    out: dict[str, dict[str, Any]] = {}
    for layer in layers:
        for section, values in layer.items():
            out[section] = out.get(section, {}) | dict(values)
    return out


def small_plan(
    *designs: str,
    phases: Mapping[int, Settings] | None = None,
    shocks: Sequence[Shock] = (),
    founding: Founding | None = None,
    name: str = "small",
    **sections: Mapping[str, Any],
) -> Plan:
    """A plan of named designs and what differs, on plain settings, for 60 founders in a market of 400."""
    settings = merged(
        PLAIN, {"market": {"size": 400, "founders": 60}}, *(DESIGNS[d] for d in designs), sections
    )
    stages: list[tuple[int, Parameters]] = [(0, parameters_from(settings))]
    for day, later in sorted((phases or {}).items()):
        settings = merged(settings, later)
        stages.append((day, parameters_from(settings)))
    return Plan(name=name, phases=tuple(stages), shocks=tuple(shocks), founding=founding)


def differing(one: Record, other: Record, ignored: Sequence[str] = ()) -> list[str]:
    """What differs between two records: `series.<column>`, `members`, `ties`; exactly."""
    out = [
        f"series.{name}"
        for name in one.series.columns
        if name not in ignored
        and not np.array_equal(
            one.series[name], other.series[name], equal_nan=one.series[name].dtype == float
        )
    ]
    for frame in ("members", "ties"):
        if not getattr(one, frame).equals(getattr(other, frame)):
            out.append(frame)
    return out


def small_log(n: int = 30, seed: int = 0) -> Founding:
    """A founding log drawn by NumPy: n founders, the first of whom writes most."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, n, 12 * n), rng.integers(0, n, 12 * n)
    a, b = a[a != b], b[a != b]
    silence = rng.integers(1, 91, n)
    return Founding(
        contributions=np.sort(rng.geometric(0.1, n))[::-1].astype(np.int64) - 1,
        tenure=silence + rng.integers(0, 300, n),
        silence=silence,
        active_days=rng.integers(1, 20, n),
        exchange_a=a,
        exchange_b=b,
        exchange_age=np.sort(rng.integers(1, 91, len(a)))[::-1].astype(np.int64),
        date="2020-03-01",
    )


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """`small_plan`."""
    return small_plan


@pytest.fixture(scope="session")
def difference() -> Callable[..., list[str]]:
    """`differing`."""
    return differing


@pytest.fixture(scope="session")
def log_of() -> Callable[..., Founding]:
    """`small_log`."""
    return small_log


@pytest.fixture(scope="session")
def total_of() -> Callable[[Record, str], float]:
    """`total`."""
    return total


def founders_of(record: Record) -> pd.DataFrame:
    """The founders' first memberships by person."""
    members = record.members
    return members[members["channel"] == "founder"].set_index("person")


@pytest.fixture(scope="session")
def founders() -> Callable[[Record], pd.DataFrame]:
    """`founders_of`."""
    return founders_of


NOBODY_NEW = {
    "acquisition": {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0},
    "referral": {"invites_per_month": 0.0},
}
NOBODY_LEAVES = {"churn": {"base_hazard": 0.0}}


@pytest.fixture(scope="session")
def arm(plan_of: Callable[..., Plan]) -> Callable[..., Record]:
    """A run of 200 founders in a market of 1,000; sections given twice are merged."""

    def arm(
        *designs: str, days: int = 60, seed: int = 1, closed: bool = False, loyal: bool = False, **more: Any
    ) -> Record:
        sections: dict[str, Any] = {"market": {"size": 1000, "founders": 200}}
        for layer in ([NOBODY_NEW] if closed else []) + ([NOBODY_LEAVES] if loyal else []):
            sections |= layer
        for name, values in more.items():
            both = isinstance(values, dict) and isinstance(sections.get(name), dict)
            sections[name] = sections[name] | values if both else values
        return run(plan_of(*designs, **sections), seed=seed, days=days, events=False)

    return arm


@pytest.fixture(scope="session")
def quiet(plan_of: Callable[..., Plan]) -> Callable[..., Record]:
    """A run of 250 founders who stay and whom nobody joins, unless something else is said."""

    def quiet(*designs: str, days: int = 60, seed: int = 1, **more: Any) -> Record:
        sections: dict[str, Any] = {
            "market": {"size": 1200, "founders": 250},
            "acquisition": {
                "external_rate": 0.0,
                "imitation_rate": 0.0,
                "search_rate": 0.0,
                "return_rate": 0.0,
            },
            "referral": {"invites_per_month": 0.0},
            "churn": {"base_hazard": 0.0},
            "contribution": {"rate": 0.03},
            "organisation": {"steering": 0.0},
        }
        for name, values in more.items():
            sections[name] = sections.get(name, {}) | values if isinstance(values, dict) else values
        return run(plan_of(*designs, **sections), seed=seed, days=days, events=False)

    return quiet
