"""The published table is that of the patterns as they stand, and calibration tells the same."""

import json
import re
from pathlib import Path
from typing import Any

from kith.experiments.credibility.patterns import PATTERNS
from kith.experiments.credibility.patterns.findings import observed_in
from kith.experiments.credibility.patterns.judge import PatternFinding, judged, met, surprises
from kith.experiments.credibility.patterns.pattern import FULL
from kith.experiments.reports.patterns import page
from kith.sim.engine import MODEL_VERSION


def written(root: Path) -> dict[str, Any]:
    """What the page was written from."""
    return dict(json.loads((root / "docs" / "explanation" / "patterns" / "patterns.json").read_text("utf-8")))


def test_a_table_of_an_earlier_model_is_called_one(root: Path) -> None:
    made_with = written(root)["model_version"]
    calibration = (root / "docs" / "explanation" / "calibration" / "3-patterns.md").read_text("utf-8")
    earlier = f"made with model {made_with}"
    assert (earlier in calibration) == (made_with != MODEL_VERSION)


def published(root: Path) -> list[PatternFinding]:
    """The findings behind the page, judged anew."""
    observed = observed_in(written(root))
    return [finding for pattern in PATTERNS for finding in judged(pattern, observed[pattern.code])]


def test_the_page_says_what_its_seeds_say(root: Path) -> None:
    text = (root / "docs" / "explanation" / "patterns" / "patterns.md").read_text("utf-8")
    assert text == page(published(root), FULL)


def test_every_verdict_is_the_one_on_record(root: Path) -> None:
    assert surprises(published(root)) == []


def test_every_pattern_has_its_figure(root: Path) -> None:
    codes = {f["code"] for f in written(root)["findings"]}
    for pattern in (p for p in PATTERNS if p.code in codes):
        svg = (root / "docs" / "explanation" / "patterns" / f"{pattern.code}.svg").read_text("utf-8")
        assert pattern.quantities[0].name.split(",")[0].replace("'", "")[:8] in svg.replace("&#x27;", "")


def test_calibration_names_the_patterns_that_are_not_met(root: Path) -> None:
    text = (root / "docs" / "explanation" / "calibration" / "3-patterns.md").read_text("utf-8")
    line = next(line for line in text.splitlines() if "**Not met:" in line)
    said = set(re.findall(r"[A-Z]+\d*\b", line.partition("**Not met:")[2].partition("**")[0]))
    assert said == {code for code, well in met(published(root)).items() if not well}


def test_the_model_pages_give_the_survival_that_the_seeds_give(root: Path) -> None:
    """Of each preset, from each number of founders, as in '`ugc` lives in 0 of the runs from 20 founders, .1 from 49'."""
    value = {f.quantity.name: f.estimate[0] for f in published(root) if f.pattern.code == "B1"}
    text = (root / "docs" / "explanation" / "model" / "7-measuring.md").read_text("utf-8")
    sentence = next(s for s in text.split("\n") if "(B1)" in s).partition("(B1)")[0]
    told = [
        (name, float(share), founders)
        for name, words in re.findall(r"`(ugc|community_core)`([^`]*)", sentence)
        for share, founders in re.findall(r"([\d.]+)(?: of the runs)? from (\d+)", words)
    ]
    assert len(told) == 8
    assert [share for _, share, _ in told] == [
        round(value[f"{name} from {n} lives"], 2) for name, _, n in told
    ]
