"""The cost of a member-day on this machine, next to plain Mesa in the same run.

Times are CPU seconds of one thread, so that other load matters less; each size is
warmed up before it is measured. The speed-up by a second thread is measured in wall-clock time.
The Mesa micro-model is the minimum that a community model must do, written as in Mesa's tutorials:
agents on a NetworkX graph read the state of their neighbours and draw whether to leave.
"""

import json
import math
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from kith.experiments.errors import RequestError
from kith.experiments.files import write_text
from kith.experiments.speed import reference_timing
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION, TICK, run, simulate_day
from kith.sim.kernels.cache import is_compiled, mark_compiled
from kith.sim.processes.founding import seat_founders
from kith.sim.processes.govern import QUARTER
from kith.sim.results.recorder import Recorder
from kith.sim.schema.plan import Plan
from kith.sim.state.community import Community

WARM_UP = 10
MARKET_PER_MEMBER = 4
BUSY_WEB, BUSY_POOL = "busy_web", "busy_pool"
"scenarios of the library that are made for measuring"


def bench(
    scenario: str = BUSY_WEB,
    sizes: tuple[int, ...] = (1_000, 10_000, 100_000),
    threads: int = 2,
    out: Path | None = None,
) -> dict[str, Any]:
    """Measure a scenario at several sizes, an empty tick, threads at the largest size, and plain Mesa.

    The busy pool is also measured at the largest size, to show the cost of ties.
    Returns the figures as plain values; writes them to `out` as JSON if given.
    """
    if not sizes or min(sizes) < 10:
        raise RequestError(f"sizes = {sizes}: each must be at least 10 members")
    if threads < 1:
        raise RequestError(f"threads = {threads}: must be at least 1")
    compiled = is_compiled()
    first = _first_run(load(scenario))
    figures: dict[str, Any] = {
        "scenario": scenario,
        "model_version": MODEL_VERSION,
        "machine": machine(),
        "first_run_s": first,
        "first_run_compiled": not compiled,
        "sizes": [measure(scenario, size) for size in sizes],
        "year_of_1000_s": year_of_thousand(scenario),
        "tick_overhead_us": _overhead(scenario),
        "mesa": natural_mesa(),
        "twin": reference_timing.compare_with_reference(max(sizes)),
    }
    if scenario == BUSY_WEB:
        figures["pool"] = measure(BUSY_POOL, max(sizes))
    if threads > 1:
        figures["threads"] = _speed_up(scenario, max(sizes), threads)
    largest = figures["sizes"][sizes.index(max(sizes))]
    figures["member_days_per_mesa_step"] = largest["member_days_per_s"] / figures["mesa"]["agent_steps_per_s"]
    if out is not None:
        write_text(out, json.dumps(figures, indent=2) + "\n")
    return figures


def machine() -> dict[str, Any]:
    """What a speed depends on besides the program."""
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": load_average,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": version("numba"),
    }


def year_of_thousand(scenario: str, repetitions: int = 5) -> float:
    """CPU seconds of a year of 1,000 people, founding and record included: the quickest of some."""
    plan, spent = _sized(scenario, 1_000), []
    for seed in range(repetitions):
        start = time.process_time()
        run(plan, seed=seed, days=365, events=False)
        spent.append(time.process_time() - start)
    return min(spent)


def _speed_up(scenario: str, members: int, threads: int) -> dict[str, float]:
    """Wall seconds per day with one thread and with more, turn by turn, and their ratio."""
    days = {1: [], threads: []}  # type: dict[int, list[float]]
    for n in (1, threads, 1, threads):
        spent = days[n]
        marks = [0.0]

        def begin(_: Community, marks: list[float] = marks) -> None:
            marks[:] = [time.perf_counter()]

        def each(_: Community, spent: list[float] = spent, marks: list[float] = marks) -> None:
            now = time.perf_counter()
            spent.append(now - marks[0])
            marks[0] = now

        _live(_sized(scenario, members), WARM_UP + 20, lambda name, step: step, begin, each, threads=n)
    single, many = (float(np.median(days[n])) for n in (1, threads))
    return {
        "threads": threads,
        "members": members,
        "one_s": single,
        "many_s": many,
        "speed_up": single / many,
    }


def _sized(scenario: str, members: int) -> Plan:
    return load(scenario, overrides={"market.size": MARKET_PER_MEMBER * members, "market.founders": members})


def _first_run(plan: Plan) -> float:
    """Seconds until a first run has seen everything, the vote too; compilation included if it was needed."""
    start = time.perf_counter()
    _live(plan, QUARTER + 1, lambda name, step: step)
    mark_compiled()
    return time.perf_counter() - start


def _live(
    plan: Plan,
    days: int,
    wrap: Callable[[str, Any], Any],
    begin: Callable[[Community], None] | None = None,
    each: Callable[[Community], None] | None = None,
    threads: int = 1,
) -> Community:
    """Live through some days by hand, each step wrapped."""
    with np.errstate(over="ignore"):
        c = Community(plan, 0, days, threads)
        recorder = Recorder(c, events=False)
        seat_founders(c)
        tick = tuple((name, wrap(name, step)) for name, step in TICK)
        note = wrap("record", recorder.note)
        for day in range(days):
            if day == WARM_UP and begin is not None:
                begin(c)
            simulate_day(c, day, tick)
            note(c)
            if each is not None and day >= WARM_UP:
                each(c)
    c.crew.close()
    return c


def measure(scenario: str, members: int) -> dict[str, Any]:
    """Nanoseconds per member-day by step at a size, with the load that ran."""
    days = WARM_UP + (120 if members <= 20_000 else 60)
    plan = _sized(scenario, members)
    _live(plan, 31, lambda name, step: step)
    spent: dict[str, float] = {}
    load_of = {"member_days": 0, "visits": 0, "exchanges": 0}
    began = [0.0, 0.0]

    def timed(name: str, step: Any) -> Any:
        def run_step(c: Community) -> None:
            start = time.thread_time()
            step(c)
            spent[name] = spent.get(name, 0.0) + time.thread_time() - start

        return run_step

    def begin(_: Community) -> None:
        spent.clear()
        began[:] = time.thread_time(), time.perf_counter()

    def each(c: Community) -> None:
        load_of["member_days"] += c.population.present
        load_of["visits"] += len(c.visitors)
        load_of["exchanges"] += int(c.exchanges.sum())

    c = _live(plan, days, timed, begin, each)
    cpu, wall = time.thread_time() - began[0], time.perf_counter() - began[1]
    return _figures(c, members, days - WARM_UP, spent, load_of, cpu, wall)


def _figures(
    c: Community,
    members: int,
    days: int,
    spent: dict[str, float],
    load_of: dict[str, int],
    cpu: float,
    wall: float,
) -> dict[str, Any]:
    member_days = load_of["member_days"]
    active_months = c.active * days / 30.0
    return {
        "members": members,
        "ns_per_member_day": 1e9 * cpu / member_days,
        "ns_by_step": {name: 1e9 * seconds / member_days for name, seconds in spent.items()},
        "wall_ns_per_member_day": 1e9 * wall / member_days,
        "member_days_per_s": member_days / cpu,
        "us_per_tick": 1e6 * cpu / days,
        "active_share": c.active / c.population.present,
        "visits_per_active_month": load_of["visits"] / active_months,
        "exchanges_per_active_month": load_of["exchanges"] / active_months,
        "ties_per_active": 2.0 * int(c.ties.count[0]) / c.active,
        "bytes_per_member": _bytes(c) / c.population.present,
    }


def _bytes(c: Community) -> int:
    """Bytes in the arrays of a community, the market's people included."""
    arrays: list[Any] = []
    for part in (c, c.population, c.market, c.ties, c.archive, c.touch, c.follow, c.back):
        arrays += [value for value in vars(part).values() if isinstance(value, np.ndarray)]
    return sum(array.nbytes for array in arrays)


def _overhead(scenario: str, short: int = 100, long: int = 1_100) -> float:
    """Microseconds of a day of a community of ten, as runs live it: what a longer run takes more, by its days."""
    plan = _sized(scenario, 10)
    least = dict.fromkeys((short, long), math.inf)
    for seed in range(3):
        for days in least:
            start = time.process_time()
            run(plan, seed=seed, days=days, events=False)
            least[days] = min(least[days], time.process_time() - start)
    return 1e6 * (least[long] - least[short]) / (long - short)


def natural_mesa(members: int = 10_000, ties: int = 8, seconds: float = 3.0) -> dict[str, float]:
    """Agent-steps per second of Mesa + NetworkX with `shuffle_do` on the micro-model.

    Each member reads the state of its neighbours and draws whether to leave; nobody is removed, so that
    the load stays constant.
    """
    import mesa
    import networkx as nx

    class Person(mesa.Agent):  # type: ignore[misc]
        def __init__(self, model: "Room") -> None:
            super().__init__(model)
            self.satisfaction = self.random.random()
            self.leaves = False

        def decide(self) -> None:
            around = [
                self.model.people[n].satisfaction for n in self.model.graph.neighbors(self.unique_id - 1)
            ]
            mood = sum(around) / len(around) if around else 0.0
            self.leaves = self.random.random() < 0.01 * (1.0 - 0.5 * mood)

    class Room(mesa.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(rng=1)
            self.graph = nx.gnm_random_graph(members, members * ties // 2, seed=1)
            self.people = [Person(self) for _ in range(members)]

        def step(self) -> None:
            self.agents.shuffle_do("decide")

    room = Room()
    room.step()
    start, steps = time.thread_time(), 0
    while time.thread_time() - start < seconds:
        room.step()
        steps += 1
    return {
        "members": members,
        "mean_degree": float(ties),
        "agent_steps_per_s": steps * members / (time.thread_time() - start),
    }


def text(figures: dict[str, Any]) -> str:
    """The text that `kith bench` prints: a block per size, other measurements, then plain Mesa."""
    machine_, mesa = figures["machine"], figures["mesa"]
    lines = [
        f"{figures['scenario']}, one thread, model {figures['model_version']}; {machine_['cores']} cores, "
        f"load {machine_['load']:.1f}, Python {machine_['python']}, numba {machine_['numba']}",
        f"first run {figures['first_run_s']:.1f} s"
        + (" with compilation" if figures["first_run_compiled"] else ", kernels from the cache"),
        "",
    ]
    for measured in figures["sizes"]:
        lines += _block(measured)
    if "pool" in figures:
        lines += ["", BUSY_POOL, *_block(figures["pool"])]
    lines += [
        "",
        f"a year of 1,000 people: {figures['year_of_1000_s']:.2f} s; a day of ten: "
        f"{figures['tick_overhead_us']:,.0f} µs, nearly all of it independent of the number of members"
        " (both without an event log, as studies run)",
    ]
    if "threads" in figures:
        t = figures["threads"]
        lines.append(
            f"{t['threads']} threads at {t['members']:,} members: {t['speed_up']:.2f} times the speed of one "
            f"({1e3 * t['one_s']:,.0f} and {1e3 * t['many_s']:,.0f} ms a day)"
        )
    lines += [
        f"plain Mesa on the micro-model ({mesa['members']:,} agents, mean degree {mesa['mean_degree']:.0f}, "
        f"shuffle_do): {mesa['agent_steps_per_s'] / 1e6:.2f} million agent-steps per second",
        f"member-days of the whole model per Mesa agent-step of the micro-model: "
        f"{figures['member_days_per_mesa_step']:.1f}",
        *reference_timing.text(figures["twin"]),
    ]
    return "\n".join(lines)


def _block(s: dict[str, Any]) -> list[str]:
    """A size in three lines: cost, load, steps."""
    steps = "  ".join(f"{name} {ns:.0f}" for name, ns in s["ns_by_step"].items() if ns >= 0.5)
    return [
        f"{s['members']:>11,} members  {s['ns_per_member_day']:6.0f} ns per member-day  "
        f"{s['us_per_tick']:9,.0f} µs per day  {s['bytes_per_member']:6,.0f} bytes per member",
        f"{'':11} load     {100 * s['active_share']:.0f} % active; per active member "
        f"{s['visits_per_active_month']:.1f} visits and {s['exchanges_per_active_month']:.1f} exchanges a month, "
        f"{s['ties_per_active']:.1f} ties",
        f"{'':11} by step  {steps}",
    ]
