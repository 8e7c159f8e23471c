"""The laws of conservation that every record obeys, whatever the plan."""

import math
from typing import Any

import numpy as np
import pandas as pd

from kith.sim.engine import Simulation
from kith.sim.results.record import Record
from kith.sim.state.ledger import MICRO

LAYERS = ("audience", "member", "internal")


def check_run(simulation: Simulation, size: int, founders: int) -> Record:
    """Live a simulation to its end; every law that its record must obey. Returns the record."""
    try:
        simulation.advance()
    finally:
        simulation.close()
    record = simulation.record()
    check_record(record, size, founders)
    return record


def check_record(record: Record, size: int, founders: int) -> None:
    """Every law that a record must obey, from its frames alone; of the founders asked, a fee keeps some away."""
    if record.plan.phases[0][1].monetisation.model == "fee":
        seated = int((record.members["channel"] == "founder").sum())
        assert seated <= founders
        founders = seated
    check_people(record, size, founders)
    check_flows(record)
    check_memberships(record, founders)
    check_money(record)
    for name in record.series.columns.drop("presence"):
        assert np.isfinite(record.series[name]).all(), f"{name} is undefined on some day"
        if name not in ("day", "surplus"):
            assert (record.series[name] >= 0).all(), f"{name} is negative on some day"


def variants(record: Record, stem: str) -> pd.DataFrame:
    return record.series.filter(regex=f"^{stem}_")


def check_people(record: Record, size: int, founders: int) -> None:
    s = record.series
    assert (founders + s["joins"].cumsum() - s["leaves"].cumsum() == s["present"]).all()
    assert (s[["unaware", "followers", "present", "left"]].sum(axis=1) == size).all()
    assert (s["awake"] + s["dormant"] == s["present"]).all()
    assert (s[list(LAYERS)].sum(axis=1) == s["awake"]).all()
    assert (s["active"] <= s["awake"]).all()
    assert (s["today"] - s["leaves"] - s["sleeps"] <= s["active"]).all()
    assert ((s["sleeps"] - s["wakings"] - s["leaves_dormant"]).cumsum() == s["dormant"]).all()
    assert (variants(record, "joins").sum(axis=1) == s["joins"]).all()
    for stops, layers in (("leaves", (*LAYERS, "dormant")), ("sleeps", LAYERS)):
        by_layer = s[[f"{stops}_{layer}" for layer in layers]]
        causes = variants(record, stops).drop(columns=list(by_layer.columns))
        assert (causes.sum(axis=1) == s[stops]).all()
        assert (by_layer.sum(axis=1) == s[stops]).all()
    assert (s["wakings_audience"] + s["wakings_member"] == s["wakings"]).all()
    assert (s["referral_joins"] == s["joins_referral"]).all()


def check_flows(record: Record) -> None:
    s = record.series
    rising = {
        "audience": s["joins"] + s["member_to_audience"] - s["audience_to_member"] + s["wakings_audience"],
        "member": s["audience_to_member"]
        + s["wakings_member"]
        + s["internal_to_member"]
        - s["member_to_audience"]
        - s["member_to_internal"],
        "internal": s["member_to_internal"] - s["internal_to_member"],
    }
    for layer, rise in rising.items():
        change = s[layer].diff().iloc[1:]
        stops = s[f"leaves_{layer}"] + s[f"sleeps_{layer}"]
        assert (change == (rise - stops).iloc[1:]).all(), f"flows of {layer} do not add up"


def check_memberships(record: Record, founders: int) -> None:
    m, s, last = record.members, record.series, record.series.iloc[-1]
    there = m["left_day"].isna()
    assert len(m) == founders + s["joins"].sum()
    assert int(there.sum()) == last["present"]
    assert not m.duplicated(["person", "spell"]).any()
    assert not m[there].duplicated("person").any()
    assert (m["left_day"].dropna() >= m.loc[~there, "joined_day"]).all()
    layers = (*LAYERS, "dormant")
    assert m.loc[there, "layer"].value_counts().reindex(layers).tolist() == [last[name] for name in layers]
    assert (m["awake"] == (there & (m["layer"] != "dormant"))).all()
    assert (m["asleep_since"].notna() == (there & ~m["awake"])).all()
    assert not (m["lapsed_day"] > m["left_day"]).any()
    assert m.loc[m["awake"], "ties"].sum() == 2 * last["ties"] == 2 * len(record.ties)
    for column, stem, day in (("channel", "joins", "joined_day"), ("exit_cause", "leaves", "left_day")):
        counts = m.loc[m[day] >= 0, column].value_counts()
        for name, n in counts[counts.index != "founder"].items():
            assert s[f"{stem}_{name}"].sum() == n
    assert set(record.ties["person_a"]) | set(record.ties["person_b"]) <= set(m.loc[m["awake"], "person"])
    assert (record.ties["person_a"] < record.ties["person_b"]).all()
    assert record.ties["strength"].between(0, 1).all()
    began = m.loc[m["channel"] != "founder"].groupby("joined_day").size()
    assert began.reindex(s["day"], fill_value=0).tolist() == s["joins"].tolist()


def check_money(record: Record) -> None:
    s, m = record.series, record.members
    same_money("revenue", s["revenue"], *columns(variants(record, "revenue")))
    same_money("cost", s["cost"], *columns(variants(record, "cost")))
    shared = ("goods_outside", "paid", "moderation", "staff", "measurement", "winback", "hub")
    inside = variants(record, "revenue").drop(columns="revenue_product_outside")
    borne = variants(record, "cost").drop(columns=[f"cost_{account}" for account in shared])
    rewards = variants(record, "cost")[
        [f"cost_{kind}" for kind in ("cash_rewards", "revenue_share", "referral_rewards", "equity")]
    ]
    for column, booked in (("revenue", inside), ("cost", borne), ("rewards", rewards)):
        same_money(f"members' {column}", m[column], *columns(booked))
    total, off = whole(s["revenue"])
    spent, off_too = whole(s["cost"])
    margin = record.summary["margin"]
    assert abs(margin * MICRO - (total - spent)) <= off + off_too + 1e-9 * (total + spent) + 1, "margin"


def columns(frame: pd.DataFrame) -> list[pd.Series]:
    return [frame[name] for name in frame]


def same_money(what: str, amounts: pd.Series, *parts: pd.Series) -> None:
    """Assert that amounts and their parts are the same in whole micro-euros."""
    held, off = whole(amounts)
    sums = [whole(part) for part in parts]
    booked, off = sum(total for total, _ in sums), off + sum(inexact for _, inexact in sums)
    assert abs(held - booked) <= off, f"{what}: {held} and {booked} micro-euros differ"


def whole(amounts: pd.Series) -> tuple[int, int]:
    """The sum of amounts in EUR in whole micro-euros, and by how much that may be off.

    A float holds an amount below 10^9 EUR to the micro-euro, also when it is the sum of ten others;
    of a larger one it does not know the last.
    """
    micro = [round(float(amount) * MICRO) for amount in amounts]
    return sum(micro), sum(math.ceil(abs(n) * 2.0**-49) for n in micro if abs(n) >= 10**15)


def range_of(field: Any) -> tuple[float, float]:
    """The legal range of a parameter that is a number."""
    low = max([m.ge for m in field.metadata if hasattr(m, "ge")], default=0.0)
    high = min([m.le for m in field.metadata if hasattr(m, "le")], default=np.inf)
    return float(low), float(high)
