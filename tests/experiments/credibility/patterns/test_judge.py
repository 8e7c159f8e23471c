"""The verdict: the median in the band; what is known not to be met must stay so, or be struck off."""

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.credibility.patterns import (
    FULL,
    NAMED,
    PATTERNS,
    SMALL,
    Arm,
    Over,
    Pattern,
    Quantity,
    Records,
    Size,
)
from kith.experiments.credibility.patterns.findings import as_object, row
from kith.experiments.credibility.patterns.judge import PatternFinding, look, met, surprises
from kith.experiments.credibility.patterns.pattern import arm
from kith.experiments.errors import RequestError
from kith.experiments.reports.patterns import page
from kith.experiments.statistics.intervals import LEAST_RUNS
from kith.experiments.words.documentation import chapter

BAND = Quantity("heads", 0.4, 0.6)
COIN = Pattern("SF0", "coin", "It is fair.", "none", lambda size: {}, lambda records: {}, (BAND,))


def found(*values: float, quantity: Quantity = BAND, lenient: bool = False) -> PatternFinding:
    return PatternFinding(COIN, quantity, values, lenient)


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (found(0.1, 0.5, 0.9), "met"),
        (found(0.1, 0.3, 0.5), "not met"),
        (found(0.1, 0.3, 0.5, lenient=True), "met"),
        (found(0.1, 0.2, 0.3, lenient=True), "not met"),
        (found(math.nan, 0.5, math.nan), "met"),
        (found(math.nan), "not met"),
        (found(0.2, quantity=Quantity("heads")), "shown"),
        (found(0.0, 1.0, quantity=replace(BAND, over=Over.SHARE)), "met"),
        (found(1.0, 1.0, quantity=replace(BAND, over=Over.SHARE)), "not met"),
        (found(0.1, 0.1, quantity=replace(BAND, high=math.inf)), "not met"),
        (found(9.0, 9.0, quantity=replace(BAND, high=math.inf)), "met"),
    ],
)
def test_the_verdict_is_about_the_median_or_in_a_small_size_about_the_interval(
    finding: PatternFinding, verdict: str
) -> None:
    assert finding.verdict == verdict


def test_a_mean_in_standard_errors_has_an_interval_that_shrinks_to_the_normal_one() -> None:
    values = [1.0 + 0.1 * (-1) ** k for k in range(40)]
    value, low, high = found(*values, quantity=replace(BAND, over=Over.MEAN_T)).estimate
    assert value == pytest.approx(1.0 / (0.1 / math.sqrt(39)), rel=1e-6)
    assert high - value == pytest.approx(1.685, abs=0.01)
    assert value - low == pytest.approx(high - value)


def test_only_what_is_not_on_record_is_a_surprise() -> None:
    known = replace(BAND, unmet="the coin is bent")
    assert surprises([found(0.5), found(0.1, quantity=known)]) == []
    assert surprises([found(0.1)]) == ["SF0 heads: not met"]
    assert surprises([found(0.5, quantity=known)]) == ["SF0 heads: met"]
    assert surprises([found(0.5, quantity=known, lenient=True)]) == []


def test_a_pattern_is_met_if_all_its_quantities_are() -> None:
    assert met([found(0.5), found(0.1), found(0.2, quantity=Quantity("tails"))]) == {"SF0": False}


def test_the_table_the_page_and_the_object_say_the_same() -> None:
    findings = [found(0.1, 0.3, 0.5, quantity=replace(BAND, unmet="the coin is bent"))]
    assert row(findings[0]) == ("SF0 coin", "heads", "0.4 to 0.6", "0.3", "0.12 to 0.48", "not met")
    text = page(findings, FULL)
    assert "| SF0 coin | heads | 0.4 to 0.6 | 0.3 | 0.12 to 0.48 | 3 | **not met** |" in text
    assert "*heads* is not met: the coin is bent" in text
    assert "{{" not in text
    assert as_object(findings, FULL)["findings"][0]["by_seed"] == [0.1, 0.3, 0.5]


def _arms(size: Size) -> Mapping[str, Arm]:
    return {"web": arm("web", 40, size, looks=(20,), market__size=400, market__founders=60)}


def _measure(records: Records) -> Mapping[str, float]:
    first, last = records["web"]
    return {"days": float(last.days - first.days), "present": float(last.summary["present"])}


TINY = Pattern("SF0", "tiny", "", "", _arms, _measure, (Quantity("days", 20.0, 20.0), Quantity("present")))


def test_findings_are_those_of_the_seeds_and_nothing_else() -> None:
    seen: list[tuple[int, int]] = []
    findings = look(SMALL, [TINY], seeds=4, workers=1, progress=lambda *done: seen.append(done))
    assert findings == look(SMALL, [TINY], seeds=4, workers=1)
    assert [f.verdict for f in findings] == ["met", "shown"]
    assert len(set(findings[1].values)) > 1
    assert (seen[0], seen[-1]) == ((0, 4), (4, 4))


def test_every_pattern_has_thirty_seeds_a_band_and_a_source_or_says_that_it_is_only_shown() -> None:
    assert set(NAMED) >= {f"SF{n}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 11, 13)}
    assert FULL.seeds >= 30
    for pattern in PATTERNS:
        judged = any(q.judged for q in pattern.quantities)
        assert judged != ("shown, not judged" in pattern.source)
        assert pattern.claim


def test_bands_are_those_of_the_page_of_science() -> None:
    text = chapter("science")
    rows = {cells[1].strip(): cells[3] for line in text.splitlines() if len(cells := line.split("|")) > 4}
    for code, words, quantity, low, high in (
        ("SF1", "35-55%", "joins before the peak", 0.35, 0.55),
        ("SF2", "0.80-0.97", "Gini of a month's contributions", 0.80, 0.97),
        ("SF2", "30-80%", "share of the top 1 %", 0.30, 0.80),
        ("SF3", "0.05-0.5", "h(12) / h(1), flat base", 0.05, 0.5),
        ("SF4", "+6 to +16 pp", "naive effect, points", 6.0, 16.0),
        ("SF6", "1.2-1.8", "HR, exits of the last month", 1.2, 1.8),
        ("SF7", "> 25%", "greatest loss of a step, K ≥ 3", 0.25, math.inf),
        ("SF8", ".1-.5", "clustering", 0.1, 0.5),
        ("SF9", "40-85%", "loss in the sixth month, hub", 0.40, 0.85),
        ("SF9", "3-20%", "loss in the sixth month, web", 0.03, 0.20),
        ("SF11", "-25% to +10%", "under cash, all", -0.25, 0.10),
        ("SF13", "2-5", "month 18 / month 1", 2.0, 5.0),
    ):
        assert words in rows[code].replace("**", "")
        own = next(q for q in NAMED[code].quantities if q.name == quantity)
        assert (own.low, own.high) == (low, high)


def test_the_command_tells_surprises_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for values, code in (((0.5, 0.6), 0), ((0.1, 0.2), 1)):
        monkeypatch.setattr(
            "kith.experiments.credibility.patterns.judge.look", lambda *asked, v=values: [found(*v)]
        )
        assert exit_code(["patterns", "--json", "--overwrite", "--out", str(tmp_path / "out")]) == code
        assert json.loads(capsys.readouterr().out)["met"] == {"SF0": code == 0}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"patterns.json", "patterns.md", "SF0.svg"}
    assert "<title" in (tmp_path / "out" / "SF0.svg").read_text("utf-8")


def test_an_unknown_pattern_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(["patterns", "SF5"]) == 2
    assert "unknown pattern SF5; the patterns are SF1, SF2" in capsys.readouterr().err


@pytest.mark.parametrize("seeds", ["0", "3"])
def test_fewer_seeds_than_give_an_interval_are_refused_with_the_reason(
    seeds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(["patterns", "SF1", "--seeds", seeds]) == 2
    assert f"--seeds {seeds}: must be" in capsys.readouterr().err
    with pytest.raises(RequestError, match="fewer give no interval and no verdict"):
        look(SMALL, [TINY], seeds=int(seeds), workers=1)


def test_the_small_size_has_enough_seeds_for_an_interval() -> None:
    assert min(pattern.small.seeds for pattern in PATTERNS) >= LEAST_RUNS
