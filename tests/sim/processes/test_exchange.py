"""Contribute and bond: what members give each other, and the ties that it makes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]


def average(quiet: Arm, name: str, *designs: str, seeds: int = 3, **more: Any) -> float:
    return float(np.mean([total(quiet(*designs, seed=seed, **more), name) for seed in range(seeds)]))


# Contribute


def test_more_propensity_more_contributions(quiet: Arm) -> None:
    record = quiet("pool", days=90)
    m = record.members
    top = m["propensity"] > m["propensity"].quantile(0.9)
    recent = m["contributions"]
    assert recent[top].sum() > recent[~top].sum()


def test_a_wider_spread_of_propensity_concentrates_contributions(quiet: Arm) -> None:
    ginis = [
        quiet("pool", contribution={"propensity_sigma": s}, days=90).summary["participation_gini"]
        for s in (0.5, 2.0)
    ]
    assert ginis[0] < ginis[1]


@pytest.mark.parametrize(
    "helped", [{"onboarding": 3.0}, {"rules_visible": 1.0}, {"first_barrier": 0.9}, {"first_week_gain": 6.0}]
)
def test_newcomers_contribute_sooner_where_they_are_helped(quiet: Arm, helped: dict[str, float]) -> None:
    rates = {"acquisition": {"external_rate": 6.0, "join_on_touch": 1.0}}
    plain, eased = (quiet("pool", contribution=c, **rates) for c in ({}, helped))
    assert plain.summary["first_contribution_rate"] < eased.summary["first_contribution_rate"]


def test_half_open_doors_halve_contributions_or_more(quiet: Arm) -> None:
    closed, half, wide = (
        average(quiet, "contributions", "pool", contribution={"doors_open": d}) for d in (0.0, 0.5, 1.0)
    )
    assert closed == 0.0
    assert 0.0 < half < 0.65 * wide


def test_replies_move_members_to_contribute_more(quiet: Arm) -> None:
    def posts(ceiling: float) -> float:
        written = average(quiet, "contributions", "pool", contribution={"reply_ceiling": ceiling}, days=90)
        return written - average(quiet, "replies", "pool", contribution={"reply_ceiling": ceiling}, days=90)

    assert posts(0.0) < posts(0.85)


def test_reciprocity_becomes_generosity(quiet: Arm) -> None:
    stingy, generous = (
        average(quiet, "replies", "pool", contribution={"reply_generosity": g, "rate": 0.01})
        for g in (0.0, 5.0)
    )
    assert stingy < generous


def test_content_follows_posts_and_fades_with_its_half_life(quiet: Arm) -> None:
    lasting, fleeting = (quiet("pool", value={"content_half_life": h}).series["content"] for h in (1e9, 5.0))
    assert (lasting.diff().dropna() >= 0).all()
    assert fleeting.iloc[-1] < lasting.iloc[-1]


def test_a_bigger_audience_motivates_up_to_its_scale(quiet: Arm) -> None:
    small, large = (
        average(quiet, "contributions", "pool", contribution={"audience_scale": a}) for a in (1e5, 50.0)
    )
    assert small < large


# Bond


def test_peers_make_ties_and_the_more_the_design_lets_them(quiet: Arm) -> None:
    counts = [quiet(affiliation={"peers": p}).series["ties"].iloc[-1] for p in (0.0, 0.3, 1.0)]
    assert counts[0] == 0 < counts[1] < counts[2]


def test_friends_of_friends_close_triangles(quiet: Arm) -> None:
    open_floor, closing = (
        quiet("web", bonding={"triadic_share": t, "existing_share": 0.2}, days=120).summary["clustering"]
        for t in (0.0, 1.0)
    )
    assert open_floor < closing


def test_like_mind_ties_like_minds(quiet: Arm) -> None:
    def distance(homophily: float) -> float:
        choice = {"homophily": homophily, "visible_share": 0.0, "triadic_share": 0.0, "existing_share": 0.0}
        record = quiet(
            "web", bonding=choice | {"tie_half_life": 20.0}, market={"interest_similarity": 0.0}, days=120
        )
        x = record.members.set_index("person")["interest"]
        a, b = record.ties["person_a"], record.ties["person_b"]
        return float(np.abs(x[a].to_numpy() - x[b].to_numpy()).mean())

    assert distance(8.0) < distance(0.0)


def test_the_visible_attract_ties(quiet: Arm) -> None:
    def spread(visible: float) -> float:
        choice = {
            "visible_share": visible,
            "degree_exponent": 2.0,
            "triadic_share": 0.0,
            "existing_share": 0.0,
        }
        ties = quiet("web", bonding=choice, days=90, seed=2).members["ties"]
        return float(ties.max() / ties.mean())

    assert spread(0.0) < spread(1.0)


def test_random_removal_and_a_short_half_life_cost_ties(quiet: Arm) -> None:
    lasting = quiet("web").series["ties"].iloc[-1]
    assert quiet("web", bonding={"removal_rate": 0.05}).series["ties"].iloc[-1] < lasting
    assert quiet("web", bonding={"tie_half_life": 10.0}).series["ties"].iloc[-1] < lasting


def test_slots_limit_ties(quiet: Arm) -> None:
    record = quiet("web", bonding={"capacity_min": 2.0, "capacity_shape": 50.0}, days=120)
    assert record.members["ties"].max() <= 2


def test_ties_the_activity_and_the_hub_each_make_belonging(quiet: Arm) -> None:
    alone = quiet("nothing", days=120).summary["belonging"]
    for bond in ("activity", "hub", "peers"):
        assert (
            quiet(affiliation={"activity": 0.0, "hub": 0.0, "peers": 0.0} | {bond: 1.0}).summary["belonging"]
            > alone
        )
    assert alone == pytest.approx(0.0, abs=1e-3)


def test_newcomers_come_for_benefits_and_the_settled_stay_for_belonging(quiet: Arm) -> None:
    record = quiet("web", acquisition={"external_rate": 1.0}, days=300)
    shares = record.summary[[f"stay_for_belonging_{tenure}" for tenure in ("t30", "t180", "t365")]]
    assert shares.iloc[0] < shares.iloc[2]
