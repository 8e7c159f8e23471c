"""Fit: parameters of the world, shared by all logs, and those of each community, to many statistics at once.

    python -m kith.experiments.evidence.life.fit --logs chat questions --rounds 8 --out life.json
    python -m kith.experiments.evidence.life.fit --logs git --world life.json --out git.json

Damped least squares (Levenberg 1944, Marquardt 1963) on the differences between runs and logs in units of
the logs' errors. Every run of a seed has the same random draws, so that finite differences compare the same people.
The second command leaves the world as another fit found it, and fits a further community's own
parameters alone: what the world predicts of a log that it has not seen.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from kith.experiments.evidence.life.cases import CASES, seen_in, simulated
from kith.experiments.evidence.life.parameters import OWN, WORLD, Free
from kith.experiments.evidence.life.statistics import GAPS, NAMES, RATIOS, Target, statistics_of, target_of
from kith.experiments.evidence.observation import Floats, Observed
from kith.experiments.files import write_text
from kith.experiments.runs.pools import pool

LOOSE = 1.5
"standard deviation of the prior around each start, on the scale of the fit"
STEP = 0.3
"step of finite differences, on the scale of the fit"
FARTHEST = 0.8
"the most by which a parameter moves in a round, on the scale of the fit"
WORST = 12.0
"errors at which a difference is cut off, so that no statistic rules the fit from afar"
DAMPINGS = (0.2, 1.0, 5.0)
"factors of the damping that are tried in each round"

type Place = tuple[str, str]
"`world` or the name of a case, and a parameter"


@dataclass(frozen=True)
class Problem:
    """Which parameters are free, what stands fixed, which logs are met, over which seeds."""

    free: Mapping[Place, Free]
    fixed: Mapping[str, Any]
    targets: Mapping[str, Target]
    seeds: Sequence[int]
    share: float = 1.0
    "of the market that has come by the end of a log"

    def overrides(self, point: Floats, case: str) -> dict[str, Any]:
        """The parameters of a case at a point."""
        values = {
            name: parameter.outward(scaled)
            for ((owner, name), parameter), scaled in zip(self.free.items(), point, strict=True)
            if owner in ("world", case)
        }
        return dict(self.fixed) | values

    def start(self) -> Floats:
        """The value around which each parameter is drawn in, on the scale of the fit."""
        return np.array([parameter.inward(parameter.start) for parameter in self.free.values()])

    def at(self, values: Mapping[str, Mapping[str, float]]) -> Floats:
        """The point of values by owner and parameter; where one is missing, its start."""
        return np.array(
            [
                parameter.inward(values.get(owner, {}).get(name, parameter.start))
                for (owner, name), parameter in self.free.items()
            ]
        )

    def named(self, point: Floats) -> dict[str, dict[str, float]]:
        """The values at a point, by owner and parameter."""
        out: dict[str, dict[str, float]] = {}
        for ((owner, name), parameter), scaled in zip(self.free.items(), point, strict=True):
            out.setdefault(owner, {})[name] = parameter.outward(scaled)
        return out


@cache
def _log(case: str) -> Observed:
    return seen_in(CASES[case])


def _run(case: str, overrides: dict[str, Any], seed: int, share: float) -> Floats:
    return statistics_of(simulated(CASES[case], _log(case), overrides, seed, share))


class Runs:
    """Means over seeds of the statistics of many points at once, in processes."""

    def __init__(self, problem: Problem, executor: Executor) -> None:
        self.problem, self.executor = problem, executor

    def differences(self, asked: Sequence[tuple[Floats, Sequence[str]]]) -> list[dict[str, Floats]]:
        """For each point and its cases, by how many errors the statistics differ, by case."""
        p = self.problem
        futures = [
            [
                [
                    self.executor.submit(_run, case, p.overrides(point, case), seed, p.share)
                    for seed in p.seeds
                ]
                for case in cases
            ]
            for point, cases in asked
        ]
        return [
            {
                case: _cut(p.targets[case].z(np.mean([future.result() for future in runs], axis=0)))
                for case, runs in zip(cases, of_point, strict=True)
            }
            for (_, cases), of_point in zip(asked, futures, strict=True)
        ]


def _cut(z: Floats) -> Floats:
    return np.clip(np.nan_to_num(z, nan=WORST), -WORST, WORST)


def fit(
    problem: Problem, rounds: int, workers: int = 2, say: Any = print, begin: Floats | None = None
) -> dict[str, Any]:
    """The best point found, with its statistics: what `--out` writes. The search begins at `begin`."""
    cases, start = tuple(problem.targets), problem.start()
    with pool(workers=workers) as processes:
        runs, point, damping = Runs(problem, processes.executor), start.copy(), 1.0
        if begin is not None:
            point = begin.copy()
        now = runs.differences([(point, cases)])[0]
        loss = _loss(now, point, start)
        say(f"start: {loss:.1f}")
        for nth in range(rounds):
            slopes = _slopes(runs, point, now)
            tried = [(damping * f, point + _move(slopes, now, point, start, damping * f)) for f in DAMPINGS]
            differences = runs.differences([(candidate, cases) for _, candidate in tried])
            losses = [
                _loss(z, candidate, start) for z, (_, candidate) in zip(differences, tried, strict=True)
            ]
            best = int(np.argmin(losses))
            if losses[best] < loss:
                loss, now, (damping, point) = losses[best], differences[best], tried[best]
            else:
                damping *= DAMPINGS[-1] ** 2
            say(f"round {nth + 1}: {loss:.1f}, damping {damping:g}")
    return {
        "loss": loss,
        "parameters": problem.named(point),
        "statistics": {
            case: {
                name: {
                    "log": _shown(name, problem.targets[case].values[k]),
                    "run": _shown(
                        name, problem.targets[case].values[k] + z[k] * problem.targets[case].errors[k]
                    ),
                    "z": round(float(z[k]), 2),
                }
                for k, name in enumerate(NAMES)
            }
            for case, z in now.items()
        },
    }


def _shown(name: str, value: float) -> float:
    return round(float(np.exp(value) if name in (*GAPS, *RATIOS) else value), 4)


def _loss(z: Mapping[str, Floats], point: Floats, start: Floats) -> float:
    return float(
        sum(np.sum(differences**2) for differences in z.values()) + np.sum(((point - start) / LOOSE) ** 2)
    )


def _slopes(runs: Runs, point: Floats, now: Mapping[str, Floats]) -> dict[str, Floats]:
    """How the differences of each case change with each parameter, (statistics, parameters)."""
    owners = [owner for owner, _ in runs.problem.free]
    asked = []
    for k, owner in enumerate(owners):
        moved = point.copy()
        moved[k] += STEP
        asked.append((moved, tuple(now) if owner == "world" else (owner,)))
    out = {case: np.zeros((len(NAMES), len(point))) for case in now}
    for k, differences in enumerate(runs.differences(asked)):
        for case, z in differences.items():
            out[case][:, k] = (z - now[case]) / STEP
    return out


def _move(
    slopes: Mapping[str, Floats], now: Mapping[str, Floats], point: Floats, start: Floats, damping: float
) -> Floats:
    """The damped step, cut to `FARTHEST`."""
    j = np.concatenate([*slopes.values(), np.eye(len(point)) / LOOSE])
    r = np.concatenate([*now.values(), (point - start) / LOOSE])
    a = j.T @ j
    return np.clip(-np.linalg.solve(a + damping * np.diag(np.diag(a)), j.T @ r), -FARTHEST, FARTHEST)


def problem_of(
    cases: Sequence[str],
    fixed: Mapping[str, Any],
    world: Mapping[str, float] | None,
    seeds: int,
    share: float = 1.0,
) -> Problem:
    """The problem of some logs: the world free, or as given; the logs' people are a share of their market."""
    free: dict[Place, Free] = (
        {} if world is not None else {("world", name): parameter for name, parameter in WORLD.items()}
    )
    free |= {(case, name): parameter for case in cases for name, parameter in OWN.items()}
    targets = {case: target_of(_log(case)) for case in cases}
    return Problem(free, dict(fixed) | dict(world or {}), targets, range(1, seeds + 1), share)


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--world", type=Path, help="a file that an earlier fit wrote")
    parser.add_argument("--begin", type=Path, help="begin where an earlier fit ended")
    parser.add_argument("--share", type=float, default=1.0, help="of the market that has come by a log's end")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if not 0.0 < given.share <= 1.0:
        parser.error(f"--share {given.share:g}: must be above 0 and at most 1")
    world = None if given.world is None else json.loads(given.world.read_text())["parameters"]["world"]
    problem = problem_of(given.logs, {}, world, given.seeds, given.share)
    begin = None if given.begin is None else problem.at(json.loads(given.begin.read_text())["parameters"])
    fitted = fit(problem, given.rounds, given.workers, begin=begin)
    write_text(given.out, json.dumps(fitted, indent=1))


if __name__ == "__main__":
    main()
