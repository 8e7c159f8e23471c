"""kith beside other libraries: `python docs/measures/peers/measure.py [--folder out/peers] [--rounds 3]`.

Installs each library apart from kith, in a folder, with what is pinned here (the network is needed once); then times
the micro-model of `micro.py` in each, and a member-day of kith's whole model, in rounds, so that all see the same
machine. Prints the table of docs/explanation/performance.md, medians of the rounds.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median

from kith.experiments.errors import RequestError
from kith.experiments.escaping import say
from kith.experiments.speed.bench import BUSY_POOL, BUSY_WEB, machine, measure

HERE = Path(__file__).parent
PEERS = {
    "mesa": ("mesa==3.5.1", "networkx==3.7"),
    "agentpy": ("agentpy==0.1.5",),
    "mesa_frames": ("mesa-frames==0.1.0a0", "polars==2.1.0"),
    "polars": ("polars==2.1.0", "numpy"),
    "starsim": ("starsim==3.7.2",),
    "numpy": ("numpy",),
    "scipy": ("scipy",),
    "numba": ("numba",),
}
NEEDS_OLDER = {"mesa_frames": ("python3.12", "python3.11")}
"needs NumPy 1, for which there are no wheels for Python 3.13"


def main() -> None:
    """Install, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--folder", type=Path, default=Path("out/peers"), help="where the libraries are installed"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--growth", action="store_true", help="kith from ten to five million members instead")
    wanted = parser.parse_args()
    if wanted.rounds < 1:
        parser.error(f"--rounds {wanted.rounds}: must be at least 1")
    if wanted.growth:
        growth()
        return
    try:
        pythons = {name: installed(name, wanted.folder) for name in PEERS}
    except (RequestError, subprocess.CalledProcessError) as error:
        sys.exit(f"{error}")
    found: dict[str, list[float]] = {}
    for number in range(wanted.rounds):
        for name, python in pythons.items():
            found.setdefault(name, []).append(steps_per_second(name, python))
        for scenario in (BUSY_WEB, BUSY_POOL):
            found.setdefault(f"kith, {scenario}", []).append(measure(scenario, 10_000)["member_days_per_s"])
        say(f"round {number + 1} of {wanted.rounds} done; load {machine()['load']:.1f}", err=True)
    base = median(found["mesa"])
    say("| | million agent-steps per second | relative to Mesa |\n|---|--:|--:|")
    for name, values in sorted(found.items(), key=lambda item: median(item[1])):
        say(f"| {name} | {median(values) / 1e6:.2f} | {median(values) / base:.1f} |")


def installed(name: str, folder: Path) -> Path:
    """The interpreter of an environment with one library, made if it is not there.

    Raises
    ------
    RequestError
        If there is no interpreter that is old enough for it.
    """
    place = folder / name
    python = place / "bin" / "python"
    done = place / "installed"
    if not done.exists():
        say(f"installing {name}", err=True)
        shutil.rmtree(place, ignore_errors=True)
        maker = next((python for python in NEEDS_OLDER.get(name, (sys.executable,)) if _runs(python)), None)
        if maker is None:
            raise RequestError(f"{name}: needs one of {', '.join(NEEDS_OLDER[name])} on the path")
        subprocess.run([maker, "-m", "venv", place], check=True)
        command = [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *PEERS[name]]
        subprocess.run(command, check=True)
        done.touch()
    return python


def _runs(python: str) -> bool:
    """Whether there is such an interpreter; what is on the path may be a shim that only fails."""
    try:
        return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def steps_per_second(name: str, python: Path) -> float:
    """Agent-steps per CPU second of the micro-model in one library."""
    done = subprocess.run([python, HERE / f"with_{name}.py"], check=True, stdout=subprocess.PIPE, text=True)
    return float(json.loads(done.stdout.splitlines()[-1])["agent_steps_per_s"])


def growth() -> None:
    """Cost of a member-day of the whole model as the work grows."""
    say("| members | ns per member-day | bytes per member |\n|--:|--:|--:|")
    for members in (10, 100, 1_000, 10_000, 100_000, 1_000_000, 5_000_000):
        figures = measure(BUSY_WEB, members)
        say(f"| {members:,} | {figures['ns_per_member_day']:,.0f} | {figures['bytes_per_member']:,.0f} |")


if __name__ == "__main__":
    main()
