"""A fit in words: numbers without exponents, shares in per cent, and no victory beyond what was won."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from kith.experiments.calibration.words import record_of, statistic_cells, summary
from kith.experiments.words.measures import title
from kith.experiments.words.wording import whole_per_cent
from tests.experiments.calibration.bundles import made_up

ROW = {"met": False, "misfit": -8.0, "relative": True, "tolerance": 0.15}


def test_large_numbers_have_no_exponent_and_shares_are_per_cent() -> None:
    large: dict[str, Any] = ROW | {
        "statistic": "actions_2",
        "real": 6610.0,
        "fitted": 1980.0,
        "low": 1480.0,
        "high": 3360.0,
    }
    assert statistic_cells(large)[1:] == ("6,610", "1,980", "1,480 to 3,360", "15 %", "no (−8.0)")
    share = large | {"statistic": "gini", "real": 0.667, "fitted": 0.531, "low": 0.458, "high": 0.639}
    share |= {"relative": False, "tolerance": 0.05}
    assert statistic_cells(share)[1:5] == ("66.7 %", "53.1 %", "45.8 % to 63.9 %", "5 pp")


def test_of_a_handful_of_numbers_only_shares_are_per_cent() -> None:
    count: dict[str, Any] = ROW | {"statistic": "active", "real": 2000.0, "fitted": 1980.0, "low": 1480.0}
    count |= {"high": 2360.0, "relative": False, "tolerance": 200.0}
    assert statistic_cells(count)[1:5] == ("2,000", "1,980", "1,480 to 2,360", "200")
    share = count | {"statistic": "churn_month", "real": 0.05, "fitted": 0.06, "low": 0.04, "high": 0.07}
    assert statistic_cells(share | {"tolerance": 0.005})[1:5] == (
        "5.0 %",
        "6.0 %",
        "4.0 % to 7.0 %",
        "0.5 pp",
    )


@pytest.mark.parametrize("name", ["actives_2", "actions_8", "stay_1"])
def test_parts_of_the_time_are_named_in_words(name: str) -> None:
    assert "of the time" in title(name)


@pytest.mark.parametrize(("mae", "words"), [(2.0, "the middle line of last value was nearer"), (4.0, "")])
def test_a_record_says_where_a_rival_was_nearer(mae: float, words: str) -> None:
    rest = {"origin": 1, "target": "actives", "relative": 1.0, "coverage": 0.9}
    held = pd.DataFrame(
        [
            rest | {"forecaster": "kith, anchored", "mae": 3.0, "crps": 3.0},
            rest | {"forecaster": "last value", "mae": mae, "crps": 4.0},
        ]
    )
    won = replace(made_up(), verdict=["Actives, 1 date: kith, anchored wins with a CRPS of 3."], held=held)
    first = record_of(won)[0]
    assert first.startswith("For active members the model forecasts better than every simple rival")
    assert words in first
    assert ("nearer" in first) == bool(words)


def test_a_summary_says_that_convergence_was_not_checked() -> None:
    assert summary(replace(made_up(), converged=None)).endswith("has converged was not checked.")
    assert "converged" not in summary(replace(made_up(), converged=True))


def test_a_fit_just_short_of_a_mark_is_not_said_to_reach_it() -> None:
    assert [whole_per_cent(share) for share in (0.696, 0.7, 0.29, 1.0)] == [69, 70, 29, 100]
