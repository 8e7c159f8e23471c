"""A change from the log's end on, luck and parameters apart; and what to measure next."""

import numpy as np
import pytest

from kith.experiments.calibration.forecast.changed import FITTED
from kith.experiments.calibration.forecast.difference import MAIN, difference_ahead
from kith.experiments.calibration.forecast.next_measures import HOW, PLAIN, next_measures
from kith.experiments.calibration.priors import PRIORS
from kith.experiments.comparison.arms import Arm
from kith.experiments.errors import RequestError
from tests.experiments.calibration.bundles import made_up


@pytest.mark.slow
def test_a_change_begins_where_the_log_ends_and_its_luck_is_told_from_parameters() -> None:
    pytest.importorskip("statsmodels")
    arm = Arm("", FITTED, {"affiliation.peers": 0.0})
    found = difference_ahead(made_up(), arm, days=14, draws=8, seeds=2, workers=1)
    row = found.table.set_index("outcome").loc[MAIN]
    assert row["difference"] == pytest.approx(row["second"] - row["first"])
    assert row["low"] <= row["difference"] <= row["high"]
    assert {"luck", "parameters", "rests_on"} <= set(found.table.columns)
    assert set(found.next["parameter"]) == set(PRIORS)
    assert found.next["reduction"].between(0.0, 1.0).all()


def test_an_arm_that_changes_nothing_and_too_few_draws_are_refused() -> None:
    with pytest.raises(RequestError, match="changes nothing"):
        difference_ahead(made_up(), Arm("", FITTED, {}), days=14)
    with pytest.raises(RequestError, match="to tell luck from parameters"):
        difference_ahead(made_up(), Arm("", FITTED, {"affiliation.peers": 0.0}), days=14, draws=3)


def test_the_parameter_that_an_answer_follows_is_to_be_measured_first() -> None:
    fit, luck = made_up(), np.random.default_rng(5)
    worlds = luck.normal(size=(400, len(PRIORS)))
    place = list(PRIORS).index("dormancy.waking_rate")
    answers = 3.0 * worlds[:, place] + luck.normal(size=400)
    ranked = next_measures(fit, worlds, answers)
    assert ranked.iloc[0]["parameter"] == "dormancy.waking_rate"
    assert ranked.iloc[0]["reduction"] == pytest.approx(0.9, abs=0.03)
    assert ranked["reduction"].iloc[1:].max() < 0.03
    half = next_measures(fit, worlds, answers, 0.5)
    assert half.iloc[0]["reduction"] == pytest.approx(ranked.iloc[0]["reduction"] / 2)


def test_draws_that_are_the_same_do_not_count_twice() -> None:
    fit, luck = made_up(), np.random.default_rng(6)
    worlds = luck.normal(size=(8, len(PRIORS)))
    answers = luck.normal(size=8)
    once = next_measures(fit, worlds, answers).set_index("parameter")["reduction"]
    often = next_measures(fit, np.repeat(worlds, 20, axis=0), np.repeat(answers, 20)).set_index("parameter")
    assert often["reduction"].to_dict() == pytest.approx(once.to_dict())


def test_every_parameter_that_is_fitted_has_a_plain_name_and_a_way_to_learn_it() -> None:
    assert set(HOW) == set(PLAIN) == set(PRIORS)
