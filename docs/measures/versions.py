"""Two checkouts of kith timed beside each other: `python docs/measures/versions.py BEFORE AFTER [--rounds 3]`.

Each case is lived in a process of its own with one checkout, then with the other, by turns, so that both see the same
machine. Prints CPU seconds, the least of the rounds, and their ratio. The kernels of both must be compiled. Both
checkouts are run by the interpreter that runs this file.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from kith.experiments.escaping import say

LIVE = """
import time
from kith import load, run
SIZED = {{"market.size": 4 * {members}, "market.founders": {members}}}
plan = load("{scenario}", overrides=SIZED)
spent = []
for seed in range({runs} + 1):
    start = time.process_time()
    run(plan, seed=seed, days={days}, events=False)
    spent.append(time.process_time() - start)
print(min(spent[1:]))
"""
DAY = """
import time
from kith import load, run
plan = load("{scenario}", overrides={{"market.size": 40, "market.founders": {members}}})
spent = {{}}
for seed in range(4):
    for days in (100, 1100):
        start = time.process_time()
        run(plan, seed=seed, days=days, events=False)
        spent.setdefault(days, []).append(time.process_time() - start)
print((min(spent[1100]) - min(spent[100])) / 1000)
"""
STEADY = """
from kith.experiments.speed.bench import measure
print(measure("{scenario}", {members})["ns_per_member_day"] * 1e-9)
"""
COMMAND = """
import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "kith", *{words}], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
"""
WALL = """
import subprocess, sys, time
start = time.perf_counter()
subprocess.run([sys.executable, "-m", "kith", *{words}], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(time.perf_counter() - start)
"""
IMPORT = "import time; start = time.process_time(); from kith import run; print(time.process_time() - start)"
COMPARE = ["compare", "pool", "hub", "web", "--runs", "16"]

YEAR = {"members": 1_000, "runs": 6, "days": 365}
CASES = {
    "a year of 1,000 people, web": LIVE.format(scenario="web", **YEAR),
    "the same, pool": LIVE.format(scenario="pool", **YEAR),
    "the same, busy_web": LIVE.format(scenario="busy_web", **YEAR),
    "a year of ten people, web": LIVE.format(scenario="web", **YEAR | {"members": 10}),
    "a day of ten people, web": DAY.format(scenario="web", members=10),
    "a year of 5,000 people, web": LIVE.format(scenario="web", **YEAR | {"members": 5_000, "runs": 3}),
    "a year of 20,000 people, web": LIVE.format(scenario="web", **YEAR | {"members": 20_000, "runs": 2}),
    "a member-day at 100,000, busy_web": STEADY.format(scenario="busy_web", members=100_000),
    "a member-day at 100,000, busy_pool": STEADY.format(scenario="busy_pool", members=100_000),
    "a member-day at 1,000,000, busy_web": STEADY.format(scenario="busy_web", members=1_000_000),
    "kith list": COMMAND.format(words=["list"]),
    "kith show web": COMMAND.format(words=["show", "web"]),
    "from kith import run": IMPORT,
    "kith compare pool hub web --runs 16, wall": WALL.format(words=COMPARE),
    "the same, CPU": COMMAND.format(words=COMPARE),
}


def main() -> None:
    """Time every case of both checkouts by turns and print a row of the table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path, help="a checkout")
    parser.add_argument("after", type=Path, help="another")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each case")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    asked = parser.parse_args()
    say("| | before | now | ratio |\n|---|--:|--:|--:|")
    for name, code in CASES.items():
        if asked.only in name:
            least = _least(code, (asked.before, asked.after), asked.rounds)
            row = [name, *(_seconds(value) for value in least), f"{least[1] / least[0]:.2f}".lstrip("0")]
            say("| " + " | ".join(row) + " |")


def _least(code: str, checkouts: tuple[Path, Path], rounds: int) -> list[float]:
    """The least seconds of each checkout over some rounds, in which they take turns."""
    spent: list[list[float]] = [[], []]
    for _ in range(rounds):
        for checkout, times in zip(checkouts, spent, strict=True):
            source = checkout.resolve() / "src"
            done = subprocess.run(
                [sys.executable, "-c", code],
                env=os.environ | {"PYTHONPATH": str(source)},
                cwd=source.parent,
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise SystemExit(f"{checkout} failed:\n{done.stderr}")
            times.append(float(done.stdout.split()[-1]))
    return [min(times) for times in spent]


def _seconds(value: float) -> str:
    """Seconds in the unit that suits them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} s"


if __name__ == "__main__":
    main()
