"""A fit by runs of which many are lost: the design is made longer until there are enough, or it is said why not."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kith.experiments.calibration.fitting import EXTENDED, FEWEST, SEEDS, Budget, fitted
from kith.experiments.calibration.priors import PRIORS, Floats
from kith.experiments.calibration.running import Values
from kith.experiments.calibration.statistics import Target
from kith.experiments.errors import RunsFailed

TWO = {name: PRIORS[name] for name in ("churn.base_hazard", "visiting.budget_hours")}
TARGET = Target(("a", "b"), np.array([0.2, 0.3]), np.full(2, 0.1), np.full(2, 0.1), as_they_are=True)


class Runs:
    """Runs of which some have a result: so many of each few, in the order of their seeds."""

    def __init__(self, kept: int, of: int) -> None:
        self.kept, self.of, self.made = kept, of, 0
        self.pool = SimpleNamespace(executor=ThreadPoolExecutor(1))

    def __call__(self, jobs: Sequence[Any]) -> list[Values]:
        self.made += len(jobs)
        return [self.one(*job) for job in jobs]

    def one(self, z: Floats, seed: int) -> Values:
        nth = (seed - SEEDS) % self.of
        if nth >= self.kept:
            return {} if nth == self.of - 1 else {"abandoned": 1.0}
        return {"end:a": float(z[0]), "end:b": float(z.sum())}


def fit(runs: Runs, points: int = 32, rounds: int = 0) -> Any:
    return fitted(TWO, {"end": TARGET}, lambda z, seed: (z, seed), runs, Budget(points, rounds))  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(("kept", "made"), [(23, 64), (15, 64), (10, 96), (30, 32)])
def test_a_design_is_made_longer_until_enough_runs_have_a_result(kept: int, made: int) -> None:
    runs = Runs(kept, 32)
    _, points = fit(runs)
    assert len(points.runs) >= FEWEST
    assert runs.made == made


def test_where_too_few_runs_have_a_result_it_is_said_why_and_what_can_be_done() -> None:
    runs = Runs(2, 16)
    with pytest.raises(RunsFailed) as told:
        fit(runs)
    assert runs.made == 32 * (1 + EXTENDED)
    assert str(told.value).startswith(
        "20 of 160 runs have a result, and a fit needs 30: 130 were abandoned, with many"
    )
    assert "10 failed" in str(told.value)
    assert "--set" in str(told.value)


@pytest.mark.parametrize(("rounds", "converged"), [(0, None), (1, True)])
def test_a_fit_without_rounds_does_not_say_that_it_has_converged(rounds: int, converged: bool | None) -> None:
    fits, _ = fit(Runs(32, 32), rounds=rounds)
    assert fits["end"].posterior.converged
    assert fits["end"].converged is converged
