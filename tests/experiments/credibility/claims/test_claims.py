"""Claims: every statement is carried, every arm can be planned, verdicts follow from intervals, a small run judges."""

import math
from pathlib import Path

import pytest

from kith.experiments.comparison.arms import arm_from
from kith.experiments.credibility.claims import claim as claims_module
from kith.experiments.credibility.claims.claim import STATEMENTS, Claim, Idea, all_ideas, ideas, plan_of
from kith.experiments.credibility.claims.judge import (
    CONTRADICTED,
    EMERGES,
    INPUT,
    NOT_MODELLED,
    WEAK,
    Judged,
    counted,
    judge,
)
from kith.experiments.errors import RequestError
from kith.experiments.reports import claims as page
from kith.experiments.statistics.intervals import Paired
from kith.sim.engine import MODEL_VERSION

CLAIMS = [claim for idea in all_ideas() for claim in idea.claims]
SMALL = "market.size=1500 market.founders=200"


def gap(low: float, high: float, n: int = 8) -> Paired:
    return Paired(n, (low + high) / 2, low, high, 0.5, 0.5, low * high > 0, math.nan)


def judged(found: Paired | None, left: Paired | None = None, **claim: str) -> Judged:
    made = {"with_": "web", "without": "pool", "outcome": "active", **claim}
    return Judged("idea", Claim((1,), "It is so.", **made), found, left)  # type: ignore[arg-type]


def test_every_statement_is_carried_by_a_claim() -> None:
    assert {row for claim in CLAIMS for row in claim.rows} == set(range(1, STATEMENTS + 1))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.rows[0]} {claim.says:.30}")
def test_a_claim_has_two_arms_and_an_indicator_or_a_reason(claim: Claim) -> None:
    if not claim.modelled:
        assert claim.because and not claim.outcome
        return
    assert claim.outcome and claim.unit is not None and bool(claim.without) != bool(claim.than)
    assert not (claim.neutral and claim.by_rule)
    for pair in claim.pairs:
        assert claim.than or pair[0] != pair[1]
        for arm in pair:
            assert plan_of(arm, claim.day).days == claim.day


def test_a_community_is_small_unless_its_arm_sets_its_size() -> None:
    market = plan_of("web", 10).parameters.market
    assert (market.size, market.founders) == (claims_module.PEOPLE, claims_module.FOUNDERS)
    market = plan_of("web market.size=20000 market.founders=1000", 10).parameters.market
    assert (market.size, market.founders) == (20_000, 1_000)
    assert plan_of("spark", 10).parameters.market.founders == 30


def test_an_idea_that_is_not_known_is_answered_with_the_nearest() -> None:
    with pytest.raises(RequestError, match="did you mean flywheel"):
        ideas(["flywheal"])


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (judged(gap(1, 3)), EMERGES),
        (judged(gap(-3, -1), sign="-"), EMERGES),
        (judged(gap(-1, 3)), WEAK),
        (judged(gap(-3, -1)), CONTRADICTED),
        (judged(gap(1, 3), gap(1, 2), neutral="churn.contagion=0"), EMERGES),
        (judged(gap(1, 3), gap(-1, 2), neutral="churn.contagion=0"), INPUT),
        (judged(gap(10, 30), gap(1, 3), neutral="churn.contagion=0"), INPUT),
        (judged(gap(1, 3), gap(-3, -1), neutral="churn.contagion=0"), INPUT),
        (judged(gap(-3, -1), gap(-1, 1), neutral="churn.contagion=0"), CONTRADICTED),
        (judged(gap(1, 3), by_rule="it is a factor"), INPUT),
        (judged(gap(-1, 3), by_rule="it is a factor"), WEAK),
        (judged(None), NOT_MODELLED),
        (judged(Paired(8, 2.0, math.nan, math.nan, 0.0, 1.0, None, math.nan)), EMERGES),
        (judged(Paired(8, 0.0, math.nan, math.nan, 0.0, 0.5, None, math.nan)), WEAK),
    ],
)
def test_the_verdict_follows_from_the_intervals(one: Judged, verdict: str) -> None:
    assert one.verdict == verdict


def test_a_contradicted_claim_needs_a_reason_and_no_other_has_one() -> None:
    assert judged(gap(-3, -1)).wrong
    assert not judged(gap(-3, -1), because="of this").wrong
    assert judged(gap(1, 3), because="of this").wrong
    assert not judged(None, because="of this").wrong


def test_claims_of_one_idea_are_judged_in_a_small_run_and_written(tmp_path: Path) -> None:
    friends = f"web {SMALL}"
    idea = Idea(
        "one",
        "One idea",
        (
            Claim((1,), "Content.", friends, f"{friends} contribution.doors_open=0", "visit_value", day=60),
            Claim(
                (2,),
                "Selling.",
                f"{friends} organisation.selling=1",
                friends,
                "visit_value",
                "-",
                60,
                neutral="organisation.selling_weight=0",
            ),
            Claim((3,), "Measured.", friends, "", "return_measured", "-", 60, than="return_true"),
            Claim(
                (4,),
                "Spread.",
                friends,
                "web market.size=600 market.founders=80",
                "active",
                day=60,
                spread=True,
            ),
            Claim((5,), "Nowhere.", because="there is nothing"),
        ),
    )
    found = judge([idea], 4, workers=1)
    assert [one.verdict for one in found][:2] == [EMERGES, INPUT]
    assert found[4].verdict == NOT_MODELLED and found[3].gap is not None and found[2].gap is not None
    assert sum(counted(found).values()) == 5
    page.write_page([idea], found, 4, tmp_path / "claims.md")
    text = (tmp_path / "claims.md").read_text("utf-8")
    assert "{{" not in text and "- 5: Nowhere. *Not modelled, because* there is nothing" in text
    assert page.as_object(found, 4)["counts"][NOT_MODELLED] == 1


def test_arms_of_claims_name_shocks_and_settings_as_the_command_line_does() -> None:
    shocked = next(claim for claim in CLAIMS if "competitor" in claim.with_)
    assert arm_from(shocked.with_).shocks


def test_the_shipped_page_is_about_these_claims_and_this_model(root: Path) -> None:
    text = (root / "docs" / "reference" / "claims.md").read_text("utf-8")
    assert f"model {MODEL_VERSION}" in text
    assert [claim.says for claim in CLAIMS if f"{claim.says}" not in text] == []
    assert [claim.because for claim in CLAIMS if claim.because not in text] == []
    assert f"| all | {len(CLAIMS)} |" in text
