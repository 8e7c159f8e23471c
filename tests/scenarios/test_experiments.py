"""Experiments in scenario files."""

from collections.abc import Callable

import pytest

from kith.scenarios.errors import ScenarioError
from kith.scenarios.load import load
from kith.scenarios.schema import scenario_schema

type Write = Callable[[str], str]


def test_an_experiment_is_a_difference_for_some_people(write: Write) -> None:
    text = """
extends = "web"
[[experiment]]
name = "cash"
from_day = 60
share = 0.3
incentives.cash_per_contribution = 0.25
"""
    (experiment,) = load(write(text)).experiments
    assert (experiment.name, experiment.from_day, experiment.share) == ("cash", 60, 0.3)
    assert experiment.changes == {"incentives.cash_per_contribution": 0.25}


def test_experiments_add_up_and_an_empty_list_drops_them(write: Write) -> None:
    assert len(load("badge_or_cash").experiments) == 2
    assert len(load(write('extends = "badge_or_cash"\nexperiment = []')).experiments) == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('name = "x"\nincentives.badgs = 1.0', "did you mean incentives.badges"),
        ('name = "x"\nchurn.base_hazard = 0.1', "cannot differ between members"),
        ('name = "x"', "changes"),
        ('name = "x"\nshare = 1.5\nincentives.badges = 1.0', "share"),
        ('name = "x"\nincentives.badges = 3.0', "at most 1"),
        ("incentives.badges = 1.0", "name"),
    ],
)
def test_a_wrong_experiment_is_told_in_one_line(write: Write, body: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load(write(f"[[experiment]]\n{body}"))


def test_the_schema_knows_experiments() -> None:
    properties = scenario_schema()["properties"]["experiment"]["items"]["properties"]
    assert {"name", "from_day", "share", "incentives", "referral"} <= set(properties)
