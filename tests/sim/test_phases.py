"""A phase changes what comes after it, and nothing that came before."""

from collections.abc import Callable

import numpy as np

from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan
from tests.sim.lived import total

type PlanOf = Callable[..., Plan]
type Arm = Callable[..., Record]


def test_before_a_phase_nothing_differs_and_after_it_something_does(arm: Arm) -> None:
    plain, paywall = (
        arm("web", days=90, phases=phases)
        for phases in ({}, {45: {"monetisation": {"model": "fee", "price": 6.0}}})
    )
    assert plain.series[:45].equals(paywall.series[:45])
    assert total(paywall, "revenue_fee") > 0 == paywall.series["revenue_fee"][:45].sum()
    assert paywall.series["leaves_price"][45] > 20


def test_a_change_of_direction_changes_who_comes(arm: Arm) -> None:
    record = arm(
        "pool",
        days=120,
        acquisition={"external_rate": 1.0, "join_on_touch": 1.0},
        market={"fit_width": 0.15},
        phases={60: {"organisation": {"direction": 0.9}}},
    )
    m = record.members.query("channel == 'external'")
    before, after = m[m["joined_day"] < 60]["interest"], m[m["joined_day"] >= 60]["interest"]
    assert before.mean() + 0.15 < after.mean()
    assert not m.duplicated("person").any()


def test_a_new_half_life_fades_ties_from_its_day_on(arm: Arm) -> None:
    slow, fast = (
        arm("web", closed=True, loyal=True, days=90, phases={30: {"bonding": {"tie_half_life": h}}})
        for h in (90.0, 5.0)
    )
    assert slow.series[:30].equals(fast.series[:30])
    assert fast.ties["strength"].mean() < slow.ties["strength"].mean()


def test_a_phase_that_changes_nothing_changes_nothing_that_can_be_seen(arm: Arm) -> None:
    empty: dict[int, dict[str, dict[str, float]]] = {30: {}}
    plain, again = (arm("web", days=60, phases=phases) for phases in (None, empty))
    assert np.allclose(plain.series["present"], again.series["present"])
    assert plain.series["joins"].tolist() == again.series["joins"].tolist()
