"""Each indicator, recomputed from the record's frames in plain pandas and NetworkX."""

import math
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from kith.scenarios.load import load
from kith.sim.engine import TICK, run
from kith.sim.results.definitions import DEFINITIONS, describe
from kith.sim.results.lifetimes import HORIZON_MONTHS
from kith.sim.results.record import Record
from kith.sim.results.recorder import CAUSES
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community

type PlanOf = Callable[..., Plan]

DAYS, MONTH = 140, 30
LAST = DAYS - 1


@pytest.fixture(scope="module")
def seen() -> dict[str, Community]:
    """The community of the run, for the few things that no frame holds."""
    return {}


@pytest.fixture(scope="module")
def record(plan_of: PlanOf, seen: dict[str, Community]) -> Record:
    """A run in which every indicator is defined."""

    def look(c: Community) -> None:
        seen["community"] = c

    plan = plan_of(
        "web", "busy", "subscription", affiliation={"hub": 0.5}, market={"size": 900, "founders": 120}
    )
    return run(plan, seed=3, days=DAYS, tick=(*TICK, ("look", look)))


@pytest.fixture(scope="module")
def s(record: Record) -> pd.DataFrame:
    return record.series


@pytest.fixture(scope="module")
def m(record: Record) -> pd.DataFrame:
    return record.members


@pytest.fixture(scope="module")
def there(m: pd.DataFrame) -> pd.DataFrame:
    """Present members."""
    return m[m["left_day"].isna()]


@pytest.fixture(scope="module")
def active(there: pd.DataFrame) -> pd.DataFrame:
    """Present members who visited in the last 30 days."""
    return there[there["last_visit"] > LAST - MONTH]


@pytest.fixture(scope="module")
def newcomers(m: pd.DataFrame) -> pd.DataFrame:
    return m[m["channel"] != "founder"]


@pytest.fixture(scope="module")
def acts(record: Record) -> pd.DataFrame:
    """Contributions from the event log, by person and day."""
    events = record.events
    acts = events[events["action"].isin(["post", "answer", "react", "vote"])].copy()
    acts["person"] = acts["member_id"].str.removeprefix("p").astype(int)
    acts["day"] = (acts["timestamp"] - pd.Timestamp("2001-01-01", tz="UTC")).dt.days
    return acts


def gini(values: Any) -> float:
    """Half the relative mean absolute difference, from its definition."""
    x = np.asarray(values, float)
    return float(np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean()))


def same(record: Record, name: str, value: float) -> bool:
    return bool(record.summary[name] == pytest.approx(value, rel=1e-9, abs=1e-12))


# People


def test_people(record: Record, s: pd.DataFrame, there: pd.DataFrame, active: pd.DataFrame) -> None:
    left_tonight = record.members["left_day"] == LAST
    came = record.members["last_visit"] == LAST
    assert s["today"].iloc[-1] == (came & (left_tonight | record.members["left_day"].isna())).sum()
    assert same(record, "present", len(there))
    assert same(record, "active", len(active))
    assert same(record, "today", s["today"].iloc[-1])
    assert same(record, "joined", s["joins"].sum())
    assert same(record, "left", s["leaves"].sum())
    assert same(record, "followers", s["followers"].iloc[-1])
    assert same(record, "inactive_30d", 1 - len(active) / len(there))
    assert same(record, "stickiness", s["today"][-MONTH:].mean() / len(active))


def test_churn_overall_by_cause_and_its_mean_over_months(record: Record, s: pd.DataFrame) -> None:
    m, start = record.members, s["awake"].iloc[-MONTH - 1]
    stopped = m[(m["joined_day"] <= LAST - MONTH) & (m["left_day"] > LAST - MONTH)]
    assert same(record, "churn_month", len(stopped) / start)
    for cause in CAUSES:
        assert same(record, f"churn_month_{cause}", (stopped["exit_cause"] == cause).sum() / start)
    opening = [120, *s["awake"].iloc[[29, 59, 89]]]
    ends = m["left_day"].fillna(np.inf)
    stops = [((m["joined_day"] < d) & (ends >= d) & (ends < d + 30)).sum() for d in (0, 30, 60, 90)]
    assert same(record, "churn_month_mean", float(np.mean(np.divide(stops, opening))))


def test_the_mean_of_churn_is_that_of_the_months_also_where_members_wake() -> None:
    for preset in ("web", "hub"):
        record = run(load(preset, overrides={"market.size": 3_000, "market.founders": 300}), 3, days=240)
        months = record.monthly["churn_month"]
        assert record.series["wakings"].sum() > 20
        assert same(record, "churn_month_mean", float(months.mean()))
        assert record.summary["churn_month_mean"] < 1.0


@pytest.mark.parametrize("days", [30, 90])
def test_retention(record: Record, newcomers: pd.DataFrame, days: int) -> None:
    cohort = newcomers[newcomers["joined_day"] <= DAYS - days]
    stayed = cohort["left_day"].fillna(np.inf) - cohort["joined_day"] >= days
    assert same(record, f"retention_{days}d", stayed.mean())


def test_activation(record: Record, newcomers: pd.DataFrame) -> None:
    cohort = newcomers[newcomers["joined_day"] <= DAYS - 7]
    wait = cohort["first_contribution"] - cohort["joined_day"]
    first, last = newcomers["first_contribution"], newcomers["last_contribution"]
    assert same(record, "first_contribution_rate", (wait < 7).mean())
    followed = newcomers[first <= LAST - 30]
    assert same(record, "silence_r30", (last - first)[followed.index].ge(30).mean())


def test_who_acts_again_in_the_first_week(
    record: Record, newcomers: pd.DataFrame, acts: pd.DataFrame
) -> None:
    cohort = newcomers[newcomers["first_contribution"] <= LAST - 7]
    again = []
    for member in cohort.itertuples():
        days = acts.loc[acts["person"] == member.person, "day"] - member.first_contribution
        end = np.inf if math.isnan(member.left_day) else member.left_day - member.first_contribution
        again.append(days.between(1, min(7, end)).any())
    assert same(record, "active_d1_7", float(np.mean(again)))


# Participation


def test_participation(record: Record, there: pd.DataFrame, active: pd.DataFrame, acts: pd.DataFrame) -> None:
    month = acts[acts["day"] > LAST - MONTH]
    assert same(record, "participation_rate", (there["last_contribution"] > LAST - MONTH).mean())
    kinds = month.merge(active[["person", "joined_day"]], on="person").query("day >= joined_day")
    assert same(record, "engagement_depth", kinds.groupby("person")["action"].nunique().sum() / len(active))
    counts = acts[acts["day"] > LAST - 90].groupby("person").size()
    recent = counts.reindex(there["person"], fill_value=0).sort_values(ascending=False).to_numpy()
    one, ten = math.ceil(0.01 * len(recent)), math.ceil(0.1 * len(recent))
    assert same(record, "participation_gini", gini(recent))
    assert same(record, "top1_share", recent[:one].sum() / recent.sum())
    assert same(record, "share_1", recent[:one].sum() / recent.sum())
    assert same(record, "share_9", recent[one:ten].sum() / recent.sum())
    assert same(record, "share_90", recent[ten:].sum() / recent.sum())


def test_belonging(record: Record, there: pd.DataFrame, active: pd.DataFrame) -> None:
    p = record.plan.parameters
    for name in ("satisfaction", "belonging", "norm"):
        assert same(record, name, there[name].mean())
    by_belonging = p.churn.belonging_weight * (there["belonging"] - p.churn.neutral_belonging)
    by_value = p.churn.value_weight * (there["satisfaction"] - p.churn.neutral_value)
    more, tenure = by_belonging > by_value, LAST - there["joined_day"]
    assert same(record, "stay_for_belonging", more.mean())
    assert same(record, "stay_for_belonging_t30", more[tenure < 30].mean())
    assert same(record, "stay_for_belonging_t180", more[(tenure >= 30) & (tenure < 180)].mean())
    assert same(record, "stay_for_belonging_t365", more[tenure >= 180].mean())
    promoters = (active["satisfaction"] >= p.referral.promoter_satisfaction) & (
        active["belonging"] >= p.referral.promoter_belonging
    )
    assert same(record, "promoter_share", promoters.mean())


# Referral and acquisition


def test_referral(record: Record, s: pd.DataFrame, m: pd.DataFrame, active: pd.DataFrame) -> None:
    assert same(record, "referral_velocity", s["invitations"][-MONTH:].sum() / len(active))
    assert same(record, "referral_share", s["joins_referral"].sum() / s["joins"].sum())
    settled, referred = m[m["joined_day"] <= LAST - 90], m[m["channel"] == "referral"]
    by_them = referred["referrer"].isin(settled["person"])
    assert same(record, "viral_coefficient", by_them.sum() / len(settled))
    assert same(record, "chain_depth_mean", referred["generation"].mean())
    assert same(record, "chain_first_share", (referred["generation"] == 1).mean())
    assert 0 < record.summary["referral_conversion"] < 1


def test_invited_joins_are_those_of_the_members_who_name_their_referrer(m: pd.DataFrame) -> None:
    referred = m[m["channel"] == "referral"]
    named = referred.groupby("referrer").size()
    credited = m.groupby("person")["invited_joins"].sum()
    assert (credited.reindex(named.index) <= named).all()
    stayed = m.groupby("person").filter(lambda spells: len(spells) == 1 and spells["left_day"].isna().all())
    always = named.index.intersection(stayed["person"])
    assert len(always) > 5
    assert (credited[always] == named[always]).all()


def test_acquisition_cost(record: Record, s: pd.DataFrame) -> None:
    paid, rewards = s["cost_paid"].sum(), s["cost_referral_rewards"].sum()
    assert same(record, "cac", (paid + rewards) / s["joins"].sum())
    assert same(record, "cac_paid", paid / s["joins_paid"].sum())
    assert same(record, "cac_referral", rewards / s["joins_referral"].sum())
    assert same(record, "cac_external", 0.0)


# Money


def test_money(record: Record, s: pd.DataFrame, m: pd.DataFrame) -> None:
    assert same(record, "revenue", s["revenue"].sum())
    assert same(record, "cost", s["cost"].sum())
    assert same(record, "margin", s["revenue"].sum() - s["cost"].sum())
    assert same(record, "revenue_subscription", s["revenue_subscription"].sum())
    through = m["channel"].isin(["referral", "hub", "search", "imitation"])
    assert same(record, "community_revenue", m.loc[through, "revenue"].sum())
    month, present = s[-MONTH:], s["present"][-MONTH:].mean()
    earned = month["revenue"].sum() - month["revenue_product_outside"].sum()
    kinds = ("cash_rewards", "revenue_share", "perks", "referral_rewards")
    incentives = sum(month[f"cost_{kind}"].sum() for kind in kinds)
    assert same(record, "arpu", earned / present)
    assert same(record, "ncv", (earned - incentives) / present)
    upkeep = sum(
        month[f"cost_{kind}"].sum() for kind in ("platform", "moderation", "staff", "events", "measurement")
    )
    assert same(record, "ncv_net", (earned - incentives - upkeep) / present)
    assert same(record, "reward_gini", gini(m["rewards"]))


def test_lifetime_value(record: Record, m: pd.DataFrame, seen: dict[str, Community]) -> None:
    margin = seen["community"].ledger.by_tenure / 1e6
    assert margin.sum() == pytest.approx(m["revenue"].sum() - m["cost"].sum())
    days, exits = [0.0] * HORIZON_MONTHS, [0] * HORIZON_MONTHS
    for member in m.itertuples():
        left = not math.isnan(member.left_day)
        end = int((member.left_day + 1 if left else DAYS) - member.joined_day)
        for tenure in range(max(0, -member.joined_day), end):
            if tenure < 30 * HORIZON_MONTHS:
                days[tenure // 30] += 1
        if left and end < 30 * HORIZON_MONTHS:
            exits[end // 30] += 1
    value, alive, months, hazard, per_day = 0.0, 1.0, list[float](), 0.0, 0.0
    for k in range(HORIZON_MONTHS):
        if days[k] >= 30:
            hazard, per_day = exits[k] / days[k], margin[k] / days[k]
        lived = (1 - math.exp(-30 * hazard)) / hazard if hazard else 30.0
        value += alive * lived * per_day * 1.1 ** (-(k + 0.5) / 12)
        alive *= math.exp(-30 * hazard)
        months.append(value)
    cac = record.summary["cac"]
    assert same(record, "ltv", value)
    assert same(record, "ltv_cac", value / cac)
    paid_back = [k + 1 for k, earned in enumerate(months) if earned >= cac]
    assert (paid_back == [] and math.isnan(record.summary["payback_months"])) or same(
        record, "payback_months", paid_back[0]
    )


# Structure


def test_structure(record: Record, there: pd.DataFrame, active: pd.DataFrame) -> None:
    graph = nx.from_pandas_edgelist(record.ties, "person_a", "person_b")
    graph.add_nodes_from(there["person"])
    local = [c for person, c in nx.clustering(graph).items() if graph.degree(person) >= 2]
    assert same(record, "ties_per_member", 2 * len(record.ties) / len(there))
    assert same(record, "clustering", float(np.mean(local)))
    assert same(record, "giant_share", max(map(len, nx.connected_components(graph))) / len(there))
    assert same(record, "core_max", max(nx.core_number(graph).values()))
    strong = record.ties[record.ties["strength"] > 0.3]
    held = pd.concat([strong["person_a"], strong["person_b"]]).value_counts()
    assert same(record, "connectedness", (held.reindex(active["person"], fill_value=0) >= 2).mean())


def test_hub_dependence(record: Record, there: pd.DataFrame, seen: dict[str, Community]) -> None:
    c, b = seen["community"], record.plan.parameters.bonding
    rows = c.population.members[c.market.row[there["person"]]]
    activity, bonds, hub, recognition = (
        rows[name].astype(float) for name in ("activity", "bonds", "hub", "recognition")
    )
    parts = np.stack(
        [
            b.identity_weight * activity * record.plan.parameters.organisation.purpose,
            b.ties_weight * bonds,
            b.hub_weight * hub,
            b.recognition_weight * recognition,
        ]
    )
    share = parts[2] / np.maximum(parts.sum(axis=0), 1e-300)
    belonging = there["belonging"].to_numpy()
    assert same(record, "hub_dependence", (share * belonging).sum() / belonging.sum())


# What things are called


def test_every_name_in_a_summary_has_a_unit_and_a_definition(record: Record) -> None:
    for name in record.summary.index:
        unit, definition = describe(name)
        assert unit
        assert definition
    assert len({*record.summary.index}) == len(record.summary)
    with pytest.raises(KeyError, match="nonsense"):
        describe("nonsense")


def test_every_indicator_of_the_table_is_in_the_summary(record: Record) -> None:
    names = list(record.summary.index)
    assert [k for k in DEFINITIONS if not any(n == k or n.startswith(k + "_") for n in names)] == []


def test_the_monthly_frame_ends_where_the_summary_does(plan_of: PlanOf) -> None:
    record = run(plan_of("web", "busy"), seed=2, days=90)
    assert record.monthly["day"].tolist() == [29, 59, 89]
    for name in record.monthly.columns.drop("day"):
        assert record.monthly[name].iloc[-1] == pytest.approx(record.summary[name], nan_ok=True), name


def test_the_health_card_states_value_target_and_whether_it_is_met(record: Record) -> None:
    rows = {row["indicator"]: row for row in record.health}
    assert set(rows) == {"referral_velocity", "first_contribution_rate", "ncv"}
    best = record.monthly["ncv"].iloc[:12].max()
    assert rows["ncv"]["value"] == best >= record.summary["ncv"]
    assert rows["ncv"]["met"] == (best > 3)
    assert all("without a published source" in str(row["note"]) for row in record.health)
