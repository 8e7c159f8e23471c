"""Reward, refer, monetise: what money does to what members give each other, and who pays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import TICK, run
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]


def average(quiet: Arm, name: str, *designs: str, seeds: int = 3, **more: Any) -> float:
    return float(np.mean([total(quiet(*designs, seed=seed, **more), name) for seed in range(seeds)]))


# Reward


def test_small_pay_is_worse_than_none_and_large_pay_better_in_a_web(quiet: Arm) -> None:
    none, small, large = (
        average(quiet, "contributions", "web", incentives={"cash_per_contribution": pay})
        for pay in (0.0, 0.05, 5.0)
    )
    assert small < none < large


def test_small_pay_does_no_harm_where_nobody_is_tied(quiet: Arm) -> None:
    none, small = (
        average(quiet, "contributions", "pool", incentives={"cash_per_contribution": pay})
        for pay in (0.0, 0.05)
    )
    assert none <= small


def test_money_turns_the_norms_of_the_tied_and_not_of_the_untied(quiet: Arm) -> None:
    m = quiet("web", incentives={"cash_per_contribution": 0.1}, affiliation={"peers": 0.15}, days=90).members
    came = m[m["last_visit"] > 60]
    tied, untied = came[came["ties"] >= 4]["norm"], came[came["ties"] == 0]["norm"]
    assert len(tied) > 10
    assert tied.mean() < 0.9
    assert untied.mean() > tied.mean() + 0.05
    assert (quiet("pool", incentives={"cash_per_contribution": 0.1}).members["norm"] == 1.0).all()


def test_the_amount_does_not_matter_to_the_norm(quiet: Arm) -> None:
    little, much = (
        quiet("web", incentives={"cash_per_contribution": pay}, days=5).summary["norm"]
        for pay in (0.01, 50.0)
    )
    assert little == pytest.approx(much, abs=0.02)


def test_norms_recover_with_their_half_life_or_never(quiet: Arm) -> None:
    def norm(recovery: float) -> float:
        end = {30: {"incentives": {"cash_per_contribution": 0.0}}}
        cash = {"cash_per_contribution": 0.1, "norm_recovery": recovery}
        return float(quiet("web", incentives=cash, phases=end, days=120).summary["norm"])

    assert norm(float("inf")) < norm(100.0) < norm(5.0)


def test_thanks_strengthen_norms_and_contributions(quiet: Arm) -> None:
    pay = {"cash_per_contribution": 0.05}
    plain, thanked = (quiet("web", incentives=pay | {"recognition": r}, days=90) for r in (0.0, 1.0))
    assert plain.summary["norm"] < thanked.summary["norm"]
    assert average(quiet, "contributions", "pool") < average(
        quiet, "contributions", "pool", incentives={"recognition": 1.0}
    )


def test_badges_move_those_who_steer_toward_them(quiet: Arm) -> None:
    ladder = {"badge_levels": tuple(range(1, 100)), "badge_responders": 1.0, "badge_gain": 2.0}
    plain, badged = (
        average(quiet, "contributions", "pool", incentives=ladder | {"badges": b}) for b in (0.0, 1.0)
    )
    deaf = average(
        quiet,
        "contributions",
        "pool",
        incentives=ladder | {"badges": 1.0, "badge_responders": 0.0, "recognition_step": 0.0},
    )
    assert plain == deaf < badged


def test_perks_satisfy_and_cost(quiet: Arm) -> None:
    tier = {"tier": ({"points": 1, "perk": 0.2, "cost": 2.0},)}
    plain, perked = quiet("pool"), quiet("pool", incentives=tier)
    assert plain.summary["satisfaction"] < perked.summary["satisfaction"]
    assert total(perked, "cost_perks") > 0


def test_a_revenue_share_pays_out_what_it_promises(quiet: Arm) -> None:
    s = quiet("pool", incentives={"revenue_share": 0.4}, days=61).series
    earned = (s["revenue"] - s["revenue_product_outside"])[:29].sum()
    assert s["cost_revenue_share"][29] == pytest.approx(0.4 * earned, rel=1e-4)
    assert set(np.flatnonzero(s["cost_revenue_share"])) == {29, 59}


def test_progressive_sharing_spreads_rewards(quiet: Arm) -> None:
    ginis = [
        quiet("pool", incentives={"revenue_share": 0.3, "progressive": p}, days=61).summary["reward_gini"]
        for p in (0.0, 1.0)
    ]
    assert ginis[1] < ginis[0]


def test_unfairness_discourages_and_drives_out_those_who_get_nothing(quiet: Arm) -> None:
    envy = {"unfairness_tolerance": 0.0, "unfairness_weight": 1.0, "revenue_share": 0.5, "crowding": 0.0}
    record = quiet("pool", incentives=envy, churn={"base_hazard": 0.01, "unfairness": 3.0}, days=120)
    assert record.series["unfairness"].max() > 0.2
    assert total(record, "leaves_unfairness") > 0
    tolerant = quiet("pool", incentives=envy | {"unfairness_tolerance": 1.0}, days=120)
    assert tolerant.series["unfairness"].max() == 0.0


# Refer


def test_a_referred_newcomer_starts_with_a_tie_to_the_referrer_where_peers_may_tie(plan_of: PlanOf) -> None:
    first: dict[str, list[int]] = {"web": [], "pool": []}
    for design, degrees in first.items():

        def look(c: Any, degrees: list[int] = degrees) -> None:
            degrees += c.population.members["degree"][c.referred[:, 1]].tolist() if len(c.referred) else []

        run(plan_of(design, "busy"), seed=3, days=40, tick=(*TICK[:2], ("look", look), *TICK[2:]))
    assert len(first["web"]) > 10
    assert set(first["web"]) == {1}
    assert set(first["pool"]) == {0}


def inviting(quiet: Arm, **referral: Any) -> Record:
    return quiet("web", referral={"invites_per_month": 3.0, "conversion": 0.2, "dispersion": 2.0} | referral)


def test_rewards_raise_inviting_and_are_paid_on_joining(quiet: Arm) -> None:
    plain = inviting(quiet)
    paid = inviting(quiet, reward_giver=20.0, reward_receiver=5.0)
    assert total(plain, "invitations") < total(paid, "invitations")
    joins = total(paid, "referral_joins")
    assert joins * 5.0 < total(paid, "cost_referral_rewards") <= joins * 25.0


def test_an_invitation_that_is_seen_to_be_paid_converts_less_unless_both_are_paid(quiet: Arm) -> None:
    odds = {"reward_odds_weak": 1.0, "reward_odds_strong": 1.0, "seen_discount": 0.0, "in_kind_odds": 1.0}
    hidden = inviting(quiet, **odds).summary["referral_conversion"]
    seen = inviting(quiet, reward_giver=5.0, **odds).summary["referral_conversion"]
    shared = inviting(quiet, reward_giver=5.0, reward_receiver=5.0, **odds).summary["referral_conversion"]
    assert seen < 0.8 * hidden
    assert shared == hidden


def test_only_promoters_invite(quiet: Arm) -> None:
    assert total(inviting(quiet, promoter_satisfaction=1.0), "invitations") == 0
    assert total(inviting(quiet, promoter_belonging=1.0), "invitations") == 0


def test_invitations_to_members_are_wasted(quiet: Arm) -> None:
    record = inviting(quiet, conversion=1.0)
    assert total(record, "invitations_wasted") > 0
    assert total(record, "invitations_wasted") + total(record, "referral_joins") <= total(
        record, "invitations"
    )


def test_answers_take_some_days(quiet: Arm) -> None:
    quick, slow = (inviting(quiet, delay=d).series["joins_referral"] for d in (1.0, 15.0))
    assert quick[0] == slow[0] == 0
    assert slow[:8].sum() < quick[:8].sum()


# Monetise


def test_a_fee_drives_out_the_unwilling_and_turns_away_who_would_join(quiet: Arm) -> None:
    fee = {"model": "fee", "price": 8.0}
    start = {10: {"monetisation": fee}}
    record = quiet("pool", acquisition={"external_rate": 3.0}, phases=start, days=40)
    assert record.series["leaves_price"][10] > 50
    assert total(record, "turned_away") > 0
    assert total(record, "revenue_fee") > 0


def test_members_are_billed_every_30_days(quiet: Arm) -> None:
    s = quiet("pool", "fee", days=95).series
    assert np.flatnonzero(s["revenue_fee"]).tolist() == [0, 30, 60, 90]
    assert s["revenue_fee"][30] == 3.0 * s["present"][30]


def test_a_subscription_is_bought_by_those_whose_willingness_allows(quiet: Arm) -> None:
    paying = [
        int(quiet("pool", "subscription", monetisation={"price": p}).members["paying"].sum())
        for p in (1.0, 10.0, 1e4)
    ]
    assert paying[0] > paying[1] > paying[2] == 0


def test_participation_leads_up_the_rungs_to_paying(quiet: Arm) -> None:
    m = quiet(
        "pool", "subscription", monetisation={"price": 0.0, "rung_gain": 5.0, "conversion": 0.1}
    ).members
    by_rung = m.groupby(m["contributions"] > 0)["paying"].mean()
    assert by_rung[False] < by_rung[True]


def test_above_some_take_deals_leave_the_platform(quiet: Arm) -> None:
    def take(rate: float) -> float:
        return total(quiet("marketplace", monetisation={"take_rate": rate}), "revenue_take")

    assert 0 < take(0.05) < take(0.10) < 2.1 * take(0.05)
    assert take(0.5) == 0.0


def test_ads_earn_by_visits(quiet: Arm) -> None:
    s = quiet("pool", "ads").series
    assert s["revenue_ads"].to_numpy() == pytest.approx(s["today"].to_numpy() * 4.0 * 0.25 * 0.02)


def test_goods_cost_their_share_of_revenue(quiet: Arm) -> None:
    s: pd.DataFrame = quiet("pool", "ads").series
    expected = 0.6 * s["revenue_product"] + 0.25 * s["revenue_ads"]
    assert s["cost_goods"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-6)
    assert s["cost_goods_outside"].to_numpy() == pytest.approx(
        0.6 * s["revenue_product_outside"].to_numpy(), abs=2e-6
    )
