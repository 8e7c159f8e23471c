"""The verdict: within three standard errors and two per cent, by runs that can tell."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kith.experiments.cli.app import exit_code
from kith.experiments.credibility import theory, theory_of_ties, tie_graphs
from kith.experiments.credibility.benchmarks import BENCHMARKS
from kith.experiments.credibility.verify import BenchmarkFinding, agree, as_object, row, verify
from kith.experiments.reports.verification import write_verification

GOOD = BenchmarkFinding("B0", "coin", "still", "heads", 0.5, 0.501, 0.001, 40, 0.02)
SMALL = [benchmark for benchmark in BENCHMARKS if benchmark.scenario in {"star", "inequality"}]


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        (GOOD, "agrees"),
        (replace(GOOD, simulation=0.504), "differs"),
        (replace(GOOD, simulation=0.52, standard_error=0.1), "differs"),
        (replace(GOOD, simulation=0.505, standard_error=0.01), "unclear"),
        (replace(GOOD, simulation=0.505, approximate=True), "agrees"),
        (replace(GOOD, simulation=0.511, approximate=True), "differs"),
        (replace(GOOD, simulation=0.52, standard_error=0.01, runs=4, quick=True), "agrees"),
        (replace(GOOD, simulation=0.60, standard_error=0.01, runs=4, quick=True), "differs"),
        (replace(GOOD, simulation=0.5, standard_error=0.0), "agrees"),
        (replace(GOOD, simulation=0.5001, standard_error=0.0), "differs"),
        (replace(GOOD, theory=0.0, simulation=0.0, standard_error=0.0), "agrees"),
        (replace(GOOD, theory=0.0, simulation=1.0, standard_error=0.0), "differs"),
    ],
)
def test_the_verdict_needs_closeness_and_enough_runs(finding: BenchmarkFinding, verdict: str) -> None:
    assert finding.verdict == verdict


def test_without_spread_any_difference_is_infinitely_many_standard_errors() -> None:
    off = replace(GOOD, simulation=0.4, standard_error=0.0)
    assert off.z == -math.inf
    assert row(off)[5] == "off"
    assert as_object([off], quick=False)["findings"][0]["z"] is None


@pytest.mark.slow
def test_findings_are_those_of_the_seeds_and_nothing_else() -> None:
    seen: list[tuple[int, int]] = []
    findings = verify(quick=True, workers=1, progress=lambda *done: seen.append(done), benchmarks=SMALL)
    assert findings == verify(quick=True, workers=2, benchmarks=SMALL)
    assert agree(findings)
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] == sum(benchmark.quick_runs for benchmark in SMALL)


def test_the_page_is_the_same_for_the_same_findings(tmp_path: Path) -> None:
    for name in ("one.md", "two.md"):
        write_verification([GOOD, replace(GOOD, quantity="tails", simulation=0.6)], tmp_path / name)
    text = (tmp_path / "one.md").read_text("utf-8")
    assert text == (tmp_path / "two.md").read_text("utf-8")
    assert "**1 of 2 quantities agree with theory.**" in text
    assert "| B0 coin | tails | 0.5 | 0.6 | 0.001 | 40 | +100.0 | +20.00% | differs |" in text
    assert "{{" not in text


def test_the_published_page_knows_every_benchmark_and_counts_what_agrees(root: Path) -> None:
    page = (root / "docs" / "explanation" / "verification.md").read_text("utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| B")]
    assert {cells[0][2:] for cells in rows} == {
        f"{benchmark.code} {benchmark.name}" for benchmark in BENCHMARKS
    }
    agreed = sum(cells[-1] == "agrees |" for cells in rows)
    assert f"**{agreed} of {len(rows)} quantities agree with theory.**" in page
    assert agreed >= 0.9 * len(rows)


def test_the_command_tells_by_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for simulation, code in ((0.501, 0), (0.6, 1)):
        found = [replace(GOOD, simulation=simulation)]
        monkeypatch.setattr("kith.experiments.credibility.verify.verify", lambda *asked, found=found: found)
        assert exit_code(["verify", "--json"]) == code
        printed = capsys.readouterr()
        assert json.loads(printed.out)["agrees"] == (code == 0)
        assert exit_code(["verify"]) == code
        assert max(map(len, capsys.readouterr().out.splitlines())) <= 100


def test_a_random_graph_has_distinct_pairs_and_the_wanted_number_of_ties() -> None:
    pairs = tie_graphs.random_graph(3000, 4.0, seed=1)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert pairs.min() >= 0
    assert pairs.max() < 3000
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    assert 2 * len(pairs) / 3000 == pytest.approx(4.0, rel=0.05)


def test_every_pair_has_its_number() -> None:
    found = tie_graphs._pair_of(np.arange(10))
    assert sorted(map(tuple, found.tolist())) == [(a, b) for a in range(5) for b in range(a + 1, 5)]


def test_descent_follows_referrers_through_returns() -> None:
    person = np.array([7, 3, 5, 3, 9])
    joined = np.array([0, 1, 2, 9, 10])
    referrer = np.array([np.nan, 7, 3, np.nan, 3])
    assert theory.family_of(person, joined, referrer).tolist() == [0, 0, 0, 3, 3]


def test_peeling_finds_the_core() -> None:
    triangle_with_tail = np.array([[0, 1], [1, 2], [0, 2], [2, 3], [3, 4]])
    assert theory_of_ties.core_size(6, triangle_with_tail, 2) == 3
    assert theory_of_ties.core_size(6, triangle_with_tail, 1) == 5
    assert theory_of_ties.core_size(6, triangle_with_tail, 3) == 0
