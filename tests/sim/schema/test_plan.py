"""A plan that exists can run: impossible combinations and requests are refused in one sentence."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kith.sim.engine import MODEL_VERSION, TICK, run, run_id
from kith.sim.schema.founding import Founding
from kith.sim.schema.parameter_set import ParameterError, parameters_from
from kith.sim.schema.plan import MAX_DAYS, Plan, Shock, canonical, shock_from

type PlanOf = Callable[..., Plan]


def refusal(make: Callable[[], object]) -> str:
    with pytest.raises(ParameterError) as caught:
        make()
    return str(caught.value)


# Combinations


def test_more_founders_than_people_are_refused(plan_of: PlanOf) -> None:
    message = refusal(lambda: plan_of(market={"size": 50, "founders": 51}))
    assert "market.founders = 51" in message
    assert "market.size = 50" in message


def test_more_founders_in_a_log_than_people_are_refused(
    plan_of: PlanOf, log_of: Callable[..., Founding]
) -> None:
    message = refusal(lambda: plan_of(market={"size": 50, "founders": 0}, founding=log_of(51)))
    assert "51" in message


def test_a_hub_can_only_depart_where_there_is_one(plan_of: PlanOf) -> None:
    gone = Shock(day=10, kind="hub_departs")
    assert "affiliation.hub" in refusal(lambda: plan_of("web", shocks=[gone]))
    plan_of("hub", shocks=[gone])
    plan_of("web", phases={5: {"affiliation": {"hub": 1.0}}}, shocks=[gone])
    later = {11: {"affiliation": {"hub": 1.0}}}
    assert "there is no hub" in refusal(lambda: plan_of("web", phases=later, shocks=[gone]))


def test_the_market_is_fixed_for_a_run(plan_of: PlanOf) -> None:
    message = refusal(lambda: plan_of(phases={30: {"market": {"size": 500}}}))
    assert "phase from day 30" in message
    assert "market.size" in message


@pytest.mark.parametrize("starts", [(1,), (0, 10, 10), (0, 20, 10), ()])
def test_phases_start_on_day_0_and_go_on(starts: tuple[int, ...]) -> None:
    p = parameters_from({})
    assert "phase" in refusal(lambda: Plan(phases=tuple((day, p) for day in starts)))


def test_kinds_of_contribution_are_shares_of_one_whole(plan_of: PlanOf) -> None:
    message = refusal(lambda: plan_of(contribution={"share_post": 0.7, "share_react": 0.6}))
    assert "1.3" in message
    plan_of(contribution={"share_post": 0.7, "share_react": 0.3})


@pytest.mark.parametrize("levels", [(1, 1), (5, 3)])
def test_badges_and_tiers_rise_from_row_to_row(plan_of: PlanOf, levels: tuple[int, ...]) -> None:
    assert "must increase" in refusal(lambda: plan_of(incentives={"badge_levels": levels}))
    tiers = tuple({"points": points} for points in levels)
    assert "must increase" in refusal(lambda: plan_of(incentives={"tier": tiers}))


# Shocks


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"day": 3, "kind": "meteor"}, "kind"),
        ({"day": -1, "kind": "hub_departs"}, "day"),
        ({"day": 3}, "kind"),
        ({"day": 3.5, "kind": "hub_departs"}, "day"),
        ({"day": 3, "kind": "members_leave"}, "needs share"),
        ({"day": 3, "kind": "members_leave", "share": 1.5}, "share"),
        ({"day": 3, "kind": "members_leave", "share": float("nan")}, "share"),
        ({"day": 3, "kind": "members_leave", "share": 0.5, "who": "the best"}, "who"),
        ({"day": 3, "kind": "hub_departs", "share": 0.5}, "members_leave"),
        ({"day": 3, "kind": "hub_departs", "sahre": 0.5}, "sahre"),
        ("hub_departs", "must be a table"),
    ],
)
def test_a_shock_that_cannot_be_is_refused(given: Any, told: str) -> None:
    assert told in refusal(lambda: shock_from(given))


def test_a_shock_is_made_from_plain_values() -> None:
    shock = shock_from({"day": 180, "kind": "members_leave", "share": 0.3})
    assert (shock.day, shock.kind, shock.share, shock.who) == (180, "members_leave", 0.3, None)
    assert shock_from(shock) is shock


# Requests


@pytest.mark.parametrize("days", [0, -1, MAX_DAYS + 1, 3.0, "3", None.__class__])
def test_days_out_of_range_are_refused(plan_of: PlanOf, days: Any) -> None:
    assert refusal(lambda: run(plan_of(), days=days)).startswith("days = ")


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "1"])
def test_seeds_out_of_range_are_refused(plan_of: PlanOf, seed: Any) -> None:
    assert refusal(lambda: run(plan_of(), seed=seed, days=3)).startswith("seed = ")


@pytest.mark.parametrize("threads", [0, -2, 257, 1.5])
def test_threads_out_of_range_are_refused(plan_of: PlanOf, threads: Any) -> None:
    assert refusal(lambda: run(plan_of(), days=3, threads=threads)).startswith("threads = ")


def test_the_last_possible_requests_run(plan_of: PlanOf) -> None:
    record = run(plan_of("web", market={"size": 10, "founders": 3}), seed=2**63 - 1, days=1, threads=4)
    assert len(record.series) == 1


def test_a_plan_tells_how_long_it_runs(plan_of: PlanOf) -> None:
    assert run(replace(plan_of(), days=4)).days == 4


# Content and names


def test_a_plans_content_is_plain_and_in_one_order(plan_of: PlanOf, log_of: Callable[..., Founding]) -> None:
    shock = Shock(day=1, kind="members_leave", share=0.5)
    plan = plan_of("hub", bonding={"tie_half_life": float("inf")}, shocks=[shock], founding=log_of(9))
    assert canonical(plan.content()) == canonical(json.loads(canonical(plan.content())))


def test_whatever_decides_a_run_changes_its_name(plan_of: PlanOf, log_of: Callable[..., Founding]) -> None:
    base = plan_of("hub")
    leave = Shock(day=1, kind="members_leave", share=0.5)
    plans = [
        base,
        plan_of("web"),
        plan_of("hub", monetisation={"price": 10.001}),
        plan_of("hub", phases={3: {"monetisation": {"price": 9.0}}}),
        plan_of("hub", phases={4: {"monetisation": {"price": 9.0}}}),
        plan_of("hub", shocks=[leave]),
        plan_of("hub", shocks=[Shock(day=2, kind="members_leave", share=0.5)]),
        plan_of("hub", shocks=[Shock(day=1, kind="members_leave", share=0.5, who="most_connected")]),
        plan_of("hub", founding=log_of(20)),
        plan_of("hub", founding=log_of(20, seed=1)),
        plan_of("hub", founding=log_of(21)),
    ]
    names = [run_id(plan, 0, 30) for plan in plans] + [run_id(base, 1, 30), run_id(base, 0, 31)]
    added = ("added", lambda c: None)
    orders = [(*TICK, added), (added, *TICK), TICK[:-1], TICK[::-1], (("acquire", added[1]), *TICK[1:])]
    names += [run_id(base, 0, 30, tick) for tick in orders]
    assert len(set(names)) == len(names)


def test_names_titles_origins_and_lengths_do_not_change_a_runs_name(plan_of: PlanOf) -> None:
    base = plan_of("hub")
    other = replace(base, name="other", title="Other", origin={"market.size": "mine"}, days=9)
    assert run_id(base, 0, 30) == run_id(other, 0, 30)


def test_a_logs_label_does_not_change_a_runs_name(plan_of: PlanOf, log_of: Callable[..., Founding]) -> None:
    named = replace(log_of(20), label="chat")
    assert run_id(plan_of(founding=named), 0, 9) == run_id(plan_of(founding=log_of(20)), 0, 9)


def test_a_runs_name_is_a_hash_of_all_that_decides_it() -> None:
    plan = Plan(days=3)
    whole = [MODEL_VERSION, plan.content(), [], 7, 3]
    assert run_id(plan, 7, 3) == hashlib.sha256(canonical(whole).encode()).hexdigest()[:16]
    assert run_id(plan, 7, 3) == run_id(replace(plan, title="told otherwise"), 7, 3)
    assert (
        run_id(plan, 7, 3, additions={"shocks": [[1, "flood"]]})
        == (hashlib.sha256(canonical([*whole, {"shocks": [[1, "flood"]]}]).encode()).hexdigest()[:16])
    )
