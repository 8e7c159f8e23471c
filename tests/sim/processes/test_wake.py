"""Members fall silent and wake: what it needs, what it keeps, and what it must not change."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from kith.sim.engine import Simulation, run
from kith.sim.kernels.luck import Purpose, uniforms
from kith.sim.results.record import Record
from kith.sim.schema.plan import Experiment, Plan, Shock
from kith.sim.state.categories import Cause
from kith.sim.state.community import Community
from kith.sim.state.decay import NEWCOMER
from kith.sim.state.dormancy.dormant import place_of_row
from kith.sim.state.layers import PAST
from tests.sim.conservation import check_run

type PlanOf = Callable[..., Plan]
type Rows = npt.NDArray[np.int64]

STILL = {
    "churn": {"base_hazard": 0.0},
    "acquisition": {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0},
    "referral": {"invites_per_month": 0.0},
    "visiting": {"budget_hours": 0.0},
}
"nobody comes, goes or visits of itself"


def lie_down(c: Community, persons: list[int]) -> None:
    """Let some members fall silent now."""
    rows = c.market.row[np.sort(persons)].astype(np.int64)
    c.fall_asleep(rows, np.full(len(rows), int(Cause.BACKGROUND)))


def get_up(c: Community, persons: list[int]) -> Rows:
    """Wake some members now; their rows."""
    return c.wake(np.array([place(c, person) for person in sorted(persons)], np.int64))


def place(c: Community, person: int) -> int:
    """The place of a dormant member."""
    return int(place_of_row(int(c.market.row[person])))


def awake(c: Community, person: int) -> Any:
    """The record of a member who is awake."""
    return c.population.members[c.market.row[person]]


def asleep(c: Community, person: int) -> Any:
    """The record of a dormant member."""
    return c.dormant.members[place(c, person)]


def partners(c: Community, person: int) -> dict[int, float]:
    """The partners of a member who is awake, and the strength of each tie today."""
    m = awake(c, person)
    ties = c.ties.pool[m["slots"] : m["slots"] + m["degree"]]
    strength = ties["strength"] * c.fade[c.day - ties["day"]]
    return dict(zip(c.population.address[ties["row"]].tolist(), strength.tolist(), strict=True))


def best_friends(c: Community) -> tuple[int, int]:
    """Two members with many ties, one of them to each other."""
    for person in c.population.address[c.population.rows()].tolist():
        for other in partners(c, person):
            if min(len(partners(c, person)), len(partners(c, other))) > 2:
                return person, other
    raise AssertionError("no two members with ties")


@pytest.fixture
def still(plan_of: PlanOf) -> Simulation:
    """A web of founders who do nothing, after its first day."""
    plan = plan_of("web", **STILL, dormancy={"formal_share": 0.0}, bonding={"removal_rate": 0.0})
    simulation = Simulation(plan, seed=4, days=400, check=True)
    simulation.advance(1)
    return simulation


# Nothing is lost

CASES: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("web", "busy"), {}),
    (("web", "busy", "subscription"), {"phases": {60: {"monetisation": {"model": "fee", "price": 2.0}}}}),
    (("hub", "web", "busy", "fee"), {"phases": {50: {"monetisation": {"model": "none"}}}}),
    (
        ("web", "busy"),
        {"phases": {40: {"bonding": {"tie_half_life": 400.0}}, 70: {"bonding": {"tie_half_life": 3.0}}}},
    ),
    (
        ("web", "busy"),
        {"bonding": {"tie_half_life": 0.1}, "phases": {50: {"churn": {"contagion_half_life": 2.0}}}},
    ),
    (
        ("web", "busy"),
        {"churn": {"tie_threshold": 2}, "shocks": [Shock(day=30, kind="members_leave", share=0.4)]},
    ),
    (("web", "busy"), {"bonding": {"capacity_min": 1.0}, "contribution": {"exchange_rate": 2.0}}),
]


@pytest.mark.parametrize(("designs", "more"), CASES)
def test_every_law_holds_while_people_fall_silent_and_wake(
    plan_of: PlanOf, designs: tuple[str, ...], more: dict[str, Any]
) -> None:
    for seed in range(2):
        plan = plan_of(*designs, "sleepy", **more)
        record = check_run(Simulation(plan, seed=seed, days=130, check=True), 400, 60)
        assert min(record.series["sleeps"].sum(), record.series["wakings"].sum()) > 50


def test_an_experiment_counts_the_dormant(plan_of: PlanOf) -> None:
    trial = Experiment(name="thanks", from_day=40, share=0.5, changes={"incentives.recognition": 1.0})
    plan = replace(plan_of("web", "busy", "sleepy"), experiments=(trial,))
    simulation = Simulation(plan, seed=1, days=90, check=True)
    simulation.advance(40)
    dormant = simulation.community.dormant
    count = dormant.members["contributions"][: dormant.count]
    simulation.advance(1)
    assert count.sum() > 0
    held = simulation.record().at_start["thanks"][0]
    assert held[dormant.person[: dormant.count]].sum() > 0
    check_run(simulation, 400, 60)


# Knock-out


def test_without_waking_nobody_returns(plan_of: PlanOf) -> None:
    off = {"waking_rate": 0.0, "cleanup_rate": 0.0, "winback_per_month": 0.0}
    s = run(plan_of("web", "busy", "sleepy", dormancy=off), seed=1, days=90).series
    assert s["wakings"].sum() == 0
    assert s["dormant"].iloc[-1] == s["sleeps"].sum() > 50


def test_where_every_exit_is_formal_nobody_is_dormant_and_waking_makes_no_difference(
    plan_of: PlanOf, difference: Callable[..., list[str]]
) -> None:
    plain = plan_of("web", "busy", churn={"base_hazard": 0.02})
    formal = plan_of(
        "web",
        "busy",
        "sleepy",
        dormancy={"formal_share": 1.0},
        visiting={"burst_gain": 0.0},
        contribution={"burst_gain": 0.0},
    )
    one, other = (run(plan, seed=2, days=90) for plan in (plain, formal))
    assert one.series["leaves"].sum() > 50
    assert difference(one, other) == []


def test_the_disappointed_leave_for_good(plan_of: PlanOf) -> None:
    never_content = {"disappointed_below": 1.0}
    s = run(plan_of("web", "busy", "sleepy", acquisition=never_content), seed=2, days=60).series
    assert s["leaves"].sum() > 20
    assert s["sleeps"].sum() == 0


# Ghosts

GHOSTS = 5000


def haunted(plan: Plan, ghosts: int, days: int) -> tuple[Record, Record]:
    """A run, and the same with members who have been dormant for ever and hardly ever wake."""
    records = []
    for n in (0, ghosts):
        simulation = Simulation(plan, seed=3, days=days, guests=n)
        c = simulation.community
        if n:
            lie_down(c, list(range(c.market.size, c.market.size + n)))
            c.dormant.since[:n] = c.dormant.members["asleep_on"][:n] = 1 - PAST
        simulation.advance()
        records.append(simulation.record())
    return records[0], records[1]


def test_dormant_members_who_never_wake_change_no_series_of_the_awake(plan_of: PlanOf) -> None:
    quiet = {
        "waking_rate": 9.0,
        "waking_scale": 3.0,
        "waking_exponent": 6.0,
        "cleanup_rate": 0.0,
        "winback_per_month": 0.0,
    }
    plan = plan_of("web", "busy", "sleepy", dormancy=quiet)
    alone, among = haunted(plan, GHOSTS, 90)
    assert alone.series["wakings"].sum() > 20
    assert (among.series["dormant"] == alone.series["dormant"] + GHOSTS).all()
    about_ghosts = ["present", "dormant"]
    others = alone.series.columns.drop(about_ghosts)
    assert among.series[others].equals(alone.series[others])
    assert among.ties.equals(alone.ties)
    here = among.members[among.members["person"] < 400].reset_index(drop=True)
    assert here.equals(alone.members)


# Luck


def days_awake(plan: Plan, days: int) -> npt.NDArray[np.bool_]:
    """Who was awake on which evening, shape (days, people)."""
    simulation = Simulation(plan, seed=5, days=days)
    out = np.zeros((days, plan.parameters.market.size), bool)
    for day in range(days):
        simulation.advance(1)
        c = simulation.community
        out[day, c.population.address[c.population.rows()]] = True
    return out


@pytest.mark.parametrize(
    "more",
    [
        {"visiting": {"budget_hours": 8.0}},
        {"dormancy": {"call_gain": 30.0}},
        {"dormancy": {"winback_per_month": 20.0}},
        {"dormancy": {"waking_rate": 6.0}},
    ],
    ids=["visits", "the weight of calls", "messages", "readiness to wake"],
)
def test_more_visits_or_calls_leave_no_day_awake_in_the_lesser_arm_alone(
    plan_of: PlanOf, more: dict[str, Any]
) -> None:
    base: dict[str, Any] = {
        "dormancy": {
            "formal_share": 0.0,
            "cleanup_rate": 0.0,
            "winback_per_month": 4.0,
            "winback_unsubscribe": 0.0,
        },
        "churn": {
            "belonging_weight": 0.0,
            "contagion": 0.0,
            "base_hazard": 0.04,
            "ageing": 0.0,
            "unfairness": 0.0,
        },
        "value": {"product": 0.5, "content": 0.0, "peers": 0.0, "fit_weight": 0.0},
        "platform": {"overload_weight": 0.0},
        "governance": dict.fromkeys(
            ("harassment_rate", "dispute_rate", "unwanted_share", "unwanted_by_size"), 0.0
        ),
        "visiting": {"budget_hours": 2.0, "burst_gain": 0.0},
        "acquisition": STILL["acquisition"] | {"disappointed_below": 0.0},
        "referral": STILL["referral"],
        "market": {"size": 1500, "founders": 1500},
        "phases": {1: {"value": {"product": 1.0}}},  # so each visit raises satisfaction
    }
    lesser, greater = (
        days_awake(
            plan_of("pool", "sleepy", **(base | {k: base.get(k, {}) | v for k, v in extra.items()})), 150
        )
        for extra in ({}, more)
    )
    assert (greater & ~lesser).sum() > 100
    assert (lesser & ~greater).sum() == 0


# Ties


def test_whoever_falls_silent_is_missed_and_felt_once_and_forgotten_on_waking(still: Simulation) -> None:
    c = still.community
    one, other = best_friends(c)
    before, strength = partners(c, one), partners(c, one)[other]
    lie_down(c, [one])
    assert awake(c, other)["exits"] > 0.5
    assert np.isclose(awake(c, other)["missed"], strength / c.fade[c.day - awake(c, other)["settled"]])
    assert other in c.ties.pool["row"][asleep(c, one)["slots"] :][: asleep(c, one)["degree"]]
    still.advance(20)
    get_up(c, [one])
    assert partners(c, one) == pytest.approx({a: s * c.fade[20] for a, s in before.items()}, rel=1e-5)
    assert awake(c, other)["exits"] == pytest.approx(0.0, abs=1e-5)
    assert awake(c, other)["missed"] == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("together", [True, False])
def test_a_tie_outlives_the_silence_of_both_ends(still: Simulation, together: bool) -> None:
    c = still.community
    one, other = best_friends(c)
    strength = partners(c, one)[other]
    lie_down(c, [one])
    still.advance(5)
    lie_down(c, [other])
    still.advance(5)
    if together:
        get_up(c, [one, other])
    else:
        get_up(c, [one])
        assert awake(c, one)["missed"] > 0.0
        assert asleep(c, other)["exits"] == pytest.approx(0.0, abs=1e-5)
        still.advance(5)
        get_up(c, [other])
    assert partners(c, one)[other] == pytest.approx(strength * c.fade[c.day - 0], rel=1e-5)
    for person in (one, other):
        assert awake(c, person)["missed"] == pytest.approx(0.0, abs=1e-5)
        assert awake(c, person)["exits"] == pytest.approx(0.0, abs=1e-5)
    still.advance(8)


def test_who_has_left_in_the_meantime_is_not_tied_again_even_if_it_has_returned(still: Simulation) -> None:
    c = still.community
    one, other = best_friends(c)
    lie_down(c, [one])
    still.advance(3)
    c.release(c.market.row[[other]].astype(np.int64), np.array([int(Cause.SHOCK)]))
    get_up(c, [one])
    assert other not in partners(c, one)


def test_a_phase_with_another_half_life_fades_remembered_ties_in_two_parts(plan_of: PlanOf) -> None:
    slow, fast = {"tie_half_life": 400.0}, {"tie_half_life": 10.0}
    plan = plan_of(
        "web", **STILL, bonding=slow, phases={11: {"bonding": fast, "churn": {"contagion_half_life": 5.0}}}
    )
    simulation = Simulation(plan, seed=4, days=60, check=True)
    simulation.advance(1)
    c = simulation.community
    one, other = best_friends(c)
    before = partners(c, one)[other]
    lie_down(c, [one])
    simulation.advance(20)
    get_up(c, [one])
    assert partners(c, one)[other] == pytest.approx(before * 2.0 ** -(11 / 400 + 9 / 10), rel=1e-4)
    assert awake(c, other)["exits"] == pytest.approx(0.0, abs=1e-5)


# State


def test_what_stands_still_and_what_fades_while_asleep(still: Simulation) -> None:
    c = still.community
    person = best_friends(c)[0]
    awake(c, person)["habit"] = 0.8
    awake(c, person)["reciprocity"] = 0.5
    kept = ("satisfaction", "norm", "points", "badges", "wtp")
    held = {name: awake(c, person)[name] for name in kept}
    lie_down(c, [person])
    still.advance(30)
    get_up(c, [person])
    m, p = awake(c, person), c.parameters
    assert {name: m[name] for name in kept} == held
    assert m["habit"] == pytest.approx(0.8 * 0.5 ** (30 / p.visiting.habit_half_life), rel=1e-5)
    assert m["reciprocity"] == pytest.approx(0.5 * 0.5 ** (30 / p.contribution.memory_half_life), rel=1e-5)
    assert c.population.visit_bound[c.market.row[person]] < NEWCOMER


def test_experience_halves_while_asleep_also_across_phases(plan_of: PlanOf) -> None:
    longer = {15: {"dormancy": {"tenure_half_life": 60.0}}}
    plan = plan_of("web", **STILL, dormancy={"tenure_half_life": 20.0}, phases=longer)
    simulation = Simulation(plan, seed=4, days=60)
    simulation.advance(1)
    c = simulation.community
    person = int(c.population.address[c.population.rows()[0]])
    awake(c, person)["seasoned"] = -1000
    lie_down(c, [person])
    simulation.advance(30)
    get_up(c, [person])
    assert c.day - awake(c, person)["seasoned"] == int(1000 * 2.0 ** -(15 / 20 + 15 / 60))


def test_weeks_without_contributions_pass_while_asleep(still: Simulation) -> None:
    c = still.community
    persons = c.population.address[c.population.rows()][:14].tolist()
    for person in persons:
        awake(c, person)["weeks"] = 0b1
    slept = persons[:7]
    lie_down(c, slept)
    still.advance(23)
    get_up(c, slept)
    still.advance(1)
    for person in slept:
        looks = sum((day - person) % 7 == 0 for day in range(c.day - 23, c.day + 1))
        assert awake(c, person)["weeks"] == 0b1 << looks
    for person in persons[7:]:
        looks = sum((day - person) % 7 == 0 for day in range(c.day - 23, c.day + 1))
        assert awake(c, person)["weeks"] == 0b1 << looks


def test_points_of_a_month_that_is_over_are_not_paid_later(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy", "sleepy", incentives={"leaderboard": 1.0})
    simulation = Simulation(plan, seed=1, days=60)
    simulation.advance(29)
    dormant = simulation.community.dormant
    assert dormant.members["month_points"][: dormant.count].sum() > 0
    simulation.advance(1)
    early = dormant.members[: dormant.count][dormant.since[: dormant.count] < 29]
    assert len(early) > 5
    assert early["month_points"].sum() == early["month_earned"].sum() == 0
    assert not early["standing"].any()


# Calls and memberships that end


@pytest.fixture
def sleepers(plan_of: PlanOf) -> Callable[..., Simulation]:
    """2,000 members of whom all but none fell silent on the first evening, with what a test says about dormancy."""

    def sleepers(**dormancy: float) -> Simulation:
        size = {"market": {"size": 2000, "founders": 2000}}
        given = {"formal_share": 0.0, "waking_scale": 1e5} | dormancy
        simulation = Simulation(plan_of("pool", **STILL, **size, dormancy=given), seed=6, days=40)
        simulation.advance(1)
        lie_down(simulation.community, list(range(2000)))
        return simulation

    return sleepers


def test_a_call_is_heard_on_the_next_morning_and_then_no_more(sleepers: Callable[..., Simulation]) -> None:
    simulation = sleepers(waking_rate=0.03, call_gain=1000.0)
    c = simulation.community
    c.calls = 1.0
    simulation.advance(1)
    woken, expected = 2000 - c.dormant.count, 2000 * (1.0 - np.exp(-1001.0 * 0.001))
    assert abs(woken - expected) < 4.0 * np.sqrt(expected)
    simulation.advance(1)
    assert 2000 - c.dormant.count - woken < 10


def test_an_invitation_is_wasted_on_a_dormant_member_but_calls_it(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy", "sleepy", dormancy={"waking_rate": 0.0, "cleanup_rate": 0.0})
    simulation = Simulation(plan, seed=1, days=60)
    simulation.advance()
    dormant = simulation.community.dormant
    assert dormant.called[: dormant.count].sum() > 0
    assert not dormant.called[dormant.count :].any()


def test_cleaning_up_is_a_hazard(sleepers: Callable[..., Simulation]) -> None:
    simulation = sleepers(cleanup_rate=365.0)
    simulation.advance(1)
    last, expected = simulation.record().series.iloc[-1], 1.0 - np.exp(-1.0)
    assert abs(last["leaves_unsubscribed"] / 2000 - expected) < 4.0 * np.sqrt(
        expected * (1.0 - expected) / 2000
    )
    assert last["leaves_dormant"] == last["leaves_unsubscribed"]


def test_waking_is_drawn_for_each_person_and_day(sleepers: Callable[..., Simulation]) -> None:
    simulation = sleepers(waking_rate=3.0)
    c = simulation.community
    simulation.advance(1)
    u = uniforms(c.key, np.arange(2000), c.day, Purpose.WAKE)
    woken = np.flatnonzero(c.market.row[:2000] >= 0)
    assert woken.tolist() == np.flatnonzero(u < 1.0 - np.exp(-c.waking[1])).tolist()


# Money


def test_a_dormant_subscriber_pays_until_it_notices(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy", "sleepy", "subscription", monetisation={"dormant_lapse": 1.0})
    record = check_run(Simulation(plan, seed=1, days=150, check=True), 400, 60)
    s = record.series
    assert s["dormant_revenue"].sum() > 0
    assert (s["dormant_revenue"] <= s["revenue"]).all()
    attentive = plan_of("web", "busy", "sleepy", "subscription", monetisation={"dormant_lapse": 30.0})
    less = run(attentive, seed=1, days=150).series["dormant_revenue"].sum()
    assert less < 0.7 * s["dormant_revenue"].sum()


def test_a_dormant_fee_payer_who_notices_leaves_for_the_price(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy", "sleepy", "fee", monetisation={"dormant_lapse": 1.0})
    s = run(plan, seed=1, days=150).series
    assert s["dormant_revenue"].sum() > 0
    assert s["leaves_dormant"].sum() > s["leaves_unsubscribed"].sum()


def test_a_fee_that_begins_is_asked_of_the_dormant_when_they_wake(plan_of: PlanOf) -> None:
    fee = {10: {"monetisation": {"model": "fee", "price": 5.0}}}
    more = {"dormancy": {"formal_share": 0.0}, "phases": fee}
    simulation = Simulation(plan_of("web", **STILL, **more), seed=4, days=80, check=True)
    simulation.advance(1)
    c = simulation.community
    persons = c.population.address[c.population.rows()].tolist()
    lie_down(c, persons)
    simulation.advance(40)
    s = simulation.record().series
    assert s["dormant_revenue"].sum() == s["revenue"].sum() == 0.0
    get_up(c, persons)
    simulation.advance(1)
    s, members = simulation.record().series, simulation.record().members
    paid = int((members["revenue"] > 0).sum())
    assert 0 < paid < len(persons)
    assert s["leaves_price"].iloc[-1] == len(persons) - paid


def test_guests_who_sleep_are_asked_no_fee(plan_of: PlanOf) -> None:
    plan = plan_of(
        "web", **STILL, phases={5: {"monetisation": {"model": "fee"}}}, market={"size": 60, "founders": 0}
    )
    simulation = Simulation(plan, seed=4, days=60, guests=50, check=True)
    lie_down(simulation.community, list(range(60, 110)))
    simulation.advance()
    assert simulation.record().series["revenue"].sum() == 0.0


def test_an_inviter_who_has_fallen_silent_keeps_its_place_in_the_chain(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy", "sleepy", dormancy={"waking_rate": 0.0}, referral={"delay": 20.0})
    m = run(plan, seed=1, days=120).members
    silent = m.loc[m["asleep_since"].notna()].set_index("person")
    joined = m[(m["channel"] == "referral") & m["referrer"].isin(silent.index)]
    since = silent.loc[joined["referrer"].astype(int), "asleep_since"].to_numpy()
    later = joined[joined["joined_day"].to_numpy() > since]
    assert len(later) > 3
    generation = silent.loc[later["referrer"].astype(int), "generation"].to_numpy()
    assert (later["generation"].to_numpy() == generation + 1).all()
