"""Nothing is lost: people, layers, ties and money add up on every day of every run."""

from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from kith.sim.engine import Simulation
from kith.sim.schema.parameter_set import SECTIONS, ParameterError, parameters_from
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.conservation import check_laws
from tests.sim.conservation import check_run, range_of

type PlanOf = Callable[..., Plan]

CASES: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("pool",), {}),
    (("hub", "ads"), {"shocks": [Shock(day=60, kind="hub_departs")]}),
    (("web", "subscription"), {"phases": {40: {"monetisation": {"price": 1.0}}}}),
    (("web", "busy"), {"shocks": [Shock(day=30, kind="members_leave", share=0.4, who="most_connected")]}),
    (("nothing",), {}),
    (("ugc", "web", "fee"), {"phases": {50: {"monetisation": {"model": "none"}}}}),
    (("web",), {"phases": {30: {"monetisation": {"model": "fee"}}, 70: {"bonding": {"tie_half_life": 9.0}}}}),
    (("marketplace", "busy"), {"phases": {33: {"organisation": {"direction": 0.1}}}}),
    (("hub", "web", "busy"), {"market": {"acquaintances": "everyone"}, "churn": {"tie_threshold": 2}}),
    (("web", "busy"), {"shocks": [Shock(day=20, kind="members_leave", share=1.0)]}),
    (("web",), {"market": {"founders": 0}}),
    (("web", "busy"), {"market": {"size": 61, "founders": 61}}),
    (("web", "busy", "subscription"), {"acquisition": {"paid_budget": 1e9}}),
]


@pytest.mark.parametrize(("designs", "more"), CASES, ids=["+".join(case[0]) for case in CASES])
def test_every_law_holds_in_every_design(
    plan_of: PlanOf, designs: tuple[str, ...], more: dict[str, Any]
) -> None:
    plan = plan_of(*designs, **more)
    market = plan.parameters.market
    for seed in (0, 1):
        check_run(Simulation(plan, seed=seed, days=130, check=True), market.size, market.founders)


def test_every_law_holds_after_founding_from_a_log(plan_of: PlanOf, log_of: Callable[..., Any]) -> None:
    plan = plan_of("web", "busy", founding=log_of(80))
    check_run(Simulation(plan, seed=0, days=120, check=True), 400, 80)


def test_flows_add_up_for_those_who_leave_on_the_day_on_which_they_would_lapse(plan_of: PlanOf) -> None:
    exits = [Shock(day=day, kind="members_leave", share=0.3) for day in range(89, 95)]
    closed = {3: {"contribution": {"doors_open": 0.0}}}
    plan = plan_of("web", "busy", phases=closed, shocks=exits, churn={"base_hazard": 0.001})
    check_run(Simulation(plan, seed=0, days=100, check=True), 400, 60)


@pytest.mark.parametrize("half_life", [0.1, 0.3])
@pytest.mark.parametrize("least", [0.0, 0.03])
def test_sums_of_ties_are_right_for_the_shortest_half_lives(
    plan_of: PlanOf, half_life: float, least: float
) -> None:
    bonding = {"tie_half_life": half_life, "drop_below": least}
    plan = plan_of("web", "busy", bonding=bonding, contribution={"exchange_rate": 1.0})
    for seed in range(4):
        simulation = Simulation(plan, seed=seed, days=40, check=True)
        while simulation.day < 40:
            simulation.advance(1)
            check_bonds(simulation)


def check_bonds(simulation: Simulation) -> None:
    """Whoever was looked at today feels the ties of today, summed here from their strengths."""
    c = simulation.community
    rows = c.population.rows()
    for m in c.population.members[rows]:
        if m["settled"] != c.day or not m["degree"]:
            continue
        ties = c.ties.pool[m["slots"] : m["slots"] + m["degree"]]
        total = float((ties["strength"] * c.fade[c.day - ties["day"]]).sum())
        assert m["tied"] == pytest.approx(total, abs=1e-5)


def test_a_wrong_sum_of_ties_is_found(plan_of: PlanOf) -> None:
    simulation = Simulation(plan_of("web", "busy"), days=20, check=True)
    simulation.advance()
    c = simulation.community
    row = max(c.population.rows().tolist(), key=lambda r: c.population.members["degree"][r])
    age = c.day - c.population.members["settled"][row]
    c.population.members["tied"][row] += 0.01 / c.fade[age]
    with pytest.raises(AssertionError, match="sums of ties differ"):
        check_laws(c)


# Random legal parameters

WILD = {
    "contribution.rate": (0.0, 0.1),
    "contribution.propensity_sigma": (0.0, 2.5),
    "contribution.exchange_rate": (0.0, 2.0),
    "contribution.exchange_max": (0.0, 6.0),
    "referral.invites_per_month": (0.0, 5.0),
    "referral.dispersion": (0.05, 5.0),
    "visiting.budget_sigma": (0.0, 2.0),
    "visiting.satisfaction_gain": (0.0, 3.0),
}
"bounds for what would make a small community do millions of things"


def bounds(name: str, field: Any) -> tuple[float, float]:
    """The range from which a number is drawn: the schema's, kept within an order of magnitude."""
    low, high = range_of(field)
    if name in WILD:
        return WILD[name]
    if high <= 1.0:
        return low, high
    return max(low, min(field.default / 10, 0.0 if low <= 0 else low)), min(
        high, max(10 * field.default, 1.0)
    )


def values_of(name: str, field: Any) -> st.SearchStrategy[Any]:
    """Legal values of a parameter, its bounds among them."""
    if name == "governance.council_size":
        return st.sampled_from([0, 5, 7, 10])
    if isinstance(field.default, str):
        return st.sampled_from(get_args(field.annotation))
    if field.default == () or isinstance(field.default, tuple):
        return st.just(field.default)
    low, high = bounds(name, field)
    if isinstance(field.default, int):
        return st.integers(int(low), int(high))
    unit = (field.json_schema_extra or {}).get("unit")
    unfading = [st.just(float("inf"))] if unit == "days" and np.isinf(range_of(field)[1]) else []
    return st.one_of(st.floats(low, high), st.sampled_from([low, high]), *unfading)


FREE = {
    f"{s}.{f}": field
    for s, section in SECTIONS.items()
    for f, field in section.model_fields.items()
    if s != "market"
}
markets = st.fixed_dictionaries(
    {
        "size": st.integers(30, 300),
        "founders": st.integers(0, 90),
        "acquaintances": st.sampled_from(["ring", "everyone"]),
        "near": st.integers(2, 40),
        "far": st.integers(0, 8),
        "interest_similarity": st.floats(0, 1),
        "eagerness": st.floats(0, 3),
        "fit_width": st.sampled_from([0.01, 0.2, 1.0, 100.0]),
    }
)
tiers = st.sampled_from(
    [(), ({"points": 1, "perk": 0.2, "cost": 3.0}, {"points": 5, "perk": 1.0, "cost": 0.0})]
)


@st.composite
def settings_for_some(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Legal values for some ten parameters; the rest stay as they are."""
    out: dict[str, dict[str, Any]] = {}
    for name in draw(st.lists(st.sampled_from(sorted(FREE)), max_size=14, unique=True)):
        section, _, field = name.partition(".")
        out.setdefault(section, {})[field] = draw(values_of(name, FREE[name]))
    out.setdefault("incentives", {})["tier"] = draw(tiers)
    out.setdefault("affiliation", {}).setdefault("hub", draw(st.sampled_from([0.0, 1.0])))
    return out


def shocks_within(days: int) -> st.SearchStrategy[list[Shock]]:
    """Up to four shocks of any kind."""
    day = st.integers(0, days)
    return st.lists(
        st.one_of(
            st.builds(Shock, day=day, kind=st.just("hub_departs"), count=st.sampled_from([None, 2])),
            st.builds(
                Shock,
                day=day,
                kind=st.just("members_leave"),
                share=st.floats(0.01, 1.0),
                who=st.sampled_from([None, "random", "most_connected"]),
            ),
            st.builds(Shock, day=day, kind=st.just("topic_shift"), to=st.floats(0.0, 1.0)),
            st.builds(Shock, day=day, kind=st.just("mass_join"), count=st.integers(1, 60)),
            st.builds(Shock, day=day, kind=st.just("spam_wave"), items=st.floats(0.1, 500.0)),
            st.builds(
                Shock,
                day=day,
                kind=st.just("competitor"),
                strength=st.floats(0.01, 1.0),
                invests_in_community=st.booleans(),
            ),
        ),
        max_size=4,
    )


stages_of_a_run = st.lists(settings_for_some(), min_size=1, max_size=3)
seeds = st.integers(0, 2**63 - 1)


def check_any(
    market: dict[str, Any],
    stages: list[dict[str, dict[str, Any]]],
    struck: list[Shock],
    days: int,
    seed: int,
    stage: int,
) -> None:
    """Run stages of so many days each, and check every law on every day."""
    market["founders"] = min(market["founders"], market["size"])
    try:
        phases = tuple(
            (stage * k, parameters_from({**settings_of_stage, "market": market}))
            for k, settings_of_stage in enumerate(stages)
        )
        plan = Plan(phases=phases, shocks=tuple(struck))
    except ParameterError as error:
        assume("must be at most 1" not in str(error) and "there is no hub" not in str(error))
        raise
    check_run(Simulation(plan, seed=seed, days=days, check=True), market["size"], market["founders"])


FROM_NOUGHT = {
    name: field
    for name, field in FREE.items()
    if isinstance(field.default, float) and range_of(field)[0] <= 0.0 < range_of(field)[1]
}


@pytest.mark.parametrize("section", sorted({name.partition(".")[0] for name in FROM_NOUGHT}))
def test_a_number_may_be_too_small_for_single_precision(section: str) -> None:
    """Each number just above nought, alone: members hold floats of four bytes, in which it is nought."""
    for name in FROM_NOUGHT:
        of, _, field = name.partition(".")
        if of == section:
            given_ = {"market": {"size": 60, "founders": 20}, of: {field: 1e-97}}
            parameters = parameters_from({"affiliation": {"hub": 1.0}} | given_)
            Simulation(Plan(phases=((0, parameters),)), seed=1, days=10, check=True).advance()


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(markets, stages_of_a_run, shocks_within(50), st.integers(30, 60), seeds)
@example(  # the shortest half-life: what fades that fast must not overflow within a week
    {"size": 30, "founders": 10, "interest_similarity": 1.0, "fit_width": 0.01, "near": 2, "far": 0},
    [{"churn": {"contagion_half_life": 0.1}, "affiliation": {"hub": 0.0}}],
    [],
    30,
    0,
)
@example(  # a weight that is nought in single precision, but not in double
    {"size": 30, "founders": 1, "interest_similarity": 0.0, "fit_width": 0.01, "near": 2, "far": 0},
    [{"value": {"fit_weight": 4.9e-97}, "affiliation": {"hub": 0.0}}],
    [],
    30,
    0,
)
def test_every_law_holds_for_any_legal_parameters(
    market: dict[str, Any], stages: list[dict[str, dict[str, Any]]], struck: list[Shock], days: int, seed: int
) -> None:
    check_any(market, stages, struck, days, seed, stage=20)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(markets, stages_of_a_run, shocks_within(290), seeds)
def test_every_law_holds_over_three_hundred_days_of_any_legal_parameters(
    market: dict[str, Any], stages: list[dict[str, dict[str, Any]]], struck: list[Shock], seed: int
) -> None:
    check_any(market, stages, struck, 300, seed, stage=100)
