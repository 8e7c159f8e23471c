"""Govern: moderation, harassment, disputes, voice, events, and what all of it does to leaving."""

import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import TICK, run
from kith.sim.processes import depart as leaving
from kith.sim.processes.contribute import POST
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.categories import Cause, Count
from kith.sim.state.community import Community
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]
type Difference = Callable[..., list[str]]
type Look = Callable[[Community], None]

depart: Any = leaving

CLOSED: dict[str, dict[str, Any]] = {
    "acquisition": {"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0, "return_rate": 0.0},
    "referral": {"invites_per_month": 0.0},
}
CLEAN = {"unwanted_share": 0.0, "unwanted_by_size": 0.0}
CALM = {"harassment_rate": 0.0, "dispute_rate": 0.0}


def watch(plan: Plan, days: int, before: str, look: Look, seed: int = 1) -> Record:
    """A run that is looked at each day before a step."""
    place = [name for name, _ in TICK].index(before)
    tick = (*TICK[:place], ("look", look), *TICK[place:])
    return run(plan, seed=seed, days=days, tick=tick, events=False, check=True)


def hazards(c: Community) -> tuple[np.ndarray, np.ndarray]:
    """Tonight's log factors of leaving by cause, and the exact hazards, of everybody."""
    rows = c.population.rows()
    factors, exact = np.zeros((len(rows), len(Cause))), np.zeros(len(rows))
    for k, r in enumerate(rows.tolist()):
        m, x = c.population.members[r], np.zeros(len(Cause))
        log = depart._reasons(
            m, c.p[0], c.decay, c.day, c.presence, c.hub_left, c.unfairness, c.climate[0], x
        )
        factors[k], exact[k] = x, c.base[c.day - int(m["joined"])] * math.exp(log)
    return factors, exact


# Moderation


def test_unwanted_items_arrive_with_posts_size_and_money(quiet: Arm) -> None:
    none = {"moderation_hours": 0.0, "filter_strength": 0.0}
    clean = quiet("web", governance=none | CLEAN)
    posts = quiet("web", governance=none | CLEAN | {"unwanted_share": 0.2})
    size = quiet("web", governance=none | CLEAN | {"unwanted_by_size": 2.0})
    token = {"cash_per_contribution": 1e-6, "cash_gain": 0.0, "crowding": 0.0}
    paid = quiet("web", governance=none | CLEAN | {"unwanted_share": 0.2}, incentives=token)
    assert clean.series["unwanted"].max() == 0.0
    assert posts.series["unwanted"].iloc[-1] > 0.0
    assert size.series["unwanted"].iloc[-1] > 0.0
    assert paid.series["unwanted"][0] > 2.0 * posts.series["unwanted"][0]


def test_money_on_the_table_triples_the_spam_of_a_day(quiet: Arm) -> None:
    spam = {"unwanted_share": 1.0, "unwanted_by_size": 0.0, "moderation_hours": 0.0, "filter_strength": 0.0}
    token = {"cash_per_contribution": 1e-6, "cash_gain": 0.0, "crowding": 0.0}
    free, paid = (quiet("pool", days=1, governance=spam, incentives=i) for i in ({}, token))
    assert free.series["unwanted"][0] > 0.0
    assert paid.series["unwanted"][0] == pytest.approx(3.0 * free.series["unwanted"][0])


def test_a_filter_stops_its_share_and_one_that_stops_all_leaves_nothing(quiet: Arm) -> None:
    common = {"moderation_hours": 0.0, "unwanted_weight": 0.0, "false_positive_rate": 0.0}
    none, half, full = (
        quiet("web", governance=common | {"filter_strength": f}).series["unwanted"] for f in (0.0, 0.5, 1.0)
    )
    assert half.to_numpy() == pytest.approx(0.5 * none.to_numpy())
    assert full.max() == 0.0


def test_moderators_remove_what_their_hours_allow_and_are_paid_for_them(quiet: Arm) -> None:
    spam = {"unwanted_by_size": 200.0, "unwanted_weight": 0.0}
    few, many = (
        quiet("web", days=60, governance=spam | {"moderation_hours": h, "moderation_wage": 30.0})
        for h in (0.1, 2.0)
    )
    assert many.series["unwanted"].iloc[-1] < few.series["unwanted"].iloc[-1]
    assert total(few, "cost_moderation") == pytest.approx(60 * 0.1 * 30.0)
    assert total(many, "cost_moderation") == pytest.approx(60 * 2.0 * 30.0)


def test_unwanted_content_costs_value_and_its_weight_at_zero_costs_none(
    quiet: Arm, difference: Difference
) -> None:
    alone = {"moderation_hours": 0.0, "harassment_rate": 0.0}
    spam = {"unwanted_by_size": 500.0} | alone
    clean = quiet("pool", governance=CLEAN | alone)
    spoiled = quiet("pool", governance=spam)
    ignored = quiet("pool", governance=spam | {"unwanted_weight": 0.0})
    assert spoiled.summary["satisfaction"] < clean.summary["satisfaction"] - 0.1
    assert difference(clean, ignored, ignored=["unwanted"]) == []


def test_a_filter_rejects_the_stated_share_of_posts_wrongly(plan_of: PlanOf) -> None:
    posts = [0]

    def look(c: Community) -> None:
        posts[0] += int((c.written[:, 1] == POST).sum())

    filtering = {"false_positive_rate": 0.3, "filter_strength": 0.5}
    busy = {"rate": 0.3}
    plan = plan_of("pool", contribution=busy, governance=filtering, market={"size": 900, "founders": 300})
    rejected = total(watch(plan, 60, "bond", look), "rejections")
    assert posts[0] > 2000
    assert rejected / posts[0] == pytest.approx(0.15, abs=3.0 * math.sqrt(0.15 * 0.85 / posts[0]))


@pytest.mark.parametrize("off", [{"false_positive_rate": 0.0}, {"filter_strength": 0.0}], ids=str)
def test_without_a_filter_or_its_errors_nothing_is_rejected(quiet: Arm, off: dict[str, float]) -> None:
    errors = {"false_positive_rate": 0.5, "filter_strength": 1.0} | off
    assert total(quiet("web", governance=errors), "rejections") == 0


def test_what_is_rejected_is_not_answered_and_of_no_use(quiet: Arm) -> None:
    errors = {"false_positive_rate": 1.0, "filter_strength": 1.0}
    record = quiet("web", governance=errors, organisation={"staff": 1.0})
    assert total(record, "rejections") > 0
    assert total(record, "replies") == 0
    assert record.series["content"].is_monotonic_decreasing


def test_a_wrong_rejection_lowers_belonging_by_its_loss(plan_of: PlanOf) -> None:
    belonging: list[np.ndarray] = []

    def look(c: Community) -> None:
        belonging.append(c.population.members["belonging"][c.written[c.written[:, 3] == -1, 0]])

    for loss in (0.0, 0.3):
        errors = {"false_positive_rate": 1.0, "filter_strength": 1.0, "rejection_loss": loss}
        kinds = {"share_post": 1.0, "share_react": 0.0, "rate": 0.1}
        size = {"size": 1200, "founders": 500}
        watch(plan_of("pool", market=size, contribution=kinds, governance=errors, **CLOSED), 1, "bond", look)
    times = np.log(belonging[1] / belonging[0]) / math.log(0.7)
    assert len(times) > 3
    assert times == pytest.approx(np.round(times))
    assert times.min() == pytest.approx(1.0)


# Harassment


def test_harassment_grows_with_anonymity_and_ends_with_real_names(quiet: Arm) -> None:
    rates = {"harassment_rate": 0.05, "moderation_hours": 0.0}
    anonymous, handles, names = (
        total(
            quiet("pool", governance=rates, affiliation={"identity": i, "identity_gain": 0.0}), "harassments"
        )
        for i in (0.0, 0.5, 1.0)
    )
    assert names == 0 < handles < anonymous
    assert 1.6 < anonymous / handles < 2.1


@pytest.mark.parametrize("spam", [{}, CLEAN], ids=["spam", "no spam"])
def test_moderators_prevent_most_harassment(quiet: Arm, spam: dict[str, float]) -> None:
    rates = {"harassment_rate": 0.05} | spam
    alone, guarded = (
        total(quiet("pool", governance=rates | {"moderation_hours": h}), "harassments") for h in (0.0, 50.0)
    )
    assert alone > 200
    assert 0.1 < guarded / alone < 0.3


def test_those_who_contribute_are_harassed_twice_as_often(plan_of: PlanOf) -> None:
    seen = np.zeros((2, 2))

    def look(c: Community) -> None:
        m = c.population.members[c.visitors]
        visible = (m["last_contribution"] == c.day).astype(int)
        np.add.at(seen, (visible, 0), 1)
        np.add.at(seen, (visible, 1), (m["harassed"] >= 1.0).astype(int))

    rate = {"harassment_rate": 0.1, "harassment_half_life": 0.1, "moderation_hours": 0.0}
    plan = plan_of("pool", governance=rate, contribution={"rate": 0.3},
                   market={"size": 900, "founders": 400})  # fmt: skip
    watch(plan, 60, "steer", look)
    unseen, visible = seen[:, 1] / seen[:, 0]
    assert unseen == pytest.approx(1.0 - math.exp(-0.1), abs=0.015)
    assert visible == pytest.approx(1.0 - math.exp(-0.2), abs=0.03)


def test_one_exposure_makes_about_one_in_ten_leave(plan_of: PlanOf) -> None:
    """Pew 2014: about one in ten withdrew. The same people, harassed once and never."""
    hit: set[int] = set()

    def look(c: Community) -> None:
        if c.day == 10:
            m = c.population.members[c.visitors]
            hit.update(m["person"][m["harassed"] > 0].tolist())

    def arm(rate: float) -> Record:
        base = {"moderation_hours": 0.0, "harassment_rate": 0.0}
        start = {10: {"governance": {"harassment_rate": rate}}, 11: {"governance": {"harassment_rate": 0.0}}}
        plan = plan_of(
            "pool", governance=base, affiliation={"identity": 0.0}, phases=start,
            market={"size": 9000, "founders": 6000}, **CLOSED,
        )  # fmt: skip
        return watch(plan, 130, "steer", look)

    def left(record: Record) -> float:
        first = record.members.drop_duplicates("person").set_index("person")
        return float(first.loc[sorted(hit), "left_day"].notna().mean())

    harassed, spared = arm(1.0), arm(0.0)
    assert len(hit) > 1000
    assert 0.05 <= left(harassed) - left(spared) <= 0.15
    named = float((harassed.members["exit_cause"] == "harassment").sum())
    assert 0.03 < named / len(hit) < 0.15
    assert total(spared, "leaves_harassment") == 0


# Disputes


def test_disputes_fester_without_voice_and_rules_and_are_settled_faster_with_either(quiet: Arm) -> None:
    many = {"dispute_rate": 50.0}
    plain, voiced, ruled, chosen = (
        quiet("web", days=120, governance=many | {"voice": v}, contribution={"rules_visible": r}).series[
            "disputes"
        ][119]
        for v, r in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0))
    )
    assert chosen < voiced < plain
    assert chosen < ruled < plain
    assert voiced < 0.6 * plain


def test_rules_that_members_chose_settle_more_than_the_same_rules_and_voice_alone(quiet: Arm) -> None:
    def disputes(chosen: float) -> float:
        g = {"dispute_rate": 50.0, "voice": 1.0, "chosen_rules": chosen}
        return float(quiet("web", governance=g, contribution={"rules_visible": 1.0}).series["disputes"][59])

    assert disputes(1.4) < disputes(1.0)


def test_unsettled_disputes_add_up(quiet: Arm) -> None:
    record = quiet("pool", governance={"dispute_rate": 30.0, "settlement": 0.0, "dispute_weight": 0.0})
    s = record.series
    assert s["disputes"].to_numpy() == pytest.approx((s["active"] / 1000.0).cumsum().to_numpy())


# Voice


def test_full_voice_takes_a_tenth_off_the_hazard_of_leaving(plan_of: PlanOf) -> None:
    """GOV-voice: HR .90, the same people on the same evening."""
    seen: list[np.ndarray] = []
    for voice in (0.0, 1.0):
        g = {"voice": voice, "voice_identity": 0.0}
        watch(plan_of("web", governance=g, **CLOSED), 1, "depart", lambda c: seen.append(hazards(c)[1]))
    assert seen[1] / seen[0] == pytest.approx(0.90, abs=0.001)


def test_a_vote_ignored_in_public_adds_a_tenth_to_the_hazard_and_is_forgotten_by_halves(
    plan_of: PlanOf,
) -> None:
    """GOV-ind: HR 1.1 right after the vote, its logarithm halved a quarter later."""
    factors: dict[int, np.ndarray] = {}

    def look(c: Community) -> None:
        if c.day in (88, 89, 178):
            factors[c.day] = np.exp(hazards(c)[0][:, Cause.IGNORED_VOICE])

    g = {"council_size": 7, "transparency": 1.0, "drift": 0.0}
    plan = plan_of(
        "pool", organisation={"direction": 0.0}, governance=g, churn={"base_hazard": 0.001}, **CLOSED
    )
    watch(plan, 179, "depart", look)
    assert factors[88] == pytest.approx(1.0)
    assert factors[89] == pytest.approx(1.10, abs=0.002)
    assert factors[178] == pytest.approx(math.sqrt(1.10), abs=0.002)


def test_a_secret_vote_disappoints_half_as_much_as_a_public_one(plan_of: PlanOf) -> None:
    ignored: list[float] = []
    for transparency in (0.0, 1.0):
        g = {"council_size": 5, "transparency": transparency}
        look: Look = lambda c: ignored.append(float(c.climate["ignored"][0]))  # noqa: E731
        watch(plan_of("pool", governance=g, organisation={"direction": 0.0}, **CLOSED), 90, "depart", look)
    assert ignored[89] == pytest.approx(0.5 * ignored[179])
    assert ignored[89] > 0.0


def test_a_vote_that_agrees_disappoints_nobody_and_voice_moves_direction_to_the_wish(quiet: Arm) -> None:
    def end(voice: float, council: int = 10) -> Record:
        g = {"voice": voice, "council_size": council, "drift": 0.0}
        return quiet("pool", days=200, governance=g, organisation={"direction": 0.0, "steering": 0.0})

    mute, half, full = end(0.0), end(0.5), end(1.0)
    gaps = [r.summary["direction_gap"] for r in (mute, half, full)]
    assert gaps[0] > gaps[1] > gaps[2]
    assert (mute.series["direction"] == 0.0).all()
    steps = np.flatnonzero(np.diff(full.series["direction"].to_numpy()))
    assert set(steps) == {88, 178}
    assert 0.03 < full.series["direction"][100] < 0.3
    assert full.summary["quality"] > half.summary["quality"] > mute.summary["quality"]
    assert full.summary["legitimacy"] > half.summary["legitimacy"] > mute.summary["legitimacy"]
    assert total(full, "leaves_ignored_voice") == 0


def test_without_voice_direction_drifts_to_those_who_pay(quiet: Arm) -> None:
    def gap(drift: float) -> float:
        o = {"direction": 0.0, "steering": 0.0}
        record = quiet("pool", days=100, governance={"drift": drift}, organisation=o)
        m = record.members
        paid = float((m["revenue"] * m["interest"]).sum() / m["revenue"].sum())
        return paid - float(record.series["direction"][99])

    assert gap(0.0) > 0.1
    assert gap(0.5) == pytest.approx(0.5 * gap(0.0), rel=0.1)
    assert gap(1.0) == pytest.approx(0.0, abs=0.01)


def test_without_revenue_direction_stays(quiet: Arm) -> None:
    free = {"product_spend": 0.0}
    record = quiet(
        "pool", days=100, governance={"drift": 1.0}, monetisation=free, organisation={"direction": 0.2}
    )
    assert (record.series["direction"] == 0.2).all()


def test_the_more_a_member_contributed_the_likelier_it_is_elected(plan_of: PlanOf) -> None:
    from kith.sim.processes import govern

    plan = plan_of("pool", market={"size": 400, "founders": 100}, contribution={"rate": 0.1}, **CLOSED)
    chosen: list[float] = []

    def look(c: Community) -> None:
        if c.day < 30:
            return
        m = c.population.members[c.population.rows()]
        weight = 1.0 + m["contributions"]
        known = float((weight * m["interest"]).sum() / weight.sum()), float(m["interest"].mean())
        wish = govern._council_wish(c)
        chosen.append(abs(wish - known[0]) - abs(wish - known[1]))

    plan = Plan(
        name="council",
        phases=((0, plan.parameters.model_copy(
            update={"governance": plan.parameters.governance.model_copy(update={"council_size": 10})}
        )),),
    )  # fmt: skip
    watch(plan, 230, "steer", look)
    assert np.mean(chosen) < 0.0


# Offline events


def test_events_cost_tie_and_are_spread_over_the_month(quiet: Arm) -> None:
    without = quiet("web", days=60)
    record = quiet(
        "web", days=60, governance={"events_per_month": 3.0, "event_attendance": 0.4, "event_cost": 25.0}
    )
    came = total(record, "attendances")
    assert came > 100
    assert total(record, "cost_events") == pytest.approx(25.0 * came)
    days = np.flatnonzero(record.series["attendances"])
    assert days.tolist() == [9, 19, 29, 39, 49, 59]
    assert record.series["ties"][59] > without.series["ties"][59]
    assert total(without, "attendances") == total(without, "cost_events") == 0
    assert record.summary["engagement_depth"] > without.summary["engagement_depth"]


def test_about_the_stated_share_of_active_members_attends(plan_of: PlanOf) -> None:
    active: list[int] = []
    g = {"events_per_month": 30.0, "event_attendance": 0.25}
    record = watch(plan_of("pool", governance=g, **CLOSED), 60, "govern", lambda c: active.append(c.active))
    assert total(record, "attendances") / sum(active) == pytest.approx(0.25, abs=0.03)


def test_an_event_loosens_ties_between_those_who_came_and_those_who_did_not(plan_of: PlanOf) -> None:
    """Sessions 2010: paired, on the day of the event; other ties keep their strength."""
    there: set[int] = set()

    def look(c: Community) -> None:
        m = c.population.members[c.population.rows()]
        there.update(m["person"][m["last_attend"] == c.day].tolist())

    def ties(fade: float) -> pd.DataFrame:
        g = {"events_per_month": 3.0, "event_attendance": 0.3, "event_fade": fade, "event_tie": 0.0}
        record = watch(plan_of("web", governance=g, **CLOSED), 10, "steer", look)
        return record.ties.set_index(["person_a", "person_b"])["strength"]

    kept, loosened = ties(0.0), ties(0.2)
    pairs = kept.index.intersection(loosened.index)
    came = pd.Series([(a in there) + (b in there) for a, b in pairs], pairs)
    ratio = loosened[pairs] / kept[pairs]
    assert {0, 1, 2} == set(came)
    assert ratio[came == 1].to_numpy() == pytest.approx(0.8, rel=1e-5)
    assert ratio[came != 1].to_numpy() == pytest.approx(1.0)


def test_half_an_events_month_makes_one_event_in_two_months(quiet: Arm) -> None:
    g = {"events_per_month": 0.5, "event_attendance": 1.0}
    assert np.flatnonzero(quiet("web", days=120, governance=g).series["attendances"]).tolist() == [59, 119]


# What is off is off exactly

OFF: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]]]] = {
    "nobody is harassed": ({"governance": {"harassment_rate": 0.0}},
        {"governance": {"harassment_weight": 3.0, "harassment_half_life": 500.0}}),
    "nobody minds harassment": ({"governance": {"harassment_weight": 0.0, "harassment_rate": 0.2}},
        {"governance": {"harassment_half_life": 500.0}}),
    "nothing unwanted": ({"governance": CLEAN | {"moderation_hours": 0.0, "harassment_rate": 0.0}},
        {"governance": {"unwanted_weight": 1.0, "unwanted_by_money": 50.0, "unwanted_half_life": 500.0, "items_per_hour": 1.0}}),
    "no errors": ({"governance": {"false_positive_rate": 0.0}}, {"governance": {"rejection_loss": 1.0}}),
    "no disputes": ({"governance": {"dispute_rate": 0.0}}, {"governance": {"dispute_weight": 1.0, "settlement": 0.01}}),
    "no council": ({"governance": {"council_size": 0, "voice": 0.0}},
        {"governance": {"transparency": 1.0, "council_step": 1.0, "ignored_hazard": 3.0, "voice_hazard": 2.0,
                        "voice_identity": 9.0, "chosen_rules": 3.0}}),
    "no events": ({"governance": {"events_per_month": 0.0}},
        {"governance": {"event_attendance": 1.0, "event_cost": 999.0, "event_tie": 1.0, "event_fade": 1.0}}),
    "nobody attends": ({"governance": {"event_attendance": 0.0, "events_per_month": 0.0}},
        {"governance": {"events_per_month": 9.0}}),
    "no succession": ({"governance": {"succession": 0.0}}, {"governance": {"succession_chance": 1.0}}),
}  # fmt: skip


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {s: one.get(s, {}) | other.get(s, {}) for s in one | other}


@pytest.mark.parametrize("case", OFF)
def test_what_is_off_leaves_the_record_as_it_is(plan_of: PlanOf, difference: Difference, case: str) -> None:
    off, irrelevant = OFF[case]
    away = [Shock(day=20, kind="hub_departs")]
    busy = {"churn": {"base_hazard": 0.01}, "contribution": {"rate": 0.1}, "affiliation": {"hub": 0.5}}
    plain, other = (
        run(plan_of("web", shocks=away, **merged(busy, given)), seed=3, days=95, events=False)
        for given in (off, merged(off, irrelevant))
    )
    assert difference(plain, other) == []


# Causes

NAMED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "harassment": ({"governance": {"harassment_rate": 0.3, "moderation_hours": 0.0}},
                   {"governance": {"harassment_rate": 0.0}}),
    "unwanted": ({"governance": {"unwanted_by_size": 500.0, "moderation_hours": 0.0}}, {"governance": CLEAN}),
    "disputes": ({"governance": {"dispute_rate": 500.0, "dispute_weight": 0.3}}, {"governance": {"dispute_rate": 0.0}}),
    "selling": ({"organisation": {"selling": 1.0}}, {"organisation": {"selling": 0.0}}),
    "competitor": ({"shocks": [Shock(day=3, kind="competitor", strength=0.5)]}, {}),
    "ignored_voice": ({"governance": {"council_size": 7, "transparency": 1.0, "ignored_hazard": 2.0}},
                      {"governance": {"council_size": 0}}),
}  # fmt: skip


@pytest.mark.parametrize("cause", NAMED)
def test_a_cause_is_named_when_and_only_when_it_is_at_work(plan_of: PlanOf, cause: str) -> None:
    few = {"value": {"product": 0.1}, "churn": {"base_hazard": 0.004}, "organisation": {"direction": 0.1}}

    def leaves(given: dict[str, Any]) -> float:
        shocks = given.get("shocks", [])
        sections = merged(few, {k: v for k, v in given.items() if k != "shocks"})
        size = {"size": 900, "founders": 500}
        return total(
            run(plan_of("pool", market=size, shocks=shocks, **sections), seed=2, days=130), f"leaves_{cause}"
        )

    on, off = NAMED[cause]
    assert leaves(on) > 3
    assert leaves(off) == 0


def test_causes_together_make_up_all_losses(plan_of: PlanOf) -> None:
    record = run(everything_on(plan_of), seed=5, days=130)
    by_cause = sum(total(record, f"leaves_{cause.name.lower()}") for cause in Cause)
    assert by_cause == total(record, "leaves") > 50
    for name in ("harassment", "unwanted", "disputes", "selling", "competitor"):
        assert total(record, f"leaves_{name}") > 0, name


# Bounds, books, threads, plain Python

ALL_ON: dict[str, dict[str, Any]] = {
    "affiliation": {"hub": 0.6, "hubs": 3, "peers": 1.0, "form": "groups", "group_size": 10, "lasting": "monthly", "identity": 0.3},
    "governance": {
        "voice": 0.3, "council_size": 7, "transparency": 1.0, "harassment_rate": 0.2, "events_per_month": 6.0,
        "event_attendance": 0.5, "unwanted_share": 0.3, "unwanted_by_size": 90.0, "dispute_rate": 90.0,
        "dispute_weight": 0.1, "false_positive_rate": 0.2, "succession": 1.0, "succession_chance": 1.0,
        "ignored_hazard": 1.0, "drift": 0.5,
    },
    "organisation": {
        "direction": 0.05, "staff": 1.0, "selling": 0.8, "lead_value": 20.0, "lead_rate": 0.5,
        "investment_response": 0.3, "community_budget": 9000.0, "measurement": 0.7, "steering": 0.1,
        "proof_scale": 50.0, "feedback_scale": 5.0,
    },
    "bonding": {"internal_belonging": 0.05},
    "incentives": {
        "unfairness_tolerance": 0.0, "leaderboard": 0.7, "equity_points": 3, "equity_loyalty": -0.05,
    },
}  # fmt: skip
STRUCK = [
    Shock(day=6, kind="spam_wave", items=50.0),
    Shock(day=9, kind="mass_join", count=40),
    Shock(day=12, kind="competitor", strength=0.3),
    Shock(day=15, kind="topic_shift", to=0.4),
    Shock(day=18, kind="members_leave", share=0.1, who="most_connected"),
    Shock(day=21, kind="hub_departs"),
    Shock(day=95, kind="competitor", strength=0.2, invests_in_community=True),
]


def everything_on(plan_of: PlanOf, *designs: str, founders: int = 200, size: int = 900) -> Plan:
    paying = {"monetisation": {"model": "subscription", "conversion": 1.0, "price": 2.0}}
    later = {
        24: {"organisation": {"quality": 0.5, "direction": 0.2}, "governance": {"harassment_weight": 1.0}}
    }
    return plan_of("web", "busy", *designs, shocks=STRUCK, phases=later,
                   **merged(ALL_ON, merged(paying, {"market": {"size": size, "founders": founders}})))  # fmt: skip


def test_bounds_of_leaving_stay_upper_bounds_whatever_happens(plan_of: PlanOf) -> None:
    evenings = {0, 5, 6, 9, 12, 15, 18, 21, 24, 25, 59, 60, 89, 90, 95, 99}
    slack: list[float] = []
    seen = np.zeros(len(Cause))

    def look(c: Community) -> None:
        if c.day not in evenings:
            return
        factors, exact = hazards(c)
        bound = c.population.exit_bound[c.population.rows()] * float(c.climate["bound"][0])
        assert (exact <= bound * (1.0 + 1e-12)).all(), c.day
        slack.append(float(np.median(bound / exact)))
        np.maximum(seen, factors.max(axis=0), out=seen)

    watch(everything_on(plan_of), 100, "depart", look)
    for cause in (
        Cause.CONTAGION, Cause.UNFAIRNESS, Cause.IGNORED_VOICE, Cause.HARASSMENT, Cause.COMPETITOR, Cause.SELLING,
    ):  # fmt: skip
        assert seen[cause] > 0.0, cause
    assert np.median(slack) < 10.0


def test_books_people_and_ties_balance_with_everything_on(plan_of: PlanOf) -> None:
    record = run(everything_on(plan_of, "ads"), seed=4, days=120, check=True)
    for account in ("events", "moderation", "staff", "measurement"):
        assert total(record, f"cost_{account}") > 0, account
    assert total(record, "leads") > 0
    assert total(record, "leads") * 20.0 == pytest.approx(total(record, "revenue_leads"))
    s = record.series
    for kind, names in (("revenue", "revenue_"), ("cost", "cost_")):
        parts = s[[n for n in s.columns if n.startswith(names)]].sum(axis=1)
        assert parts.to_numpy() == pytest.approx(s[kind].to_numpy(), abs=1e-6)


def test_threads_make_no_difference_with_everything_on(plan_of: PlanOf, difference: Difference) -> None:
    plan = everything_on(plan_of)
    assert difference(*(run(plan, seed=7, days=100, threads=n) for n in (1, 2))) == []


def test_guests_make_no_difference_with_everything_on(plan_of: PlanOf, difference: Difference) -> None:
    plan = everything_on(plan_of)
    alone, among = (run(plan, seed=7, days=100, guests=n) for n in (0, 3))
    among.members = among.members[among.members["person"] < 900].reset_index(drop=True)
    guests = ["present", "awake", "audience", "leaves", "leaves_audience"]
    by_cause = [name for name in alone.series.columns if name.startswith("leaves_")]
    assert difference(alone, among, ignored=[*guests, *by_cause]) == []


SCRIPT = """
import importlib.util, json
def module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found
small = module("conftest", {conftest!r})
print(json.dumps(module("test_govern", {this!r}).digest(small.small_plan)))
"""


def digest(plan_of: PlanOf) -> dict[str, Any]:
    """A small record with everything on: a hash of all that is whole, sums of all else, what happened."""
    record = run(everything_on(plan_of, founders=60, size=250), seed=11, days=40)
    exact, about = hashlib.sha256(), []
    for frame in (record.series, record.monthly, record.members, record.ties, record.events):
        for name in frame.columns:
            column = frame[name].to_numpy()
            if column.dtype == float:
                about.append(float(np.nansum(column)))
            else:
                exact.update(repr(column.tolist()).encode())
    about += record.summary.to_list()
    happened = [int(total(record, name)) for name in ("attendances", "harassments", "rejections")]
    return {"exact": exact.hexdigest(), "about": about, "happened": happened}


def test_plain_python_makes_the_same_record_with_everything_on(root: Path, plan_of: PlanOf) -> None:
    here = Path(__file__)
    script = SCRIPT.format(conftest=str(here.parents[1] / "conftest.py"), this=str(here))
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    compiled = digest(plan_of)
    plain = json.loads(done.stdout)
    assert plain.pop("about") == pytest.approx(compiled.pop("about"), rel=1e-5, abs=1e-6, nan_ok=True)
    assert plain == compiled
    assert min(compiled["happened"]) > 0


def test_every_count_of_government_is_counted(plan_of: PlanOf) -> None:
    record = run(everything_on(plan_of), seed=4, days=60)
    for kind in (Count.REJECTIONS, Count.STAFF_REPLIES, Count.HARASSMENTS, Count.ATTENDANCES, Count.LEADS):
        assert total(record, kind.name.lower()) > 0, kind
