"""The benchmarks: scenario, settings, theory and number of runs of each.

Each is a scenario of `scenarios/library/verification`, run with seeds 0 … runs-1. A smaller
edition of each (`quick`) has fewer runs with fewer people, for quick tests.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kith.experiments.credibility import theory as t
from kith.experiments.credibility import theory_of_ties as tt
from kith.experiments.credibility.tie_graphs import Pairs, couples, founded_on, random_graph, star
from kith.scenarios.load import load
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from kith.sim.state.ties import MAX_CAPACITY

TOLERANCE = 0.02
"how far a mean may be from theory, relative to it"


@dataclass(frozen=True)
class Benchmark:
    """A scenario with settings, its theory and measure, and the number of runs."""

    code: str
    "the row of science.md, section 5"
    name: str
    scenario: str
    theory: Callable[[Plan], Mapping[str, float]]
    measure: Callable[[Record], Mapping[str, float]]
    runs: int
    quick_runs: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    quick_settings: Mapping[str, Any] = field(default_factory=dict)
    graph: Callable[[int, int], Pairs] | None = None
    "people and seed -> the ties of day 0"
    only: tuple[str, ...] = ()
    "the quantities compared; all, if none is named"
    tolerance: float = TOLERANCE
    approximate: bool = False
    "whether theory itself is an approximation, so that only the tolerance counts"
    days: int | None = None
    quick_days: int | None = None

    def plan(self, seed: int, quick: bool) -> Plan:
        """What run number `seed` simulates."""
        settings = {**self.settings, **(self.quick_settings if quick else {})}
        days = self.quick_days or self.days if quick else self.days
        if self.graph is None:
            return load(self.scenario, overrides=settings, days=days)
        people = settings["market.size"]
        founding = founded_on(people, self.graph(people, seed))
        room = {
            "bonding.capacity_min": float(MAX_CAPACITY)
        }  # or founders would lack some of the graph's ties
        return load(self.scenario, overrides=room | settings, log=founding, days=days)


def _branching(name: str, recruits: float, death: float, **more: Any) -> Benchmark:
    settings = {
        "referral.invites_per_month": 30.0 * recruits,
        "churn.base_hazard": -math.log1p(-death),
    }
    settings |= more.pop("settings", {})
    small = {"market.size": 200_000, "acquisition.external_rate": 0.365}
    return Benchmark(
        "B3",
        name,
        "branching",
        t.branching,
        t.families,
        quick_runs=5,
        settings=settings,
        quick_settings=small,
        **more,
    )


def _generations(name: str, mean: float, dispersion: float, runs: int) -> Benchmark:
    settings = {"referral.invites_per_month": 30.0 * mean, "referral.dispersion": dispersion}
    small = {"market.size": 100_000, "acquisition.external_rate": 0.365}
    return Benchmark(
        "B3", name, "one_generation", t.galton_watson, t.families, runs, 5, settings, small, only=("extinct",)
    )


def _churning(name: str, imitation: float, churn: float, founders: int) -> Benchmark:
    settings = {
        "referral.invites_per_month": 30.0 * imitation,
        "churn.base_hazard": churn,
        "market.founders": founders,
    }
    small = {"market.size": 1000, "market.founders": founders // 5}
    return Benchmark(
        "B2",
        name,
        "bass_with_churn",
        t.bass_with_churn,
        t.settled_share,
        32,
        4,
        settings,
        small,
        quick_days=300,
    )


def _core(ties: float, least: int) -> Benchmark:
    settings = {"market.size": 20_000, "churn.tie_threshold": least}
    return Benchmark(
        "B5",
        f"{ties:g} ties, {least}-core",
        "core",
        tt.core(ties),
        tt.remaining,
        32,
        4,
        settings,
        {"market.size": 4_000},
        lambda people, seed: random_graph(people, ties, seed),
    )


def _giant(ties: float) -> Benchmark:
    return Benchmark(
        "B6",
        f"{ties:g} ties, half removed",
        "giant_component",
        tt.giant(ties),
        tt.largest_component,
        32,
        6,
        {"market.size": 20_000},
        {"market.size": 4_000},
        lambda people, seed: random_graph(people, ties, seed),
    )


def _strength(name: str, step: float) -> Benchmark:
    return Benchmark(
        "B4",
        name,
        "tie_strength",
        tt.strength,
        tt.strengths,
        32,
        4,
        {"market.size": 4_000, "bonding.strength_step": step},
        {"market.size": 600},
        lambda people, seed: couples(people),
    )


def _ties(name: str, scenario: str, runs: int = 45, **more: Any) -> Benchmark:
    """Ties in balance; the quick edition has four times the rates."""
    parameters = load(scenario).parameters
    faster: dict[str, Any] = {"market.size": 600, "market.founders": 600}
    for name_of, value in (
        ("contribution.exchange_rate", parameters.contribution.exchange_rate),
        ("bonding.removal_rate", parameters.bonding.removal_rate),
        ("churn.base_hazard", parameters.churn.base_hazard),
    ):
        faster[name_of] = 4.0 * value
    theory, measure = more.pop("compared", (tt.ties, tt.tie_counts))
    return Benchmark("B4", name, scenario, theory, measure, runs, 4, {}, faster, quick_days=500, **more)


def _inequality(sigma: float, contributing: bool) -> Benchmark:
    """Contributions where they are many; for a wide spread only the propensity of many people."""
    name = f"log-normal, sigma {sigma:g}"
    quantities = ("contribution Gini", "propensity Gini")[0 if contributing else 1 :]
    settings: dict[str, Any] = {"contribution.propensity_sigma": sigma}
    if not contributing:
        settings |= {"market.size": 20_000, "market.founders": 20_000, "contribution.rate": 0.0}
    days = None if contributing else 1
    return Benchmark(
        "B7", name, "inequality", t.inequality, t.inequalities, 40, 4, settings, only=quantities, days=days
    )


def _silence(name: str, exponent: float, rate: float = 0.3) -> Benchmark:
    """Those still asleep if the hazard of waking falls with this exponent."""
    settings = {"dormancy.waking_exponent": exponent, "dormancy.waking_rate": rate}
    small = {"market.size": 1000, "market.founders": 1000}
    return Benchmark("B8", name, "silence", t.silence, t.silent, 48, 4, settings, small)


def _benchmarks() -> Iterator[Benchmark]:
    """In the order of science.md."""
    yield Benchmark(
        "B1",
        "constant hazard",
        "constant_hazard",
        t.constant_hazard,
        t.indicators_of_value,
        32,
        3,
        quick_settings={"market.size": 1000},
    )
    small = {"market.size": 10_000}
    yield Benchmark("B2", "without churn", "bass", t.bass, t.diffusion, 32, 4, quick_settings=small)
    yield _churning("churn 2 %", 0.0317, 0.02, 2300)
    yield _churning("churn 5 %", 0.0317, 0.05, 500)
    yield _churning("churn 5 %, q = 0.1", 0.1, 0.05, 2600)
    early = f"members on day {t.EARLY}"
    yield _branching("recruit .10, die .05", 0.10, 0.05, runs=100, only=("extinct", early))
    yield _branching("recruit .06, die .05", 0.06, 0.05, runs=40, only=("extinct",))
    yield _branching("recruit .03, die .02", 0.03, 0.02, runs=60, only=("extinct",))
    many = {"acquisition.external_rate": 0.8}
    yield _branching("recruit .03, die .05", 0.03, 0.05, runs=60, only=("progeny",), days=250, settings=many)
    yield _generations("Poisson, R = 1.5", 1.5, math.inf, 100)
    yield _generations("geometric, R = 2", 2.0, 1.0, 60)
    yield _generations("uneven, R = 1.5", 1.5, 0.1, 32)
    yield _ties("random ties", "tie_balance")
    yield _ties("with replacement", "tie_replacement")
    yield _ties("eight slots", "tie_capacity", compared=(tt.full_slots, tt.slots_taken), approximate=True)
    yield _strength("small steps", 0.005)
    yield _strength("steps that saturate", 0.15)
    for ties, least in ((8.0, 3), (4.0, 3), (8.0, 5), (7.0, 5), (6.5, 5)):
        yield _core(ties, least)
    yield _giant(3.0)
    yield _giant(4.0)
    yield Benchmark(
        "B6",
        "star without centre",
        "star",
        tt.alone,
        tt.largest_component,
        30,
        2,
        {"market.size": 151},
        graph=lambda people, seed: star(people),
    )
    yield Benchmark(
        "B7", "stock balance", "stock_balance", t.stock_balance, t.balance, 140, 5, quick_days=200
    )
    yield Benchmark("B7", "stock of content", "content", t.content, t.stock_of_content, 32, 4)
    yield _inequality(1.0, contributing=True)
    yield _inequality(2.0, contributing=False)
    yield _silence("still asleep, exponent 1", 1.0)
    yield _silence("still asleep, exponent 1.5", 1.5)
    yield _silence("still asleep, exponent 0", 0.0, rate=0.1)
    yield Benchmark(
        "B8",
        "awake balance",
        "awake_balance",
        t.awake_balance,
        t.balance_of_the_awake,
        48,
        4,
        quick_settings={"market.size": 1000},
    )


BENCHMARKS: tuple[Benchmark, ...] = tuple(_benchmarks())
"""All benchmarks, in the order of science.md."""

NAMED: dict[str, Benchmark] = {benchmark.name: benchmark for benchmark in BENCHMARKS}
