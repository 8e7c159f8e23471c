"""Screen: whether a parameter acts in a scenario at all, decided by pairs of runs on the same seed.

With common random numbers, two runs agree in every indicator unless something reads the parameter, so one pair
that differs is proof. That makes the whole library a matter of minutes: few people, and one end of the range first.
What did nothing is tried at the other end, then with as many people as `audit` has, on two seeds. What acts in no
scenario of the library is tried in each as it is written (`screen_whole`). How large an effect is, with
its interval, is for `audit`: a change in one pair of small communities is partly chance.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kith.experiments.analyses.levers.audit import small
from kith.experiments.analyses.levers.effects import reading, same
from kith.experiments.analyses.levers.ranges import End, changed, ends_of
from kith.experiments.errors import RunsFailed
from kith.experiments.runs.pools import Pool
from kith.experiments.runs.runner import Job, run_chunks
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION
from kith.sim.schema.effects import inert
from kith.sim.schema.plan import Plan, canonical

PEOPLE, FOUNDERS = 500, 100
SEEDS = (0, 1)
"of the pairs at the usual size, for what did nothing among few people"
SHARES = ("churn_month_mean", "participation_rate", "satisfaction", "belonging")
AMOUNTS = ("active", "ties_per_member", "revenue", "cost_per_active")
"By these changes are compared; what few joins or a few willing to pay much decide (as the surplus) is too noisy."
FITS_NOTHING = "no other value fits the scenario"

type Summary = Mapping[str, float]
type Progress = Callable[[int], None]


@dataclass(frozen=True)
class Change:
    """What a parameter at another value did in one pair of runs, in the indicator that it moved most."""

    value: Any
    indicator: str
    before: float
    after: float

    @property
    def size(self) -> float:
        """From 0 to 1: the difference of a share, and of an amount relative to the larger of both.

        0 for other indicators, and where an amount begins at nothing.
        """
        return _size(self.indicator, self.before, self.after)


@dataclass(frozen=True)
class Screened:
    """A scenario and what its parameters do in it; each parameter is in one of the five."""

    scenario: str
    model_version: str
    days: int
    people: int
    founders: int
    active: int
    "active members at the end, in the scenario as it is"
    digest: str
    "identifies the request: plans, model, parameters"
    acts: Mapping[str, Change]
    inert: Mapping[str, str]
    "the reason why a rule says that nothing reads the parameter"
    silent: tuple[str, ...] = ()
    "changed no indicator in any pair, and no rule says why"
    untried: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    "the error of a run"
    whole: tuple[str, ...] = ()
    "parameters that were tried in the scenario as it is written, too"

    @property
    def names(self) -> set[str]:
        """Every parameter that was asked for."""
        return {*self.acts, *self.inert, *self.silent, *self.untried, *self.failed}


def plans_of(scenario: str, days: int | None = None) -> tuple[Plan, Plan]:
    """The scenario among few people, and at the size at which levers are measured."""
    return small(scenario, days, PEOPLE, FOUNDERS), small(scenario, days)


def digest_of(plans: Sequence[Plan], names: Sequence[str]) -> str:
    """What identifies a screen."""
    contents = [f"{plan.days} {plan.canonical_content}" for plan in plans]
    return hashlib.sha256(f"{MODEL_VERSION} {canonical(list(names))} {contents}".encode()).hexdigest()[:16]


def screen(
    scenario: str,
    names: Sequence[str],
    pool: Pool,
    progress: Progress | None = None,
    days: int | None = None,
    of: int | None = None,
) -> Screened:
    """Which parameters act in a scenario.

    Parameters
    ----------
    progress : called with the number of parameters that are decided.
    of : runs of the work that this is a part of, see `run_chunks`.
    """
    few, usual = plans_of(scenario, days)
    rules = inert(usual)
    work = _Screen(
        names, [name for name in names if name not in rules], pool, progress or (lambda n: None), of
    )
    points = _farthest_first(few, work.open)
    work.round(few, SEEDS[0], {name: its[:1] for name, its in points.items()})
    work.round(few, SEEDS[0], {name: its[1:] for name, its in points.items()})
    for seed in SEEDS if usual.canonical_content != few.canonical_content else SEEDS[1:]:
        points = points | ends_of(usual, work.open)
        work.round(usual, seed, points)
    market = few.parameters.market
    return Screened(
        scenario,
        MODEL_VERSION,
        few.days,
        market.size,
        market.founders if few.founding is None else len(few.founding),
        round(work.active),
        digest_of((few, usual), names),
        work.acts,
        {name: rules[name] for name in names if name in rules},
        tuple(name for name in work.open if points[name] and name not in work.failed),
        {name: FITS_NOTHING for name in work.open if not points[name]},
        work.failed,
    )


def screen_whole(
    known: Screened, names: Sequence[str], pool: Pool, days: int | None = None, of: int | None = None
) -> Screened:
    """The same screen, with some silent parameters tried in the scenario as it is written, on one seed."""
    plan = load(known.scenario, days=days)
    work = _Screen(names, names, pool, lambda n: None, of)
    work.round(plan, SEEDS[0], ends_of(plan, names))
    gone = {*work.acts, *work.failed}
    return replace(
        known,
        acts={**known.acts, **work.acts},
        silent=tuple(name for name in known.silent if name not in gone),
        failed={**known.failed, **work.failed},
        whole=(*known.whole, *names),
    )


class _Screen:
    """Rounds of pairs; a parameter leaves when a pair differs."""

    def __init__(
        self, names: Sequence[str], open: Sequence[str], pool: Pool, progress: Progress, of: int | None
    ) -> None:
        self._all, self.pool, self.progress, self.of = len(names), pool, progress, of
        self.open = list(open)
        self.acts: dict[str, Change] = {}
        self.failed: dict[str, str] = {}
        self.active = math.nan
        "of the first round's scenario as it is"

    def round(self, plan: Plan, seed: int, points: Mapping[str, Sequence[End]]) -> None:
        """One pair for each value of the parameters that are still open."""
        values = [(name, number, end.value) for name in self.open for number, end in enumerate(points[name])]
        if not values and not math.isnan(self.active):
            return
        base = self._as_it_is(plan, seed)
        self.active = base["active"] if math.isnan(self.active) else self.active
        for chunk in run_chunks(_jobs(plan, seed, values), self.pool, len(values), self.of):
            for result in chunk:
                name, number = result.key
                if result.failed:
                    self.failed[name] = (result.refused or result.error).strip().splitlines()[-1]
                elif not same(base, result.summary):
                    self._note(name, change(points[name][number].value, base, result.summary))
            self.progress(self._all - len(self.open) + len(self.acts.keys() & set(self.open)))
        self.open = [name for name in self.open if name not in self.acts]
        self.failed = {name: error for name, error in self.failed.items() if name not in self.acts}

    def _note(self, name: str, new: Change) -> None:
        """Keep the larger of a parameter's changes; the value decides between equal ones, not the order of arrival."""
        known = self.acts.get(name)
        if known is None or (new.size, str(new.value)) > (known.size, str(known.value)):
            self.acts[name] = new

    def _as_it_is(self, plan: Plan, seed: int) -> Summary:
        (result,) = next(iter(run_chunks([Job(plan, seed, series=False)], self.pool, 1, self.of)))
        if result.failed:
            raise RunsFailed(result.refused or result.error)
        return result.summary


def _jobs(plan: Plan, seed: int, values: Sequence[tuple[str, int, Any]]) -> Iterator[Job]:
    """The runs of a round, made as they are needed."""
    for name, number, value in values:
        yield Job(changed(plan, name, value), seed, key=(name, number), series=False)


def _farthest_first(plan: Plan, names: Sequence[str]) -> dict[str, list[End]]:
    """The ends of each parameter, that which is farther from its value first."""
    return {
        name: sorted(its, key=lambda end: -_way(plan, name, end))
        for name, its in ends_of(plan, names).items()
    }


def _way(plan: Plan, name: str, end: End) -> float:
    section, _, inner = name.partition(".")
    before = getattr(getattr(plan.parameters, section), inner)
    numbers = isinstance(before, int | float) and isinstance(end.value, int | float)
    return abs(end.value - before) if numbers else 0.0


def change(value: Any, base: Summary, other: Summary) -> Change:
    """The change of one pair in the indicator that it moved most; others only if none of the usual ones moved."""
    known = [*AMOUNTS, *SHARES]
    changes = [Change(value, name, reading(base, name), reading(other, name)) for name in known]
    largest = max(changes, key=lambda one: one.size)
    if largest.size > 0.0:
        return largest
    differing = [name for name, number in base.items() if not same({name: number}, {name: other[name]})]
    changes = [Change(value, name, base[name], other[name]) for name in differing]
    return max(changes, key=lambda one: (_relative(one.before, one.after), one.indicator))


def _size(indicator: str, before: float, after: float) -> float:
    if math.isnan(before) or math.isnan(after):
        return 0.0
    if indicator in SHARES:
        return abs(after - before)
    return _relative(before, after) if indicator in AMOUNTS and before > 0.0 else 0.0


def _relative(before: float, after: float) -> float:
    """The difference relative to the larger of both; 0 if one is undefined or infinite."""
    largest = max(abs(before), abs(after))
    return abs(after - before) / largest if math.isfinite(largest) and largest > 0.0 else 0.0
