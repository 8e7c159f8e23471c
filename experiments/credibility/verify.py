"""Verify: run every benchmark and judge whether the engine agrees with the closed form.

A quantity agrees if the mean over runs lies within 3 standard errors *and* 2 % of theory, and there
are enough runs that 3 standard errors are at most 2 %. Seeds are 0 … runs-1.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from kith.experiments.credibility.benchmarks import BENCHMARKS, NAMED, Benchmark
from kith.experiments.runs.measurements import measured

ERRORS = 3.0
"maximum deviation of a mean, in standard errors"
EXACT = 1e-9
"difference below which a quantity without spread agrees"
CLOSE, UNSURE, OFF = "agrees", "unclear", "differs"

type Progress = Callable[[int, int], None]
type Observed = dict[str, float]


@dataclass(frozen=True)
class BenchmarkFinding:
    """A quantity of a benchmark: its theoretical value and its simulated mean."""

    code: str
    benchmark: str
    scenario: str
    quantity: str
    theory: float
    simulation: float
    standard_error: float
    runs: int
    tolerance: float
    approximate: bool = False
    quick: bool = False

    @property
    def z(self) -> float:
        """Standard errors between simulation and theory; 0 where both are the same without spread."""
        apart = self.simulation - self.theory
        if self.standard_error > 0.0:
            return apart / self.standard_error
        return 0.0 if abs(apart) <= EXACT else math.copysign(math.inf, apart)

    @property
    def relative(self) -> float:
        """Difference relative to theory; the plain difference where theory gives 0."""
        return (self.simulation - self.theory) / (abs(self.theory) or 1.0)

    @property
    def resolved(self) -> bool:
        """Whether the runs were enough to see a difference as large as the tolerance."""
        return ERRORS * self.standard_error <= self.tolerance * (abs(self.theory) or 1.0)

    @property
    def verdict(self) -> str:
        """Agrees, differs, or unclear because of too few runs."""
        near = abs(self.relative) <= self.tolerance or (self.quick and not self.resolved)
        if not near or (abs(self.z) > self._errors and not self.approximate):
            return OFF
        return CLOSE if self.resolved or self.quick else UNSURE

    @property
    def _errors(self) -> float:
        """As improbable as 3 standard errors; with few runs, by Student's t."""
        if not self.quick:
            return ERRORS
        from scipy.stats import norm, t

        return float(t.isf(norm.sf(ERRORS), self.runs - 1))


def verify(
    quick: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
    benchmarks: Sequence[Benchmark] = BENCHMARKS,
) -> list[BenchmarkFinding]:
    """Run benchmarks and judge them, in their order.

    Parameters
    ----------
    quick : fewer runs with fewer people; then a mean has to lie within the spread of these runs,
        by Student's t, and within 2 % only where the runs resolve that.
    workers : processes; by default one per processor. With 1 everything runs in this process.
    progress : called with the number of runs done and their total.
    benchmarks : which ones; with more than one process only those of the list.
    """
    tasks = [
        (benchmark.name, seed)
        for benchmark in benchmarks
        for seed in range(benchmark.quick_runs if quick else benchmark.runs)
    ]
    listed = all(NAMED.get(benchmark.name) is benchmark for benchmark in benchmarks)
    known = None if listed else {benchmark.name: benchmark for benchmark in benchmarks}
    results = measured(tasks, partial(_observe_named, quick=quick, benchmarks=known), workers, progress)
    return [
        finding
        for benchmark in benchmarks
        for finding in judged(
            benchmark, [results[task] for task in tasks if task[0] == benchmark.name], quick
        )
    ]


def judged(benchmark: Benchmark, observed: Sequence[Observed], quick: bool) -> list[BenchmarkFinding]:
    """One finding per quantity that the benchmark compares."""
    theory = benchmark.theory(benchmark.plan(0, quick))
    return [
        _finding(benchmark, name, theory[name], np.array([values[name] for values in observed]), quick)
        for name in benchmark.only or theory
    ]


def _finding(benchmark: Benchmark, name: str, theory: float, values: Any, quick: bool) -> BenchmarkFinding:
    same = bool((values == values[0]).all())  # the mean of equal numbers may differ from them in the last bit
    return BenchmarkFinding(
        benchmark.code,
        benchmark.name,
        benchmark.scenario,
        name,
        theory,
        float(values[0] if same else values.mean()),
        0.0 if same else float(values.std(ddof=1) / math.sqrt(len(values))),
        len(values),
        benchmark.tolerance,
        benchmark.approximate,
        quick,
    )


def observe(benchmark: Benchmark, seed: int, quick: bool) -> Observed:
    """The quantities measured in one run."""
    from kith.sim.engine import run

    return dict(benchmark.measure(run(benchmark.plan(seed, quick), seed=seed, threads=1, events=False)))


def _observe_named(
    name: str, seed: int, quick: bool, benchmarks: Mapping[str, Benchmark] | None = None
) -> Observed:
    """`observe` for a benchmark of the list, or of `benchmarks`, which cannot be sent to another process."""
    return observe((benchmarks or NAMED)[name], seed, quick)


def agree(findings: Sequence[BenchmarkFinding]) -> bool:
    """Whether every quantity agrees."""
    return all(finding.verdict == CLOSE for finding in findings)


def as_object(findings: Sequence[BenchmarkFinding], quick: bool) -> dict[str, Any]:
    """The findings as one plain object; z is None where there is no spread."""
    return {
        "quick": quick,
        "agrees": agree(findings),
        "findings": [
            {
                "code": f.code,
                "benchmark": f.benchmark,
                "scenario": f.scenario,
                "quantity": f.quantity,
                "theory": f.theory,
                "simulation": f.simulation,
                "standard_error": f.standard_error,
                "runs": f.runs,
                "z": f.z if f.standard_error > 0.0 else None,
                "relative_difference": f.relative,
                "approximate_theory": f.approximate,
                "verdict": f.verdict,
            }
            for f in findings
        ],
    }


def row(finding: BenchmarkFinding) -> tuple[str, ...]:
    """The cells of a table: benchmark, quantity, theory, simulation, error, z, difference, verdict."""
    spread = finding.standard_error > 0.0
    return (
        f"{finding.code} {finding.benchmark}",
        finding.quantity,
        f"{finding.theory:.4g}" + "≈" * finding.approximate,
        f"{finding.simulation:.4g}",
        f"{finding.standard_error:.2g}" if spread else "0",
        f"{finding.z:+.1f}" if spread else "exact" if finding.z == 0.0 else "off",
        f"{finding.relative:+.2%}",
        finding.verdict,
    )


HEADINGS = ("benchmark", "quantity", "theory", "observed", "SE", "z", "difference", "verdict")
