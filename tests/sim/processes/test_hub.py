"""The hub: what it posts, how it draws, how far its attention reaches and what it costs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import TICK, Simulation, run
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.community import Community
from kith.sim.state.decay import lost_bond
from kith.sim.state.hubs import attention

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]

GONE = Shock(day=60, kind="hub_departs")


def test_a_hub_posts_as_much_as_it_says_while_it_is_there(quiet: Arm) -> None:
    silent, posting = (
        quiet(
            "hub",
            contribution={"doors_open": 0.0},
            affiliation={"hub_posts": rate, "hubs": 2},
            shocks=(GONE,),
            days=90,
        )
        for rate in (0.0, 0.7)
    )
    assert silent.series["content"].max() == 0.0
    content, fade = posting.series["content"].to_numpy(), 2.0 ** (-1.0 / 180.0)
    posted = content[1:] - content[:-1] * fade
    assert posted[:59].sum() == pytest.approx(1.4 * 59, abs=1.0)
    assert posted[59:].sum() == pytest.approx(0.7 * 30, abs=1.0)  # one of two has gone
    assert posting.series["contributions"].sum() == 0


def test_what_a_hub_posts_has_been_there_before_the_first_day(plan_of: PlanOf) -> None:
    """The stock starts where posts and decay balance, so it neither jumps nor falls."""
    plan = plan_of("hub", contribution={"doors_open": 0.0}, affiliation={"hub_posts": 2.0})
    simulation = Simulation(plan, 0, events=False)
    start = simulation.community.content
    simulation.advance(200)
    assert start == pytest.approx(2.0 * 180.0 / np.log(2.0))
    assert simulation.community.content == pytest.approx(start, rel=0.01)


def test_the_bond_to_a_hub_draws_its_followers_while_it_is_there(plan_of: PlanOf) -> None:
    simulation = Simulation(plan_of("hub", visiting={"hub_gain": 1.0}), 0, events=False)
    simulation.advance(30)
    c = simulation.community
    rows = c.population.rows()
    c.settle(rows)
    with_hub = c.population.members["visit_rate"][rows].copy()
    bond = c.population.members["hub"][rows].astype(float)
    c.presence[:] = 0.0
    c.settle(rows)
    ratio = with_hub / np.maximum(c.population.members["visit_rate"][rows], 1e-12)
    came = with_hub > 0.0
    assert ratio[came] == pytest.approx(np.exp(bond)[came], rel=1e-5)


def test_the_screens_miss_nobody_when_a_hub_comes_back(plan_of: PlanOf) -> None:
    """Succession raises presence day by day; with every bound at its largest the record is the same."""

    def unscreened(c: Community) -> None:
        p = c.population
        p.visit_bound[: p.top] = np.maximum(p.visit_bound[: p.top], p.address[: p.top] >= 0)
        p.exit_bound[: p.top] = np.where(p.address[: p.top] >= 0, 1e9, 0.0)

    plan = plan_of(
        "hub",
        visiting={"hub_gain": 2.0},
        governance={"succession": 1.0, "succession_chance": 1.0},
        shocks=(GONE,),
    )
    screened = run(plan, 3, 150, events=False)
    tick = ((TICK[0]), ("look at everybody", unscreened), *TICK[1:-2], ("and again", unscreened), *TICK[-2:])
    assert screened.series["presence"].iloc[-1] == 1.0
    everybody = run(plan, 3, 150, events=False, tick=tick)
    for name in ("today", "leaves", "contributions", "leaves_hub"):
        assert screened.series[name].tolist() == everybody.series[name].tolist()


@pytest.mark.parametrize(
    ("hubs", "active", "share"), [(1, 0, 1.0), (1, 500, 0.5), (1, 2000, 0.2), (4, 2000, 0.5)]
)
def test_attention_is_shared_among_the_followers_of_a_hub(
    plan_of: PlanOf, hubs: int, active: int, share: float
) -> None:
    a = plan_of("hub", affiliation={"hub_attention": 500.0, "hubs": hubs}).parameters.affiliation
    assert attention(a, active) == pytest.approx(share)
    assert attention(plan_of("hub").parameters.affiliation, active) == 1.0


def test_bonds_to_a_busy_hub_are_weaker(quiet: Arm) -> None:
    free, busy = (
        quiet("hub", affiliation={"hub_attention": limit}, days=60).summary["hub_dependence"]
        for limit in (0.0, 30.0)
    )
    assert busy < free


def test_a_hub_is_paid_while_it_is_there(quiet: Arm) -> None:
    paid = quiet("hub", organisation={"hub_cost": 3000.0}, affiliation={"hubs": 2}, shocks=(GONE,), days=90)
    cost = paid.series["cost_hub"].to_numpy()
    assert cost[:60] == pytest.approx(200.0)
    assert cost[60:] == pytest.approx(100.0)
    assert paid.summary["cost_hub"] == pytest.approx(15_000.0)
    assert quiet("web", organisation={"hub_cost": 3000.0}, days=5).series["cost_hub"].sum() == 0.0


def test_content_and_stories_carry_the_word_and_a_touch_costs_its_price(plan_of: PlanOf) -> None:
    from kith.sim.processes.acquire import hazards

    def rates(**acquisition: Any) -> Any:
        simulation = Simulation(
            plan_of("web", acquisition={"paid_budget": 1.0} | acquisition), 0, events=False
        )
        simulation.advance(1)
        c = simulation.community
        return hazards(c), c.content / (c.content + 1000.0), c

    plain, filled, c = rates()
    told, _, _ = rates(stories_gain=2.0)
    assert told[[0, 2]] == pytest.approx(plain[[0, 2]] * (1.0 + 2.0 * filled))
    assert told[[1, 3, 4]] == pytest.approx(plain[[1, 3, 4]])
    dear, _, _ = rates(cac_floor=1.0)
    assert plain[2] / dear[2] == pytest.approx(100.0**0.3)  # a hundredth of the reference spend
    unaware = c.susceptibility()[c.market.status[: c.market.size] == 0].sum()
    assert dear[2] * unaware == pytest.approx(1.0 / 5.0, rel=0.01)
    assert rates(cac_floor=1.0, paid_budget=200.0)[0][2] == pytest.approx(rates(paid_budget=200.0)[0][2])


# What is lost with it


def test_what_a_bond_was_is_known_from_what_is_left(plan_of: PlanOf) -> None:
    """For those who keep visiting, too: without the hub the bond only fades."""
    simulation = Simulation(plan_of("hub", shocks=(GONE,), churn={"base_hazard": 0.0}), 0, events=False)
    simulation.advance(60)
    c = simulation.community
    rows = c.population.rows()
    c.settle(rows)
    before = c.population.members["hub"][rows].astype(float)
    simulation.advance(90)
    c.settle(rows)
    lost = [lost_bond(c.population.members[r], c.p[0], c.day, c.presence, c.hub_left) for r in rows]
    tonight = c.population.members["hub"][rows]
    assert tonight.mean() < 0.5 * before.mean()
    # on the morning of the departure the last visits of the day before are a day old
    assert lost == pytest.approx(before * 2.0 ** (-1.0 / 60.0), rel=1e-3, abs=1e-6)


def test_the_hub_is_the_cause_of_the_share_of_exits_that_its_presence_would_prevent(plan_of: PlanOf) -> None:
    """Named exits against those above the hazards of the same people in the run where the hub stays."""
    size = {"size": 4000, "founders": 2000}
    closed = {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0}
    quiet = {"acquisition": closed, "referral": {"invites_per_month": 0.0}}
    stays, gone = (
        run(plan_of("hub", market=size, shocks=shocks, **quiet), 1, 240, events=False).series[60:]
        for shocks in ((), (GONE,))
    )
    usual = gone["present"] * stays["leaves"] / stays["present"]
    more = float((gone["leaves"] - usual).sum())
    assert more > 100
    assert 0.5 < gone["leaves_hub"].sum() / more < 1.1
    assert stays["leaves_hub"].sum() == 0


def test_voice_that_was_taken_away_is_a_cause(plan_of: PlanOf) -> None:
    """A hazard ratio of .9 at full voice: one exit in ten is due to its loss."""
    plan = plan_of(
        "pool",
        market={"size": 6000, "founders": 4000},
        governance={"voice": 1.0, "ignored_hazard": 0.0},
        churn={"base_hazard": 0.01},
        phases={30: {"governance": {"voice": 0.0}}},
    )
    series = run(plan, 1, 120, events=False).series
    assert series["leaves_ignored_voice"][:30].sum() == 0
    late = series[30:]
    share = late["leaves_ignored_voice"].sum() / late["leaves"].sum()
    assert share == pytest.approx(1.0 - np.exp(-0.105), abs=0.03)
