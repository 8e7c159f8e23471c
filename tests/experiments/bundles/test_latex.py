"""LaTeX that is written compiles: every character is printed or declared, names can be broken, wide tables fit."""

import re

import pandas as pd
import pytest

from kith.experiments.bundles.latex import FITTED, booktabs
from kith.experiments.bundles.latex_characters import ACCENTED, MATHS, WORDS, declared
from kith.experiments.reports.odd.blocks import as_latex, parsed
from kith.experiments.reports.odd.protocol import rendered
from kith.scenarios.load import load


@pytest.mark.parametrize("scenario", ["web", "fee", "marketplace_take_rate"])
def test_a_protocol_holds_no_character_that_latex_does_not_know(scenario: str) -> None:
    text = rendered(load(scenario), ".tex")
    known = set(re.findall(r"\\newunicodechar\{(.)\}", text))
    strange = {letter for letter in text if not letter.isascii()} - known - ACCENTED
    assert not strange
    assert "fontspec" not in text
    assert known


def test_only_the_characters_of_a_text_are_declared() -> None:
    assert declared(["plain words – “quoted”"]) == []
    assert declared(["σ₂ ≥ 1", "5 €"]) == [
        r"\newunicodechar{σ}{\ensuremath{\sigma}}",
        r"\newunicodechar{₂}{\ensuremath{_{2}}}",
        r"\newunicodechar{€}{EUR}",
        r"\newunicodechar{≥}{\ensuremath{\geq}}",
    ]
    assert not set(MATHS) & ACCENTED
    assert not set(WORDS) & ACCENTED


def test_a_long_name_may_be_broken_and_a_number_may_not() -> None:
    text = as_latex("x", list(parsed("`contribution.reply_size` is 0.25")))
    assert r"\texttt{contribution.\allowbreak{}reply\_\allowbreak{}size}" in text
    assert "0.25" in text


def test_a_wide_table_is_made_to_fit_and_a_narrow_one_is_left_alone() -> None:
    narrow = booktabs(pd.DataFrame({"a": [1.0]}), "A", "a")
    assert FITTED not in narrow
    wide = booktabs(pd.DataFrame({f"column {k}": ["words and words"] for k in range(6)}), "A", "a")
    assert FITTED in wide
    assert wide.count("{") == wide.count("}")
    assert r"\end{tabular}}" in wide
