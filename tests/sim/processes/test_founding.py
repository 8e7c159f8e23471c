"""Founding from a log: the same people and ties in every design, settled as the design would hold them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import TICK, Simulation, Step, run
from kith.sim.processes.founding import likely_propensity
from kith.sim.results.record import Record
from kith.sim.schema.founding import Founding
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community
from kith.sim.state.conservation import check_laws

type PlanOf = Callable[..., Plan]
type LogOf = Callable[..., Founding]
type FoundersOf = Callable[[Record], pd.DataFrame]

DESIGNS = ("pool", "hub", "web", "nothing")


def morning(plan: Plan, seed: int = 1) -> dict[frozenset[int], float]:
    """The ties of day 0 before anybody acts, with their strengths."""
    found: dict[frozenset[int], float] = {}

    def look(c: Community) -> None:
        for row in c.population.rows():
            m = c.population.members[row]
            for tie in c.ties.pool[m["slots"] : m["slots"] + m["degree"]]:
                other = int(c.population.address[tie["row"]])
                found[frozenset((int(m["person"]), other))] = float(tie["strength"]) * c.fade[-tie["day"]]

    first: Step = ("look", look)
    run(plan, seed=seed, days=1, tick=(first, *TICK))
    return found


@pytest.fixture(scope="module")
def log(log_of: LogOf) -> Founding:
    return log_of(40)


def test_all_designs_start_with_the_same_ties(plan_of: PlanOf, log: Founding) -> None:
    ties = [morning(plan_of(design, founding=log)) for design in DESIGNS]
    ties.append(morning(plan_of("web", founding=log, bonding={"tie_half_life": 3.0, "first_strength": 0.9})))
    assert len(ties[0]) > 50
    assert all(other == ties[0] for other in ties[1:])


def test_all_designs_start_with_the_same_people(plan_of: PlanOf, log: Founding, founders: FoundersOf) -> None:
    who = ["joined_day", "propensity", "interest", "first_contribution"]
    arms = [founders(run(plan_of(design, founding=log), seed=1, days=1))[who] for design in DESIGNS]
    assert len(arms[0]) == 40
    assert all(arm.equals(arms[0]) for arm in arms[1:])


def test_a_hub_is_a_new_figure_and_not_one_of_the_members(plan_of: PlanOf, log: Founding) -> None:
    record = run(plan_of("hub", founding=log), seed=1, days=1)
    assert record.series["present"][0] + record.series["leaves"][0] - record.series["joins"][0] == 40
    assert record.summary["hub_dependence"] > 0.1


def test_who_wrote_more_has_the_higher_propensity(
    plan_of: PlanOf, log: Founding, founders: FoundersOf
) -> None:
    alike = replace(log, active_days=np.full(40, 10))
    found = founders(run(plan_of("pool", founding=alike, visiting={"budget_sigma": 0.0}), seed=1, days=1))
    counts = np.sort(found["propensity"].to_numpy())
    assert np.corrcoef(np.sort(np.log1p(alike.contributions)), np.log(counts))[0, 1] > 0.95


@pytest.mark.parametrize("expected", [0.5, 1.0, 30.0])
def test_the_mean_propensity_is_between_the_prior_and_the_count(expected: float) -> None:
    count = np.array([0, 1, 5, 100, 3000])
    found = likely_propensity(count, np.full(5, expected), count, 2.0)
    prior = np.exp(2.0)  # the mean of exp(N(0, 2^2))
    observed = (count + 1) / expected
    assert (np.diff(found) > 0).all()
    assert found[0] < prior * 1.001
    assert (found <= np.maximum(prior, observed) * 1.02).all()
    assert found[-1] == pytest.approx(count[-1] / expected, rel=0.06)


def test_the_mean_propensity_is_the_plain_integral() -> None:
    x = np.linspace(-9.0, 9.0, 20_001) * 1.6
    weight = np.exp(3 * x - 0.7 * np.exp(x) - 0.5 * (x / 1.6) ** 2)
    mean = (weight * np.exp(x)).sum() / weight.sum()
    assert likely_propensity(np.array([3]), np.array([0.7]), np.array([3]), 1.6)[0] == pytest.approx(
        mean, rel=1e-3
    )


def test_many_contributions_on_one_day_are_one_sign() -> None:
    once, often = likely_propensity(np.array([40, 40]), np.full(2, 0.5), np.array([1, 40]), 1.6)
    assert once < often / 2


def test_without_spread_everybody_is_alike() -> None:
    two = np.array([0, 9])
    assert (likely_propensity(two, np.ones(2), two, 0.0) == 1.0).all()


def test_founders_are_dated_as_in_the_log(plan_of: PlanOf, log: Founding, founders: FoundersOf) -> None:
    found = founders(run(plan_of("nothing", founding=log), seed=1, days=1))
    assert sorted(-found["joined_day"]) == sorted(log.tenure)
    wrote = log.contributions > 0
    assert sorted(-found["last_contribution"].dropna()) == sorted(log.silence[wrote])
    assert int(found["last_contribution"].isna().sum()) == int((~wrote).sum())
    assert (found["last_visit"] >= found["last_contribution"]).all() or wrote.sum() < 40


def test_who_wrote_within_90_days_is_a_member_on_the_first_evening(plan_of: PlanOf, log: Founding) -> None:
    s = run(plan_of("nothing", founding=log, churn={"base_hazard": 0.0}), seed=1, days=1).series
    recent = int(((log.contributions > 0) & (log.silence < 90)).sum())
    assert s["member"][0] + s["internal"][0] == recent


def test_ties_follow_the_exchanges(plan_of: PlanOf, log: Founding) -> None:
    pairs = {frozenset(pair) for pair in zip(log.exchange_a.tolist(), log.exchange_b.tolist(), strict=True)}
    room = {"capacity_min": 150.0}
    assert len(morning(plan_of("web", founding=log, bonding=room))) == len(pairs)
    nobody = replace(
        log, exchange_a=log.exchange_a[:0], exchange_b=log.exchange_a[:0], exchange_age=log.exchange_age[:0]
    )
    assert morning(plan_of("web", founding=nobody)) == {}


def star(friends: int) -> Founding:
    """Founder 0 has exchanged with everybody, with the last ones most often."""
    n = friends + 1
    often = 1 + (np.arange(1, n) > n - 50)
    b = np.repeat(np.arange(1, n), often)
    ones = np.ones(n, np.int64)
    return Founding(
        contributions=5 * ones,
        tenure=100 * ones,
        silence=ones,
        active_days=9 * ones,
        exchange_a=np.zeros(len(b), np.int64),
        exchange_b=b,
        exchange_age=np.ones(len(b), np.int64),
        date="2020-03-01",
    )


def test_of_too_many_ties_the_strongest_are_kept(plan_of: PlanOf) -> None:
    ties = morning(plan_of("web", founding=star(200), bonding={"capacity_min": 150.0}))
    assert len(ties) == 150
    assert sum(strength > 0.3 for strength in ties.values()) == 49


def test_a_founder_has_no_more_ties_than_it_has_room_for(plan_of: PlanOf, log: Founding) -> None:
    room = {"capacity_min": 2.0, "capacity_shape": 50.0}  # two ties each, for nearly all
    small = Simulation(plan_of("web", founding=log, bonding=room), 1).community
    m = small.population.members[small.population.rows()]
    assert (m["degree"] <= m["capacity"]).all()
    assert m["capacity"].max() <= 3
    large = morning(plan_of("web", founding=log, bonding={"capacity_min": 150.0}))
    kept = morning(plan_of("web", founding=log, bonding=room))
    assert kept.items() <= large.items()
    assert np.mean(list(kept.values())) > np.mean(list(large.values()))


def test_a_logs_people_keep_their_traits_when_they_return(plan_of: PlanOf, log: Founding) -> None:
    back = {"return_rate": 20.0, "disappointed_below": 0.0}
    record = run(plan_of("web", founding=log, churn={"base_hazard": 0.05}, acquisition=back), seed=1, days=90)
    spells = record.members.groupby("person").filter(
        lambda m: len(m) > 1 and m["channel"].iloc[0] == "founder"
    )
    assert spells["person"].nunique() > 5
    assert (spells.groupby("person")["propensity"].nunique() == 1).all()


def test_founders_by_luck_are_settled(plan_of: PlanOf) -> None:
    record = run(plan_of("web", market={"size": 4000, "founders": 1000}), seed=1, days=60)
    s, m = record.series, record.members
    assert s["leaves"].sum() < 0.2 * 1000
    assert m.loc[m["channel"] == "founder", "joined_day"].max() <= -60
    assert s["today"][:7].mean() == pytest.approx(s["today"][-7:].mean(), rel=0.15)
    assert s["content"].iloc[-1] == pytest.approx(s["content"][0], rel=0.5)


def test_where_the_doors_are_closed_nobody_ever_contributed(plan_of: PlanOf) -> None:
    record = run(plan_of("nothing"), seed=1, days=5)
    assert record.members["contributions"].sum() == 0
    assert (record.series[["member", "internal"]] == 0).all(axis=None)


def test_an_ambassador_on_the_first_evening_was_there_in_the_last_month(plan_of: PlanOf) -> None:
    plan = plan_of("web", market={"size": 3000, "founders": 1000}, bonding={"internal_belonging": 0.2})
    m = run(plan, seed=2, days=1).members
    internal = m[m["layer"] == "internal"]
    assert len(internal) > 50
    assert (internal["last_contribution"] >= -28).all()


# Awake and dormant


@pytest.fixture(scope="module")
def sleepy(log: Founding) -> Founding:
    """Every second founder has been dormant for 50 days, or not, for as long as it has been silent."""
    dormant = np.arange(40) % 2 == 0
    return replace(
        log,
        awake=np.where(dormant, 0.0, 1.0),
        silence=np.where(dormant, log.silence + 60, log.silence),
        tenure=log.tenure + 60,
        asleep_for=np.where(dormant, log.silence + 50, 1),
    )


SLEEP = {"formal_share": 0.05}
"the dormant exist"


def test_who_is_dormant_in_the_log_is_seated_as_dormant(plan_of: PlanOf, sleepy: Founding) -> None:
    c = Simulation(plan_of("web", founding=sleepy, dormancy=SLEEP), 1).community
    assert (c.population.present, c.dormant.count) == (20, 20)
    assert sorted(-c.dormant.since[:20]) == sorted(sleepy.asleep_for[sleepy.awake == 0.0])
    assert (c.dormant.members["asleep_on"][:20] == c.dormant.since[:20]).all()
    assert (c.dormant.members["joined"][:20] <= c.dormant.since[:20]).all()
    assert c.dormant.members["degree"][:20].sum() > 0
    assert c.plan_founders == 20
    assert c.count.sum() == 0
    check_laws(c)


def test_dormant_founders_wake_and_no_law_is_broken(plan_of: PlanOf, sleepy: Founding) -> None:
    waking = SLEEP | {"waking_rate": 3.0, "tenure_half_life": 30.0, "call_gain": 1.0}
    simulation = Simulation(plan_of("web", founding=sleepy, dormancy=waking), 1, days=60, check=True)
    simulation.advance()
    s = simulation.record().series
    assert s["wakings"].sum() > 5
    assert s["present"][0] == 40 + s["joins"][0] - s["leaves"][0]


def test_experience_has_faded_while_a_founder_was_dormant(plan_of: PlanOf, sleepy: Founding) -> None:
    fading = SLEEP | {"tenure_half_life": 30.0}
    c = Simulation(plan_of("web", founding=sleepy, dormancy=fading), 1).community
    m = c.dormant.members[:20]
    had, days = m["asleep_on"] - m["joined"], -m["asleep_on"]
    assert (m["asleep_on"] - m["seasoned"] == np.floor(had * 0.5 ** (days / 30.0))).all()


def test_where_nobody_is_ever_dormant_they_have_left(plan_of: PlanOf, sleepy: Founding) -> None:
    c = Simulation(plan_of("web", founding=sleepy, dormancy={"formal_share": 1.0}), 1).community
    assert (c.population.present, c.dormant.count, c.plan_founders) == (20, 0, 20)
    check_laws(c)


def test_who_is_awake_is_drawn_with_the_luck_of_the_seed(plan_of: PlanOf, log: Founding) -> None:
    likely = replace(log, awake=np.full(40, 0.7), asleep_for=log.silence)

    def awake(seed: int, design: str = "web") -> list[int]:
        c = Simulation(plan_of(design, founding=likely, dormancy=SLEEP), seed).community
        return sorted(c.population.address[c.population.rows()].tolist())

    assert awake(1) == awake(1) == awake(1, "pool") != awake(2)
    assert 18 <= len(awake(1)) <= 38


def test_whoever_is_likely_gone_leaves_at_least_one_awake(plan_of: PlanOf, log: Founding) -> None:
    gone = replace(log, awake=np.zeros(40), asleep_for=log.silence)
    c = Simulation(plan_of("web", founding=gone, dormancy=SLEEP), 1).community
    assert (c.population.present, c.dormant.count) == (1, 39)


def test_who_has_just_come_is_a_newcomer(plan_of: PlanOf, log: Founding) -> None:
    young = replace(log, tenure=np.where(np.arange(40) < 20, 5, 400), silence=np.ones(40, np.int64))
    c = Simulation(plan_of("web", founding=young), 1).community
    m = c.population.members[c.population.rows()]
    new = m["joined"] == -5
    assert new.sum() == 20
    assert (m["seasoned"][new] == -5).all()
    assert m["belonging"][new].mean() < 0.5 * m["belonging"][~new].mean()


def test_answers_are_no_sign_of_ones_own_contributions(
    plan_of: PlanOf, log: Founding, founders: FoundersOf
) -> None:
    answering = replace(log, own=np.zeros(40, np.int64))
    alike = founders(run(plan_of("pool", founding=log), seed=1, days=1))["propensity"]
    less = founders(run(plan_of("pool", founding=answering), seed=1, days=1))["propensity"]
    assert less.mean() < 0.7 * alike.mean()
