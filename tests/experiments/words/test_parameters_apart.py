"""What the parameters do apart from luck: no nought is said of what few draws cannot tell."""

import json
import math
from pathlib import Path

import pytest

from kith.experiments.reports.robust import page
from kith.experiments.statistics.luck_and_parameters import least_share
from kith.experiments.words.parameters_apart import parameters_apart, too_few


def test_a_share_that_draws_tell_is_given_with_what_the_parameters_do() -> None:
    assert parameters_apart(7.2, 3.1, 0.16, 0.4, "members") == ("± 3.10", "16 %")


def test_of_a_share_of_nought_the_most_is_told_that_so_few_draws_would_miss() -> None:
    least = least_share(12, 2)
    did, share = parameters_apart(10.0, 0.0, 0.0, least, "members")
    assert share == f"< {100 * least:.0f} %"
    assert float(did.removeprefix("< ± ")) == pytest.approx(10.0 * math.sqrt(least / (1.0 - least)), abs=0.01)


def test_what_is_not_known_is_a_dash() -> None:
    assert parameters_apart(7.2, math.nan, math.nan, 0.4, "share") == ("–", "–")
    assert parameters_apart(None, None, None, 0.4, "share") == ("–", "–")


def test_the_page_of_a_robustness_check_says_so_too(root: Path) -> None:
    result = json.loads((root / "docs/explanation/robust/pool_web/robust.json").read_text("utf-8"))
    said = too_few(result["worlds"])
    assert said not in page(result)
    result["conclusions"][0] |= {"parameters": 0.0, "share_parameters": 0.0}
    text = page(result)
    assert said in text and "| < ± " in text
