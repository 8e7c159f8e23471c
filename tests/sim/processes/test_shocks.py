"""Shocks and succession: what happens to a community from outside, and who takes over."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import TICK, run
from kith.sim.kernels.luck import Purpose, key_of, uniforms
from kith.sim.processes import depart as leaving
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state import market
from kith.sim.state.categories import Cause
from kith.sim.state.community import Community
from kith.sim.state.hubs import call_for_heir
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]
type Difference = Callable[..., list[str]]

CLOSED: dict[str, dict[str, Any]] = {
    "acquisition": {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0},
    "referral": {"invites_per_month": 0.0},
}
LOYAL = {"churn": {"base_hazard": 0.0}}


# Hub and heir


@pytest.mark.parametrize(
    ("rule", "ambassadors", "expected"),
    [(1.0, 3, 0.41), (1.0, 50, 0.41), (0.5, 50, 0.205), (1.0, 1, 0.41 / 3), (0.0, 50, 0.0), (1.0, 0, 0.0)],
)
def test_a_role_is_taken_over_as_often_as_projects_survived(
    plan_of: PlanOf, rule: float, ambassadors: int, expected: float
) -> None:
    """Avelino et al. 2019: 41 % survived, with an open rule and enough who can fill the role."""
    c = Community(plan_of("hub", governance={"succession": rule}), 0, 10)
    c.internal, found, n = ambassadors, 0, 4000
    for day in range(n):
        c.day, c.heir_on = day, -1
        call_for_heir(c)
        assert c.heir_on in (-1, day + 30)
        found += c.heir_on >= 0
    assert found / n == pytest.approx(expected, abs=3.0 * math.sqrt(0.25 / n) if expected else 0.0)


def struck_hub(plan_of: PlanOf, *more: Shock, days: int = 140, **governance: float) -> Record:
    away = [Shock(day=20, kind="hub_departs"), *more]
    ready = {"bonding": {"internal_belonging": 0.01}, "contribution": {"rate": 0.5}}
    g = {"succession": 1.0, "succession_chance": 1.0} | governance
    return run(plan_of("hub", shocks=away, governance=g, **ready, **CLOSED, **LOYAL), seed=1, days=days)


def test_an_heir_begins_after_a_month_and_fills_the_role_within_two(plan_of: PlanOf) -> None:
    presence = struck_hub(plan_of).series["presence"].to_numpy()
    assert (presence[:20] == 1.0).all()
    assert (presence[20:50] == 0.0).all()
    assert presence[50:110] == pytest.approx(np.arange(1, 61) / 60)
    assert (presence[110:] == 1.0).all()


def test_without_an_heir_the_hub_stays_away_and_members_miss_it(plan_of: PlanOf) -> None:
    heir, none = struck_hub(plan_of), struck_hub(plan_of, succession=0.0)
    assert (none.series["presence"][20:] == 0.0).all()
    assert none.summary["satisfaction"] < heir.summary["satisfaction"]
    assert none.summary["belonging"] < heir.summary["belonging"]


def test_an_heir_who_leaves_in_turn_is_not_back_on_the_same_day(plan_of: PlanOf) -> None:
    again = struck_hub(plan_of, Shock(day=80, kind="hub_departs"), succession=1.0).series["presence"]
    assert again[79] == pytest.approx(0.5)
    assert again[80] == 0.0


def test_a_departure_ends_a_takeover_unless_another_heir_is_found(plan_of: PlanOf) -> None:
    c = Community(plan_of("hub", governance={"succession": 0.0}), 0, 10)
    c.heir_on = 5
    call_for_heir(c)
    assert c.heir_on == -1


# Members leave


def test_the_most_connected_leave_first_and_equals_leave_by_luck(plan_of: PlanOf) -> None:
    left: dict[int, set[int]] = {}
    strengths: dict[int, float] = {}

    def look(c: Community) -> None:
        if c.day == 9:
            record = c.population.members[c.population.rows()]
            for m in record:
                strengths[int(m["person"])] = float(m["degree"])

    shock = [Shock(day=10, kind="members_leave", share=0.25, who="most_connected")]
    record = run(
        plan_of("web", shocks=shock, **CLOSED, **LOYAL), seed=1, days=12, tick=(*TICK, ("look", look))
    )
    gone = record.members[record.members["exit_cause"] == "shock"]["person"].tolist()
    assert len(gone) == 15
    assert np.mean([strengths[p] for p in gone]) > 1.5 * np.mean(list(strengths.values()))
    for seed in (1, 2):
        alone = run(plan_of("pool", shocks=shock, **CLOSED, **LOYAL), seed=seed, days=12).members
        left[seed] = set(alone[alone["exit_cause"] == "shock"]["person"])
        founders = sorted(alone["person"])
        assert left[seed] != set(founders[:15])


def test_guests_are_not_among_those_who_leave(plan_of: PlanOf) -> None:
    shock = [Shock(day=3, kind="members_leave", share=0.5)]
    exits = [
        run(plan_of("web", shocks=shock, **CLOSED, **LOYAL), seed=1, days=5, guests=n).members["exit_cause"]
        for n in (0, 40)
    ]
    assert (exits[0] == "shock").sum() == (exits[1] == "shock").sum() == 30


# A new topic


def test_a_shift_of_topic_keeps_what_was_left_of_everybodys_clock(plan_of: PlanOf) -> None:
    """Who is reached by day t: whose clock is below fit(old) H(before) + fit(new) H(since)."""
    days, shift, rate, seed = 80, 40, 3.0, 5
    plan = plan_of(
        "pool", market={"size": 2000, "founders": 0}, shocks=[Shock(day=shift, kind="topic_shift", to=0.9)],
        acquisition=CLOSED["acquisition"] | {"external_rate": rate, "join_on_touch": 1.0},
        referral=CLOSED["referral"], organisation={"direction": 0.1, "feedback_gain": 0.0, "steering": 0.0, "advocacy_reach": 0.0}, **LOYAL,
    )  # fmt: skip
    record = run(plan, seed=seed, days=days)
    kernels: Any = market
    key, everyone = key_of(seed), np.arange(2000)
    clocks = -np.log(uniforms(key, everyone, 0, Purpose.TOUCH_CLOCK))
    interest = kernels.interests(key, 2000, plan.parameters.market.interest_similarity)
    old, new = (market.fit(interest, d, plan.parameters.market.fit_width) for d in (0.1, 0.9))
    hazard = 0.7 * rate / 365.0
    heard = np.where(
        np.arange(days)[:, None] < shift,
        old * hazard * (np.arange(days)[:, None] + 1),
        old * hazard * shift + new * hazard * (np.arange(days)[:, None] + 1 - shift),
    )
    expected = (heard >= clocks).argmax(axis=0)
    reached = (heard >= clocks).any(axis=0)
    m = record.members
    assert m["person"].tolist() == np.flatnonzero(reached).tolist()
    assert m["joined_day"].tolist() == expected[reached].tolist()
    before, after = (m.loc[(m["joined_day"] >= shift) == late, "interest"].mean() for late in (False, True))
    assert after > before + 0.2


def test_a_shift_to_the_same_topic_changes_nothing(plan_of: PlanOf, difference: Difference) -> None:
    same = [Shock(day=15, kind="topic_shift", to=0.5)]
    still = {"organisation": {"steering": 0.0}, "governance": {"drift": 0.0}}
    plain, shifted = (run(plan_of("web", "busy", shocks=s, **still), seed=2, days=60) for s in ([], same))
    assert difference(plain, shifted) == []


def test_a_new_topic_loses_those_whom_it_does_not_fit(plan_of: PlanOf) -> None:
    strict = {
        "value": {"fit_weight": 0.8},
        "churn": {"base_hazard": 0.004},
        "market": {"size": 900, "founders": 500},
    }

    def mean_interest(*shocks: Shock) -> float:
        m = run(plan_of("pool", shocks=shocks, **strict, **CLOSED), seed=2, days=150).members
        return float(m.loc[m["left_day"].isna(), "interest"].mean())

    assert mean_interest(Shock(day=10, kind="topic_shift", to=1.0)) > mean_interest() + 0.05


# Spam, crowds, competitors


def test_a_wave_of_spam_decays_by_its_half_life_where_nobody_moderates(plan_of: PlanOf) -> None:
    still = {
        "unwanted_share": 0.0,
        "unwanted_by_size": 0.0,
        "moderation_hours": 0.0,
        "unwanted_half_life": 5.0,
    }
    wave = [Shock(day=10, kind="spam_wave", items=640.0)]
    s = run(plan_of("pool", governance=still, shocks=wave), seed=1, days=40, check=True).series["unwanted"]
    assert (s[:10] == 0.0).all()
    assert s[10:].to_numpy() == pytest.approx(640.0 * 2.0 ** (-np.arange(1, 31) / 5.0))


def test_moderators_clear_a_wave_at_their_pace(plan_of: PlanOf) -> None:
    at_work = {"unwanted_share": 0.0, "unwanted_by_size": 0.0, "moderation_hours": 2.0, "items_per_hour": 50.0,
               "unwanted_half_life": 1e9}  # fmt: skip
    wave = [Shock(day=10, kind="spam_wave", items=450.0)]
    s = run(plan_of("pool", governance=at_work, shocks=wave), seed=1, days=20).series["unwanted"]
    assert s[10:16].to_numpy() == pytest.approx([350, 250, 150, 50, 0, 0], abs=1e-3)


def test_a_wave_of_spam_spoils_visits_while_it_lasts(plan_of: PlanOf) -> None:
    wave = [Shock(day=10, kind="spam_wave", items=1e5)]
    alone = {"moderation_hours": 0.0, "harassment_rate": 0.0}
    plain, struck = (
        run(plan_of("pool", governance=alone, shocks=s, **CLOSED, **LOYAL), seed=1, days=40)
        for s in ([], wave)
    )
    assert struck.summary["satisfaction"] < plain.summary["satisfaction"] - 0.1


def test_so_many_join_at_once_and_never_more_than_there_are(plan_of: PlanOf) -> None:
    for count, expected in ((100, 100), (5000, 340)):
        crowd = [Shock(day=7, kind="mass_join", count=count)]
        record = run(plan_of("web", shocks=crowd, **CLOSED), seed=1, days=20, check=True)
        assert np.flatnonzero(record.series["joins_campaign"]).tolist() == [7]
        assert record.series["joins_campaign"][7] == expected
        assert record.series["unaware"][7] == 340 - expected
        joined = record.members[record.members["channel"] == "campaign"]
        assert (joined["joined_day"] == 7).all()
        assert joined["person"].is_unique


def test_a_larger_crowd_includes_the_smaller(plan_of: PlanOf) -> None:
    few, many = (
        set(run(plan_of("web", shocks=[Shock(day=7, kind="mass_join", count=n)], **CLOSED), days=8)
            .members.query("channel == 'campaign'")["person"])
        for n in (40, 90)
    )  # fmt: skip
    assert few < many


def test_a_competitor_draws_members_away_and_belonging_shields_unless_it_invests_too(plan_of: PlanOf) -> None:
    def record(*shocks: Shock, shield: float = 0.5) -> Record:
        section = {"base_hazard": 0.003, "competitor_shield": shield, "contagion": 0.0}
        size = {"size": 900, "founders": 500}
        return run(plan_of("web", market=size, churn=section, shocks=shocks, **CLOSED), seed=2, days=120)

    rival = Shock(day=20, kind="competitor", strength=0.3)
    investing = Shock(day=20, kind="competitor", strength=0.3, invests_in_community=True)
    none, plain, bonding = record(), record(rival), record(investing)
    lost = [total(r, "leaves") for r in (none, plain, bonding)]
    assert lost[0] < lost[1] < lost[2]
    assert total(none, "leaves_competitor") == 0 < total(plain, "leaves_competitor")
    assert plain.series["leaves_competitor"][:20].sum() == 0
    assert (
        total(record(rival, shield=0.0), "leaves")
        == total(record(investing, shield=0.0), "leaves")
        == lost[2]
    )


def test_a_competitors_pull_is_what_missing_value_of_its_strength_would_be(plan_of: PlanOf) -> None:
    """The outside option rises by `strength` in units of V: hazard x exp(a_v strength)."""
    depart: Any = leaving
    pull: list[float] = []

    def look(c: Community) -> None:
        x = np.zeros(len(Cause))
        m = c.population.members[c.population.rows()[0]]
        depart._reasons(m, c.p[0], c.decay, c.day, c.presence, c.hub_left, c.unfairness, c.climate[0], x)
        pull.append(float(x[Cause.COMPETITOR]))

    place = [name for name, _ in TICK].index("depart")
    tick = (*TICK[:place], ("look", look), *TICK[place:])
    rival = [Shock(day=1, kind="competitor", strength=0.25, invests_in_community=True)]
    run(plan_of("pool", shocks=rival), days=2, tick=tick)
    assert pull == pytest.approx([0.0, 2.8 * 0.25])


# Together


def test_shocks_of_one_day_strike_in_the_order_given_and_keep_every_law(plan_of: PlanOf) -> None:
    day = [
        Shock(day=5, kind="mass_join", count=50),
        Shock(day=5, kind="members_leave", share=0.5),
        Shock(day=5, kind="hub_departs"),
        Shock(day=5, kind="topic_shift", to=0.0),
        Shock(day=5, kind="competitor", strength=1.0),
        Shock(day=5, kind="spam_wave", items=1e6),
    ]
    record = run(plan_of("hub", "busy", shocks=day), seed=1, days=40, check=True)
    assert record.series["joins_campaign"][5] == 50
    assert record.series["leaves_shock"][5] > 50
    assert set(record.members["channel"]) > {"campaign"}
