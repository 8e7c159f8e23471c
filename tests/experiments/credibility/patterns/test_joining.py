"""Patterns of joining and of the hub: well formed, off by default, and met with few runs once switched on."""

import numpy as np
import pandas as pd
import pytest

from kith.experiments.credibility.patterns.joining import JOINING
from kith.experiments.credibility.patterns.joining.referred import ratios, stretches
from kith.experiments.credibility.patterns.judge import MET, look
from kith.experiments.credibility.patterns.pattern import SMALL, Pattern, Size
from kith.scenarios.load import load
from kith.sim.engine import run

FEW = Size("few", 4, dict(SMALL.settings))


@pytest.mark.parametrize("pattern", JOINING, ids=lambda p: p.code)
def test_every_arm_takes_the_parameters_of_the_size(pattern: Pattern) -> None:
    for name, arm in pattern.arms(Size("other", 4, {"referral.delay": 7.0})).items():
        assert arm.plan.parameters.referral.delay == 7.0, name


def test_the_ratio_of_hazards_is_found_where_it_is_known() -> None:
    """Exponential lives: .8 of the hazard while the referrer is there, and the same afterwards."""
    luck, n = np.random.default_rng(0), 20_000
    referred, goes = luck.random(n) < 0.5, luck.exponential(100.0, n)
    first = luck.exponential(100.0 / np.where(referred, 0.8, 1.0))
    later = luck.exponential(100.0, n)
    there = np.where(referred, np.minimum(first, goes), first)
    rows = [
        pd.DataFrame(
            {
                "start": 0.0,
                "stop": there,
                "event": ~referred | (first <= goes),
                "there": referred * 1.0,
                "gone": 0.0,
            }
        ),
        pd.DataFrame({"start": goes, "stop": goes + later, "event": True, "there": 0.0, "gone": 1.0})[
            referred & (first > goes)
        ],
    ]
    table = pd.concat(rows).assign(fit=luck.random(n + len(rows[1])), quarter=0)
    assert ratios(table) == pytest.approx([0.8, 1.0], abs=0.04)


def test_a_membership_is_cut_on_the_day_its_referrer_leaves() -> None:
    settings = {**SMALL.settings, "dormancy.formal_share": 1.0}  # all who stop leave, so referrers do too
    record = run(load("web", overrides=settings, days=720), 1, events=False)
    rows, m = stretches([record]), record.members
    new = m[(m["joined_day"] >= 0) & (m["channel"] != "return")]
    assert rows["event"].sum() == new["left_day"].notna().sum()
    stay = new["left_day"].fillna(record.days) - new["joined_day"] + new["left_day"].notna()
    assert (rows["stop"] - rows["start"]).sum() == pytest.approx(stay.sum())
    assert rows["there"].sum() > 100
    assert not (rows["there"] * rows["gone"]).any()
    assert rows["gone"].sum() > 10


@pytest.mark.slow
@pytest.mark.parametrize("code", ["E3", "D1"])
def test_a_few_small_runs_meet_them_once_switched_on(code: str) -> None:
    own = [p for p in JOINING if p.code == code]
    for finding in look(FEW, own, workers=1):
        q = finding.quantity
        if q.judged and not q.unmet and not q.fine:  # what is fine needs more and larger runs than these
            assert finding.verdict == MET, (finding.quantity.name, finding.estimate)
