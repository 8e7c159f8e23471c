"""Time the engine against the reference implementation, the same model in plain Mesa.

The reference implementation simulates the core of the web with plain agents on a plain NetworkX graph
(docs/explanation/reference-implementation.md). Both are timed on the same plans, in the same process: CPU seconds of
one thread, compiled and warmed up, without event logs. The reference is part of the tests, so
it is available only in a checkout of the repository. Each records its usual output: the engine
accounts, memberships, daily series and monthly indicators; the reference the counts of the core and two
means a day. The largest community is run by the engine only, since the reference would take minutes and
gigabytes; its ratio is to the largest community of the reference.
"""

import sys
import time
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from kith.sim.engine import Simulation
from kith.sim.results.recorder import COUNTS
from kith.sim.schema.plan import Plan

TWIN = Path(__file__).resolve().parents[2] / "tests" / "reference"
SIZES = (1_000, 10_000)
"members of the communities that both simulate"
MARKET_PER_MEMBER = 4
WARM_UP, DAYS = 10, 30


def compare_with_reference(
    largest: int, sizes: tuple[int, ...] = SIZES, days: int = DAYS
) -> dict[str, Any] | None:
    """Member-days per second of the reference and of the engine, and their ratio, by size.

    Parameters
    ----------
    largest : members of the community that only the engine simulates
    sizes : members of the communities that both simulate, ascending
    days : days that are timed, after ten of warming up

    Returns
    -------
    Figures as plain values, or None without the reference. `days_alike` is the number of
    first days on which all counts of both were equal; the reference does not round as the engine does,
    so that eventually one draw has a different result.
    """
    core, model = _twin("core"), _twin("model")
    if core is None or model is None:
        return None

    def plan(members: int) -> Plan:
        made: Plan = core.core(members, MARKET_PER_MEMBER * members, days=WARM_UP + days)
        return made

    _time_engine(plan(100), days)
    measured = [
        _both(model.ReferenceModel(plan(members), exact=False), plan(members), days) for members in sizes
    ]
    _, large_per_s = _time_engine(plan(largest), days)
    return {
        "days": WARM_UP + days,
        "sizes": measured,
        "largest": {
            "members": largest,
            "engine_member_days_per_s": large_per_s,
            "ratio": large_per_s / measured[-1]["twin_member_days_per_s"],
        },
    }


def _both(twin: Any, plan: Plan, days: int) -> dict[str, Any]:
    """Figures of a size."""
    counts, per_s = _time_twin(twin, days)
    engine, engine_per_s = _time_engine(plan, days)
    return {
        "members": plan.parameters.market.founders,
        "days_alike": _days_alike(engine, counts),
        "twin_member_days_per_s": per_s,
        "engine_member_days_per_s": engine_per_s,
        "ratio": engine_per_s / per_s,
    }


def _twin(part: str) -> ModuleType | None:
    """A module of the reference, or None without the tests."""
    if not TWIN.is_dir():
        return None
    root = str(TWIN.parents[1])  # what is installed is kith alone; the tests lie in the checkout
    sys.path.insert(0, root)
    try:
        return import_module(f"tests.reference.{part}")
    except ModuleNotFoundError as error:
        if str(error.name).startswith("tests"):  # another package of that name comes first
            return None
        raise
    finally:
        sys.path.remove(root)


def _time_twin(twin: Any, days: int) -> tuple[pd.DataFrame, float]:
    """The series of the reference, and its member-days per second after warming up."""
    twin.run_for(WARM_UP)
    start = time.thread_time()
    twin.run_for(days)
    cpu = time.thread_time() - start
    series = twin.series()
    return series, float(series["present"][WARM_UP:].sum()) / cpu


def _time_engine(plan: Plan, days: int) -> tuple[pd.DataFrame, float]:
    """The engine's counts, and its member-days per second after warming up."""
    simulation = Simulation(plan, threads=1, events=False)
    simulation.advance(WARM_UP)
    start = time.thread_time()
    simulation.advance(days)
    cpu = time.thread_time() - start
    counts = pd.DataFrame({name: simulation.recorder.daily()[name] for name in COUNTS})
    simulation.close()
    return counts, float(counts["present"][WARM_UP:].sum()) / cpu


def _days_alike(engine: pd.DataFrame, twin: pd.DataFrame) -> int:
    """Days until any count differs between the two."""
    counts = [name for name in twin.columns if name in engine]
    alike = (engine[counts] == twin[counts]).all(axis=1)
    return len(list(takewhile(bool, alike)))


def text(figures: dict[str, Any] | None) -> list[str]:
    """The lines about plain Mesa that `kith bench` prints."""
    if figures is None:
        return ["plain Mesa on the same model: not available; it is part of a checkout of the repository"]
    largest = figures["largest"]
    lines = [
        "plain Mesa on the same model (the core of the web; docs/explanation/reference-implementation.md), member-days per second:"
    ]
    for f in figures["sizes"]:
        lines.append(
            f"{f['members']:>11,} members  plain Mesa {f['twin_member_days_per_s']:,.0f}, engine "
            f"{f['engine_member_days_per_s']:,.0f}, {f['ratio']:.0f} times as many; all counts are equal "
            f"on the first {f['days_alike']} of {figures['days']} days"
        )
    lines.append(
        f"{largest['members']:>11,} members  engine {largest['engine_member_days_per_s']:,.0f}, "
        f"{largest['ratio']:.0f} times plain Mesa with {figures['sizes'][-1]['members']:,}"
    )
    return lines
