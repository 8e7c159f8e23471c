"""The engine agrees with theory wherever everything but one mechanism is switched off."""

import pytest

from kith.experiments.credibility.benchmarks import BENCHMARKS, NAMED, Benchmark
from kith.experiments.credibility.verify import agree, row, verify
from kith.scenarios.catalogue import library
from kith.scenarios.load import load

every = pytest.mark.parametrize("benchmark_", BENCHMARKS, ids=lambda one: one.name.replace(" ", "_"))

FIRST = list({one.scenario: one for one in reversed(BENCHMARKS)}.values())
"one benchmark of each scenario; further points of the same curve are slow"


def told(benchmark: Benchmark, quick: bool) -> list[str]:
    """The rows of those quantities that do not agree."""
    findings = verify(quick, workers=1 if quick else None, benchmarks=[benchmark])
    return [" | ".join(row(finding)) for finding in findings if not agree([finding])]


@pytest.mark.parametrize(
    "benchmark_",
    [one if one in FIRST else pytest.param(one, marks=pytest.mark.slow) for one in BENCHMARKS],
    ids=lambda one: one.name.replace(" ", "_"),
)
def test_a_few_runs_do_not_contradict_theory(benchmark_: Benchmark) -> None:
    assert told(benchmark_, quick=True) == []


@pytest.mark.full
@every
def test_the_engine_agrees_with_theory(benchmark_: Benchmark) -> None:
    assert told(benchmark_, quick=False) == []


def test_every_scenario_for_verification_is_used() -> None:
    scenarios = {entry.name for entry in library() if "verification" in entry.tags}
    assert scenarios == {benchmark.scenario for benchmark in BENCHMARKS} | {"still"}


def test_every_row_of_the_plan_for_verification_is_there() -> None:
    assert {benchmark.code for benchmark in BENCHMARKS} == {f"B{n}" for n in range(1, 9)}
    assert len(NAMED) == len(BENCHMARKS)


def test_every_benchmark_has_at_least_thirty_runs() -> None:
    assert [one.name for one in BENCHMARKS if one.runs < 30] == []


def test_nothing_happens_where_everything_is_off() -> None:
    from kith.sim.engine import run

    record = run(load("still", overrides={"market.size": 400, "market.founders": 60}, days=60), check=True)
    series = record.series
    assert (series["present"] == 60).all()
    quiet = ("joins", "leaves", "follows", "contributions", "replies", "exchanges", "invitations", "ties")
    assert [name for name in (*quiet, "content", "revenue", "cost") if series[name].any()] == []
