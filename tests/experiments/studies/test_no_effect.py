"""Levers of a study that act nowhere are named; a study's own levers are no parameters, derived ones are."""

import pytest

from kith.experiments.studies.no_effect import is_parameter, lines, without_effect
from kith.experiments.studies.study import Study, read_study, studies


@pytest.mark.parametrize(
    ("name", "expected"),
    [("referral.delay", True), ("referral", False), ("cash", False), ("mine.delay", False)],
)
def test_only_a_dotted_name_is_a_parameter(name: str, expected: bool) -> None:
    assert is_parameter(name) is expected


def test_a_lever_called_like_a_section_is_no_parameter() -> None:
    assert without_effect(read_study(studies()["incentive_budget"])) == {}


def test_a_shock_after_the_last_day_is_named() -> None:
    study = Study.model_validate(
        {
            "scenarios": ["web"],
            "days": 30,
            "outcomes": ["active"],
            "shock": [
                {"day": 30, "kind": "spam_wave", "items": 9.0},
                {"day": 29, "kind": "spam_wave", "items": 9.0},
            ],
            "lever": [{"name": "churn.contagion", "values": [0.5, 1.0]}],
            "design": {"kind": "grid"},
        }
    )
    assert lines(study) == ["the shock spam_wave on day 30 has no effect here: the run ends after 30 days"]


def test_a_parameter_derived_in_vain_is_named() -> None:
    study = Study.model_validate(
        {
            "title": "Price by a formula",
            "question": "Does it act?",
            "scenarios": ["web"],
            "days": 90,
            "runs": 2,
            "outcomes": ["active"],
            "lever": [{"name": "level", "low": 0.0, "high": 1.0, "steps": 2}],
            "derive": {"monetisation.price": "10 * level + 1"},
            "design": {"kind": "grid"},
        }
    )
    assert list(without_effect(study)) == [("web", "monetisation.price")]


@pytest.mark.parametrize("name", studies())
def test_what_is_without_effect_is_told_of_every_study_of_the_library(name: str) -> None:
    """Whole numbers stay whole beside real ones."""
    assert all("has no effect" in line for line in lines(read_study(studies()[name])))
