"""Meeting: an open floor, curated groups, one-to-one matching; handles and real names."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kith.sim.engine import TICK, run
from kith.sim.processes import bond
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]
type Difference = Callable[..., list[str]]

FREE = {"work_wage": 0.0}
"the team's hours, which a form and names take, cost nothing"
STRANGERS = {"existing_share": 0.0, "triadic_share": 0.0}


def distance(record: Record) -> float:
    """Mean difference of interest between the ends of ties."""
    interest = record.members.set_index("person")["interest"]
    ties = record.ties
    return float((ties["person_a"].map(interest) - ties["person_b"].map(interest)).abs().mean())


def average(quiet: Arm, measure: Callable[[Record], float], **affiliation: Any) -> float:
    strict = {"homophily": 0.0, "visible_share": 0.0}
    return float(
        np.mean(
            [
                measure(
                    quiet("web", days=90, seed=seed, affiliation=affiliation, bonding=strict,
                          market={"interest_similarity": 0.9, "size": 600, "founders": 500})
                )
                for seed in range(2)
            ]
        )
    )  # fmt: skip


def clustering(record: Record) -> float:
    return float(record.summary["clustering"])


def test_groups_of_neighbours_tie_like_minds_and_close_triangles(quiet: Arm) -> None:
    group = {"form": "groups", "group_size": 8, "mate_share": 1.0}
    assert average(quiet, distance, **group) < 0.9 * average(quiet, distance, form="open")
    assert average(quiet, clustering, **group) > 1.3 * average(quiet, clustering, form="open")


def test_matches_of_neighbours_tie_like_minds_too(quiet: Arm) -> None:
    match = {"form": "matching", "mate_share": 1.0}
    assert average(quiet, distance, **match) < 0.9 * average(quiet, distance, form="open")


def test_groups_drawn_by_lot_each_month_are_of_no_particular_mind(quiet: Arm) -> None:
    lasting, monthly, floor = (
        average(quiet, distance, mate_share=1.0, group_size=8, **a)
        for a in ({"form": "groups"}, {"form": "groups", "lasting": "monthly"}, {"form": "open"})
    )
    assert lasting < 0.9 * monthly
    assert monthly == pytest.approx(floor, rel=0.1)


def test_smaller_groups_cluster_more(quiet: Arm) -> None:
    small, large = (
        average(quiet, clustering, form="groups", mate_share=1.0, group_size=size) for size in (6, 200)
    )
    assert large < small


def meetings(
    plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch, days: int = 60, **affiliation: Any
) -> list[tuple[int, pd.DataFrame]]:
    """Who meets whom by design each day, strangers only: day, frame of persons one and other."""
    found: list[tuple[int, pd.DataFrame]] = []
    inner = bond._partners

    def spy(c: Community) -> Any:
        one, other = inner(c)
        there = other >= 0
        address = c.population.address
        frame = pd.DataFrame({"one": address[one[there]], "other": address[other[there]]})
        frame["active"] = c.active
        found.append((c.day, frame))
        return one, other

    monkeypatch.setattr(bond, "_partners", spy)
    plan = plan_of(
        "web", market={"size": 1200, "founders": 400}, bonding=STRANGERS, churn={"base_hazard": 0.0},
        affiliation={"peers": 1.0, "mate_share": 1.0} | affiliation,
        acquisition={"external_rate": 0.0, "imitation_rate": 0.0, "search_rate": 0.0},
        referral={"invites_per_month": 0.0},
    )  # fmt: skip
    run(plan, seed=3, days=days, events=False, check=True)
    return found


@pytest.mark.parametrize("lasting", ["lasting", "monthly"])
def test_matches_are_one_to_one_within_a_day(
    plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch, lasting: str
) -> None:
    for _, pairs in meetings(plan_of, monkeypatch, form="matching", lasting=lasting):
        assert (pairs.groupby("one")["other"].nunique() == 1).all()
        assert (pairs.groupby("other")["one"].nunique() == 1).all()
        assert (pairs["one"] != pairs["other"]).all()


def test_a_lasting_match_is_the_next_on_the_ring_and_a_monthly_one_is_drawn_anew(
    plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the ring matches are near; by the month's lot they are anywhere, and others each month."""

    def steps(lasting: str) -> tuple[float, float]:
        partners: dict[int, set[tuple[int, int]]] = {0: set(), 1: set()}
        gaps: list[float] = []
        for day, pairs in meetings(plan_of, monkeypatch, form="matching", lasting=lasting):
            gaps += ((pairs["other"] - pairs["one"]) % 1200).tolist()
            partners[day // 30] |= set(zip(pairs["one"], pairs["other"], strict=True))
        again = len(partners[0] & partners[1]) / min(len(partners[0]), len(partners[1]))
        return float(np.median(gaps)), again

    near, kept = steps("lasting")
    anywhere, drawn = steps("monthly")
    assert near < 60
    assert anywhere > 300
    assert kept > 3.0 * drawn


def test_a_group_is_as_wide_as_it_says_and_nobody_is_favoured_by_the_end_of_the_ring(
    plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps: list[float] = []
    met: Counter[int] = Counter()
    for _, pairs in meetings(plan_of, monkeypatch, form="groups", group_size=40):
        gaps += ((pairs["other"] - pairs["one"]) % 1200).tolist()
        met.update(pairs["other"].tolist())
        active = int(pairs["active"].max()) if len(pairs) else 0
    wide = 40 / active * 1200
    assert 0.4 * wide < np.median(gaps) < 0.75 * wide
    assert np.quantile(gaps, 0.95) < 1.3 * wide
    lowest = sum(n for person, n in met.items() if person < 120) / sum(met.values())
    founders_there = sum(person < 120 for person in met) / len(met)
    assert lowest == pytest.approx(founders_there, abs=0.06)


def test_the_lot_of_the_month_gives_groups_of_the_same_width(
    plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many different partners per month as lasting groups have, up to luck."""

    def partners(lasting: str) -> float:
        month: dict[int, set[int]] = {}
        for day, pairs in meetings(
            plan_of, monkeypatch, form="groups", group_size=12, lasting=lasting, days=30
        ):
            assert day < 30
            for one, other in zip(pairs["one"], pairs["other"], strict=True):
                month.setdefault(one, set()).add(other)
        return float(np.mean([len(v) for v in month.values()]))

    assert partners("lasting") == pytest.approx(partners("monthly"), rel=0.25)


def test_without_mates_a_form_only_shows_less(plan_of: PlanOf, difference: Difference) -> None:
    """A share of 0 is an open floor, but for the curated feed and the hours that groups take."""
    unseen = {"platform": {"feed_share": 0.0}, "organisation": FREE}
    floor, groups = (
        run(plan_of("web", "busy", affiliation={"form": f, "mate_share": 0.0}, **unseen), seed=2, days=60)
        for f in ("open", "groups")
    )
    assert difference(floor, groups) == []


def test_on_an_open_floor_groups_have_no_size(plan_of: PlanOf, difference: Difference) -> None:
    one, other = (
        run(plan_of("web", "busy", affiliation={"form": "open"} | a), seed=2, days=60)
        for a in ({}, {"group_size": 3, "lasting": "monthly", "mate_share": 0.1})
    )
    assert difference(one, other) == []


def test_curation_and_groups_halve_what_a_visit_shows(quiet: Arm) -> None:
    crowded = {"overload_from": 1.0, "overload_weight": 0.05, "feed_share": 1.0}

    def satisfaction(form: str) -> float:
        a = {"form": form, "mate_share": 0.0}
        record = quiet("web", days=60, platform=crowded, contribution={"rate": 0.3}, affiliation=a)
        return float(record.summary["satisfaction"])

    assert satisfaction("open") < satisfaction("groups") - 0.02


# Identity


def test_ties_grow_faster_between_real_names(quiet: Arm) -> None:
    def strength(identity: float, gain: float = 0.3) -> float:
        a = {"identity": identity, "identity_gain": gain}
        g = {"harassment_rate": 0.0, "unwanted_by_size": 0.0}
        return float(quiet("web", days=60, affiliation=a, governance=g).ties["strength"].sum())

    assert strength(0.0) < strength(0.5) < strength(1.0)
    assert strength(0.0, gain=0.0) == strength(1.0, gain=0.0)


def test_identity_without_gain_harassment_and_spam_changes_nothing(
    plan_of: PlanOf, difference: Difference
) -> None:
    still = {"harassment_rate": 0.0, "unwanted_by_size": 0.0}
    one, other = (
        run(
            plan_of(
                "web",
                "busy",
                affiliation={"identity": i, "identity_gain": 0.0},
                governance=still,
                organisation=FREE,
            ),
            seed=2,
            days=60,
        )
        for i in (0.0, 1.0)
    )
    assert difference(one, other) == []


def test_a_handle_is_the_measure_of_tie_growth(plan_of: PlanOf, difference: Difference) -> None:
    one, other = (
        run(plan_of("web", "busy", affiliation={"identity": 0.5, "identity_gain": g}), seed=2, days=60)
        for g in (0.0, 1.0)
    )
    assert difference(one, other) == []


def test_the_fastest_growth_under_real_names_keeps_ties_within_one(plan_of: PlanOf) -> None:
    a = {"identity": 1.0, "identity_gain": 1.0, "peers": 1.0}
    record = run(plan_of("web", affiliation=a, bonding={"strength_step": 0.9}), seed=1, days=30, check=True)
    assert record.ties["strength"].max() <= 1.0


@pytest.mark.parametrize("form", ["open", "groups", "matching"])
@pytest.mark.parametrize("lasting", ["lasting", "monthly"])
def test_every_form_keeps_every_law_in_the_same_world_whatever_the_threads(
    plan_of: PlanOf, difference: Difference, form: str, lasting: str
) -> None:
    plan = plan_of("web", "busy", affiliation={"form": form, "lasting": lasting, "group_size": 5})
    alone = run(plan, seed=4, days=40, threads=1, check=True)
    assert difference(alone, run(plan, seed=4, days=40, threads=2)) == []
    among = run(plan, seed=4, days=40, guests=5)
    pd.testing.assert_frame_equal(alone.ties, among.ties)


def test_nobody_is_alone_in_a_group_of_strangers(plan_of: PlanOf) -> None:
    """Two members, one or both of whom come: nobody meets itself, nothing fails."""
    tick = TICK
    for form in ("groups", "matching"):
        plan = plan_of(
            "web", market={"size": 10, "founders": 2}, affiliation={"form": form, "mate_share": 1.0}
        )
        record = run(plan, days=40, tick=tick, check=True)
        assert (record.ties["person_a"] < record.ties["person_b"]).all()
