"""A lever that is moved from the log's end on, and the report for a board."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import solara

from kith.dashboard.fitting import lever_work
from kith.dashboard.fitting.fit_job import FitRunner
from kith.dashboard.fitting.fit_results import board_of
from kith.dashboard.fitting.lever_section import LeverSection
from kith.dashboard.fitting.lever_words import answer_in_words, answer_table
from kith.dashboard.fitting.lever_work import (
    Answer,
    answers_of,
    carry_out_lever,
    lever_request,
    levers_of,
)
from kith.dashboard.fitting.stored_fits import StoredFit, fits_folder, stored_fit
from kith.dashboard.live.study_catalogue import STUDIES
from kith.experiments.calibration.forecast.difference import Difference
from kith.experiments.calibration.forecast.next_measures import HOW
from kith.experiments.errors import RequestError
from tests.dashboard.fitting.done import write_done
from tests.dashboard.fitting.work import in_thread
from tests.dashboard.looking import button, texts, until, vue_widgets

ROW = {"unit": "members", "first": 20.0, "second": 25.0, "difference": 5.0, "low": 2.0, "high": 8.0}
ROW |= {"luck": 1.0, "parameters": 2.8, "share_parameters": 0.89}


def made_up_difference(*given: Any, **options: Any) -> Difference:
    """Five more members, which rests on the prior of one parameter."""
    rest = {"actives_last": "dormancy.waking_rate", "actives_mean": "", "actions_mean": ""}
    table = pd.DataFrame([{"outcome": name, **ROW, "rests_on": names} for name, names in rest.items()])
    ranked = pd.DataFrame(
        [
            {
                "parameter": name,
                "identified": False,
                "reduction": 0.4 if name == "dormancy.waking_rate" else 0.0,
                "how": how,
            }
            for name, how in HOW.items()
        ]
    )
    return Difference("fitted (peers 0.5)", 14, 16, 2, table, ranked)


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredFit:
    """A fit that is done."""
    monkeypatch.setenv(STUDIES, str(tmp_path))
    write_done(fits_folder() / "village")
    found = stored_fit("village")
    assert found is not None
    return found


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[FitRunner]:
    """A runner that works in a thread, and differences that nothing was simulated for."""
    monkeypatch.setattr(lever_work, "difference_ahead", made_up_difference)
    fresh = FitRunner()
    monkeypatch.setattr(fresh, "_launched", in_thread)
    yield fresh
    fresh.close()


def test_a_lever_and_a_value_give_an_answer_that_says_what_it_rests_on(
    shown: Any, stored: StoredFit, runner: FitRunner
) -> None:
    @solara.component
    def Page() -> None:
        LeverSection(stored, runner)

    rc = shown(Page)
    [menu] = vue_widgets(rc, "dropdown.vue")
    assert set(levers_of(stored.fit)) == {o["value"] for group in menu.groups for o in group["options"]}
    button(rc, "lever-go").vue_press({})
    until(lambda: "no new value yet" in texts(rc))
    low, high, now = levers_of(stored.fit)[menu.value]
    [field] = vue_widgets(rc, "text_input.vue")
    field.vue_put(str(high if now != high else low))
    button(rc, "lever-go").vue_press({})
    until(lambda: "5 more active members" in texts(rc))
    words = texts(rc)
    assert "(90 % interval +2.0 to +8.0)" in words
    assert "About 89 % of what is uncertain is ignorance of the parameters" in words
    assert "It rests on the prior of" in words


def test_a_loss_has_a_minus_and_nothing_has_no_sign() -> None:
    found = made_up_difference()
    found.table[["difference", "low", "high"]] = [-0.04, -2.4, 1.8]
    words = answer_in_words(Answer("referral.invites_per_month", 2.0, found))
    assert "(90 % interval −2.4 to +1.8)" in words
    cells = answer_table(Answer("referral.invites_per_month", 2.0, found))
    assert "−2.4 to +1.8" in cells and ">0.0<" in cells and "-0.0" not in cells


def test_few_draws_that_tell_no_parameters_from_luck_are_not_called_certain() -> None:
    found = made_up_difference()
    found.table[["parameters", "share_parameters", "low_run", "high_run"]] = [0.0, 0.0, 1.0, 9.0]
    answer = Answer("referral.invites_per_month", 2.0, found)
    words = answer_in_words(answer)
    assert "(90 % interval of the average over luck +2.0 to +8.0)" in words
    assert (
        "With 16 draws no ignorance of the parameters can be told from luck: they may still be up to 41 %"
        in words
    )
    assert "not told from luck" in answer_table(answer)
    assert "± 0.0" not in answer_table(answer)


def test_what_is_fitted_is_no_lever_and_values_outside_are_refused(stored: StoredFit) -> None:
    levers = levers_of(stored.fit)
    assert levers
    assert not set(levers) & set(stored.fit.priors)
    name, (_, high, now) = next(iter(levers.items()))
    for wrong, why in ((f"{high + 1}", "must be from"), (f"{now}", "as it is"), ("many", "not a number")):
        with pytest.raises(RequestError, match=why):
            lever_request(stored, name, wrong)
    with pytest.raises(RequestError, match="choose one of the levers"):
        lever_request(stored, "churn.base_hazard", "0.1")


def test_the_report_for_a_board_says_what_to_measure_next(
    stored: StoredFit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lever_work, "difference_ahead", made_up_difference)
    name, (low, high, now) = next(iter(levers_of(stored.fit).items()))
    request = lever_request(stored, name, str(high if now != high else low))
    carry_out_lever(request, fits_folder() / "village", lambda done, runs: None)
    assert [answer.lever for answer in answers_of("village")] == [name]
    page = board_of(stored)
    for words in ("What is known", "What is not known", "What to measure next", "a poor fit", "corrected"):
        assert words in page
    assert "of the statistics are within their tolerance" not in page, "that it is poor is said twice"
    blank = set(stored.fit.parameters.loc[~stored.fit.parameters["identified"], "parameter"])
    assert ("40 %" in page) == ("dormancy.waking_rate" in blank)
    assert "kith calibrate web village.csv" in page
