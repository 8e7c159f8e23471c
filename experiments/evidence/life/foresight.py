"""Foresight: what a fit to some logs says of another log's long run, beside a model of purchases.

    python -m kith.experiments.evidence.life.foresight --logs chat questions --of git --out foresight.json

The world is fitted to `--logs`, or taken from `--world`, a file that an earlier fit or prediction wrote. Of the
other log only what is seen within half a year is used (with `--weeks`, within weeks), for that community's own
parameters; what takes longer is predicted: survival after two years, returns after silence, who is active at
which age. The rival (modified BG/NBD, `kith.scenarios.logs.presence.alive`) has seen all of that log.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from kith.experiments.evidence.life.cases import CASES, seen_in, simulated
from kith.experiments.evidence.life.fit import fit, problem_of
from kith.experiments.evidence.life.statistics import NAMES, Target, statistics_of, target_of
from kith.experiments.evidence.observation import DAY, Observed
from kith.experiments.files import write_text
from kith.scenarios.logs.presence.alive import Alive, fitted

WEEKS = (
    "again_d1_7",
    "survival_4w",
    "once",
    "one_day",
    "active_d8_30",
    "active_d31_90",
    "gap_median",
    "gap_90",
)
"what is seen within weeks"
SOON = (*WEEKS, "survival_26w")
"what is seen within half a year; all other statistics are predicted"
FRESH = range(101, 107)
"seeds of the prediction, other than those of the fit"


def only_soon(target: Target, seen: Sequence[str] = SOON) -> Target:
    """The target with no weight on what is to be predicted."""
    soon = np.isin(NAMES, seen)
    return replace(target, errors=np.where(soon, target.errors, np.inf))


def alive_of(log: Observed) -> Alive:
    """The rival, fitted to the days on which each member acted."""
    day = (log.time - log.start) // DAY
    days = np.unique(np.stack([log.member, day]), axis=1)
    acted = np.bincount(days[0], minlength=log.members)
    first, last = ((moment - log.start) // DAY for moment in (log.first, log.last))
    return fitted((acted - 1).astype(float), (last - first).astype(float), (log.days - first).astype(float))


def lived_by(rival: Alive, log: Observed, seed: int) -> Observed:
    """A log that the rival would write, with the first days of the real one."""
    luck = np.random.default_rng(seed)
    rate = luck.gamma(rival.r, 1.0 / rival.alpha, log.members)
    stop = luck.beta(rival.a, rival.b, log.members)
    person, when = np.arange(log.members), log.first.astype(float)
    members, times = [person], [when]
    while len(person):
        goes_on = luck.random(len(person)) >= stop[person]
        person, when = person[goes_on], when[goes_on]
        when = when + DAY * luck.exponential(1.0, len(person)) / np.maximum(rate[person], 1e-9)
        person, when = person[when < log.end], when[when < log.end]
        members.append(person)
        times.append(when)
    member, time = np.concatenate(members), np.concatenate(times).astype(np.int64)
    order = np.argsort(time, kind="stable")
    nobody = np.full(len(order), -1, np.int64)
    return Observed(
        member[order], time[order], nobody, log.members, log.start, log.end, contribution=nobody < 0
    )


def foresee(
    world: dict[str, float],
    of: str,
    seen: Sequence[str] = SOON,
    rounds: int = 4,
    seeds: int = 2,
    workers: int = 2,
) -> dict[str, Any]:
    """Predict and compare: for each predicted statistic the log, the prediction, the rival, each with z."""
    problem = problem_of([of], {}, world, seeds)
    parameters = fit(replace(problem, targets={of: only_soon(problem.targets[of], seen)}), rounds, workers)[
        "parameters"
    ][of]
    log = seen_in(CASES[of])
    target, rival = target_of(log), alive_of(log)
    simulations = {
        "kith": [statistics_of(simulated(CASES[of], log, world | parameters, seed)) for seed in FRESH],
        "BG/NBD": [statistics_of(lived_by(rival, log, seed)) for seed in FRESH],
    }
    means = {who: np.mean(runs, axis=0) for who, runs in simulations.items()}
    return {
        "parameters": {"world": world, of: parameters},
        "predicted": {
            name: {"log": float(target.values[k])}
            | {who: [float(mean[k]), float(target.z(mean)[k])] for who, mean in means.items()}
            for k, name in enumerate(NAMES)
            if name not in seen
        },
    }


def main() -> None:
    """The command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--logs", nargs="+", choices=list(CASES), default=["chat", "questions"])
    parser.add_argument("--of", choices=list(CASES), default="git")
    parser.add_argument("--world", type=Path, help="a file that an earlier fit wrote, in place of fitting")
    parser.add_argument(
        "--weeks", action="store_true", help="see only the first weeks of the log that is predicted"
    )
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    if given.world is not None:
        world = json.loads(given.world.read_text())["parameters"]["world"]
    else:
        world = fit(problem_of(given.logs, {}, None, 2), given.rounds, given.workers)["parameters"]["world"]
    seen = WEEKS if given.weeks else SOON
    result = foresee(world, given.of, seen, given.rounds, workers=given.workers)
    write_text(given.out, json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
