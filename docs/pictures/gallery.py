"""The pictures of the gallery: `python docs/pictures/gallery.py [SCENARIO …]` draws active members over time.

Three runs of each scenario of the library at its own size, seeds 0 to 2; the line is the median, the band the range.
A picture whose numbers are as before is not written again, so that a change in the folder is a change in the model.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import matplotlib as mpl
import numpy as np

from kith import library, load, run

FOLDER = Path(__file__).parent / "gallery"
LEFT_OUT = ("verification", "benchmarks")
SEEDS, POINTS, COLOUR = 3, 60, "#0b6e7f"


def active(scenario: str) -> np.ndarray:
    """Active members at some sixty days of each run, (seeds, points), and the days first, (1 + seeds, points)."""
    series = [run(load(scenario), seed=seed, threads=1, events=False).series for seed in range(SEEDS)]
    days = np.unique(np.linspace(0, len(series[0]) - 1, POINTS).astype(int))
    return np.stack([days, *(s["active"].to_numpy()[days] for s in series)])


def draw(scenario: str) -> str:
    """Write the picture of one scenario; returns its name."""
    mpl.use("svg")
    import matplotlib.pyplot as plt

    days, *runs = active(scenario)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": scenario, "font.size": 8}):
        figure, axes = plt.subplots(figsize=(4.2, 1.5), layout="constrained")
        axes.fill_between(days, np.min(runs, axis=0), np.max(runs, axis=0), color=COLOUR, alpha=0.2, lw=0)
        axes.plot(days, np.median(runs, axis=0), color=COLOUR, lw=1.5)
        axes.set_ylim(bottom=0)
        axes.set_xlim(0, days[-1])
        axes.set_xlabel("day")
        axes.set_ylabel("active members")
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(
            FOLDER / f"{scenario}.svg", metadata={"Date": None, "Title": f"Active members, {scenario}"}
        )
        plt.close(figure)
    return scenario


def main(chosen: list[str]) -> None:
    """Draw the scenarios that are named, or all."""
    FOLDER.mkdir(exist_ok=True)
    scenarios = chosen or [e.name for e in library() if e.path.parent.name not in LEFT_OUT]
    with ProcessPoolExecutor(2) as workers:
        for done, scenario in enumerate(workers.map(draw, scenarios), 1):
            sys.stderr.write(f"{done} of {len(scenarios)}: {scenario}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
