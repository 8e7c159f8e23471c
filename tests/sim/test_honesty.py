"""Comparisons are paired: what cannot matter changes nothing, and what is off is off exactly."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kith.sim.engine import TICK, run
from kith.sim.kernels.luck import key_of
from kith.sim.kernels.threads import Crew
from kith.sim.processes import bond as bonding
from kith.sim.results.record import Record
from kith.sim.schema.plan import Plan, Shock
from kith.sim.state.community import Community
from kith.sim.state.population import Population

type PlanOf = Callable[..., Plan]
type Difference = Callable[..., list[str]]

MIXTURES = [
    ("web", "busy"),
    ("pool", "ads"),
    ("hub", "busy", "subscription"),
    ("web", "fee", "busy"),
    ("marketplace",),
    ("web", "busy", "sleepy", "subscription"),
]
mixtures = pytest.mark.parametrize("designs", MIXTURES, ids="+".join)
MANY_LEAVE = Shock(day=50, kind="members_leave", share=0.2, who="most_connected")

ABOUT_THE_GUEST = [
    *("present", "awake", "dormant", "audience", "leaves", "leaves_audience", "leaves_dormant"),
    *("sleeps", "sleeps_audience", "wakings", "wakings_audience"),
]


@mixtures
@pytest.mark.parametrize("guests", [1, 7])
def test_silent_extra_members_change_nobody_else(
    plan_of: PlanOf, difference: Difference, designs: tuple[str, ...], guests: int
) -> None:
    plan = plan_of(*designs, dormancy={"winback_per_month": 0.0})  # a message to a guest would cost
    alone, among = (run(plan, seed=5, days=95, guests=n) for n in (0, guests))
    is_guest = among.members["person"] >= plan.parameters.market.size
    assert int(is_guest.sum()) == guests
    by_cause = [name for name in alone.series.columns if name.startswith(("leaves_", "sleeps_"))]
    their_exits = int(among.members.loc[is_guest, "left_day"].notna().sum())
    assert among.series["leaves"].sum() == alone.series["leaves"].sum() + their_exits
    among.members = among.members[~is_guest].reset_index(drop=True)
    assert difference(alone, among, ignored=[*ABOUT_THE_GUEST, *by_cause]) == []


def test_silent_extra_members_change_no_payday_even_where_floating_sums_could(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy", market={"size": 900, "founders": 250}, incentives={"progressive": 0.37})
    records = [run(plan, seed=1, days=65, guests=n, events=False) for n in range(9)]
    rewards = [r.members.loc[r.members["person"] < 900, "rewards"].tolist() for r in records]
    assert all(paid == rewards[0] for paid in rewards)


@mixtures
def test_the_order_of_rows_does_not_matter(
    plan_of: PlanOf, difference: Difference, monkeypatch: pytest.MonkeyPatch, designs: tuple[str, ...]
) -> None:
    plan = plan_of(*designs, shocks=[MANY_LEAVE])
    plain = run(plan, seed=3, days=80, check=True)
    take = Population.take_rows
    monkeypatch.setattr(Population, "take_rows", lambda self, n: take(self, n)[::-1])
    backwards = run(plan, seed=3, days=80, check=True)
    luck = np.random.default_rng(0)
    monkeypatch.setattr(Population, "take_rows", lambda self, n: luck.permutation(take(self, n)))
    shuffled = run(plan, seed=3, days=80, check=True)
    assert difference(plain, backwards) == []
    assert difference(plain, shuffled) == []
    assert plain.events.equals(shuffled.events)


def test_the_order_of_rows_does_not_matter_after_founding_from_a_log(
    plan_of: PlanOf, difference: Difference, monkeypatch: pytest.MonkeyPatch, log_of: Callable[..., object]
) -> None:
    plan = plan_of("web", "busy", founding=log_of(50))
    plain = run(plan, seed=3, days=60)
    take = Population.take_rows
    monkeypatch.setattr(Population, "take_rows", lambda self, n: take(self, n)[::-1])
    assert difference(plain, run(plan, seed=3, days=60)) == []


@mixtures
@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(
    plan_of: PlanOf, difference: Difference, designs: tuple[str, ...], threads: int
) -> None:
    plan = plan_of(*designs, shocks=[MANY_LEAVE])
    one, more = run(plan, seed=2, days=70), run(plan, seed=2, days=70, threads=threads)
    assert difference(one, more) == []
    assert one.events.equals(more.events)
    assert one.summary.equals(more.summary)


def test_ties_are_strengthened_in_order_while_a_helper_fetches(
    plan_of: PlanOf, difference: Difference, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of("web", "busy")
    monkeypatch.setattr(bonding, "AT_ONCE", 5)
    done: list[tuple[str, int, int]] = []
    crew = Crew(2)
    crew.follow(
        12, 5, lambda lo, hi: done.append(("fetch", lo, hi)), lambda lo, hi: done.append(("work", lo, hi))
    )
    assert [(lo, hi) for what, lo, hi in done if what == "work"] == [(0, 5), (5, 10), (10, 12)]
    assert {(lo, hi) for what, lo, hi in done if what == "fetch"} >= {(0, 5), (5, 10), (10, 12)}
    crew.close()
    assert difference(run(plan, seed=2, days=70), run(plan, seed=2, days=70, threads=2)) == []


def test_a_shorter_run_is_the_beginning_of_a_longer_one(plan_of: PlanOf) -> None:
    plan = plan_of("web", "busy")
    short, long = run(plan, seed=1, days=45), run(plan, seed=1, days=90)
    assert short.series.equals(long.series.iloc[:45])


def test_keeping_events_or_checking_changes_nothing(plan_of: PlanOf, difference: Difference) -> None:
    plan = plan_of("web", "busy")
    quiet = run(plan, seed=1, days=60, events=False)
    assert difference(quiet, run(plan, seed=1, days=60, check=True)) == []


def test_a_seed_from_numpy_is_the_same_seed(plan_of: PlanOf, difference: Difference) -> None:
    plan = plan_of("web")
    assert difference(run(plan, seed=7, days=20), run(plan, seed=np.int64(7), days=np.int64(20))) == []  # type: ignore[arg-type]


# In other interpreters

SCRIPT = """
import hashlib, importlib.util, json, warnings
import numpy as np
warnings.simplefilter("error")
spec = importlib.util.spec_from_file_location("conftest", {conftest!r})
small = importlib.util.module_from_spec(spec)
spec.loader.exec_module(small)
from kith.sim.engine import run
from kith.sim.schema.plan import Shock
shocks = [Shock(day=20, kind="members_leave", share=0.1)]
plan = small.small_plan({designs}, market={{"size": 250, "founders": {founders}}}, shocks=shocks,
                        phases={{25: {{"bonding": {{"tie_half_life": 40.0}}, "organisation": {{"direction": 0.4}}}}}})
record = run(plan, seed=11, days={days})
exact, about = hashlib.sha256(), []
for frame in (record.series, record.monthly, record.members, record.ties, record.events):
    for name in frame.columns:
        column = frame[name].to_numpy()
        if column.dtype == float:
            about.append(float(np.nansum(column)))
        else:
            exact.update(repr(column.tolist()).encode())
about += record.summary.to_list()
print(json.dumps({{"run": record.run_id, "exact": exact.hexdigest(), "about": about, "ties": len(record.ties),
                  "joins": int(record.series["joins"].sum())}}))
"""


def said(
    root: Path, designs: tuple[str, ...], founders: int, days: int, **environment: str
) -> dict[str, Any]:
    """What another interpreter says about a record: its id, a hash of all that is whole, and sums of all else."""
    script = SCRIPT.format(
        conftest=str(Path(__file__).with_name("conftest.py")),
        designs=", ".join(repr(d) for d in designs),
        founders=founders,
        days=days,
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(
    "designs",
    [("web", "busy"), pytest.param(("hub", "ads", "busy"), marks=pytest.mark.slow)],
    ids="+".join,
)
def test_plain_python_and_compiled_kernels_make_the_same_record(root: Path, designs: tuple[str, ...]) -> None:
    """Every count and event; amounts up to rounding, for Python's numbers meet single precision later."""
    compiled, plain = said(root, designs, 60, 40), said(root, designs, 60, 40, NUMBA_DISABLE_JIT="1")
    assert plain.pop("about") == pytest.approx(compiled.pop("about"), rel=1e-5, abs=1e-6, nan_ok=True)
    assert plain == compiled
    assert compiled["joins"] > 0


def test_the_seed_of_pythons_hashes_does_not_matter(root: Path) -> None:
    one, other = (repr(said(root, ("web", "busy"), 60, 90, PYTHONHASHSEED=seed)) for seed in ("0", "4242"))
    assert one == other


# Paired luck


def joined_days(record: Record) -> dict[int, int]:
    """The day on which each person who was no founder joined."""
    m = record.members[record.members["channel"] != "founder"]
    return dict(zip(m["person"].tolist(), m["joined_day"].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("designs", [("pool",), ("web",), ("hub",), ("ugc", "web"), ("fee",)], ids="+".join)
def test_more_advertising_only_brings_joins_earlier_or_adds_some(
    plan_of: PlanOf, designs: tuple[str, ...], seed: int
) -> None:
    arms = [
        joined_days(
            run(
                plan_of(
                    *designs,
                    market={"size": 900, "founders": 30},
                    acquisition={"paid_budget": budget, "search_rate": 0.3, "search_scale": 20.0},
                    referral={"invites_per_month": 0.0},
                    churn={"base_hazard": 0.0},
                ),
                seed=seed,
                days=80,
                events=False,
            )
        )
        for budget in (0.0, 3.0, 40.0)
    ]
    for less, more in pairwise(arms):
        assert set(less) <= set(more)
        assert all(more[person] <= day for person, day in less.items())
    assert len(arms[2]) > len(arms[0])


def test_more_founders_include_the_fewer(plan_of: PlanOf, founders: Callable[[Record], object]) -> None:
    few, many = (run(plan_of("web", market={"founders": n}), seed=4, days=1) for n in (40, 90))
    assert set(founders(few).index) < set(founders(many).index)  # type: ignore[attr-defined]


def test_people_are_the_same_in_every_design_and_every_spell(plan_of: PlanOf) -> None:
    traits = ["propensity", "interest"]
    arms = [run(plan_of(d, "busy"), seed=4, days=90).members for d in ("pool", "hub", "web")]
    people = [arm.groupby("person")[traits].agg(["min", "max"]) for arm in arms]
    for person in people:
        assert (person.xs("min", axis=1, level=1) == person.xs("max", axis=1, level=1)).all(axis=None)
    assert max(int(arm["spell"].max()) for arm in arms) > 0
    common = people[0].index.intersection(people[1].index).intersection(people[2].index)
    assert len(common) > 60
    assert people[0].loc[common].equals(people[1].loc[common])
    assert people[0].loc[common].equals(people[2].loc[common])


# Labels


def shuffle_labels(c: Community) -> None:
    """Every evening all members swap their channels and generations."""
    if c.day < 20:
        return
    luck = np.random.default_rng([c.day, int(key_of(1) % np.uint64(1000))])
    rows = c.population.rows()
    for label in ("channel", "generation"):
        c.population.members[label][rows] = luck.permutation(c.population.members[label][rows])


@mixtures
def test_shuffling_the_labels_in_mid_run_changes_no_future_day(
    plan_of: PlanOf, difference: Difference, designs: tuple[str, ...]
) -> None:
    plan = plan_of(*designs, shocks=[MANY_LEAVE])
    plain = run(plan, seed=6, days=80)
    mixed = run(plan, seed=6, days=80, tick=(*TICK, ("shuffle labels", shuffle_labels)))
    labels = ["channel", "generation"]
    assert not plain.members[labels].equals(mixed.members[labels])
    for record in (plain, mixed):
        record.members = record.members.drop(columns=labels)
    assert difference(plain, mixed) == []


def test_the_name_of_a_plan_drives_nothing(plan_of: PlanOf, difference: Difference) -> None:
    one, other = (run(plan_of("web", "busy", name=name), seed=1, days=40) for name in ("web", "hub"))
    assert difference(one, other) == []
    assert one.run_id == other.run_id
