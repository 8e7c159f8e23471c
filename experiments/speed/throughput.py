"""Throughput of a study with thousands of short runs: time, speed-up by processes, memory.

The study is typical of research use: a community of 1,000 founders in a market of 20,000
for a year, with six parameters drawn from their priors. Times are wall-clock times, so they
need an idle machine; memory is read from /proc, and unknown where that does not exist.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import active_children
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kith.experiments.runs.pools import Pool, Processes, processors
from kith.experiments.runs.runner import Job, RunResult, run_chunks
from kith.experiments.speed.bench import BUSY_WEB, machine
from kith.experiments.studies.execute import conduct, stored_plan
from kith.experiments.studies.levers import flat
from kith.experiments.studies.store import Store
from kith.experiments.studies.study import Study, study_from
from kith.scenarios.load import load
from kith.sim.engine import MODEL_VERSION
from kith.sim.results.definitions import DEFINITIONS

RUNS_PER_POINT = 8
LEVERS = (
    "churn.contagion",
    "bonding.tie_half_life",
    "bonding.belonging_half_life",
    "acquisition.imitation_rate",
    "referral.invites_per_month",
    "referral.conversion",
)
SPEED_UP_SHARE = 50
"One run in this many is repeated to compare one process with several."
LOOK_EVERY = 2.0
"Seconds between two readings of memory."
PARTS = 10
"Rows of the table of memory."
ROWS = 100_000

type Progress = Callable[[str, int, int], None]


def year_of_thousand(
    runs: int, first_seed: int = 0, days: int = 365, founders: int = 1_000, scenario: str = BUSY_WEB
) -> Study:
    """A study of `runs` runs of a scenario with 1,000 founders for a year, with parameters drawn from priors."""
    return study_from(
        {
            "name": "throughput",
            "scenarios": [scenario],
            "days": days,
            "runs": min(runs, RUNS_PER_POINT),
            "first_seed": first_seed,
            "set": {"market": {"founders": founders, "size": 20 * founders}},
            "lever": [{"name": name, "prior": True} for name in LEVERS],
            "design": {"kind": "latin_hypercube", "points": max(1, round(runs / RUNS_PER_POINT))},
            "outcomes": ["active", "churn_month_mean", "referral_velocity", "margin"],
        }
    )


def throughput(
    runs: int,
    workers: int | None = None,
    progress: Progress | None = None,
    days: int = 365,
    founders: int = 1_000,
    scenario: str = BUSY_WEB,
) -> dict[str, Any]:
    """Run such a study in a temporary folder; figures as plain values.

    First the whole study with `workers` while memory is measured, then a fiftieth of it alternately with one
    process and with `workers`; then 100,000 rows are read and drawn.
    """
    workers = workers or processors()
    tell = progress or (lambda what, done, total: None)
    with TemporaryDirectory(prefix="kith-throughput-") as folder:
        place = Path(folder)
        figures = {
            "model_version": MODEL_VERSION,
            "machine": machine(),
            "workers": workers,
            "scenario": scenario,
            "study": _whole_study(runs, workers, place, tell, days, founders, scenario),
            "speed_up": _speed_up(runs, workers, place, tell, days, founders, scenario)
            if workers > 1
            else None,
            "rows": rows_read_and_drawn(place / "rows"),
        }
    return figures


def _speed_up(
    runs: int, workers: int, place: Path, tell: Progress, days: int, founders: int, scenario: str
) -> dict[str, Any]:
    """Runs per second with one process and with several: 1, n, n, 1, each on different seeds."""
    part = max(RUNS_PER_POINT * 2, runs // SPEED_UP_SHARE)
    seconds: dict[int, list[float]] = {1: [], workers: []}
    for turn, n in enumerate((1, workers, workers, 1)):
        study = year_of_thousand(part, 1_000_000 * (turn + 1), days, founders, scenario)
        with _warm_pool(n, study) as made:
            start = time.perf_counter()
            status = conduct(
                study, Store(place / f"turn{turn}"), scheduler=made, progress=_named(tell, f"{n} at once")
            )
            seconds[n].append((time.perf_counter() - start) / status.stored)
    single, many = (sum(seconds[n]) / 2 for n in (1, workers))
    return {"runs": part, "one_s_per_run": single, "many_s_per_run": many, "speed_up": single / many}


@contextmanager
def _warm_pool(workers: int, study: Study) -> Iterator[Pool]:
    """A pool whose processes have been started and have done a run."""
    processes = Processes(workers)
    try:
        for _ in run_chunks(_first_days(study, 4 * workers), made := Pool(processes, lambda: workers)):
            pass
        yield made
    finally:
        processes.shutdown(cancel_futures=True)


def _first_days(study: Study, jobs: int) -> list[Job]:
    plan = load(study.scenarios[0], overrides=flat(study.set))
    return [Job(plan, seed, 31, seed, series=False) for seed in range(jobs)]


def _whole_study(
    runs: int, workers: int, place: Path, tell: Progress, days: int, founders: int, scenario: str
) -> dict[str, Any]:
    """The whole study, with the peak memory of each process over time."""
    study, store = year_of_thousand(runs, 0, days, founders, scenario), Store(place / "store")
    start = time.perf_counter()
    stored_plan(study, store, _named(tell, "planning"))
    planned = time.perf_counter() - start
    with _Watch() as watch:
        report = _named(tell, "runs")

        def noted(done: int, total: int) -> None:
            watch.done = done
            report(done, total)

        status = conduct(study, store, workers, progress=noted)
    seconds = time.perf_counter() - start
    return {
        "runs": status.stored,
        "failed": status.failed,
        "days": days,
        "founders": founders,
        "seconds": seconds,
        "planning_s": planned,
        "runs_per_s": status.stored / seconds,
        "bytes_on_disk": store.size(),
        "memory": watch.table(status.total),
    }


def _named(tell: Progress, what: str) -> Callable[[int, int], None]:
    return lambda done, total: tell(what, done, total)


class _Watch:
    """Measures the memory of this process and its children while a block runs."""

    def __init__(self) -> None:
        self.done = 0
        "runs that are stored so far, kept up to date by whoever runs them"
        self._seen: list[tuple[int, float, float, float]] = []
        "runs done, MB of this process, of its largest child, of all together (what they share counted once)"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def table(self, total: int) -> list[dict[str, float]]:
        """The peak memory in each tenth of the runs."""
        rows = []
        for part in range(PARTS):
            low, high = total * part / PARTS, total * (part + 1) / PARTS
            samples = [seen for seen in self._seen if low <= seen[0] < high or (seen[0] == total == high)]
            if samples:
                parent, child, together = (max(seen[k] for seen in samples) for k in (1, 2, 3))
                rows.append(
                    {"runs": round(high), "parent_mb": parent, "worker_mb": child, "together_mb": together}
                )
        return rows

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY):
            held = [_megabytes(process) for process in (os.getpid(), *(c.pid for c in active_children()))]
            largest = max((resident for resident, _ in held[1:]), default=0.0)
            self._seen.append((self.done, held[0][0], largest, sum(share for _, share in held)))


def _megabytes(process: int | None) -> tuple[float, float]:
    """Resident memory of a process, and its share of it where others use it too; NaN where unknown."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]
    except OSError:
        return float("nan"), float("nan")
    held = {line.partition(":")[0]: int(line.split()[1]) / 1e3 for line in lines}
    return held.get("Rss", float("nan")), held.get("Pss", float("nan"))


def rows_read_and_drawn(folder: Path, rows: int = ROWS) -> dict[str, float]:
    """Seconds to read a frame of `rows` results from a store, and to draw it."""
    from kith.experiments.charts.study import spread

    store = Store(folder)
    for block in range(0, rows, 5_000):
        store.add([_made_up(run) for run in range(block, min(rows, block + 5_000))])
    store.compact(least=2)
    start = time.perf_counter()
    frame = store.query("SELECT run_id, error, active, margin FROM results")
    read = time.perf_counter() - start
    frame["scenario"] = BUSY_WEB
    spread(frame, "active", "members")
    return {"rows": len(frame), "read_s": read, "drawn_s": time.perf_counter() - start - read}


def _made_up(run: int) -> RunResult:
    """A result with as many columns as a real one."""
    summary = {name: float((run * 7_919 + k * 104_729) % 10_007) for k, name in enumerate(DEFINITIONS)}
    return RunResult(f"{run:016x}", run, f"{run:016x}", MODEL_VERSION, summary)


def text(figures: dict[str, Any]) -> str:
    """The text that `kith bench --runs` prints."""
    study, rows, host = figures["study"], figures["rows"], figures["machine"]
    lines = [
        f"{study['runs']:,} runs of {figures['scenario']} with {study['founders']:,} founders for {study['days']} days, "
        f"{figures['workers']} processes, model {figures['model_version']}; {host['cores']} cores, "
        f"load {host['load']:.1f}, Python {host['python']}, numba {host['numba']}",
        f"{study['seconds'] / 60:.1f} minutes, {study['runs_per_s']:.2f} runs per second, including "
        f"{study['planning_s']:.1f} s of planning; {study['failed']} failed; {study['bytes_on_disk'] / 1e6:.1f} MB on disk",
    ]
    if figures["speed_up"]:
        s = figures["speed_up"]
        lines.append(
            f"speed-up of {figures['workers']} processes over one: {s['speed_up']:.2f} "
            f"({s['one_s_per_run']:.3f} and {s['many_s_per_run']:.3f} s per run, {s['runs']} runs each, alternating)"
        )
    lines += ["", f"{'peak memory, MB, up to':>24}  this process  largest worker         total"]
    for row in study["memory"]:
        lines.append(
            f"{row['runs']:>19,} runs {row['parent_mb']:13.0f} {row['worker_mb']:15.0f} {row['together_mb']:13.0f}"
        )
    lines += [
        "",
        f"{rows['rows']:,} rows of results: read in {rows['read_s']:.2f} s, drawn in {rows['drawn_s']:.2f} s",
    ]
    return "\n".join(lines)
