"""Closed forms of repeat purchases, against the estimates published on the published sample."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kith.experiments.calibration.customers.judged import ALIKE, MODEL, Past, judged, past_of
from kith.experiments.calibration.customers.repeat import fit_purchases, fit_values
from kith.experiments.cli.app import exit_code
from kith.experiments.errors import RequestError
from kith.experiments.evidence.observation import of_table
from kith.scenarios.logs.founding import read_log_table

SAMPLE = Path(__file__).parent / "data" / "cdnow_sample.csv.gz"
CALIBRATION = 273
"days to 30 September 1997, the 39 weeks of the publications"


@pytest.fixture(scope="module")
def sample() -> Past:
    frame = pd.read_csv(SAMPLE).groupby(["customer", "day"], as_index=False)["value"].sum()
    seen = frame[frame["day"] < CALIBRATION]
    return past_of(
        seen["customer"].to_numpy() - 1, seen["day"].to_numpy(), seen["value"].to_numpy(), CALIBRATION - 1
    )


def test_bg_nbd_has_the_published_estimates(sample: Past) -> None:
    model = fit_purchases(sample.repeats, sample.recency / 7.0, sample.age / 7.0)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=2e-3)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.1)
    # Fader, Hardie & Lee 2005: a customer with x = 2, t = 30.43, T = 38.86 is expected to buy 1.226 times in 39 weeks
    ahead = model.expected(np.array([2.0]), np.array([30.43]), np.array([38.86]), 39.0)
    assert ahead[0] == pytest.approx(1.226, abs=2e-3)


def test_gamma_gamma_has_the_published_estimates(sample: Past) -> None:
    values = fit_values(sample.repeats, sample.mean)
    assert (sample.repeats > 0).sum() == 946 or (sample.mean > 0).sum() == 946
    assert (values.p, values.q, values.gamma) == pytest.approx((6.25, 3.74, 15.44), rel=0.01)


def test_the_closed_forms_beat_simple_guesses_on_the_second_half_of_all_customers() -> None:
    result = judged(of_table(read_log_table("cdnow_purchases")), 0.5)
    table = result.table.set_index("forecaster")
    assert result.customers == 23_570
    assert abs(table.loc[MODEL, "purchases"] / result.true_purchases - 1.0) < 0.2
    assert table.loc[MODEL, "error_value"] == table["error_value"].min()
    assert table.loc[MODEL, "rank"] > table.loc[ALIKE, "rank"]


def test_a_log_without_values_or_with_few_repeats_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["customers", "chat_docker"]) == 2
    assert "the log has no values" in capsys.readouterr().err
    with pytest.raises(RequestError, match="0 customers bought again"):
        fit_purchases(np.zeros(10), np.zeros(10), np.ones(10))
